"""Writes a model as JSON of the event-modeling specification: slices with elements, links and examples."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.model.json_values import write_json
from workbench.model.projection import ColumnKind
from workbench.model.registry import Registry
from workbench.model.scenario import Expected, FactKind, IssuedCommand, Occurrence, Scenario
from workbench.services.documents.flow_steps import (
    askers_of,
    emitted_by,
    flow_steps_of,
    issued_by,
    node_id,
    reactions_of,
)

LISTS = {"command": "commands", "event": "events", "projection": "readmodels", "reaction": "processors"}
"""Where a slice has its elements of a kind."""
TYPES = {"command": "COMMAND", "event": "EVENT", "projection": "READMODEL", "reaction": "AUTOMATION"}
_EMPTY = ("commands", "events", "readmodels", "screens", "processors", "tables", "specifications")
_FORMATS = {"uuid": "UUID", "date": "Date", "date-time": "DateTime", "decimal": "Decimal"}
_KINDS = {"boolean": "Boolean", "integer": "Long", "number": "Double", "object": "Custom", "string": "String"}
_COLUMNS = {
    ColumnKind.INTEGER: "Long",
    ColumnKind.NUMBER: "Double",
    ColumnKind.BOOLEAN: "Boolean",
    ColumnKind.TIME: "DateTime",
    ColumnKind.JSON: "Custom",
    ColumnKind.DECIMAL: "Decimal",
    ColumnKind.MONEY: "Decimal",
}
DEEP = 6
"""Objects in objects that are written; a type may hold itself."""


def event_model(
    registry: Registry, scenarios: Iterable[Scenario] = (), only: Collection[str] | None = None
) -> dict[str, Any]:
    """Returns the document as plain values.

    Args:
        only: Nodes of the board whose slices are written, such as ``event:order.placed``; None for all.

    The id of an element is its kind and name, such as ``event:order.placed``; its title is made of words.
    """
    writer = _Writer(registry)
    writer.write()
    for number, scenario in enumerate(scenarios, 1):
        writer.add_example(number, scenario)
    wanted = {
        home for (kind, name), home in writer.home.items() if only is None or node_id(kind, name) in only
    }
    written = (one for home, one in writer.slices.items() if home in wanted)
    slices = [{**one, "index": number} for number, one in enumerate(written)]
    return {"slices": slices}


def in_words(name: str) -> str:
    """Returns a name as a title: ``Place order`` for ``place_order``."""
    words = " ".join(name.translate(str.maketrans("_-.", "   ")).split())
    return words[:1].upper() + words[1:] or name


@dataclass(slots=True)
class _Writer:
    registry: Registry
    slices: dict[str, dict[str, Any]] = field(default_factory=dict)
    home: dict[tuple[str, str], str] = field(default_factory=dict)
    """The slice of each element by its kind and name."""
    links: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    """Of each element those to which it leads."""

    def write(self) -> None:
        self._link()
        for one in flow_steps_of(self.registry):
            if one.kind in LISTS and (one.kind, one.name) not in self.home:
                source = next(iter(self._sources(one.kind, one.name)), None)
                self._place(one.kind, one.name, source)

    def _link(self) -> None:
        for command in self.registry.commands:
            self._lead(("command", command), (("event", one) for one in emitted_by(self.registry, command)))
        for name, events in reactions_of(self.registry).items():
            for event in events:
                self._lead(("event", event), [("reaction", name)])
            self._lead(("reaction", name), (("command", one) for one in issued_by(self.registry, name)))
        for name, projection in self.registry.projections.items():
            for event in projection.handlers():
                self._lead(("event", event), [("projection", name)])

    def _lead(self, source: tuple[str, str], targets: Iterable[tuple[str, str]]) -> None:
        known = self.links.setdefault(source, [])
        known += [one for one in targets if one not in known]

    def _sources(self, kind: str, name: str) -> Iterator[tuple[str, str]]:
        return (source for source, targets in self.links.items() if (kind, name) in targets)

    def _place(self, kind: str, name: str, source: tuple[str, str] | None) -> None:
        """Puts an element where it belongs: an event beside its command, a command beside who issues it."""
        if kind in {"projection", "reaction"} or source is None or source[0] == "event":
            home = f"{kind}:{name}"
        else:
            home = self.home.get(source, f"{kind}:{name}")
        if home not in self.slices:
            self.slices[home] = self._slice(home, kind, name)
        self.home[kind, name] = home
        self.slices[home][LISTS[kind]].append(self._element(kind, name, home))

    def _slice(self, home: str, kind: str, name: str) -> dict[str, Any]:
        form = {"projection": "STATE_VIEW", "reaction": "AUTOMATION"}.get(kind, "STATE_CHANGE")
        askers = askers_of(self.registry, name) if kind == "command" else ()
        owner = self._owner(kind, name)
        return {
            "id": f"slice:{home}",
            "title": in_words(name),
            "sliceType": form,
            "status": "Done",
            **{key: [] for key in _EMPTY},
            "actors": [{"name": one, "authRequired": False} for one in askers],
            "aggregates": [owner] if owner else [],
        }

    def _owner(self, kind: str, name: str) -> str:
        if kind == "command":
            return self.registry.commands[name].aggregate
        if kind == "event":
            return next((one.name for one in self.registry.aggregates.values() if name in one.events), "")
        return ""

    def _element(self, kind: str, name: str, home: str) -> dict[str, Any]:
        command = self.registry.commands.get(name) if kind == "command" else None
        owner, doc = self._owner(kind, name), self._doc(kind, name)
        return {
            "id": f"{kind}:{name}",
            "title": in_words(name),
            "type": TYPES[kind],
            "slice": self.slices[home]["title"],
            **({"description": doc} if doc else {}),
            **({"aggregate": owner} if owner else {}),
            **({"createsAggregate": True} if command is not None and command.creates else {}),
            "fields": self._fields(kind, name),
            "dependencies": [*self._dependencies(kind, name)],
        }

    def _doc(self, kind: str, name: str) -> str:
        registry = self.registry
        found: Mapping[str, object] = {
            "command": registry.commands,
            "event": registry.events,
            "projection": registry.projections,
        }.get(kind, {**registry.subscriptions, **registry.reactors})
        return str(getattr(found.get(name), "doc", ""))

    def _dependencies(self, kind: str, name: str) -> Iterator[dict[str, Any]]:
        for way, others in (
            ("INBOUND", self._sources(kind, name)),
            ("OUTBOUND", self.links.get((kind, name), ())),
        ):
            for other, title in others:
                yield {
                    "id": f"{other}:{title}",
                    "type": way,
                    "title": in_words(title),
                    "elementType": TYPES[other],
                }

    def _fields(self, kind: str, name: str) -> list[dict[str, Any]]:
        if kind == "projection":
            columns = self.registry.projections[name].columns
            return [
                {"name": one.name, "type": _COLUMNS.get(one.kind, "String"), "idAttribute": not number}
                for number, one in enumerate(columns)
            ]
        if kind == "command":
            one = self.registry.commands[name]
            return fields_of(one.schema, {one.target})
        if kind == "event":
            owner = self._owner(kind, name)
            commands = self.registry.commands.values()
            return fields_of(
                self.registry.events[name].schema, {one.target for one in commands if one.aggregate == owner}
            )
        return []

    # -- examples ------------------------------------------------------------------------------------------

    def add_example(self, number: int, scenario: Scenario) -> None:
        """Adds a scenario to the slice of what it does first, as far as the specification can say it."""
        acts = [step.act for step in scenario.when if step.act is not None]
        subject = next((found for one in acts if (found := self._subject(one)) in self.home), None)
        home = self.home[subject] if subject is not None else next(iter(self.slices), "")
        if not home:
            return
        told = _Example(f"specification:{number}", self)
        given = [told.happened(one) for one in scenario.given]
        when = [told.did(one) for one in acts if isinstance(one, IssuedCommand | Occurrence)]
        then = [step for one in scenario.then for step in told.expected(one)]
        self.slices[home]["specifications"].append(
            {
                "id": told.id,
                "title": scenario.name,
                "sliceName": self.slices[home]["title"],
                "given": given,
                "when": when,
                "then": then,
                "comments": [{"description": one} for one in told.unsaid],
                "linkedId": self.slices[home]["id"],
            }
        )

    def _subject(self, act: object) -> tuple[str, str]:
        if isinstance(act, IssuedCommand):
            return "command", act.command
        return "event", act.type if isinstance(act, Occurrence) else ""


@dataclass(slots=True)
class _Example:
    id: str
    writer: _Writer
    unsaid: list[str] = field(default_factory=list)
    """What the specification has no words for."""
    count: int = 0

    def happened(self, one: Occurrence) -> dict[str, Any]:
        return self._step("SPEC_EVENT", "event", one.type, one.data)

    def did(self, act: IssuedCommand | Occurrence) -> dict[str, Any]:
        if isinstance(act, Occurrence):
            return self.happened(act)
        return self._step("SPEC_COMMAND", "command", act.command, act.data)

    def expected(self, one: Expected) -> Iterator[dict[str, Any]]:
        facts, name = one.facts, str(one.facts.get(one.kind.value, ""))
        data = facts.get("data")
        values = data if isinstance(data, Mapping) else {}
        if not one.wanted:
            self.unsaid.append(f"no {one.kind.value.replace('_', ' ')} {name}".strip())
        elif one.kind is FactKind.EVENT:
            yield self._step("SPEC_EVENT", "event", name, values)
        elif one.kind is FactKind.REJECTED:
            title = str(facts.get("message") or f"{in_words(name)} is rejected")
            yield self._step("SPEC_ERROR", "command", name, {}, title=title)
        elif one.kind is FactKind.ROW:
            yield self._step("SPEC_READMODEL", "projection", str(facts.get("projection", "")), values)
        else:
            self.unsaid.append(f"{one.kind.value.replace('_', ' ')} {name}: {write_json(dict(facts))}")

    def _step(
        self, form: str, kind: str, name: str, data: Mapping[str, Any], *, title: str = ""
    ) -> dict[str, Any]:
        self.count += 1
        fields = (
            {one["name"]: one for one in self.writer._fields(kind, name)} if self._knows(kind, name) else {}
        )
        return {
            "id": f"{self.id}:{self.count}",
            "title": title or in_words(name),
            "type": form,
            "index": self.count,
            "linkedId": f"{kind}:{name}",
            "fields": [
                _example(fields.get(key, {"name": key, "type": "Custom"}), value)
                for key, value in data.items()
            ],
        }

    def _knows(self, kind: str, name: str) -> bool:
        return (kind, name) in self.writer.home


def _example(one: Mapping[str, Any], value: Any) -> dict[str, Any]:
    plain = value if isinstance(value, str | dict) else write_json(value)
    return {**one, "example": plain}


def fields_of(schema: Mapping[str, Any], ids: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Returns the fields of an object's JSON Schema.

    Args:
        ids: Fields that hold the aggregate's id.
    """
    top, known = _resolved(schema, schema), set(ids)
    return [
        {**_field(name, item, schema, DEEP), **({"idAttribute": True} if name in known else {})}
        for name, item in top.get("properties", {}).items()
        if isinstance(item, Mapping)
    ]


