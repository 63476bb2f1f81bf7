"""*My profile* over HTTP: what is in force works until its replacement was proved."""

import re
from base64 import b32decode
from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.contract import About, Answer
from sparekey.core.people import Language
from sparekey.errors import WrongProof
from sparekey.factors import code_at
from sparekey.flows import sign_in
from sparekey.flows.context import Context
from sparekey.store import sessions
from tests.flows.conftest import statements
from tests.people import (
    PASSWORD,
    SOMEBODY,
    Team,
    account,
    code_of,
    letters,
    opened,
    reloaded,
    signed_in,
    with_backup_codes,
)
from tests.web.conftest import Browse, Page, Tab, confirming
from tests.world import FrozenWorld

NEW = "seven yellow dogs barking"
FRESH_PAGES = ("/me/password", "/me/2fa/secret", "/me/2fa/secret/secret.txt", "/me/2fa/codes")
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Mobile Safari/604.1"


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


def secret_on(page: Page) -> str:
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', page.text)
    assert found, page.words
    return found[1]


def code_from(ctx: Context, secret: str) -> str:
    """What an app shows that got this secret."""
    factor, moment = ctx.factors["totp"], ctx.moment()
    empty = factor.decode(factor.propose(About("Sparekey", "somebody"), moment).kept)
    return code_at(replace(empty, key=b32decode(secret.replace(" ", ""))), moment.at)


def codes_on(page: Page) -> list[str]:
    return re.findall(r"<li>([0-9a-z]{4}(?:-[0-9a-z]{4}){3})</li>", page.text)


def gets_in(ctx: Context, username: str, password: str, answer: Answer, text: str) -> bool:
    """Whether somebody can sign in like this."""
    try:
        half = opened(ctx, SOMEBODY, sign_in.begin(ctx, SOMEBODY, username, password).started.token)
        sign_in.prove(ctx, half, answer, text)
    except WrongProof:
        return False
    return True


def test_the_profile_shows_ones_own_ways_in(ctx: Context, team: Team, browse: Browse) -> None:
    """App, backup codes, password, devices and what happened, for every role."""
    with_backup_codes(ctx, team["jonas.frei"])
    page = browse(team["jonas.frei"]).get("/me")

    assert page.status == 200
    assert "10 of 10 left" in page.words
    assert "You can lose any one thing and still get in." in page.words
    assert "Firefox on Windows This device" in page.words
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/me", *FRESH_PAGES, "/me/sessions/end-others", "/setup/done", "/"])
def test_who_is_not_signed_in_is_led_to_the_sign_in(path: str, browse: Browse) -> None:
    """And comes back here afterwards."""
    page = browse().get(path)

    assert page.status == 303
    assert page.leads_to == ("/sign-in" if path == "/" else f"/sign-in?next={path}")


@pytest.mark.parametrize("path", FRESH_PAGES)
def test_a_page_that_changes_a_way_in_asks_for_fresh_proofs_first(
    path: str, team: Team, browse: Browse, world: FrozenWorld
) -> None:
    """Five minutes after the sign-in, before anything is filled in."""
    tab = browse(team.owner)
    world.advance(timedelta(minutes=5, seconds=1))

    assert tab.get(path).leads_to == f"/me/confirm?next={path}"


def test_after_confirming_one_is_back_on_the_page(
    ctx: Context, team: Team, browse: Browse, world: FrozenWorld
) -> None:
    """*Confirm it's you* leads on to what was wanted."""
    tab = browse(team.owner)
    world.advance(timedelta(minutes=6))
    asked = tab.follow(tab.get("/me/password"))
    page = tab.follow(tab.send(asked, "/me/confirm", **confirming(ctx, team.owner)))

    assert page.status == 200
    assert page.path == "/me/password"


