"""What is secret stays secret: it is in no audit entry, no log, no kept letter, and nowhere in the database."""

import logging
import re
from base64 import b32decode
from datetime import timedelta

import pytest
from sqlalchemy import select

from sparekey.core.contract import Answer
from sparekey.core.people import Member, Policy
from sparekey.core.recovery_case import Delivery
from sparekey.errors import WrongProof
from sparekey.flows import console, not_me, password_link, recover, rotate, sessions, sign_in
from sparekey.flows._work import Work, unit
from sparekey.flows.background.texts import Texter
from sparekey.flows.context import Context
from sparekey.flows.joining import setup
from sparekey.flows.own import apps, replacing, reviewing, sent_codes
from sparekey.flows.own.apps import NewOne
from sparekey.flows.own.sent_codes import Wanted
from sparekey.store import sessions as kept_sessions
from sparekey.store.schema import metadata
from tests.flows.signing_in.texting import asks, code_sent, texting
from tests.flows.steps import (
    answer,
    changes_all,
    everything,
    half,
    helped,
    redeemed,
    refusal,
    shows,
    token_in,
)
from tests.people import (
    PASSWORD,
    SOMEBODY,
    Browser,
    Team,
    account,
    again,
    code_of,
    entries,
    letters,
    opened,
    signed_in,
    with_backup_codes,
)
from tests.world import FrozenWorld

MINUTE = timedelta(minutes=1)


