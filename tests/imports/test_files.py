"""Files that are not what they say: text, tables, JSON and YAML, and what all sources share."""

import sys
from io import BytesIO
from types import ModuleType

import pytest

from sparekey.core.contract import MOST_APPS
from sparekey.imports import (
    SOURCES,
    BadFile,
    Found,
    Keys,
    Remark,
    Terms,
    Upload,
    _json,
    _text,
    _yaml,
    read,
)
from sparekey.imports._text import lines
from tests.imports.reading import BASE32, NO_KEYS, people, upload, wrong

HEAD = "username,email,secret\n"


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_an_empty_file_is_refused_by_every_source(source: str) -> None:
    assert [(0, "empty")] == wrong(source, b"")


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_no_file_is_refused_by_every_source(source: str) -> None:
    with pytest.raises(BadFile) as refused:
        read(source, [], NO_KEYS, Terms(bool))
    assert ("nobody", "bad_file", "file") == (refused.value.reason, refused.value.code, refused.value.field)


class Endless(BytesIO):
    """100 MB that nobody has to hold."""

    left = 1600

    def read(self, size: int | None = -1) -> bytes:
        self.left -= 1
        return b"\n" * 65536 if self.left else b""


@pytest.mark.parametrize("source", ["uris", "csv", "keycloak", "authelia", "privacyidea", "pskc"])
def test_a_hundred_megabytes_are_refused(source: str) -> None:
    with pytest.raises(BadFile) as refused:
        read(source, [Upload("file", Endless())], NO_KEYS, Terms(bool))
    assert {line.code for line in refused.value.lines} & {
        "too_large",
        "too_many_lines",
        "bad_xml",
        "missing_column",
    }


TEXTS = [
    ("csv", HEAD.encode() + b"a\xff,,\n", (2, "not_utf8")),
    ("csv", HEAD + "a\0,,\n", (2, "nul_byte")),
    ("uris", "a" * (_text.MOST_LINE + 1), (1, "line_too_long")),
    ("uris", "# nobody\n\n", (0, "nobody")),
    ("csv", HEAD, (0, "nobody")),
    ("csv", b"\xef\xbb\xbf", (1, "missing_column")),
    ("csv", "\r\1", (1, "bad_csv")),
    ("csv", "username,pet\n", (1, "unknown_column")),
    ("csv", "username,user\n", (1, "duplicate_column")),
    ("csv", "name,secret\n", (1, "missing_column")),
    ("csv", HEAD + "a,b\n", (2, "wrong_columns")),
    ("csv", HEAD + '"a\n\n', (3, "bad_csv")),
    ("csv", HEAD + f",,{BASE32}\n", (2, "field_missing")),
    ("csv", HEAD + "anna,at home,\n", (2, "bad_email")),
    ("csv", HEAD + "anna,,nope1\n", (2, "bad_base32")),
    ("csv", "username,name\nanna,a\u202eb\n", (2, "bad_name")),
    ("csv", "username,active\nanna,perhaps\n", (2, "bad_truth")),
    ("csv", "username,secret_hex\nanna,xyz\n", (2, "bad_hex")),
    ("csv", f"username,type,secret\nanna,hotp,{BASE32}\n", (2, "counter_based")),
    ("csv", HEAD + "anna,,\njonas,,\nANNA,x@example.com,\nanna,y@example.com,\n", (5, "duplicate_person")),
    ("csv", HEAD + "anna@a.example,,\nanna@b.example,,\n", (3, "duplicate_username")),
    ("csv", HEAD + "anna,a@example.com,\njonas,A@example.com,\n", (3, "duplicate_email")),
    ("csv", HEAD + f"anna,,{BASE32}\njonas,,{BASE32}\n", (3, "duplicate_secret")),
    ("csv", HEAD + f"anna,,{BASE32}\nanna,,{BASE32}\n", (3, "duplicate_secret")),
    ("privacyidea", "anna@x, A, 3132, totp\n", (1, "wrong_columns")),
    ("privacyidea", "n/a, A, 3132, totp, 6, 30\n", (1, "no_person")),
    ("privacyidea", "anna@x, A, 3132, hotp, 6\n", (1, "counter_based")),
    ("privacyidea", "anna@x, A, 31 3, totp, 6\n", (1, "bad_base32")),
    ("keycloak", "<html>", (1, "bad_json")),
    ("keycloak", "[" * 100_000, (1, "bad_json")),
    ("keycloak", '{"users": [{"username": "a"', (1, "bad_json")),
    ("keycloak", "[1] [2]", (1, "bad_json")),
    ("keycloak", "{'users': []}", (1, "bad_json")),
    ("keycloak", '{"users" []}', (1, "bad_json")),
    ("keycloak", '{"a": NaN}', (1, "bad_json")),
    ("keycloak", '{"a": %s}' % ("9" * 5000), (1, "bad_json")),
    ("keycloak", '["' + "a" * 3_000_000 + '"]', (1, "entry_too_large")),
    ("keycloak", '{"a": ' + "9" * 3_000_000, (1, "entry_too_large")),
    ("keycloak", "\n\n[1\n,]", (3, "wrong_type")),
    ("keycloak", "[]", (0, "nobody")),
    ("keycloak", "{}", (0, "nobody")),
    ("authelia", "users: [", (2, "bad_yaml")),
    ("authelia", "users:\n  a: &a {b: c}\n", (2, "yaml_alias")),
    ("authelia", "users:\n  a: *a\n", (2, "yaml_alias")),
    ("authelia", "users:\n  a: {}\n  a: {}\n", (3, "bad_yaml")),
    ("authelia", "users:\n  [a]: {}\n", (2, "bad_yaml")),
    ("authelia", "[" * 20, (1, "bad_yaml")),
    ("authelia", "a: b", (1, "not_this_format")),
    ("authelia", "text", (1, "not_this_format")),
    ("authelia", "\n", (0, "bad_yaml")),
    ("authelia", "users: []\ntotp_configurations: {}\n", (0, "nobody")),
    ("authelia", "users:\n  a: b\n", (2, "wrong_type")),
    ("authelia", "totp_configurations:\n  - secret: AAAA\n", (2, "field_missing")),
    ("authelia", "totp_configurations:\n  - {username: a, secret: /w==}\n", (2, "bad_base32")),
    ("authelia", "#" * (_yaml.MOST_CHARACTERS + 1), (0, "too_large")),
]


