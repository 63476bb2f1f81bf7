"""Letters about apps: to the other account owners, who changed what lets people in elsewhere; to a person whose code
let a program in.
"""

from sparekey.adapters.letters._phrases import REPORT_DE, REPORT_EN
from sparekey.adapters.letters._shape import Action, Kind, Reader, Stop, Text

_ROWS_EN = (("App", "{app}"), ("Who", "{person}"), ("When", "{changed_at}"), ("Where", "{place}"))
_ROWS_DE = (("App", "{app}"), ("Wer", "{person}"), ("Wann", "{changed_at}"), ("Wo", "{place}"))
_LOOK_EN, _LOOK_DE = Action("Look at the app"), Action("App ansehen")
_ALL_EN, _ALL_DE = Action("Look at the apps"), Action("Apps ansehen")
_STOP_EN = Stop("You didn’t agree to this?", "Talk to {person} at once, and remove or correct the app.")
_STOP_DE = Stop(
    "Das war nicht abgemacht?",
    "Sprechen Sie sofort mit {person}, und entfernen oder berichtigen Sie die App.",
)

_ADDED = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="{person} added the app {app}",
        preview="{changed_at}.",
        title="People can now sign in to {app}",
        body=(
            "{app} learns from here who somebody is. Whoever controls the app controls what it does with that.",
        ),
        rows=_ROWS_EN,
        action=_LOOK_EN,
        stop=_STOP_EN,
    ),
    german=Text(
        subject="{person} hat die App {app} hinzugefügt",
        preview="{changed_at}.",
        title="Man kann sich jetzt bei {app} anmelden",
        body=("{app} erfährt von hier, wer jemand ist. Was daraus wird, bestimmt, wer die App betreibt.",),
        rows=_ROWS_DE,
        action=_LOOK_DE,
        stop=_STOP_DE,
    ),
)
_CHANGED = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="{person} changed the app {app}",
        preview="{changed_at}.",
        title="The settings of {app} were changed",
        body=("Its addresses, who may sign in, or what it asks for are different now.",),
        rows=_ROWS_EN,
        action=_LOOK_EN,
        stop=_STOP_EN,
    ),
    german=Text(
        subject="{person} hat die App {app} geändert",
        preview="{changed_at}.",
        title="Die Einstellungen von {app} wurden geändert",
        body=("Ihre Adressen, wer sich anmelden darf oder was sie verlangt, ist jetzt anders.",),
        rows=_ROWS_DE,
        action=_LOOK_DE,
        stop=_STOP_DE,
    ),
)
_SECRET_MADE = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="{person} made a new client secret for {app}",
        preview="{changed_at}. The one before no longer works.",
        title="{app} has a new client secret",
        body=(
            "The one before stopped working. Until the new one is entered in {app}, nobody can sign in there.",
        ),
        rows=_ROWS_EN,
        action=_LOOK_EN,
        stop=_STOP_EN,
    ),
    german=Text(
        subject="{person} hat ein neues Client Secret für {app} erzeugt",
        preview="{changed_at}. Das frühere gilt nicht mehr.",
        title="{app} hat ein neues Client Secret",
        body=(
            "Das frühere gilt nicht mehr. Bis das neue in {app} eingetragen ist, kann sich dort niemand anmelden.",
        ),
        rows=_ROWS_DE,
        action=_LOOK_DE,
        stop=_STOP_DE,
    ),
)
_REMOVED = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="{person} removed the app {app}",
        preview="{changed_at}.",
        title="Nobody can sign in to {app} any more",
        body=(
            "All that it was given has ended. People who are in the app itself may stay there until it asks again.",
        ),
        rows=_ROWS_EN,
        action=_ALL_EN,
        stop=Stop("You didn’t agree to this?", "Talk to {person} at once, and add the app again."),
    ),
    german=Text(
        subject="{person} hat die App {app} entfernt",
        preview="{changed_at}.",
        title="Bei {app} kann sich niemand mehr anmelden",
        body=(
            "Alles, was ihr gegeben wurde, ist beendet. Wer in der App selbst schon drin ist, bleibt dort vielleicht,"
            " bis sie wieder fragt.",
        ),
        rows=_ROWS_DE,
        action=_ALL_DE,
        stop=Stop(
            "Das war nicht abgemacht?",
            "Sprechen Sie sofort mit {person}, und fügen Sie die App wieder hinzu.",
        ),
    ),
)

_LET_IN = Kind(
    english=Text(
        subject="You let {app} sign in as you",
        preview="{allowed_at}, {place}.",
        title="A program was let in by its code",
        body=(
            "If it was you, there is nothing to do. It works as you until you take its access away: My profile, then"
            " Apps.",
        ),
        rows=(
            ("Program", "{app}"),
            ("When", "{allowed_at}"),
            ("Allowed from", "{place}"),
            ("The program asked from", "{asked_from}"),
        ),
        stop=Stop("It wasn’t you, or somebody sent you the code?", REPORT_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Sie haben {app} als Sie angemeldet",
        preview="{allowed_at}, {place}.",
        title="Ein Programm wurde mit seinem Code angemeldet",
        body=(
            "Waren Sie es, müssen Sie nichts tun. Es arbeitet als Sie, bis Sie ihm den Zugriff entziehen: Mein"
            " Profil, dann Apps.",
        ),
        rows=(
            ("Programm", "{app}"),
            ("Wann", "{allowed_at}"),
            ("Erlaubt von", "{place}"),
            ("Das Programm fragte von", "{asked_from}"),
        ),
        stop=Stop("Waren Sie es nicht, oder hat Ihnen jemand den Code geschickt?", REPORT_DE, "{stop_link}"),
    ),
)
KINDS = {
    "device_let_in": _LET_IN,
    "app_added": _ADDED,
    "app_changed": _CHANGED,
    "app_secret_made": _SECRET_MADE,
    "app_removed": _REMOVED,
}
