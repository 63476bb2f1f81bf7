"""Owners set up apps: added, changed, given new secrets, removed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sparekey.core.clients import Client, ClientId, Kind, Login
from sparekey.core.people import Role
from sparekey.core.sign_in import Demand
from sparekey.errors import BadInput, Conflict, NameTaken, NotAllowed, NotFound, Stale, StepUpNeeded
from sparekey.flows._work import hashed
from sparekey.flows.clients import managing, showing
from sparekey.flows.clients.managing import Made
from sparekey.flows.clients.wanted import Wanted
from sparekey.flows.context import Context
from sparekey.store.oidc import clients, tokens
from tests.clients import redeemed
from tests.people import Browser, Team, account, entries, letters, signed_in, tags
from tests.world import FrozenWorld

CLOUD = Wanted(
    name="Nextcloud",
    about="Files",
    homepage="https://cloud.example/",
    redirect_uris="https://cloud.example/apps/user_oidc/code",
)
WIKI = Wanted(name="Wiki", host="wiki.example", fresh_minutes=15)


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx, others={"second.owner": Role.OWNER, "ivana.admin": Role.ADMIN})


@pytest.fixture
def nora(ctx: Context, team: Team) -> Browser:
    return signed_in(ctx, team.owner)


def adds(ctx: Context, nora: Browser, wanted: Wanted = CLOUD, kind: Kind = Kind.SERVER) -> Made:
    return managing.add(ctx, nora, kind, managing.draft(ctx), wanted)


def kept(ctx: Context, client_id: str) -> Client | None:
    return ctx.db.read(lambda conn: clients.find(conn, client_id))


def test_an_app_is_kept_with_the_hash_of_a_secret_that_is_given_once(ctx: Context, nora: Browser) -> None:
    made = adds(ctx, nora)
    assert made.client == kept(ctx, made.client.id)
    assert (64, hashed(made.secret)) == (len(made.secret), made.client.secret_hash)
    assert (Login.SECRET, Demand.SECOND, None) == (made.client.login, made.client.demand, made.client.only)
    assert made.secret not in repr(made)


def test_it_is_on_the_chain_and_told_to_the_other_owners(ctx: Context, team: Team, nora: Browser) -> None:
    made = adds(ctx, nora)
    last = entries(ctx, team.account.id)[-1]
    expected = ("account:client:added", made.client.id, {"kind": "server", "called": "Nextcloud"})
    assert expected == (last.tag, last.subject, dict(last.data))
    [letter] = letters(ctx, "app_added")
    assert ("second.owner@example.com", "Nextcloud") == (letter.to, letter.facts["app"])


def strangers(ctx: Context) -> tuple[Context, Browser]:
    """A server on which anybody may open an account, and somebody who did."""
    is_open = replace(ctx, site=replace(ctx.site, sign_up_is_open=True))
    return is_open, signed_in(ctx, account(ctx, "mallory", ()).owner)


def test_a_stranger_who_opened_an_account_lets_nobody_into_a_site_behind_the_servers_proxy(
    ctx: Context, world: FrozenWorld, nora: Browser
) -> None:
    world.advance(timedelta(seconds=1))
    is_open, mallory = strangers(ctx)
    with pytest.raises(BadInput) as refusal:
        adds(is_open, mallory, WIKI, Kind.PROXY)
    assert ("host", "host_of_stranger") == (refusal.value.field, refusal.value.reason)
    assert "wiki.example" == adds(is_open, nora, WIKI, Kind.PROXY).client.host


def test_a_stranger_who_opened_an_account_has_nothing_posted_to_the_servers_own_machine(
    ctx: Context, world: FrozenWorld, nora: Browser
) -> None:
    world.advance(timedelta(seconds=1))
    is_open, mallory = strangers(ctx)
    local = replace(CLOUD, backchannel_uri="http://127.0.0.1:9090/quit")
    with pytest.raises(BadInput) as refusal:
        adds(is_open, mallory, local)
    assert ("backchannel_uri", "address_of_stranger") == (refusal.value.field, refusal.value.reason)
    assert local.backchannel_uri == adds(is_open, nora, local).client.backchannel_uri


def test_a_form_that_is_sent_twice_adds_one_app(ctx: Context, nora: Browser) -> None:
    draft = managing.draft(ctx)
    managing.add(ctx, nora, Kind.SERVER, draft, CLOUD)
    with pytest.raises(Conflict) as refused:
        managing.add(ctx, nora, Kind.SERVER, draft, CLOUD)
    assert "app_added_already" == refused.value.reason
    assert 1 == len(showing.apps(ctx, nora))


@pytest.mark.parametrize("draft", ["", "cli_", "cli_zistemo", "mem_0123456789abcdef", "cli_0123456789ABCDEF"])
def test_an_id_of_another_form_is_refused(ctx: Context, nora: Browser, draft: str) -> None:
    with pytest.raises(BadInput):
        managing.add(ctx, nora, Kind.SERVER, draft, CLOUD)


@pytest.mark.parametrize("kind", [Kind.PUBLIC, Kind.COMMAND])
def test_what_keeps_no_secret_gets_none_and_always_proves_its_code(
    ctx: Context, nora: Browser, kind: Kind
) -> None:
    made = adds(ctx, nora, replace(CLOUD, needs_pkce=False, login="secret", is_strict=True), kind)
    assert ("", "", Login.NONE) == (made.secret, made.client.secret_hash, made.client.login)
    assert (True, False) == (made.client.needs_pkce, made.client.is_strict)


def test_a_command_line_always_asks(ctx: Context, nora: Browser) -> None:
    made = adds(ctx, nora, replace(CLOUD, asks_consent=False), Kind.COMMAND)
    assert made.client.asks_consent


def test_a_site_has_a_host_and_nothing_of_an_app(ctx: Context, nora: Browser) -> None:
    site = adds(ctx, nora, replace(WIKI, redirect_uris="https://x.example/"), Kind.PROXY).client
    assert ("wiki.example", 15, (), False) == (
        site.host,
        site.fresh_minutes,
        site.redirect_uris,
        site.asks_consent,
    )
    with pytest.raises(NameTaken) as refused:
        managing.add(ctx, nora, Kind.PROXY, "cli_0123456789abcdef", replace(WIKI, name="Other"))
    assert "host" == refused.value.field


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        (Kind.SERVER, {"name": " "}, "name"),
        (Kind.SERVER, {"about": "a\x00b"}, "about"),
        (Kind.SERVER, {"homepage": "javascript:x"}, "homepage"),
        (Kind.SERVER, {"redirect_uris": ""}, "redirect_uris"),
        (Kind.SERVER, {"logout_uris": "x"}, "logout_uris"),
        (Kind.SERVER, {"backchannel_uri": "x"}, "backchannel_uri"),
        (Kind.SERVER, {"demand": "nothing"}, "demand"),
        (Kind.SERVER, {"who": "x"}, "who"),
        (Kind.SERVER, {"who": "chosen", "people": "jonas.frei\nnobody.here"}, "people"),
        (Kind.SERVER, {"login": "none"}, "login"),
        (Kind.SERVER, {"login": "x"}, "login"),
        (Kind.SERVER, {"login": "private_key_jwt"}, "keys"),
        (Kind.SERVER, {"is_strict": True}, "keys"),
        (Kind.SERVER, {"keys": "{}"}, "keys"),
        (Kind.SERVER, {"algorithm": "none"}, "algorithm"),
        (Kind.PROXY, {"host": ""}, "host"),
        (Kind.PROXY, {"host": "wiki.example", "fresh_minutes": 7}, "fresh_minutes"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field(
    ctx: Context, nora: Browser, kind: Kind, typed: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        adds(ctx, nora, replace(CLOUD, **typed), kind)
    assert field == refused.value.field
    assert [] == showing.apps(ctx, nora)


KEYS = '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}]}'


def test_a_strict_app_has_keys_no_secret_and_es256(ctx: Context, nora: Browser) -> None:
    made = adds(ctx, nora, replace(CLOUD, is_strict=True, keys=KEYS, needs_pkce=False))
    client = made.client
    assert ("", Login.KEY, KEYS, True, "ES256") == (
        made.secret, client.login, client.keys, client.needs_pkce, client.algorithm,
    )  # fmt: skip


def test_people_are_chosen_by_username(ctx: Context, team: Team, nora: Browser) -> None:
    wanted = replace(CLOUD, who="chosen", people="jonas.frei\r\n Ivana.Admin,\n\njonas.frei")
    made = adds(ctx, nora, wanted)
    assert {team["jonas.frei"].id, team["ivana.admin"].id} == set(made.client.only or ())
    assert ("ivana.admin", "jonas.frei") == showing.app(ctx, nora, made.client.id).chosen


def test_whoever_is_chosen_no_longer_keeps_nothing_from_before(
    ctx: Context, team: Team, nora: Browser
) -> None:
    made, jonas = adds(ctx, nora), team["jonas.frei"]
    own, others = (redeemed(ctx, who, made.client).id for who in (nora, signed_in(ctx, jonas)))
    managing.change(ctx, nora, made.client.id, replace(CLOUD, who="chosen", people=team.owner.username))
    found = ctx.db.read(lambda conn: [tokens.by_grant(conn, one) for one in (own, others)])
    assert [False, True] == [one is not None and one.grant.ended_at is not None for one in found]


def test_nobody_may_be_chosen(ctx: Context, nora: Browser) -> None:
    assert () == adds(ctx, nora, replace(CLOUD, who="chosen")).client.only


def test_those_who_are_not_here_are_named(ctx: Context, nora: Browser) -> None:
    names = "\n".join(["jonas.frei", *(f"x{number}" for number in range(9))])
    with pytest.raises(BadInput) as refused:
        adds(ctx, nora, replace(CLOUD, who="chosen", people=names))
    assert "x0, x1, x2, x3, x4" == refused.value.facts["names"]


def test_a_change_is_kept_with_what_it_was(ctx: Context, team: Team, nora: Browser) -> None:
    before = adds(ctx, nora).client
    wanted = replace(CLOUD, name="Cloud", demand="passkey", version=before.version)
    after = managing.change(ctx, nora, before.id, wanted)
    assert ("", before.secret_hash) == (after.secret, after.client.secret_hash)
    assert ("Cloud", Demand.PASSKEY) == (after.client.name, after.client.demand)
    last = entries(ctx, team.account.id)[-1]
    assert ("account:client:changed", {"changed": ["name", "demand"]}) == (last.tag, last.data)
    assert ["app_added", "app_changed"] == [one.kind for one in letters(ctx)]


def test_a_change_of_words_is_told_to_nobody_and_no_change_is_none(
    ctx: Context, team: Team, nora: Browser
) -> None:
    before = adds(ctx, nora).client
    managing.change(ctx, nora, before.id, replace(CLOUD, about="Our files", version=0))
    managing.change(ctx, nora, before.id, replace(CLOUD, about="Our files", version=1))
    assert ["app_added"] == [one.kind for one in letters(ctx)]
    assert ["account:client:added", "account:client:changed"] == tags(ctx, team.account.id)[1:]


def test_an_older_form_changes_nothing(ctx: Context, nora: Browser) -> None:
    made = adds(ctx, nora)
    managing.change(ctx, nora, made.client.id, replace(CLOUD, name="Cloud"))
    with pytest.raises(Stale):
        managing.change(ctx, nora, made.client.id, replace(CLOUD, name="Old"))
    with pytest.raises(Stale):
        managing.make_secret(ctx, nora, made.client.id, 0)


def test_from_secret_to_keys_and_back(ctx: Context, team: Team, nora: Browser) -> None:
    first = adds(ctx, nora)
    keyed = managing.change(ctx, nora, first.client.id, replace(CLOUD, login="private_key_jwt", keys=KEYS))
    assert ("", "", None) == (keyed.secret, keyed.client.secret_hash, keyed.client.secret_set_at)
    again = managing.change(ctx, nora, first.client.id, replace(CLOUD, version=1))
    assert (True, True) == (again.secret != first.secret, hashed(again.secret) == again.client.secret_hash)
    assert "account:client:secret_made" == tags(ctx, team.account.id)[-1]


def test_a_new_secret_takes_the_place_of_the_other(ctx: Context, team: Team, nora: Browser) -> None:
    first = adds(ctx, nora)
    second = managing.make_secret(ctx, nora, first.client.id, first.client.version)
    found = kept(ctx, first.client.id)
    assert found is not None
    assert (hashed(second.secret), first.secret != second.secret) == (found.secret_hash, True)
    assert "account:client:secret_made" == tags(ctx, team.account.id)[-1]
    assert ["second.owner@example.com"] == [one.to for one in letters(ctx, "app_secret_made")]


def test_what_has_no_secret_gets_none(ctx: Context, nora: Browser) -> None:
    made = adds(ctx, nora, WIKI, Kind.PROXY)
    with pytest.raises(Conflict) as refused:
        managing.make_secret(ctx, nora, made.client.id, 0)
    assert "app_without_secret" == refused.value.reason


def test_removing_an_app_ends_all_it_was_given(ctx: Context, team: Team, nora: Browser) -> None:
    made = adds(ctx, nora)
    grant = redeemed(ctx, nora, made.client).id
    managing.remove(ctx, nora, made.client.id)
    found = ctx.db.read(lambda conn: tokens.by_grant(conn, grant))
    assert (None, True) == (kept(ctx, made.client.id), found is not None and found.grant.ended_at is not None)
    last = entries(ctx, team.account.id)[-1]
    assert ("account:client:removed", {"called": "Nextcloud", "grants": 1}) == (last.tag, dict(last.data))
    assert ["second.owner@example.com"] == [one.to for one in letters(ctx, "app_removed")]


Act = Callable[[Context, Browser, ClientId], object]
ACTS: dict[str, Act] = {
    "add": lambda ctx, who, _: adds(ctx, who),
    "change": lambda ctx, who, one: managing.change(ctx, who, one, CLOUD),
    "make_secret": lambda ctx, who, one: managing.make_secret(ctx, who, one, 0),
    "remove": managing.remove,
}
LOOKS: dict[str, Act] = {
    "apps": lambda ctx, who, _: showing.apps(ctx, who),
    "app": showing.app,
}


@pytest.mark.parametrize("name", [*ACTS, *LOOKS])
def test_only_owners_see_and_change_apps(ctx: Context, team: Team, nora: Browser, name: str) -> None:
    made = adds(ctx, nora)
    act = {**ACTS, **LOOKS}[name]
    for username in ("ivana.admin", "jonas.frei"):
        with pytest.raises(NotAllowed):
            act(ctx, signed_in(ctx, team[username]), made.client.id)


@pytest.mark.parametrize("name", [*ACTS, *LOOKS])
def test_changing_asks_for_fresh_proofs_and_seeing_does_not(
    ctx: Context, nora: Browser, name: str, world: FrozenWorld
) -> None:
    made = adds(ctx, nora)
    world.advance(timedelta(minutes=6))
    if name in LOOKS:
        LOOKS[name](ctx, nora, made.client.id)
        return
    with pytest.raises(StepUpNeeded):
        ACTS[name](ctx, nora, made.client.id)


@pytest.mark.parametrize("name", ["change", "make_secret", "remove", "app"])
def test_another_accounts_apps_are_not_there(ctx: Context, nora: Browser, name: str) -> None:
    made = adds(ctx, nora)
    stranger = signed_in(ctx, account(ctx, owner="else.owner", staff=()).owner)
    with pytest.raises(NotFound):
        {**ACTS, **LOOKS}[name](ctx, stranger, made.client.id)
