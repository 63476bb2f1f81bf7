"""Two servers on one database: what is good once is good once on both together."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import httpx2 as httpx
import pytest

from sparekey.core.clients import Client
from sparekey.flows.context import Context
from sparekey.store.engine import Database
from tests.clients import given
from tests.people import Browser
from tests.web.oidc.conftest import Program

ROUNDS = 8


@pytest.fixture
def both(ctx: Context) -> Iterator[tuple[Program, Program]]:
    other = Database(ctx.db.engine.url.render_as_string(hide_password=False))
    yield Program(ctx), Program(replace(ctx, db=other))
    other.close()


def at_once(*acts: Callable[[], httpx.Response]) -> list[httpx.Response]:
    with ThreadPoolExecutor(len(acts)) as pool:
        return [one.result() for one in [pool.submit(act) for act in acts]]


def test_a_code_that_comes_to_both_gives_tokens_once_and_they_end(
    ctx: Context, both: tuple[Program, Program], wiki: Client, jonas: Browser
) -> None:
    """One of the two was not the client, and nobody knows which (RFC 9700, section 4.5)."""
    for _ in range(ROUNDS):
        code = given(ctx, jonas, wiki).code
        answers = at_once(*(partial(one.exchange, wiki, code) for one in both))
        assert [200, 400] == sorted(one.status_code for one in answers)
        good = next(one for one in answers if one.status_code == 200).json()
        assert 401 == both[0].userinfo(good["access_token"]).status_code


def test_a_refresh_token_that_comes_to_both_turns_once_and_all_ends(
    ctx: Context, both: tuple[Program, Program], wiki: Client, jonas: Browser
) -> None:
    for _ in range(ROUNDS):
        first = both[0].exchange(wiki, given(ctx, jonas, wiki).code).json()["refresh_token"]
        answers = at_once(*(partial(one.refresh, wiki, first) for one in both))
        assert [200, 400] == sorted(one.status_code for one in answers)
        good = next(one for one in answers if one.status_code == 200).json()
        assert 400 == both[1].refresh(wiki, good["refresh_token"]).status_code
