"""Keeps a project to a store of its own: inside its folder, and not another project's (T3)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.errors import NotAStore, StoreNotAllowed, StoreReadOnly
from workbench.model.clock import Clock
from workbench.project.project import Project
from workbench.project.samples import PROJECT_FILE
from workbench.project.trust_list import ALLOWED_STORES, TrustList, config_folder
from workbench.store.ports import Store
from workbench.store.store_file import open_store_file, read_store_file, remembered_owner


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOwner:
    """The project that a store belongs to, as the store remembers it.

    Attributes:
        name: What the project's file calls it; empty where it has only its folder's name.
        folder: The project's folder, links resolved.
        place: The same, seen from the store's folder; a folder that is copied or moved whole keeps it.
    """

    name: str
    folder: str
    place: str

    @property
    def called(self) -> str:
        """How a person knows it."""
        return f"{self.name or Path(self.folder).name} in {self.folder}"


def open_own_store(
    project: Project, environ: Mapping[str, str], clock: Clock, *, allow: bool = False, only: str = ""
) -> Store:
    """Opens the store of a project, or makes it.

    Args:
        allow: The person allows a store outside the folder, or another project's; that is remembered (T3).
        only: The one that the person saw and allows; empty for whatever it is.

    Raises:
        StoreNotAllowed: It lies outside the folder or is another project's, which was not allowed.
        WorldError: It cannot be opened.
    """
    check_place(project.root, project.store_path, environ, allow=allow, only=only)
    owner = owner_for(project, environ, allow=allow, only=only)
    return open_store_file(project.store_path, clock, synchronous=project.synchronous, owner=owner)


def check_own_store(project: Project, environ: Mapping[str, str], *, allow: bool = False) -> None:
    """Makes sure that the store of a project may be read: by itself that opens no store of others (T3).

    Args:
        allow: The person allows a store outside the folder, or another project's; that is remembered.

    Raises:
        StoreNotAllowed: It lies outside the folder or is another project's, which was not allowed.
        WorldError: It cannot be read.
    """
    check_place(project.root, project.store_path, environ, allow=allow)
    if project.store_path.is_file():
        with read_store_file(project.store_path):  # it is a store
            owner_for(project, environ, allow=allow)(remembered_owner(project.store_path))


def check_place(
    root: Path, store: Path, environ: Mapping[str, str], *, allow: bool = False, only: str = ""
) -> None:
    """Makes sure that a project's store is a file that may be used; opens nothing.

    Args:
        allow: The person allows the place, which is remembered outside the project.
        only: The place that the person saw and allows; empty for whatever it is.

    Raises:
        NotAStore: Something else than a file stands there.
        StoreNotAllowed: It lies outside the project's folder, links resolved, which was not allowed.
        StoreReadOnly: What is allowed cannot be remembered.
    """
    path = Path(os.path.realpath(store))
    if path.exists() and not path.is_file():
        raise NotAStore(f"{path} is no file; it was left as it is", hint="choose another [event_store] path")
    if not path.is_relative_to(os.path.realpath(root)):
        _ask(root, path, environ, "lies outside the project's folder", allow=allow, only=only)


def owner_for(
    project: Project, environ: Mapping[str, str], *, allow: bool = False, only: str = ""
) -> Callable[[str], str]:
    """Returns what answers, to what a store remembers of its owner, what it shall remember from now on.

    It is asked before anything is written; it answers with nothing where the owner stays, and raises
    `StoreNotAllowed` where the store is another project's, which was not allowed.

    Args:
        allow: The person allows it, which is remembered outside the project.
        only: The store that the person saw and allows; empty for whatever it is.
    """
    path = Path(os.path.realpath(project.store_path))
    now = owner_of(project)

    def answer(remembered: str) -> str:
        before = _read(remembered)
        if before is None or _is_same(before, now):
            return "" if before == now else json.dumps(asdict(now))
        _ask(project.root, path, environ, f"belongs to the project {before.called}", allow=allow, only=only)
        return ""

    return answer


def owner_of(project: Project) -> StoreOwner:
    """Returns what the store of a project is to remember of it."""
    folder = os.path.realpath(project.root)
    store = os.path.realpath(project.store_path.parent)
    try:
        place = os.path.relpath(folder, store)
    except ValueError:  # on another drive
        place = folder
    return StoreOwner(name=project.own_name, folder=folder, place=place)


def _is_same(before: StoreOwner, now: StoreOwner) -> bool:
    """Whether it is the same project, one that was moved or renamed, or a whole copy of it with its store."""
    if before.folder == now.folder:
        return True
    if before.name == now.name and before.place == now.place:
        return True
    gone = not Path(before.folder, PROJECT_FILE).exists()
    return gone and (before.name == now.name or not (before.name and now.name))


def _read(remembered: str) -> StoreOwner | None:
    try:
        known = json.loads(remembered)
        return StoreOwner(name=str(known["name"]), folder=str(known["folder"]), place=str(known["place"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _ask(root: Path, path: Path, environ: Mapping[str, str], why: str, *, allow: bool, only: str) -> None:
    allowed = TrustList(config_folder(environ), ALLOWED_STORES)
    if allowed.trusts(root, str(path)):
        return
    if not allow or only not in ("", str(path)):
        raise StoreNotAllowed(
            f"the store {path} {why}; nothing was opened",
            hint=f"fix [event_store] path, or if it is meant: workbench check {root} --trust",
            path=path,
        )
    try:
        allowed.trust(root, str(path))
    except OSError as error:
        raise StoreReadOnly(
            f"that the store is allowed cannot be remembered: {error.strerror or error}",
            hint="set WORKBENCH_CONFIG to a folder that can be written",
        ) from error
