"""The process is killed before a random SQL statement or commit of the main job, 200 times.

After each restart: the chains are whole, no code was accepted twice, no notice is missing, and the story can be
finished, at worst by issuing afresh.
"""

import random
import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from sparekey.app import open_context
from sparekey.core.audit_chain import Entry, Whole
from sparekey.factors import reveal
from sparekey.flows import _ways, console
from sparekey.flows._ways import about
from sparekey.flows.context import Context
from sparekey.flows.joining import first_run
from sparekey.settings import load
from sparekey.store import audit
from sparekey.store.schema import outbox
from tests.crash.client import Gone
from tests.crash.story import Phones, Story
from tests.infra.smtp import SmtpSink
from tests.people import account
from tests.serving import COUNT, Clock, FileWorld, Server

PARTS, KILLS = 8, 25
TOLD = {
    "member:recovery_case:issued": {"recovery_opened"},
    "member:recovery_case:completed": {"recovery_completed"},
    "member:recovery_case:stopped": {"recovery_doubted", "recovery_tripwire"},
    "member:recovery_case:cancelled": {"recovery_ended"},
    "member:recovery_case:expired": {"recovery_ended"},
}
"""Events that the person must have a letter about, posted at the same moment."""


def opened(folder: Path, environment: dict[str, str]) -> Context:
    return open_context(load(environment=environment), FileWorld(Clock(folder / "clock")))


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Phones]:
    """A folder with a server's database: Nora owns the account, Jonas has lost his phone."""
    folder = tmp_path_factory.mktemp("beginning")
    ctx = opened(folder, Server(folder).environment)
    first_run.prepare(ctx)
    team = account(ctx)
    had = ctx.db.read(lambda conn: _ways.ways(conn, team.owner.account_id, team.owner.id))
    app = next(one for one in had if one.is_second)
    shown = reveal(_ways.material(ctx, app.kept), about(team.account, team.owner))
    ctx.pool.close()
    ctx.db.close()
    return folder, Phones(nora=str(shown["secret"]))


def begin(beginning: tuple[Path, Phones], folder: Path, sink: SmtpSink) -> Story:
    shutil.copytree(beginning[0], folder)
    server = Server(
        folder,
        SPAREKEY_MAIL_HOST=sink.host,
        SPAREKEY_MAIL_PORT=str(sink.port),
        SPAREKEY_MAIL_SECURITY="none",
        SPAREKEY_MAIL_SENDER="sparekey@example.com",
    )
    return Story(server, Phones(nora=beginning[1].nora))


def statements_of_the_whole(beginning: tuple[Path, Phones], folder: Path, sink: SmtpSink) -> int:
    """How many statements and commits one undisturbed run has."""
    story = begin(beginning, folder, sink)
    story.server.start(die_at=COUNT)
    story.whole()
    story.server.stop()
    return int((folder / "statements").read_text())


def finish(story: Story) -> None:
    """Go on as people would: is Jonas in already? Otherwise Nora helps once more, with something fresh."""
    if not story.is_back_in():
        story.server.clock.advance(minutes=2)
        story.whole()
    story.server.stop()


def check(story: Story) -> None:
    ctx = opened(story.server.folder, story.server.environment)
    try:
        for chain in console.chains(ctx):
            assert isinstance(console.verify_chain(ctx, chain, lambda _: None), Whole), chain
        every_code_counts_once(ctx)
        no_notice_is_missing(ctx)
    finally:
        ctx.pool.close()
        ctx.db.close()


def entries(ctx: Context) -> list[Entry]:
    return [
        entry
        for chain in console.chains(ctx)
        for entry in ctx.db.read(lambda conn, chain=chain: list(audit.walk(conn, chain.id)))  # type: ignore[misc]
    ]


def every_code_counts_once(ctx: Context) -> None:
    """Each code belongs to one moment of the standing clock: at most one proof by one authenticator then."""
    proofs = Counter(
        (entry.at, entry.data["authenticator"])
        for entry in entries(ctx)
        if entry.tag == "member:second_factor:proved"
    )
    assert all(count == 1 for count in proofs.values()), proofs


def no_notice_is_missing(ctx: Context) -> None:
    rows = ctx.db.read(
        lambda conn: conn.execute(select(outbox.c.kind, outbox.c.created_at, outbox.c.state)).all()
    )
    posted = {(row.kind, row.created_at) for row in rows}
    for entry in entries(ctx):
        kinds = TOLD.get(entry.tag, set())
        assert not kinds or any((kind, entry.at) in posted for kind in kinds), entry


def posted_again(story: Story) -> None:
    """The last code once more, as a person would whose browser showed an error."""
    if not story.phones.posted:
        return
    digits = story.phones.posted[-1][1]
    for password in ("lantern under the bridge", "seven yellow dogs at noon"):
        story.sign_in_with("jonas.frei", password, digits)


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_the_main_job_survives_being_killed_between_any_two_statements(
    part: int, beginning: tuple[Path, Phones], tmp_path: Path, smtp: SmtpSink
) -> None:
    total = statements_of_the_whole(beginning, tmp_path / "whole", smtp)
    dice = random.Random(part)
    for number in range(KILLS):
        story = begin(beginning, tmp_path / str(number), smtp)
        story.server.start(die_at=dice.randint(1, total))
        with suppress(Gone):
            if story.server.is_running:
                story.whole()
        story.server.kill()
        story.server.start()
        posted_again(story)
        finish(story)
        check(story)
        shutil.rmtree(story.server.folder)
