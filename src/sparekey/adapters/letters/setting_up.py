"""Letters that carry something to begin with: a link, or (one kind alone) a secret."""

from sparekey.adapters.letters._shape import Action, Kind, Reader, Stop, Text

_INVITATION = Kind(
    opens=True,
    english=Text(
        subject="Your invitation to {account}",
        preview="Works once, until {expires_at}.",
        title="Set up your sign-in",
        body=(
            "{helper} invites you to sign in to {account}. The link works once, until {expires_at}.",
            "You choose a password and set up an authenticator app on your phone. It takes five minutes.",
        ),
        rows=(("Your username", "{username}"),),
        action=Action("Set up my sign-in"),
        stop=Stop(
            "You don’t know {helper}?",
            "Then do nothing: without the link nobody gets in, and it ends by itself.",
        ),
    ),
    german=Text(
        subject="Ihre Einladung zu {account}",
        preview="Gilt einmal, bis {expires_at}.",
        title="Richten Sie Ihre Anmeldung ein",
        body=(
            "{helper} lädt Sie ein, sich bei {account} anzumelden. Der Link gilt einmal, bis {expires_at}.",
            "Sie wählen ein Passwort und richten eine Authenticator-App auf Ihrem Telefon ein. Das dauert"
            " fünf Minuten.",
        ),
        rows=(("Ihr Benutzername", "{username}"),),
        action=Action("Anmeldung einrichten"),
        stop=Stop(
            "Sie kennen {helper} nicht?",
            "Dann tun Sie nichts: Ohne den Link kommt niemand hinein, und er läuft von selbst ab.",
        ),
    ),
)

_RESET_LINK = Kind(
    opens=True,
    english=Text(
        subject="Set up your sign-in to {account} again",
        preview="Works once, until {expires_at}.",
        title="Set up your sign-in again",
        body=(
            "{helper} reset your access to {account}. The link works once, until {expires_at}.",
            "You choose a new password and set up an authenticator app on your phone. It takes five minutes.",
        ),
        rows=(("Your username", "{username}"),),
        action=Action("Set up my sign-in"),
        stop=Stop(
            "You did not ask for this?",
            "Then do not use the link. A letter before this one has a button that stops it, without signing in.",
        ),
    ),
    german=Text(
        subject="Richten Sie Ihre Anmeldung bei {account} neu ein",
        preview="Gilt einmal, bis {expires_at}.",
        title="Richten Sie Ihre Anmeldung neu ein",
        body=(
            "{helper} hat Ihren Zugang zu {account} zurückgesetzt. Der Link gilt einmal, bis {expires_at}.",
            "Sie wählen ein neues Passwort und richten eine Authenticator-App auf Ihrem Telefon ein. Das dauert"
            " fünf Minuten.",
        ),
        rows=(("Ihr Benutzername", "{username}"),),
        action=Action("Anmeldung einrichten"),
        stop=Stop(
            "Das war nicht abgemacht?",
            "Dann benutzen Sie den Link nicht. In einem Brief davor ist ein Knopf, der alles stoppt, ohne Anmeldung.",
        ),
    ),
)

_SETUP_LINK = Kind(
    opens=True,
    english=Text(
        subject="Your set-up link for {account}",
        preview="Works once, until {expires_at}.",
        title="Set up your sign-in again",
        body=(
            "{helper} sent you this link because you lost your second factor. It works once, until"
            " {expires_at}, together with your current password.",
        ),
        rows=(("When", "{opened_at}"), ("Where", "{place}"), ("Checked that it’s you", "{checked}")),
        action=Action("Set up my sign-in"),
        after=(
            "Have your new phone with an authenticator app at hand. You will choose a new password and get a"
            " new secret.",
        ),
        stop=Stop("You lost nothing?", "Then do not use the link and stop it here:", "{stop_link}"),
    ),
    german=Text(
        subject="Ihr Einrichtungslink für {account}",
        preview="Gilt einmal, bis {expires_at}.",
        title="Anmeldung neu einrichten",
        body=(
            "{helper} hat Ihnen diesen Link gesendet, weil Sie Ihren zweiten Faktor verloren haben. Er gilt"
            " einmal, bis {expires_at}, zusammen mit Ihrem jetzigen Passwort.",
        ),
        rows=(("Wann", "{opened_at}"), ("Wo", "{place}"), ("Ihre Identität geprüft", "{checked}")),
        action=Action("Anmeldung einrichten"),
        after=(
            "Halten Sie Ihr neues Telefon mit einer Authenticator-App bereit. Sie wählen ein neues Passwort"
            " und erhalten einen neuen Geheimcode.",
        ),
        stop=Stop(
            "Sie haben nichts verloren?",
            "Dann benutzen Sie den Link nicht und stoppen Sie ihn hier:",
            "{stop_link}",
        ),
    ),
)

