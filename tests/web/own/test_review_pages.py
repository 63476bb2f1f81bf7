"""*2FA review* at a browser: asked of each way in, removed, replaced, used once; and what owners see of it."""

import json
import re
from datetime import timedelta

import pytest

from sparekey.core.people import Member
from sparekey.flows.context import Context
from tests.flows.signing_in.texting import another, code_sent, texting, who_has_both
from tests.people import Team, account, code_of, reloaded, with_backup_codes
from tests.soft_key import SoftKey
from tests.web.conftest import JONAS, LIST, Browse, Page, Reader, Tab, browsing, confirming
from tests.world import FrozenWorld

REVIEW, NEXT = "/me/review", "/me/review/next"
DUE = timedelta(days=182)


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


@pytest.fixture
def codes(ctx: Context, jonas: Member) -> list[str]:
    return with_backup_codes(ctx, jonas)


@pytest.fixture
def tab(browse: Browse, jonas: Member, codes: list[str], world: FrozenWorld) -> Tab:
    """Jonas has an app and backup codes; his review is due."""
    world.advance(DUE)
    return browse(jonas)


def fields(page: Page) -> dict[str, str]:
    """The names of the questions: of the app and of the codes."""
    names = sorted(page.form(REVIEW).names - {"csrf"}, key=page.text.index)
    return dict(zip(("app", "codes"), names, strict=True))


def way_id(field: str) -> str:
    return field.removeprefix("way-")


def test_what_is_missing_is_named(tab: Tab) -> None:
    page = tab.fill(REVIEW)
    assert "Backup codes: Say whether you still have it" in page.words


def test_everything_is_there(ctx: Context, jonas: Member, tab: Tab, world: FrozenWorld) -> None:
    page = tab.get(REVIEW)
    done = tab.follow(tab.send(page, REVIEW, **dict.fromkeys(fields(page).values(), "yes")))
    assert "Due since 18 May 2027." in page.words
    assert "You know now that these ways in are there." in done.words
    assert "Next due on 16 November 2027" in done.words
    assert "checked today" in done.words
    assert world.now() == reloaded(ctx, jonas).reviewed_at


def test_home_and_profile_lead_there(tab: Tab) -> None:
    assert "Your review is due since 18 May 2027." in tab.get("/").words
    assert REVIEW in tab.get("/").links
    assert REVIEW in tab.get("/me").links


def test_each_question_wants_an_answer(tab: Tab) -> None:
    page = tab.get(REVIEW)
    asked = fields(page)
    answer = tab.send(page, REVIEW, **{asked["app"]: "yes"})
    odd = tab.send(page, REVIEW, **{asked["app"]: "yes", asked["codes"]: "<script>"})
    assert (422, 422) == (answer.status, odd.status)
    assert 1 == answer.text.count(f'href="#{asked["codes"]}"')
    assert f'href="#{asked["app"]}"' not in answer.text
    assert "yes" == answer.form(REVIEW).fields[asked["app"]]
    assert "<script>" not in odd.text.partition("<main")[2]


def test_the_last_way_is_kept(ctx: Context, jonas: Member, tab: Tab) -> None:
    page = tab.get(REVIEW)
    answer = tab.send(page, REVIEW, **dict.fromkeys(fields(page).values(), "lost"))
    assert (409, True) == (answer.status, "This is your last way in" in answer.words)
    assert 2 == len(fields(tab.get(REVIEW)))


def test_what_is_lost_is_removed_after_a_confirmation_and_replaced(
    ctx: Context, jonas: Member, tab: Tab, world: FrozenWorld
) -> None:
    page = tab.get(REVIEW)
    asked = fields(page)
    world.advance(timedelta(minutes=6))
    confirm = tab.follow(tab.send(page, REVIEW, **{asked["app"]: "yes", asked["codes"]: "lost"}))
    again = tab.follow(tab.send(confirm, "/me/confirm", **confirming(ctx, jonas)))
    left = tab.follow(tab.send(again, REVIEW))
    assert {asked["app"]: "yes", asked["codes"]: "lost"}.items() <= again.form(REVIEW).fields.items()
    assert "Replace what you lost" in left.words
    assert "/me/2fa/codes" in left.links
    assert "No backup codes" in tab.follow(tab.send(left, NEXT)).words
    assert "/me#two-factor" == tab.get(NEXT).leads_to


def test_not_sure_means_using_it_once(
    ctx: Context, jonas: Member, tab: Tab, codes: list[str], world: FrozenWorld
) -> None:
    page = tab.get(REVIEW)
    asked = fields(page)
    left = tab.follow(tab.send(page, REVIEW, **dict.fromkeys(asked.values(), "unsure")))
    app, paper = (f"{REVIEW}/{way_id(asked[name])}" for name in ("app", "codes"))
    empty, wrong = tab.fill(app, app, code=""), tab.fill(paper, paper, backup_code="ABCD")
    next_one = tab.follow(tab.fill(app, app, code=code_of(ctx, jonas)))
    before = reloaded(ctx, jonas).reviewed_at
    done = tab.follow(tab.fill(paper, paper, backup_code=codes[0].upper()))
    assert {app, paper} <= set(left.links)
    assert (422, 403) == (empty.status, wrong.status)
    assert "A backup code has 16 characters. You entered 4" in wrong.words
    assert app not in next_one.links
    assert before != world.now()
    assert "It works, and it is still yours." in done.words
    assert "10 of 10 left" in done.words
    assert world.now() == reloaded(ctx, jonas).reviewed_at