@pytest.mark.parametrize(("source", "text", "expected"), TEXTS)
def test_what_is_wrong_is_named_with_its_line(
    source: str, text: str | bytes, expected: tuple[int, str]
) -> None:
    assert expected in wrong(source, text)


def test_every_wrong_line_is_told_up_to_a_hundred() -> None:
    with pytest.raises(BadFile) as refused:
        people("csv", HEAD + "anna,at home,\n" * 300)
    bad = refused.value
    assert (100, 2, 101, True) == (
        len(bad.lines),
        bad.lines[0].place.line,
        bad.lines[-1].place.line,
        bad.is_cut,
    )


def test_a_sentence_repeats_nothing_that_steers_a_terminal() -> None:
    with pytest.raises(BadFile) as raised:
        people("csv", "user\x1b]0 evil\x07\u009b2J\n")
    assert "The column “user]0 evil2J” is not known" in raised.value.lines[0].sentence


def test_two_wrong_lines_are_both_told() -> None:
    assert [(2, "bad_email"), (4, "bad_base32")] == wrong("csv", HEAD + "a,b,\nc,,\nd,,A\n")


def test_a_person_brings_as_many_apps_as_they_may_add_themselves() -> None:
    rows = "".join(f"anna,{number:020x}\n" for number in range(MOST_APPS + 1))
    assert [(7, "too_many_authenticators")] == wrong("csv", f"username,secret_hex\n{rows}")


def test_a_file_with_too_many_people_is_refused() -> None:
    with pytest.raises(BadFile) as raised:
        read("csv", [upload("username\na\nb\nb\nc\n")], Keys(), Terms(bool, most_people=2))
    assert [(5, "too_many_people")] == [(one.place.line, one.code) for one in raised.value.lines]


