"""QR codes (ISO/IEC 18004): black on white in every theme, with the quiet zone of four that readers need.

As SVG in the page itself, because a secret needs no address of its own and no `data:` in the content policy;
sized by the stylesheet, without a `style` attribute. As PNG for mails and downloads.
"""

from html import escape
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import segno

QUIET_ZONE = 4
PNG_SCALE = 6  # pixels a module


def svg(text: str, label: str) -> str:
    """An inline picture of `text`; `label` is what a screen reader says. Safe to put into a page as it is."""
    rows = [bytes(row) for row in _code(text).matrix_iter(border=QUIET_ZONE)]
    size = len(rows)
    path = "".join(_runs(row, y) for y, row in enumerate(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" role="img" aria-label="{escape(label)}"'
        f' viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{path}"/></svg>'
    )


def png(text: str) -> bytes:
    """A picture of `text` as a file."""
    out = BytesIO()
    _code(text).save(out, kind="png", scale=PNG_SCALE, border=QUIET_ZONE)
    return out.getvalue()


def _code(text: str) -> "segno.QRCode":
    import segno  # noqa: PLC0415 -- loaded with the first code

    return segno.make_qr(text, error="m")


def _runs(row: bytes, y: int) -> str:
    """The dark modules of one line, side by side as one box."""
    boxes, x = [], 0
    for is_dark, run in groupby(row):
        width = len(list(run))
        if is_dark:
            boxes.append(f"M{x} {y}h{width}v1h-{width}z")
        x += width
    return "".join(boxes)
