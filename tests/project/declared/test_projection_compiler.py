"""X1: what projections keep can be read back as it was."""

from __future__ import annotations

from workbench.model.decision_context import DecisionContext
from workbench.model.projection import ColumnKind
from workbench.project.declared.column_values import row_seen

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
        "last": '{"item":"cog","price":"2","before":"nut"}',
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
