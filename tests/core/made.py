"""Builders of the core's values, in which a test names only what it is about."""

from dataclasses import replace
from datetime import timedelta

from sparekey.core.contract import Answer, Category, Loss, Traits
from sparekey.core.people import (
    AccountId,
    AuthenticatorId,
    CaseId,
    Language,
    Member,
    MemberId,
    Role,
    Status,
)
from sparekey.core.proofs import Proof
from sparekey.core.recovery_case import Case, CasePolicy, Delivery, How, State, issue, redeem, settle
from sparekey.core.sign_in import Enrolled, Standing
from tests.strategies import NOON

PASSWORD = Traits("password", Category.KNOWLEDGE, Answer.PASSWORD, Loss.MEMORY, ("pwd",), is_slow=True)
APP = Traits("app", Category.POSSESSION, Answer.CODE, Loss.PHONE, ("otp",), is_slow=False)
TEMPORARY = replace(APP, kind="temporary", lost_with=Loss.PAPER, is_temporary=True)
MAIL = Traits(
    "mail", Category.MAILBOX, Answer.EMAIL_CODE, Loss.MAILBOX, (), is_slow=False, is_asked=True, is_sent=True
)
CODES = Traits("codes", Category.POSSESSION, Answer.BACKUP_CODE, Loss.PAPER, (), is_slow=True)


def member(role: Role = Role.STAFF, **fields: object) -> Member:
    """An active member of one account, with whatever a test says."""
    plain = Member(
        id=MemberId("mem_1"),
        account_id=AccountId("acc_1"),
        username="jonas",
        name="Jonas Keller",
        email="jonas@example.com",
        role=role,
        status=Status.ACTIVE,
        language=Language.EN,
        created_at=NOON - timedelta(days=400),
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def enrolled(traits: Traits, standing: Standing = Standing.ACTIVE) -> Enrolled:
    return Enrolled(AuthenticatorId(f"aut_{traits.kind}"), traits, standing)


def proof(traits: Traits, minutes_ago: float = 0, *, is_exposed: bool = False) -> Proof:
    at = NOON - timedelta(minutes=minutes_ago)
    own_id = AuthenticatorId(f"aut_{traits.kind}")
    return Proof(own_id, traits.kind, (traits.category,), traits.amr, at, is_exposed)


def case(**fields: object) -> Case:
    """A case without brakes, opened at noon by `mem_owner` for `mem_1`."""
    plain = Case(
        id=CaseId("cas_1"),
        account_id=AccountId("acc_1"),
        member_id=MemberId("mem_1"),
        method="owner_issues",
        policy=CasePolicy(),
        opened_by="mem_owner",
        opened_at=NOON,
        how=How.CALL,
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def issued(delivery: Delivery = Delivery.SCREEN, **fields: object) -> Case:
    """Handed over at noon."""
    return issue(settle(case(**fields), NOON), delivery, AuthenticatorId("aut_temporary"), NOON)


def rotating(**fields: object) -> Case:
    """Handed over and redeemed at noon."""
    return redeem(issued(**fields), NOON)  # type: ignore[arg-type]


def in_state(state: State) -> Case:
    """In this state; what was issued, if anything, has not run out."""
    runs_out = NOON + timedelta(minutes=1) if state in {State.ISSUED, State.ROTATING} else None
    return case(state=state, expires_at=runs_out)
