"""Writes a model as Mermaid's ``eventmodeling`` (Mermaid 11.15 and later): a time frame for each step."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from workbench.errors import InvalidValue
from workbench.model.command import CommandType, QueryType
from workbench.model.event import EventType
from workbench.model.flow_rules import rules_of
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.model.registry import Registry
from workbench.services.documents.card_fields import CardField, fields_of_columns, fields_of_schema
from workbench.services.documents.flow_steps import (
    FlowStep,
    flow_steps_of,
    issued_by,
    reactions_of,
    steps_about,
)

KINDS = {
    "actor": "ui",
    "command": "cmd",
    "event": "evt",
    "projection": "rmo",
    "query": "ui",
    "reaction": "pcr",
}
"""What each kind of step is called there; who asks a query sees its answer."""
MOST = 999
"""Frames: their numbers have three digits."""
_REACTING = {"reaction": ("subscription", "handler")}
"""First words of the nodes that are reactions."""
_NO_TAG = re.compile(r"<(?=[A-Za-z/!?])")
"""Behind a sign like this a browser reads markup."""
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
    lines += _left_out(registry, [one for one in steps if one.kind == "reaction"], only)
    return "\n".join(lines) + "\n"


def _left_out(registry: Registry, told: Sequence[FlowStep], only: Collection[str] | None) -> Iterator[str]:
    """Yields what the diagram leaves out, as comments: its frames tell of events and what follows from them.

    That are wires of events that lead on to no command, and topics and subscriptions that no event reaches.

    Args:
        told: The reactions that are told where something follows from an event, and there alone.
        only: Nodes of the board that are told; None for all.
    """
    names = {one.name for one in told}
    read = {COMMANDS_TOPIC, *(one.topic for name, one in registry.subscriptions.items() if name in names)}
    beside = [f"topic {one}" for one in registry.topics if one not in read]
    beside += [f"subscription {one}" for one in registry.subscriptions if one not in names]
    shown = [one for one in beside if only is None or one.replace(" ", ":", 1) in only]
    if shown:
        yield f"%% Not in this diagram: {', '.join(shown)}; no event comes to a handler that way"
    for name in dict.fromkeys(one.name for one in told):
        events = reactions_of(registry)[name]
        silent = [one for one in events if not issued_by(registry, name, one)]
        if silent and len(silent) < len(events):
            said = f"wires from {', '.join(silent)} to {name}, which issues nothing then"
            yield f"%% Not in this diagram: {said}"


def identifier(name: str) -> str:
    """Returns a name as Mermaid takes it, ``Order.Placed`` for ``order.placed``; its first part is a lane."""
    parts = (_word(part) for part in name.split("."))
    return ".".join(part for part in parts if part) or "X"


def _word(part: str) -> str:
    word = "".join(one[:1].upper() + one[1:] for one in _NO_WORD.split(part))
    return f"X{word}" if word[:1].isdigit() else word


def _data(registry: Registry, kind: str, name: str) -> str:
    """Returns the fields and rules of a step, on one line between braces; empty where it has none."""
    fields = [f"{one.name}: {one.type}" for one in _fields(registry, kind, name)]
    parts = [*fields, *_topic(registry, kind, name), *_rules(registry, kind, name)]
    said = " ".join(re.sub(r"[{}`]", " ", "; ".join(parts)).split())
    return f" {{ {_NO_TAG.sub('< ', said)} }}" if said else ""


def _topic(registry: Registry, kind: str, name: str) -> list[str]:
    """Returns through which topic a subscription gets its messages: topics have no frames of their own."""
    subscription = registry.subscriptions.get(name) if kind == "reaction" else None
    return [f"topic: {subscription.topic}"] if subscription is not None else []


def _rules(registry: Registry, kind: str, name: str) -> Iterator[str]:
    """Yields when a reaction does what follows, and for what a command is refused."""
    if kind == "command":
        flows = list(registry.rules_of(f"command:{name}"))
    else:
        flows = [one for sort in _REACTING.get(kind, ()) for one in registry.flows_of(f"{sort}:{name}")]
    yield from (one.text.replace("→", "to") for one in rules_of(flows, most=None))


def _fields(registry: Registry, kind: str, name: str) -> tuple[CardField, ...]:
    if kind == "projection":
        return fields_of_columns(registry.projections[name].columns)
    known: Mapping[str, Mapping[str, CommandType | EventType | QueryType]] = {
        "command": registry.commands,
        "event": registry.events,
        "query": registry.queries,
    }
    return fields_of_schema(known[kind][name].schema) if kind in known else ()
