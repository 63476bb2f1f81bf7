"""The demo's mailboxes and phones. On any other server there is nothing at these addresses.

Letters are shown in a frame of their own that can do nothing but open a link in a new tab, as a mail program does: no
scripts, no forms, nothing from elsewhere.
"""

import base64
import re
from collections.abc import Sequence
from typing import Any

from starlette.responses import HTMLResponse, Response

from sparekey.errors import NotFound
from sparekey.flows.background.worker import Delivered
from sparekey.flows.demo.codes import live_codes
from sparekey.web.door import Asks, Way
from sparekey.web.guard import POLICY
from sparekey.web.visit import Visit

WITH_FRAME = f"{POLICY}; frame-src 'self'"
IN_FRAME = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self';"
    " sandbox allow-popups allow-popups-to-escape-sandbox"
)
_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")


def _letters(visit: Visit) -> Sequence[Delivered]:
    """What the demo would have sent, oldest first."""
    if not visit.ctx.site.is_demo:
        raise NotFound()
    return visit.desk.delivered()


def show_outbox(visit: Visit) -> Response:
    mails = [_mail(one) for one in reversed(_letters(visit))]
    return visit.page("demo_outbox", mails=mails, people=live_codes(visit.ctx))


def _mail(one: Delivered) -> dict[str, Any]:
    return {"id": one.id, "to": one.to, "subject": one.subject, "sent_at": one.at}


def _find(visit: Visit) -> Delivered:
    found = next((one for one in _letters(visit) if one.id == visit.params["id"]), None)
    if found is None:
        raise NotFound()
    return found


def show_mail(visit: Visit) -> Response:
    one = _find(visit)
    attachments = [
        {"name": part.filename, "href": f"/demo/outbox/{one.id}/attached/{part.filename}"}
        for part in one.attachments
    ]
    more = {
        "text": one.text,
        "links": list(dict.fromkeys(_ADDRESS.findall(one.text))),
        "has_html": bool(one.html),
        "attachments": attachments,
    }
    response = visit.page("demo_mail", mail={**_mail(one), **more})
    response.headers["content-security-policy"] = WITH_FRAME
    return response


def show_html(visit: Visit) -> Response:
    """The letter as a mail program shows it; its own pictures stand in the page."""
    one = _find(visit)
    html = one.html.replace("<head>", '<head><base target="_blank">', 1)
    for part in one.attachments:
        inline = base64.b64encode(part.content).decode()
        html = html.replace(f"cid:{part.cid}", f"data:image/{part.subtype};base64,{inline}")
    headers = {"content-security-policy": IN_FRAME, "x-frame-options": "SAMEORIGIN"}
    return HTMLResponse(html, headers=headers)


def attachment(visit: Visit) -> Response:
    parts = _find(visit).attachments
    part = next((part for part in parts if part.filename == visit.params["file"]), None)
    if part is None:
        raise NotFound()
    headers = {"content-disposition": f'attachment; filename="{part.filename}"'}
    return Response(part.content, media_type=f"image/{part.subtype}", headers=headers)


DEMO = (
    Way("/demo/outbox", show_outbox, always=True, asks=Asks.ANYBODY),
    Way("/demo/outbox/{id}", show_mail, always=True, asks=Asks.ANYBODY),
    Way("/demo/outbox/{id}/html", show_html, always=True, asks=Asks.ANYBODY),
    Way("/demo/outbox/{id}/attached/{file}", attachment, always=True, asks=Asks.ANYBODY),
)
