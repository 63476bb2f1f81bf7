"""Security policy and audit log over HTTP."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update

from sparekey.core.events.team import MemberEdited
from sparekey.core.people import Role
from sparekey.flows._work import unit
from sparekey.flows.context import Context, Visitor
from sparekey.store import people
from sparekey.store.schema import audit
from tests.flows.conftest import statements
from tests.people import Team, account, letters, signed_in, tags
from tests.web.conftest import Browse, Page, browsing, confirming
from tests.world import FrozenWorld

LOG = "/account/audit"
HOSTILE = (
    "page=-1", "page=1000000000", f"page={'9' * 5000}", "page=%D9%A3", "page=x", "page=", "page=1e3",
)  # fmt: skip
NO_DATES = (
    "yesterday",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "2026-11-17T00:00",
    "%F0%9F%93%85",
    "' OR 1=1",
)


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx, others={"luca.auditor": Role.AUDITOR, "ivana.admin": Role.ADMIN})


def happened(ctx: Context, team: Team, times: int, who: str = "jonas.frei") -> None:
    """Something by the owner about somebody, that often."""

    def record(number: int) -> None:
        event = MemberEdited(team[who].id, (f"field_{number}",))
        visitor = Visitor(member=team.owner, source="192.0.2.7")
        unit(ctx, visitor, ctx.moment(), lambda work: work.record(event, team.account.id))

    for number in range(times):
        record(number)


@pytest.mark.parametrize(
    ("username", "policy", "log"),
    [
        ("nora.keller", 200, 200),
        ("luca.auditor", 200, 200),
        ("ivana.admin", 403, 403),
        ("jonas.frei", 403, 403),
    ],
)
def test_who_may_see_what(username: str, policy: int, log: int, team: Team, browse: Browse) -> None:
    tab = browse(team[username])

    assert tab.get("/account/policy").status == policy
    assert [tab.get(f"{LOG}{rest}").status for rest in ("", ".csv", ".jsonl")] == [log] * 3


def test_an_auditor_reads_the_policy_and_cannot_change_it(team: Team, browse: Browse) -> None:
    """In words instead of a form; the menu leads there."""
    tab = browse(team["luca.auditor"])
    page = tab.get("/account/policy")
    form = tab.get(LOG).form(f"{LOG}/verify")

    assert "You can read these rules. An account owner can change them." in page.words
    assert "A set-up link or a temporary secret" in page.words
    assert "Set-up links only" not in page.words
    assert [] == page.forms
    assert "/account/policy" in tab.get("/").links
    assert tab.post("/account/policy", form.fields).status == 403


def test_the_policy_can_be_read_long_after_the_sign_in(
    team: Team, browse: Browse, world: FrozenWorld
) -> None:
    """Only saving asks who it is."""
    tab = browse(team.owner)
    world.advance(timedelta(minutes=6))
    page = tab.get("/account/policy")

    assert page.status == 200
    assert tab.send(page, remember_days="7").leads_to == "/me/confirm?next=/account/policy"


def test_the_policy_is_shown_and_kept(ctx: Context, team: Team, browse: Browse) -> None:
    """What makes it weaker is told to the owners."""
    tab = browse(team.owner)
    page = tab.get("/account/policy")
    answer = tab.send(page, reveal="temporary", remember_days="7", admins_may_reveal="yes")
    after = tab.follow(answer)

    assert page.form().fields["reveal"] == "temporary"
    assert page.form().fields["remember_days"] == "0"
    assert after.form().fields["remember_days"] == "7"
    assert after.form().fields["admins_may_reveal"] == "yes"
    assert "The security policy is saved." in after.words
    assert len(letters(ctx, "policy_changed")) == 1


def test_models_of_passkeys_are_named_a_line_each(ctx: Context, team: Team) -> None:
    model = "2fc0579f-8113-47ea-b116-bb5a8db9202a"
    tab = browsing(replace(ctx, site=replace(ctx.site, can_tell_models=True)))(team.owner)
    wrong = tab.fill("/account/policy", passkey_models="YubiKey 5")
    tab.fill("/account/policy", passkey_models=f" {model.upper()}\n{model}")
    kept = ctx.db.read(lambda conn: people.account(conn, team.account.id)).policy.passkey_models

    assert (422, True) == (wrong.status, "Write each identifier as 8-4-4-4-12" in wrong.words)
    assert (model,) == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reveal": "current"}, "Accept the risk, or leave this off"),
        ({"reveal": "everything"}, "Choose one of those offered"),
        ({"remember_days": "8"}, "Choose one of those offered"),
        ({"remember_days": "-7"}, "Choose one of those offered"),
        ({"remember_days": "9" * 5000}, "Choose one of those offered"),
    ],
)
def test_a_policy_that_is_not_offered_says_why(
    typed: dict[str, str], said: str, ctx: Context, team: Team, browse: Browse
) -> None:
    answer = browse(team.owner).fill("/account/policy", **typed)

    assert answer.status == 422
    assert said in answer.words
    assert ctx.db.read(lambda conn: people.account(conn, team.account.id)).policy == team.account.policy


def test_a_stale_policy_form_is_told_that_somebody_was_faster(team: Team, browse: Browse) -> None:
    tab = browse(team.owner)
    stale = tab.get("/account/policy")
    tab.send(stale, reveal="links_only")
    answer = tab.send(stale, remember_days="30")

    assert answer.status == 409
    assert tab.send(stale, version="not a number").status == 409


def test_what_was_chosen_survives_the_confirmation(
    ctx: Context, team: Team, browse: Browse, world: FrozenWorld
) -> None:
    """And is gone from the browser afterwards, so that the next change starts from what is in force."""
    tab = browse(team.owner)
    page = tab.get("/account/policy")
    world.advance(timedelta(minutes=6))
    asked = tab.follow(tab.send(page, reveal="links_only"))
    back = tab.follow(tab.send(asked, "/me/confirm", **confirming(ctx, team.owner)))
    tab.follow(tab.send(back))
    again = tab.send(tab.get("/account/policy"), remember_days="30")

    assert back.form().fields["reveal"] == "links_only"
    assert "Confirmed. Nothing is saved yet" in back.words
    assert again.status == 303
    policy = ctx.db.read(lambda conn: people.account(conn, team.account.id)).policy
    assert (policy.links_only, policy.remember_days) == (True, 30)


def test_a_german_log_says_in_german_from_where(ctx: Context, team: Team, browse: Browse) -> None:
    """On the page; the export keeps the words that are hashed."""
    tab = browse(team.owner)
    tab.send(tab.get(LOG), f"{LOG}/verify")
    tab.client.cookies.set("lang", "de")

    assert "Firefox unter Windows, 203.0.113.7" in tab.get(LOG).words
    assert "Firefox unter Windows, 203.0.113.7" in tab.get("/me/activity").words
    assert "Firefox on Windows, 203.0.113.7" in tab.get(f"{LOG}.csv").text


def test_the_log_is_read_in_pages(ctx: Context, team: Team, browse: Browse) -> None:
    """Fifty a page, newest first, with a way on and back."""
    happened(ctx, team, 120)
    tab = browse(team.owner)
    first = tab.get(f"{LOG}?kind=team")
    onward = next(link for link in first.links if "page=2" in link)
    second = tab.get(onward)

    assert "1–50 of 120" in first.words
    assert "51–100 of 120" in second.words
    assert f"{LOG}?kind=team&page=1" in second.links
    assert "jonas.frei" in first.words


@pytest.mark.parametrize("query", HOSTILE)
def test_a_page_that_is_none_gives_the_nearest(query: str, ctx: Context, team: Team, browse: Browse) -> None:
    happened(ctx, team, 60)
    page = browse(team.owner).get(f"{LOG}?kind=team&{query}")

    assert page.status == 200
    assert ("51–60 of 60" if "99" in query or "000" in query else "1–50 of 60") in page.words


@pytest.mark.parametrize("field", ["from", "to"])
@pytest.mark.parametrize("typed", NO_DATES)
def test_a_date_that_is_none_says_so(field: str, typed: str, team: Team, browse: Browse) -> None:
    """On the page; the exports lead there."""
    tab = browse(team.owner)
    page = tab.get(f"{LOG}?{field}={typed}")
    led = tab.get(f"{LOG}.csv?{field}={typed}")

    assert page.status == 422
    assert "Enter a date such as 2026-11-17" in page.words
    assert led.leads_to.startswith(f"{LOG}?{field}=")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("kind=everything", 422),
        ("person=nobody", 200),
        ("person=" + "x" * 5000, 200),
        ("person=%00", 400),
        ("person=%FF", 400),
        ("from=2026-11-18&to=2026-11-16", 200),
        ("from=9998-12-31&to=9998-12-31", 200),
        ("from=1970-01-01", 200),
        ("unknown=1", 200),
    ],
)
def test_a_hostile_filter_is_answered(query: str, status: int, team: Team, browse: Browse) -> None:
    assert browse(team.owner).get(f"{LOG}?{query}").status == status


def test_the_filter_stands_in_the_form_and_in_the_exports(ctx: Context, team: Team, browse: Browse) -> None:
    query = "kind=team&person=jonas.frei&from=2026-11-01&to=2026-11-17"
    page = browse(team.owner).get(f"{LOG}?{query}")
    csv_link = next(link for link in page.links if ".csv" in link)
    search = next(form for form in page.forms if form.action == LOG)

    assert parse_qs(urlsplit(csv_link).query) == parse_qs(query)
    assert search.fields == {name: value[0] for name, value in parse_qs(query).items()}


def _rows(page: Page) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page.text)))


@pytest.fixture
def busy(ctx: Context, team: Team, world: FrozenWorld) -> Iterator[Team]:
    """Three days of one team's log."""
    for who in ("jonas.frei", "ivana.admin", "jonas.frei"):
        happened(ctx, team, 30, who)
        signed_in(ctx, team[who])
        world.advance(timedelta(days=1))
    return team  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("kind=team&person=jonas.frei", 60),
        ("kind=team&to=2026-11-17", 30),
        ("kind=team&from=2026-11-18&to=2026-11-18", 30),
        ("kind=sign_in&person=ivana.admin", 1),
        ("kind=team&from=2026-12-01", 0),
    ],
)
def test_exports_are_what_the_filter_shows(query: str, count: int, busy: Team, browse: Browse) -> None:
    """Both days of a range belong to it. Both forms hold the same entries, oldest first."""
    tab = browse(busy.owner)
    page = tab.get(f"{LOG}?{query}")
    rows = _rows(tab.get(f"{LOG}.csv?{query}"))
    lines = [json.loads(line) for line in tab.get(f"{LOG}.jsonl?{query}").text.splitlines()]

    assert len(rows) == len(lines) == count
    assert [int(row["seq"]) for row in rows] == [line["seq"] for line in lines]
    assert [line["seq"] for line in lines] == sorted(line["seq"] for line in lines)
    assert (f"of {count}" in page.words) if count else ("No entry matches" in page.words)


