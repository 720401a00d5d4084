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
from workbench.services.design.owners import PLACES, aggregate_of, places_of
from workbench.services.design.place_names import told_of_kept
from workbench.services.design.references import Reference, references
from workbench.services.design.relations import section_path
from workbench.services.design.section_lists import names_at
from workbench.services.design.several import joined_by_emit, moved_to

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
    told = _moved(text, node, name, stored, {_command(one.reference) for one in along})
    if node.kind == "aggregate":
        told = told_of_kept(text.project, gestures.places_of(text, node), node.name)
    preview = rename_preview(text, node, stored, *told, *unread, *left_of(reader, node))
    return replace(preview, places=(*along, *preview.places))


def renamed_along(
    text: DesignText, *, node: DesignNode, name: str, places: Sequence[Reference], stored: bool
) -> DesignText:
    """Returns the texts with another name at places; commands whose aggregate is one move with their event.

    Raises:
        InvalidValue: As `renamed` and `moved_to`.
    """
    along = [one for one in places if node.kind == "event" and one.kind == "aggregate"]
    owner = _new_owner(text, node, name)
    text = gestures.renamed(text, node, name, [one for one in places if one not in along], stored=stored)
    commands = [DesignNode("command", _command(one)) for one in along]
    return moved_to(text, commands, owner) if commands and owner else text


def _new_owner(text: DesignText, node: DesignNode, name: str) -> str:
    """Returns the aggregate whose an event becomes with its new name; empty where it stays with its own."""
    new = name.rpartition(".")[0]
    if node.kind != "event" or names_at(text.project, (*section_path("event", node.name), "aggregate")):
        return ""
    own = aggregate_of(text.project, "event", node.name)
    return new if new != own and f"aggregate.{new}" in text.project.sections else ""


def _behind(text: DesignText, node: DesignNode, owner: str) -> list[str]:
    """Returns the commands that emit an event and are of another aggregate than that."""
    emits = [one for one in references(text) if (one.kind, one.name, one.role) == (*_event(node), "emit")]
    found = dict.fromkeys(_command(one) for one in emits if one.owner.startswith("command."))
    return [one for one in found if aggregate_of(text.project, "command", one) != owner]


def _event(node: DesignNode) -> tuple[str, str]:
    return node.kind, node.name


def _command(one: Reference) -> str:
    return one.owner.partition(".")[2]


def _along(text: DesignText, node: DesignNode, name: str) -> Iterator[ChangePlace]:
    """Yields where the commands say their aggregate that are to move with an event."""
    if not (owner := _new_owner(text, node, name)):
        return
    behind = [one for one in _behind(text, node, owner) if len(places_of(text.project, one)) == 1]
    for one in references(text):
        if one.kind == "aggregate" and one.role in PLACES and _command(one) in behind:
            command = DesignNode("command", _command(one))
            others = [each.name for each in joined_by_emit(text, [command]) if each not in (node, command)]
            fate = f"moves {_command(one)}" + (f", with {', '.join(others)}" if others else "")
            yield replace(place_in(text, one, fate), group=ALONG, new=owner)


def _moved(text: DesignText, node: DesignNode, name: str, stored: int, along: set[str]) -> Iterator[str]:
    """Says what stays behind where the new name of an event makes it one of another aggregate."""
    if not (new := _new_owner(text, node, name)):
        return
    own = aggregate_of(text.project, "event", node.name)
    names = [one for one in _behind(text, node, new) if one not in along]
    stay = f"; {', '.join(names)} {'stays' if len(names) == 1 else 'stay'} with {own}" if names else ""
    more = " Move to another aggregate takes both along." if names else ""
    more += " What is ticked moves there, too." if along else ""
    yield f"It becomes an event of {new}{stay}.{more}"
    if stored:
        yield f"{counted(stored, 'stored event')} {'stays' if stored == 1 else 'stay'} in streams of {own}."
