"""Whoever helps confirms with a code by text message, on the very form that asks how they know."""

from datetime import timedelta

import pytest

from sparekey.core.people import Member
from sparekey.flows.context import Context
from tests.flows.signing_in.texting import adds_number, allowing, code_sent, texting
from tests.infra.texts import Gateway
from tests.people import PASSWORD, Team, account, letters, signed_in, with_backup_codes, without
from tests.web.conftest import AT, JONAS, Browse, Page, Tab
from tests.world import FrozenWorld

OFFERED = "Send a code to the number ending in 67 instead"


@pytest.fixture
def ctx(ctx: Context, gateway: Gateway) -> Context:
    return texting(ctx, gateway.url)


@pytest.fixture
def crew(ctx: Context) -> Team:
    """Its owner has a number and backup codes."""
    team = allowing(ctx)
    with_backup_codes(ctx, team.owner)
    adds_number(ctx, signed_in(ctx, team.owner))
    return team


@pytest.fixture
def owner(crew: Team) -> Member:
    return crew.owner


def asks(tab: Tab, path: str = "link", **typed: str) -> Page:
    """The form after a text message was asked for, with what was answered before."""
    return tab.follow(presses(tab, tab.get(f"{AT}/{path}"), **{"how": "person", **typed}))


def presses(tab: Tab, page: Page, **typed: str) -> Page:
    """The button that has a code sent, with what stands in the form."""
    form = page.form()
    return tab.post(form.action, {**form.fields, **typed, "send": "sms_code"})


def test_it_is_offered_beside_the_other_ways(late: Tab) -> None:
    assert [True, True] == [
        OFFERED in late.get(f"{AT}/{path}").words for path in ("link", "reveal?then=show")
    ]


def test_with_it_a_link_is_sent(ctx: Context, late: Tab) -> None:
    asked = asks(late)
    done = late.send(asked, password=PASSWORD, sms_code=code_sent(ctx))
    assert (303, f"{JONAS}#two-factor") == (done.status, done.leads_to)
    assert 1 == len(letters(ctx, "setup_link"))


def test_what_was_answered_before_is_still_there(late: Tab) -> None:
    asked = asks(late, how="call", stolen="yes", password="not to be kept")
    fields = asked.form().fields
    assert ("call", "yes", "") == (fields["how"], fields["stolen"], fields["password"])
    assert "Use a code from the authenticator app instead" in asked.words
    assert "Use a backup code instead" in asked.words


@pytest.mark.parametrize("then", ["show", "download", "email"])
def test_a_secret_too(ctx: Context, late: Tab, then: str) -> None:
    asked = asks(late, f"reveal?then={then}", then=then)
    done = late.send(asked, password=PASSWORD, sms_code=code_sent(ctx))
    assert (303, then) == (done.status, asked.form().fields["then"])


def test_asking_again_sends_another_and_reloading_none(ctx: Context, late: Tab) -> None:
    asked = asks(late)
    first = code_sent(ctx)
    late.get(f"{AT}/link?way=sms_code")
    assert first == code_sent(ctx)
    assert "Send again" in asked.words
    presses(late, asked)
    refused = late.send(asked, password=PASSWORD, sms_code=first)
    assert (403, True) == (refused.status, first != code_sent(ctx))


def test_a_wrong_code_is_said_at_its_field(ctx: Context, late: Tab) -> None:
    refused = late.send(asks(late), password=PASSWORD, sms_code="12345")
    assert (403, True) == (refused.status, 'href="#sms_code"' in refused.text)
    assert [] == letters(ctx, "setup_link")


def test_a_missing_code_is_said_at_its_field(late: Tab) -> None:
    refused = late.send(asks(late, how=""), password="", sms_code="")
    said = [f'href="#{field}"' in refused.text for field in ("how", "password", "sms_code")]
    assert (422, [True, True, True]) == (refused.status, said)


def test_whoever_has_no_app_is_asked_to_have_it_sent(ctx: Context, late: Tab, owner: Member) -> None:
    without(ctx, owner, "totp")
    without(ctx, owner, "backup_codes")
    page = late.get(f"{AT}/link")
    assert "sms_code" not in page.form().names
    assert "A code goes to the number ending in 67." in page.words
    done = late.send(asks(late), password=PASSWORD, sms_code=code_sent(ctx))
    assert 303 == done.status


def test_the_sixth_in_an_hour_is_refused_on_the_form(late: Tab) -> None:
    for _ in range(4):  # the first proved the number
        asks(late)
    refused = presses(late, late.get(f"{AT}/link"), how="person")
    assert (429, True) == (refused.status, "Codes were asked for too often" in refused.words)
    assert "person" == refused.form().fields["how"]


def test_it_is_not_offered_where_the_policy_ended_it(
    ctx: Context, browse: Browse, world: FrozenWorld
) -> None:
    team = account(ctx, owner="other.owner", staff=("reto.caduff",))
    tab = browse(team.owner)
    world.advance(timedelta(minutes=6))
    assert OFFERED not in tab.get("/contacts/staff/reto.caduff/2fa/link").words
    refused = presses(tab, tab.get("/contacts/staff/reto.caduff/2fa/link"), how="person")
    assert (409, []) == (refused.status, letters(ctx, "text:code"))


def test_in_german(late: Tab) -> None:
    late.get(f"{AT}/link?lang=de")
    assert "Stattdessen einen Code an die Nummer mit Endung 67 senden" in late.get(f"{AT}/link").words
