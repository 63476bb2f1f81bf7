"""What a dump or a realm may hold wrongly, entry by entry."""

import json
from typing import Any

import pytest

from sparekey.imports import Remark
from tests.imports.reading import BASE32, TWENTY, people, wrong


def record(model: str, pk: object = 1, **fields: object) -> dict[str, Any]:
    return {"model": model, "pk": pk, "fields": fields}


def user(pk: object = 1, username: object = "anna", **more: object) -> dict[str, Any]:
    return record("auth.user", pk, username=username, password="", **more)


def device(user: object = 1, **more: object) -> dict[str, Any]:
    return record("otp_totp.totpdevice", 1, **{"user": user, "key": TWENTY.hex(), "t0": 0, **more})


def mfa(user: object = 1, **more: object) -> dict[str, Any]:
    return record(
        "mfa.authenticator", 1, **{"user": user, "type": "totp", "data": {"secret": BASE32}, **more}
    )


DUMPS = [
    ("django-otp", [user(), device(2)], "unknown_person"),
    ("django-otp", [user(), device(["jonas"])], "unknown_person"),
    ("django-otp", [user(), device("anna")], "unknown_person"),
    ("django-otp", [user(), device(None)], "wrong_type"),
    ("django-otp", [user(), device(True)], "wrong_type"),
    ("django-otp", [user(), device(2**50)], "wrong_type"),
    ("django-otp", [user(), user()], "duplicate_id"),
    ("django-otp", [user(), user(2, "Anna")], "duplicate_person"),
    ("django-otp", [user(), record("otp_hotp.hotpdevice", user=1)], "counter_based"),
    ("django-otp", [user(), device(t0=5)], "bad_start"),
    ("django-otp", [user(), device(key="xy")], "bad_hex"),
    ("django-otp", [user(), device(key=5)], "wrong_type"),
    ("django-otp", [user(), device(key=None)], "secret_missing"),
    ("django-otp", [user(), device(last_t="x")], "wrong_type"),
    ("django-otp", [user(), device(name="\ud800")], "bad_text"),
    ("django-otp", [user(username="a\0b")], "bad_text"),
    ("django-otp", [user(username=None)], "field_missing"),
    ("django-otp", [user(is_active=5)], "wrong_type"),
    ("django-otp", [5], "wrong_type"),
    ("django-otp", [{"model": "auth.user", "fields": 5}], "wrong_type"),
    ("django-allauth", [user(), mfa(data={})], "secret_missing"),
    ("django-allauth", [user(), mfa(data="gAAAA")], "wrong_type"),
    ("django-allauth", [user(), mfa(data="{} {}")], "wrong_type"),
    ("django-allauth", [user(), mfa(data=" " * 300_000)], "wrong_type"),
    ("django-allauth", [user(), mfa(data={"secret": "gAAAA!"})], "bad_base32"),
]


@pytest.mark.parametrize(("source", "records", "code"), DUMPS)
def test_a_wrong_record_is_named(source: str, records: list[object], code: str) -> None:
    found = [code for _, code in wrong(source, json.dumps(records))]
    assert [code] == found


def test_people_may_sign_in_with_an_address_alone() -> None:
    custom = record("people.person", "7b-1", email="Anna@example.com", password="*")
    (anna,) = people("django-allauth", json.dumps([custom, mfa("7b-1", data=json.dumps({"secret": BASE32}))]))
    assert ("anna", "Anna@example.com", 1) == (anna.username, anna.email, len(anna.authenticators))


def test_what_is_no_person_is_left_out_and_other_authenticators_stay_behind() -> None:
    others = [record("auth.group", name="x"), record("vault.entry", password="x"), mfa(type="other")]
    (anna,) = people("django-allauth", json.dumps([user(), *others]))
    assert (Remark.LEFT_OTHERS,) == anna.remarks


def test_a_natural_key_finds_a_person_with_a_number() -> None:
    (anna,) = people("django-otp", json.dumps([device(["anna"]), user(7)]))
    assert 1 == len(anna.authenticators)


def credential(kind: str, hidden: object, said: object) -> dict[str, Any]:
    return {"type": kind, "secretData": json.dumps(hidden), "credentialData": json.dumps(said)}


def otp(value: object = "12345678901234567890", **said: object) -> dict[str, Any]:
    return credential("otp", {"value": value}, {"subType": "totp", **said})


def password(**said: object) -> dict[str, Any]:
    hidden = {"value": "A" * 24, "salt": "A" * 24}
    return credential("password", hidden, {"hashIterations": 5, "algorithm": "argon2", **said})


def realm(*credentials: object, **more: object) -> str:
    return json.dumps({"users": [{"username": "anna", "credentials": list(credentials), **more}]})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (realm(otp(subType="hotp")), "counter_based"),
        (realm(otp(secretEncoding="BASE64")), "encryption_not_known"),
        (realm(otp(secretEncoding="BASE32")), "bad_base32"),
        (realm(otp(algorithm="HmacMD5")), "algorithm_not_known"),
        (realm(otp("short")), "secret_too_short"),
        (realm(otp(5)), "wrong_type"),
        (realm(5), "wrong_type"),
        (realm({"type": "otp"}), "wrong_type"),
        (realm({"type": "otp", "secretData": "{", "credentialData": "{}"}), "wrong_type"),
        (realm({"type": "otp", "secretData": "[" * 9000, "credentialData": "{}"}), "wrong_type"),
        (realm(password(hashIterations="many")), "wrong_type"),
        (realm(credential("password", {"value": "!"}, {"hashIterations": 1})), "bad_base64"),
        (realm(username=""), "field_missing"),
        (realm(credentials=5), "wrong_type"),
        (realm(attributes=[1]), "wrong_type"),
        (realm(attributes={"locale": "de"}), "wrong_type"),
    ],
)
def test_a_wrong_user_of_keycloak_is_named(text: str, code: str) -> None:
    assert [(1, code)] == wrong("keycloak", text)


@pytest.mark.parametrize(
    ("said", "begin"),
    [
        ({}, "$argon2id$v=19$m=7168,t=5,p=1$"),
        ({"additionalParameters": {"type": ["i"], "memory": ["64"]}}, "$argon2i$v=19$m=64,t=5,p=1$"),
        ({"additionalParameters": {"type": ["d"]}}, "$argon2$"),
        ({"additionalParameters": {"version": ["1.0"]}}, "$argon2$"),
        ({"algorithm": "md5"}, "$md5$"),
        ({"algorithm": "pbkdf2"}, "$pbkdf2$5$"),
    ],
)
def test_a_hash_of_keycloak_is_written_in_the_usual_way(said: dict[str, object], begin: str) -> None:
    (anna,) = people("keycloak", realm(password(**said)))
    assert str(anna.password_hash).startswith(begin)


def test_a_language_nobody_speaks_is_left_out() -> None:
    assert ["", ""] == [
        people("keycloak", realm(attributes=attributes))[0].language
        for attributes in ({"locale": ["rm"]}, {"other": ["x"]})
    ]
