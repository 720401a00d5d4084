"""Imports the Python modules that a project names, only when it is trusted (contract §10)."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.model.registry import Definitions


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleProblem:
    """Why a module gave no definitions; reads like a compiler's line."""

    file: Path
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: M-IMPORT {self.message}"


class ModuleError(WorkbenchError):
    """A module of the project could not be used."""

    def __init__(self, problem: ModuleProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def module_path(root: Path, name: str) -> Path:
    """Returns the file of a module of the project: ``billing.cards`` is ``billing/cards.py``."""
    return root.joinpath(*name.split(".")).with_suffix(".py")


def modules_hash(root: Path, names: Sequence[str]) -> str:
    """Returns a digest of the modules' names and contents; a change asks for trust again."""
    digest = hashlib.sha256()
    for name in sorted(names):
        path = module_path(root, name)
        digest.update(name.encode() + b"\0")
        digest.update(path.read_bytes() if path.is_file() else b"missing")
    return digest.hexdigest()


def import_definitions(root: Path, name: str) -> Definitions:
    """Imports one module and returns its ``DEFINITIONS``; the folder never comes onto ``sys.path``.

    Raises:
        ModuleError: There is no such file, it fails, or it defines nothing; with the place.
    """
    path = module_path(root, name)
    if not path.is_file():
        raise ModuleError(ModuleProblem(file=path, line=1, column=1, message="there is no such module"))
    unique = f"workbench_project_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(unique, path)
    if spec is None or spec.loader is None:
        raise ModuleError(ModuleProblem(file=path, line=1, column=1, message="it cannot be imported"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[unique] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[unique]
        raise ModuleError(_place(path, error)) from error
    found = getattr(module, "DEFINITIONS", None)
    if not isinstance(found, Definitions):
        said = "it needs DEFINITIONS = Definitions(…), which says what it brings"
        raise ModuleError(ModuleProblem(file=path, line=1, column=1, message=said))
    return found


def _place(path: Path, error: Exception) -> ModuleProblem:
    if isinstance(error, SyntaxError):
        return ModuleProblem(
            file=path, line=error.lineno or 1, column=error.offset or 1, message=f"SyntaxError: {error.msg}"
        )
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == path]
    line = own[-1].lineno if own and own[-1].lineno else 1
    column = (own[-1].colno or 0) + 1 if own else 1
    return ModuleProblem(file=path, line=line, column=column, message=f"{type(error).__name__}: {error}")
