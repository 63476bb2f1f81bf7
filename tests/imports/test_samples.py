"""A sample of every source system gives the people and authenticators that are in it."""

import pytest

from sparekey.factors._foreign_hashes import is_match
from sparekey.imports import Doubt, Found, FoundSecret, Keys, Reading, Remark
from tests.imports.reading import BASE32, TWENTY, people, sample

RFC = Keys(passphrase="qwerty", aes_key=bytes.fromhex("12345678901234567890123456789012"))
PASSWORD = "correct horse battery"
HELLO = b"Hello!\xde\xad\xbe\xef"


def secrets(found: Found) -> list[tuple[Reading, ...]]:
    return [secret.readings for secret in found.authenticators]


def test_addresses_of_one_account_are_one_person_and_unusual_settings_are_in_doubt() -> None:
    alice, john = people("uris", sample("uris.txt"))
    long = TWENTY + b"123456789012"
    assert ("alice", "alice@google.com", 2) == (alice.username, alice.email, alice.place.line)
    assert [(Reading(HELLO),)] == secrets(alice)
    assert (Remark.SHORT_SECRET,) == alice.authenticators[0].remarks
    assert (Reading(long, "sha256", 8), Reading(long)) == secrets(john)[1]
    assert [(), (Doubt.OFTEN_IGNORED,)] == [secret.doubts for secret in john.authenticators]
    assert ["ACME Co", "john.doe@email.com"] == [john.authenticators[0].issuer, john.authenticators[0].label]


def test_a_table_of_a_spreadsheet() -> None:
    anna, jonas = people("csv", sample("table.csv"))
    assert ("anna.keller", "Anna Keller", "anna@example.com", True, "de") == (
        anna.username, anna.name, anna.email, anna.is_active, anna.language,
    )  # fmt: skip
    assert [(Reading(HELLO * 2),), (Reading(TWENTY),)] == secrets(anna)
    assert ["Phone", "Tablet"] == [secret.label for secret in anna.authenticators]
    assert is_match(str(anna.password_hash), PASSWORD)
    assert ("jonas", "Frei, Jonas", False, None) == (
        jonas.username, jonas.name, jonas.is_active, jonas.password_hash,
    )  # fmt: skip


def test_a_realm_of_keycloak() -> None:
    anna, jonas = people("keycloak", sample("keycloak.json"))
    assert [(Reading(b"aZ4kQ9mN2xP7vB1cD6fG"),), (Reading(TWENTY + b"123456789012", "sha256", 8, 60),)] == (
        secrets(anna)
    )
    assert (Remark.LEFT_PASSKEYS, Remark.LEFT_BACKUP_CODES, Remark.LEFT_OTHERS) == anna.remarks
    assert ("Anna Keller", "de", True) == (anna.name, anna.language, anna.is_active)
    assert not jonas.is_active
    assert is_match(str(anna.password_hash), PASSWORD)
    assert is_match(str(jonas.password_hash), PASSWORD)


@pytest.mark.parametrize("name", ["authentik.json", "authentik-blueprint.json"])
def test_authentik(name: str) -> None:
    (anna,) = people("authentik", sample(name))
    assert ("anna.keller", "Anna Keller", "anna@example.com") == (anna.username, anna.name, anna.email)
    assert [(Reading(TWENTY),)] == secrets(anna)


def test_a_dump_of_authentik_tells_what_stays_behind_and_which_step_was_used() -> None:
    (anna,) = people("authentik", sample("authentik.json"))
    assert (Remark.LEFT_BACKUP_CODES, Remark.LEFT_PASSKEYS) == anna.remarks
    assert 56800000 == anna.authenticators[0].last_step


@pytest.mark.parametrize("name", ["authelia-totp.yml", "authelia-totp.csv", "authelia-totp.txt"])
def test_both_files_of_authelia_are_one_list(name: str) -> None:
    anna, jonas = people("authelia", sample("authelia-users.yml"), sample(name))
    assert [(Reading(TWENTY),)] == secrets(anna)
    assert ("Anna Keller", True, "$argon2id$") == (anna.name, anna.is_active, str(anna.password_hash)[:10])
    assert ("jonas", False, "$2b$") == (jonas.username, jonas.is_active, str(jonas.password_hash)[:4])


def test_a_table_of_privacyidea_does_not_tell_the_algorithm() -> None:
    anna, jonas = people("privacyidea", sample("privacyidea.csv"))
    assert ["sha1", "sha256", "sha512"] == [each.algorithm for each in secrets(anna)[0]]
    assert ["sha256", "sha1", "sha512"] == [each.algorithm for each in secrets(jonas)[0]]
    assert ("anna.keller", "", True) == (anna.username, anna.email, anna.authenticators[0].is_doubtful)


def test_privacyidea_exports_pskc_too() -> None:
    assert people("pskc", sample("pskc-plain.xml")) == people("privacyidea", sample("pskc-plain.xml"))


def test_a_dump_of_django_otp_in_one_line_and_any_order() -> None:
    anna, jonas = people("django-otp", sample("django-otp.json"))
    assert [(Reading(TWENTY),)] == secrets(anna)
    assert (Remark.UNCONFIRMED, Remark.LEFT_BACKUP_CODES) == anna.remarks
    assert (1, 3, "Anna Keller") == (anna.place.line, anna.place.entry, anna.name)
    assert (None, False) == (jonas.password_hash, jonas.is_active)
    assert is_match(str(anna.password_hash), PASSWORD)


def test_a_dump_of_django_allauth_with_natural_keys() -> None:
    (anna,) = people("django-allauth", sample("django-allauth.json"))
    assert [(Reading(TWENTY),)] == secrets(anna)
    assert "anna@example.com" == anna.email
    assert (Remark.LEFT_BACKUP_CODES, Remark.LEFT_PASSKEYS) == anna.remarks


@pytest.mark.parametrize("name", ["pskc-rfc6030-preshared.xml", "pskc-rfc6030-passphrase.xml"])
def test_the_encrypted_examples_of_rfc_6030_open(name: str) -> None:
    """Both hold counter-based keys of nobody: here they follow the clock and belong to Anna."""
    text = sample(name).decode().replace("pskc:hotp", "pskc:totp")
    text = text.replace("<SerialNo>", "<UserId>CN=Anna,O=Berg</UserId><SerialNo>")
    text = text.replace("<pskc:SerialNo>", "<pskc:UserId>anna</pskc:UserId><pskc:SerialNo>")
    (anna,) = people("pskc", text, keys=RFC)
    assert ("anna", [(Reading(TWENTY, digits=8),)]) == (anna.username, secrets(anna))


def test_a_plain_pskc_file() -> None:
    (person,) = people("pskc", sample("pskc-plain.xml"))
    expected = FoundSecret((Reading(TWENTY, "sha256", 8, 60),), issuer="Issuer-A", label="987654321")
    assert ("jsmith", (expected,)) == (person.username, person.authenticators)


def test_neither_keys_nor_hashes_are_shown_in_a_repr() -> None:
    shown = repr(people("keycloak", sample("keycloak.json"))) + repr(RFC)
    assert not [word for word in ("aZ4kQ9", "pbkdf2", "argon2", "qwerty", BASE32) if word in shown]
