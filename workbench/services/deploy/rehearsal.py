"""Rehearses a deploy: what a new model would make otherwise of all that is stored (W18)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import TYPE_CHECKING

from workbench.errors import InvalidEvent, UnknownEvent
from workbench.services.deploy.changed_sections import ChangedSection, changed_sections
from workbench.services.deploy.command_rehearsal import CommandRehearsal
from workbench.services.deploy.rehearsed import Rehearsed
from workbench.services.deploy.row_rehearsal import RowRehearsal
from workbench.services.deploy.stream_rehearsal import StreamRehearsal
from workbench.services.deploy.two_models import SideModel, Told, both_sides, state_fields
from workbench.services.design.schema_trial import reason_of
from workbench.services.project.model_reload import difference
from workbench.services.worlds.compare import StoreDifference
from workbench.store.paging import LogWalk

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.model.projection import Projection
    from workbench.model.registry import Registry
    from workbench.project.project import Project
    from workbench.store.ports import Reader


def rehearse_deploy(reader: Reader, before: Project, after: Project, told: Told) -> Rehearsed:
    """Compares what two models make of a log; for a thread: it may take long.

    What both models have in common is not folded: aggregates that are the same, read models of one
    definition, events that one text reads.

    Args:
        reader: Of its own, with the names under which the new model stores types (U3).

    Raises:
        WorldError: The store cannot be read, or there is no room for rows that are folded.
    """
    old, new = before.registry, after.registry
    sides = both_sides(old, new)
    found = Rehearsed(head=reader.head())
    found.looked["stream"] = reader.stream_count()
    changed = changed_aggregates(before, after)
    found.sections = changed_sections(before, after)
    found.changes = [*_changes(old, new, changed), *_changed(found.sections)]
    _events(reader, sides, found, told)
    commands = CommandRehearsal(reader, sides, changed, found, told)
    streams = StreamRehearsal(reader, sides, commands, found, told)
    streams.run([name for name, _ in reader.categories() if name in changed])
    commands.of_several()
    rows = RowRehearsal(reader, sides, found, told)
    for name in changed_projections(old, new):
        rows.run(name)
    return found


def changed_aggregates(before: Project, after: Project) -> list[str]:
    """Returns the names of aggregates that are not known to be the same.

    Declared ones are where one was taken over from the other, those in Python where no module changed.
    """
    old, new = before.registry, after.registry
    same_code = before.digest == after.digest

    def same(name: str) -> bool:
        one, other = old.aggregates.get(name), new.aggregates.get(name)
        if one is other or one is None or other is None:
            return one is other
        in_code = not (old.declared[name].fold or new.declared[name].fold)
        return same_code and in_code and one.state_hash == other.state_hash

    return [name for name in {**old.aggregates, **new.aggregates} if not same(name)]


def changed_projections(old: Registry, new: Registry) -> list[str]:
    """Returns the names of read models that both fold from events, but otherwise."""
    return [
        name
        for name, one in new.projections.items()
        if (known := old.projections.get(name)) is not None
        and not one.by_handlers
        and not known.by_handlers
        and known.definition_hash() != one.definition_hash()
    ]


def _changes(old: Registry, new: Registry, changed: Iterable[str]) -> Iterator[str]:
    """Says what of the model itself is another: names that came or went, fields of states, columns."""
    yield from filter(None, difference(old, new).split("; "))
    for name in changed:
        if name in old.aggregates and name in new.aggregates:
            fields = (state_fields(one, name) for one in (old, new))
            yield from _came_and_went(f"state of {name}", *fields)
    for name in changed_projections(old, new):
        columns = (_columns(one.projections[name]) for one in (old, new))
        yield from _came_and_went(f"columns of {name}", *columns)


def _changed(sections: Iterable[ChangedSection]) -> Iterator[str]:
    if said := [str(one) for one in sections if one.change == "changed"]:
        yield f"changed: {', '.join(said)}"


def _columns(projection: Projection) -> tuple[str, ...]:
    return tuple(name for name, _ in projection.shape())


def _came_and_went(what: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[str]:
    for word, one, other in (("new", after, before), ("gone", before, after)):
        if names := [name for name in one if name not in other]:
            yield f"{what}: {word} {', '.join(names)}"


def _events(reader: Reader, sides: tuple[SideModel, SideModel], found: Rehearsed, told: Told) -> None:
    """Notes stored events that the old model reads and the new one cannot."""
    old, new = sides
    wants = _read_otherwise(old, new)
    if not any(map(wants, {*old.registry.events, *old.called, *new.registry.events})):
        return
    walk = LogWalk(reader=reader, wants=wants, upto=found.head, step=partial(told, "Reading events"))
    for event in walk.events():
        found.looked["event"] += 1
        if not (said := _unread(new, event)) or _unread(old, event):
            continue
        found.differs(
            StoreDifference(
                kind="event",
                where=event.stream,
                key=event.type,
                ours="loads",
                theirs=said,
                since=event.position,
            )
        )


def _read_otherwise(old: SideModel, new: SideModel) -> Callable[[str], bool]:
    """Returns whether events of a type are read by another text than before."""

    @cache
    def wants(name: str) -> bool:
        before = old.registry.events.get(old.called.get(name, name))
        after = new.registry.events.get(name)
        return before is not None and (after is None or not after.made_of or after.made_of != before.made_of)

    return wants


def _unread(side: SideModel, event: RecordedEvent) -> str:
    """Returns why a model cannot read a stored event; empty where it can."""
    own = side.own(event)
    try:
        side.registry.read_event(own)
    except (InvalidEvent, UnknownEvent) as error:
        return reason_of(own.type, error)
    return ""
