"""Secrets and codes on paper, as files and as pictures. Made for the answer and kept nowhere."""

from typing import Any, Protocol

from markupsafe import Markup
from starlette.responses import Response

from sparekey.adapters import qr
from sparekey.errors import NotFound
from sparekey.flows.sessions import is_only_owner
from sparekey.web.visit import Visit


class Shown(Protocol):
    """A secret for somebody's eyes: groups of four, and its `otpauth:` address."""

    @property
    def secret(self) -> str: ...

    @property
    def uri(self) -> str: ...


def picture(visit: Visit, text: str) -> Markup:
    """A QR code to stand in a page."""
    label = visit.desk.render.phrase(visit.language, "qr_label")
    return Markup(qr.svg(text, label))  # noqa: S704 -- drawn from black and white squares, the label is ours


def secret_values(visit: Visit, shown: Shown, issuer: str, username: str) -> dict[str, Any]:
    """A secret as the pages show one."""
    return {
        "text": shown.secret,
        "uri": shown.uri,
        "issuer": issuer,
        "username": username,
        "qr_svg": picture(visit, shown.uri),
    }


def secret_file(visit: Visit, shown: Shown) -> Response:
    """The secret as text, or its QR code as SVG or PNG, by the file's name at the end of the path."""
    name = visit.path.rsplit("/", 1)[-1]
    if name == "secret.txt":
        return _attached(f"{shown.secret}\n{shown.uri}\n".encode(), "text/plain; charset=utf-8", name)
    if name == "qr-code.svg":
        return _attached(qr.svg(shown.uri, "QR code").encode(), "image/svg+xml", name)
    if name == "qr-code.png":
        return _attached(qr.png(shown.uri), "image/png", name)
    raise NotFound()


def codes_file(visit: Visit, codes: list[str]) -> Response:
    """Backup codes as a text file."""
    host, username = visit.ctx.site.host, visit.member.username
    head = visit.desk.render.phrase(visit.language, "codes_head", username=username, host=host)
    text = "\n".join([head, "", *codes, ""])
    return _attached(text.encode(), "text/plain; charset=utf-8", "backup-codes.txt")


def _attached(body: bytes, media_type: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=media_type, headers=headers)


def recovery_sheet(visit: Visit, codes: list[str], back: str) -> Response:
    """One page of A4: the codes, how to use them, where to keep them."""
    if not codes:
        raise NotFound()
    member, account = visit.member, visit.visitor.account
    return visit.page(
        "backup_sheet",
        back=back,
        person={"name": member.name, "username": member.username},
        account_name=account.name if account else "",
        codes=codes,
        address=visit.ctx.site.host,
        qr_svg=picture(visit, visit.ctx.site.link("/")),
        is_only_owner=is_only_owner(visit.ctx, member),
    )
