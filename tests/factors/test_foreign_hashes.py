"""Hashes of other servers: each known form tells its password from others, and none costs more than we bear."""

from base64 import b64encode
from hashlib import pbkdf2_hmac, scrypt, sha256

import bcrypt
import pytest
from argon2.low_level import Type, hash_secret, hash_secret_raw
from hypothesis import given
from hypothesis import strategies as st

from sparekey.factors import is_known_hash
from sparekey.factors._foreign_hashes import is_known, is_match

RIGHT = "correct horse bättery"
RAW = RIGHT.encode()
SALT = b"saltsaltsalt"


def base64(raw: bytes) -> str:
    return b64encode(raw).decode()


def unpadded(raw: bytes) -> str:
    return base64(raw).rstrip("=")


def adapted(raw: bytes) -> str:
    return unpadded(raw).replace("+", ".")


def derived(algorithm: str, salt: bytes = SALT) -> bytes:
    return pbkdf2_hmac(algorithm, RAW, salt, 10)


def mixed(dklen: int = 64) -> bytes:
    return scrypt(RAW, salt=SALT, n=16, r=8, p=1, dklen=dklen)


BCRYPT_SALT = b"$2b$04$abcdefghijklmnopqrstuu"
BCRYPT = bcrypt.hashpw(RAW, BCRYPT_SALT).decode()
DIGEST_BCRYPT = bcrypt.hashpw(sha256(RAW).hexdigest().encode(), BCRYPT_SALT).decode()
ARGON2ID = hash_secret(RAW, SALT, 1, 64, 2, 32, Type.ID).decode()
OLD_ARGON2 = unpadded(hash_secret_raw(RAW, SALT, 1, 64, 1, 16, Type.I, version=16))
S = SALT.decode()

KNOWN = [
    ARGON2ID,
    hash_secret(RAW, SALT, 1, 64, 1, 16, Type.I).decode(),
    f"$argon2i$m=64,t=1,p=1${unpadded(SALT)}${OLD_ARGON2}",
    f"argon2{ARGON2ID}",
    BCRYPT,
    BCRYPT.replace("$2b$", "$2a$"),
    BCRYPT.replace("$2b$", "$2y$"),
    f"bcrypt${BCRYPT}",
    f"bcrypt_sha256${DIGEST_BCRYPT}",
    f"$scrypt$ln=4,r=8,p=1${unpadded(SALT)}${unpadded(mixed(32))}",
    f"scrypt$16${S}$8$1${base64(mixed())}",
    f"scrypt:16:8:1${S}${mixed().hex()}",
    f"$pbkdf2$10${adapted(SALT)}${adapted(derived('sha1'))}",
    f"$pbkdf2-sha256$10${adapted(SALT)}${adapted(derived('sha256'))}",
    f"$pbkdf2-sha512$10${adapted(SALT)}${adapted(derived('sha512'))}",
    f"pbkdf2_sha1$10${S}${base64(derived('sha1'))}",
    f"pbkdf2_sha256$10${S}${base64(derived('sha256'))}",
    f"pbkdf2:sha512:10${S}${derived('sha512').hex()}",
]


@pytest.mark.parametrize("text", KNOWN)
def test_a_known_hash_tells_the_password_from_others(text: str) -> None:
    assert is_known(text)
    assert (True, False, False) == (is_match(text, RIGHT), is_match(text, RIGHT + "!"), is_match(text, ""))


