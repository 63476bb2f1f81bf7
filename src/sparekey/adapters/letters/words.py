"""Facts that are one of a few values of the core, and the words for each: English, German.

`fate`, `beside` and `signed_out` are whole sentences; the others stand in a row of their own, so that no grammar
hangs on them. Several values, with commas between them, stand in one row.
"""

from collections.abc import Mapping

from sparekey.core.contract import Answer
from sparekey.core.people import Role
from sparekey.core.recovery_case import Delivery, Ending, Fate, How
from sparekey.core.sign_in import Beside

_ROLES: Mapping[str, tuple[str, str]] = {
    Role.OWNER: ("Account owner", "Kontoinhaber/in"),
    Role.ADMIN: ("Administrator", "Administration"),
    Role.AUDITOR: ("Auditor", "Revision"),
    Role.STAFF: ("Staff", "Mitarbeitend"),
}
_WAYS: Mapping[str, tuple[str, str]] = {
    Answer.PASSWORD: ("Password", "Passwort"),
    Answer.PASSKEY: ("Passkey", "Passkey"),
    Answer.CODE: ("Code from the authenticator app", "Code aus der Authenticator-App"),
    Answer.BACKUP_CODE: ("Backup code", "Backup-Code"),
    Answer.SMS_CODE: ("Code by text message", "Code per SMS"),
    Answer.EMAIL_CODE: ("Code by email", "Code per E-Mail"),
}
_DELIVERIES: Mapping[str, tuple[str, str]] = {
    Delivery.LINK: ("One-time set-up link, by email", "Einmaliger Einrichtungslink, per E-Mail"),
    Delivery.SCREEN: ("Temporary secret, on screen", "Vorläufiger Geheimcode, am Bildschirm"),
    Delivery.MAIL: ("Temporary secret, by email", "Vorläufiger Geheimcode, per E-Mail"),
    Delivery.CURRENT: ("The current secret, on screen", "Der jetzige Geheimcode, am Bildschirm"),
}
_HOWS: Mapping[str, tuple[str, str]] = {
    How.PERSON: ("In person", "Persönlich"),
    How.VIDEO: ("On a video call", "Im Videoanruf"),
    How.CALL: ("By calling a known number", "Durch Anruf auf eine bekannte Nummer"),
}
_ENDINGS: Mapping[str, tuple[str, str]] = {
    Ending.EXPIRED: ("Its time ran out", "Die Zeit ist abgelaufen"),
    Ending.CANCELLED_BY_HELPER: ("Cancelled", "Abgebrochen"),
    Ending.SIGNED_IN_OTHERWISE: ("Signed in another way", "Anmeldung auf einem anderen Weg"),
    Ending.REPLACED: ("Replaced by new help", "Durch neue Hilfe ersetzt"),
    Ending.STOPPED_BY_PERSON: ("Stopped with the link in an email", "Mit dem Link in einer E-Mail gestoppt"),
    Ending.LOST_FACTOR_USED: ("The lost second factor was used", "Der verlorene zweite Faktor wurde benutzt"),
    Ending.MEMBER_CHANGED: (
        "Your password, role or details changed",
        "Ihr Passwort, Ihre Rolle oder Ihre Angaben haben sich geändert",
    ),
}
_FATES: Mapping[str, tuple[str, str]] = {
    Fate.DESTROYED: (
        "Your earlier second factor is gone for good.",
        "Ihr früherer zweiter Faktor ist endgültig weg.",
    ),
    Fate.ACTIVE_AGAIN: (
        "Your earlier second factor works again.",
        "Ihr früherer zweiter Faktor gilt wieder.",
    ),
    Fate.STAYS_SUSPENDED: (
        "Your earlier second factor stays suspended. Sign in another way and change your secret.",
        "Ihr früherer zweiter Faktor bleibt gesperrt. Melden Sie sich auf einem anderen Weg an und ändern Sie"
        " Ihren Geheimcode.",
    ),
}
_BESIDE: Mapping[str, tuple[str, str]] = {
    Beside.PASSWORD: (
        "The right password was entered before it: whoever it was knows that too.",
        "Vorher wurde das richtige Passwort eingegeben: Wer es war, kennt auch dieses.",
    ),
    Beside.LINK: (
        "The link for a new password was used with it: whoever it was reads the emails too.",
        "Dazu wurde der Link für ein neues Passwort benutzt: Wer es war, liest auch die E-Mails.",
    ),
    Beside.NOTHING: (
        "It is a passkey, which signs in alone: no password was entered.",
        "Es ist ein Passkey, der allein zum Anmelden genügt: Es wurde kein Passwort eingegeben.",
    ),
}
_CHANGES: Mapping[str, tuple[str, str]] = {
    "reveal_current": ("The current secret may be revealed", "Der jetzige Geheimcode darf angezeigt werden"),
    "links_only": (
        "Secrets may be handed over, not only set-up links",
        "Geheimcodes dürfen übergeben werden, nicht nur Einrichtungslinks",
    ),
    "admins_may_reveal": (
        "Administrators may hand over secrets and reset staff",
        "Die Administration darf Geheimcodes übergeben und Mitarbeitende zurücksetzen",
    ),
    "passkey_models": ("More models of passkeys may be added", "Mehr Modelle von Passkeys sind erlaubt"),
    "review_months": (
        "People look through their ways in less often, or not at all",
        "Anmeldewege werden seltener oder gar nicht mehr geprüft",
    ),
    "remember_days": ("Browsers are remembered for longer", "Browser werden länger gemerkt"),
    "sms_codes": ("Text messages are allowed as second factor", "SMS sind als zweiter Faktor erlaubt"),
    "email_codes": (
        "Codes by email are allowed for signing in",
        "Codes per E-Mail sind zum Anmelden erlaubt",
    ),
}

_SIGNED_OUT: Mapping[str, tuple[str, str]] = {
    "others": ("All your other devices were signed out.", "Alle Ihre anderen Geräte wurden abgemeldet."),
    "all": ("All your devices were signed out.", "Alle Ihre Geräte wurden abgemeldet."),
}

WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "role": _ROLES,
    "role_before": _ROLES,
    "way": _WAYS,
    "delivery": _DELIVERIES,
    "checked": _HOWS,
    "ending": _ENDINGS,
    "fate": _FATES,
    "beside": _BESIDE,
    "change": _CHANGES,
    "signed_out": _SIGNED_OUT,
}