_SECRET_SENT = Kind(
    opens=True,
    has_qr=True,
    english=Text(
        subject="Your temporary secret for {account}: sign in with it and change it",
        preview="Works once, with your password, until {expires_at}.",
        title="Your temporary secret and QR code",
        body=(
            "{helper} sent you these so that you can sign in again. Add the secret to the authenticator app"
            " on your new phone, then sign in with your password and a code from the app.",
            "This email carries a secret. It works once, only together with your password, until"
            " {expires_at}.",
        ),
        rows=(
            ("Temporary secret", "{secret}"),
            ("Account name", "{account} ({username})"),
            ("When", "{opened_at}"),
            ("Where", "{place}"),
            ("Checked that it’s you", "{checked}"),
        ),
        action=Action("Go to the sign-in page"),
        after=(
            "Right after you sign in, Sparekey asks you to choose a new password and gives you a new secret."
            " The temporary one ends then. Delete this email and the old entry in your authenticator app once"
            " you are in.",
        ),
        stop=Stop(
            "You lost nothing?",
            "Then someone may be pretending to be you. Stop it here:",
            "{stop_link}",
        ),
    ),
    german=Text(
        subject="Ihr vorläufiger Geheimcode für {account}: damit anmelden und ändern",
        preview="Gilt einmal, mit Ihrem Passwort, bis {expires_at}.",
        title="Ihr vorläufiger Geheimcode und QR-Code",
        body=(
            "{helper} hat Ihnen beides gesendet, damit Sie sich wieder anmelden können. Fügen Sie den"
            " Geheimcode in der Authenticator-App auf Ihrem neuen Telefon hinzu. Melden Sie sich dann mit"
            " Passwort und Code aus der App an.",
            "Diese E-Mail enthält einen Geheimcode. Er gilt einmal, nur zusammen mit Ihrem Passwort, bis"
            " {expires_at}.",
        ),
        rows=(
            ("Vorläufiger Geheimcode", "{secret}"),
            ("Kontoname", "{account} ({username})"),
            ("Wann", "{opened_at}"),
            ("Wo", "{place}"),
            ("Ihre Identität geprüft", "{checked}"),
        ),
        action=Action("Zur Anmeldung"),
        after=(
            "Gleich nach der Anmeldung verlangt Sparekey ein neues Passwort und gibt Ihnen einen neuen"
            " Geheimcode. Der vorläufige gilt dann nicht mehr. Löschen Sie diese E-Mail und den alten Eintrag"
            " in der Authenticator-App, sobald Sie drin sind.",
        ),
        stop=Stop(
            "Sie haben nichts verloren?",
            "Dann gibt sich vielleicht jemand für Sie aus. Stoppen Sie es hier:",
            "{stop_link}",
        ),
    ),
)

