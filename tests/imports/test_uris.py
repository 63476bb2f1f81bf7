"""otpauth:// addresses, exports of apps, and pictures of both."""

import sys
from base64 import b64encode
from io import BytesIO
from urllib.parse import quote

import pytest
import segno
from PIL import Image, ImageOps

from sparekey.imports import Reading
from sparekey.imports._protobuf import fields
from sparekey.imports.found import Bad
from sparekey.imports.sources import pictures
from tests.imports.reading import BASE32, TWENTY, people, wrong

GOOD = f"otpauth://totp/Berg:anna?secret={BASE32}&issuer=Berg"

BROKEN = [
    (f"otpauth://totp/Berg:anna?secret={BASE32}&issuer=Tal", "issuer_differs"),
    (f"otpauth://totp/Berg:an:na?secret={BASE32}", "issuer_differs"),
    (f"otpauth://hotp/Berg:anna?secret={BASE32}&counter=0", "counter_based"),
    (f"otpauth://steam/Berg:anna?secret={BASE32}", "type_not_known"),
    ("otpauth://totp/Berg:anna?issuer=Berg", "secret_missing"),
    ("otpauth://totp/Berg:anna?secret=", "secret_missing"),
    ("otpauth://totp/Berg:anna?secret=NOT0BASE32", "bad_base32"),
    ("otpauth://totp/Berg:anna?secret=A", "bad_base32"),
    ("otpauth://totp/Berg:anna?secret=GEZDGNBV", "secret_too_short"),
    (f"otpauth://totp/Berg:anna?secret={'GEZDGNBV' * 60}", "secret_too_long"),
    (f"otpauth://totp/Berg:anna?secret={BASE32}&secret={BASE32}", "parameter_twice"),
    (f"otpauth://totp/Berg:anna?secret={BASE32}&algorithm=MD5", "algorithm_not_known"),
    (f"otpauth://totp/Berg:anna?secret={BASE32}&digits=9", "bad_digits"),
    (f"otpauth://totp/Berg:anna?secret={BASE32}&digits=six", "wrong_type"),
    (f"otpauth://totp/Berg:anna?secret={BASE32}&period=121", "bad_period"),
    (f"otpauth://totp/Berg:?secret={BASE32}", "no_person"),
    (f"otpauth://totp/Berg:%00anna?secret={BASE32}", "bad_text"),
    (f"otpauth://totp/Berg:%23?secret={BASE32}", "bad_username"),
    (f"otpauth://totp/Berg:new?secret={BASE32}", "bad_username"),
    (f"otpauth://[totp/anna?secret={BASE32}", "bad_uri"),
    ("https://example.com/", "bad_uri"),
    (f"otpauth://totp?secret={BASE32}", "bad_uri"),
    ("otpauth-migration://offline?data=!!", "bad_base64"),
    ("otpauth-migration://elsewhere?data=AA", "bad_uri"),
    ("otpauth-migration://[offline?data=AA", "bad_uri"),
    ("otpauth-migration://offline?other=AA", "bad_uri"),
    ("otpauth-migration://offline?data=" + b64encode(b"\x18\x65").decode(), "bad_batch"),
    ("otpauth-migration://offline?data=" + b64encode(b"\x0a\x00" * 1001).decode(), "bad_batch"),
]


@pytest.mark.parametrize(("uri", "code"), BROKEN)
def test_a_wrong_address_is_named_with_its_line(uri: str, code: str) -> None:
    assert [(2, code)] == wrong("uris", f"{GOOD}\n{uri}\n")


def test_an_address_without_issuer_or_with_other_parameters_is_fine() -> None:
    (anna,) = people("uris", f"OTPAUTH://totp/anna?secret={BASE32.lower()}&image=x%26y&ISSUER=a")
    assert ("anna", "a") == (anna.username, anna.authenticators[0].issuer)


def test_an_account_that_looks_like_an_address_but_is_none_has_no_mail() -> None:
    assert "" == people("uris", f"otpauth://totp/anna@host?secret={BASE32}")[0].email


def varint(number: int) -> bytes:
    found = b""
    while number > 0x7F:
        found, number = found + bytes([number & 0x7F | 0x80]), number >> 7
    return found + bytes([number])


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def account(name: str = "Berg:anna", key: bytes = TWENTY, **more: int) -> bytes:
    numbers = {"algorithm": 4, "digits": 5, "type": 6}
    body = field(1, key) + field(2, name.encode()) + field(3, b"Berg")
    return body + b"".join(field(numbers[name], value) for name, value in more.items())


