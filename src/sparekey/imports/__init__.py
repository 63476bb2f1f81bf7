"""Taking people over from elsewhere: from the bytes of files to people with their authenticators, or to every
place that is wrong. Pure: no database, clock or network. Whoever calls decides what becomes of the people.

- All or nothing: `read` gives everybody, or raises `BadFile` with up to 100 wrong places.
- Files are read in pieces; 64 MB each at most. What is kept while reading is the people alone.
- Limits stand where they are kept: bytes, lines and pieces in `_text`, JSON entries in `_json`, YAML in `_yaml`,
  XML in `_xml`, people and authenticators in `gathering`, secrets in `_fields`, pixels in `sources.pictures`.
- A file is read as what the caller says it is. Guessing would make one file two, one of which was checked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import chain
from types import MappingProxyType
from typing import cast

from sparekey.imports.found import (
    BadFile,
    BadLine,
    Doubt,
    Found,
    FoundSecret,
    Keys,
    Place,
    Reading,
    Remark,
    Upload,
)
from sparekey.imports.gathering import Terms, gather

__all__ = [
    "SOURCES",
    "BadFile",
    "BadLine",
    "Doubt",
    "Found",
    "FoundSecret",
    "Keys",
    "Place",
    "Reading",
    "Remark",
    "Source",
    "Terms",
    "Upload",
    "read",
]

Source = Callable[[Iterable[Upload], Keys], Iterator[Found | BadLine]]

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "uris": "uris",
        "pictures": "pictures",
        "csv": "table",
        "pskc": "pskc",
        "keycloak": "keycloak",
        "authentik": "authentik",
        "authelia": "authelia",
        "privacyidea": "privacyidea",
        "django-otp": "django_otp",
        "django-allauth": "django_allauth",
    }
)
"""The module in `sources` that reads it. Each is loaded when it is first used: a server seldom needs any."""


def read(
    source: str,
    uploads: Sequence[Upload],
    keys: Keys,
    terms: Terms,
    people: Sequence[Upload] = (),
) -> tuple[Found, ...]:
    """Everybody in these files, in their order; `BadFile` with all that is wrong.

    `people`: tables that add what the files do not say, such as addresses; there a person is called as in the files.
    """
    name = uploads[0].name if uploads else ""
    entries = chain(_source(source)(uploads, keys), _source("csv")(people, keys) if people else ())
    return gather(entries, terms, name)


def _source(name: str) -> Source:
    return cast(Source, import_module(f"sparekey.imports.sources.{SOURCES[name]}").read)
