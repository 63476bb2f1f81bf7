"""`sparekey export`: a file for one person's eyes, and what is in it only for the passphrase."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sparekey.adapters.parcels import pack
from sparekey.cli.main import main
from sparekey.core.contract import Moment
from tests.cli.conftest import Run

WORDS = "marble under the ladder"
TWICE = f"{WORDS}\n{WORDS}\n"
URI = "otpauth://totp/Acme:ida?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme"
OWN = {"format": "sparekey export", "version": 1, "username": "ida", "apps": [{"uri": URI}]}


@pytest.fixture
def parcel(tmp_path: Path) -> Path:
    """Ida's own export."""
    file = tmp_path / "sparekey-ida.jwe"
    content = json.dumps(OWN, indent=1).encode()
    file.write_text(pack(WORDS, content, Moment(datetime(2026, 11, 17, tzinfo=UTC), b"seed")))
    return file


def open_it(file: Path, *more: str, typed: str = f"{WORDS}\n") -> Result:
    return CliRunner().invoke(main, ["export", "open", str(file), *more], input=typed)


def test_an_account_is_written_for_one_person_s_eyes(with_ida: Run, tmp_path: Path) -> None:
    out = tmp_path / "acme.jwe"
    result = with_ida("export", "account", "Acme", "--out", str(out), typed=TWICE)
    assert (0, "", 0o600) == (result.exit_code, result.stdout, out.stat().st_mode & 0o777)
    assert "All account owners are told" in result.stderr
    assert WORDS not in result.output
    shown = json.loads(open_it(out).stdout)
    assert ("Acme", [("ida", [])]) == (
        shown["account"],
        [(one["username"], one["apps"]) for one in shown["people"]],
    )


def test_a_file_that_is_there_stays_as_it_is(with_ida: Run, tmp_path: Path) -> None:
    out = tmp_path / "acme.jwe"
    out.write_text("mine")
    result = with_ida("export", "account", "Acme", "--out", str(out), typed=TWICE)
    assert (1, "mine", True) == (result.exit_code, out.read_text(), "is there already" in result.stderr)


def test_a_link_is_not_followed(with_ida: Run, tmp_path: Path) -> None:
    out = tmp_path / "acme.jwe"
    out.symlink_to(tmp_path / "elsewhere")
    result = with_ida("export", "account", "Acme", "--out", str(out), typed=TWICE)
    assert (1, False) == (result.exit_code, (tmp_path / "elsewhere").exists())


def test_a_place_that_cannot_be_written_is_said_before_anything_is_asked(
    with_ida: Run, tmp_path: Path
) -> None:
    result = with_ida("export", "account", "Acme", "--out", str(tmp_path / "no" / "acme.jwe"))
    assert (1, True) == (result.exit_code, "cannot be written: No such file or directory" in result.stderr)


@pytest.mark.parametrize(
    ("account", "typed", "sentence"),
    [
        ("Nowhere", TWICE, "No account is called 'Nowhere'"),
        ("Acme", "short\nshort\n", "Use at least 12 characters"),
        ("Acme", f"{WORDS}\nsomething else\n", "The two passphrases are not the same"),
        ("Acme", "", "Aborted"),
    ],
)
def test_where_it_is_refused_no_file_stays(
    with_ida: Run, tmp_path: Path, account: str, typed: str, sentence: str
) -> None:
    out = tmp_path / "acme.jwe"
    result = with_ida("export", "account", account, "--out", str(out), typed=typed)
    assert (1, False, True) == (result.exit_code, out.exists(), sentence in result.stderr)


def test_what_is_in_a_file_is_shown_as_it_was_written(parcel: Path) -> None:
    result = open_it(parcel)
    assert (0, OWN) == (result.exit_code, json.loads(result.stdout))


def test_its_addresses_alone_are_what_an_import_takes(parcel: Path, tmp_path: Path) -> None:
    result = open_it(parcel, "--uris")
    assert f"{URI}\n" == result.stdout
    lines = tmp_path / "uris.txt"
    lines.write_text(result.stdout)
    told = CliRunner().invoke(main, ["import", "check", "uris", str(lines)])
    assert "ida: invited, no address, no password, 1 app(s)" in told.stdout


@pytest.mark.parametrize("typed", ["another passphrase\n", f"{WORDS} \n"])
def test_another_passphrase_opens_nothing(parcel: Path, typed: str) -> None:
    result = open_it(parcel, typed=typed)
    assert (1, "", True) == (result.exit_code, result.stdout, "This file does not open" in result.stderr)


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n")
    result = open_it(file)
    assert (1, True) == (result.exit_code, "This file does not open" in result.stderr)


MANY, MOST_MEGABYTES = 100_000, 300
MEASURE = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "sparekey", *sys.argv[1:]], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
"""
"""A small process between: what a process is made from counts as its memory."""


def person(number: int) -> dict[str, object]:
    """As an account's export has one, with an app."""
    name = f"moved.{number:06}"
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    uri = f"otpauth://totp/Acme:{name}?secret={secret}&issuer=Acme&algorithm=SHA1&digits=6&period=30"
    app = {"label": "", "lives_on": "phone", "added_at": "2026-11-17T11:00:00+00:00", "uri": uri}
    about = {
        "name": f"Moved Number {number}",
        "email": f"{name}@example.com",
        "role": "staff",
        "language": "en",
    }
    return {"username": name, **about, "status": "active", "apps": [app]}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of an account of a hundred thousand."""
    people = ",\n".join(json.dumps(person(number)) for number in range(MANY))
    content = f'{{"format":"sparekey export","version":1,"people":[\n{people}\n]}}\n'.encode()
    file = tmp_path_factory.mktemp("large") / "acme.jwe"
    file.write_text(pack(WORDS, content, Moment(datetime(2026, 11, 17, tzinfo=UTC), b"seed")))
    return file


@pytest.mark.parametrize(("options", "lines"), [((), MANY + 2), (("--uris",), MANY)])
def test_a_hundred_thousand_people_are_opened_within_300_megabytes(
    large: Path, tmp_path: Path, options: tuple[str, ...], lines: int
) -> None:
    """All that the process ever holds, as the system counts it."""
    out = tmp_path / "out"
    with out.open("wb") as file:
        measured = subprocess.run(
            [sys.executable, "-c", MEASURE, "export", "open", str(large), *options],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONWARNINGS": "ignore"},
            input=f"{WORDS}\n".encode(),
            stdout=file,
            stderr=subprocess.PIPE,
            start_new_session=True,  # without a terminal, so the passphrase comes from the pipe
            check=True,
        )
    megabytes = int(measured.stderr.split()[-1]) / 1024 / (1024 if sys.platform == "darwin" else 1)
    with out.open("rb") as written:
        assert lines == sum(1 for _ in written)
    assert megabytes <= MOST_MEGABYTES
