"""Checks a text as it is typed, and knows what stands in it: names by kind, and what expressions may use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from workbench.errors import ModelError
from workbench.model.expressions.closures import Scope as Names
from workbench.model.pydantic_messages import summary_of
from workbench.model.registry import Definitions, Registry
from workbench.project.contradictions import contradictions
from workbench.project.declared.compiler import compile_declared
from workbench.project.declared.field_types import TYPE_NAMES
from workbench.project.declared.section_kinds import DECLARED, KINDS
from workbench.project.project import model_of, without_collecting
from workbench.project.project_file import ProjectFile, filters_of, read_document, written_values
from workbench.project.scenarios import read_scenarios
from workbench.services.design.marks.mark import DesignMark
from workbench.services.design.references import NAME_SPACES
from workbench.tusk import Document, Problem, Scope, TskError, ValueKind, parse_in_part
from workbench.tusk.document import Path

if TYPE_CHECKING:
    from workbench.services.design.gestures import DesignNode
    from workbench.services.design.references import Reference

Advise = Callable[[ProjectFile, Registry, Sequence[Problem]], Sequence[DesignMark]]
"""Returns what is worth a second look in a model, see `marks_of`."""
KnownNames = Mapping[str, Mapping[str, str]]
"""What names of a kind there are, each with what is said of it; by the kinds of `meanings`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedText:
    """A text with everything that is wrong with it, and what is known of it.

    Attributes:
        document: As much of it as can be read.
        names: What can be named in it, by kind.
        scopes: The names that each expression may use, by its path; of a project file only.
        project: The project file that it belongs to; itself for that.
        running: The model that runs, where the project file does not say everything of it.
        marks: What is worth a second look, where nothing is wrong and Python brings no part of the model.
        looked_at: Whether that was looked for.
        is_read: Whether all of it can be read; else what is wrong with what it says is not known.
        misnamed: What it names and does not declare, with all places that do, see `with_misnamed`.
    """

    document: Document
    problems: tuple[Problem, ...] = ()
    names: KnownNames = field(default_factory=dict)
    scopes: Mapping[Path, Names] = field(default_factory=dict)
    project: Document
    running: Registry | None = None
    marks: tuple[DesignMark, ...] = ()
    looked_at: bool = False
    is_read: bool = True
    misnamed: Mapping[DesignNode, Sequence[Reference]] = field(default_factory=dict)

    @property
    def mistakes(self) -> list[Problem]:
        """What is wrong: the problems that are no warnings."""
        return [one for one in self.problems if not one.warning]


def check_project_text(
    text: str,
    path: FilePath,
    *,
    environ: Mapping[str, str],
    running: Registry | None,
    advise: Advise = lambda _file, _registry, _warnings: (),
    in_part: bool = False,
) -> CheckedText:
    """Checks the text of a project file.

    Args:
        running: The model that runs, where Python modules bring parts of it.
        advise: Finds what is worth a second look.
        in_part: Look for it also where something is wrong, in the parts that compile.
    """
    with without_collecting():
        return _checked(text, path, environ, running, advise, in_part=in_part)


def _checked(
    text: str,
    path: FilePath,
    environ: Mapping[str, str],
    running: Registry | None,
    advise: Advise,
    *,
    in_part: bool,
) -> CheckedText:
    document, faults = parse_in_part(text, path.name)
    scopes: dict[Path, Names] = {}
    try:
        file, said = read_document(document, path, environ=environ), list[Problem]()
    except TskError as error:
        file, said = None, list(error.found)
    lenient = file is None or bool(file.settings.cqrs.modules)
    made, found = _compiled(document, path, file, scopes, environ, lenient=lenient)
    problems = tuple(faults or sorted([*said, *found]))
    looks = not lenient and (in_part or all(one.warning for one in problems))
    marks = _marks(file, made, problems, advise) if looks and file is not None else None
    return CheckedText(
        document=document,
        problems=problems,
        names=names_in(document, running),
        scopes=scopes,
        project=document,
        running=running,
        is_read=not faults,
        marks=marks or (),
        looked_at=marks is not None,
    )


