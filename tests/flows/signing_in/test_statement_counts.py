"""What a sign-in asks of the database: a fixed number of statements, however many people there are."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from sparekey.core.contract import Answer
from sparekey.core.people import Member, MemberId, Role
from sparekey.flows import sign_in
from sparekey.flows.context import Context, Visitor
from sparekey.store import people
from tests.flows.conftest import statements
from tests.flows.steps import answer
from tests.people import PASSWORD, SOMEBODY, account, code_of, opened, person, renamed, with_backup_codes
from tests.world import FrozenWorld

BROWSER = replace(SOMEBODY, browser="known")
MOST = (14, 16, 27)
"""Statements of a right password, a right code and a right backup code, from a browser that is known."""


def crowd(ctx: Context, who: Member, count: int) -> None:
    """So many colleagues more."""
    moment = ctx.moment()

    def add(conn: Connection) -> None:
        for number in range(count):
            one = person(who.account_id, f"colleague.{number}", Role.STAFF, moment)
            people.add_member(conn, replace(one, id=MemberId(f"mem_{number}")))

    ctx.db.write(add)


def cost(ctx: Context, world: FrozenWorld, colleagues: int) -> tuple[int, int, int]:
    """The statements of a password, of a code and of a backup code, each right, once the browser is known."""
    jonas = account(ctx)["jonas.frei"]
    codes = with_backup_codes(ctx, jonas)
    crowd(ctx, jonas, colleagues)
    known, _, _ = sign_in_once(ctx, jonas, BROWSER, (Answer.CODE, code_of(ctx, jonas)))
    world.advance(timedelta(minutes=1))
    known, password, code = sign_in_once(ctx, jonas, known, (Answer.CODE, code_of(ctx, jonas)))
    _, _, backup_code = sign_in_once(ctx, jonas, known, (Answer.BACKUP_CODE, codes[0]))
    return password, code, backup_code


def sign_in_once(
    ctx: Context, who: Member, browser: Visitor, second: tuple[Answer, str]
) -> tuple[Visitor, int, int]:
    """The browser as it is known afterwards, and the statements of the two posts."""
    field, text = second
    with statements(ctx) as sent_first:
        started = sign_in.begin(ctx, browser, who.username, PASSWORD).started
    half = opened(ctx, browser, started.token)
    with statements(ctx) as sent_second:
        outcome = answer(ctx, half, text, field)
    return renamed(ctx, browser, outcome.started), len(sent_first), len(sent_second)


@pytest.mark.parametrize("colleagues", [10, 1_000])
def test_a_sign_in_takes_a_fixed_number_of_statements_however_many_people_there_are(
    ctx: Context, world: FrozenWorld, colleagues: int
) -> None:
    assert MOST == cost(ctx, world, colleagues)
