"""PSKC (RFC 6030): keys, check sums and what XML must not do."""

import hmac
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sparekey.imports import Keys, _pskc_keys
from tests.imports.reading import NO_KEYS, TWENTY, people, sample, wrong

PLAIN = sample("pskc-plain.xml").decode()
KEY = bytes(range(32))
XENC = "http://www.w3.org/2001/04/xmlenc#"


def sealed(value: bytes, tag: str = "EncryptedValue", key: bytes = KEY) -> tuple[str, str]:
    """An encrypted value, and its check sum with the same key."""
    pad = 16 - len(value) % 16
    cipher = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    whole = bytes(16) + cipher.update(value + bytes(pad - 1) + bytes([pad])) + cipher.finalize()
    text = (
        f'<{tag}><x:EncryptionMethod Algorithm="{XENC}aes{8 * len(key)}-cbc"/><x:CipherData><x:CipherValue>'
    )
    text += f"{b64encode(whole).decode()}</x:CipherValue></x:CipherData></{tag}>"
    return text, b64encode(hmac.digest(KEY, whole, "sha256")).decode()


def encrypted() -> str:
    """The plain sample encrypted, without a key of its own for the check sum."""
    secret, mac = sealed(TWENTY)
    time, time_mac = sealed(b"\x3c")
    text = PLAIN.replace('pskc">', f'pskc" xmlns:x="{XENC}">', 1)
    text = text.replace(
        "  <KeyPackage>",
        '  <MACMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"/>\n  <KeyPackage>',
    )
    text = text.replace(
        "<PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue>", f"{secret}<ValueMAC>{mac}</ValueMAC>"
    )
    return text.replace("<PlainValue>60</PlainValue>", f"{time}<ValueMAC>{time_mac}</ValueMAC>")


def test_the_check_sum_may_use_the_encryption_key_and_numbers_may_be_encrypted() -> None:
    (person,) = people("pskc", encrypted(), keys=Keys(aes_key=KEY))
    reading = person.authenticators[0].readings[0]
    assert (TWENTY, 60) == (reading.key, reading.period)


def changed(old: str, new: str, text: str = "") -> str:
    before = text or encrypted()
    assert old in before
    return before.replace(old, new, 1)


MAC = '<MACMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"/>'
SHORT, SHORT_MAC = sealed(b"")
WRONG = [
    (encrypted(), NO_KEYS, "key_missing"),
    (encrypted(), Keys(aes_key=KEY[::-1]), "bad_mac"),
    (changed(MAC, ""), Keys(aes_key=KEY), "mac_missing"),
    (
        changed("<ValueMAC>", "<Other>").replace("</ValueMAC>", "</Other>", 1),
        Keys(aes_key=KEY),
        "mac_missing",
    ),
    (changed("hmac-sha256", "hmac-md5"), Keys(aes_key=KEY), "encryption_not_known"),
    (changed("aes256-cbc", "tripledes-cbc"), Keys(aes_key=KEY), "encryption_not_known"),
    (changed("aes256-cbc", "aes128-cbc"), Keys(aes_key=KEY), "wrong_key"),
    (
        changed("<EncryptedValue>", "<No>").replace("</EncryptedValue>", "</No>", 1),
        Keys(aes_key=KEY),
        "secret_missing",
    ),
    (changed("x:EncryptionMethod", "x:Other"), Keys(aes_key=KEY), "encryption_not_known"),
    (changed("<ValueMAC>", "<ValueMAC>!"), Keys(aes_key=KEY), "bad_base64"),
    (
        changed(MAC, MAC.replace("/>", f">{sealed(KEY, 'MACKey')[0]}</MACMethod>")),
        NO_KEYS,
        "key_missing",
    ),
    (
        changed(MAC, MAC.replace("/>", f">{sealed(KEY, 'MACKey')[0]}</MACMethod>")),
        Keys(aes_key=bytes(32)),
        "wrong_key",
    ),
    (changed("pskc:totp", "pskc:hotp", PLAIN), NO_KEYS, "counter_based"),
    (changed("pskc:totp", "pskc:ocra", PLAIN), NO_KEYS, "type_not_known"),
    (changed('"DECIMAL"', '"HEXADECIMAL"', PLAIN), NO_KEYS, "bad_digits"),
    (changed('"DECIMAL"', '"DECIMAL" CheckDigits="true"', PLAIN), NO_KEYS, "bad_digits"),
    (changed("<Time><PlainValue>0", "<Time><PlainValue>9", PLAIN), NO_KEYS, "bad_start"),
    (changed("<PlainValue>60", "<PlainValue>sixty", PLAIN), NO_KEYS, "wrong_type"),
    (changed("UID=jsmith,DC=example-bank,DC=net", "", PLAIN), NO_KEYS, "no_person"),
    (changed("UID=jsmith,DC", "O=x,DC", PLAIN), NO_KEYS, "bad_username"),
    (PLAIN.replace("<Secret>", "<Hidden>").replace("</Secret>", "</Hidden>"), NO_KEYS, "secret_missing"),
    (PLAIN.replace("<Data>", "<None>").replace("</Data>", "</None>"), NO_KEYS, "secret_missing"),
    (PLAIN.replace("<Key ", "<Lock ").replace("</Key>", "</Lock>"), NO_KEYS, "field_missing"),
    (
        changed("KeyContainer V", "Keys V", PLAIN).replace("/KeyContainer", "/Keys"),
        NO_KEYS,
        "not_this_format",
    ),
    (changed("keyprov:pskc", "keyprov:other", PLAIN), NO_KEYS, "not_this_format"),
    (changed("<KeyPackage>", "<KeyPackage", PLAIN), NO_KEYS, "bad_xml"),
    (changed("?>", '?><!DOCTYPE a [<!ENTITY b "c">]>', PLAIN), NO_KEYS, "xml_entities"),
    (changed("?>", '?><!DOCTYPE a SYSTEM "file:///etc/passwd">', PLAIN), NO_KEYS, "xml_entities"),
    (changed("Issuer-A", "&b;", PLAIN), NO_KEYS, "bad_xml"),
    (changed("UTF-8", "UTF-7", PLAIN).replace("Issuer-A", "\udcff"), NO_KEYS, "bad_xml"),
    (changed("Issuer-A", "a" * 70_000, PLAIN), NO_KEYS, "entry_too_large"),
    (changed("<KeyPackage>", "<KeyPackage>" + "<a/>" * 1001, PLAIN), NO_KEYS, "entry_too_large"),
    (changed("<KeyPackage>", "<KeyPackage>" + "<a>" * 30, PLAIN), NO_KEYS, "entry_too_large"),
]


