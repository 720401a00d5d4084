"""What declared projections keep: read back as it was (X1), found by columns and looked up by key (J8)."""

from __future__ import annotations

from contextlib import closing
from types import SimpleNamespace

import pytest

from tests.project.declared.scenario_runs import passes
from tests.store.actions import one
from workbench.engine.projection_runner import ensured
from workbench.engine.rows_buffer import RowsBuffer
from workbench.errors import ModelError
from workbench.model.clock import ManualClock
from workbench.model.decision_context import DecisionContext
from workbench.model.json_values import write_json
from workbench.model.projection import ColumnKind
from workbench.project.declared.column_values import row_seen
from workbench.store.operations.projection_operations import ApplyProjection
from workbench.store.sqlite.store import SqliteStore

MODEL = """\
[aggregate.cart]
state { items { type: "list", of: "string" } }
[event.cart.filled]
fields { item: "string", price: "money" }
set { items: "[event.item]" }
[command.fill]
creates: "cart"
fields { id: "string", item: "string", price: "money" }
emit: "cart.filled"
[projection.carts]
key: "'all'"
columns { id: "text", items: "json", last: "json", open: "boolean", total: "text", many: "boolean" }
on {
  "cart.filled": { put {
    items: "row == null ? [event.item] : row.items + [event.item]"
    last: "{'item': event.item, 'price': event.price, 'before': row == null ? null : row.last.item}"
    open: "row == null || !row.open"
    total: "string(event.price + 0.01)"
    many: "row != null && event.item in row.items"
  } }
}
"""


class Rows:
    """One row, kept as a store keeps it."""

    def __init__(self):
        self.row = None

    def get(self, _key):
        return self.row

    def put(self, **values):
        self.row = {name: int(value) if isinstance(value, bool) else value for name, value in values.items()}


def test_X1_a_json_column_can_be_read_back(load):
    registry = load(MODEL).registry
    apply = registry.projections["carts"].handlers()["cart.filled"]
    cart = registry.aggregates["cart"]
    rows = Rows()
    for item, price in (("cog", "90071992547409931.17"), ("nut", "1.5"), ("cog", "2")):
        command = registry.commands["fill"].parse({"id": "c1", "item": item, "price": price})
        (event,) = cart.decide(None, command, DecisionContext(0))
        apply(event, None, rows)
    assert rows.row == {
        "id": "all",
        "items": '["cog","nut","cog"]',
        "last": '{"item":"cog","price":"2.00","before":"nut"}',
        "open": 1,
        "total": "2.01",
        "many": 1,
    }


def test_X1_a_row_is_seen_as_it_was_meant():
    kinds = {
        "id": ColumnKind.TEXT,
        "yes": ColumnKind.BOOLEAN,
        "no": ColumnKind.BOOLEAN,
        "json": ColumnKind.JSON,
    }
    row = {"id": "[1]", "yes": 1, "no": None, "json": '{"a":[1]}', "other": 2}
    assert row_seen(row, kinds) == {"id": "[1]", "yes": True, "no": None, "json": {"a": [1]}, "other": 2}
    assert row_seen(None, kinds) is None


# -- rows that are found, and others that are looked up ------------------------------------------------------

SHOP = """\
[aggregate.customer]
[event.customer.named]
fields { name: "string" }
[event.customer.left]
[aggregate.order]
[event.order.placed]
fields { customer: "string", total: "integer", sums { type: "list", of: "integer" } }
[event.order.paid]
fields { customer: "string", orders { type: "list", of: "string" } }
[command.call]
creates: "customer"
fields { id: "string", name: "string" }
emit: "customer.named"
[projection.orders]
columns {
  id: "text", customer { type: "text", index: true }, name: "text", total: "integer", state: "text"
  sums: "json", changes: "integer"
}
on {
  "order.placed": {
    rows { earlier: "event.customer", same { projection: "orders", key: "'none'" } }
    let { known: "earlier != null ? earlier.name : 'new'" }
    put {
      customer: "event.customer", name: "known", total: "event.total", state: "'open'", sums: "event.sums"
      changes: "same == null ? 0 : 1"
    }
  }
  "customer.named": {
    where: "row.customer == id && 'open' == row.state"
    when: "row.sums.exists(sum, sum > 1)"
    set { name: "event.name + string(row.sums.map(sum, sum * 2)[0])", total: "row.total + 1" }
    count: "changes"
  }
  "order.paid": {
    each { order: "event.orders" }
    rows { first { key: "event.customer" } }
    where: "row.id == order && row.customer == event.customer"
    set { state: "first != null ? first.name + ' paid' : 'paid'" }
  }
  "customer.left": { where: "row.customer == id", remove: true }
}
"""


