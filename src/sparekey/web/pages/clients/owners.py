"""*Apps* for account owners: the list, adding one of a kind, its page, a new secret, removing it.

A secret is on the page that answers the form which made it, and nowhere afterwards. That form sent once more adds no
second app and makes no second secret: it carries the id the app gets, or the version it is about.
"""

from typing import Any

from starlette.responses import Response

from sparekey.core.clients import ALGORITHMS, Client, Kind, Login
from sparekey.core.permissions import Action
from sparekey.errors import BadInput, Conflict, NotFound, Stale
from sparekey.flows import sessions
from sparekey.flows.clients import managing, showing
from sparekey.flows.clients.managing import Made
from sparekey.flows.clients.showing import Shown
from sparekey.flows.clients.wanted import FRESH_MINUTES, Wanted, Who
from sparekey.web.door import Asks, Way
from sparekey.web.pages.clients.snippets import ELSEWHERE, facts_of, redirects, snippets
from sparekey.web.pages.kept import kept_form
from sparekey.web.pages.paging import whole_number
from sparekey.web.visit import Visit, status_of

APPS = "/account/apps"
_TEXTS = (
    "name", "about", "homepage", "host", "redirect_uris", "logout_uris", "backchannel_uri", "demand", "who",
    "people", "login", "keys", "algorithm",
)  # fmt: skip
_TICKS = ("asks_consent", "needs_pkce", "is_pairwise", "is_strict")


def show_list(visit: Visit) -> Response:
    found = showing.apps(visit.ctx, visit.visitor)
    apps = [
        {
            "id": one.client.id,
            "name": one.client.name,
            "place": place_of(one.client),
            "kind": one.client.kind.value,
            "chosen": None if one.client.only is None else len(one.client.only),
            "demand": one.client.demand.value,
            "last_used_at": one.last_used_at,
            "unused_months": one.unused_months,
        }
        for one in found
    ]
    return visit.shell("clients", "apps", apps=apps, issuer=visit.ctx.issuer)


def place_of(client: Client) -> str:
    """Where an app is, as short as it can be said."""
    address = client.homepage or next(iter(client.redirect_uris), "")
    return client.host or (address.split("://", 1)[-1].split("/", 1)[0] if "://" in address else "")


def show_kinds(visit: Visit) -> Response:
    sessions.demand_right(visit.ctx, visit.visitor, Action.SEE_APPS)
    return visit.shell(
        "client_kinds",
        "apps",
        kinds=[one.value for one in Kind],
        can_register=visit.ctx.site.apps_may_register,
    )


def _kind(visit: Visit, action: Action) -> Kind:
    sessions.demand_right(visit.ctx, visit.visitor, action)
    try:
        return Kind(visit.params.get("kind", ""))
    except ValueError:
        raise NotFound() from None


def show_new(visit: Visit) -> Response:
    return _new(visit, _kind(visit, Action.SEE_APPS))


def _new(visit: Visit, kind: Kind, status: int = 200, **errors: str) -> Response:
    typed = kept_form(visit)
    return visit.shell(
        "client_new",
        "apps",
        status,
        kind=kind.value,
        draft=typed.get("draft") or managing.draft(visit.ctx),
        values=typed or _as_form(Wanted()),
        errors=errors,
        **_choices(),
    )


def _choices() -> dict[str, Any]:
    return {
        "algorithms": ALGORITHMS,
        "fresh_minutes": [str(one) for one in FRESH_MINUTES],
        "well_known": redirects(ELSEWHERE),
    }


def add(visit: Visit) -> Response:
    kind = _kind(visit, Action.MANAGE_APPS)
    wanted = _wanted(visit.form)
    try:
        made = managing.add(visit.ctx, visit.visitor, kind, visit.form.get("draft", ""), wanted)
    except BadInput as refusal:
        return _new(visit, kind, status_of(refusal), **visit.errors_of(refusal))
    except Conflict as refusal:
        return _new(visit, kind, 409, form=visit.said(refusal))
    return _made(visit, made, is_new=True)


def _made(visit: Visit, made: Made, *, is_new: bool = False) -> Response:
    """What to do with it in the app, with the secret for the only time."""
    facts = facts_of(made.client, visit.ctx.site, made.secret)
    return visit.shell(
        "client_made",
        "apps",
        app=_shown(made.client),
        secret=made.secret,
        is_new=is_new,
        snippets=snippets(made.client.kind, facts),
        issuer=facts.issuer,
    )


def show_one(visit: Visit) -> Response:
    return _one(visit)


