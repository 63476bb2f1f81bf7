"""Where settings come from, and everything that is wrong with them at once.

The environment (`SPAREKEY_SECTION_KEY`, or `SPAREKEY_SECTION_KEY_FILE` with the name of a file that holds the
value) goes before the TOML file, and that before the defaults. Nothing is guessed: a key, a section or a
`SPAREKEY_…` variable that no field stands for is refused. No sentence repeats the value of a secret.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from sparekey.errors import Unready
from sparekey.settings.fields import Settings
from sparekey.settings.together import contradictions

PREFIX = "SPAREKEY_"
CONFIG_VARIABLE = "SPAREKEY_CONFIG"
CONFIG_PLACES = (Path("sparekey.toml"), Path("/etc/sparekey/sparekey.toml"))
_FROM_FILE = "_FILE"
_FROM_ORCHESTRATOR = re.compile(r"SPAREKEY_(SERVICE_(HOST|PORT)(_\w+)?|PORT(_\d+_(TCP|UDP)(_\w+)?)?)")
"""Kubernetes adds these for a service called `sparekey`: not meant for us."""

Tree = dict[str, Any]


def load(config: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings, or `Unready`; its `facts["problems"]` is one sentence for each thing that is wrong."""
    problems: list[str] = []
    found = _merged(_read_file(config, environment, problems), _read_environment(environment, problems))
    settings = _validated(found, problems)
    problems += contradictions(settings)
    if problems:
        raise Unready(_headed(problems), reason="settings", problems=tuple(problems))
    return settings


def fields() -> Iterator[tuple[str, FieldInfo]]:
    """Every setting by its key, such as `mail.host`."""
    for name, field in Settings.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        if inner is None:
            yield name, field
        else:
            yield from ((f"{name}.{key}", each) for key, each in inner.items())


def variable(key: str) -> str:
    """The environment variable of a setting: `SPAREKEY_MAIL_HOST` for `mail.host`."""
    return PREFIX + key.replace(".", "_").upper()


def _validated(found: Tree, problems: list[str]) -> Settings:
    """The settings; sections with mistakes are left out, so that the others are still looked at together."""
    try:
        return Settings.model_validate(found)
    except ValidationError as error:
        mistakes = error.errors(include_url=False)
        problems += [_sentence(each) for each in mistakes]
        wrong = {each["loc"][0] for each in mistakes}
        return Settings.model_validate({name: value for name, value in found.items() if name not in wrong})


def _headed(problems: list[str]) -> str:
    if len(problems) == 1:
        return problems[0]
    return f"{len(problems)} things are wrong with the settings:\n" + "\n".join(
        f"- {each}" for each in problems
    )


def _read_file(config: Path | None, environment: Mapping[str, str], problems: list[str]) -> Tree:
    named = config or (Path(environment[CONFIG_VARIABLE]) if environment.get(CONFIG_VARIABLE) else None)
    path = named or next((place for place in CONFIG_PLACES if place.is_file()), None)
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        problems.append(f"The settings file {path} cannot be read: {reason}")
    except tomllib.TOMLDecodeError as error:
        problems.append(f"The settings file {path} is not TOML: {_where(error)}")
    return {}


def _where(error: tomllib.TOMLDecodeError) -> str:
    """Line and column only: the text of the line may hold a secret."""
    found = re.search(r"\(at (.+)\)", str(error))
    return f"look at {found[1]}" if found else "look at how values are quoted"


def _read_environment(environment: Mapping[str, str], problems: list[str]) -> Tree:
    """What the environment sets, as the file would write it. An empty variable sets nothing."""
    known = {variable(key): key for key, _ in fields()}
    found: Tree = {}
    for name in sorted(name for name in environment if name.startswith(PREFIX)):
        key = known.get(name) or known.get(name.removesuffix(_FROM_FILE))
        if name == CONFIG_VARIABLE or _FROM_ORCHESTRATOR.fullmatch(name):
            continue
        if key is None:
            problems.append(f"{name} is not a setting{_suggestion(name, known)}")
        elif not environment[name]:
            continue
        elif name in known:
            _set(found, key, environment[name])
        elif environment.get(variable(key)):
            problems.append(f"{variable(key)} and {name} are both set: keep one of them")
        else:
            _set_from_file(found, key, environment[name], problems)
    return found


def _set_from_file(found: Tree, key: str, place: str, problems: list[str]) -> None:
    try:
        _set(found, key, Path(place).read_text("utf-8").strip())
    except (OSError, UnicodeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a text"
        problems.append(f"{variable(key)}{_FROM_FILE} names the file {place}, which cannot be read: {reason}")


def _set(found: Tree, key: str, value: str) -> None:
    section, _, name = key.rpartition(".")
    (found.setdefault(section, {}) if section else found)[name] = value


def _merged(below: Tree, above: Tree) -> Tree:
    """Both, key by key; `above` wins. A section that is not a table stays, to be refused."""
    merged = dict(below)
    for name, value in above.items():
        beneath = merged.get(name)
        if isinstance(value, dict):
            merged[name] = beneath | value if isinstance(beneath, dict) else beneath or value
        else:
            merged[name] = value
    return merged


def _sentence(error: ErrorDetails) -> str:
    """One mistake in plain words: which key, what is wrong, and what would be right."""
    known = dict(fields())
    parts = [str(part) for part in error["loc"]]
    key = next((".".join(parts[:n]) for n in (2, 1) if ".".join(parts[:n]) in known), ".".join(parts))
    if error["type"] == "extra_forbidden":
        return f"{key} is not a setting{_suggestion(key, [*known, *Settings.model_fields])}"
    if key not in known:
        return f"{key} is a section: write [{key}] and its settings below it"
    is_secret = (known[key].json_schema_extra or {}).get("is_secret")  # type: ignore[union-attr]
    value = "" if is_secret else f" {error['input']!r}"
    return f"{key} ({variable(key)}){value} {_what_is_wrong(error)}. Example: {known[key].examples[0]}"  # type: ignore[index]


def _what_is_wrong(error: ErrorDetails) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    said = error["msg"].removeprefix("Input ")
    return said.replace("should", "must", 1) if said.startswith("should") else f"is wrong: {said}"


def _suggestion(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), 1, 0.7)
    return f" (did you mean {close[0]}?)" if close else ""
