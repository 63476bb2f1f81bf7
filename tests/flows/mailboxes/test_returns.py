"""Mail that comes back marks the address; a letter that arrives, a confirmation or quiet days take the mark away."""

import io
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sparekey.adapters.mail import MailSettings, Security
from sparekey.core.people import Member, Role
from sparekey.flows import team
from sparekey.flows._work import unit
from sparekey.flows.background.outbox import Sender
from sparekey.flows.background.returns import bounced
from sparekey.flows.context import Context
from sparekey.flows.own import addresses
from sparekey.flows.reports import home, profile_of_me
from sparekey.flows.team import Details
from tests.adapters.test_bounces import FAILED, report
from tests.flows.steps import at_once, token_in
from tests.infra.smtp import Behaviour, SmtpSink
from tests.people import SOMEBODY, Team, account, entries, letters, reloaded, signed_in, with_address
from tests.world import FrozenWorld

WORK, HOME = "jonas.frei@example.com", "jonas@bluewin.example"
DAY = timedelta(days=1)


@pytest.fixture
def ctx(ctx: Context, smtp: SmtpSink) -> Context:
    return replace(ctx, mail=MailSettings(smtp.host, smtp.port, "id@example.com", "Sparekey", Security.NONE))


@pytest.fixture
def team_(ctx: Context) -> Team:
    return account(ctx, staff=("jonas.frei", "reto.caduff"), others={"an.admin": Role.ADMIN})


@pytest.fixture
def jonas(ctx: Context, team_: Team) -> Member:
    return with_address(ctx, team_["jonas.frei"], HOME)


def post(ctx: Context, to: Member) -> None:
    given = {"helper": "Nora", "checked": "person", "place": "Firefox", "done_at": ctx.moment().at}
    unit(ctx, SOMEBODY, ctx.moment(), lambda work: work.send(to, "reset_done", **given))


def sends(ctx: Context, to: Member, smtp: SmtpSink, behaviour: Behaviour = Behaviour.ACCEPT) -> None:
    """A notice to both addresses, as the mail server behaves."""
    smtp.behaviour = behaviour
    post(ctx, to)
    Sender(ctx).run_once()


def bounce(ctx: Context, *found: str) -> int:
    return bounced(ctx, io.BytesIO(report(*(FAILED.replace("jonas@example.com", one) for one in found))))


def marked(ctx: Context, who: Member) -> dict[str, datetime]:
    """By address, since when mail comes back."""
    shown = profile_of_me(ctx, signed_in(ctx, who)).addresses
    return {one.address: one.comes_back_since for one in shown if one.comes_back_since}


def events(ctx: Context, who: Member) -> list[tuple[object, object]]:
    found = [one for one in entries(ctx, who.account_id) if one.tag == "notice:mail:comes_back"]
    return [(one.data.get("address"), one.data["is_over"]) for one in found]


# Refused by the mail server


def test_an_address_that_is_refused_for_good_is_marked(ctx: Context, jonas: Member, smtp: SmtpSink) -> None:
    sends(ctx, jonas, smtp, Behaviour.REJECT)
    assert {WORK: ctx.moment().at, HOME: ctx.moment().at} == marked(ctx, jonas)
    assert {(None, False), (jonas.further[0].id, False)} == set(events(ctx, jonas))


@pytest.mark.parametrize("behaviour", [Behaviour.BUSY, Behaviour.DROP])
def test_trouble_that_may_pass_marks_nothing(
    ctx: Context, jonas: Member, smtp: SmtpSink, behaviour: Behaviour
) -> None:
    sends(ctx, jonas, smtp, behaviour)
    assert {} == marked(ctx, jonas)