def test_what_cannot_be_found_is_removed(ctx: Context, jonas: Member, tab: Tab) -> None:
    page = tab.get(REVIEW)
    asked = fields(page)
    tab.send(page, REVIEW, **{asked["app"]: "unsure", asked["codes"]: "unsure"})
    app, paper = (f"{REVIEW}/{way_id(asked[name])}" for name in ("app", "codes"))
    last = tab.send(tab.get(app), f"{app}/lost")
    left = tab.follow(tab.send(tab.get(paper), f"{paper}/lost"))
    assert (409, True) == (last.status, "This is your last way in" in last.words)
    assert "It is removed and lets nobody in any more." in left.words
    assert 404 == tab.get(paper).status


def test_removing_asks_for_a_fresh_confirmation_and_comes_back(tab: Tab, world: FrozenWorld) -> None:
    paper = f"{REVIEW}/{way_id(fields(tab.get(REVIEW))['codes'])}"
    page = tab.get(paper)
    world.advance(timedelta(minutes=6))
    asked = tab.send(page, f"{paper}/lost")
    assert f"/me/confirm?next={paper}/lost" == asked.leads_to
    assert "Nothing is done yet" in tab.follow(tab.get(f"{paper}/lost")).words


def test_too_many_wrong_codes_make_wait(tab: Tab) -> None:
    app = f"{REVIEW}/{way_id(fields(tab.get(REVIEW))['app'])}"
    answers = [tab.fill(app, app, code="000000") for _ in range(6)]
    assert 429 == answers[-1].status
    assert "30" == answers[-1].headers["retry-after"]


def test_a_passkey_is_used_by_the_page_s_script(jonas: Member, tab: Tab) -> None:
    key = SoftKey()
    csrf = form_of(tab, "/me/2fa/passkey")["csrf"]
    options = tab.post("/passkey/new/options", {"csrf": csrf})
    added = tab.post("/me/2fa/passkey", {"csrf": csrf, "passkey": key.create(json.loads(options.text))})
    path = f"{REVIEW}/{added.leads_to.rsplit('/', 1)[1]}"
    wrong = tab.post(path, {"csrf": csrf, "passkey": "{}"})
    asked = tab.post(f"{path}/options", {"csrf": csrf, "page": path})
    used = tab.post(path, {"csrf": csrf, "passkey": key.get(json.loads(asked.text))})
    assert (403, True) == (wrong.status, "That passkey did not work here" in wrong.words)
    assert "/me#two-factor" == used.leads_to
    assert 404 == tab.post(f"{REVIEW}/aut_nothing/options", {"csrf": csrf}).status


def form_of(tab: Tab, path: str) -> dict[str, str]:
    forms = Reader(tab.get(path).text).forms
    return next(one.fields for one in forms if "passkey" in one.names)


def test_another_person_s_way_is_not_there(team: Team, browse: Browse, tab: Tab) -> None:
    foreign = next(one for one in browse(team.owner).get(REVIEW).form(REVIEW).names if one != "csrf")
    path = f"{REVIEW}/{way_id(foreign)}"
    csrf = tab.get(REVIEW).form(REVIEW).fields["csrf"]
    statuses = [tab.get(path).status, *(tab.post(path + end, {"csrf": csrf}).status for end in ("", "/lost"))]
    assert [404] * 3 == statuses


@pytest.mark.parametrize("path", [REVIEW, NEXT, f"{REVIEW}/aut_1"])
def test_nobody_else_sees_it(browse: Browse, path: str) -> None:
    assert f"/sign-in?next={path}" == browse().get(path).leads_to


def test_owners_see_whose_review_is_due(team: Team, browse: Browse, tab: Tab) -> None:
    nora = browse(team.owner)
    home = nora.get("/")
    page = nora.get(f"{LIST}?state=review_due")
    assert "The review of 1 person is due" in home.words
    assert f"{LIST}?state=review_due" in home.links
    assert JONAS in page.links
    assert "2FA review: due since 18 May 2027." in nora.get(JONAS).words


def test_the_policy_switches_it_off(team: Team, browse: Browse, tab: Tab) -> None:
    nora = browse(team.owner)
    odd = nora.fill("/account/policy", review_months="7")
    saved = nora.fill("/account/policy", review_months="0")
    assert (422, "/account/policy") == (odd.status, saved.leads_to)
    assert "is due" not in tab.get("/").words
    assert "Due since" not in tab.get(REVIEW).words


def number_on(page: Page) -> str:
    """Where the number in the review is used once."""
    found = re.search(r'id="way-(aut_\w+)"><legend>(?:(?!</legend>).)*Text message', page.text)
    assert found
    return f"{REVIEW}/{found[1]}"


def test_a_number_gets_a_code_from_its_page(ctx: Context, browse: Browse, world: FrozenWorld) -> None:
    server = texting(ctx)
    jonas = who_has_both(server, world)["jonas.frei"]
    tab = browsing(server)(jonas)
    page = tab.get(REVIEW)
    number = number_on(page)
    sent = tab.follow(tab.send(tab.get(number), f"{number}/send"))
    wrong = tab.send(sent, number, sms_code=another(code_sent(ctx)))
    used = tab.send(tab.get(number), number, sms_code=code_sent(ctx))
    assert "Text message, number ending in 67" in page.words
    assert (403, True) == (wrong.status, "That code is not right" in wrong.words)
    assert "/me#two-factor" == used.leads_to
    assert number == tab.get(f"{number}/send").leads_to


def test_a_server_without_a_gateway_says_so(ctx: Context, browse: Browse, world: FrozenWorld) -> None:
    jonas = who_has_both(texting(ctx), world)["jonas.frei"]
    tab = browse(jonas)
    page = tab.get(REVIEW)
    number = number_on(page)
    refused = tab.send(tab.get(number), f"{number}/send")
    assert (409, True) == (refused.status, "Nothing can be sent to you right now" in refused.words)
