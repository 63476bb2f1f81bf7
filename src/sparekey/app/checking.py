"""Whether a server could start with these settings, looked at without starting or changing anything.

Each thing is looked at even if the one before is wrong, so that one call shows all there is to mend. It is seen
with the eyes of whoever asks: ask as the user the server runs as. (`os.path` says no where a `Path` raises for
want of rights.)
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from sparekey.adapters.mail import Undeliverable, try_out
from sparekey.app.keys import all_keys, first_key
from sparekey.app.opening import (
    DEMOS_OWN,
    MISFITS,
    belongs_to_demo,
    mail_settings,
    sqlite_file,
    telling_of_trouble,
)
from sparekey.errors import Unready
from sparekey.settings import Settings
from sparekey.store import figures, migrate
from sparekey.store.engine import Database


@dataclass(frozen=True)
class Finding:
    """What was found about one thing, in words."""

    about: str
    sentence: str
    is_fine: bool = True
    is_missing: bool = False
    """A server starts without it, and does less."""


@dataclass(frozen=True)
class _Seen:
    """Of a database that could be read: how it fits, whose it is, and the check values of its keys."""

    state: migrate.State
    is_demo: bool = False
    marks: frozenset[str] = frozenset()


def check(settings: Settings, *, with_mail: bool) -> Iterator[Finding]:
    """What a start needs, one finding each; `with_mail` also connects to the mail server."""
    yield _folder(settings)
    seen: _Seen | None = None
    try:
        seen = _look(settings)
        yield _database(settings, seen)
    except Unready as trouble:
        yield Finding("database", trouble.sentence, False)
    yield _key(settings, seen)
    yield _mail(settings, with_mail)


def _folder(settings: Settings) -> Finding:
    folder = settings.data_dir.absolute()
    if not os.path.exists(folder):
        above = next(parent for parent in folder.parents if os.path.exists(parent))
        can_be_made = above.is_dir() and os.access(above, os.W_OK | os.X_OK)
        will = "the first start makes it" if can_be_made else f"cannot be made: no right to write in {above}"
        return Finding("data folder", f"{folder}: {will}", can_be_made)
    if not folder.is_dir():
        return Finding("data folder", f"{folder} is not a folder", False)
    can_be_used = os.access(folder, os.R_OK | os.W_OK | os.X_OK)
    said = "can be read and written" if can_be_used else "cannot be read and written by you"
    return Finding("data folder", f"{folder}: {said}", can_be_used)


def _look(settings: Settings) -> _Seen:
    """Looks into the database; a SQLite file that is not there is not made."""
    file = sqlite_file(settings)
    if file:
        _demand_usable(file, settings)
        if not os.path.exists(file):
            return _Seen(migrate.State.EMPTY)
    database = Database(settings.database_url)
    try:
        with telling_of_trouble(settings):
            return database.read(_read)
    finally:
        database.close()


def _demand_usable(file: Path, settings: Settings) -> None:
    """SQLite writes beside the file as well."""
    if file.parent != settings.data_dir.absolute() and not os.path.isdir(file.parent):
        raise Unready(f"The folder {file.parent} for the database is not there: make it first")
    for path in (file.parent, file):
        if os.path.exists(path) and not os.access(path, os.R_OK | os.W_OK):
            raise Unready(f"{path} cannot be read and written by you")


def _read(conn: Connection) -> _Seen:
    found = migrate.state(conn)
    if found is not migrate.State.CURRENT:
        return _Seen(found)
    return _Seen(found, belongs_to_demo(conn), figures.key_marks(conn))


def _database(settings: Settings, seen: _Seen) -> Finding:
    name = settings.database_name
    wrong = DEMOS_OWN if seen.is_demo else MISFITS.get(seen.state)
    if wrong:
        return Finding("database", f"{name}: {wrong}", False)
    is_empty = seen.state is migrate.State.EMPTY
    return Finding(
        "database", f"{name}: {'empty; the first start sets it up' if is_empty else 'fits this version'}"
    )


def _key(settings: Settings, seen: _Seen | None) -> Finding:
    marks = seen.marks if seen else frozenset()
    where = "from the settings" if settings.key.value else str(settings.key_file)
    try:
        first = first_key(settings, marks)
        if first is None:
            return _key_to_be_made(settings)
        all_keys(settings, first, marks)
    except Unready as trouble:
        return Finding("key", trouble.sentence, False)
    return Finding("key", f"{where}: {'the one of this database' if marks else 'can be read'}")


def _key_to_be_made(settings: Settings) -> Finding:
    folder = settings.key_file.absolute().parent
    can_be_made = os.access(folder, os.W_OK | os.X_OK) or (
        folder == settings.data_dir.absolute() and not os.path.exists(folder)
    )
    will = "the first start makes it" if can_be_made else f"not there, and {folder} cannot be written by you"
    return Finding("key", f"{settings.key_file}: {will}", can_be_made)


def _mail(settings: Settings, is_tried: bool) -> Finding:
    mail = mail_settings(settings)
    if mail is None:
        return Finding("mail", "letters wait until mail.host (SPAREKEY_MAIL_HOST) is set", is_missing=True)
    name = f"{mail.host}:{mail.port} ({mail.security})"
    if not is_tried:
        return Finding("mail", f"{name}, not tried: --mail tries it")
    try:
        try_out(mail)
    except Undeliverable as trouble:
        return Finding("mail", f"{name}: {trouble.sentence}", False)
    return Finding("mail", f"{name}: answers and lets us in")
