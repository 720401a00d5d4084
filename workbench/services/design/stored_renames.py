"""What a rename touches in texts and store; an event of another aggregate then takes its commands along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.errors import InvalidValue
from workbench.model.counts import counted
from workbench.services.design import gestures
from workbench.services.design.change_preview import (
    ALONG,
    ChangePlace,
    ChangePreview,
    left_of,
    place_in,
    rename_preview,
)
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.id_readers import id_notes, id_readers
from workbench.services.design.owners import PLACES, aggregate_of, is_for, places_of, with_place
from workbench.services.design.place_names import told_of_kept
from workbench.services.design.references import Reference, references, streams_of
from workbench.services.design.relations import declared_names, section_path
from workbench.services.design.section_lists import actions, names_at

if TYPE_CHECKING:
    from workbench.store.ports import Reader


def rename_in_store(reader: Reader, text: DesignText, node: DesignNode, name: str) -> ChangePreview:
    """Returns the preview of a rename, with what a store and files that cannot be read have of the name.

    Raises:
        InvalidValue: The store has streams of an aggregate, whose names begin with its own.
    """
    if node.kind == "aggregate" and (count := dict(reader.categories()).get(node.name, 0)):
        said = f"the store has {counted(count, 'stream')} of {node.name}, whose names begin with it"
        raise InvalidValue(said, path="", hint="streams keep their names: begin with an empty store")
    stored = reader.count_types(node.name.__eq__) if node.kind == "event" else 0
    unread = [f"{one} cannot be read: the name stays there as it is." for one in text.unread]
    along = list(_along(text, node, name))
    told = _moved(text, node, name, stored, along=bool(along))
    if node.kind == "aggregate":
        told = told_of_kept(text.project, gestures.places_of(text, node), node.name)
    preview = rename_preview(text, node, stored, *told, *unread, *left_of(reader, node))
    owner = new_owner(text, node, name)
    readers = tuple(id_readers(text, [node.name], owner)) if owner else ()
    return replace(preview, places=(*along, *preview.places), stays=(*preview.stays, *readers))


def renamed_along(
    text: DesignText, *, node: DesignNode, name: str, places: Sequence[Reference], stored: bool
) -> DesignText:
    """Returns the texts with another name at places; commands whose aggregate is one move with their event.

    Raises:
        InvalidValue: As `renamed` and `with_place`.
    """
    along = [one for one in places if node.kind == "event" and _says_aggregate(one)]
    owner, own = new_owner(text, node, name), aggregate_of(text.project, node.kind, node.name)
    text = gestures.renamed(text, node, name, [one for one in places if one not in along], stored=stored)
    for one in along if owner else ():
        text = text.with_project(with_place(text.project, _command(one), own, owner))
    return text


def new_owner(text: DesignText, node: DesignNode, name: str) -> str:
    """Returns the aggregate whose an event becomes with its new name; empty where it stays with its own."""
    new = name.rpartition(".")[0]
    if node.kind != "event" or names_at(text.project, (*section_path("event", node.name), "aggregate")):
        return ""
    own = aggregate_of(text.project, "event", node.name)
    return new if new != own and f"aggregate.{new}" in text.project.sections else ""


def _says_aggregate(one: Reference) -> bool:
    return one.kind == "aggregate" and one.role in PLACES


def _behind(text: DesignText, node: DesignNode, owner: str) -> dict[str, list[str]]:
    """Returns the commands that emit an event and are not for that aggregate, with what binds them to theirs.

    That are their other events of it, or the name of it where they are for several.
    """
    document, found = text.project, dict[str, list[str]]()
    own = aggregate_of(document, "event", node.name)
    for command in declared_names(document, "command"):
        emits = [one for does, one in actions(document, section_path("command", command)) if does == "emit"]
        if node.name in emits and not is_for(document, command, owner):
            others = [
                one for one in emits if one != node.name and aggregate_of(document, "event", one) == own
            ]
            several = [own] if len(places_of(document, command)) != 1 else []
            found[command] = list(dict.fromkeys(others)) or several
    return found


def _command(one: Reference) -> str:
    return one.owner.partition(".")[2]


def _along(text: DesignText, node: DesignNode, name: str) -> Iterator[ChangePlace]:
    """Yields what is to move with an event: aggregates of commands that emit it alone, and its streams.

    A command that emits more of its aggregate stays: these events would have to move, too.
    """
    if not (owner := new_owner(text, node, name)):
        return
    alone, own = _alone(text, node, owner), aggregate_of(text.project, "event", node.name)
    for one in references(text):
        if _says_aggregate(one) and _command(one) in alone:
            yield replace(place_in(text, one, f"moves {_command(one)}"), group=ALONG, new=owner)
    for one, _ in streams_of(text, [node.name]):
        if one.name == own:
            yield replace(place_in(text, one, "its stream"), group=ALONG, new=owner)


def _alone(text: DesignText, node: DesignNode, owner: str) -> list[str]:
    """Returns the commands that move with an event to an aggregate: they emit nothing else of theirs."""
    return [one for one, bound in _behind(text, node, owner).items() if not bound]


def _moved(text: DesignText, node: DesignNode, name: str, stored: int, *, along: bool) -> Iterator[str]:
    """Says what stays behind where the new name of an event makes it one of another aggregate.

    Args:
        along: Whether something is to move with it.
    """
    if not (new := new_owner(text, node, name)):
        return
    own = aggregate_of(text.project, "event", node.name)
    more = " What is ticked moves there, too." if along else ""
    yield f"It becomes an event of {new}.{more}"
    yield from id_notes(text.project, _alone(text, node, new), own, new)
    bound = {one: others for one, others in _behind(text, node, new).items() if others}
    for command, others in bound.items():
        why = f"emits {' and '.join(others)}, too" if others != [own] else "is for several"
        yield f"{command} stays with {own}: it {why}. Until it is for {new} as well, it cannot emit {name}."
    if bound:
        yield "Move to another aggregate takes all of that along."
    if stored:
        yield f"{counted(stored, 'stored event')} {'stays' if stored == 1 else 'stay'} in streams of {own}."
