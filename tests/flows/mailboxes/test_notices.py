"""Notices go to every address of a person; what opens something goes to one."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.adapters.letters import KINDS
from sparekey.adapters.letters._shape import Reader, each_string
from sparekey.adapters.messages import needs
from sparekey.core.contract import Answer
from sparekey.core.people import Member, Role
from sparekey.core.recovery_case import Delivery, How
from sparekey.flows import not_me, password_link, reset, team
from sparekey.flows._work import DROPPED_WHEN_MANY, unit
from sparekey.flows.context import Context
from sparekey.flows.own import apps, passkeys, replacing
from sparekey.flows.team import Details
from tests.adapters.facts import facts
from tests.flows.steps import (
    NEW_PASSWORD,
    answer,
    changes_all,
    half,
    helped,
    redeemed,
    refusal,
    shows,
    token_in,
    wrong_code,
)
from tests.people import (
    PASSWORD,
    SOMEBODY,
    Browser,
    Team,
    account,
    changed,
    code_of,
    letters,
    reloaded,
    signed_in,
    with_address,
    with_backup_codes,
)
from tests.soft_key import SoftKey
from tests.world import FrozenWorld

WORK, HOME = "jonas.frei@example.com", "jonas@bluewin.example"
BOTH = [WORK, HOME]
OPENING = {
    "email_code",
    "invitation",
    "reset_link",
    "setup_link",
    "secret_sent",
    "password_reset_link",
    "signup_link",
    "address_confirm",
}
NOTICES = {
    "code_receiver_added", "code_receiver_changed", "way_not_allowed",
    "imported", "device_let_in",
    "set_up", "recovery_opened", "recovery_completed", "recovery_ended", "recovery_doubted", "recovery_tripwire",
    "review_lost", "review_due", "review_overdue", "way_added", "lost_factor_used", "reset_done",
    "secret_revealed", "owner_recovered", "passkey_added", "way_removed",
    "secret_changed", "password_changed", "backup_codes_new", "backup_code_used", "backup_codes_low", "new_device",
    "suspicious_tries", "authenticator_disabled", "code_replayed", "address_changed_old", "address_changed_new",
    "role_changed", "person_deactivated", "person_reactivated", "person_deleted", "address_added",
    "address_confirmed", "address_removed", "address_taken_out", "work_address_changed", "secrets_exported",
}  # fmt: skip
"""To the person. Those to account owners, about others, are notices too."""
LEADS_INSIDE = {"backup_codes_low", "imported", "review_due", "review_overdue"}
"""Notices to the person with a link to a page that asks for the sign-in."""


def test_every_kind_of_letter_either_opens_something_or_is_a_notice() -> None:
    """A new kind must be put in one of the lists: what opens something may go to one mailbox only."""
    of_owners = {kind for kind, one in KINDS.items() if one.reader is Reader.OWNER}
    assert OPENING == {kind for kind, one in KINDS.items() if one.opens}
    assert set(KINDS) == OPENING | NOTICES | of_owners
    assert set() == OPENING & (NOTICES | of_owners)


@pytest.mark.parametrize("kind", KINDS)
def test_no_notice_carries_a_link_or_a_secret_that_opens(kind: str) -> None:
    said = {text for text in each_string(KINDS[kind].english) if "{link}" in text}
    carries = bool({"secret", "uri", "code"} & set(needs(kind))) or bool(said)
    is_inside = kind in LEADS_INSIDE or KINDS[kind].reader is Reader.OWNER
    assert KINDS[kind].opens is (carries and not is_inside)


@pytest.fixture
def team_(ctx: Context) -> Team:
    return account(ctx, others={"other.owner": Role.OWNER})


@pytest.fixture
def jonas(ctx: Context, team_: Team) -> Member:
    return with_address(ctx, team_["jonas.frei"], HOME)


@pytest.fixture
def nora(ctx: Context, team_: Team) -> Browser:
    return signed_in(ctx, team_.owner)


def told(ctx: Context, kind: str) -> list[str]:
    """Where letters of this kind to Jonas went."""
    return sorted(one.to for one in letters(ctx, kind) if one.to.startswith("jonas"))


@pytest.mark.parametrize("kind", KINDS)
def test_where_each_kind_goes(ctx: Context, jonas: Member, kind: str) -> None:
    around = {"name", "account", "host", "owners"}
    given = {name: fact for name, fact in facts(kind).items() if name not in around}
    unit(ctx, SOMEBODY, ctx.moment(), lambda work: work.send(jonas, kind, **given))
    assert ([WORK] if kind in OPENING else sorted(BOTH)) == told(ctx, kind)


def change_secret(ctx: Context, jonas: Member, _: Browser) -> None:
    browser = signed_in(ctx, jonas)
    replacing.switch_secret(ctx, browser, shows(ctx, apps.propose(ctx, browser).secret))


def new_codes(ctx: Context, jonas: Member, _: Browser) -> None:
    browser = signed_in(ctx, jonas)
    replacing.make_codes(ctx, browser)
    staged = replacing.staged_codes(ctx, browser)
    assert staged is not None
    replacing.switch_codes(ctx, browser, staged.shown[0])


def add_passkey(ctx: Context, jonas: Member, _: Browser) -> None:
    browser = replace(signed_in(ctx, jonas), browser="known")
    asked = json.loads(passkeys.to_add(ctx, browser))
    passkeys.add(ctx, browser, SoftKey().create(asked))


def many_wrong_codes(ctx: Context, jonas: Member, _: Browser) -> None:
    browser, wrong = half(ctx, jonas), wrong_code(ctx, jonas)
    for _try in range(5):
        refusal(lambda: answer(ctx, browser, wrong))


def replay(ctx: Context, jonas: Member, _: Browser) -> None:
    code = code_of(ctx, jonas)
    answer(ctx, half(ctx, jonas), code)
    refusal(lambda: answer(ctx, half(ctx, jonas), code))


def another_browser(ctx: Context, jonas: Member, _: Browser) -> None:
    signed_in(ctx, jonas, visitor=replace(SOMEBODY, browser="first"))
    signed_in(ctx, jonas, visitor=replace(SOMEBODY, browser="second"))


def use_backup_code(ctx: Context, jonas: Member, _: Browser) -> None:
    codes = with_backup_codes(ctx, jonas)
    answer(ctx, half(ctx, jonas), codes[1], Answer.BACKUP_CODE)


def forgotten_password(ctx: Context, jonas: Member, _: Browser) -> None:
    password_link.ask(ctx, SOMEBODY, jonas.username)
    token = token_in(str(letters(ctx, "password_reset_link")[-1].facts["link"]))
    password_link.renew(ctx, SOMEBODY, token, NEW_PASSWORD, (Answer.CODE, code_of(ctx, jonas)))


def whole_recovery(ctx: Context, jonas: Member, nora: Browser) -> None:
    helped(ctx, nora, jonas)
    changes_all(ctx, redeemed(ctx, jonas))


def stopped_recovery(ctx: Context, jonas: Member, nora: Browser) -> None:
    helped(ctx, nora, jonas)
    not_me.stop(ctx, SOMEBODY, token_in(str(letters(ctx, "recovery_opened")[0].facts["stop_link"])))


def another_role(ctx: Context, jonas: Member, nora: Browser) -> None:
    details = Details(jonas.name, jonas.username, jonas.email, Role.ADMIN.value)
    team.edit_member(ctx, nora, jonas.username, details, reloaded(ctx, jonas).version)


Act = Callable[[Context, Member, Browser], object]
ACTS: dict[str, Act] = {
    "secret_changed": change_secret,
    "backup_codes_new": new_codes,
    "password_changed": lambda ctx, jonas, _: replacing.change_password(
        ctx, signed_in(ctx, jonas), PASSWORD, NEW_PASSWORD
    ),
    "passkey_added": add_passkey,
    "suspicious_tries": many_wrong_codes,
    "code_replayed": replay,
    "new_device": another_browser,
    "backup_code_used": use_backup_code,
    "recovery_opened": lambda ctx, jonas, nora: helped(ctx, nora, jonas),
    "recovery_completed": whole_recovery,
    "recovery_doubted": stopped_recovery,
    "reset_done": lambda ctx, jonas, nora: reset.reset(ctx, nora, jonas.id, How.PERSON, jonas.username),
    "role_changed": another_role,
    "person_deactivated": lambda ctx, jonas, nora: team.deactivate(ctx, nora, jonas.username),
    "person_deleted": lambda ctx, jonas, nora: team.delete_member(ctx, nora, jonas.username, jonas.username),
}


@pytest.mark.parametrize("kind", ACTS)
def test_what_happens_is_told_at_both_addresses(
    ctx: Context, jonas: Member, nora: Browser, kind: str
) -> None:
    ACTS[kind](ctx, jonas, nora)
    assert sorted(BOTH) == told(ctx, kind)


def test_each_copy_has_the_link_that_stops(ctx: Context, jonas: Member, nora: Browser) -> None:
    change_secret(ctx, jonas, nora)
    links = {one.facts["stop_link"] for one in letters(ctx, "secret_changed")}
    not_me.stop(ctx, SOMEBODY, token_in(str(links.pop())))
    assert set() == links
    assert 2 == len(letters(ctx, "letter_doubted_owners"))


@pytest.mark.parametrize(
    ("delivery", "kind"), [(Delivery.LINK, "setup_link"), (Delivery.MAIL, "secret_sent")]
)
def test_links_and_secrets_go_to_the_work_address_and_the_other_one_hears_of_it(
    ctx: Context, jonas: Member, nora: Browser, delivery: Delivery, kind: str
) -> None:
    helped(ctx, nora, jonas, delivery)
    assert ([WORK], [HOME]) == (told(ctx, kind), told(ctx, "recovery_opened"))
    assert [delivery.value] == [one.facts["delivery"] for one in letters(ctx, "recovery_opened")]


def test_an_owner_hears_of_others_at_every_address_too(ctx: Context, team_: Team, jonas: Member) -> None:
    with_address(ctx, team_["other.owner"], "other@posteo.example")
    reset.reset(ctx, signed_in(ctx, team_.owner), jonas.id, How.PERSON, jonas.username)
    to = sorted(one.to for one in letters(ctx, "reset_done_owners"))
    assert ["nora.keller@example.com", "other.owner@example.com", "other@posteo.example"] == to


def test_five_letters_an_hour_are_counted_for_the_person_not_for_each_copy(
    ctx: Context, jonas: Member
) -> None:
    kind = "suspicious_tries"
    assert kind in DROPPED_WHEN_MANY
    given = {"tried_at": ctx.moment().at, "way": "code", "tries": 5}
    for _ in range(7):
        unit(ctx, SOMEBODY, ctx.moment(), lambda work: work.send(jonas, kind, **given))
    assert sorted(BOTH * 5) == told(ctx, kind)


# Designees (NIST SP 800-63B-4, section 4.6)


def owners_told(ctx: Context) -> int:
    return len(letters(ctx, "password_renewed_owners"))


def test_owners_hear_of_a_password_by_link_of_who_has_no_other_address(
    ctx: Context, team_: Team, nora: Browser
) -> None:
    forgotten_password(ctx, team_["jonas.frei"], nora)
    assert 2 == owners_told(ctx)


def test_owners_hear_of_it_where_the_other_address_is_new(ctx: Context, jonas: Member, nora: Browser) -> None:
    forgotten_password(ctx, jonas, nora)
    assert 2 == owners_told(ctx)


def test_owners_do_not_hear_of_it_where_another_address_does(
    ctx: Context, jonas: Member, nora: Browser, world: FrozenWorld
) -> None:
    world.advance(timedelta(hours=72))
    forgotten_password(ctx, jonas, nora)
    assert (0, sorted(BOTH)) == (owners_told(ctx), told(ctx, "password_changed"))


# Another work address


def test_another_work_address_is_told_at_the_old_the_new_and_the_further_one(
    ctx: Context, jonas: Member, nora: Browser
) -> None:
    details = Details(jonas.name, jonas.username, "jonas@new.example")
    team.edit_member(ctx, nora, jonas.username, details, jonas.version)
    kinds = ("address_changed_old", "address_changed_new", "work_address_changed")
    assert [[WORK], ["jonas@new.example"], [HOME]] == [told(ctx, kind) for kind in kinds]


def test_the_further_address_as_work_address_is_told_everything_once(
    ctx: Context, jonas: Member, nora: Browser
) -> None:
    details = Details(jonas.name, jonas.username, HOME.upper())
    team.edit_member(ctx, nora, jonas.username, details, jonas.version)
    change_secret(ctx, changed(ctx, jonas), nora)
    assert [HOME.upper()] == [one.to for one in letters(ctx, "secret_changed")]
    assert [] == letters(ctx, "work_address_changed")
