"""The audit log: who reads it, what it shows, what leaves with an export, and what a check finds."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Executable, delete, event, update

from sparekey.core.audit_chain import Broken, Whole
from sparekey.core.events import TAGS
from sparekey.core.people import Role
from sparekey.errors import BadInput, NotAllowed, StepUpNeeded
from sparekey.flows import reports, team
from sparekey.flows.context import Context
from sparekey.flows.reports import Wanted
from sparekey.store.schema import audit as table
from sparekey.store.schema import chains
from tests.flows.conftest import statements
from tests.people import Browser, Team, account, again, changed, entries, signed_in, tags
from tests.world import FrozenWorld


@pytest.fixture
def crew(ctx: Context) -> Team:
    return account(ctx, others={"ivana.admin": Role.ADMIN, "luca.auditor": Role.AUDITOR})


@pytest.fixture
def nora(ctx: Context, crew: Team) -> Browser:
    return signed_in(ctx, crew.owner)


def shown(ctx: Context, who: Browser, wanted: Wanted | None = None) -> list[tuple[str, str, str]]:
    page = reports.audit_log(ctx, who, wanted or Wanted())
    return [(one.entry.tag, one.by, one.about) for one in page.entries]


@pytest.mark.parametrize(
    ("username", "may"),
    [("nora.keller", True), ("luca.auditor", True), ("ivana.admin", False), ("jonas.frei", False)],
)
def test_owners_and_auditors_read_it(ctx: Context, crew: Team, username: str, may: bool) -> None:
    browser = signed_in(ctx, crew[username])
    for act in (
        lambda: reports.audit_log(ctx, browser, Wanted()),
        lambda: reports.summary_of(ctx, browser),
        lambda: reports.export(ctx, browser, Wanted(), "csv"),
        lambda: reports.verify(ctx, browser),
    ):
        try:
            act()
        except NotAllowed:
            assert not may
        else:
            assert may


def test_reading_asks_for_two_factors_and_no_fresh_ones(
    ctx: Context, crew: Team, nora: Browser, world: FrozenWorld
) -> None:
    with pytest.raises(StepUpNeeded):
        reports.audit_log(ctx, signed_in(ctx, crew.owner, aal2=False), Wanted())
    world.advance(timedelta(minutes=50))
    assert reports.audit_log(ctx, again(ctx, nora), Wanted()).count > 0


def test_entries_come_newest_first_with_names_as_they_are_now(
    ctx: Context, crew: Team, nora: Browser
) -> None:
    team.sign_out(ctx, nora, "jonas.frei")
    changed(ctx, crew["jonas.frei"], username="jonas.weber")
    assert ("member:session:all_ended", "nora.keller", "jonas.weber") == shown(ctx, nora)[0]


def test_who_was_deleted_is_called_that(ctx: Context, nora: Browser) -> None:
    team.delete_member(ctx, nora, "jonas.frei", "jonas.frei")
    assert ("account:member:deleted", "nora.keller", reports.DELETED) == shown(ctx, nora)[0]


def test_fifty_a_page(ctx: Context, nora: Browser) -> None:
    for _ in range(60):
        team.sign_out(ctx, nora, "jonas.frei")
    first, second = (reports.audit_log(ctx, nora, Wanted(), page) for page in (1, 2))
    assert (50, first.count) == (len(first.entries), second.count)
    assert first.entries[-1].entry.seq == second.entries[0].entry.seq + 1


def test_another_accounts_log_is_not_there(ctx: Context, nora: Browser) -> None:
    other = account(ctx, owner="strange.owner", staff=())
    found = reports.audit_log(ctx, nora, Wanted(person=other.owner.id))
    assert 0 == found.count
    assert 0 == reports.audit_log(ctx, nora, Wanted(person="strange.owner")).count


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(kind="team"), ["account:member:role_changed"]),
        (Wanted(kind="team", person="jonas.frei"), ["account:member:role_changed"]),
        (Wanted(kind="team", person="luca.auditor"), []),
        (Wanted(person="' OR 1=1 --"), []),
        (Wanted(person="x" * 5000), []),
        (Wanted(person="jonas\x00\ud800"), []),
        (Wanted(kind="policy"), []),
    ],
)
def test_filters(ctx: Context, nora: Browser, wanted: Wanted, expected: list[str]) -> None:
    team.change_role(ctx, nora, "jonas.frei", Role.ADMIN)
    assert expected == [tag for tag, _, _ in shown(ctx, nora, wanted)]


def test_a_time_range_ends_before_its_end(ctx: Context, nora: Browser, world: FrozenWorld) -> None:
    world.advance(timedelta(minutes=1))
    team.sign_out(ctx, nora, "jonas.frei")
    now = world.now()
    assert 1 == len(shown(ctx, nora, Wanted(since=now)))
    assert "member:session:all_ended" not in [tag for tag, _, _ in shown(ctx, nora, Wanted(until=now))]


def test_the_id_of_a_deleted_person_still_finds_their_entries(
    ctx: Context, crew: Team, nora: Browser
) -> None:
    team.delete_member(ctx, nora, "jonas.frei", "jonas.frei")
    assert shown(ctx, nora, Wanted(person=crew["jonas.frei"].id))


def test_a_kind_that_is_none_is_refused(ctx: Context, nora: Browser) -> None:
    with pytest.raises(BadInput):
        reports.audit_log(ctx, nora, Wanted(kind="everything"))


def test_every_event_of_an_account_belongs_to_one_kind() -> None:
    """What is only ever on the server's own chain belongs to none."""
    grouped = [tag for group in reports.KINDS.values() for tag in group]
    every = {tag for tag in TAGS if not tag.startswith("server:")}
    assert (every, len(every)) == (set(grouped), len(grouped))


