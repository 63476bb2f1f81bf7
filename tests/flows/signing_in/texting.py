"""An account whose people may have codes sent, and the codes that were."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.adapters.texts import TextSettings
from sparekey.core.contract import Answer
from sparekey.core.people import Policy
from sparekey.core.sessions import Scope
from sparekey.factors import read_number
from sparekey.flows import sign_in
from sparekey.flows.context import Context, Visitor
from sparekey.flows.own import sent_codes
from sparekey.flows.own.sent_codes import Wanted
from tests.infra.texts import Gateway
from tests.people import Browser, Team, account, letters, signed_in
from tests.world import FrozenWorld

SMS, MAIL = Answer.SMS_CODE, Answer.EMAIL_CODE
BOTH = pytest.mark.parametrize("way", [SMS, MAIL])
MINUTE = timedelta(minutes=1)
NUMBER = "+41 79 123 45 67"
OTHER_NUMBER = "079 765 43 21"
ALLOWED = Policy(sms_codes=True, email_codes=True)
BODY = '{"to": "{to}", "message": "{text}"}'


def texting(ctx: Context, url: str = "http://127.0.0.1:1/send") -> Context:
    """The same server with a gateway; without an address, one that is down."""
    return replace(ctx, texts=TextSettings(url=url, body=BODY, timeout_seconds=0.5))


def through(ctx: Context, gateway: Gateway) -> Context:
    return texting(ctx, gateway.url)


def allowing(ctx: Context, **more: object) -> Team:
    return account(ctx, policy=ALLOWED, **more)  # type: ignore[arg-type]


def code_sent(ctx: Context, answer: Answer = Answer.SMS_CODE, to: str = "") -> str:
    """The code of the newest message (to there) that waits in the outbox."""
    kind = "text:code" if answer is Answer.SMS_CODE else "email_code"
    waiting = [one for one in letters(ctx, kind) if one.state == "waiting" and one.to.startswith(to)]
    return str(waiting[-1].facts["code"])


def adds_number(ctx: Context, browser: Browser, number: str = NUMBER) -> str:
    """A number of theirs, proved by the code that goes there."""
    sent_codes.begin(ctx, browser, Answer.SMS_CODE, Wanted(number, accepts_risk=True))
    code = code_sent(ctx, to=read_number(number, "CH"))
    return sent_codes.finish(ctx, browser, Answer.SMS_CODE, code)


def adds_mailbox(ctx: Context, browser: Browser) -> str:
    sent_codes.begin(ctx, browser, Answer.EMAIL_CODE, Wanted())
    return sent_codes.finish(ctx, browser, Answer.EMAIL_CODE, code_sent(ctx, Answer.EMAIL_CODE))


def enters(ctx: Context, browser: Visitor, code: str, way: Answer = Answer.SMS_CODE) -> bool:
    """Is the sign-in finished by this code?"""
    return sign_in.prove(ctx, browser, way, code).started.session.scope is Scope.FULL


def who_has_both(ctx: Context, world: FrozenWorld) -> Team:
    """Jonas has a number and codes by e-mail; an hour has passed since he set them up."""
    team = allowing(ctx)
    browser = signed_in(ctx, team["jonas.frei"])
    adds_number(ctx, browser)
    adds_mailbox(ctx, browser)
    world.advance(timedelta(hours=1))
    return team


def asks(ctx: Context, browser: Visitor, way: Answer = Answer.SMS_CODE) -> str:
    """The code that this half-finished sign-in asks for."""
    sent_codes.to_prove(ctx, browser, way)
    return code_sent(ctx, way)


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"
