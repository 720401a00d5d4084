"""Forks a project: a folder of its own, with all that was stored up to a position, on a clock of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from workbench.engine.staged_handlers import on_stage
from workbench.errors import NotAStore, NotFound, StoreReadOnly, WorldError
from workbench.model.clock import EARLIEST, FURTHEST, ManualClock, SystemClock
from workbench.project.samples import PROJECT_FILE
from workbench.project.trust_list import TrustList, config_folder
from workbench.services.maintenance.store_checkup import backup
from workbench.services.scenarios.given_history import recall
from workbench.services.worlds.fork_waiting import named, unknown, waiters
from workbench.services.worlds.store_copy import check_file
from workbench.store.store_file import fork_back, last_time, open_store_file, read_store_file
from workbench.tusk import (
    ValueKind,
    move_folder,
    parse,
    replace_file,
    set_value,
    whole_folder,
    why_unwritten,
)
from workbench.tusk.scratch import note_target

if TYPE_CHECKING:
    from workbench.project.project import Project
    from workbench.store.ports import Reader
    from workbench.store.waiter import Reached

MARK = "fork.json"
"""The file by which a folder is known as a fork."""
STORE = "data/events.db"
AT_ONCE = 1_000
"""Positions that are looked at at once."""
LARGEST = 4_000_000
"""Bytes of a file beside a project's own that is copied with it."""
_LEFT_OUT = (".db", ".db-wal", ".db-shm", ".db.lock", ".db-rates", ".db-traffic")
Told = Callable[[str, int, int], object]
"""Told what is done, and how much of how much of it; what it raises ends the work, and nothing is left."""


class Fork(msgspec.Struct, frozen=True, kw_only=True):
    """What a fork knows of itself.

    Attributes:
        name: How a person knows it: ``Fork of users at 41``.
        trunk: Name of the project that it was forked from; of a fork which one: ``the fork of users at 9``.
        folder: That project's folder.
        store: The file of that project's store.
        position: Up to here it has what the trunk has.
        began: Time of that position, microseconds since 1970; of the newest one, of what happened last.
        now: What time it is in the fork, likewise.
        delivered: Subscriptions for which what waited counts as delivered there.
        unknown: What is not as it was then, as its store does not know it any more.
        at: The event or message that a bundle was made for; 0 for a fork.
        note: What the person says who made the bundle.
        masked: Fields whose values are made up in it.
        layout: How the window stood, by place.
    """

    name: str
    trunk: str
    folder: str
    store: str
    position: int
    began: int
    now: int
    delivered: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    at: int = 0
    note: str = ""
    masked: tuple[str, ...] = ()
    layout: Mapping[str, str] = {}

    @property
    def told(self) -> str:
        """What a person has to know of what waited; empty where all of it waits there, too."""
        whom = named(self.delivered)
        outside = f"what waited for {whom} counts as delivered: code of the project may act outside"
        return "; ".join([*([outside] if whom else []), *self.unknown])

    @property
    def whose(self) -> str:
        """What of it is of the project, and what is its own."""
        return (
            f"what stands up to position {self.position:,} is of {self.trunk}; deliveries count from there on"
        )

    @property
    def bundled(self) -> bool:
        """Whether it comes from a bundle, and what it was made from is elsewhere (W21)."""
        return not self.store


def fork_in(root: Path) -> Fork | None:
    """Returns what a project's folder is a fork of; None where it is none.

    Raises:
        NotAStore: It says that it is one, and cannot be read: on the machine's clock it would run on.
    """
    path = root / MARK
    if not path.exists():
        return None
    try:
        return _timely(msgspec.json.decode(path.read_bytes(), type=Fork))
    except (OSError, ValueError) as error:
        raise NotAStore(
            f"{path} does not say what this folder is a fork of: {error}",
            hint="fork again; without that file the folder is a project like others",
        ) from error


def _timely(fork: Fork) -> Fork:
    if not all(EARLIEST <= time <= FURTHEST for time in (fork.began, fork.now)):
        raise ValueError("its time lies beyond the years 1 to 9000")
    return fork


def keep_time(root: Path, fork: Fork, now: int) -> None:
    """Remembers what time it is in a fork that is left.

    Raises:
        OSError: It cannot be written.
    """
    write_mark(root, msgspec.structs.replace(fork, now=now))


