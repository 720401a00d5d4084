"""Judges made from pydantic models and from commands: places and sentences."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, Field

from workbench.errors import InvalidCommand
from workbench.gui.forms import FieldError, parse_validator, pydantic_validator


class Line(BaseModel):
    sku: str = Field(min_length=2)


class Order(BaseModel):
    lines: list[Line] = []
    gift: Line | None = None
    price: Decimal | None = Field(default=None, max_digits=4, decimal_places=2)
    either: int | bool | None = None


def test_what_fits_the_model_is_right():
    assert pydantic_validator(Order)({"lines": [{"sku": "ab"}], "gift": None, "price": "12.50"}) == []


def test_errors_stand_at_their_places_in_sentences():
    found = pydantic_validator(Order)({"lines": [{"sku": "ab"}, {"sku": "a"}, {}], "gift": {"sku": ""}})
    assert found == [
        FieldError(loc=("lines", 1, "sku"), message="must be at least 2 characters"),
        FieldError(loc=("lines", 2, "sku"), message="is required"),
        FieldError(loc=("gift", "sku"), message="must not be empty"),
    ]


def test_the_members_of_a_union_are_no_part_of_a_place():
    found = pydantic_validator(Order)({"either": "x", "price": "1.234"})
    assert {error.loc for error in found} == {("either",), ("price",)}
    assert FieldError(loc=("price",), message="can have at most 2 digits after the point") in found


def test_what_a_command_refuses_is_an_error_of_its_field():
    def parse(value):
        if value["id"] != "ada":
            raise InvalidCommand([(("id",), "is unknown"), ((), "is refused")])

    assert parse_validator(parse)({"id": "ada"}) == []
    assert parse_validator(parse)({"id": "bob"}) == [
        FieldError(loc=("id",), message="is unknown"),
        FieldError(loc=(), message="is refused"),
    ]
