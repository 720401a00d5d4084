"""What a card says of fields: names and types in few words, from the schemas of commands, events, tables."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import msgspec
import pytest
from pydantic import BaseModel, Field

from workbench.model.projection import Column, ColumnKind
from workbench.services.documents.card_fields import fields_of_columns, fields_of_schema


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class ShipTo(BaseModel):
    city: str


class Order(BaseModel):
    order_id: UUID
    customer: str = Field(min_length=1, max_length=80)
    reason: str = Field(min_length=3)
    code: str = Field(max_length=9)
    lines: list[ShipTo] = Field(min_length=1, max_length=50)
    ship_to: ShipTo
    amount: Decimal = Field(ge=0)
    share: float = Field(gt=0, lt=1)
    gift: bool = False
    deliver_after: datetime | None = None
    colour: Colour
    counts: dict[str, int]
    either: int | str


class Placed(msgspec.Struct):
    order_id: UUID
    total: Decimal
    day: date | None = None


def lines(schema):
    return [f"{one.name} {one.type}" for one in fields_of_schema(schema)]


def test_a_command_says_types_and_limits():
    assert lines(Order.model_json_schema()) == [
        "order_id uuid",
        "customer string 1–80",
        "reason string min 3",
        "code string max 9",
        "lines [ship_to] 1–50",
        "ship_to ship_to",
        "amount decimal min 0",
        "share number > 0 < 1",
        "gift boolean",
        "deliver_after? date-time",
        "colour red | blue",
        "counts map of integer",
        "either integer or string",
    ]


def test_an_event_is_read_behind_its_reference():
    schema = msgspec.json.schema(Placed)
    assert lines(schema) == ["order_id uuid", "total decimal", "day? date"]


def test_a_schema_that_refers_to_itself_ends():
    item = {"$ref": "#/$defs/Node"}
    node = {"type": "object", "properties": {"next": {"type": "array", "items": item}}}
    assert lines({**item, "$defs": {"Node": node}}) == ["next [node]"]
    loop = {"type": "array", "items": {"$ref": "#/$defs/Loop"}}
    assert lines({"properties": {"all": {"$ref": "#/$defs/Loop"}}, "$defs": {"Loop": loop}}) == [
        "all [[[[…]]]]"
    ]


@pytest.mark.parametrize("schema", [{}, {"properties": {"odd": True}}, {"$ref": "#/$defs/Gone"}])
def test_what_says_nothing_has_no_fields(schema):
    assert lines(schema) == []


def test_columns_say_what_they_hold():
    columns = (
        Column(name="id"),
        Column(name="open", kind=ColumnKind.BOOLEAN, index=True),
        Column(name="at", kind=ColumnKind.TIME),
    )
    told = [f"{one.name} {one.type}" for one in fields_of_columns(columns)]
    assert told == ["id text", "open boolean, index", "at time"]
