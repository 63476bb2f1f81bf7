"""Letters to account owners: about somebody they answer for, or about the account itself.

Their one action leads to the page where the thing can be looked at and stopped, after signing in.
"""

from dataclasses import replace

from sparekey.adapters.letters._shape import Action, Kind, Reader, Stop, Text

_PROFILE_EN = Action("Look at the profile")
_PROFILE_DE = Action("Profil ansehen")
_NOT_AGREED_EN = Stop(
    "You didn’t agree to this?",
    "Call {by} on a number you already had, and look at the profile. You are {by} and did nothing of the kind?"
    " Then someone is in your account: change your password at once.",
)
_NOT_AGREED_DE = Stop(
    "Das war nicht abgemacht?",
    "Rufen Sie {by} auf einer Ihnen bekannten Nummer an, und sehen Sie das Profil an. Sie sind {by} und haben"
    " nichts dergleichen getan? Dann ist jemand in Ihrem Konto: Ändern Sie sofort Ihr Passwort.",
)
_CALL_EN = (
    "Call {person} on a number you already had. An incoming call, an email or a chat message proves nothing."
)
_CALL_DE = (
    "Rufen Sie {person} auf einer Ihnen bekannten Nummer an. Ein eingehender Anruf, eine E-Mail oder eine"
    " Chatnachricht beweist nichts."
)

_OPENED = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="{by} is helping {person} back in",
        preview="{opened_at}, checked: {checked}.",
        title="{by} is helping {person} back in",
        body=("{person} has more rights than staff, so every account owner is told.",),
        rows=(
            ("Who", "{by}"),
            ("What", "{delivery}"),
            ("When", "{opened_at}"),
            ("Where", "{place}"),
            ("Checked that it’s them", "{checked}"),
        ),
        action=_PROFILE_EN,
        stop=_NOT_AGREED_EN,
    ),
    german=Text(
        subject="{by} hilft {person} zurück ins Konto",
        preview="{opened_at}, geprüft: {checked}.",
        title="{by} hilft {person} zurück ins Konto",
        body=("{person} hat mehr Rechte als Mitarbeitende, darum erfahren es alle mit Inhaberrolle.",),
        rows=(
            ("Wer", "{by}"),
            ("Was", "{delivery}"),
            ("Wann", "{opened_at}"),
            ("Wo", "{place}"),
            ("Identität geprüft", "{checked}"),
        ),
        action=_PROFILE_DE,
        stop=_NOT_AGREED_DE,
    ),
)

_STOPPED = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="{person} says: this wasn’t me",
        preview="The help by {by} is over, {stopped_at}.",
        title="{person} did not want the help by {by}",
        body=(
            "What was handed over no longer works. Someone may have pretended to be {person}. " + _CALL_EN,
            "Is the second factor really lost? Until {ends_at} somebody other than {by} has to help, who already"
            " had the role before that help began. If there is nobody, whoever runs {host} can help with the"
            " command “sparekey member recover”.",
        ),
        rows=(("Reported", "{stopped_at}"), ("Reported from", "{place}"), ("Help began", "{opened_at}")),
        action=_PROFILE_EN,
    ),
    german=Text(
        subject="{person} sagt: Das war ich nicht",
        preview="Die Hilfe von {by} ist beendet, {stopped_at}.",
        title="{person} wollte die Hilfe von {by} nicht",
        body=(
            "Was übergeben wurde, gilt nicht mehr. Vielleicht hat sich jemand als {person} ausgegeben. "
            + _CALL_DE,
            "Ist der zweite Faktor wirklich verloren? Bis {ends_at} muss jemand anders als {by} helfen, und zwar"
            " jemand, der die Rolle schon vor Beginn dieser Hilfe hatte. Gibt es niemanden, kann helfen, wer"
            " {host} betreibt, mit dem Befehl «sparekey member recover».",
        ),
        rows=(("Gemeldet", "{stopped_at}"), ("Gemeldet von", "{place}"), ("Hilfe begonnen", "{opened_at}")),
        action=_PROFILE_DE,
    ),
)