@pytest.mark.parametrize(("text", "keys", "code"), WRONG)
def test_a_wrong_file_is_refused(text: str, keys: Keys, code: str) -> None:
    found = wrong("pskc", text.encode(errors="surrogateescape"), keys=keys)
    assert [code] == [code for _, code in found]


def test_the_person_may_have_a_plain_name_and_the_form_of_codes_may_be_missing() -> None:
    text = changed("UID=jsmith,DC=example-bank,DC=net", "jsmith", PLAIN)
    text = changed("<KeyPackage>", "<Extensions/><KeyPackage>", text)
    text = changed('<ResponseFormat Length="8" Encoding="DECIMAL"/>', "", text)
    (person,) = people("pskc", changed("<Time><PlainValue>0</PlainValue></Time>", "", text))
    assert ("jsmith", 6) == (person.username, person.authenticators[0].readings[0].digits)


PASSPHRASE = sample("pskc-rfc6030-passphrase.xml").decode()


@pytest.mark.parametrize(
    ("old", "new", "passphrase", "code"),
    [
        ("1000<", "1000<", "", "key_missing"),
        ("1000<", "2000001<", "qwerty", "too_much_work"),
        ("1000<", "0<", "qwerty", "wrong_type"),
        (">16<", ">17<", "qwerty", "wrong_type"),
        ("5v2-0#pbkdf2", "5v2-0#other", "qwerty", "encryption_not_known"),
        ("pkcs5:PBKDF2-params>", "pkcs5:other>", "qwerty", "encryption_not_known"),
        ("xenc11:KeyDerivationMethod", "xenc11:Other", "qwerty", "encryption_not_known"),
        ("<PRF/>", '<PRF Algorithm="http://x#hmacWithMD5"/>', "qwerty", "encryption_not_known"),
        ("<PRF/>", "", "asdfgh", "wrong_key"),
        ("<PRF/>", '<PRF Algorithm="http://x#hmacWithSHA256"/>', "qwerty", "wrong_key"),
    ],
)
def test_a_passphrase_is_used_within_limits(old: str, new: str, passphrase: str, code: str) -> None:
    text = PASSPHRASE.replace(old, new).replace("pskc:hotp", "pskc:totp")
    found = wrong("pskc", text, keys=Keys(passphrase=passphrase))
    assert [code] == [code for _, code in found]


def test_a_file_asks_for_that_work_once() -> None:
    head = PASSPHRASE[PASSPHRASE.index("<pskc:EncryptionKey>") : PASSPHRASE.index("</pskc:EncryptionKey>")]
    twice = PASSPHRASE.replace("<pskc:MACMethod", f"{head}</pskc:EncryptionKey><pskc:MACMethod", 1)
    assert ["bad_xml"] == [code for _, code in wrong("pskc", twice, keys=Keys(passphrase="qwerty"))]


def test_the_limit_of_rounds_is_a_second_of_work() -> None:
    assert _pskc_keys.MOST_ROUNDS == 2_000_000
