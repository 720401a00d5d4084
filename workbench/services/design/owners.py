"""Which aggregate commands and events belong to, which a new command is for, and where a new thing stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidValue
from workbench.project.declared.section_kinds import KINDS
from workbench.services.design.beginnings import id_of, known_fields
from workbench.services.design.relations import declared_names, section_path
from workbench.services.design.section_lists import actions, names_at, put
from workbench.tusk import Document, delete, remove_section, rename

if TYPE_CHECKING:
    from workbench.services.design.design_text import DesignText

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
        return next((one.aggregate for one in places_of(document, name)), "")
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


def begun_command(document: Document, owner: str) -> dict[str, Any]:
    """Returns what a new command says: its aggregate, and the id by which other commands name that."""
    return {place_key(document, owner): owner, "fields": _begun_id(document, owner)}


def _begun_id(document: Document, owner: str, but: str = "") -> dict[str, Any]:
    """Returns the field by which a command of an aggregate, not this one, names that; else the usual one."""
    for command in (one for one in declared_names(document, "command") if one != but):
        path = section_path("command", command)
        fields = known_fields(document, (*path, "fields"))
        name = next(iter([*names_at(document, (*path, "target")), *fields]), "")
        if name in fields and [one.aggregate for one in places_of(document, command)] == [owner]:
            return {name: fields[name]}
    return {id_of(owner): "string"}


def with_command_of(text: DesignText, command: str, owner: str) -> Document:
    """Returns the project file with a command for another aggregate; the old one goes if it is left empty.

    The field that has the id of the old one has that of the new one, unless others use the command already.

    Raises:
        InvalidValue: The command has an event, which is of its present aggregate, or is for several.
    """
    document, path = text.project, section_path("command", command)
    before, places = aggregate_of(document, "command", command), places_of(document, command)
    known = next((name for does, name in actions(document, path) if does == "emit"), "")
    if known or len(places) > 1:
        which = " and ".join(one.aggregate for one in places)
        said = f"for {which}" if len(places) > 1 else f"for {before} and has the event {known}"
        raise InvalidValue(
            f"{command} is {said}, so it can have none of {owner}",
            path="",
            hint=f"choose a command of {owner}, leave {owner} and the point away, or name both in its form",
        )
    for key in PLACES:
        if names_at(document, (*path, key)):
            document = delete(document, (*path, key))
    document = put(document, (*path, place_key(document, owner)), owner)
    old, new = (*path, "fields", id_of(before)), id_of(owner)
    free = document.find(old) is not None and new not in names_at(document, old[:-1])
    if free and not any(f'"{command}"' in one.text for one in text.files()):
        document = rename(document, old, new)
    return without_idle(document, before)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandPlace:
    """An aggregate that a command is for.

    Attributes:
        key: One of `PLACES`.
        name: How the command calls it.
        aggregate: Which one it is.
        id: The field with its id; empty where that is the command's target.
    """

    key: str
    name: str
    aggregate: str
    id: str


def places_of(document: Document, command: str) -> list[CommandPlace]:
    """Returns the aggregates that a command is for, in their order."""
    path, found = section_path("command", command), []
    for key in PLACES:
        for name in names_at(document, (*path, key)):
            said = names_at(document, (*path, key, name, "aggregate"))
            field = [
                *names_at(document, (*path, key, name, "id")),
                *(() if said else names_at(document, (*path, key, name))),
            ]
            found.append(
                CommandPlace(key=key, name=name, aggregate=(said or [name])[0], id=(field or [""])[0])
            )
    return found


def id_fields(document: Document, command: str) -> list[tuple[CommandPlace, str]]:
    """Returns the aggregates that a command is for, each with the field that has its id."""
    path = section_path("command", command)
    first = [*names_at(document, (*path, "target")), *names_at(document, (*path, "fields")), ""][0]
    return [(one, one.id or first) for one in places_of(document, command)]


def own_id(document: Document, command: str, owner: str) -> str:
    """Returns how a field of a command would be called that has the id of an aggregate, as others call it."""
    return next(iter(_begun_id(document, owner, command)))


def with_own_id(document: Document, command: str, owner: str) -> Document:
    """Returns the text in which a command finds an aggregate by a field for its id, new if there is none."""
    path = section_path("command", command)
    ((field, said),) = _begun_id(document, owner, command).items()
    if field not in names_at(document, (*path, "fields")):
        document = put(document, (*path, "fields", field), said)
    place = next(one for one in places_of(document, command) if one.aggregate == owner)
    where = (*path, place.key, place.name)
    entry = document.find(where)
    if entry is None:
        return put(document, (*path, "target"), field)
    return put(document, where if entry.value.scope is None else (*where, "id"), field)


def is_for(document: Document, command: str, owner: str) -> bool:
    """Whether a command is for an aggregate, be it one of several."""
    return any(one.aggregate == owner for one in places_of(document, command))


def with_place(document: Document, command: str, before: str, owner: str) -> Document:
    """Returns the text in which a command is for another aggregate instead of one; all else stays.

    Where it is for several, it calls it as before: expressions name it so.

    Raises:
        InvalidValue: It is for the other one, too, already.
    """
    path, places = section_path("command", command), places_of(document, command)
    if is_for(document, command, owner):
        said = f"{command} is for {before} and for {owner}: it would be for {owner} twice"
        raise InvalidValue(said, path="", hint="give both a name in its text, and each event the one by for")
    for one in places:
        where = (*path, one.key)
        entry = document.find((*where, one.name))
        if one.aggregate != before:
            continue
        if entry is None and len(places) == 1:
            document = put(document, where, owner)
        elif entry is not None and entry.value.scope is not None:
            document = put(document, (*where, one.name, "aggregate"), owner)
        else:
            field = (
                one.id
                or (
                    *names_at(document, (*path, "target")),
                    *names_at(document, (*path, "fields")),
                )[0]
            )
            block = {"aggregate": owner, "id": field}
            whole = {one.name: block} if entry is None else block
            document = put(document, where if entry is None else (*where, one.name), whole)
    return document


def with_another(document: Document, command: str, owner: str) -> Document:
    """Returns the text in which a command changes another aggregate, too.

    The field with its id is called as in the commands of that aggregate; it is added where there is none.

    Raises:
        InvalidValue: The command is for no aggregate yet.
    """
    path = section_path("command", command)
    places, fields = places_of(document, command), known_fields(document, (*path, "fields"))
    if not places:
        raise InvalidValue(f"{command} is for no aggregate yet", path="", hint="choose one of its own first")
    first = next(iter((*names_at(document, (*path, "target")), *fields)), id_of(places[0].aggregate))
    taken = {one.id or first for one in places}
    known = _begun_id(document, owner)
    field = next((one for one in known if one not in taken), id_of(owner))
    if field not in fields:
        document = put(document, (*path, "fields", field), next(iter(known.values())))
    key = "changes" if places[-1].key == "creates" else places[-1].key
    for one in places:
        if one.key == key and document.find((*path, key, one.name)) is None:
            document = put(document, (*path, key), {one.name: one.id or first})
    return put(document, (*path, key, owner), field)


def with_owner(document: Document, event: str, owner: str) -> Document:
    """Returns the text with an event of another aggregate; its name stays."""
    path = section_path("event", event)
    if document.find((*path, "aggregate")) is not None:
        document = delete(document, (*path, "aggregate"))
    return document if event.rpartition(".")[0] == owner else put(document, (*path, "aggregate"), owner)


def without_idle(document: Document, aggregate: str) -> Document:
    """Returns the text without an aggregate that says nothing, and that no command or event is of."""
    return remove_section(document, f"aggregate.{aggregate}") if _is_idle(document, aggregate) else document


def _is_idle(document: Document, aggregate: str) -> bool:
    """Whether an aggregate says nothing, and no command or event is of it."""
    path = section_path("aggregate", aggregate)
    if ".".join(path) not in document.sections or names_at(document, path):
        return False
    parts = [(kind, name) for kind, _, name in (one.partition(".") for one in document.sections)]
    owners = {aggregate_of(document, kind, name) for kind, name in parts if kind == "event"}
    places = (one for kind, name in parts if kind == "command" for one in places_of(document, name))
    return aggregate not in owners | {one.aggregate for one in places}


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
