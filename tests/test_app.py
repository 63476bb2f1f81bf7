"""A server put together from settings: what it makes, what it refuses, and what it leaves on its chain."""

import fcntl
import json
import shutil
import socket
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from sparekey.app import make_app, migrate_database, open_context, serve
from sparekey.app.process import server_config
from sparekey.app.server import behind
from sparekey.core.people import SERVER
from sparekey.errors import Unready
from sparekey.factors import asked_of_nobody
from sparekey.flows.context import Context
from sparekey.flows.demo.seed import seed
from sparekey.settings import Settings, load
from sparekey.store import audit, queue
from sparekey.store.audit import Filter
from sparekey.store.migrate import State, has_these_tables
from tests.bench.servers import free_port
from tests.infra.postgres import Postgres
from tests.store.rows import letter
from tests.world import FrozenWorld

OTHER_KEY = "7" * 64


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def opened(data: Path, world: FrozenWorld) -> Iterator[Context]:
    ctx = open_context(settings(data), world)
    yield ctx
    close(ctx)


def settings(data: Path, **environment: str) -> Settings:
    named = {f"SPAREKEY_{name}": value for name, value in environment.items()}
    return load(None, {"SPAREKEY_DATA_DIR": str(data), "SPAREKEY_SERVER_TIME_ZONE": "UTC", **named})


def close(ctx: Context) -> None:
    ctx.pool.close()
    ctx.db.close()


def start_once(chosen: Settings, world: FrozenWorld, *, is_demo: bool = False) -> None:
    close(open_context(chosen, world, is_demo=is_demo))


def refusal(chosen: Settings, world: FrozenWorld, *, is_demo: bool = False) -> str:
    with pytest.raises(Unready) as refused:
        start_once(chosen, world, is_demo=is_demo)
    return refused.value.reason


@pytest.mark.parametrize(("content", "said"), [(None, "cannot be read"), ("no PEM", "holds no certificate")])
def test_makers_certificates_are_read_at_the_start(
    content: str | None, said: str, tmp_path: Path, world: FrozenWorld
) -> None:
    file = tmp_path / "roots.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(Unready, match=said):
        start_once(settings(tmp_path / "data", PASSKEYS_ATTESTATION_ROOTS=str(file)), world)


def test_passkeys_keep_their_domain_after_a_move(tmp_path: Path, world: FrozenWorld) -> None:
    ctx = open_context(settings(tmp_path, PASSKEYS_DOMAIN="old.example.com"), world)
    asked = asked_of_nobody(ctx.factors["passkey"], b"key", "nobody", ctx.moment())
    close(ctx)
    assert "old.example.com" == json.loads(asked.shown)["rpId"]


def change(data: Path, world: FrozenWorld, statement: str) -> None:
    ctx = open_context(settings(data), world)
    ctx.db.write(lambda conn: conn.execute(text(statement)))
    close(ctx)


def test_the_first_start_makes_folder_database_and_key_for_nobody_else(data: Path, opened: Context) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (data, *data.iterdir())}
    wanted = {"data": 0o700, "key": 0o600, "sparekey.sqlite3": 0o600}
    assert wanted == {name: modes.get(name) for name in wanted}
    assert not [name for name, mode in modes.items() if mode & 0o077]


def test_a_second_start_takes_what_is_there(data: Path, world: FrozenWorld) -> None:
    start_once(settings(data), world)
    key = (data / "key").read_text()
    start_once(settings(data), world)
    assert key == (data / "key").read_text()


def test_another_key_is_refused(data: Path, world: FrozenWorld) -> None:
    start_once(settings(data), world)
    assert "wrong_key" == refusal(settings(data, KEY_VALUE=OTHER_KEY), world)


def test_a_lost_key_file_is_not_made_anew(data: Path, world: FrozenWorld) -> None:
    start_once(settings(data), world)
    (data / "key").unlink()
    assert ("key_file", False) == (refusal(settings(data), world), (data / "key").exists())


def test_a_new_key_goes_before_the_old_one(data: Path, world: FrozenWorld) -> None:
    start_once(settings(data), world)
    old = (data / "key").read_text()
    both = settings(data, KEY_VALUE=OTHER_KEY, KEY_OLDER=old)
    start_once(both, world)
    start_once(both, world)
    assert "wrong_key" == refusal(settings(data), world)


