"""Programs are found where a distribution puts them, else on PATH, else not at all."""

import json
from pathlib import Path

import pytest

from tests.infra import programs


def test_finds_nothing_where_nothing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "_DEBIAN_POSTGRES", tmp_path)
    monkeypatch.setattr(programs, "_FOR_ROOT", str(tmp_path))
    assert [None] * 5 == [programs.chromium(), *(wanted.find() for wanted in programs.WANTED)]


def test_takes_the_newest_complete_postgres(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version, names in {"9": ["initdb", "postgres"], "15": ["initdb", "postgres"], "16": ["psql"]}.items():
        folder = tmp_path / version / "bin"
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).touch()
    monkeypatch.setattr(programs, "_DEBIAN_POSTGRES", tmp_path)
    assert tmp_path / "15" / "bin" == programs.postgres_folder()


def test_takes_no_node_that_openid_client_does_not_run_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    file = tmp_path / "node"
    found = []
    for version in ("v18.20.4", "v20.0.0", "v22.1.0"):
        file.write_text(f"#!/bin/sh\necho {version}\n")
        file.chmod(0o755)
        found.append(programs.node())
    assert [None, file, file] == found


def test_every_mark_of_a_wanted_program_is_declared_and_left_out_of_a_quick_check(
    pytestconfig: pytest.Config,
) -> None:
    marks = [wanted.mark for wanted in programs.WANTED]
    declared = {line.partition(":")[0] for line in pytestconfig.getini("markers")}
    quick = (Path(__file__).resolve().parents[2] / "dev").read_text()
    assert [] == [mark for mark in marks if mark not in declared or f'"{mark}"' not in quick]


def test_npm_is_told_exactly_what_may_come_and_not_from_where() -> None:
    listed = json.loads((Path(__file__).with_name("npm") / "package-lock.json").read_text())["packages"]
    bare = [name for name, one in listed.items() if name and not one["integrity"].startswith("sha512-")]
    assert ([], []) == (bare, [name for name, one in listed.items() if "resolved" in one])
