"""The pages of `docs/` that are made from the code: `python -m tests.reference` writes them anew."""

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click
from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from sparekey import errors
from sparekey.cli.main import main
from sparekey.core.contract import Hashing, Traits
from sparekey.core.events import TAGS, Event, fields_of
from sparekey.errors import SparekeyError
from sparekey.factors import registered
from sparekey.settings.fields import Settings
from sparekey.settings.load import CONFIG_PLACES, CONFIG_VARIABLE, PREFIX, fields, variable

DOCS = Path(__file__).resolve().parents[1] / "docs"
WIDTH = 100
MADE = "<!-- Made by `python -m tests.reference`; a test compares. -->"

_SETTINGS_HEAD = f"""# Settings

{MADE}

A setting comes from the environment, else from the settings file, else from its default.
`sparekey check-config` tells everything that is wrong, without starting anything.

- **File**: TOML, named by `--config` or `{CONFIG_VARIABLE}`; else `{CONFIG_PLACES[0]}` in the present folder,
  else `{CONFIG_PLACES[1]}`. A setting `mail.host` stands as `host` under `[mail]`.
- **Environment**: `{PREFIX}MAIL_HOST` for `mail.host`. Lists are separated by commas.
  An empty variable counts as not set.
- **Secret files**: each variable has one with `_FILE` behind it, which names a file that holds the value:
  `{PREFIX}MAIL_PASSWORD_FILE=/run/secrets/mail`.
- A name that is not listed here is refused, in the file and in the environment.
- There is no setting for life times, waits and limits: they are part of the product.
"""

_WORDS: dict[Any, str] = {tuple: "list", str: "text", int: "number", bool: "`true` or `false`", Path: "path"}


def settings_page() -> str:
    """Every setting, by section."""
    alone = [key for key, _ in fields() if "." not in key]
    parts = [_SETTINGS_HEAD, _table(alone)]
    for name, field in Settings.model_fields.items():
        if name not in alone:
            about = getattr(field.annotation, "__doc__", "")
            parts += [
                f"## {name}\n\n{about}\n",
                _table([k for k, _ in fields() if k.startswith(f"{name}.")]),
            ]
    return "\n".join(parts)


def _table(keys: list[str]) -> str:
    known = dict(fields())
    rows = [_row(key, known[key]) for key in keys]
    head = "| Setting | Variable | Type | Default | What it is | Example |\n|---|---|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def _row(key: str, field: FieldInfo) -> str:
    example = (field.examples or [""])[0]
    shown = example if str(example).startswith("output of") else f"`{_plain(example)}`"
    cells = [f"`{key}`", f"`{variable(key)}`", _type(field), _default(field), str(field.description), shown]
    return "| " + " | ".join(cells) + " |"


def _type(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(field.annotation))
    words = next(words for kind, words in _WORDS.items() if kind in _parts(field.annotation))
    unit = _extra(field).get("unit")
    return " ".join(part for part in (words, _range(field), f"({unit})" if unit else "") if part)


def _parts(annotation: Any) -> Iterator[Any]:
    """A type and all that it is made of: `Annotated[str, …] | None` holds `str`."""
    yield get_origin(annotation) or annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _range(field: FieldInfo) -> str:
    least = [each.ge for each in field.metadata if isinstance(each, Ge)]
    most = [each.le for each in field.metadata if isinstance(each, Le)]
    return f"{least[0]} to {most[0]}" if least and most else ""


def _default(field: FieldInfo) -> str:
    words = _extra(field).get("default_words")
    if words:
        return str(words)
    return f"`{_plain(field.default)}`" if field.default not in (None, "", ()) else "none"


def _extra(field: FieldInfo) -> dict[str, Any]:
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_ERRORS_HEAD = f"""# Error codes

{MADE}

A refusal has a code that stays the same, a status, and a sentence that may change. Many also carry a
reason, which chooses a more exact sentence. Anything else that goes wrong is a mistake of ours: the page then
shows an incident id, and the lines of the log that belong to it carry the same one as `request`.
"""
_IN_TREE = re.compile(r"[├└]── (\w+) +(\d{3})(?:  (.+))?")


