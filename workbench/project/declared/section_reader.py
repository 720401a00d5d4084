"""Reads the declared sections of a project file: which there are, and whether each says what it can say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from workbench.project.declared.field_section import FieldSection, FieldSpec
from workbench.project.declared.other_names import column_hint, key_hint, key_meant, shape_hint
from workbench.project.declared.projection_sections import ProjectionSection, QuerySection
from workbench.project.declared.section_kinds import DECLARED, KINDS, TYPES
from workbench.project.declared.section_repair import Repair
from workbench.project.declared.sections import (
    SECTIONS,
    ActorSection,
    AggregateSection,
    CommandSection,
    EventSection,
    ExternalSection,
    FlowSection,
    HandlerSection,
    InvariantSection,
    PolicySection,
    ProcessSection,
    keys_of,
)
from workbench.project.declared.source_locations import Path
from workbench.project.setting_faults import code_of, words_of
from workbench.tusk import Document, Problem, Scope

_FIELD: TypeAdapter[FieldSection] = TypeAdapter(FieldSpec)


@dataclass(slots=True)
class Sections:
    """The declared sections, by kind and name.

    Attributes:
        renamed: Keys as they are written, by the path of the key that was meant.
        unread: Paths of what could not be read in sections that can be read otherwise.
        broken: Kind and name of what is declared, but nothing of it can be read.
    """

    types: dict[str, FieldSection] = field(default_factory=dict)
    aggregates: dict[str, AggregateSection] = field(default_factory=dict)
    events: dict[str, EventSection] = field(default_factory=dict)
    commands: dict[str, CommandSection] = field(default_factory=dict)
    projections: dict[str, ProjectionSection] = field(default_factory=dict)
    policies: dict[str, PolicySection] = field(default_factory=dict)
    processes: dict[str, ProcessSection] = field(default_factory=dict)
    queries: dict[str, QuerySection] = field(default_factory=dict)
    handlers: dict[str, HandlerSection] = field(default_factory=dict)
    actors: dict[str, ActorSection] = field(default_factory=dict)
    externals: dict[str, ExternalSection] = field(default_factory=dict)
    flows: dict[str, FlowSection] = field(default_factory=dict)
    invariants: dict[str, InvariantSection] = field(default_factory=dict)
    renamed: dict[Path, str] = field(default_factory=dict)
    unread: set[Path] = field(default_factory=set)
    broken: set[tuple[str, str]] = field(default_factory=set)

    @property
    def stand_ins(self) -> dict[str, HandlerSection]:
        """What stands in for outside systems, by their names."""
        return {name: one.stand_in for name, one in self.externals.items() if one.stand_in is not None}

    def of(self, kind: str) -> dict[str, Any]:
        """Returns the sections of a kind."""
        return getattr(self, _PLURALS.get(kind, f"{kind}s"))  # type: ignore[no-any-return]


_PLURALS = {"policy": "policies", "process": "processes", "query": "queries"}


def read_sections(document: Document, values: Mapping[str, Any]) -> tuple[Sections, list[Problem]]:
    """Returns what can be read of the declared sections, and what is wrong with them."""
    sections, contents = Sections(), document.sections.contents()
    problems = list(_misplaced(document))
    if isinstance(named := values.get(TYPES), dict):
        for name in _own_keys(contents, TYPES, named):
            found = _Reading(document, (TYPES, name), _FIELD.validate_python, FieldSection)
            one = found.read(named[name], sections, problems)
            if one is not None:
                sections.types[name] = one
    for dotted in contents:
        kind, _, name = dotted.partition(".")
        if kind not in KINDS or not name:
            continue
        one, scope, known = contents[dotted].made, contents[dotted], len(problems)
        if one is None:
            path = (kind, *name.split("."))
            given = _at(values, path)
            given = {key: given[key] for key in _own_keys(contents, dotted, given)}
            model = SECTIONS[kind]
            one = _Reading(document, path, model.model_validate, model).read(given, sections, problems)
            if scope.constant is not None and len(problems) == known:
                scope.made = one
        if one is not None:
            sections.of(kind)[name] = one
        else:
            sections.broken.add((kind, name))
    return sections, problems


def _own_keys(contents: Mapping[str, Scope], dotted: str, given: Mapping[str, Any]) -> list[str]:
    """Returns the keys of a section itself, without the sections whose names go on behind its own."""
    scope = contents.get(dotted)
    return [key for key in scope.entries if key in given] if scope is not None else []


def _at(values: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    found: Any = values
    for step in path:
        found = found.get(step, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def _misplaced(document: Document) -> Iterator[Problem]:
    """Finds what declares something, but not in a section with a name."""
    for key in document.top.entries:
        if key in DECLARED:
            said = f"{key} declares nothing before the first section"
            yield document.problem((key,), "S-UNKNOWN", said, f"write {_example(key)}", key=True)
    for name in document.sections:
        kind, _, rest = name.partition(".")
        if name in KINDS:
            scope, said = document.sections[name], f"[{name}] needs the name of what it declares"
            yield document.places.problem(
                scope.start, scope.end, "S-UNKNOWN", said, f"write {_example(name)}"
            )
        elif kind == TYPES and rest:
            scope, said = document.sections[name], f"types stand in one section, [{TYPES}]"
            yield document.places.problem(scope.start, scope.end, "S-UNKNOWN", said)


def _example(kind: str) -> str:
    return f"[{TYPES}]" if kind == TYPES else f"[{kind}.name]"


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a section is read."""

    document: Document
    path: Path
    validate: Callable[[Any], Any]
    model: type[BaseModel]

    def read(self, given: Any, sections: Sections, problems: list[Problem]) -> Any:
        """Returns what can be read of a section, and notes what cannot; None where nothing can."""
        try:
            return self.validate(given)
        except ValidationError as error:
            faults = error.errors(include_url=False)
            problems += [_problem(self.document, self.path, self.model, one) for one in faults]
            repair = Repair(given, self._meant)
            found = repair.read(self.validate, error)
            if found is not None:
                sections.renamed |= {(*self.path, *inner): key for inner, key in repair.renamed.items()}
                sections.unread |= {(*self.path, *inner) for inner in repair.unread}
            return found

    def _meant(self, inner: Path) -> str:
        return key_meant(inner[-1], _keys_of(_model_at(self.model, inner[:-1])))


