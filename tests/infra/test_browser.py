"""Chromium shows a page, a phone reads the QR code on it, and nothing leaves the machine."""

import pytest
import segno
from playwright.sync_api import Browser, Error

from tests.infra.browser import read_qr

pytestmark = pytest.mark.browser


def test_reads_the_qr_code_on_a_page(chromium: Browser) -> None:
    secret = "otpauth://totp/Sparekey:mia?secret=GEZDGNBVGY3TQOJQ&issuer=Sparekey"
    page = chromium.new_page()
    page.set_content(f"<h1>Scan this</h1>{segno.make(secret).svg_inline(scale=4, border=4)}")
    assert secret == read_qr(page.screenshot())
    page.close()


def test_says_so_when_there_is_no_qr_code(chromium: Browser) -> None:
    page = chromium.new_page()
    with pytest.raises(AssertionError, match="0 QR codes"):
        read_qr(page.screenshot())
    page.close()


def test_the_browser_finds_no_other_host(chromium: Browser) -> None:
    page = chromium.new_page()
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://mail.example/")
    page.close()
