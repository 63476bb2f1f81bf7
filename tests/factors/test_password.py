"""Rules of a new password, and what checking one costs."""

from dataclasses import replace

import bcrypt
import pytest
from argon2 import extract_parameters
from argon2.low_level import Type, hash_secret

from sparekey.core.contract import About, Hashing, Trouble, WrongAnswer
from sparekey.factors import _argon2, brought_password, dummy_password
from sparekey.factors.password import HashedPassword, Password
from tests.factors.builders import CHEAP, JONAS, PASSPHRASE, moment

PASSWORD = Password(CHEAP)


def enrol(text: str, about: About = JONAS) -> HashedPassword:
    return PASSWORD.enrol(about, {}, text, moment())


def trouble(text: str) -> tuple[Trouble, dict[str, object]]:
    with pytest.raises(WrongAnswer) as refused:
        enrol(text)
    return refused.value.trouble, refused.value.facts


def is_right(kept: HashedPassword, text: str, factor: Password = PASSWORD) -> bool:
    try:
        factor.verify(kept, text, moment(60))
    except WrongAnswer:
        return False
    return True


def test_nothing_is_shown_to_start_with() -> None:
    proposal = PASSWORD.propose(JONAS, moment())
    assert ({}, {}) == (proposal.shown, proposal.kept)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (Trouble.TOO_SHORT, {"length": 0, "least": 12})),
        ("xk7 q!vb2mz", (Trouble.TOO_SHORT, {"length": 11, "least": 12})),
        ("z7 " * 43, (Trouble.TOO_LONG, {"length": 129, "most": 128})),
        ("z" * 1_000_000, (Trouble.TOO_LONG, {"length": 1_000_000, "most": 128})),
        ("e\u0301" * 11, (Trouble.TOO_SHORT, {"length": 11, "least": 12})),
        ("lantern under\0bridge", (Trouble.WRONG, {})),
        ("lantern under\nbridge", (Trouble.WRONG, {})),
        ("lantern under\ud800bridge", (Trouble.WRONG, {})),
        ("websolutions", (Trouble.LISTED, {})),
        ("WebSolutions", (Trouble.LISTED, {})),
        ("PasswordPassword", (Trouble.LISTED, {})),
        ("aaaaaaaaaaaa", (Trouble.LISTED, {})),
        ("123456789012", (Trouble.LISTED, {})),
        ("Sparekey Sparekey", (Trouble.CONTEXT_WORD, {})),
        ("BergTalBergTal", (Trouble.CONTEXT_WORD, {})),
        ("Berg & Tal & Sparekey", (Trouble.CONTEXT_WORD, {})),
        ("JONAS.WEBER.JONAS.WEBER", (Trouble.CONTEXT_WORD, {})),
        ("weberjonassparekey", (Trouble.CONTEXT_WORD, {})),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_new_password_is_refused_with_its_reason(text: str, expected: object) -> None:
    assert expected == trouble(text)


@pytest.mark.parametrize(
    "text",
    [
        "xk7 q!vb2mz9",
        "aaaaaaaaaaaaaaab",
        "e\u0301" * 6 + "lantern",
        "🔑🚪🌉🌧️🕯️📯🧭🪢🎈🪨🌾🦉" * 5,
        "Sonne, Mond und Sterne",
        "sparekey is what we use",
        "jonas likes password123",
        "a" + "\u0301" * 127,
        "-" * 11 + "jonas weber likes",
    ],
)
def test_no_other_rule_is_imposed(text: str) -> None:
    assert is_right(enrol(text), text)


def test_the_longest_password_is_compared_to_its_last_character() -> None:
    longest = ("lantern under the bridge, rain on the roof; " * 3)[:128]
    kept = enrol(longest)
    assert (True, False, False) == (
        is_right(kept, longest),
        is_right(kept, longest[:-1] + "#"),
        is_right(kept, longest + "#"),
    )


def test_one_text_typed_on_two_keyboards_is_one_password() -> None:
    assert is_right(enrol("Zürich fährt spät"), "Zu\u0308rich fa\u0308hrt spa\u0308t")


def test_upper_and_lower_case_differ() -> None:
    assert not is_right(enrol(PASSPHRASE), PASSPHRASE.upper())


def test_the_same_password_again_is_no_change() -> None:
    kept = enrol(PASSPHRASE)
    with pytest.raises(WrongAnswer) as refused:
        PASSWORD.enrol(JONAS, {"before": PASSWORD.encode(kept)}, PASSPHRASE, moment(60))
    assert Trouble.SAME_AS_BEFORE == refused.value.trouble


