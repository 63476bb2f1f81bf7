"""Draws docs/recovery-case.md from the table of transitions: a picture (Mermaid) and the table of states.

`PYTHONPATH=src python -m tests.core.recovery_case_picture` writes what lies between its marks anew.
"""

from pathlib import Path

from sparekey.core.recovery_case import FINAL, TRANSITIONS, State, Step

PAGE = Path(__file__).resolve().parents[2] / "docs" / "recovery-case.md"


def picture() -> str:
    """One arrow for each transition; what all unfinished states have alike is one arrow from their frame."""
    unfinished = {state: steps for state, steps in TRANSITIONS.items() if state not in FINAL}
    shared = set.intersection(*(set(steps.items()) for steps in unfinished.values()))
    inside = [
        f"        {state.value} --> {to.value}: {step.value}"
        for state, steps in unfinished.items()
        for step, to in steps.items()
        if to not in FINAL
    ]
    outside = [
        f"    {state.value} --> {to.value}: {step.value}"
        for state, steps in unfinished.items()
        for step, to in steps.items()
        if to in FINAL and (step, to) not in shared
    ]
    frame = [f"    unfinished --> {to.value}: {step.value}" for step, to in sorted(shared)]
    head = ["```mermaid", "stateDiagram-v2", "    [*] --> unfinished", "    state unfinished {"]
    start = f"        [*] --> {State.OPEN.value}"
    return "\n".join([*head, start, *inside, "    }", *outside, *frame, "```"])


def table() -> str:
    """States down, steps across; an empty cell is refused."""
    lines = ["| State | " + " | ".join(Step) + " |", "|---|" + "---|" * len(Step)]
    for state in State:
        cells = (TRANSITIONS[state].get(step) for step in Step)
        lines.append(
            f"| **{state.value}** | " + " | ".join(cell.value if cell else " " for cell in cells) + " |"
        )
    return "\n".join(lines)


def drawn(page: str) -> str:
    """The page with picture and table as the code has them now."""
    for name, content in (("picture", picture()), ("table", table())):
        first, last = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        before, rest = page.split(first)
        page = before + first + content + last + rest.partition(last)[2]
    return page


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text()))
