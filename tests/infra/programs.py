"""Where the programs lie that tests start but do not bring along.

Nothing but the standard library: `./dev` asks here before there is an environment. Nothing is cached: a test
run may have just installed what was missing.
"""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APACHE_MODULES = Path("/usr/lib/apache2/modules")
_FOR_ROOT = "/usr/sbin:/usr/bin:/sbin:/bin"
"""Servers lie where only root's PATH leads."""
_OLDEST_NODE = 20
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


def proxies() -> Path | None:
    """nginx, if Caddy is there as well."""
    return served("nginx") if served("caddy") else None


def apache() -> Path | None:
    """Apache, if it can load mod_auth_openidc."""
    return served("apache2") if (APACHE_MODULES / "mod_auth_openidc.so").exists() else None


def served(name: str) -> Path | None:
    """The program of a server."""
    found = shutil.which(name) or shutil.which(name, path=_FOR_ROOT)
    return Path(found) if found else None


def node() -> Path | None:
    """Node.js, if it is new enough for openid-client."""
    found = shutil.which("node")
    if not found:
        return None
    said = subprocess.run([found, "--version"], check=False, capture_output=True, text=True).stdout
    version = re.match(r"v(\d+)\.", said)
    return Path(found) if version and int(version[1]) >= _OLDEST_NODE else None


@dataclass(frozen=True)
class Wanted:
    """Programs without which the tests of one mark are left out."""

    mark: str
    find: Callable[[], Path | None]
    missing: str
    packages: tuple[str, ...]
    """Debian's."""


WANTED = (
    Wanted("postgres", postgres_folder, "no PostgreSQL server programs", ("postgresql",)),
    Wanted("proxy", proxies, "no nginx or no Caddy", ("nginx-light", "caddy")),
    # Without the package `apache2`, which holds nothing but the service.
    Wanted(
        "apache", apache, "no Apache with mod_auth_openidc", ("apache2-bin", "libapache2-mod-auth-openidc")
    ),
    Wanted("node", node, f"no Node.js {_OLDEST_NODE} or newer", ("nodejs", "npm")),
)
