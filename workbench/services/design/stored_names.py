"""Keeps the names under which events are stored, where their types get others (contract U3)."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from workbench.errors import InvalidValue
from workbench.model.event import misstored
from workbench.services.design.design_text import DesignText
from workbench.services.design.relations import section_path
from workbench.services.design.section_lists import put
from workbench.tusk import Document, delete

if TYPE_CHECKING:
    from workbench.store.ports import Store


def renamed_events(before: Document, after: Document) -> list[tuple[str, str]]:
    """Returns the events that have another name in the place where they stood, each with both names."""
    old, new = list(before.sections), list(after.sections)
    if len(old) != len(new):
        return []
    moved = [(was, now) for was, now in zip(old, new, strict=True) if was != now]
    names = [(was.partition("event.")[2], now.partition("event.")[2]) for was, now in moved]
    gone, came = ({pair[at] for pair in names} for at in (0, 1))
    if not all(was and now for was, now in names) or gone & came:
        return []
    return names


def with_kept_names(before: DesignText, after: DesignText, store: Store) -> DesignText:
    """Has events that are stored keep the name under which they are, whatever gave them another (U3)."""
    renames = renamed_events(before.project, after.project)
    if not renames:
        return after
    with closing(store.reader()) as reader:
        for old, new in renames:
            entry = before.project.find((*section_path("event", old), "stored_as"))
            below = str(entry.value.plain) if entry is not None else old
            if below != new and reader.count_types(old.__eq__):
                after = with_stored_name(after, below, new)
    return after


def with_stored_name(text: DesignText, below: str, name: str) -> DesignText:
    """Says under which name the events of a renamed type are stored, where that is not its own.

    Args:
        below: The name under which they are.
        name: The new one.
    """
    document, path = text.project, (*section_path("event", name), "stored_as")
    known = document.find(path)
    if known is None and f"event.{name}" in document.sections:
        document = put(document, path, below)
    elif known is not None and known.value.plain == name:
        document = delete(document, path)
    return text.with_project(document)


def check_stored_names(before: DesignText, after: DesignText) -> None:
    """Looks whether a rename leaves every event a stored name of its own.

    Raises:
        InvalidValue: Two would be stored under one name, or one under the name of another.
    """
    known = _faults(before.project).values()
    for name, said in _faults(after.project).items():
        if said not in known:
            hint = "take another name: events that are stored keep theirs"
            raise InvalidValue(f"the events of {name} could not be stored: {said}", path="", hint=hint)


def _faults(document: Document) -> dict[str, str]:
    stored = {}
    for section in document.sections:
        kind, _, name = section.partition(".")
        if kind == "event" and name:
            entry = document.find((*section_path(kind, name), "stored_as"))
            stored[name] = str(entry.value.plain) if entry is not None else ""
    return misstored(stored)
