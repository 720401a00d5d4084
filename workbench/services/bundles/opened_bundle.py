"""Opens a bundle: a folder of its own that is a project, as a fork is, and begins paused (W21)."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import NotABundle, StoreReadOnly, WorldError
from workbench.interop.bundle_file import Manifest, Told, unpack_bundle
from workbench.model.json_values import visible
from workbench.services.maintenance.store_checkup import check
from workbench.services.worlds.fork import MARK, Fork, new_folder, write_mark
from workbench.store.store_file import read_store_file
from workbench.tusk import whole_folder, why_unwritten

_LONGEST = 4_000
"""Characters of a note that are kept."""


def open_bundle(file: Path, folder: Path, told: Told) -> Fork:
    """Unpacks a bundle into a folder, all of it or nothing; none of its code is trusted by that (H1).

    Args:
        folder: Where; it must not exist, or be empty.

    Raises:
        NotABundle: It is none, holds what no bundle does, or its store is damaged.
        StoreReadOnly: The bundle cannot be read, or the folder exists or cannot be written.
        WorldError: There is no room for it, or the like; nothing is left of it.
    """
    folder = new_folder(folder)
    try:
        with whole_folder(folder) as part:
            manifest = unpack_bundle(file, part, told)
            told("Looking at the store", 0, 1)
            _check_store(file, part, manifest)
            fork = _fork_of(manifest)
            write_mark(part, fork)
            told("Looking at the store", 1, 1)
    except OSError as error:
        raise StoreReadOnly(
            f"{file.name} cannot be unpacked to {folder}: {why_unwritten(error)}",
            hint="choose another folder",
        ) from error
    return fork


def _check_store(file: Path, part: Path, manifest: Manifest) -> None:
    """Refuses a store that is none; one that breaks rules may be just what the bundle is to show."""
    if (part / MARK).exists():
        raise NotABundle(f"{file.name} says that it is a fork of its own; nothing of it was kept")
    path = part / manifest.store
    try:
        wrong = [one.text for one in check(path).findings if one.rule in {"file", "kind"}]
        if not wrong:
            with read_store_file(path) as reader:
                head = reader.head()
            if head < manifest.head:
                wrong = [f"its manifest names position {manifest.head:,}, and it ends at {head:,}"]
    except WorldError as error:
        wrong = [error.message.replace(str(path), manifest.store)]
    if wrong:
        raise NotABundle(
            f"the store in {file.name} cannot be used: {wrong[0]}; nothing of it was kept",
            hint="ask for the file again",
        )


def _fork_of(manifest: Manifest) -> Fork:
    at = max(0, manifest.at)
    name = visible(manifest.project)[:120]
    return Fork(
        name=f"Bundle of {name} at {at:,}",
        trunk=name,
        folder="",
        store="",
        position=manifest.head,
        began=manifest.now,
        now=manifest.now,
        at=at,
        note=manifest.note[:_LONGEST],
        masked=manifest.masked,
        layout=dict(manifest.layout),
    )
