"""Letters to the person an owner helps: from the first moment to the end, each with a way to stop it."""

from dataclasses import replace

from sparekey.adapters.letters._phrases import REPORT_DE, REPORT_EN
from sparekey.adapters.letters._shape import Action, Kind, Stop, Text

_NOT_MINE_EN = Stop(
    "It wasn’t you?",
    "Then someone has your second factor. Report it here, without signing in:",
    "{stop_link}",
)
_NOT_MINE_DE = Stop(
    "Das waren nicht Sie?",
    "Dann hat jemand Ihren zweiten Faktor. Melden Sie es hier, ohne Anmeldung:",
    "{stop_link}",
)

_OPENED = Kind(
    is_urgent=True,
    english=Text(
        subject="{helper} is helping you back in. Not agreed? Stop it",
        preview="{opened_at}, checked: {checked}.",
        title="{helper} says you lost your second factor",
        body=(
            "If you asked {helper} for help, there is nothing to do here. If you didn’t, stop it now: then"
            " what was handed over opens nothing.",
        ),
        rows=(
            ("Who", "{helper}"),
            ("What", "{delivery}"),
            ("When", "{opened_at}"),
            ("Where", "{place}"),
            ("Checked that it’s you", "{checked}"),
            ("Ends", "{expires_at}"),
        ),
        action=Action("This wasn’t me: stop it", "{stop_link}"),
        after=("Stopping needs no sign-in. Every address on file is told.",),
    ),
    german=Text(
        subject="{helper} hilft Ihnen zurück ins Konto. Nicht abgemacht? Stoppen Sie es",
        preview="{opened_at}, geprüft: {checked}.",
        title="{helper} meldet Ihren zweiten Faktor als verloren",
        body=(
            "Haben Sie {helper} um Hilfe gebeten, müssen Sie hier nichts tun. Wenn nicht, stoppen Sie es"
            " jetzt: Dann öffnet das Übergebene nichts mehr.",
        ),
        rows=(
            ("Wer", "{helper}"),
            ("Was", "{delivery}"),
            ("Wann", "{opened_at}"),
            ("Wo", "{place}"),
            ("Ihre Identität geprüft", "{checked}"),
            ("Endet", "{expires_at}"),
        ),
        action=Action("Das war ich nicht: stoppen", "{stop_link}"),
        after=("Zum Stoppen müssen Sie sich nicht anmelden. Alle hinterlegten Adressen erfahren es.",),
    ),
)

