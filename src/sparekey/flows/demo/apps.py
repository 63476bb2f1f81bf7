"""The apps that the demo's team signs in to. Times are relative to the start."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sparekey.core.clients import OFFLINE_LIFE, Client, ClientId, Grant, GrantId, Kind, Login
from sparekey.core.events.apps import ClientAdded
from sparekey.core.people import AccountId, new_id
from sparekey.core.sign_in import Demand
from sparekey.errors import NotFound
from sparekey.flows._work import Work, hashed, token
from sparekey.store import people, sessions
from sparekey.store.oidc import clients, grants

SCOPES = ("email", "offline_access", "openid", "profile")


@dataclass(frozen=True)
class App:
    """`only`: usernames; None: everybody. `used_by`: who signed in to it last."""

    name: str
    about: str
    host: str
    callback: str
    added_ago: timedelta
    used_ago: timedelta
    used_by: str
    demand: Demand = Demand.SECOND
    only: tuple[str, ...] | None = None
    has_tile: bool = True


_DAY = timedelta(days=1)
APPS = (
    App("zistemo", "Time and invoices", "app.zistemo.example", "/oidc/callback", 290 * _DAY,
        timedelta(minutes=11), "nora.keller"),
    App("Nextcloud", "Files", "cloud.bergundtal.example", "/apps/user_oidc/code", 380 * _DAY,
        timedelta(minutes=71), "amelie.rochat"),
    App("Forgejo", "Code", "git.bergundtal.example", "/user/oauth2/Sparekey/callback", 200 * _DAY,
        timedelta(minutes=107), "tim.oberholzer", Demand.PASSKEY, ("samuel.braendli", "tim.oberholzer")),
    App("Mattermost", "Chat", "chat.bergundtal.example", "/signup/openid/complete", 350 * _DAY,
        timedelta(minutes=2), "nora.keller", Demand.REMEMBERED),
    App("BookStack", "Handbook", "wiki.bergundtal.example", "/oidc/callback", 340 * _DAY,
        timedelta(days=1, minutes=-5), "mia.zuercher", Demand.REMEMBERED),
    App("Newsletter tool (old)", "", "mail.bergundtal.example", "/callback", 390 * _DAY,
        258 * _DAY, "nora.keller", only=(), has_tile=False),
)  # fmt: skip


def add(work: Work, account_id: AccountId, one: App) -> None:
    """As an owner added it; nobody is told, since nobody else is an owner then."""
    new = Client(
        ClientId(new_id("cli", work.moment, one.name)),
        account_id,
        Kind.SERVER,
        one.name,
        Login.SECRET,
        work.now,
        about=one.about,
        homepage=f"https://{one.host}/" if one.has_tile else "",
        redirect_uris=(f"https://{one.host}{one.callback}",),
        demand=one.demand,
        secret_hash=hashed(token(work.moment, f"client:{one.name}")),
        secret_set_at=work.now,
    )
    clients.add(work.conn, new)
    work.record(ClientAdded(new.id, new.kind.value, new.name), account_id)


def choose(work: Work, account_id: AccountId, one: App) -> None:
    """Say who may sign in, once everybody is there."""
    ids = people.ids_of(work.conn, account_id, one.only or ())
    only = None if one.only is None else tuple(sorted(ids.values()))
    clients.put(work.conn, replace(_find(work, account_id, one), only=only))


def use(work: Work, account_id: AccountId, one: App) -> None:
    """Somebody signed in to it and let it have their details."""
    client, who = _find(work, account_id, one), people.by_username(work.conn, account_id, one.used_by)
    clients.used(work.conn, client.id, work.now)
    session = next(iter(sessions.of_member(work.conn, account_id, who.id)), None)
    if session is None:
        return
    grant = Grant(
        GrantId(new_id("gra", work.moment, one.name)),
        account_id,
        who.id,
        client.id,
        session.session.id,
        SCOPES,
        work.now,
        work.now + OFFLINE_LIFE,
        "urn:sparekey:acr:aal2",
        ("pwd", "otp"),
        work.now,
        is_offline=True,
        code_spent_at=work.now,
    )
    grants.add(work.conn, grant, None)
    grants.consent(work.conn, who, client.id, SCOPES, work.now)


def _find(work: Work, account_id: AccountId, one: App) -> Client:
    for client, _ in clients.of_account(work.conn, account_id):
        if client.name == one.name:
            return client
    raise NotFound()
