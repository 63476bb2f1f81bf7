"""Every Hypothesis strategy of the tests: values of the core, as wide as the core must bear them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from sparekey.core import audit_chain
from sparekey.core.audit_chain import Entry
from sparekey.core.contract import Answer, Category, Loss, Traits
from sparekey.core.people import RESERVED, AccountId, AuthenticatorId, CaseId, MemberId, Role
from sparekey.core.proofs import Proof
from sparekey.core.recovery_case import Case, CasePolicy, Delivery, How, State
from sparekey.core.sign_in import Enrolled, Standing
from sparekey.core.throttle import Rate, Tries

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

instants = st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))
gaps = st.timedeltas(timedelta(), timedelta(hours=3)) | st.sampled_from(
    [
        timedelta(),
        timedelta(microseconds=1),
        timedelta(seconds=30),
        timedelta(minutes=10),
        timedelta(hours=24),
    ]
)
"""How much time passes between two things, with the borders that rules are made of."""

ids = st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=16, max_size=16)
roles = st.sampled_from(Role)

# Text as people, programs and attackers send it: controls, surrogates, marks in a row, look-alikes, too long.
hostile_text = st.one_of(
    st.text(st.characters(), max_size=80),
    st.text(st.characters(categories=("Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Mn")), max_size=20),
    st.text("a.@-_ \x00\u202e\u200d\ufe6b\uff20ßİ", max_size=30),
    st.builds(lambda text, times: text * times, st.text(max_size=3), st.integers(1, 3000)),
)
names = st.text(
    st.characters(categories=("Lu", "Ll", "Lo", "Mn", "Nd"), include_characters=" '-"), max_size=40
)
usernames = st.from_regex(r"[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?", fullmatch=True).filter(
    lambda name: name not in RESERVED
)
emails = st.from_regex(r"[a-zA-Z0-9.+_ü-]{1,64}@([a-zA-Zé0-9]{1,12}\.){1,4}[a-zA-Z]{2,12}", fullmatch=True)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=6,
)

CATEGORIES = [(Category.KNOWLEDGE,), (Category.POSSESSION,), (Category.POSSESSION, Category.VERIFIED)]
proofs = st.builds(
    Proof,
    authenticator_id=st.sampled_from([AuthenticatorId(f"aut_{number}") for number in range(5)]),
    kind=st.just("some"),
    categories=st.sampled_from(CATEGORIES),
    amr=st.sampled_from([("pwd",), ("otp",), ()]),
    at=st.builds(lambda seconds: NOON + timedelta(seconds=seconds), st.integers(-600, 0)),
    is_exposed=st.booleans(),
)


def _proven(category: Category, proof: Proof) -> tuple[Category, ...]:
    """What an authenticator of this category can prove: possession may come with its own check of the person."""
    both = category is Category.POSSESSION and Category.VERIFIED in proof.categories
    return (category, Category.VERIFIED) if both else (category,)


@st.composite
def sign_ins(draw: st.DrawFn) -> tuple[tuple[Enrolled, ...], tuple[Proof, ...]]:
    """What one person has enrolled, and proofs by it and by what they no longer have, in any order."""
    owned = []
    for number in range(draw(st.integers(0, 4))):
        traits = draw(traits_of_any_kind)
        owned.append(Enrolled(AuthenticatorId(f"aut_{number}"), traits, draw(st.sampled_from(Standing))))
    by_id = {one.id: one for one in owned}
    given = [
        replace(proof, categories=_proven(by_id[proof.authenticator_id].traits.category, proof))
        if proof.authenticator_id in by_id
        else proof
        for proof in draw(st.lists(proofs, max_size=5))
    ]
    return tuple(owned), tuple(given)


traits_of_any_kind = st.builds(
    Traits,
    kind=st.sampled_from(["one", "another"]),
    category=st.sampled_from([Category.KNOWLEDGE, Category.POSSESSION]),
    answer=st.sampled_from(Answer),
    lost_with=st.sampled_from(Loss),
    amr=st.just(("otp",)),
    is_slow=st.booleans(),
    is_temporary=st.booleans(),
)

tries = st.builds(
    Tries,
    failures=st.integers(0, 60),
    open_at=st.none()
    | st.builds(lambda gap: NOON + gap, st.timedeltas(timedelta(hours=-1), timedelta(hours=1))),
)
rates = st.builds(
    lambda burst, seconds: Rate(burst, timedelta(seconds=seconds * burst)),
    st.integers(1, 12),
    st.integers(1, 60),
)


@st.composite
def fresh_cases(draw: st.DrawFn) -> Case:
    """A case as it is opened, with any brakes."""
    waiting = draw(st.sampled_from([timedelta(), timedelta(hours=1), timedelta(hours=24)]))
    return Case(
        id=CaseId("cas_1"),
        account_id=AccountId("acc_1"),
        member_id=MemberId("mem_1"),
        method="owner_issues",
        policy=CasePolicy(draw(st.integers(0, 2)), waiting),
        opened_by="mem_2",
        opened_at=NOON,
        how=draw(st.sampled_from(How)),
        is_stolen=draw(st.booleans()),
        lost=(AuthenticatorId("aut_1"),),
    )


@st.composite
def cases_in_any_state(draw: st.DrawFn) -> Case:
    """A case in any state; what was issued runs out a while before or after noon, if at all."""
    runs_out = draw(st.none() | st.builds(lambda gap: NOON + gap, st.sampled_from(_BEFORE_AND_AFTER)))
    return replace(
        draw(fresh_cases()),
        state=draw(st.sampled_from(State)),
        approvals=draw(st.integers(0, 3)),
        opened_at=NOON - draw(gaps),
        expires_at=runs_out,
    )


_BEFORE_AND_AFTER = [timedelta(minutes=minutes) for minutes in (-60, -1, 0, 1, 60)]
deliveries = st.sampled_from(Delivery)


def linked(contents: list[dict[str, object]], chain: str = "acc_1") -> tuple[Entry, ...]:
    """A whole chain that holds these contents, one each minute."""
    entries: list[Entry] = []
    for number, data in enumerate(contents, start=1):
        previous = entries[-1].hash if entries else audit_chain.START
        at = NOON + timedelta(minutes=number)
        entry = Entry(chain, number, at, "some:tag:here", "mem_1", "mem_2", "192.0.2.1", data, previous)
        entries.append(replace(entry, hash=audit_chain.digest(entry)))
    return tuple(entries)


chains = st.builds(
    linked, st.lists(st.dictionaries(st.text("ab"), json_values, max_size=2), min_size=1, max_size=7)
)
