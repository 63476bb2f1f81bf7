"""The pages to take secrets along: the warning, the file, and who may have it."""

from datetime import timedelta

import pytest

from sparekey.core.people import Language, Member
from sparekey.core.sign_in import Standing
from sparekey.flows.context import Context
from sparekey.flows.exports.opening import open_export
from sparekey.store import people
from tests.people import Team, changed, letters, stands
from tests.web.conftest import Browse, Page, Tab, confirming
from tests.world import FrozenWorld

WORDS = "marble under the ladder"
TYPED = {"passphrase": WORDS, "passphrase_again": WORDS}
ADDRESSES = ["/me/export", "/account/export"]


@pytest.fixture
def jonas(crew: Team) -> Member:
    return crew["jonas.frei"]


def uris(page: Page) -> tuple[str, ...]:
    return open_export(page.body, WORDS).uris


def test_the_own_file_is_the_answer_and_no_browser_keeps_it(browse: Browse, jonas: Member) -> None:
    page = browse(jonas).fill("/me/export", **TYPED)
    assert (200, "application/jose", "no-store", 'attachment; filename="sparekey-jonas.frei.jwe"') == (
        page.status,
        page.headers["content-type"],
        page.headers["cache-control"],
        page.headers["content-disposition"],
    )
    assert [True] == ["jonas.frei?secret=" in uri for uri in uris(page)]


def test_the_account_s_file_holds_everybody(nora: Tab, crew: Team) -> None:
    page = nora.fill("/account/export", **TYPED)
    assert (200, 'attachment; filename="sparekey-account-2026-11-17.jwe"', len(crew.people)) == (
        page.status,
        page.headers["content-disposition"],
        len(uris(page)),
    )


@pytest.mark.parametrize("path", ADDRESSES)
def test_the_page_warns_before_anything_leaves(ctx: Context, nora: Tab, path: str) -> None:
    words = nora.get(path).words
    assert "Whoever has the file and its passphrase can make" in words
    assert "Not in the file" in words
    assert "otpauth" not in words
    assert [] == letters(ctx)


def test_the_pages_are_found(nora: Tab, browse: Browse, jonas: Member) -> None:
    assert {"/me/export", "/account/export"} <= set(nora.get("/me").links)
    assert "/account/export" not in browse(jonas).get("/me").links


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Enter a passphrase"),
        (
            {"passphrase": "0 one 2", "passphrase_again": "0 one 2"},
            "This passphrase is too short. Use at least 12 characters",
        ),
        ({"passphrase": "password1234"}, "This passphrase is easy to guess"),
        ({"passphrase": "jonas.frei.jonas.frei"}, "This passphrase is made of your name"),
        (
            {"passphrase": WORDS, "passphrase_again": "other words here"},
            "The two passphrases are not the same",
        ),
        ({"passphrase": "x y z " * 30}, "This passphrase is too long. Use 128 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written_back(
    browse: Browse, jonas: Member, typed: dict[str, str], sentence: str
) -> None:
    page = browse(jonas).fill("/me/export", **typed)
    assert 422 == page.status
    assert sentence in page.words
    assert not any(word in page.text for word in typed.values())


def test_a_wrong_passphrase_of_the_account_is_said_too(nora: Tab) -> None:
    page = nora.fill("/account/export", passphrase="short")
    assert (422, True) == (page.status, "Use at least 12 characters" in page.words)


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_late_form_asks_who_it_is_and_does_not_keep_the_passphrase(
    ctx: Context, late: Tab, crew: Team, world: FrozenWorld, path: str
) -> None:
    asked = late.follow(late.get(path))
    assert "Taking secrets along needs a fresh confirmation." in asked.words
    form = late.follow(late.send(asked, "/me/confirm", **confirming(ctx, crew.owner)))
    world.advance(timedelta(minutes=6))
    answer = late.send(form, path, **TYPED)
    assert f"/me/confirm?next={path}" == answer.leads_to
    assert "resume=" not in str(answer.headers)
    assert [] == letters(ctx, "account_exported", "secrets_exported")


@pytest.mark.parametrize("username", ["ivana.admin", "luca.auditor", "jonas.frei"])
def test_the_account_s_page_is_for_owners(browse: Browse, crew: Team, username: str) -> None:
    tab = browse(crew[username])
    form = tab.get("/me/export").form().fields
    assert (403, 403) == (
        tab.get("/account/export").status,
        tab.post("/account/export", {**form, **TYPED}).status,
    )


def test_a_remembered_browser_alone_takes_nothing(browse: Browse, jonas: Member) -> None:
    assert "/me/confirm?next=/me/export" == browse(jonas, aal2=False).get("/me/export").leads_to


def test_who_has_no_app_that_works_is_told_so(ctx: Context, browse: Browse, jonas: Member) -> None:
    tab = browse(jonas)
    form = tab.get("/me/export").form().fields
    stands(ctx, jonas, "totp", Standing.SUSPENDED)
    page, posted = tab.get("/me/export"), tab.post("/me/export", {**form, **TYPED})
    assert ([], True, True) == (
        [one for one in page.forms if one.action == "/me/export"],
        "There is nothing to take with you." in page.words,
        "Suspended, seen by somebody else or switched off" in page.words,
    )
    assert 409 == posted.status


def test_in_german(ctx: Context, browse: Browse, jonas: Member) -> None:
    changed(ctx, jonas, language=Language.DE)
    page = browse(jonas).fill("/me/export", passphrase="kurz")
    assert "Geheimcodes mitnehmen" in page.words
    assert "Nehmen Sie mindestens 12 Zeichen" in page.words


# Held back after a way back in


@pytest.mark.parametrize("path", ADDRESSES)
def test_who_was_let_back_in_reads_until_when_and_sees_no_form(
    ctx: Context, browse: Browse, crew: Team, world: FrozenWorld, path: str
) -> None:
    ctx.db.write(lambda conn: people.recovered(conn, crew.owner, world.now()))
    tab = browse(crew.owner)
    page = tab.get(path)
    assert "From 18 November 2026, 12:00 on you can download this file." in page.words
    assert path not in [form.action for form in page.forms]
    world.advance(timedelta(hours=24))
    assert 200 == browse(crew.owner).fill(path, **TYPED).status


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_form_that_was_open_meanwhile_gets_the_same_page(
    ctx: Context, nora: Tab, crew: Team, world: FrozenWorld, path: str
) -> None:
    page = nora.get(path)
    ctx.db.write(lambda conn: people.recovered(conn, crew.owner, world.now()))
    refused = nora.send(page, path, **TYPED)
    assert (403, True) == (refused.status, "you can download this file" in refused.words)
    assert [] == letters(ctx)


def test_it_is_said_in_german(ctx: Context, browse: Browse, crew: Team, world: FrozenWorld) -> None:
    owner = changed(ctx, crew.owner, language=Language.DE)
    ctx.db.write(lambda conn: people.recovered(conn, owner, world.now()))
    words = browse(owner).get("/account/export").words
    assert "können Sie diese Datei herunterladen" in words
