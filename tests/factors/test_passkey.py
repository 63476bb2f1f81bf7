"""Passkeys: every clause of both ceremonies (WebAuthn Level 3, 7.1 and 7.2) is broken alone, and named in the log."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.contract import Category, Challenge, Loss, Proposal, Relying, Verified, WrongAnswer
from sparekey.factors import (
    about_key,
    asked_of_nobody,
    handle_in,
    handle_of,
    is_made_up,
    registered,
    signal_of,
    signal_unknown,
)
from sparekey.factors._passkey_answers import decode64
from sparekey.factors.passkey import ALGORITHMS, Credential, Passkey
from tests.factors.builders import CHEAP, JONAS, moment
from tests.soft_key import (
    BACKED_UP,
    EDDSA,
    ELIGIBLE,
    ES256,
    PRESENT,
    RS256,
    VERIFIED,
    SoftKey,
    encode64,
)
from tests.soft_key import (
    decode64 as plain,
)

HERE = Relying("id.example", ("https://id.example",))
PASSKEY = Passkey(HERE)
WHO = replace(JONAS, name="Jonas Weber", handle=b"h" * 64)


def options_of(proposal: Proposal | Challenge) -> dict[str, Any]:
    text = proposal.shown if isinstance(proposal, Challenge) else proposal.shown["options"]
    read: dict[str, Any] = json.loads(str(text))
    return read


def enrolled(key: SoftKey) -> Credential:
    proposal = PASSKEY.propose(WHO, moment())
    return PASSKEY.enrol(WHO, proposal.kept, key.create(options_of(proposal)), moment())


def asked(*kept: Credential, is_first: bool = True) -> Challenge:
    return PASSKEY.challenge(kept, moment(60), is_first=is_first)


def proved(key: SoftKey, kept: Credential, *, is_first: bool = True, **changed: Any) -> Verified[Credential]:
    question = asked(kept, is_first=is_first)
    return PASSKEY.verify(kept, key.get(options_of(question), **changed), moment(60), question.kept)


def clause_of(act: Callable[[], object]) -> object:
    with pytest.raises(WrongAnswer) as raised:
        act()
    return raised.value.facts["clause"]


@pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256])
def test_a_key_of_every_offered_algorithm_is_enrolled_and_proved(algorithm: int) -> None:
    key = SoftKey(algorithm=algorithm)
    kept = enrolled(key)
    evidence = proved(key, kept).evidence
    assert ((Category.POSSESSION, Category.VERIFIED), ("pop", "user")) == (evidence.categories, evidence.amr)
    assert algorithm in ALGORITHMS


def test_material_survives_being_kept_as_json() -> None:
    kept = enrolled(SoftKey())
    assert kept == PASSKEY.decode(json.loads(json.dumps(PASSKEY.encode(kept))))
    assert encode64(kept.public_key) not in repr(kept)


def test_what_a_browser_is_asked_to_make() -> None:
    kept = enrolled(SoftKey())
    options = options_of(PASSKEY.propose(replace(WHO, enrolled=(kept,)), moment()))
    assert [-8, -7, -257] == [one["alg"] for one in options["pubKeyCredParams"]]
    assert [encode64(kept.id)] == [one["id"] for one in options["excludeCredentials"]]
    assert ("none", 300_000, "preferred") == (
        options["attestation"],
        options["timeout"],
        options["authenticatorSelection"]["userVerification"],
    )
    assert 32 == len(plain(options["challenge"]))


@pytest.mark.parametrize(("is_first", "wanted"), [(True, "required"), (False, "preferred")])
def test_only_after_a_password_need_the_key_not_verify_its_user(is_first: bool, wanted: str) -> None:
    assert wanted == options_of(asked(is_first=is_first))["userVerification"]


def test_a_key_that_did_not_verify_its_user_is_a_second_step_alone() -> None:
    key = SoftKey(flags=PRESENT)
    kept = enrolled(key)
    assert (Category.POSSESSION,) == proved(key, kept, is_first=False).evidence.categories
    assert "user_verification" == clause_of(lambda: proved(key, kept))


def test_a_key_becomes_a_verifying_one_after_a_password_and_not_by_itself() -> None:
    key = SoftKey(flags=PRESENT)
    kept = enrolled(key)
    key.flags = PRESENT | VERIFIED
    assert "user_verification" == clause_of(lambda: proved(key, kept))
    after = proved(key, kept, is_first=False)
    assert after.kept.is_uv_initialized
    assert Category.VERIFIED in proved(key, after.kept).evidence.categories


@pytest.mark.parametrize(
    ("before", "now", "warning"),
    [(0, 0, ""), (4, 5, ""), (5, 5, "counter"), (5, 4, "counter"), (5, 0, "counter")],
)
def test_a_counter_that_does_not_go_up_is_a_warning(before: int, now: int, warning: str) -> None:
    key = SoftKey(count=before)
    kept = enrolled(key)
    key.count = now
    verified = proved(key, kept)
    assert (warning, now) == (verified.evidence.warning, verified.kept.sign_count)


def test_a_synced_key_says_so_and_follows_its_copies() -> None:
    key = SoftKey(flags=PRESENT | VERIFIED | ELIGIBLE)
    kept = enrolled(key)
    key.flags |= BACKED_UP
    verified = proved(key, kept)
    assert (False, True) == (kept.is_backed_up, verified.kept.is_backed_up)
    assert ("pop", "user", "swk") == verified.evidence.amr


@dataclass(frozen=True)
class Broken:
    """One clause, and how a key breaks it: a change of itself, or of its answer."""

    clause: str
    key: Mapping[str, Any]
    answer: Mapping[str, Any]


def broken(clause: str, answer: Mapping[str, Any] | None = None, **key: Any) -> Broken:
    return Broken(clause, key, answer or {})


BOTH = [
    broken("type", client={"type": "webauthn.other"}),
    broken("challenge", client={"challenge": encode64(b"another challenge of this server")}),
    broken("origin", origin="https://id.example.net"),
    broken("origin", origin="http://id.example"),
    broken("origin", origin="https://sub.id.example"),
    broken("cross_origin", client={"crossOrigin": True}),
    broken("cross_origin", client={"crossOrigin": "yes"}),
    broken("cross_origin", client={"crossOrigin": []}),
    broken("cross_origin", client={"crossOrigin": {}}),
    broken("cross_origin", client={"topOrigin": "https://id.example"}),
    broken("rp_id", rp_id="example.net"),
    broken("user_presence", flags=VERIFIED),
    broken("backup_flags", flags=PRESENT | VERIFIED | BACKED_UP),
    broken("malformed", {"clientDataJSON": encode64(b"no json")}),
    broken("malformed", {"clientDataJSON": encode64(b"[1]")}),
    broken("malformed", {"clientDataJSON": "§"}),
    broken("malformed", {"clientDataJSON": 7}),
    broken("malformed", {"clientDataJSON": encode64(b"[" * 5000)}),
]


@pytest.mark.parametrize(
    "one",
    [
        *BOTH,
        broken("id_length", id=b"x" * 1024),
        broken("malformed", {"attestationObject": encode64(b"\xff no cbor")}),
        broken("malformed", {"attestationObject": encode64(b"\xa1\x68authData\x01")}),
        broken("attestation", {"statement": {"fmt": "made up"}}),
        broken("attestation", {"statement": {"attStmt": {"sig": b"1"}}}),
    ],
)
def test_a_broken_enrolment_is_refused_by_its_clause(one: Broken) -> None:
    key = SoftKey(**one.key)
    assert one.clause == clause_of(lambda: _enrolled_as(key, one))


def _enrolled_as(key: SoftKey, one: Broken) -> object:
    proposal = PASSKEY.propose(WHO, moment())
    answer = key.create(options_of(proposal), **one.answer)
    return PASSKEY.enrol(WHO, proposal.kept, answer, moment())


def test_an_algorithm_that_was_not_offered_is_refused() -> None:
    assert "algorithm" == clause_of(lambda: enrolled(SoftKey(algorithm=-36)))


@pytest.mark.parametrize(
    "one",
    [
        *BOTH,
        broken("malformed", {"authenticatorData": encode64(b"short")}),
        broken("signature", {"signature": encode64(b"no signature")}),
        broken("user_handle", {"userHandle": encode64(b"somebody else")}),
        broken("backup_eligibility", flags=PRESENT | VERIFIED | ELIGIBLE),
    ],
)
def test_a_broken_answer_is_refused_by_its_clause(one: Broken) -> None:
    key = SoftKey()
    kept = enrolled(key)
    for name, value in one.key.items():
        setattr(key, name, value)
    assert one.clause == clause_of(lambda: proved(key, kept, **one.answer))


def test_an_answer_is_to_its_own_question() -> None:
    key = SoftKey()
    kept = enrolled(key)
    answer = key.get(options_of(asked(kept)))
    later = PASSKEY.challenge((kept,), moment(90, seed=b"later"), is_first=True)
    assert "challenge" == clause_of(lambda: PASSKEY.verify(kept, answer, moment(90), later.kept))
    assert "not_asked" == clause_of(lambda: PASSKEY.verify(kept, answer, moment(90)))


def test_a_key_that_was_not_asked_for_proves_nothing() -> None:
    key, other = SoftKey(), SoftKey(id=b"another key")
    kept, second = enrolled(key), enrolled(other)
    question = asked(kept)
    answer = other.get(options_of(question))
    assert "not_asked" == clause_of(lambda: PASSKEY.verify(second, answer, moment(60), question.kept))
    assert "credential" == clause_of(lambda: PASSKEY.verify(kept, answer, moment(60), question.kept))


def test_a_key_asked_for_by_nobodys_name_must_say_whose_it_is() -> None:
    key = SoftKey()
    kept = enrolled(key)
    question = asked()
    answer = key.get(options_of(question), userHandle=None)
    assert "user_handle" == clause_of(lambda: PASSKEY.verify(kept, answer, moment(60), question.kept))
    named = asked(kept)
    answer = key.get(options_of(named), userHandle=None)
    assert kept == PASSKEY.verify(kept, answer, moment(60), named.kept).kept


@given(st.text() | st.builds(json.dumps, st.recursive(st.none() | st.text(), st.lists)))
def test_no_text_raises_anything_but_a_wrong_answer(text: str) -> None:
    kept = enrolled(SoftKey())
    question = asked(kept)
    proposal = PASSKEY.propose(WHO, moment())
    with pytest.raises(WrongAnswer):
        PASSKEY.verify(kept, text, moment(60), question.kept)
    with pytest.raises(WrongAnswer):
        PASSKEY.enrol(WHO, proposal.kept, text, moment())
    assert 64 == len(handle_in(text))


@pytest.mark.parametrize("text", ["[" * 50_000, "x" * 70_000, '{"response": {}, "id": ["\\ud800"]}', "\0"])
def test_a_hostile_answer_is_a_wrong_one(text: str) -> None:
    kept = enrolled(SoftKey())
    with pytest.raises(WrongAnswer):
        PASSKEY.verify(kept, text, moment(60), asked(kept).kept)
    assert 64 == len(handle_in(text))


def test_a_key_is_found_by_its_answer() -> None:
    key = SoftKey()
    kept = enrolled(key)
    assert handle_of(kept) == handle_in(key.get(options_of(asked(kept))))
    assert handle_of("something else") is None
    assert about_key("something else") is None


@pytest.mark.parametrize(
    ("flags", "transports", "thing"),
    [
        (0, ["internal"], None),
        (ELIGIBLE, ["internal"], Loss.MANAGER),
        (0, ["usb", "made up"], Loss.KEY),
        (0, "usb", None),
    ],
)
def test_where_a_key_lives_as_far_as_it_shows(flags: int, transports: object, thing: Loss | None) -> None:
    key = SoftKey(flags=PRESENT | VERIFIED | flags)
    proposal = PASSKEY.propose(WHO, moment())
    answer = key.create(options_of(proposal), transports=transports)
    told = about_key(PASSKEY.enrol(WHO, proposal.kept, answer, moment()))
    assert told is not None
    assert (thing, bool(flags & ELIGIBLE), "") == (told.thing, told.is_synced, told.make)


def test_a_name_that_nobody_has_is_asked_for_a_key_like_any_other() -> None:
    factor = registered(CHEAP, HERE)["passkey"]
    first, again = (
        options_of(asked_of_nobody(factor, b"key", "nobody", moment(seconds, seed=bytes([seconds]))))
        for seconds in (0, 9)
    )
    real = options_of(asked(enrolled(SoftKey())))
    assert first.keys() == real.keys()
    assert first["allowCredentials"] == again["allowCredentials"]
    assert first["challenge"] != again["challenge"]
    with pytest.raises(TypeError):
        asked_of_nobody(registered(CHEAP)["totp"], b"key", "nobody", moment())


@pytest.mark.parametrize("text", ["§", "a", "\ud800"])
def test_what_is_no_base64_is_a_wrong_answer(text: str) -> None:
    assert "malformed" == clause_of(lambda: decode64(text))


def test_password_managers_are_told_of_a_passkey_that_nobody_has() -> None:
    told = json.loads(signal_unknown(PASSKEY, b"key", json.dumps({"id": "abc", "response": {}})))
    assert {"rpId": "id.example", "credentialId": "abc"} == told


@pytest.mark.parametrize("answer", ["", "{}", "no json", '{"id": "", "response": {}}'])
def test_nothing_is_told_of_what_is_no_answer(answer: str) -> None:
    assert "" == signal_unknown(PASSKEY, b"key", answer)


def test_a_made_up_passkey_is_never_called_unknown() -> None:
    """That would tell which names nobody has."""
    made_up = options_of(asked_of_nobody(PASSKEY, b"key", "nobody", moment()))["allowCredentials"][0]["id"]
    answer = json.dumps({"id": made_up, "response": {}})
    assert ("", True) == (
        signal_unknown(PASSKEY, b"key", answer),
        bool(signal_unknown(PASSKEY, b"other key", answer)),
    )


@pytest.mark.parametrize("oddly", ["§", "YWJj=", "YWJj!", "YWJj\n", "YWI=", "YWJ", ""])
def test_an_id_that_no_browser_writes_so_is_never_called_unknown(oddly: str) -> None:
    """A real one, spelled otherwise, would be unknown where a made-up one is not."""
    plain = json.dumps({"id": "YWJj", "response": {}})
    odd = json.dumps({"id": oddly, "response": {}})
    assert (True, "") == (bool(signal_unknown(PASSKEY, b"key", plain)), signal_unknown(PASSKEY, b"key", odd))


def test_a_password_is_no_made_up_passkey() -> None:
    assert not is_made_up(b"key", "no passkey")


def test_password_managers_are_told_all_of_a_person_s_passkeys() -> None:
    one, two = enrolled(SoftKey()), enrolled(SoftKey(id=b"another"))
    told = json.loads(signal_of(PASSKEY, [one, two, "no passkey"], WHO))
    assert [encode64(one.id), encode64(two.id)] == told["allAcceptedCredentialIds"]
    assert (encode64(WHO.handle), "id.example", WHO.username) == (told["userId"], told["rpId"], told["name"])
