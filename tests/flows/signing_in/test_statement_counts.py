"""What a sign-in asks of the database: a fixed number of statements, however many people there are."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from sparekey.core.contract import Answer
from sparekey.core.people import Member, MemberId, Role
from sparekey.flows import sign_in
from sparekey.flows.context import Context
from sparekey.store import people
from tests.flows.conftest import statements
from tests.flows.steps import answer
from tests.people import PASSWORD, SOMEBODY, account, code_of, opened, person, with_backup_codes
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
    _, _ = sign_in_once(ctx, jonas, Answer.CODE, code_of(ctx, jonas))
    world.advance(timedelta(minutes=1))
    password, code = sign_in_once(ctx, jonas, Answer.CODE, code_of(ctx, jonas))
    _, backup_code = sign_in_once(ctx, jonas, Answer.BACKUP_CODE, codes[0])
    return password, code, backup_code


def sign_in_once(ctx: Context, who: Member, field: Answer, text: str) -> tuple[int, int]:
    """The statements of the two posts."""
    with statements(ctx) as first:
        started = sign_in.begin(ctx, BROWSER, who.username, PASSWORD).started
    half = opened(ctx, BROWSER, started.token)
    with statements(ctx) as second:
        answer(ctx, half, text, field)
    return len(first), len(second)


@pytest.mark.parametrize("colleagues", [10, 1_000])
def test_a_sign_in_takes_a_fixed_number_of_statements_however_many_people_there_are(
    ctx: Context, world: FrozenWorld, colleagues: int
) -> None:
    assert MOST == cost(ctx, world, colleagues)
