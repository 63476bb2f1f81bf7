"""Letters about a person's own ways in: changed, used, tried. Nothing to do unless it wasn't them."""

from sparekey.adapters.letters._phrases import REPORT_DE, REPORT_EN
from sparekey.adapters.letters._shape import Action, Kind, Stop, Text

_CHANGE_EN = "Then report it here, without signing in, and change your password:"
_CHANGE_DE = "Dann melden Sie es hier, ohne Anmeldung, und ändern Sie Ihr Passwort:"
_SHEET_EN = (
    "Then someone has your sheet, and knows your password or reads your email. Report it here, without"
    " signing in:"
)
_SHEET_DE = (
    "Dann hat jemand Ihr Blatt und kennt Ihr Passwort oder liest Ihre E-Mails. Melden Sie es hier, ohne"
    " Anmeldung:"
)
_EXPORTED_EN = (
    "Then report it here, without signing in: that signs you out everywhere and tells your owners. Then sign in, and"
    " change your secret and your password:"
)
_EXPORTED_DE = (
    "Dann melden Sie es hier, ohne Anmeldung: Das meldet Sie überall ab, und die Inhaberrolle erfährt es. Dann melden"
    " Sie sich an, und ändern Sie Ihren Geheimcode und Ihr Passwort:"
)

