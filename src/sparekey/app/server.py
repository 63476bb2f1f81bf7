"""From a context to an ASGI app: pages, what watches them, and what runs beside them."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import structlog
from anyio import to_thread
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from starlette.routing import Router
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from sparekey import __version__
from sparekey.core.events import Event
from sparekey.core.events.server import ServerStarted, ServerStopped
from sparekey.errors import SparekeyError, StorageTrouble
from sparekey.flows._work import unit
from sparekey.flows.background.logouts import THREADS, Teller
from sparekey.flows.background.outbox import Sender
from sparekey.flows.background.texts import Texter
from sparekey.flows.background.upkeep import Upkeep
from sparekey.flows.background.worker import Delivered, Worker
from sparekey.flows.context import Context, Visitor
from sparekey.settings import Settings
from sparekey.store import figures, migrate
from sparekey.web import watch
from sparekey.web.forward_auth import ForwardAuth
from sparekey.web.routes import make_web

if TYPE_CHECKING:
    from sparekey.web.metrics import Figures, Present

_PATIENCE = timedelta(minutes=15)
"""How long a letter may be due with nobody at work before the server counts as not ready."""
_FOR_PAGES = 40
"""Threads beyond those that may wait for the hash: a storm of sign-ins is shed, and other pages go on."""
_SERVER = Visitor(console="server")
log = structlog.get_logger()


def make_app(ctx: Context, settings: Settings) -> ASGIApp:
    """The whole server as an ASGI app; what runs beside the requests lives as long as its lifespan.

    Raises `Unready` where the figures' own address cannot be listened on: before the server calls itself ready.
    """
    sender, texter = Sender(ctx), Texter(ctx)
    tellers = [Teller(ctx) for _ in range(THREADS)]

    def wake() -> None:
        for one in (sender, texter, *tellers):
            one.wake()

    def delivered() -> list[Delivered]:
        return sorted((*sender.delivered, *texter.delivered), key=lambda one: one.at)

    ctx = replace(ctx, wake=wake)
    web = make_web(ctx, delivered)
    counted = _figures(ctx, settings)
    routes = watch.health_routes(partial(_reasons, ctx))
    if counted and settings.metrics.token:
        routes.append(watch.metrics_route(counted.exposition, counted.media_type, settings.metrics.token))
    listen = settings.metrics.listen
    close = counted.listen(listen) if counted and listen else lambda: None
    beside = _Beside(ctx, (Upkeep(ctx), sender, texter, *tellers), close)
    router = Router(routes, redirect_slashes=False, default=web, lifespan=beside.lifespan)
    ids = watch.request_ids(ctx.moment().draw("requests", 4))
    whole = watch.watched(router, ids, counted.observe if counted else _not_counted)
    proxies = settings.server.trusted_proxies
    return ForwardAuth(ctx, behind(whole, proxies), proxies)


def behind(app: ASGIApp, proxies: Sequence[str]) -> ASGIApp:
    """The app, believing these proxies and nobody else what a client's address is."""
    return cast(Any, ProxyHeadersMiddleware(cast(Any, app), list(proxies))) if proxies else app


@dataclass(frozen=True)
class _Beside:
    """Threads, the listener for figures (open already), and the two entries on the server's chain around them."""

    ctx: Context
    threads: tuple[Upkeep | Worker, ...]
    close: Callable[[], None]

    @asynccontextmanager
    async def lifespan(self, _: object) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = self.ctx.pool.most + _FOR_PAGES
        await to_thread.run_sync(self._start)
        try:
            yield
        finally:
            await to_thread.run_sync(self._stop)

    def _start(self) -> None:
        self._record(ServerStarted(__version__))
        for thread in self.threads:
            thread.start()

    def _stop(self) -> None:
        """Requests are answered by now. What is left in the outbox goes at the next start."""
        self.close()
        for thread in self.threads:
            thread.stop()
        try:
            self._record(ServerStopped())
        except SparekeyError as trouble:
            log.warning("the stop could not be recorded", code=trouble.code)
        self.ctx.pool.close()
        self.ctx.db.close()
        log.info("stopped")

    def _record(self, what: Event) -> None:
        unit(self.ctx, _SERVER, self.ctx.moment(), lambda work: work.record(what))


def _reasons(ctx: Context) -> list[str]:
    """Why the server cannot do its work; empty when it can."""
    now = ctx.moment().at

    def look(conn: Connection) -> list[str]:
        found = {
            "database_not_migrated": not migrate.is_current(conn),
            "wrong_key": not ctx.keys.fingerprints.issuperset(figures.key_marks(conn)),
            "outbox_stuck": ctx.mail is not None and figures.is_outbox_stuck(conn, now, _PATIENCE),
        }
        return [reason for reason, is_so in found.items() if is_so]

    try:
        return ctx.db.read(look)
    except StorageTrouble:
        return ["database_unreachable"]
    except DBAPIError:
        return ["database_not_migrated"]


def _figures(ctx: Context, settings: Settings) -> "Figures | None":
    """The counters, where somebody wants them; else Prometheus' library is not even loaded."""
    if not (settings.metrics.listen or settings.metrics.token):
        return None
    from sparekey.web.metrics import Figures, Present  # noqa: PLC0415

    def look() -> "Present | None":
        with suppress(StorageTrouble, DBAPIError):
            return ctx.db.read(
                lambda conn: Present(
                    figures.letters_by_state(conn), figures.cases_by_state(conn), ctx.pool.inside
                )
            )
        return None

    counted = Figures(look)

    @event.listens_for(ctx.db.engine, "handle_error")
    def note(trouble: Any) -> None:
        counted.note_database_error(type(trouble.original_exception).__name__)

    return counted


def _not_counted(*_: object) -> None:
    """Nobody asked for figures."""
