"""Remembers which project folders a person trusts to run Python; the list lives outside every project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from workbench.tusk import replace_file


def config_folder(environ: Mapping[str, str]) -> Path:
    """Returns where the program keeps what belongs to the person, not to a project."""
    return person_folder(environ, "WORKBENCH_CONFIG", "XDG_CONFIG_HOME", "APPDATA", Path.home() / ".config")


def person_folder(environ: Mapping[str, str], own: str, unix: str, windows: str, around: Path) -> Path:
    """Returns a folder of the program: the one that a variable names, or its own in one around it."""
    if environ.get(own):
        return Path(environ[own])
    return Path(environ.get(unix) or environ.get(windows) or around) / "event-workbench"


MODULES, ALLOWED_STORES = "trusted.json", "stores.json"
"""The lists: of digests of modules that may run, and of stores outside their project that may be used."""

UNREADABLE = ".unreadable.json"
"""Suffix of a list that could not be read and was replaced by a new one."""


class TrustList:
    """Pairs of a project's folder and what of it is trusted; anything else asks again.

    Args:
        folder: Where the list is kept.
        name: Of its file.
    """

    def __init__(self, folder: Path, name: str = MODULES) -> None:
        self._path = folder / name

    def trusts(self, root: Path, what: str) -> bool:
        """Whether the person trusted exactly this of exactly this folder."""
        return self._read().get(str(root.resolve())) == what

    def trust(self, root: Path, what: str) -> None:
        """Remembers what of a folder is trusted; a list that is none any more is kept under another name.

        Raises:
            OSError: The list cannot be read or written.
        """
        try:
            known = self._load()
        except ValueError:
            self._path.replace(self._path.with_suffix(UNREADABLE))
            known = {}
        known[str(root.resolve())] = what
        self._path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self._path, [json.dumps(known, indent=1).encode()])

    def _read(self) -> dict[str, str]:
        try:
            return self._load()
        except (OSError, ValueError):
            return {}

    def _load(self) -> dict[str, str]:
        """Reads the list; a `ValueError` says that what lies there is none."""
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except RecursionError as error:
            raise ValueError(str(error)) from error
        if not isinstance(known, dict):
            raise ValueError("no list")  # noqa: TRY004  # what cannot be read, of whatever kind
        return known
