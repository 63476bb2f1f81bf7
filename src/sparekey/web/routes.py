"""The URL map on one screen, and the app it makes."""

from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from sparekey import __version__
from sparekey.flows.background.worker import Delivered
from sparekey.flows.context import Context
from sparekey.flows.oidc import asked, leaving
from sparekey.web.cookies import Cookies
from sparekey.web.door import Asks, Way, make_visit, missing, route
from sparekey.web.guard import guarded
from sparekey.web.oidc.authorize import AUTHORIZE, by_form
from sparekey.web.oidc.door import app_of
from sparekey.web.oidc.endpoints import ENDPOINTS
from sparekey.web.oidc.leaving import LEAVING
from sparekey.web.oidc.telling import telling_routes
from sparekey.web.pages import lost, renew, setup, sign_in
from sparekey.web.pages.account import ACCOUNT
from sparekey.web.pages.clients.own import OWN_CLIENTS
from sparekey.web.pages.clients.owners import CLIENTS
from sparekey.web.pages.clients.registration import REGISTRATION
from sparekey.web.pages.demo import DEMO
from sparekey.web.pages.exports import EXPORTS
from sparekey.web.pages.help_back import HELP_BACK
from sparekey.web.pages.home import HOME
from sparekey.web.pages.moving import MOVING
from sparekey.web.pages.own.addresses import ADDRESSES
from sparekey.web.pages.own.apps import APPS
from sparekey.web.pages.own.device import DEVICES
from sparekey.web.pages.own.me import ME
from sparekey.web.pages.own.passkeys import PASSKEYS
from sparekey.web.pages.own.review import REVIEWING
from sparekey.web.pages.own.sent_codes import SENT_CODES
from sparekey.web.pages.own.ways import WAYS
from sparekey.web.pages.proxied import PROXIED
from sparekey.web.pages.sign_up import SIGN_UP
from sparekey.web.pages.staff import STAFF
from sparekey.web.pages.staff_edit import STAFF_EDIT
from sparekey.web.render import HERE, Site, make_renderer
from sparekey.web.visit import Desk

