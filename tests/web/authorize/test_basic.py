"""What the OpenID Foundation's plan for a Basic OP asks of the authorization endpoint, under the names of its modules."""

from datetime import timedelta
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from sparekey.core.clients import Client
from sparekey.flows.context import Context
from sparekey.flows.oidc import keys
from tests.people import PASSWORD, Team, code_of
from tests.web.authorize.conftest import BACK, AddClient, asking, granted, heard
from tests.web.conftest import Browse, Page, Tab, confirming
from tests.world import FrozenWorld

FIVE_SECONDS = timedelta(seconds=5)


def signs_in(ctx: Context, crew: Team, tab: Tab, page: Page) -> Page:
    """From the answer that leads to the sign-in to the one that leads back to the app's request."""
    form = tab.follow(page)
    second = tab.follow(tab.send(form, "/sign-in", username="nora.keller", password=PASSWORD))
    proven = tab.send(second, code=code_of(ctx, crew.owner))
    return tab.follow(proven)


def test_oidcc_server_the_happy_flow(ctx: Context, crew: Team, nora: Tab, wiki: Client) -> None:
    answer = nora.get(asking(wiki))
    assert 303 == answer.status
    told = heard(answer)
    assert BACK == told.address
    assert {"code", "state", "iss"} == told.told.keys()
    assert ("af0ifjsldkj", "https://id.example") == (told.told["state"], told.told["iss"])
    assert len(told.told["code"]) >= 43
    grant = granted(ctx, answer)
    assert (crew.owner.id, "n-0S6_WzA2Mj") == (grant.member_id, grant.nonce)


def test_oidcc_server_whoever_is_not_signed_in_signs_in_and_goes_on(
    ctx: Context, crew: Team, browse: Browse, wiki: Client
) -> None:
    tab = browse()
    answer = signs_in(ctx, crew, tab, tab.get(asking(wiki)))
    assert 200 == answer.status
    assert crew.owner.id == granted(ctx, answer).member_id
