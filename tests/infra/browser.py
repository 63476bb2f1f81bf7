"""The installed Chromium under Playwright, and what a person's eye and phone do with a page.

Chromium gets no way out of this machine: it resolves no name but localhost, and none of its own services run.
It has no sandbox, since that needs rights a container seldom has, and only pages of this project are opened.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.infra import programs

_FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """A headless Chromium; every `new_context()` of it is a person with a browser profile of their own.

    While it runs, an event loop of Playwright's occupies this thread: `asyncio.run` belongs in another one.
    """
    program = programs.chromium()
    if program is None:
        raise RuntimeError("No browser: install the package chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS, headless=True)
        try:
            yield browser
        finally:
            browser.close()


def read_qr(picture: bytes) -> str:
    """What a phone reads when it is held before this picture (PNG) with exactly one QR code in it."""
    with Image.open(io.BytesIO(picture)) as image:
        only_qr = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        found = zxingcpp.read_barcodes(image, formats=only_qr, text_mode=zxingcpp.TextMode.Plain)
    assert len(found) == 1, f"{len(found)} QR codes in the picture instead of one"
    return found[0].text