def errors_page() -> str:
    """Every code, with what the tree in `errors.py` says about it."""
    rows = ["| Code | Status | Means | Sentence |", "|---|---|---|---|"]
    for name, status, meaning in _IN_TREE.findall(errors.__doc__ or ""):
        error: type[SparekeyError] = getattr(errors, name)
        assert int(status) == error.status_hint, f"the tree in errors.py gives {name} another status"
        rows.append(f"| `{error.code}` | {status} | {meaning or '–'} | {error.sentence}. |")
    return _ERRORS_HEAD + "\n" + "\n".join(rows) + "\n"


_EVENTS_HEAD = f"""# Audit events

{MADE}

What the audit log holds. Every entry also has its number, time (UTC), who did it (`actor`: a person's id, or
the command that acted), from where (`source`: browser and address), the hash of the entry before it and its
own. A `subject` is the id of the person it is about. No secret, code, link or password is ever part of an
event, and no name: names are looked up when shown.
"""
_CHAINS = {
    "server": "On the server's own chain",
    "member": "About one person",
    "account": "About the team",
    "notice": "About e-mails and text messages",
    "client": "About an app that people sign in to here",
}


def events_page() -> str:
    """Every tag with its fields: those of one subject together."""
    parts = [_EVENTS_HEAD]
    tags = sorted(TAGS, key=lambda tag: tag.split(":")[1])
    for source, title in _CHAINS.items():
        rows = [_event(tag, TAGS[tag]) for tag in tags if tag.startswith(f"{source}:")]
        parts.append(f"## {title}\n\n| Tag | Fields | |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _event(tag: str, event: type[Event]) -> str:
    about = event.__doc__ or ""
    said = "" if about.startswith(f"{event.__name__}(") else " ".join(about.split())
    names = ", ".join(f"`{name}`" for name in fields_of(event))
    return f"| `{tag}` | {names or '–'} | {said} |"


_FACTORS_HEAD = f"""# Ways to prove who one is

{MADE}

Every kind is one file of `src/sparekey/factors/`, and everybody else reads its traits. Two proofs of
different categories make a whole sign-in (NIST SP 800-63B-4, section 2.2). Backup codes have no entry in the
registry of authentication methods (RFC 8176), so none is claimed for them.

| Kind | Proves | Lost with | Methods (`amr`) | Ends after too many failures |
|---|---|---|---|---|
"""


def factors_page() -> str:
    """The traits of every kind, then the rules that its file begins with."""
    factors = registered(Hashing()).values()
    rows = [_factor(factor.traits) for factor in factors]
    rules = [
        f"## `{factor.traits.kind}`\n\n{inspect.getdoc(inspect.getmodule(type(factor)))}\n"
        for factor in factors
    ]
    return _FACTORS_HEAD + "\n".join(rows) + "\n\n" + "\n".join(rules)


def _factor(traits: Traits) -> str:
    amr = ", ".join(f"`{each}`" for each in traits.amr) or "none"
    waits = "no: only waits" if traits.is_counted else "no: none are counted"
    ends = "yes" if traits.is_disabled_at_limit else waits
    return f"| `{traits.kind}` | {traits.category} | {traits.lost_with} | {amr} | {ends} |"


_CLI_HEAD = f"""# Commands

{MADE}
"""


def cli_page() -> str:
    """What `--help` says of every command."""
    return _CLI_HEAD + "\n" + "\n".join(_helps(main, "sparekey"))


def _helps(command: click.Command, name: str, above: click.Context | None = None) -> Iterator[str]:
    own = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, parent=above, info_name=name.rpartition(" ")[2], **own)
    yield f"## {name}\n\n```\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            yield from _helps(command.commands[each], f"{name} {each}", context)


def pages() -> dict[str, Callable[[], str]]:
    """File under `docs/` → what makes it."""
    return {
        "settings.md": settings_page,
        "errors.md": errors_page,
        "events.md": events_page,
        "factors.md": factors_page,
        "cli.md": cli_page,
    }


if __name__ == "__main__":
    for file, page in pages().items():
        (DOCS / file).write_text(page())
