"""`docs/settings.md`, made from the fields: `python -m sparekey.settings.reference > docs/settings.md`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from sparekey.settings.fields import Settings
from sparekey.settings.load import CONFIG_PLACES, CONFIG_VARIABLE, PREFIX, fields, variable

_HEAD = f"""# Settings

<!-- Made by `python -m sparekey.settings.reference > docs/settings.md`; a test compares. -->

A setting comes from the environment, else from the settings file, else from its default.
`sparekey check-config` tells everything that is wrong, without starting anything.

- **File**: TOML, named by `--config` or `{CONFIG_VARIABLE}`; else `{CONFIG_PLACES[0]}` in the present folder,
  else `{CONFIG_PLACES[1]}`. A setting `mail.host` stands as `host` under `[mail]`.
- **Environment**: `{PREFIX}MAIL_HOST` for `mail.host`. Lists are separated by commas.
- **Secret files**: each variable has one with `_FILE` behind it, which names a file that holds the value:
  `{PREFIX}MAIL_PASSWORD_FILE=/run/secrets/mail`.
- A name that is not listed here is refused, in the file and in the environment.
- There is no setting for life times, waits and limits: they are part of the product.
"""

_WORDS: dict[Any, str] = {tuple: "list", str: "text", int: "number", bool: "`true` or `false`", Path: "path"}


def markdown() -> str:
    """The whole page."""
    alone = [key for key, _ in fields() if "." not in key]
    parts = [_HEAD, _table(alone)]
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


if __name__ == "__main__":
    sys.stdout.write(markdown())
