"""What apps lose when a person's access changes hands, what they keep over a plain sign-out, and whom it is told."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select

from sparekey.core.clients import Client
from sparekey.core.contract import Answer
from sparekey.core.people import Member, Role
from sparekey.core.recovery_case import How
from sparekey.flows import not_me, password_link, sessions
from sparekey.flows._work import hashed
from sparekey.flows.background import upkeep
from sparekey.flows.background.logouts import DELAYS, Teller
from sparekey.flows.clients import managing, own
from sparekey.flows.clients.wanted import Wanted
from sparekey.flows.context import Context
from sparekey.flows.oidc.ending import LOGOUT_KIND
from sparekey.flows.own import replacing
from sparekey.flows.reset import reset
from sparekey.flows.team import roles, standing
from sparekey.store.oidc import grants, tokens
from sparekey.store.schema import client_people, consents, outbox
from tests.clients import BACK, client, given
from tests.flows.steps import changes_all, helped, redeemed, token_in
from tests.infra.texts import Behaviour, Gateway
from tests.people import PASSWORD, SOMEBODY, Browser, Team, account, code_of, letters, signed_in, tags
from tests.world import FrozenWorld

NEW_PASSWORD = "seven yellow dogs barking"
Act = Callable[[Context, Browser, Member], object]


@pytest.fixture
def jonas(crew: Team) -> Member:
    return crew["jonas.frei"]


@pytest.fixture
def board(ctx: Context, crew: Team, gateway: Gateway) -> Client:
    """An app that wants to be told."""
    return client(ctx, crew, "Board", backchannel_uri=gateway.url)


def recovers(ctx: Context, nora: Browser, jonas: Member) -> None:
    helped(ctx, nora, jonas)
    changes_all(ctx, redeemed(ctx, jonas))


def says_not_me(ctx: Context, _: Browser, jonas: Member) -> None:
    replacing.change_password(ctx, signed_in(ctx, jonas), PASSWORD, NEW_PASSWORD)
    not_me.stop(ctx, SOMEBODY, token_in(str(letters(ctx, "password_changed")[0].facts["stop_link"])))


def forgets_password(ctx: Context, _: Browser, jonas: Member) -> None:
    password_link.ask(ctx, SOMEBODY, jonas.username)
    token = token_in(str(letters(ctx, "password_reset_link")[0].facts["link"]))
    password_link.renew(ctx, SOMEBODY, token, NEW_PASSWORD, (Answer.CODE, code_of(ctx, jonas)))


def is_reset(ctx: Context, nora: Browser, jonas: Member) -> None:
    reset(ctx, nora, jonas.id, How.PERSON, jonas.username)


def is_deactivated(ctx: Context, nora: Browser, jonas: Member) -> None:
    standing.deactivate(ctx, nora, jonas.username)


def is_deleted(ctx: Context, nora: Browser, jonas: Member) -> None:
    standing.delete_member(ctx, nora, jonas.username, jonas.username)


def has_lost_it_to_a_thief(ctx: Context, nora: Browser, jonas: Member) -> None:
    helped(ctx, nora, jonas, is_stolen=True)


def gets_another_role(ctx: Context, nora: Browser, jonas: Member) -> None:
    roles.change_role(ctx, nora, jonas.username, Role.ADMIN)


def is_signed_out(ctx: Context, nora: Browser, jonas: Member) -> None:
    standing.sign_out(ctx, nora, jonas.username)


def changes_password(ctx: Context, _: Browser, jonas: Member) -> None:
    replacing.change_password(ctx, signed_in(ctx, jonas), PASSWORD, NEW_PASSWORD)


def signs_out_elsewhere(ctx: Context, _: Browser, jonas: Member) -> None:
    sessions.end_others(ctx, signed_in(ctx, jonas))


def ends_a_device(ctx: Context, _: Browser, jonas: Member) -> None:
    browser = signed_in(ctx, jonas)
    other = next(one for one in sessions.devices(ctx, browser) if not one.is_this)
    sessions.end_device(ctx, browser, other.id)


ENDS_ALL = (
    recovers,
    says_not_me,
    forgets_password,
    is_reset,
    is_deactivated,
    is_deleted,
    has_lost_it_to_a_thief,
    gets_another_role,
)
ENDS_SESSIONS = (is_signed_out, changes_password, signs_out_elsewhere, ends_a_device)


def after(ctx: Context, nora: Browser, jonas: Member, board: Client, act: Act) -> bool:
    """Does offline access of an app go on after that?"""
    grant = given(ctx, signed_in(ctx, jonas), board).grant
    act(ctx, nora, jonas)
    kept = ctx.db.read(lambda conn: tokens.by_grant(conn, grant.id))
    return kept is not None and kept.found.is_alive(ctx.moment().at)


@pytest.mark.parametrize("act", ENDS_ALL)
def test_offline_access_ends_where_access_changed_hands(
    ctx: Context, nora: Browser, jonas: Member, board: Client, act: Act
) -> None:
    assert not after(ctx, nora, jonas, board, act)


@pytest.mark.parametrize("act", ENDS_SESSIONS)
def test_offline_access_goes_on_where_only_sessions_end(
    ctx: Context, nora: Browser, jonas: Member, board: Client, act: Act
) -> None:
    assert after(ctx, nora, jonas, board, act)


@pytest.mark.parametrize("act", [*ENDS_ALL, *ENDS_SESSIONS])
def test_an_app_is_told_once_whatever_ended_the_session(
    ctx: Context, nora: Browser, jonas: Member, board: Client, gateway: Gateway, act: Act
) -> None:
    after(ctx, nora, jonas, board, act)
    Teller(ctx).run_once()
    assert 1 == len(gateway.asked)


def test_apps_of_sessions_that_go_on_are_told_nothing(
    ctx: Context, jonas: Member, board: Client, gateway: Gateway
) -> None:
    here, there = signed_in(ctx, jonas), signed_in(ctx, jonas)
    given(ctx, here, board)
    sessions.sign_out(ctx, there)
    Teller(ctx).run_once()
    assert [] == gateway.asked


def test_an_app_without_an_address_is_told_nothing(ctx: Context, crew: Team, jonas: Member) -> None:
    browser = signed_in(ctx, jonas)
    given(ctx, browser, client(ctx, crew))
    sessions.sign_out(ctx, browser)
    assert 0 == Teller(ctx).run_once()


def test_an_app_that_is_removed_is_told_of_everybody_who_had_it_open(
    ctx: Context, nora: Browser, jonas: Member, board: Client, gateway: Gateway
) -> None:
    """It may go on without this server, and nobody signs out here for it any more."""
    given(ctx, signed_in(ctx, jonas), board)
    given(ctx, nora, board)
    managing.remove(ctx, nora, board.id)
    Teller(ctx).run_once()
    assert 2 == len(gateway.asked)


def test_an_app_is_told_of_whom_it_is_not_for_any_longer(
    ctx: Context, nora: Browser, crew: Team, board: Client, gateway: Gateway
) -> None:
    jonas = crew["jonas.frei"]
    given(ctx, signed_in(ctx, jonas), board)
    given(ctx, nora, board)
    only_nora = Wanted(
        name="Board",
        redirect_uris=BACK,
        backchannel_uri=gateway.url,
        who="chosen",
        people=crew.owner.username,
    )
    managing.change(ctx, nora, board.id, only_nora)
    Teller(ctx).run_once()
    told = tuple(row.member_id for row in rows_of(ctx, outbox) if row.kind == LOGOUT_KIND)
    assert ((jonas.id,), 1) == (told, len(gateway.asked))


def test_an_app_at_a_foreign_address_without_tls_is_not_told(ctx: Context, crew: Team, jonas: Member) -> None:
    board = client(ctx, crew, "Board", backchannel_uri="http://board.example/out")
    browser = signed_in(ctx, jonas)
    given(ctx, browser, board)
    sessions.sign_out(ctx, browser)
    Teller(ctx).run_once()
    assert "client:logout:failed" in tags(ctx, crew.account.id)


def test_it_is_given_up_after_an_hour_and_what_it_carried_is_erased(
    ctx: Context, crew: Team, jonas: Member, board: Client, gateway: Gateway, world: FrozenWorld
) -> None:
    browser = signed_in(ctx, jonas)
    given(ctx, browser, board)
    gateway.behaviour = Behaviour.BROKEN
    sessions.sign_out(ctx, browser)
    for delay in (*DELAYS, DELAYS[-1]):
        Teller(ctx).run_once()
        world.advance(delay)
    row = ctx.db.read(lambda conn: conn.execute(select(outbox.c.state, outbox.c.sealed)).one())
    failures = tags(ctx, crew.account.id).count("client:logout:failed")
    assert ("failed", None, len(DELAYS) + 1, 2) == (*row, len(gateway.asked), failures)


def test_a_deleted_person_leaves_no_consent_and_is_for_no_app(ctx: Context) -> None:
    crew = account(ctx, owner="lea.brunner", staff=("max.muster",))
    max_, lea = crew["max.muster"], signed_in(ctx, crew.owner)
    wiki = client(ctx, crew, only=(max_.id,))
    ctx.db.write(lambda conn: grants.consent(conn, max_, wiki.id, ("openid",), ctx.moment().at))
    standing.delete_member(ctx, lea, max_.username, max_.username)
    left = [len(rows_of(ctx, table)) for table in (consents, client_people)]
    assert [0, 0] == left


def test_an_app_that_gave_its_tokens_back_is_told_when_the_session_ends(
    ctx: Context, jonas: Member, board: Client, gateway: Gateway
) -> None:
    """However long ago that was: its own session may go on."""
    browser = signed_in(ctx, jonas)
    grant = given(ctx, browser, board).grant
    ctx.db.write(lambda conn: grants.end(conn, grant.id, ctx.moment().at))
    upkeep.run_once(ctx)
    sessions.sign_out(ctx, browser)
    Teller(ctx).run_once()
    assert 1 == len(gateway.asked)


def rows_of(ctx: Context, table: Table) -> Sequence[Any]:
    return ctx.db.read(lambda conn: conn.execute(select(table)).all())


def test_an_app_whose_access_is_taken_away_is_told_and_no_other(
    ctx: Context, board: Client, crew: Team, gateway: Gateway, world: FrozenWorld
) -> None:
    """Each time: who signs in to it again in the same session may take its access away again."""
    other = client(ctx, crew, "Other", backchannel_uri=gateway.url)
    browser = signed_in(ctx, crew["jonas.frei"])
    for _ in range(2):
        for app in (board, other):
            _takes(ctx, given(ctx, browser, app).code)
        own.withdraw(ctx, browser, board.id)
        world.advance(timedelta(seconds=1))
    assert 2 == len(_waiting(ctx))


def _takes(ctx: Context, code: str) -> None:
    """As an app that comes for its tokens."""
    now = ctx.moment().at

    def spend(conn: Connection) -> None:
        found = tokens.by_code(conn, hashed(code))
        assert found is not None
        grants.spend_code(conn, found.grant, now)

    ctx.db.write(spend)


def _waiting(ctx: Context) -> Sequence[str]:
    return ctx.db.read(
        lambda conn: conn.execute(select(outbox.c.kind).where(outbox.c.kind == LOGOUT_KIND)).scalars().all()
    )
