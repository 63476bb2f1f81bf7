"""Taking people over from elsewhere: from the bytes of files to people with their authenticators, or to every
place that is wrong. Pure: no database, clock or network. Whoever calls decides what becomes of the people.

- All or nothing: `read` gives everybody, or raises `BadFile` with up to 100 wrong places.
- Files are read in pieces; 64 MB each at most. What is kept while reading is the people alone.
- Limits stand where they are kept: bytes, lines and pieces in `_text`, JSON entries in `_json`, YAML in `_yaml`,
  XML in `_xml`, people and authenticators in `gathering`, secrets in `_fields`, pixels in `sources.pictures`.
- A file is read as what the caller says it is. Guessing would make one file two, one of which was checked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType

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
from sparekey.imports.sources import (
    authelia,
    authentik,
    django_allauth,
    django_otp,
    keycloak,
    pictures,
    privacyidea,
    pskc,
    table,
    uris,
)

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

SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "uris": uris.read,
        "pictures": pictures.read,
        "csv": table.read,
        "pskc": pskc.read,
        "keycloak": keycloak.read,
        "authentik": authentik.read,
        "authelia": authelia.read,
        "privacyidea": privacyidea.read,
        "django-otp": django_otp.read,
        "django-allauth": django_allauth.read,
    }
)


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
    entries = chain(SOURCES[source](uploads, keys), table.read(people, keys) if people else ())
    return gather(entries, terms, name)
