"""Writes and reads bundles: a project and its store in one file, a ZIP archive with a manifest (W21)."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from workbench.errors import InvalidValue, NotABundle, StoreFull, StoreReadOnly
from workbench.interop.output_files import check_output
from workbench.model.file_names import is_reserved
from workbench.tusk import remove_unfinished, unfinished, why_unwritten

SUFFIX = ".workbench"
"""How the names of bundles end."""
FORMAT = 1
MANIFEST = "manifest.json"
FILES = "project/"
"""Where the project's files stand in the archive."""
LARGEST_MANIFEST = 4_000_000
"""Bytes."""
MOST_FILES = 10_000
DEEPEST = 16
LONGEST = 200
"""Characters of a file's path in the project."""
GROWTH, FREE_GROWTH = 200, 64_000_000
"""How many times as large as the archive its files may be, and from how many bytes on that is asked."""
CHUNK = 1 << 20
LATEST = 253_402_300_799_000_000
"""The end of the year 9999, microseconds since 1970."""
_LOCAL, _NAME_AT = MANIFEST.encode(), 30
"""The name of the first file in the archive, and where it stands."""
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
Told = Callable[[str, int, int], object]
"""Told what is done, and how much of how much of it; what it raises ends the work, and nothing is left."""


class BundledFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of the project.

    Attributes:
        name: Its path in the project's folder, with slashes.
        size: Bytes.
        digest: SHA-256, in hexadecimal.
    """

    name: str
    size: int
    digest: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle says of itself.

    Attributes:
        format: Version of the format; what a newer program wrote is refused.
        project: Name of the project.
        at: Position of the event or message at which it opens; 0 for none.
        head: The newest position that its store has.
        now: What time it is there, microseconds since 1970.
        part: In words, what of the store it has.
        note: What the person says about it.
        masked: Fields whose values are made up.
        store: Path of the store in the project's folder.
        layout: How the window stood, by place.
        files: All files of the project, the store among them.
    """

    format: int = FORMAT
    project: str
    at: int
    head: int
    now: int
    part: str
    note: str = ""
    masked: tuple[str, ...] = ()
    store: str
    layout: Mapping[str, str] = {}
    files: tuple[BundledFile, ...] = ()


def is_bundle(path: Path) -> bool:
    """Whether a path is that of a file that is named as a bundle is, or begins as one does."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            begin = file.read(len(_LOCAL) + _NAME_AT)
    except OSError:
        begin = b""
    return path.suffix.lower() == SUFFIX or (begin[:4] == b"PK\x03\x04" and begin[_NAME_AT:] == _LOCAL)


# -- writing ----------------------------------------------------------------------------------------------


def write_bundle(
    path: Path, manifest: Manifest, folder: Path, names: Iterable[str], told: Told, *, replace: bool
) -> int:
    """Writes files of a folder as a bundle; who is killed at it leaves no file, or an older one.

    Args:
        manifest: Without its files.
        names: Of the files, with slashes.
        replace: Whether it may take the place of a file that is there.

    Returns:
        Bytes of the bundle.

    Raises:
        InvalidValue: A file is there already, or may not be written over.
        StoreReadOnly: It cannot be written.
    """
    _free(path, replace=replace)
    part = unfinished(path)
    remove_unfinished(path.parent, "*")
    try:
        files = tuple(_marked(folder, name) for name in sorted(names))
        whole, done = sum(one.size for one in files), 0
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            said = msgspec.json.encode(msgspec.structs.replace(manifest, files=files))
            archive.writestr(MANIFEST, msgspec.json.format(said), zipfile.ZIP_STORED)
            for one in files:
                entry = zipfile.ZipInfo(FILES + one.name)  # without the times of the files
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, (stat.S_IFREG | 0o644) << 16
                entry.file_size = one.size
                with (folder / one.name).open("rb") as source, archive.open(entry, "w") as target:
                    while block := source.read(CHUNK):
                        target.write(block)
                        done += len(block)
                        told("Writing", done, whole)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        _free(path, replace=replace)
        part.replace(path)
    except OSError as error:
        raise StoreReadOnly(
            f"{path} cannot be written: {why_unwritten(error)}",
            hint="look at the folder's permissions and its free space",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return path.stat().st_size


def _free(path: Path, *, replace: bool) -> None:
    if path.exists() and (not replace or not path.is_file()):
        raise InvalidValue(f"{path} exists already", path="", hint="choose another name, or say --replace")
    check_output(path)


def _marked(folder: Path, name: str) -> BundledFile:
    with (folder / name).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return BundledFile(name=name, size=(folder / name).stat().st_size, digest=digest)


# -- reading ----------------------------------------------------------------------------------------------


def read_manifest(path: Path) -> Manifest:
    """Returns what a bundle says of itself, once all of it can be what a bundle has.

    Raises:
        NotABundle: It is none, was cut off, is of a newer program, or holds what no bundle does.
        StoreReadOnly: It cannot be read.
    """
    with _opened(path) as archive:
        return _manifest(path, archive)


def unpack_bundle(path: Path, folder: Path, told: Told) -> Manifest:
    """Writes the files of a bundle into a folder that is new; where it fails, some of them may be there.

    Nothing is written outside of it, nor more than the manifest says.

    Raises:
        NotABundle: As `read_manifest`, or a file is not what the manifest says.
        StoreFull: There is no room for what the manifest says.
        StoreReadOnly: The bundle cannot be read, or the folder not written.
    """
    with _opened(path) as archive:
        manifest = _manifest(path, archive)
        folder.mkdir(parents=True)
        whole, done = sum(one.size for one in manifest.files), 0
        if whole > shutil.disk_usage(folder).free:
            raise StoreFull(f"there is no room for the {whole:,} bytes of {path.name}", hint="make room")
        for one in manifest.files:
            target = folder.joinpath(*PurePosixPath(one.name).parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(FILES + one.name) as source, target.open("xb") as file:
                for size in _copied(path, one, source, file):
                    done += size
                    told("Unpacking", done, whole)
    return manifest


def _copied(path: Path, one: BundledFile, source: IO[bytes], file: IO[bytes]) -> Iterator[int]:
    digest, size = hashlib.sha256(), 0
    while block := source.read(CHUNK):
        size += len(block)
        if size > one.size:
            break
        digest.update(block)
        file.write(block)
        yield len(block)
    if size != one.size or digest.hexdigest() != one.digest:
        raise _wrong(path, f"{one.name} is not what its manifest says")


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        if not zipfile.is_zipfile(path):
            with path.open("rb"):
                raise _wrong(path, "it is no bundle, or was cut off")
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _wrong(path, str(error) or "it was cut off") from error
    except UnicodeError as error:
        raise _wrong(path, "it holds a name that is none") from error
    except OSError as error:
        raise StoreReadOnly(f"{path} cannot be opened: {why_unwritten(error)}") from error


def _wrong(path: Path, why: str) -> NotABundle:
    return NotABundle(
        f"{path.name} cannot be opened: {why}; nothing of it was kept",
        hint="ask for the file again; workbench bundle makes one",
    )


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    entries = archive.infolist()
    found = {one.filename: one for one in entries}
    if len(found) != len(entries):
        raise _wrong(path, "a name stands in it twice")
    if len(entries) > MOST_FILES:
        raise _wrong(path, f"it holds {len(entries):,} files, more than {MOST_FILES:,}")
    said = found.pop(MANIFEST, None)
    if said is None or said.file_size > LARGEST_MANIFEST:
        raise _wrong(path, "it has no manifest")
    for one in (said, *found.values()):
        _check_entry(path, one)
    with archive.open(said) as file:
        manifest = _decoded(path, file.read(LARGEST_MANIFEST + 1))
    _check_files(path, manifest, found)
    return manifest


def _check_entry(path: Path, entry: zipfile.ZipInfo) -> None:
    """Refuses what is no plain file: links, devices, folders, what is encrypted."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG) or entry.is_dir() or entry.flag_bits & 1:
        raise _wrong(path, f"{entry.filename[:80]!r} is no plain file")
    if entry.compress_type not in _KINDS:
        raise _wrong(path, f"{entry.filename[:80]!r} is packed in an unknown way")


