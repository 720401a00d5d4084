"""Every type of field, as a command takes it, an event keeps it and a form is told of it."""

from __future__ import annotations

import json

import pytest

from workbench.errors import ExpressionFailed, InvalidCommand
from workbench.model.decision_context import DecisionContext
from workbench.model.event import event_data
from workbench.model.json_values import write_json

TEXT = """
[types]
part {
    type: "object"
    description: "A part."
    fields { name: "string", price { type: "money", default: 1.5 } }
}
[aggregate.thing]
[event.thing.made]
fields {
    text: "string", count: "integer", exact { type: "decimal", places: 3 }, price: "money", yes: "boolean"
    at: "date-time", other: "uuid", mail: "email", link: "url", kind { type: "choice", choices: ["a", "b"] }
    numbers { type: "list", of: "integer" }, parts { type: "list", of: "part" }, free: "object", open: "list"
    maybe: "string?", often { type: "integer", default: 3 }
    many { type: "list", of: "string", default: ["x"] }
}
[command.make]
creates: "thing"
fields {
    id: "string"
    text {
        type: "string", min: 2, max: 4, pattern: "^[a-z]+$"
        title: "A text", description: "Short", example: "ab"
    }
    count { type: "integer", min: 1, max: 9 }
    exact { type: "decimal", places: 3, min: 0 }
    price: "money"
    yes: "boolean"
    at: "date-time"
    other: "uuid"
    mail: "email"
    link: "url"
    kind { type: "choice", choices: ["a", "b"], default: "b" }
    numbers { type: "list", of { type: "integer", min: 0 }, min: 1, max: 2 }
    parts { type: "list", of: "part" }
    free: "object"
    open: "list"
    maybe: "string?"
    often { type: "integer", default: 3 }
    many { type: "list", of: "string", default: ["x"] }
}
emit: "thing.made"
"""
GOOD = {
    "id": "1",
    "text": "abc",
    "count": 3,
    "exact": "0.125",
    "price": "19.90",
    "yes": True,
    "at": "2024-05-01T12:00:00+02:00",
    "other": "b499f418-a8b7-55eb-9c84-a1fbc58eb3e2",
    "mail": "ada@example.org",
    "link": "https://example.org/a",
    "numbers": [1, 2],
    "parts": [{"name": "cog", "price": "0.10"}, {"name": "nut"}],
    "free": {"a": [1, None]},
    "open": ["x", 1, {"y": 2.5}],
}


@pytest.fixture
def registry(load):
    return load(TEXT).registry


def test_values_of_every_type_reach_the_event(registry):
    command = registry.commands["make"].parse(GOOD)
    (made,) = registry.aggregates["thing"].decide(None, command, DecisionContext(0))
    assert json.loads(event_data(made)) == {
        **{name: value for name, value in GOOD.items() if name != "id"},
        "at": "2024-05-01T12:00:00+02:00",
        "kind": "b",
        "parts": [{"name": "cog", "price": "0.10"}, {"name": "nut", "price": "1.50"}],
        "maybe": None,
        "often": 3,
        "many": ["x"],
    }
    assert registry.events["thing.made"].decode(event_data(made)) == made
    assert write_json(registry.commands["make"].dump(command))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("text", "a", "must be at least 2 characters"),
        ("text", "A1", "must look like ab (pattern ^[a-z]+$)"),
        ("count", 10, "must be at most 9"),
        ("count", 1.5, "must be a whole number"),
        ("often", 2**63, f"must lie between {-(2**63)} and {2**63 - 1}"),
        ("often", -(2**63) - 1, f"must lie between {-(2**63)} and {2**63 - 1}"),
        ("exact", "NaN", "must be a finite number"),
        ("exact", "0.1234", "can have at most 3 digits after the point"),
        ("price", "1.999", "can have at most 2 digits after the point"),
        ("yes", "perhaps", "must be yes or no"),
        ("at", "2024-05-01T12:00:00", "needs a time zone"),
        ("other", "x", "must be a UUID"),
        ("link", "nowhere", "must be a URL such as https://example.com"),
        ("kind", "c", "must be 'a' or 'b'"),
        ("numbers", [1, 2, 3], "can have at most 2 items"),
        ("free", 3, "must be an object"),
    ],
)
def test_values_that_do_not_fit_are_refused_in_words(registry, name, value, said):
    with pytest.raises(InvalidCommand) as caught:
        registry.commands["make"].parse({**GOOD, name: value})
    assert caught.value.fields == (((name,), said),)


def test_a_form_is_told_what_a_field_is(registry):
    properties = registry.commands["make"].schema["properties"]
    assert properties["text"] == {
        "title": "A text",
        "description": "Short",
        "examples": ["ab"],
        "type": "string",
        "minLength": 2,
        "maxLength": 4,
        "pattern": "^[a-z]+$",
    }
    assert properties["link"]["format"] == "uri"
    assert properties["mail"]["format"] == "email"
    assert properties["at"]["format"] == "date-time"
    assert properties["kind"]["enum"] == ["a", "b"]
    assert properties["kind"]["default"] == "b"


