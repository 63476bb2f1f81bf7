"""A parcel opens with its passphrase and with nothing else, here and in any program that knows RFC 7516."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from unicodedata import normalize

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

from sparekey.adapters.parcels import ALGORITHM, ROUNDS, CannotOpen, pack, unpack
from sparekey.core.contract import Moment
from tests.world import NOON

WORDS = "four unrelated words here"
CONTENT = b'{"uri":"otpauth://totp/Berg:mia?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}'
MOMENT = Moment(NOON, b"seed")


@pytest.fixture(scope="module")
def parcel() -> str:
    return pack(WORDS, CONTENT, MOMENT)


def parts(parcel: str) -> list[bytes]:
    return [urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parcel.split(".")]


def test_it_opens_with_its_passphrase(parcel: str) -> None:
    assert CONTENT == unpack(WORDS, parcel.encode())


def test_a_line_break_at_the_end_does_no_harm(parcel: str) -> None:
    assert CONTENT == unpack(WORDS, f"{parcel}\r\n".encode())


def test_it_is_made_of_letters_that_every_mail_and_disk_keeps(parcel: str) -> None:
    assert re.fullmatch(r"[\w-]+(\.[\w-]+){4}", parcel, re.ASCII)


def test_nothing_of_the_content_can_be_read(parcel: str) -> None:
    header, *others = parts(parcel)
    assert {"alg": ALGORITHM, "enc": "A256GCM", "p2c": 290_000} == {
        name: value for name, value in json.loads(header).items() if name != "p2s"
    }
    assert not any(word in part for part in others for word in (b"otpauth", b"JBSWY3DP", b"mia"))


def test_it_is_what_the_standards_say_it_is(parcel: str) -> None:
    """RFC 7516, section 5.2, and RFC 7518, section 4.8, step by step, without the library."""
    header, wrapped, nonce, sealed, tag = parts(parcel)
    told = json.loads(header)
    salt = ALGORITHM.encode() + b"\0" + urlsafe_b64decode(told["p2s"] + "==")
    key = PBKDF2HMAC(SHA512(), 32, salt, told["p2c"]).derive(WORDS.encode())
    protected = parcel.partition(".")[0].encode()
    content = AESGCM(aes_key_unwrap(key, wrapped)).decrypt(nonce, sealed + tag, protected)
    assert CONTENT == content


def test_it_costs_more_rounds_than_owasp_asks_for() -> None:
    assert ROUNDS > 210_000


@pytest.mark.parametrize("wrong", ["four unrelated words her", "", WORDS.upper(), "\ud800"])
def test_another_passphrase_opens_nothing(parcel: str, wrong: str) -> None:
    with pytest.raises(CannotOpen):
        unpack(wrong, parcel.encode())


def test_a_passphrase_counts_as_it_reads() -> None:
    """A keyboard may send é as one sign or as two."""
    typed = "crêpe église forêt été"
    assert CONTENT == unpack(normalize("NFD", typed), pack(normalize("NFC", typed), CONTENT, MOMENT).encode())


def test_no_warning_of_a_short_passphrase() -> None:
    """Twelve characters are enough here; a warning would be an error in this run."""
    assert CONTENT == unpack("twelve chars", pack("twelve chars", CONTENT, MOMENT).encode())


@pytest.mark.parametrize("part", range(5))
def test_one_changed_character_and_it_does_not_open(parcel: str, part: int) -> None:
    pieces = parcel.split(".")
    piece = pieces[part]
    middle = len(piece) // 2
    pieces[part] = piece[:middle] + ("A" if piece[middle] != "A" else "B") + piece[middle + 1 :]
    with pytest.raises(CannotOpen):
        unpack(WORDS, ".".join(pieces).encode())


HEADERS = [
    b'{"alg":"none","enc":"A256GCM"}',
    b'{"alg":"dir","enc":"A256GCM"}',
    b'{"alg":"PBES2-HS512+A256KW","enc":"A256GCM"}',
    b'{"alg":"PBES2-HS512+A256KW","enc":"A256GCM","p2c":2000000000,"p2s":"c2FsdHNhbHQ"}',
    b'{"alg":"PBES2-HS512+A256KW","enc":"A256GCM","p2c":"many","p2s":"c2FsdHNhbHQ"}',
    b'{"alg":"PBES2-HS512+A256KW","enc":"A256GCM","p2c":290000,"p2s":7}',
    b'{"alg":"PBES2-HS512+A256KW","enc":"A256GCM","zip":"DEF","p2c":290000,"p2s":"c2FsdHNhbHQ"}',
    b'{"alg":["PBES2-HS512+A256KW"],"enc":{}}',
    b"[]",
    b"7",
    b"not json",
    b"[" * 700,
]


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_that_is_not_ours_is_refused(parcel: str, header: bytes) -> None:
    """Also one that would make whoever opens it compute for days."""
    others = parcel.split(".")[1:]
    forged = ".".join([urlsafe_b64encode(header).rstrip(b"=").decode(), *others])
    with pytest.raises(CannotOpen):
        unpack(WORDS, forged.encode())


@pytest.mark.parametrize("text", [b"", b"....", b"a.b.c", b"\xff\xfe", b"{}", b"a.b.c.d.e.f", b"=.=.=.=.="])
def test_what_is_no_parcel_is_refused_alike(text: bytes) -> None:
    with pytest.raises(CannotOpen):
        unpack(WORDS, text)


def test_salt_key_and_nonce_are_new_for_another_moment_and_for_another_content(parcel: str) -> None:
    later = pack(WORDS, CONTENT, Moment(NOON, b"other seed"))
    other = pack(WORDS, CONTENT + b" ", MOMENT)
    for index in (0, 1, 2):
        assert 3 == len({parts(one)[index] for one in (parcel, later, other)})
    assert parcel == pack(WORDS, CONTENT, MOMENT)
