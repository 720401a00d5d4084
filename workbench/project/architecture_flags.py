"""Holds a project to the flags of its architecture sections: true is a promise, false forbids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from workbench.model.messaging import Mode, Start
from workbench.model.registry import Registry
from workbench.project.project_file import ProjectFile
from workbench.tusk import Problem

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPart:
    """Something that a project has.

    Attributes:
        said: What it is, as the end of a sentence: ``subscription x is a queue``.
        place: Where it is declared in the project file; a part of a module stands in none.
    """

    said: str
    place: Path


Parts = Callable[[Registry, ProjectFile], Iterator[ProjectPart]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a flag is about.

    Attributes:
        wanted: What a project needs to have where the flag is true, such as ``an aggregate``.
        parts: What it has of that kind; where the flag is false, it may have none.
        forbids: Whether false forbids them; else it changes what the engine does.
    """

    wanted: str
    parts: Parts
    forbids: bool = True


def unmet(file: ProjectFile, registry: Registry) -> list[Problem]:
    """Returns the promises that a project does not keep yet; it can be opened anyway.

    Args:
        registry: Of the whole model, its modules included.
    """
    found = [
        file.problem(
            (section, flag),
            "S-PROMISE",
            f"{flag} is true, yet the project has no {promise.wanted}",
            f"declare one, or leave {flag} out",
        )
        for section, flag, promise in _flags(file, said=True)
        if not any(promise.parts(registry, file))
    ]
    return sorted(found)


def forbidden(file: ProjectFile, registry: Registry) -> list[Problem]:
    """Returns what a project has although a flag forbids it."""
    found = [
        _forbidden(file, section, flag, part)
        for section, flag, promise in _flags(file, said=False)
        if promise.forbids
        for part in promise.parts(registry, file)
    ]
    return sorted([*found, *_snapshots_anyway(file)])


def _forbidden(file: ProjectFile, section: str, flag: str, part: ProjectPart) -> Problem:
    said = f"{flag} is false, yet {part.said}"
    line = file.problem((section, flag), "", "").line
    place = part.place if _stands(file, part.place) else (section, flag)
    return file.problem(place, "S-PROMISE", said, f"take it out, or {flag} in line {line}")


def _stands(file: ProjectFile, place: Path) -> bool:
    """Whether the project file itself declares something."""
    return ".".join(place) in file.document.sections or file.document.find(place) is not None


def _flags(file: ProjectFile, *, said: bool) -> Iterator[tuple[str, str, Promise]]:
    """Yields the flags that are set so, with their sections."""
    for section, flags in PROMISES.items():
        settings = getattr(file.settings, section)
        for flag, promise in flags.items():
            if getattr(settings, flag) is said:
                yield section, flag, promise


def _snapshots_anyway(file: ProjectFile) -> Iterator[Problem]:
    """Finds how often snapshots are taken, where none are to be taken."""
    if file.settings.event_sourcing.snapshot_pattern is not False:
        return
    places: list[Path] = [("event_store", "snapshot_every")]
    places += [("aggregate", name, "snapshot_every") for name in file.declared.get("aggregate", ())]
    for place in places:
        if file.document.find(file.written.get(place, place)) is not None:
            said = "snapshot_pattern is false, yet this says how often snapshots are taken"
            yield file.problem(place, "S-PROMISE", said, "take it out, or snapshot_pattern")


# -- what a project has -------------------------------------------------------------------------------------


def _each(kind: str, names: Iterable[str]) -> Iterator[ProjectPart]:
    for name in names:
        yield ProjectPart(said=f"{name} is {'an' if kind[0] == 'a' else 'a'} {kind}", place=(kind, name))


def _aggregates(registry: Registry, _file: ProjectFile) -> Iterator[ProjectPart]:
    return _each("aggregate", registry.aggregates)


def _commands(registry: Registry, _file: ProjectFile) -> Iterator[ProjectPart]:
    return _each("command", registry.commands)


def _queries(registry: Registry, _file: ProjectFile) -> Iterator[ProjectPart]:
    return _each("query", registry.queries)


