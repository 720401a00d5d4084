"""What invariants look at, folded from events as they come: counts, states and rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from workbench.engine.projection_check import Nothing
from workbench.engine.rows_buffer import RowsBuffer
from workbench.model.error_text import error_sentence
from workbench.model.event import RecordedEvent
from workbench.model.expressions.cel_values import Wrong
from workbench.model.expressions.value_views import attributes_of, field_named, seen
from workbench.model.invariant import InvariantQuestion
from workbench.model.projection import Apply, ColumnKind, Projection
from workbench.model.registry import Registry
from workbench.project.declared.column_values import kept, row_seen

Fact = tuple[Any, ...]
"""Something that can change: ``("count", event, id)``, ``("field", event, field, value)``, ``("state",
aggregate, id)``, ``("row", projection, key)``; without the last it is about all of them."""
COUNT, FIELD, STATE, ROW = "count", "field", "state", "row"


@dataclass(slots=True)
class _Counted:
    """How events of a type are counted: the fields by whose values."""

    fields: frozenset[str]
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Folded:
    """A state, and how far it is; or why it cannot be folded."""

    state: Any = None
    version: int = 0
    failed: str = ""


@dataclass(slots=True)
class _Table:
    """The rows of a read model; or why they cannot be folded further (J2)."""

    buffer: RowsBuffer
    apply: Mapping[str, Apply]
    columns: Mapping[str, ColumnKind]
    key: str
    failed: str = ""


class LogFacts:
    """Folds events into what some conditions look at, and nothing else; implements `model.invariant.Facts`.

    Args:
        states: Aggregates besides those that the questions name.
        projections: Read models besides those.

    Attributes:
        wanted: Types of the events that matter.
        asked: Gets each fact that is looked at; None where that is not asked.
    """

    def __init__(
        self,
        registry: Registry,
        questions: Iterable[InvariantQuestion],
        *,
        states: Iterable[str] = (),
        projections: Iterable[str] = (),
    ) -> None:
        questions = list(questions)
        self.asked: dict[Fact, None] | None = None
        self._registry = registry
        self._counts: dict[Fact, int] = {}
        self._counted: dict[str, _Counted] = {}
        for one in questions:
            for event, fields in one.counts.items():
                before = self._counted.get(event)
                self._counted[event] = _Counted(fields | (before.fields if before else frozenset()))
        folded = {*states, *(name for one in questions for name in one.states)}
        self._owners = {event: name for name in folded for event in registry.aggregates[name].events}
        self._states: dict[tuple[str, str], _Folded] = {}
        shown = {*projections, *(name for one in questions for name in one.projections)}
        self._tables = {name: _table(registry.projections[name]) for name in sorted(shown)}
        folding = {event for one in self._tables.values() for event in one.apply}
        self.wanted = frozenset({*self._counted, *self._owners, *folding})

    # -- folding --------------------------------------------------------------------------------------------

    def add(self, event: RecordedEvent, changed: dict[Fact, None]) -> None:
        """Folds an event; notes which facts it changed."""
        typed: Any = None
        failed = ""
        counted, owner = self._counted.get(event.type), self._owners.get(event.type)
        tables = [(name, one) for name, one in self._tables.items() if event.type in one.apply]
        if owner is not None or tables or (counted is not None and counted.fields):
            try:
                typed = self._registry.read_event(event)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001  # upcasters are the project's code
                failed = error_sentence(error)
        if counted is not None:
            self._count(event, counted, typed, changed)
        if owner is not None:
            self._fold(event, owner, typed, failed, changed)
        for name, table in tables:
            self._apply(event, name, table, typed, failed, changed)

    def _count(self, event: RecordedEvent, counted: _Counted, typed: Any, changed: dict[Fact, None]) -> None:
        facts: list[Fact] = [(COUNT, event.type), (COUNT, event.type, event.stream.partition("-")[2])]
        if counted.fields and typed is not None:
            if not counted.attributes:
                found = {field_named(one): one for one in attributes_of(type(typed)) or ()}
                counted.attributes = {name: found[name] for name in counted.fields}
            for name, attribute in counted.attributes.items():
                facts.append((FIELD, event.type, name, seen(getattr(typed, attribute))))
        for fact in facts:
            self._counts[fact] = self._counts.get(fact, 0) + 1
            changed[fact] = None

    def _fold(
        self, event: RecordedEvent, owner: str, typed: Any, failed: str, changed: dict[Fact, None]
    ) -> None:
        category, _, identity = event.stream.partition("-")
        if category != owner:
            return
        place = (owner, identity)
        folded = self._states.get(place)
        if folded is None:
            folded = self._states[place] = _Folded()
        changed[(STATE, owner, identity)] = None
        folded.version = event.version
        if folded.failed or failed:
            folded.failed = folded.failed or _cannot(event.stream, event, failed)
            return
        try:
            folded.state = self._registry.aggregates[owner].evolve(folded.state, typed)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  # the project's code
            folded.failed = _cannot(event.stream, event, error_sentence(error))

    def _apply(
        self,
        event: RecordedEvent,
        name: str,
        table: _Table,
        typed: Any,
        failed: str,
        changed: dict[Fact, None],
    ) -> None:
        if table.failed:
            return
        try:
            if failed:
                raise Wrong(failed)
            table.apply[event.type](typed, event, table.buffer)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  # the project's code
            table.buffer.undo()
            table.failed = _cannot(name, event, failed or error_sentence(error))
            changed[(ROW, name)] = None
            return
        for key, before, after in table.buffer.changes():
            if before != after:
                changed[(ROW, name, key)] = changed[(ROW, name)] = None
        table.buffer.keep()

    # -- facts ----------------------------------------------------------------------------------------------

    def _look(self, fact: Fact) -> None:
        if self.asked is not None:
            self.asked[fact] = None

    def count(self, event: str, id: object = None) -> int:
        """Returns how many events of a type there are: in all, or in the stream of an id."""
        fact = (COUNT, event) if id is None else (COUNT, event, str(seen(id)))
        self._look(fact)
        return self._counts.get(fact, 0)

    def count_with(self, event: str, field: str, value: object) -> int:
        """Returns how many events of a type have a value in a field."""
        fact = (FIELD, event, field, seen(value))
        self._look(fact)
        return self._counts.get(fact, 0)

    def state(self, aggregate: str, id: object) -> Any:
        """Returns the state of an aggregate; None where there is none.

        Raises:
            Wrong: It cannot be folded.
        """
        return self.folded(aggregate, str(seen(id)))[0]

    def folded(self, aggregate: str, id: str) -> tuple[Any, int]:
        """Returns the state of an aggregate and its version; raises as `state`."""
        self._look((STATE, aggregate, id))
        found = self._states.get((aggregate, id))
        if found is None:
            return None, 0
        if found.failed:
            raise Wrong(found.failed)
        return found.state, found.version

    def row(self, projection: str, key: object) -> Mapping[str, Any] | None:
        """Returns a row of a read model, as expressions see it; None where there is none.

        Raises:
            Wrong: The read model cannot be folded.
        """
        table = self._tables[projection]
        wanted = kept(table.columns[table.key], seen(key))
        self._look((ROW, projection, wanted))
        if table.failed:
            self._look((ROW, projection))
            raise Wrong(table.failed)
        return None if wanted is None else row_seen(table.buffer.get(wanted), table.columns)

    def rows(self, projection: str) -> Sequence[Mapping[str, Any]]:
        """Returns all rows of a read model in the order of their keys; raises as `row`."""
        table = self._tables[projection]
        self._look((ROW, projection))
        if table.failed:
            raise Wrong(table.failed)
        found = sorted(table.buffer.rows(), key=itemgetter(table.key))
        return [row_seen(one, table.columns) or {} for one in found]


def _table(projection: Projection) -> _Table:
    columns = {column.name: column.kind for column in projection.columns}
    return _Table(RowsBuffer(projection, Nothing(), 0), projection.handlers(), columns, projection.key)


def _cannot(what: str, event: RecordedEvent, said: str) -> str:
    return f"{what} cannot be folded at position {event.position}: {said}"