def time_in(fork: Fork, store: Path) -> int:
    """Returns what time it is in a fork: as it was left, and never before what is stored in it (W15)."""
    with contextlib.suppress(WorldError):  # opening it says what is wrong
        return max(fork.now, last_time(store))
    return fork.now


def staged(project: Project) -> Project:
    """Returns a project whose handlers are told that it is a dry run."""
    handlers = on_stage(project.registry.handlers, threads=True)
    return replace(project, registry=replace(project.registry, handlers=handlers))


def make_fork(
    project: Project,
    position: int,
    folder: Path,
    environ: Mapping[str, str],
    told: Told,
    *,
    waiting: bool = False,
) -> Fork:
    """Makes a folder that is a project of its own, as this one was at a position (W9); takes time.

    At the newest position it is as the project is by then; else as it was at the time of that position.

    What the person trusts of the project is trusted there, too: it is the same (T2).

    Args:
        position: The last one whose event or message is in it; 0 for none, so that it begins empty.
        folder: Where; it must not exist, or be empty.
        waiting: Whether what waited for handlers of the project's own code waits there, too: they may act on
            the outside. What waited for all others does.

    Raises:
        NotFound: The log does not reach to that position.
        NotAStore: The store is no file, or there is none.
        StoreReadOnly: The folder exists, or cannot be written.
        WorldError: There is no room for the copy, or the like; nothing is left of it.
    """
    check_file(project, "fork")
    folder = new_folder(folder)
    with read_store_file(project.store_path) as reader:
        began = _began(reader, position)
        if 0 < standing(reader, reader.head()) <= position:
            began = max(began, last_time(project.store_path))
    try:
        with whole_folder(folder) as part:
            copy_files(project.root, part)
            store = part / place_of_store(project, part)
            store.parent.mkdir(parents=True, exist_ok=True)
            backup(project.store_path, store, lambda done, of: told("Copying", done, of), check=False)
            told("Cutting", 0, 1)
            kept = waiters(project, handlers=waiting)
            brought = fork_back(store, position, began, kept)
            if brought is not None:
                _recall(project, store, began, brought.reached)
            outer = fork_in(project.root)
            trunk = f"the {outer.name[0].lower()}{outer.name[1:]}" if outer is not None else project.name
            at = f"at {position:,}"
            fork = Fork(
                name=f"Fork {at} of {trunk}" if outer is not None else f"Fork of {trunk} {at}",
                trunk=trunk,
                folder=str(project.root.resolve()),
                store=str(project.store_path.resolve()),
                position=position,
                began=began,
                now=began,
                delivered=tuple(sorted({*project.registry.subscriptions} - kept.keys())),
                unknown=tuple(unknown(brought)) if brought is not None else (),
            )
            write_mark(part, fork)
            told("Cutting", 1, 1)
    except OSError as error:
        raise StoreReadOnly(
            f"the fork cannot be written to {folder}: {why_unwritten(error)}", hint="choose another folder"
        ) from error
    _trust(folder, trusted_digest(project), environ)
    return fork


def new_folder(folder: Path) -> Path:
    """Returns the whole path of a folder that is to be written.

    Raises:
        StoreReadOnly: It exists and is not empty, or is the current one.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StoreReadOnly(f"{folder} exists already; it was left as it is", hint="choose another folder")
    whole = folder.absolute()
    if whole.resolve() == Path.cwd():
        raise StoreReadOnly(f"{folder} is the folder you are in", hint="name a new one, such as ./fork")
    return whole


def trusted_digest(project: Project) -> str:
    """Returns the digest of a project's modules, where they are trusted; else an empty text."""
    return project.digest if project.modules and not project.restricted else ""


def check_keep(root: Path, folder: Path) -> None:
    """Looks whether a fork can be kept, while it is open still.

    Raises:
        StoreReadOnly: Something is there already, or the fork is not where it was opened.
    """
    if folder.exists() or folder.is_symlink():
        raise StoreReadOnly(f"{folder} exists already; it was left as it is", hint="choose another folder")
    if not (root / MARK).exists():
        raise StoreReadOnly(
            f"the fork is no longer in {root}: its folder was moved or removed from outside",
            hint="it stays open; save a copy of its store, or move the folder back",
        )


