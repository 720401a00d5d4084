"""Makes a new store, and refuses, untouched, whatever is not one of ours (C3, F5)."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import sys
from pathlib import Path
from uuid import uuid4

from workbench.errors import NotAStore, SchemaTooNew, StoreCorrupt, StoreReadOnly
from workbench.store.lock import StoreLock, names_in_the_making
from workbench.store.sqlite.connection import held, open_reader, translate, translated
from workbench.store.sqlite.offline_reader import Look
from workbench.store.sqlite.run_marks import check_log
from workbench.store.sqlite.tables import APPLICATION_ID, SCHEMA_VERSION

_MAGIC = b"SQLite format 3\x00"
PROJECTION_TABLE = re.compile(r"p_[a-z0-9_]+\Z")
"""Tables and indexes of projections come and go with the model; they are no part of the schema."""
_KINDS = ("table", "index")
"""What a projection has; a trigger or a view is none of it, whatever its name."""


def create_store(path: Path, now: int) -> None:
    """Makes a new, empty store file.

    The file appears under its name only when it is complete.

    Args:
        path: Where; its folder is made if needed.
        now: Microseconds since 1970.

    Raises:
        StoreReadOnly: The folder cannot be written.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        _make(part, now)
        _give_name(part, path)
    except (OSError, sqlite3.Error) as error:
        if path.exists() and path.stat().st_size:  # another process was quicker, and swept ours away
            return
        if isinstance(error, sqlite3.Error):
            raise translate(error, path) from error
        raise StoreReadOnly(
            f"a store cannot be made at {path}: {error.strerror or error}",
            hint="choose a folder that can be written, in [event_store] path",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _make(part: Path, now: int) -> None:
    con = sqlite3.connect(part, isolation_level=None)
    try:
        con.execute("begin immediate")
        for statement in ddl():
            con.execute(statement)
        con.execute("insert into meta values ('store_id', ?), ('created_at', ?)", (str(uuid4()), str(now)))
        con.execute(f"pragma application_id = {APPLICATION_ID}")
        con.execute(f"pragma user_version = {SCHEMA_VERSION}")
        con.execute("commit")
        # Changed later, a kill in between would leave a journal that only a writer may roll back.
        con.execute("pragma journal_mode = wal")
    finally:
        con.close()


def _give_name(part: Path, path: Path) -> None:
    """Gives a new store its name, unless another process was quicker: then that one's store stays."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        _replace_empty(part, path)
    except OSError:
        if not path.exists():  # this file system has no hard links
            part.rename(path)
    if sys.platform != "win32":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _replace_empty(part: Path, path: Path) -> None:
    """Puts a new store in the place of an empty file, in which no store can be open."""
    lock = StoreLock(path)
    if path.stat().st_size == 0 and lock.acquire(0):
        try:
            if path.stat().st_size == 0:
                part.replace(path)
        finally:
            lock.release()


def sweep(path: Path) -> None:
    """Removes what a process left that was killed while it made this store; the caller holds the lock."""
    for stray in names_in_the_making(path):
        stray.unlink(missing_ok=True)


def ddl() -> list[str]:
    """Returns the statements that make the tables and indexes, from the SQLModel classes."""
    from sqlmodel import SQLModel

    return ddl_of(*(table.name for table in SQLModel.metadata.sorted_tables))


def ddl_of(*tables: str) -> list[str]:
    """Returns the statements that make some of the tables, with their indexes."""
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex, CreateTable
    from sqlmodel import SQLModel

    dialect = sqlite.dialect()
    statements: list[str] = []
    for name in tables:
        table = SQLModel.metadata.tables[name]
        statements.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        statements += [
            str(CreateIndex(index).compile(dialect=dialect)) for index in sorted(table.indexes, key=str)
        ]
    return statements


def check_identity(path: Path) -> int:
    """Makes sure that an existing file is a store that this program knows, before it is opened for writing.

    Returns:
        Its schema's version; older than `SCHEMA_VERSION` it needs to be converted before anything else.

    Raises:
        NotAStore: It is something else.
        SchemaTooNew: A newer program wrote it.
        StoreCorrupt: It is cut off, its tables are not those of a store, or the log beside it is another's.
        StoreReadOnly: It cannot be read.
    """
    check_log(path)
    version = _version_of_held(path) if path.exists() and held(path) else _version_of_file(path)
    if version == SCHEMA_VERSION:
        _check_tables_of(path)
    return version


def remembered_owner(path: Path) -> str:
    """Returns what a store that was looked at by `check_identity` remembers of its project; empty if nothing."""
    with Look(path) as seen, contextlib.closing(seen.open()) as con, translated(path):
        found = con.execute("select value from meta where key = 'owner'").fetchone()
        return str(found[0]) if found else ""


def _version_of_held(path: Path) -> int:
    """Asks SQLite: this process has the store open, so what it is was looked at before."""
    con = open_reader(path)
    try:
        with translated(path):
            return int(con.execute("pragma user_version").fetchone()[0])
    finally:
        con.close()


def _version_of_file(path: Path) -> int:
    header = _header(path)
    if not header:
        raise NotAStore(
            f"{path} is empty: it holds no store",
            hint="take the newest backup; if there never was a store, open the project once, which makes it",
        )
    if not header.startswith(_MAGIC):
        raise NotAStore(
            f"{path} is not a database; it was left as it is", hint="choose another file for the store"
        )
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise NotAStore(
            f"{path} is a SQLite database of another program; it was left as it is",
            hint="choose another file for the store; events can be brought in from NDJSON",
        )
    version = int.from_bytes(header[60:64], "big")
    if version > SCHEMA_VERSION:
        raise SchemaTooNew(
            f"{path} has schema {version}, this program knows up to {SCHEMA_VERSION}; it was left as it is",
            hint="open it with the newer Event Workbench",
        )
    _check_length(path, header)
    return version


def _header(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(100)
    except OSError as error:
        raise StoreReadOnly(
            f"{path} cannot be read: {error.strerror or error}", hint="check its permissions"
        ) from error


def _check_length(path: Path, header: bytes) -> None:
    page = int.from_bytes(header[16:18], "big")
    size = 65_536 if page == 1 else page
    pages = int.from_bytes(header[28:32], "big")
    real = path.resolve()
    log = real.with_name(f"{real.name}-wal")
    if log.exists() and log.stat().st_size:  # pages that the file does not have yet may be in there
        return
    if path.stat().st_size < size * pages:
        raise StoreCorrupt(
            f"{path} is cut off: {path.stat().st_size:,} of {size * pages:,} bytes; it was left as it is",
            hint="take the newest backup",
        )


def _check_tables_of(path: Path) -> None:
    real = path.resolve()
    if os.access(real.parent, os.W_OK) and real.with_name(f"{real.name}-journal").exists():
        _roll_back(path)
    with Look(path) as seen, contextlib.closing(seen.open()) as con:
        check_tables(path, con)


def _roll_back(path: Path) -> None:
    """Has SQLite take back what was cut short by a kill; readers may not do that."""
    with translated(path):
        con = sqlite3.connect(path)
        try:
            con.execute("pragma user_version").fetchone()
        finally:
            con.close()


def check_tables(path: Path, con: sqlite3.Connection) -> None:
    """Compares the schema with the expected one, before anything is read (contract §10).

    Raises:
        StoreCorrupt: It is another one.
    """
    wanted = {_normal(statement) for statement in ddl()}
    with translated(path):
        found = con.execute("select type, name, sql from sqlite_master where sql is not null").fetchall()
    ours = {
        _normal(sql) for kind, name, sql in found if kind not in _KINDS or not PROJECTION_TABLE.match(name)
    }
    if ours != wanted:
        differing = sorted(sql.split("(")[0] for sql in ours ^ wanted)
        raise StoreCorrupt(
            f"{path} does not have the tables of a store ({', '.join(differing[:3])}); it was left as it is",
            hint="take the newest backup",
        )


def _normal(statement: str) -> str:
    return " ".join(statement.split())
