"""The least that a sign-in, and a code exchanged, can cost here: their SQL, hash or signature, and bare answers, with
nothing of Sparekey around them.

The statements of real ones are written down and sent again from a copy of their database through the driver
alone, each in its own transactions as before, by a bare ASGI app on the same server. What this costs no
way of writing the rest can save.
"""

import os
import pickle
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import uvicorn
from anyio import to_thread
from argon2.low_level import Type, hash_secret
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from sqlalchemy import event

from sparekey.core.contract import Answer, Hashing
from sparekey.factors import code_at
from sparekey.factors._argon2 import HASH_BYTES, SALT_BYTES
from sparekey.flows import sessions, sign_in
from sparekey.flows.context import Context, Visitor
from tests.bench.seed import PASSWORD, Person
from tests.bench.servers import Place, wait_for_answer

HASH, SIGN = ("hash", ()), ("sign", ())
BITS = 2048
COMMIT, ROLLBACK = ("COMMIT", ()), ("ROLLBACK", ())
Values = tuple[Any, ...] | dict[str, Any]
Steps = list[tuple[str, Values]]
Recorded = dict[str, Steps]
"""Posts by name: the statements of each; `HASH` where the hash runs, `SIGN` where something is signed."""


def record(ctx: Context, people: list[Person]) -> list[Recorded]:
    """Sign people in once, beside any server, and keep what was sent to the database."""
    steps = _noting(ctx)
    run = ctx.pool.run

    def hashing(work: Callable[[], Any]) -> Any:
        steps.append(HASH)
        return run(work)

    object.__setattr__(ctx.pool, "run", hashing)
    found = []
    for person in people:
        steps.clear()
        outcome = sign_in.begin(ctx, Visitor("127.0.0.1", browser="b"), person.username, PASSWORD)
        first = list(steps)
        steps.clear()
        visitor = sessions.recognise(ctx, Visitor("127.0.0.1", browser="b"), outcome.started.token)
        sign_in.prove(ctx, visitor, Answer.CODE, code_at(person.app, ctx.moment().at))
        found.append({"password": first, "code": list(steps)})
    return found


def record_exchanges(ctx: Context, exchange: Callable[[str], object], codes: list[str]) -> list[Recorded]:
    """The same for codes that an app exchanges; each is answered with one signature."""
    steps = _noting(ctx)
    found: list[Recorded] = []
    for code in codes:
        steps.clear()
        exchange(code)
        found.append({"exchange": [*steps, SIGN]})
    return found


def _noting(ctx: Context) -> Steps:
    """Grows by each statement, commit and rollback from now on."""
    steps: Steps = []
    engine = ctx.db.engine

    @event.listens_for(engine, "before_cursor_execute")
    def note(*told: Any) -> None:
        _, _, statement, values, _, is_many = told
        for one in values if is_many else [values]:
            steps.append((statement, _plain(one)))

    event.listen(engine, "commit", lambda _: steps.append(COMMIT))
    event.listen(engine, "rollback", lambda _: steps.append(ROLLBACK))
    return steps


def _plain(row: Any) -> Values:
    """Named values for PostgreSQL, numbered ones for SQLite."""
    if isinstance(row, dict):
        return row
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


@contextmanager
def replaying(place: Place, database: str, recorded: list[Recorded]) -> Iterator[int]:
    """A bare server that sends what was recorded; its process id."""
    file = place.folder / "recorded"
    file.write_bytes(pickle.dumps(recorded))
    command = [sys.executable, "-m", "tests.bench.floor", database, str(place.port), str(file)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        wait_for_answer(place, server)
        yield server.pid
    finally:
        server.terminate()
        server.wait(20)


class Bare:
    """`POST /password/3` replays the first post of the third sign-in; anything else is answered at once."""

    def __init__(self, database: str, recorded: list[Recorded]) -> None:
        self._database, self._recorded, self._own = database, recorded, threading.local()
        self._pool = ThreadPoolExecutor(1, initializer=_step_back)
        self._sign = signer()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "POST":
            await receive()
            _, post, number = scope["path"].split("/")
            await to_thread.run_sync(self._replay, self._recorded[int(number)][post])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    def _replay(self, steps: Steps) -> None:
        connection = self._connection()
        for step in steps:
            if step == HASH:
                self._pool.submit(_hash).result()
            elif step == SIGN:
                self._sign()
            elif step == COMMIT:
                connection.commit()
            elif step == ROLLBACK:
                connection.rollback()
            else:
                done = connection.execute(*step)
                if done.description:
                    done.fetchall()

    def _connection(self) -> Any:
        if not hasattr(self._own, "connection"):
            is_sqlite = self._database.startswith("sqlite:///")
            self._own.connection = (_sqlite if is_sqlite else _postgresql)(self._database)
        return self._own.connection


def _sqlite(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _postgresql(url: str) -> "psycopg.Connection[Any]":
    """With prepared statements from the second use on, as the product has them."""
    return psycopg.connect(url.replace("+psycopg", ""), prepare_threshold=1)


def signer() -> Callable[[], object]:
    """Makes one bare RS256 signature, with a key of the size the server signs with."""
    key = rsa.generate_private_key(65537, BITS)
    return lambda: key.sign(b"x" * 400, padding.PKCS1v15(), hashes.SHA256())


def _step_back() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)


def _hash() -> None:
    cost = Hashing()
    hash_secret(b"x" * 32, bytes(SALT_BYTES), cost.passes, cost.memory_kib, cost.lanes, HASH_BYTES, Type.ID)


def main(database: str, port: str, file: str) -> None:
    bare = Bare(database, pickle.loads(Path(file).read_bytes()))  # noqa: S301 -- written by this benchmark
    uvicorn.run(
        bare,
        port=int(port),
        loop="uvloop",
        http="httptools",
        lifespan="off",
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
