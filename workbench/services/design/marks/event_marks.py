"""Marks of events: those that nothing reads, and fields that nothing gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from workbench.model.consumers import consumers_of
from workbench.model.registry import Registry
from workbench.project.declared.consequences import sections_of
from workbench.project.declared.field_section import FieldSection
from workbench.project.declared.sections import ActionSection, CommandSection
from workbench.project.declared.source_locations import Path
from workbench.services.design import gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.marks.mark import DesignMark, MarkedModel, MarkFix, MarkKind, Severity
from workbench.services.design.removals import removed_whole
from workbench.services.design.section_lists import put

UNREAD = MarkKind(
    code="A-UNREAD",
    severity=Severity.ADVICE,
    title="an event that nothing reads",
    why="It is kept for ever, but changes no state, fills no read model, and nothing follows from it",
    way="read it in a read model or a policy, let it change the state, or remove it",
)
UNEMITTED = MarkKind(
    code="A-UNEMITTED",
    severity=Severity.ADVICE,
    title="an event that no command emits, where commands emit others of its aggregate",
    why="It happens only where it is imported, so in the story it never does",
    way="emit it from a command, or remove it",
)
EMPTY_FIELD = MarkKind(
    code="A-FIELD",
    severity=Severity.WARNING,
    title="a field of an event that nothing gives",
    why="It is empty, or always the same, in every new event",
    way="add it to the fields of the command, give it under with, or remove it",
)


def unread_events(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds events without a reader that change no state; one that begins an aggregate changes it."""
    read = {event for event, readers in consumers_of(model.registry).items() if readers}
    beginning = {
        event
        for name, command in model.registry.commands.items()
        if command.creates is not False
        for event in _emitted(model.registry, name)
    }
    for name, section in model.sections.events.items():
        if name not in read | beginning and not section.set and not section.upcast:
            yield model.mark(
                UNREAD, ("event", name), f"nothing reads {name}", fixes=tuple(_readers(model, name))
            )


