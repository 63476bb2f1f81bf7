"""The demo's team is real to the server, begins anew each time, and never touches a database of others."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.audit_chain import Whole
from sparekey.core.contract import Answer
from sparekey.core.losses import Safety
from sparekey.core.people import Role, Status
from sparekey.errors import Unready
from sparekey.flows import console, sign_in
from sparekey.flows.background.outbox import Sender
from sparekey.flows.clients import showing
from sparekey.flows.console import Listed
from sparekey.flows.context import Context, Visitor
from sparekey.flows.demo.codes import LiveCode, live_codes
from sparekey.flows.demo.seed import seed
from sparekey.flows.demo.team import TEAM
from sparekey.flows.joining import setup
from sparekey.store import queue
from tests.people import account, opened, signed_in
from tests.world import FrozenWorld


@pytest.fixture
def demo(ctx: Context) -> Context:
    demo = replace(ctx, site=replace(ctx.site, is_demo=True))
    demo.db.write(lambda conn: queue.put_fact(conn, "demo", "yes"))
    seed(demo)
    return demo


def listed(ctx: Context) -> dict[str, Listed]:
    return {one.member.username: one for one in console.list_members(ctx)}


def live(ctx: Context, username: str) -> LiveCode:
    return next(one for one in live_codes(ctx) if one.username == username)


def test_twelve_people_are_there_in_their_states(demo: Context) -> None:
    found = {name: one.safety for name, one in listed(demo).items()}
    one_loss = dict.fromkeys(("jonas.frei", "samuel.braendli", "reto.caduff", "dario.monti"), Safety.ONE_LOSS)
    expected = dict.fromkeys((one.username for one in TEAM), Safety.SAFE)
    assert expected | one_loss | {"lea.hofstetter": Safety.NOT_SET_UP} == found


def test_each_has_their_role(demo: Context) -> None:
    found = {name: one.member.role for name, one in listed(demo).items() if one.member.role is not Role.STAFF}
    assert {
        "nora.keller": Role.OWNER,
        "luca.bernasconi": Role.ADMIN,
        "ivana.petrovic": Role.AUDITOR,
    } == found


def test_everybody_signs_in_as_the_demo_says(demo: Context, world: FrozenWorld) -> None:
    world.advance(timedelta(minutes=1))
    shown = [one for one in live_codes(demo) if one.code]
    ended = [signs_in(demo, one) for one in shown]
    assert ([one.username for one in shown], 10) == (ended, len(shown))


def signs_in(demo: Context, shown: LiveCode) -> str:
    started = sign_in.begin(demo, Visitor(), shown.username, shown.password).started
    half = opened(demo, Visitor(), started.token)
    done = sign_in.prove(demo, half, Answer.CODE, shown.code).started
    member = opened(demo, Visitor(), done.token).member
    return member.username if member else ""


def test_nobody_has_the_lost_phone(demo: Context) -> None:
    assert ("walnut lantern 56", "") == (live(demo, "jonas.frei").password, live(demo, "jonas.frei").code)


def test_a_password_that_was_changed_is_not_told(demo: Context) -> None:
    assert "" == live(demo, "lea.hofstetter").password


def test_a_code_says_how_long_it_is_shown(demo: Context, world: FrozenWorld) -> None:
    world.advance(timedelta(seconds=12))
    assert 18 == live(demo, "nora.keller").seconds_left


def test_who_is_invited_has_a_letter_with_a_link(demo: Context) -> None:
    sender = Sender(demo)
    sender.run_once()
    assert ["lea.hofstetter@bergundtal.example"] == [one.to for one in sender.delivered]


def test_whoever_has_no_phone_can_be_set_up_all_the_same(demo: Context) -> None:
    sender = Sender(demo)
    sender.run_once()
    token = sender.delivered[0].text.partition("/setup/")[2].split()[0]
    lea = opened(demo, Visitor(), setup.accept(demo, Visitor(), token).token)
    setup.stage_password(demo, lea, "a summer in the hills")
    setup.propose(demo, lea)
    setup.commit(demo, lea, live(demo, "lea.hofstetter").new_code)
    assert "" != live(demo, "lea.hofstetter").code


def test_the_chains_of_the_past_hold(demo: Context) -> None:
    results = [console.verify_chain(demo, chain, lambda _: None) for chain in console.chains(demo)]
    assert [Whole, Whole] == [type(result) for result in results]


def test_a_new_start_begins_anew(demo: Context, world: FrozenWorld) -> None:
    world.advance(timedelta(days=1))
    seed(demo)
    invited = [name for name, one in listed(demo).items() if one.member.status is Status.INVITED]
    assert (12, ["lea.hofstetter"]) == (len(listed(demo)), invited)


def test_a_database_that_is_not_the_demos_is_refused(ctx: Context) -> None:
    account(ctx)
    with pytest.raises(Unready) as refusal:
        seed(ctx)
    assert ("demo", 2) == (refusal.value.reason, len(listed(ctx)))


def test_six_apps_are_there_with_who_may_and_who_does(demo: Context) -> None:
    nora = signed_in(demo, listed(demo)["nora.keller"].member)
    found = {one.client.name: one for one in showing.apps(demo, nora)}
    chosen = {name: one.client.only and len(one.client.only) for name, one in found.items()}
    assert {
        "zistemo": None,
        "Nextcloud": None,
        "Forgejo": 2,
        "Mattermost": None,
        "BookStack": None,
        "Newsletter tool (old)": (),
    } == chosen
    assert [8] == [one.unused_months for one in found.values() if one.unused_months]
    shown = showing.app(demo, nora, found["zistemo"].client.id)
    assert ["nora.keller"] == [one.username for one in shown.holders]
