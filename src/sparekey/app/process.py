"""The server as a process of the operating system.

On SQLite one server process at a time runs: it alone writes fairly, and it alone counts how many password
hashes run. Its lock is one of the operating system, so that it ends with the process, however that ends.
Whoever needs more processes takes PostgreSQL and starts several servers behind one proxy.
"""

import errno
import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import structlog
import uvicorn
from starlette.types import ASGIApp

from sparekey import __version__, logs
from sparekey.app.connections import GuardedConnection
from sparekey.app.opening import open_context, prepare_folder, sqlite_file
from sparekey.app.server import make_app
from sparekey.errors import Unready
from sparekey.flows.context import Context
from sparekey.settings import Settings
from sparekey.world import RealWorld, World

_LAST_REQUESTS_SECONDS = 10
log = structlog.get_logger()


def serve(
    settings: Settings, world: World | None = None, *, is_demo: bool = False,
    at_start: Callable[[Context], None] = lambda _: None,
) -> None:  # fmt: skip
    """Run the server until it is told to stop. `at_start` runs before the first request."""
    world = world or RealWorld()
    logs.configure(settings.logs.level, settings.logs.format, world.now)
    with _listening(settings) as listener, _alone(settings):
        ctx = open_context(settings, world, is_demo=is_demo)
        app = make_app(ctx, settings)
        at_start(ctx)
        _say_start(ctx, settings, listener)
        with suppress(KeyboardInterrupt):  # Ctrl-C: uvicorn has stopped in good order, and says so once more
            uvicorn.Server(server_config(app)).run(sockets=[listener])


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Be the only server process on this SQLite file."""
    file = sqlite_file(settings)
    if file is None:
        yield
        return
    prepare_folder(settings)
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(file.with_name(f"{file.name}.lock"), flags, 0o600), "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unready(
                f"Another server already runs on {file}. SQLite takes one process; more need PostgreSQL",
                reason="second_server",
            ) from None
        yield


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    host, port = settings.server.host, settings.server.port
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family, backlog=2048)
    except OSError as trouble:
        said = str(trouble.strerror).partition(" (")[0]
        if trouble.errno == errno.EADDRINUSE:
            said += ". End what listens there, or set server.port (SPAREKEY_SERVER_PORT) to another"
        raise Unready(f"The server cannot listen on {host}, port {port}: {said}", reason="listen") from None
    with listener:
        yield listener


def server_config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=GuardedConnection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,  # the app looks at them itself, once it knows who sent them
        workers=1,
        timeout_graceful_shutdown=_LAST_REQUESTS_SECONDS,
    )


def _say_start(ctx: Context, settings: Settings, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    log.info(
        f"Sparekey {__version__} is ready: {ctx.site.base_url}",
        listens=f"{host}:{port}",
        database=settings.database_name,
        mail=settings.mail.host or "none",
    )
    if not ctx.can_send_mail:
        log.warning("No mail server is set (mail.host): letters wait until there is one")
    if settings.server.base_url is None:
        log.warning("server.base_url is not set: only this machine can reach the server")
