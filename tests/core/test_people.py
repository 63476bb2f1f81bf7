"""Members, the roles that count, and the names people sign in with."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.contract import Moment
from sparekey.core.people import (
    COOLING,
    EMAIL_LENGTH,
    HELD_AFTER_RECOVERY,
    RESERVED,
    Policy,
    Role,
    exports_held_until,
    folded,
    has_fresh_address,
    name_key,
    new_id,
    read_email,
    read_name,
    read_username,
    roles_that_count,
    with_role,
)
from sparekey.errors import BadInput, NameTaken
from tests import strategies
from tests.core.made import member
from tests.strategies import NOON

A_MOMENT = timedelta(microseconds=1)
DAYS = timedelta(days=1)


def reason(error: pytest.ExceptionInfo[BadInput]) -> tuple[str, str]:
    return error.value.field, error.value.reason


def test_a_policy_asks_for_the_safest_by_default() -> None:
    assert (
        Policy(admins_may_reveal=False, links_only=False, reveal_current=False, remember_days=0) == Policy()
    )


@pytest.mark.parametrize(
    ("name", "first", "initials"),
    [
        ("Jonas Keller", "Jonas", "JK"),
        ("ana maria da silva", "ana", "AS"),
        ("Li", "Li", "L"),
        ("  ", "jonas", "J"),
        ("", "jonas", "J"),
    ],
)
def test_first_name_and_initials(name: str, first: str, initials: str) -> None:
    someone = member(name=name)
    assert (first, initials) == (someone.first_name, someone.initials)


@pytest.mark.parametrize(
    ("changed_ago", "expected"),
    [
        (timedelta(), {Role.ADMIN, Role.STAFF}),
        (COOLING - A_MOMENT, {Role.ADMIN, Role.STAFF}),
        (COOLING, {Role.STAFF}),
    ],
)
def test_a_role_given_up_counts_for_three_days(changed_ago: timedelta, expected: set[Role]) -> None:
    someone = member(former_role=Role.ADMIN, role_changed_at=NOON - changed_ago)
    assert timedelta(hours=72) == COOLING
    assert expected == roles_that_count(someone, NOON)


@pytest.mark.parametrize(("former", "at"), [(None, None), (Role.OWNER, None), (None, NOON)])
def test_without_a_former_role_the_present_one_counts(former: Role | None, at: datetime | None) -> None:
    assert {Role.STAFF} == roles_that_count(member(former_role=former, role_changed_at=at), NOON)


@pytest.mark.parametrize(("before", "after"), [*product(Role, Role)])
def test_a_role_given_up_is_remembered_with_its_time(before: Role, after: Role) -> None:
    changed = with_role(member(before), after, NOON)
    rises = NOON if list(Role).index(after) < list(Role).index(before) else None
    kept = {"former_role": before, "role_changed_at": NOON, "role_risen_at": rises}
    assert (member(after, **kept) if before != after else member(before)) == changed


@pytest.mark.parametrize(
    ("away", "risen_at"), [(COOLING - A_MOMENT, None), (COOLING, NOON + COOLING)], ids=["soon", "late"]
)
def test_a_role_that_comes_back_within_three_days_was_never_gone(
    away: timedelta, risen_at: datetime | None
) -> None:
    down = with_role(member(Role.OWNER), Role.STAFF, NOON)
    assert risen_at == with_role(down, Role.OWNER, NOON + away).role_risen_at


def test_a_new_role_stays_new_however_often_it_is_taken_away() -> None:
    """Else whoever makes a helper could make one who seems to have been there before."""
    someone = member(Role.STAFF)
    for minute, role in enumerate((Role.OWNER, Role.STAFF, Role.OWNER)):
        someone = with_role(someone, role, NOON + timedelta(minutes=minute))
    assert NOON == someone.role_risen_at


@given(
    st.lists(st.tuples(strategies.roles, st.timedeltas(timedelta(), COOLING / 12)), min_size=1, max_size=12)
)
def test_no_row_of_changes_within_three_days_hides_the_strongest_role(
    changes: list[tuple[Role, timedelta]],
) -> None:
    someone, now = member(Role.OWNER), NOON
    for role, gap in changes:
        someone = with_role(someone, role, now)
        now += gap
    assert someone.role is Role.OWNER or now - NOON >= COOLING or Role.OWNER in roles_that_count(someone, now)


@pytest.mark.parametrize(
    ("changed_at", "expected"),
    [(None, False), (NOON, True), (NOON - COOLING + A_MOMENT, True), (NOON - COOLING, False)],
)
def test_an_address_is_fresh_for_three_days(changed_at: datetime | None, expected: bool) -> None:
    assert expected == has_fresh_address(member(email_changed_at=changed_at), NOON)


@pytest.mark.parametrize(
    ("recovered_at", "expected"),
    [
        (None, None),
        (NOON, NOON + HELD_AFTER_RECOVERY),
        (NOON - HELD_AFTER_RECOVERY + A_MOMENT, NOON + A_MOMENT),
        (NOON - HELD_AFTER_RECOVERY, None),
    ],
)
def test_secrets_are_held_for_a_day_after_a_way_back_in(
    recovered_at: datetime | None, expected: datetime | None
) -> None:
    assert timedelta(hours=24) == HELD_AFTER_RECOVERY
    assert expected == exports_held_until(member(recovered_at=recovered_at), NOON)


def test_a_public_id_is_eighty_bits_behind_its_prefix() -> None:
    every_bit = Moment(NOON, b"seed of a test")
    drawn = every_bit.draw("id:mem:a", 10)
    expected = "".join(
        "0123456789abcdefghjkmnpqrstvwxyz"[int(f"{int.from_bytes(drawn):080b}"[75 - at : 80 - at], 2)]
        for at in range(0, 80, 5)
    )
    assert f"mem_{expected}" == new_id("mem", every_bit, "a")


@given(st.binary(min_size=32, max_size=32))
def test_ids_of_one_moment_differ_by_prefix_and_label(seed: bytes) -> None:
    at_once = Moment(NOON, seed)
    drawn = {
        new_id("mem", at_once),
        new_id("mem", at_once, "2"),
        new_id("cas", at_once).replace("cas", "mem"),
    }
    assert 3 == len(drawn)
    assert new_id("mem", at_once) == new_id("mem", at_once, "")
    assert {20} == {len(one) for one in drawn}


@pytest.mark.parametrize(
    "spelling",
    [
        "Jonas.K@Example.com",
        "  jonas.k@example.com\t",
        "ｊｏｎａｓ.k@example.com",
        "jonas.k\uff20example.com",
    ],
)
def test_spellings_of_one_name_share_a_key(spelling: str) -> None:
    assert "jonas.k@example.com" == name_key(spelling)


def test_a_key_is_as_long_as_an_address_may_be() -> None:
    assert "a" * 254 == name_key("a" * 300)
    assert EMAIL_LENGTH == 254


def test_a_key_cut_behind_a_space_has_none_at_its_end() -> None:
    assert "a" * 253 == name_key("a" * 253 + " b")


@given(strategies.hostile_text)
def test_the_key_of_a_key_is_itself(text: str) -> None:
    assert name_key(text) == name_key(name_key(text))


@given(strategies.usernames)
def test_every_plain_username_is_taken_as_it_is(username: str) -> None:
    assert username == read_username(username)


@pytest.mark.parametrize(
    ("typed", "kept"), [(" Jonas ", "jonas"), ("ＪＯＮＡＳ", "jonas"), ("a", "a"), ("a_b-c.d", "a_b-c.d")]
)
def test_a_username_is_kept_folded(typed: str, kept: str) -> None:
    assert kept == read_username(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "jo nas",
        "jonas@example.com",
        "jonas\uff20x",
        ".jonas",
        "jonas-",
        "zürcher",
        "a" * 65,
        "jonas\x00",
        "a\nb",
        "-",
        "ɑdmin",
    ],
)
def test_what_is_no_username_is_refused(typed: str) -> None:
    with pytest.raises(BadInput) as error:
        read_username(typed)
    assert ("username", "username_form") == reason(error)
    expected = "Use letters a to z, digits, dots, dashes and underscores; 64 at most; no @"
    assert expected == error.value.sentence


@pytest.mark.parametrize("typed", sorted(RESERVED))
def test_a_username_that_the_server_uses_itself_is_not_available(typed: str) -> None:
    with pytest.raises(NameTaken) as error:
        read_username(f" {typed.upper()} ")
    assert ("username", "taken") == reason(error)


def test_a_username_has_sixty_four_characters_at_most() -> None:
    assert "a" * 64 == read_username("a" * 64)


@pytest.mark.parametrize(
    ("read", "field"), [(read_username, "username"), (read_email, "email"), (read_name, "name")]
)
@pytest.mark.parametrize("typed", ["", "  ", "\n\t"])
def test_an_empty_field_is_named(read: object, field: str, typed: str) -> None:
    with pytest.raises(BadInput) as error:
        read(typed)  # type: ignore[operator]
    assert (field, "empty") == reason(error)
    assert error.value.sentence.startswith("Enter a")


@given(strategies.emails)
def test_every_plain_address_is_taken_as_it_is(email: str) -> None:
    assert email == read_email(email)


@pytest.mark.parametrize(
    "email",
    [
        "a@b.ch",
        "Jonas.O'Neil+x@sub-domain.example.com",
        "zürcher@bücher.example",
        "a" * 64 + "@" + "b" * 63 + ".ch",
        "a@" + "b." * 125 + "ch",
    ],
)
def test_addresses_that_exist_are_taken(email: str) -> None:
    assert email == read_email(f" {email} ")


@pytest.mark.parametrize(
    "typed",
    [
        "jonas",
        "@example.com",
        "jonas@",
        "jonas@localhost",
        "jonas@example..com",
        "jonas@-example.com",
        "jonas@example-.com",
        "jonas@example.c",
        "jonas@example.com\nBcc: all@example.com",
        "jonas@example.com,other@example.com",
        "Jonas <jonas@example.com>",
        "jo nas@example.com",
        "jonas@exa mple.com",
        "a@b@example.com",
        "jonas\x00@example.com",
        "jonas\x7f@example.com",
        "jonas\u202e@example.com",
        "jonas\u200b@example.com",
        "jonas\ud800@example.com",
        'jo"nas@example.com',
        "jo\\nas@example.com",
        "jo(n)as@example.com",
        "a" * 65 + "@example.com",
        "a@" + "b" * 64 + ".ch",
        "a@" + "b." * 125 + "chi",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(BadInput) as error:
        read_email(typed)
    assert ("email", "email_form") == reason(error)
    assert "Enter an address such as name@example.com" == error.value.sentence


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Jonas \t Keller\n", "Jonas Keller"),
        ("Zu\u0308rcher", "Zürcher"),
        ("李小龍", "李小龍"),
        ("n" * 100, "n" * 100),
        ("O'Neil-Meier", "O'Neil-Meier"),
    ],
)
def test_a_name_is_kept_on_one_line(typed: str, kept: str) -> None:
    assert kept == read_name(typed)


@pytest.mark.parametrize(
    ("typed", "why", "sentence"),
    [
        ("n" * 101, "too_long", "Use 100 characters at most"),
        ("n " * 100_000, "too_long", "Use 100 characters at most"),
        *(
            (f"Jonas{sign}", "name_form", "Leave out control characters and invisible marks")
            for sign in "\x00\x1b\u202e\u200b\ud800\ue000\u0378"
        ),
    ],
)
def test_what_is_no_name_is_refused(typed: str, why: str, sentence: str) -> None:
    with pytest.raises(BadInput) as error:
        read_name(typed, "account")
    assert ("account", why) == reason(error)
    assert sentence == error.value.sentence


@given(strategies.hostile_text)
@pytest.mark.parametrize("read", [read_username, read_email, read_name])
def test_whatever_is_typed_is_taken_whole_and_clean_or_refused(read: object, text: str) -> None:
    try:
        kept = read(text)  # type: ignore[operator]
    except BadInput:
        return
    assert kept == read(kept)  # type: ignore[operator]
    assert kept.isprintable()
    kept.encode()


@given(strategies.usernames, strategies.emails)
def test_a_username_never_meets_an_address(username: str, email: str) -> None:
    assert name_key(read_username(username)) != name_key(read_email(email))


@pytest.mark.parametrize("read", [name_key, folded])
def test_a_megabyte_of_combining_marks_costs_next_to_nothing(read: object) -> None:
    """Unicode asks for marks in a row to be sorted; a whole megabyte of them would take many minutes."""
    assert len(read("a" + "\u0301\u0323" * 500_000)) < 2001  # type: ignore[operator]


@pytest.mark.parametrize("read", [read_username, read_email, read_name])
def test_a_megabyte_of_combining_marks_is_refused(read: object) -> None:
    with pytest.raises(BadInput):
        read("a" + "\u0301\u0323" * 500_000)  # type: ignore[operator]


@pytest.mark.parametrize(
    "spellings",
    [
        ("Zürcher", "Zuercher", "Zurcher", "ZÜRCHER", "Zu\u0308rcher"),
        ("Jörg", "Joerg", "Jorg"),
        ("Kägi", "Kaegi", "Kagi"),
        ("Strasse", "Straße", "STRASSE"),
        ("René", "Rene"),
        ("Ｋｅｌｌｅｒ", "keller"),
        ("K\u2122", "ktm"),
    ],
)
def test_spellings_of_one_name_meet_in_a_search(spellings: tuple[str, ...]) -> None:
    assert 1 == len({folded(one) for one in spellings})


def test_other_letters_stay_apart() -> None:
    assert ["zurcher", "zarcher", "zorcher"] == [folded(name) for name in ("Zürcher", "Zärcher", "Zörcher")]


@given(strategies.names)
def test_a_search_does_not_ask_for_capitals(name: str) -> None:
    assert folded(name) == folded(name.casefold())


def test_roles_are_ordered_by_what_they_may() -> None:
    assert [Role.OWNER, Role.ADMIN, Role.AUDITOR, Role.STAFF] == list(Role)
    assert replace(member(Role.OWNER), role=Role.STAFF).role is Role.STAFF
