"""Sealed values open with the right key at the right row, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.adapters.sealing import CannotUnseal, Keys, Purpose
from sparekey.errors import Unready

OLD, NEW, OTHER = bytes(range(32)), bytes(range(1, 33)), bytes(range(2, 34))
NONCE = b"twelve bytes"
ROW = "authenticators:acc_1:aut_1:7"

nonces = st.binary(min_size=12, max_size=12)


@given(plain=st.binary(max_size=200), context=st.text(max_size=80), nonce=nonces)
def test_what_was_sealed_opens_at_its_row(plain: bytes, context: str, nonce: bytes) -> None:
    keys = Keys([OLD])
    assert plain == keys.unseal(keys.seal(plain, context, nonce), context)


@given(plain=st.binary(max_size=50), here=st.text(max_size=40), there=st.text(max_size=40))
def test_a_value_moved_to_another_row_does_not_open(plain: bytes, here: str, there: str) -> None:
    keys = Keys([OLD])
    sealed = keys.seal(plain, here, NONCE)
    if here != there:
        with pytest.raises(CannotUnseal):
            keys.unseal(sealed, there)


@given(data=st.data())
def test_a_value_with_one_bit_changed_does_not_open(data: st.DataObject) -> None:
    keys = Keys([OLD, NEW])
    sealed = bytearray(keys.seal(b"secret", ROW, NONCE))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CannotUnseal):
        keys.unseal(bytes(sealed), ROW)


@given(length=st.integers(0, 100))
def test_a_value_cut_anywhere_does_not_open(length: int) -> None:
    keys = Keys([OLD])
    sealed = keys.seal(b"secret", ROW, NONCE)
    with pytest.raises(CannotUnseal):
        keys.unseal(sealed[: length % len(sealed)], ROW)


@given(rubbish=st.binary(max_size=100))
def test_rubbish_does_not_open(rubbish: bytes) -> None:
    with pytest.raises(CannotUnseal):
        Keys([OLD]).unseal(rubbish, ROW)


def test_every_failure_says_the_same_and_nothing_of_the_value() -> None:
    sealed = Keys([OLD]).seal(b"secret", ROW, NONCE)
    said = set()
    for keys, value, row in (
        (Keys([OTHER]), sealed, ROW),
        (Keys([OLD]), sealed, "x"),
        (Keys([OLD]), b"", ROW),
    ):
        with pytest.raises(CannotUnseal) as refusal:
            keys.unseal(value, row)
        said.add(refusal.value.sentence)
    assert {"A sealed value in the database does not open with this server's key, or was changed"} == said


def test_the_log_names_the_row_that_does_not_open_and_not_the_value(caplog: pytest.LogCaptureFixture) -> None:
    sealed = Keys([OLD]).seal(b"secret", "authenticators:acc_1:aut_2:1", NONCE)
    with pytest.raises(CannotUnseal):
        Keys([OLD]).unseal(sealed, ROW)
    said = caplog.text
    assert (True, False, False) == (ROW in said, "secret" in said, sealed.hex() in said)


def test_after_a_rotation_old_values_open_and_new_ones_need_the_new_key() -> None:
    before, after = Keys([OLD]), Keys([NEW, OLD])
    sealed = after.seal(b"secret", ROW, NONCE)
    assert b"secret" == after.unseal(before.seal(b"secret", ROW, NONCE), ROW)
    assert b"secret" == Keys([NEW]).unseal(sealed, ROW)
    with pytest.raises(CannotUnseal):
        before.unseal(sealed, ROW)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_rotation_leaves_what_is_derived_as_it_was(purpose: Purpose) -> None:
    assert Keys([OLD]).subkey(purpose) == Keys([NEW, OLD]).subkey(purpose)


def test_every_purpose_has_a_key_of_its_own() -> None:
    keys = Keys([OLD])
    assert len(Purpose) == len({keys.subkey(purpose) for purpose in Purpose})


def test_what_is_derived_never_changes() -> None:
    """A changed derivation would make every database unreadable."""
    keys = Keys([OLD])
    sealed = "01bdd3ca03e0cfe5ac7477656c7665206279746573f13a0420322a4a89aa5c74d66cdac0a7c60450de9037"
    assert "c41cab55c431b897" == keys.subkey(Purpose.PEPPER).hex()[:16]
    assert {"d924f61925ef980a38fdc24bdfbe10b3"} == keys.fingerprints
    assert sealed == keys.seal(b"secret", ROW, NONCE).hex()


@pytest.mark.parametrize(
    ("present", "starts"),
    [
        ([OLD], True),
        ([NEW, OLD], True),
        ([OLD, NEW], False),
        ([NEW], False),
        ([OTHER], False),
        ([OTHER, NEW, OLD], True),
    ],
)
def test_only_the_key_that_made_the_database_starts_on_it(present: list[bytes], starts: bool) -> None:
    kept = Keys([OLD]).fingerprints
    if starts:
        Keys(present).demand(kept)
    else:
        with pytest.raises(Unready, match="not the key that the database was made with"):
            Keys(present).demand(kept)


def test_a_key_that_sealed_since_must_not_be_left_out() -> None:
    with pytest.raises(Unready):
        Keys([OLD]).demand(Keys([NEW, OLD]).fingerprints)


def test_an_empty_database_takes_any_key() -> None:
    Keys([OLD]).demand([])


@pytest.mark.parametrize("masters", [[], [b"short"], [OLD, b""]])
def test_a_key_of_another_length_is_a_mistake(masters: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keys(masters)


def test_a_nonce_of_another_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="nonce"):
        Keys([OLD]).seal(b"", ROW, b"short")


def test_keys_do_not_show_themselves() -> None:
    shown = repr(Keys([OLD]))
    assert OLD.hex() not in shown
    assert repr(OLD) not in shown
