"""What can be said in each part of a scenario, and the form in which it is said."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.model.command import CommandType, QueryType
from workbench.model.event import EventType
from workbench.model.fault import FaultKind, FaultPlace
from workbench.model.projection import ColumnKind, Projection
from workbench.model.registry import Registry
from workbench.model.scenario import Facts
from workbench.project.fault_words import places
from workbench.project.scenarios.scenario_items import DATA
from workbench.project.scenarios.scenario_reader import GIVEN, NO_OTHER_EVENTS, THEN, WHEN
from workbench.services.commands.example_values import example_of
from workbench.services.scenarios.scenario_edits import WrittenStep

FORMS = {"given": GIVEN, "when": WHEN, "then": THEN}
UUID = "00000000-0000-0000-0000-000000000001"
"""Stands for an id that a scenario gives."""
_TEXT = {"type": "string", "minLength": 1}
_WHOLE = {"type": "integer", "minimum": 0}
_VERSION = {**_WHOLE, "title": "Expected version", "description": "Of its stream, as its sender saw it."}
_TIME = {"type": "string", "format": "date-time"}
_SPAN = {"type": "string", "examples": ["2h 30m"], "description": "How much time passes before it."}
_OF = {**_TEXT, "description": "Type of what is delivered."}
_CRASH = {"type": "boolean", "description": "The program ends before the ack, and begins again."}
_FAILS = {"type": "boolean", "description": "Whether its stand-in fails, however it would draw that."}
_AGAIN = {"type": "boolean", "description": "What it got last is delivered once more."}
_FAULT = {"type": "string", "enum": [*FaultKind], "description": "What goes wrong."}
_CALL = {"type": "integer", "minimum": 1, "description": "Which call it strikes, from now on."}
_CHANCE = {"type": "string", "examples": ["20%/7"], "description": "Any call instead, by chance and seed."}
_COLUMNS: Mapping[ColumnKind, Mapping[str, Any]] = {
    ColumnKind.INTEGER: {"type": "integer"},
    ColumnKind.NUMBER: {"type": "number"},
    ColumnKind.DECIMAL: {"type": "number"},
    ColumnKind.MONEY: {"type": "number"},
    ColumnKind.BOOLEAN: {"type": "boolean"},
    ColumnKind.TIME: _TIME,
    ColumnKind.JSON: {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepKind:
    """Something that an item of a scenario can say.

    Attributes:
        part: Where: ``given``, ``when`` or ``then``.
        words: What a person reads: ``event user.created``.
        facts: What it says to begin with; a text where that is all there is to say.
        icon: Name of the icon of its kind.
    """

    part: str
    words: str
    facts: Facts | str
    icon: str


def kinds(registry: Registry, part: str) -> tuple[StepKind, ...]:
    """Returns all that an item of a part can say of a model."""
    return tuple(
        StepKind(part=part, words=words, facts=facts, icon=icon)
        for words, facts, icon in _CHOICES[part](registry)
    )


def _given(registry: Registry) -> Iterator[tuple[str, Facts | str, str]]:
    for name in registry.events:
        yield f"event {name}", {"event": name}, "event"


def _when(registry: Registry) -> Iterator[tuple[str, Facts | str, str]]:
    for name in registry.commands:
        yield f"command {name}", {"command": name}, "command"
    yield from _given(registry)
    yield "time passes", {"after": "1h"}, "clock"
    for name in _consumers(registry):
        yield f"replay {name}", {"replay": name}, "replay"
    for name in (*_consumers(registry), *registry.commands):
        words = f"deliver to {name}" if name in _consumers(registry) else f"handle {name}"
        yield words, {"deliver": name}, "step"
    for place, names in places(registry).items():
        for name in names if place is not FaultPlace.HANDLER else ():
            yield f"fault of {place} {name}", {"fault": name, "kind": "fail"}, "bug"


def _then(registry: Registry) -> Iterator[tuple[str, Facts | str, str]]:
    yield from _given(registry)
    yield NO_OTHER_EVENTS, NO_OTHER_EVENTS, "event"
    yield from _each("rejected", registry.commands, "rejected {}", "error")
    for name in registry.projections:
        yield f"row of {name}", {"row": "", "projection": name}, "projection"
        yield f"count of rows of {name}", {"rows": 1, "projection": name}, "projection"
    for name in registry.queries:
        yield f"query {name}", {"query": name, "answer": None}, "query"
    yield from _each("command", registry.commands, "command {} follows", "command")
    yield from _messages(registry)
    yield from _each("dead_letter", _consumers(registry), "dead letter of {}", "dead-letter")
    yield from _each("conflict", registry.commands, "conflict of {}", "warning")
    yield from _each("failed", registry.commands, "failed {}", "error")
    yield from _each("no_event", registry.events, "no event {}", "event")
    yield from _each("no_command", registry.commands, "no command {}", "command")
    for name in registry.projections:
        yield f"no row of {name}", {"no_row": "", "projection": name}, "projection"


def _each(head: str, names: Iterable[str], words: str, icon: str) -> Iterator[tuple[str, Facts, str]]:
    for name in names:
        yield words.format(name), {head: name}, icon


def _messages(registry: Registry) -> Iterator[tuple[str, Facts, str]]:
    for topic in registry.topics:
        for name in registry.events:
            if topic in registry.routing.topics_of(name):
                yield f"message {name} on {topic}", {"message": name, "topic": topic}, "topic"


_CHOICES = {"given": _given, "when": _when, "then": _then}


def _consumers(registry: Registry) -> list[str]:
    return [*registry.subscriptions, *registry.reactors]


# -- what fits ----------------------------------------------------------------------------------------------


def begun(registry: Registry, kind: StepKind, steps: Iterable[WrittenStep]) -> Facts | str:
    """Returns what an item says to begin with: streams and ids are those of the scenario so far."""
    if isinstance(kind.facts, str):
        return kind.facts
    facts = dict(kind.facts)
    head = head_of(facts, kind.part)
    data, known = _data(registry, "given" if head == "event" else kind.part, head, facts)
    fields = example_of({**(data or {}), "$defs": known}, lambda: UUID, needed=True)
    ids = _ids(registry, [one for step in steps for one in step.said if isinstance(one, Mapping)])
    if head == "event":
        asked = _asked_for(registry, str(facts["event"]))
        fields |= {key: asked[key] for key in fields if key in asked}
        owners = [name for name, one in registry.aggregates.items() if facts["event"] in one.events]
        owner = next((one for one in ids if one in owners), owners[0] if owners else "")
        ids = {owner: ids.get(owner) or _first_id(registry, owner)} | ids
        facts["stream"] = f"{owner}-{ids[owner]}" if owner else ""
    for field, one in _id_fields(registry, facts.get("command"), ids).items():
        if (field in fields or head == "command") and _is_like(one, fields.get(field)):
            fields[field] = int(one) if isinstance(fields.get(field), int) else one
    if data is not None and (kind.part != "then" or head == "query"):
        facts["data"] = fields
    return facts


def _asked_for(registry: Registry, event: str) -> dict[str, Any]:
    """Returns the examples of what commands that emit an event ask for: its own fields have none."""
    found: dict[str, Any] = {}
    for name, command in registry.commands.items():
        if any(one.verb == "emits" and one.name == event for one in registry.flows_of(f"command:{name}")):
            fields: Mapping[str, Any] = command.schema.get("properties", {})
            found |= {key: one["examples"][0] for key, one in fields.items() if one.get("examples")}
    return found


def _ids(registry: Registry, said: Sequence[Facts]) -> dict[str, str]:
    """Returns the last id of each aggregate of which a scenario speaks, the last one first."""
    found: dict[str, str] = {}
    for stream in reversed([stream for one in said for stream in _streams(registry, one)]):
        found.setdefault(stream.partition("-")[0], stream.partition("-")[2])
    return found


def _streams(registry: Registry, facts: Facts) -> Iterator[str]:
    """Yields the streams that an item speaks of, also those that a command is decided over."""
    if "stream" in facts:
        yield str(facts["stream"])
    command, data = registry.commands.get(str(facts.get("command"))), facts.get("data")
    if command is not None and isinstance(data, Mapping):
        yield from (f"{one.aggregate}-{data[one.id]}" for one in command.places if data.get(one.id))


def _first_id(registry: Registry, aggregate: str) -> str:
    """Returns an id that commands take for an aggregate."""
    for command in registry.commands.values():
        for place in command.places:
            if place.aggregate == aggregate:
                asked = {**command.schema, "required": [place.id]}
                found = example_of(asked, lambda: UUID, needed=True).get(place.id, place.id)
                return "1" if found == place.id else str(found)
    return "1"


def _id_fields(registry: Registry, command: object, ids: Mapping[str, str]) -> dict[str, str]:
    """Returns the id for each field that holds one in a command; without a command: in any."""
    kinds = registry.commands.values() if command is None else [registry.commands[str(command)]]
    places = [place for one in kinds for place in one.places]
    return {
        place.id: ids[name] for name in reversed(list(ids)) for place in places if place.aggregate == name
    }


def _is_like(one: str, example: object) -> bool:
    """Whether an id can stand where an example stands: a whole number, a UUID or any text."""
    if isinstance(example, str) and _is_uuid(example):
        return _is_uuid(one)
    return one.isdecimal() if isinstance(example, int) else example is None or isinstance(example, str)


def _is_uuid(text: str) -> bool:
    try:
        return len(text) == len(UUID) and bool(uuid.UUID(text))
    except ValueError:
        return False


# -- forms --------------------------------------------------------------------------------------------------


def head_of(facts: Facts, part: str) -> str:
    """Returns the key that says what an item is; empty where none does."""
    forms = FORMS[part]
    found = [key for key in facts if key in forms]
    return next((key for key in found if not any(key in forms[other] for other in found)), "")


def form_of(registry: Registry, part: str, facts: Facts) -> dict[str, Any]:
    """Returns the JSON Schema of the form of an item; what it is, its first key says, is not in it."""
    head = head_of(facts, part)
    fields: dict[str, Any] = dict(_FIELDS.get(f"{part}.{head}", _FIELDS.get(head.removeprefix("no_"), {})))
    if head in {"row", "no_row"}:
        fields = {head: _key(registry, facts), **fields}
    elif head == "rows":
        fields = {head: _WHOLE, **fields}
    elif head in {"after", "at"}:
        fields = {head: _SPAN if head == "after" else _TIME}
    elif head == "rejected" and (command := registry.commands.get(str(facts[head]))) is not None:
        fields["field"] = {"type": "string", "enum": sorted(command.fields)}
    needed: list[str] = [
        key for key in ("stream", "after", "at") if key in fields and (part == "given" or key == head)
    ]
    needed += ["stream"] if part == "when" and head == "event" else []
    needed += [head] if head in fields else []
    data, known = _data(registry, part, head, facts)
    if data is not None:
        fields["exactly" if "exactly" in facts else "data"] = data
    needed += [key for key in DATA if key in fields]
    names = sorted(fields, key=lambda key: (key not in needed, key not in DATA))
    order = {key: fields[key] for key in names}
    return {"type": "object", "properties": order, "required": list(dict.fromkeys(needed)), "$defs": known}


_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "given.event": {"stream": _TEXT, "at": _TIME},
    "when.event": {"stream": _TEXT, "after": _SPAN},
    "when.command": {"after": _SPAN, "expected": _VERSION},
    "when.replay": {"after": _SPAN},
    "when.fault": {"kind": _FAULT, "call": _CALL, "chance": _CHANCE, "time": _TEXT, "after": _SPAN},
    "when.deliver": {"of": _OF, "crash": _CRASH, "again": _AGAIN, "fails": _FAILS, "after": _SPAN},
    "then.event": {"stream": _TEXT, "at": _TIME},
    "then.command": {"by": _TEXT, "after": _TEXT, "at": _TIME},
    "event": {"stream": _TEXT},
    "rejected": {"message": _TEXT},
    "conflict": {"version": _WHOLE},
    "failed": {"message": _TEXT},
    "query": {"answer": {}},
    "dead_letter": {
        "error": _TEXT,
        "message": _TEXT,
        "reason": _TEXT,
        "attempts": {"type": "integer", "minimum": 1},
    },
}
"""Fields beside the data, by what an item is."""


def _data(
    registry: Registry, part: str, head: str, facts: Facts
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Returns the schema of an item's data, and what it refers to; what must follow is said in part."""
    if head in {"row", "rows", "no_row"}:
        projection = registry.projections.get(str(facts.get("projection")))
        return (None, {}) if projection is None else (_columns(projection), {})
    name = str(facts.get(head))
    kind: CommandType | EventType | QueryType | None = None
    match head:
        case "event" | "no_event" | "message":
            kind = registry.events.get(name)
        case "command" | "no_command":
            kind = registry.commands.get(name)
        case "query":
            kind = registry.queries.get(name)
    if kind is None:
        return None, {}
    schema = dict(kind.schema)
    known = dict(schema.pop("$defs", {}))
    if "$ref" in schema:
        schema = dict(known[str(schema["$ref"]).rpartition("/")[2]])
    if part == "then" and head != "query":
        schema = _partial(schema)
    return {**schema, "title": "Data"}, known


