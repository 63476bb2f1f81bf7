"""Looking into files of other systems, and taking people over, from the console."""

from pathlib import Path

import pytest

from sparekey.cli.elsewhere import SOURCES
from sparekey.flows.joining.from_elsewhere import NAMES
from tests.cli.conftest import Run
from tests.flows.moving.table import ALL, HEAD, Line

SAMPLES = Path(__file__).parents[1] / "vectors" / "imports"
URI = "otpauth://totp/Berg:mia.zuercher?secret={}&issuer=Berg\n"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def table(tmp_path: Path) -> str:
    """Five people, each of whom becomes something else."""
    return written(tmp_path, *ALL)


def written(folder: Path, *lines: Line) -> str:
    file = folder / "people.csv"
    file.write_text("\n".join([HEAD, *map(str, lines)]))
    return str(file)


def test_every_source_that_can_be_read_can_be_looked_into() -> None:
    assert set(NAMES) == set(SOURCES)


def test_files_of_another_system_are_looked_into(run: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text(URI.format(SECRET))
    bad.write_text(URI.format(1))
    told, refused = run("import", "check", "uris", str(good)), run("import", "check", "uris", str(bad))
    assert (0, 1) == (told.exit_code, refused.exit_code)
    assert "mia.zuercher: invited, no address, no password, 1 app(s)" in told.output
    assert "bad.txt, line 1:" in refused.output
    assert SECRET not in told.output


def test_each_line_says_what_becomes_of_whom(run: Run, table: str) -> None:
    told = run("import", "check", "csv", table).stdout
    assert [
        "anna.keller: active, anna.keller@old.example, password, 1 app(s)",
        "ben.ott: invited, ben.ott@old.example, no password, 1 app(s)",
        "cleo.vogt: invited, cleo.vogt@old.example, no password, 0 app(s)",
        "dora.lang: deactivated, dora.lang@old.example, password, 1 app(s)",
        "emil.wyss: active, emil.wyss@old.example, password, 1 app(s), must prove itself at the first sign-in",
    ] == told.splitlines()


def test_people_are_taken_over_into_an_account(with_ida: Run, table: str) -> None:
    result = with_ida("import", "take", "acme", "csv", table, "--yes")
    listed = with_ida("member", "list").stdout
    assert (0, "Done: 2 are in at once, 2 are invited, 1 stay deactivated.\n") == (
        result.exit_code,
        result.stdout,
    )
    assert 5 == sum(one.username in listed for one in ALL)
    assert 0 == with_ida("audit", "verify").exit_code


def test_nothing_happens_without_a_yes(with_ida: Run, table: str) -> None:
    result = with_ida("import", "take", "Acme", "csv", table, typed="n\n")
    assert (1, False) == (result.exit_code, "anna.keller" in with_ida("member", "list").stdout)


@pytest.mark.parametrize("command", [("take", "Acme", "csv"), ("check", "--account", "Acme", "csv")])
def test_a_name_that_somebody_has_refuses_everything(
    with_ida: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    result = with_ida("import", *command, written(tmp_path, ALL[0], Line("ida")))
    assert (1, False) == (result.exit_code, "anna.keller" in with_ida("member", "list").stdout)
    assert "people.csv, line 3: The username “ida” is not available" in result.output


def test_an_account_must_be_there(with_ida: Run, table: str) -> None:
    result = with_ida("import", "take", "Nobody", "csv", table)
    assert (1, True) == (result.exit_code, "No account is called 'Nobody'" in result.output)


def test_of_two_accounts_of_a_name_the_id_says_which(with_ida: Run, table: str) -> None:
    other = ("--name", "ACME", "--owner", "Eva Ott", "--username", "eva", "--email", "eva@example.org")
    with_ida("account", "add", *other, "--yes", "--print-link")
    refused = with_ida("import", "take", "acme", "csv", table)
    account_id = refused.output.rsplit(" ", 1)[1].strip()
    assert (1, 0) == (
        refused.exit_code,
        with_ida("import", "take", account_id, "csv", table, "--yes").exit_code,
    )


def test_a_table_adds_what_the_files_lack(run: Run, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("username,name,email\njsmith,John Smith,john@example.net\n")
    told = run("import", "check", "pskc", str(SAMPLES / "pskc-plain.xml"), "--people", str(people))
    assert "jsmith: invited, john@example.net, no password, 1 app(s)\n" == told.stdout


@pytest.mark.parametrize(
    ("name", "typed"),
    [("passphrase", "qwerty"), ("preshared", "12345678901234567890123456789012")],
)
def test_passphrase_or_key_open_an_encrypted_file(run: Run, name: str, typed: str) -> None:
    told = run(
        "import",
        "check",
        "pskc",
        str(SAMPLES / f"pskc-rfc6030-{name}.xml"),
        "--encrypted",
        typed=f"{typed}\n",
    )
    assert "counts up" in told.output


def test_a_wrong_passphrase_opens_nothing(run: Run) -> None:
    sample = str(SAMPLES / "pskc-rfc6030-passphrase.xml")
    wrong = run("import", "check", "pskc", sample, "--encrypted", typed="not this\n")
    assert (1, True) == (wrong.exit_code, "does not open this file" in wrong.output)
