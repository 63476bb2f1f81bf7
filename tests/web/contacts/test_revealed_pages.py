"""A revealed secret over HTTP: shown, taken along, closed by itself, hidden, taken back, and what it opens."""

import io
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageDraw

from sparekey.core.people import Policy
from sparekey.flows.context import Context
from tests.infra.browser import read_qr
from tests.people import PASSWORD, Team, code_of, letters, tags
from tests.web.conftest import (
    AT,
    JONAS,
    NEW_PASSWORD,
    Browse,
    Tab,
    code_from,
    go_through_the_change,
    revealed,
    secret_in,
    set_policy,
    sign_in,
)
from tests.world import FrozenWorld

DOWNLOADS = ("secret.txt", "qr-code.svg", "qr-code.png")


def test_back_in_with_a_revealed_secret(
    ctx: Context, browse: Browse, nora: Tab, crew: Team, world: FrozenWorld
) -> None:
    secret = secret_in(revealed(nora))
    jonas = browse()
    redeemed = sign_in(jonas, PASSWORD, code_from(secret, world.now()))
    new = go_through_the_change(jonas, world)
    world.advance(timedelta(seconds=30))
    back = sign_in(browse(), NEW_PASSWORD, code_from(new, world.now()))

    assert (303, "/renew/password") == (redeemed.status, redeemed.leads_to)
    assert (303, "/") == (back.status, back.leads_to)
    assert "member:recovery_case:completed" in tags(ctx, crew.account.id)


def test_a_revealed_secret_is_shown_with_its_times(nora: Tab) -> None:
    page = revealed(nora)

    assert f"{AT}/secret#two-factor" == page.path
    assert "You can see the secret for Jonas until 12:05. It works until today at 12:10." in page.words
    assert "Suspended: reported lost" in page.words


def test_the_person_is_told_at_once_with_a_link_that_stops_it(ctx: Context, nora: Tab) -> None:
    revealed(nora)
    (told,) = letters(ctx)

    assert ("recovery_opened", "jonas.frei@example.com") == (told.kind, told.to)
    assert "/not-me/" in told.facts["stop_link"]


def test_download_leads_to_the_view_with_its_downloads(nora: Tab) -> None:
    done = nora.fill(f"{AT}/reveal?then=download", how="person")
    page = nora.follow(done)

    assert f"{AT}/secret#downloads" == done.leads_to
    assert 'id="downloads"' in page.text
    assert {f"{AT}/secret/{name}" for name in (*DOWNLOADS, "sheet")} <= set(page.links)


def drawn(svg: bytes) -> bytes:
    """An SVG picture of boxes as PNG."""
    root = ElementTree.fromstring(svg)  # noqa: S314 -- the server's own answer
    size = int(root.attrib["viewBox"].split()[-1])
    picture = Image.new("1", (size * 4, size * 4), 1)
    brush = ImageDraw.Draw(picture)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h", root[1].attrib["d"]):
        left, top = int(x) * 4, int(y) * 4
        brush.rectangle((left, top, left + int(width) * 4 - 1, top + 3), 0)
    out = io.BytesIO()
    picture.save(out, "png")
    return out.getvalue()


def test_all_downloads_hold_the_secret_that_is_shown(nora: Tab) -> None:
    secret = secret_in(revealed(nora))
    text, svg, png = (nora.get(f"{AT}/secret/{name}") for name in DOWNLOADS)
    uri = text.text.splitlines()[1]

    assert secret == text.text.splitlines()[0].replace(" ", "")
    assert [secret] == parse_qs(urlsplit(uri).query)["secret"]
    assert uri == read_qr(png.body) == read_qr(drawn(svg.body))
    assert [f'attachment; filename="{name}"' for name in DOWNLOADS] == [
        page.headers["content-disposition"] for page in (text, svg, png)
    ]


def test_the_sheet_holds_the_secret_and_leads_back(nora: Tab) -> None:
    secret = secret_in(revealed(nora))
    page = nora.get(f"{AT}/secret/sheet")

    assert secret in page.words.replace(" ", "")
    assert f"{AT}/secret" in page.links