def export(*accounts: bytes, size: int = 1, index: int = 0, batch: int = 7) -> str:
    message = b"".join(field(1, each) for each in accounts) + field(2, 1)
    message += field(3, size) + field(4, index) + field(5, batch) + field(9, 0)
    message += b"\x51" + bytes(8) + b"\x55" + bytes(4)  # fixed widths, which a later version may bring
    return f"otpauth-migration://offline?data={quote(b64encode(message))}"


def test_the_export_of_an_app_in_two_pictures_in_any_order() -> None:
    one = export(account(algorithm=2, digits=2, type=2), size=2)
    two = export(account("jonas@example.com", TWENTY[::-1]), size=2, index=1)
    anna, jonas = people("uris", f"{two}\n{one}")
    assert (Reading(TWENTY, "sha256", 8),) == anna.authenticators[0].readings
    assert ("jonas", "jonas@example.com") == (jonas.username, jonas.email)


@pytest.mark.parametrize(
    ("uris", "expected"),
    [
        (
            [export(account(), size=3), export(account(key=TWENTY[::-1]), size=3, index=2)],
            [(1, "batch_missing")],
        ),
        ([export(account(), size=2), export(account(), size=2)], [(2, "batch_twice"), (1, "batch_missing")]),
        ([export(account()), export(account(), size=2, index=1)], [(2, "bad_batch")]),
        ([export(account(), size=2, index=2)], [(1, "bad_batch")]),
        ([export(account(type=1))], [(1, "counter_based")]),
        ([export(account(algorithm=4))], [(1, "algorithm_not_known")]),
        ([export(account(digits=3))], [(1, "bad_digits")]),
        ([export(account("Berg:"))], [(1, "no_person")]),
        ([export(field(1, 5))], [(1, "bad_protobuf")]),
        ([export(field(1, TWENTY) + field(2, b"\xff"))], [(1, "bad_protobuf")]),
        ([export(field(1, TWENTY) + field(2, 5))], [(1, "no_person")]),
    ],
)
def test_a_wrong_export_is_named(uris: list[str], expected: list[tuple[int, str]]) -> None:
    assert expected == wrong("uris", "\n".join(uris))


@pytest.mark.parametrize("message", [b"\x0b", b"\x0a\x05a", b"\x80", b"\x80" * 11, b"\x08\xff"])
def test_a_message_that_breaks_off_is_broken(message: bytes) -> None:
    with pytest.raises(Bad):
        list(fields(message))


def picture(text: str) -> bytes:
    file = BytesIO()
    segno.make(text).save(file, kind="png", scale=4)
    return file.getvalue()


def plain(size: tuple[int, int]) -> bytes:
    file = BytesIO()
    Image.new("1", size, 1).save(file, "PNG")
    return file.getvalue()


def test_pictures_hold_addresses() -> None:
    other = f"otpauth://totp/jonas?secret={BASE32[::-1]}"
    assert ["anna", "jonas"] == [each.username for each in people("pictures", picture(GOOD), picture(other))]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\x89PNG", "bad_picture"),
        (b"GIF89a" + bytes(20), "bad_picture"),
        (plain((100, 100)), "no_qr_code"),
        (plain((4001, 4000)), "picture_too_large"),
        (picture("https://example.com/"), "bad_uri"),
    ],
)
def test_a_wrong_picture_is_named(content: bytes, code: str) -> None:
    assert [code] == [code for _, code in wrong("pictures", content)]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_counts_as_white(mode: str) -> None:
    """Black on nothing: without a background the picture would be black on black."""
    dark = ImageOps.invert(Image.open(BytesIO(picture(GOOD))).convert("L"))
    clear = Image.new("RGBA", dark.size, (0, 0, 0, 0))
    clear.putalpha(dark)
    file = BytesIO()
    (clear.convert("P") if mode == "P" else clear.convert(mode)).save(file, "PNG")
    assert ["anna"] == [one.username for one in people("pictures", file.getvalue())]


def test_without_the_reader_pictures_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    assert [(0, "library_missing")] == wrong("pictures", picture(GOOD))
    assert pictures.MOST_PIXELS == 16_000_000
