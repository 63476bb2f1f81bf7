"""Each command says what it did, ends with its status, and shows no link where it was not asked to."""

import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import Result

from sparekey import __version__
from sparekey.cli.main import main
from tests.adapters.test_bounces import FAILED, report
from tests.cli.conftest import NEW, Run

LINK = re.compile(r"http://localhost:8000/setup/[0-9a-f]{64}\n")


def commands(group: click.Group = main, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


ALL = dict(commands())


def test_these_are_the_commands() -> None:
    expected = {
        "serve", "demo", "migrate", "check-config", "account add", "owner recover", "member recover",
        "member list", "mail bounced", "audit verify", "import check", "import take", "export account",
        "export open", "keys list", "keys rotate",
    }  # fmt: skip
    assert expected == set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_every_command_explains_itself(run: Run, name: str) -> None:
    result = run(*name.split(), "--help")
    assert (0, name != "export open") == (result.exit_code, "--config PATH" in result.output)


def test_the_version(run: Run) -> None:
    assert f"sparekey {__version__}\n" == run("--version").output


def test_settings_are_checked_all_at_once(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text("[server]\nport = 70000\n[mail]\nhost = 'smtp.example.com'\n")
    result = run("check-config", "--config", str(file))
    assert (4, True, True) == (
        result.exit_code,
        "server.port" in result.output,
        "mail.sender" in result.output,
    )


def test_the_settings_file_may_stand_before_the_command(run: Run) -> None:
    result = run("--config", "nowhere.toml", "check-config")
    assert (4, True) == (result.exit_code, "nowhere.toml cannot be read" in result.output)


def test_right_settings_are_said_back(run: Run, tmp_path: Path) -> None:
    result = run("check-config")
    assert (0, True) == (result.exit_code, str(tmp_path) in result.output)


def found(result: Result) -> dict[str, tuple[str, str]]:
    """What `check-config` says of each thing: its verdict and its sentence."""
    lines = [
        re.fullmatch(r"(ok|none|WRONG) +(\w+(?: \w+)?) {2,}(.+)", line) for line in result.stdout.splitlines()
    ]
    return {line[2]: (line[1], line[3]) for line in lines if line}


def verdicts(result: Result) -> list[str]:
    return [verdict for verdict, _ in found(result).values()]


def test_a_check_has_a_line_for_each_thing_and_makes_nothing(run: Run, tmp_path: Path) -> None:
    result = run("check-config")
    assert (0, ["settings", "data folder", "database", "key", "mail"], ["ok"] * 4 + ["none"], []) == (
        result.exit_code,
        list(found(result)),
        verdicts(result),
        list(tmp_path.iterdir()),
    )


def test_a_check_recognises_the_database_and_its_key(with_ida: Run) -> None:
    said = found(with_ida("check-config"))
    assert (True, True) == (
        said["database"][1].endswith("fits this version"),
        said["key"][1].endswith("the one of this database"),
    )


def test_a_check_names_all_that_is_wrong(with_ida: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "sparekey.sqlite3") as file:
        file.execute("update facts set name = 'key:00' where name like 'key:%'")
    file.close()
    (tmp_path / "key").chmod(0o644)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        mail = {"HOST": "127.0.0.1", "PORT": str(nobody.getsockname()[1]), "SECURITY": "none"}
        result = with_ida("check-config", "--mail", SENDER="id@example.com", **mail)
    assert (4, ["ok", "ok", "ok", "WRONG", "WRONG"]) == (result.exit_code, verdicts(result))
    assert "chmod 600" in found(result)["key"][1]
    assert "cannot be reached" in found(result)["mail"][1]


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("update alembic_version set version_num = '9999'", "newer version"),
        ("drop table alembic_version", "something else"),
        ("insert into facts (name, value) values ('demo', 'yes')", "belongs to the demo"),
    ],
)
def test_a_check_says_how_the_database_does_not_fit(
    with_ida: Run, tmp_path: Path, statement: str, sentence: str
) -> None:
    with sqlite3.connect(tmp_path / "sparekey.sqlite3") as file:
        file.execute(statement)
    file.close()
    result = with_ida("check-config")
    assert (4, "WRONG", True) == (
        result.exit_code,
        found(result)["database"][0],
        sentence in found(result)["database"][1],
    )


def test_a_check_that_cannot_reach_the_database_still_looks_at_the_rest(with_ida: Run) -> None:
    result = with_ida("check-config", URL="postgresql://id:canary@127.0.0.1:1/sparekey")
    assert (4, ["ok", "ok", "WRONG", "ok", "none"]) == (result.exit_code, verdicts(result))
    assert "canary" not in result.output


def test_a_check_misses_a_key_that_was_lost(with_ida: Run, tmp_path: Path) -> None:
    (tmp_path / "key").unlink()
    result = with_ida("check-config")
    assert (4, ["ok", "ok", "ok", "WRONG", "none"]) == (result.exit_code, verdicts(result))


def test_a_check_misses_a_folder_for_the_database(run: Run, tmp_path: Path) -> None:
    result = run("check-config", URL=f"sqlite:///{tmp_path}/nowhere/id.sqlite3")
    assert (4, True) == (result.exit_code, "make it first" in found(result)["database"][1])


