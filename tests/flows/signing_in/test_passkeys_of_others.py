"""What passkeys tell strangers and colleagues of others, and how many one person may have."""

import json
from functools import partial

import pytest

from sparekey.flows.context import Context, Visitor
from sparekey.flows.own import passkeys
from tests.flows.steps import refusal
from tests.people import Team, account, signed_in
from tests.soft_key import SoftKey, decode64

BROWSER = Visitor(source="203.0.113.9", device="Mozilla/5.0 (X11; Linux) Firefox/140", browser="b" * 32)


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


def added(ctx: Context, browser: Visitor, key: SoftKey) -> str:
    return passkeys.add(ctx, browser, key.create(json.loads(passkeys.to_add(ctx, browser))))


def asked_for(ctx: Context, name: str) -> str:
    """Which passkey the sign-in page asks for."""
    found: str = json.loads(passkeys.to_sign_in(ctx, BROWSER, name))["allowCredentials"][0]["id"]
    return found


@pytest.mark.parametrize("more", ["", "=", "==", "!", "!!!!", " "])
def test_how_an_id_is_written_tells_not_whose_it_is(ctx: Context, team: Team, more: str) -> None:
    """A made-up id and a real one get the same answer, also where they are spelled oddly."""
    added(ctx, signed_in(ctx, team["jonas.frei"]), SoftKey())

    def told(name: str) -> object:
        answer = json.dumps({"id": asked_for(ctx, name) + more, "response": {}})
        return refusal(lambda: passkeys.begin(ctx, BROWSER, answer)).facts.get("unknown") or ""

    assert ["", ""] == [told(name) for name in ("jonas.frei", "nobody.here")]


def test_a_colleague_learns_nothing_by_taking_the_id_that_a_name_is_asked_for(
    ctx: Context, team: Team
) -> None:
    """A real one is in use, and so is one that was made up."""
    added(ctx, signed_in(ctx, team["jonas.frei"]), SoftKey())
    nora = signed_in(ctx, team.owner)
    keys = [SoftKey(id=decode64(asked_for(ctx, name))) for name in ("jonas.frei", "nobody.here")]
    reasons = [refusal(partial(added, ctx, nora, key)).reason for key in keys]
    assert ["already_there"] * 2 == reasons


def test_passkeys_of_one_person_are_few(ctx: Context, team: Team) -> None:
    """Every answer at the sign-in is tried on all of them."""
    browser = signed_in(ctx, team["jonas.frei"])
    for number in range(passkeys.MOST):
        added(ctx, browser, SoftKey(id=f"key {number}".encode()))
    refused = refusal(lambda: passkeys.to_add(ctx, browser))
    assert ("conflict", "passkeys_full") == (refused.code, refused.reason)


def test_the_last_place_is_taken_once(ctx: Context, team: Team) -> None:
    """Asked for in two browsers before either answered."""
    first, second = (signed_in(ctx, team["jonas.frei"]) for _ in range(2))
    for number in range(passkeys.MOST - 1):
        added(ctx, first, SoftKey(id=f"key {number}".encode()))
    asked = [json.loads(passkeys.to_add(ctx, browser)) for browser in (first, second)]
    passkeys.add(ctx, first, SoftKey(id=b"one more").create(asked[0]))
    refused = refusal(lambda: passkeys.add(ctx, second, SoftKey(id=b"too many").create(asked[1])))
    assert "passkeys_full" == refused.reason
