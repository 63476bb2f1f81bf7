"""Programs are found where a distribution puts them, else on PATH, else not at all."""

from pathlib import Path

import pytest

from tests.infra import programs


def test_finds_nothing_where_nothing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "_DEBIAN_POSTGRES", tmp_path)
    assert (None, None) == (programs.chromium(), programs.postgres_folder())


def test_takes_the_newest_complete_postgres(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version, names in {"9": ["initdb", "postgres"], "15": ["initdb", "postgres"], "16": ["psql"]}.items():
        folder = tmp_path / version / "bin"
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).touch()
    monkeypatch.setattr(programs, "_DEBIAN_POSTGRES", tmp_path)
    assert tmp_path / "15" / "bin" == programs.postgres_folder()