def test_the_summary_tells_length_age_and_the_last_check(
    ctx: Context, crew: Team, nora: Browser, world: FrozenWorld
) -> None:
    assert reports.summary_of(ctx, nora).last_verified_at is None
    reports.verify(ctx, nora)
    found, chain = reports.summary_of(ctx, nora), entries(ctx, crew.account.id)
    assert (len(chain), chain[-1].hash) == (found.count, found.newest_hash)
    assert (world.now(), world.now()) == (found.since, found.last_verified_at)


def test_a_page_costs_the_same_for_many(ctx: Context, nora: Browser) -> None:
    with statements(ctx) as few:
        reports.audit_log(ctx, nora, Wanted())
    for _ in range(20):
        team.sign_out(ctx, nora, "jonas.frei")
    with statements(ctx) as many:
        reports.audit_log(ctx, nora, Wanted())
    assert len(few) == len(many)


# Export


def exported(ctx: Context, who: Browser, form: str, wanted: Wanted | None = None) -> str:
    return "".join(reports.export(ctx, who, wanted or Wanted(), form))


def test_an_export_is_on_the_log_before_it_is_read(ctx: Context, crew: Team, nora: Browser) -> None:
    lines = reports.export(ctx, nora, Wanted(), "jsonl")
    assert "account:audit:exported" == tags(ctx, crew.account.id)[-1]
    assert "account:audit:exported" == json.loads(list(lines)[-1])["tag"]


def test_json_lines_hold_the_whole_chain_so_that_anybody_can_check_it(
    ctx: Context, crew: Team, nora: Browser
) -> None:
    rows = [json.loads(line) for line in exported(ctx, nora, "jsonl").splitlines()]
    kept = entries(ctx, crew.account.id)
    assert [entry.hash for entry in kept] == [row["hash"] for row in rows]
    assert [entry.data for entry in kept] == [row["data"] for row in rows]
    assert ("nora.keller", crew.owner.id) == (rows[-1]["by"], rows[-1]["actor"])


def test_csv_holds_the_same(ctx: Context, crew: Team, nora: Browser) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(ctx, nora, "csv"))))
    assert [entry.hash for entry in entries(ctx, crew.account.id)] == [row["hash"] for row in rows]


