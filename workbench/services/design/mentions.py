"""What becomes of the places that name a thing that is removed."""

from __future__ import annotations

from workbench.services.design.owners import places_of
from workbench.services.design.references import HEADER, PATTERN, Reference
from workbench.services.design.relations import owner_of
from workbench.services.design.section_lists import actions, names_at, remove_action, remove_name
from workbench.tusk import Document, ValueKind, delete, remove_section
from workbench.tusk.document import Path

_ABOUT_ONE = {HEADER, "get", "list", "projection", "aggregate"}
_ENTRY_OF_ONE = {"topic", "topics", "handler", PATTERN}
"""Keys without which a route or a subscription has nothing to do."""
_ACTS = {"emit", "issue", "publish", "withdraw"}


def without_mention(document: Document, one: Reference) -> Document:
    """Takes away what names a thing, and what would have nothing to do without it.

    A name among several of a list is taken out of it. What is no wire, such as an expression, stays, and is
    told by the check.
    """
    path = tuple(one.owner.split("."))
    if (among := _list_at(document, path, one)) is not None:
        return remove_name(document, among, one.name)
    if one.owner not in document.sections:
        whole = one.role in _ENTRY_OF_ONE and document.find(path) is not None
        return delete(document, path) if whole else document
    if path[0] in {"routing", "subscriptions"} and one.role in _ENTRY_OF_ONE:
        return remove_section(document, one.owner)
    if (path[0], one.kind) == ("command", "aggregate"):
        return _without_place(document, path, one)
    if one.role in _ABOUT_ONE or path[0] == "invariant":
        return remove_section(document, one.owner)
    if one.role in _ACTS:
        return _without_action(document, path, one)
    if one.role in {"by", "steps"}:
        return remove_name(document, (*path, one.role), one.name)
    return _without_event(document, path, one)


def _list_at(document: Document, path: Path, one: Reference) -> Path | None:
    """Returns where a list of several names stands from which a name is taken; None where none does."""
    return next(
        (
            place
            for place, entry in document.entries()
            if place[: len(path)] == path
            and place[-1] == one.role
            and entry.value.kind is ValueKind.ARRAY
            and one.name in (names := names_at(document, place))
            and names != [one.name]
        ),
        None,
    )


def _without_place(document: Document, path: Path, one: Reference) -> Document:
    """Takes an aggregate from those that a command is for; one that has events of no other goes whole."""
    places = places_of(document, one.owner.partition(".")[2])
    emits = {owner_of(document, name) for does, name in actions(document, path) if does == "emit"}
    if {of.aggregate for of in places} == {one.name} or emits == {one.name}:
        return remove_section(document, one.owner)
    for of in places:
        where = (*path, of.key)
        if of.aggregate == one.name:
            alone = names_at(document, where) == [of.name]
            document = delete(document, where if alone else (*where, of.name))
    return document


def _without_action(document: Document, path: Path, one: Reference) -> Document:
    steps = [(*path, "on", event) for event in names_at(document, (*path, "on"))]
    for place in steps if path[0] == "process" else [path]:
        document = remove_action(document, place, one.role, one.name)
    idle = path[0] == "policy" and not any(actions(document, path))
    return remove_section(document, one.owner) if idle else document


def _without_event(document: Document, path: Path, one: Reference) -> Document:
    """Takes away where something reads an event alone, or by the key of a map."""
    names = names_at(document, (*path, "on"))
    if one.role != "on" or one.name not in names:
        return document
    if names == [one.name] and path[0] != "projection":
        return remove_section(document, one.owner)
    return delete(document, (*path, "on") if names == [one.name] else (*path, "on", one.name))
