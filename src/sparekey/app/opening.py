"""From settings to a context: the database that fits, and the key that it was made with.

An empty database is set up at the first start, so that two commands suffice. One that an older version made
is refused until `sparekey migrate` was called, one of a newer version always. A demo and a real server never
share a database. A key file that was lost is not made anew: nothing could be opened with it.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, tzinfo
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import DBAPIError

from sparekey.adapters.hashing import Pool
from sparekey.adapters.key_files import key_from_file
from sparekey.adapters.mail import MailSettings, Security
from sparekey.adapters.sealing import Keys, Purpose
from sparekey.adapters.texts import TextSettings
from sparekey.app.keys import all_keys, first_key
from sparekey.core.contract import Hashing, Relying
from sparekey.errors import StorageTrouble, Unready
from sparekey.factors import registered
from sparekey.flows.context import Context, Site
from sparekey.flows.joining import first_run
from sparekey.settings import Settings
from sparekey.store import figures, migrate, queue
from sparekey.store.engine import Database
from sparekey.world import RealWorld, World, moment

_OLDEST_SQLITE = (3, 35)
"""The first that gives back changed rows (`RETURNING`)."""
DEMOS_OWN = "This database belongs to the demo, whose passwords everybody knows: choose another"
MISFITS = {
    migrate.State.BEHIND: "The database was made by an older version. Back it up; then: sparekey migrate",
    migrate.State.AHEAD: "The database was made by a newer version of Sparekey: run that version",
    migrate.State.FOREIGN: "The database already holds something else: give Sparekey one of its own",
}


def open_context(settings: Settings, world: World | None = None, *, is_demo: bool = False) -> Context:
    """Everything that flows need, on a database that fits; raises `Unready` with what to do."""
    world = world or RealWorld()
    prepare_folder(settings)
    database = Database(settings.database_url, pool=settings.database.pool_size)
    try:
        with telling_of_trouble(settings):
            _fit(database, is_demo=is_demo)
            marks = database.read(figures.key_marks)
            first = first_key(settings, marks) or key_from_file(settings.key_file, world.entropy)
            keys = all_keys(settings, first, marks)
            database.write(lambda conn: figures.add_key_marks(conn, keys.fingerprints))
        hashing = _hashing(settings, keys)
        ctx = Context(
            db=database,
            keys=keys,
            pool=Pool(),
            factors=registered(hashing, _relying(settings)),
            hashing=hashing,
            site=_site(settings, is_demo=is_demo),
            mail=mail_settings(settings),
            texts=text_settings(settings),
            moment=partial(moment, world),
            now=world.now,
        )
        first_run.prepare(ctx)
        return ctx
    except BaseException:
        database.close()
        raise


def migrate_database(settings: Settings) -> migrate.State:
    """Bring the database to the present schema; gives what it was before."""
    prepare_folder(settings)
    database = Database(settings.database_url)
    try:
        with telling_of_trouble(settings):
            return migrate.migrate(database)
    finally:
        database.close()


def prepare_folder(settings: Settings) -> None:
    """The folder and the SQLite file, readable for nobody else; a file that is there keeps its mode."""
    file = sqlite_file(settings)
    if file and sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise Unready(f"SQLite {sqlite3.sqlite_version} is too old: version 3.35 or newer is needed")
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if file:
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as trouble:
        where = trouble.filename or settings.data_dir
        raise Unready(f"{where} cannot be made or written: {trouble.strerror}", reason="data_dir") from None


def sqlite_file(settings: Settings) -> Path | None:
    url = make_url(settings.database_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


@contextmanager
def telling_of_trouble(settings: Settings) -> Iterator[None]:
    """Trouble with the database at start, as a sentence that says which database and what is wrong."""
    try:
        yield
    except (StorageTrouble, DBAPIError) as trouble:
        error = trouble if isinstance(trouble, DBAPIError) else trouble.__cause__
        said = str(getattr(error, "orig", "")).strip().partition("\n")[0] or "unknown trouble"
        raise Unready(
            f"The database {settings.database_name} cannot be used: {said}", reason="database"
        ) from trouble


def _fit(database: Database, *, is_demo: bool) -> None:
    """Set an empty database up; refuse one that is not ours, or not of this version.

    A demo's own of another version is thrown away: it begins anew at every start.
    """
    if is_demo and database.read(_is_demo_of_another_version):
        database.write(_begin_demo_anew)
    found = database.read(migrate.state)
    if found is migrate.State.EMPTY:
        migrate.migrate(database)
        if is_demo:
            database.write(lambda conn: queue.put_fact(conn, queue.DEMO, "yes"))
    if found in MISFITS:
        raise Unready(MISFITS[found], reason=f"database_{found}")
    if database.read(belongs_to_demo) is not is_demo:
        raise Unready(
            "This database is not the demo's own: the demo does not touch it" if is_demo else
            DEMOS_OWN,
            reason="demo",
        )  # fmt: skip


def mail_settings(settings: Settings) -> MailSettings | None:
    mail = settings.mail
    if mail.host is None or mail.sender is None:
        return None
    return MailSettings(
        host=mail.host,
        port=settings.mail_port,
        sender_address=mail.sender,
        sender_name=mail.sender_name,
        security=Security(mail.security),
        username=mail.username,
        password=mail.password,
    )


def text_settings(settings: Settings) -> TextSettings | None:
    sms = settings.sms
    if not sms.is_set:
        return None
    if sms.apprise_url and find_spec("apprise") is None:
        raise Unready("sms.apprise_url needs apprise: install sparekey[sms]", reason="apprise")
    return TextSettings(
        url=sms.url or "",
        method=sms.method,
        headers=sms.header_pairs,
        format=sms.format,
        body=sms.body,
        username=sms.username,
        password=sms.password,
        apprise_url=sms.apprise_url or "",
        country=sms.country,
        countries=sms.countries,
        per_day=sms.per_day,
        per_day_of_account=sms.per_day_of_account,
    )


def belongs_to_demo(conn: Connection) -> bool:
    return queue.fact(conn, queue.DEMO) is not None


def _is_demo_of_another_version(conn: Connection) -> bool:
    state = migrate.state(conn)
    if state in {migrate.State.EMPTY, migrate.State.FOREIGN} or not belongs_to_demo(conn):
        return False
    return state is not migrate.State.CURRENT or not migrate.has_these_tables(conn)


def _begin_demo_anew(conn: Connection) -> None:
    migrate.begin_anew(conn)
    queue.put_fact(conn, queue.DEMO, "yes")


def _hashing(settings: Settings, keys: Keys) -> Hashing:
    cost = settings.password_hash
    return Hashing(cost.memory_mib * 1024, cost.passes, cost.lanes, pepper=keys.subkey(Purpose.PEPPER))


def _relying(settings: Settings) -> Relying:
    """Passkeys belong to the host of the server's address unless told otherwise, and its own pages ask for them."""
    parts, own = urlsplit(settings.base_url), settings.passkeys
    origins = (f"{parts.scheme}://{parts.netloc}", *own.related_origins)
    roots = tuple(_read_roots(own.attestation_roots)) if own.attestation_roots else ()
    return Relying(own.domain or parts.hostname or "", origins, roots)


def _read_roots(file: Path) -> list[bytes]:
    """The certificates of a PEM file, one by one; `Unready` for what is none."""
    try:
        found = re.findall(
            b"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", file.read_bytes(), re.S
        )
    except OSError as error:
        raise Unready(f"passkeys.attestation_roots: {file} cannot be read ({error.strerror})") from None
    if not found:
        raise Unready(f"passkeys.attestation_roots: {file} holds no certificate (PEM)")
    return found


def _site(settings: Settings, *, is_demo: bool) -> Site:
    name = settings.server.time_zone
    zone: tzinfo = UTC if name == "UTC" else ZoneInfo(name)
    return Site(
        settings.base_url,
        zone,
        settings.server.sign_up_is_open,
        is_demo,
        settings.passkeys.related_origins,
        can_tell_models=settings.passkeys.attestation_roots is not None,
        apps_may_register=settings.apps.registration,
        port=settings.server.port,
    )
