"""Letting a colleague back in over HTTP: who may, the form, by e-mail, by set-up link, and reset."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from sparekey.core.people import Policy, Status
from sparekey.flows.context import Context
from tests.people import PASSWORD, Team, changed, letters, reloaded, with_backup_codes
from tests.web.conftest import (
    AT,
    JONAS,
    NEW_PASSWORD,
    Browse,
    Tab,
    browsing,
    code_from,
    confirming,
    go_through_the_change,
    revealed,
    secret_in,
    set_policy,
    sign_in,
)
from tests.world import FrozenWorld

ASKED = ("/reveal", "/reveal?then=download", "/reveal?then=email", "/link")


# Who may


@pytest.mark.parametrize("path", ASKED)
def test_an_owner_is_asked_how_they_know(nora: Tab, path: str) -> None:
    page = nora.get(AT + path)
    form = page.form()

    assert (200, True) == (page.status, "How do you know it’s really Jonas?" in page.words)
    assert {"how", "stolen"} <= form.names
    assert "how" not in form.fields


@pytest.mark.parametrize(
    ("username", "path", "sentence"),
    [
        ("ivana.admin", "/reveal", "leaves this to account owners"),
        ("ivana.admin", "/reset", "leaves this to account owners"),
        ("luca.auditor", "/reveal", "Your role does not include it"),
        ("luca.auditor", "/link", "Your role does not include it"),
        ("jonas.frei", "/link", "Your role does not include it"),
        ("jonas.frei", "/secret", "Your role does not include it"),
        ("jonas.frei", "/reset", "Your role does not include it"),
    ],
)
def test_who_may_not_help_is_told_why(
    browse: Browse, crew: Team, username: str, path: str, sentence: str
) -> None:
    page = browse(crew[username]).get(AT + path)

    assert (403, True) == (page.status, sentence in page.words)


@pytest.mark.parametrize(
    ("whom", "path", "sentence"),
    [
        ("second.owner", "reveal", "not possible for somebody with this role"),
        ("second.owner", "reset", "not possible for somebody with this role"),
        ("luca.auditor", "reveal", "not possible for somebody with this role"),
        ("nora.keller", "reveal", "You can’t do this to yourself"),
        ("nora.keller", "link", "You can’t do this to yourself"),
        ("nora.keller", "reset", "You can’t do this to yourself"),
    ],
)
def test_what_may_not_be_done_to_somebody_is_said_before_any_question(
    nora: Tab, whom: str, path: str, sentence: str
) -> None:
    page = nora.get(f"/contacts/staff/{whom}/2fa/{path}")

    assert (403, True) == (page.status, sentence in page.words)
    assert f"/contacts/staff/{whom}" in page.links


def test_an_admin_may_reveal_where_the_policy_says_so(ctx: Context, browse: Browse, crew: Team) -> None:
    set_policy(ctx, crew, Policy(admins_may_reveal=True))

    assert "Secret revealed: Jonas Frei" in revealed(browse(crew["ivana.admin"])).words


def test_a_policy_of_links_only_is_said(ctx: Context, browse: Browse, crew: Team) -> None:
    set_policy(ctx, crew, Policy(links_only=True))
    nora = browse(crew.owner)

    assert "The security policy allows set-up links only." in nora.get(JONAS).words
    assert 403 == nora.get(f"{AT}/reveal").status
    assert 200 == nora.get(f"{AT}/link").status


def test_a_fresh_address_gets_nothing(ctx: Context, nora: Tab, crew: Team) -> None:
    changed(ctx, crew["jonas.frei"], email_changed_at=ctx.moment().at)
    pages = [nora.get(AT + path) for path in ASKED]

    assert {403} == {page.status for page in pages}
    assert all("less than 72 hours ago" in page.words for page in pages)


@pytest.mark.parametrize("path", ["/reveal", "/link", "/cancel"])
def test_a_form_of_another_session_hands_nothing_over(
    ctx: Context, browse: Browse, crew: Team, nora: Tab, path: str
) -> None:
    foreign = browse(crew["second.owner"]).get(f"{AT}/link").form().fields["csrf"]
    page = nora.post(AT + path, {"csrf": foreign, "how": "person"})

    assert (403, []) == (page.status, letters(ctx))


# The form


@pytest.mark.parametrize("how", ["", "console", "x", "PERSON"])
@pytest.mark.parametrize("path", ASKED)
def test_without_an_answer_nothing_is_handed_over(ctx: Context, nora: Tab, path: str, how: str) -> None:
    page = nora.fill(AT + path, how=how, stolen="yes")

    assert (422, []) == (page.status, letters(ctx))
    assert "Choose how you know that it’s really Jonas" in page.words
    assert "yes" == page.form().fields["stolen"]


def test_a_session_that_is_not_fresh_confirms_in_the_same_form(ctx: Context, late: Tab, crew: Team) -> None:
    form = late.get(f"{AT}/reveal")
    view = late.follow(late.send(form, how="video", **confirming(ctx, crew.owner)))

    assert "Confirm it’s you, Nora" in form.words
    assert "You can see the secret for Jonas until 12:11." in view.words
    assert 200 == late.get(f"{JONAS}/edit").status


def test_everything_missing_is_said_at_once(ctx: Context, late: Tab) -> None:
    page = late.fill(f"{AT}/link")

    assert 422 == page.status
    for field, sentence in (
        ("how", "Choose how you know"),
        ("password", "Enter your password"),
        ("code", "Enter the code"),
    ):
        assert f'href="#{field}"' in page.text
        assert sentence in page.words


@pytest.mark.parametrize(("field", "value"), [("password", "wrong"), ("code", "000000"), ("code", "12345")])
def test_a_wrong_answer_is_said_at_its_field_and_the_reason_stays(
    ctx: Context, late: Tab, crew: Team, field: str, value: str
) -> None:
    page = late.fill(f"{AT}/link", how="call", **{**confirming(ctx, crew.owner), field: value})
    form = page.form()

    assert (403, "call") == (page.status, form.fields["how"])
    assert f'id="{field}-error"' in page.text
    assert "" == form.fields["password"] + form.fields["code"]
    assert PASSWORD not in page.text
    assert [] == letters(ctx)


def test_too_many_wrong_passwords_wait(ctx: Context, late: Tab, crew: Team) -> None:
    right = confirming(ctx, crew.owner)
    for _ in range(5):
        late.fill(f"{AT}/link", how="call", password="wrong", code=right["code"])
    page = late.fill(f"{AT}/link", how="call", **right)

    assert (429, "30") == (page.status, page.headers["retry-after"])
    assert "Too many tries. Wait" in page.words
    assert [] == letters(ctx)


def test_a_code_is_not_spent_while_the_reason_is_missing(ctx: Context, late: Tab, crew: Team) -> None:
    right = confirming(ctx, crew.owner)
    page = late.fill(f"{AT}/link", **right)
    done = late.send(page, how="person", **right)

    assert (422, 303) == (page.status, done.status)


def test_a_backup_code_confirms_too(ctx: Context, late: Tab, crew: Team) -> None:
    codes = with_backup_codes(ctx, crew.owner)
    page = late.get(f"{AT}/link?way=backup_code")
    done = late.send(page, how="person", password=PASSWORD, backup_code=codes[3])

    assert (303, f"{JONAS}#two-factor") == (done.status, done.leads_to)


def test_a_form_that_was_open_for_too_long_asks_to_confirm(
    ctx: Context, nora: Tab, crew: Team, world: FrozenWorld
) -> None:
    page = nora.get(f"{AT}/link")
    world.advance(timedelta(minutes=6))
    again = nora.send(page, how="call", stolen="yes")
    done = nora.send(again, **confirming(ctx, crew.owner))

    assert (403, True) == (again.status, "Confirm it’s you, Nora" in again.words)
    assert {"how": "call", "stolen": "yes"}.items() <= again.form().fields.items()
    assert (303, f"{JONAS}#two-factor") == (done.status, done.leads_to)


# By e-mail


def test_a_secret_by_email(ctx: Context, browse: Browse, nora: Tab, world: FrozenWorld) -> None:
    page = nora.follow(nora.fill(f"{AT}/reveal?then=email", how="call"))
    (letter,) = letters(ctx, "secret_sent")
    redeemed = sign_in(browse(), PASSWORD, code_from(letter.facts["secret"].replace(" ", ""), world.now()))

    assert "Sent to jonas.frei@example.com at 12:00." in page.words
    assert "Done." not in page.words
    assert letter.facts["secret"] not in page.text
    assert "/renew/password" == redeemed.leads_to


def test_mailing_from_the_open_view_asks_nothing_again_and_makes_a_fresh_one(ctx: Context, nora: Tab) -> None:
    page = revealed(nora)
    done = nora.send(page, f"{AT}/reveal")
    (letter,) = letters(ctx, "secret_sent")

    assert (303, f"{JONAS}#two-factor") == (done.status, done.leads_to)
    assert secret_in(page) != letter.facts["secret"].replace(" ", "")
    assert 303 == nora.get(f"{AT}/secret").status


def test_mailing_from_a_view_of_a_session_gone_stale_asks_to_confirm_only(
    ctx: Context, nora: Tab, crew: Team, world: FrozenWorld
) -> None:
    world.advance(timedelta(minutes=4))
    page = revealed(nora)
    world.advance(timedelta(minutes=2))
    asked = nora.send(page, f"{AT}/reveal")
    done = nora.send(asked, **confirming(ctx, crew.owner))

    assert (403, True) == (asked.status, "Confirm it’s you, Nora" in asked.words)
    assert "how" not in asked.form().names
    assert (303, 1) == (done.status, len(letters(ctx, "secret_sent")))


def test_the_reason_is_asked_anew_after_five_minutes(
    ctx: Context, nora: Tab, crew: Team, world: FrozenWorld
) -> None:
    page = revealed(nora)
    world.advance(timedelta(minutes=5, seconds=1))
    asked = nora.send(page, f"{AT}/reveal")

    assert (403, True) == (asked.status, "How do you know it’s really Jonas?" in asked.words)
    assert [] == letters(ctx, "secret_sent")


# By set-up link


def test_back_in_with_a_set_up_link(ctx: Context, browse: Browse, nora: Tab, world: FrozenWorld) -> None:
    page = nora.follow(nora.fill(f"{AT}/link", how="video"))
    (letter,) = letters(ctx, "setup_link")
    jonas = browse()
    opened = jonas.get(urlsplit(letter.facts["link"]).path)
    accepted = jonas.send(opened, password=PASSWORD)
    new = go_through_the_change(jonas, world)
    world.advance(timedelta(seconds=30))
    back = sign_in(browse(), NEW_PASSWORD, code_from(new, world.now()))

    assert "Set-up link sent to jonas.frei@example.com. It works once, until tomorrow at 12:00." in page.words
    assert "Locked out" not in page.words
    assert "/renew/password" == accepted.leads_to
    assert (303, "/") == (back.status, back.leads_to)


def test_an_admin_sends_links_to_staff(ctx: Context, browse: Browse, crew: Team) -> None:
    done = browse(crew["ivana.admin"]).fill(f"{AT}/link", how="person")

    assert (303, 1) == (done.status, len(letters(ctx, "setup_link")))


def test_an_owner_gets_a_link_and_the_other_owners_are_told(ctx: Context, nora: Tab) -> None:
    done = nora.fill("/contacts/staff/second.owner/2fa/link", how="person")

    assert (303, 1) == (done.status, len(letters(ctx, "setup_link")))
    assert ["nora.keller@example.com"] == [letter.to for letter in letters(ctx, "recovery_opened_owners")]


def test_who_was_stopped_waits_and_is_told_so(ctx: Context, browse: Browse, nora: Tab, crew: Team) -> None:
    revealed(nora)
    stop = urlsplit(letters(ctx, "recovery_opened")[0].facts["stop_link"]).path
    browse().fill(stop)
    mine, theirs = nora.get(f"{AT}/link"), browse(crew["second.owner"]).get(f"{AT}/link")
    told = "Until 18 November 2026, 12:00 only another account owner or administrator can help"

    assert (403, True) == (mine.status, told in mine.words)
    assert 200 == theirs.status
    for page in (nora.get(f"{AT}/reveal"), nora.get(f"{AT}/reset"), nora.get(JONAS)):
        assert told in page.words
        assert "sparekey member recover" in page.words


def test_who_was_stopped_helping_an_owner_is_told_so_beside_the_link(
    ctx: Context, browse: Browse, nora: Tab
) -> None:
    """The secret is not possible for an owner in any case; the link alone is what is held back."""
    theirs = "/contacts/staff/second.owner"
    nora.fill(f"{theirs}/2fa/link", how="person")
    browse().fill(urlsplit(letters(ctx, "setup_link")[0].facts["stop_link"]).path)
    page = nora.get(theirs)

    assert "Let Second set up a new secret This person said “This wasn’t me”. Until 18" in page.words
    assert "This is not possible for somebody with this role" in page.words


def test_help_that_was_taken_back_can_be_reported(
    ctx: Context, browse: Browse, nora: Tab, crew: Team
) -> None:
    nora.send(revealed(nora), f"{AT}/cancel")
    stop = urlsplit(letters(ctx, "recovery_ended")[0].facts["stop_link"]).path
    asked = browse().get(stop)
    done = browse().fill(stop)

    assert "Report this help? Somebody asked for help in the name of jonas.frei" in asked.words
    assert "All devices of jonas.frei were signed out." in done.words
    assert 403 == nora.get(f"{AT}/link").status


# Reset


def test_a_reset_ends_everything_and_invites(ctx: Context, browse: Browse, nora: Tab, crew: Team) -> None:
    theirs = browse(crew["jonas.frei"])
    with_backup_codes(ctx, crew["jonas.frei"])
    form = nora.get(f"{AT}/reset")
    page = nora.follow(nora.send(form, how="person", confirm="jonas.frei"))

    assert "the authenticator app 10 backup codes" in form.words
    assert "Jonas Frei was reset and gets an invitation by email." in page.words
    assert "Not set up yet" in page.words
    assert Status.INVITED is reloaded(ctx, crew["jonas.frei"]).status
    assert {"reset_done", "reset_link", "reset_done_owners"} == {letter.kind for letter in letters(ctx)}
    assert 303 == theirs.get("/me/confirm").status


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"confirm": "jonas.frei"}, "Choose how you know that it’s really Jonas"),
        ({"how": "console", "confirm": "jonas.frei"}, "Choose how you know that it’s really Jonas"),
        ({"how": "call", "confirm": "jonas"}, "Type the username exactly as it stands here"),
        ({"how": "call"}, "Type the username exactly as it stands here"),
    ],
)
def test_a_reset_that_is_not_filled_in_changes_nothing(
    ctx: Context, nora: Tab, crew: Team, typed: dict[str, str], sentence: str
) -> None:
    page = nora.fill(f"{AT}/reset", **typed)

    assert (422, True) == (page.status, sentence in page.words)
    assert typed.get("confirm", "") == page.form().fields["confirm"]
    assert (Status.ACTIVE, []) == (reloaded(ctx, crew["jonas.frei"]).status, letters(ctx))


def test_a_reset_asks_for_a_fresh_confirmation_first(late: Tab) -> None:
    page = late.get(f"{AT}/reset")

    assert (303, f"/me/confirm?next={AT}/reset") == (page.status, page.leads_to)


def test_without_mail_a_link_is_refused_and_a_secret_is_not(ctx: Context, crew: Team) -> None:
    nora = browsing(replace(ctx, mail=None))(crew.owner)
    page = nora.get(f"{AT}/link")
    profile = nora.get(JONAS)

    assert (409, True) == (page.status, "This server cannot send mail yet" in page.words)
    assert "This server cannot send mail yet. Show the secret instead." in profile.words
    assert f"{AT}/reveal?then=email" not in profile.links
    assert 409 == nora.fill(f"{AT}/reveal?then=email", how="person").status
    assert "Secret revealed" in revealed(nora).words
