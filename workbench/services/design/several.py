"""What a person does to several things at once, each as one change of the texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from workbench.errors import InvalidValue
from workbench.model.counts import counted
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode, why_no_name
from workbench.services.design.owners import (
    aggregate_of,
    neighbour,
    places_of,
    with_owner,
    with_place,
    without_idle,
)
from workbench.services.design.references import streams_of
from workbench.services.design.relations import check_declared, declared_names, section_path
from workbench.services.design.section_lists import actions
from workbench.services.design.section_piece import piece_of
from workbench.tusk import Document, add_section

OWNED = ("command", "event")
"""Kinds that belong to an aggregate."""
MANY = {"query": "queries", "policy": "policies", "process": "processes"}
"""Kinds of which several are not just called so with an s."""


def counted_kinds(kinds: Sequence[str]) -> str:
    """Returns how many there are of each kind, the most first: ``3 events, 2 commands``."""
    found = Counter(kinds).most_common()
    return ", ".join(counted(count, kind, MANY.get(kind, "")) for kind, count in found)


def texts_of(text: DesignText, nodes: Sequence[DesignNode]) -> str:
    """Returns the exact texts of things, in the order of the file, each with its comments."""
    found = [piece_of(text.project, one.kind, one.name, bare=True) for one in nodes]
    pieces = sorted((one for one in found if one is not None), key=lambda one: one.first_line)
    return "\n".join(f"{one.head}{one.text.rstrip()}\n" for one in pieces)


def why_not_owned(nodes: Sequence[DesignNode]) -> str:
    """Says why things cannot belong to another aggregate; empty where they can."""
    others = dict.fromkeys(one.kind for one in nodes if one.kind not in OWNED)
    return f"Only commands and events belong to an aggregate, no {next(iter(others))} does" if others else ""


def joined_by_emit(text: DesignText, nodes: Sequence[DesignNode]) -> list[DesignNode]:
    """Returns commands and events with what has to follow them to another aggregate.

    That is what emits the events, and what it emits of the same aggregate. A command for several goes
    with its events: those of its other aggregates stay.

    Raises:
        InvalidValue: A command for several is given without one of its events, which would say the aggregate.
    """
    document, pairs, found = text.project, list(_emits(text.project)), dict.fromkeys(nodes)
    while True:
        leaves = set(_leaving(document, pairs, found))
        more = [one for one, event in pairs if event in found]
        more += [event for one, event in pairs if (one, _owner(document, event)) in leaves]
        if found.keys() >= set(more):
            break
        found |= dict.fromkeys(more)
    for one in nodes:
        known = [place.aggregate for place in places_of(document, one.name)] if one.kind == "command" else []
        if len(known) > 1 and not any(command == one for command, _ in leaves):
            said = f"{one.name} is for {' and '.join(known)}"
            raise InvalidValue(
                said, path="", hint="choose the events of it that shall be of another aggregate"
            )
    return list(found)


def _owner(document: Document, node: DesignNode) -> str:
    return aggregate_of(document, node.kind, node.name)


def _leaving(
    document: Document, pairs: Sequence[tuple[DesignNode, DesignNode]], moving: Collection[DesignNode]
) -> Iterator[tuple[DesignNode, str]]:
    """Yields commands that move, each with an aggregate that it is for no more then."""
    for one in moving:
        if one.kind == "command":
            if len(known := places_of(document, one.name)) == 1:
                yield one, known[0].aggregate
            for event in (event for command, event in pairs if command == one and event in moving):
                yield one, _owner(document, event)


def _emits(document: Document) -> Iterator[tuple[DesignNode, DesignNode]]:
    for name in declared_names(document, "command"):
        for does, event in actions(document, section_path("command", name)):
            if does == "emit":
                yield DesignNode("command", name), DesignNode("event", event)


def moved_to(text: DesignText, nodes: Sequence[DesignNode], owner: str) -> DesignText:
    """Returns the texts with commands and events, and what has to follow them, in another aggregate.

    An aggregate that is not there is made; one that says nothing and is left empty goes. Names stay, also
    of fields; the streams of the events in scenarios follow.

    Raises:
        InvalidValue: Something is no command or event, is not declared, the name cannot be one, or a command
            would be for one aggregate twice.
    """
    if why := why_not_owned(nodes) or why_no_name(owner):
        raise InvalidValue(why, path="")
    document = text.project
    for one in nodes:
        check_declared(document, one.kind, one.name)
    known = {kind: set(declared_names(document, kind)) for kind in OWNED}
    moving = [one for one in joined_by_emit(text, nodes) if one.name in known[one.kind]]
    leaves = list(dict.fromkeys(_leaving(document, list(_emits(document)), moving)))
    events = {one.name: _owner(document, one) for one in moving if one.kind == "event"}
    streams = [one for one, event in streams_of(text, events) if one.name == events[event]]
    if f"aggregate.{owner}" not in document.sections:
        document = add_section(document, f"aggregate.{owner}", {}, after=neighbour(document, "aggregate", ""))
    for event in events:
        document = with_owner(document, event, owner)
    for one, before in leaves:
        document = with_place(document, one.name, before, owner) if before != owner else document
    for before in dict.fromkeys([*events.values(), *(before for _, before in leaves)]):
        document = without_idle(document, before) if before != owner else document
    for file in dict.fromkeys(one.file for one in streams):
        pieces = [(one.start, one.end, one.renamed(owner)) for one in streams if one.file == file]
        text = text.exchanged(file, pieces)
    return text.with_project(document)
