"""Codes of an authenticator app: the RFCs' vectors, the accepted steps, replay, drift, wrong clocks, URIs."""

from base64 import b32decode
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.contract import About, Moment, Trouble, WrongAnswer
from sparekey.factors import code_at, reveal
from sparekey.factors.temporary_secret import TemporarySecret
from sparekey.factors.totp import AppSecret, Totp, code_of_step
from tests.factors.builders import JONAS, NOON, moment, vectors

TOTP = Totp()
STEP = 30
SECRET = AppSecret(key=b"12345678901234567890")
NOW = SECRET.step(NOON)
RFC4226 = vectors("rfc4226.json")
RFC6238 = vectors("rfc6238.json")


def trouble(kept: AppSecret, answer: str, seconds: float = 0) -> tuple[Trouble, dict[str, object]]:
    with pytest.raises(WrongAnswer) as refused:
        TOTP.verify(kept, answer, moment(seconds))
    return refused.value.trouble, refused.value.facts


@pytest.mark.parametrize("row", RFC4226["rows"], ids=lambda row: row["count"])
def test_rfc_4226(row: dict[str, object]) -> None:
    secret = AppSecret(key=RFC4226["key"].encode())
    count = int(str(row["count"]))
    longer = replace(secret, digits=10)
    assert row["hotp"] == code_of_step(secret, count)
    assert row["decimal"] == int(code_of_step(longer, count))


@pytest.mark.parametrize("algorithm", RFC6238["keys"])
@pytest.mark.parametrize("row", RFC6238["rows"], ids=lambda row: row["seconds"])
def test_rfc_6238(row: dict[str, object], algorithm: str) -> None:
    secret = AppSecret(key=RFC6238["keys"][algorithm].encode(), algorithm=algorithm, digits=8)
    at = datetime.fromtimestamp(int(str(row["seconds"])), UTC)
    assert int(str(row["step"]), 16) == secret.step(at)
    assert row[algorithm] == code_at(secret, at)
    assert secret.step(at) == TOTP.verify(secret, str(row[algorithm]), Moment(at, b"")).kept.last_step


@pytest.mark.parametrize(
    ("drift", "accepted"), [(0, {-1, 0}), (1, {-1, 0, 1})], ids=["usual", "recorded fast clock"]
)
def test_the_accepted_steps(drift: int, accepted: set[int]) -> None:
    kept = replace(SECRET, drift=drift)
    found = set()
    for offset in range(-15, 16):
        try:
            TOTP.verify(kept, code_of_step(kept, NOW + offset), moment())
        except WrongAnswer:
            continue
        found.add(offset)
    assert accepted == found


@given(
    st.binary(min_size=20, max_size=20),
    st.integers(-40, 40),
    st.integers(0, STEP - 1),
    st.integers(0, 1),
    st.integers(-3, 3),
)
def test_whatever_was_accepted_is_accepted_once_and_nothing_before_it(
    key: bytes, offset: int, second: int, drift: int, last: int
) -> None:
    kept = AppSecret(key=key, last_step=NOW + last, drift=drift)
    answer = code_of_step(kept, NOW + offset)
    try:
        after = TOTP.verify(kept, answer, moment(second)).kept
    except WrongAnswer:
        return
    assert kept.last_step < after.last_step <= NOW + drift
    assert NOW - 1 <= after.last_step
    with pytest.raises(WrongAnswer):
        TOTP.verify(after, answer, moment(second))


def test_a_clock_one_step_slow_keeps_working_for_fifty_sign_ins() -> None:
    kept = SECRET
    for day in range(50):
        now = moment(day * 86_400 + day % STEP)
        kept = TOTP.verify(kept, code_of_step(kept, kept.step(now.at) - 1), now).kept
    assert (NOW + 49 * 2880 - 1, 0) == (kept.last_step, kept.drift)


def test_a_clock_one_step_fast_is_recorded_at_enrolment_and_keeps_working() -> None:
    kept = TOTP.enrol(JONAS, TOTP.encode(SECRET), code_of_step(SECRET, NOW + 1), moment())
    for minute in range(1, 51):
        now = moment(minute * 60)
        kept = TOTP.verify(kept, code_of_step(kept, kept.step(now.at) + 1), now).kept
    assert 1 == kept.drift


@pytest.mark.parametrize(("offset", "drift"), [(-1, 0), (0, 0), (1, 1)])
def test_an_enrolment_looks_one_step_to_either_side(offset: int, drift: int) -> None:
    kept = TOTP.enrol(JONAS, TOTP.encode(SECRET), code_of_step(SECRET, NOW + offset), moment())
    assert (NOW + offset, drift) == (kept.last_step, kept.drift)


