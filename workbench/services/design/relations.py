"""What can follow what on the board: one table for legal wires, what comes next, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from workbench.errors import InvalidValue
from workbench.services.design.column_types import column_type, type_at
from workbench.services.design.section_lists import (
    actions,
    add_action,
    add_entry,
    add_name,
    names_at,
    put,
    remove_action,
    remove_name,
    waiting_at,
)
from workbench.services.design.statuses import STATUS, with_status
from workbench.tusk import Document, delete
from workbench.tusk.document import Path

TEXT = re.compile(r"\s*'([^'\\]*)'\s*")
"""An expression that is one text."""
NEW_ID = "id + '-' + string(version)"
"""An expression that is another id for each event of an aggregate."""
NAMED_ENTRIES = frozenset({"topic", "subscription"})
"""Kinds whose things are entries of one section."""
Change = Callable[[Document, str, str], Document]
"""Of the names of source and target."""
NEXT = {
    "command": "event",
    "event": "projection",
    "projection": "policy",
    "policy": "command",
    "process": "command",
    "aggregate": "command",
    "handler": "command",
    "actor": "command",
    "external": "command",
    "topic": "subscription",
    "subscription": "handler",
}
"""What is made after a thing of a kind where the chain goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What leads from things of one kind to those of another.

    Attributes:
        word: What the source does to the target, such as ``emits``.
        link, unlink: Write it, and take it away again.
        linked: Returns whether it is written.
    """

    source: str
    target: str
    word: str
    link: Change
    unlink: Change
    linked: Callable[[Document, str, str], bool]


def relation(source: str, target: str) -> Relation | None:
    """Returns what leads from one kind to another; None where nothing does."""
    return next((one for one in RELATIONS if (one.source, one.target) == (source, target)), None)


def targets_of(source: str) -> Iterator[Relation]:
    """Yields what can follow a kind, the most usual first."""
    return (one for one in RELATIONS if one.source == source)


def why_not(source: str, target: str) -> str:
    """Says why nothing leads from one kind to another, and what does."""
    legal = " or ".join(f"{one.word} {a_kind(one.target)}" for one in targets_of(source))
    return f"{a_kind(source)} {legal or 'leads to nothing'}, nothing leads from it to {a_kind(target)}"


def a_kind(kind: str) -> str:
    """Returns what one of a kind is called, such as ``an event``."""
    return f"an {kind}" if kind[0] in "aeio" else f"a {kind}"


def section_path(kind: str, name: str) -> Path:
    """Returns where a thing of a kind is declared that has no other key than its name."""
    if kind in NAMED_ENTRIES:
        return (f"{kind}s", name)
    return (kind, *name.split("."))


def place_of(document: Document, kind: str, name: str) -> Path | None:
    """Returns where a file declares a thing; None where it does not.

    Topics and subscriptions can have another name than their key: ``mails { name: "mail-out" }``.
    """
    if kind in NAMED_ENTRIES:
        return next(((f"{kind}s", key) for key, said in _entry_names(document, kind) if said == name), None)
    path = section_path(kind, name)
    found = ".".join(path) in document.sections or document.find(path) is not None
    return path if found else None


def check_declared(document: Document, kind: str, name: str) -> None:
    """Fails where a file does not declare a thing, with `InvalidValue`."""
    if place_of(document, kind, name) is None:
        raise InvalidValue(f"{kind} {name} is not there any more", path="", hint=f"see {document.file}")


def declared_names(document: Document, kind: str) -> list[str]:
    """Returns the names of what a file declares of a kind."""
    if kind in NAMED_ENTRIES:
        return [name for _, name in _entry_names(document, kind)]
    return [one.partition(".")[2] for one in document.sections if one.startswith(f"{kind}.")]


def _entry_names(document: Document, kind: str) -> Iterator[tuple[str, str]]:
    for key in names_at(document, (f"{kind}s",)):
        yield key, next(iter(names_at(document, (f"{kind}s", key, "name"))), key)


def _acts(source: str, target: str, word: str, does: str) -> Relation:
    return Relation(
        source=source,
        target=target,
        word=word,
        link=lambda document, one, other: _done(document, section_path(source, one), does, other),
        unlink=lambda document, one, other: remove_action(document, section_path(source, one), does, other),
        linked=lambda document, one, other: (does, other) in actions(document, section_path(source, one)),
    )


def _steps_do(target: str, word: str, does: str) -> Relation:
    """A relation that is written in a step of a process: the first that does nothing yet and ends nothing."""

    def link(document: Document, one: str, other: str) -> Document:
        steps = _steps(document, one)
        if not steps:
            said, hint = f"process {one} handles no event yet", "link an event to it first"
            raise InvalidValue(said, path="", hint=hint)
        free = [
            step
            for step in steps
            if not any(actions(document, step)) and document.find((*step, "ends")) is None
        ]
        return _done(document, (free or steps)[0], does, other)

    def unlink(document: Document, one: str, other: str) -> Document:
        for step in _steps(document, one):
            document = remove_action(document, step, does, other)
        return document

    def linked(document: Document, one: str, other: str) -> bool:
        return any((does, other) in actions(document, step) for step in _steps(document, one))

    return Relation(source="process", target=target, word=word, link=link, unlink=unlink, linked=linked)


def _steps(document: Document, process: str) -> list[Path]:
    place = (*section_path("process", process), "on")
    return [(*place, event) for event in names_at(document, place)]


def _done(document: Document, path: Path, does: str, name: str) -> Document:
    """Adds an action; a command that is issued gets the id of what happened, where no field says it.

    Where a policy begins something with it that can happen again, the id is a new one each time.
    """
    if does != "issue" or path[0] not in {"policy", "process"}:
        return add_action(document, path, does, name)
    field = _id_field(document, name)
    events = [path[-1]] if path[0] == "process" else names_at(document, (*path, "on"))
    new = (
        path[0] == "policy" and begins(document, name, events) and not all(once(document, e) for e in events)
    )
    given = {}
    if field and not (events and all(_gives(document, one, name, field[-1]) for one in events)):
        given = {field[-1]: NEW_ID if new else _id_for(document, name, events)}
    return add_action(document, path, does, name, given)


def _id_for(document: Document, command: str, events: Sequence[str]) -> str:
    """Returns the expression that names what a command changes; empty where no field of the events does.

    Their own id is it where they are of the same aggregate, or where the command begins one. Else it is a
    field that is called as the aggregate, or the only one of the same declared type, and never null.
    """
    place = section_path("command", command)
    of = names_at(document, (*place, "changes"))
    if len(of) != 1 or {owner_of(document, one) for one in events} <= {*of}:
        return own_id(document, command)
    kind = type_at(document, _id_field(document, command))
    found = []
    for event in events:
        path = (*section_path("event", event), "fields")
        names = [one for one in names_at(document, path) if _gives(document, event, command, one)]
        alike = [one for one in names if type_at(document, (*path, one)) == kind]
        typed = alike if document.find(("types", kind)) is not None and len(alike) == 1 else []
        found.append(({one for one in names if one == of[0].replace("-", "_")}) or {*typed})
    both = set.intersection(*found)
    return f"event.{both.pop()}" if both else ""


def _gives(document: Document, event: str, command: str, name: str) -> bool:
    """Whether a field of an event can be the id that a command takes."""
    path = (*section_path("event", event), "fields", name)
    kinds = {column_type(document, one) for one in (path, _id_field(document, command))}
    never_null = document.find(path) is not None and not type_at(document, path).endswith("?")
    return never_null and len(kinds) == 1 and kinds != {"json"}


def own_id(document: Document, command: str) -> str:
    """Returns the expression for the id of what happened, as a command takes it."""
    return "int(id)" if column_type(document, _id_field(document, command)) == "integer" else "id"


def _id_field(document: Document, command: str) -> Path:
    """Returns where the field with a command's id stands, its first one; empty where it has none."""
    path = (*section_path("command", command), "fields")
    return next(((*path, one) for one in names_at(document, path)), ())


