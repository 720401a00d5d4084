"""The orders sample as a running workspace; a shelf of read models over a store in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from workbench.engine.rows_buffer import RowsBuffer
from workbench.model.aggregate import Aggregate
from workbench.model.clock import ManualClock
from workbench.model.event import Event, NewEvent
from workbench.model.ids import derived_id
from workbench.model.projection import Column, ColumnKind, On, Projection
from workbench.model.registry import Definitions, Registry, build_registry
from workbench.project.samples import copy_sample
from workbench.services.project.open_project import open_target
from workbench.services.workspace import Workspace
from workbench.store.memory.store import MemoryStore
from workbench.store.operations import Append
from workbench.store.operations.projection_operations import ApplyProjection, EnsureProjection
from workbench.store.stored_values import PassedEvent, PassedKind


@pytest.fixture
async def orders(tmp_path: Path, stores: None, by_hand: None) -> AsyncIterator[Workspace]:
    folder = copy_sample("orders-declared", tmp_path / "orders")
    opened = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await opened.start()
    yield opened
    await opened.close()


class Bought(Event, frozen=True):
    event_type: ClassVar[str] = "item.bought"
    event_version: ClassVar[int] = 2
    owner: str
    price: int = 0


class Sold(Event, frozen=True):
    event_type: ClassVar[str] = "item.sold"
    stored_as: ClassVar[str] = "item.given_away"
    owner: str


class Burnt(Event, frozen=True):
    event_type: ClassVar[str] = "item.burnt"


def identity(record: Any) -> str:
    return str(record.stream.partition("-")[2])


def bought(event: Bought, record: Any, rows: Any) -> None:
    rows.put(id=identity(record), owner=event.owner, price=event.price)


def sold(event: Sold, record: Any, rows: Any) -> None:
    rows.update(identity(record), owner=event.owner)


def burnt(_event: Burnt, record: Any, rows: Any) -> None:
    rows.delete(identity(record))


def owned(event: Bought | Sold, _record: Any, rows: Any) -> None:
    row = rows.get(event.owner)
    rows.put(owner=event.owner, items=(row["items"] if row else 0) + 1)


def lost(_event: Burnt, _record: Any, rows: Any) -> None:
    for row in rows.find(kind="all"):
        rows.update(row["id"], burnt=row["burnt"] + 1)


def first(_event: Bought, _record: Any, rows: Any) -> None:
    if rows.get("everything") is None:
        rows.put(id="everything", kind="all", burnt=0)


ITEMS = Projection(
    name="items",
    columns=(Column(name="id"), Column(name="owner"), Column(name="price", kind=ColumnKind.INTEGER)),
    on=(On(Bought, bought), On(Sold, sold), On(Burnt, burnt)),
)
OWNERS = Projection(
    name="owners",
    columns=(Column(name="owner"), Column(name="items", kind=ColumnKind.INTEGER)),
    on=(On(Bought, owned), On(Sold, owned)),
)
SUMS = Projection(
    name="sums",
    columns=(
        Column(name="id"),
        Column(name="kind", index=True),
        Column(name="burnt", kind=ColumnKind.INTEGER),
    ),
    on=(On(Bought, first), On(Burnt, lost)),
)
BY_HAND = Projection(name="by_hand", columns=(Column(name="id"),))


class Shelf:
    """Items, their owners and a sum over all, in a store in memory."""

    def __init__(self) -> None:
        self.store = MemoryStore(ManualClock())
        self.registry: Registry = build_registry([_definitions()])
        self.store.name_types({"item.sold": "item.given_away"})
        self.reader = self.store.reader()
        self.passed: tuple[PassedEvent, ...] = ()
        self._count = 0

    def add(self, stream: str, kind: str, data: str = "{}", version: int = 1) -> int:
        """Appends an event; returns its position."""
        self._count += 1
        event = NewEvent(id=derived_id(self._count), type=kind, data=data, schema_version=version)
        (answer,) = self.store.write([Append(stream=stream, events=(event,))])
        return int(answer.last_position)

    def buy(self, item: str, owner: str, price: int = 1) -> int:
        return self.add(f"item-{item}", "item.bought", f'{{"owner":"{owner}","price":{price}}}', 2)

    def sell(self, item: str, owner: str) -> int:
        return self.add(f"item-{item}", "item.sold", f'{{"owner":"{owner}"}}')

    def burn(self, item: str) -> int:
        return self.add(f"item-{item}", "item.burnt")

    def skip(self, position: int, stream: str, kind: PassedKind) -> None:
        """Has read models leave something out when they are folded."""
        self.passed += (PassedEvent(position=position, stream=stream, kind=kind, error="no"),)

    def fold(self, definition_hash: str = "") -> None:
        """Folds all that stands in the log into new generations, and makes them the live ones."""
        for one in self.registry.projections.values():
            ensure = EnsureProjection(
                name=one.name,
                columns=one.shape(),
                indexed=("kind",) if one.name == "sums" else (),
                definition_hash=definition_hash or one.definition_hash(),
                rebuild=False,
                folded=not one.by_handlers,
            )
            self.store.write([ensure])
            if not one.by_handlers:
                self.store.write([self._applied(one)])

    def _applied(self, one: Projection) -> ApplyProjection:
        generation = self.reader.generations(one.name)[0].generation
        buffer, handlers = RowsBuffer(one, self.reader, generation), one.handlers()
        skipped = {passed.position for passed in self.passed}
        parked = {passed.stream: passed.position for passed in self.passed if passed.kind == "parked"}
        for record in self.reader.read_log(0, 1000):
            late = record.position > parked.get(record.stream, record.position)
            if record.type in handlers and record.position not in skipped and not late:
                handlers[record.type](self.registry.read_event(record), record, buffer)
                buffer.keep()
        return ApplyProjection(
            name=one.name,
            generation=generation,
            before=0,
            checkpoint=self.reader.head(),
            rows=buffer.rows(),
            deleted=buffer.deleted(),
            passed=self.passed,
        )


class Item(msgspec.Struct, frozen=True):
    """Nothing is known of an item."""


def _upcast(data: dict[str, Any]) -> dict[str, Any]:
    return {"owner": data["who"], "price": 7}


def _definitions() -> Definitions:
    item = Aggregate(
        name="item",
        state=Item,
        events=(Bought, Sold, Burnt),
        commands=(),
        decide=lambda _state, _command: [],
        evolve=lambda _state, _event: Item(),
        upcasters={"item.bought": {1: _upcast}},
    )
    return Definitions(aggregates=(item,), projections=(ITEMS, OWNERS, SUMS, BY_HAND))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()
