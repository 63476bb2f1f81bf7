"""Every kind of letter, in both languages: whole, the same words twice, safe whatever people are called."""

import html
import re
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from io import BytesIO

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sparekey.adapters.letters import (
    KINDS,
    account,
    addresses,
    apps,
    codes,
    moving,
    owners,
    people,
    recovery,
    reviewing,
    setting_up,
    sign_in,
)
from sparekey.adapters.letters._shape import Reader, each_string
from sparekey.adapters.letters.words import WORDS
from sparekey.adapters.messages import Fact, Letter, needs, write
from sparekey.core.contract import Answer
from sparekey.core.people import Policy, Role
from sparekey.core.recovery_case import Delivery, Ending, Fate, How
from sparekey.core.sign_in import Beside
from tests.adapters.facts import AT, EXAMPLES, SECRET, ZURICH, facts

HOSTILE = "<b>Eve</b> \"&' {link} https://evil.example/"

every_letter = pytest.mark.parametrize(
    ("kind", "language"), [(kind, language) for kind in KINDS for language in ("en", "de")]
)


def letter(kind: str, language: str = "en", **other: Fact) -> Letter:
    return write(kind, language, facts(kind, **other), ZURICH)


def words_of(page: str) -> str:
    """What a person reads in the HTML, without its head and the hidden preview."""
    body = re.sub(r'<div style="display:none.*?</div>', "", page.partition("</head>")[2])
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_parts_do_not_overwrite_each_other() -> None:
    assert len(KINDS) == sum(
        len(part.KINDS)
        for part in (
            setting_up,
            recovery,
            sign_in,
            codes,
            people,
            addresses,
            apps,
            owners,
            account,
            moving,
            reviewing,
        )
    )


def test_the_words_cover_every_value_of_the_core() -> None:
    values: dict[str, Iterable[str]] = {
        "role": Role,
        "role_before": Role,
        "way": Answer,
        "delivery": Delivery,
        "checked": How,
        "ending": Ending,
        "fate": Fate,
        "beside": Beside,
        "change": [one.name for one in fields(Policy)],
        "signed_out": ("others", "all"),
    }
    assert {name: set(kinds) for name, kinds in values.items()} == {n: set(w) for n, w in WORDS.items()}


@every_letter
def test_no_place_is_left_open(kind: str, language: str) -> None:
    written = letter(kind, language)
    seen = written.subject + written.text + words_of(written.html)
    assert not re.search(r"[{}#|]|None|UTC", seen)


@every_letter
def test_both_languages_ask_for_the_same_facts(kind: str, language: str) -> None:
    def asked(language: str) -> set[str]:
        text = KINDS[kind].english if language == "en" else KINDS[kind].german
        return {name for pattern in each_string(text) for name in re.findall(r"\{(\w+)", pattern)}

    assert asked("en") == asked("de")


@every_letter
def test_text_and_page_say_the_same(kind: str, language: str) -> None:
    written = letter(kind, language)
    text = re.sub(r"(?m)^(The QR code is|Der QR-Code ist).*$", "", written.text).replace("-- \n", "")
    brand = "id.bergundtal.example" if KINDS[kind].reader is Reader.STRANGER else "Berg & Tal AG"
    assert sorted(re.findall(r"\w+", f"{brand}\n{text}")) == sorted(
        re.findall(r"\w+", words_of(written.html))
    )


@every_letter
def test_addresses_are_printed_in_full_and_lead_where_they_say(kind: str, language: str) -> None:
    written = letter(kind, language)
    asked = {str(EXAMPLES[name]) for name in needs(kind) if name.endswith("link")}
    assert asked == {html.unescape(address) for address in re.findall(r'href="([^"]*)"', written.html)}
    assert asked <= set(written.text.splitlines())


@every_letter
def test_nothing_is_fetched_from_elsewhere(kind: str, language: str) -> None:
    page = letter(kind, language).html
    fetched = re.findall(r'(?:src|background|poster)="([^"]*)"|url\(', page)
    assert (["cid:qr-code@sparekey"] if KINDS[kind].has_qr else []) == fetched
    assert not re.search(r"<(script|link|iframe|form|object|base)\b", page)


@every_letter
def test_names_cannot_become_part_of_the_page(kind: str, language: str) -> None:
    names = {"account", "name", "owners", "helper", "by", "person", "place"} & set(needs(kind))
    written = letter(kind, language, **dict.fromkeys(names, HOSTILE))
    assert "<b>" not in written.html
    assert "evil" not in "".join(re.findall(r'(?:href|src)="([^"]*)"', written.html))
    assert written.html.count("<h1") == 1


