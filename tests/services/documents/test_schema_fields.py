"""Fields of schemas in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec
from pydantic import BaseModel, Field

from workbench.services.documents.schema_fields import fields_of


class Line(BaseModel):
    product: str
    count: int = Field(1, ge=1, description="How many")


class Order(BaseModel):
    order_id: UUID
    lines: list[Line]
    price: Decimal
    status: Literal["open", "paid"] = "open"
    note: str | None = None
    first: Line


class Happened(msgspec.Struct):
    what: str
    times: list[int]
    more: dict[str, int] | None = None


def test_the_fields_of_a_pydantic_model():
    found = {field.name: field for field in fields_of(Order.model_json_schema())}
    assert list(found) == ["order_id", "lines", "price", "status", "note", "first"]
    assert (found["order_id"].type, found["order_id"].required) == ("uuid", True)
    assert found["lines"].type == "list of object: product, count"
    assert found["price"].type == "decimal"
    assert (found["status"].type, found["status"].required, found["status"].doc) == (
        "open, paid", False, "default open",
    )  # fmt: skip
    assert (found["note"].type, found["note"].doc) == ("string", "")
    assert found["first"].type == "object: product, count"
    (_, count) = fields_of(Line.model_json_schema())
    assert count.doc == "How many; at least 1; default 1"


def test_the_fields_of_a_struct_stand_behind_a_reference():
    assert [
        (field.name, field.type, field.required) for field in fields_of(msgspec.json.schema(Happened))
    ] == [
        ("what", "string", True),
        ("times", "list of integer", True),
        ("more", "map of integer", False),
    ]


def test_a_schema_that_refers_to_itself_ends():
    loop = {
        "$defs": {"A": {"type": "array", "items": {"$ref": "#/$defs/A"}}},
        "properties": {"a": {"$ref": "#/$defs/A"}, "b": {"$ref": "#/$defs/none"}},
    }
    first, second = fields_of(loop)
    assert first.type.endswith("…")
    assert second.type == "anything"
