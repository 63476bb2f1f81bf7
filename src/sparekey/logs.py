"""What the server writes to standard error: one line for each thing that happened.

- Nothing secret is handed in; there is no filter that would have to catch it. The message of an exception
  stays out too, since it may repeat what somebody typed: its kind and the lines it passed are enough.
- A line is ASCII, whatever was put in: line breaks, terminal codes and marks that turn text around are
  written as `\\u…` (CWE-117), so that nobody can forge a line.
- Times are UTC, from the server's own clock.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_PLAIN = re.compile(r"[A-Za-z0-9_./:{}@+-]+")


def configure(level: str, form: str, now: Callable[[], datetime], stream: TextIO | None = None) -> None:
    """Send our lines, and those of the libraries, to `stream` (standard error) as `json` or `text`."""
    lowest = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _stamped(now),
            _with_trace,
            _as_json if form == "json" else _as_text,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(lowest),
        logger_factory=structlog.WriteLoggerFactory(stream or sys.stderr),
    )
    everybody = logging.getLogger()
    everybody.handlers = [_Relay()]
    everybody.setLevel(max(lowest, logging.WARNING))
    logging.getLogger("sparekey").setLevel(lowest)


class _Relay(logging.Handler):
    """What libraries log through the standard library, as lines of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        log.log(record.levelno, record.getMessage().strip(), source=record.name, exc_info=record.exc_info)


def _stamped(now: Callable[[], datetime]) -> Processor:
    def stamp(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
        at = now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"time": at, **line}

    return stamp


def _with_trace(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """The exception's kind and the way it took, in place of the exception."""
    raised = line.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        line["trace"] = list(_trace(error))
    return line


def _trace(error: BaseException) -> Iterator[str]:
    """Causes first, as Python prints them. An error that was raised from itself is told once."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and before is not error:
        yield from _trace(before)
    yield f"{type(error).__module__}.{type(error).__qualname__}"
    yield from _frames(error.__traceback__)


def _frames(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace):
        yield f"{frame.filename}:{frame.lineno} {frame.name}: {frame.line}"


def _as_json(_: WrappedLogger, __: str, line: EventDict) -> str:
    head = {name: line.pop(name) for name in ("time", "level", "event")}
    return json.dumps({**head, **line}, default=str)


def _as_text(_: WrappedLogger, __: str, line: EventDict) -> str:
    """`2026-11-24T08:00:00.000Z info    request: method=GET route=/sign-in status=200`."""
    trace = line.pop("trace", [])
    head = [line.pop("time"), f"{line.pop('level'):7}", _ascii(line.pop("event"))]
    values = [f"{name}={_quoted(value)}" for name, value in line.items()]
    return "\n    ".join([" ".join([*head, *values]), *map(_ascii, trace)])


def _quoted(value: object) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _ascii(value: object) -> str:
    """As JSON would write it, without the quotes."""
    return json.dumps(str(value))[1:-1].replace('\\"', '"')
