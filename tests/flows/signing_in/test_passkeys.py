"""Passkeys through the flows: added, asked for, proved as first and second step, as confirmation; named, removed."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sparekey.core.contract import Answer, Loss
from sparekey.core.losses import Safety
from sparekey.core.people import Status
from sparekey.core.proofs import Aal, assurance
from sparekey.core.sessions import Scope
from sparekey.core.sign_in import SignedIn, Standing
from sparekey.errors import BadInput, FormExpired
from sparekey.flows import _ways, sign_in
from sparekey.flows.background import upkeep
from sparekey.flows.context import Context, Visitor
from sparekey.flows.own import passkeys, ways
from sparekey.flows.reports import profile_of_me
from sparekey.store.schema import challenges
from tests.flows.steps import half, helped, refusal
from tests.people import (
    SOMEBODY,
    Browser,
    Team,
    account,
    again,
    changed,
    entries,
    letters,
    opened,
    signed_in,
    stands,
    tags,
    without,
)
from tests.soft_key import ELIGIBLE, PRESENT, VERIFIED, SoftKey
from tests.world import FrozenWorld

BROWSER = Visitor(source="203.0.113.9", device="Mozilla/5.0 (X11; Linux) Firefox/140", browser="b" * 32)


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


def added(ctx: Context, browser: Visitor, key: SoftKey | None = None) -> SoftKey:
    """A key of this signed-in person."""
    key = key or SoftKey()
    passkeys.add(ctx, browser, key.create(json.loads(passkeys.to_add(ctx, browser))))
    return key


def key_of(ctx: Context, team: Team, key: SoftKey | None = None, who: str = "jonas.frei") -> SoftKey:
    return added(ctx, signed_in(ctx, team[who]), key)


def answered(ctx: Context, key: SoftKey, visitor: Visitor = BROWSER, name: str = "", **changed: Any) -> str:
    return key.get(json.loads(passkeys.to_sign_in(ctx, visitor, name)), **changed)


def standing_of(ctx: Context, team: Team, kind: str) -> list[Standing]:
    jonas = team["jonas.frei"]
    had = ctx.db.read(lambda conn: _ways.ways(conn, jonas.account_id, jonas.id))
    return [one.kept.standing for one in had if one.kept.kind == kind]


def test_a_passkey_alone_signs_in_with_both_parts_proven(ctx: Context, team: Team) -> None:
    key = key_of(ctx, team)
    outcome = passkeys.begin(ctx, BROWSER, answered(ctx, key))
    session = outcome.started.session
    assert isinstance(outcome.decision, SignedIn)
    assert (Scope.FULL, Aal.AAL2) == (session.scope, assurance(session.proofs).aal)


def test_a_name_may_say_whose_passkeys_are_asked_for(ctx: Context, team: Team) -> None:
    key = key_of(ctx, team)
    asked = json.loads(passkeys.to_sign_in(ctx, BROWSER, " Jonas.Frei "))
    assert 1 == len(asked["allowCredentials"])
    assert Scope.FULL is passkeys.begin(ctx, BROWSER, key.get(asked)).started.session.scope


@pytest.mark.parametrize("name", ["nobody.here", "nora.keller", "tom@example.com"])
def test_a_name_without_passkeys_is_asked_like_one_with_them(ctx: Context, team: Team, name: str) -> None:
    key_of(ctx, team)
    real = json.loads(passkeys.to_sign_in(ctx, BROWSER, "jonas.frei"))
    first, second = (json.loads(passkeys.to_sign_in(ctx, BROWSER, name)) for _ in range(2))
    assert real.keys() == first.keys()
    assert first["allowCredentials"] == second["allowCredentials"]
    assert first["allowCredentials"] != real["allowCredentials"]


def test_a_question_is_good_for_one_answer(ctx: Context, team: Team) -> None:
    key = key_of(ctx, team)
    text = answered(ctx, key)
    passkeys.begin(ctx, BROWSER, text)
    assert "wrong_proof" == refusal(lambda: passkeys.begin(ctx, BROWSER, text)).code


def test_a_wrong_answer_uses_the_question_up(ctx: Context, team: Team) -> None:
    key = key_of(ctx, team)
    asked = json.loads(passkeys.to_sign_in(ctx, BROWSER, ""))
    refusal(lambda: passkeys.begin(ctx, BROWSER, key.get(asked, signature="AAAA")))
    assert "wrong_proof" == refusal(lambda: passkeys.begin(ctx, BROWSER, key.get(asked))).code


def test_a_question_waits_five_minutes(ctx: Context, team: Team, world: FrozenWorld) -> None:
    key = key_of(ctx, team)
    text = answered(ctx, key)
    world.advance(timedelta(minutes=5))
    assert "wrong_proof" == refusal(lambda: passkeys.begin(ctx, BROWSER, text)).code


def test_another_browser_s_question_is_nobody_else_s(ctx: Context, team: Team) -> None:
    key = key_of(ctx, team)
    text = answered(ctx, key)
    elsewhere = replace(BROWSER, browser="c" * 32)
    assert "wrong_proof" == refusal(lambda: passkeys.begin(ctx, elsewhere, text)).code


def test_a_browser_without_a_mark_is_asked_nothing(ctx: Context, team: Team) -> None:
    nobody = replace(BROWSER, browser="")
    assert isinstance(refusal(lambda: passkeys.to_sign_in(ctx, nobody, "")), FormExpired)


def test_unknown_and_broken_passkeys_are_refused_alike(ctx: Context, team: Team) -> None:
    key = key_of(ctx, team)
    stranger = SoftKey(id=b"nobody's key")
    stranger.create({"user": {"id": "aGFuZGxl"}, "challenge": "AAAA"})
    unknown = refusal(lambda: passkeys.begin(ctx, BROWSER, answered(ctx, stranger)))
    broken = refusal(lambda: passkeys.begin(ctx, BROWSER, answered(ctx, key, signature="AAAA")))
    nothing = refusal(lambda: passkeys.begin(ctx, BROWSER, "no json"))
    assert 1 == len({(one.code, one.sentence, one.reason) for one in (unknown, broken, nothing)})
    assert ["server:sign_in:unknown_passkey"] * 2 == [t for t in tags(ctx) if "passkey" in t]
    failed = [
        one.data["reason"]
        for one in entries(ctx, team.account.id)
        if one.tag == "member:second_factor:failed"
    ]
    assert ["wrong:signature"] == failed


def test_a_deactivated_person_s_passkey_opens_nothing(ctx: Context, team: Team) -> None:
    key = key_of(ctx, team)
    changed(ctx, team["jonas.frei"], status=Status.DEACTIVATED)
    assert "wrong_proof" == refusal(lambda: passkeys.begin(ctx, BROWSER, answered(ctx, key))).code


def test_wrong_passkeys_lock_nobody_out(ctx: Context, team: Team) -> None:
    key = key_of(ctx, team)
    for _ in range(55):
        refusal(lambda: passkeys.begin(ctx, BROWSER, answered(ctx, key, signature="AAAA")))
    home = replace(BROWSER, source="198.51.100.7")
    assert Scope.FULL is passkeys.begin(ctx, home, answered(ctx, key, home)).started.session.scope


def test_a_client_address_is_limited(ctx: Context, team: Team) -> None:
    codes = [refusal(lambda: passkeys.begin(ctx, BROWSER, "no json")).code for _ in range(61)]
    assert ["wrong_proof"] * 60 + ["too_many_tries"] == codes


def test_after_the_password_any_key_of_the_person_is_the_second_step(ctx: Context, team: Team) -> None:
    key = key_of(ctx, team, SoftKey(flags=PRESENT))
    browser = half(ctx, team["jonas.frei"])
    assert Answer.PASSKEY in sign_in.options(ctx, browser)
    text = key.get(json.loads(passkeys.to_prove(ctx, browser)))
    session = sign_in.prove(ctx, browser, Answer.PASSKEY, text).started.session
    assert (Scope.FULL, Aal.AAL2) == (session.scope, assurance(session.proofs).aal)


def test_a_key_without_verification_is_no_first_step(ctx: Context, team: Team) -> None:
    key = key_of(ctx, team, SoftKey(flags=PRESENT))
    assert "wrong_proof" == refusal(lambda: passkeys.begin(ctx, BROWSER, answered(ctx, key))).code


def test_an_answer_for_one_purpose_is_none_for_another(ctx: Context, team: Team) -> None:
    key = key_of(ctx, team)
    browser = half(ctx, team["jonas.frei"])
    text = answered(ctx, key)
    assert "wrong_proof" == refusal(lambda: sign_in.prove(ctx, browser, Answer.PASSKEY, text)).code


def test_confirming_takes_the_passkey_alone(ctx: Context, team: Team, world: FrozenWorld) -> None:
    browser = signed_in(ctx, team["jonas.frei"])
    key = added(ctx, browser)
    world.advance(timedelta(minutes=30))
    started = passkeys.confirm(ctx, browser, key.get(json.loads(passkeys.to_confirm(ctx, browser))))
    confirmed = opened(ctx, SOMEBODY, started.token)
    assert passkeys.to_add(ctx, confirmed)
    assert (
        "step_up_needed" == refusal(lambda: passkeys.to_add(ctx, signed_in_long_ago(ctx, team, world))).code
    )


def signed_in_long_ago(ctx: Context, team: Team, world: FrozenWorld) -> Browser:
    browser = signed_in(ctx, team.owner)
    world.advance(timedelta(minutes=6))
    return again(ctx, browser)


def test_a_wrong_confirmation_is_on_the_log(ctx: Context, team: Team) -> None:
    browser = signed_in(ctx, team["jonas.frei"])
    key = added(ctx, browser)
    text = key.get(json.loads(passkeys.to_confirm(ctx, browser)), signature="AAAA")
    assert "wrong_proof" == refusal(lambda: passkeys.confirm(ctx, browser, text)).code
    assert "member:step_up:failed" in tags(ctx, team.account.id)


def test_an_idle_session_opens_with_the_passkey(ctx: Context, team: Team, world: FrozenWorld) -> None:
    browser = signed_in(ctx, team["jonas.frei"])
    key = added(ctx, browser)
    world.advance(timedelta(hours=2))
    idle = again(ctx, browser)
    started = passkeys.wake(ctx, idle, key.get(json.loads(passkeys.to_wake(ctx, idle))))
    assert idle.is_idle
    assert not opened(ctx, SOMEBODY, started.token).is_idle
    assert "not_signed_in" == refusal(lambda: passkeys.to_wake(ctx, BROWSER)).code


def test_somebody_without_passkeys_is_told_that_there_is_none(ctx: Context, team: Team) -> None:
    browser = signed_in(ctx, team["jonas.frei"])
    assert "no_passkey" == refusal(lambda: passkeys.to_confirm(ctx, browser)).reason


def test_a_new_passkey_is_named_placed_and_told_of(ctx: Context, team: Team) -> None:
    browser = signed_in(ctx, team["jonas.frei"])
    bitwarden = bytes.fromhex("d548826e79b440a3a3d811116f7e8349")
    for number in range(2):
        key = SoftKey(id=f"key {number}".encode(), aaguid=bitwarden, flags=PRESENT | VERIFIED | ELIGIBLE)
        added(ctx, browser, key)
    found = [one for one in profile_of_me(ctx, browser).ways if one.answer is Answer.PASSKEY]
    assert ["Bitwarden", "Bitwarden 2"] == [one.label for one in found]
    assert [(Loss.MANAGER, True)] * 2 == [(one.thing, one.is_synced) for one in found]
    assert 2 == len(letters(ctx, "passkey_added"))


@pytest.mark.parametrize(
    ("device", "thing"),
    [
        ("Mozilla/5.0 (iPhone)", Loss.PHONE),
        ("Mozilla/5.0 (iPad)", Loss.TABLET),
        ("Windows NT", Loss.COMPUTER),
    ],
)
def test_a_passkey_lives_where_it_was_made(ctx: Context, team: Team, device: str, thing: Loss) -> None:
    browser = replace(signed_in(ctx, team["jonas.frei"]), device=device)
    added(ctx, browser)
    assert thing in [one.thing for one in profile_of_me(ctx, browser).ways if one.kind == "passkey"]


def test_the_same_passkey_twice_is_refused(ctx: Context, team: Team) -> None:
    browser = signed_in(ctx, team["jonas.frei"])
    added(ctx, browser)
    assert "already_there" == refusal(lambda: added(ctx, browser, SoftKey())).reason
    nora = signed_in(ctx, team.owner)
    assert "already_there" == refusal(lambda: added(ctx, nora, SoftKey())).reason


def test_what_is_no_passkey_is_not_added_and_on_the_log(ctx: Context, team: Team) -> None:
    browser = signed_in(ctx, team["jonas.frei"])
    options = json.loads(passkeys.to_add(ctx, browser))
    answer = SoftKey(origin="https://elsewhere.example").create(options)
    assert "wrong_proof" == refusal(lambda: passkeys.add(ctx, browser, answer)).code
    newest = entries(ctx, team.account.id)[-1]
    assert ("member:authenticator:refused", {"kind": "passkey", "reason": "origin"}) == (
        newest.tag,
        newest.data,
    )


def test_a_broken_enrolment_binds_nothing_and_uses_the_question_up(ctx: Context, team: Team) -> None:
    browser = signed_in(ctx, team["jonas.frei"])
    asked = json.loads(passkeys.to_add(ctx, browser))
    refused = refusal(lambda: passkeys.add(ctx, browser, SoftKey(rp_id="example.net").create(asked)))
    late = refusal(lambda: passkeys.add(ctx, browser, SoftKey().create(asked)))
    assert ("passkey", "passkey") == (refused.reason, late.reason)
    assert [] == standing_of(ctx, team, "passkey")


def test_with_a_passkey_on_another_thing_one_loss_locks_nobody_out(ctx: Context, team: Team) -> None:
    browser = signed_in(ctx, team["jonas.frei"])
    before = profile_of_me(ctx, browser).state
    added(ctx, browser)
    assert (Safety.ONE_LOSS, Safety.SAFE) == (before, profile_of_me(ctx, browser).state)


def passkey_id(ctx: Context, browser: Visitor) -> str:
    return next(one.id for one in profile_of_me(ctx, browser).ways if one.kind == "passkey")


def test_a_way_in_is_renamed_and_moved(ctx: Context, team: Team) -> None:
    browser = signed_in(ctx, team["jonas.frei"])
    added(ctx, browser)
    ways.rename(ctx, browser, passkey_id(ctx, browser), "  My   blue key ", "key")
    shown = ways.one_way(ctx, browser, passkey_id(ctx, browser)).way
    assert ("My blue key", Loss.KEY) == (shown.label, shown.thing)


@pytest.mark.parametrize(
    ("label", "thing", "field"),
    [("x" * 61, "key", "label"), ("a\0b", "key", "label"), ("a", "paper", "thing")],
)
def test_a_name_or_thing_that_is_none_is_refused(
    ctx: Context, team: Team, label: str, thing: str, field: str
) -> None:
    browser = signed_in(ctx, team["jonas.frei"])
    added(ctx, browser)
    own = passkey_id(ctx, browser)
    refused = refusal(lambda: ways.rename(ctx, browser, own, label, thing))
    assert isinstance(refused, BadInput)
    assert field == refused.field


def test_a_removed_passkey_opens_nothing_and_the_person_is_told(ctx: Context, team: Team) -> None:
    browser = signed_in(ctx, team["jonas.frei"])
    key = added(ctx, browser)
    after = ways.one_way(ctx, browser, passkey_id(ctx, browser))
    ways.remove(ctx, browser, passkey_id(ctx, browser))
    assert (Safety.ONE_LOSS, True) == (after.state_after, after.can_be_removed)
    assert "wrong_proof" == refusal(lambda: passkeys.begin(ctx, BROWSER, answered(ctx, key))).code
    told = letters(ctx, "way_removed")
    assert [("passkey", "–")] == [(one.facts["way"], one.facts["called"]) for one in told]


def test_the_last_way_stays(ctx: Context, team: Team) -> None:
    browser = signed_in(ctx, team["jonas.frei"])
    app = next(one.id for one in profile_of_me(ctx, browser).ways if one.kind == "totp")
    assert not ways.one_way(ctx, browser, app).can_be_removed
    assert "last_way" == refusal(lambda: ways.remove(ctx, browser, app)).reason


def test_an_app_can_go_once_there_is_a_passkey(ctx: Context, team: Team) -> None:
    browser = signed_in(ctx, team["jonas.frei"])
    key = added(ctx, browser)
    app = next(one.id for one in profile_of_me(ctx, browser).ways if one.kind == "totp")
    ways.remove(ctx, browser, app)
    assert Scope.FULL is passkeys.begin(ctx, BROWSER, answered(ctx, key)).started.session.scope


def test_another_person_s_way_is_not_there(ctx: Context, team: Team) -> None:
    key_of(ctx, team)
    jonas = signed_in(ctx, team["jonas.frei"])
    nora = signed_in(ctx, team.owner)
    own = passkey_id(ctx, jonas)
    for act in (lambda: ways.one_way(ctx, nora, own), lambda: ways.remove(ctx, nora, own)):
        assert "not_found" == refusal(act).code


def test_a_counter_that_fell_back_is_on_the_log(ctx: Context, team: Team) -> None:
    key = key_of(ctx, team, SoftKey(count=9))
    passkeys.begin(ctx, BROWSER, answered(ctx, key))
    assert "member:passkey:counter_behind" in tags(ctx, team.account.id)


def test_help_suspends_the_passkey_on_the_lost_phone_and_no_other(ctx: Context, team: Team) -> None:
    jonas = signed_in(ctx, team["jonas.frei"])
    phone = replace(jonas, device="Mozilla/5.0 (iPhone)")
    added(ctx, phone, SoftKey(id=b"on the phone"))
    added(ctx, jonas, SoftKey(id=b"on the computer"))
    helped(ctx, signed_in(ctx, team.owner), team["jonas.frei"])
    assert [Standing.SUSPENDED, Standing.ACTIVE] == standing_of(ctx, team, "passkey")
    assert [Standing.SUSPENDED] == standing_of(ctx, team, "totp")


def test_without_an_app_help_suspends_every_passkey(ctx: Context, team: Team) -> None:
    key_of(ctx, team)
    without(ctx, team["jonas.frei"], "totp")
    helped(ctx, signed_in(ctx, team.owner), team["jonas.frei"])
    assert [Standing.SUSPENDED] == standing_of(ctx, team, "passkey")


def test_a_lost_passkey_that_is_used_is_an_alarm(ctx: Context, team: Team) -> None:
    key = key_of(ctx, team)
    stands(ctx, team["jonas.frei"], "passkey", Standing.SUSPENDED)
    assert "wrong_proof" == refusal(lambda: passkeys.begin(ctx, BROWSER, answered(ctx, key))).code
    told = letters(ctx, "lost_factor_used", "lost_factor_used_owners")
    assert ["nothing", "nothing"] == [one.facts["beside"] for one in told]


def test_the_alarm_of_a_lost_passkey_as_second_step_speaks_of_the_password(ctx: Context, team: Team) -> None:
    key = key_of(ctx, team)
    browser = half(ctx, team["jonas.frei"])
    text = key.get(json.loads(passkeys.to_prove(ctx, browser)))
    stands(ctx, team["jonas.frei"], "passkey", Standing.SUSPENDED)
    refusal(lambda: sign_in.prove(ctx, browser, Answer.PASSKEY, text))
    assert ["password"] == [one.facts["beside"] for one in letters(ctx, "lost_factor_used")]


def test_questions_that_nobody_answered_are_forgotten(ctx: Context, team: Team, world: FrozenWorld) -> None:
    passkeys.to_sign_in(ctx, BROWSER, "")
    world.advance(timedelta(minutes=5))
    upkeep.run_once(ctx)
    assert [] == ctx.db.read(lambda conn: list(conn.execute(challenges.select())))
