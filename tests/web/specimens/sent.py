"""Values for the pages of codes that are sent."""

from types import SimpleNamespace as Thing

from tests.web.demo_team import NOW, Values, ago, ahead

COURSES = ("waiting", "retrying", "sent", "failed")
NUMBER = Thing(answer="sms_code", ending="••47")
MAILBOX = Thing(answer="email_code", ending="j•••@bergundtal.example")
OFFERS = [NUMBER, MAILBOX]


def on_its_way(course: str, ending: str = "••47") -> Thing:
    return Thing(ending=ending, asked_at=ago(minutes=1), ends_at=ahead(minutes=9), course=course)


def way(answer: str, label: str, standing: str = "active") -> Thing:
    return Thing(
        id=f"aut_{answer}",
        answer=answer,
        label=label,
        standing=standing,
        added_at=ago(days=9),
        last_used_at=NOW if standing == "active" else None,
    )


SENT_WAYS = [
    Thing(answer="sms_code", way=way("sms_code", "••47")),
    Thing(answer="email_code", way=way("email_code", "n•••@bergundtal.example", "disabled")),
]
NO_SENT_WAYS = [Thing(answer="sms_code", way=None), Thing(answer="email_code", way=None)]
STEP: Values = {
    "username": "jonas.frei",
    "answer": "sms_code",
    "ending": "••47",
    "sent": None,
    "next": "/me?a=1",
    "tries_left": None,
    "wait_until": None,
}

SENT_BEFORE: dict[str, list[tuple[str, Values]]] = {
    "second_step_sent": [
        ("unsent", STEP),
        ("mail", {**STEP, "answer": "email_code", "ending": MAILBOX.ending, "next": ""}),
        ("nothing", {**STEP, "ending": ""}),
        ("often", {**STEP, "errors": {"sms_code": "Too often"}}),
        *((course, {**STEP, "sent": on_its_way(course)}) for course in COURSES),
        *(
            (
                f"mail_{course}",
                {**STEP, "answer": "email_code", "ending": MAILBOX.ending, "sent": on_its_way(course)},
            )
            for course in COURSES
        ),
        (
            "wrong",
            {
                **STEP,
                "sent": on_its_way("sent"),
                "tries_left": 1,
                "wait_until": ahead(minutes=4),
                "errors": {"sms_code": "No"},
            },
        ),
    ],
}

_RECEIVER: Values = {
    "nav": "profile",
    "answer": "sms_code",
    "ending": "",
    "why_not": "",
    "email": MAILBOX.ending,
}
SENT_WITHIN: dict[str, list[tuple[str, Values]]] = {
    "receiver": [
        ("number", _RECEIVER),
        (
            "change",
            {
                **_RECEIVER,
                "ending": "••47",
                "values": {"number": "079", "accept_risk": "yes"},
                "errors": {"number": "No", "accept_risk": "No"},
            },
        ),
        ("mail", {**_RECEIVER, "answer": "email_code", "errors": {"form": "Too often"}}),
        *(
            (why, {**_RECEIVER, "why_not": why})
            for why in ("not_allowed_here", "no_gateway", "needs_another")
        ),
    ],
    "receiver_code": [
        ("number", {"nav": "profile", "answer": "sms_code", "sent": on_its_way("sent")}),
        (
            "wrong",
            {
                "nav": "profile",
                "answer": "sms_code",
                "sent": on_its_way("failed"),
                "errors": {"sms_code": "No", "form": "No"},
            },
        ),
        (
            "mail",
            {"nav": "profile", "answer": "email_code", "sent": on_its_way("waiting", MAILBOX.ending)},
        ),
        ("over", {"nav": "profile", "answer": "sms_code", "sent": None, "errors": {"sms_code": "Over"}}),
    ],
}
