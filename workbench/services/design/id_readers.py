"""Who reads or gives the id of an event's stream: of an event of another aggregate that is another one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workbench.services.design.beginnings import id_names
from workbench.services.design.change_preview import ChangePlace, place_in
from workbench.services.design.design_text import DesignText
from workbench.services.design.owners import id_fields, own_id
from workbench.services.design.references import Reference
from workbench.services.design.relations import a_kind, declared_names, section_path
from workbench.services.design.section_lists import names_at
from workbench.services.design.text_members import is_expression
from workbench.tusk import Document, Entry, ValueKind
from workbench.tusk.document import Path

_READS = re.compile(r"""(?<![\w.'"])id(?![\w'"])""")
_READERS = {"policy": "on", "process": "on", "projection": "on", "handler": "event"}
"""What reads events, each with the key that names them."""


def id_readers(text: DesignText, events: Sequence[str], owner: str) -> Iterator[ChangePlace]:
    """Yields where each reader of one of these events uses its id first, also where it says no key.

    Args:
        owner: The aggregate whose id it is then.
    """
    document = text.project
    for kind, key in _READERS.items():
        for name in declared_names(document, kind):
            section = section_path(kind, name)
            for event in names_at(document, (*section, key)):
                entry = _use(document, section, event) if event in events else None
                if entry is not None:
                    yield place_in(
                        text, _reference(document, section, entry), f"{name}: the id of a {owner} then"
                    )
                    break


def id_notes(document: Document, commands: Sequence[str], before: str, owner: str) -> Iterator[str]:
    """Says which commands that move to another aggregate have the id of the one that they leave.

    In an aggregate that is new with them they may call it as they do.

    Args:
        document: As it is before they move.
    """
    for command in commands if f"aggregate.{owner}" in document.sections else ():
        for place, field in id_fields(document, command):
            if place.aggregate == before and field in id_names(before):
                need = f"it needs {own_id(document, command, owner)} as its target"
                has = f"{command} has {field}, the id of {a_kind(before)}"
                yield f"{has}, and would look for {a_kind(owner)} of that id: {need}."


def _use(document: Document, section: Path, event: str) -> Entry | None:
    """Returns the entry by which a reader uses the id of an event first; None where it does not."""
    step = (*section, "on", event)
    key = document.find((*step, "key")) or document.find((*section, "key"))
    if section[0] == "projection" and key is None and document.find((*step, "where")) is None:
        return document.find(step)
    if section[0] in {"process", "projection"} and key is not None and _reads(key):
        return key
    inside = step if section[0] in {"process", "projection"} else section
    cut, dotted = len(section), ".".join(section)
    found = (
        one for path, one in document.entries() if path[: len(inside)] == inside and _said(dotted, path, cut)
    )
    return next((one for one in found if _reads(one)), None)


def _said(section: str, path: Path, cut: int) -> bool:
    return is_expression(section, path[cut:])


def _reads(entry: Entry) -> bool:
    return entry.value.kind is ValueKind.STRING and _READS.search(str(entry.value.plain)) is not None


def _reference(document: Document, section: Path, entry: Entry) -> Reference:
    return Reference(
        kind="id",
        name=entry.key,
        file=document.file,
        start=entry.start,
        end=entry.end,
        role="key",
        owner=".".join(section),
    )
