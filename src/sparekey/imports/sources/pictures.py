"""QR codes as pictures (PNG): each may hold an otpauth:// address or a part of an app's export.

The reader is an extra and is loaded here only. Pictures are opened as PNG and nothing else, and not before
their size is known: a picture of a few bytes can unpack to gigabytes.
"""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from sparekey.imports._text import pieces
from sparekey.imports.found import BadLine, Broken, Found, Keys, Place, Upload
from sparekey.imports.sources.uris import people

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS = 16_000_000
"""More than the largest screens have; 120 MB while one is read."""


def read(uploads: Iterable[Upload], _keys: Keys) -> Iterator[Found | BadLine]:
    return people(
        (Place(upload.name, 0, number), uri) for upload in uploads for number, uri in _texts(upload)
    )


def _texts(upload: Upload) -> Iterator[tuple[int, str]]:
    try:
        import zxingcpp  # noqa: PLC0415  an extra, loaded where it is needed
        from PIL import Image  # noqa: PLC0415  the same
    except ImportError:
        raise Broken(Place(upload.name), "library_missing", package="zxing-cpp, Pillow") from None
    whole = BytesIO(b"".join(pieces(upload)))
    try:
        picture = Image.open(whole, formats=["PNG"])
        if picture.width * picture.height > MOST_PIXELS:
            raise Broken(Place(upload.name), "picture_too_large", most=MOST_PIXELS // 10**6)
        plain = _on_white(picture)
        only_qr = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        found = zxingcpp.read_barcodes(plain, formats=only_qr, text_mode=zxingcpp.TextMode.Plain)
    except Broken:
        raise
    except Exception:  # what a decoder raises on hostile bytes is not listed anywhere
        raise Broken(Place(upload.name), "bad_picture") from None
    if not found:
        raise Broken(Place(upload.name), "no_qr_code")
    yield from enumerate((code.text.strip() for code in found), 1)


def _on_white(picture: "Image.Image") -> "Image.Image":
    """In shades of grey, of which one takes a byte: what is transparent is white."""
    from PIL import Image  # noqa: PLC0415  an extra, loaded where it is needed

    if not picture.has_transparency_data:
        return picture.convert("L")
    whole = picture if "A" in picture.getbands() else picture.convert("RGBA")
    white = Image.new("L", whole.size, 255)
    white.paste(whole.convert("L"), mask=whole.getchannel("A"))
    return white
