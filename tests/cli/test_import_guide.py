"""Each example of docs/import.md gives what it says, run on the samples that are named in it."""

import re
import shlex
from pathlib import Path

import pytest

from sparekey.adapters import qr
from sparekey.cli.elsewhere import SOURCES
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "vectors" / "imports"
GUIDE = (ROOT / "docs" / "import.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```example\n\$ sparekey (.+)\n((?:.+\n)+)```$", GUIDE, re.MULTILINE)


@pytest.mark.parametrize(("command", "told"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_an_example_says_what_happens(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, told: str
) -> None:
    for sample in SAMPLES.iterdir():
        (tmp_path / sample.name).write_bytes(sample.read_bytes())
    alice = next(line for line in (SAMPLES / "uris.txt").read_text().splitlines() if "alice" in line)
    (tmp_path / "qr-code.png").write_bytes(qr.png(alice))
    monkeypatch.chdir(tmp_path)
    assert told == run(*shlex.split(command)).stdout


def test_every_source_has_its_example() -> None:
    assert set(SOURCES) == {shlex.split(command)[2] for command, _ in EXAMPLES}


def test_the_table_of_addresses_is_the_one_of_the_example() -> None:
    assert (SAMPLES / "people.csv").read_text() in GUIDE