_COMPLETED = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="{person} is back in",
        preview="{completed_at}, {place}.",
        title="{person} has a new password and a new secret",
        body=("The change that {by} opened is complete. What was handed over was destroyed.",),
        rows=(("When", "{completed_at}"), ("Where", "{place}"), ("Helped by", "{by}")),
        action=_PROFILE_EN,
        stop=Stop("You didn’t agree to this?", _CALL_EN),
    ),
    german=Text(
        subject="{person} ist wieder drin",
        preview="{completed_at}, {place}.",
        title="{person} hat ein neues Passwort und einen neuen Geheimcode",
        body=("Die Änderung, die {by} geöffnet hat, ist abgeschlossen. Was übergeben wurde, ist zerstört.",),
        rows=(("Wann", "{completed_at}"), ("Wo", "{place}"), ("Geholfen hat", "{by}")),
        action=_PROFILE_DE,
        stop=Stop("Das war nicht abgemacht?", _CALL_DE),
    ),
)

_SET_UP = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="{person} set up sign-in anew",
        preview="{done_at}, {place}.",
        title="{person} has a new password and a new secret",
        body=("The link that was sent or made after everything was lost has been used up.",),
        rows=(("When", "{done_at}"), ("Where", "{place}")),
        action=_PROFILE_EN,
        stop=Stop("You didn’t agree to this?", _CALL_EN),
    ),
    german=Text(
        subject="{person} hat die Anmeldung neu eingerichtet",
        preview="{done_at}, {place}.",
        title="{person} hat ein neues Passwort und einen neuen Geheimcode",
        body=("Der Link, der nach dem Verlust von allem gesendet oder erstellt wurde, ist benutzt.",),
        rows=(("Wann", "{done_at}"), ("Wo", "{place}")),
        action=_PROFILE_DE,
        stop=Stop("Das war nicht abgemacht?", _CALL_DE),
    ),
)

_TRIPWIRE = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="The lost second factor of {person} was used",
        preview="{used_at}, {place}. It was refused.",
        title="Someone has the lost second factor of {person}, or it was found",
        body=(
            "It was refused. {beside}",
            "The help by {by} was stopped. The second factor stays suspended until {person} signs in another way"
            " and changes it, or somebody helps anew.",
            _CALL_EN,
        ),
        rows=(("When", "{used_at}"), ("Where", "{place}")),
        action=_PROFILE_EN,
    ),
    german=Text(
        subject="Der verlorene zweite Faktor von {person} wurde benutzt",
        preview="{used_at}, {place}. Er wurde abgelehnt.",
        title="Jemand hat den verlorenen zweiten Faktor von {person}, oder er wurde gefunden",
        body=(
            "Er wurde abgelehnt. {beside}",
            "Die Hilfe von {by} wurde gestoppt. Der zweite Faktor bleibt gesperrt, bis {person} sich auf einem"
            " anderen Weg anmeldet und ihn ändert oder jemand von vorn hilft.",
            _CALL_DE,
        ),
        rows=(("Wann", "{used_at}"), ("Wo", "{place}")),
        action=_PROFILE_DE,
    ),
)

_LATE_WARNING = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="{person} says a finished change wasn’t theirs",
        preview="Reported {reported_at}.",
        title="Someone else may be in the account of {person}",
        body=(
            "Someone used the link “This wasn’t me” in an email about a change that is already complete."
            " {person} was signed out everywhere; the change itself stays.",
            _CALL_EN + " If it wasn’t them, deactivate the profile at once.",
        ),
        rows=(("Changed", "{completed_at}"), ("Reported", "{reported_at}"), ("Reported from", "{place}")),
        action=_PROFILE_EN,
    ),
    german=Text(
        subject="{person} sagt, eine abgeschlossene Änderung sei fremd",
        preview="Gemeldet {reported_at}.",
        title="Vielleicht ist jemand anders im Konto von {person}",
        body=(
            "Jemand hat den Link «Das war ich nicht» in einer E-Mail zu einer schon abgeschlossenen Änderung"
            " benutzt. {person} wurde überall abgemeldet; die Änderung selbst bleibt.",
            _CALL_DE + " War es jemand anders, deaktivieren Sie das Profil sofort.",
        ),
        rows=(("Geändert", "{completed_at}"), ("Gemeldet", "{reported_at}"), ("Gemeldet von", "{place}")),
        action=_PROFILE_DE,
    ),
)

