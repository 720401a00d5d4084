"""Keeps the names under which events are stored, where their types get others (contract U3)."""

from __future__ import annotations

from workbench.services.design.design_text import DesignText
from workbench.services.design.relations import section_path
from workbench.services.design.section_lists import put
from workbench.tusk import Document, delete


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
