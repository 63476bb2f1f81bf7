"""Browsers in the words of people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.adapters.devices import BROWSERS, SYSTEMS, describe, retold

W, M, L = "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64"
KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (f"Mozilla/5.0 ({W}; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        (f"Mozilla/5.0 ({M}) {KIT} Version/18.5 Safari/605.1.15", "Safari on macOS"),
        (f"Mozilla/5.0 ({W}) {KIT} Chrome/140.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"Mozilla/5.0 ({W}) {KIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Windows"),
        (f"Mozilla/5.0 ({L}) {KIT} Chrome/140.0.0.0 Safari/537.36 OPR/120.0", "Opera on Linux"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {KIT} Chrome/140.0 Safari/537.36", "Chrome on ChromeOS"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {KIT} Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        (
            f"Mozilla/5.0 (Linux; Android 13) {KIT} SamsungBrowser/28.0 Chrome/130.0 Safari/537.36",
            "Samsung Internet on Android",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {KIT} Version/18.5 Mobile Safari/604.1",
            "Safari on iPhone",
        ),
        (
            f"Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) {KIT} CriOS/140.0 Mobile Safari/604.1",
            "Chrome on iPad",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {KIT} FxiOS/140.0 Safari/604.1",
            "Firefox on iPhone",
        ),
        (f"Mozilla/5.0 ({W})", "Unknown browser on Windows"),
        ("curl/8.5.0", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_the_whole_table(said: str, words: str) -> None:
    assert words == describe(said, "en")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (f"Mozilla/5.0 ({W}; rv:140.0) Gecko Firefox/140.0", "Firefox unter Windows"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {KIT} Chrome/140.0 Mobile", "Chrome auf Android"),
        (f"Mozilla/5.0 ({W})", "Unbekannter Browser unter Windows"),
        ("", "Unbekannter Browser"),
    ],
)
def test_in_german(said: str, words: str) -> None:
    """Under an operating system, but on a device."""
    assert words == describe(said, "de")


@given(
    browser=st.sampled_from([mark for mark, _ in BROWSERS] + [""]),
    system=st.sampled_from([mark for mark, _ in SYSTEMS] + [""]),
    rest=st.sampled_from(["", ", 192.0.2.7", ", 2001:db8::1"]),
    language=st.sampled_from(["en", "de"]),
)
def test_what_the_log_keeps_is_retold_as_if_it_were_described_now(
    browser: str, system: str, rest: str, language: str
) -> None:
    said = f"{system} {browser}"

    assert describe(said, language) + rest == retold(describe(said, "en") + rest, language)


@pytest.mark.parametrize("place", ["", "192.0.2.7", "server", "Firefox on Mars", "Firefox on Windows\n, x"])
def test_what_is_no_browser_is_left_alone(place: str) -> None:
    assert place == retold(place, "de")


@given(said=st.text(max_size=2000))
def test_nothing_that_a_browser_says_comes_through(said: str) -> None:
    assert len(describe(said, "en")) < 40


def test_a_megabyte_is_not_read() -> None:
    assert "Unknown browser" == describe("x" * 1_000_000 + "Firefox/1", "en")