EVENTS = [
    ("order-ada", "order.placed", {"customer": "ada", "total": 0, "sums": []}),
    ("order-1", "order.placed", {"customer": "ada", "total": 5, "sums": [3, 1]}),
    ("order-2", "order.placed", {"customer": "bob", "total": 6, "sums": [4]}),
    ("order-3", "order.placed", {"customer": "ada", "total": 7, "sums": [1]}),
    ("customer-ada", "customer.named", {"name": "Ada"}),
    ("customer-bob", "customer.named", {"name": "Bob"}),
    ("customer-none", "customer.named", {"name": "None"}),
    ("order-2", "order.paid", {"customer": "bob", "orders": ["2", "1", "x"]}),
    ("order-1", "order.paid", {"customer": "ada", "orders": ["1", "3"]}),
    ("customer-bob", "customer.named", {"name": "Rob"}),
    ("order-4", "order.placed", {"customer": "bob", "total": 1, "sums": [2]}),
    ("order-5", "order.placed", {"customer": "cy", "total": 1, "sums": [2]}),
    ("customer-cy", "customer.left", {}),
]


@pytest.mark.parametrize("batch", [1, 2, 5, 99])
def test_J8_rows_are_the_same_however_the_events_are_batched(load, tmp_path, batch):
    registry = load(SHOP).registry
    orders = registry.projections["orders"]
    handlers = orders.handlers()
    with closing(SqliteStore(tmp_path / "events.db", ManualClock())) as store:
        one(store, ensured(orders))
        for first in range(0, len(EVENTS), batch):
            rows = RowsBuffer(orders, store.reader(), 1)
            for stream, name, data in EVENTS[first : first + batch]:
                event = registry.events[name].decode(write_json(data))
                handlers[name](event, SimpleNamespace(stream=stream), rows)
                rows.keep()
            changed = {"rows": rows.rows(), "deleted": rows.deleted(), "checkpoint": first + batch}
            one(store, ApplyProjection(name="orders", generation=1, before=first, **changed))
        found = store.reader().rows("orders", where={}, after=None, limit=100).rows
    assert [tuple(row.values()) for row in found] == [
        ("1", "ada", "Ada6", 6, "new paid", "[3,1]", 1),
        ("2", "bob", "Bob8", 7, "paid", "[4]", 1),
        ("3", "ada", "new", 7, "new paid", "[1]", 0),
        ("4", "bob", "new", 1, "open", "[2]", 0),
        ("ada", "ada", "new", 0, "open", "[]", 0),
    ]


COUNTED = """
[aggregate.shelf]
[event.shelf.filled]
fields { sum: "money" }
[event.shelf.lent]
[command.fill]
creates_or_changes: "shelf"
fields { shelf_id: "string", sum: "money" }
emit: "shelf.filled"
[command.lend]
creates_or_changes: "shelf"
fields { shelf_id: "string" }
emit: "shelf.lent"
[projection.shelves]
columns { id: "text", books: "integer", loans: "integer", worth: "money", mean: "number", seen: "time" }
on {
  "shelf.filled": { count: "books", add { worth: "event.sum" } }
  "shelf.lent": { count: "loans", add { mean: 0.5 }, set { seen: "at" } }
}
[query.poor]
list: "shelves"
where: "row.worth <= 0"
"""


async def test_what_was_not_counted_yet_is_0_in_a_row_that_a_count_begins(tmp_path):
    await passes(
        tmp_path,
        COUNTED,
        """
"numbers begin at 0, others are empty" {
    now: "2026-03-01T00:00:00Z"
    when: [
        { command: "fill", data: { shelf_id: "a", sum: "1.50" } }
        { command: "lend", data: { shelf_id: "b" } }
    ]
    then: [
        { row: "a", projection: "shelves", exactly: {
            id: "a", books: 1, loans: 0, worth: "1.50", mean: 0, seen: null
        } }
        { row: "b", projection: "shelves", exactly: {
            id: "b", books: 0, loans: 1, worth: "0.00", mean: 0.5, seen: "2026-03-01T00:00:00Z"
        } }
        { query: "poor", data: {}, answer: [{ id: "b" }] }
    ]
}
""",
    )


def test_J4_rows_that_had_no_0_yet_are_rows_of_another_definition(load):
    whole = 'count: ["books", "loans"], add { worth: "event.sum", mean: 0.5 }'
    some = load(COUNTED).registry.projections["shelves"]
    text = COUNTED.replace('count: "books", add { worth: "event.sum" }', whole)
    every = load(text[: text.index('  "shelf.lent"')] + text[text.index("}\n[query") :]).registry.projections[
        "shelves"
    ]
    assert [one.definition.endswith(" begun with books, loans, worth, mean") for one in (some, every)] == [
        True,
        False,
    ]


LATE = """
[event.cart.emptied]
[command.empty]
changes: "cart"
fields { id: "string" }
emit: "cart.emptied"
[projection.emptied]
columns { id: "text", open: "boolean" }
on { "cart.emptied": { set { open: "false" } } }
"""


def test_X1_a_row_that_is_not_there_to_be_changed_is_told_with_its_place(load):
    text = MODEL + LATE
    apply = load(text).registry.projections["emptied"].handlers()["cart.emptied"]
    rows = SimpleNamespace(get=lambda _key: None, update=missing)
    with pytest.raises(ModelError) as caught:
        apply(None, SimpleNamespace(stream="cart-1"), rows)
    line = text.splitlines().index('on { "cart.emptied": { set { open: "false" } } }') + 1
    said = f"project.tsk:{line}:22: there is no row '1' that set could change"
    assert str(caught.value).startswith(said)


def missing(_key, **_changes):
    raise ModelError("no row")
