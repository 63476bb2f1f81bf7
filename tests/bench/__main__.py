"""Runs every measurement, prints a table and writes `build/bench.json`.

All figures that have a goal in words of "times" are ratios of CPU time taken in one run on one machine, the two
sides interleaved, so that a busy machine changes both. Absolute figures stand beside a bare Starlette answer.
"""

import json
import os
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from argon2.low_level import Type, hash_secret

from sparekey.app import open_context
from sparekey.factors import code_at
from sparekey.flows.context import Context
from sparekey.settings import load
from tests.bench import passkeys, proxied, tokens
from tests.bench.browser import Browser
from tests.bench.floor import record, record_exchanges, replaying
from tests.bench.moving import take_over, write_realm
from tests.bench.seed import PASSWORD, Person, seed
from tests.bench.servers import Place, cpu_of, free_port, memory_of, running
from tests.infra.postgres import Postgres, running_postgres

SIGN_INS = 40
PAGES = 60
WARM = 5
WARM_SIGN_INS = 20
"""Until each connection has prepared its statements."""


@dataclass(frozen=True)
class Figure:
    value: float
    unit: str
    goal: float | None

    @property
    def holds(self) -> bool:
        return self.goal is None or self.value <= self.goal


def opened(place: Place) -> Context:
    return open_context(load(environment=place.environment()))


@contextmanager
def seeded(place: Place, people: int) -> Iterator[tuple[Context, list[Person]]]:
    ctx = opened(place)
    try:
        yield ctx, seed(ctx, people, 4 * SIGN_INS)
    finally:
        ctx.pool.close()
        ctx.db.close()


def sign_in(place: Place, person: Person, ctx: Context, cpu: Callable[[], float]) -> tuple[Browser, float]:
    """One sign-in; the CPU of its two posts, without that of the pages between them."""
    browser = Browser(place.port)
    browser.get("/sign-in")
    before = cpu()
    first = browser.post("/sign-in", username=person.username, password=PASSWORD)
    middle = cpu()
    browser.get("/sign-in/code")
    again = cpu()
    second = browser.post("/sign-in/code", code=code_at(person.app, ctx.moment().at))
    if (first, second) != (303, 303):
        raise SystemExit(f"sign-in failed: {first}, {second}")
    return browser, middle - before + cpu() - again


def bare_hash(ctx: Context) -> float:
    """CPU of one bare argon2id, in a thread as the server runs it."""
    spent = []

    def work() -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
        before = time.thread_time()
        cost = ctx.hashing
        hash_secret(b"x" * 32, b"s" * 16, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID)
        spent.append(time.thread_time() - before)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return spent[0]


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


@dataclass(frozen=True)
class SignIns:
    cpu: float
    hash: float
    browser: Browser


def measure_sign_ins(
    place: Place, ctx: Context, people: list[Person], find: Callable[[], list[int]]
) -> SignIns:
    """`find` gives the processes whose CPU counts; asked once, when all of them are there."""
    whole, bare = [], []
    browser: Browser | None = None
    for person in people[1:WARM_SIGN_INS]:
        sign_in(place, person, ctx, lambda: 0.0)[0].close()
    pids = find()

    def cpu() -> float:
        return cpu_of(*pids)

    for person in people[WARM_SIGN_INS : WARM_SIGN_INS + SIGN_INS]:
        bare.append(bare_hash(ctx))
        browser, spent = sign_in(place, person, ctx, cpu)
        whole.append(spent)
    if browser is None:
        raise SystemExit("nobody signed in")
    return SignIns(median(whole), median(bare), browser)


def page_cost(browser: Browser, path: str, cpu: Callable[[], float]) -> float:
    """CPU of one answer, in milliseconds."""
    for _ in range(WARM):
        browser.get(path)
    before = cpu()
    for _ in range(PAGES):
        if browser.get(path) != 200:
            raise SystemExit(f"{path} does not answer 200")
    return (cpu() - before) / PAGES * 1000


