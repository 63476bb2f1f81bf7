"""The page on the life of a recovery case shows what the code does."""

from sparekey.core.recovery_case import FINAL, TRANSITIONS, Delivery, Ending, State, Step
from tests.core.recovery_case_picture import PAGE, drawn, picture, table

TEXT = PAGE.read_text()


def test_picture_and_table_are_those_of_the_code() -> None:
    """To mend it: `PYTHONPATH=src python -m tests.core.recovery_case_picture`."""
    assert drawn(TEXT) == TEXT
    assert picture() in TEXT
    assert table() in TEXT


def test_the_picture_has_every_transition() -> None:
    arrows = [line.split() for line in picture().splitlines() if "-->" in line and "[*]" not in line]
    found = {
        (state, Step(step), State(to.rstrip(":")))
        for source, _, to, step in arrows
        for state in ([State(source)] if source != "unfinished" else set(State) - FINAL)
    }
    assert {(state, step, to) for state, steps in TRANSITIONS.items() for step, to in steps.items()} == found


def test_the_page_explains_every_state_step_ending_and_delivery() -> None:
    names = [member.value for kind in (State, Step, Ending, Delivery) for member in kind]
    assert [] == [name for name in names if f"`{name}`" not in TEXT]
