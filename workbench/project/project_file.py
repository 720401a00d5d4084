"""Reads a project file: text to values to settings, every problem with its place in the file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from workbench.errors import NotFound
from workbench.model.expressions.flaws import InvalidExpression
from workbench.model.messaging import Route, Routing
from workbench.project.declared.compiler import compile_declared
from workbench.project.declared.filter_compiler import Filtered
from workbench.project.declared.section_kinds import DECLARED
from workbench.project.declared.source_locations import SourceLocations
from workbench.project.drop_invalid import settings_without_faults
from workbench.project.samples import PROJECT_FILE
from workbench.project.settings import Settings
from workbench.tusk import Document, Problem, Resolved, TskError, digest_of, parse, read_file, resolve

ALIASES = {
    "snapshot_frequency": "snapshot_every",
    "snapshot_interval": "snapshot_every",
    "max_retries": "max_attempts",
    "retry_max_delay": "max_delay",
    "timeout": "handler_timeout",
    "default": "default_topic",
}
"""Names that other tools give the same settings."""

OFFSETS = {"max_retries": 1}
"""What such a name counts less: the first try is no retry."""

_WORDS = {
    "int_type": "should be a whole number",
    "int_from_float": "should be a whole number",
    "float_type": "should be a number",
    "string_type": "should be text between quotes",
    "bool_type": "should be true or false",
    "list_type": 'should be a list such as ["a", "b"]',
    "dict_type": "should be a block { … }",
    "model_type": "should be a block { … }",
    "model_attributes_type": "should be a block { … }",
    "string_too_short": "should not be empty",
    "too_short": "should not be empty",
    "string_too_long": "should have at most 255 characters",
    "missing": "is missing",
}
_RANGES = {
    "greater_than_equal", "less_than_equal", "greater_than", "less_than", "string_too_short",
    "string_too_long", "too_short",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFile:
    """A project file that was read.

    Attributes:
        path: The file; its folder is the project.
        document: Its text with the places of all values.
        written: For each setting where it is written, if it has another name or place there.
        declared: Values of the sections that declare a model.
        marks: This file and those that it refers to, with the digests of what was read.
    """

    path: Path
    document: Document
    settings: Settings
    written: Mapping[tuple[str, ...], tuple[str, ...]]
    declared: Mapping[str, Any] = field(default_factory=dict)
    marks: Mapping[Path, str] = field(default_factory=dict)

    def problem(
        self, path: tuple[str, ...], code: str, message: str, hint: str = "", *, key: bool = False
    ) -> Problem:
        """Makes a problem of a setting, at the place where it is written."""
        return self.document.problem(self.written.get(path, path), code, message, hint, key=key)


def project_root(path: Path) -> Path:
    """Returns the folder of a project, whether its folder or its file is given."""
    return path.parent if path.name == PROJECT_FILE or path.suffix == ".tsk" else path


def read_settings(root: Path, *, environ: Mapping[str, str]) -> ProjectFile:
    """Reads the project file of a folder.

    Args:
        environ: For ``@env``.

    Raises:
        NotFound: There is no project file.
        TskError: Everything that is wrong with it.
    """
    path = root / PROJECT_FILE
    try:
        data = read_file(path)
    except OSError as error:
        raise NotFound(
            f"there is no project in {root}: {PROJECT_FILE} cannot be read ({error.strerror or error})",
            hint=f"choose a folder with a {PROJECT_FILE}, or open a sample",
        ) from error
    return read_document(parse(data, PROJECT_FILE), path, environ=environ)


def read_document(document: Document, path: Path, *, environ: Mapping[str, str]) -> ProjectFile:
    """Reads the settings of a project file's text.

    Args:
        path: The file; its folder is the project.

    Raises:
        TskError: Everything that is wrong with it.
    """
    resolved, values, written = written_values(document, path, environ=environ)
    declared = {kind: resolved.values[kind] for kind in DECLARED if kind in resolved.values}
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        broken = {(problem.line, problem.column) for problem in resolved.problems}
        found = [
            one for fault in error.errors(include_url=False) for one in _problems(document, fault, written)
        ]
        rest = settings_without_faults(values)
        filters = () if rest is None else filters_of(rest, written)
        modules = _has_modules(values)
        found += compile_declared(
            document, declared, topics=_topics(values), filters=filters, lenient=modules
        )[1]
        if rest is not None:
            left = ProjectFile(path=path, document=document, settings=rest, written=written)
            found += _references(left)
        found = [one for one in found if (one.line, one.column) not in broken]
        found = [replace(one, message=resolved.masked(one.message)) for one in found]
        raise TskError(in_order([*resolved.problems, *found])) from None
    if resolved.problems:
        raise TskError(in_order(resolved.problems))
    marks = {path: digest_of(document.dump()), **resolved.files}
    return ProjectFile(
        path=path, document=document, settings=settings, written=written, declared=declared, marks=marks
    )


def _references(left: ProjectFile) -> list[Problem]:
    """Returns undeclared names, in what is left of settings of which other things are wrong."""
    from workbench.project.project import contradictions

    return contradictions(left)


def filters_of(settings: Settings, written: Mapping[tuple[str, ...], tuple[str, ...]]) -> list[Filtered]:
    """Returns the filters of subscriptions, with their places and the events that may come to them."""
    section = settings.routing
    routes = tuple(
        Route(pattern=one.pattern, topics=tuple(one.topics), name=key) for key, one in section.routes.items()
    )
    routing = Routing(routes, section.default_topic)
    return [
        Filtered(_written_at(("subscriptions", key, "filter"), written), one.filter, one.topic, routing)
        for key, one in settings.subscriptions.items()
        if one.filter
    ]


def _topics(values: Mapping[str, Any]) -> list[str]:
    """Returns the names of topics in settings that may be wrong otherwise."""
    topics = values.get("topics")
    found = topics.items() if isinstance(topics, dict) else ()
    return [str((isinstance(one, dict) and one.get("name")) or key) for key, one in found]


def _has_modules(values: Mapping[str, Any]) -> bool:
    section = values.get("cqrs")
    return isinstance(section, dict) and bool(section.get("modules"))


def written_values(
    document: Document, path: Path, *, environ: Mapping[str, str]
) -> tuple[Resolved, dict[str, Any], dict[tuple[str, ...], tuple[str, ...]]]:
    """Returns what a file says, right or wrong: as found, settings under their names, and their places."""
    resolved = resolve(document, path, root=path.parent, environ=environ)
    settings = {name: value for name, value in resolved.values.items() if name not in DECLARED}
    return resolved, *_canonical(settings)


def place_for(path: tuple[str, ...]) -> tuple[str, ...]:
    """Returns where a setting that is not there yet is written: routes stand in ``[routing]`` itself."""
    return (path[0], *path[2:]) if path[:2] == ("routing", "routes") and len(path) > 2 else path


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Returns problems in the order in which they stand in their files."""
    return sorted(problems, key=lambda one: (one.file, one.line, one.column))


