"""What a server shows at its start: the first owner's link, or the demo's people."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sparekey.app import open_context
from sparekey.cli._demo import HOST, own_settings, start
from sparekey.cli.serving import FIRST_LINK_FILE, _offer_first_link
from sparekey.flows.context import Context
from sparekey.settings import Settings
from tests.people import account


def listening() -> socket.socket:
    return socket.create_server((HOST, 0))


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Context]:
    ctx = open_context(own_settings(Settings(data_dir=tmp_path), 8000), is_demo=True)
    yield ctx
    ctx.pool.close()
    ctx.db.close()


def test_without_a_terminal_the_first_link_is_in_a_file_for_nobody_else(ctx: Context, tmp_path: Path) -> None:
    _offer_first_link(tmp_path, ctx)
    file = tmp_path / FIRST_LINK_FILE
    assert (0o600, True) == (
        stat.S_IMODE(file.stat().st_mode),
        file.read_text().startswith("https://id.example/setup/"),
    )


def test_the_link_itself_is_not_printed(
    ctx: Context, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _offer_first_link(tmp_path, ctx)
    assert "/setup/" not in "".join(capfd.readouterr())


def test_every_start_makes_another_link(ctx: Context, tmp_path: Path) -> None:
    _offer_first_link(tmp_path, ctx)
    first = (tmp_path / FIRST_LINK_FILE).read_text()
    _offer_first_link(tmp_path, ctx)
    assert first != (tmp_path / FIRST_LINK_FILE).read_text()


def test_with_an_account_the_file_is_gone(ctx: Context, tmp_path: Path) -> None:
    _offer_first_link(tmp_path, ctx)
    account(ctx)
    _offer_first_link(tmp_path, ctx)
    assert not (tmp_path / FIRST_LINK_FILE).exists()


def test_the_demo_takes_the_next_free_port(tmp_path: Path) -> None:
    with listening() as taken:
        port = taken.getsockname()[1]
        found = own_settings(Settings(data_dir=tmp_path), port)
    assert found.server.port > port


def test_the_demo_never_takes_the_real_database_or_mail_server(tmp_path: Path) -> None:
    real = Settings.model_validate(
        {
            "data_dir": tmp_path,
            "database": {"url": "postgresql://sparekey:pw@db.example.com/sparekey"},
            "mail": {"host": "smtp.example.com", "sender": "id@example.com"},
        }
    )
    found = own_settings(real, 8000)
    assert (None, None, tmp_path / "demo") == (found.database.url, found.mail.host, found.data_dir)


def test_the_demo_says_who_can_sign_in(demo: Context, capsys: pytest.CaptureFixture[str]) -> None:
    start(demo)
    said = capsys.readouterr().out
    wanted = (demo.site.base_url, "/demo/outbox", "nora.keller", "linden harbour 42", "account owner")
    assert [] == [words for words in wanted if words not in said]
