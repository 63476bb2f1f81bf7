"""The key of a server: from a setting, or from a file that the first start makes."""

import base64
import os
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.adapters.key_files import key_from_file, read_key
from sparekey.errors import Unready

KEY = bytes(range(100, 132))


def dice() -> Callable[[int], bytes]:
    """Bytes that are other ones each time."""
    rolls = count(1)
    return lambda size: next(rolls).to_bytes(size, "big")


@given(key=st.binary(min_size=32, max_size=32), before=st.sampled_from(["", " ", "\n"]))
def test_a_key_is_read_in_hex_and_in_every_base64(key: bytes, before: str) -> None:
    standard, url = base64.b64encode(key).decode(), base64.urlsafe_b64encode(key).decode()
    written = (key.hex(), key.hex().upper(), standard, standard.rstrip("="), url, url.rstrip("="))
    assert {key} == {read_key(f"{before}{text}\n", "SPAREKEY_KEY") for text in written}


@pytest.mark.parametrize(
    "text",
    ["", "secret", "a" * 63, "a" * 65, "g" * 64, "ä" * 43, base64.b64encode(KEY[:31]).decode(), "\0" * 44],
)
def test_anything_else_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(Unready, match="SPAREKEY_KEY is not a key: 32 random bytes are wanted") as refusal:
        read_key(text, "SPAREKEY_KEY")
    assert not text or text not in refusal.value.sentence


def test_the_first_start_makes_a_private_file_and_the_second_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "key"
    made = key_from_file(path, dice())
    assert made == key_from_file(path, dice())
    assert 0o600 == path.stat().st_mode & 0o777
    assert [path] == list(tmp_path.iterdir())


def test_the_content_of_the_file_may_be_moved_into_a_setting(tmp_path: Path) -> None:
    made = key_from_file(tmp_path / "key", dice())
    assert made == read_key((tmp_path / "key").read_text(), "SPAREKEY_KEY")


def test_the_mask_of_the_process_does_not_open_the_file(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        key_from_file(tmp_path / "key", dice())
    finally:
        os.umask(before)
    assert 0o600 == (tmp_path / "key").stat().st_mode & 0o777


def test_eight_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    barrier, roll, found = threading.Barrier(8), dice(), []

    def start() -> None:
        barrier.wait()
        found.append(key_from_file(tmp_path / "key", roll))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (8, 1) == (len(found), len(set(found)))
    assert [tmp_path / "key"] == list(tmp_path.iterdir())


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    key_from_file(tmp_path / "key", dice())
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(Unready, match="chmod 600"):
        key_from_file(tmp_path / "key", dice())


def test_a_folder_that_everybody_can_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(Unready, match="chmod o-w"):
        key_from_file(tmp_path / "key", dice())
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unready, match="is not there: make it first"):
        key_from_file(tmp_path / "none" / "key", dice())


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unready, match="is not a file"):
        key_from_file(tmp_path, dice())


def test_a_link_to_nowhere_is_refused_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unready, match="cannot be read or made"):
        key_from_file(tmp_path / "key", dice())
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_with_other_content_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"\xff\xfe rubbish")
    path.chmod(0o600)
    with pytest.raises(Unready, match="is not a key"):
        key_from_file(path, dice())
    assert b"\xff\xfe rubbish" == path.read_bytes()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    key_from_file(tmp_path / "key", dice())
    os.chown(tmp_path / "key", 12345, -1)
    with pytest.raises(Unready, match="belongs to somebody else"):
        key_from_file(tmp_path / "key", dice())
