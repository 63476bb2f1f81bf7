"""The audit chain: whatever is changed, left out or moved shows, and at the first entry it touches."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sparekey.core.audit_chain import START, Broken, Entry, Whole, canonical, digest, verify
from tests import strategies
from tests.strategies import NOON, linked

Chain = tuple[Entry, ...]
THREE = linked([{"n": 1}, {"n": 2}, {"n": 3}])
HEAD = (3, THREE[-1].hash)


def checked(chain: Chain, entries: Chain) -> Whole | Broken:
    """`entries` against the head of `chain`."""
    return verify(entries, chain[-1].seq, chain[-1].hash)


def test_the_bytes_that_are_hashed_never_change() -> None:
    """Whoever checks an exported chain with their own program relies on them."""
    at = datetime(2026, 3, 2, 12, 0, 0, 5, UTC)
    data = {"z": ["ü", None, True], "a": 1}
    entry = Entry("acc_1", 7, at, "a:b:c", "mem_1", "mem_2", "192.0.2.1", data, "00")
    expected = (
        '{"actor":"mem_1","at":"2026-03-02T12:00:00.000005Z","chain":"acc_1","data":{"a":1,"z":["ü",null,true]},'
        '"previous":"00","seq":7,"source":"192.0.2.1","subject":"mem_2","tag":"a:b:c"}'
    ).encode()
    assert expected == canonical(entry)
    assert hashlib.sha256(expected).hexdigest() == digest(entry)


def test_the_same_instant_in_another_zone_gives_the_same_bytes() -> None:
    elsewhere = THREE[0].at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert canonical(THREE[0]) == canonical(replace(THREE[0], at=elsewhere))


def test_the_first_entry_names_sixty_four_zeros() -> None:
    assert "0" * 64 == START == THREE[0].previous


def test_an_empty_chain_is_whole() -> None:
    assert Whole(0, START) == verify([], 0, START)


@given(strategies.chains)
def test_an_untouched_chain_is_whole(chain: Chain) -> None:
    assert Whole(len(chain), chain[-1].hash) == checked(chain, chain)


CHANGES = {
    "chain": "acc_2",
    "at": NOON - timedelta(days=1),
    "tag": "other:tag:here",
    "actor": "mem_9",
    "subject": "mem_9",
    "source": "198.51.100.9",
    "data": {"changed": True, "also": "this"},
    "hash": "f" * 64,
}


@given(strategies.chains, st.data(), st.sampled_from(sorted(CHANGES)))
def test_one_changed_value_is_found_in_its_entry(chain: Chain, data: st.DataObject, field: str) -> None:
    place = data.draw(st.integers(0, len(chain) - 1))
    changed = replace(chain[place], **{field: CHANGES[field]})  # type: ignore[arg-type]
    entries = (*chain[:place], changed, *chain[place + 1 :])
    assert Broken(place + 1, changed.at, "content") == checked(chain, entries)


@given(strategies.chains, st.data())
def test_one_changed_and_hashed_again_shows_in_the_next_entry_or_the_head(
    chain: Chain, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(chain) - 1))
    changed = replace(chain[place], actor="mem_9")
    changed = replace(changed, hash=digest(changed))
    entries = (*chain[:place], changed, *chain[place + 1 :])
    if place == len(chain) - 1:
        assert Broken(place + 1, changed.at, "head") == checked(chain, entries)
    else:
        assert Broken(place + 2, chain[place + 1].at, "link") == checked(chain, entries)


@given(strategies.chains, st.data())
def test_another_predecessor_is_found_in_its_entry(chain: Chain, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(chain) - 1))
    changed = replace(chain[place], previous="f" * 64)
    entries = (*chain[:place], replace(changed, hash=digest(changed)), *chain[place + 1 :])
    assert Broken(place + 1, changed.at, "link") == checked(chain, entries)


@given(strategies.chains, st.data())
def test_an_entry_left_out_is_named_by_its_own_number(chain: Chain, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(chain) - 1))
    why = "cut_short" if place == len(chain) - 1 else "missing"
    assert Broken(place + 1, None, why) == checked(chain, chain[:place] + chain[place + 1 :])


@given(strategies.chains, st.data())
def test_a_cut_chain_is_named_where_it_ends(chain: Chain, data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, len(chain) - 1))
    assert Broken(kept + 1, None, "cut_short") == checked(chain, chain[:kept])


@given(strategies.chains, st.data())
def test_two_entries_swapped_are_named_at_the_first(chain: Chain, data: st.DataObject) -> None:
    assume(len(chain) > 1)
    first = data.draw(st.integers(0, len(chain) - 2))
    second = data.draw(st.integers(first + 1, len(chain) - 1))
    entries = list(chain)
    entries[first], entries[second] = entries[second], entries[first]
    assert Broken(first + 1, None, "missing") == checked(chain, tuple(entries))


def test_two_contents_swapped_under_their_numbers_are_named_at_the_first() -> None:
    entries = (THREE[0], replace(THREE[1], data=THREE[2].data), replace(THREE[2], data=THREE[1].data))
    assert Broken(2, THREE[1].at, "content") == verify(entries, *HEAD)


def test_an_entry_twice_is_named() -> None:
    assert Broken(3, None, "missing") == verify((THREE[0], THREE[1], THREE[1], THREE[2]), *HEAD)


def test_a_chain_longer_than_its_head_is_named_at_the_first_entry_too_many() -> None:
    assert Broken(3, THREE[2].at, "beyond_head") == verify(THREE, 2, THREE[1].hash)


def test_a_chain_made_anew_from_its_start_is_named_at_the_head() -> None:
    forged = linked([{"n": 1}, {"n": 9}, {"n": 3}])
    assert Broken(3, forged[2].at, "head") == verify(forged, *HEAD)


@pytest.mark.parametrize("head", ["f" * 64, ""])
def test_an_empty_chain_with_another_head_is_broken(head: str) -> None:
    assert Broken(0, None, "head") == verify([], 0, head)