def _problem(document: Document, path: Path, model: type[BaseModel], error: ErrorDetails) -> Problem:
    inner = tuple(str(part) for part in error["loc"] if part != "[key]")
    place, kind = (*path, *inner), error["type"]
    name = place[-1]
    if kind == "extra_forbidden":
        block = _model_at(model, inner[:-1])
        hint = key_hint(inner[-1], _keys_of(block), _keys_of(block, path[0]))
        return document.problem(place, "S-UNKNOWN", f"{name} has no meaning here", hint, key=True)
    said = words_of(error)
    if said.startswith(("should ", "is ")):
        said = f"{name} {said}"
    is_block = name in {"fields", "columns"} or place[0::2] == ("process", "on")
    written = f"{name} {{ … }}" if is_block else f'{name}: "…"'
    hint = f"write {written}" if kind == "missing" else ""
    if name in _ACTS and isinstance(error["input"], list):
        hint = f'do {{ … }} has several: do {{ one {{ {name}: "…" }}, another {{ {name}: "…" }} }}'
    if kind == "literal_error" and "columns" in inner:
        hint = column_hint(error["input"])
    if kind in _SHAPED:
        hint = hint or shape_hint(place)
    return document.problem(place, code_of(error), said, hint, key=kind == "missing")


_ACTS = ("emit", "issue", "publish")
_SHAPED = {"dict_type", "model_type", "model_attributes_type", "bool_type", "bool_parsing"}
"""Where something was written in another shape than it has."""


def _keys_of(model: Any, kind: str = "") -> list[str]:
    """Returns the keys of a block; with a kind of section, those that have a meaning in it."""
    return keys_of(kind, model) if model is not None else []


def _model_at(model: Any, path: Path) -> Any:
    """Returns what reads the block at a path inside another one; None where there is none."""
    for step in path:
        if not _is_model(model):
            return None
        fields = {one.alias or name: one for name, one in model.model_fields.items()}
        if step in fields:
            model = _model_in(fields[step].annotation) or model
    return model if _is_model(model) else None


def _model_in(annotation: Any) -> Any:
    """Returns the model that an annotation is about, if it is about one."""
    if _is_model(annotation):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_in(one))), None)


def _is_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)
