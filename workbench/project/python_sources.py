"""Finds the Python files that can run for a project, and reads each of them once (contract §10).

Those are the modules that the project names, the ``__init__.py`` of packages around them, and whatever of the
folder they import, directly or through each other. What a digest covers is exactly what can be imported, and
it is imported from the bytes that were digested: a file that changes in between, a cached ``.pyc``, or a file
that is not imported by its name has no way in.
"""

from __future__ import annotations

import ast
import gc
import hashlib
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from workbench.tusk import digest_of, mark_of, read_file

LARGEST = 2_000_000
"""Bytes of one module."""
MOST = 1_000
"""Files of one project that can be imported."""
REMEMBERED = 64
"""Modules of which is remembered what their text says: where another file changes they are not read again."""
TAKEN = frozenset(sys.stdlib_module_names) | {"workbench"}
"""Names that a file of a project never takes from Python's own library or from this program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One module.

    Attributes:
        name: Dotted, from the project's folder.
        path: Its file; of a folder without ``__init__.py`` the folder.
        text: What the file holds; None where it cannot be used, which `problem` explains.
        package: Whether it may hold other modules.
    """

    name: str
    path: Path
    text: bytes | None
    package: bool = False
    problem: str = ""
    hint: str = ""

    @property
    def around(self) -> str:
        """The package that its imports begin at: itself, or what it stands in."""
        return self.name if self.package else self.name.rpartition(".")[0]

    @property
    def mark(self) -> str:
        """The digest of what was read, as `workbench.tusk.mark_of` gives it of the file."""
        if self.text is None:
            return mark_of(self.path, LARGEST)
        return digest_of(self.text) if self.path.suffix == ".py" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Everything of a folder that can be imported.

    Attributes:
        names: The modules that the project names.
        found: Every module by its name, those among them that were named but do not exist, too.
        digest: Of names, places and contents; another one asks for trust again.
    """

    root: Path
    names: tuple[str, ...] = ()
    found: Mapping[str, Source] = field(default_factory=dict)
    digest: str = ""

    @property
    def marks(self) -> dict[Path, str]:
        """The files with the digests of what was read."""
        return {source.path: source.mark for source in self.found.values()}


def module_path(root: Path, name: str) -> Path:
    """Returns the file of a module: ``billing.cards`` is ``billing/cards.py``, or a package of that name."""
    folder = root.joinpath(*name.split("."))
    package = folder / "__init__.py"
    return package if package.is_file() else folder.with_name(f"{folder.name}.py")


def read_sources(root: Path, names: Sequence[str]) -> Sources:
    """Reads the named modules and all that they import from the folder; runs nothing."""
    found: dict[str, Source] = {}
    wanted = [part for name in names for part in _with_parents(name)]
    while wanted and len(found) < MOST:
        name = wanted.pop()
        if name in found:
            continue
        source = _read(root, name)
        if source is None and name not in names:
            continue
        found[name] = source or _missing(root, name)
        wanted += _imports(found[name].text or b"", found[name].around)
    return Sources(root=root, names=tuple(names), found=found, digest=_digest(root, names, found))


def place_of_name(root: Path, modules: Sequence[str], name: str) -> tuple[str, int, int] | None:
    """Returns where modules write a name as a text: file below the folder, line and column, both from 1."""
    for source in read_sources(root, modules).found.values():
        text = (source.text or b"").decode(errors="replace")
        at = max(text.find(f'"{name}"'), text.find(f"'{name}'"))
        if at >= 0:
            file = source.path.relative_to(root).as_posix()
            return file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return None


def _digest(root: Path, names: Sequence[str], found: Mapping[str, Source]) -> str:
    digest = hashlib.sha256()
    for name in sorted(names):
        digest.update(b"named " + name.encode() + b"\0")
    for name, source in sorted(found.items()):
        text = source.text if source.text is not None else b"none"
        place = source.path.relative_to(root).as_posix()
        digest.update(f"{name}\0{place}\0{source.package}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()


def _with_parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        yield ".".join(parts[:length])


def _read(root: Path, name: str) -> Source | None:
    """Reads one module as Python would find it: a package, a module, a folder; None if there is none."""
    folder = root.joinpath(*name.split("."))
    for path, package in ((folder / "__init__.py", True), (folder.with_name(f"{folder.name}.py"), False)):
        if path.is_symlink() or path.exists():
            return _checked(root, Source(name=name, path=path, text=None, package=package))
    return Source(name=name, path=folder, text=b"", package=True) if folder.is_dir() else None


def _checked(root: Path, source: Source) -> Source:
    """Reads a file that is there, if it lies in the project and is not larger than a source file can be."""

    def refused(problem: str, hint: str) -> Source:
        return Source(
            name=source.name, path=source.path, text=None, package=source.package, problem=problem, hint=hint
        )

    try:
        if not source.path.resolve().is_relative_to(root.resolve()):
            return refused("it is a link out of the project's folder", "copy it into the folder")
        text = read_file(source.path, LARGEST)
    except (OSError, RuntimeError) as error:
        said = getattr(error, "strerror", None) or str(error)
        return refused(f"it cannot be read: {said}", "look at the file and its permissions")
    if len(text) > LARGEST:
        return refused(f"it has more than {LARGEST:,} bytes", "split it into smaller modules")
    return Source(name=source.name, path=source.path, text=text, package=source.package)


def _missing(root: Path, name: str) -> Source:
    path = root.joinpath(*name.split(".")).with_suffix(".py")
    hint = f"write {path.relative_to(root).as_posix()}, or take {name} out of [cqrs] modules"
    return Source(name=name, path=path, text=None, problem="there is no such module", hint=hint)


@lru_cache(maxsize=REMEMBERED)
def _imports(text: bytes, around: str) -> Sequence[str]:
    """Returns what a module could mean by its import statements, whether or not the folder has it.

    Args:
        around: The package that it stands in.
    """
    try:
        tree = _parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()  # it cannot run, either
    return tuple(dict.fromkeys(_imported(tree, around)))


def _imported(tree: ast.Module, around: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _own(alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = around.split(".")[: len(around.split(".")) - node.level + 1] if around else []
                base = ".".join([*above, *([base] if base else [])])
            for alias in node.names:
                full = f"{base}.{alias.name}" if base else alias.name
                yield from _with_parents(full) if node.level else _own(full)


_PARSING = threading.Lock()


def _parsed(text: bytes) -> ast.Module:
    """Reads a module, with nothing else of Python run in the midst of it.

    Before 3.11.5 whatever else is parsed meanwhile, by code that a collection runs or lets in from another
    thread, ends this one with SystemError.
    """
    with _PARSING:
        collecting = gc.isenabled()
        gc.disable()
        try:
            return ast.parse(text)
        finally:
            if collecting:
                gc.enable()


def _own(name: str) -> Iterator[str]:
    if name.partition(".")[0] not in TAKEN:
        yield from _with_parents(name)
