"""Values for the pages outside the shell: sign-in, set-up, forced change, links, errors, sheets, demo."""

from datetime import timedelta
from types import SimpleNamespace as Thing

from sparekey.core.recovery_case import Ending
from tests.web.demo_team import (
    CODES,
    JONAS,
    LOSS,
    LOSS_ALONE,
    NOW,
    PLACE,
    SECRET,
    SHELL,
    WRONG_CODE,
    Values,
    ago,
    ahead,
    qr,
)
from tests.web.specimens.sent import OFFERS

OFFERED: Values = {"has_codes": True, "has_backup_codes": True, "has_passkeys": False}
SIGN_IN: Values = {
    "host": "id.bergundtal.example",
    "is_empty": False,
    "sign_up": False,
    "next": "",
    "app": "",
    "unknown": "",
    "tries_left": None,
    "is_tried_often": False,
}
STEP: Values = {
    "offers": [],
    "account_name": "Berg & Tal",
    "username": "jonas.frei",
    "digits": 6,
    "has_backup_codes": True,
    "has_passkeys": True,
    "remember_days": 0,
    "tries_left": None,
    "wait_until": None,
    "clock_off": None,
}

BACKUP_STEP: Values = {"username": "jonas.frei", "tries_left": None, "wait_until": None}

SHEET: Values = {
    "back": "/me/2fa/codes",
    "person": JONAS,
    "account_name": "Berg & Tal AG",
    "address": "id.bergundtal.example",
    "codes": CODES,
    "qr_svg": qr("https://id.bergundtal.example/", "QR code: address of the sign-in page"),
    "is_only_owner": False,
}

SECRET_SHEET: Values = {
    "back": "/contacts/staff/jonas.frei/2fa/secret",
    "person": JONAS,
    "account_name": "Berg & Tal AG",
    "address": "id.bergundtal.example",
    "secret": SECRET,
    "until": ahead(minutes=10),
    "is_current": False,
}

RENEW: Values = {"username": "jonas.frei", "until": ahead(minutes=30), "why": "handed_over", "again": False}

STOPPED: Values = {"username": "jonas.frei", "has_owners": True}

PURPOSES = ("invitation", "lost", "reset", "first_owner", "owner_recovery")

MAILS = [
    Thing(id="9", to="jonas.frei@bergundtal.example", subject="Your set-up link", sent_at=NOW),
    Thing(
        id="8",
        to="nora.keller@bergundtal.example",
        subject="Your secret was changed",
        sent_at=ago(days=2),
    ),
]

DEMO_PEOPLE = [
    Thing(
        name="Nora Keller",
        username="nora.keller",
        password="four words in a row",
        role="owner",
        code="123 456",
        new_code="654 321",
        seconds_left=17,
    ),
    Thing(
        name="Jonas Frei",
        username="jonas.frei",
        password="",
        role="staff",
        code="",
        new_code="",
        seconds_left=0,
    ),
]

MAIL = Thing(
    id="9",
    to="jonas.frei@bergundtal.example",
    subject="Your set-up link",
    sent_at=NOW,
    text="Hello Jonas\n\nhttps://…",
    links=["https://id.bergundtal.example/setup/Kx7"],
    has_html=False,
    attachments=[Thing(name="qr-code.png", href="/demo/outbox/9/0")],
)

