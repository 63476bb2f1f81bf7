"""Letters about codes that are sent: the one that carries a code, and those about where codes go."""

from sparekey.adapters.letters._phrases import REPORT_DE, REPORT_EN
from sparekey.adapters.letters._shape import Action, Kind, Reader, Stop, Text

_CODE = Kind(
    opens=True,
    english=Text(
        subject="Your code for {host}",
        preview="Good until {ends_at}, once.",
        title="Your code",
        body=(
            "It is good until {ends_at}, once, and only on the page that asked for it. Give it to nobody.",
        ),
        rows=(("Code", "{code}"), ("Where", "{place}")),
        stop=Stop(
            "You didn’t ask for it?",
            "Then someone knows your password and is at your sign-in. Do not pass the code on, and change your"
            " password.",
        ),
    ),
    german=Text(
        subject="Ihr Code für {host}",
        preview="Gilt bis {ends_at}, einmal.",
        title="Ihr Code",
        body=(
            "Er gilt bis {ends_at}, einmal, und nur auf der Seite, die danach fragt. Geben Sie ihn niemandem"
            " weiter.",
        ),
        rows=(("Code", "{code}"), ("Wo", "{place}")),
        stop=Stop(
            "Das waren nicht Sie?",
            "Dann kennt jemand Ihr Passwort und steht vor Ihrer Anmeldung. Geben Sie den Code nicht weiter, und"
            " ändern Sie Ihr Passwort.",
        ),
    ),
)

_ADDED = Kind(
    english=Text(
        subject="A way in was added",
        preview="{changed_at}, {place}.",
        title="Codes can now be sent to you",
        body=("From now on a code that is sent there lets you in, together with your password.",),
        rows=(("What", "{way}"), ("Goes to", "{goes_to}"), ("When", "{changed_at}"), ("Where", "{place}")),
        stop=Stop("You didn’t add it?", REPORT_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Ein Zugang wurde hinzugefügt",
        preview="{changed_at}, {place}.",
        title="Codes können Ihnen jetzt gesendet werden",
        body=("Ein Code, der dorthin geht, lässt Sie ab jetzt zusammen mit Ihrem Passwort hinein.",),
        rows=(("Was", "{way}"), ("Geht an", "{goes_to}"), ("Wann", "{changed_at}"), ("Wo", "{place}")),
        stop=Stop("Sie waren es nicht?", REPORT_DE, "{stop_link}"),
    ),
)

_CHANGED = Kind(
    english=Text(
        subject="Codes are sent elsewhere from now on",
        preview="{changed_at}, {place}.",
        title="Codes are sent elsewhere from now on",
        body=("Where they went before opens nothing any more.",),
        rows=(
            ("What", "{way}"),
            ("Before", "{before}"),
            ("Goes to", "{goes_to}"),
            ("When", "{changed_at}"),
            ("Where", "{place}"),
        ),
        stop=Stop("You didn’t change it?", REPORT_EN, "{stop_link}"),
    ),
    german=Text(
        subject="Codes gehen ab jetzt anderswohin",
        preview="{changed_at}, {place}.",
        title="Codes gehen ab jetzt anderswohin",
        body=("Wohin sie vorher gingen, öffnet nichts mehr.",),
        rows=(
            ("Was", "{way}"),
            ("Vorher", "{before}"),
            ("Geht an", "{goes_to}"),
            ("Wann", "{changed_at}"),
            ("Wo", "{place}"),
        ),
        stop=Stop("Sie waren es nicht?", REPORT_DE, "{stop_link}"),
    ),
)

_NOT_ALLOWED = Kind(
    english=Text(
        subject="A way in is no longer allowed",
        preview="{removed_at}, by {by}.",
        title="One of your ways in was removed",
        body=("The security policy of {account} no longer allows it. Your other ways go on working.",),
        rows=(("What", "{way}"), ("Who", "{by}"), ("When", "{removed_at}"), ("Where", "{place}")),
        stop=Stop("Does nothing else work for you?", "Then ask the persons named below."),
    ),
    german=Text(
        subject="Ein Zugang ist nicht mehr erlaubt",
        preview="{removed_at}, durch {by}.",
        title="Einer Ihrer Zugänge wurde entfernt",
        body=(
            "Die Sicherheitsregeln von {account} erlauben ihn nicht mehr. Ihre anderen Zugänge gelten weiter.",
        ),
        rows=(("Was", "{way}"), ("Wer", "{by}"), ("Wann", "{removed_at}"), ("Wo", "{place}")),
        stop=Stop("Funktioniert sonst nichts?", "Dann fragen Sie die unten genannten Personen."),
    ),
)

_USED_UP = Kind(
    reader=Reader.OWNER,
    english=Text(
        subject="Hardly any more text messages today",
        preview="{reached_at}. Codes go out only now and then for a day.",
        title="The text messages of a day are used up",
        body=(
            "So many codes by text message were asked for that only one goes out now and then until tomorrow. All"
            " other ways in work as always.",
            "Was it your people? Then ask whoever runs the server for more. Otherwise look who asked for codes, and"
            " sign those people out.",
        ),
        rows=(("When", "{reached_at}"), ("Where", "{place}")),
        action=Action("Look at the audit log"),
    ),
    german=Text(
        subject="Heute kaum noch SMS",
        preview="{reached_at}. Codes gehen einen Tag lang nur noch vereinzelt hinaus.",
        title="Die SMS eines Tages sind aufgebraucht",
        body=(
            "So viele Codes per SMS wurden verlangt, dass bis morgen nur noch ab und zu eine hinausgeht. Alle anderen"
            " Zugänge funktionieren wie immer.",
            "Waren es Ihre Leute? Dann bitten Sie die Person, die den Server betreibt, um mehr. Sonst sehen Sie nach,"
            " wer Codes verlangt hat, und melden Sie diese Personen ab.",
        ),
        rows=(("Wann", "{reached_at}"), ("Wo", "{place}")),
        action=Action("Protokoll ansehen"),
    ),
)

KINDS = {
    "email_code": _CODE,
    "code_receiver_added": _ADDED,
    "code_receiver_changed": _CHANGED,
    "way_not_allowed": _NOT_ALLOWED,
    "texts_used_up": _USED_UP,
}