def unemitted_events(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds events that no command emits, where all that emits is known.

    An aggregate of which nothing is emitted has its events from an import, and so may one of older versions.
    """
    if not model.is_all_declared():
        return
    emitted = {event for name in model.registry.commands for event in _emitted(model.registry, name)}
    silent = _silent(model)
    for owner in model.sections.aggregates:
        events = model.events_of.get(owner, ())
        for name in events if emitted.intersection(events) else ():
            if name not in emitted and not model.sections.events[name].upcast:
                fixes = tuple(_emitters(model, silent.get(owner, ()), name))
                yield model.mark(UNEMITTED, ("event", name), f"no command emits {name}", fixes=fixes)


def _silent(model: MarkedModel) -> Mapping[str, Sequence[str]]:
    """Returns the commands that emit nothing, by the aggregates that they are for."""
    found: dict[str, list[str]] = {}
    for name, section in model.sections.commands.items():
        if not any(one.emit for _, one in sections_of((), section)):
            places = (place for several in section.by_key.values() for place in several.items())
            for owner in dict.fromkeys(place.aggregate or role for role, place in places):
                found.setdefault(owner, []).append(name)
    return found


def _emitters(model: MarkedModel, commands: Sequence[str], name: str) -> Iterator[MarkFix]:
    event = DesignNode("event", name)
    for command in (one for one in commands if _brings(model, one, name)):
        yield MarkFix(
            label=f"Emit it from {command}",
            effect=f'adds emit: "{name}"',
            change=partial(gestures.linked, source=DesignNode("command", command), target=event),
        )
    yield from _removal(model, name, "with what reads it")


def _brings(model: MarkedModel, command: str, event: str) -> bool:
    """Whether a command asks for all that an event needs."""
    asked = model.sections.commands[command].fields
    return all(
        model.may_be_null(said) or (field in asked and model.can_hold(said, asked[field]))
        for field, said in model.sections.events[event].fields.items()
    )


def _removal(model: MarkedModel, name: str, effect: str) -> Iterator[MarkFix]:
    """Yields what removes an event, unless a handler or what stands in for one is about it alone."""
    stands = [one.stand_in for one in model.sections.externals.values() if one.stand_in is not None]
    if not any(name in one.event for one in (*model.sections.handlers.values(), *stands)):
        removed = partial(removed_whole, node=DesignNode("event", name))
        yield MarkFix(label="Remove the event", effect=effect, change=removed)


def _emitted(registry: Registry, command: str) -> Iterator[str]:
    for one in registry.flows_of(f"command:{command}"):
        if one.verb == "emits":
            yield one.name


def _readers(model: MarkedModel, name: str) -> Iterator[MarkFix]:
    event = DesignNode("event", name)
    owner = model.sections.events[name].aggregate or name.partition(".")[0]
    family = set(model.events_of.get(owner, ()))
    readers = [one for one, section in model.sections.projections.items() if family & set(section.on)]
    for reader in readers[:1]:
        yield MarkFix(
            label=f"Read it in {reader}",
            effect=f"adds {name} to its events",
            change=partial(gestures.linked, source=event, target=DesignNode("projection", reader)),
        )
    new = f"{owner}_list"
    if not readers and not model.declares("projection", new):
        yield MarkFix(
            label="Add a read model that reads it",
            effect=f"adds [projection.{new}]",
            change=partial(gestures.made, kind="projection", name=new, after=event),
        )
    yield from _removal(model, name, "with what emits it")


def empty_fields(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds fields that may be missing and that no command gives, where all that emits is known."""
    emitted: dict[str, list[tuple[str, Path, ActionSection]]] = {}
    for name, command in model.sections.commands.items():
        for path, one in sections_of((), command):
            if one.emit:
                emitted.setdefault(one.emit, []).append((name, path, one))
    for event, section in model.sections.events.items():
        for field in section.fields:
            places = emitted.get(event, [])
            lacking = [one for one in places if not _gives(model.sections.commands[one[0]], one[2], field)]
            if places and len(lacking) == len(places):
                yield _empty_field(model, event, field, lacking)


def _gives(command: CommandSection, action: ActionSection, field: str) -> bool:
    return field in action.given or field in command.fields


def _empty_field(
    model: MarkedModel, event: str, field: str, places: list[tuple[str, Path, ActionSection]]
) -> DesignMark:
    commands = list(dict.fromkeys(name for name, _, _ in places))
    said = " nor ".join(commands)
    message = f"{field} of {event} has no source: {'neither ' if len(commands) > 1 else ''}{said} "
    message += "brings it, and no with gives it" if len(commands) > 1 else "does not bring it"
    asked = MarkFix(
        label=f"Add it to the fields of {' and '.join(commands)}",
        effect=f"adds {field} to {', '.join(commands)}",
        change=partial(_asked, event=event, field=field, commands=commands),
    )
    wanted = model.sections.events[event].fields[field]
    states = [_state_of(model, one[0]).get(field) for one in places]
    stated = [one for one in states if one is not None and model.can_hold(wanted, one)]
    fixes = [asked]
    if len(stated) == len(places):
        fixes.append(
            MarkFix(
                label="Take it from the state",
                effect=f"gives {field}: state.{field}",
                change=partial(_from_state, field=field, places=[(name, path) for name, path, _ in places]),
            )
        )
    fixes.append(
        MarkFix(
            label="Remove the field",
            effect=f"takes it out of {event}",
            change=partial(gestures.without_field, node=DesignNode("event", event), name=field),
        )
    )
    part = ("event", event)
    return model.mark(EMPTY_FIELD, part, message, inside=("fields", field), fixes=tuple(fixes), line=field)


def _state_of(model: MarkedModel, command: str) -> Mapping[str, FieldSection]:
    """Returns the fields of the state that a command surely sees."""
    places = model.sections.commands[command].changes
    role, place = next(iter(places.items()), ("", None))
    owner = model.sections.aggregates.get(place.aggregate or role) if place is not None else None
    return owner.state if owner is not None else {}


def _asked(text: DesignText, *, event: str, field: str, commands: list[str]) -> DesignText:
    said = gestures.fields_of(text, DesignNode("event", event))[field]
    document = text.project
    for name in commands:
        document = put(document, ("command", *name.split("."), "fields", field), said)
    return text.with_project(document)


def _from_state(text: DesignText, *, field: str, places: list[tuple[str, Path]]) -> DesignText:
    document = text.project
    for name, path in places:
        document = put(document, ("command", *name.split("."), *path, "with", field), f"state.{field}")
    return text.with_project(document)
