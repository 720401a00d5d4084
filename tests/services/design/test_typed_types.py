"""Types of other languages that are typed in a line are told, with what they are called here."""

from __future__ import annotations

import pytest

from workbench.services.design.typed_types import said_of_types, types_meant, with_types
from workbench.tusk import parse

PROJECT = parse('[project]\nname: "shop"\n\n[types]\nline: "string"\n')


@pytest.mark.parametrize(
    ("line", "column", "right"),
    [
        ("quantity: int min 1", False, "quantity: integer min 1"),
        (
            "a: str, b?: bool, c: float = 1.5, d: datetime, e: guid",
            False,
            "a: string, b?: boolean, c: decimal = 1.5, d: date-time, e: uuid",
        ),
        ("lines: [lin] min 1, by: {int}", False, "lines: [line] min 1, by: {integer}"),
        ("part: inte", False, "part: integer"),
        ("part: exists", False, "part: exists"),
        ("at: datetime, done?: bool, of: date-time", True, "at: time, done?: boolean, of: time"),
    ],
)
def test_another_name_of_a_type_is_told_with_the_one_it_has_here(line, column, right):
    meant = types_meant(PROJECT, line, column=column)
    assert meant
    assert with_types(line, meant) == right
    word, one = next(iter(meant.items()))
    assert said_of_types(meant).startswith(f"there is no type {word}" + (f" ({one}?)" if one else ""))


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("a, b?, c: text, d: yes/no = true, e: [line], f: {whole}, g: int | str, h: list", False),
        ("a: string, b: time, c?: json", True),
    ],
)
def test_nothing_is_told_of_types_that_there_are(line, column):
    assert types_meant(PROJECT, line, column=column) == {}


def test_a_choice_that_is_called_like_a_missing_type_stays_as_it_is():
    line = "kind: strings | woodwind | brass, foo: strings"
    meant = types_meant(PROJECT, line, column=False)
    assert with_types(line, meant) == "kind: strings | woodwind | brass, foo: string"


def test_an_example_without_quotes_is_a_text_and_no_field():
    line = "kind: strings | woodwind, example: strings"
    meant = types_meant(PROJECT, line, column=False)
    assert said_of_types(meant) == 'there is no type strings ("strings"?)'
    assert with_types(line, meant) == 'kind: strings | woodwind, example: "strings"'
