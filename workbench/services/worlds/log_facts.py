"""What invariants look at, folded from events as they come: counts, states and rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from workbench.engine.projection_check import Nothing
from workbench.engine.rows_buffer import RowsBuffer
from workbench.model.clock import rfc3339
from workbench.model.error_text import error_sentence
from workbench.model.event import RecordedEvent
from workbench.model.expressions.cel_values import Wrong
from workbench.model.expressions.value_views import attributes_of, field_named, seen
from workbench.model.invariant import InvariantQuestion
from workbench.model.projection import Apply, ColumnKind, Projection
from workbench.model.registry import Registry
from workbench.model.secrets import without_secrets
from workbench.project.declared.column_values import kept, row_seen

Fact = tuple[Any, ...]
"""Something that can change: ``("count", event, id)``, ``("field", event, field, value)``, ``("state",
aggregate, id)``, ``("row", projection, key)``; without the last it is about all of them."""
COUNT, FIELD, STATE, ROW = "count", "field", "state", "row"


@dataclass(frozen=True, slots=True)
class _Folded:
    """A state, and how far it is; or why it cannot be folded."""

    state: Any = None
    version: int = 0
    failed: str = ""


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows of a read model.

    Attributes:
        odd: Whether expressions see a column otherwise than it is kept.
    """

    name: str
    buffer: RowsBuffer
    apply: Mapping[str, Apply]
    columns: Mapping[str, ColumnKind]
    key: str
    odd: bool


@dataclass(slots=True)
class _Use:
    """What an event of a type is for: it is counted, folds a state, changes rows.

    Attributes:
        fields: Those by whose values it is counted.
        attributes: The attributes of these fields, once an event was read.
        read: Whether its data is needed.
    """

    counted: bool
    fields: frozenset[str]
    owner: str
    tables: tuple[_Table, ...]
    attributes: Mapping[str, str] | None = None

    @property
    def read(self) -> bool:
        """Whether its data is needed."""
        return bool(self.owner or self.tables or self.fields)


