"""Letters about people who were taken over from another system, with the ways in they had there."""

from sparekey.adapters.letters._shape import Action, Kind, Reader, Stop, Text

_IMPORTED = Kind(
    english=Text(
        subject="Your sign-in moved to {host}",
        preview="Sign in with what you have already.",
        title="You sign in here now, with what you have already",
        body=(
            "{by} took your sign-in for {account} over from another system. You need not set up anything: your"
            " password and your authenticator app stay the same.",
        ),
        rows=(
            ("Your username", "{username}"),
            ("Came along", "{way}"),
            ("Who", "{by}"),
            ("When", "{imported_at}"),
            ("Where", "{place}"),
        ),
        action=Action("Sign in"),
        after=("Once you are in, make backup codes on your profile: those of the other system end with it.",),
        stop=Stop("You know nothing of this?", "Report it here, without signing in:", "{stop_link}"),
    ),
    german=Text(
        subject="Ihre Anmeldung ist nach {host} umgezogen",
        preview="Melden Sie sich an mit dem, was Sie schon haben.",
        title="Sie melden sich jetzt hier an, mit dem, was Sie schon haben",
        body=(
            "{by} hat Ihre Anmeldung für {account} aus einem anderen System übernommen. Sie müssen nichts"
            " einrichten: Passwort und Authenticator-App bleiben dieselben.",
        ),
        rows=(
            ("Ihr Benutzername", "{username}"),
            ("Übernommen", "{way}"),
            ("Wer", "{by}"),
            ("Wann", "{imported_at}"),
            ("Wo", "{place}"),
        ),
        action=Action("Anmelden"),
        after=(
            "Erzeugen Sie nach der Anmeldung Backup-Codes in Ihrem Profil: Die des anderen Systems gelten mit"
            " ihm nicht mehr.",
        ),
        stop=Stop("Sie wissen nichts davon?", "Melden Sie es hier, ohne Anmeldung:", "{stop_link}"),
    ),
)

_PEOPLE_IMPORTED = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="{count:# person|# people} taken over into {account}",
        preview="{imported_at}, by {by}.",
        title="{by} took people over from another system",
        body=("{count:# person is|# people are} in {account} now, with the ways in they brought along.",),
        rows=(("Who", "{by}"), ("When", "{imported_at}"), ("Where", "{place}")),
        action=Action("Look at the staff list"),
        stop=Stop("You didn’t agree to this?", "Then talk to {by} at once, and to whoever runs {host}."),
    ),
    german=Text(
        subject="{count:# Person|# Personen} in {account} übernommen",
        preview="{imported_at}, durch {by}.",
        title="{by} hat Personen aus einem anderen System übernommen",
        body=(
            "Bei {account} {count:ist jetzt # Person|sind jetzt # Personen} mehr, mit ihren Anmeldewegen.",
        ),
        rows=(("Wer", "{by}"), ("Wann", "{imported_at}"), ("Wo", "{place}")),
        action=Action("Mitarbeitende ansehen"),
        stop=Stop(
            "Das war nicht abgemacht?",
            "Dann sprechen Sie sofort mit {by}. Fragen Sie auch, wer {host} betreibt.",
        ),
    ),
)

KINDS = {"imported": _IMPORTED, "people_imported": _PEOPLE_IMPORTED}