def _canonical(
    values: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[tuple[str, ...], tuple[str, ...]]]:
    """Gives every setting its own name and place; returns also where each of them is written."""
    written: dict[tuple[str, ...], tuple[str, ...]] = {}
    known = {name: _rename((name,), (name,), section, written) for name, section in values.items()}
    routing = known.get("routing")
    if isinstance(routing, dict):
        routes = {key: value for key, value in routing.items() if isinstance(value, dict)}
        for key, route in routes.items():
            del routing[key]
            for inner in ("", *route):
                place = tuple(part for part in ("routing", key, inner) if part)
                written[("routing", "routes", *place[1:])] = written.get(place, place)
        routing["routes"] = routes
    return known, written


def _rename(
    path: tuple[str, ...],
    place: tuple[str, ...],
    value: Any,
    written: dict[tuple[str, ...], tuple[str, ...]],
) -> Any:
    if not isinstance(value, dict):
        return value
    renamed: dict[str, Any] = {}
    for key, inner in value.items():
        name = key if isinstance(inner, dict) else _own_name(key)
        if name in value and name != key:
            name = key  # both are given: the alias stays, and is told as unknown
        written[(*path, name)] = (*place, key)
        renamed[name] = _rename((*path, name), (*place, key), inner, written)
        if name != key and key in OFFSETS and type(inner) is int:
            renamed[name] = inner + OFFSETS[key]
    return renamed


