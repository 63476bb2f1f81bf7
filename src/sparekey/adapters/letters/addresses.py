"""Letters about a person's own addresses. Each but the first goes to all of them, and names the one it is about."""

from sparekey.adapters.letters._phrases import REPORT_DE, REPORT_EN
from sparekey.adapters.letters._shape import Action, Kind, Reader, Stop, Text

_STOP_EN = (
    "Then someone is in your account. Stop it here, without signing in: the address is taken out again, all devices"
    " are signed out, and your owners are told:"
)
_STOP_DE = (
    "Dann ist jemand in Ihrem Konto. Stoppen Sie es hier, ohne Anmeldung: Die Adresse wird wieder entfernt, alle"
    " Geräte werden abgemeldet, und die Inhaberrolle erfährt es:"
)

_CONFIRM = Kind(
    opens=True,
    reader=Reader.STRANGER,
    english=Text(
        subject="Confirm this address for {host}",
        preview="Works once, until {expires_at}.",
        title="Is this your address?",
        body=(
            "Someone gave this address to be told here about their sign-in at {host}. If that was you, confirm it."
            " The link works once, until {expires_at}, and signs nobody in.",
        ),
        action=Action("Confirm this address"),
        stop=Stop("It wasn’t you?", "Then do nothing: without the link, this address gets no notices."),
    ),
    german=Text(
        subject="Bestätigen Sie diese Adresse für {host}",
        preview="Gilt einmal, bis {expires_at}.",
        title="Ist das Ihre Adresse?",
        body=(
            "Jemand hat diese Adresse angegeben, um hier Meldungen zur eigenen Anmeldung bei {host} zu erhalten."
            " Waren Sie das, bestätigen Sie die Adresse. Der Link gilt einmal, bis {expires_at}, und meldet"
            " niemanden an.",
        ),
        action=Action("Adresse bestätigen"),
        stop=Stop(
            "Das waren nicht Sie?", "Dann tun Sie nichts: Ohne den Link kommen hier keine Meldungen an."
        ),
    ),
)

