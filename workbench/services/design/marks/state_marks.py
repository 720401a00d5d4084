"""Marks of states: fields that no event sets, of aggregates and of processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from workbench.services.design import gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.marks.mark import DesignMark, MarkedModel, MarkFix, MarkKind, Severity
from workbench.services.design.section_lists import put

EMPTY_STATE = MarkKind(
    code="A-STATE",
    severity=Severity.WARNING,
    title="a field of a state that no event sets",
    why="It has always the value with which it begins",
    way="set it by an event, or remove it",
)


def empty_states(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds fields of states that are never set."""
    for name, aggregate in model.sections.aggregates.items():
        events = {one: model.sections.events[one] for one in model.events_of.get(name, ())}
        said = {field for one in events.values() for field in one.set}
        for field in aggregate.state:
            if field not in said and events:
                kept = aggregate.state[field]
                giving = [
                    event
                    for event, one in events.items()
                    if field in one.fields and model.can_hold(kept, one.fields[field])
                ]
                yield _empty(model, "aggregate", name, field, {f"event.{one}": "" for one in giving})
    for name, process in model.sections.processes.items():
        said = {field for one in process.on.values() for field in one.set}
        for field in process.state:
            if field not in said:
                known = {event: model.sections.events.get(event) for event in process.on}
                kept = process.state[field]
                steps = [
                    one
                    for one, event in known.items()
                    if event is not None
                    and field in event.fields
                    and model.can_hold(kept, event.fields[field])
                ]
                yield _empty(model, "process", name, field, {f"process.{name}": one for one in steps})


def _empty(model: MarkedModel, kind: str, name: str, field: str, giving: Mapping[str, str]) -> DesignMark:
    """Makes a mark.

    Args:
        giving: Sections that could set it, each with the step of the process.
    """
    fixes = [
        MarkFix(
            label=f"Set it from {step or section.partition('.')[2]}",
            effect=f'adds set {{ {field}: "event.{field}" }}',
            change=partial(_set, section=section, step=step, field=field),
        )
        for section, step in list(giving.items())[:2]
    ]
    if not model.is_read(field):
        removed = partial(gestures.without_field, node=DesignNode(kind, name), name=field)
        fixes.append(MarkFix(label="Remove the field", effect=f"takes it out of {name}", change=removed))
    message = f"{field} of {name} is never set"
    inside = ("state", field)
    return model.mark(EMPTY_STATE, (kind, name), message, inside=inside, fixes=tuple(fixes), line=field)


def _set(text: DesignText, *, section: str, step: str, field: str) -> DesignText:
    inner = ("on", step) if step else ()
    path = (*section.split("."), *inner, "set", field)
    return text.with_project(put(text.project, path, f"event.{field}"))
