"""A hundred thousand people with their password and app, taken over by the command from a realm of Keycloak."""

import json
import os
import subprocess
import sys
import time
from base64 import b32encode, b64encode
from pathlib import Path

from sparekey.flows.console import NewAccount, add_account
from sparekey.flows.context import Context
from tests.bench.servers import Place

PEOPLE = 100_000
ACCOUNT = "Bench"


def write_realm(file: Path, count: int = PEOPLE) -> None:
    """As `kc.sh export` writes it, a user a line."""
    with file.open("w") as realm:
        realm.write('{"realm": "bench", "users": [\n')
        realm.write(",\n".join(json.dumps(_user(number)) for number in range(count)))
        realm.write("\n]}\n")


def _user(number: int) -> dict[str, object]:
    hashed = {"value": b64encode(number.to_bytes(32)).decode(), "salt": b64encode(bytes(16)).decode()}
    secret = {"value": b32encode(number.to_bytes(20)).decode()}
    app = {"subType": "totp", "digits": 6, "period": 30, "algorithm": "HmacSHA1", "secretEncoding": "BASE32"}
    return {
        "id": f"{number:08}",
        "username": f"moved.{number}",
        "enabled": True,
        "firstName": "Moved",
        "lastName": f"Number {number}",
        "email": f"moved.{number}@example.com",
        "credentials": [
            _credential("password", hashed, {"hashIterations": 27500, "algorithm": "pbkdf2-sha256"}),
            _credential("otp", secret, app),
        ],
    }


def _credential(kind: str, secret: dict[str, str], about: dict[str, object]) -> dict[str, object]:
    return {"type": kind, "secretData": json.dumps(secret), "credentialData": json.dumps(about)}


def take_over(place: Place, ctx: Context, realm: Path) -> tuple[float, float]:
    """Seconds from start to end of the command, and its memory at most, in megabytes."""
    add_account(ctx, NewAccount(ACCOUNT, "Olga Owner", "olga.owner", "olga@example.com"))
    started = time.perf_counter()
    command = subprocess.Popen(
        [sys.executable, "-m", "sparekey", "import", "take", ACCOUNT, "keycloak", str(realm), "--yes"],
        env=place.environment(),
    )
    _, status, usage = os.wait4(command.pid, 0)
    if status:
        raise SystemExit("The import failed")
    return time.perf_counter() - started, usage.ru_maxrss / 1024