def on_sqlite(folder: Path, figures: dict[str, Figure]) -> None:
    small = Place(folder / "small", f"sqlite:///{folder}/small/s.sqlite3", free_port())
    large = Place(folder / "large", f"sqlite:///{folder}/large/s.sqlite3", free_port())
    with (
        seeded(small, 4 * SIGN_INS) as (ctx, people),
        seeded(large, 100_000) as (ctx_large, crowd),
        running(small) as (pid, seconds),
        running(large) as (pid_large, _),
    ):
        figures["idle memory"] = Figure(memory_of(pid), "MB", 90)
        figures["start to first answer"] = Figure(seconds, "s", 0.8)
        few = measure_sign_ins(small, ctx, people, lambda: [pid])
        many = measure_sign_ins(large, ctx_large, crowd, lambda: [pid_large])
        figures["bare argon2id"] = Figure(few.hash * 1000, "ms CPU", None)
        figures["sign-in, SQLite"] = Figure(few.cpu * 1000, "ms CPU", None)
        figures["sign-in / bare hash, SQLite"] = Figure(few.cpu / few.hash, "times", 1.10)
        figures["100,000 / 160 members"] = Figure(many.cpu / few.cpu, "times", 1.15)
        pages(small, ctx, people, pid, figures)
        apps(small, ctx, pid, figures)
        storm(small, ctx, people[WARM_SIGN_INS + SIGN_INS + 1 :], pid, figures)


def floor_on_sqlite(folder: Path, figures: dict[str, Figure]) -> None:
    """What the same statements, the hash and two bare answers cost: see `tests.bench.floor`."""
    place = Place(folder / "floor", f"sqlite:///{folder}/floor/s.sqlite3", free_port())
    copy = folder / "floor" / "copy.sqlite3"
    with seeded(place, 2 * SIGN_INS) as (_, people), closing(sqlite3.connect(_file_of(place))) as source:
        source.execute("VACUUM INTO ?", (str(copy),))
    figures["SQL, hash, two bare answers / hash, SQLite"] = floor(
        place, people, f"sqlite:///{copy}", lambda pid: [pid]
    )


def floor_of_exchange(folder: Path, figures: dict[str, Figure]) -> None:
    """What the same statements, a signature and a bare answer cost."""
    place = Place(folder / "exchanges", f"sqlite:///{folder}/exchanges/s.sqlite3", free_port())
    copy = folder / "exchanges" / "copy.sqlite3"
    with seeded(place, 10) as (ctx, _):
        app, codes = tokens.prepare(ctx)
        with closing(sqlite3.connect(_file_of(place))) as source:
            source.execute("VACUUM INTO ?", (str(copy),))
        recorded = record_exchanges(ctx, tokens.in_process(ctx, app), codes)
    with replaying(place, f"sqlite:///{copy}", recorded) as pid:
        browser = Browser(place.port)
        least = tokens.floor(pid, lambda number: browser.post(f"/exchange/{number}"), len(codes))
        browser.close()
    figures["SQL, signature, bare answer / signature"] = Figure(least, "times", None)


def _file_of(place: Place) -> str:
    return place.database_url.removeprefix("sqlite:///")


def floor_on_postgresql(server: Postgres, folder: Path, figures: dict[str, Figure]) -> None:
    """The same with the database's own CPU."""
    with server.database() as url:
        place = Place(folder / "pg-floor", url, free_port())
        with seeded(place, 2 * SIGN_INS) as (_, people):
            pass
        with server.database(url.rsplit("/", 1)[1]) as copy:
            figures["SQL, hash, two bare answers / hash, PostgreSQL"] = floor(
                place, people, copy, lambda pid: [pid, *backends(copy)]
            )


def floor(place: Place, people: list[Person], copy: str, find: Callable[[int], list[int]]) -> Figure:
    """Sign people in beside any server, and send the same again to a copy of what was there before."""
    ctx = opened(place)
    recorded = record(ctx, people[: WARM_SIGN_INS + SIGN_INS])
    whole, bare = [], []
    with replaying(place, copy, recorded) as pid:
        browser = Browser(place.port)
        for number in range(WARM_SIGN_INS):
            _replay(browser, number)
        pids = find(pid)
        for number in range(WARM_SIGN_INS, len(recorded)):
            bare.append(bare_hash(ctx))
            before = cpu_of(*pids)
            _replay(browser, number)
            whole.append(cpu_of(*pids) - before)
        browser.close()
    ctx.pool.close()
    ctx.db.close()
    return Figure(median(whole) / median(bare), "times", None)


def _replay(browser: Browser, number: int) -> None:
    browser.post(f"/password/{number}")
    browser.post(f"/code/{number}")


def pages(place: Place, ctx: Context, people: list[Person], pid: int, figures: dict[str, Figure]) -> None:
    owner, _ = sign_in(place, people[0], ctx, lambda: 0.0)
    nobody = Browser(place.port)
    for path in ("/healthz", "/sign-in"):
        figures[f"page {path}"] = Figure(page_cost(nobody, path, lambda: cpu_of(pid)), "ms CPU", None)
    for path in ("/", "/me", "/contacts/staff", "/contacts/staff/person.3",
                 "/account/audit", "/account/policy"):  # fmt: skip
        figures[f"page {path}"] = Figure(page_cost(owner, path, lambda: cpu_of(pid)), "ms CPU", None)
    owner.close()


