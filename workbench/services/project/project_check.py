"""Checks a project: every problem of its files and modules, and of what its store holds, with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.errors import NotFound, ProjectError
from workbench.model.consistency import contradictions_in
from workbench.model.model_flow import ModelFlow
from workbench.model.registry import Registry
from workbench.project.architecture_flags import unmet
from workbench.project.project import load_project
from workbench.project.project_file import project_root, read_settings
from workbench.project.python_sources import LARGEST, module_path
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.marks.find_marks import marks_of
from workbench.services.design.marks.mark import DesignMark
from workbench.services.project.broken_invariants import broken_invariants
from workbench.services.project.project_trust import trust_of
from workbench.services.project.row_moves import misfits
from workbench.services.project.run_check import (
    Complaint,
    model_problems,
    start_problems,
    store_problems,
    story_problems,
    unfit_in,
)
from workbench.tusk import parse, read_file

_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectReport:
    """What a check found.

    Attributes:
        marks: What is worth a second look; the project runs.
        unseen: Modules that were not imported, because they are not trusted; only their syntax was checked.
        model: How many things of each kind the model has; empty where it could not be built.
        flows: What each thing of the model does and after which rules, by its kind and name, as far as known.
    """

    name: str
    complaints: tuple[Complaint, ...]
    marks: tuple[DesignMark, ...] = ()
    unseen: tuple[str, ...] = ()
    model: Mapping[str, int]
    flows: Mapping[str, Sequence[ModelFlow]] = field(default_factory=dict)


async def check_project(target: Path, environ: Mapping[str, str], *, trust: bool = False) -> ProjectReport:
    """Reads a project's file, and where its modules are trusted, these, its scenarios and its story.

    A store that is there is only looked at: whether the model can still read what it holds.

    Args:
        trust: The person trusts the project's modules, and where its store lies, as they are now.

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
        return ProjectReport(name=root.resolve().name, complaints=tuple(complaints), model={})
    if project.restricted:
        files = [module_path(root, name) for name in project.modules]
        found = [complaint for file in files for complaint in _syntax(file)]
        unseen = tuple(str(file) for file in files)
        return ProjectReport(name=project.name, complaints=tuple(found), unseen=unseen, model={})
    said = [
        *unmet(file, project.registry),
        *model_problems(project, contradictions_in(project.registry), environ),
    ]
    said += story_problems(project)
    stored = store_problems(project, environ, allow=trust)
    said += stored or await start_problems(project)
    if not stored:  # else the store is not to be opened, or its events are the greater trouble
        said += [
            Complaint(file=PROJECT_FILE, code="M-TABLE", message=error.message, hint=error.hint)
            for error in misfits(project)
        ]
        said += broken_invariants(project, file)
    unfit = unfit_in(project) if any(one.code == "E-STORED" for one in stored) else {}
    found = [_complaint(problem, root) for problem in said]
    return ProjectReport(
        name=project.name,
        complaints=tuple(found),
        marks=tuple(_at(root, mark) for mark in marks_of(file, project.registry, project.warnings, unfit)),
        model=counts(project.registry),
        flows=_flows(project.registry),
    )


def _at(root: Path, mark: DesignMark) -> DesignMark:
    """Returns a mark with its file as it is shown from where the person stands."""
    place = mark.place
    return replace(mark, place=replace(place, file=_shown(Path(place.file), root))) if place else mark


def _shown(file: Path, root: Path) -> str:
    return str(file if file.is_absolute() or file.is_relative_to(root) else root / file)


def _flows(registry: Registry) -> dict[str, list[ModelFlow]]:
    """Returns the rules and flows of the model, those of one thing together."""
    found: dict[str, list[ModelFlow]] = {}
    for source, flows in registry.flows.items():
        if flows:
            found.setdefault(source.removeprefix("rules:"), []).extend(flows)
    return found


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
        "invariants": registry.invariants,
    }
    return {name: len(found) for name, found in kinds.items() if found}


def _complaint(problem: object, root: Path) -> Complaint:
    """Reads a problem of any of a project's files; places are shown from where the person stands."""
    file = Path(str(getattr(problem, "file", root / "project.tsk")))
    return Complaint(
        file=_shown(file, root),
        line=getattr(problem, "line", 1),
        column=getattr(problem, "column", 1),
        code=getattr(problem, "code", "M-IMPORT"),
        message=getattr(problem, "message", str(problem)),
        hint=getattr(problem, "hint", ""),
    )


def _named_modules(root: Path) -> list[Path]:
    """Returns the modules that a project file names, as far as it can be read at all."""
    try:
        entry = parse(read_file(root / PROJECT_FILE), PROJECT_FILE).find(("cqrs", "modules"))
    except (OSError, ProjectError):
        return []
    names = [item.plain for item in entry.value.items] if entry is not None else []
    files = [module_path(root, name) for name in names if isinstance(name, str) and _MODULE.fullmatch(name)]
    return [file for file in files if file.is_file()]


def _syntax(file: Path) -> list[Complaint]:
    """Finds what is wrong with a module's syntax; nothing of it is run."""
    name, code = str(file), "M-IMPORT"
    try:
        compile(read_file(file, LARGEST), name, "exec", dont_inherit=True)
    except OSError as error:
        said = f"it cannot be read: {error.strerror or error}"
        return [Complaint(file=name, code=code, message=said)]
    except SyntaxError as error:
        line, column = error.lineno or 1, error.offset or 1
        said = f"SyntaxError: {error.msg}"
        return [Complaint(file=name, line=line, column=column, code=code, message=said)]
    except (ValueError, RecursionError, MemoryError, SystemError) as error:
        return [Complaint(file=name, code=code, message=str(error) or "it is nested too deeply")]
    return []


def in_words(model: Mapping[str, int]) -> str:
    """Says how many things of each kind there are: ``1 aggregate, 2 events``; empty for none."""
    return ", ".join(f"{count} {name if count > 1 else _single(name)}" for name, count in model.items())


def _single(name: str) -> str:
    """Returns the word for one thing of a kind."""
    words = {"queries": "query", "policies": "policy", "processes": "process"}
    return words.get(name, name.removesuffix("s"))
