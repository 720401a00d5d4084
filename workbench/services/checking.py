"""Checks a project: every problem of its files and modules with its place, and whether its store fits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import ModelError, NotFound, ProjectError
from workbench.model.registry import Registry
from workbench.project.project import load_project
from workbench.project.promises import unmet
from workbench.project.reading import project_root, read_settings
from workbench.project.samples import PROJECT_FILE
from workbench.project.scenarios import find_scenarios
from workbench.project.sources import module_path
from workbench.services.tables import misfits
from workbench.services.trusting import trust_of
from workbench.tusk import parse

_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One problem; lines and columns count from 1."""

    file: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        said = f"{self.file}:{self.line}:{self.column}: {self.code} {self.message}"
        return f"{said} ({self.hint})" if self.hint else said


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check found.

    Attributes:
        unseen: Modules that were not imported, because nobody trusts them; only their syntax was checked.
        model: How many things of each kind the model has; empty where it could not be built.
    """

    name: str
    complaints: tuple[Complaint, ...]
    unseen: tuple[str, ...] = ()
    model: Mapping[str, int]


def check_project(target: Path, environ: Mapping[str, str], *, trust: bool = False) -> Verdict:
    """Reads a project's file, and where its modules are trusted, these and its scenarios.

    Args:
        trust: The person trusts the project's modules as they are now.

    Raises:
        NotFound: There is no such folder, or no project file in it.
    """
    root = project_root(target)
    if not root.is_dir():
        raise NotFound(f"there is no folder {target}", hint="give a project folder or its project.tsk")
    try:
        file = read_settings(root, environ=environ)
        project = load_project(root, environ=environ, trusted=trust_of(environ, trust=trust), file=file)
    except ProjectError as error:
        complaints = [_complaint(problem, root) for problem in error.problems]
        seen = {Path(one.file) for one in complaints}
        complaints += [one for file in _named_modules(root) if file not in seen for one in _syntax(file)]
        return Verdict(name=root.resolve().name, complaints=tuple(complaints), model={})
    if project.restricted:
        files = [module_path(root, name) for name in project.modules]
        found = [complaint for file in files for complaint in _syntax(file)]
        unseen = tuple(str(file) for file in files)
        return Verdict(name=project.name, complaints=tuple(found), unseen=unseen, model={})
    scenarios = [problem for one in find_scenarios(root, project.registry) for problem in one.problems]
    found = [_complaint(problem, root) for problem in (*unmet(file, project.registry), *scenarios)]
    found += [_of_table(error, root) for error in misfits(project)]
    return Verdict(name=project.name, complaints=tuple(found), model=counts(project.registry))


def counts(registry: Registry) -> dict[str, int]:
    """Returns how many things of each kind a model has, leaving out kinds that it has none of."""
    kinds: dict[str, Sequence[object] | Mapping[str, object]] = {
        "aggregates": registry.aggregates,
        "commands": registry.commands,
        "events": registry.events,
        "queries": registry.queries,
        "projections": registry.projections,
        "policies": [kind for kind in registry.reactors.values() if not kind.stateful],
        "processes": [kind for kind in registry.reactors.values() if kind.stateful],
        "topics": registry.topics,
        "subscriptions": registry.subscriptions,
    }
    return {name: len(found) for name, found in kinds.items() if found}


def _complaint(problem: object, root: Path) -> Complaint:
    """Reads a problem of any of a project's files; places are shown from where the person stands."""
    file = Path(str(getattr(problem, "file", root / "project.tsk")))
    return Complaint(
        file=str(file if file.is_absolute() or file.is_relative_to(root) else root / file),
        line=getattr(problem, "line", 1),
        column=getattr(problem, "column", 1),
        code=getattr(problem, "code", "M-IMPORT"),
        message=getattr(problem, "message", str(problem)),
        hint=getattr(problem, "hint", ""),
    )


def _of_table(error: ModelError, root: Path) -> Complaint:
    file = str(root / PROJECT_FILE)
    return Complaint(file=file, line=1, column=1, code="M-TABLE", message=error.message, hint=error.hint)


def _named_modules(root: Path) -> list[Path]:
    """Returns the modules that a project file names, as far as it can be read at all."""
    try:
        entry = parse((root / PROJECT_FILE).read_bytes(), PROJECT_FILE).find(("cqrs", "modules"))
    except (OSError, ProjectError):
        return []
    names = [item.plain for item in entry.value.items] if entry is not None else []
    files = [module_path(root, name) for name in names if isinstance(name, str) and _MODULE.fullmatch(name)]
    return [file for file in files if file.is_file()]


def _syntax(file: Path) -> list[Complaint]:
    """Finds what is wrong with a module's syntax; nothing of it is run."""
    try:
        compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
    except OSError as error:
        said = f"it cannot be read: {error.strerror or error}"
        return [Complaint(file=str(file), line=1, column=1, code="M-IMPORT", message=said)]
    except SyntaxError as error:
        return [
            Complaint(
                file=str(file),
                line=error.lineno or 1,
                column=error.offset or 1,
                code="M-IMPORT",
                message=f"SyntaxError: {error.msg}",
            )
        ]
    except ValueError as error:
        return [Complaint(file=str(file), line=1, column=1, code="M-IMPORT", message=str(error))]
    return []


def in_words(model: Mapping[str, int]) -> str:
    """Says how many things of each kind there are: ``1 aggregate, 2 events``; empty for none."""
    return ", ".join(f"{count} {name if count > 1 else _single(name)}" for name, count in model.items())


def _single(name: str) -> str:
    """Returns the word for one thing of a kind."""
    words = {"queries": "query", "policies": "policy", "processes": "process"}
    return words.get(name, name.removesuffix("s"))