def begins(document: Document, command: str, events: Sequence[str]) -> bool:
    """Whether a command begins an aggregate whose id is a text, and that none of these events is of."""
    field = _id_field(document, command)
    begun = names_at(document, (*section_path("command", command), "creates"))
    text = bool(field) and type_at(document, field) == "string"
    return text and bool(begun) and not any(owner_of(document, one) in begun for one in events)


def owner_of(document: Document, event: str) -> str:
    """Returns the aggregate of an event: what it says, or else what its name begins with."""
    said = names_at(document, (*section_path("event", event), "aggregate"))
    return said[0] if said else event.rpartition(".")[0]


def once(document: Document, event: str) -> bool:
    """Whether an event happens once to an aggregate: all that emits it begins one."""
    names = [
        name
        for name in declared_names(document, "command")
        if ("emit", event) in actions(document, section_path("command", name))
    ]
    return bool(names) and all(
        names_at(document, (*section_path("command", one), "creates")) for one in names
    )


def _listed(source: str, target: str, word: str, key: str, *, single: bool = False) -> Relation:
    """A relation that is written at its target: the source stands among the names of a key."""

    def link(document: Document, one: str, other: str) -> Document:
        place = (*_place(document, target, other), key)
        return put(document, place, one) if single else add_name(document, place, one)

    def unlink(document: Document, one: str, other: str) -> Document:
        return remove_name(document, (*_place(document, target, other), key), one)

    def linked(document: Document, one: str, other: str) -> bool:
        return one in names_at(document, (*_place(document, target, other), key))

    return Relation(source=source, target=target, word=word, link=link, unlink=unlink, linked=linked)


def _place(document: Document, kind: str, name: str) -> Path:
    return place_of(document, kind, name) or section_path(kind, name)


def _entry(source: str, target: str, word: str, write: Change) -> Relation:
    """A relation that is written at its target: the source is a key of its map ``on``."""

    def unlink(document: Document, one: str, other: str) -> Document:
        place = (*section_path(target, other), "on")
        if one not in names_at(document, place):
            return document
        return delete(document, place if names_at(document, place) == [one] else (*place, one))

    def linked(document: Document, one: str, other: str) -> bool:
        return one in names_at(document, (*section_path(target, other), "on"))

    return Relation(source=source, target=target, word=word, link=write, unlink=unlink, linked=linked)


