"""Under which names the events of renamed types are stored (U3)."""

from __future__ import annotations

from workbench.errors import InvalidValue
from workbench.model.event import misstored
from workbench.services.design.design_text import DesignText
from workbench.services.design.relations import section_path
from workbench.services.design.section_lists import put
from workbench.tusk import Document, delete


def with_stored_name(text: DesignText, old: str, name: str) -> DesignText:
    """Says under which name the events of a renamed type are stored, where that is not its own."""
    document, path = text.project, (*section_path("event", name), "stored_as")
    known = document.find(path)
    if known is None and f"event.{name}" in document.sections:
        document = put(document, path, old)
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
