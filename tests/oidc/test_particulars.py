"""What may be kept of an app: addresses, keys, the name of a site behind a proxy."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.clients import Kind
from sparekey.errors import BadInput
from sparekey.oidc import particulars
from sparekey.oidc.particulars import (
    read_backchannel,
    read_homepage,
    read_host,
    read_keys,
    read_logout_addresses,
    read_redirects,
)


def why(kind: Kind, address: str) -> str:
    with pytest.raises(BadInput) as refused:
        read_redirects(address, kind)
    assert "redirect_uris" == refused.value.field
    return refused.value.reason


@pytest.mark.parametrize(
    "address",
    [
        "https://app.example/callback",
        "https://app.example",
        "https://app.example:8443/a?b=c&d=%20",
        "https://xn--zrich-kva.example/cb",
        "https://[2001:db8::1]:444/cb",
        "https://192.0.2.7/cb",
        "http://127.0.0.1/cb",
        "http://127.0.0.1:8080/cb",
        "http://[::1]/cb",
        "http://localhost:3000/cb",
    ],
)
@pytest.mark.parametrize("kind", [Kind.SERVER, Kind.PUBLIC])
def test_a_good_redirect_address_is_kept_as_it_was_typed(kind: Kind, address: str) -> None:
    assert (address,) == read_redirects(f"  {address}\r\n\n", kind)


@pytest.mark.parametrize("address", ["com.example.app:/cb", "com.example.app://cb", "ch.berg-tal:/oauth/cb"])
def test_a_scheme_of_its_own_is_for_programs_that_keep_no_secret(address: str) -> None:
    assert (address,) == read_redirects(address, Kind.PUBLIC)
    assert "address_scheme" == why(Kind.SERVER, address)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://app.example/cb", "address_http"),
        ("http://127.0.0.1.example/cb", "address_http"),
        ("http://127.0.0.2/cb", "address_http"),
        ("https://app.example/cb#x", "address_fragment"),
        ("https://app.example/cb#", "address_fragment"),
        ("https://*.example/cb", "address_wildcard"),
        ("https://app.example/*", "address_wildcard"),
        ("https://nora@app.example/cb", "address_user"),
        ("https://app.example@evil.example/cb", "address_user"),
        ("https://app.example/c b", "address_signs"),
        ("https://app.example\\@evil.example/cb", "address_signs"),
        ("https://app.example/\x00cb", "address_signs"),
        ("https://zürich.example/cb", "address_signs"),
        ("https://app.example/<script>", "address_signs"),
        ("javascript:alert(1)", "address_scheme"),
        ("data:text/html,x", "address_scheme"),
        ("myapp:/cb", "address_scheme"),
        ("com.example.app:", "address_scheme"),
        ("com.example.app:/", "address_scheme"),
        ("ftp://app.example/cb", "address_scheme"),
        ("HTTPS://app.example/cb", "address_form"),
        ("app.example/cb", "address_form"),
        ("//app.example/cb", "address_form"),
        ("https:///cb", "address_form"),
        ("https://app..example/cb", "address_form"),
        ("https://-app.example/cb", "address_form"),
        ("https://app_1.example/cb", "address_form"),
        ("https://app.example:/cb", "address_form"),
        ("https://app.example:0/cb", "address_form"),
        ("https://app.example:99999/cb", "address_form"),
        ("https://app.example:x/cb", "address_form"),
        ("https://[::1/cb", "address_form"),
        ("https://[x]/cb", "address_form"),
        (f"https://{'a.' * 130}example/cb", "address_form"),
        (f"https://app.example/{'a' * 500}", "too_long"),
        ("", "no_address"),
        (" \n\n", "no_address"),
        ("\n".join(f"https://app.example/{number}" for number in range(31)), "too_many"),
    ],
)
def test_a_bad_redirect_address_is_refused_with_its_reason(address: str, reason: str) -> None:
    assert reason == why(Kind.PUBLIC, address)


def test_the_line_that_is_wrong_is_named() -> None:
    with pytest.raises(BadInput) as refused:
        read_redirects("https://app.example/cb\nhttp://app.example/cb", Kind.SERVER)
    assert "http://app.example/cb" == refused.value.facts["line"]


def test_an_address_that_stands_twice_is_kept_once() -> None:
    assert ("https://a.example/", "https://b.example/") == read_redirects(
        "https://a.example/\nhttps://b.example/\nhttps://a.example/", Kind.SERVER
    )


@pytest.mark.parametrize("kind", [Kind.COMMAND, Kind.PROXY])
def test_who_needs_no_redirect_address_may_have_none(kind: Kind) -> None:
    assert () == read_redirects("", kind)


def test_addresses_after_signing_out_follow_the_same_rules_and_may_be_none() -> None:
    assert () == read_logout_addresses("", Kind.SERVER)
    assert ("https://app.example/bye?x",) == read_logout_addresses("https://app.example/bye?x", Kind.SERVER)
    with pytest.raises(BadInput) as refused:
        read_logout_addresses("http://app.example/bye", Kind.SERVER)
    assert ("logout_uris", "address_http") == (refused.value.field, refused.value.reason)


PIECES: tuple[str, ...] = (
    "https://",
    "http://",
    "com.example:",
    "a.example",
    "127.0.0.1",
    "[::1]",
    "/",
    "?",
    ":8",
    "cb",
    "x@",
    "#",
    "*",
)
PIECES += ("\\", "%0a", "\n", "\u2028", "\x00", "ä", " ", "..")


@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_whatever_is_typed_is_kept_unchanged_or_refused(text: str) -> None:
    try:
        found = read_redirects(text, Kind.PUBLIC)
    except BadInput:
        return
    assert {line.strip() for line in text.splitlines() if line.strip()} == set(found)
    assert all(one.isascii() and one.isprintable() and not set(" #*\\") & set(one) for one in found)


@pytest.mark.parametrize(
    "address",
    ["", "https://app.example/bc?a=b", "http://127.0.0.1:9/bc", "http://[::1]:8/", "http://localhost/x"],
)
def test_whom_to_tell_of_an_end_is_one_address_or_none(address: str) -> None:
    assert address == read_backchannel(f" {address} ")


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://app.example/bc", "address_http"),
        ("com.example:/bc", "address_scheme"),
        ("ftp://app.example/", "address_scheme"),
        ("file:///etc/passwd", "address_scheme"),
        ("x", "address_form"),
        ("https:///bc", "address_form"),
        ("https://[::1/", "address_form"),
        ("https://a@app.example/", "address_user"),
        ("https://app.example/#a", "address_fragment"),
    ],
)
def test_whom_to_tell_of_an_end_is_reached_by_https(address: str, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_backchannel(address)
    assert ("backchannel_uri", reason) == (refused.value.field, refused.value.reason)


@pytest.mark.parametrize("address", ["", "https://app.example/", "http://wiki.intern:8080/start"])
def test_a_homepage_may_be_on_ones_own_network(address: str) -> None:
    assert address == read_homepage(address)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("javascript:alert(1)", "address_scheme"),
        ("https://", "address_form"),
        ("https://a b/", "address_signs"),
    ],
)
def test_a_homepage_is_a_web_address(address: str, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_homepage(address)
    assert ("homepage", reason) == (refused.value.field, refused.value.reason)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("wiki.example.com", "wiki.example.com"),
        (" Wiki.Example.com ", "wiki.example.com"),
        ("https://wiki.example.com/", "wiki.example.com"),
        ("http://wiki.example.com", "wiki.example.com"),
        ("wiki.example.com:443", "wiki.example.com"),
        ("wiki.example.com:80", "wiki.example.com"),
        ("wiki.example.com:8443", "wiki.example.com:8443"),
        ("wiki.example.com:08443", "wiki.example.com:8443"),
        ("wiki", "wiki"),
        ("192.0.2.7", "192.0.2.7"),
        ("zürich.example", "xn--zrich-kva.example"),
    ],
)
def test_a_site_is_kept_as_browsers_name_it(typed: str, kept: str) -> None:
    assert kept == read_host(typed)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "no_host"),
        ("https://", "no_host"),
        ("wiki.example.com/start", "host_form"),
        ("*.example.com", "host_form"),
        ("nora@wiki.example.com", "host_form"),
        ("wiki example", "host_form"),
        ("wiki.example.com.", "host_form"),
        ("wiki..example", "host_form"),
        ("a." * 130 + "example", "host_form"),
        ("ä" * 70, "host_form"),
        ("wiki.example.com:", "host_form"),
        ("wiki.example.com:0", "host_form"),
        ("wiki.example.com:65536", "host_form"),
        ("wiki.example.com:123456", "host_form"),
        ("wiki.example.com:8x", "host_form"),
        ("wiki.example.com:٨", "host_form"),
    ],
)
def test_what_is_no_site_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_host(typed)
    assert ("host", reason) == (refused.value.field, refused.value.reason)


POINT = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
RSA = {"kty": "RSA", "n": "n" * 342, "e": "AQAB", "use": "sig", "kid": "1"}
EC = {"kty": "EC", "crv": "P-256", "x": POINT, "y": POINT}
OKP = {"kty": "OKP", "crv": "Ed25519", "x": POINT}


@pytest.mark.parametrize("keys", [[RSA], [EC], [OKP], [RSA, EC, OKP]])
def test_public_keys_are_kept(keys: list[dict[str, str]]) -> None:
    assert {"keys": keys} == json.loads(read_keys(json.dumps({"keys": keys}, indent=2)))


def test_no_keys_are_no_keys() -> None:
    assert "" == read_keys("  \n")


@pytest.mark.parametrize(
    ("kept", "reason"),
    [
        ([], "no_keys"),
        ({}, "no_keys"),
        ({"keys": {}}, "no_keys"),
        ({"keys": []}, "no_keys"),
        ({"keys": [EC] * 11}, "no_keys"),
        ({"keys": ["x"]}, "no_keys"),
        ({"keys": [{**EC, "use": "enc"}]}, "no_keys"),
        ({"keys": [{**EC, "crv": "P-384"}]}, "no_keys"),
        ({"keys": [{**EC, "y": POINT[1:]}]}, "no_keys"),
        ({"keys": [{**EC, "x": 7}]}, "no_keys"),
        ({"keys": [{**OKP, "crv": "X25519"}]}, "no_keys"),
        ({"keys": [{**OKP, "x": "!" * 43}]}, "no_keys"),
        ({"keys": [{**RSA, "n": "n" * 171}]}, "no_keys"),
        ({"keys": [{**RSA, "e": None}]}, "no_keys"),
        ({"keys": [{**RSA, "n": "n=" * 171}]}, "no_keys"),
        ({"keys": [{"kty": ["RSA"]}]}, "no_keys"),
        ({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}, "private_key"),
        ({"keys": [{**EC, "d": POINT}]}, "private_key"),
        ({"keys": [{**RSA, "p": "x"}]}, "private_key"),
    ],
)
def test_other_keys_are_refused(kept: Any, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_keys(json.dumps(kept))
    assert ("keys", reason) == (refused.value.field, refused.value.reason)


@pytest.mark.parametrize(
    ("text", "reason"), [("{", "no_keys"), ("[" * 9000, "no_keys"), (" " + "x" * 16_001, "too_long")]
)
def test_what_is_no_key_set_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_keys(text)
    assert ("keys", reason) == (refused.value.field, refused.value.reason)


def test_only_the_device_itself_is_loopback() -> None:
    names = ("127.0.0.1", "::1", "localhost", "127.0.0.2", "localhost.example", "", None)
    assert [True, True, True, False, False, False, False] == [particulars.is_loopback(one) for one in names]
