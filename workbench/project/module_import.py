"""Imports the Python modules that a project names, only when it is trusted (contract §10)."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import linecache
import re
import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.model.error_text import error_sentence
from workbench.model.hints import in_brackets
from workbench.model.registry import Definitions
from workbench.project.python_sources import Sources, read_sources
from workbench.project.served_modules import serve, serve_no_more

PREFIX = "workbench_project_"
_KEPT = re.compile(rf"{PREFIX}[0-9]+\.?")
"""How the names of modules begin where they are kept; it is internal and never shown."""
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleProblem:
    """Why a module gave no definitions; reads like a compiler's line.

    Attributes:
        file: From the project's folder.
    """

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    code: str = "M-IMPORT"

    def __str__(self) -> str:
        return in_brackets(f"{self.file}:{self.line}:{self.column}: {self.code} {self.message}", self.hint)


class ModuleError(WorkbenchError):
    """A module of the project could not be used."""

    def __init__(self, problem: ModuleProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What the modules of a project gave.

    Attributes:
        package: Under which the modules are kept until `forget` is called with it; empty if there are none.
        problems: Why some gave nothing; then none of them is kept.
    """

    package: str = ""
    definitions: tuple[Definitions, ...] = ()
    problems: tuple[ModuleProblem, ...] = ()


def modules_hash(root: Path, names: Sequence[str]) -> str:
    """Returns a digest of all that would be imported; a change asks for trust again."""
    return read_sources(root, names).digest


def import_modules(sources: Sources) -> Imported:
    """Imports the named modules from what was read; the folder never comes onto ``sys.path``."""
    if not sources.names:
        return Imported()
    package = f"{PREFIX}{next(_numbers)}"
    serve(package, sources)
    _before[package] = _remember_lines(sources)
    definitions: list[Definitions] = []
    problems: list[ModuleProblem] = []
    for name in sources.names:
        try:
            definitions.append(_definitions(package, sources, name))
        except ModuleError as error:
            problems.append(error.problem)
    if problems:
        undo(package)
        return Imported(problems=tuple(dict.fromkeys(problems)))
    return Imported(package=package, definitions=tuple(definitions))


def hold(package: str) -> None:
    """Has the modules of a package stay until `forget` was called once for each who holds them."""
    _holders[package] += 1


def forget(package: str) -> None:
    """Releases the modules that were imported under a package, unless another project still uses them."""
    _holders[package] -= 1
    if _holders[package] > 0:
        return
    del _holders[package]
    _before.pop(package, None)
    if package:
        serve_no_more(package)
        for name in [name for name in list(sys.modules) if name == package or name.startswith(f"{package}.")]:
            del sys.modules[name]


def undo(package: str) -> None:
    """Forgets modules whose import failed: the lines of those before them are shown again."""
    linecache.cache.update(_before.get(package, {}))
    forget(package)


_holders: Counter[str] = Counter()
"""How many open projects use the modules of a package."""
_before: dict[str, dict[str, Any]] = {}
"""What was known of the lines of files before they were imported again."""


def _remember_lines(sources: Sources) -> dict[str, Any]:
    """Has tracebacks, and digests of functions, show the lines that run, whatever the file holds by then."""
    before = {}
    for source in sources.found.values():
        file = str(source.path)
        try:
            lines = importlib.util.decode_source(source.text or b"").splitlines(keepends=True)
        except (SyntaxError, UnicodeDecodeError):
            continue
        if file in linecache.cache:
            before[file] = linecache.cache[file]
        linecache.cache[file] = (len(source.text or b""), None, lines, file)
    return before


def _definitions(package: str, sources: Sources, name: str) -> Definitions:
    """Imports a module and returns its ``DEFINITIONS``.

    Raises:
        ModuleError: There is no such file, it fails, or it defines nothing; with the place.
    """
    source = sources.found[name]
    file = place_in(sources.root, source.path)
    if source.problem:
        raise ModuleError(
            ModuleProblem(file=file, line=1, column=1, message=source.problem, hint=source.hint)
        )
    try:
        module = importlib.import_module(f"{package}.{name}")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a module may even call sys.exit()
        raise ModuleError(place_of(sources, error, file)) from error
    found = getattr(module, "DEFINITIONS", None)
    if not isinstance(found, Definitions):
        said = "it needs DEFINITIONS = Definitions(…), which says what it brings"
        hint = f"write it at the end, or take {name} out of [cqrs] modules: others may import it"
        raise ModuleError(ModuleProblem(file=file, line=1, column=1, message=said, hint=hint))
    if not _are_handlers(found.handlers):
        said, hint = "handlers should be functions by name", 'such as {"send_mail": send_mail}'
        raise ModuleError(ModuleProblem(file=file, line=1, column=1, message=said, hint=hint))
    return found


def _are_handlers(found: object) -> bool:
    return isinstance(found, Mapping) and all(
        isinstance(name, str) and callable(one) for name, one in found.items()
    )


def lies_in(root: Path, path: Path) -> bool:
    """Whether a file belongs to the project's folder, links resolved (T3)."""
    return path.resolve().is_relative_to(root.resolve())


def place_in(root: Path, path: Path) -> str:
    """Returns how a file of the project is called in messages: from its folder."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def line_of(root: Path, error: BaseException) -> str:
    """Returns file and line of the project's own code where an error happened; empty if it was elsewhere."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(root)
    ]
    return f"{place_in(root, Path(frames[-1].filename))}:{frames[-1].lineno}" if frames else ""


def place_of(sources: Sources, error: BaseException, default: str) -> ModuleProblem:
    """Says where in the project's own code an error happened.

    Args:
        default: The file that is named if it happened elsewhere.
    """
    said = _KEPT.sub("", error_sentence(error)).removesuffix(": ")
    own = {str(source.path): place_in(sources.root, source.path) for source in sources.found.values()}
    if isinstance(error, SyntaxError) and error.filename in own:
        return ModuleProblem(
            file=own[error.filename],
            line=error.lineno or 1,
            column=max(1, error.offset or 1),
            message=f"{type(error).__name__}: {error.msg}",
        )
    frames = _frames(error, own)
    if not frames:
        return ModuleProblem(file=default, line=1, column=1, message=said)
    last = frames[-1]
    return ModuleProblem(
        file=own[last.filename], line=last.lineno or 1, column=(last.colno or 0) + 1, message=said
    )


def _frames(error: BaseException, own: Iterable[str]) -> list[traceback.FrameSummary]:
    return [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in own]