def test_something_that_is_no_key_is_refused(data: Path, world: FrozenWorld) -> None:
    assert "bad_key" == refusal(settings(data, KEY_VALUE="short"), world)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "database_ahead"),
        ("DROP TABLE alembic_version", "database_foreign"),
    ],
)
def test_a_database_that_does_not_fit_is_refused(
    data: Path, world: FrozenWorld, statement: str, reason: str
) -> None:
    change(data, world, statement)
    assert reason == refusal(settings(data), world)


def test_a_file_that_is_no_database_is_refused(data: Path, world: FrozenWorld) -> None:
    data.mkdir()
    (data / "sparekey.sqlite3").write_text("This is a letter to my grandmother, not a database. " * 100)
    assert "database" == refusal(settings(data), world)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://id:canary@127.0.0.1:1/sparekey",
        "postgresql://id@127.0.0.1:1/sparekey?password=canary",
        "postgresql://127.0.0.1:1/sparekey?user=id&password=canary&sslpassword=canary",
    ],
)
def test_a_database_out_of_reach_is_refused_without_its_password(
    data: Path, world: FrozenWorld, url: str
) -> None:
    chosen = settings(data, DATABASE_URL=url)
    with pytest.raises(Unready) as refused:
        start_once(chosen, world)
    assert ("database", False) == (refused.value.reason, "canary" in refused.value.sentence)


@pytest.mark.parametrize(("first", "then"), [(True, False), (False, True)])
def test_a_demo_and_a_real_server_never_share_a_database(
    data: Path, world: FrozenWorld, first: bool, then: bool
) -> None:
    start_once(settings(data), world, is_demo=first)
    assert "demo" == refusal(settings(data), world, is_demo=then)


OTHER_VERSIONS = {
    "a table less": "drop table challenges",
    "a column less": "alter table sessions drop column device",
    "a table more": "create table gone (id integer primary key)",
    "a newer one": "update alembic_version set version_num = '9999'",
}


@pytest.mark.parametrize("made", OTHER_VERSIONS.values(), ids=OTHER_VERSIONS)
def test_a_demo_of_another_version_begins_anew(data: Path, world: FrozenWorld, made: str) -> None:
    """Its people are made up, and made anew at every start: nobody is asked to delete anything."""
    start_once(settings(data), world, is_demo=True)
    with closing(sqlite3.connect(data / "sparekey.sqlite3")) as there:
        there.execute(made)
        there.commit()
    ctx = open_context(settings(data), world, is_demo=True)
    seed(ctx)
    fits = ctx.db.read(has_these_tables)
    close(ctx)
    assert (True, "demo") == (fits, refusal(settings(data), world))


def test_a_real_database_is_never_begun_anew_by_a_demo(data: Path, world: FrozenWorld) -> None:
    start_once(settings(data), world)
    with closing(sqlite3.connect(data / "sparekey.sqlite3")) as there:
        there.execute("create table ours (id integer primary key)")
        there.commit()
    assert "demo" == refusal(settings(data), world, is_demo=True)
    with closing(sqlite3.connect(data / "sparekey.sqlite3")) as there:
        assert [] == there.execute("select id from ours").fetchall()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, world: FrozenWorld) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "data_dir" == refusal(settings(tmp_path / "file" / "data"), world)


def test_migrating_says_what_was_found(data: Path) -> None:
    found = [migrate_database(settings(data)) for _ in range(2)]
    assert [State.EMPTY, State.CURRENT] == found


def test_a_server_that_runs_is_ready_and_leaves_start_and_stop_on_its_chain(
    data: Path, world: FrozenWorld
) -> None:
    ctx = open_context(settings(data), world)
    with TestClient(make_app(ctx, settings(data)), base_url="http://localhost:8000") as browser:
        answers = [browser.get(path).status_code for path in ("/healthz", "/readyz", "/sign-in", "/metrics")]
    kept, _ = ctx.db.read(lambda conn: audit.newest(conn, SERVER, Filter(), 9))
    ctx.db.close()
    tags = [entry.tag for entry in reversed(kept) if entry.tag.startswith("server:process:")]
    assert ([200, 200, 200, 404], ["server:process:started", "server:process:stopped"]) == (answers, tags)


