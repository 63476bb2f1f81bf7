"""Letting a colleague back in by whoever signs in with passkeys, and what owners see of a colleague's passkeys."""

import json
from datetime import timedelta

import pytest

from sparekey.flows.context import Context
from sparekey.flows.own import passkeys, ways
from sparekey.flows.reports import profile_of_me
from tests.people import Team, letters, signed_in
from tests.soft_key import SoftKey
from tests.web.conftest import AT, JONAS, LIST, Tab
from tests.world import FrozenWorld

SENTENCE = "That passkey did not work here"


@pytest.fixture
def key(ctx: Context, crew: Team, nora: Tab, world: FrozenWorld) -> SoftKey:
    """Nora's; her sign-in is six minutes old."""
    made = with_passkey(ctx, crew, "nora.keller")
    world.advance(timedelta(minutes=6))
    return made


def with_passkey(ctx: Context, crew: Team, username: str) -> SoftKey:
    key, browser = SoftKey(), signed_in(ctx, crew[username])
    passkeys.add(ctx, browser, key.create(json.loads(passkeys.to_add(ctx, browser))))
    return key


def answered(tab: Tab, key: SoftKey, page: str) -> str:
    csrf = tab.get(page).form().fields["csrf"]
    asked = tab.post("/passkey/confirm/options", {"csrf": csrf})
    return key.get(json.loads(asked.text))


def test_a_passkey_confirms_whoever_helps(ctx: Context, nora: Tab, key: SoftKey) -> None:
    proof = answered(nora, key, f"{AT}/link")
    done = nora.fill(f"{AT}/link", how="person", passkey=proof)

    assert (303, f"{JONAS}#two-factor") == (done.status, done.leads_to)


def test_a_wrong_passkey_hands_nothing_over(ctx: Context, nora: Tab, key: SoftKey) -> None:
    page = nora.fill(f"{AT}/link", how="person", passkey="{}")

    assert (403, True) == (page.status, SENTENCE in page.words)
    assert [] == letters(ctx, "setup_link")


def test_a_passkey_is_not_spent_while_the_reason_is_missing(nora: Tab, key: SoftKey) -> None:
    proof = answered(nora, key, f"{AT}/link")
    page = nora.fill(f"{AT}/link", passkey=proof)
    done = nora.send(page, how="person", passkey=proof)

    assert (422, False, 303) == (page.status, "Enter your password" in page.words, done.status)


def test_who_has_nothing_but_passkeys_is_asked_for_no_code(
    ctx: Context, nora: Tab, crew: Team, key: SoftKey
) -> None:
    browser = signed_in(ctx, crew.owner)
    app = next(one.id for one in profile_of_me(ctx, browser).ways if one.kind == "totp")
    ways.remove(ctx, browser, app)
    pages = [nora.get(f"{AT}/link"), nora.get("/me/confirm")]

    assert [False, False] == ["6-digit code" in page.words for page in pages]
    assert all("Use a passkey" in page.words for page in pages)


def test_owners_see_passkeys_on_list_profile_and_reset(ctx: Context, nora: Tab, crew: Team) -> None:
    with_passkey(ctx, crew, "jonas.frei")

    assert "App, 1 passkey" in nora.get(LIST).words
    assert "1 passkey:" in nora.get(JONAS).words
    assert "1 passkey" in nora.get(f"{AT}/reset").words