_SECRET_CHANGED = Kind(
    english=Text(
        subject="Your secret was changed",
        preview="{changed_at}, {place}.",
        title="Your secret was changed",
        body=(
            "The secret of your authenticator app was changed. Codes from the old entry no longer work; you"
            " can delete it from the app.",
        ),
        rows=(("When", "{changed_at}"), ("Where", "{place}"), ("Confirmed with", "{way}")),
        stop=Stop("You didn’t change it?", REPORT_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Ihr Geheimcode wurde geändert",
        preview="{changed_at}, {place}.",
        title="Ihr Geheimcode wurde geändert",
        body=(
            "Der Geheimcode Ihrer Authenticator-App wurde geändert. Codes aus dem alten Eintrag gelten nicht"
            " mehr; Sie können ihn in der App löschen.",
        ),
        rows=(("Wann", "{changed_at}"), ("Wo", "{place}"), ("Bestätigt mit", "{way}")),
        stop=Stop("Sie waren es nicht?", REPORT_DE, "{stop_link}"),
    ),
)

_PASSWORD_CHANGED = Kind(
    english=Text(
        subject="Your password was changed",
        preview="{changed_at}, {place}.",
        title="Your password was changed",
        body=("The old password no longer works. {signed_out}",),
        rows=(("When", "{changed_at}"), ("Where", "{place}"), ("Confirmed with", "{way}")),
        stop=Stop("You didn’t change it?", REPORT_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Ihr Passwort wurde geändert",
        preview="{changed_at}, {place}.",
        title="Ihr Passwort wurde geändert",
        body=("Das alte Passwort gilt nicht mehr. {signed_out}",),
        rows=(("Wann", "{changed_at}"), ("Wo", "{place}"), ("Bestätigt mit", "{way}")),
        stop=Stop("Sie waren es nicht?", REPORT_DE, "{stop_link}"),
    ),
)

_CODES_NEW = Kind(
    english=Text(
        subject="You have new backup codes",
        preview="{made_at}, {place}. The old ones no longer work.",
        title="New backup codes were made",
        body=("Backup codes from before no longer work: throw the old sheet away.",),
        rows=(("When", "{made_at}"), ("Where", "{place}")),
        stop=Stop("You didn’t make them?", REPORT_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Sie haben neue Backup-Codes",
        preview="{made_at}, {place}. Die alten gelten nicht mehr.",
        title="Es wurden neue Backup-Codes erzeugt",
        body=("Frühere Backup-Codes gelten nicht mehr: Werfen Sie das alte Blatt weg.",),
        rows=(("Wann", "{made_at}"), ("Wo", "{place}")),
        stop=Stop("Sie waren es nicht?", REPORT_DE, "{stop_link}"),
    ),
)

_CODE_USED = Kind(
    english=Text(
        subject="A backup code was used: {left:# code is|# codes are} left",
        preview="{used_at}, {place}.",
        title="One of your backup codes was used",
        body=("Each code works once. You have {left:# code|# codes} left.",),
        rows=(("When", "{used_at}"), ("Where", "{place}")),
        stop=Stop(
            "You didn’t use one?",
            _SHEET_EN,
            "{stop_link}",
        ),
    ),
    german=Text(
        subject="Ein Backup-Code wurde benutzt: Es {left:bleibt # Code|bleiben # Codes}",
        preview="{used_at}, {place}.",
        title="Einer Ihrer Backup-Codes wurde benutzt",
        body=("Jeder Code gilt einmal. Es {left:bleibt Ihnen # Code|bleiben Ihnen # Codes}.",),
        rows=(("Wann", "{used_at}"), ("Wo", "{place}")),
        stop=Stop(
            "Sie haben keinen benutzt?",
            _SHEET_DE,
            "{stop_link}",
        ),
    ),
)

_CODES_LOW = Kind(
    english=Text(
        subject="{left:# backup code|# backup codes} left",
        preview="Get ten new ones before you need them.",
        title="{left:# of your 10 backup codes is|# of your 10 backup codes are} left",
        body=("You used one on {used_at}. If you lose your phone, backup codes are your way in.",),
        action=Action("Get new codes"),
        after=("The old ones keep working until you have saved the new ones.",),
        stop=Stop(
            "You didn’t use a code then?",
            _SHEET_EN,
            "{stop_link}",
        ),
    ),
    german=Text(
        subject="Noch {left:# Backup-Code|# Backup-Codes}",
        preview="Holen Sie zehn neue, bevor Sie sie brauchen.",
        title="{left:# von 10 Backup-Codes ist|# von 10 Backup-Codes sind} übrig",
        body=(
            "Am {used_at} haben Sie einen benutzt. Verlieren Sie Ihr Telefon, sind Backup-Codes Ihr"
            " Anmeldeweg.",
        ),
        action=Action("Neue Codes holen"),
        after=("Die alten gelten, bis Sie die neuen gesichert haben.",),
        stop=Stop(
            "Sie haben da keinen Code benutzt?",
            _SHEET_DE,
            "{stop_link}",
        ),
    ),
)

_NEW_DEVICE = Kind(
    english=Text(
        subject="You signed in from a new browser",
        preview="{signed_in_at}, {place}.",
        title="A sign-in from a browser not seen before",
        body=("Someone signed in to your account. If it was you, there is nothing to do.",),
        rows=(("When", "{signed_in_at}"), ("Where", "{place}"), ("Signed in with", "{way}")),
        stop=Stop("It wasn’t you?", REPORT_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Anmeldung mit einem neuen Browser",
        preview="{signed_in_at}, {place}.",
        title="Anmeldung mit einem bisher unbekannten Browser",
        body=("Jemand hat sich in Ihrem Konto angemeldet. Waren Sie es, müssen Sie nichts tun.",),
        rows=(("Wann", "{signed_in_at}"), ("Wo", "{place}"), ("Angemeldet mit", "{way}")),
        stop=Stop("Das waren nicht Sie?", REPORT_DE, "{stop_link}"),
    ),
)

_SUSPICIOUS = Kind(
    english=Text(
        subject="Someone failed at your second factor",
        preview="{tried_at}, {place}. Nobody got in with it.",
        title="A wrong code, several times",
        body=("A wrong code was entered, {tries:# time|# times} in a row. Nobody got in with it. {beside}",),
        rows=(("When", "{tried_at}"), ("Where", "{place}"), ("Tried with", "{way}")),
        stop=Stop("It wasn’t you?", _CHANGE_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Jemand ist an Ihrem zweiten Faktor gescheitert",
        preview="{tried_at}, {place}. Damit kam niemand hinein.",
        title="Mehrmals ein falscher Code",
        body=(
            "{tries:Einmal|#-mal in Folge} wurde ein falscher Code eingegeben. Damit kam niemand hinein. {beside}",
        ),
        rows=(("Wann", "{tried_at}"), ("Wo", "{place}"), ("Versucht mit", "{way}")),
        stop=Stop("Das waren nicht Sie?", _CHANGE_DE, "{stop_link}"),
    ),
)

_DISABLED = Kind(
    english=Text(
        subject="A way in was switched off after too many tries",
        preview="{disabled_at}.",
        title="One of your ways in no longer works",
        body=(
            "After too many wrong tries it was switched off. Sign in another way and set it up anew, or ask"
            " an account owner for a set-up link.",
        ),
        rows=(("Way in", "{way}"), ("When", "{disabled_at}"), ("Where", "{place}")),
        stop=Stop("The tries weren’t yours?", _CHANGE_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Ein Anmeldeweg wurde nach zu vielen Versuchen abgeschaltet",
        preview="{disabled_at}.",
        title="Einer Ihrer Anmeldewege gilt nicht mehr",
        body=(
            "Nach zu vielen falschen Versuchen wurde er abgeschaltet. Melden Sie sich auf einem anderen Weg"
            " an und richten Sie ihn neu ein, oder bitten Sie die Inhaberrolle um einen Einrichtungslink.",
        ),
        rows=(("Anmeldeweg", "{way}"), ("Wann", "{disabled_at}"), ("Wo", "{place}")),
        stop=Stop("Die Versuche waren nicht von Ihnen?", _CHANGE_DE, "{stop_link}"),
    ),
)

_REPLAYED = Kind(
    english=Text(
        subject="A code was entered a second time",
        preview="{tried_at}, {place}. Nobody got in with it.",
        title="A code that was used already was entered again",
        body=(
            "Each code works once, so it was refused. It happens when a form is sent twice; it also"
            " happens when someone looked over your shoulder.",
        ),
        rows=(("When", "{tried_at}"), ("Where", "{place}"), ("Tried with", "{way}")),
        stop=Stop("It wasn’t you?", _CHANGE_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Ein Code wurde ein zweites Mal eingegeben",
        preview="{tried_at}, {place}. Damit kam niemand hinein.",
        title="Ein schon benutzter Code wurde nochmals eingegeben",
        body=(
            "Jeder Code gilt einmal, darum wurde er abgelehnt. Das kommt vor, wenn ein Formular"
            " zweimal abgeschickt wird; oder wenn Ihnen jemand über die Schulter geschaut hat.",
        ),
        rows=(("Wann", "{tried_at}"), ("Wo", "{place}"), ("Versucht mit", "{way}")),
        stop=Stop("Das waren nicht Sie?", _CHANGE_DE, "{stop_link}"),
    ),
)

_PASSKEY_ADDED = Kind(
    english=Text(
        subject="A passkey was added",
        preview="{added_at}, {place}.",
        title="You can sign in with a new passkey",
        body=("A passkey was added to your profile. With it you sign in without password and code.",),
        rows=(("When", "{added_at}"), ("Where", "{place}")),
        stop=Stop("You didn’t add it?", REPORT_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Ein Passkey wurde hinzugefügt",
        preview="{added_at}, {place}.",
        title="Sie können sich mit einem neuen Passkey anmelden",
        body=(
            "In Ihrem Profil gibt es einen neuen Passkey. Damit melden Sie sich ohne Passwort und Code an.",
        ),
        rows=(("Wann", "{added_at}"), ("Wo", "{place}")),
        stop=Stop("Sie waren es nicht?", REPORT_DE, "{stop_link}"),
    ),
)

_WAY_ADDED = Kind(
    english=Text(
        subject="A way in was added",
        preview="{added_at}, {place}.",
        title="There is a new way in to your account",
        body=("Together with your password it lets you in. Your other ways go on working.",),
        rows=(("What", "{way}"), ("Name", "{name}"), ("When", "{added_at}"), ("Where", "{place}")),
        stop=Stop("You didn’t add it?", REPORT_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Ein Anmeldeweg wurde hinzugefügt",
        preview="{added_at}, {place}.",
        title="Es gibt einen neuen Anmeldeweg in Ihr Konto",
        body=("Zusammen mit Ihrem Passwort lässt er Sie hinein. Ihre anderen Wege gelten weiter.",),
        rows=(("Was", "{way}"), ("Name", "{name}"), ("Wann", "{added_at}"), ("Wo", "{place}")),
        stop=Stop("Sie waren es nicht?", REPORT_DE, "{stop_link}"),
    ),
)

_WAY_REMOVED = Kind(
    english=Text(
        subject="A way in was removed",
        preview="{removed_at}, {place}.",
        title="One of your ways in was removed",
        body=("It no longer lets anybody in. Your other ways go on working.",),
        rows=(("What", "{way}"), ("Name", "{called}"), ("When", "{removed_at}"), ("Where", "{place}")),
        stop=Stop("You didn’t remove it?", REPORT_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Ein Zugang wurde entfernt",
        preview="{removed_at}, {place}.",
        title="Einer Ihrer Zugänge wurde entfernt",
        body=("Er lässt niemanden mehr hinein. Ihre anderen Zugänge gelten weiter.",),
        rows=(("Was", "{way}"), ("Name", "{called}"), ("Wann", "{removed_at}"), ("Wo", "{place}")),
        stop=Stop("Sie waren es nicht?", REPORT_DE, "{stop_link}"),
    ),
)

_SECRETS_EXPORTED = Kind(
    english=Text(
        subject="Your secrets were downloaded",
        preview="{exported_at}, {place}.",
        title="Your secrets were downloaded in a file",
        body=(
            "Whoever has the file and its passphrase can make the codes of your authenticator app. Keep the two"
            " apart, and delete the file when you no longer need it.",
        ),
        rows=(("When", "{exported_at}"), ("Where", "{place}")),
        stop=Stop("It wasn’t you?", _EXPORTED_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Ihre Geheimcodes wurden heruntergeladen",
        preview="{exported_at}, {place}.",
        title="Ihre Geheimcodes wurden als Datei heruntergeladen",
        body=(
            "Wer die Datei und ihre Passphrase hat, kann die Codes Ihrer Authenticator-App erzeugen. Bewahren Sie"
            " beides getrennt auf, und löschen Sie die Datei, wenn Sie sie nicht mehr brauchen.",
        ),
        rows=(("Wann", "{exported_at}"), ("Wo", "{place}")),
        stop=Stop("Das waren nicht Sie?", _EXPORTED_DE, "{stop_link}"),
    ),
)

KINDS = {
    "secrets_exported": _SECRETS_EXPORTED,
    "passkey_added": _PASSKEY_ADDED,
    "way_added": _WAY_ADDED,
    "way_removed": _WAY_REMOVED,
    "secret_changed": _SECRET_CHANGED,
    "password_changed": _PASSWORD_CHANGED,
    "backup_codes_new": _CODES_NEW,
    "backup_code_used": _CODE_USED,
    "backup_codes_low": _CODES_LOW,
    "new_device": _NEW_DEVICE,
    "suspicious_tries": _SUSPICIOUS,
    "authenticator_disabled": _DISABLED,
    "code_replayed": _REPLAYED,
}
