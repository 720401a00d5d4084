"""What a person does to several things at once, each as one change of the texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from workbench.errors import InvalidValue
from workbench.model.counts import counted
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode, why_no_name
from workbench.services.design.owners import with_owner
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
    found = [piece_of(text.project, one.kind, one.name) for one in nodes]
    pieces = sorted((one for one in found if one is not None), key=lambda one: one.first_line)
    return "\n".join(f"{one.head}{one.text.rstrip()}\n" for one in pieces)


def why_not_owned(nodes: Sequence[DesignNode]) -> str:
    """Says why things cannot belong to another aggregate; empty where they can."""
    others = dict.fromkeys(one.kind for one in nodes if one.kind not in OWNED)
    return f"Only commands and events belong to an aggregate, no {next(iter(others))} does" if others else ""


def joined_by_emit(text: DesignText, nodes: Sequence[DesignNode]) -> list[DesignNode]:
    """Returns commands and events with those of the same aggregate: what emits them, what they emit."""
    pairs, found = list(_emits(text.project)), dict.fromkeys(nodes)
    while more := [pair for pair in pairs if len(found.keys() & pair) == 1]:
        found |= dict.fromkeys(one for pair in more for one in pair)
    return list(found)


def _emits(document: Document) -> Iterator[tuple[DesignNode, DesignNode]]:
    for name in declared_names(document, "command"):
        for does, event in actions(document, section_path("command", name)):
            if does == "emit":
                yield DesignNode("command", name), DesignNode("event", event)


def moved_to(text: DesignText, nodes: Sequence[DesignNode], owner: str) -> DesignText:
    """Returns the texts with commands and events, and what they are joined with, in another aggregate.

    An aggregate that is not there is made; one that says nothing and is left empty goes. Names stay.

    Raises:
        InvalidValue: Something is no command or event, is not declared, or the name cannot be one.
    """
    if why := why_not_owned(nodes) or why_no_name(owner):
        raise InvalidValue(why, path="")
    document = text.project
    for one in nodes:
        check_declared(document, one.kind, one.name)
    if f"aggregate.{owner}" not in document.sections:
        document = add_section(document, f"aggregate.{owner}", {})
    known = {kind: set(declared_names(document, kind)) for kind in OWNED}
    for one in sorted(joined_by_emit(text, nodes), key=lambda one: OWNED.index(one.kind), reverse=True):
        if one.name in known[one.kind]:
            document = with_owner(document, one.kind, one.name, owner)
    return text.with_project(document)