class Story:
    """Walks through every flow and remembers each secret that was typed, shown, mailed or set as a cookie."""

    def __init__(self, ctx: Context, world: FrozenWorld) -> None:
        self.ctx = ctx
        self.world = world
        self.secrets: set[str] = {PASSWORD}
        self.team: Team = account(
            ctx, policy=Policy(reveal_current=True, remember_days=30, sms_codes=True, email_codes=True)
        )
        self.jonas: Member = self.team["jonas.frei"]

    def secret(self, text: str) -> str:
        self.secrets.add(text)
        return text

    def browser(self, browser: Browser) -> Browser:
        self.secret(browser.token)
        return browser

    def link(self, kind: str, fact: str = "link") -> str:
        return self.secret(token_in(str(letters(self.ctx, kind)[-1].facts[fact])))

    def nora(self) -> Browser:
        return self.browser(signed_in(self.ctx, self.team.owner))

    def app(self, shown: str) -> str:
        self.secret(shown)
        self.secret(shown.replace(" ", ""))
        self.secret(b32decode(shown.replace(" ", "")).decode("latin-1"))
        return self.secret(shows(self.ctx, shown))

    def walk(self) -> None:
        for chapter in (
            self.wrong_things,
            self.own_ways,
            self.sent,
            self.forgotten,
            self.by_screen,
            self.by_mail,
            self.by_link,
        ):
            chapter()
            self.world.advance(10 * MINUTE)
        self.by_current()
        self.from_console()

    def wrong_things(self) -> None:
        ctx = self.ctx
        typed, wrong = self.secret("Canary-As-A-Name-77"), self.secret("canary wrong password")
        self.secret(typed.lower())
        refusal(lambda: sign_in.begin(ctx, SOMEBODY, "jonas.frei", wrong))
        refusal(lambda: sign_in.begin(ctx, SOMEBODY, typed, wrong))
        browser = self.browser(half(ctx, self.jonas))
        refusal(lambda: answer(ctx, browser, self.secret("83920174"), Answer.CODE))
        refusal(lambda: answer(ctx, browser, self.secret("canary-backup-code"), Answer.BACKUP_CODE))
        refusal(lambda: setup.open_link(ctx, SOMEBODY, self.secret("canary-link-token")))
        refusal(lambda: not_me.stop(ctx, SOMEBODY, self.secret("canary-stop-token")))

    def own_ways(self) -> None:
        ctx = self.ctx
        for code in with_backup_codes(ctx, self.jonas):
            self.secret(code)
            self.secret(code.replace("-", ""))
        browser = self.browser(signed_in(ctx, self.jonas))
        replacing.switch_secret(ctx, browser, self.app(apps.propose(ctx, browser).secret))
        self.world.advance(MINUTE)
        code = self.app(apps.propose(ctx, browser).secret)
        apps.add(ctx, browser, NewOne(code, "tablet", "tablet"))
        replacing.make_codes(ctx, browser)
        staged = replacing.staged_codes(ctx, browser)
        assert staged is not None
        for code in staged.shown:
            self.secret(code)
            self.secret(code.replace("-", ""))
        replacing.switch_codes(ctx, browser, staged.shown[0])
        sheet = next(one.id for one in reviewing.look(ctx, browser).ways if one.left is not None)
        reviewing.use(ctx, browser, sheet, staged.shown[2])
        new = self.secret("canary first new password")
        started = replacing.change_password(ctx, browser, PASSWORD, new)
        browser = self.browser(opened(ctx, browser, started.token))
        self.world.advance(MINUTE)
        again_started = sessions.confirm(ctx, browser, new, Answer.BACKUP_CODE, staged.shown[1])
        self.browser(opened(ctx, browser, again_started.token))
        half_one = self.browser(half(ctx, self.jonas, password=new))
        outcome = answer(ctx, half_one, self.secret(code_of(ctx, self.jonas)), remember=True)
        self.browser(opened(ctx, SOMEBODY, outcome.started.token))

    def sent(self) -> None:
        """A number and a mailbox, a code to each, and a gateway that is down."""
        ctx = texting(self.ctx)
        self.secrets |= {"+41791234567", "41791234567", "791234567"}
        nora = self.nora()
        sent_codes.begin(ctx, nora, Answer.SMS_CODE, Wanted("079 123 45 67", accepts_risk=True))
        sent_codes.finish(ctx, nora, Answer.SMS_CODE, self.secret(code_sent(ctx)))
        sent_codes.begin(ctx, nora, Answer.EMAIL_CODE, Wanted())
        sent_codes.finish(ctx, nora, Answer.EMAIL_CODE, self.secret(code_sent(ctx, Answer.EMAIL_CODE)))
        for way in (Answer.SMS_CODE, Answer.EMAIL_CODE):
            self.world.advance(MINUTE)
            browser = self.browser(half(ctx, self.team.owner))
            code = self.secret(asks(ctx, browser, way))
            with pytest.raises(WrongProof):
                answer(ctx, browser, self.secret("592817"), way)
            self.browser(opened(ctx, SOMEBODY, answer(ctx, browser, code, way).started.token))
        Texter(ctx).run_once()

    def forgotten(self) -> None:
        password_link.ask(self.ctx, SOMEBODY, "jonas.frei")
        token, code = self.link("password_reset_link"), self.secret(code_of(self.ctx, self.jonas))
        password_link.renew(self.ctx, SOMEBODY, token, PASSWORD, (Answer.CODE, code))
        self.link("password_changed", "stop_link")

    def by_screen(self) -> None:
        ctx, nora = self.ctx, self.nora()
        helped(ctx, nora, self.jonas)
        self.app(recover.view(ctx, nora, self.jonas.id, "page").secret)
        self.link("recovery_opened", "stop_link")
        self.change(redeemed(ctx, self.jonas), "canary second new password")

    def by_mail(self) -> None:
        helped(self.ctx, self.nora(), self.jonas, Delivery.MAIL)
        self.app(str(letters(self.ctx, "secret_sent")[-1].facts["secret"]))
        self.secret(str(letters(self.ctx, "secret_sent")[-1].facts["uri"]))
        browser = self.browser(half(self.ctx, self.jonas, password="canary second new password"))
        outcome = answer(self.ctx, browser, code_of(self.ctx, self.jonas, "temporary_secret"))
        self.change(opened(self.ctx, SOMEBODY, outcome.started.token), "canary third new password")

    def by_link(self) -> None:
        helped(self.ctx, self.nora(), self.jonas, Delivery.LINK)
        token = self.link("setup_link")
        started = setup.accept_lost(self.ctx, SOMEBODY, token, "canary third new password")
        self.change(opened(self.ctx, SOMEBODY, started.token), "canary fourth new password")

    def change(self, browser: Browser, password: str) -> None:
        self.browser(browser)
        done = self.browser(changes_all(self.ctx, browser, self.secret(password)))
        codes = rotate.shown_codes(self.ctx, done)
        for code in codes:
            self.secret(code)
            self.secret(code.replace("-", ""))
        setup.prove_saved(self.ctx, done, codes[0])

    def by_current(self) -> None:
        nora = self.nora()
        helped(self.ctx, nora, self.jonas, Delivery.CURRENT)
        self.app(recover.view(self.ctx, nora, self.jonas.id, "page").secret)
        not_me.stop(self.ctx, SOMEBODY, self.link("secret_revealed", "stop_link"))

    def from_console(self) -> None:
        token = self.secret(token_in(console.member_recover(self.ctx, "jonas.frei").link))
        browser = self.browser(opened(self.ctx, SOMEBODY, setup.accept(self.ctx, SOMEBODY, token).token))
        setup.stage_password(self.ctx, browser, self.secret("canary fifth new password"))
        code = self.app(setup.propose(self.ctx, browser).secret)
        self.browser(opened(self.ctx, browser, setup.commit(self.ctx, browser, code).token))


