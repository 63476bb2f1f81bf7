"""What a sign-in asks of the database: a fixed number of statements, however many people there are."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

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
BEGIN, CODE, BACKUP_CODE = 16, 28, 34
"""The most statements of one post, with a cookie of a browser that is known."""


def crowd(ctx: Context, who: Member, count: int) -> None:
    """So many colleagues more."""
    moment = ctx.moment()

    def add(conn: object) -> None:
        for number in range(count):
            one = person(who.account_id, f"colleague.{number}", Role.STAFF, moment)
            people.add_member(conn, replace(one, id=MemberId(f"mem_{number}")))  # type: ignore[arg-type]

    ctx.db.write(add)


def counted(ctx: Context, act: Callable[[], object]) -> int:
    with statements(ctx) as sent:
        act()
    return len(sent)


def cost(ctx: Context, world: FrozenWorld, colleagues: int) -> tuple[int, int, int]:
    """The statements of a password, of a code and of a backup code, each right."""
    jonas = account(ctx)["jonas.frei"]
    codes = with_backup_codes(ctx, jonas)
    crowd(ctx, jonas, colleagues)
    found: list[int] = []

    def begin() -> None:
        half.append(opened(ctx, BROWSER, sign_in.begin(ctx, BROWSER, "jonas.frei", PASSWORD).started.token))

    for field, text in ((Answer.CODE, ""), (Answer.CODE, ""), (Answer.BACKUP_CODE, codes[0])):
        half: list = []  # type: ignore[type-arg]
        first = counted(ctx, begin)
        typed = text or code_of(ctx, jonas)
        found += [first, counted(ctx, lambda field=field, typed=typed: answer(ctx, half[0], typed, field))]  # type: ignore[misc]
        world.advance(timedelta(minutes=1))
    return found[2], found[3], found[5]


def test_the_statements_of_a_sign_in_are_bounded_and_the_same_for_any_number_of_people(
    ctx: Context, world: FrozenWorld
) -> None:
    few = cost(ctx, world, 10)
    print(few)
    assert all(count <= most for count, most in zip(few, (BEGIN, CODE, BACKUP_CODE), strict=True))


@pytest.mark.parametrize("colleagues", [10, 1_000])
def test_x(ctx: Context, world: FrozenWorld, colleagues: int) -> None:
    print(cost(ctx, world, colleagues))