@pytest.mark.parametrize(("offset", "drift"), [(-1, 0), (0, 1), (1, 1)])
def test_a_recorded_drift_ends_with_a_code_that_a_fast_clock_does_not_show(offset: int, drift: int) -> None:
    after = TOTP.verify(replace(SECRET, drift=1), code_of_step(SECRET, NOW + offset), moment()).kept
    assert drift == after.drift


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (-11, (Trouble.WRONG, {})),
        (-10, (Trouble.CLOCK_WRONG, {"seconds": -300})),
        (-2, (Trouble.CLOCK_WRONG, {"seconds": -60})),
        (1, (Trouble.CLOCK_WRONG, {"seconds": 30})),
        (2, (Trouble.CLOCK_WRONG, {"seconds": 60})),
        (10, (Trouble.CLOCK_WRONG, {"seconds": 300})),
        (11, (Trouble.WRONG, {})),
    ],
)
def test_at_sign_in_a_wrong_clock_is_told_on_both_sides(offset: int, expected: object) -> None:
    assert expected == trouble(SECRET, code_of_step(SECRET, NOW + offset))


def burnt_by(kept: AppSecret, offset: int) -> AppSecret | None:
    """What must be kept after this code was told to be one of another minute."""
    with pytest.raises(WrongAnswer) as refused:
        TOTP.verify(kept, code_of_step(kept, NOW + offset), moment())
    after: AppSecret | None = refused.value.kept
    return after


def test_a_code_to_come_that_was_told_is_never_accepted() -> None:
    """Whoever guessed it would come back with it when its time has come."""
    after = burnt_by(SECRET, 4)
    assert after is not None
    assert (Trouble.ALREADY_USED, {}) == trouble(after, code_of_step(SECRET, NOW + 4), 4 * STEP)


def test_a_clock_that_was_set_right_works_at_once() -> None:
    after = burnt_by(SECRET, 4)
    assert after is not None
    assert NOW == TOTP.verify(after, code_of_step(SECRET, NOW), moment()).kept.last_step


def test_several_codes_to_come_are_burnt_until_they_are_over() -> None:
    one = burnt_by(SECRET, 4)
    assert one is not None
    both = burnt_by(one, 7)
    assert both is not None
    later = TOTP.verify(both, code_of_step(SECRET, NOW + 5), moment(5 * STEP)).kept
    assert ((NOW + 4, NOW + 7), (NOW + 7,)) == (both.burnt, later.burnt)


def test_codes_that_are_over_need_no_burning() -> None:
    assert burnt_by(SECRET, -4) is None


def test_a_clock_one_step_fast_burns_no_code_that_it_may_use() -> None:
    """With a recorded drift the coming step is accepted; the one behind it is told."""
    fast = replace(SECRET, drift=1)
    after = burnt_by(fast, 2)
    assert after is not None
    assert NOW + 1 == TOTP.verify(after, code_of_step(SECRET, NOW + 1), moment()).kept.last_step


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (-11, (Trouble.WRONG, {})),
        (-10, (Trouble.CLOCK_WRONG, {"seconds": -300})),
        (-2, (Trouble.CLOCK_WRONG, {"seconds": -60})),
        (2, (Trouble.CLOCK_WRONG, {"seconds": 60})),
        (10, (Trouble.CLOCK_WRONG, {"seconds": 300})),
        (11, (Trouble.WRONG, {})),
    ],
)
def test_in_an_enrolment_a_wrong_clock_is_told_on_both_sides(offset: int, expected: object) -> None:
    with pytest.raises(WrongAnswer) as refused:
        TOTP.enrol(JONAS, TOTP.encode(SECRET), code_of_step(SECRET, NOW + offset), moment())
    assert expected == (refused.value.trouble, refused.value.facts)


@pytest.mark.parametrize("offset", [0, -1, -2])
def test_a_code_from_before_the_last_one_counts_as_used(offset: int) -> None:
    used = replace(SECRET, last_step=NOW)
    assert (Trouble.ALREADY_USED, {}) == trouble(used, code_of_step(SECRET, NOW + offset))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", (Trouble.EMPTY, {"expected": 6})),
        (" - \u200b", (Trouble.EMPTY, {"expected": 6})),
        ("12345", (Trouble.WRONG_LENGTH, {"length": 5, "expected": 6})),
        ("1234567", (Trouble.WRONG_LENGTH, {"length": 7, "expected": 6})),
        ("1" * 129, (Trouble.WRONG_LENGTH, {"length": 129, "expected": 6})),
        ("12345a", (Trouble.WRONG, {})),
        ("12345²", (Trouble.WRONG, {})),
        ("000000", (Trouble.WRONG, {})),
    ],
)
def test_what_cannot_be_a_code_is_told_apart(answer: str, expected: object) -> None:
    assert expected == trouble(SECRET, answer)