@pytest.fixture
def story(ctx: Context, world: FrozenWorld, caplog: pytest.LogCaptureFixture) -> Story:
    caplog.set_level(logging.DEBUG)
    told = Story(ctx, world)
    told.walk()
    return told


def found(secrets: set[str], text: str) -> list[str]:
    """Those that occur; six digits only where they stand alone, because ids and times hold digits too."""
    return [
        secret
        for secret in secrets
        if (re.search(rf"(?<!\d){secret}(?!\d)", text) if secret.isdigit() else secret in text)
    ]


def test_no_secret_is_in_the_audit_log(ctx: Context, story: Story) -> None:
    chains = [*entries(ctx), *entries(ctx, story.team.account.id)]
    assert len(chains) > 100
    assert [] == found(story.secrets, "\n".join(map(repr, chains)))


def test_no_secret_is_in_the_server_s_log(story: Story, caplog: pytest.LogCaptureFixture) -> None:
    assert [] == found(story.secrets, caplog.text)


def test_no_secret_is_in_the_database(ctx: Context, story: Story) -> None:
    """Passwords and codes are hashed, tokens are hashed, app secrets and letters are sealed."""
    assert len(story.secrets) > 70
    assert [] == found({one for one in story.secrets if not one.isdigit()}, everything(ctx))


def test_no_code_is_in_a_row(ctx: Context, story: Story) -> None:
    rows = []
    with ctx.db.reading() as conn:
        for table in metadata.sorted_tables:
            rows += [repr(tuple(row)) for row in conn.execute(select(table))]
    assert [] == found({one for one in story.secrets if one.isdigit()}, "\n".join(rows))


def test_the_canary_sings(ctx: Context, story: Story) -> None:
    """What is not secret is found: the search looks where the secrets would be."""
    assert ["jonas.frei"] == found({"jonas.frei"}, everything(ctx))


# Sealing: one key and one nonce never seal two contents


def nonces(ctx: Context) -> list[bytes]:
    """The first bytes of everything that is sealed."""
    sealed: list[bytes] = []
    with ctx.db.reading() as conn:
        for table in metadata.sorted_tables:
            for column in table.c:
                if column.name.startswith("sealed"):
                    sealed += [value for value in conn.execute(select(column)).scalars() if value]
    return sealed


def nonce_of(sealed: bytes) -> bytes:
    """Behind the version and the key id."""
    return bytes(sealed)[9:21]


def test_rows_sealed_in_one_moment_have_different_nonces(ctx: Context) -> None:
    team = account(ctx, staff=[f"staff.{number}" for number in range(10)])
    for who in team.people.values():
        with_backup_codes(ctx, who)
    sealed = nonces(ctx)
    assert 33 == len(sealed)
    assert 33 == len(set(map(nonce_of, sealed)))


def test_one_row_sealed_twice_in_one_moment_has_different_nonces(ctx: Context) -> None:
    """A unit that runs again after a deadlock may find other content for the same row and version."""
    moment = ctx.moment()
    seen = []
    for content in ("one", "two", "one"):

        def seal(work: Work, content: str = content) -> bytes:
            return work.seal({"content": content}, "authenticators:acc:mem:aut:totp:1")

        seen.append(unit(ctx, SOMEBODY, moment, seal))
    assert seen[0] == seen[2]
    assert nonce_of(seen[0]) != nonce_of(seen[1])


def test_a_draft_and_its_next_version_have_different_nonces(ctx: Context) -> None:
    jonas = account(ctx)["jonas.frei"]
    browser = signed_in(ctx, jonas)
    seen = []
    for _ in range(3):
        replacing.make_codes(ctx, browser)
        stored = ctx.db.read(lambda conn: kept_sessions.find(conn, browser.token_hash))
        assert stored is not None
        assert stored.sealed_draft is not None
        seen.append(nonce_of(stored.sealed_draft))
    assert 3 == len(set(seen))
    assert again(ctx, browser).session is not None
