"""The packages of npm that tests run with Node.js: pinned with hashes, got once, kept in build/.

Nothing but the standard library, as in `programs`. The lock file names no registry (npm writes it so with
`--omit-lockfile-registry-resolved`): each machine asks its own, and the hashes say what may come.
"""

import contextlib
import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.infra import programs

_LISTS = Path(__file__).with_name("npm")
_BUILD = Path(__file__).resolve().parents[2] / "build"
_PATIENCE_SECONDS = 120


def packages() -> Path | None:
    """The folder `node_modules`, if it is what the lock file lists."""
    folder = _folder()
    return folder / "node_modules" if folder.exists() else None


def install() -> str:
    """Get the packages if they are not there; says what is wrong, or nothing."""
    npm = shutil.which("npm")
    if packages():
        return ""
    if not programs.node() or not npm:
        return "no Node.js 20 or newer with npm"
    _BUILD.mkdir(exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=_BUILD))
    try:
        return _fill(draft, npm)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _fill(draft: Path, npm: str) -> str:
    shutil.copytree(_LISTS, draft, dirs_exist_ok=True)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run(
            command, cwd=draft, check=False, capture_output=True, text=True, timeout=_PATIENCE_SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"npm did not get openid-client within {_PATIENCE_SECONDS} seconds"
    if done.returncode:
        return f"npm could not get openid-client: {done.stderr.strip()[-300:]}"
    with contextlib.suppress(OSError):  # another worker was faster
        draft.rename(_folder())
    return ""


def _folder() -> Path:
    lock = (_LISTS / "package-lock.json").read_bytes()
    return _BUILD / f"npm-{hashlib.sha256(lock).hexdigest()[:12]}"
