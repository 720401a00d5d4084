"""Declared queries: what they ask a read model for."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

import workbench
from workbench.errors import ExpressionFailed
from workbench.model.row_conditions import ALWAYS, NEVER, AllOf, AnyOf, Compare

MODEL = """\
[aggregate.order]
[event.order.placed]
fields { customer: "string", total: "money" }
[event.order.paid]
[command.place]
creates: "order"
fields { id: "string", customer: "string", total: "money" }
emit: "order.placed"
[command.pay]
changes: "order"
fields { id: "string" }
emit: "order.paid"
[projection.orders]
columns {
  id: "text", customer: "text", total { type: "number", index: true }, paid: "boolean", at: "time"
  n: "integer"
}
on {
  "order.placed": { put { customer: "event.customer", total: "event.total", paid: false, at: "at", n: 1 } }
  "order.paid": { set { paid: true } }
}
[query.q]
list: "orders"
"""


FIELDS = {
    "min": ('type: "money"', "2.5"),
    "names": ('type: "list", of: "string"', ["a", "b"]),
    "since": ('type: "date-time"', "2026-01-02T00:00:00Z"),
    "nothing": ('type: "integer?"', None),
}


class Models:
    """Notes what a page is asked for with."""

    now = datetime(2026, 1, 2, tzinfo=UTC)

    def page(self, projection, **asked):
        assert projection == "orders"
        self.asked = asked
        return []


@pytest.fixture
def asked(load):
    """Returns what a query asks for, given its fields, its condition and their values."""

    def call(fields, where="", **values):
        text = MODEL + (f'where: "{where}"\n' if where else "") + f"fields {{ {fields} }}\n"
        query = load(text).registry.query("q")
        models = Models()
        query.answer(query.parse(values), models)
        return models.asked

    return call


def where(found):
    """Returns the condition of ``where`` alone."""
    condition, *equal = found["where"].parts
    assert not equal
    return condition


def test_a_text_that_begins_with_another_is_among_those_from_it_on(asked):
    fields, last = 'begin: "string?"', "\U0010ffff"
    begins = where(asked(fields, "row.customer.startsWith(begin)", begin="A"))
    assert begins == AllOf((Compare("customer", ">=", "A"), Compare("customer", "<=", f"A{last}")))
    assert where(asked(fields, "row.customer.startsWith(begin)", begin=None)) == NEVER


def test_fields_are_columns_that_a_row_must_have(asked):
    found = asked('customer: "string?", at: "date-time?"', at="2026-01-02T00:00:00Z")
    assert found == {
        "where": AllOf((ALWAYS, Compare("at", "==", 1767312000000000))),
        "after": None,
        "limit": 50,
        "order": "",
    }


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("row.total >= min", Compare("total", ">=", 2.5)),
        ("min * 2 > row.total", Compare("total", "<", 5.0)),
        ("row.customer == null", Compare("customer", "==", None)),
        ("'a' != row.customer", Compare("customer", "!=", "a")),
        ("row.paid", Compare("paid", "==", True)),
        ("!row.paid", Compare("paid", "==", False)),
        ("row.paid == (min > 2)", Compare("paid", "==", True)),
        ("row.customer in names", AnyOf((Compare("customer", "==", "a"), Compare("customer", "==", "b")))),
        ("row.at < since + duration('1s')", Compare("at", "<", 1767312001000000)),
        ("row.at < now - duration('1s')", Compare("at", "<", 1767311999000000)),
        (
            "row.n > 1 && (row.paid || row.n <= 5)",
            AllOf((Compare("n", ">", 1), AnyOf((Compare("paid", "==", True), Compare("n", "<=", 5))))),
        ),
        ("min > 3 || row.n == 1", AnyOf((AnyOf(()), Compare("n", "==", 1)))),
        ("min > 2 || row.n == 1", ALWAYS),
        ("nothing == null || row.n >= nothing", ALWAYS),
    ],
)
def test_Q2_a_condition_becomes_a_question_to_the_store(asked, text, condition):
    fields = [name for name in FIELDS if name in text]
    values = {name: value for name, (_, value) in FIELDS.items() if name in fields and value is not None}
    found = asked(", ".join(f"{name} {{ {FIELDS[name][0]} }}" for name in fields), text, **values)
    assert where(found) == condition


def test_a_field_that_the_condition_does_not_use_is_a_column_as_before(asked):
    found = asked('customer: "string?", min: "integer"', "row.n >= min", customer="Ada", min=3)
    assert found["where"].parts == (Compare("n", ">=", 3), Compare("customer", "==", "Ada"))


def test_fields_have_any_name(asked):
    assert where(asked('class: "integer"', "row.n == class", **{"class": 1})) == Compare("n", "==", 1)


def test_what_is_no_list_when_it_is_asked_is_told_with_its_place(asked):
    with pytest.raises(ExpressionFailed, match=r"project.tsk:24:8: row.n in .*: this is no list"):
        asked('m { type: "map" }', "row.n in m.of", m={"of": 1})


@pytest.mark.parametrize("in_memory", [True, False])
async def test_Q2_a_declared_query_lists_in_its_order(tmp_path, in_memory):
    text = (
        MODEL
        + 'where: "row.total >= min && (row.paid || row.customer == who) && row.at <= now"\norder: "-total"\n'
    )
    (tmp_path / "project.tsk").write_text(text + 'fields { min: "money", who: "string" }\n')
    async with workbench.open(tmp_path, trusted=True, in_memory=in_memory) as project:
        for number, total in enumerate(("5.00", "20.00", "10.00", "10.00", "1.00")):
            order = {"id": f"o{number}", "customer": "ab"[number % 2], "total": total}
            result = await project.issue("place", order)
        result = await project.issue("pay", {"id": "o2"})
        await project.wait_for("orders", result)
        asked = {"min": "2", "who": "b"}
        assert [row["id"] for row in await project.query("q", asked)] == ["o1", "o3", "o2"]
        page = await project.query("q", {**asked, "after": "o3", "limit": 1})
        assert [row["id"] for row in page] == ["o2"]


@pytest.mark.parametrize("in_memory", [True, False])
async def test_Q1_an_answer_has_the_types_of_its_columns(tmp_path, in_memory):
    text = MODEL.replace('total { type: "number", index: true }', 'total: "money"').replace(
        'n: "int', 'j: "json", n: "int'
    )
    text = text.replace("n: 1 }", "n: 1, j: \"{'x': [event.total]}\" }")
    text += 'fields {}\n[query.one]\nget: "orders"\nfields { id: "string" }\n'
    (tmp_path / "project.tsk").write_text(text)
    async with workbench.open(tmp_path, trusted=True, in_memory=in_memory) as project:
        result = await project.issue("place", {"id": "o1", "customer": "a", "total": "5"})
        await project.wait_for("orders", result)
        (row,) = await project.query("q", {})
        assert row == await project.query("one", {"id": "o1"})
        assert await project.query("one", {"id": "o2"}) is None
    assert (row["total"], row["paid"], row["j"]) == (Decimal("5.00"), False, {"x": [row["j"]["x"][0]]})
    assert isinstance(row["at"], datetime)
    assert row["at"].tzinfo is not None
