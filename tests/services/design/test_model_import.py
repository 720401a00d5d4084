"""An event model of another tool becomes a project that loads, whatever stands in it; what is there stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.assets import asset
from workbench.interop.event_model_file import EventModelFile
from workbench.model.scenario import IssuedCommand
from workbench.project.declared.compiler import compile_declared
from workbench.project.project import load_project
from workbench.project.project_file import read_document
from workbench.project.samples import SAMPLES
from workbench.project.scenarios import find_scenarios
from workbench.services.design import gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.model_import import (
    EVERY,
    ImportedModel,
    ImportStopped,
    with_event_model,
)
from workbench.services.design.relations import declared_names
from workbench.services.documents.event_model_json import event_model
from workbench.tusk import parse
from workbench.tusk.problems import Places

EMPTY = '[project]\nname: "shop"\nformat: 1\n'
CART = "3a0e3c1e-6c3a-4d9c-8a59-0a9f4b9b2c11"


def fields(*said: str, **more: Any) -> list[dict[str, Any]]:
    """Makes fields of ``name type``; a mark behind says that it holds the id (!) or several values (*)."""
    made = []
    for one in said:
        name, _, kind = one.partition(" ")
        cardinality = "List" if kind.endswith("*") else "Single"
        made.append(
            {"name": name, "type": kind.rstrip("!*"), "cardinality": cardinality, "idAttribute": "!" in kind}
        )
    return [{**one, **more} for one in made]


def element(
    kind: str, title: str, *said: str, links: tuple[tuple[str, str, str], ...] = (), **more: Any
) -> dict[str, Any]:
    found = [{"type": way, "elementType": form, "title": name, "id": name} for way, form, name in links]
    return {"id": title, "title": title, "type": kind, "fields": fields(*said), "dependencies": found, **more}


READS_ITEMS = ("INBOUND", "EVENT", "Item Added")
ROBOT = ("INBOUND", "AUTOMATION", "Stock Robot")


def step(kind: str, title: str, **given: str) -> dict[str, Any]:
    found = [{"name": name, "type": "String", "example": value} for name, value in given.items()]
    return {"title": title, "type": f"SPEC_{kind}", "fields": found}


SHOP = {
    "slices": [
        {
            "title": "Add Item",
            "aggregates": ["Cart"],
            "actors": [{"name": "Customer", "authRequired": True}],
            "screens": [element("SCREEN", "Cart Page")],
            "commands": [
                element("COMMAND", "Add Item", "cartId UUID!", "count Int", "tags String*", "price Decimal")
            ],
            "events": [
                element("EVENT", "Item Added", "cartId UUID!", "count Int", "at DateTime", aggregate="Cart")
            ],
            "specifications": [
                {
                    "title": "An item is added",
                    "when": [step("COMMAND", "Add Item", cartId=CART, count="3")],
                    "then": [step("EVENT", "Item Added", count="3")],
                },
                {
                    "title": "Three items at most",
                    "given": [step("EVENT", "Item Added")],
                    "when": [step("COMMAND", "Add Item")],
                    "then": [step("ERROR", "three at most")],
                    "comments": [{"description": "asked for\nby the shop"}],
                },
            ],
        },
        {
            "title": "Cart Items",
            "readmodels": [
                element("READMODEL", "Cart Items", "cartId UUID!", "count Int", links=(READS_ITEMS,))
            ],
        },
        {
            "title": "Check the stock",
            "processors": [
                element("AUTOMATION", "Stock Robot", links=(("INBOUND", "READMODEL", "Cart Items"),)),
                element("AUTOMATION", "Lost Robot"),
            ],
            "commands": [
                element(
                    "COMMAND",
                    "Überprüfe Lager!",
                    "place String",
                    links=(ROBOT,),
                    aggregate="Stock",
                    createsAggregate=True,
                )
            ],
            "events": [element("EVENT", "Stock Checked", "place String", aggregate="Stock")],
        },
    ]
}


def brought(model: Any, begin: str = EMPTY) -> ImportedModel:
    return with_event_model(DesignText(project=parse(begin)), EventModelFile.model_validate(model))


def problems(text: DesignText) -> list[str]:
    file = read_document(text.project, Path("project.tsk"), environ={})
    return [str(one) for one in compile_declared(text.project, file.declared)[1]]


def section(text: DesignText, name: str) -> str:
    return text.project.text.partition(f"[{name}]\n")[2].partition("\n\n[")[0].strip()


def test_commands_events_read_models_and_what_reacts_become_sections_and_wires() -> None:
    found = brought(SHOP)
    assert problems(found.text) == []
    assert section(found.text, "command.add_item") == (
        'creates_or_changes: "cart"\n'
        'by: ["customer"]\n'
        'fields { cartId: "uuid", count: "integer", tags { type: "list", of: "string" }, price: "money" }\n'
        'emit: "cart.item_added"'
    )
    assert section(found.text, "event.cart.item_added") == (
        'fields { cartId: "uuid", count: "integer", at: "date-time?" }'
    )
    assert section(found.text, "projection.cart_items") == (
        'columns { cartId: "text", count: "integer" }\n'
        'on { "cart.item_added": { put { count: "event.count" } } }'
    )
    assert section(found.text, "policy.stock_robot") == (
        'on: "cart.item_added"\nissue: "uberprufe_lager"\nwith { stock_id: "id + \'-\' + string(version)" }'
    )
    assert section(found.text, "command.uberprufe_lager").startswith('creates: "stock"\n')


def test_what_cannot_be_taken_over_is_told() -> None:
    notes = brought(SHOP).notes
    assert "policy lost_robot was left out: the model does not say which events it reads" in notes
    assert "event cart.item_added: not all that leads to it gives at, so it may be null" in notes
    assert "command uberprufe_lager: not all that leads to it gives place, so it may be null" in notes
    assert "1 screen left out: a project has none" in notes


async def test_examples_become_scenarios_that_run(tmp_path: Path) -> None:
    found = brought(SHOP)
    (file,) = found.text.scenarios.values()
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "project.tsk").write_bytes(found.text.project.dump())
    (tmp_path / file.file).write_bytes(file.dump())
    project = load_project(tmp_path, environ={}, trusted=True)
    (read,) = find_scenarios(tmp_path, project.registry)
    assert read.problems == ()
    added, most = read.scenarios
    assert added.name == "An item is added"
    act = added.when[0].act
    assert isinstance(act, IssuedCommand)
    assert act.data == {"cartId": CART, "count": 3, "tags": [], "price": "1.00"}
    assert added.then[0].facts == {"event": "cart.item_added", "data": {"count": 3}}
    asked = most.when[0].act
    assert isinstance(asked, IssuedCommand)
    assert most.given[0].stream == f"cart-{asked.data['cartId']}"
    assert most.then[0].facts == {"rejected": "add_item"}
    assert "# asked for\n# by the shop\n" in file.text


def test_what_becomes_one_or_gets_another_name_is_told() -> None:
    commands = [
        element("COMMAND", "Do It", "id", "a.b", "a-b", "名前"),
        element("COMMAND", "do-it", "id", "a-b"),
        element("COMMAND", "日本語"),
    ]
    found = brought({"slices": [{"title": "s", "commands": commands}]})
    assert found.notes == (
        "command do_it: the field a-b was left out: another is called a_b already",
        "command do_it: the field 名前 was left out: nothing of its name can be one",
        "command do-it and what is there as do_it become one: their names are alike",
        "command 日本語 is called command_2: nothing of its title can be a name",
    )
    again = brought({"slices": [{"commands": [commands[0]]}, {"commands": [commands[0]]}]})
    assert not any("become one" in one for one in again.notes)


def test_what_is_there_is_wired_to_what_is_new_with_its_own_line_ends() -> None:
    there = (
        '[aggregate.cart]\n\n# mine\n[command.add_item]\ncreates: "cart"\nfields { cartId: "uuid" }\n# end\n'
    )
    found = brought(SHOP, (EMPTY + "\n" + there).replace("\n", "\r\n"))
    text = found.text.project.text
    assert text.count("\n") == text.count("\r\n")
    assert (
        '# mine\n[command.add_item]\ncreates: "cart"\nfields { cartId: "uuid" }\nemit: "cart.item_added"\n'
        in text.replace("\r", "")
    )
    assert "command add_item is there already and stays as it is" in found.notes


@pytest.mark.parametrize(
    ("levels", "cardinality", "fits"),
    [(3, "Single", True), (4, "Single", False), (1, "List", True), (2, "List", False)],
)
def test_a_field_that_is_nested_too_deep_is_left_out(levels: int, cardinality: str, fits: bool) -> None:
    (deep,) = fields("deep String")
    for _ in range(levels):
        deep = {
            "name": "deep",
            "type": "Custom",
            "cardinality": cardinality,
            "subfields": [{**deep, "cardinality": cardinality}],
        }
    command = {**element("COMMAND", "Do", "id"), "fields": [*fields("id"), deep]}
    found = brought({"slices": [{"commands": [command], "events": [element("EVENT", "Done", "id")]}]})
    said = "command do: the field deep was left out: it is nested too deep"
    assert (said in found.notes) is not fits
    assert ("deep" in section(found.text, "command.do")) is fits
    assert problems(found.text) == []


def slices_of(count: int) -> dict[str, Any]:
    made = []
    for at in range(count):
        link = ("INBOUND", "EVENT", f"Done {at}")
        one = {
            "title": f"s{at}",
            "commands": [element("COMMAND", f"Do {at}", "id", "a", aggregate=f"A {at % 9}")],
            "events": [element("EVENT", f"Done {at}", "id", "a", aggregate=f"A {at % 9}")],
            "readmodels": [element("READMODEL", f"List {at}", "id", "a", links=(link,))],
        }
        made.append(one)
    return {"slices": made}


def test_what_an_import_reads_grows_no_faster_than_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    begin = Places.__init__

    def counting(self: Places, file: str, text: str) -> None:
        read.append(len(text))
        begin(self, file, text)

    monkeypatch.setattr(Places, "__init__", counting)
    sizes = []
    for count in (20, 80):
        read.clear()
        brought(slices_of(count))
        sizes.append(sum(read))
    assert sizes[1] < 5 * sizes[0]


def test_a_long_one_tells_how_far_it_is_until_it_is_stopped() -> None:
    model, told = EventModelFile.model_validate(slices_of(60)), list[tuple[int, int]]()

    def tell(done: int, total: int) -> bool:
        told.append((done, total))
        return True

    with_event_model(DesignText(), model, tell)
    (total,) = {total for _, total in told}
    assert [done for done, _ in told] == list(range(EVERY, total + 1, EVERY))
    with pytest.raises(ImportStopped):
        with_event_model(DesignText(), model, lambda done, _total: done <= EVERY)


def test_what_is_there_stays_as_it_is() -> None:
    first = brought(SHOP).text
    mine = gestures.without_field(first, DesignNode("command", "add_item"), "price")
    again = with_event_model(mine, EventModelFile.model_validate(SHOP))
    assert again.text.project == mine.project
    assert "command add_item is there already and stays as it is" in again.notes
    assert len(again.text.scenarios) == 2, "examples stand in a file of their own"


def test_a_policy_waits_until_it_is_said_which_command_follows_from_what() -> None:
    links = (("INBOUND", "EVENT", "A Done"), ("INBOUND", "EVENT", "B Done"), ("OUTBOUND", "COMMAND", "Do C"))
    robot = element("AUTOMATION", "Robot", links=links)
    events = [element("EVENT", title, aggregate="X") for title in ("A Done", "B Done")]
    commands = [element("COMMAND", title, aggregate="X") for title in ("Do C", "Do D")]
    robot["dependencies"].append(
        {"type": "OUTBOUND", "elementType": "COMMAND", "id": "Do D", "title": "Do D"}
    )
    found = brought({"slices": [{"events": events}, {"commands": commands, "processors": [robot]}]})
    assert problems(found.text) == []
    assert section(found.text, "policy.robot").count('when: "false"') == 2
    assert any("say when each of its 2 commands follows" in one for one in found.notes)


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_a_project_wrote_comes_back_under_its_names(sample: str) -> None:
    root = asset("samples", sample)
    registry = load_project(root, environ={}, trusted=True).registry
    scenarios = [one for file in find_scenarios(root, registry) for one in file.scenarios]
    found = brought(event_model(registry, scenarios))
    assert problems(found.text) == []
    assert set(declared_names(found.text.project, "command")) == set(registry.commands)
    assert set(declared_names(found.text.project, "event")) == set(registry.events)
    assert set(declared_names(found.text.project, "projection")) == set(registry.projections)
    assert found.made["scenario"] + sum("example" in one for one in found.notes) == len(scenarios)


TITLES = st.one_of(
    st.sampled_from(["Add Item", "itemAdded", "Cart", "Item added", "x", "命令", "1st", "event", ""]),
    st.text(max_size=12),
)
TYPES = st.sampled_from(
    ["String", "Boolean", "Double", "Decimal", "Long", "Custom", "Date", "DateTime", "UUID", "Int", "?"]
)


def _field(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"name": TITLES, "type": TYPES},
        optional={
            "cardinality": st.sampled_from(["List", "Single"]),
            "optional": st.booleans(),
            "idAttribute": st.booleans(),
            "example": st.one_of(st.none(), st.text(max_size=5), st.just("3"), st.just({"a": 1})),
            "subfields": inner,
        },
    )


FIELDS = st.lists(_field(st.lists(_field(st.just([])), max_size=2)), max_size=4)
LINKS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["INBOUND", "OUTBOUND"]),
            "title": TITLES,
            "id": TITLES,
            "elementType": st.sampled_from(["COMMAND", "EVENT", "READMODEL", "AUTOMATION", "SCREEN"]),
        }
    ),
    max_size=3,
)
ELEMENTS = st.lists(
    st.fixed_dictionaries(
        {"id": TITLES, "title": TITLES, "fields": FIELDS, "dependencies": LINKS},
        optional={"aggregate": TITLES, "createsAggregate": st.booleans(), "description": st.text(max_size=9)},
    ),
    max_size=3,
)
STEPS = st.lists(
    st.fixed_dictionaries(
        {
            "title": TITLES,
            "type": st.sampled_from(["SPEC_EVENT", "SPEC_COMMAND", "SPEC_READMODEL", "SPEC_ERROR"]),
            "fields": FIELDS,
        }
    ),
    max_size=2,
)
EXAMPLES = st.lists(
    st.fixed_dictionaries({"title": TITLES, "given": STEPS, "when": STEPS, "then": STEPS}), max_size=2
)
SLICES = st.lists(
    st.fixed_dictionaries(
        {"commands": ELEMENTS, "events": ELEMENTS, "readmodels": ELEMENTS, "processors": ELEMENTS},
        optional={"specifications": EXAMPLES, "context": TITLES, "aggregates": st.lists(TITLES, max_size=2)},
    ),
    max_size=3,
)


def reacting(event: dict[str, Any], command: dict[str, Any]) -> ImportedModel:
    """Brings in a policy that issues a command of a cart on an event."""
    ends = (("INBOUND", "EVENT", event["title"]), ("OUTBOUND", "COMMAND", command["title"]))
    begin = element("COMMAND", "Open cart", "cart id String!", aggregate="Cart", createsAggregate=True)
    robot = element("AUTOMATION", "Robot", links=ends)
    return brought({"slices": [{"commands": [begin, command], "events": [event], "processors": [robot]}]})


@pytest.mark.parametrize("kind", ["String", "UUID", "Int", "DateTime"])
@pytest.mark.parametrize("given", ["String", "UUID", "Int", "Decimal", "Boolean", "Custom*"])
@pytest.mark.parametrize("owner", ["Cart", "Stock"])
@pytest.mark.parametrize("optional", [True, False])
def test_what_cannot_be_the_id_of_a_command_is_not_given_as_one(
    kind: str, given: str, owner: str, optional: bool
) -> None:
    event = element("EVENT", "Item added", aggregate=owner)
    event["fields"] = [*fields(f"cart id {given}", optional=optional), *fields(f"cart {given}")]
    found = reacting(event, element("COMMAND", "Note it", f"cart id {kind}!", aggregate="Cart"))
    assert problems(found.text) == []
    assert "[policy.robot]" in found.text.project.text


def test_a_read_model_that_leads_to_a_command_does_not_make_its_key_a_number() -> None:
    seen = ("INBOUND", "EVENT", "Item added")
    event = element("EVENT", "Item added", "n Int", aggregate="Cart")
    model = element("READMODEL", "Items", "n Int!", links=(seen, ("OUTBOUND", "COMMAND", "Count it")))
    command = element("COMMAND", "Count it", "cart id String!", "n Int", aggregate="Cart")
    found = brought({"slices": [{"commands": [command], "events": [event], "readmodels": [model]}]})
    assert problems(found.text) == []
    assert 'columns { n: "text"' in found.text.project.text


def test_an_example_whose_id_is_an_object_is_taken_without_it() -> None:
    given = {"title": "Add Item", "type": "SPEC_COMMAND", "fields": [{"name": "cartId", "example": {"a": 1}}]}
    slices = [{**SHOP["slices"][0], "specifications": [{"title": "x", "when": [given]}]}]
    assert problems(brought({"slices": slices}).text) == []


@given(SLICES)
def test_whatever_a_model_holds_the_project_loads(slices: Any) -> None:
    found = brought({"slices": slices})
    assert problems(found.text) == []
    for one in found.text.files():
        assert parse(one.dump(), one.file) == one


def test_an_id_that_no_field_tells_is_said_and_the_project_loads() -> None:
    cart = {"id": "1", "title": "Item added", "aggregate": "Cart", "fields": [], "dependencies": []}
    hold = {"id": "2", "title": "Hold stock", "aggregate": "Stock", "fields": [], "dependencies": []}
    begin = {**hold, "id": "5", "title": "Open stock", "createsAggregate": True}
    held = {"id": "3", "title": "Stock held", "aggregate": "Stock", "fields": [], "dependencies": []}
    ends = [
        {"id": "1", "title": "Item added", "type": "INBOUND", "elementType": "EVENT"},
        {"id": "2", "title": "Hold stock", "type": "OUTBOUND", "elementType": "COMMAND"},
    ]
    robot = {"id": "4", "title": "Keeper", "fields": [], "dependencies": ends}
    found = brought({"slices": [{"commands": [begin, hold], "events": [cart, held], "processors": [robot]}]})
    assert problems(found.text) == []
    assert any("no field tells the id" in one for one in found.notes)
