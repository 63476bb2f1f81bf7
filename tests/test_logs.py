"""Log lines: one for one, whatever is put in, and without the message of an exception."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
import structlog

from sparekey import logs

NOON = datetime(2026, 5, 4, 14, 0, tzinfo=timezone(timedelta(hours=2)))
NASTY = "x\n2026-05-04T12:00:00.000Z info    forged\r\x1b[31m\u202e\u2028\x00"


@pytest.fixture
def log() -> Iterator[Callable[..., io.StringIO]]:
    """Configures the log and gives what it writes to."""
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()

    def configure(form: str, level: str = "info") -> io.StringIO:
        logs.configure(level, form, lambda: NOON, stream)
        return stream

    yield configure
    structlog.configure(**before)
    root.handlers = handlers
    root.setLevel(level)


def fail(message: str) -> None:
    raise ValueError(message)


def test_a_line_is_json_with_a_time_in_utc(log: Callable[..., io.StringIO]) -> None:
    out = log("json")
    structlog.get_logger().info("request", route="/setup/{token}", status=200)
    wanted = {"time": "2026-05-04T12:00:00.000Z", "level": "info", "event": "request"}
    assert wanted | {"route": "/setup/{token}", "status": 200} == json.loads(out.getvalue())


def test_a_line_is_text_for_people(log: Callable[..., io.StringIO]) -> None:
    out = log("text")
    structlog.get_logger().info("request", route="/sign-in", words="two words")
    assert '2026-05-04T12:00:00.000Z info    request route=/sign-in words="two words"\n' == out.getvalue()


@pytest.mark.parametrize("form", ["json", "text"])
def test_nobody_can_forge_a_line(log: Callable[..., io.StringIO], form: str) -> None:
    out = log(form)
    structlog.get_logger().info(NASTY, value=NASTY)
    logging.getLogger("library").error("%s", NASTY)
    written = out.getvalue()
    assert (2, True) == (written.count("\n"), written.replace("\n", "").isprintable() and written.isascii())


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_exception_is_told_without_its_message(log: Callable[..., io.StringIO], form: str) -> None:
    out = log(form)
    typed = " ".join(["typed", "by", "somebody"])
    try:
        try:
            fail(typed)
        except ValueError as error:
            raise LookupError(typed) from error
    except LookupError:
        structlog.get_logger().exception("broken")
    written = out.getvalue()
    parts = ("builtins.ValueError", "builtins.LookupError", "test_logs.py", "fail")
    assert ([], False) == ([part for part in parts if part not in written], "typed by" in written)


def test_an_exception_of_a_library_is_told_the_same_way(log: Callable[..., io.StringIO]) -> None:
    out = log("json")
    typed = "can" + "ary"
    try:
        fail(typed)
    except ValueError:
        logging.getLogger("library").exception("It broke")
    line = json.loads(out.getvalue())
    assert ("It broke", "library", "builtins.ValueError", False) == (
        line["event"],
        line["source"],
        line["trace"][0],
        "canary" in out.getvalue(),
    )


@pytest.mark.parametrize(("level", "lines"), [("debug", 3), ("info", 2), ("error", 1)])
def test_lines_below_the_level_are_left_out(log: Callable[..., io.StringIO], level: str, lines: int) -> None:
    out = log("json", level)
    structlog.get_logger().debug("one")
    logging.getLogger("sparekey.flows").info("two")
    structlog.get_logger().error("three")
    assert lines == out.getvalue().count("\n")


def test_libraries_are_heard_from_warnings_on(log: Callable[..., io.StringIO]) -> None:
    out = log("json", "debug")
    logging.getLogger("library").info("chatter")
    assert "" == out.getvalue()


def test_the_clock_is_the_server_s(log: Callable[..., io.StringIO]) -> None:
    out = log("json")
    structlog.get_logger().info("now")
    assert NOON.astimezone(UTC) == datetime.fromisoformat(json.loads(out.getvalue())["time"])


def test_an_error_raised_from_itself_is_told_once(log: Callable[..., io.StringIO]) -> None:
    stream = log("json")
    try:
        error = ValueError("a mistake")
        raise error from error
    except ValueError:
        structlog.get_logger().error("fault", exc_info=True)
    assert 1 == json.loads(stream.getvalue())["trace"].count("builtins.ValueError")
