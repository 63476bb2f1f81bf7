"""What an app's requests cost: a code exchanged over one bare RS256 signature; userinfo and introspection over a bare
answer of the same server. The two sides of each ratio are taken in turn.
"""

import hashlib
import http.client
import json
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from sqlalchemy import Connection, select

from sparekey.core.clients import Client, ClientId, Grant, GrantId, Kind, Login
from sparekey.core.people import AccountId, MemberId, SessionId
from sparekey.flows._work import hashed, token
from sparekey.flows.context import Context
from sparekey.flows.oidc import exchanging
from sparekey.flows.oidc.callers import Call
from sparekey.oidc import pkce
from sparekey.store.oidc import clients, grants
from sparekey.store.schema import members
from tests.bench.floor import signer
from tests.bench.servers import Place, cpu_of

ROUNDS, IN_A_ROUND, WARM = 15, 20, 30
TOKEN = "/oidc/token"
SECRET = "5" * 64
BACK = "https://wiki.example/back"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@dataclass(frozen=True)
class Costs:
    """Ratios, and CPU in milliseconds."""

    exchange: float
    exchange_ms: float
    userinfo: float
    introspection: float


def prepare(ctx: Context) -> tuple[Client, list[str]]:
    """An app, and codes that somebody gave it."""
    account_id, member_id = ctx.db.read(_somebody)
    moment = ctx.moment()
    app = Client(
        id=ClientId("cli_bench"),
        account_id=AccountId(account_id),
        kind=Kind.SERVER,
        name="Wiki",
        login=Login.SECRET,
        created_at=moment.at,
        redirect_uris=(BACK,),
        secret_hash=hashlib.sha256(SECRET.encode()).hexdigest(),
    )
    codes = [token(moment, f"code {number}") for number in range(ROUNDS * IN_A_ROUND + WARM)]

    def write(conn: Connection) -> None:
        clients.add(conn, app)
        for number, code in enumerate(codes):
            grants.add(conn, _grant(app, MemberId(member_id), number, ctx), hashed(code))

    ctx.db.write(write)
    return app, codes


def _somebody(conn: Connection) -> tuple[str, str]:
    found = conn.execute(select(members.c.account_id, members.c.id).limit(1)).one()
    return found.account_id, found.id


def _grant(app: Client, member_id: MemberId, number: int, ctx: Context) -> Grant:
    now = ctx.moment().at
    return Grant(
        id=GrantId(f"gra_{number:016d}"),
        account_id=app.account_id,
        member_id=member_id,
        client_id=app.id,
        session_id=SessionId("ses_bench"),
        scopes=("openid", "profile", "email", "offline_access"),
        created_at=now,
        expires_at=now + timedelta(days=30),
        acr="aal2",
        amr=("pwd", "otp", "mfa"),
        auth_time=now,
        nonce="n-0S6_WzA2Mj",
        redirect_uri=BACK,
        challenge=pkce.challenge_of(VERIFIER),
        is_offline=True,
        code_expires_at=now + timedelta(hours=1),
    )


class Program:
    """One connection, kept."""

    def __init__(self, place: Place, app: Client) -> None:
        self._http = http.client.HTTPConnection("localhost", place.port, timeout=30)
        self._basic = _basic(app)

    def exchange(self, code: str) -> str:
        return str(json.loads(self._ask("POST", TOKEN, _form(code), self._basic))["access_token"])

    def introspect(self, shown: str) -> None:
        self._ask("POST", "/oidc/introspect", {"token": shown}, self._basic)

    def userinfo(self, shown: str) -> None:
        self._ask("GET", "/oidc/userinfo", None, f"Bearer {shown}")

    def bare(self) -> None:
        self._ask("GET", "/healthz", None, "")

    def _ask(self, method: str, path: str, form: dict[str, str] | None, authorization: str) -> bytes:
        headers = {"Authorization": authorization} if authorization else {}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._http.request(method, path, urlencode(form) if form is not None else None, headers)
        answer = self._http.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {said!r}")
        return said

    def close(self) -> None:
        self._http.close()


def measure(place: Place, pid: int, app: Client, codes: list[str]) -> Costs:
    program, sign = Program(place, app), signer()
    left = iter(codes)
    for _ in range(WARM):
        shown = program.exchange(next(left))
        program.userinfo(shown)
        program.introspect(shown)
        program.bare()
    found: dict[str, list[float]] = {"exchange": [], "ms": [], "userinfo": [], "introspection": []}
    for _ in range(ROUNDS):
        whole = _cpu(pid, lambda: program.exchange(next(left)))
        signature, bare = _own_cpu(sign), _cpu(pid, program.bare)
        found["exchange"].append(whole / signature)
        found["ms"].append(whole * 1000)
        found["userinfo"].append(_cpu(pid, lambda: program.userinfo(shown)) / bare)
        found["introspection"].append(_cpu(pid, lambda: program.introspect(shown)) / bare)
    program.close()
    return Costs(*[sorted(values)[ROUNDS // 2] for values in found.values()])


def in_process(ctx: Context, app: Client) -> Callable[[str], object]:
    """Exchanges a code beside any server."""
    basic = _basic(app)
    return lambda code: exchanging.exchange(ctx, Call(TOKEN, _form(code), authorization=basic))


def floor(pid: int, replay: Callable[[int], object], count: int) -> float:
    """The same statements, a signature and a bare answer, over a signature."""
    sign, left, found = signer(), iter(range(count)), []
    for _ in range(WARM):
        replay(next(left))
    for _ in range((count - WARM) // IN_A_ROUND):
        whole = _cpu(pid, lambda: replay(next(left)))
        found.append(whole / _own_cpu(sign))
    return sorted(found)[len(found) // 2]


def _basic(app: Client) -> str:
    return "Basic " + b64encode(f"{app.id}:{SECRET}".encode()).decode()


def _form(code: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }


def _cpu(pid: int, act: Callable[[], object]) -> float:
    """Of the server, for one."""
    before = cpu_of(pid)
    for _ in range(IN_A_ROUND):
        act()
    return (cpu_of(pid) - before) / IN_A_ROUND


def _own_cpu(act: Callable[[], object]) -> float:
    before = time.thread_time()
    for _ in range(IN_A_ROUND):
        act()
    return (time.thread_time() - before) / IN_A_ROUND
