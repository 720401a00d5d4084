"""Reads a project file: text to values to settings, every problem with its place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workbench.errors import NotFound
from workbench.model.messaging import Route, Routing
from workbench.project.contradictions import contradictions
from workbench.project.declared.compiler import compile_declared
from workbench.project.declared.filter_compiler import Filtered
from workbench.project.declared.section_kinds import DECLARED
from workbench.project.drop_invalid import settings_without_faults
from workbench.project.samples import PROJECT_FILE
from workbench.project.setting_faults import ALIASES, problems_of, written_at
from workbench.project.settings import Settings
from workbench.tusk import Document, Problem, Resolved, TskError, digest_of, parse, read_file, resolve

OFFSETS = {"max_retries": 1}
"""What such a name counts less: the first try is no retry."""


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
            one for fault in error.errors(include_url=False) for one in problems_of(document, fault, written)
        ]
        rest = settings_without_faults(values)
        filters = () if rest is None else filters_of(rest, written)
        modules = _has_modules(values)
        found += compile_declared(
            document, declared, topics=_topics(values), filters=filters, lenient=modules
        )[1]
        if rest is not None:
            left = ProjectFile(path=path, document=document, settings=rest, written=written)
            found += contradictions(left.settings, left.problem)
        found = [one for one in found if (one.line, one.column) not in broken]
        found = [one for one in found if not one.warning]
        found = [replace(one, message=resolved.masked(one.message)) for one in found]
        raise TskError(sorted([*resolved.problems, *found])) from None
    if resolved.problems:
        raise TskError(sorted(resolved.problems))
    marks = {path: digest_of(document.dump()), **resolved.files}
    return ProjectFile(
        path=path, document=document, settings=settings, written=written, declared=declared, marks=marks
    )


def filters_of(settings: Settings, written: Mapping[tuple[str, ...], tuple[str, ...]]) -> list[Filtered]:
    """Returns the filters of subscriptions, with their places and the events that may come to them."""
    section = settings.routing
    routes = tuple(
        Route(pattern=one.pattern, topics=tuple(one.topics), name=key) for key, one in section.routes.items()
    )
    routing = Routing(routes, section.default_topic)
    return [
        Filtered(written_at(("subscriptions", key, "filter"), written), one.filter, one.topic, routing)
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