def test_reloading_shows_the_same_secret_and_is_written_down(ctx: Context, nora: Tab, crew: Team) -> None:
    first = secret_in(revealed(nora))
    second = secret_in(nora.get(f"{AT}/secret"))

    assert first == second
    assert 1 == tags(ctx, crew.account.id).count("member:recovery_case:viewed")


def test_no_secret_is_in_an_address_or_kept_by_a_browser(nora: Tab) -> None:
    done = nora.fill(f"{AT}/reveal", how="person")
    view = nora.follow(done)
    secret = secret_in(view)
    pages = [done, view, *(nora.get(f"{AT}/secret/{name}") for name in (*DOWNLOADS, "sheet"))]
    addresses = " ".join([done.leads_to, *view.links, *(form.action for form in view.forms)])

    assert {"no-store"} == {page.headers["cache-control"] for page in pages}
    assert secret not in addresses
    assert "otpauth" not in addresses


@pytest.mark.parametrize("name", ["secret.html", "secret.txt.exe", "..", "qr-code.gif"])
def test_there_is_no_other_file(nora: Tab, name: str) -> None:
    revealed(nora)

    assert 404 == nora.get(f"{AT}/secret/{name}").status


def test_the_view_closes_after_five_minutes(
    ctx: Context, browse: Browse, nora: Tab, world: FrozenWorld
) -> None:
    secret = secret_in(revealed(nora))
    world.advance(timedelta(minutes=4, seconds=59))
    still = nora.get(f"{AT}/secret").status
    world.advance(timedelta(seconds=1))
    closed = [nora.get(f"{AT}/secret"), nora.get(f"{AT}/secret/sheet")]
    told = nora.follow(closed[1])
    files = [nora.get(f"{AT}/secret/{name}") for name in DOWNLOADS]
    redeemed = sign_in(browse(), PASSWORD, code_from(secret, world.now()))

    assert 200 == still
    assert [(303, JONAS)] * 2 == [(page.status, page.leads_to) for page in closed]
    assert {410} == {page.status for page in files}
    assert "The view of the secret has closed." in told.words
    assert "/renew/password" == redeemed.leads_to


def test_the_view_is_the_helper_s_alone(browse: Browse, nora: Tab, crew: Team) -> None:
    revealed(nora)
    other = browse(crew["second.owner"])

    assert (303, JONAS) == (other.get(f"{AT}/secret").status, other.get(f"{AT}/secret").leads_to)
    assert 410 == other.get(f"{AT}/secret/secret.txt").status
    assert f"{AT}/secret" not in other.get(JONAS).links


def test_hiding_closes_the_view_and_nothing_else(browse: Browse, nora: Tab, world: FrozenWorld) -> None:
    page = revealed(nora)
    hidden = nora.follow(nora.send(page, f"{AT}/secret/hide"))
    again = nora.follow(nora.send(page, f"{AT}/secret/hide"))
    redeemed = sign_in(browse(), PASSWORD, code_from(secret_in(page), world.now()))

    assert "The secret is hidden. It still works until its time is up." in hidden.words
    assert "The view of the secret has closed." in again.words
    assert 303 == nora.get(f"{AT}/secret").status
    assert "/renew/password" == redeemed.leads_to


def test_the_profile_leads_back_to_an_open_view(nora: Tab) -> None:
    revealed(nora)
    page = nora.get(JONAS)

    assert f"{AT}/secret" in page.links
    assert "Given by Nora Keller, today at 12:00 Checked in person" in page.words