@every_letter
def test_a_secret_stands_in_one_kind_alone(kind: str, language: str) -> None:
    named = set(needs(kind)) & {"secret", "uri", "code", "password", "codes"}
    assert {"secret_sent": {"secret", "uri"}, "email_code": {"code"}}.get(kind, set()) == named


@every_letter
def test_every_letter_about_a_person_ends_in_not_you(kind: str, language: str) -> None:
    text = KINDS[kind].english if language == "en" else KINDS[kind].german
    if KINDS[kind].reader is Reader.OWNER:
        assert text.action
    else:
        assert text.stop or (text.action and text.action.link == "{stop_link}")


@every_letter
def test_who_when_and_where_stand_in_every_notice(kind: str, language: str) -> None:
    without = {
        "invitation",
        "reset_link",
        "signup_link",
        "address_confirm",
        "backup_codes_low",
        "recovery_ended",
        "review_due",
        "review_overdue",
    }
    if kind not in without:
        assert "place" in needs(kind)
    assert any(name.endswith("_at") for name in needs(kind))


@every_letter
def test_subjects_are_one_short_line(kind: str, language: str) -> None:
    assert len(letter(kind, language).subject) <= 100


@every_letter
def test_german_is_swiss_and_no_letter_uses_words_of_the_trade(kind: str, language: str) -> None:
    written = letter(kind, language)
    assert not re.search(r"ß|„|“(?=\w)", written.text if language == "de" else "")
    assert not re.search(r"\b(MFA|TOTP|OTP|2FA|tokens?|credentials?)\b", written.text, re.IGNORECASE)


@every_letter
def test_lines_of_text_are_short_save_addresses_and_rows(kind: str, language: str) -> None:
    long = [line for line in letter(kind, language).text.splitlines() if len(line) > 100]
    assert [] == long


def test_times_are_written_out_in_the_zone_of_the_reader() -> None:
    assert "until 17 November 2026, 10:42, together" in flat(letter("setup_link", expires_at=AT).text)
    assert "bis 17. November 2026, 10:42 Uhr, zusammen" in flat(
        letter("setup_link", "de", expires_at=AT).text
    )
    summer = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert "until 2 July 2026, 00:30, together" in flat(letter("setup_link", expires_at=summer).text)


def test_any_other_language_is_english() -> None:
    assert letter("setup_link", "en") == letter("setup_link", "fr")


@pytest.mark.parametrize(
    ("language", "left", "subject"),
    [
        ("en", 1, "1 backup code left"),
        ("en", 3, "3 backup codes left"),
        ("en", 0, "0 backup codes left"),
        ("de", 1, "Noch 1 Backup-Code"),
        ("de", 3, "Noch 3 Backup-Codes"),
    ],
)
def test_numbers_choose_singular_or_plural(language: str, left: int, subject: str) -> None:
    assert subject == letter("backup_codes_low", language, left=left).subject


def test_who_has_no_other_owner_is_told_whom_else_to_ask() -> None:
    assert "ask whoever runs id.bergundtal.example" in flat(letter("new_device", owners="").text)
    assert "ask your account owners: Nora Keller." in flat(letter("new_device").text)


def test_a_stranger_is_not_told_what_another_stranger_typed() -> None:
    assert {"host", "link", "expires_at"} == set(needs("signup_link"))


def test_the_letter_with_the_secret_carries_it_readable_and_as_a_picture() -> None:
    written = letter("secret_sent")
    picture = written.attachments[0]
    assert "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP" in written.text
    assert EXAMPLES["uri"] == zxingcpp.read_barcodes(Image.open(BytesIO(picture.content)))[0].text
    assert f'src="cid:{picture.cid}"' in written.html


def test_a_letter_does_not_show_its_content_in_logs() -> None:
    assert SECRET[:4] not in repr(letter("secret_sent"))


@given(name=st.text(max_size=60))
def test_a_name_stays_on_one_line(name: str) -> None:
    written = letter("invitation", account=name, helper=name)
    assert 1 == len(written.subject.splitlines())
    assert not re.search(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", written.text + written.subject
    )


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://a b", 'https://a"b', "", "https://a\nb"])
def test_only_addresses_of_pages_become_links(address: str) -> None:
    with pytest.raises(ValueError, match="address of a page"):
        letter("setup_link", link=address)


def test_facts_missing_or_too_many_or_of_another_type_are_mistakes_and_are_not_repeated() -> None:
    whole = facts("secret_sent")
    for wrong in (
        {name: fact for name, fact in whole.items() if name != "secret"},
        whole | {"more": "x"},
        whole | {"expires_at": "tomorrow"},
        whole | {"expires_at": datetime(2026, 1, 1)},
    ):
        with pytest.raises(ValueError, match=r"facts|zone") as mistake:
            write("secret_sent", "en", wrong, ZURICH)
        assert SECRET not in str(mistake.value)
