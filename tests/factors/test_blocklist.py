"""The shipped list is the one it says, and the rules around it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.factors import _blocklist
from sparekey.factors._blocklist import MOST_PADDING, SHORT_UNIT, TRACKS, is_listed, is_made_of

SHIPPED = Path(_blocklist.__file__).parent / "data" / "common_passwords.txt"


def made_anew() -> str:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 -- a megabyte, and a development tool only

    return "".join(f"{word}\n" for word in sorted(FREQUENCY_LISTS["passwords"]))


def test_the_shipped_list_is_the_published_one() -> None:
    assert made_anew() == SHIPPED.read_text(encoding="utf-8")


def test_the_shipped_list_holds_lower_case_words_only_so_that_folding_finds_them() -> None:
    words = SHIPPED.read_text(encoding="utf-8").splitlines()
    assert (30_000, []) == (len(set(words)), [word for word in words if word != word.casefold() or not word])


@pytest.mark.parametrize(
    "password",
    [
        "123qweasdzxc",
        "MichaelJackson",
        "sunshinesunshine",
        "dragondragon",
        "aB1!aB1!aB1!",
        "987654321098",
        "567890123456",
        "abcdefghijklmn",
        "zyxwvutsrqponm",
        "qwertzuiopas",
        "lkjhgfdsapoiuytrewq",
        "1qaz2wsx3edc4rfv",
        "qwertyuiqwertyui",
        "QWERTYUIOPASDFGHJKLZXCVBNM",
        "password12345678",
        "Password2024!!!",
        "123sunshine!!!!2024",
        "!qwertz123456",
        "iloveyou.2023.",
        "lantern 1234567890",
        "dragon2024dragon2024",
        "abcabcabcab",
        "abcabcabcabc1",
        "sunshinesunshinesun",
        "12345678901!",
        "1111-2222-3333",
    ],
)
def test_what_people_type_to_make_it_long_is_listed(password: str) -> None:
    assert is_listed(password)


@pytest.mark.parametrize(
    "password",
    [
        "sunshine on the hill",
        "sunshinesunshin3",
        "lantern bridgelantern bridge",
        "dragon\ndragon1",
        "123456789013",
        "839201748293",
        "19.03.1984!!",
        "dragon 8302 5571 9924",
        "7 lantern under the bridge 12",
        "correct horse battery staple 2024!",
        "password lantern 12345678",
        "Q7 23-91-55-07",
        "x839201748293",
        "aaaaaaaaaaaaaab",
    ],
)
def test_only_the_whole_password_counts(password: str) -> None:
    assert not is_listed(password)


@given(unit=st.text(min_size=1, max_size=SHORT_UNIT - 1), times=st.integers(2, 20))
def test_a_short_unit_is_listed_however_often_it_is_written(unit: str, times: int) -> None:
    if len(unit.casefold()) < SHORT_UNIT:
        assert is_listed(unit * times)


WORDS = [
    word for word in SHIPPED.read_text(encoding="utf-8").splitlines() if word.isalpha() and len(word) > 3
]


@given(
    words=st.lists(st.sampled_from(WORDS), min_size=4, max_size=6, unique=True), number=st.integers(0, 9999)
)
def test_a_passphrase_of_listed_words_is_not_listed(words: list[str], number: int) -> None:
    assert not is_listed(f"{' '.join(words)} {number}")


@given(
    word=st.sampled_from(WORDS),
    padding=st.text("0123456789!?.-_ ", max_size=MOST_PADDING),
    before=st.booleans(),
)
def test_a_listed_word_with_padding_is_listed(word: str, padding: str, before: bool) -> None:
    assert is_listed(padding + word if before else word + padding)


@given(st.data())
def test_every_run_along_a_track_is_listed(data: st.DataObject) -> None:
    track = data.draw(st.sampled_from(TRACKS))
    start, length = data.draw(st.integers(0, len(track) - 1)), data.draw(st.integers(1, 128))
    run = (track * (128 // len(track) + 2))[start : start + length]
    assert is_listed(run)
    assert is_listed(run[::-1])


@pytest.mark.parametrize(
    ("password", "words", "expected"),
    [
        ("Berg & Tal", ("Berg & Tal",), True),
        ("berg+tal_berg-tal", ("Berg & Tal",), True),
        ("jonasberg", ("Berg", "Jonas"), True),
        ("Zürichzürich", ("ZU\u0308RICH",), True),
        ("jonasbergx", ("Berg", "Jonas"), False),
        ("xjonasberg", ("Berg", "Jonas"), False),
        ("Berg & Tal 2024!", ("Berg & Tal",), True),
        ("2024", ("Berg",), False),
        ("lantern", (), False),
        ("- - -", ("&",), False),
        ("", ("Berg",), False),
        ("a" * 127 + "b", ("a", "aa", "aaa", "aaaa"), False),
    ],
)
def test_made_of_context_words(password: str, words: tuple[str, ...], expected: bool) -> None:
    assert expected is is_made_of(password, words)


if __name__ == "__main__":
    SHIPPED.write_text(made_anew(), encoding="utf-8")
