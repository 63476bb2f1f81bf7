"""Letters to the person whose entry in the account was changed by somebody."""

from sparekey.adapters.letters._shape import Kind, Stop, Text

_ASK_EN = "Then ask the person named above, or those named below."
_ASK_DE = "Dann fragen Sie die oben oder die unten genannten Personen."

_ADDRESS_OLD = Kind(
    english=Text(
        subject="This address was removed from your account",
        preview="{changed_at}, by {by}.",
        title="Another address takes the place of this one",
        body=(
            "Emails about your account at {account} go to another address from now on. For 72 hours no set-up"
            " link, no link for a new password and no secret is sent to the new one.",
        ),
        rows=(("Who", "{by}"), ("When", "{changed_at}"), ("Where", "{place}")),
        stop=Stop("You didn’t agree to that?", "Report it here, without signing in:", "{stop_link}"),
    ),
    german=Text(
        subject="Diese Adresse wurde aus Ihrem Konto entfernt",
        preview="{changed_at}, durch {by}.",
        title="Eine andere Adresse ersetzt diese",
        body=(
            "E-Mails zu Ihrem Konto bei {account} gehen ab jetzt an eine andere Adresse. 72 Stunden lang wird"
            " an die neue kein Einrichtungslink, kein Link für ein neues Passwort und kein Geheimcode gesendet.",
        ),
        rows=(("Wer", "{by}"), ("Wann", "{changed_at}"), ("Wo", "{place}")),
        stop=Stop("Das war nicht abgemacht?", "Melden Sie es hier, ohne Anmeldung:", "{stop_link}"),
    ),
)

_ADDRESS_NEW = Kind(
    english=Text(
        subject="This address now belongs to your account",
        preview="{changed_at}, by {by}.",
        title="Emails about your account come here now",
        body=(
            "Emails about your account at {account} come to this address from now on. For 72 hours no set-up"
            " link, no link for a new password and no secret is sent here.",
        ),
        rows=(("Who", "{by}"), ("When", "{changed_at}"), ("Where", "{place}")),
        stop=Stop("You didn’t agree to that?", "Report it here, without signing in:", "{stop_link}"),
    ),
    german=Text(
        subject="Diese Adresse gehört jetzt zu Ihrem Konto",
        preview="{changed_at}, durch {by}.",
        title="E-Mails zu Ihrem Konto kommen jetzt hierher",
        body=(
            "E-Mails zu Ihrem Konto bei {account} kommen ab jetzt an diese Adresse. 72 Stunden lang wird"
            " hierher kein Einrichtungslink, kein Link für ein neues Passwort und kein Geheimcode gesendet.",
        ),
        rows=(("Wer", "{by}"), ("Wann", "{changed_at}"), ("Wo", "{place}")),
        stop=Stop("Das war nicht abgemacht?", "Melden Sie es hier, ohne Anmeldung:", "{stop_link}"),
    ),
)

_ROLE = Kind(
    english=Text(
        subject="Your role at {account} was changed",
        preview="{changed_at}, by {by}.",
        title="You have another role",
        body=("What you may see and change at {account} follows your new role from now on.",),
        rows=(
            ("Role", "{role}"),
            ("Before", "{role_before}"),
            ("Who", "{by}"),
            ("When", "{changed_at}"),
            ("Where", "{place}"),
        ),
        stop=Stop("You didn’t expect this?", _ASK_EN),
    ),
    german=Text(
        subject="Ihre Rolle bei {account} wurde geändert",
        preview="{changed_at}, durch {by}.",
        title="Sie haben eine andere Rolle",
        body=(
            "Was Sie bei {account} sehen und ändern dürfen, richtet sich ab jetzt nach Ihrer neuen Rolle.",
        ),
        rows=(
            ("Rolle", "{role}"),
            ("Vorher", "{role_before}"),
            ("Wer", "{by}"),
            ("Wann", "{changed_at}"),
            ("Wo", "{place}"),
        ),
        stop=Stop("Sie haben das nicht erwartet?", _ASK_DE),
    ),
)

_DEACTIVATED = Kind(
    english=Text(
        subject="Your sign-in at {account} was deactivated",
        preview="{changed_at}, by {by}.",
        title="You can no longer sign in",
        body=("You were signed out on every device. Your entry is kept and can be reactivated.",),
        rows=(("Who", "{by}"), ("When", "{changed_at}"), ("Where", "{place}")),
        stop=Stop("You didn’t expect this?", _ASK_EN),
    ),
    german=Text(
        subject="Ihre Anmeldung bei {account} wurde deaktiviert",
        preview="{changed_at}, durch {by}.",
        title="Sie können sich nicht mehr anmelden",
        body=(
            "Sie wurden auf allen Geräten abgemeldet. Ihr Eintrag bleibt und lässt sich wieder aktivieren.",
        ),
        rows=(("Wer", "{by}"), ("Wann", "{changed_at}"), ("Wo", "{place}")),
        stop=Stop("Sie haben das nicht erwartet?", _ASK_DE),
    ),
)

_REACTIVATED = Kind(
    english=Text(
        subject="Your sign-in at {account} works again",
        preview="{changed_at}, by {by}.",
        title="You can sign in again",
        body=("Your password and your second factor are the same as before.",),
        rows=(("Who", "{by}"), ("When", "{changed_at}"), ("Where", "{place}")),
        stop=Stop("You didn’t expect this?", _ASK_EN),
    ),
    german=Text(
        subject="Ihre Anmeldung bei {account} gilt wieder",
        preview="{changed_at}, durch {by}.",
        title="Sie können sich wieder anmelden",
        body=("Ihr Passwort und Ihr zweiter Faktor sind dieselben wie vorher.",),
        rows=(("Wer", "{by}"), ("Wann", "{changed_at}"), ("Wo", "{place}")),
        stop=Stop("Sie haben das nicht erwartet?", _ASK_DE),
    ),
)

_DELETED = Kind(
    english=Text(
        subject="You were removed from {account}",
        preview="{changed_at}, by {by}.",
        title="Your entry was deleted",
        body=(
            "Your name, address and ways in were deleted. The audit log keeps what happened, without your"
            " name.",
        ),
        rows=(("Who", "{by}"), ("When", "{changed_at}"), ("Where", "{place}")),
        stop=Stop("You didn’t expect this?", _ASK_EN),
    ),
    german=Text(
        subject="Sie wurden aus {account} entfernt",
        preview="{changed_at}, durch {by}.",
        title="Ihr Eintrag wurde gelöscht",
        body=(
            "Ihr Name, Ihre Adresse und Ihre Anmeldewege wurden gelöscht. Das Protokoll behält, was geschah,"
            " ohne Ihren Namen.",
        ),
        rows=(("Wer", "{by}"), ("Wann", "{changed_at}"), ("Wo", "{place}")),
        stop=Stop("Sie haben das nicht erwartet?", _ASK_DE),
    ),
)

KINDS = {
    "address_changed_old": _ADDRESS_OLD,
    "address_changed_new": _ADDRESS_NEW,
    "role_changed": _ROLE,
    "person_deactivated": _DEACTIVATED,
    "person_reactivated": _REACTIVATED,
    "person_deleted": _DELETED,
}