def test_an_export_is_on_the_log_before_it_is_read(ctx: Context, team: Team, browse: Browse) -> None:
    """And is part of what it exports."""
    page = browse(team.owner).get(f"{LOG}.jsonl")

    assert json.loads(page.text.splitlines()[-1])["tag"] == "account:audit:exported"
    assert page.headers["content-disposition"] == 'attachment; filename="audit-log-2026-11-17.jsonl"'
    assert page.headers["cache-control"] == "no-store"


def test_a_remembered_browser_confirms_first(team: Team, browse: Browse) -> None:
    """Reading the log asks for the second factor."""
    assert browse(team.owner, aal2=False).get(LOG).leads_to == f"/me/confirm?next={LOG}"


def test_verify_says_that_the_chain_is_complete(ctx: Context, team: Team, browse: Browse) -> None:
    happened(ctx, team, 10)
    tab = browse(team.owner)
    answer = tab.send(tab.get(LOG), f"{LOG}/verify")

    assert "no gap, no change." in answer.words
    assert "Last verified today at 12:00" in answer.words
    assert tags(ctx, team.account.id)[-1] == "account:audit:verified"
    assert tab.get(f"{LOG}/verify").leads_to == LOG


def test_verify_names_the_first_entry_that_was_changed(
    ctx: Context, team: Team, browse: Browse, world: FrozenWorld
) -> None:
    """By number and time, after somebody changed a row past the server."""
    happened(ctx, team, 20)
    chain = audit.c.chain == team.account.id
    found = ctx.db.read(lambda conn: conn.execute(audit.select().where(chain)).all())
    target = sorted(row.seq for row in found)[-5]
    ctx.db.write(
        lambda conn: conn.execute(
            update(audit).where(chain, audit.c.seq == target).values(source="elsewhere")
        )
    )
    tab = browse(team.owner)
    answer = tab.send(tab.get(LOG), f"{LOG}/verify")

    assert f"The chain is broken at entry {target}." in answer.words
    assert "It is dated 17 Nov 2026 12:00:00." in answer.words


@pytest.mark.parametrize(("path", "most"), [(LOG, 14), ("/account/policy", 6)])
def test_a_page_takes_few_statements(path: str, most: int, ctx: Context, team: Team, browse: Browse) -> None:
    """However many entries there are."""
    happened(ctx, team, 60)
    tab = browse(team.owner)
    with statements(ctx) as sent:
        assert tab.get(path).status == 200

    assert len(sent) <= most, f"{len(sent)}: {sent}"
