"""The modules of the Basic OP plan that concern the authorization endpoint, by their names in the suite."""

from datetime import timedelta

from sparekey.core.clients import Client
from sparekey.flows.context import Context
from tests.people import PASSWORD, Team, code_of
from tests.web.authorize.conftest import BACK, asking, granted, heard
from tests.web.conftest import Browse, Page, Tab

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