def _partial(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a schema whose fields can all be left out."""
    fields = {
        name: {key: value for key, value in one.items() if key != "default"}
        for name, one in schema.get("properties", {}).items()
    }
    return {**schema, "properties": fields, "required": []}


def _columns(projection: Projection) -> dict[str, Any]:
    fields = {
        one.name: _COLUMNS.get(one.kind, {"type": "string"})
        for one in projection.columns
        if one.name != projection.key
    }
    return {"type": "object", "title": "Data", "properties": fields, "required": []}


def _key(registry: Registry, facts: Facts) -> Mapping[str, Any]:
    projection = registry.projections.get(str(facts.get("projection")))
    kinds = {one.name: one.kind for one in projection.columns} if projection is not None else {}
    return {
        **_COLUMNS.get(kinds.get(projection.key if projection else "", ColumnKind.TEXT), _TEXT),
        "title": "Key",
    }


def changed_facts(facts: Facts, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what an item says after its form was filled in; what the form did not change stays as it was.

    Args:
        before, after: What the form gave at first and in the end.
    """
    made = dict(facts)
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        if isinstance(new, Mapping) and isinstance(old, Mapping):
            inner = changed_facts(made.get(key) or {}, old, new)
            made |= {key: inner} if inner or key in made else {}
        elif old != new or type(old) is not type(new):
            if key not in after or (new is None and key != "answer"):
                made.pop(key, None)
            else:
                made[key] = new
    return made
