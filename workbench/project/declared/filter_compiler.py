"""Filters of subscriptions, checked with what is known of the messages that come to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from workbench.model.expressions.closures import Variable
from workbench.model.expressions.message_names import MESSAGE
from workbench.model.expressions.value_kinds import ANY, Kind, Type, common, record
from workbench.model.messaging import Routing
from workbench.model.registry import Definitions
from workbench.project.declared.compilation import Compilation, CompiledPart
from workbench.project.declared.section_reader import Sections
from workbench.project.declared.source_locations import Path


@dataclass(frozen=True, slots=True)
class Filtered:
    """A filter, where it is written, and how events come to its topic."""

    path: Path
    expression: str
    topic: str
    routing: Routing


def open_topics(sections: Sections, known: Iterable[Definitions]) -> frozenset[str] | None:
    """Returns the topics to which handlers publish what they like; None if that may be any."""
    if any(module.handlers for module in known):
        return None
    found: set[str] = set()
    for section in (*sections.handlers.values(), *sections.stand_ins.values()):
        found |= {one.publish for one in (section, *section.do.values()) if one.publish}
    return frozenset(found)


def check_filter(draft: Compilation, one: Filtered, loose: frozenset[str] | None) -> None:
    """Finds what is wrong with a filter; the fields of data are known where only declared events come."""
    parts = [part for name, part in draft.events.items() if one.topic in one.routing.topics_of(name)]
    scope = dict(MESSAGE)
    if parts and not draft.lenient and loose is not None and one.topic not in loose:
        names = tuple(part.name for part in parts)
        scope["data"] = Variable(_data_of(parts), MESSAGE["data"].get)
        scope["type"] = Variable(Type(kind=Kind.STRING, choices=names), MESSAGE["type"].get)
    draft.condition(one.path, one.expression, scope)


def _data_of(parts: list[CompiledPart]) -> Type:
    """Returns what the data of several events have in common; each may lack what another one has."""
    fields: dict[str, list[Type]] = {}
    for part in parts:
        for name, known in (as_stored(part.type, lenient=True).fields or {}).items():
            fields.setdefault(name, []).append(known)
    return record({name: common(types) for name, types in fields.items()}, keyed=True)


def as_stored(data: Type, *, lenient: bool = False) -> Type:
    """Returns the type of an event's data as messages carry it: JSON, where a time or a decimal is text.

    Args:
        lenient: Fields and items are read of what may be null: a filter then matches nothing.
    """
    if data.kind is Kind.RECORD and data.fields is not None:
        fields = {
            data.written.get(name, name): as_stored(one, lenient=lenient) for name, one in data.fields.items()
        }
        return replace(record(fields, keyed=True, nullable=data.nullable), lenient=lenient)
    if data.kind is Kind.LIST or data.item is not None:
        return replace(data, item=as_stored(data.item or ANY, lenient=lenient), lenient=lenient)
    if data.kind in {Kind.TIME, Kind.DECIMAL, Kind.UUID}:
        return Type(kind=Kind.STRING, nullable=data.nullable)
    return data
