"""Signing in: the usual way, every refusal with its sentence, and what to do about it."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.stories.office import Office
from tests.stories.people import Person

pytestmark = pytest.mark.browser

WRONG = "Check your username and password: this combination is not right"


@pytest.fixture
def jonas(office: Office) -> Person:
    return office.seat(office.jonas)


def at_second_step(who: Person) -> Person:
    who.enters_password()
    assert "/sign-in/code" == who.path, who.reads
    return who


def test_password_and_code(office: Office, script: Mapping[str, Any]) -> None:
    """By username or by address, in any case; the page that was asked for comes next."""
    jonas = office.seat(office.jonas, **script)
    jonas.opens("/me")
    assert "/sign-in?next=/me" == jonas.path
    jonas.enters("Username or work email", "Jonas.Frei@BergundTal.example")
    jonas.enters("Password", office.jonas.password)
    jonas.presses("Sign in")
    code = office.jonas.app.code()
    jonas.enters_code(f"{code[:3]} {code[3:]}")
    assert "/me" == jonas.path


def test_a_wrong_password_and_an_unknown_name_look_alike(jonas: Person) -> None:
    """So that nobody learns who has a sign-in here."""
    pages = []
    for name in ("jonas.frei", "nobody.here"):
        assert 403 == jonas.enters_password("a wrong password", name)
        jonas.sees("There is a problem", WRONG)
        pages.append(jonas.page.content().replace(name, "somebody"))
    assert pages[0] == pages[1]


def test_nothing_entered(jonas: Person) -> None:
    """Each empty field says what belongs there, and costs no try."""
    jonas.opens("/sign-in")
    assert 422 == jonas.presses("Sign in")
    jonas.is_told("Enter your username or work email", "Enter your password")
    at_second_step(jonas)
    assert 422 == jonas.enters_code(" ")
    jonas.is_told("Enter the code")


@pytest.mark.german
def test_every_refusal_of_a_code(office: Office, jonas: Person) -> None:
    """Wrong, short, used already, and from a phone whose clock is wrong."""
    app = office.jonas.app
    used = app.code()
    at_second_step(jonas).enters_code(used)
    jonas.signs_out()
    at_second_step(jonas)
    answers = {
        used: "That code was used already. Wait for the next one (up to 30 seconds)",
        "12345": "The code has 6 digits. You entered 5",
        app.code_of_another_time(
            8
        ): "That code belongs to another minute. Set your phone’s clock to automatic",
    }
    for entered, sentence in answers.items():
        jonas.enters_code(entered)
        jonas.is_told(sentence)
    jonas.sees("Your phone’s clock is wrong.", "It is off by about")
    jonas.enters_code()
    assert "/" == jonas.path


def test_waits_grow_are_shown_and_end(office: Office, jonas: Person) -> None:
    """Four tries are free; from the third wrong one on the page counts down, then names the minute."""
    jonas.page.clock.set_fixed_time(office.server.clock.now())
    at_second_step(jonas)
    wrong = "000000"
    for left in (None, None, "2 tries left", "1 try left"):
        assert 403 == jonas.enters_code(wrong)
        jonas.is_told("That code is not right")
        if left:
            jonas.sees(f"{left} before you have to wait.")
    jonas.enters_code(wrong)
    assert 429 == jonas.enters_code(office.jonas.app.code_of_another_time(0))
    jonas.sees("Too many tries. Wait until", "12:01", "30 seconds left")
    office.server.clock.advance(seconds=31)
    jonas.enters_code()
    assert "/" == jonas.path
    office.letter(office.jonas.email, "Someone failed at your second factor")


def test_too_many_guesses_of_a_password(office: Office, jonas: Person) -> None:
    """The wait holds for the right password too, and for any browser."""
    for _ in range(5):
        jonas.enters_password("a wrong password")
    assert 429 == jonas.enters_password()
    jonas.sees("Too many tries. Wait until")
    assert 429 == office.seat(office.jonas).enters_password()
    office.server.clock.advance(seconds=31)
    jonas.signs_in()


def test_a_backup_code(office: Office, jonas: Person) -> None:
    """It works once, says how many are left, and is told by e-mail."""
    code = office.jonas.codes[0]
    at_second_step(jonas).follows("Use a backup code")
    jonas.enters_backup_code("ABCD")
    jonas.is_told("A backup code has 16 characters. You entered 4")
    jonas.enters_backup_code(code.upper().replace("-", " "))
    jonas.sees("You signed in with a backup code. 9 are left.")
    office.letter(office.jonas.email, "A backup code was used")
    jonas.signs_out()
    at_second_step(jonas).follows("Use a backup code")
    assert 403 == jonas.enters_backup_code(code)
    jonas.is_told("That backup code was used")


def test_a_session_that_slept(office: Office, jonas: Person) -> None:
    """After an hour the password alone opens it again, and leads where one was going."""
    jonas.signs_in()
    office.server.clock.advance(hours=1, minutes=1)
    jonas.opens("/help/lost-second-factor")
    jonas.opens("/me")
    assert "/sign-in/again?next=/me" == jonas.path
    jonas.enters("Password", "a wrong password")
    assert 403 == jonas.presses("Continue")
    jonas.enters("Password", office.jonas.password)
    jonas.presses("Continue")
    assert "/me" == jonas.path


def test_help_before_signing_in(jonas: Person) -> None:
    """Who lost something finds the way from the sign-in page, without signing in."""
    jonas.opens("/sign-in")
    jonas.follows("I lost my second factor")
    jonas.comes_to("Your way back in")
    jonas.sees("A backup code", "Ask an account owner of your team")