@pytest.mark.parametrize(
    ("statement", "reasons"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", ["database_not_migrated"]),
        ("DROP TABLE alembic_version", ["database_not_migrated"]),
        ("INSERT INTO facts (name, value) VALUES ('key:00', '')", ["wrong_key"]),
    ],
)
def test_a_server_whose_database_changed_under_it_is_not_ready(
    data: Path, world: FrozenWorld, statement: str, reasons: list[str]
) -> None:
    ctx = open_context(settings(data), world)
    with TestClient(make_app(ctx, settings(data))) as browser:
        ctx.db.write(lambda conn: conn.execute(text(statement)))
        answer = browser.get("/readyz")
    assert (503, reasons) == (answer.status_code, answer.json()["reasons"])


def test_a_server_whose_database_is_gone_is_not_ready(data: Path, world: FrozenWorld) -> None:
    ctx = open_context(settings(data), world)
    with TestClient(make_app(ctx, settings(data))) as browser:
        ctx.db.close()
        shutil.move(data, data.with_name("away"))
        answer = browser.get("/readyz")
        shutil.move(data.with_name("away"), data)
    assert (503, ["database_unreachable"]) == (answer.status_code, answer.json()["reasons"])


def test_without_a_mail_server_letters_wait_and_the_server_is_ready(data: Path, world: FrozenWorld) -> None:
    ctx = open_context(settings(data), world)
    ctx.db.write(lambda conn: queue.post(conn, letter(due_at=world.now() - timedelta(days=2))))
    with TestClient(make_app(ctx, settings(data))) as browser:
        answer = browser.get("/readyz")
    assert 200 == answer.status_code


@pytest.mark.postgres
def test_a_server_runs_on_postgresql(data: Path, world: FrozenWorld, postgres: Postgres) -> None:
    with postgres.database() as url:
        chosen = settings(data, DATABASE_URL=url)
        ctx = open_context(chosen, world)
        with TestClient(make_app(ctx, chosen), base_url="http://localhost:8000") as browser:
            answers = [browser.get(path).status_code for path in ("/readyz", "/sign-in")]
        ctx.db.close()
    assert ([200, 200], ["key"]) == (answers, [file.name for file in data.iterdir()])


@pytest.mark.parametrize(
    ("proxies", "peer", "told"),
    [
        ("", "10.0.0.1", "10.0.0.1"),
        ("", "127.0.0.1", "127.0.0.1"),
        ("10.0.0.0/8", "10.0.0.1", "203.0.113.7"),
        ("10.0.0.0/8", "192.0.2.1", "192.0.2.1"),
    ],
)
def test_only_a_trusted_proxy_says_who_the_client_is(
    data: Path, monkeypatch: pytest.MonkeyPatch, proxies: str, peer: str, told: str
) -> None:
    """The first address is what anybody can write; the last one is what the proxy saw."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    trusted = settings(data, SERVER_TRUSTED_PROXIES=proxies).server.trusted_proxies
    config = server_config(behind(_tell_client, trusted))
    config.load()
    browser = TestClient(config.loaded_app, client=(peer, 5000))
    assert told == browser.get("/", headers={"x-forwarded-for": "198.51.100.1, 203.0.113.7"}).text


async def _tell_client(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(scope["client"][0])(scope, receive, send)


def test_figures_are_behind_their_token(data: Path, world: FrozenWorld) -> None:
    chosen = settings(data, METRICS_TOKEN="0123456789abcdef")
    ctx = open_context(chosen, world)
    with TestClient(make_app(ctx, chosen)) as browser:
        without = browser.get("/metrics").status_code
        figures = browser.get("/metrics", headers={"authorization": "Bearer 0123456789abcdef"}).text
    assert (401, True) == (without, "sparekey_database_up 1.0" in figures)


def test_a_port_that_is_taken_is_refused(data: Path, world: FrozenWorld) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Unready, match=f"port {port}: Address already in use.*server.port"):
            serve(settings(data, SERVER_PORT=str(port)), world)
    assert not data.exists()


def test_on_sqlite_a_second_server_is_refused(data: Path, world: FrozenWorld) -> None:
    start_once(settings(data), world)
    with (data / "sparekey.sqlite3.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Unready, match="Another server already runs"):
            serve(settings(data, SERVER_PORT=str(free_port())), world)


def test_an_address_for_figures_that_is_taken_is_refused(data: Path, world: FrozenWorld) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        chosen = settings(data, SERVER_PORT=str(free_port()), METRICS_LISTEN=taken)
        with pytest.raises(Unready, match=f"metrics.listen: {taken} cannot be listened on: Address already"):
            serve(chosen, world)
