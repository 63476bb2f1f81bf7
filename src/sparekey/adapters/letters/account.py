"""Letters to all account owners about the account itself. Each is about power that changed hands."""

from sparekey.adapters.letters._shape import Action, Kind, Reader, Stop, Text

_FROM_CONSOLE = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="The way back in for {person} was opened on the server",
        preview="{opened_at}. The link ends {expires_at}.",
        title="Someone with access to the server made a link for {person}",
        body=(
            "The link sets a new password and a new second factor without the old ones. It works once, until"
            " {expires_at}, and was shown only on the server.",
        ),
        rows=(("Who", "{person}"), ("When", "{opened_at}"), ("Where", "{place}")),
        action=Action("Look at the audit log"),
        stop=Stop(
            "You didn’t agree to this?",
            "Then ask at once who has access to the server. You stop it by deactivating {person} on the profile.",
        ),
    ),
    german=Text(
        subject="Der Weg zurück für {person} wurde auf dem Server geöffnet",
        preview="{opened_at}. Der Link endet {expires_at}.",
        title="Jemand mit Zugang zum Server hat einen Link für {person} erzeugt",
        body=(
            "Der Link setzt ein neues Passwort und einen neuen zweiten Faktor, ohne die alten. Er gilt"
            " einmal, bis {expires_at}, und wurde nur auf dem Server angezeigt.",
        ),
        rows=(("Wer", "{person}"), ("Wann", "{opened_at}"), ("Wo", "{place}")),
        action=Action("Protokoll ansehen"),
        stop=Stop(
            "Das war nicht abgemacht?",
            "Dann fragen Sie sofort, wer Zugang zum Server hat. Sie stoppen es, indem Sie {person} im Profil"
            " deaktivieren.",
        ),
    ),
)

_HANDED_OVER = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="{person} is now an account owner of {account}",
        preview="{changed_at}, by {by}.",
        title="{by} made {person} an account owner",
        body=("{person} may do everything in this account from now on.",),
        rows=(
            ("New owner", "{person}"),
            ("Who", "{by}"),
            ("When", "{changed_at}"),
            ("Where", "{place}"),
        ),
        action=Action("Look at the profile"),
        stop=Stop("You didn’t agree to this?", "Then talk to {by} and {person} at once."),
    ),
    german=Text(
        subject="{person} hat jetzt die Inhaberrolle von {account}",
        preview="{changed_at}, durch {by}.",
        title="{by} hat {person} die Inhaberrolle gegeben",
        body=("{person} darf ab jetzt alles in diesem Konto.",),
        rows=(
            ("Neu mit Inhaberrolle", "{person}"),
            ("Wer", "{by}"),
            ("Wann", "{changed_at}"),
            ("Wo", "{place}"),
        ),
        action=Action("Profil ansehen"),
        stop=Stop("Das war nicht abgemacht?", "Dann sprechen Sie sofort mit {by} und {person}."),
    ),
)

_POLICY = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="The security policy of {account} was made weaker",
        preview="{changed_at}, by {by}.",
        title="The security policy was made weaker",
        body=("{by} changed the security policy. Every account owner is told when it asks for less.",),
        rows=(
            ("Change", "{change}"),
            ("Who", "{by}"),
            ("When", "{changed_at}"),
            ("Where", "{place}"),
        ),
        action=Action("Look at the policy"),
        stop=Stop("You didn’t agree to this?", "Sign in and set it back, then talk to {by}."),
    ),
    german=Text(
        subject="Die Sicherheitsregeln von {account} wurden gelockert",
        preview="{changed_at}, durch {by}.",
        title="Die Sicherheitsregeln wurden gelockert",
        body=(
            "{by} hat die Sicherheitsregeln geändert. Wenn sie weniger verlangen, erfahren es alle mit"
            " Inhaberrolle.",
        ),
        rows=(
            ("Änderung", "{change}"),
            ("Wer", "{by}"),
            ("Wann", "{changed_at}"),
            ("Wo", "{place}"),
        ),
        action=Action("Regeln ansehen"),
        stop=Stop(
            "Das war nicht abgemacht?",
            "Melden Sie sich an und stellen Sie sie zurück, dann sprechen Sie mit {by}.",
        ),
    ),
)

_EXPORTED = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="The secrets of {account} were exported",
        preview="{exported_at}, by {by}.",
        title="Everybody’s secrets were exported in a file",
        body=(
            "Whoever has the file and its passphrase can make the codes of everybody’s authenticator app. A password"
            " is needed beside them.",
        ),
        rows=(("Who", "{by}"), ("When", "{exported_at}"), ("Where", "{place}")),
        action=Action("Look at the audit log"),
        stop=Stop(
            "You didn’t agree to this?",
            "Then talk to {by} at once. If the file is in wrong hands, everybody has to change their secret.",
        ),
    ),
    german=Text(
        subject="Die Geheimcodes von {account} wurden exportiert",
        preview="{exported_at}, durch {by}.",
        title="Die Geheimcodes aller Personen wurden als Datei exportiert",
        body=(
            "Wer die Datei und ihre Passphrase hat, kann die Codes aller Authenticator-Apps erzeugen. Daneben braucht"
            " es ein Passwort.",
        ),
        rows=(("Wer", "{by}"), ("Wann", "{exported_at}"), ("Wo", "{place}")),
        action=Action("Protokoll ansehen"),
        stop=Stop(
            "Das war nicht abgemacht?",
            "Dann sprechen Sie sofort mit {by}. Ist die Datei in falschen Händen, müssen alle ihren Geheimcode"
            " ändern.",
        ),
    ),
)

KINDS = {
    "account_exported": _EXPORTED,
    "owner_recovered_owners": _FROM_CONSOLE,
    "ownership_handed_over": _HANDED_OVER,
    "policy_changed": _POLICY,
}