def test_cancelling_makes_the_lost_one_work_again(
    ctx: Context, browse: Browse, nora: Tab, crew: Team, world: FrozenWorld
) -> None:
    page = revealed(nora)
    back = nora.follow(nora.send(page, f"{AT}/cancel"))
    again = nora.follow(nora.send(page, f"{AT}/cancel"))
    refused = sign_in(browse(), PASSWORD, code_from(secret_in(page), world.now()))
    old = sign_in(browse(), PASSWORD, code_of(ctx, crew["jonas.frei"]))

    assert "Cancelled. What Jonas Frei was given no longer works." in back.words
    assert "There was nothing to cancel any more." in again.words
    assert (403, "/") == (refused.status, old.leads_to)


def test_a_stolen_phone_never_comes_back(ctx: Context, browse: Browse, nora: Tab, crew: Team) -> None:
    theirs = browse(crew["jonas.frei"])
    nora.fill(f"{AT}/reveal", how="person", stolen="yes")
    nora.fill(JONAS, f"{AT}/cancel")
    old = sign_in(browse(), PASSWORD, code_of(ctx, crew["jonas.frei"]))

    assert 303 == theirs.get("/me/confirm").status
    assert "/" != old.leads_to


# The forced change


def changing(browse: Browse, nora: Tab, world: FrozenWorld) -> Tab:
    """Jonas at *New secret*."""
    secret = secret_in(revealed(nora))
    jonas = browse()
    sign_in(jonas, PASSWORD, code_from(secret, world.now()))
    jonas.fill("/renew/password", new_password=NEW_PASSWORD)
    return jonas


def test_going_elsewhere_and_back_keeps_the_new_password(
    browse: Browse, nora: Tab, world: FrozenWorld
) -> None:
    jonas = changing(browse, nora, world)
    at_secret = jonas.follow(jonas.follow(jonas.get("/")))
    another = jonas.get("/renew/password?change=yes")

    assert ("/renew/secret", 200) == (at_secret.path, at_secret.status)
    assert "/renew/password?change=yes" in at_secret.links
    assert "Choose a new password" in another.words


@pytest.mark.parametrize("is_posted", [False, True])
def test_whoever_is_stopped_in_the_middle_reads_so_once(
    ctx: Context, browse: Browse, nora: Tab, world: FrozenWorld, is_posted: bool
) -> None:
    jonas = changing(browse, nora, world)
    verify = jonas.get("/renew/verify")
    browse().fill(urlsplit(letters(ctx, "recovery_opened")[0].facts["stop_link"]).path)
    told = jonas.send(verify, code="123456") if is_posted else jonas.get("/renew/secret")

    assert (410, True) == (told.status, "The help was stopped" in told.words)
    assert "Your own second factor works again." in told.words
    assert 303 == jonas.get("/renew/secret").status


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "The help has ended It was cancelled"), (30, "The time for the change is over")]
)
def test_a_change_that_was_taken_back_or_ran_out_says_so(
    browse: Browse, nora: Tab, world: FrozenWorld, minutes: int, said: str
) -> None:
    jonas = changing(browse, nora, world)
    if minutes:
        world.advance(timedelta(minutes=minutes))
    else:
        nora.fill(JONAS, f"{AT}/cancel")
    told = jonas.get("/renew/verify")

    assert (410, True) == (told.status, said in told.words)


# The current secret, where the policy wants it


def test_the_current_secret_is_shown_with_its_risk(ctx: Context, browse: Browse, crew: Team) -> None:
    set_policy(ctx, crew, Policy(reveal_current=True))
    nora = browse(crew.owner)
    form = nora.get(f"{AT}/reveal")
    view = nora.follow(nora.send(form, how="person"))

    assert "This is the current secret, not a temporary one." in form.words
    assert "This is the current secret. It counts as exposed now" in view.words
    assert code_of(ctx, crew["jonas.frei"]) == code_from(secret_in(view), ctx.moment().at)


@pytest.mark.parametrize("path", ["/link", "/reveal?then=email"])
def test_a_link_or_mail_is_never_about_the_current_secret(
    ctx: Context, browse: Browse, crew: Team, path: str
) -> None:
    set_policy(ctx, crew, Policy(reveal_current=True))

    assert "This is the current secret" not in browse(crew.owner).get(AT + path).words