_ADDED = Kind(
    english=Text(
        subject="An address was added to your account at {account}",
        preview="{added_at}, {place}.",
        title="An address was added",
        body=(
            "Once it is confirmed, {address} gets every notice about your account. It lets nobody in, and"
            " nothing that lets anybody in is sent there.",
        ),
        rows=(("Address", "{address}"), ("When", "{added_at}"), ("Where", "{place}")),
        stop=Stop("You didn’t add it?", _STOP_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Ihrem Konto bei {account} wurde eine Adresse hinzugefügt",
        preview="{added_at}, {place}.",
        title="Eine Adresse wurde hinzugefügt",
        body=(
            "Sobald sie bestätigt ist, erhält {address} jede Meldung zu Ihrem Konto. Sie lässt niemanden hinein,"
            " und nichts, was jemanden hineinlässt, wird dorthin gesendet.",
        ),
        rows=(("Adresse", "{address}"), ("Wann", "{added_at}"), ("Wo", "{place}")),
        stop=Stop("Sie waren es nicht?", _STOP_DE, "{stop_link}"),
    ),
)

_CONFIRMED = Kind(
    english=Text(
        subject="An address of your account at {account} was confirmed",
        preview="{confirmed_at}, {place}.",
        title="An address was confirmed",
        body=("From now on {address} gets every notice about your account, like your other addresses.",),
        rows=(("Address", "{address}"), ("When", "{confirmed_at}"), ("Where", "{place}")),
        stop=Stop("It isn’t yours?", _STOP_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Eine Adresse Ihres Kontos bei {account} wurde bestätigt",
        preview="{confirmed_at}, {place}.",
        title="Eine Adresse wurde bestätigt",
        body=("Ab jetzt erhält {address} jede Meldung zu Ihrem Konto, wie Ihre anderen Adressen.",),
        rows=(("Adresse", "{address}"), ("Wann", "{confirmed_at}"), ("Wo", "{place}")),
        stop=Stop("Sie gehört nicht Ihnen?", _STOP_DE, "{stop_link}"),
    ),
)

_REMOVED = Kind(
    english=Text(
        subject="An address was removed from your account at {account}",
        preview="{removed_at}, {place}.",
        title="An address was removed",
        body=("From now on {address} gets no notices about your account.",),
        rows=(("Address", "{address}"), ("When", "{removed_at}"), ("Where", "{place}")),
        stop=Stop("You didn’t remove it?", REPORT_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Aus Ihrem Konto bei {account} wurde eine Adresse entfernt",
        preview="{removed_at}, {place}.",
        title="Eine Adresse wurde entfernt",
        body=("Ab jetzt erhält {address} keine Meldungen zu Ihrem Konto mehr.",),
        rows=(("Adresse", "{address}"), ("Wann", "{removed_at}"), ("Wo", "{place}")),
        stop=Stop("Sie waren es nicht?", REPORT_DE, "{stop_link}"),
    ),
)

_TAKEN_OUT = Kind(
    english=Text(
        subject="{by} took an address out of your account at {account}",
        preview="{removed_at}, {place}.",
        title="An address was taken out",
        body=(
            "From now on {address} gets no notices about your account. Your password and your ways in are as they"
            " were.",
        ),
        rows=(("Address", "{address}"), ("Who", "{by}"), ("When", "{removed_at}"), ("Where", "{place}")),
        stop=Stop("You didn’t agree to that?", "Report it here, without signing in:", "{stop_link}"),
    ),
    german=Text(
        subject="{by} hat aus Ihrem Konto bei {account} eine Adresse entfernt",
        preview="{removed_at}, {place}.",
        title="Eine Adresse wurde entfernt",
        body=(
            "Ab jetzt erhält {address} keine Meldungen zu Ihrem Konto mehr. Ihr Passwort und Ihre Wege hinein sind"
            " wie zuvor.",
        ),
        rows=(("Adresse", "{address}"), ("Wer", "{by}"), ("Wann", "{removed_at}"), ("Wo", "{place}")),
        stop=Stop("Das war nicht abgemacht?", "Melden Sie es hier, ohne Anmeldung:", "{stop_link}"),
    ),
)

_WORK_CHANGED = Kind(
    english=Text(
        subject="Your work address at {account} was changed",
        preview="{changed_at}, by {by}.",
        title="Another work address",
        body=(
            "{by} put another address in the place of your work address. For 72 hours no set-up link, no link for a"
            " new password and no secret is sent to the new one. Notices go on coming here as well.",
        ),
        rows=(("Who", "{by}"), ("When", "{changed_at}"), ("Where", "{place}")),
        stop=Stop("You didn’t agree to that?", "Report it here, without signing in:", "{stop_link}"),
    ),
    german=Text(
        subject="Ihre Arbeitsadresse bei {account} wurde geändert",
        preview="{changed_at}, durch {by}.",
        title="Eine andere Arbeitsadresse",
        body=(
            "{by} hat Ihre Arbeitsadresse durch eine andere ersetzt. 72 Stunden lang wird an die neue kein"
            " Einrichtungslink, kein Link für ein neues Passwort und kein Geheimcode gesendet. Meldungen kommen"
            " weiterhin auch hierher.",
        ),
        rows=(("Wer", "{by}"), ("Wann", "{changed_at}"), ("Wo", "{place}")),
        stop=Stop("Das war nicht abgemacht?", "Melden Sie es hier, ohne Anmeldung:", "{stop_link}"),
    ),
)

KINDS = {
    "address_confirm": _CONFIRM,
    "address_added": _ADDED,
    "address_confirmed": _CONFIRMED,
    "address_removed": _REMOVED,
    "address_taken_out": _TAKEN_OUT,
    "work_address_changed": _WORK_CHANGED,
}
