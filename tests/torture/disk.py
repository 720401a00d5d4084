"""A model of a disk that loses its power: what was synced stays, of the rest any sectors may or may not."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

NAMING = {
    "openat": ("create", (1,)),
    "unlink": ("unlink", (0,)),
    "unlinkat": ("unlink", (1,)),
    "rename": ("rename", (0, 1)),
    "renameat": ("rename", (1, 3)),
    "renameat2": ("rename", (1, 3)),
    "link": ("link", (0, 1)),
    "linkat": ("link", (1, 3)),
}
"""What calls do to names, and which of their texts are names; ``renameat`` has its folders among them."""
RECORDED = ("pwrite64", "write", "fsync", "fdatasync", "ftruncate", *NAMING)
STRACE = ["-xx", "-y", "-s", "100000000", "-e", f"trace={','.join(RECORDED)}"]
"""Words for strace with which `read_log` finds everything that it needs."""

_CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)", re.MULTILINE)
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"|<((?:\\x[0-9a-f]{2})*)>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One system call that succeeded.

    Attributes:
        name: ``create`` where a file is opened that may have to be made, ``said`` for what a worker said.
        file: Name of the file in the recorded folder; empty for the folder itself.
        data: What was written or said.
        at: Where in the file, or the size it gets.
        other: The new name of what is renamed or linked.
    """

    name: str
    file: str = ""
    data: bytes = b""
    at: int = 0
    other: str = ""


def read_log(log: Path, folder: Path) -> list[Call]:
    """Reads what strace recorded of one worker and its store's folder."""
    text = log.read_text(encoding="ascii")
    assert "unfinished" not in text, "a worker has one thread"
    found = []
    for match in _CALL.finditer(text):
        name, words, result = match[1], match[2], int(match[3])
        if result >= 0 and (call := _call(name, words, result, folder)) is not None:
            found.append(call)
    return found


def _call(name: str, words: str, result: int, folder: Path) -> Call | None:
    texts = [bytes.fromhex((one or two).replace("\\x", "")) for one, two in _TEXT.findall(words)]
    numbers = words.rsplit('"', 1)[-1].rsplit(">", 1)[-1].strip(", ").split(", ")
    if name == "write" and words.startswith("1<"):
        return Call(name="said", data=texts[1])
    kind, where = NAMING.get(name, (name, (0,)))
    places = [Path(texts[place].decode()) for place in where]
    if places[0] != folder and places[0].parent != folder:
        return None
    files = ["" if place == folder else place.name for place in places]
    match kind:
        case "create":
            return Call(name="create", file=files[0]) if "O_CREAT" in words else None
        case "pwrite64":
            assert len(texts[1]) == result, "strace left something out"
            return Call(name="write", file=files[0], data=texts[1], at=int(numbers[-1]))
        case "ftruncate":
            return Call(name="truncate", file=files[0], at=int(numbers[-1]))
        case "fsync" | "fdatasync":
            return Call(name="sync", file=files[0])
        case "unlink" | "rename" | "link":
            return Call(name=kind, file=files[0], other=files[-1])
        case _:
            return None  # the lock's file, which is no part of the store


@dataclass(slots=True)
class _File:
    synced: bytearray = field(default_factory=bytearray)
    pending: list[Call] = field(default_factory=list)


Survives = Callable[[int], bool]
"""Whether a part of what was not synced is on the disk; told how many parts of a file follow it."""


class Disk:
    """Files of one folder, as far as they are on the disk for certain, and what is on its way.

    A sync of a file makes its content last, a sync of the folder its names; neither does the other's work.

    Args:
        files: What is on the disk at the beginning.
    """

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self._names = {name: _File(bytearray(data)) for name, data in (files or {}).items()}
        self._lasting = dict(self._names)
        self._renaming: list[dict[str, _File]] = []

    def apply(self, call: Call) -> None:
        """Does what a system call does."""
        match call.name:
            case "write" | "truncate":
                if call.file in self._names:
                    self._names[call.file].pending.append(call)
            case "sync" if not call.file:
                self._lasting, self._renaming = dict(self._names), []
            case "sync":
                file = self._names[call.file]
                file.synced, file.pending = _image(file, 512, lambda _after: True), []
            case "create" if call.file not in self._names:
                self._rename({call.file: _File()})
            case "unlink":
                self._rename({}, call.file)
            case "link":
                self._rename({call.other: self._names[call.file]})
            case "rename":
                self._rename({call.other: self._names[call.file]}, call.file)

    def _rename(self, added: dict[str, _File], gone: str = "") -> None:
        self._names = {name: file for name, file in self._names.items() if name != gone} | added
        self._renaming.append(self._names)

    def after_loss(self, rng: random.Random, sector: int, survives: Survives) -> dict[str, bytes]:
        """Returns the files that are found after a loss of power.

        Args:
            rng: Chooses up to where the changes of names came.
            sector: Bytes that survive together.
            survives: Chooses which parts of the unsynced writes survive.
        """
        names = rng.choice([self._lasting, *self._renaming])
        return {name: bytes(_image(file, sector, survives)) for name, file in names.items()}


def _image(file: _File, sector: int, survives: Survives) -> bytearray:
    image = bytearray(file.synced)
    parts = [part for call in file.pending for part in _parts(call, sector)]
    for after, part in enumerate(reversed(parts)):
        parts[-1 - after] = part if survives(after) else Call(name="lost")
    for part in parts:
        if part.name == "truncate":
            del image[part.at :]
            image.extend(bytes(part.at - len(image)))
        elif part.name == "write":
            image.extend(bytes(max(0, part.at - len(image))))
            image[part.at : part.at + len(part.data)] = part.data
    return image


def _parts(call: Call, sector: int) -> Iterator[Call]:
    """Splits a write where the sectors of the disk end."""
    if call.name != "write":
        yield call
        return
    start, end = call.at, call.at + len(call.data)
    while start < end:
        stop = min(end, start // sector * sector + sector)
        yield Call(name="write", file=call.file, at=start, data=call.data[start - call.at : stop - call.at])
        start = stop


def losses(seed: int) -> Iterator[tuple[random.Random, int, Survives]]:
    """Yields ways to lose power, as `Disk.after_loss` takes them: nothing survives, all but the end, some."""
    rng = random.Random(seed)
    yield rng, 4096, lambda _after: False
    yield rng, 512, lambda after: after >= 3
    for sector, share in ((512, 0.5), (4096, 0.5), (512, 0.95), (4096, 0.1)):
        yield rng, sector, lambda _after, share=share: rng.random() < share  # type: ignore[misc]