class LogFacts:
    """Folds events into what some conditions look at, and nothing else; implements `model.invariant.Facts`.

    Args:
        states: Aggregates besides those that the questions name.
        projections: Read models besides those.

    Attributes:
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
        self._states: dict[tuple[str, str], _Folded] = {}
        self._stopped: dict[str, str] = {}
        self._totals: dict[tuple[str, str], Any] = {}
        self._before: list[tuple[dict[Any, Any], Any, Any]] = []
        self._rows_before: list[tuple[_Table, Any, dict[str, Any] | None]] = []
        shown = {*projections, *(name for one in questions for name in one.projections)}
        self._tables = {name: _table(registry.projections[name]) for name in sorted(shown)}
        self._uses = self._used(questions, {*states, *(name for one in questions for name in one.states)})

    def _used(self, questions: Sequence[InvariantQuestion], folded: Iterable[str]) -> dict[str, _Use]:
        fields: dict[str, frozenset[str]] = {}
        for one in questions:
            for event, named in one.counts.items():
                fields[event] = fields.get(event, frozenset()) | named
        owners = {event: name for name in folded for event in self._registry.aggregates[name].events}
        folding = {event for one in self._tables.values() for event in one.apply}
        return {
            event: _Use(
                counted=event in fields,
                fields=fields.get(event, frozenset()),
                owner=owners.get(event, ""),
                tables=tuple(one for one in self._tables.values() if event in one.apply),
            )
            for event in {*fields, *owners, *folding}
        }

    @property
    def wanted(self) -> frozenset[str]:
        """Types of the events that matter."""
        return frozenset(self._uses)

    # -- folding --------------------------------------------------------------------------------------------

    def take(self, events: Iterable[RecordedEvent]) -> dict[Fact, None]:
        """Folds the events of a commit; returns which facts they changed."""
        changed: dict[Fact, None] = {}
        self._before.clear()
        self._rows_before.clear()
        for event in events:
            if (use := self._uses.get(event.type)) is not None:
                self._add(event, use, changed)
        return changed

    def take_back(self) -> None:
        """Takes back the last commit; once."""
        for into, key, old in reversed(self._before):
            if old is None:
                del into[key]
            else:
                into[key] = old
        for table, key, row in reversed(self._rows_before):
            if row is None:
                table.buffer.delete(key)
            else:
                table.buffer.put(**row)
            table.buffer.keep()
        self._totals.clear()  # they are added up again when they are asked for

    def _set(self, into: dict[Any, Any], key: Any, value: Any) -> None:
        self._before.append((into, key, into.get(key)))
        into[key] = value

    def _add(self, event: RecordedEvent, use: _Use, changed: dict[Fact, None]) -> None:
        typed: Any = None
        failed = ""
        if use.read:
            try:
                typed = self._registry.read_event(event)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001  # upcasters are the project's code
                failed = error_sentence(error)
        if use.counted:
            self._count(event, use, typed, changed)
        if use.owner:
            self._fold(event, use.owner, typed, failed, changed)
        for table in use.tables:
            self._apply(event, table, typed, failed, changed)

    def _count(self, event: RecordedEvent, use: _Use, typed: Any, changed: dict[Fact, None]) -> None:
        facts: list[Fact] = [(COUNT, event.type), (COUNT, event.type, event.stream.partition("-")[2])]
        if use.fields and typed is not None:
            if use.attributes is None:
                found = {field_named(one): one for one in attributes_of(type(typed)) or ()}
                use.attributes = {name: found[name] for name in use.fields}
            facts += [
                (FIELD, event.type, name, seen(getattr(typed, attribute)))
                for name, attribute in use.attributes.items()
            ]
        for fact in facts:
            self._set(self._counts, fact, self._counts.get(fact, 0) + 1)
            changed[fact] = None

    def _fold(
        self, event: RecordedEvent, owner: str, typed: Any, failed: str, changed: dict[Fact, None]
    ) -> None:
        category, _, identity = event.stream.partition("-")
        if category != owner:
            return
        place, state = (owner, identity), None
        folded = self._states.get(place, _NOT_BEGUN)
        failed = folded.failed or (failed and _cannot(event.stream, event, failed))
        if not failed:
            try:
                state = self._registry.aggregates[owner].evolve(folded.state, typed)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001  # the project's code
                failed = _cannot(event.stream, event, error_sentence(error))
        self._set(self._states, place, _Folded(state, event.version, failed))
        changed[(STATE, owner, identity)] = None

    def _apply(
        self, event: RecordedEvent, table: _Table, typed: Any, failed: str, changed: dict[Fact, None]
    ) -> None:
        name = table.name
        if name in self._stopped:
            return
        try:
            if failed:
                raise Wrong(failed)
            table.apply[event.type](typed, event, table.buffer)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  # the project's code
            table.buffer.undo()
            self._set(self._stopped, name, _cannot(name, event, failed or error_sentence(error)))
            changed[(ROW, name)] = None
            return
        for key, before, after in table.buffer.changes():
            if before != after:
                self._add_up(name, before or {}, after or {})
                self._rows_before.append((table, key, before))
                changed[(ROW, name, key)] = changed[(ROW, name)] = None
        table.buffer.keep()

    def _add_up(self, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Keeps the sums of columns that were asked for."""
        for place in [one for one in self._totals if one[0] == name]:
            grown = (after.get(place[1]) or 0) - (before.get(place[1]) or 0)
            self._set(self._totals, place, self._totals[place] + grown)

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
        self._check(projection)
        row = table.buffer.get(wanted) if wanted is not None else None
        return row_seen(row, table.columns) if table.odd else row

    def told_row(self, projection: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """Returns a row as a person reads it: times as text."""
        kinds, told = self._tables[projection].columns, dict(row)
        for name, value in row.items():
            if kinds.get(name) is ColumnKind.TIME and isinstance(value, int):
                with suppress(OverflowError):  # a whole number that no calendar has is told as it is
                    told[name] = rfc3339(value)
        return told

    def total(self, projection: str, column: str) -> Any:
        """Returns the sum of a column over all rows, empty ones as 0; raises as `row`."""
        self._look((ROW, projection))
        self._check(projection)
        place = (projection, column)
        if place not in self._totals:
            rows = self._tables[projection].buffer.rows()
            self._totals[place] = sum(one[column] or 0 for one in rows)
        return self._totals[place]

    def rows(self, projection: str) -> Sequence[Mapping[str, Any]]:
        """Returns all rows of a read model in the order of their keys; raises as `row`."""
        table = self._tables[projection]
        self._look((ROW, projection))
        self._check(projection)
        found = sorted(table.buffer.rows(), key=itemgetter(table.key))
        return [row_seen(one, table.columns) or {} for one in found] if table.odd else found

    def _check(self, projection: str) -> None:
        if (said := self._stopped.get(projection)) is not None:
            raise Wrong(said)


_NOT_BEGUN = _Folded()


def _table(projection: Projection) -> _Table:
    columns = {column.name: column.kind for column in projection.columns}
    buffer = RowsBuffer(projection, Nothing(), 0)
    odd = not {ColumnKind.BOOLEAN, ColumnKind.JSON}.isdisjoint(columns.values())
    return _Table(projection.name, buffer, projection.handlers(), columns, projection.key, odd)


def _cannot(what: str, event: RecordedEvent, said: str) -> str:
    return f"{what} cannot be folded at position {event.position}: {without_secrets(said, event.data)}"