def test_change_secret_keeps_the_old_one_until_the_new_one_is_verified(
    ctx: Context, team: Team, browse: Browse, world: FrozenWorld
) -> None:
    """A wrong code changes nothing; a right one switches, and says when the old entry was added."""
    tab = browse(team.owner)
    page = tab.get("/me/2fa/secret")
    secret = secret_on(page)
    wrong = tab.send(page, code="000000")
    world.advance(timedelta(seconds=30))
    works_before = gets_in(ctx, "nora.keller", PASSWORD, Answer.CODE, code_of(ctx, team.owner))
    old_code = code_of(ctx, team.owner)
    done = tab.follow(tab.send(wrong, code=code_from(ctx, secret)))
    world.advance(timedelta(seconds=30))

    assert wrong.status == 422
    assert "That code is not right" in wrong.words
    assert secret_on(wrong) == secret
    assert works_before
    assert "Codes from the old secret stopped working at 12:00." in done.words
    assert "It is the one added on 17 November 2026." in done.words
    assert "Done." not in done.words
    assert not gets_in(ctx, "nora.keller", PASSWORD, Answer.CODE, old_code)
    assert gets_in(ctx, "nora.keller", PASSWORD, Answer.CODE, code_from(ctx, secret))
    assert tab.get("/me/2fa/secret/done").leads_to == "/me"


def test_a_stale_tab_is_told_that_its_secret_waited_for_too_long(
    ctx: Context, team: Team, browse: Browse
) -> None:
    """The other tab dropped it; this one gets 409 and the secret that waits now."""
    tab = browse(team.owner)
    stale = tab.get("/me/2fa/secret")
    tab.post("/me/2fa/secret/keep", stale.form().fields)
    answer = tab.send(stale, code=code_from(ctx, secret_on(stale)))

    assert answer.status == 409
    assert "waited for too long. Start again with the new one" in answer.words
    assert secret_on(answer) != secret_on(stale)


def test_keep_the_old_secret_forgets_the_new_one(team: Team, browse: Browse) -> None:
    tab = browse(team.owner)
    page = tab.get("/me/2fa/secret")
    kept = tab.post("/me/2fa/secret/keep", page.form().fields)

    assert kept.leads_to == "/me#two-factor"
    assert secret_on(tab.get("/me/2fa/secret")) != secret_on(page)


def test_the_secret_comes_as_a_file_too(team: Team, browse: Browse) -> None:
    """Text and picture of the secret that waits, never stored by a browser."""
    tab = browse(team.owner)
    secret = secret_on(tab.get("/me/2fa/secret"))
    text, picture = (tab.get(f"/me/2fa/secret/{name}") for name in ("secret.txt", "qr-code.svg"))

    assert text.text.startswith(f"{secret}\notpauth://totp/")
    assert text.headers["content-disposition"] == 'attachment; filename="secret.txt"'
    assert picture.headers["content-type"] == "image/svg+xml"
    assert text.headers["cache-control"] == picture.headers["cache-control"] == "no-store"
    assert tab.get("/me/2fa/secret/other.txt").status == 404


def test_a_new_password_ends_the_other_sessions(
    ctx: Context, team: Team, browse: Browse, world: FrozenWorld
) -> None:
    """This one goes on under a new cookie."""
    here, elsewhere = browse(team.owner), browse(team.owner)
    answer = here.fill("/me/password", current_password=PASSWORD, new_password=NEW)

    assert "Your password is changed. All other devices were signed out." in here.follow(answer).words
    assert elsewhere.get("/me").leads_to == "/sign-in?next=/me"
    assert not gets_in(ctx, "nora.keller", PASSWORD, Answer.CODE, code_of(ctx, team.owner))
    assert gets_in(ctx, "nora.keller", NEW, Answer.CODE, code_of(ctx, team.owner))
    assert [one.kind for one in letters(ctx, "password_changed")] == ["password_changed"]


@pytest.mark.parametrize(
    ("current", "new", "said"),
    [
        ("", "", "Enter your password"),
        (PASSWORD, "", "Enter a new password"),
        ("not this one", NEW, "That password is not right"),
        (PASSWORD, "short", "Use at least 12 characters"),
        (PASSWORD, "juniper\tferry on monday", "Leave out tabs, line breaks and other control characters"),
        (PASSWORD, PASSWORD, "This is your present password"),
        (PASSWORD, "x" * 60_000, "This password is too long"),
    ],
)
def test_a_password_that_cannot_be_taken_says_why(
    current: str, new: str, said: str, team: Team, browse: Browse
) -> None:
    """At its field, with 422, and what was typed is nowhere on the page."""
    answer = browse(team.owner).fill("/me/password", current_password=current, new_password=new)

    assert answer.status == 422
    assert said in answer.words
    assert PASSWORD not in answer.text