_PASSWORD_RESET_LINK = Kind(
    opens=True,
    english=Text(
        subject="Choose a new password for {account}",
        preview="Works once, until {expires_at}.",
        title="Choose a new password",
        body=(
            "Someone asked for a new password for your account. The link works once, until {expires_at},"
            " together with a code from your authenticator app, a backup code or a passkey.",
            "Do you have a passkey? It also signs you in without any password.",
        ),
        rows=(("When", "{asked_at}"), ("Where", "{place}")),
        action=Action("Choose a new password"),
        stop=Stop(
            "You didn’t ask for it?",
            "Then do nothing. Your password stays as it is, the link alone opens nothing and ends by itself.",
        ),
    ),
    german=Text(
        subject="Neues Passwort für {account} wählen",
        preview="Gilt einmal, bis {expires_at}.",
        title="Wählen Sie ein neues Passwort",
        body=(
            "Jemand hat ein neues Passwort für Ihr Konto verlangt. Der Link gilt einmal, bis {expires_at},"
            " zusammen mit einem Code aus Ihrer Authenticator-App, einem Backup-Code oder einem Passkey.",
            "Haben Sie einen Passkey? Damit melden Sie sich auch ganz ohne Passwort an.",
        ),
        rows=(("Wann", "{asked_at}"), ("Wo", "{place}")),
        action=Action("Neues Passwort wählen"),
        stop=Stop(
            "Das waren nicht Sie?",
            "Dann tun Sie nichts. Ihr Passwort bleibt, wie es ist. Der Link allein öffnet nichts und läuft"
            " von selbst ab.",
        ),
    ),
)

_SIGNUP_LINK = Kind(
    opens=True,
    reader=Reader.STRANGER,
    english=Text(
        subject="Your new account at {host}",
        preview="Works once, until {expires_at}.",
        title="Go on with your new account",
        body=(
            "Someone gave this address to open an account at {host}. The link works once, until"
            " {expires_at}.",
        ),
        action=Action("Set up the account"),
        stop=Stop("You didn’t ask for it?", "Then do nothing: no account is made without the link."),
    ),
    german=Text(
        subject="Ihr neues Konto bei {host}",
        preview="Gilt einmal, bis {expires_at}.",
        title="Weiter zu Ihrem neuen Konto",
        body=(
            "Jemand hat diese Adresse angegeben, um bei {host} ein Konto zu eröffnen. Der Link gilt einmal,"
            " bis {expires_at}.",
        ),
        action=Action("Konto einrichten"),
        stop=Stop("Das waren nicht Sie?", "Dann tun Sie nichts: Ohne den Link entsteht kein Konto."),
    ),
)

_SET_UP = Kind(
    english=Text(
        subject="Your sign-in for {account} is set up",
        preview="{done_at}, {place}.",
        title="Your sign-in is set up",
        body=(
            "A password, an authenticator app and backup codes were set up with the one-time link made for you."
            " If you had others before, they no longer work.",
        ),
        rows=(("When", "{done_at}"), ("Where", "{place}")),
        stop=Stop(
            "That wasn’t you?",
            "Then someone else used that link. Report it here, without signing in; your"
            " owners are told at once:",
            "{stop_link}",
        ),
    ),
    german=Text(
        subject="Ihre Anmeldung für {account} ist eingerichtet",
        preview="{done_at}, {place}.",
        title="Ihre Anmeldung ist eingerichtet",
        body=(
            "Passwort, Authenticator-App und Backup-Codes wurden mit dem einmaligen Link eingerichtet, der für"
            " Sie erstellt wurde. Hatten Sie schon andere, gelten diese nicht mehr.",
        ),
        rows=(("Wann", "{done_at}"), ("Wo", "{place}")),
        stop=Stop(
            "Das waren nicht Sie?",
            "Dann hat jemand anders diesen Link benutzt. Melden Sie es hier, ohne Anmeldung;"
            " die Inhaberrolle erfährt es sofort:",
            "{stop_link}",
        ),
    ),
)

KINDS = {
    "set_up": _SET_UP,
    "invitation": _INVITATION,
    "reset_link": _RESET_LINK,
    "setup_link": _SETUP_LINK,
    "secret_sent": _SECRET_SENT,
    "password_reset_link": _PASSWORD_RESET_LINK,
    "signup_link": _SIGNUP_LINK,
}
