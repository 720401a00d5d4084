"""Finds, before a project runs, what would make it fail; each with its place."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.engine.world import World
from workbench.errors import (
    InvalidEvent,
    InvalidValue,
    NoHandler,
    StoreNotAllowed,
    UnknownEvent,
    WorkbenchError,
)
from workbench.interop.json_records import read_lines
from workbench.interop.ndjson import RecordProblem, parse_line
from workbench.model.clock import SystemClock
from workbench.model.consistency import Contradiction
from workbench.model.error_text import error_sentence
from workbench.model.event import StoredData
from workbench.model.hints import in_brackets
from workbench.model.project_code import ProjectCode
from workbench.model.registry import Registry
from workbench.model.secrets import without_secrets
from workbench.project.module_import import place_in
from workbench.project.project import STORY_FILE, Project
from workbench.project.project_file import ProjectFile, read_settings
from workbench.project.python_sources import place_of_name
from workbench.project.samples import PROJECT_FILE
from workbench.project.scenarios import find_scenarios
from workbench.services.commands.command_story import command_in
from workbench.services.design.marks.stored_marks import is_unfit
from workbench.services.maintenance.store_owner import check_place, owner_for
from workbench.services.monitor import Monitor
from workbench.services.project.stored_parts import unusable_parts
from workbench.store.memory.store import MemoryStore
from workbench.store.store_file import remembered_owner, scan
from workbench.tusk import Problem, open_file

STREAMS = 50_000
"""Streams whose events are folded, too, while a store is looked at; of others they are only read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing that would make the project fail at run time.

    Attributes:
        file: From the project's folder.
    """

    file: str
    line: int = 1
    column: int = 1
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        said = f"{self.file}:{self.line}:{self.column}: {self.code} {self.message}"
        return in_brackets(said, self.hint)


# -- the model --------------------------------------------------------------------------------------------


def model_problems(
    project: Project, found: Iterable[Contradiction], environ: Mapping[str, str]
) -> list[Problem | Complaint]:
    """Returns what parts of the model say of each other that is not so, where they are declared."""
    listed = list(found)
    file = read_settings(project.root, environ=environ) if listed else None
    return [_placed(project, file, one) for one in listed if file is not None]


def _placed(project: Project, file: ProjectFile, one: Contradiction) -> Problem | Complaint:
    """Finds where a part is declared: in the project file, else where a module writes its name."""
    said = f"{one.kind} {one.name}: {one.message}"
    section = f"{one.kind}.{one.name}"
    if section in file.document.sections or file.document.find((one.kind, one.name)) is not None:
        return file.problem((one.kind, *one.name.split(".")), "M-MODEL", said, one.hint, key=True)
    if (place := place_of_name(project.root, project.modules, one.name)) is not None:
        return Complaint(
            file=place[0],
            line=place[1],
            column=place[2],
            code="M-MODEL",
            message=said,
            hint=one.hint,
        )
    return Complaint(file=PROJECT_FILE, code="M-MODEL", message=said, hint=one.hint)


# -- its scenarios and its story --------------------------------------------------------------------------


def story_problems(project: Project) -> list[Any]:
    """Returns what is wrong with the scenarios, and with the commands of the story."""
    problems = [one for file in find_scenarios(project.root, project.registry) for one in file.problems]
    return [*problems, *_story(project)]


def _story(project: Project) -> Iterator[Complaint]:
    if project.story is None:
        if os.path.lexists(project.root / STORY_FILE):
            yield Complaint(file=STORY_FILE, code="C-STORY", message="it is no file of the project's folder")
        return
    try:
        with open_file(project.story) as file:
            for number, line in read_lines(file):
                if said := _command(project.registry, number, line):
                    yield Complaint(file=STORY_FILE, line=number, code="C-STORY", message=said)
    except OSError as error:
        said = f"it cannot be read: {error.strerror or error}"
        yield Complaint(file=STORY_FILE, code="C-STORY", message=said)


def _command(registry: Registry, number: int, line: bytes) -> str:
    """Says why a line is no command of the model; empty if it is one."""
    value = parse_line(number, line)
    if isinstance(value, RecordProblem):
        return value.message
    try:
        name, fields, _ = command_in(value, registry)
    except InvalidValue as error:
        return error.message
    try:
        with ProjectCode(f"{name} could not be read"):
            registry.command(name).parse(fields)
    except NoHandler as error:
        return in_brackets(error.message, error.hint)
    except Exception as error:  # noqa: BLE001  # validators are the model's own code
        said = error.message if isinstance(error, WorkbenchError) else error_sentence(error)
        return f"{name}: {without_secrets(said, value)}"
    return ""


# -- what is stored ---------------------------------------------------------------------------------------


def store_problems(
    project: Project, environ: Mapping[str, str], *, allow: bool
) -> Sequence[Problem | Complaint]:
    """Returns what is wrong with the project's store: its place, its owner, what the model cannot read.

    Args:
        allow: The person allows a store outside the folder, or another project's (T3).
    """
    try:
        check_place(project.root, project.store_path, environ, allow=allow)
        if not project.store_path.is_file() or not project.store_path.stat().st_size:
            return []
        found = [*_unread(project), *_unusable(project)]
        owner_for(project, environ, allow=allow)(remembered_owner(project.store_path))
    except WorkbenchError as error:
        place = read_settings(project.root, environ=environ).problem(
            ("event_store", "path"), "S-STORE", error.message, error.hint
        )
        code = "S-STORE" if isinstance(error, StoreNotAllowed) else "E-STORE"
        return [replace(place, code=code)]
    return found


def _unread(project: Project) -> Iterator[Complaint]:
    """Finds events of the model's streams that the model cannot read or fold, by type and version."""
    store = place_in(project.root, project.store_path)
    wrong: Counter[tuple[str, int]] = Counter()
    first: dict[tuple[str, int], tuple[str, str]] = {}
    folded = _Folded(project.registry)
    for stream, event in scan(project.store_path, project.registry.named):
        if (trouble := folded.trouble(stream, event)) is not None:
            kind = (event.type, event.schema_version)
            wrong[kind] += 1
            first.setdefault(kind, trouble)
    for (name, version), count in wrong.items():
        said, hint = first[name, version]
        events = "1 stored event" if count == 1 else f"{count:,} stored events"
        message = f"{events} of {name}, version {version}: {said}"
        yield Complaint(file=store, code="E-STORED", message=message, hint=hint)