def test_an_export_has_the_filter_of_the_page(ctx: Context, nora: Browser) -> None:
    team.change_role(ctx, nora, "jonas.frei", Role.ADMIN)
    lines = exported(ctx, nora, "jsonl", Wanted(kind="team")).splitlines()
    assert ["account:member:role_changed"] == [json.loads(line)["tag"] for line in lines]


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t"])
def test_no_cell_is_a_formula(ctx: Context, crew: Team, begins: str) -> None:
    """A browser can call itself what it likes, and the audit log keeps it."""
    browser = Browser(f"{begins}cmd|' /C calc'!A0")
    signed_in(ctx, crew.owner, visitor=browser)
    rows = csv.reader(io.StringIO(exported(ctx, signed_in(ctx, crew.owner), "csv")))
    cells = [cell for row in rows for cell in row]
    assert any("cmd|" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_form_that_is_none_is_refused_and_not_on_the_log(ctx: Context, crew: Team, nora: Browser) -> None:
    with pytest.raises(BadInput):
        reports.export(ctx, nora, Wanted(), "xlsx")
    assert "account:audit:exported" not in tags(ctx, crew.account.id)


# Checking


def test_a_whole_chain_is_said_to_be_whole_and_the_check_is_on_it(
    ctx: Context, crew: Team, nora: Browser
) -> None:
    before = entries(ctx, crew.account.id)
    assert Whole(len(before), before[-1].hash) == reports.verify(ctx, nora)
    check = entries(ctx, crew.account.id)[-1]
    assert ("account:audit:verified", {"count": len(before)}) == (check.tag, check.data)


def tampered(ctx: Context, change: Executable) -> None:
    """Somebody with the database in their hands."""
    ctx.db.write(lambda conn: conn.execute(change))


def test_the_first_entry_that_was_changed_is_named(ctx: Context, crew: Team, nora: Browser) -> None:
    here = (table.c.chain == crew.account.id) & (table.c.seq == 3)
    tampered(ctx, update(table).where(here).values(actor="mem_somebody"))
    found = reports.verify(ctx, nora)
    assert isinstance(found, Broken)
    assert (3, "content") == (found.seq, found.why)
    assert {"count": 2, "broken_at": 3} == entries(ctx, crew.account.id)[-1].data


def test_an_entry_that_is_missing_is_named(ctx: Context, crew: Team, nora: Browser) -> None:
    tampered(ctx, delete(table).where(table.c.chain == crew.account.id, table.c.seq == 2))
    assert Broken(2, None, "missing") == reports.verify(ctx, nora)


def test_a_chain_cut_short_is_noticed(ctx: Context, crew: Team, nora: Browser) -> None:
    length = len(entries(ctx, crew.account.id))
    last = delete(table).where(table.c.chain == crew.account.id, table.c.seq == length)
    tampered(ctx, last)
    assert Broken(length, None, "cut_short") == reports.verify(ctx, nora)


def test_an_entry_that_the_head_does_not_know_is_noticed(ctx: Context, crew: Team, nora: Browser) -> None:
    """The head is set back by one entry; the entry itself is right."""
    chain = entries(ctx, crew.account.id)
    back = update(chains).where(chains.c.chain == crew.account.id)
    tampered(ctx, back.values(seq=len(chain) - 1, hash=chain[-2].hash))
    assert Broken(len(chain), chain[-1].at, "beyond_head") == reports.verify(ctx, nora)


def test_an_entry_added_during_the_check_is_no_break(ctx: Context, nora: Browser) -> None:
    done: list[str] = []

    def add(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM audit" in statement and not done:
            done.append(statement)
            team.sign_out(ctx, nora, "jonas.frei")

    event.listen(ctx.db.engine, "before_cursor_execute", add)
    found = reports.verify(ctx, nora)
    event.remove(ctx.db.engine, "before_cursor_execute", add)
    assert (1, True) == (len(done), isinstance(found, Whole))
