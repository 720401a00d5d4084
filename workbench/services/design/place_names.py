"""The names by which commands that are for several aggregates know each, which a rename lets stay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workbench.services.design.owners import PLACES, places_of
from workbench.services.design.references import Reference
from workbench.services.design.text_members import is_expression
from workbench.tusk import Document, ValueKind, write_key, write_value
from workbench.tusk.document import Path

Piece = tuple[int, int, str]
"""Begin and end of a text, and what stands there then."""


def kept_name(document: Document, one: Reference, new: str) -> Piece | None:
    """Returns what writes another aggregate beside the name by which a command's expressions know it.

    None where a place is none of several of a command, or no expression uses its name: that is renamed.
    """
    path = tuple(one.owner.split("."))
    if one.role not in PLACES or path[0] != "command" or not _is_used(document, path, one):
        return None
    said, key = f"aggregate: {write_value(new)}", write_key(one.name)
    entry = document.find((*path, one.role, one.name))
    if entry is None:
        whole = document.find((*path, one.role))
        return (whole.start, whole.value.end, f"{one.role} {{ {key} {{ {said} }} }}") if whole else None
    if (scope := entry.value.scope) is None:
        field = document.text[entry.value.start : entry.value.end]
        return entry.start, entry.value.end, f"{key} {{ {said}, id: {field} }}"
    return scope.start + 1, scope.start + 1, f" {said}," if scope.entries else f" {said} "


def renamed_piece(document: Document, one: Reference, new: str) -> Piece:
    """Returns what gives a place another name, in the project file or a scenario."""
    return kept_name(document, one, new) or (one.start, one.end, one.renamed(new))


def told_of_kept(document: Document, places: Sequence[Reference], old: str) -> Iterator[str]:
    """Says which commands know an aggregate by its old name still."""
    kept = dict.fromkeys(one.owner.partition(".")[2] for one in places if kept_name(document, one, old))
    if kept:
        call = "calls" if len(kept) == 1 else "call"
        yield f"{', '.join(kept)} {call} it {old} in expressions still: the new name is written beside that."


def _is_used(document: Document, command: Path, one: Reference) -> bool:
    """Whether an expression of a command uses the name by which it knows one of several aggregates."""
    if len(places_of(document, ".".join(command[1:]))) < 2:
        return False
    name, section, cut = re.escape(one.name), ".".join(command), len(command)
    used, told = re.compile(rf"(?<![\w.'\"]){name}(?![\w'\"])"), re.compile(rf"\{{\s*{name}\b")
    for path, entry in document.entries():
        if path[:cut] == command and entry.value.kind is ValueKind.STRING:
            found = used if is_expression(section, path[cut:]) else told
            if found.search(str(entry.value.plain)):
                return True
    return False
