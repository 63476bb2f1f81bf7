"""Letters around the regular review of one's own ways in."""

from sparekey.adapters.letters._shape import Action, Kind, Stop, Text

_REAL_EN = Stop(
    "Not sure whether this mail is real?",
    "Then leave the button alone. Sign in as always, and choose My profile, Start review.",
)
_REAL_DE = Stop(
    "Nicht sicher, ob diese Mail echt ist?",
    "Dann lassen Sie den Knopf. Melden Sie sich wie immer an und wählen Sie Mein Profil, Prüfung starten.",
)

_REVIEW_LOST = Kind(
    english=Text(
        subject="What you no longer have was removed",
        preview="{removed_at}, {place}.",
        title="Ways in that you no longer have were removed",
        body=("In a review you said that they are lost. They let nobody in any more.",),
        rows=(("What", "{way}"), ("When", "{removed_at}"), ("Where", "{place}")),
        stop=Stop(
            "You didn’t remove them?",
            (
                "Then someone is in your account. Report it here, without signing in; your owners are told at once:"
            ),
            "{stop_link}",
        ),
    ),
    german=Text(
        subject="Was Sie nicht mehr haben, wurde entfernt",
        preview="{removed_at}, {place}.",
        title="Anmeldewege, die Sie nicht mehr haben, wurden entfernt",
        body=("In einer Prüfung haben Sie sie als verloren gemeldet. Sie lassen niemanden mehr hinein.",),
        rows=(("Was", "{way}"), ("Wann", "{removed_at}"), ("Wo", "{place}")),
        stop=Stop(
            "Sie waren es nicht?",
            (
                "Dann ist jemand in Ihrem Konto. Melden Sie es hier, ohne Anmeldung; die Inhaberrolle erfährt es"
                " sofort:"
            ),
            "{stop_link}",
        ),
    ),
)

_REVIEW_DUE = Kind(
    english=Text(
        subject="Do you still have all your ways in?",
        preview="It takes two minutes, and spares you a lock-out.",
        title="Look through your ways in",
        body=(
            "Phones get sold and sheets get thrown away without anybody noticing, until a sign-in fails. Take"
            " each of yours in your hand and say whether you still have it.",
        ),
        action=Action("Start review"),
        after=("Last looked through: {reviewed_at}.",),
        stop=_REAL_EN,
    ),
    german=Text(
        subject="Haben Sie noch alle Ihre Anmeldewege?",
        preview="Es dauert zwei Minuten und erspart Ihnen eine Aussperrung.",
        title="Prüfen Sie Ihre Anmeldewege",
        body=(
            "Telefone werden verkauft und Blätter weggeworfen, ohne dass es jemand merkt, bis eine Anmeldung"
            " scheitert. Nehmen Sie jeden Ihrer Wege in die Hand und sagen Sie, ob Sie ihn noch haben.",
        ),
        action=Action("Prüfung starten"),
        after=("Zuletzt geprüft: {reviewed_at}.",),
        stop=_REAL_DE,
    ),
)

_REVIEW_OVERDUE = Kind(
    english=Text(
        subject="Reminder: do you still have all your ways in?",
        preview="This is the last reminder.",
        title="Your ways in have not been looked through yet",
        body=(
            "Your team asks for this regularly, so that a lost phone is noticed before somebody is locked out."
            " It takes two minutes. We will not remind you again.",
        ),
        action=Action("Start review"),
        after=("Last looked through: {reviewed_at}.",),
        stop=_REAL_EN,
    ),
    german=Text(
        subject="Erinnerung: Haben Sie noch alle Ihre Anmeldewege?",
        preview="Das ist die letzte Erinnerung.",
        title="Ihre Anmeldewege sind noch nicht geprüft",
        body=(
            "Ihr Team verlangt das regelmässig, damit ein verlorenes Telefon auffällt, bevor jemand ausgesperrt"
            " ist. Es dauert zwei Minuten. Wir erinnern Sie nicht nochmals.",
        ),
        action=Action("Prüfung starten"),
        after=("Zuletzt geprüft: {reviewed_at}.",),
        stop=_REAL_DE,
    ),
)

KINDS = {
    "review_lost": _REVIEW_LOST,
    "review_due": _REVIEW_DUE,
    "review_overdue": _REVIEW_OVERDUE,
}
