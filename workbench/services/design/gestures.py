"""What a person does on the board, each as a change of the texts: make, link, fields, rename, remove."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.errors import InvalidValue
from workbench.model.json_values import visible
from workbench.project.declared.section_kinds import KINDS
from workbench.services.design.beginnings import begun_event, begun_projection
from workbench.services.design.design_text import DesignText
from workbench.services.design.field_lines import plain_value
from workbench.services.design.form_changes import with_field_line
from workbench.services.design.mentions import without_mention
from workbench.services.design.owners import (
    aggregate_for,
    aggregate_of,
    begun_command,
    is_for,
    neighbour,
    own_word,
    with_command_of,
)
from workbench.services.design.place_names import renamed_piece
from workbench.services.design.references import (
    HEADER,
    NAME_SPACES,
    Reference,
    patterns_within,
    references,
)
from workbench.services.design.relations import (
    NAMED_ENTRIES,
    a_kind,
    check_declared,
    declared_names,
    place_of,
    relation,
    section_path,
    why_not,
)
from workbench.services.design.section_lists import names_at, put
from workbench.services.design.stored_names import check_stored_names, with_stored_name
from workbench.tusk import Document, TskError, add_section, delete, insert, remove_section

FIELDS = {"projection": "columns", "aggregate": "state", "process": "state"}
"""Where the fields of a kind stand that are not called so."""
_PART = r"[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*"
_LEGAL = re.compile(rf"{_PART}(?:\.{_PART})*")
NAMES = "letters, digits, _ and -; parts have a point between them"
"""What a name consists of."""


@dataclass(frozen=True, slots=True)
class DesignNode:
    """A thing of the model: a kind of section, or ``topic`` or ``subscription``, and its name."""

    kind: str
    name: str


def why_no_name(name: str) -> str:
    """Says why a name cannot be one; empty where it can."""
    return "" if _LEGAL.fullmatch(name) else f"{visible(name) or 'nothing'} cannot be a name"


def exists(text: DesignText, node: DesignNode) -> bool:
    """Whether the project file declares a thing."""
    return place_of(text.project, node.kind, node.name) is not None


def same_node(before: DesignText, after: DesignText, node: DesignNode) -> DesignNode | None:
    """Returns what a thing is after a step: itself, or the one of its kind that has another name since.

    That is the one that stands in its place, or else the only new one. None where it went.
    """
    was, now = list(declared_names(before.project, node.kind)), list(declared_names(after.project, node.kind))
    if node.name in now:
        return node
    if node.name in was and len(was) == len(now) and (there := now[was.index(node.name)]) not in was:
        return DesignNode(node.kind, there)
    new = [one for one in now if one not in was]
    gone = [one for one in was if one not in now]
    return DesignNode(node.kind, new[0]) if len(new) == len(gone) == 1 else None


def full_name(text: DesignText, kind: str, name: str, after: DesignNode | None) -> str:
    """Returns the whole name for what was typed: an event has the name of its aggregate before it."""
    name = name.strip()
    owner = _owner(text.project, after) if kind == "event" else ""
    return f"{owner}.{name}" if owner and "." not in name else name


def _owner(document: Document, after: DesignNode | None) -> str:
    return aggregate_of(document, after.kind, after.name) if after is not None else ""


def owners_for(text: DesignText, name: str, after: DesignNode | None) -> list[str]:
    """Returns the aggregates that a new command can be for, the likely one first."""
    known, own = declared_names(text.project, "aggregate"), own_word(name)
    if after is None:
        return list(dict.fromkeys((*(one for one in known if one == own), *known, own)))
    chosen = _owner(text.project, after)
    first = [chosen] if chosen and after.kind in {"aggregate", "command", "event"} else []
    return list(dict.fromkeys((*first, aggregate_for(text.project, name, chosen), own)))


def made(
    text: DesignText, kind: str, name: str, after: DesignNode | None = None, *, owner: str = ""
) -> DesignText:
    """Returns the texts with a new thing, wired to what it follows by the one relation that makes sense.

    An event with the name of another aggregate before its own moves the command that it follows there.

    Args:
        after: What was selected.
        owner: The aggregate that a command is for, also a new one; empty for the likely one.

    Raises:
        InvalidValue: The name cannot be one, something has it or events are stored under it, what it follows
            is not declared, or the command that an event follows has events of another aggregate.
    """
    if after is not None:
        check_declared(text.project, after.kind, after.name)
    if why := why_no_name(name):
        raise InvalidValue(why, path="", hint=NAMES)
    node = DesignNode(kind, name)
    if exists(text, node):
        raise InvalidValue(
            f"there is {a_kind(kind)} {name} already", path="", hint="link to it, or choose another name"
        )
    document = text.project
    if kind == "command":
        owner = owner or owners_for(text, name, after)[0]
        if after is None or relation(after.kind, kind) is None:
            after = DesignNode("aggregate", owner)
        document = _with_aggregate(document, owner)
    elif kind == "event":
        document, owner = _with_event_of(text, name, after)
    entries = _BEGINNINGS[kind](document, name, after, owner) if kind in _BEGINNINGS else {}
    if kind in NAMED_ENTRIES:
        document = insert(document, section_path(kind, name), entries)
    else:
        behind = neighbour(document, kind, name.rpartition(".")[0] if kind == "event" else owner)
        try:
            document = add_section(document, f"{kind}.{name}", entries, after=behind)
        except TskError as error:  # [handler.a.b] where [handler] has a key a
            raise InvalidValue(error.found[0].message, path="", hint="choose another name") from error
    text = text.with_project(document)
    if after is not None and relation(after.kind, kind) is not None:
        return linked(text, after, node)
    return linked(text, node, after) if after and relation(kind, after.kind) is not None else text


def _with_aggregate(document: Document, owner: str) -> Document:
    if f"aggregate.{owner}" in document.sections:
        return document
    return add_section(document, f"aggregate.{owner}", {}, after=neighbour(document, "aggregate", ""))


def _with_event_of(text: DesignText, name: str, after: DesignNode | None) -> tuple[Document, str]:
    """Returns the aggregate of a new event, and the text in which the command that it follows is for that."""
    document = text.project
    owner, said = _owner(document, after), name.rpartition(".")[0]
    if f"aggregate.{said}" not in document.sections:
        return document, owner
    if after is not None and after.kind == "command" and not is_for(document, after.name, said):
        document = with_command_of(text, after.name, said)
    return document, said


def linked(text: DesignText, source: DesignNode, target: DesignNode) -> DesignText:
    """Returns the texts with a wire from one thing to another; one that is there already stays.

    Raises:
        InvalidValue: Nothing can lead from the one kind to the other, and what can; one is not declared.
    """
    for one in (source, target):
        check_declared(text.project, one.kind, one.name)
    found = relation(source.kind, target.kind)
    if found is None:
        raise InvalidValue(why_not(source.kind, target.kind), path="")
    document = text.project
    if found.linked(document, source.name, target.name):
        return text
    return text.with_project(found.link(document, source.name, target.name))


def unlinked(text: DesignText, source: DesignNode, target: DesignNode) -> DesignText:
    """Returns the texts without a wire.

    Raises:
        InvalidValue: It is not one that the project file declares.
    """
    found = relation(source.kind, target.kind)
    if found is None or not found.linked(text.project, source.name, target.name):
        raise InvalidValue(f"the project file does not lead from {source.name} to {target.name}", path="")
    return text.with_project(found.unlink(text.project, source.name, target.name))


def fields_path(node: DesignNode) -> tuple[str, ...]:
    """Returns where the fields of a thing stand."""
    return (*section_path(node.kind, node.name), FIELDS.get(node.kind, "fields"))


def fields_of(text: DesignText, node: DesignNode) -> dict[str, Any]:
    """Returns the fields of a thing as they are written, in their order."""
    entry = text.project.find(fields_path(node))
    scope = entry.value.scope if entry is not None else None
    entries = scope.entries.values() if scope is not None else ()
    return {one.key: plain_value(one.value, text.project.text) for one in entries}


def with_field(text: DesignText, node: DesignNode, line: str, *, instead: str = "") -> DesignText:
    """Returns the texts with a field as a line says it, behind the others or in the place of one.

    Raises:
        InvalidValue: The line cannot be understood, there is a field of that name, or the project file does
            not declare the thing.
    """
    check_declared(text.project, node.kind, node.name)
    return text.with_project(with_field_line(text.project, fields_path(node), line, instead=instead))


def without_field(text: DesignText, node: DesignNode, name: str) -> DesignText:
    """Returns the texts without a field.

    Raises:
        InvalidValue: There is none of that name, or the project file does not declare the thing.
    """
    check_declared(text.project, node.kind, node.name)
    path = fields_path(node)
    alone = names_at(text.project, path) == [name]
    return text.with_project(delete(text.project, path if alone else (*path, name)))


def places_of(text: DesignText, node: DesignNode, known: Sequence[Reference] = ()) -> list[Reference]:
    """Returns every place where a thing is named, its own header among them.

    For an aggregate that are the places of its events, too, whose names begin with its own, and the patterns
    that fit these alone. ``known`` are all places of the texts, where they were looked for.
    """
    spaces = NAME_SPACES.get(node.kind, (node.kind,))
    known = known or references(text, [(one, node.name) for one in spaces])
    own = {one.name for one in events_of(text, node) if one.name.startswith(f"{node.name}.")}
    if node.kind == "aggregate":
        own |= patterns_within(known, f"{node.name}.", own)
    found = [
        one
        for one in known
        if (one.kind in spaces and one.name == node.name) or (one.kind == "event" and one.name in own)
    ]
    return list({(one.file, one.start): one for one in found}.values())


def whole_new_name(node: DesignNode, typed: str) -> str:
    """Returns the whole name for what was typed: one without a point begins as that of the event does."""
    lead, typed = node.name.rpartition(".")[0] if node.kind == "event" else "", typed.strip()
    return f"{lead}.{typed}" if lead and typed and "." not in typed else typed


def new_name(node: DesignNode, one: Reference, name: str) -> str:
    """Returns what a place names once a thing has another name: an event of it has that before its own.

    The place of an event's aggregate names that with which the event's name then begins.
    """
    if (node.kind, one.kind) == ("event", "aggregate"):
        return name.rpartition(".")[0]
    return f"{name}{one.name[len(node.name) :]}" if one.name.startswith(f"{node.name}.") else name


def renamed(
    text: DesignText, node: DesignNode, name: str, places: Sequence[Reference], *, stored: bool = False
) -> DesignText:
    """Returns the texts with another name at these places.

    Args:
        stored: The store has events of the type, which keep the name under which they are stored (U3).

    Raises:
        InvalidValue: There is no such thing, the name cannot be one or is taken, or events are stored so.
    """
    check_declared(text.project, node.kind, node.name)
    if why := why_no_name(name):
        raise InvalidValue(why, path="", hint=NAMES)
    events = [new_name(node, one, name) for one in places if one.role == HEADER and one.name != node.name]
    alike = [DesignNode(kind, name) for kind in _kindred(node.kind)]
    for one in (*alike, *(DesignNode("event", event) for event in events)):
        if exists(text, one):
            raise InvalidValue(f"there is {a_kind(one.kind)} {one.name} already", path="")
    before, text = text, named_so(text, node, name, places)
    if node.kind == "aggregate":
        return _with_owner(text, node, name)
    if node.kind == "event":
        text = with_stored_name(text, node.name, name) if stored else text
        check_stored_names(before, text)
    return text


def named_so(text: DesignText, node: DesignNode, name: str, places: Sequence[Reference]) -> DesignText:
    """Returns the texts with another name of a thing written at these places, and nothing else changed.

    Raises:
        TskError: A file could not be read any more.
    """
    document = text.project
    for file in dict.fromkeys(one.file for one in places):
        here = [one for one in places if one.file == file]
        text = text.exchanged(file, [renamed_piece(document, one, new_name(node, one, name)) for one in here])
    return text


def _with_owner(text: DesignText, node: DesignNode, name: str) -> DesignText:
    """Has events that keep the old name of an aggregate before their own say whose they are."""
    for one in events_of(text, node):
        path = (*section_path("event", one.name), "aggregate")
        if text.project.find(path) is None:
            text = text.with_project(put(text.project, path, name))
    return text


def _kindred(kind: str) -> list[str]:
    """Returns the kinds among whose names one of a kind must be the only one of its name."""
    own = set(NAME_SPACES.get(kind, (kind,)))
    kinds = (*KINDS, "topic", "subscription")
    return [one for one in kinds if own & set(NAME_SPACES.get(one, (one,)))] or [kind]


def left_over(text: DesignText, *nodes: DesignNode) -> list[Reference]:
    """Returns what the removal of things would leave behind: the places that name them from outside of them.

    For an aggregate that are its events, too, and the places that name these.
    """
    gone = list(dict.fromkeys([*nodes, *(event for node in nodes for event in events_of(text, node))]))
    places = (place_of(text.project, one.kind, one.name) for one in gone)
    own = {".".join(path) for path in places if path is not None}
    found = [
        place
        for one in gone
        for place in places_of(text, one)
        if (one not in nodes if place.role == HEADER else place.owner not in own)
    ]
    return list({(one.file, one.start): one for one in found}.values())


def events_of(text: DesignText, node: DesignNode) -> list[DesignNode]:
    """Returns the events of an aggregate that the project file declares; none for anything else."""
    events = [DesignNode("event", name) for name in declared_names(text.project, "event")]
    return [
        one
        for one in events
        if node.kind == "aggregate" and aggregate_of(text.project, "event", one.name) == node.name
    ]


def removed(text: DesignText, *nodes: DesignNode, along: Iterable[Reference] = ()) -> DesignText:
    """Returns the texts without things.

    Args:
        along: Places that name them and go, too, as far as each is a wire, or a thing about one alone.

    Raises:
        InvalidValue: The project file does not declare one of them.
    """
    document = text.project
    for node in nodes:
        check_declared(document, node.kind, node.name)
    for one in sorted(along, key=lambda one: (one.kind != "aggregate", not one.owner.startswith("command."))):
        document = without_mention(document, one)  # commands first: whose their events are is still said
    for node in nodes:
        path = place_of(document, node.kind, node.name)
        if path is not None:  # else it went with another
            whole = ".".join(path) in document.sections
            document = remove_section(document, ".".join(path)) if whole else delete(document, path)
    return text.with_project(document)


def _event(document: Document, name: str, after: DesignNode | None, owner: str) -> dict[str, Any]:
    return begun_event(document, name, owner, _name_of(after, "command"))


def _projection(document: Document, _name: str, after: DesignNode | None, _owner: str) -> dict[str, Any]:
    return begun_projection(document, _name_of(after, "event"))


def _name_of(after: DesignNode | None, kind: str) -> str:
    return after.name if after is not None and after.kind == kind else ""


_BEGINNINGS = {
    "command": lambda document, _name, _after, owner: begun_command(document, owner),
    "event": _event,
    "projection": _projection,
    "process": lambda *_: {"key": "id"},
}
"""What the section of a new thing of a kind says; anything else begins empty."""
