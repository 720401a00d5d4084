"""The status that an event leads to, by its name, in the state of its aggregate."""

from __future__ import annotations

from workbench.services.design.column_types import type_at
from workbench.services.design.section_lists import add_name, names_at, put
from workbench.tusk import Document
from workbench.tusk.document import Path

STATUS = "status"
"""Field of a state that says how far something is."""


def choices_path(document: Document, path: Path) -> Path | None:
    """Returns where the choices of a field stand, also those of its own type; None where it is no choice."""
    word = type_at(document, path).removesuffix("?")
    if word == "choice":
        return (*path, "choices")
    named = bool(word) and path[0] != "types" and document.find(("types", word)) is not None
    return choices_path(document, ("types", word)) if named else None


def status_text(document: Document, owner: str, event: str) -> str:
    """Returns the status an event leads to: its name in words, or the choice of that name; else nothing."""
    path, name = _path(owner), event.rpartition(".")[2]
    if (place := choices_path(document, path)) is not None:
        return next((one for one in names_at(document, place) if _words(one) == _words(name)), "")
    kind = type_at(document, path).removesuffix("?")
    kind = type_at(document, ("types", kind)).removesuffix("?") or kind
    return _words(name) if kind == "string" else ""


def with_status(document: Document, owner: str, event: str) -> tuple[Document, str]:
    """Returns a document in which an event sets the status it leads to, and that as an expression.

    A status of choices gets one of the event's name where it has none; a state without one stays. What is
    set to something else already stays, and there is no expression.
    """
    said, place = status_text(document, owner, event), choices_path(document, _path(owner))
    section, name = ("event", *event.split(".")), event.rpartition(".")[2]
    if ".".join(section) not in document.sections or not (said or place):
        return document, f"'{said or _words(name)}'"
    if document.find((*section, "set", STATUS)) is not None:
        return document, ""
    if place is not None and not said:
        document, said = add_name(document, place, name), name
    return put(document, (*section, "set", STATUS), f"'{said}'"), f"'{said}'"


def _path(owner: str) -> Path:
    return ("aggregate", *owner.split("."), "state", STATUS)


def _words(name: str) -> str:
    return name.replace("_", " ").replace("-", " ")