_COMPLETED = Kind(
    english=Text(
        subject="You are back in: new password, new secret",
        preview="{completed_at}, {place}.",
        title="Your password and your secret are new",
        body=(
            "You finished the change that {helper} opened for you. The old password, the old secret, all earlier"
            " backup codes and all passkeys no longer work, and every device was signed out. You can add"
            " passkeys anew in your profile.",
        ),
        rows=(("When", "{completed_at}"), ("Where", "{place}"), ("Helped by", "{helper}")),
        stop=Stop("You didn’t do this?", REPORT_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Sie sind wieder drin: neues Passwort, neuer Geheimcode",
        preview="{completed_at}, {place}.",
        title="Ihr Passwort und Ihr Geheimcode sind neu",
        body=(
            "Sie haben die Änderung abgeschlossen, die {helper} für Sie geöffnet hat. Das alte Passwort, der"
            " alte Geheimcode, alle früheren Backup-Codes und alle Passkeys gelten nicht mehr, und alle Geräte"
            " wurden abgemeldet. Passkeys können Sie in Ihrem Profil neu hinzufügen.",
        ),
        rows=(("Wann", "{completed_at}"), ("Wo", "{place}"), ("Geholfen hat", "{helper}")),
        stop=Stop("Das waren nicht Sie?", REPORT_DE, "{stop_link}"),
    ),
)

_ENDED = Kind(
    english=Text(
        subject="The help by {helper} ended without a change",
        preview="{ended_at}.",
        title="This help changed nothing",
        body=(
            "What {helper} handed over to you can no longer be used.",
            "{fate}",
        ),
        rows=(("Why", "{ending}"), ("When", "{ended_at}")),
        after=("Do you still need help? Ask {helper} again.",),
        stop=Stop(
            "You never asked for help?",
            "Then someone may be pretending to be you. Report it here, without signing in:",
            "{stop_link}",
        ),
    ),
    german=Text(
        subject="Die Hilfe von {helper} endete ohne Änderung",
        preview="{ended_at}.",
        title="Diese Hilfe hat nichts geändert",
        body=(
            "Was {helper} Ihnen übergeben hat, lässt sich nicht mehr benutzen.",
            "{fate}",
        ),
        rows=(("Warum", "{ending}"), ("Wann", "{ended_at}")),
        after=("Brauchen Sie noch Hilfe? Fragen Sie {helper} nochmals.",),
        stop=Stop(
            "Sie haben nie um Hilfe gebeten?",
            "Dann gibt sich vielleicht jemand für Sie aus. Melden Sie es hier, ohne Anmeldung:",
            "{stop_link}",
        ),
    ),
)

_DOUBTED = Kind(
    english=Text(
        subject="You stopped the help by {helper}",
        preview="{stopped_at}. Nothing was changed.",
        title="It is stopped, and nothing was changed",
        body=(
            "What {helper} handed over opens nothing any more. Your password is the same as before. {fate}",
            "Do you need help after all? Until {ends_at} neither {helper} can help you, nor anybody who got the"
            " role for it after that help began. Ask another account owner. If there is none, whoever runs"
            " {host} can let you in with the command “sparekey member recover”.",
        ),
        rows=(("When", "{stopped_at}"), ("Where", "{place}")),
        stop=Stop(
            "You didn’t stop it?",
            "Then somebody reads your email. Tell an account owner at once, in person or by phone.",
        ),
    ),
    german=Text(
        subject="Sie haben die Hilfe von {helper} gestoppt",
        preview="{stopped_at}. Es wurde nichts geändert.",
        title="Es ist gestoppt, und nichts wurde geändert",
        body=(
            "Was {helper} übergeben hat, öffnet nichts mehr. Ihr Passwort ist dasselbe wie vorher. {fate}",
            "Brauchen Sie doch Hilfe? Bis {ends_at} kann Ihnen weder {helper} helfen noch jemand, der die Rolle"
            " dafür erst nach Beginn dieser Hilfe erhielt. Fragen Sie jemand anders mit Inhaberrolle. Gibt es"
            " niemanden, kann Sie einlassen, wer {host} betreibt, mit dem Befehl «sparekey member recover».",
        ),
        rows=(("Wann", "{stopped_at}"), ("Wo", "{place}")),
        stop=Stop(
            "Sie haben es nicht gestoppt?",
            "Dann liest jemand Ihre E-Mails. Sagen Sie es sofort der Inhaberrolle, persönlich oder am Telefon.",
        ),
    ),
)

_LOST_ONE_USED = Kind(
    english=Text(
        subject="Your lost second factor was used",
        preview="{used_at}, {place}. It was refused.",
        title="Someone has your lost second factor, or you found it",
        body=(
            "The second factor that counts as lost was used, and refused. {beside}",
            "Was it you? Sign in another way and change your secret, or ask an account owner.",
        ),
        rows=(("When", "{used_at}"), ("Where", "{place}")),
        stop=_NOT_MINE_EN,
    ),
    german=Text(
        subject="Ihr verlorener zweiter Faktor wurde benutzt",
        preview="{used_at}, {place}. Er wurde abgelehnt.",
        title="Jemand hat Ihren verlorenen zweiten Faktor, oder Sie haben ihn gefunden",
        body=(
            "Der als verloren gemeldete zweite Faktor wurde benutzt und abgelehnt. {beside}",
            "Waren Sie das? Melden Sie sich auf einem anderen Weg an und ändern Sie Ihren Geheimcode, oder"
            " fragen Sie die Inhaberrolle.",
        ),
        rows=(("Wann", "{used_at}"), ("Wo", "{place}")),
        stop=_NOT_MINE_DE,
    ),
)

_TRIPWIRE = Kind(
    english=replace(
        _LOST_ONE_USED.english,
        body=(
            "The second factor that counts as lost was used, and refused. {beside}",
            "The help by {helper} was stopped for safety: what was handed over no longer works either.",
            "Was it you? Then ask {helper} for help again, or sign in another way.",
        ),
    ),
    german=replace(
        _LOST_ONE_USED.german,
        body=(
            "Der als verloren gemeldete zweite Faktor wurde benutzt und abgelehnt. {beside}",
            "Die Hilfe von {helper} wurde zur Sicherheit gestoppt: Auch das Übergebene gilt nicht mehr.",
            "Waren Sie das? Dann bitten Sie {helper} nochmals um Hilfe oder melden Sie sich auf einem anderen"
            " Weg an.",
        ),
    ),
)

_RESET = Kind(
    english=Text(
        subject="Your sign-in for {account} was reset",
        preview="{done_at}, by {helper}.",
        title="Your password and all your ways in were removed",
        body=(
            "{helper} removed your password, your second factor, your passkeys and your backup codes, and signed"
            " out every device. An invitation follows in an email of its own: with it you set up everything anew.",
        ),
        rows=(
            ("Who", "{helper}"),
            ("When", "{done_at}"),
            ("Where", "{place}"),
            ("Checked that it’s you", "{checked}"),
        ),
        stop=Stop(
            "You didn’t ask for this?",
            "Then someone may be pretending to be you. Report it here, without signing in:",
            "{stop_link}",
        ),
    ),
    german=Text(
        subject="Ihre Anmeldung bei {account} wurde zurückgesetzt",
        preview="{done_at}, durch {helper}.",
        title="Ihr Passwort und alle Anmeldewege wurden entfernt",
        body=(
            "{helper} hat Ihr Passwort, Ihren zweiten Faktor, Ihre Passkeys und Ihre Backup-Codes entfernt und alle"
            " Geräte abgemeldet. Eine Einladung folgt in einer eigenen E-Mail: Damit richten Sie alles neu ein.",
        ),
        rows=(
            ("Wer", "{helper}"),
            ("Wann", "{done_at}"),
            ("Wo", "{place}"),
            ("Ihre Identität geprüft", "{checked}"),
        ),
        stop=Stop(
            "Sie haben das nicht verlangt?",
            "Dann gibt sich vielleicht jemand für Sie aus. Melden Sie es hier, ohne Anmeldung:",
            "{stop_link}",
        ),
    ),
)

_REVEALED = Kind(
    is_urgent=True,
    english=Text(
        subject="{helper} has seen your secret: change it",
        preview="{opened_at}, checked: {checked}.",
        title="{helper} looked at the secret of your authenticator app",
        body=(
            "Whoever has seen your secret can make your codes. Sign in and change it: Sparekey leads you"
            " there. Codes from this secret work only until {expires_at}.",
            "If you asked {helper} for help, that is all. If you didn’t, stop it now.",
        ),
        rows=(
            ("Who", "{helper}"),
            ("When", "{opened_at}"),
            ("Where", "{place}"),
            ("Checked that it’s you", "{checked}"),
        ),
        action=Action("This wasn’t me: stop it", "{stop_link}"),
        after=("Stopping needs no sign-in. Every address on file is told.",),
    ),
    german=Text(
        subject="{helper} hat Ihren Geheimcode gesehen: Ändern Sie ihn",
        preview="{opened_at}, geprüft: {checked}.",
        title="{helper} hat den Geheimcode Ihrer Authenticator-App angesehen",
        body=(
            "Wer Ihren Geheimcode gesehen hat, kann Ihre Codes erzeugen. Melden Sie sich an und ändern Sie"
            " ihn: Sparekey führt Sie hin. Codes aus diesem Geheimcode gelten nur bis {expires_at}.",
            "Haben Sie {helper} um Hilfe gebeten, ist das alles. Wenn nicht, stoppen Sie es jetzt.",
        ),
        rows=(
            ("Wer", "{helper}"),
            ("Wann", "{opened_at}"),
            ("Wo", "{place}"),
            ("Ihre Identität geprüft", "{checked}"),
        ),
        action=Action("Das war ich nicht: stoppen", "{stop_link}"),
        after=("Zum Stoppen müssen Sie sich nicht anmelden. Alle hinterlegten Adressen erfahren es.",),
    ),
)

_FROM_CONSOLE = Kind(
    english=Text(
        subject="Your way back in was opened on the server",
        preview="{opened_at}. The link ends {expires_at}.",
        title="Someone with access to the server made a link for you",
        body=(
            "The link sets a new password and a new second factor without the old ones. It works once, until"
            " {expires_at}, and was shown only on the server.",
        ),
        rows=(("When", "{opened_at}"), ("Where", "{place}")),
        stop=Stop("You didn’t agree to that?", "Stop it here, without signing in:", "{stop_link}"),
    ),
    german=Text(
        subject="Ihr Weg zurück wurde auf dem Server geöffnet",
        preview="{opened_at}. Der Link endet {expires_at}.",
        title="Jemand mit Zugang zum Server hat einen Link für Sie erzeugt",
        body=(
            "Der Link setzt ein neues Passwort und einen neuen zweiten Faktor, ohne die alten. Er gilt"
            " einmal, bis {expires_at}, und wurde nur auf dem Server angezeigt.",
        ),
        rows=(("Wann", "{opened_at}"), ("Wo", "{place}")),
        stop=Stop("Das war nicht abgemacht?", "Stoppen Sie es hier, ohne Anmeldung:", "{stop_link}"),
    ),
)

KINDS = {
    "recovery_opened": _OPENED,
    "recovery_completed": _COMPLETED,
    "recovery_ended": _ENDED,
    "recovery_doubted": _DOUBTED,
    "recovery_tripwire": _TRIPWIRE,
    "lost_factor_used": _LOST_ONE_USED,
    "reset_done": _RESET,
    "secret_revealed": _REVEALED,
    "owner_recovered": _FROM_CONSOLE,
}