SIGNED_OUT: dict[str, list[tuple[str, Values]]] = {
    "sign_in": [
        ("plain", SIGN_IN),
        ("empty", {**SIGN_IN, "is_empty": True}),
        ("to an app", {**SIGN_IN, "next": "/oidc/authorize?client_id=cli_1", "app": "Wiki <1>"}),
        (
            "wrong",
            {
                **SIGN_IN,
                "sign_up": True,
                "next": "/me",
                "unknown": '{"rpId": "x"}',
                "tries_left": 2,
                "is_tried_often": True,
                "values": {"username": "jonas.frei"},
                "errors": {"form": "Check your username and password"},
            },
        ),
    ],
    "second_step": [
        ("plain", {**STEP, "remember_days": 30}),
        ("eight", {**STEP, "digits": 8}),
        ("any", {**STEP, "digits": None}),
        ("wrong", {**STEP, "tries_left": 1, "errors": WRONG_CODE}),
        ("wait", {**STEP, "has_backup_codes": False, "wait_until": ahead(minutes=4)}),
        ("sent", {**STEP, "offers": OFFERS}),
        ("clock", {**STEP, "clock_off": timedelta(minutes=-2), "errors": WRONG_CODE}),
    ],
    "second_step_backup": [
        ("plain", BACKUP_STEP),
        (
            "wait",
            {
                **BACKUP_STEP,
                "tries_left": 2,
                "wait_until": ahead(seconds=40),
                "errors": {"backup_code": "No"},
            },
        ),
    ],
    "second_step_passkey": [
        ("plain", {"username": "jonas.frei", "next": "/me"}),
        ("wrong", {"username": "jonas.frei", "errors": {"passkey": "No"}}),
    ],
    "reopen": [
        ("plain", {"username": "jonas.frei", "next": "/", "has_passkeys": False}),
        ("passkey", {"username": "jonas.frei", "next": "/", "has_passkeys": True}),
    ],
    "recover": [("plain", {})],
    "forgot_password": [("plain", {})],
    "forgot_password_sent": [("plain", {})],
    "forgot_password_new": [
        ("code", {"username": "jonas.frei", "way": "code", **OFFERED}),
        ("passkey", {"username": "jonas.frei", "way": "passkey", **OFFERED, "has_passkeys": True}),
        (
            "backup",
            {
                "username": "jonas.frei",
                "way": "backup_code",
                **OFFERED,
                "errors": {"new_password": "Too short", "backup_code": "No"},
            },
        ),
    ],
    "setup_link": [
        (
            p,
            {
                "purpose": p,
                "person": None if p in ("first_owner", "sign_up") else JONAS,
                "account_name": "Berg & Tal AG",
                "until": ahead(hours=23),
            },
        )
        for p in (*PURPOSES, "sign_up")
    ],
    "link_expired": [
        (p, {"purpose": p}) for p in (*PURPOSES, "forgot", "sign_up", "not_me", "address", "unknown")
    ],
    "setup_password": [
        (
            "invitation",
            {"again": False, "first_owner": False, "has_email": False, "username": "lea.hofstetter"},
        ),
        ("again", {"again": True, "first_owner": False, "has_email": False, "username": "nora.keller"}),
        (
            "first_owner",
            {
                "again": False,
                "first_owner": True,
                "has_email": False,
                "username": "",
                "errors": {"email": "Enter an address such as name@example.com", "new_password": "Too short"},
            },
        ),
    ],
    "setup_app": [
        ("plain", {"again": False, "username": "lea.hofstetter", "secret": SECRET, **PLACE}),
        (
            "wrong",
            {
                "again": True,
                "username": "lea.hofstetter",
                "secret": SECRET,
                **PLACE,
                "errors": {**WRONG_CODE, "thing": "Unknown"},
            },
        ),
    ],
    "setup_app_kept": [
        ("plain", {"username": "lea.hofstetter", **PLACE}),
        ("wrong", {"username": "lea.hofstetter", "errors": WRONG_CODE, **PLACE}),
    ],
    "setup_codes": [
        ("plain", {"again": False, "username": "lea.hofstetter", "codes": CODES}),
        (
            "wrong",
            {"again": True, "username": "lea.hofstetter", "codes": CODES, "errors": {"backup_code": "No"}},
        ),
    ],
    "setup_done": [
        ("safe", {"state": "safe", "picture": LOSS, "has_passkey": True}),
        ("one_loss", {"state": "one_loss", "picture": LOSS_ALONE, "has_passkey": False}),
    ],
    "signup": [
        ("plain", {}),
        ("wrong", {"values": {"email": "n"}, "errors": {"email": "No"}}),
        ("waiting", {"values": {"email": "n"}, "errors": {"form": "Too many tries"}}),
    ],
    "signup_sent": [("plain", {})],
    "renew_password": [
        ("secret", RENEW),
        (
            "link",
            {
                **RENEW,
                "why": "link",
                "again": True,
                "errors": {
                    "new_password": "This password is easy to guess: it is in a known leak, repeats itself, or is a"
                    " known word with numbers or signs around it. Choose a different one"
                },
            },
        ),
    ],
    "renew_secret": [("plain", {"username": "jonas.frei", "secret": SECRET})],
    "renew_verify": [("plain", {"username": "jonas.frei", "issuer": "Berg & Tal", **PLACE})],
    "renew_over": [
        (ending.value, {"username": "jonas.frei", "ending": ending.value, "factor_back": is_back})
        for ending, is_back in zip(Ending, [True, False, False, True, True, False, False], strict=True)
    ],
    "renew_done": [
        ("codes", {"username": "jonas.frei", "codes": CODES, "proved": False}),
        (
            "wrong",
            {"username": "jonas.frei", "codes": CODES, "proved": False, "errors": {"backup_code": "No"}},
        ),
        ("proved", {"username": "jonas.frei", "codes": [], "proved": True}),
    ],
    "not_me": [
        *(
            (what, {"username": "jonas.frei", "asked_at": NOW, "what": what, "has_owners": True})
            for what in ("link", "secret", "current", "over", "alarm", "change")
        ),
        ("alone", {"username": "nora.keller", "asked_at": NOW, "what": "change", "has_owners": False}),
    ],
    "address_confirm": [
        (
            "done" if is_done else "asked",
            {
                "username": "mia.zuercher",
                "address": "mia.zuercher@bluewin.example",
                "host": "id.bergundtal.example",
                "is_done": is_done,
            },
        )
        for is_done in (False, True)
    ],
    "not_me_done": [
        ("back", {**STOPPED, "what": "link", "signed_out": False, "factor_back": True}),
        ("stays", {**STOPPED, "what": "secret", "signed_out": False, "factor_back": False}),
        *(
            (what, {**STOPPED, "what": what, "signed_out": True, "factor_back": False})
            for what in ("over", "alarm", "change")
        ),
        (
            "alone",
            {**STOPPED, "what": "change", "has_owners": False, "signed_out": True, "factor_back": False},
        ),
    ],
    "not_me_late": [
        ("ask", {**STOPPED, "done_at": NOW, "warned": False}),
        ("warned", {**STOPPED, "done_at": NOW, "warned": True}),
        ("ask_alone", {**STOPPED, "has_owners": False, "done_at": NOW, "warned": False}),
        ("warned_alone", {**STOPPED, "has_owners": False, "done_at": NOW, "warned": True}),
    ],
    "message": [
        *(
            (code, {"code": code, "href": "/sign-in"})
            for code in ("signed_out", "bad_form", "form_expired", "too_large")
        ),
        ("refused", {"code": "refused", "text": "This person is not active", "href": "/"}),
    ],
    "403": [
        ("named", {"owners": ["Nora Keller"]}),
        ("plain", {"owners": []}),
        ("inside", {**SHELL, "nav": "", "owners": []}),
    ],
    "404": [("plain", {}), ("inside", {**SHELL, "nav": ""})],
    "409": [("plain", {"href": "/contacts/staff/jonas.frei"})],
    "421": [("plain", {"address": "https://id.bergundtal.example"})],
    "429": [("plain", {"until": ahead(minutes=13)})],
    "500": [("plain", {"incident": "7QF3-K2"})],
    "503": [("plain", {"href": "/sign-in"})],
    "backup_sheet": [("plain", SHEET), ("only_owner", {**SHEET, "is_only_owner": True})],
    "secret_sheet": [("temporary", SECRET_SHEET), ("current", {**SECRET_SHEET, "is_current": True})],
    "demo_outbox": [
        ("plain", {"mails": MAILS, "people": DEMO_PEOPLE}),
        ("empty", {"mails": [], "people": DEMO_PEOPLE}),
    ],
    "demo_mail": [("plain", {"mail": MAIL})],
}