@pytest.mark.parametrize(
    ("source", "content", "module"),
    [("authelia", "users: [a, b, c, d]", _yaml), ("keycloak", '{"other": [1, 2, 3, 4]}', _json)],
)
def test_a_file_of_many_small_pieces_is_refused(
    source: str, content: str, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes time and memory, however short it is."""
    monkeypatch.setattr(module, "MOST_PIECES" if module is _yaml else "MOST_ENTRIES", 3)
    assert [(1, "too_many_pieces")] == wrong(source, content)


def test_without_its_library_yaml_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert [(0, "library_missing")] == wrong("authelia", "users: {}")


def test_a_hash_that_cannot_be_checked_stays_behind_with_a_remark() -> None:
    table = upload("username,password_hash\nanna,md5$a$b\n")
    (anna,) = read("csv", [table], Keys(), Terms(lambda text: not text.startswith("md5")))
    assert (None, (Remark.PASSWORD_NOT_KNOWN,)) == (anna.password_hash, anna.remarks)


def test_what_only_one_entry_says_is_the_persons() -> None:
    (anna,) = people("csv", "username,email,active\nanna,,yes\nanna,a@example.com,no\nanna,,\n")
    assert ("a@example.com", False, 2) == (anna.email, anna.is_active, anna.place.line)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_lines_in_the_encodings_of_spreadsheets(encoding: str, end: str) -> None:
    text = f"ü{end}ö" if end else "üö"
    found = [line for _, line in lines(upload((text + end).encode(encoding)))]
    assert text.split(end or None) == found


def test_a_table_may_be_separated_by_tabs_and_hold_addresses_or_hexadecimal_secrets() -> None:
    uri = f"otpauth://totp/x:jonas?secret={BASE32[::-1]}"
    table = f"username\turi\tdevice\tsecret_hex\tname\nanna\t\t\t{'ab' * 20}\t\n\t{uri}\tPhone\t\tJonas\n\n\t\t\t\t\n"
    anna, jonas = people("csv", table)
    assert bytes.fromhex("ab" * 20) == anna.authenticators[0].readings[0].key
    assert ("jonas", "Phone") == (jonas.username, jonas.authenticators[0].label)


def test_a_secret_that_can_be_read_in_two_ways_proves_itself() -> None:
    digits = "2345ABCDEF" * 4
    (anna,) = people("csv", f"username,secret\nanna,{digits}\n")
    (other,) = people("privacyidea", f"anna, A, {digits}, totp, 6, None\n")
    assert [20 * 5 // 4, 20] == [len(each.key) for each in anna.authenticators[0].readings]
    assert [20] * 3 + [25] * 3 == [len(each.key) for each in other.authenticators[0].readings]


def test_base32_of_privacyidea_is_read_as_such() -> None:
    (anna,) = people("privacyidea", f"anna@x@realm, A, {BASE32}, TOTP, 6, 30\n\n")
    assert ("anna", 3) == (anna.username, len(anna.authenticators[0].readings))


def test_a_long_secret_without_algorithm_is_in_doubt() -> None:
    (anna,) = people("csv", f"username,secret_hex\nanna,{'ab' * 32}\n")
    assert ["sha1", "sha256"] == [each.algorithm for each in anna.authenticators[0].readings]


def test_json_in_tiny_pieces_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '{"a": 12.5, "b": [], "c": {}, "d": true, "e": [1, 2],\n "users": [{"username": "anna"},\n'
    text += '{"username": "b"}]}\n'
    whole = people("keycloak", text)
    for size in range(1, 20):
        monkeypatch.setattr(_text, "PIECE", size)
        assert whole == people("keycloak", text)
    assert [(2, 1), (3, 2)] == [(each.place.line, each.place.entry) for each in whole]


def test_people_and_files_keep_their_order() -> None:
    found: tuple[Found, ...] = people("csv", "username\nb\na\n", "username\nc\nb\n")
    assert [("b", "file1"), ("a", "file1"), ("c", "file2")] == [
        (each.username, each.place.file) for each in found
    ]