def test_the_mark_says_since_when_and_ends_with_a_letter_that_is_taken(
    ctx: Context, jonas: Member, smtp: SmtpSink, world: FrozenWorld
) -> None:
    began = ctx.moment().at
    for _ in range(3):
        sends(ctx, jonas, smtp, Behaviour.REJECT)
        world.advance(DAY)
    since = marked(ctx, jonas)
    sends(ctx, jonas, smtp)
    assert ({WORK: began, HOME: began}, {}) == (since, marked(ctx, jonas))
    assert [False, False, True, True] == [is_over for _, is_over in events(ctx, jonas)]


def test_a_letter_to_an_address_that_was_just_removed_marks_nothing(
    ctx: Context, jonas: Member, smtp: SmtpSink
) -> None:
    addresses.remove(ctx, signed_in(ctx, jonas), jonas.further[0].id)
    smtp.behaviour = Behaviour.REJECT
    Sender(ctx).run_once()
    assert ([WORK], [(None, False)]) == (list(marked(ctx, jonas)), events(ctx, jonas))


def test_a_letter_to_the_work_address_before_marks_nothing(
    ctx: Context, team_: Team, jonas: Member, smtp: SmtpSink
) -> None:
    sends(ctx, jonas, smtp, Behaviour.REJECT)
    details = Details(jonas.name, jonas.username, "jonas@new.example")
    team.edit_member(ctx, signed_in(ctx, team_.owner), jonas.username, details, jonas.version)
    without = marked(ctx, jonas)
    Sender(ctx).run_once()
    assert ([HOME], ["jonas@new.example", HOME]) == (list(without), list(marked(ctx, jonas)))


def test_letters_to_who_is_no_member_mark_nobody(ctx: Context, team_: Team, smtp: SmtpSink) -> None:
    jonas = with_address(ctx, team_["jonas.frei"], HOME)
    team.delete_member(ctx, signed_in(ctx, team_.owner), jonas.username, jonas.username)
    smtp.behaviour = Behaviour.REJECT
    Sender(ctx).run_once()
    assert [] == events(ctx, jonas)


def test_a_copy_is_on_the_log_with_its_address(ctx: Context, jonas: Member, smtp: SmtpSink) -> None:
    sends(ctx, jonas, smtp)
    found = [one.data for one in entries(ctx, jonas.account_id) if one.tag == "notice:mail:sent"]
    expected = [{"kind": "reset_done"}, {"kind": "reset_done", "address": jonas.further[0].id}]
    assert expected == sorted(found, key=len)


# Bounced afterwards


def test_a_bounce_report_marks_the_addresses_it_names(ctx: Context, jonas: Member) -> None:
    assert 2 == bounce(ctx, HOME.upper(), WORK)
    assert {WORK, HOME} == set(marked(ctx, jonas))
    assert {"console"} == {
        one.actor for one in entries(ctx, jonas.account_id) if one.tag == "notice:mail:comes_back"
    }


def test_everybody_who_has_the_address_is_marked(ctx: Context, team_: Team, jonas: Member) -> None:
    reto = with_address(ctx, team_["reto.caduff"], HOME)
    assert 2 == bounce(ctx, HOME)
    assert [[HOME], [HOME]] == [list(marked(ctx, one)) for one in (jonas, reto)]


@pytest.mark.parametrize("text", [b"", b"Hello", report(), report(FAILED), b"\xff" * 1_000_000])
def test_what_names_nobody_here_marks_nothing(ctx: Context, jonas: Member, text: bytes) -> None:
    assert (0, {}) == (bounced(ctx, io.BytesIO(text)), marked(ctx, jonas))


def test_a_hundred_megabytes_are_read_to_the_end_and_not_kept(ctx: Context, jonas: Member) -> None:
    class Endless(io.RawIOBase):
        left = 100 * 1_000_000

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= 1 << 20
            taken = min(size, self.left)
            self.left -= taken
            return b"x" * taken

    endless = Endless()
    assert (0, 0) == (bounced(ctx, endless), endless.left)  # type: ignore[arg-type]


def test_a_mark_changes_nothing_but_what_is_shown(ctx: Context, jonas: Member) -> None:
    bounce(ctx, WORK, HOME)
    post(ctx, jonas)
    assert [WORK, HOME] == sorted(one.to for one in letters(ctx, "reset_done"))