def test_lists_that_are_defaults_are_not_shared(registry):
    kind = registry.commands["make"]
    first, second = (kind.parse(GOOD) for _ in range(2))
    first.many.append("y")
    assert second.many == ["x"]
    decode = registry.events["thing.made"].decode
    one = decode(event_data(*registry.aggregates["thing"].decide(None, second, DecisionContext(0))))
    assert one.many is not decode(event_data(one)).many


NOTED = """
[aggregate.a]
state { price { type: "money", default: 0 } }
[event.a.b]
fields { price: "money" }
set { price: "event.price" }
[command.c]
changes: "a"
fields { id: "string", share: "decimal" }
emit: "a.b"
with { price: "state.price * command.share" }
"""


def test_what_is_calculated_is_rounded_to_its_places(load):
    registry = load(NOTED).registry
    decide, evolve = registry.aggregates["a"].decide, registry.aggregates["a"].evolve
    state = evolve(None, registry.events["a.b"].decode('{"price":"10.01"}'))
    (made,) = decide(state, registry.commands["c"].parse({"id": "1", "share": "0.125"}), DecisionContext(0))
    assert event_data(made) == '{"price":"1.25"}'
    huge = registry.commands["c"].parse({"id": "1", "share": "1e999999"})
    with pytest.raises(ExpressionFailed):
        decide(evolve(state, registry.events["a.b"].decode('{"price":"1e999999"}')), huge, DecisionContext(0))


TOTALS = """\
[aggregate.order]
state { total: "money?", rate { type: "decimal", default: 0 } }
[event.order.priced]
fields { total: "decimal", raw { type: "object", default: {} }, rate: "decimal?" }
set { total: "%s" }
[command.price]
creates: "order"
fields { id: "string", total: "decimal", raw { type: "object", default: {} }, rate: "decimal?" }
emit: "order.priced"
"""


@pytest.mark.parametrize(
    ("expression", "total", "kept"),
    [
        ("event.total", "90071992547409931.17", "90071992547409931.17"),
        ("event.total", "10.555", "10.56"),
        ("event.raw.amount", "0", "10.50"),
        ("event.total > 1.0 && !string(event.total).matches('^x') ? event.total : 0.0", "10.5", "10.50"),
        ("[event.total, 1.5].max()", "90071992547409931.17", "90071992547409931.17"),
        ("event.total * 0.1", "0.25", "0.02"),
    ],
)
def test_X1_money_is_exact_and_has_its_places(load, expression, total, kept):
    registry = load(TOTALS % expression).registry
    order = registry.aggregates["order"]
    command = registry.commands["price"].parse({"id": "o1", "total": total, "raw": {"amount": "10.5"}})
    (event,) = order.decide(None, command, DecisionContext(0))
    assert order.show_state(order.evolve(None, event))["total"] == kept


PAID = """
[aggregate.a]
state {
    price: "money?", left { type: "money", default: 0 }
    parts { type: "list", of: "money", default: [] }
}
[event.a.b]
fields {
    price: "money?", exact { type: "decimal", places: 4, default: 0 }
    parts { type: "list", of: "money", default: [] }
    box { type: "object?", fields { price: "money" } }
}
set { price: "event.price", parts: "event.parts", left: "event.box != null ? event.box.price : 0.0" }
"""


@pytest.mark.parametrize(
    ("data", "price", "parts"),
    [
        ('{"price":7.5,"parts":["7.5",100],"box":{"price":"3"}}', "7.50", ["7.50", "100.00"]),
        ('{"price":"100"}', "100.00", []),
        ('{"price":"1E+2"}', "100.00", []),
        ('{"price":"7.555"}', "7.555", []),
        ('{"price":null}', None, []),
    ],
)
def test_X1_money_of_any_event_has_one_form(load, data, price, parts):
    """No command made it: it was imported, or is given in a scenario. What has more digits stays exact."""
    registry = load(PAID).registry
    event = registry.events["a.b"].decode(data)
    owner = registry.aggregates["a"]
    shown = owner.show_state(owner.evolve(None, event))
    assert (shown["price"], shown["parts"]) == (price, parts)
    assert str(event.exact) == "0.0000"
    assert event.box is None or str(event.box.price) == "3.00"


FINITE = """
[aggregate.a]
state { x { type: "decimal", default: 0 } }
[event.a.b]
fields { value %s, factor { type: "string", default: "1" } }
set { x: "state.x + double(event.factor)" }
[command.c]
changes: "a"
fields { id: "string", x: "decimal", n: "string" }
emit: "a.b"
with { value: "%s", factor: "command.n" }
"""