def _one(visit: Visit, status: int = 200, **errors: str) -> Response:
    found = showing.app(visit.ctx, visit.visitor, visit.params.get("id", ""))
    typed = kept_form(visit)
    facts = facts_of(found.client, visit.ctx.site)
    return visit.shell(
        "client",
        "apps",
        status,
        app=_shown(found.client),
        last_used_at=found.last_used_at,
        holders=found.holders,
        holder_count=found.count,
        snippets=snippets(found.client.kind, facts),
        issuer=facts.issuer,
        values=typed or _as_form(_as_wanted(found)),
        errors=errors,
        **_choices(),
    )


def _shown(client: Client) -> dict[str, Any]:
    return {
        "id": client.id,
        "name": client.name,
        "kind": client.kind.value,
        "has_secret": client.login is Login.SECRET,
        "secret_set_at": client.secret_set_at,
        "created_at": client.created_at,
        "is_registered": client.is_registered,
        "version": client.version,
    }


def change(visit: Visit) -> Response:
    sessions.demand_right(visit.ctx, visit.visitor, Action.MANAGE_APPS)
    wanted = _wanted(visit.form)
    try:
        made = managing.change(visit.ctx, visit.visitor, visit.params.get("id", ""), wanted)
    except BadInput as refusal:
        return _one(visit, status_of(refusal), **visit.errors_of(refusal))
    if made.secret:
        return _made(visit, made)
    return visit.go(f"{APPS}/{made.client.id}", "app_saved", name=made.client.name)


def show_secret(visit: Visit) -> Response:
    found = showing.app(visit.ctx, visit.visitor, visit.params.get("id", ""))
    if found.client.login is not Login.SECRET:
        return visit.go(f"{APPS}/{found.client.id}")
    return visit.shell("client_secret", "apps", app=_shown(found.client))


def make_secret(visit: Visit) -> Response:
    sessions.demand_right(visit.ctx, visit.visitor, Action.MANAGE_APPS)
    version = whole_number(visit.form.get("version", ""), -1)
    try:
        made = managing.make_secret(visit.ctx, visit.visitor, visit.params.get("id", ""), version)
    except Stale:
        raise
    except Conflict:
        return visit.go(f"{APPS}/{visit.params.get('id', '')}")
    return _made(visit, made)


def show_remove(visit: Visit) -> Response:
    found = showing.app(visit.ctx, visit.visitor, visit.params.get("id", ""))
    return visit.shell("client_remove", "apps", app=_shown(found.client), holder_count=found.count)


def remove(visit: Visit) -> Response:
    gone = managing.remove(visit.ctx, visit.visitor, visit.params.get("id", ""))
    return visit.go(APPS, "app_removed", name=gone.name)


def _wanted(form: dict[str, str]) -> Wanted:
    texts = {name: form[name] for name in _TEXTS if name in form}
    ticks = {name: form.get(name) == "yes" for name in _TICKS}
    return Wanted(
        **texts,  # type: ignore[arg-type]
        **ticks,  # type: ignore[arg-type]
        fresh_minutes=whole_number(form.get("fresh_minutes", "0"), -1),
        version=whole_number(form.get("version", ""), -1),
    )


def _as_form(wanted: Wanted) -> dict[str, str]:
    texts = {name: getattr(wanted, name) for name in _TEXTS}
    ticked = {name: "yes" for name in _TICKS if getattr(wanted, name)}
    numbers = {"fresh_minutes": str(wanted.fresh_minutes), "version": str(wanted.version)}
    return {**texts, **ticked, **numbers}


def _as_wanted(found: Shown) -> Wanted:
    """An app as its form shows it."""
    client = found.client
    same = {
        name: getattr(client, name)
        for name in ("name", "about", "homepage", "host", "backchannel_uri", "keys")
    }
    return Wanted(
        **same,
        **{name: getattr(client, name) for name in _TICKS},
        redirect_uris="\n".join(client.redirect_uris),
        logout_uris="\n".join(client.logout_uris),
        demand=client.demand.value,
        fresh_minutes=client.fresh_minutes,
        who=(Who.EVERYBODY if client.only is None else Who.CHOSEN).value,
        people="\n".join(found.chosen),
        login=client.login.value,
        algorithm=client.algorithm,
        version=client.version,
    )


CLIENTS = (
    Way(APPS, show_list, asks=Asks.AAL2),
    Way(f"{APPS}/new", show_kinds, asks=Asks.AAL2),
    Way(f"{APPS}/new/{{kind}}", show_new, add, asks=Asks.AAL2, acts=Asks.FRESH),
    Way(f"{APPS}/{{id}}", show_one, change, asks=Asks.AAL2, acts=Asks.FRESH),
    Way(f"{APPS}/{{id}}/secret", show_secret, make_secret, asks=Asks.AAL2, acts=Asks.FRESH),
    Way(f"{APPS}/{{id}}/remove", show_remove, remove, asks=Asks.AAL2, acts=Asks.FRESH),
)
