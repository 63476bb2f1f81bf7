"""QR codes are read by a reader that is not ours, as a picture and as drawn in a page."""

import re
from io import BytesIO

import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from sparekey.adapters import qr

URI = "otpauth://totp/Berg%20%26%20Tal:jonas.frei?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Berg%20%26%20Tal"


def seen_in(picture: Image.Image) -> str:
    found = zxingcpp.read_barcodes(picture)
    return found[0].text if found else ""


def drawn(svg: str) -> Image.Image:
    """The picture that a browser would draw of our two paths, eight pixels a module."""
    size = int(re.findall(r'viewBox="0 0 (\d+) \1"', svg)[0])
    picture = Image.new("L", (size * 8, size * 8), 255)
    draw = ImageDraw.Draw(picture)
    dark = re.findall(r'<path fill="#000" d="([^"]*)"', svg)[0]
    for x, y, width, _ in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", dark):
        draw.rectangle((int(x) * 8, int(y) * 8, (int(x) + int(width)) * 8 - 1, int(y) * 8 + 7), fill=0)
    return picture


def test_the_picture_is_read_back() -> None:
    assert URI == seen_in(Image.open(BytesIO(qr.png(URI))))


@given(text=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=200))
def test_the_drawing_in_the_page_is_read_back(text: str) -> None:
    assert text == seen_in(drawn(qr.svg(text, "QR code")))


def test_the_quiet_zone_is_white_on_all_sides() -> None:
    picture = drawn(qr.svg(URI, "QR code"))
    edge, side = 8 * qr.QUIET_ZONE, picture.width
    strips = (
        (0, 0, side, edge),
        (0, 0, edge, side),
        (0, side - edge, side, side),
        (side - edge, 0, side, side),
    )
    assert {(255, 255)} == {picture.crop(strip).getextrema() for strip in strips}


def test_the_drawing_has_a_label_and_neither_style_nor_fixed_size() -> None:
    svg = qr.svg(URI, 'Secret of "<b>Jonas</b>"')
    assert 'class="qr" role="img" aria-label="Secret of &quot;&lt;b&gt;Jonas&lt;/b&gt;&quot;"' in svg
    assert not re.search(r"\s(style|width|height)=", svg)
    assert URI not in svg