@pytest.mark.parametrize("number", ["nan", "inf", "-Infinity"])
@pytest.mark.parametrize(
    ("kind", "expression"),
    [
        ("decimal", "command.x * double(command.n)"),
        ("decimal", "command.x / double(command.n)"),
        ("decimal", "double(command.n)"),
        ("money", "double(command.n)"),
        ("decimal", "dyn(command.n)"),
        ("object", "{'a': [double(command.n)]}"),
        ("list", "[double(command.n)]"),
        ('list", of: "decimal', "[command.n]"),
        ('object", fields { y: "decimal" }, title: "Y', "{'y': command.n}"),
    ],
)
def test_X1_what_is_no_number_gets_into_no_event(load, kind, expression, number):
    registry = load(FINITE % (f'{{ type: "{kind}" }}', expression)).registry
    with pytest.raises(ExpressionFailed, match=r"no number|number that|is no "):
        registry.aggregates["a"].decide(
            None, registry.commands["c"].parse({"id": "1", "x": "2", "n": number}), DecisionContext(0)
        )


def test_X1_what_is_no_number_gets_into_no_state(load):
    registry = load(FINITE % ('{ type: "decimal" }', "command.x")).registry
    aggregate = registry.aggregates["a"]
    (event,) = aggregate.decide(
        None, registry.commands["c"].parse({"id": "1", "x": "2", "n": "nan"}), DecisionContext(0)
    )
    with pytest.raises(ExpressionFailed, match=r"project.tsk.*NaN is no number that decimals or JSON have"):
        aggregate.evolve(None, event)


def test_X1_a_pattern_of_a_field_means_what_it_means_in_expressions(load):
    registry = load(
        '[aggregate.a]\n[event.a.b]\n[command.c]\nchanges: "a"\nemit: "a.b"\n'
        'fields { id: "string", n { type: "string", min: 1, pattern: "^[\\\\d&&x]+$" } }\n'
    ).registry
    command = registry.commands["c"]
    assert command.parse({"id": "1", "n": "1&x"}).n == "1&x"
    assert command.schema["properties"]["n"]["pattern"] == r"^[\d&&x]+$"
    for wrong in ("١", "a"):
        with pytest.raises(InvalidCommand, match="must match the pattern"):
            command.parse({"id": "1", "n": wrong})


MAPS = """
[types]
part { type: "object", fields {
    sku { type: "string", as: "product-sku" }, copy: "uuid?", price: "money"
} }
[aggregate.a]
state {
    parts { type: "map", of: "part", default: {} }
    count { type: "map", of: "integer", default: { x: 1 } }
}
[event.a.b]
fields { parts { type: "map", of: "part" }, one: "part" }
set { parts: "event.parts.reduce(made, key, state.parts, put(made, key, event.parts[key]))" }
[command.c]
changes: "a"
fields { id: "string", parts { type: "map", of: "part", min: 1 }, copy: "uuid" }
emit: "a.b"
with { one: "with(command.parts['x'], {'copy': command.copy, 'sku': 'new'})" }
"""


def test_a_map_holds_values_of_its_kind_and_an_object_keeps_its_class(load):
    registry = load(MAPS).registry
    aggregate, command = registry.aggregates["a"], registry.commands["c"]
    copy = "00000000-0000-0000-0000-000000000001"
    part = {"product-sku": "s", "copy": None, "price": "1.50"}
    values = {"id": "1", "copy": copy, "parts": {"x": part}}
    state = aggregate.evolve(None, aggregate.decide(None, command.parse(values), DecisionContext(0))[0])
    (event,) = aggregate.decide(state, command.parse(values), DecisionContext(0))
    said = {"product-sku": "new", "copy": copy, "price": "1.50"}
    assert json.loads(event_data(event)) == {"parts": values["parts"], "one": said}
    assert type(state.parts["x"]) is type(event.parts["x"])
    assert state.count == {"x": 1}
    for wrong, words in (({}, "must not be empty"), ({"x": 3}, "must be an object")):
        with pytest.raises(InvalidCommand, match=words):
            command.parse({**values, "parts": wrong})


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("put(state.count, 'y', 'many')", "a value of the map is a whole number, and this is text"),
        ("state.count.y + '!'", "does not work on a whole number and text"),
        ("put(event.one, 'sku', 'x')", "this is for maps"),
        ("state.count.transformMap(k, n, string(n)).y - 1", "does not work on text and a whole number"),
        ("with(event.one, {'skus': 'x'})", "the object has no skus"),
        ("with(event.one, {'price': null})", "price cannot be null"),
    ],
)
def test_what_does_not_fit_a_map_or_an_object_is_told(told, expression, said):
    (problem,) = told(MAPS.replace("set { ", f'let {{ odd: "{expression}" }}\nset {{ '))
    assert said in problem


