"""Forgotten password: a link by e-mail and a second factor, never one of them alone."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.contract import Answer
from sparekey.core.people import Member, Status
from sparekey.core.recovery_case import Delivery, Ending
from sparekey.core.sign_in import Standing
from sparekey.errors import BadInput, LinkUnusable, NotSignedIn, SparekeyError, TooManyTries, WrongProof
from sparekey.flows import password_link
from sparekey.flows.context import Context
from sparekey.flows.own import passkeys, replacing
from sparekey.flows.sessions import own_answers
from tests.flows.steps import (
    NEW_PASSWORD,
    answer,
    at_once,
    case_of,
    everything,
    half,
    helped,
    refusal,
    scopes,
    standings,
    temporary_code,
    token_in,
    wrong_code,
)
from tests.people import (
    PASSWORD,
    SOMEBODY,
    Team,
    account,
    changed,
    code_of,
    letters,
    signed_in,
    stands,
    tags,
    with_backup_codes,
)
from tests.soft_key import SoftKey
from tests.world import FrozenWorld

HOUR = timedelta(hours=1)
ANYWHERE = replace(SOMEBODY, browser="a browser that was here before")


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


def test_link_and_passkey_together_set_a_new_password(ctx: Context, jonas: Member) -> None:
    key = SoftKey()
    browser = signed_in(ctx, jonas)
    passkeys.add(ctx, browser, key.create(json.loads(passkeys.to_add(ctx, browser))))
    token = asked(ctx)
    proof = key.get(json.loads(password_link.to_renew(ctx, ANYWHERE, token)))
    password_link.renew(ctx, ANYWHERE, token, NEW_PASSWORD, (Answer.PASSKEY, proof))
    told = letters(ctx, "password_changed")[0].facts
    assert ("passkey", "all") == (told["way"], told["signed_out"])


def test_a_passkey_asked_for_a_sign_in_sets_no_password(ctx: Context, jonas: Member) -> None:
    key = SoftKey()
    browser = signed_in(ctx, jonas)
    passkeys.add(ctx, browser, key.create(json.loads(passkeys.to_add(ctx, browser))))
    token = asked(ctx)
    proof = key.get(json.loads(passkeys.to_sign_in(ctx, ANYWHERE, "jonas.frei")))
    refused = refusal(
        lambda: password_link.renew(ctx, ANYWHERE, token, NEW_PASSWORD, (Answer.PASSKEY, proof))
    )
    assert "passkey" == refused.reason


@pytest.fixture
def codes(ctx: Context, jonas: Member) -> list[str]:
    return with_backup_codes(ctx, jonas)


def asked(ctx: Context, name: str = "jonas.frei") -> str:
    """Ask for a link; the token of the newest, or of the one before where no letter was sent."""
    before = tokens(ctx)
    password_link.ask(ctx, SOMEBODY, name)
    fresh = [token for token in tokens(ctx) if token not in before]
    return fresh[0] if fresh else next(token for token in before if works(ctx, token))


def tokens(ctx: Context) -> list[str]:
    return [token_in(str(one.facts["link"])) for one in letters(ctx, "password_reset_link")]


def works(ctx: Context, token: str) -> bool:
    try:
        password_link.look(ctx, SOMEBODY, token)
    except LinkUnusable:
        return False
    return True


def renew(ctx: Context, token: str, text: str, field: Answer = Answer.CODE, new: str = NEW_PASSWORD) -> None:
    password_link.renew(ctx, SOMEBODY, token, new, (field, text))


def refused(ctx: Context, token: str, text: str, field: Answer = Answer.CODE) -> SparekeyError:
    return refusal(lambda: renew(ctx, token, text, field))


@pytest.mark.parametrize("field", [Answer.CODE, Answer.BACKUP_CODE])
def test_link_and_second_factor_together_set_a_new_password(
    ctx: Context, team: Team, jonas: Member, codes: list[str], field: Answer
) -> None:
    signed_in(ctx, jonas)
    renew(ctx, asked(ctx), {Answer.CODE: code_of(ctx, jonas), Answer.BACKUP_CODE: codes[0]}[field], field)
    assert [] == scopes(ctx, jonas)
    assert half(ctx, jonas, password=NEW_PASSWORD).session is not None
    assert WrongProof is type(refusal(lambda: half(ctx, jonas)))
    assert 1 == len(letters(ctx, "password_changed"))
    assert 1 == tags(ctx, team.account.id).count("member:password:changed")


def test_the_mailbox_alone_never_suffices(ctx: Context, jonas: Member, codes: list[str]) -> None:
    token = asked(ctx)
    failures = [refused(ctx, token, text) for text in ("", "000000", token, wrong_code(ctx, jonas))]
    assert [WrongProof] * 4 == list(map(type, failures))
    assert half(ctx, jonas).session is not None


def test_guesses_at_the_second_factor_count_as_everywhere(ctx: Context, jonas: Member) -> None:
    token = asked(ctx)
    failures = [refused(ctx, token, wrong_code(ctx, jonas)) for _ in range(6)]
    assert [WrongProof] * 5 + [TooManyTries] == list(map(type, failures))
    browser = half(ctx, jonas)
    assert TooManyTries is type(refusal(lambda: answer(ctx, browser, code_of(ctx, jonas))))


@pytest.mark.parametrize("standing", [Standing.EXPOSED, Standing.SUSPENDED, Standing.DISABLED])
def test_what_somebody_else_may_hold_does_not_count(
    ctx: Context, jonas: Member, codes: list[str], standing: Standing
) -> None:
    stands(ctx, jonas, "totp", standing)
    assert WrongProof is type(refused(ctx, asked(ctx), code_of(ctx, jonas)))
    assert (Answer.BACKUP_CODE,) == own_answers(ctx, jonas)


def test_a_temporary_secret_does_not_count(ctx: Context, team: Team, jonas: Member) -> None:
    helped(ctx, signed_in(ctx, team.owner), jonas)
    assert WrongProof is type(refused(ctx, asked(ctx), temporary_code(ctx, jonas)))
    assert () == own_answers(ctx, jonas)


def test_a_lost_factor_used_with_a_link_is_an_alarm(ctx: Context, team: Team, jonas: Member) -> None:
    helped(ctx, signed_in(ctx, team.owner), jonas)
    refused(ctx, asked(ctx), code_of(ctx, jonas))
    assert Ending.LOST_FACTOR_USED is case_of(ctx, jonas).ending
    told = letters(ctx, "recovery_tripwire", "recovery_tripwire_owners")
    assert {"link"} == {one.facts["beside"] for one in told}


@pytest.mark.parametrize("delivery", [Delivery.LINK, Delivery.SCREEN, Delivery.MAIL])
def test_a_new_password_cancels_an_open_hand_over(
    ctx: Context, team: Team, jonas: Member, codes: list[str], delivery: Delivery
) -> None:
    helped(ctx, signed_in(ctx, team.owner), jonas, delivery)
    renew(ctx, asked(ctx), codes[0], Answer.BACKUP_CODE)
    assert Ending.MEMBER_CHANGED is case_of(ctx, jonas).ending
    assert "temporary_secret" not in standings(ctx, jonas)


def test_the_present_password_is_told_only_to_who_has_the_second_factor_too(
    ctx: Context, jonas: Member
) -> None:
    """Otherwise whoever reads the mailbox could try passwords here, without any count."""
    token = asked(ctx)
    guess = refusal(lambda: renew(ctx, token, wrong_code(ctx, jonas), new=PASSWORD))
    own_one = refusal(lambda: renew(ctx, token, code_of(ctx, jonas), new=PASSWORD))
    assert (WrongProof, BadInput) == (type(guess), type(own_one))
    assert "same_as_before" == own_one.reason


def test_each_answer_about_the_present_password_costs_its_proof(
    ctx: Context, jonas: Member, world: FrozenWorld
) -> None:
    token, code = asked(ctx), code_of(ctx, jonas)
    own_one = refusal(lambda: renew(ctx, token, code, new=PASSWORD))
    again = refusal(lambda: renew(ctx, token, code))
    world.advance(timedelta(seconds=30))
    renew(ctx, token, code_of(ctx, jonas))
    assert ("same_as_before", "already_used") == (own_one.reason, again.reason)


def test_a_bad_password_is_refused_with_its_rule_and_uses_nothing_up(ctx: Context, jonas: Member) -> None:
    token = asked(ctx)
    bad = refusal(lambda: renew(ctx, token, code_of(ctx, jonas), new="short"))
    renew(ctx, token, code_of(ctx, jonas))
    assert (BadInput, "too_short") == (type(bad), bad.reason)


def test_a_link_works_once_for_an_hour_and_the_newest_only(
    ctx: Context, jonas: Member, codes: list[str], world: FrozenWorld
) -> None:
    first, second = asked(ctx), asked(ctx)
    assert "replaced" == refused(ctx, first, code_of(ctx, jonas)).reason
    renew(ctx, second, codes[0], Answer.BACKUP_CODE)
    assert "used" == refused(ctx, second, codes[1], Answer.BACKUP_CODE).reason
    third = asked(ctx)
    world.advance(HOUR)
    late = refusal(lambda: password_link.look(ctx, SOMEBODY, third))
    assert (LinkUnusable, "expired") == (type(late), late.reason)


def test_looking_changes_nothing(ctx: Context, jonas: Member) -> None:
    token = asked(ctx)
    assert [jonas.id] * 3 == [password_link.look(ctx, SOMEBODY, token).id for _ in range(3)]
    renew(ctx, token, code_of(ctx, jonas))


def test_a_password_changed_elsewhere_ends_the_link(ctx: Context, jonas: Member) -> None:
    token = asked(ctx)
    replacing.change_password(ctx, signed_in(ctx, jonas), PASSWORD, NEW_PASSWORD)
    assert LinkUnusable is type(refusal(lambda: password_link.look(ctx, SOMEBODY, token)))


@pytest.mark.parametrize("status", [Status.INVITED, Status.DEACTIVATED])
def test_who_is_not_active_gets_no_link(ctx: Context, jonas: Member, status: Status) -> None:
    changed(ctx, jonas, status=status)
    password_link.ask(ctx, SOMEBODY, "jonas.frei")
    assert [] == letters(ctx)


def test_who_was_deactivated_meanwhile_sets_nothing(ctx: Context, jonas: Member) -> None:
    token = asked(ctx)
    changed(ctx, jonas, status=Status.DEACTIVATED)
    assert NotSignedIn is type(refused(ctx, token, code_of(ctx, jonas)))


def test_asking_for_a_name_that_nobody_has_changes_nothing_but_the_count_of_the_source(
    ctx: Context, team: Team
) -> None:
    before = everything(ctx).replace("\n", " ").count("acc_")
    password_link.ask(ctx, SOMEBODY, "Correct-Horse-Battery-17")
    assert ([], []) == (letters(ctx), tags(ctx))
    assert before == everything(ctx).replace("\n", " ").count("acc_")
    assert "orse-" not in everything(ctx)


def test_asking_is_limited_by_source(ctx: Context, team: Team) -> None:
    for _ in range(60):
        password_link.admit(ctx, SOMEBODY)
    many = refusal(lambda: password_link.admit(ctx, SOMEBODY))
    assert (TooManyTries, "source") == (type(many), many.reason)


def test_five_letters_an_hour_and_asking_more_often_takes_no_link_away(
    ctx: Context, jonas: Member, world: FrozenWorld
) -> None:
    token = [asked(ctx) for _ in range(8)][-1]
    assert 5 == len(letters(ctx, "password_reset_link"))
    assert jonas.id == password_link.look(ctx, SOMEBODY, token).id
    world.advance(HOUR)
    asked(ctx)
    assert 6 == len(letters(ctx, "password_reset_link"))


def test_one_person_s_letters_hold_up_nobody_else_s(ctx: Context, team: Team) -> None:
    for _ in range(8):
        asked(ctx)
    asked(ctx, "nora.keller")
    assert 1 == len([one for one in letters(ctx) if one.to == team.owner.email])


def test_a_link_is_nothing_with_somebody_else_s_second_factor(ctx: Context, team: Team) -> None:
    assert WrongProof is type(refused(ctx, asked(ctx), code_of(ctx, team.owner)))


def test_asked_for_many_times_at_once_five_letters_go_and_one_link_works(ctx: Context, jonas: Member) -> None:
    at_once(12, lambda _: password_link.ask(ctx, SOMEBODY, "jonas.frei"))
    links = [token_in(str(one.facts["link"])) for one in letters(ctx, "password_reset_link")]
    ended = [
        isinstance(one, LinkUnusable)
        for one in at_once(len(links), lambda n: password_link.look(ctx, SOMEBODY, links[n]))
    ]
    assert (5, 1) == (len(links), ended.count(False))