def test_too_many_wrong_passwords_make_wait(team: Team, browse: Browse) -> None:
    tab = browse(team.owner)
    answers = [tab.fill("/me/password", current_password="no", new_password=NEW) for _ in range(6)]

    assert [one.status for one in answers] == [422] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "30"


def test_new_codes_count_once_one_of_them_was_entered(
    ctx: Context, team: Team, browse: Browse, world: FrozenWorld
) -> None:
    """The old ones work until then; the entered one stays valid."""
    old = with_backup_codes(ctx, team.owner)
    tab = browse(team.owner)
    page = tab.get("/me/2fa/codes")
    new = codes_on(page)
    wrong = tab.send(page, "/me/2fa/codes", backup_code=old[1])
    works_before = gets_in(ctx, "nora.keller", PASSWORD, Answer.BACKUP_CODE, old[2])
    done = tab.follow(tab.send(wrong, "/me/2fa/codes", backup_code=new[0].upper()))

    assert "Your 10 old codes keep working until you confirm below." in page.words
    assert len(new) == 10
    assert wrong.status == 422
    assert codes_on(wrong) == new
    assert works_before
    assert "Your new backup codes count from now on." in done.words
    assert not gets_in(ctx, "nora.keller", PASSWORD, Answer.BACKUP_CODE, old[3])
    assert gets_in(ctx, "nora.keller", PASSWORD, Answer.BACKUP_CODE, new[0])


def test_a_stale_tab_of_codes_is_told_so(team: Team, browse: Browse) -> None:
    """409, with the codes that wait now."""
    tab = browse(team.owner)
    stale = tab.get("/me/2fa/codes")
    tab.send(stale, "/me/2fa/codes", backup_code=codes_on(stale)[0])
    answer = tab.send(stale, "/me/2fa/codes", backup_code=codes_on(stale)[0])

    assert answer.status == 409
    assert "waited for too long. Start again with the new one" in answer.words
    assert len(codes_on(answer)) == 10
    assert not set(codes_on(answer)) & set(codes_on(stale))


def test_codes_are_the_same_when_the_page_is_opened_again_until_they_are_dropped(
    team: Team, browse: Browse
) -> None:
    tab = browse(team.owner)
    first = tab.get("/me/2fa/codes")
    second = tab.get("/me/2fa/codes")
    tab.post("/me/2fa/codes/keep", first.form("/me/2fa/codes").fields)
    third = tab.get("/me/2fa/codes")

    assert codes_on(first) == codes_on(second)
    assert not set(codes_on(third)) & set(codes_on(first))


def test_codes_come_as_a_sheet_and_a_file(team: Team, browse: Browse) -> None:
    """Both hold the codes of the page; once they are dropped, there is nothing to print."""
    tab = browse(team.owner)
    page = tab.get("/me/2fa/codes")
    form = page.form("/me/2fa/codes/sheet").fields
    sheet, text = tab.post("/me/2fa/codes/sheet", form), tab.post("/me/2fa/codes/codes.txt", form)
    tab.post("/me/2fa/codes/keep", form)

    assert len(codes_on(page)) == 10
    assert codes_on(sheet) == codes_on(page)
    assert all(code in text.text for code in codes_on(page))
    assert text.headers["content-disposition"] == 'attachment; filename="backup-codes.txt"'
    assert sheet.headers["cache-control"] == text.headers["cache-control"] == "no-store"
    assert tab.post("/me/2fa/codes/sheet", form).status == 409
    assert tab.get("/me/2fa/codes/sheet").leads_to == "/me/2fa/codes"


def test_a_german_file_of_codes_is_german(team: Team, browse: Browse) -> None:
    tab = browse(team.owner)
    tab.client.cookies.set("lang", "de")
    page = tab.get("/me/2fa/codes")
    text = tab.post("/me/2fa/codes/codes.txt", page.form("/me/2fa/codes/sheet").fields).text

    assert text.startswith("Backup-Codes für nora.keller auf id.example. Jeder gilt einmal")
    assert 'aria-label="QR-Code"' in tab.get("/me/2fa/secret").text