_DOUBTED = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="{person} says of an email from us: this wasn’t me",
        preview="Reported {reported_at}.",
        title="Someone else may be in the account of {person}",
        body=(
            "Someone used the link “This wasn’t me” in an email to {person}. {person} was signed out"
            " everywhere. A change that the email told of is not undone by that.",
            _CALL_EN + " If it wasn’t them, deactivate the profile at once.",
        ),
        rows=(("Reported", "{reported_at}"), ("Reported from", "{place}")),
        action=_PROFILE_EN,
    ),
    german=Text(
        subject="{person} sagt zu einer E-Mail von uns: Das war ich nicht",
        preview="Gemeldet {reported_at}.",
        title="Vielleicht ist jemand anders im Konto von {person}",
        body=(
            "Jemand hat den Link «Das war ich nicht» in einer E-Mail an {person} benutzt. {person} wurde"
            " überall abgemeldet. Eine Änderung, von der die E-Mail berichtete, macht das nicht rückgängig.",
            _CALL_DE + " War es jemand anders, deaktivieren Sie das Profil sofort.",
        ),
        rows=(("Gemeldet", "{reported_at}"), ("Gemeldet von", "{place}")),
        action=_PROFILE_DE,
    ),
)

_RESET = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="{by} reset the sign-in of {person}",
        preview="{done_at}, checked: {checked}.",
        title="{by} reset the sign-in of {person}",
        body=(
            "Password, second factor, passkeys and backup codes were removed. {person} gets a new invitation.",
        ),
        rows=(
            ("Who", "{by}"),
            ("When", "{done_at}"),
            ("Where", "{place}"),
            ("Checked that it’s them", "{checked}"),
        ),
        action=_PROFILE_EN,
        stop=_NOT_AGREED_EN,
    ),
    german=Text(
        subject="{by} hat die Anmeldung von {person} zurückgesetzt",
        preview="{done_at}, geprüft: {checked}.",
        title="{by} hat die Anmeldung von {person} zurückgesetzt",
        body=(
            "Passwort, zweiter Faktor, Passkeys und Backup-Codes sind entfernt. {person} erhält eine neue"
            " Einladung.",
        ),
        rows=(
            ("Wer", "{by}"),
            ("Wann", "{done_at}"),
            ("Wo", "{place}"),
            ("Identität geprüft", "{checked}"),
        ),
        action=_PROFILE_DE,
        stop=_NOT_AGREED_DE,
    ),
)

_LOST_ONE_USED = Kind(
    reader=Reader.OWNER,
    english=replace(
        _TRIPWIRE.english,
        body=(
            "It was refused. {beside}",
            "The second factor stays suspended until {person} signs in another way and changes it, or somebody"
            " helps.",
            _CALL_EN,
        ),
    ),
    german=replace(
        _TRIPWIRE.german,
        body=(
            "Er wurde abgelehnt. {beside}",
            "Der zweite Faktor bleibt gesperrt, bis {person} sich auf einem anderen Weg anmeldet und ihn ändert"
            " oder jemand hilft.",
            _CALL_DE,
        ),
    ),
)