def _marks(
    file: ProjectFile, made: Definitions, problems: Sequence[Problem], advise: Advise
) -> tuple[DesignMark, ...] | None:
    """Returns what is worth a second look; None where what compiles makes no model."""
    try:
        return tuple(advise(file, model_of(file, [made]), [one for one in problems if one.warning]))
    except ModelError:
        return None  # opening the project says so


def _compiled(
    document: Document,
    path: FilePath,
    file: ProjectFile | None,
    scopes: dict[Path, Names],
    environ: Mapping[str, str],
    *,
    lenient: bool,
) -> tuple[Definitions, list[Problem]]:
    """Compiles what is declared; without readable settings only for what expressions may use."""
    if file is None:
        resolved, _, _ = written_values(document, path, environ=environ)
        declared = {kind: resolved.values[kind] for kind in DECLARED if kind in resolved.values}
        return compile_declared(document, declared, lenient=True, scopes=scopes)[0], []
    settings = file.settings
    made, found = compile_declared(
        document,
        file.declared,
        topics=[topic.name or key for key, topic in settings.topics.items()],
        filters=filters_of(settings, file.written),
        lenient=lenient,
        scopes=scopes,
    )
    handlers = None if lenient else set(made.handlers)
    return made, [*found, *contradictions(settings, file.problem, handlers)]


def check_scenario_text(text: str, name: str, project: Document, running: Registry) -> CheckedText:
    """Checks the text of a scenario file.

    Args:
        name: Of the file, relative to the project.
        project: The project file, where the model's parts are declared.
        running: The model that runs; scenarios are about it.
    """
    document, faults = parse_in_part(text, name)
    if not faults:
        try:
            read_scenarios(text, name, running)
        except TskError as error:
            faults = list(error.found)
    names = names_of_model(running)
    return CheckedText(
        document=document, problems=tuple(faults), names=names, project=project, running=running
    )


def names_in(document: Document, running: Registry | None) -> KnownNames:
    """Returns what can be named in a project file, by the kinds of `references`.

    Args:
        running: The model that runs, where Python modules bring parts of it.
    """
    found: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    if running is not None:
        found |= {kind: dict(names) for kind, names in names_of_model(running).items()}
    for dotted, scope in document.sections.items():
        kind, _, name = dotted.partition(".")
        if name and kind in KINDS:
            for space in NAME_SPACES.get(kind, (kind,)):
                found.setdefault(space, {})[name] = text_of(scope, "description")
    for section, kind in (("types", "type"), ("topics", "topic"), ("subscriptions", "consumer")):
        found[kind] = found.get(kind, {}) | dict(_entries(document, section))
    found["type"] |= dict.fromkeys(TYPE_NAMES, "")
    slices = ("command", "event", "projection", "consumer", "query", "handler", "topic")
    found["step"] = {name: words for kind in slices for name, words in found.get(kind, {}).items()}
    return found


def names_of_model(model: Registry) -> KnownNames:
    """Returns what a model names, by kind."""
    kinds = {
        "aggregate": model.aggregates,
        "event": model.events,
        "command": model.commands,
        "projection": model.projections,
        "topic": model.topics,
        "consumer": {**model.subscriptions, **model.reactors},
        "handler": model.handlers,
    }
    found = {
        kind: {name: summary_of(str(getattr(one, "doc", "") or "")) for name, one in parts.items()}
        for kind, parts in kinds.items()
    }
    return found | {"actor": dict(model.actors)}


def _entries(document: Document, section: str) -> Iterator[tuple[str, str]]:
    """Yields the names of the blocks of a section, by which others know them."""
    scope = document.sections.get(section)
    for key, entry in scope.entries.items() if scope is not None else ():
        inner = entry.value.scope
        yield (
            (text_of(inner, "name") or key, text_of(inner, "description")) if inner is not None else (key, "")
        )


def text_of(scope: Scope, key: str) -> str:
    """Returns the text of a key; empty where it has none."""
    entry = scope.entries.get(key)
    return str(entry.value.plain) if entry is not None and entry.value.kind is ValueKind.STRING else ""