def test_on_a_phone_its_app_comes_before_the_picture_it_cannot_scan(team: Team, browse: Browse) -> None:
    page = browse(team.owner).get("/me/2fa/secret").text

    assert page.index('href="otpauth:') < page.index('aria-label="QR code"')


def _others(page: Page) -> list[str]:
    ends = (form.action for form in page.forms)
    return [action for action in ends if re.fullmatch(r"/me/sessions/ses_\w+/end", action)]


def test_one_device_is_signed_out(ctx: Context, team: Team, browse: Browse) -> None:
    """Each other device has its button."""
    here, elsewhere = browse(team.owner), browse(team.owner)
    page = here.get("/me")
    after = here.follow(here.send(page, _others(page)[0]))

    assert "The device was signed out." in after.words
    assert _others(after) == []
    assert elsewhere.get("/me").leads_to == "/sign-in?next=/me"


def test_a_device_is_signed_out_after_confirming(
    ctx: Context, team: Team, browse: Browse, world: FrozenWorld
) -> None:
    """The confirmation leads to a page that asks once more, by the device's name."""
    tab = browse(team.owner)
    signed_in(ctx, team.owner, visitor=type(SOMEBODY)(source="198.51.100.4", device=IPHONE))
    world.advance(timedelta(minutes=6))
    page = tab.get("/me")
    asked = tab.follow(tab.send(page, _others(page)[0]))
    question = tab.follow(tab.send(asked, "/me/confirm", **confirming(ctx, team.owner)))
    after = tab.follow(tab.send(question))

    assert "Sign out Safari on iPhone?" in question.words
    assert "198.51.100.4" in question.words
    assert "The device was signed out." in after.words


def test_everywhere_else_is_signed_out(ctx: Context, team: Team, browse: Browse) -> None:
    here, elsewhere = browse(team.owner), browse(team.owner)
    question = here.get("/me/sessions/end-others")
    after = here.follow(here.send(question))

    assert "Sign out everywhere else?" in question.words
    assert "You are signed out everywhere else." in after.words
    assert elsewhere.get("/me").leads_to == "/sign-in?next=/me"


def test_somebody_elses_session_is_not_there(ctx: Context, team: Team, browse: Browse) -> None:
    """404 for an id that is not one's own, whoever's it is; the question just leads back."""
    other = signed_in(ctx, team["jonas.frei"])
    tab = browse(team.owner)
    form = tab.get("/me/sessions/end-others").form().fields
    assert other.session is not None
    path = f"/me/sessions/{other.session.id}/end"

    assert tab.post(path, form).status == 404
    assert tab.get(path).leads_to == "/me#devices"
    assert ctx.db.read(lambda conn: sessions.find(conn, other.token_hash)) is not None


def test_ones_own_language_is_for_mails_and_pages(ctx: Context, team: Team, browse: Browse) -> None:
    tab = browse(team.owner)
    form = tab.get("/me").form("/me/language").fields
    after = tab.follow(tab.post("/me/language", {**form, "language": "de"}))

    assert "Ihre Sprache ist gespeichert." in after.words
    assert reloaded(ctx, team.owner).language is Language.DE
    assert tab.post("/me/language", {**form, "language": "tlh"}).status == 422


def test_password_managers_find_the_way(browse: Browse) -> None:
    page = browse().get("/.well-known/change-password")

    assert (page.status, page.leads_to) == (303, "/me/password")


def test_a_form_without_its_token_changes_nothing(team: Team, browse: Browse) -> None:
    """For every address that is posted to."""
    tab = browse(team.owner)
    paths = ("/me/password", "/me/2fa/secret", "/me/2fa/codes", "/me/sessions/end-others", "/me/language")

    assert [tab.post(path, {"language": "de"}).status for path in paths] == [403] * 5


@pytest.mark.parametrize(
    ("path", "most"), [("/me", 12), ("/me/2fa/secret", 16), ("/me/2fa/codes", 16), ("/me/password", 6)]
)
def test_a_page_takes_few_statements(path: str, most: int, ctx: Context, team: Team, browse: Browse) -> None:
    """However many devices and entries there are."""
    for _ in range(30):
        signed_in(ctx, team.owner)
    tab: Tab = browse(team.owner)
    with statements(ctx) as sent:
        assert tab.get(path).status == 200

    assert len(sent) <= most, f"{len(sent)}: {sent}"