_BY_HELPER = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="The help for {person} was used in a browser of {by}",
        preview="{used_at}, {place}.",
        title="The change for {person} began in a browser where {by} has signed in",
        body=(
            "Perhaps {by} lent a computer, or both use the same one. Or somebody other than {person} is changing"
            " the password and the second factor.",
            "Are you {by}, and was it {person}, beside you? Then there is nothing to do. If not: " + _CALL_EN,
        ),
        rows=(("When", "{used_at}"), ("Where", "{place}"), ("Helped by", "{by}")),
        action=_PROFILE_EN,
        stop=Stop("It wasn’t {person}?", "Cancel the help on the profile, or deactivate the profile."),
    ),
    german=Text(
        subject="Die Hilfe für {person} wurde in einem Browser von {by} benutzt",
        preview="{used_at}, {place}.",
        title="Die Änderung für {person} begann in einem Browser, in dem {by} sich angemeldet hat",
        body=(
            "Vielleicht hat {by} den eigenen Computer ausgeliehen, oder beide benutzen denselben. Oder jemand"
            " anders als {person} ändert das Passwort und den zweiten Faktor.",
            "Sind Sie {by}, und war es {person}, neben Ihnen? Dann müssen Sie nichts tun. Wenn nicht: "
            + _CALL_DE,
        ),
        rows=(("Wann", "{used_at}"), ("Wo", "{place}"), ("Geholfen hat", "{by}")),
        action=_PROFILE_DE,
        stop=Stop(
            "Das war nicht {person}?",
            "Brechen Sie die Hilfe im Profil ab, oder deaktivieren Sie das Profil.",
        ),
    ),
)

_BUDGET_CLOSED = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="Too many wrong tries on temporary secrets of {person}",
        preview="{closed_at}. Send a set-up link instead.",
        title="{person} gets no more temporary secrets for now",
        body=(
            "Too many wrong codes were tried. Until {person} finishes a change, only a one-time set-up link"
            " helps.",
            _CALL_EN,
        ),
        rows=(("When", "{closed_at}"), ("Where", "{place}")),
        action=_PROFILE_EN,
    ),
    german=Text(
        subject="Zu viele falsche Versuche mit vorläufigen Geheimcodes von {person}",
        preview="{closed_at}. Senden Sie stattdessen einen Einrichtungslink.",
        title="{person} erhält vorerst keine vorläufigen Geheimcodes mehr",
        body=(
            "Es wurden zu viele falsche Codes eingegeben. Bis {person} eine Änderung abschliesst, hilft nur ein"
            " einmaliger Einrichtungslink.",
            _CALL_DE,
        ),
        rows=(("Wann", "{closed_at}"), ("Wo", "{place}")),
        action=_PROFILE_DE,
    ),
)

_PASSWORD_RENEWED = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="{person} chose a new password with a link from an email",
        preview="{changed_at}, {place}.",
        title="{person} has a new password",
        body=(
            "It was chosen with a link from an email, together with a second factor. No other address of {person} has"
            " been confirmed for 72 hours, so that you are told as well.",
        ),
        rows=(("When", "{changed_at}"), ("Where", "{place}")),
        action=_PROFILE_EN,
        stop=Stop("Does {person} know of it?", _CALL_EN),
    ),
    german=Text(
        subject="{person} hat mit einem Link aus einer E-Mail ein neues Passwort gewählt",
        preview="{changed_at}, {place}.",
        title="{person} hat ein neues Passwort",
        body=(
            "Es wurde mit einem Link aus einer E-Mail gewählt, zusammen mit einem zweiten Faktor. Von {person} ist"
            " keine andere Adresse seit 72 Stunden bestätigt, darum erfahren auch Sie es.",
        ),
        rows=(("Wann", "{changed_at}"), ("Wo", "{place}")),
        action=_PROFILE_DE,
        stop=Stop("Weiss {person} davon?", _CALL_DE),
    ),
)

KINDS = {
    "password_renewed_owners": _PASSWORD_RENEWED,
    "set_up_owners": _SET_UP,
    "recovery_opened_owners": _OPENED,
    "recovery_stopped": _STOPPED,
    "recovery_completed_owners": _COMPLETED,
    "recovery_tripwire_owners": _TRIPWIRE,
    "recovery_late_warning": _LATE_WARNING,
    "letter_doubted_owners": _DOUBTED,
    "lost_factor_used_owners": _LOST_ONE_USED,
    "redeemed_by_helper": _BY_HELPER,
    "reset_done_owners": _RESET,
    "temporary_budget_closed": _BUDGET_CLOSED,
}
