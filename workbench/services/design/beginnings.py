"""What the section of something new says by itself, taken from what it follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.errors import InvalidValue
from workbench.services.design.column_types import column_type
from workbench.services.design.field_lines import plain_value
from workbench.services.design.relations import section_path, told_by
from workbench.services.design.section_lists import names_at
from workbench.services.design.statuses import STATUS, status_text
from workbench.tusk import Document, Value
from workbench.tusk.document import Path

_RULES = ("min", "max", "pattern", "default", "example", "title")
"""Keys of a command's field that speak of what is typed, not of what it means."""


def begun_event(document: Document, name: str, owner: str, command: str) -> dict[str, Any]:
    """Returns what a new event says: the fields of the command that emits it, and what it sets of the state.

    That are the fields that the state has alike, and the status it leads to.

    Args:
        owner: Its aggregate; empty where that is not known.
        command: That emits it; empty for none.
    """
    said: dict[str, Any] = {"aggregate": owner} if owner and name.rpartition(".")[0] != owner else {}
    given = known_fields(document, (*section_path("command", command), "fields")) if command else {}
    fields = {one: event_field(value) for one, value in given.items() if one != id_of(owner)}
    state = known_fields(document, (*section_path("aggregate", owner), "state")) if owner else {}
    if fields:
        said["fields"] = fields
    sets = {one: f"event.{one}" for one, value in fields.items() if one in state and _fits(value, state[one])}
    if STATUS not in sets and owner and (status := status_text(document, owner, name)):
        sets[STATUS] = f"'{status}'"
    return said | ({"set": sets} if sets else {})


def begun_projection(document: Document, event: str) -> dict[str, Any]:
    """Returns what a new read model says: a column for what the event has, and for what it says of the state.

    Args:
        event: That it reads; empty for none.
    """
    path = (*section_path("event", event), "fields")
    fields = names_at(document, path) if event else []
    columns = {one: column_type(document, (*path, one)) for one in fields if one != "id"}
    stated = {one: "text" for one in told_by(document, event) if one not in columns} if event else {}
    return {"columns": {"id": "text"} | columns | stated}


def event_field(value: Any) -> Any:
    """Returns a command's field as one of an event: what happened has no rules for what is typed."""
    if not isinstance(value, Mapping):
        return value
    said = {key: one for key, one in value.items() if key not in _RULES}
    return said["type"] if set(said) == {"type"} else said


def _fits(given: Any, wanted: Any) -> bool:
    """Whether a field of an event is of the type of a state's, which may be optional."""
    one, other = (
        {"type": value} if isinstance(value, str) else event_field(value) for value in (given, wanted)
    )
    one, other = ({"type": value} if isinstance(value, str) else value for value in (one, other))
    return one == other or one == {**other, "type": str(other.get("type", "")).removesuffix("?")}


def id_of(aggregate: str) -> str:
    """Returns the field of a command that names the aggregate it is for."""
    return f"{aggregate}_id".replace("-", "_")


def id_names(aggregate: str) -> tuple[str, str]:
    """Returns how fields are called that have the id of an aggregate: ``order_id``, or ``order``."""
    return id_of(aggregate), aggregate.replace("-", "_")


def known_fields(document: Document, path: Path) -> dict[str, Any]:
    """Returns the fields of a block; none where they are more than themselves."""
    entry = document.find(path)
    said = _read(entry.value, document.text) if entry is not None else {}
    return said if isinstance(said, dict) else {}


def _read(value: Value, text: str) -> Any:
    """Returns what is written; nothing where it is more than itself."""
    try:
        return plain_value(value, text)
    except InvalidValue:
        return {}
