"""What stands on the pages for somebody who reads German: the labels that the stories look for."""

WORDS = {
    "Sign in": "Anmelden",
    "Username or work email": "Benutzername oder E-Mail (Arbeit)",
    "Password": "Passwort",
    "Continue": "Weiter",
    "6-digit code": "6-stelliger Code",
    "6-digit code from your authenticator app": "6-stelliger Code aus Ihrer Authenticator-App",
    "New password": "Neues Passwort",
    "I added it": "Hinzugefügt",
    "6-digit code from the new entry": "6-stelliger Code aus dem neuen Eintrag",
    "Verify": "Prüfen",
    "Check and finish": "Prüfen und abschliessen",
    "Prove that you have them: enter any one of the codes": (
        "Zeigen Sie, dass Sie sie haben: Geben Sie einen der Codes ein"
    ),
    "Your backup codes are saved": "Ihre Backup-Codes sind gesichert",
    "Sign in with your new password": "Mit dem neuen Passwort anmelden",
    "Staff": "Mitarbeitende",
    "Menu": "Menü",
    "User menu": "Benutzermenü",
    "Sign out": "Abmelden",
    "Reveal secret code and QR code": "Geheimcode und QR-Code anzeigen",
    "Reveal secret": "Geheimcode anzeigen",
    "{name} is here with me": "{name} ist hier bei mir",
    "You’re back in, and only you": "Sie sind wieder drin, und nur Sie",
    "Two-factor authentication": "Zwei-Faktor-Authentifizierung",
    "You are back in": "Sie sind wieder drin",
    "is back in": "ist wieder drin",
    "Not agreed? Stop it": "Nicht abgemacht? Stoppen Sie es",
}