def test_a_bounced_address_is_fine_again_after_five_quiet_days(
    ctx: Context, jonas: Member, smtp: SmtpSink, world: FrozenWorld
) -> None:
    bounce(ctx, HOME)
    seen = []
    for _ in range(6):
        sends(ctx, jonas, smtp)
        seen.append(HOME in marked(ctx, jonas))
        world.advance(DAY)
    sends(ctx, jonas, smtp)
    assert [True] * 5 + [False] == seen
    assert [False, True] == [is_over for _, is_over in events(ctx, jonas)]


def test_another_bounce_begins_the_quiet_days_anew(
    ctx: Context, jonas: Member, smtp: SmtpSink, world: FrozenWorld
) -> None:
    began = ctx.moment().at
    bounce(ctx, HOME)
    sends(ctx, jonas, smtp)
    world.advance(4 * DAY)
    bounce(ctx, HOME)
    world.advance(2 * DAY)
    assert {HOME: began} == marked(ctx, jonas)


def test_a_new_confirmation_takes_the_mark_away(ctx: Context, team_: Team, smtp: SmtpSink) -> None:
    browser = signed_in(ctx, team_["jonas.frei"])
    addresses.add(ctx, browser, HOME)
    link = token_in(str(letters(ctx, "address_confirm")[0].facts["link"]))
    bounce(ctx, HOME)
    before = list(marked(ctx, team_["jonas.frei"]))
    addresses.confirm(ctx, SOMEBODY, link)
    assert ([HOME], {}) == (before, marked(ctx, team_["jonas.frei"]))


def test_reports_at_the_same_time_make_one_mark(ctx: Context, jonas: Member) -> None:
    assert [1] * 10 == at_once(10, lambda _: bounce(ctx, HOME))
    assert 1 == len(events(ctx, jonas))


# Who sees it


def shown(ctx: Context, who: Member) -> list[tuple[str, object]]:
    items = home(ctx, signed_in(ctx, who)).items
    return [
        (one.kind, one.facts.get("address") or one.facts.get("username"))
        for one in items
        if one.kind.startswith("mail_back")
    ]


def test_home_shows_it_to_the_person_and_to_owners(ctx: Context, team_: Team, jonas: Member) -> None:
    bounce(ctx, WORK, HOME)
    assert {("mail_back", WORK), ("mail_back", "j•••••@bluewin.example")} == set(shown(ctx, jonas))
    assert [("mail_back_of", "jonas.frei")] == shown(ctx, team_.owner)
    assert [] == shown(ctx, team_["an.admin"])
    assert [] == shown(ctx, team_["reto.caduff"])


def test_home_shows_nothing_of_an_address_that_was_never_confirmed(
    ctx: Context, team_: Team, jonas: Member
) -> None:
    addresses.add(ctx, signed_in(ctx, jonas), "typo@bluewin.example")
    bounce(ctx, "typo@bluewin.example")
    assert ([], []) == (shown(ctx, jonas), shown(ctx, team_.owner))
    assert ["typo@bluewin.example"] == list(marked(ctx, jonas))


def test_the_staff_profile_shows_it(ctx: Context, team_: Team, jonas: Member) -> None:
    bounce(ctx, HOME)
    found = team.profile(ctx, signed_in(ctx, team_.owner), "jonas.frei").addresses
    assert [False, True] == [one.comes_back_since is not None for one in found]


def test_an_owner_sees_their_own_as_their_own(ctx: Context, team_: Team) -> None:
    bounce(ctx, team_.owner.email)
    assert [("mail_back", team_.owner.email)] == shown(ctx, reloaded(ctx, team_.owner))


def test_an_address_that_no_database_can_hold_is_nobody_s(ctx: Context, jonas: Member) -> None:
    """The good one beside it counts all the same."""
    assert 1 == bounce(ctx, "jonas\0@bluewin.example", HOME)
