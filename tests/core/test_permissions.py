"""Who may do what to whom: the whole table, against one that was written down a second time."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product

import pytest

from sparekey.core.people import AccountId, Member, MemberId, Policy, Role, Status
from sparekey.core.permissions import TABLE, Action, demand, demand_proofs, may, why_not
from sparekey.errors import NotAllowed, NotFound, StepUpNeeded
from tests.core.made import APP, CODES, PASSWORD, member, proof
from tests.strategies import NOON

# Who (across) may do what (down) to people of which role. O owner, A admin, U auditor, S staff; `*` is
# everybody, `-` nobody, `?` only where the policy lets admins hand things over.
RIGHTS = """
action          owner   admin   auditor  staff
see_staff       *       *       *        -
add_member      *       S       -        -
import_people   S       -       -        -
edit_member     *       S       -        -
take_address    *       -       -        -
deactivate      *       S       -        -
reactivate      *       S       -        -
invite_again    *       S       -        -
end_sessions    *       S       -        -
give_role       *       -       -        -
delete_member   *       -       -        -
hand_over       *       -       -        -
change_policy   *       -       -        -
see_apps        *       -       -        -
manage_apps     *       -       -        -
export_account  *       -       -        -
send_link       *       S       -        -
hand_secret     S       S?      -        -
reset           AUS     S?      -        -
see_audit       *       -       *        -
change_own      *       *       *        *
"""
LETTERS = {"O": Role.OWNER, "A": Role.ADMIN, "U": Role.AUDITOR, "S": Role.STAFF}
HELP = {"send_link", "hand_secret", "reset"}
NOT_TO_ONESELF = HELP | {"take_address", "deactivate", "delete_member", "give_role", "hand_over"}


def read_rights() -> dict[tuple[str, Role], str]:
    header, *rows = (line.split() for line in RIGHTS.strip().splitlines())
    return {
        (row[0], Role(role)): cell for row in rows for role, cell in zip(header[1:], row[1:], strict=True)
    }


CELLS = read_rights()
POLICIES = [
    Policy(admins_may_reveal=reveal, links_only=links) for reveal, links in product([True, False], repeat=2)
]


def is_right(actor: Member, action: Action, subject: Member | None, policy: Policy, is_fresh: bool) -> bool:
    """The rules in words, one after the other, without the order and the sets of the code."""
    cell = CELLS[action.value, actor.role]
    if subject is None:
        return cell != "-"
    roles = {role for letter, role in LETTERS.items() if letter in cell or cell == "*"}
    is_oneself = subject.id == actor.id
    if action is Action.CHANGE_OWN:
        return is_oneself
    rules = [
        subject.role in roles,
        subject.former_role is None or subject.former_role in roles,
        "?" not in cell or policy.admins_may_reveal,
        not (is_oneself and action.value in NOT_TO_ONESELF),
        not (policy.links_only and action is Action.HAND_SECRET),
        not (is_fresh and action.value in HELP),
        subject.status is Status.ACTIVE or action.value not in HELP | {"hand_over"},
    ]
    return all(rules)


def everybody(actor: Member) -> Iterator[tuple[Member | None, bool]]:
    """Nobody in particular, oneself, and colleagues of every role, status, past and freshness of address."""
    yield None, False
    pasts = [None, *Role]
    for former, is_fresh in product(pasts, [True, False]):
        changed = {"email_changed_at": NOON} if is_fresh else {}
        past = {"former_role": former, "role_changed_at": NOON} if former else {}
        yield member(actor.role, id=actor.id, **changed, **past), is_fresh
        for role, status in product(Role, Status):
            yield member(role, id=MemberId("mem_other"), status=status, **changed, **past), is_fresh


def test_both_tables_know_every_action_and_role() -> None:
    assert set(product([action.value for action in Action], Role)) == set(CELLS)
    assert set(Action) == set(TABLE)


@pytest.mark.parametrize(("role", "action"), [*product(Role, Action)])
def test_the_whole_table(role: Role, action: Action) -> None:
    actor = member(role, id=MemberId("mem_actor"))
    wrong = [
        (subject, policy)
        for subject, is_fresh in everybody(actor)
        for policy in POLICIES
        if may(actor, action, subject, policy, NOON) != is_right(actor, action, subject, policy, is_fresh)
    ]
    assert [] == wrong


@pytest.mark.parametrize(("role", "action"), [*product(Role, Action)])
@pytest.mark.parametrize("status", [Status.INVITED, Status.DEACTIVATED])
def test_who_is_not_active_may_do_nothing(role: Role, action: Action, status: Status) -> None:
    actor = member(role, id=MemberId("mem_actor"), status=status)
    assert "role" == why_not(actor, action, None, Policy(admins_may_reveal=True), NOON)


OWNER, ADMIN, STAFF = (
    member(role, id=MemberId(f"mem_{role}")) for role in (Role.OWNER, Role.ADMIN, Role.STAFF)
)
DEMOTED = member(Role.STAFF, former_role=Role.ADMIN, role_changed_at=NOON - timedelta(hours=71))
MOVED = member(email_changed_at=NOON - timedelta(hours=71))
INVITED = member(status=Status.INVITED)


@pytest.mark.parametrize(
    ("actor", "action", "subject", "policy", "reason"),
    [
        (STAFF, Action.SEE_STAFF, None, Policy(), "role"),
        (OWNER, Action.SEND_LINK, OWNER, Policy(), "oneself"),
        (ADMIN, Action.SEND_LINK, OWNER, Policy(), "their_role"),
        (OWNER, Action.HAND_SECRET, ADMIN, Policy(), "their_role"),
        (OWNER, Action.HAND_SECRET, DEMOTED, Policy(), "their_role"),
        (ADMIN, Action.HAND_SECRET, STAFF, Policy(), "policy"),
        (ADMIN, Action.RESET, STAFF, Policy(), "policy"),
        (OWNER, Action.RESET, INVITED, Policy(), "not_active"),
        (OWNER, Action.HAND_OVER, INVITED, Policy(), "not_active"),
        (OWNER, Action.HAND_SECRET, STAFF, Policy(links_only=True), "links_only"),
        (OWNER, Action.SEND_LINK, MOVED, Policy(), "fresh_address"),
        (STAFF, Action.CHANGE_OWN, OWNER, Policy(), "not_oneself"),
        (OWNER, Action.SEND_LINK, ADMIN, Policy(links_only=True), None),
        (ADMIN, Action.HAND_SECRET, STAFF, Policy(admins_may_reveal=True), None),
        (OWNER, Action.INVITE_AGAIN, INVITED, Policy(), None),
    ],
)
def test_the_reason_of_a_refusal(
    actor: Member, action: Action, subject: Member | None, policy: Policy, reason: str | None
) -> None:
    assert reason == why_not(actor, action, subject, policy, NOON)


def test_three_days_later_the_old_role_and_the_new_address_are_forgotten() -> None:
    later = NOON + timedelta(hours=1)
    assert may(OWNER, Action.HAND_SECRET, DEMOTED, Policy(), later)
    assert may(OWNER, Action.HAND_SECRET, MOVED, Policy(), later)


def test_who_was_just_given_another_role_may_still_change_what_is_their_own() -> None:
    assert may(DEMOTED, Action.CHANGE_OWN, DEMOTED, Policy(), NOON)


@pytest.mark.parametrize("action", Action)
def test_members_of_other_accounts_are_not_there(action: Action) -> None:
    stranger = member(account_id=AccountId("acc_other"), id=MemberId("mem_stranger"))
    with pytest.raises(NotFound):
        demand(OWNER, action, stranger, Policy(), NOON)


def test_a_right_demanded_and_missing_is_refused_with_its_reason() -> None:
    with pytest.raises(NotAllowed) as error:
        demand(OWNER, Action.SEND_LINK, OWNER, Policy(), NOON)
    assert "oneself" == error.value.reason


def test_a_right_demanded_and_there_passes() -> None:
    demand(OWNER, Action.SEND_LINK, STAFF, Policy(), NOON)


READING = {Action.SEE_STAFF, Action.SEE_APPS, Action.SEE_AUDIT}


@pytest.mark.parametrize("action", Action)
def test_reading_asks_for_aal2_and_the_rest_for_five_fresh_minutes(action: Action) -> None:
    demand_proofs(action, [proof(PASSWORD, 5), proof(APP, 5)], NOON)
    old = iter([proof(PASSWORD, 6), proof(APP, 1)])
    if action in READING:
        demand_proofs(action, old, NOON)
    else:
        with pytest.raises(StepUpNeeded):
            demand_proofs(action, old, NOON)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize(
    "proofs",
    [[], [proof(PASSWORD)], [proof(APP), proof(CODES)], [proof(PASSWORD), proof(APP, is_exposed=True)]],
)
def test_less_than_aal2_carries_nothing(action: Action, proofs: list[object]) -> None:
    with pytest.raises(StepUpNeeded):
        demand_proofs(action, proofs, NOON)  # type: ignore[arg-type]