H32, H16 = "a" * 43, "a" * 22
TOO_MUCH_OR_WRONG = [
    "",
    "a" * 1001,
    "$1$salt$5f4dcc3b5aa765d61d8327deb882cf99",
    "$6$rounds=5000$salt$hash",
    "md5$salt$5f4dcc3b5aa765d61d8327deb882cf99",
    f"$argon2d$v=19$m=64,t=1,p=1$c2FsdHNhbHQ${H32}",
    f"$argon2id$v=19$m=262145,t=1,p=1$c2FsdHNhbHQ${H32}",
    f"$argon2id$v=19$m=131072,t=9,p=1$c2FsdHNhbHQ${H32}",
    f"$argon2id$v=19$m=64,t=1,p=17$c2FsdHNhbHQ${H32}",
    f"$argon2id$v=19$m=4096,t=1,p=17$c2FsdHNhbHQ${H32}",
    f"$argon2id$v=19$m=64,t=0,p=1$c2FsdHNhbHQ${H32}",
    f"$argon2id$v=19$m=64,t=1,p=0$c2FsdHNhbHQ${H32}",
    f"$argon2id$v=18$m=64,t=1,p=1$c2FsdHNhbHQ${H32}",
    f"$argon2id$v=19$m=64,t=1,p=1$c2FsdA${H32}",
    "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$YWJj",
    f"$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQab${H32}aa",
    BCRYPT.replace("$04$", "$03$"),
    BCRYPT.replace("$04$", "$15$"),
    BCRYPT.replace("$2b$", "$2x$"),
    "$2b$04$" + "9" * 53,
    f"$scrypt$ln=0,r=8,p=1$c2FsdHNhbHQ${H32}",
    f"$scrypt$ln=40,r=8,p=1$c2FsdHNhbHQ${H32}",
    f"$scrypt$ln=4,r=0,p=1$c2FsdHNhbHQ${H32}",
    f"$scrypt$ln=4,r=8,p=0$c2FsdHNhbHQ${H32}",
    f"$scrypt$ln=16,r=8,p=9$c2FsdHNhbHQ${H32}",
    f"$scrypt$ln=4,r=8,p=1$YWJj${H32}",
    "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHQ$YWJj",
    f"scrypt$15$saltsalt$8$1${H32}",
    f"$pbkdf2-sha256$2000001$c2FsdHNhbHQ${H32}",
    f"$pbkdf2-sha256$0$c2FsdHNhbHQ${H32}",
    f"$pbkdf2-sha256$10$YWJj${H32}",
    "$pbkdf2-sha256$10$c2FsdHNhbHQ$YWJj",
    f"$pbkdf2-md5$10$c2FsdHNhbHQ${H32}",
    f"pbkdf2_sha256$10$\ud800alt${H32}",
    f"pbkdf2_sha256$10$saltsalt${H32}aa",
]


@pytest.mark.parametrize("text", TOO_MUCH_OR_WRONG)
def test_what_is_not_known_or_costs_too_much_matches_nothing(text: str) -> None:
    assert (False, False) == (is_known(text), is_match(text, RIGHT))


def test_bcrypt_cuts_a_long_password_as_its_servers_did() -> None:
    kept = bcrypt.hashpw(b"a" * 72, bcrypt.gensalt(4)).decode()
    assert is_match(kept, "a" * 100)


def test_more_than_can_be_typed_is_never_right() -> None:
    kept = f"pbkdf2_sha256$10${S}${base64(pbkdf2_hmac('sha256', b'a' * 600, SALT, 10))}"
    assert not is_match(kept, "a" * 600)


@given(text=st.text(max_size=80) | st.from_regex(r"\$[a-z0-9]+\$[^\n]{0,60}"), password=st.text(max_size=20))
def test_no_text_is_an_error(text: str, password: str) -> None:
    assert not is_match(text, password)


@given(
    text=st.sampled_from(KNOWN), password=st.sampled_from(["", "\0", "a\0b", "\ud800", "a" * 1000, "ä" * 72])
)
def test_no_password_is_an_error(text: str, password: str) -> None:
    assert not is_match(text, password)


def test_whoever_reads_import_files_may_ask_which_hashes_are_known() -> None:
    assert (True, False) == (
        is_known_hash(BCRYPT),
        is_known_hash("md5$salt$5f4dcc3b5aa765d61d8327deb882cf99"),
    )
