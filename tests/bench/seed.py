"""Many people at once, written past the flows: what a sign-in costs must not depend on how many there are."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from sparekey.core.contract import About, Moment
from sparekey.core.people import Account, AccountId, Language, Member, MemberId, Policy, Role, Status, new_id
from sparekey.flows.context import Context
from sparekey.store import audit, people
from sparekey.store.people import Listed
from sparekey.store.schema import authenticators

PASSWORD = "lantern under the bridge"
BATCH = 2000


@dataclass(frozen=True)
class Person:
    username: str
    app: Any
    """The app's material, to know its codes."""


def seed(ctx: Context, count: int, known: int) -> list[Person]:
    """An account of `count` people with a password and an app; the first `known` of them are given back."""
    moment = ctx.moment()
    account = Account(AccountId(new_id("acc", moment)), "Bench", Policy(), moment.at, 0)

    def start(conn: Any) -> None:
        people.add_account(conn, account)
        audit.start(conn, account.id)

    ctx.db.write(start)
    password = ctx.factors["password"].enrol(About("Bench", ""), {}, PASSWORD, moment)
    found: list[Person] = []
    for first in range(0, count, BATCH):
        rows = [_person(ctx, account, moment, n, password) for n in range(first, min(first + BATCH, count))]

        def write(conn: Any, rows: list[Any] = rows) -> None:
            people.add_members(conn, [row[0] for row in rows])
            conn.execute(insert(authenticators), [one for row in rows for one in row[1]])

        ctx.db.write(write)
        found += [Person(row[0].member.username, row[2]) for row in rows][: max(0, known - len(found))]
    return found


def _person(ctx: Context, account: Account, moment: Moment, n: int, password: Any) -> Any:
    username = "nora.keller" if n == 0 else f"person.{n}"
    member_id = f"mem_{n:016d}"
    about = About("Bench", username)
    app = ctx.factors["totp"].decode(ctx.factors["totp"].propose(about, Moment(moment.at, _seed(n))).kept)
    member = Member(
        id=MemberId(member_id),
        account_id=account.id,
        username=username,
        name=f"Person {n}",
        email=f"{username}@example.com",
        role=Role.OWNER if n == 0 else Role.STAFF,
        status=Status.ACTIVE,
        language=Language.EN,
        created_at=moment.at,
    )
    listed = Listed(member, "one_loss", json.dumps([["totp", "active", None]]))
    values = {"password": (password, 2 * n), "totp": (app, 2 * n + 1)}
    rows = [_row(ctx, (account.id, member_id), kind, *value) for kind, value in values.items()]
    return listed, rows, app


def _seed(n: int) -> bytes:
    return n.to_bytes(32)


def _row(ctx: Context, whose: tuple[str, str], kind: str, value: Any, number: int) -> dict[str, Any]:
    """`number` is used once in the database: it makes the id and the nonce."""
    account_id, member_id = whose
    own = f"aut_{number:016d}"
    context = f"authenticators:{account_id}:{member_id}:{own}:{kind}:0"
    plain = json.dumps(ctx.factors[kind].encode(value), separators=(",", ":")).encode()
    nonce = number.to_bytes(12)
    past = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=1)
    return {
        "account_id": account_id, "member_id": member_id, "id": own, "kind": kind, "label": "",
        "standing": "active", "sealed": ctx.keys.seal(plain, context, nonce), "created_at": past,
        "standing_at": past, "version": 0,
    }  # fmt: skip