def _decoded(path: Path, data: bytes) -> Manifest:
    try:
        version = msgspec.json.decode(data, type=_Version).format
        if version > FORMAT:
            raise _wrong(path, f"it has format {version}, this program knows up to {FORMAT}")
        return msgspec.json.decode(data, type=Manifest)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _wrong(path, f"its manifest is none: {error}") from error


class _Version(msgspec.Struct):
    format: int


def _check_files(path: Path, manifest: Manifest, found: Mapping[str, zipfile.ZipInfo]) -> None:
    names = [one.name for one in manifest.files]
    for name in names:
        if why := _unsafe(name):
            raise _wrong(path, f"{name[:80]!r} {why}")
    folded = {unicodedata.normalize("NFC", name).casefold() for name in names}
    around = {str(parent) for name in folded for parent in PurePosixPath(name).parents}
    if len(folded) != len(names) or folded & around:
        raise _wrong(path, "two of its names are the same on some systems")
    if {FILES + name for name in names} != set(found):
        raise _wrong(path, "its files are not those of its manifest")
    if manifest.store not in names:
        raise _wrong(path, "it has no store")
    if not 0 <= manifest.at <= manifest.head < 2**62 or not 0 <= manifest.now <= LATEST:
        raise _wrong(path, "its position or time is none")
    if any(one.size != found[FILES + one.name].file_size for one in manifest.files):
        raise _wrong(path, "the sizes of its files are not those of its manifest")
    whole, packed = sum(one.size for one in manifest.files), path.stat().st_size
    if whole > FREE_GROWTH and whole > GROWTH * packed:
        raise _wrong(path, f"{packed:,} bytes would become {whole:,}")


def _unsafe(name: str) -> str:
    """Returns why a file may not have a path, empty where it may."""
    parts = name.split("/")
    if len(name) > LONGEST or len(parts) > DEEPEST:
        return "is too long a name"
    if any(ord(char) < 32 or char in '\\:<>"|?*\x7f' for char in name):
        return "is no name that every system has"
    if any(part in ("", ".", "..") or part.startswith(".") for part in parts):
        return "leads out of the folder, or is hidden"
    if any(part[-1] in " ." or is_reserved(part) for part in parts):
        return "is no name that every system has"
    return ""
