"""Reads a scenario file against the model: every mistake with its place, all at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workbench.errors import InvalidName, WorkbenchError
from workbench.model.clock import parse_rfc3339
from workbench.model.command import CommandType, QueryType
from workbench.model.event import EventType, StoredData
from workbench.model.json_values import check_name, write_json
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.model.projection import ColumnKind, Projection
from workbench.model.registry import Registry
from workbench.model.scenario import (
    Expected,
    FactKind,
    IssuedCommand,
    Occurrence,
    OneDelivery,
    Replay,
    Scenario,
    ScenarioAct,
    ScenarioStep,
    moment,
)
from workbench.project.durations import write_later
from workbench.project.scenarios.file_nodes import Book, FileNode
from workbench.project.scenarios.scenario_items import DATA, Forms, ScenarioItem, fault_of, item_of, meant
from workbench.tusk import Document, Entry, Problem, TskError, parse
from workbench.tusk import ValueKind as Written

NO_OTHER_EVENTS = "no other events"
PARTS = ("given", "when", "then", "now")
GIVEN: Forms = {"event": ("stream", "data", "version", "at")}
WHEN: Forms = {
    "command": ("data", "expected", "after", "at"),
    "event": ("stream", "data", "version", "after", "at"),
    "replay": ("after", "at"),
    "deliver": ("of", "crash", "again", "fails", "after", "at"),
    "fault": ("kind", "call", "chance", "time", "after", "at"),
    "after": (),
    "at": (),
}
THEN: Forms = {
    "event": ("stream", "at", *DATA),
    "rejected": ("message", "field"),
    "conflict": ("version",),
    "failed": ("message",),
    "row": ("projection", *DATA),
    "rows": ("projection", *DATA),
    "query": ("data", "answer"),
    "message": ("topic", *DATA),
    "command": ("by", "after", "at", "withdrawn", *DATA),
    "dead_letter": ("error", "message", "reason", "attempts", *DATA),
    "no_event": ("stream", "at", *DATA),
    "no_row": ("projection", *DATA),
    "no_message": ("topic", *DATA),
    "no_command": ("by", "after", "at", "withdrawn", *DATA),
}
_AT_FIELD = re.compile(r"\$\.(\w+)")


def read_scenarios(data: bytes | str, file: str, registry: Registry) -> tuple[Scenario, ...]:
    """Reads the scenarios of a file, in its order.

    Args:
        file: Its name, for messages.
        registry: What the model knows; names that it does not know are mistakes.

    Raises:
        TskError: Everything that is wrong with it.
    """
    found, problems = sound_scenarios(data, file, registry)
    if problems:
        raise TskError(problems)
    return found


def sound_scenarios(
    data: bytes | str, file: str, registry: Registry
) -> tuple[tuple[Scenario, ...], list[Problem]]:
    """Reads the scenarios of a file with which nothing is wrong, and everything that is wrong with others.

    Raises:
        TskError: It is no TuskLang.
    """
    document = parse(data, file)
    book = Book(document)
    found = tuple(_Reader(book, registry).scenarios(document))
    return found, sorted(book.problems)


class _Reader:
    def __init__(self, book: Book, registry: Registry) -> None:
        self._book = book
        self._registry = registry

    def scenarios(self, document: Document) -> Iterator[Scenario]:
        for name, scope in document.sections.items():
            said = f"[{name}] is not read: a scenario file has no sections"
            self._book.wrong(scope.start, scope.end, "S-UNKNOWN", said, 'write "What it shows" { … }')
        for entry in document.top.entries.values():
            if not entry.key.startswith("$"):
                before = self._book.mistakes
                scenario = self._scenario(entry)
                if self._book.mistakes == before:
                    yield scenario

    def _scenario(self, entry: Entry) -> Scenario:
        node = self._book.node(entry.value)
        if node.kind is not Written.OBJECT:
            said = f"{entry.key} is no scenario"
            self._book.wrong(entry.start, entry.end, "S-TYPE", said, 'write "What it shows" { … }')
        try:
            check_name(entry.key, what="a scenario's name")
        except InvalidName as error:
            self._book.wrong(entry.start, entry.end, "S-TYPE", error.message, "write a sentence in one line")
        item = ScenarioItem(node, "a scenario")
        for key in node.entries():
            if key not in PARTS:
                item.wrong_key(key, "S-UNKNOWN", f"{key} is no part of a scenario", meant(key, PARTS))
        if node.kind is Written.OBJECT and not item.has("then"):
            self._book.wrong(
                entry.start, entry.end, "S-TYPE", "a scenario needs then: without it nothing is checked"
            )
        expected = list(item.at("then").items()) if item.has("then") else []
        others = [one for one in expected if one.value.plain == NO_OTHER_EVENTS]
        return Scenario(
            name=entry.key,
            place=self._book.place(entry.start),
            given=tuple(_present(map(self._given, _parts(item, "given")))),
            when=tuple(_present(map(self._step, _parts(item, "when")))),
            then=tuple(_present(self._expected(one) for one in expected if one not in others)),
            now=item.moment("now"),
            no_other_events=bool(others),
            invariants=tuple(self._registry.invariants),
        )

    # -- given and when -------------------------------------------------------------------------------------

    def _given(self, node: FileNode) -> Occurrence | None:
        item = item_of(node, "given", GIVEN)
        return None if item is None else self._occurrence(item)

    def _step(self, node: FileNode) -> ScenarioStep | None:
        item = item_of(node, "when", WHEN)
        if item is None:
            return None
        act: ScenarioAct | None = None
        match item.head:
            case "command":
                act = self._order(item)
            case "event":
                act = self._occurrence(item)
            case "replay":
                act = Replay(subscription=item.known("replay", self._subscriptions(), "subscription"))
            case "deliver":
                act = self._delivery(item)
            case "fault":
                act = fault_of(item, self._registry)
        if item.has("after") and item.has("at"):
            item.wrong_key("at", "S-TYPE", "after and at exclude each other", "leave one of them out")
        return ScenarioStep(after=item.span("after") or 0.0, at=item.moment("at"), act=act, place=node.place)

    def _order(self, item: ScenarioItem) -> IssuedCommand:
        name = item.known("command", self._registry.commands, "command")
        self._command_fields(item, name)
        return IssuedCommand(command=name, data=item.data() or {}, expected=item.whole("expected", 0))

    def _delivery(self, item: ScenarioItem) -> OneDelivery:
        registry = self._registry
        consumers = [*self._subscriptions(), *registry.commands, *registry.projections]
        to = item.known("deliver", consumers, "subscription, policy, process, command or read model")
        if item.switch("crash") and item.switch("again"):
            item.wrong_key("again", "S-TYPE", "crash and again exclude each other", "leave one of them out")
        fails = item.switch("fails") if item.has("fails") else None
        crash, again = item.switch("crash"), item.switch("again")
        return OneDelivery(to=to, message=item.text("of"), crash=crash, again=again, fails=fails)

    def _occurrence(self, item: ScenarioItem) -> Occurrence | None:
        name, stream = self._event(item), self._stream(item, needed=True)
        kind = self._registry.events.get(name)
        version = item.whole("version", 1)
        data = item.data()
        if kind is None or (data is None and item.has("data")):
            return None
        if version is not None and version > kind.version:
            item.at("version").wrong("S-RANGE", f"{name} is at version {kind.version} in the model")
            return None
        version = version or kind.version
        if version == kind.version:
            item.fields("data", _fields(kind), name)
        self._readable(item, kind, version, data or {})
        return Occurrence(type=name, stream=stream, data=data or {}, version=version, at=item.moment("at"))

    def _readable(self, item: ScenarioItem, kind: EventType, version: int, data: Mapping[str, Any]) -> None:
        """Notes where the data is none that the event's type could have; upcasters have their say, too."""
        record = StoredData(0, 1, kind.name, version, write_json(dict(data)))
        try:
            kind.read(record)
        except WorkbenchError as error:
            said = str(error.__cause__ or error)
            at = _AT_FIELD.search(said)
            entry = item.at("data").entries().get(at[1]) if at else None
            node = item.at("data") if entry is None else item.node.book.node(entry.value)
            node.wrong("S-TYPE", f"{kind.name} cannot have this data: {said}")

    # -- then -----------------------------------------------------------------------------------------------

    def _expected(self, node: FileNode) -> Expected | None:
        if node.kind is Written.STRING:
            hint = meant(str(node.value.plain), [NO_OTHER_EVENTS])
            node.wrong("S-UNKNOWN", f'the only text in then is "{NO_OTHER_EVENTS}"', hint)
            return None
        item = item_of(node, "then", THEN)
        if item is None:
            return None
        kind = FactKind(item.head.removeprefix("no_"))
        facts = {kind.value: self._head(item, kind), **self._facts(item, kind)}
        exact = item.has("exactly")
        data = item.data("exactly" if exact else "data")
        if kind is FactKind.QUERY:
            self._asked(item, str(facts["query"]), data or {})
        if data is not None:
            facts["data"] = self._checked_data(item, kind, facts, data, "exactly" if exact else "data")
        facts = {key: value for key, value in facts.items() if key == kind.value or value not in (None, "")}
        if item.has("answer"):
            facts["answer"] = item.at("answer").plain()
        return Expected(
            kind=kind,
            facts=facts,
            place=node.place,
            exact=exact,
            wanted=not item.head.startswith("no_"),
        )

    def _head(self, item: ScenarioItem, kind: FactKind) -> Any:
        """Returns the name of what is expected."""
        match kind:
            case FactKind.EVENT:
                return self._event(item)
            case FactKind.REJECTED | FactKind.CONFLICT | FactKind.FAILED | FactKind.COMMAND:
                return item.known(item.head, self._registry.commands, "command")
            case FactKind.DEAD_LETTER:
                return item.known(item.head, self._subscriptions(), "subscription")
            case FactKind.ROWS:
                return item.whole(item.head, 0)
            case FactKind.ROW:
                return self._key(item.at(item.head))
            case FactKind.QUERY:
                return item.known(item.head, self._registry.queries, "query")
            case FactKind.MESSAGE:
                return item.text(item.head)

    def _key(self, node: FileNode) -> Any:
        if node.kind in {Written.STRING, Written.NUMBER, Written.BOOLEAN}:
            return node.plain()
        node.wrong("S-TYPE", "a row is named by its key", "a text or a number")
        return None

    def _facts(self, item: ScenarioItem, kind: FactKind) -> dict[str, Any]:
        """Returns what else is said of it, in the order in which it is shown."""
        match kind:
            case FactKind.EVENT:
                return {"stream": self._stream(item), "at": _moment(item)}
            case FactKind.REJECTED:
                self._rejected_field(item)
                return {"message": item.text("message"), "field": item.text("field")}
            case FactKind.CONFLICT:
                return {"version": item.whole("version", 0)}
            case FactKind.FAILED:
                return {"message": item.text("message")}
            case FactKind.ROW | FactKind.ROWS:
                needed = "the read model that is meant"
                known = self._registry.projections
                return {"projection": item.known("projection", known, "projection", needed=needed)}
            case FactKind.QUERY:
                if not item.has("answer"):
                    item.node.wrong(
                        "S-TYPE", "query needs answer: what it gives", "null where there is nothing"
                    )
                return {}
            case FactKind.MESSAGE:
                needed = "where it is published"
                return {"topic": item.known("topic", self._registry.topics, "topic", needed=needed)}
            case FactKind.COMMAND:
                after = item.span("after")
                return {
                    "by": item.known("by", self._subscriptions(), "policy, process or subscription"),
                    "after": None if after is None else write_later(after),
                    "at": _moment(item),
                    "withdrawn": item.flag("withdrawn"),
                }
            case FactKind.DEAD_LETTER:
                return {
                    "error": item.text("error"),
                    "message": item.text("message"),
                    "reason": item.text("reason"),
                    "attempts": item.whole("attempts", 1),
                }

    def _checked_data(
        self, item: ScenarioItem, kind: FactKind, facts: Mapping[str, Any], data: dict[str, Any], key: str
    ) -> dict[str, Any]:
        """Notes fields that the model does not know; returns the data as it is compared."""
        if kind is FactKind.EVENT and (event := self._registry.events.get(str(facts["event"]))) is not None:
            item.fields(key, _fields(event), event.name)
        elif kind is FactKind.COMMAND:
            self._command_fields(item, str(facts["command"]), key)
        elif kind in {FactKind.ROW, FactKind.ROWS}:
            projection = self._registry.projections.get(str(facts["projection"]))
            if projection is not None:
                item.fields(
                    key, [column.name for column in projection.columns], f"the table {projection.name}"
                )
                return _with_times(item, key, projection, data)
        return data

    def _asked(self, item: ScenarioItem, name: str, data: dict[str, Any]) -> None:
        """Notes fields with which a query cannot be asked."""
        if (query := self._registry.queries.get(name)) is not None:
            item.fields("data", _fields(query), name)
            try:
                query.parse(data)
            except WorkbenchError as error:
                item.at("data").wrong("S-TYPE", f"{name} cannot be asked so: {error}")

    def _rejected_field(self, item: ScenarioItem) -> None:
        command = self._registry.commands.get(item.text("rejected"))
        if command is not None and item.has("field") and (known := _fields(command)) is not None:
            item.known("field", known, f"field of {command.name} that is called")

    # -- names ----------------------------------------------------------------------------------------------

    def _event(self, item: ScenarioItem) -> str:
        return item.known(item.head, self._registry.events, "event")

    def _stream(self, item: ScenarioItem, *, needed: bool = False) -> str:
        stream = item.text("stream", needed="such as user-ada" if needed else "")
        event = item.text(item.head)
        if not stream:
            return ""
        category, _, identity = stream.partition("-")
        aggregate = self._registry.aggregates.get(category)
        if aggregate is None:
            hint = meant(category, self._registry.aggregates)
            item.at("stream").wrong("S-REF", f"no aggregate is called {category}", hint)
        elif not identity:
            item.at("stream").wrong("S-REF", f"{stream} lacks an id", f"such as {category}-1")
        elif event in self._registry.events and event not in aggregate.events:
            hint = f"its events are: {', '.join(aggregate.events)}"
            item.at("stream").wrong("S-REF", f"{event} is no event of {category}", hint)
        return stream

    def _subscriptions(self) -> list[str]:
        return [*self._registry.subscriptions, *self._registry.reactors, COMMANDS_TOPIC]

    def _command_fields(self, item: ScenarioItem, name: str, key: str = "data") -> None:
        command = self._registry.commands.get(name)
        if command is not None:
            item.fields(key, _fields(command), name)