def keep_fork(root: Path, folder: Path, digest: str, environ: Mapping[str, str]) -> None:
    """Moves the folder of a fork that is closed to where a person keeps it, all of it or nothing (W9).

    Args:
        digest: Of its modules, where the person trusts them; empty where not (T2).

    Raises:
        StoreReadOnly: As `check_keep`, or it cannot be written; it is where it was, whole.
    """
    check_keep(root, folder)
    try:
        note_target(root.parent, folder)
        move_folder(root, folder)
    except OSError as error:
        raise StoreReadOnly(
            f"the fork cannot be moved to {folder}: {why_unwritten(error)}", hint="choose another folder"
        ) from error
    _trust(folder, digest, environ)


def _trust(folder: Path, digest: str, environ: Mapping[str, str]) -> None:
    if digest:
        with contextlib.suppress(OSError):  # then it asks when it is opened
            TrustList(config_folder(environ)).trust(folder, digest)


def time_at(reader: Reader, position: int) -> int:
    """Returns when what stands at a position was stored, microseconds since 1970.

    Raises:
        NotFound: Nothing stands there.
    """
    for entry in reader.log_at([position]):
        return entry.recorded_at
    head = reader.head()
    raise NotFound(
        f"nothing stands at position {position:,}",
        hint=f"choose one from 1 to {head:,}" if head else "nothing is stored yet",
    )


def standing(reader: Reader, position: int) -> int:
    """Returns the last position up to one at which something stands; 0 for none.

    What stood behind it was removed: retention does so.
    """
    for last in range(min(position, reader.head()), 0, -AT_ONCE):
        if found := reader.log_at(range(max(1, last - AT_ONCE + 1), last + 1)):
            return found[-1].position
    return 0


def _began(reader: Reader, position: int) -> int:
    """Returns what time it is in a fork at its beginning; at 0, when the first event was stored, else now."""
    if position > reader.head():
        return time_at(reader, position)
    if position := standing(reader, position):
        return time_at(reader, position)
    return next((one.recorded_at for one in reader.read_log(0, 1)), None) or SystemClock().now()


def write_mark(root: Path, fork: Fork) -> None:
    """Writes what a folder is a fork of."""
    replace_file(root / MARK, [msgspec.json.format(msgspec.json.encode(fork))])


def copy_files(root: Path, target: Path) -> None:
    """Copies a project without stores, hidden files, what is very large, and what lies elsewhere."""
    whole = root.resolve()

    def left_out(folder: str, names: list[str]) -> set[str]:
        inside = Path(folder)
        return {
            name
            for name in names
            if name.startswith(".")
            or name in ("__pycache__", "node_modules", MARK)
            or name.endswith(_LEFT_OUT)
            or (inside / name / PROJECT_FILE).exists()
            or ((inside / name).is_file() and (inside / name).stat().st_size > LARGEST)
            or not (inside / name).resolve().is_relative_to(whole)
        }

    shutil.copytree(root, target, ignore=left_out)
    os.chmod(target, 0o755)  # noqa: PTH101, S103  # the project's may be read-only, a fork must not be


def place_of_store(project: Project, part: Path) -> str:
    """Returns where a fork's store lies in its folder; its file says so, whatever the project's said."""
    written = project.file.settings.event_store.path if project.file is not None else ""
    entry = project.file.document.find(("event_store", "path")) if project.file is not None else None
    plain = entry is None or (entry.value.kind is ValueKind.STRING and entry.value.plain == written)
    inside = (part / written).resolve().is_relative_to(part.resolve())
    if written and plain and inside and not Path(written).is_absolute():
        return written
    path = part / PROJECT_FILE
    document = set_value(parse(path.read_bytes(), PROJECT_FILE), ("event_store", "path"), STORE)
    path.write_bytes(document.dump())
    return STORE


def _recall(project: Project, path: Path, now: int, reached: Mapping[str, Reached]) -> None:
    """Has processes know what they knew then."""
    store = open_store_file(path, ManualClock(now), synchronous="normal")
    try:
        store.name_types(project.registry.stored_names())
        recall(store, project.registry, reached)
    finally:
        store.close()
