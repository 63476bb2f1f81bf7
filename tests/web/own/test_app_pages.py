"""Several authenticator apps at a browser: added, told apart, changed one by one, asked about when one is lost."""

from datetime import timedelta

import pytest

from sparekey.core.contract import MOST_APPS, Loss
from sparekey.core.people import Member
from sparekey.flows.context import Context
from sparekey.flows.own import apps
from tests.people import PASSWORD, Team, account, letters, without
from tests.web.conftest import AT, JONAS, Browse, Page, Tab, code_from, go_through_the_change, secret_in
from tests.world import FrozenWorld

NEW = "/me/2fa/app"
HALF_A_MINUTE = timedelta(seconds=30)


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


def adds(tab: Tab, world: FrozenWorld, **typed: str) -> Page:
    world.advance(HALF_A_MINUTE)
    page = tab.get(NEW)
    answer = tab.send(page, code=code_from(secret_in(page), world.now()), **typed)
    world.advance(HALF_A_MINUTE)
    return answer


def ids(ctx: Context, who: Member) -> list[str]:
    return [one.kept.id for one in apps.own(ctx, who)]


def test_an_app_is_added_with_its_name_and_thing(
    ctx: Context, jonas: Member, browse: Browse, world: FrozenWorld
) -> None:
    tab = browse(jonas)
    profile = tab.follow(adds(tab, world, label="Galaxy Tab", thing="tablet"))
    assert "The app works: its codes let you in from now on." in profile.words
    assert "Galaxy Tab tablet · added" in profile.words
    assert [(Loss.PHONE), (Loss.TABLET)] == [one.enrolled.thing for one in apps.own(ctx, jonas)]
    assert ["way_added"] == [one.kind for one in letters(ctx)]


def test_what_is_wrong_is_said_and_what_was_typed_stays(jonas: Member, browse: Browse) -> None:
    tab = browse(jonas)
    page = tab.get(NEW)
    wrong = tab.send(page, code="12", label="My tablet", thing="tablet")
    odd = tab.post(NEW, {**page.form().fields, "code": "123456", "thing": "paper"})
    assert (422, True) == (wrong.status, "You entered 2" in wrong.words)
    assert ("My tablet", "tablet") == (wrong.form().fields["label"], wrong.form().fields["thing"])
    assert secret_in(page) == secret_in(wrong)
    assert (422, True) == (odd.status, "Choose one of those offered" in odd.words)


def test_a_phone_says_that_it_is_the_phone(jonas: Member, browse: Browse) -> None:
    tab = browse(jonas)
    tab.client.headers["user-agent"] = "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Mobile Safari/604.1"
    assert "tablet" == tab.get(NEW).form().fields["thing"]


def test_a_sixth_is_refused_before_anything_is_scanned(
    ctx: Context, jonas: Member, browse: Browse, world: FrozenWorld
) -> None:
    tab = browse(jonas)
    waiting = tab.get(NEW)
    for _ in range(MOST_APPS - 1):
        adds(tab, world)
    late = tab.post(NEW, {**waiting.form().fields, "code": "123456"})
    full = tab.get(NEW)
    assert "You have 5 authenticator apps, and there cannot be more." in full.words
    assert 409 == late.status
    assert NEW not in tab.get("/me").links


def test_change_secret_names_the_app_and_asks_which_where_nobody_can_know(
    ctx: Context, jonas: Member, browse: Browse, world: FrozenWorld
) -> None:
    tab = browse(jonas)
    adds(tab, world, label="Galaxy Tab", thing="tablet")
    phone, tablet = ids(ctx, jonas)
    asked = tab.follow(tab.get("/me/2fa/secret"))
    page = tab.get(f"/me/2fa/{tablet}/secret")
    done = tab.follow(tab.send(page, code=code_from(secret_in(page), world.now())))
    assert "Choose the one whose secret you want to change." in asked.words
    assert "Galaxy Tab · tablet" in page.words
    assert "Your new secret works" in done.words
    assert phone == ids(ctx, jonas)[0]
    assert 404 == tab.get(f"/me/2fa/{tablet}/secret").status


def test_a_tab_whose_app_was_changed_in_another_leads_back(
    jonas: Member, browse: Browse, world: FrozenWorld
) -> None:
    tab = browse(jonas)
    stale = tab.get("/me/2fa/secret")
    code = code_from(secret_in(stale), world.now())
    tab.send(stale, code=code)
    assert "That app is not here any more" in tab.follow(tab.send(stale, code=code)).words


def test_who_has_no_app_is_led_to_adding_one(ctx: Context, jonas: Member, browse: Browse) -> None:
    tab = browse(jonas)
    without(ctx, jonas, "totp")
    assert NEW == tab.get("/me/2fa/secret").leads_to


def test_another_person_s_app_is_not_there(ctx: Context, team: Team, jonas: Member, browse: Browse) -> None:
    tab = browse(jonas)
    [foreign] = ids(ctx, team.owner)
    assert 404 == tab.get(f"/me/2fa/{foreign}/secret").status
    assert 404 == tab.get(f"/me/2fa/{foreign}").status


def test_the_helper_is_asked_what_was_lost_where_it_makes_a_difference(
    ctx: Context, team: Team, jonas: Member, browse: Browse, world: FrozenWorld
) -> None:
    nora = browse(team.owner)
    before = nora.get(f"{AT}/link")
    adds(browse(jonas), world, thing="tablet")
    page = nora.get(f"{AT}/link")
    odd = nora.send(page, how="call", lost="memory")
    sent = nora.send(page, how="call", lost="phone")
    assert "What was lost?" not in before.words
    assert "Only what is on this: tablet" in page.words
    assert (422, True) == (odd.status, "Choose one of those offered" in odd.words)
    assert f"{JONAS}#two-factor" == sent.leads_to
    assert ["suspended", "active"] == [one.kept.standing.value for one in apps.own(ctx, jonas)]


def test_the_forced_change_asks_once_what_the_app_lives_on(
    ctx: Context, team: Team, jonas: Member, browse: Browse, world: FrozenWorld
) -> None:
    nora, tab = browse(team.owner), browse()
    shown = nora.follow(nora.fill(f"{AT}/reveal", how="person"))
    second = tab.follow(tab.fill("/sign-in", username="jonas.frei", password=PASSWORD))
    tab.send(second, code=code_from(secret_in(shown), world.now()))
    go_through_the_change(tab, world, thing="manager")
    assert [Loss.MANAGER] == [one.enrolled.thing for one in apps.own(ctx, jonas)]