def _step(document: Document, event: str, process: str) -> Document:
    place = (*section_path("process", process), "on")
    if not names_at(document, place):
        return add_entry(document, (*place, event), {"starts": True})
    waiting = waiting_at(document, place)
    back = {"withdraw": waiting[0] if len(waiting) == 1 else waiting} if waiting else {}
    return add_entry(document, (*place, event), back | {"ends": True})


def _deed(document: Document, event: str, projection: str) -> Document:
    """Has a read model read an event: the first one puts the row, others change it.

    What the event says of the state becomes a column, which others that say it fill, too; else its status.
    """
    path = section_path("projection", projection)
    columns = names_at(document, (*path, "columns"))
    said, owner = _column_values(document, event, columns[1:]), owner_of(document, event)
    others = names_at(document, (*path, "on"))
    alike = {owner_of(document, one) for one in others} <= {owner}
    told = told_by(document, event) if alike else {}
    new = {one: text for one, text in told.items() if one not in columns}
    if not said and not new:
        document, status = with_status(document, owner if alike else "", event)
        said = {STATUS: status} if status else {}
        new = {} if STATUS in columns or not said else {STATUS: ""}
    for column in new:
        document = _with_column(document, path, column)
    said |= {one: text for one, text in new.items() if text}
    return add_entry(document, (*path, "on", event), {"set" if others else "put": said})


def _with_column(document: Document, path: Path, column: str) -> Document:
    """Adds a column of text, and has the events fill it that say it."""
    document = put(document, (*path, "columns", column), "text")
    for event in names_at(document, (*path, "on")):
        deed = (*path, "on", event)
        way = next((one for one in ("put", "set") if document.find((*deed, one)) is not None), "")
        value = _column_values(document, event, [column]).get(column, "")
        if way and value:
            document = put(document, (*deed, way, column), value)
    return document


def _column_values(document: Document, event: str, columns: Sequence[str]) -> dict[str, str]:
    """Returns the expressions by which an event fills columns, of those that it has something for."""
    fields = names_at(document, (*section_path("event", event), "fields"))
    told = told_by(document, event)
    return {one: f"event.{one}" if one in fields else told[one] for one in columns if one in {*fields, *told}}


def told_by(document: Document, event: str) -> dict[str, str]:
    """Returns what an event sets of the state to a text, whatever was before: fields and expressions."""
    path = (*section_path("event", event), "set")
    said = {one: document.find((*path, one)) for one in names_at(document, path)}
    return {
        one: str(entry.value.plain)
        for one, entry in said.items()
        if entry is not None and TEXT.fullmatch(str(entry.value.plain))
    }


def _route(document: Document, event: str, topic: str) -> Document:
    taken = names_at(document, ("routing",))
    same = [one for one in taken if names_at(document, ("routing", one, "pattern")) == [event]]
    if same:
        return add_name(document, ("routing", same[0], "topics"), topic)
    key = event.replace(".", "_")
    free = key if key not in taken else next(f"{key}_{n}" for n in count(2) if f"{key}_{n}" not in taken)
    return put(document, ("routing", free), {"pattern": event, "topics": [topic]})


def _unroute(document: Document, event: str, topic: str) -> Document:
    for key in _routes(document, event, topic):
        document = remove_name(document, ("routing", key, "topics"), topic)
        if not names_at(document, ("routing", key, "topics")):
            document = delete(document, ("routing", key))
    return document


def _routed(document: Document, event: str, topic: str) -> bool:
    return any(_routes(document, event, topic))


def _routes(document: Document, event: str, topic: str) -> list[str]:
    """Returns the keys of the routes of an event alone that lead to a topic."""
    return [
        key
        for key in names_at(document, ("routing",))
        if names_at(document, ("routing", key, "pattern")) == [event]
        and topic in names_at(document, ("routing", key, "topics"))
    ]


RELATIONS = (
    _acts("command", "event", "emits", "emit"),
    _entry("event", "projection", "is read by", _deed),
    _listed("event", "policy", "is consumed by", "on"),
    _entry("event", "process", "is consumed by", _step),
    Relation(source="event", target="topic", word="goes to", link=_route, unlink=_unroute, linked=_routed),
    _listed("event", "handler", "is handled by", "event"),
    _acts("policy", "command", "issues", "issue"),
    _acts("policy", "topic", "publishes to", "publish"),
    _steps_do("command", "issues", "issue"),
    _steps_do("topic", "publishes to", "publish"),
    _acts("handler", "command", "issues", "issue"),
    _acts("handler", "topic", "publishes to", "publish"),
    _listed("topic", "subscription", "is read by", "topic", single=True),
    _listed("handler", "subscription", "works for", "handler", single=True),
    _listed("actor", "command", "gives", "by"),
    _listed("external", "command", "gives", "by"),
    _listed("projection", "query", "answers", "list", single=True),
)