def unfit_in(project: Project) -> Counter[str]:
    """Returns how many stored events do not fit, by type."""
    types = project.registry.events
    events = (event for _, event in scan(project.store_path, project.registry.named) if event.type in types)
    return Counter(event.type for event in events if is_unfit(types[event.type], event))


def _unusable(project: Project) -> Iterator[Complaint]:
    store = place_in(project.root, project.store_path)
    for message, hint in unusable_parts(project.registry, project.store_path):
        yield Complaint(file=store, code="E-STORED", message=message, hint=hint)


class _Folded:
    """The states of streams as a scan goes through the log."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._states: dict[str, Any] = {}
        self._broken: set[str] = set()

    def trouble(self, stream: str, event: StoredData) -> tuple[str, str] | None:
        """Says why the next event of a stream cannot be used and what to do; None if it can."""
        registry = self._registry
        aggregate = registry.aggregate_of_stream(stream)
        if event.type not in registry.events and aggregate is None:
            return None  # of another program: it is shown, and nothing folds it
        try:
            typed = registry.read_event(event)
        except (UnknownEvent, InvalidEvent) as error:
            self._broken.add(stream)
            return error.message, _way_out(registry, event.type, event.schema_version)
        if aggregate is None or stream in self._broken:
            return None
        if stream not in self._states and len(self._states) >= STREAMS:
            return None
        try:
            with ProjectCode(f"evolve of {aggregate.name} failed"):
                self._states[stream] = aggregate.evolve(self._states.get(stream), typed)
        except Exception as error:  # noqa: BLE001  # the model's own code
            self._broken.add(stream)
            told = error.message if isinstance(error, WorkbenchError) else error_sentence(error)
            said = without_secrets(told, event.data)
            return f"position {event.position} cannot be folded: {said}", f"fix evolve of {aggregate.name}"
        return None


def _way_out(registry: Registry, name: str, version: int) -> str:
    known = registry.events.get(name)
    if known is None:
        return f"declare {name} again; what is stored stays"
    if version > known.version:
        return "open the project with the model that wrote them"
    if version == known.version:
        return f"make it version {version + 1}, with an upcast from {version}"
    return f"fix its upcast from {version}"


# -- starting ---------------------------------------------------------------------------------------------


async def start_problems(project: Project) -> list[Complaint]:
    """Returns why the engine would not start with this model, tried on an empty store that is thrown away."""
    clock = SystemClock()
    world = World(project, MemoryStore(clock), clock)
    try:
        await world.start()
        Monitor(world).projections()
    except Exception as error:  # noqa: BLE001  # whatever the model brings meets the engine here
        said = error.message if isinstance(error, WorkbenchError) else error_sentence(error)
        hint = error.hint if isinstance(error, WorkbenchError) else ""
        message = f"the engine does not start with this model: {said}"
        return [Complaint(file=PROJECT_FILE, code="M-START", message=message, hint=hint)]
    finally:
        await world.stop()
    return []