def _own_name(key: str) -> str:
    return ALIASES.get(key, key)


def _problems(
    document: Document, error: ErrorDetails, written: Mapping[tuple[str, ...], tuple[str, ...]]
) -> list[Problem]:
    """Returns what a setting that pydantic refuses is told as: a broken expression at each of its flaws."""
    raised = error.get("ctx", {}).get("error")
    if not isinstance(raised, InvalidExpression):
        return [_problem(document, error, written)]
    place = _written_at(tuple(str(part) for part in error["loc"]), written)
    return [SourceLocations(document).flaw(place, flaw) for flaw in raised.flaws]


def _problem(
    document: Document, error: ErrorDetails, written: Mapping[tuple[str, ...], tuple[str, ...]]
) -> Problem:
    path = tuple(str(part) for part in error["loc"] if not str(part).startswith("["))
    kind = error["type"]
    place = _written_at(path, written)
    if kind == "extra_forbidden":
        return document.problem(
            place, "S-UNKNOWN", f"{path[-1]} is not a setting here", _did_you_mean(path), key=True
        )
    said = words_of(error)
    if path and said.startswith(("should ", "is ")):
        said = f"{path[-1]} {said}"
    return document.problem(place, code_of(error), said, key=kind == "missing" and len(path) > 1)


def code_of(error: ErrorDetails) -> str:
    """Returns the code of what pydantic found wrong."""
    return "S-RANGE" if error["type"] in _RANGES else "S-TYPE"


def _written_at(path: tuple[str, ...], written: Mapping[tuple[str, ...], tuple[str, ...]]) -> tuple[str, ...]:
    """Returns where a setting, or the nearest thing around it, is written."""
    for length in range(len(path), 0, -1):
        if path[:length] in written:
            return (*written[path[:length]], *path[length:])
    return path


def words_of(error: ErrorDetails) -> str:
    """Says what pydantic found wrong, to follow the name of a setting."""
    kind, context = error["type"], error.get("ctx", {})
    match kind:
        case "greater_than_equal":
            return f"should be at least {context['ge']:g}"
        case "greater_than":
            return f"should be more than {context['gt']:g}"
        case "less_than_equal":
            return f"should be at most {context['le']:g}"
        case "enum" | "literal_error":
            return f"should be {context['expected']}"
        case "value_error":
            return _sentence(str(context["error"]))
        case _:
            return _WORDS.get(kind, error["msg"].lower())


def _sentence(text: str) -> str:
    """Takes the sentence out of what a validator inside a validator says."""
    lines = [line.strip() for line in text.splitlines() if "Value error, " in line]
    found = lines[0].partition("Value error, ")[2] if lines else text
    return found.partition(" [type=")[0]


def _did_you_mean(path: tuple[str, ...]) -> str:
    known = sorted(_fields_at(path[:-1])) + (list(DECLARED) if len(path) == 1 else [])
    close = difflib.get_close_matches(path[-1], [*known, *ALIASES], n=1, cutoff=0.6)
    if close:
        return f"did you mean {ALIASES.get(close[0], close[0])}?"
    return f"known here: {', '.join(known)}" if known else ""


def _fields_at(path: tuple[str, ...]) -> Iterator[str]:
    model: Any = Settings
    for part in path:
        field = model.model_fields.get(part) if _is_model(model) else None
        if field is not None:
            model = field.annotation
        if not _is_model(model):
            arguments = [one for one in getattr(model, "__args__", ()) if _is_model(one)]
            if not arguments:
                return
            model = arguments[0] if field is None else model
    if _is_model(model):
        yield from (name for name in model.model_fields if name != "routes")


def _is_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)
