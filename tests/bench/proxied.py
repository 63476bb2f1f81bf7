"""What a reverse proxy's question costs over a bare answer of the same server, with few sessions and with many."""

import http.client
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import insert

from sparekey.app.process import server_config
from sparekey.core.clients import Client, ClientId, Kind, Login
from sparekey.core.contract import Category
from sparekey.core.people import AuthenticatorId
from sparekey.core.proofs import Proof
from sparekey.core.sessions import Scope
from sparekey.flows._work import hashed
from sparekey.flows.context import Context
from sparekey.settings import load
from sparekey.store.oidc import clients
from sparekey.store.people import by_sign_in_name
from sparekey.store.schema import passes, sessions
from sparekey.store.sessions import proofs_text
from tests.bench.seed import seed
from tests.bench.servers import Place, cpu_of, free_port, running, wait_for_answer

HOST = "wiki.example.com"
FEW, MANY, BATCH = 100, 100_000, 5000
ROUNDS, IN_A_ROUND = 15, 400
PATH = "/forward-auth"


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Nothing but an answer."""
    while scope["type"] == "lifespan":
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


class Behind(Place):
    """A server behind a proxy on this machine."""

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "SPAREKEY_SERVER_TRUSTED_PROXIES": "127.0.0.1"}


@contextmanager
def answering(place: Place) -> Iterator[int]:
    """A bare app on the product's own server; its process id."""
    command = [sys.executable, "-m", "tests.bench.proxied"]
    server = subprocess.Popen(command, env=place.environment(), stderr=subprocess.PIPE)
    try:
        wait_for_answer(place, server)
        yield server.pid
    finally:
        server.terminate()
        server.wait(20)


def fill(ctx: Context, count: int) -> None:
    """A site, and this many sessions with a pass each, all of one person."""
    seed(ctx, 10, 1)
    moment = ctx.moment()
    member = ctx.db.read(lambda conn: by_sign_in_name(conn, "person.1"))
    if member is None:
        raise SystemExit("nobody there")
    site = Client(
        ClientId("app_wiki"), member.account_id, Kind.PROXY, "Wiki", Login.NONE, moment.at, host=HOST
    )
    ctx.db.write(lambda conn: clients.add(conn, site))
    proofs = proofs_text(
        [
            Proof(AuthenticatorId("aut_1"), "password", (Category.KNOWLEDGE,), ("pwd",), moment.at),
            Proof(AuthenticatorId("aut_2"), "totp", (Category.POSSESSION,), ("otp",), moment.at),
        ]
    )
    whose = {"account_id": member.account_id, "member_id": member.id}
    ends_at = moment.at + timedelta(hours=24)
    session = {
        **whose, "scope": Scope.FULL.value, "proofs": proofs, "created_at": moment.at, "expires_at": ends_at,
        "last_used_at": moment.at, "device": "", "source": "", "purpose": "", "link": "",
        "is_remembered": False, "version": 0,
    }  # fmt: skip
    passed = {
        **whose, "client_id": site.id, "is_ticket": False, "browser": "", "created_at": moment.at,
        "expires_at": ends_at,
    }  # fmt: skip
    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))

        def write(conn: Any, numbers: range = numbers) -> None:
            rows = [{**session, "hash": hashed(f"session {n}"), "id": f"ses_{n:016d}"} for n in numbers]
            conn.execute(insert(sessions), rows)
            held = [{**passed, "hash": hashed(f"pass {n}"), "session_id": f"ses_{n:016d}"} for n in numbers]
            conn.execute(insert(passes), held)

        ctx.db.write(write)


class Asker:
    """One kept connection, as a proxy has it."""

    def __init__(self, place: Place, pid: int, count: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=30)
        self._pid, self._count, self._number = pid, count, 0

    def cpu(self) -> float:
        """Seconds of CPU of a round."""
        before = cpu_of(self._pid)
        for _ in range(IN_A_ROUND):
            self._number = (self._number + 37) % FEW
            headers = {
                "X-Forwarded-Host": HOST,
                "X-Forwarded-Uri": "/page?a=b",
                "X-Forwarded-Method": "GET",
                "Cookie": f"theirs=1; sparekey-pass=pass {self._number * self._count // FEW}",
            }
            self._connection.request("GET", PATH, headers=headers)
            answer = self._connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{PATH} answers {answer.status}")
        return cpu_of(self._pid) - before


def ratios(folder: Path, opened: Any) -> dict[str, float]:
    """Over a bare answer; and with 100,000 sessions over that with 100. Medians of interleaved rounds.

    The same hundred browsers ask, all over the index.
    """
    places = {count: Behind(folder / f"p{count}", f"sqlite:///{folder}/p{count}/s.sqlite3", free_port())
              for count in (FEW, MANY)}  # fmt: skip
    for count, place in places.items():
        ctx = opened(place)
        fill(ctx, count)
        ctx.pool.close()
        ctx.db.close()
    nothing = Place(folder / "bare", f"sqlite:///{folder}/bare/s.sqlite3", free_port())
    with (
        running(places[FEW]) as (few, _),
        running(places[MANY]) as (many, _),
        answering(nothing) as none,
    ):
        askers = [
            Asker(places[FEW], few, FEW),
            Asker(places[MANY], many, MANY),
            Asker(nothing, none, FEW),
        ]
        rounds = [[one.cpu() for one in askers] for _ in range(ROUNDS)][1:]
    middle = len(rounds) // 2
    return {
        "forward-auth": sorted(one[0] for one in rounds)[middle] / IN_A_ROUND * 1000,
        "bare answer": sorted(one[2] for one in rounds)[middle] / IN_A_ROUND * 1000,
        "over bare": sorted(one[0] / one[2] for one in rounds)[middle],
        "many over few": sorted(one[1] / one[0] for one in rounds)[middle],
    }


def main() -> None:
    settings = load()
    config = server_config(bare)
    config.host, config.port = settings.server.host, settings.server.port
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
