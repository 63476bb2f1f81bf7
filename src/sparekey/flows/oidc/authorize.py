"""The authorization endpoint: who is let into which app (OpenID Connect Core 1.0, section 3.1.2).

`decide` says what comes next, from what the session's proofs are worth (`core.sign_in.is_enough`); it changes nothing
unless everything is there, and then gives the app its code. An app hears of nothing before somebody is signed in:
otherwise an address made up by an attacker would send people on from here (RFC 9700, section 4.11.2).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from sparekey.core.clients import CODE_LIFE, Client, Grant, Login, give
from sparekey.core.contract import Answer as Field
from sparekey.core.contract import Moment
from sparekey.core.events.apps import ClientSignedIn, ConsentGiven
from sparekey.core.people import Member
from sparekey.core.proofs import assurance
from sparekey.core.sessions import Scope, Session
from sparekey.core.sign_in import Demand, is_enough
from sparekey.errors import ProtocolRefused
from sparekey.flows import sessions
from sparekey.flows._work import Work, hashed, token, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.oidc import keys
from sparekey.flows.oidc.asked import ASKED, CHOSEN, Sent, Whose, noted, whose
from sparekey.oidc import acr, claims, request
from sparekey.oidc.addresses import with_query
from sparekey.oidc.request import Asked, Prompt
from sparekey.store.oidc import clients, grants, pushed


@dataclass(frozen=True)
class SignIn:
    """Nobody is signed in."""

    hint: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wake:
    """The session sleeps."""


@dataclass(frozen=True)
class Change:
    """First the forced change."""


@dataclass(frozen=True)
class Confirm:
    """The proofs are too weak or too old."""

    by_passkey: bool


@dataclass(frozen=True)
class NeedsPasskey:
    """The app lets in with a passkey alone, and this person has none."""

    app: str


@dataclass(frozen=True)
class Choose:
    """As whom? `is_other`: the app wants somebody else than who is signed in."""

    app: str
    is_other: bool


@dataclass(frozen=True)
class NotYours:
    """The app is not for this person. `back`: the address at which the app hears so."""

    app: str
    back: str


@dataclass(frozen=True)
class Consent:
    """May the app have this?"""

    app: str
    homepage: str
    host: str
    """Where the person is sent on to; the scheme, where that is an app's own."""
    scopes: tuple[str, ...]
    is_remembered: bool


@dataclass(frozen=True)
class Answer:
    """The address, with what the app is told."""

    app: str
    address: str


Step = SignIn | Wake | Change | Confirm | NeedsPasskey | Choose | NotYours | Consent | Answer


@dataclass(frozen=True)
class _Case:
    """One request and who stands before it."""

    ctx: Context
    visitor: Visitor
    what: Sent
    found: Whose
    now: datetime

    @property
    def client(self) -> Client:
        return self.found.client

    def answer(self, **told: str) -> Answer:
        address, state = self.found.redirect_uri, self.found.params.get("state", "")
        told = {**told, **({"state": state} if state else {}), "iss": self.ctx.issuer}
        return Answer(self.client.name, with_query(address, told))

    def refuse(self, error: str, description: str) -> Answer:
        return self.answer(error=error, error_description=description)


def decide(ctx: Context, visitor: Visitor, what: Sent, *, agrees: bool | None = None) -> Step:
    """What comes next. `agrees`: what the person answered to `Consent`. Raises `ProtocolRefused` for a page."""
    case = _Case(ctx, visitor, what, ctx.db.read(lambda conn: whose(ctx, conn, what)), ctx.moment().at)
    session, member = visitor.session, visitor.member
    is_in = session is not None and member is not None and session.scope is Scope.FULL
    try:
        asked = _read(case)
    except ProtocolRefused as refusal:
        if is_in or case.found.pushed or what.is_silent:
            return case.refuse(refusal.error, refusal.description)
        return SignIn()
    if session is None or member is None or not is_in or visitor.is_idle:
        if asked.is_silent:
            return case.refuse("login_required", "Nobody is signed in")
        if session is not None and session.scope is Scope.ROTATE:
            return Change()
        return Wake() if is_in else SignIn(asked.login_hint, asked.languages)
    return _of_member(case, asked, session, member, agrees=agrees)


def _read(case: _Case) -> Asked:
    if case.what.repeated:
        raise ProtocolRefused("invalid_request", f"{min(case.what.repeated)} came twice")
    if case.client.is_strict and not case.found.pushed:
        raise ProtocolRefused("invalid_request", "This client must push its requests")
    return request.read(case.found.params, case.client)


def _of_member(case: _Case, asked: Asked, session: Session, member: Member, *, agrees: bool | None) -> Step:
    client = case.client
    if not client.is_for(member.account_id, member.id):
        refused = case.refuse("access_denied", "This person may not use this app")
        return refused if asked.is_silent else NotYours(client.name, refused.address)
    step = _as_whom(case, asked, member) or _proven(case, asked, session, member)
    if step is not None:
        return step
    if agrees is False:
        return case.refuse("access_denied", "The person said no")
    scopes = claims.asked_scopes(asked.scopes, asked.claims)
    if not agrees and client.asks_consent and not _has_consent(case, asked, member, scopes):
        return _ask(case, asked, scopes)
    return _let_in(case, asked, session, member, scopes if agrees else ())


