"""Where the programs lie that tests start but do not bring along.

Nothing but the standard library: `./dev` asks here before there is an environment. Nothing is cached: a test
run may have just installed what was missing.
"""

import shutil
from pathlib import Path

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_DEBIAN_POSTGRES = Path("/usr/lib/postgresql")


def chromium() -> Path | None:
    """The first installed Chromium (or Chrome) on PATH."""
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    return Path(found) if found else None


def postgres_folder() -> Path | None:
    """The folder with `initdb` and `postgres` of the newest installed PostgreSQL."""
    versions = [folder for folder in _DEBIAN_POSTGRES.glob("*/bin") if folder.parent.name.isdigit()]
    newest_first = sorted(versions, key=lambda folder: int(folder.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    candidates = [*newest_first, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((folder for folder in candidates if _is_complete(folder)), None)


def _is_complete(folder: Path) -> bool:
    return all((folder / name).exists() for name in ("initdb", "postgres"))
