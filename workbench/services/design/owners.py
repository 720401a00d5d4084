"""Which aggregate commands and events belong to, which a new command is for, and where a new thing stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workbench.errors import InvalidValue
from workbench.project.declared.section_kinds import KINDS
from workbench.services.design.beginnings import id_of
from workbench.services.design.relations import section_path
from workbench.services.design.section_lists import actions, names_at, put
from workbench.tusk import Document, delete, remove_section, rename

PLACES = ("creates", "changes", "creates_or_changes")
"""Keys by which a command says which aggregate it is for."""


def aggregate_of(document: Document, kind: str, name: str) -> str:
    """Returns the aggregate that a thing belongs to; empty where that is not known.

    What reads events belongs to theirs, where all of them are of one.
    """
    path = section_path(kind, name)
    if kind == "aggregate":
        return name
    if kind == "event":
        own = names_at(document, (*path, "aggregate"))
        return own[0] if own else name.rpartition(".")[0]
    if kind == "command":
        return next((one for key in PLACES for one in names_at(document, (*path, key))), "")
    key = "event" if kind == "handler" else "on"
    read = {aggregate_of(document, "event", one) for one in names_at(document, (*path, key))}
    return read.pop() if len(read) == 1 else ""


def own_word(name: str) -> str:
    """Returns the aggregate that the name of a command speaks of: its last word."""
    return name.rpartition("_")[2]


def aggregate_for(document: Document, name: str, chosen: str) -> str:
    """Returns the aggregate that a new command is for.

    It is the one that its name says, where there is one of that name; else that of what is chosen; else the
    last one; where there is none, a new one.

    Args:
        chosen: The aggregate of what is chosen; empty for none.
    """
    known = [one.partition(".")[2] for one in document.sections if one.startswith("aggregate.")]
    said = own_word(name)
    if said in known or not (chosen or known):
        return said
    return chosen or known[-1]


def place_key(document: Document, owner: str) -> str:
    """Returns the key by which a new command says its aggregate: the first one of it creates it."""
    begun = any(
        owner in names_at(document, (*section.split("."), "creates"))
        for section in document.sections
        if section.startswith("command.")
    )
    return "changes" if begun else "creates"


def with_command_of(document: Document, command: str, owner: str) -> Document:
    """Returns the text with a command that is for another aggregate; the old one goes if it is left empty.

    Raises:
        InvalidValue: The command has an event, which is of its present aggregate.
    """
    path, before = section_path("command", command), aggregate_of(document, "command", command)
    known = next((name for does, name in actions(document, path) if does == "emit"), "")
    if known:
        raise InvalidValue(
            f"{command} is for {before} and has the event {known}, so it can have none of {owner}",
            path="",
            hint=f"choose a command of {owner}, or leave {owner} and the point away",
        )
    return with_owner(document, "command", command, owner, place=place_key)


Place = Callable[[Document, str], str]
"""Returns the key by which a command says its aggregate."""


def with_owner(
    document: Document, kind: str, name: str, owner: str, *, place: Place | None = None
) -> Document:
    """Returns the text with a command or an event of another aggregate; the old one goes if it is left empty.

    A command that has the id of the old one has that of the new one. Names stay.

    Args:
        place: Of a command; it is the key that it has if None.
    """
    path, before = section_path(kind, name), aggregate_of(document, kind, name)
    if before == owner:
        return document
    had = [key for key in (*PLACES, "aggregate") if names_at(document, (*path, key))]
    for key in had:
        document = delete(document, (*path, key))
    if kind == "command":
        key = place(document, owner) if place is not None else had[0]
        document = put(document, (*path, key), owner)
    elif name.rpartition(".")[0] != owner:
        document = put(document, (*path, "aggregate"), owner)
    old, new = (*path, "fields", id_of(before)), id_of(owner)
    if kind == "command" and document.find(old) is not None and new not in names_at(document, old[:-1]):
        document = rename(document, old, new)
    left = f"aggregate.{before}"
    return remove_section(document, left) if _is_idle(document, before) else document


def _is_idle(document: Document, aggregate: str) -> bool:
    """Whether an aggregate says nothing, and no command or event is of it."""
    path = section_path("aggregate", aggregate)
    if ".".join(path) not in document.sections or names_at(document, path):
        return False
    parts = [one.partition(".") for one in document.sections]
    owners = {aggregate_of(document, kind, name) for kind, _, name in parts if kind in {"command", "event"}}
    return aggregate not in owners


def neighbour(document: Document, kind: str, owner: str) -> str:
    """Returns the section behind which a new one stands: the last one of its aggregate or kind."""
    best = list(_alike(document, kind, owner))
    if best:
        return best[-1]
    if kind in {"event", "command"} and owner:
        around = [*_alike(document, "event", owner)]
        if not around:  # a command is told behind those that were made before
            around = [f"aggregate.{owner}", *(_alike(document, "command", "") if kind == "command" else ())]
        return around[-1] if around[-1] in document.sections else ""
    return next((one for one in reversed(list(document.sections)) if one.partition(".")[0] in KINDS), "")


def _alike(document: Document, kind: str, owner: str) -> Iterator[str]:
    for section in document.sections:
        own, _, name = section.partition(".")
        if own == kind and name and (not owner or aggregate_of(document, kind, name) == owner):
            yield section