def _field(name: str, item: Mapping[str, Any], root: Mapping[str, Any], deep: int) -> dict[str, Any]:
    found, optional = _without_null(_resolved(item, root), root)
    said: dict[str, Any] = {"name": name, "type": "Custom", "cardinality": "Single"}
    if optional:
        said["optional"] = True
    if found.get("type") == "array":
        said["cardinality"] = "List"
        inner = found.get("items")
        found, _ = _without_null(_resolved(inner, root), root) if isinstance(inner, Mapping) else ({}, False)
    said["type"] = _FORMATS.get(str(found.get("format")), _KINDS.get(str(found.get("type")), "Custom"))
    if (example := _first(item, found)) is not None:
        said["example"] = example
    properties = found.get("properties")
    if isinstance(properties, Mapping) and deep:
        inner_fields = [
            _field(one, value, root, deep - 1)
            for one, value in properties.items()
            if isinstance(value, Mapping)
        ]
        said["subfields"] = inner_fields
    return said


def _first(*schemas: Mapping[str, Any]) -> str | None:
    """Returns the first example that one of some schemas gives, as text."""
    for one in schemas:
        examples = one.get("examples")
        if isinstance(examples, Sequence) and not isinstance(examples, str) and examples:
            return examples[0] if isinstance(examples[0], str) else write_json(examples[0])
    return None


def _without_null(item: Mapping[str, Any], root: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """Returns the first schema that a value may fit and that is not null, and whether it may be null."""
    options = item.get("anyOf") or item.get("oneOf")
    if not options:
        return item, False
    found = [_resolved(one, root) for one in options]
    real = [one for one in found if one.get("type") != "null"]
    if {one.get("type") for one in real} == {"number", "string"}:  # money and decimals are either
        return {**real[0], "type": "string", "format": "decimal"}, len(real) < len(found)
    best = next((one for one in real if one.get("format")), real[0] if real else {})
    return best, len(real) < len(found)


def _resolved(item: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    for _ in range(DEEP):
        reference = item.get("$ref")
        if not isinstance(reference, str):
            break
        item = {**root.get("$defs", {}).get(reference.rpartition("/")[2], {}), **_beside(item)}
    return item


def _beside(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != "$ref"}