def _moment(item: ScenarioItem) -> str | None:
    at = item.moment("at")
    return None if at is None else moment(at)


def _parts(item: ScenarioItem, key: str) -> Iterable[FileNode]:
    return item.at(key).items() if item.has(key) else ()


def _present(found: Iterable[Any]) -> Iterator[Any]:
    return (one for one in found if one is not None)


def _fields(kind: EventType | CommandType | QueryType) -> list[str] | None:
    """Returns the names of a schema's fields; None where it takes any."""
    schema = kind.schema
    if "$ref" in schema:
        schema = schema.get("$defs", {}).get(str(schema["$ref"]).rpartition("/")[2], {})
    return list(schema["properties"]) if "properties" in schema else None


def _with_times(item: ScenarioItem, key: str, projection: Projection, data: dict[str, Any]) -> dict[str, Any]:
    """Writes the times of a row as they are compared, however the file writes them."""
    said = dict(data)
    for column in projection.columns:
        value = data.get(column.name)
        if column.kind is ColumnKind.TIME and value is not None:
            try:
                said[column.name] = moment(parse_rfc3339(str(value)))
            except ValueError as error:
                item.at(key).wrong("S-TYPE", f"{column.name}: {error}", 'such as "2024-05-01T12:00:00Z"')
    return said
