"""Writes a model as Mermaid's ``eventmodeling`` (Mermaid 11.15 and later): a time frame for each step."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from workbench.errors import InvalidValue
from workbench.model.registry import Registry
from workbench.services.documents.flow_steps import flow_steps_of, steps_about
from workbench.services.documents.schema_fields import SchemaField, fields_of

KINDS = {"actor": "ui", "command": "cmd", "event": "evt", "projection": "rmo", "reaction": "pcr"}
"""What each kind of step is called there."""
MOST = 999
"""Frames: their numbers have three digits."""
_NO_WORD = re.compile(r"[^A-Za-z0-9]+")


def event_timeline(registry: Registry, only: Collection[str] | None = None) -> str:
    """Returns the diagram's text.

    Args:
        only: Nodes of the board that are told, such as ``event:order.placed``; None for all.

    Raises:
        InvalidValue: It would have more frames than Mermaid can number.
    """
    steps = steps_about(flow_steps_of(registry), only)
    if len(steps) > MOST:
        said = f"Mermaid numbers {MOST} frames at most, and this model has {len(steps):,} steps"
        raise InvalidValue(said, path="", hint="write it as SVG or PNG")
    lines, told = ["eventmodeling", ""], set()
    for number, one in enumerate(steps, 1):
        links = "".join(f" ->> {source + 1:03}" for source in one.sources)
        data = "" if (one.kind, one.name) in told else _data(registry, one.kind, one.name)
        told.add((one.kind, one.name))
        lines.append(f"rf {number:03} {KINDS[one.kind]} {identifier(one.name)}{links}{data}")
    return "\n".join(lines) + "\n"


def identifier(name: str) -> str:
    """Returns a name as Mermaid takes it, ``Order.Placed`` for ``order.placed``; its first part is a lane."""
    parts = (_word(part) for part in name.split("."))
    return ".".join(part for part in parts if part) or "X"


def _word(part: str) -> str:
    word = "".join(one[:1].upper() + one[1:] for one in _NO_WORD.split(part))
    return f"X{word}" if word[:1].isdigit() else word


def _data(registry: Registry, kind: str, name: str) -> str:
    """Returns the fields of a step, on one line between braces; empty where it has none."""
    fields = [f"{one.name}: {one.type}" for one in _fields(registry, kind, name)]
    said = re.sub(r"[{}\[\]`\s]+", " ", ", ".join(fields)).strip()
    return f" {{ {said} }}" if said else ""


def _fields(registry: Registry, kind: str, name: str) -> Iterator[SchemaField]:
    if kind == "command":
        yield from fields_of(registry.commands[name].schema)
    elif kind == "event":
        yield from fields_of(registry.events[name].schema)
    elif kind == "projection":
        for column in registry.projections[name].columns:
            yield SchemaField(name=column.name, type=column.kind.value, required=False, doc="")
