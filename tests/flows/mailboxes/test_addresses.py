"""One's own further addresses: nothing counts before it is confirmed, and every address hears of every step."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from sparekey.adapters.mail import MailSettings, Security
from sparekey.core.addresses import MOST_FURTHER
from sparekey.core.people import Member, Role
from sparekey.core.recovery_case import How
from sparekey.errors import BadInput, Conflict, LinkUnusable, NotFound, StepUpNeeded, TooManyTries
from sparekey.flows import not_me, password_link, reset, team
from sparekey.flows.background.outbox import Sender
from sparekey.flows.context import Context
from sparekey.flows.own import addresses
from sparekey.flows.reports import AddressShown, profile_of_me
from sparekey.store.schema import addresses as address_table
from sparekey.store.schema import returns
from tests.flows.steps import at_once, everything, refusal, token_in
from tests.infra.smtp import SmtpSink
from tests.people import (
    SOMEBODY,
    Browser,
    Team,
    account,
    again,
    changed,
    entries,
    letters,
    reloaded,
    signed_in,
    tags,
    with_address,
)
from tests.world import FrozenWorld

WORK, HOME = "jonas.frei@example.com", "jonas@bluewin.example"
MANY = 50


@pytest.fixture
def team_(ctx: Context) -> Team:
    return account(ctx, staff=("jonas.frei", "reto.caduff"), others={"other.owner": Role.OWNER})


@pytest.fixture
def jonas(team_: Team) -> Member:
    return team_["jonas.frei"]


@pytest.fixture
def browser(ctx: Context, jonas: Member) -> Browser:
    return signed_in(ctx, jonas)


def token(ctx: Context, address: str = HOME) -> str:
    """The newest link that was sent there."""
    sent = [one for one in letters(ctx, "address_confirm") if one.to == address]
    return token_in(str(sent[-1].facts["link"]))


def told(ctx: Context, *kinds: str) -> list[tuple[str, str]]:
    return sorted((one.kind, one.to) for one in letters(ctx, *kinds))


def own(ctx: Context, browser: Browser) -> tuple[AddressShown, ...]:
    return profile_of_me(ctx, again(ctx, browser)).addresses


def confirmed(ctx: Context, browser: Browser, address: str = HOME) -> str:
    """Add an address and open its link."""
    made = addresses.add(ctx, browser, address)
    addresses.confirm(ctx, SOMEBODY, token(ctx, address))
    return made


# Adding


def test_a_new_address_gets_its_link_alone_and_the_others_are_told(ctx: Context, browser: Browser) -> None:
    addresses.add(ctx, browser, f" {HOME} ")
    assert [("address_added", WORK), ("address_confirm", HOME)] == told(ctx)
    assert "j•••••@bluewin.example" == letters(ctx, "address_added")[0].facts["address"]


def test_nobody_s_own_words_go_to_an_address_that_somebody_typed(
    ctx: Context, smtp: SmtpSink, jonas: Member
) -> None:
    """Not even as the name before the address: whoever reads it there may never have heard of this person."""
    ctx = replace(ctx, mail=MailSettings(smtp.host, smtp.port, "id@example.com", "Sparekey", Security.NONE))
    addresses.add(ctx, signed_in(ctx, changed(ctx, jonas, name="Win-at-evil.example Frei")), HOME)
    Sender(ctx).run_once()
    found = smtp.sent_to(HOME)[0]
    assert (HOME, False) == (found.message["To"], "evil.example" in found.text)


def test_an_address_that_waits_counts_for_nothing(ctx: Context, jonas: Member, browser: Browser) -> None:
    addresses.add(ctx, browser, HOME)
    assert () == reloaded(ctx, jonas).further
    with_address(ctx, jonas, "second@posteo.example")
    addresses.add(ctx, browser, "third@posteo.example")
    added = sorted(one.to for one in letters(ctx, "address_added"))
    assert [WORK, WORK, "second@posteo.example"] == sorted(added, key=lambda to: to != WORK)


@pytest.mark.parametrize("same", [WORK, WORK.upper(), HOME, f"  {HOME.title()} "])
def test_one_s_own_address_is_not_added_twice(ctx: Context, browser: Browser, same: str) -> None:
    addresses.add(ctx, browser, HOME)
    refused = refusal(lambda: addresses.add(ctx, browser, same))
    assert (BadInput, "own_already") == (type(refused), refused.reason)


def test_somebody_else_s_address_is_taken_like_any_other(ctx: Context, team_: Team, browser: Browser) -> None:
    """So that nothing is learnt of others: neither of their work address nor of a private one."""
    with_address(ctx, team_["reto.caduff"], HOME)
    for address in (team_.owner.email, HOME):
        addresses.add(ctx, browser, address)
    assert 2 == len(letters(ctx, "address_confirm"))


def test_a_further_address_is_no_sign_in_name(ctx: Context, browser: Browser) -> None:
    confirmed(ctx, browser)
    password_link.ask(ctx, SOMEBODY, HOME)
    assert [] == letters(ctx, "password_reset_link")


def test_four_further_addresses_are_the_most(ctx: Context, browser: Browser, world: FrozenWorld) -> None:
    for number in range(MOST_FURTHER):
        addresses.add(ctx, browser, f"jonas{number}@bluewin.example")
    refused = refusal(lambda: addresses.add(ctx, browser, HOME))
    assert (Conflict, "addresses_full", MOST_FURTHER + 1) == (
        type(refused),
        refused.reason,
        len(own(ctx, browser)),
    )


HOSTILE = [
    "", "   ", "jonas", "@", "a@b", "jonas@@bluewin.example",
    "jonas@bluewin.example\nBcc: all@example.com", "jonas@bluewin.example\r\n\r\nHello",
    "jonas\x00@bluewin.example", "jonas@bluewin.example,nora@example.com", "Jonas <jonas@bluewin.example>",
    "jonas@bluewin.example\u2028Bcc: x@y.example", "jo\u202enas@bluewin.example", "\ud800@bluewin.example",
    f"{'j' * 65}@bluewin.example", f"j@{'b' * 64}.example", f"j@{'b.' * 130}example", "j" * 100_000,
    "<script>@bluewin.example", '"jonas frei"@bluewin.example', "jonas@-bluewin.example",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_address_is_refused_and_nothing_is_kept(ctx: Context, browser: Browser, text: str) -> None:
    refused = refusal(lambda: addresses.add(ctx, browser, text))
    assert (BadInput, "email", []) == (type(refused), getattr(refused, "field", ""), letters(ctx))
    assert 1 == len(own(ctx, browser))


def test_the_letters_that_one_can_have_sent_are_limited(ctx: Context, browser: Browser) -> None:
    """Five an hour a person, to whatever address; nothing is kept of the sixth."""
    made = [addresses.add(ctx, browser, f"jonas{number}@bluewin.example") for number in range(3)]
    addresses.send_again(ctx, browser, made[0])
    addresses.send_again(ctx, browser, made[0])
    assert TooManyTries is type(refusal(lambda: addresses.add(ctx, browser, HOME)))
    assert (4, 3) == (len(own(ctx, browser)), len(letters(ctx, "address_added")))


def test_one_mailbox_is_not_flooded_by_many_people(ctx: Context, team_: Team, browser: Browser) -> None:
    browsers = [browser, *(signed_in(ctx, one) for one in (team_["reto.caduff"], team_.owner))]
    made = [(one, addresses.add(ctx, one, HOME)) for one in browsers]
    for one, address_id in made[:2]:
        addresses.send_again(ctx, one, address_id)
    assert TooManyTries is type(refusal(lambda: addresses.send_again(ctx, *made[2])))


def test_another_account_does_not_use_up_the_links_to_a_mailbox(ctx: Context, browser: Browser) -> None:
    stranger = signed_in(ctx, account(ctx, owner="eve.mallory", staff=()).owner)
    theirs = addresses.add(ctx, stranger, HOME)
    for _ in range(4):
        addresses.send_again(ctx, stranger, theirs)
    assert TooManyTries is type(refusal(lambda: addresses.send_again(ctx, stranger, theirs)))
    addresses.add(ctx, browser, HOME)
    assert 6 == len(letters(ctx, "address_confirm"))


def test_a_mailbox_gets_twenty_links_an_hour_from_all_accounts_together(ctx: Context) -> None:
    strangers = [
        signed_in(ctx, account(ctx, owner=f"eve{number}.mallory", staff=()).owner) for number in range(5)
    ]
    made = [(one, addresses.add(ctx, one, HOME)) for one in strangers[:4]]
    for one, address_id in made:
        for _ in range(4):
            addresses.send_again(ctx, one, address_id)
    assert TooManyTries is type(refusal(lambda: addresses.add(ctx, strangers[4], HOME)))
    assert 20 == len(letters(ctx, "address_confirm"))


Act = Callable[[Context, Browser, str], object]
ACTS: dict[str, Act] = {
    "add": lambda ctx, browser, _: addresses.add(ctx, browser, "new@posteo.example"),
    "send again": addresses.send_again,
    "look": addresses.one_of,
    "remove": addresses.remove,
}


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
def test_every_change_asks_for_fresh_proofs(
    ctx: Context, browser: Browser, world: FrozenWorld, act: Act
) -> None:
    made = addresses.add(ctx, browser, HOME)
    world.advance(timedelta(minutes=6))
    assert StepUpNeeded is type(refusal(lambda: act(ctx, again(ctx, browser), made)))


@pytest.mark.parametrize("name", ["send again", "look", "remove"])
def test_other_people_s_addresses_are_not_there(
    ctx: Context, team_: Team, browser: Browser, name: str
) -> None:
    theirs = addresses.add(ctx, signed_in(ctx, team_["reto.caduff"]), HOME)
    found = {one: refusal(partial(ACTS[name], ctx, browser, one)) for one in (theirs, "", "adr_x")}
    assert [NotFound] * 3 == list(map(type, found.values()))


# Confirming


def test_whoever_reads_the_mailbox_confirms_without_signing_in(
    ctx: Context, jonas: Member, browser: Browser
) -> None:
    made = addresses.add(ctx, browser, HOME)
    asked = addresses.ask(ctx, SOMEBODY, token(ctx))
    assert ("jonas.frei", HOME) == (asked.username, asked.address)
    assert () == reloaded(ctx, jonas).further
    addresses.confirm(ctx, SOMEBODY, token(ctx))
    assert [(HOME, made)] == [(one.address, one.id) for one in reloaded(ctx, jonas).further]
    assert [("address_confirmed", WORK), ("address_confirmed", HOME)] == told(ctx, "address_confirmed")


def test_a_link_works_once(ctx: Context, browser: Browser) -> None:
    confirmed(ctx, browser)
    for act in (addresses.ask, addresses.confirm):
        refused = refusal(partial(act, ctx, SOMEBODY, token(ctx)))
        assert (LinkUnusable, "used") == (type(refused), refused.reason)


def test_of_fifty_confirmations_at_once_one_counts(ctx: Context, jonas: Member, browser: Browser) -> None:
    addresses.add(ctx, browser, HOME)
    link = token(ctx)
    results = at_once(MANY, lambda _: addresses.confirm(ctx, SOMEBODY, link))
    assert MANY - 1 == sum(isinstance(one, LinkUnusable) for one in results)
    assert 1 == tags(ctx, jonas.account_id).count("member:address:confirmed")
    assert 2 == len(letters(ctx, "address_confirmed"))


def test_of_fifty_additions_of_the_same_address_one_counts(ctx: Context, browser: Browser) -> None:
    results = at_once(MANY, lambda _: addresses.add(ctx, browser, HOME))
    assert MANY - 1 == sum(isinstance(one, BadInput) for one in results)
    assert 2 == len(own(ctx, browser))


@pytest.mark.parametrize(("hours", "works"), [(23, True), (24, False)])
def test_a_link_works_for_a_day(
    ctx: Context, browser: Browser, world: FrozenWorld, hours: int, works: bool
) -> None:
    addresses.add(ctx, browser, HOME)
    world.advance(timedelta(hours=hours))
    if works:
        addresses.confirm(ctx, SOMEBODY, token(ctx))
    else:
        assert "expired" == refusal(lambda: addresses.confirm(ctx, SOMEBODY, token(ctx))).reason


def test_a_new_link_replaces_the_one_before_and_no_other_address_s(ctx: Context, browser: Browser) -> None:
    made = addresses.add(ctx, browser, HOME)
    addresses.add(ctx, browser, "second@posteo.example")
    first = token(ctx)
    addresses.send_again(ctx, browser, made)
    assert "replaced" == refusal(lambda: addresses.confirm(ctx, SOMEBODY, first)).reason
    addresses.confirm(ctx, SOMEBODY, token(ctx, "second@posteo.example"))
    addresses.confirm(ctx, SOMEBODY, token(ctx))


def test_what_is_confirmed_gets_no_further_link(ctx: Context, browser: Browser) -> None:
    made = confirmed(ctx, browser)
    assert "confirmed" == refusal(lambda: addresses.send_again(ctx, browser, made)).reason


@pytest.mark.parametrize("text", ["", "0" * 64, "\ud800", "x" * 10_000])
def test_what_is_no_link_confirms_nothing(ctx: Context, text: str) -> None:
    assert "unknown" == refusal(lambda: addresses.confirm(ctx, SOMEBODY, text)).reason


def test_other_links_confirm_nothing(ctx: Context, browser: Browser) -> None:
    password_link.ask(ctx, SOMEBODY, "jonas.frei")
    other = token_in(str(letters(ctx, "password_reset_link")[0].facts["link"]))
    assert "unknown" == refusal(lambda: addresses.confirm(ctx, SOMEBODY, other)).reason


def test_the_link_is_kept_as_a_hash(ctx: Context, browser: Browser) -> None:
    addresses.add(ctx, browser, HOME)
    assert token(ctx) not in everything(ctx)


Ending = Callable[[Context, Browser, Member], object]
ENDINGS: dict[str, Ending] = {
    "reset": lambda ctx, nora, jonas: reset.reset(ctx, nora, jonas.id, How.PERSON, jonas.username),
    "deactivated": lambda ctx, nora, jonas: team.deactivate(ctx, nora, jonas.username),
    "deleted": lambda ctx, nora, jonas: team.delete_member(ctx, nora, jonas.username, jonas.username),
}


@pytest.mark.parametrize("end", ENDINGS.values(), ids=list(ENDINGS))
def test_a_link_ends_with_everything_else_on_its_way(
    ctx: Context, team_: Team, jonas: Member, browser: Browser, end: Ending
) -> None:
    addresses.add(ctx, browser, HOME)
    link = token(ctx)
    end(ctx, signed_in(ctx, team_.owner), jonas)
    assert "stopped" == refusal(lambda: addresses.confirm(ctx, SOMEBODY, link)).reason


# Removing


def test_a_removed_address_hears_of_it_and_then_nothing_more(
    ctx: Context, jonas: Member, browser: Browser
) -> None:
    addresses.remove(ctx, browser, confirmed(ctx, browser))
    confirmed(ctx, browser, "other@posteo.example")
    assert [("address_removed", WORK), ("address_removed", HOME)] == told(ctx, "address_removed")
    assert [WORK, WORK, HOME, "other@posteo.example"] == [to for _, to in told(ctx, "address_confirmed")]


def test_one_that_waited_hears_nothing_and_its_letter_is_taken_back(ctx: Context, browser: Browser) -> None:
    made = addresses.add(ctx, browser, HOME)
    link = token(ctx)
    addresses.remove(ctx, browser, made)
    assert [("address_added", WORK), ("address_removed", WORK)] == told(ctx)
    assert "stopped" == refusal(lambda: addresses.confirm(ctx, SOMEBODY, link)).reason


def test_who_is_deleted_leaves_no_address(ctx: Context, team_: Team, jonas: Member, browser: Browser) -> None:
    confirmed(ctx, browser)
    team.delete_member(ctx, signed_in(ctx, team_.owner), jonas.username, jonas.username)
    left = ctx.db.read(
        lambda conn: [*conn.execute(select(address_table)).all(), *conn.execute(select(returns)).all()]
    )
    assert [] == left
    assert [("person_deleted", WORK), ("person_deleted", HOME)] == told(ctx, "person_deleted")


# This wasn't me


def stop_link(ctx: Context, kind: str, to: str = WORK) -> str:
    return token_in(str(next(one for one in letters(ctx, kind) if one.to == to).facts["stop_link"]))


def test_this_wasn_t_me_takes_an_intruder_s_address_out_before_it_is_confirmed(
    ctx: Context, browser: Browser, jonas: Member
) -> None:
    addresses.add(ctx, browser, HOME)
    link = token(ctx)
    not_me.stop(ctx, SOMEBODY, stop_link(ctx, "address_added"))
    assert "stopped" == refusal(lambda: addresses.confirm(ctx, SOMEBODY, link)).reason
    assert 1 == len(own(ctx, signed_in(ctx, jonas)))


def test_this_wasn_t_me_takes_an_intruder_s_address_out_after_it_was_confirmed(
    ctx: Context, browser: Browser, jonas: Member
) -> None:
    confirmed(ctx, browser, "mine@posteo.example")
    confirmed(ctx, browser)
    not_me.stop(ctx, SOMEBODY, stop_link(ctx, "address_confirmed", HOME))
    assert ["mine@posteo.example"] == [one.address for one in reloaded(ctx, jonas).further]
    assert 2 == len(letters(ctx, "letter_doubted_owners"))


def test_this_wasn_t_me_elsewhere_ends_what_waits_and_takes_no_address_out(
    ctx: Context, browser: Browser, jonas: Member
) -> None:
    addresses.remove(ctx, browser, confirmed(ctx, browser))
    addresses.add(ctx, browser, "other@posteo.example")
    link = token(ctx, "other@posteo.example")
    not_me.stop(ctx, SOMEBODY, stop_link(ctx, "address_removed", HOME))
    assert "stopped" == refusal(lambda: addresses.confirm(ctx, SOMEBODY, link)).reason
    assert 2 == len(own(ctx, signed_in(ctx, jonas)))


# The log


def test_the_log_holds_ids_and_no_address(ctx: Context, jonas: Member, browser: Browser) -> None:
    made = confirmed(ctx, browser)
    addresses.remove(ctx, browser, made)
    found = [one for one in entries(ctx, jonas.account_id) if one.tag.startswith("member:address:")]
    assert ["added", "confirmed", "removed"] == [one.tag.rpartition(":")[2] for one in found]
    assert [(jonas.id, {"address": made})] * 3 == [(one.subject, one.data) for one in found]
    assert "bluewin" not in repr(entries(ctx, jonas.account_id))
