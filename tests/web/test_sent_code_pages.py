"""Codes that are sent, at a browser: asked for by a button, shown with how far they came, entered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.contract import Answer
from sparekey.core.people import Member
from sparekey.flows.background.texts import Texter
from sparekey.flows.context import Context
from tests.flows.signing_in.texting import ALLOWED, adds_mailbox, adds_number, allowing, code_sent, texting
from tests.infra.texts import Behaviour, Gateway
from tests.people import PASSWORD, Team, account, signed_in, with_backup_codes, without
from tests.web.conftest import Browse, Page, Tab, browsing
from tests.world import FrozenWorld

NOT_YET = "On its way since"
SMS, MAIL = "/sign-in/sms", "/sign-in/email-code"


@pytest.fixture
def ctx(ctx: Context, gateway: Gateway) -> Context:
    return texting(ctx, gateway.url)


@pytest.fixture
def team(ctx: Context, world: FrozenWorld) -> Team:
    """Jonas has a number and codes by e-mail since an hour."""
    team = allowing(ctx)
    adds_number(ctx, signed_in(ctx, team["jonas.frei"]))
    adds_mailbox(ctx, signed_in(ctx, team["jonas.frei"]))
    Texter(ctx).run_once()
    world.advance(timedelta(hours=1))
    return team


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


@pytest.fixture
def tab(browse: Browse, jonas: Member) -> Tab:
    """Half signed in."""
    tab = browse()
    tab.fill("/sign-in?next=/me/activity", username="jonas.frei", password=PASSWORD)
    return tab


def sends(tab: Tab, path: str = SMS) -> Page:
    return tab.follow(tab.fill(path, f"{path}/send"))


def action(path: str) -> str:
    return f"{path}?next=/me/activity"


def test_the_page_of_the_app_offers_what_can_be_sent(tab: Tab) -> None:
    page = tab.get("/sign-in/code?next=/me/activity")
    assert "Text message to the number ending in 67" in page.words
    assert "Email to j•••@example.com" in page.words
    assert {action(SMS), action(MAIL)} < set(page.links)


def test_a_text_message_from_the_button_to_the_page_that_was_wanted(ctx: Context, tab: Tab) -> None:
    asked = tab.get(action(SMS))
    assert "sms_code" not in asked.text
    page = tab.follow(tab.send(asked, f"{SMS}/send?next=/me/activity"))
    assert (True, 200) == (NOT_YET in page.words, page.status)
    Texter(ctx).run_once()
    assert "Sent at" in tab.get(action(SMS)).words
    code = code_of_gateway(ctx, tab)
    assert "/me/activity" == tab.send(page, action(SMS), sms_code=code).leads_to


def code_of_gateway(ctx: Context, tab: Tab) -> str:
    sends(tab)
    return code_sent(ctx)


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (Behaviour.BROKEN, "Sending takes longer than usual."),
        (Behaviour.HANG, "Sending takes longer than usual."),
        (Behaviour.REDIRECT, "Sending takes longer than usual."),
        (Behaviour.REFUSE, "The text message could not be sent."),
    ],
)
def test_a_gateway_in_trouble_is_said_and_other_ways_stay_open(
    ctx: Context, gateway: Gateway, tab: Tab, behaviour: Behaviour, said: str
) -> None:
    sends(tab)
    gateway.behaviour = behaviour
    Texter(ctx).run_once()
    page = tab.get(SMS)
    assert said in page.words
    assert "/sign-in/code" in page.links
    assert "Send again" in page.words


def test_wrong_empty_and_late_codes(ctx: Context, tab: Tab, world: FrozenWorld) -> None:
    page = sends(tab)
    code = code_sent(ctx)
    empty = tab.send(page, SMS, sms_code=" ")
    wrong = tab.send(page, SMS, sms_code="12345")
    assert (422, "Enter the 6-digit code" in empty.words) == (empty.status, True)
    assert (403, True) == (wrong.status, "The code has 6 digits. You entered 5" in wrong.words)
    world.advance(timedelta(minutes=9, seconds=59))
    assert "/" == tab.send(page, SMS, sms_code=code).leads_to


def test_too_many_wrong_codes_make_wait(ctx: Context, tab: Tab) -> None:
    page = sends(tab)
    wrong = "000000" if code_sent(ctx) != "000000" else "000001"
    pages = [tab.send(page, SMS, sms_code=wrong) for _ in range(6)]
    assert "1 try left before you have to wait." in pages[3].words
    assert (429, True) == (pages[5].status, "Too many tries. Wait until" in pages[5].words)


def test_the_sixth_code_in_an_hour_is_not_sent(tab: Tab) -> None:
    for _ in range(5):
        sends(tab)
    page = tab.get(SMS)
    refused = tab.send(page, f"{SMS}/send")
    assert (429, True) == (refused.status, "Codes were asked for too often" in refused.words)
    assert int(refused.headers["retry-after"]) > 0


def test_a_code_by_mail_opens_home_and_no_more(ctx: Context, tab: Tab) -> None:
    page = sends(tab, MAIL)
    code = code_sent(ctx, Answer.EMAIL_CODE)
    assert "/" == tab.send(page, MAIL, email_code=code).leads_to
    assert (200, 200) == (tab.get("/").status, tab.get("/me").status)
    assert tab.get("/me/2fa/sms").leads_to.startswith("/me/confirm")


def test_nothing_is_sent_to_nobody(browse: Browse, team: Team) -> None:
    tab = browse()
    for path in (SMS, MAIL, f"{SMS}/send"):
        assert tab.get(path).leads_to.startswith("/sign-in?")
    nora = browse()
    nora.fill("/sign-in", username="nora.keller", password=PASSWORD)
    assert "Nothing can be sent to you right now." in nora.get(SMS).words
    assert 409 == nora.post(f"{SMS}/send", csrf_of(nora)).status


def csrf_of(tab: Tab) -> dict[str, str]:
    form = next(one for one in tab.get("/sign-in/code").forms if "csrf" in one.fields)
    return {"csrf": form.fields["csrf"]}


def test_reloading_the_address_of_the_button_leads_back(tab: Tab) -> None:
    assert action(SMS) == tab.get(f"{SMS}/send?next=/me/activity").leads_to


def test_confirming_by_text_message(ctx: Context, browse: Browse, jonas: Member, world: FrozenWorld) -> None:
    with_backup_codes(ctx, jonas)
    tab = browse(jonas)
    world.advance(timedelta(minutes=6))
    page = tab.get("/me/confirm?next=/me/password")
    assert "Send a code to the number ending in 67 instead" in page.words
    asked = tab.follow(tab.send(page, "/me/confirm/sms?next=/me/password"))
    assert "Use a code from the authenticator app instead" in asked.words
    refused = tab.send(asked, "/me/confirm", password=PASSWORD, sms_code="12345")
    code = code_sent(ctx)
    done = tab.send(refused, "/me/confirm", password=PASSWORD, sms_code=code)
    assert (403, "/me/password") == (refused.status, done.leads_to)
    assert 200 == tab.get("/me/password").status


def test_confirming_is_sent_five_times_an_hour(browse: Browse, jonas: Member) -> None:
    tab = browse(jonas)
    for _ in range(5):
        tab.send(tab.get("/me/confirm"), "/me/confirm/sms?next=/")
    refused = tab.send(tab.get("/me/confirm"), "/me/confirm/sms?next=/")
    assert (429, True) == (refused.status, "Codes were asked for too often" in refused.words)
    assert "/me" == tab.get("/me/confirm/sms").leads_to


def test_a_number_from_profile_to_profile(ctx: Context, browse: Browse) -> None:
    team = account(ctx, policy=ALLOWED)
    tab = browse(team["jonas.frei"])
    assert "No phone number" in tab.get("/me").words
    bare = tab.fill("/me/2fa/sms", number="079 123 45 67")
    fixed = tab.fill("/me/2fa/sms", number="044 668 18 00", accept_risk="yes")
    asked = tab.follow(tab.fill("/me/2fa/sms", number="079 123 45 67", accept_risk="yes"))
    assert (422, True) == (bare.status, "Read the notice" in bare.words)
    assert (422, True) == (fixed.status, "Codes go to mobile phones only" in fixed.words)
    assert "It goes to the number ending in 67" in asked.words
    nothing = tab.send(asked, "/me/2fa/sms/code", sms_code="")
    wrong = tab.send(asked, "/me/2fa/sms/code", sms_code="12345")
    assert ([422, 422], False) == ([nothing.status, wrong.status], "791234567" in wrong.text)
    done = tab.send(wrong, "/me/2fa/sms/code", sms_code=code_sent(ctx))
    assert "Text message, number ending in 67" in tab.follow(done).words
    assert "Change the phone number" in tab.get("/me/2fa/sms").words
    again = tab.get("/me/2fa/sms/code")
    assert "No code is on its way any more." in again.words


def test_codes_by_mail_from_profile_to_profile(ctx: Context, browse: Browse) -> None:
    team = account(ctx, policy=ALLOWED)
    tab = browse(team["jonas.frei"])
    asked = tab.follow(tab.fill("/me/2fa/email-code"))
    assert "It goes to j•••@example.com" in asked.words
    done = tab.send(asked, "/me/2fa/email-code/code", email_code=code_sent(ctx, Answer.EMAIL_CODE))
    assert "Code by email to j•••@example.com" in tab.follow(done).words


def test_a_number_is_removed_on_its_page(browse: Browse, jonas: Member) -> None:
    tab = browse(jonas)
    links = [one for one in tab.get("/me").links if one.endswith("/remove")]
    sms = next(one for one in links if "number ending in 67" in tab.get(one).words)
    assert 404 == tab.get(sms.removesuffix("/remove")).status
    assert "/me#two-factor" == tab.fill(sms).leads_to
    assert "No phone number" in tab.get("/me").words


def test_who_may_have_no_number_is_told_why(ctx: Context, browse: Browse, team: Team) -> None:
    nora = browse(team.owner)
    without(ctx, team.owner, "totp")
    assert "never the only second factor" in nora.get("/me/2fa/sms").words
    forbidden = browse(account(ctx, owner="mia.keller", staff=[]).owner)
    assert "does not allow this way in" in forbidden.get("/me/2fa/sms").words
    form = next(one for one in forbidden.get("/me").forms if "csrf" in one.fields)
    typed = {"csrf": form.fields["csrf"], "number": "079 123 45 67", "accept_risk": "yes"}
    assert 403 == forbidden.post("/me/2fa/sms", typed).status
    assert "No phone number" not in forbidden.get("/me").words


def test_what_ended_meanwhile_is_said_at_the_code(ctx: Context, browse: Browse, team: Team) -> None:
    tab = browse(team.owner)
    asked = tab.follow(tab.fill("/me/2fa/sms", number="079 765 43 21", accept_risk="yes"))
    without(ctx, team.owner, "totp")
    refused = tab.send(asked, "/me/2fa/sms/code", sms_code=code_sent(ctx))
    assert (403, True) == (refused.status, "never the only second factor" in refused.words)


def test_owners_allow_text_messages_with_their_risk(ctx: Context, browse: Browse) -> None:
    tab = browse(account(ctx).owner)
    bare = tab.fill("/account/policy", sms_codes="yes")
    assert (422, True) == (bare.status, "Accept the risk, or leave this off" in bare.words)
    saved = tab.fill("/account/policy", sms_codes="yes", accept_sms_risk="yes", email_codes="yes")
    assert "The security policy is saved." in tab.follow(saved).words
    assert "No phone number" in tab.get("/me").words


def test_what_this_server_cannot_send_is_not_allowed(ctx: Context) -> None:
    silent = replace(ctx, texts=None, mail=None)
    tab = browsing(silent)(account(silent).owner)
    assert "This server cannot send text messages" in tab.get("/account/policy").words
    refused = tab.fill("/account/policy", sms_codes="yes", accept_sms_risk="yes")
    mail = tab.fill("/account/policy", email_codes="yes")
    assert (422, 422) == (refused.status, mail.status)
    assert "This server cannot send such messages" in mail.words


def test_owners_see_that_somebody_has_a_number(browse: Browse, team: Team) -> None:
    nora = browse(team.owner)
    profile = nora.get("/contacts/staff/jonas.frei").words
    assert "Text message, number ending in 67." in profile
    assert "App, text messages" in nora.get("/contacts/staff").words
    assert "1234567" not in profile