def test_a_check_of_a_folder_that_is_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = run("check-config", DATA_DIR=str(tmp_path / "file"))
    assert (4, "WRONG") == (result.exit_code, found(result)["data folder"][0])


def test_a_new_account_shows_a_link_alone_on_standard_output(run: Run) -> None:
    result = run("account", "add", *NEW, "--yes", "--print-link")
    assert LINK.fullmatch(result.stdout)
    assert "Ida Meier" in result.stderr


def test_where_no_terminal_is_nothing_is_made(run: Run) -> None:
    result = run("account", "add", *NEW, "--yes")
    assert (2, "") == (result.exit_code, run("member", "list").stdout)
    assert "--print-link" in result.stderr


def test_who_says_no_makes_nothing(run: Run) -> None:
    result = run("account", "add", *NEW, "--print-link", typed="n\n")
    assert (1, "") == (result.exit_code, run("member", "list").stdout)


def test_a_wrong_value_is_named(run: Run) -> None:
    words = [*NEW[:-1], "ida.example.org"]
    result = run("account", "add", *words, "--yes", "--print-link")
    assert (1, "Error: --email: Enter an address such as name@example.com\n") == (
        result.exit_code,
        result.stderr,
    )


def test_an_empty_list_says_so(run: Run) -> None:
    result = run("member", "list")

    assert (0, "", True) == (result.exit_code, result.stdout, "Nobody is on this server yet" in result.stderr)


def test_everybody_is_listed(with_ida: Run) -> None:
    listed = with_ida("member", "list").stdout
    assert [] == [
        word for word in ("Acme", "ida", "Ida Meier", "owner", "never", "invited") if word not in listed
    ]


@pytest.mark.parametrize("group", ["owner", "member"])
def test_recovery_shows_a_link(with_ida: Run, group: str) -> None:
    result = with_ida(group, "recover", "ida@example.org", "--yes", "--print-link")
    assert (0, True) == (result.exit_code, LINK.fullmatch(result.stdout) is not None)


@pytest.mark.parametrize("group", ["owner", "member"])
def test_recovery_asks_back(with_ida: Run, group: str) -> None:
    result = with_ida(group, "recover", "ida", "--print-link", typed="\n")
    assert (1, "") == (result.exit_code, result.stdout)


def test_a_name_that_nobody_has_is_refused(with_ida: Run) -> None:
    result = with_ida("owner", "recover", "nobody", "--yes", "--print-link")
    assert (1, True) == (result.exit_code, "Nobody on this server" in result.stderr)


def test_whole_chains(with_ida: Run) -> None:
    result = with_ida("audit", "verify")
    assert (0, 2) == (result.exit_code, result.stdout.count(": whole, 2 entries, newest "))


def test_a_broken_chain_has_a_status_of_its_own(with_ida: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "sparekey.sqlite3") as file:
        file.execute("update audit set actor = 'nobody' where chain = 'server' and seq = 2")
    file.close()
    result = with_ida("audit", "verify")
    assert (3, True) == (result.exit_code, "the server: BROKEN, entry 2 of " in result.stdout)


def test_a_fresh_database_is_set_up_by_migrating(run: Run) -> None:
    first, second = run("migrate"), run("migrate")
    assert ("The database is set up.\n", "The database already fits this version.\n") == (
        first.stdout,
        second.stdout,
    )


def test_what_holds_something_else_is_not_migrated(run: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "sparekey.sqlite3") as file:
        file.execute("create table recipes (name text)")
    file.close()
    result = run("migrate")
    assert (4, True) == (result.exit_code, "something else" in result.stderr)


def test_a_lost_key_is_said_to_be_so(with_ida: Run, tmp_path: Path) -> None:
    (tmp_path / "key").unlink()
    result = with_ida("member", "list")
    assert (4, True) == (result.exit_code, "is missing" in result.stderr)


def test_a_bounce_report_is_read_from_standard_input(with_ida: Run) -> None:
    given = report(FAILED.replace("jonas@example.com", "ida@example.org")).decode()
    result = with_ida("mail", "bounced", typed=given)
    assert (0, "1 address(es) marked\n") == (result.exit_code, result.output)


@pytest.mark.parametrize("typed", ["", "no report", report(FAILED).decode()])
def test_what_names_nobody_here_is_no_error(with_ida: Run, typed: str) -> None:
    """The mail server would bounce it back, or try again for days."""
    result = with_ida("mail", "bounced", typed=typed)
    assert (0, "0 address(es) marked\n") == (result.exit_code, result.output)


def test_a_report_needs_an_open_standard_input(with_ida: Run, tmp_path: Path) -> None:
    closed = ["/bin/sh", "-c", 'exec "$0" -m sparekey mail bounced <&-', sys.executable]
    environment = {**os.environ, "SPAREKEY_DATA_DIR": str(tmp_path)}
    done = subprocess.run(closed, env=environment, capture_output=True, text=True, check=False)
    assert (1, "Error: Standard input is closed: pipe the report in\n") == (done.returncode, done.stderr)
