"""The look of a letter, as HTML and as text.

Styles stand in each tag, because many mail programs drop style sheets; the one sheet there is only turns the
colours for dark screens. Addresses are printed in full below their button.
"""

import textwrap
from dataclasses import dataclass
from html import escape

from sparekey.adapters.letters._shape import Action, Stop, Text

_WIDTH = 72  # characters a line of text
_FIXED_WIDTH = "font-family:Menlo,Consolas,monospace"
_DARK = (
    "@media (prefers-color-scheme:dark){.bg{background:#0c1317!important}"
    ".card{background:#151e24!important;border-color:#2b3840!important;color:#e7edf0!important}"
    ".ink{color:#e7edf0!important}.box{background:#1e2930!important}.mut{color:#a5b3bc!important}"
    ".lnk{color:#ffa29a!important}.rule{border-color:#2b3840!important}}"
)
_FONT = "font:16px/1.55 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"


@dataclass(frozen=True, kw_only=True)
class Page:
    """A letter with all its words filled in."""

    text: Text
    language: str
    brand: str
    greeting: str
    contact: str
    footer: str
    is_urgent: bool
    qr_cid: str = ""
    qr_label: str = ""
    qr_note: str = ""
    secret: str = ""
    """Set in a fixed width, so that it can be copied by eye."""


def as_html(page: Page) -> str:
    """The whole HTML document."""
    return (
        f'<!DOCTYPE html>\n<html lang="{page.language}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(page.text.subject)}</title>\n'
        f"<style>{_DARK}</style></head>\n"
        f'<body class="bg" style="margin:0;padding:24px 12px;background:#f3f6f7;{_FONT}">\n'
        f'<div style="display:none;max-height:0;overflow:hidden">{escape(page.text.preview)}</div>\n'
        '<main class="card ink" style="max-width:560px;margin:0 auto;padding:28px;background:#ffffff;'
        'border:1px solid #d5dde1;border-radius:12px;color:#13212b">\n'
        '<p class="mut" style="margin:0 0 20px;font-weight:650;color:#4c5c67">'
        f"{escape(page.brand)}</p>\n{_body(page)}\n</main>\n"
        '<footer class="mut" style="max-width:560px;margin:16px auto 0;font-size:13px;color:#4c5c67;'
        f'text-align:center">{escape(page.footer)}</footer>\n</body></html>\n'
    )


def as_text(page: Page) -> str:
    """The same words, 72 characters a line; addresses are never broken."""
    text = page.text
    lines = [page.greeting, "", text.title, ""]
    for paragraph in text.body:
        lines += [_wrapped(paragraph), ""]
    if text.rows:
        lines += [*(f"{label}: {value}" for label, value in text.rows), ""]
    if page.qr_cid:
        lines += [page.qr_note, ""]
    if text.action:
        lines += [f"{text.action.label}:", text.action.link, ""]
    for paragraph in text.after:
        lines += [_wrapped(paragraph), ""]
    if text.stop:
        lines += [text.stop.question, _wrapped(text.stop.advice), *filter(None, [text.stop.link]), ""]
    if page.contact:
        lines += [_wrapped(page.contact), ""]
    return "\n".join([*lines, "-- ", _wrapped(page.footer)]) + "\n"


def _body(page: Page) -> str:
    text = page.text
    parts = [
        _paragraph(page.greeting),
        '<h1 class="ink" style="margin:0 0 16px;font-size:22px;line-height:1.3;color:#13212b">'
        f"{escape(text.title)}</h1>",
        *map(_paragraph, text.body),
        _picture(page) if page.qr_cid else "",
        _rows(page) if text.rows else "",
        _button(text.action, "#a3201a" if page.is_urgent else "#0a5a6f") if text.action else "",
        *map(_paragraph, text.after),
        _stop(text.stop) if text.stop else "",
        _contact(page.contact) if page.contact else "",
    ]
    return "".join(parts)


def _paragraph(words: str) -> str:
    return f'<p style="margin:0 0 16px">{escape(words)}</p>'


def _picture(page: Page) -> str:
    return (
        f'<p style="margin:0 0 16px"><img src="cid:{page.qr_cid}" width="196" height="196"'
        ' style="display:block;background:#fff;border:1px solid #d5dde1"'
        f' alt="{escape(page.qr_label)}"></p>'
    )


def _rows(page: Page) -> str:
    def row(label: str, value: str) -> str:
        family = f";{_FIXED_WIDTH}" if value == page.secret else ""
        return (
            f'<dt class="mut" style="font-size:14px;color:#4c5c67">{escape(label)}</dt>'
            f'<dd style="margin:0 0 8px;font-weight:600{family}">{escape(value)}</dd>'
        )

    rows = "".join(row(label, value) for label, value in page.text.rows)
    style = "margin:0 0 20px;padding:14px 16px;background:#eef3f5;border-radius:8px"
    return f'<dl class="box" style="{style}">{rows}</dl>'


def _button(action: Action, colour: str) -> str:
    link = escape(action.link)
    return (
        f'<p style="margin:0 0 16px"><a href="{link}" style="display:inline-block;padding:12px 20px;'
        f"border-radius:8px;background:{colour};color:#ffffff;font-weight:600;text-decoration:none"
        f'">{escape(action.label)}</a></p><p class="mut" style="margin:0 0 16px;font-size:14px;color:#4c5c67;'
        f'word-break:break-all">{link}</p>'
    )


def _stop(stop: Stop) -> str:
    link = escape(stop.link)
    anchor = f'<br><a class="lnk" href="{link}" style="color:#a3201a;word-break:break-all">{link}</a>'
    return (
        '<div class="rule" style="margin:24px 0 0;padding:16px 0 0;border-top:1px solid #d5dde1">'
        f'<p style="margin:0 0 4px;font-weight:600">{escape(stop.question)}</p>'
        f'<p style="margin:0">{escape(stop.advice)}{anchor if link else ""}</p></div>'
    )


def _contact(words: str) -> str:
    return f'<p class="mut" style="margin:16px 0 0;font-size:14px;color:#4c5c67">{escape(words)}</p>'


def _wrapped(words: str) -> str:
    return textwrap.fill(words, _WIDTH, break_long_words=False, break_on_hyphens=False)