@pytest.mark.parametrize(
    "typed",
    ["{} {}", "{}-{}", " {}–{}\n", "\u200e{}\u200b{}\u202c", "{}\u00a0{}", "{}−{}"],
)
def test_spaces_dashes_and_invisible_marks_do_not_count(typed: str) -> None:
    code = code_of_step(SECRET, NOW)
    assert NOW == TOTP.verify(SECRET, typed.format(code[:3], code[3:]), moment()).kept.last_step


@pytest.mark.parametrize("zero", ["٠", "۰", "०", "０"])
def test_digits_of_any_script_are_digits(zero: str) -> None:
    typed = "".join(chr(ord(zero) + int(digit)) for digit in code_of_step(SECRET, NOW))
    assert NOW == TOTP.verify(SECRET, typed, moment()).kept.last_step


def test_the_first_steps_of_time_have_no_steps_before_them() -> None:
    early = Moment(datetime.fromtimestamp(30, UTC), b"")
    assert 1 == TOTP.verify(SECRET, code_of_step(SECRET, 1), early).kept.last_step
    assert 1 == TOTP.enrol(JONAS, TOTP.encode(SECRET), code_of_step(SECRET, 1), early).last_step


def test_an_issued_secret_is_160_bits_in_groups_of_four() -> None:
    shown = TOTP.propose(JONAS, moment()).shown
    groups = str(shown["secret"]).split(" ")
    assert [4] * 8 == [len(group) for group in groups]
    assert 20 == len(b32decode("".join(groups)))


def test_an_issued_uri_carries_only_secret_and_issuer() -> None:
    shown = TOTP.propose(JONAS, moment()).shown
    parts = urlsplit(str(shown["uri"]))
    assert ("otpauth", "totp", "/Berg & Tal:jonas.weber") == (parts.scheme, parts.netloc, unquote(parts.path))
    expected = {"secret": [str(shown["secret"]).replace(" ", "")], "issuer": ["Berg & Tal"]}
    assert expected == parse_qs(parts.query)


@pytest.mark.parametrize("row", vectors("key_uri.json")["rows"], ids=lambda row: row["issuer"])
def test_key_uri_vectors(row: dict[str, str]) -> None:
    key = bytes.fromhex(row["key_hex"]) if "key_hex" in row else b32decode(row["key_base32"])
    uri = reveal(AppSecret(key=key), About(row["issuer"], row["account"]))["uri"]
    assert row["uri"] == f"{uri}{row['ends_with']}"


def test_a_uri_names_what_is_not_usual() -> None:
    unusual = AppSecret(key=SECRET.key, algorithm="sha256", digits=8, period=60)
    assert str(reveal(unusual, JONAS)["uri"]).endswith("&algorithm=SHA256&digits=8&period=60")


def test_a_uri_in_full_names_what_is_usual_too() -> None:
    assert str(reveal(SECRET, JONAS, in_full=True)["uri"]).endswith("&algorithm=SHA1&digits=6&period=30")


def test_a_further_entry_is_told_apart() -> None:
    uri = str(reveal(SECRET, replace(JONAS, entry="2026-11-17"))["uri"])
    assert "/Berg & Tal:jonas.weber (2026-11-17)" == unquote(urlsplit(uri).path)


def test_a_colon_in_a_name_is_replaced_in_the_uri() -> None:
    uri = str(reveal(SECRET, About("Berg: Tal", "jo:nas"))["uri"])
    assert uri.startswith("otpauth://totp/Berg-%20Tal:jo-nas?")
    assert uri.endswith("&issuer=Berg-%20Tal")


def test_a_temporary_secret_counts_without_a_first_code() -> None:
    factor = TemporarySecret()
    proposal = factor.propose(JONAS, moment())
    kept = factor.enrol(JONAS, proposal.kept, "", moment())
    assert reveal(kept, JONAS) == proposal.shown
    assert NOW == factor.verify(kept, code_at(kept, NOON), moment()).kept.last_step


def test_a_temporary_secret_is_not_the_lasting_one_of_the_same_moment() -> None:
    assert TemporarySecret().propose(JONAS, moment()).kept != TOTP.propose(JONAS, moment()).kept