def _as_whom(case: _Case, asked: Asked, member: Member) -> Step | None:
    """Is it the person whom the app wants, and did they choose to be, where it asks for that?"""
    own = claims.subject(case.client, member.id, case.ctx.pairwise_key)
    wanted = {asked.subject} - {""}
    if asked.id_token_hint:
        hint = keys.verify_own(case.ctx, asked.id_token_hint)
        if hint is None or hint.get("aud") != case.client.id:
            return case.refuse("invalid_request", "id_token_hint is not an ID token of this client")
        wanted.add(str(hint.get("sub")))
    if wanted - {own}:
        other = case.refuse("login_required", "Somebody else is signed in")
        return other if asked.is_silent else Choose(case.client.name, is_other=True)
    has_chosen = noted(case.ctx, case.what, CHOSEN, case.now) is not None
    if Prompt.SELECT_ACCOUNT in asked.prompts and not has_chosen:
        return Choose(case.client.name, is_other=False)
    return None


def _proven(case: _Case, asked: Asked, session: Session, member: Member) -> Step | None:
    """Are the proofs strong and fresh enough, for the app's owner and for what the app asks now?

    A wish for more than the owner demands is met where the person can; only an essential one ends the request.
    """
    proofs, own = session.proofs, case.client.demand
    demand = max(own, acr.demanded(asked.acr_values), key=tuple(Demand).index)
    has_passkey = demand is not Demand.PASSKEY or _has_passkey(case, member)
    if not has_passkey and own is Demand.PASSKEY:
        silent = case.refuse("access_denied", "This person has no passkey")
        return silent if asked.is_silent else NeedsPasskey(case.client.name)
    if not has_passkey:
        demand = own
    since, is_led = _since(case, asked)
    if is_led and is_enough(proofs, demand, since=since):
        is_told = acr.told(asked.acr_values, assurance(proofs)) in asked.acr_values
        return _unmet(case) if asked.needs_acr and not is_told else None
    if not asked.is_silent:
        return _unmet(case) if asked.needs_acr and not has_passkey else Confirm(demand is Demand.PASSKEY)
    if asked.needs_acr or not is_enough(proofs, own, since=since):
        return case.refuse("login_required", "This needs more or fresher proofs")
    return None


def _since(case: _Case, asked: Asked) -> tuple[datetime | None, bool]:
    """From when proofs count, and whether whoever must prove themselves anew was led to do so."""
    led_away = noted(case.ctx, case.what, ASKED, case.now)
    if Prompt.LOGIN in asked.prompts:
        return led_away, led_away is not None
    if asked.max_age is None:
        return None, True
    oldest = case.now - asked.max_age
    return min(oldest, led_away or oldest), True


def _has_passkey(case: _Case, member: Member) -> bool:
    return Field.PASSKEY in sessions.own_answers(case.ctx, member)


def _unmet(case: _Case) -> Answer:
    """RFC 9470, section 5."""
    return case.refuse("unmet_authentication_requirements", "The acr that is asked for cannot be reached")


def _has_consent(case: _Case, asked: Asked, member: Member, scopes: tuple[str, ...]) -> bool:
    if Prompt.CONSENT in asked.prompts or not _is_remembered(case, asked):
        return False
    kept = case.ctx.db.read(lambda conn: grants.consented(conn, member, case.client.id))
    return kept.issuperset(scopes)


def _is_remembered(case: _Case, asked: Asked) -> bool:
    """Whether a yes counts for the next time: not at an address that any program on the device may listen at, for an
    app that proves nothing of itself (RFC 8252, section 8.6)."""
    return case.client.login is not Login.NONE or asked.redirect_uri.startswith("https://")


def _ask(case: _Case, asked: Asked, scopes: tuple[str, ...]) -> Step:
    if asked.is_silent:
        return case.refuse("consent_required", "The person has not agreed yet")
    parts = urlsplit(asked.redirect_uri)
    host = parts.netloc or parts.scheme
    return Consent(case.client.name, case.client.homepage, host, scopes, _is_remembered(case, asked))


def _let_in(case: _Case, asked: Asked, session: Session, member: Member, agreed: tuple[str, ...]) -> Answer:
    """Give the app its code. `agreed`: what the person has just said yes to."""
    moment = case.ctx.moment()
    code = token(moment, f"code:{case.client.id}")
    grant = _grant(case, asked, session, moment)

    def let_in(work: Work) -> None:
        sessions.hold(work, case.visitor)
        if case.found.pushed and not pushed.spend(work.conn, case.found.pushed):
            raise ProtocolRefused("invalid_request_uri", "request_uri was used")
        if agreed:
            grants.consent(work.conn, member, case.client.id, agreed, work.now)
            said = ConsentGiven(member.id, case.client.id, " ".join(agreed))
            work.record(said, member.account_id)
        grants.add(work.conn, grant, hashed(code))
        clients.used(work.conn, case.client.id, work.now)
        signed_in = ClientSignedIn(member.id, case.client.id, session.id, grant.acr, " ".join(grant.scopes))
        work.record(signed_in, member.account_id)

    unit(case.ctx, case.visitor, moment, let_in)
    return case.answer(code=code)


def _grant(case: _Case, asked: Asked, session: Session, moment: Moment) -> Grant:
    return replace(
        give(session, case.client, asked.scopes, moment),
        acr=acr.told(asked.acr_values, assurance(session.proofs)),
        nonce=asked.nonce,
        claims=asked.claims,
        asks_auth_time=asked.asks_auth_time,
        redirect_uri=asked.redirect_uri,
        challenge=asked.challenge,
        jkt=asked.jkt,
        code_expires_at=moment.at + CODE_LIFE,
    )