OUTSIDE = (
    Way("/sign-in", sign_in.show_sign_in, sign_in.begin, asks=Asks.ANYBODY),
    Way("/sign-in/code", sign_in.show_code, sign_in.prove_code, asks=Asks.HALF),
    Way("/sign-in/backup-code", sign_in.show_backup, sign_in.prove_backup, asks=Asks.HALF),
    Way("/sign-in/again", sign_in.show_reopen, sign_in.reopen, asks=Asks.SESSION),
    Way("/sign-out", post=sign_in.sign_out, always=True, asks=Asks.ANYBODY),
    Way("/signed-out", sign_in.show_signed_out, always=True, asks=Asks.ANYBODY),
    Way("/recover", lost.show_recover, asks=Asks.ANYBODY),
    Way("/forgot-password", lost.show_forgot, lost.ask_link, asks=Asks.ANYBODY),
    Way("/forgot-password/sent", lost.show_link_sent, asks=Asks.ANYBODY),
    Way("/forgot-password/{token}/passkey", post=lost.ask_passkey, asks=Asks.ANYBODY),
    Way("/forgot-password/{token}", lost.show_new_password, lost.put_new_password, asks=Asks.ANYBODY),
    Way("/not-me/{token}", lost.show_not_me, lost.stop, always=True, asks=Asks.ANYBODY),
)
SETTING_UP = (
    Way("/setup/password", setup.show_password, setup.put_password, asks=Asks.ENROL),
    Way("/setup/app", setup.show_app, setup.verify_app, asks=Asks.ENROL),
    Way("/setup/app/another", setup.show_app, setup.another_app, asks=Asks.ENROL),
    Way("/setup/app/{file}", setup.secret_file, asks=Asks.ENROL),
    Way("/setup/codes", setup.show_codes, setup.prove_codes, asks=Asks.ENROL),
    Way("/setup/codes/later", post=setup.skip_codes, asks=Asks.ENROL),
    Way("/setup/codes/sheet", post=setup.codes_sheet, asks=Asks.ENROL),
    Way("/setup/codes/codes.txt", post=setup.codes_file, asks=Asks.ENROL),
    Way("/setup/{token}", setup.show_link, setup.accept, in_rotation=True, asks=Asks.ANYBODY),
)
ROTATION = (
    Way("/renew/password", renew.show_password, renew.put_password, in_rotation=True, asks=Asks.ROTATE),
    Way("/renew/secret", renew.show_secret, in_rotation=True, asks=Asks.ROTATE),
    Way("/renew/secret/{file}", setup.secret_file, in_rotation=True, asks=Asks.ROTATE),
    Way("/renew/verify", renew.show_verify, renew.verify, in_rotation=True, asks=Asks.ROTATE),
    Way("/renew/done", renew.show_done, renew.prove_codes, in_rotation=True, asks=Asks.ROTATE),
    Way("/renew/done/sheet", post=setup.codes_sheet, asks=Asks.ROTATE),
    Way("/renew/done/codes.txt", post=setup.codes_file, asks=Asks.ROTATE),
)
SIGNED_IN = (
    Way("/me/confirm", sign_in.show_confirm, sign_in.confirm, asks=Asks.SESSION),
    Way("/help/lost-second-factor", lost.show_help, asks=Asks.ANYBODY),
)
ALL = (
    *(OUTSIDE + SIGN_UP + HOME + SETTING_UP + ROTATION + SIGNED_IN + ME),
    *(APPS + SENT_CODES + PASSKEYS + WAYS + ADDRESSES + EXPORTS + REVIEWING),
    *(REGISTRATION + CLIENTS + OWN_CLIENTS),
    *(STAFF_EDIT + STAFF + MOVING + HELP_BACK + ACCOUNT + DEMO),
    *(AUTHORIZE + LEAVING + DEVICES + PROXIED),
)


def make_web(ctx: Context, delivered: Callable[[], Sequence[Delivered]] = tuple) -> "Web":
    """The HTML door as an ASGI app; `delivered` gives the demo's letters, oldest first."""
    site = Site(zone=ctx.site.zone, demo=ctx.site.is_demo)
    cookies = Cookies(ctx.site.base_url.startswith("https"), ctx.csrf_key)
    desk = Desk(ctx, make_renderer(site), cookies, __version__, delivered)
    return Web(desk)


class Web:
    """Routes behind the guard."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        files = Mount("/static", _Hashed(desk))
        by_forms = [by_form(desk, path) for path in (asked.PATH, leaving.PATH)]
        told = [*telling_routes(desk.ctx), *by_forms]
        routes: list[Route | Mount] = [files, *(route(desk, way) for way in ALL), *told]
        app = Starlette(routes=routes, exception_handlers={404: self._missing, 405: self._missing})
        app.router.redirect_slashes = False
        programs = {one.path: app_of(desk.ctx, one) for one in ENDPOINTS}

        async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
            found = programs.get(scope["path"], app) if scope["type"] == "http" else app
            await found(scope, receive, send)

        self._app = guarded(dispatch, desk.ctx.site.base_url, self._misdirected)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def _missing(self, request: Request, _: Exception) -> Response:
        return missing(self.desk, request)

    def _misdirected(self, request: Request) -> Response:
        visit = make_visit(self.desk, request, {})
        return visit.page("421", 421, address=self.desk.ctx.site.base_url)


class _Hashed:
    """Files under names that carry a hash of their content: kept by browsers for ever."""

    def __init__(self, desk: Desk) -> None:
        self._files = StaticFiles(directory=HERE / "static")
        self._names = {address.rsplit("/", 1)[-1]: name for name, address in desk.render.assets.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["path"].rsplit("/", 1)[-1]
        name = self._names.get(asked)
        response = await self._files.get_response(name, scope) if name else Response("Not found", 404)
        if name:
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        await response(scope, receive, send)