def _projections(registry: Registry, _file: ProjectFile) -> Iterator[ProjectPart]:
    return _each("projection", registry.projections)


def _reading_apart(registry: Registry, file: ProjectFile) -> Iterator[ProjectPart]:
    yield from (*_projections(registry, file), *_queries(registry, file))


def _separated(registry: Registry, file: ProjectFile) -> Iterator[ProjectPart]:
    """Yields the read side of a project, as far as it has a write side."""
    if registry.commands:
        yield from _reading_apart(registry, file)


def _subscriptions(_registry: Registry, file: ProjectFile) -> Iterator[ProjectPart]:
    for key in file.settings.subscriptions:
        yield ProjectPart(said=f"{key} is a subscription", place=("subscriptions", key))


def _of_mode(mode: Mode, word: str) -> Parts:
    def parts(_registry: Registry, file: ProjectFile) -> Iterator[ProjectPart]:
        for key, one in file.settings.subscriptions.items():
            if one.mode is mode:
                yield ProjectPart(said=f"subscription {key} is {word}", place=("subscriptions", key))

    return parts


def _reacting(registry: Registry, file: ProjectFile) -> Iterator[ProjectPart]:
    for one in registry.reactors.values():
        kind = "process" if one.stateful else "policy"
        yield ProjectPart(said=f"{one.name} is a {kind}", place=(kind, one.name))
    yield from _subscriptions(registry, file)


def _replayed(registry: Registry, file: ProjectFile) -> Iterator[ProjectPart]:
    for name in registry.projections:
        yield ProjectPart(said=f"projection {name} is made from all events", place=("projection", name))
    for key, one in file.settings.subscriptions.items():
        if one.start != Start.NEW.value:
            said = f"subscription {key} begins at {one.start}; it could begin at new"
            yield ProjectPart(said=said, place=("subscriptions", key))


def _topics(_registry: Registry, file: ProjectFile) -> Iterator[ProjectPart]:
    for key in file.settings.topics:
        yield ProjectPart(said=f"{key} is a topic", place=("topics", key))


_SOURCING = Promise(wanted="aggregate", parts=_aggregates)
_CQRS = Promise(wanted="command with a projection or query beside it", parts=_separated)
_QUEUES = Promise(wanted="subscription", parts=_subscriptions)
_STREAMS = Promise(wanted="policy, process or subscription", parts=_reacting)
_READ_MODELS = Promise(wanted="projection", parts=_projections)

PROMISES: dict[str, dict[str, Promise]] = {
    "event_driven_architecture": {
        "event_sourcing": _SOURCING,
        "cqrs": _CQRS,
        "message_queues": _QUEUES,
        "reactive_streams": _STREAMS,
    },
    "event_configuration": {
        "enable_event_sourcing": _SOURCING,
        "enable_cqrs": _CQRS,
        "enable_message_queues": _QUEUES,
        "enable_streaming": _STREAMS,
    },
    "event_sourcing": {
        "aggregate_pattern": _SOURCING,
        "event_replay": Promise(
            wanted="projection or subscription that is made from all events", parts=_replayed
        ),
        "snapshot_pattern": Promise(wanted="aggregate", parts=_aggregates, forbids=False),
        "projection_pattern": _READ_MODELS,
    },
    "cqrs_architecture": {
        "command_handlers": Promise(wanted="command", parts=_commands),
        "query_handlers": Promise(wanted="query", parts=_queries),
        "read_models": _READ_MODELS,
        "write_models": _SOURCING,
    },
    "message_queues": {
        "publish_subscribe": Promise(
            wanted="subscription of that mode", parts=_of_mode(Mode.PUBLISH_SUBSCRIBE, "publish/subscribe")
        ),
        "point_to_point": Promise(wanted="queue", parts=_of_mode(Mode.POINT_TO_POINT, "a queue")),
        "dead_letter_queues": Promise(wanted="subscription", parts=_subscriptions, forbids=False),
        "message_persistence": Promise(wanted="topic", parts=_topics, forbids=False),
    },
}