ROUNDED = """
[aggregate.a]
state { sums { type: "map", of: "money", default: {} } }
[event.a.b]
fields { sums { type: "map", of: "money" }, all { type: "list", of: "money?" } }
set { sums: "event.sums" }
[command.c]
changes: "a"
fields { id: "string", by: "decimal" }
emit: "a.b"
with { sums: "put({'x': 1.005}, 'y', command.by)", all: "[0.125, 7, null, command.by]" }
"""


WRITTEN = """
[aggregate.a]
state { held { type: "money", default: 0 }, yen { type: "money", places: 0, default: 5 } }
[event.a.b]
fields { sum: "money", fee { type: "money", default: 1 }, rate: "decimal" }
set { held: "state.held + event.sum" }
[command.c]
changes: "a"
fields { id: "string", sum: "money", rate: "decimal" }
emit: "a.b"
"""


@pytest.mark.parametrize("given", ["100", 100, "100.0", "1e2"])
def test_X1_money_has_one_written_form(load, given):
    registry = load(WRITTEN).registry
    aggregate = registry.aggregates["a"]
    command = registry.commands["c"].parse({"id": "1", "sum": given, "rate": "0.5"})
    assert registry.commands["c"].dump(command) == {"id": "1", "sum": "100.00", "rate": "0.5"}
    (event,) = aggregate.decide(None, command, DecisionContext(0))
    assert json.loads(event_data(event)) == {"sum": "100.00", "fee": "1.00", "rate": "0.5"}
    assert aggregate.show_state(aggregate.evolve(None, event)) == {"held": "100.00", "yen": "5"}


def test_money_in_a_map_and_in_a_list_is_rounded_to_its_places(load):
    registry = load(ROUNDED).registry
    command = registry.commands["c"].parse({"id": "1", "by": "2.0151"})
    (event,) = registry.aggregates["a"].decide(None, command, DecisionContext(0))
    assert json.loads(event_data(event)) == {
        "sums": {"x": "1.00", "y": "2.02"},
        "all": ["0.12", "7.00", None, "2.02"],
    }


OBJECTS = """
[types]
line { type: "object", fields {
    item { type: "string", as: "product-item" }, price: "money", note: "string?"
    split { type: "list", of: "money", default: [] }
} }
[aggregate.a]
state { lines { type: "list", of: "line", default: [] }, first: "line?" }
[event.a.b]
fields { lines { type: "list", of: "line" } }
let { third: "event.lines.map(one, with(one, {'price': one.price / 3}))" }
set { lines: "state.lines + third", first: "event.lines[0]" }
[command.c]
changes: "a"
fields { id: "string", line: "line", by: "decimal", raw { type: "object", default: {} } }
emit: "a.b"
with { lines: LINES }
"""
LINES = "[{'item': 'nut', 'price': command.by, 'split': [0.125, command.by]}, command.line]"


def test_objects_have_the_names_of_expressions_and_their_money_its_places(load):
    registry = load(OBJECTS.replace("LINES", f'"{LINES}"')).registry
    aggregate = registry.aggregates["a"]
    line = {"product-item": "bolt", "price": "1.00", "note": "x", "split": []}
    command = registry.commands["c"].parse({"id": "1", "by": "2.0151", "line": line})
    (event,) = aggregate.decide(None, command, DecisionContext(0))
    made = {"product-item": "nut", "price": "2.02", "note": None, "split": ["0.12", "2.02"]}
    assert json.loads(event_data(event)) == {"lines": [made, line]}
    after = aggregate.evolve(None, event)
    assert [str(one.price) for one in after.lines] == ["0.67", "0.33"]
    assert (after.first.item, str(after.first.price)) == ("nut", "2.02")


def test_objects_from_json_keep_its_names(load):
    registry = load(OBJECTS.replace("LINES", '"[command.raw]"')).registry
    raw = {"product-item": "nut", "price": "2.0151"}
    line = {**raw, "price": "1.00"}
    command = registry.commands["c"].parse({"id": "1", "by": "1", "line": line, "raw": raw})
    (event,) = registry.aggregates["a"].decide(None, command, DecisionContext(0))
    assert json.loads(event_data(event))["lines"][0]["price"] == "2.02"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("[{'item': 'nut'}]", "an item of lines needs price, too"),
        ("[{'item': 'nut', 'price': 1, 'product': 2}]", "an item of lines has no product, only item, price"),
        ("[{'product-item': 2, 'price': 1}]", "item of an item of lines is text, and this is a whole number"),
        ("[command.id]", "an item of lines is an object, and this is text"),
    ],
)
def test_an_object_that_does_not_fit_is_told_before_it_is_made(told, lines, said):
    (problem,) = told(OBJECTS.replace("LINES", f'"{lines}"'))
    assert said in problem
