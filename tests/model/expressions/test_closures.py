"""X1: values that CEL does not have can be used everywhere, and keep their form where they are handed on."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from workbench.model.expressions.closures import item
from workbench.model.expressions.expression import compile_expression
from workbench.model.expressions.value_kinds import INTEGER, STRING, Kind, Type, record


class Place(msgspec.Struct):
    """Where something is."""

    street: str
    number: int


class Person(msgspec.Struct):
    """Somebody with what CEL has no kind for."""

    place: Place
    places: list[Place]
    ids: list[UUID]
    at: int


PLACE = record({"street": STRING, "number": INTEGER})
PERSON = record(
    {
        "place": PLACE,
        "places": Type(kind=Kind.LIST, item=PLACE),
        "ids": Type(kind=Kind.LIST, item=Type(kind=Kind.UUID)),
        "at": Type(kind=Kind.MICROS),
    }
)
ADA = Person(Place("x", 1), [Place("x", 1), Place("y", 2)], [UUID(int=1)], 1_500_000)


def run(text):
    return compile_expression(text, {"x": item(PERSON, 0)}).run((ADA,))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x.place", ADA.place),
        ("x.at", 1_500_000),
        ("x.places.filter(p, p.number > 1)", [ADA.places[1]]),
        ("x == x && x in [x] && x.place in x.places", True),
        ("x.place == x.places[0] && x.place != x.places[1]", True),
        ("x.places == [{'street': 'x', 'number': 1}, {'street': 'y', 'number': 2}]", True),
        ("x.places.map(p, p)[1].number + [x][0].place.number", 3),
        ("x.places.distinct()[1].street + x.places.reverse()[1].street", "yx"),
        ("{'a': x.place}.a.street + cel.bind(p, x.place, p.street)", "xx"),
        ("(size(x.ids) > 1 ? x.places[1] : x.place).number", 1),
        ("size(x.place) + size(x)", 6),
        ("x.place.map(k, k)", ["street", "number"]),
        ("x.places.transformMap(i, p, p)[1].street", "y"),
        ("type(x.place) == map", True),
        ("'00000000-0000-0000-0000-000000000001' in x.ids", True),
        ("x.ids.contains('00000000-0000-0000-0000-000000000001')", True),
        ("x.ids.join() + x.ids[0] == x.ids.map(i, i + i)[0]", True),
        ("[x.at][0]", datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)),
        ("[x.at].map(t, t.getSeconds())[0] + {'t': x.at}.t.getSeconds()", 2),
        ("cel.bind(t, x.at, t.getFullYear())", 1970),
    ],
)
def test_X1_what_cel_does_not_have(text, wanted):
    assert run(text) == wanted


def test_a_plain_path_is_known_to_be_one():
    scope = {"x": item(PERSON, 0)}
    assert compile_expression("x.place", scope).run.attribute == (0, "place")
    assert compile_expression("x.place.street", scope).run.attribute is None
