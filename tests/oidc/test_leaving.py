"""Leaving: what sends somebody on to an app, what sends nobody anywhere, and what apps are told."""

from dataclasses import replace
from typing import Any

import pytest

from sparekey.oidc import leaving
from sparekey.oidc.leaving import Asked, Ended, Wish
from tests.oidc.values import CLIENT, NOON

ISSUER = "https://id.example"
BACK = "https://wiki.example/bye"
WIKI = replace(CLIENT, logout_uris=(BACK, "https://wiki.example/bye?a=b"))
CLAIMS = {"iss": ISSUER, "aud": WIKI.id, "sub": "mem_1", "sid": "ses_1"}


def test_what_is_known_is_read_and_the_rest_ignored() -> None:
    pairs = [("id_token_hint", "h"), ("client_id", "c"), ("post_logout_redirect_uri", BACK), ("state", "s")]
    assert Asked("h", "c", BACK, "s") == leaving.read([*pairs, ("ui_locales", "de"), ("state", "")])


@pytest.mark.parametrize(
    ("pairs", "trouble"),
    [
        ([("state", "a"), ("state", "b")], "state came twice"),
        ([("state", "a" * 8001)], "The request is too large or no text"),
        ([("state", "a\x00")], "The request is too large or no text"),
    ],
)
def test_a_request_that_means_nothing_says_why(pairs: list[tuple[str, str]], trouble: str) -> None:
    assert Asked(trouble=trouble) == leaving.read(pairs)


def test_an_id_token_names_its_client() -> None:
    assert WIKI.id == leaving.client_named(CLAIMS, ISSUER)


@pytest.mark.parametrize(
    "claims",
    [
        None,
        {**CLAIMS, "iss": "https://other.example"},
        {**CLAIMS, "aud": [WIKI.id]},
        {**CLAIMS, "sid": None},
        leaving.logout_token(Ended(WIKI.id, "mem_1", "ses_1"), ISSUER, "j", NOON),
    ],
)
def test_nothing_else_names_a_client(claims: dict[str, Any] | None) -> None:
    assert "" == leaving.client_named(claims, ISSUER)


@pytest.mark.parametrize(
    ("back", "state", "leads_to"),
    [
        (BACK, "", BACK),
        (BACK, "a b", f"{BACK}?state=a+b"),
        (f"{BACK}?a=b", "s", f"{BACK}?a=b&state=s"),
        ("", "s", ""),
    ],
)
def test_a_request_with_an_id_token_and_a_registered_address_counts(
    back: str, state: str, leads_to: str
) -> None:
    asked = Asked("h", WIKI.id, back, state)
    assert Wish(WIKI, "ses_1", leads_to) == leaving.wish(asked, CLAIMS, WIKI)


def test_a_request_without_anything_is_a_wish_to_sign_out() -> None:
    assert Wish() == leaving.wish(Asked(state="s"), None, None)


@pytest.mark.parametrize(
    ("asked", "claims", "word"),
    [
        (Asked(trouble="state came twice"), CLAIMS, "twice"),
        (Asked(back=BACK), None, "missing"),
        (Asked(back=BACK, client_id=WIKI.id), None, "missing"),
        (Asked("h", back=BACK), None, "not an ID token"),
        (Asked("h", "cli_2", BACK), CLAIMS, "client_id"),
        (Asked("h", back="https://evil.example/"), CLAIMS, "registered"),
        (Asked("h", back=f"{BACK}?x=y"), CLAIMS, "registered"),
        (Asked("h", back=f"{BACK}/"), CLAIMS, "registered"),
    ],
)
def test_everything_else_leads_nowhere_and_says_why(
    asked: Asked, claims: dict[str, Any] | None, word: str
) -> None:
    wish = leaving.wish(asked, claims, WIKI if claims else None)
    assert ("", True) == (wish.back, word in wish.trouble)


def test_an_id_token_of_a_client_that_is_gone_leads_nowhere() -> None:
    assert "" == leaving.wish(Asked("h", back=BACK), CLAIMS, None).back


def test_a_logout_token_holds_what_back_channel_logout_asks_for() -> None:
    told = leaving.logout_token(Ended(WIKI.id, "mem_1", "ses_1"), ISSUER, "j", NOON)
    at = int(NOON.timestamp())
    events: dict[str, object] = {"http://schemas.openid.net/event/backchannel-logout": {}}
    own = {"iat": at, "exp": at + 120, "jti": "j", "events": events}
    assert {**CLAIMS, **own} == told