def test_another_password_is_a_change() -> None:
    kept = enrol(PASSPHRASE)
    changed = PASSWORD.enrol(JONAS, {"before": PASSWORD.encode(kept)}, "rain on the old roof", moment(60))
    assert is_right(changed, "rain on the old roof")


def test_algorithm_cost_and_salt_stand_in_the_hash() -> None:
    kept = extract_parameters(Password(Hashing()).enrol(JONAS, {}, PASSPHRASE, moment()).phc)
    assert ("ID", 19456, 2, 1, 16, 32) == (
        kept.type.name,
        kept.memory_cost,
        kept.time_cost,
        kept.parallelism,
        kept.salt_len,
        kept.hash_len,
    )


@pytest.mark.parametrize(
    "today",
    [replace(CHEAP, memory_kib=16), replace(CHEAP, passes=2), replace(CHEAP, memory_kib=16, lanes=2)],
    ids=["memory", "passes", "lanes"],
)
def test_a_right_password_of_an_outdated_cost_is_hashed_anew(today: Hashing) -> None:
    after = Password(today).verify(enrol(PASSPHRASE), PASSPHRASE, moment(60)).kept
    assert (False, True) == (
        _argon2.needs_rehash(after.phc, today),
        is_right(after, PASSPHRASE, Password(today)),
    )


def test_a_hash_of_todays_cost_stays_as_it_is() -> None:
    kept = enrol(PASSPHRASE)
    assert kept == PASSWORD.verify(kept, PASSPHRASE, moment(60)).kept


def test_a_copy_of_the_database_does_not_check_passwords_without_the_pepper() -> None:
    without = Password(replace(CHEAP, pepper=b""))
    assert not is_right(enrol(PASSPHRASE), PASSPHRASE, without)


def test_without_a_pepper_passwords_work_as_well() -> None:
    without = Password(replace(CHEAP, pepper=b""))
    assert is_right(without.enrol(JONAS, {}, PASSPHRASE, moment()), PASSPHRASE, without)


def test_what_is_checked_for_an_unknown_name_costs_the_same_and_is_never_right() -> None:
    dummy = dummy_password(CHEAP)
    assert (False, False) == (_argon2.needs_rehash(dummy.phc, CHEAP), is_right(dummy, PASSPHRASE))
    assert extract_parameters(enrol(PASSPHRASE).phc) == extract_parameters(dummy.phc)


@pytest.mark.parametrize("text", [PASSPHRASE, "", "\0", "x" * 1_000_000, "\ud800", "wrong but well-formed"])
def test_every_check_costs_one_hash(text: str, checked: list[str]) -> None:
    kept = enrol(PASSPHRASE)
    is_right(kept, text)
    assert [kept.phc] == checked


BROUGHT = [
    bcrypt.hashpw(PASSPHRASE.encode(), b"$2b$04$abcdefghijklmnopqrstuu").decode(),
    hash_secret(PASSPHRASE.encode(), b"saltsalt", 1, 8, 1, 32, Type.ID).decode(),
]
"""As other servers keep it; the second looks like one of our own, made without our key."""


@pytest.mark.parametrize("text", BROUGHT, ids=["bcrypt", "argon2id"])
def test_a_password_brought_from_elsewhere_is_checked_and_hashed_at_todays_cost(text: str) -> None:
    before = PASSWORD.decode(PASSWORD.encode(brought_password(text)))
    after = PASSWORD.verify(before, PASSPHRASE, moment()).kept
    assert (False, False, True) == (
        after.is_foreign,
        _argon2.needs_rehash(after.phc, CHEAP),
        is_right(after, PASSPHRASE),
    )


@pytest.mark.parametrize("text", BROUGHT, ids=["bcrypt", "argon2id"])
def test_another_password_than_the_one_that_was_brought_is_wrong(text: str) -> None:
    assert not is_right(brought_password(text), PASSPHRASE + "!")


def test_the_password_that_was_brought_is_no_new_one() -> None:
    before = {"before": PASSWORD.encode(brought_password(BROUGHT[0]))}
    with pytest.raises(WrongAnswer) as refused:
        PASSWORD.enrol(JONAS, before, PASSPHRASE, moment())
    assert Trouble.SAME_AS_BEFORE == refused.value.trouble


def test_a_hash_of_our_own_is_none_that_was_brought() -> None:
    assert not is_right(brought_password(enrol(PASSPHRASE).phc), PASSPHRASE)