def apps(place: Place, ctx: Context, pid: int, figures: dict[str, Figure]) -> None:
    """What an app's own server asks for; see `tests.bench.tokens`."""
    costs = tokens.measure(place, pid, *tokens.prepare(ctx))
    figures["code to tokens"] = Figure(costs.exchange_ms, "ms CPU", None)
    figures["code to tokens / RS256 signature"] = Figure(costs.exchange, "times", 3.5)
    figures["userinfo / bare answer"] = Figure(costs.userinfo, "times", 4)
    figures["introspection / bare answer"] = Figure(costs.introspection, "times", 4)


def storm(place: Place, ctx: Context, people: list[Person], pid: int, figures: dict[str, Figure]) -> None:
    """Twenty people sign in at once."""
    threads = [
        threading.Thread(target=lambda one=one: sign_in(place, one, ctx, lambda: 0.0)[0].close())
        for one in people[:20]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    figures["memory after 20 sign-ins at once"] = Figure(memory_of(pid), "MB", None)


def on_postgresql(folder: Path, figures: dict[str, Figure]) -> None:
    """The server's CPU and that of its connections in PostgreSQL (which runs without fsync here)."""
    with running_postgres(folder / "postgresql") as server, server.database() as url:
        place = Place(folder / "pg", url, free_port())
        with seeded(place, 4 * SIGN_INS) as (ctx, people), running(place) as (pid, _):
            few = measure_sign_ins(place, ctx, people, lambda: [pid, *backends(url)])
        figures["sign-in with the database, PostgreSQL"] = Figure(few.cpu * 1000, "ms CPU", None)
        figures["sign-in / bare hash, PostgreSQL"] = Figure(few.cpu / few.hash, "times", 1.25)
        floor_on_postgresql(server, folder, figures)


def moving(folder: Path, figures: dict[str, Figure]) -> None:
    """A hundred thousand people from another system, by the command, on both databases."""
    realm = folder / "realm.json"
    write_realm(realm)
    with running_postgres(folder / "postgresql-moving") as server, server.database() as url:
        for name, database in (("SQLite", f"sqlite:///{folder}/moving/s.sqlite3"), ("PostgreSQL", url)):
            place = Place(folder / "moving", database, free_port())
            ctx = opened(place)
            seconds, memory = take_over(place, ctx, realm)
            ctx.pool.close()
            ctx.db.close()
            figures[f"import of 100,000 people, {name}"] = Figure(seconds, "s", 60)
            figures[f"memory of this import, {name}"] = Figure(memory, "MB", 300)


def sites(folder: Path, figures: dict[str, Figure]) -> None:
    """What a reverse proxy's question costs."""
    found = proxied.ratios(folder, opened)
    figures["forward-auth"] = Figure(found["forward-auth"], "ms CPU", None)
    figures["bare answer of the same server"] = Figure(found["bare answer"], "ms CPU", None)
    figures["forward-auth / bare answer"] = Figure(found["over bare"], "times", 2)
    figures["forward-auth, 100,000 / 100 sessions"] = Figure(found["many over few"], "times", 1.1)


def backends(url: str) -> list[int]:
    """The processes that serve this database's connections."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [row[0] for row in found]


def main() -> int:
    figures: dict[str, Figure] = {}
    with tempfile.TemporaryDirectory() as name:
        on_sqlite(Path(name), figures)
        floor_on_sqlite(Path(name), figures)
        floor_of_exchange(Path(name), figures)
        on_postgresql(Path(name), figures)
        moving(Path(name), figures)
    with tempfile.TemporaryDirectory() as name:
        sites(Path(name), figures)
    figures["passkey / bare signature check"] = Figure(passkeys.ratio(), "times", 3)
    for name, figure in figures.items():
        goal = "" if figure.goal is None else f"goal {figure.goal:g}: {'holds' if figure.holds else 'MISSED'}"
        print(f"{name:42} {figure.value:10.2f} {figure.unit:8} {goal}")
    folder = Path("build")
    folder.mkdir(exist_ok=True)
    written = {
        name: {"value": round(one.value, 4), "unit": one.unit, "goal": one.goal, "holds": one.holds}
        for name, one in figures.items()
    }
    (folder / "bench.json").write_text(json.dumps(written, indent=1) + "\n")
    return 0 if all(one.holds for one in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
