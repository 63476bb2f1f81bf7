"""The demo's outbox: there on a demo server, and nowhere else."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from sparekey.adapters.messages import Attachment
from sparekey.flows.background.worker import Delivered
from sparekey.flows.context import Context
from sparekey.web.routes import make_web
from tests.people import account, code_of
from tests.web.conftest import Browse, Tab

PICTURE = Attachment("qr-code@sparekey", "qr-code.png", "png", b"\x89PNG")
PATHS = (
    "/demo/outbox",
    "/demo/outbox/out_1",
    "/demo/outbox/out_1/html",
    "/demo/outbox/out_1/attached/qr-code.png",
)


@pytest.fixture
def tab(ctx: Context) -> Tab:
    """A browser at a demo that delivered two letters."""
    demo = replace(ctx, site=replace(ctx.site, is_demo=True))
    first = Delivered(
        id="out_1",
        to="jonas.frei@example.com",
        subject="A <b>secret</b>",
        text="Look: https://id.example/setup/abc.\nAnd https://id.example/not-me/def\n",
        html='<p style="color:red">Look</p><img src="cid:qr-code@sparekey">',
        at=ctx.moment().at,
        attachments=(PICTURE,),
    )
    letters = (first, replace(first, id="out_2", subject="Newest", attachments=()))
    web = make_web(demo, lambda: letters)
    return Tab(TestClient(web, base_url="https://id.example", follow_redirects=False))


def test_the_outbox_shows_letters_and_present_codes(ctx: Context, tab: Tab) -> None:
    """Newest first, without sign-in; everybody's code as their phone shows it."""
    team = account(ctx)
    page = tab.get("/demo/outbox")

    assert page.words.index("Newest") < page.words.index("A <b>secret</b>")
    assert code_of(ctx, team.owner) in page.words
    assert "Jonas Frei · Staff" in page.words
    assert {"#mails", "#codes-now"} <= set(page.links)


def test_a_letter_is_shown_with_its_links(tab: Tab) -> None:
    """In a frame that its page allows for this purpose only."""
    page = tab.get("/demo/outbox/out_1")

    assert "https://id.example/setup/abc" in page.links
    assert "https://id.example/not-me/def" in page.links
    assert (
        '<iframe class="mail" sandbox="allow-popups allow-popups-to-escape-sandbox"'
        ' src="/demo/outbox/out_1/html"' in page.text
    )
    assert page.headers["content-security-policy"].endswith("; frame-src 'self'")


def test_the_html_of_a_letter_can_only_open_links_in_a_new_tab(tab: Tab) -> None:
    """No scripts, no forms, nothing from elsewhere; its own picture stands in it."""
    page = tab.get("/demo/outbox/out_1/html")

    assert "data:image/png;base64,iVBORw==" in page.text
    assert "cid:" not in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert policy.endswith("; sandbox allow-popups allow-popups-to-escape-sandbox")
    assert page.headers["x-frame-options"] == "SAMEORIGIN"


def test_an_attachment_is_a_file(tab: Tab) -> None:
    page = tab.get("/demo/outbox/out_1/attached/qr-code.png")

    assert (page.body, page.headers["content-type"]) == (b"\x89PNG", "image/png")
    assert tab.get("/demo/outbox/out_1/attached/other.png").status == 404
    assert tab.get("/demo/outbox/out_9").status == 404


@pytest.mark.parametrize("path", PATHS)
def test_there_is_nothing_on_a_real_server(path: str, browse: Browse) -> None:
    assert browse().get(path).status == 404
