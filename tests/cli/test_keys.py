"""`sparekey keys`: which keys sign, and their successors."""

from tests.cli.conftest import Run


def stands(run: Run) -> list[str]:
    """What each key does, by its line."""
    return [line.split()[2] for line in run("keys", "list").stdout.splitlines()]


def test_keys_are_listed_and_get_successors(run: Run) -> None:
    assert [] == stands(run)
    assert 0 == run("keys", "rotate").exit_code
    assert ["signs", "signs"] == stands(run)
    assert 0 == run("keys", "rotate").exit_code
    assert ["next", "next", "signs", "signs"] == stands(run)


def test_lost_keys_are_withdrawn_when_somebody_is_sure(run: Run) -> None:
    run("keys", "rotate")
    before = run("keys", "list").stdout
    assert 1 == run("keys", "rotate", "--now").exit_code
    assert before == run("keys", "list").stdout
    assert 0 == run("keys", "rotate", "--now", "--yes").exit_code
    assert (["signs", "signs"], True) == (stands(run), before != run("keys", "list").stdout)
