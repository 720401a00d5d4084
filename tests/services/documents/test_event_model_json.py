"""A model is written as the event-modeling specification asks: its keys, its words, its links."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.documents.test_flow_steps import registry_of
from workbench.assets import asset
from workbench.project.samples import SAMPLES
from workbench.project.scenarios import find_scenarios
from workbench.services.documents import event_model_json
from workbench.services.documents.event_model_json import event_model

TEXT, WHOLE, YES = str, int, bool
FIELD: dict[str, Any] = {
    "name": TEXT,
    "type": {"String", "Boolean", "Double", "Decimal", "Long", "Custom", "Date", "DateTime", "UUID", "Int"},
    "example?": (str, dict), "subfields?": [...], "optional?": YES, "idAttribute?": YES,
    "cardinality?": {"List", "Single"},
}  # fmt: skip
FIELD["subfields?"] = [FIELD]
KINDS = {"COMMAND", "EVENT", "READMODEL", "SCREEN", "AUTOMATION"}
LINK = {"id": TEXT, "type": {"INBOUND", "OUTBOUND"}, "title": TEXT, "elementType": KINDS}
ELEMENT = {
    "id": TEXT, "title": TEXT, "fields": [FIELD], "type": KINDS, "dependencies": [LINK], "slice?": TEXT,
    "description?": TEXT, "aggregate?": TEXT, "createsAggregate?": YES,
}  # fmt: skip
STEP = {
    "title": TEXT, "id": TEXT, "type": {"SPEC_EVENT", "SPEC_COMMAND", "SPEC_READMODEL", "SPEC_ERROR"},
    "index?": WHOLE, "fields?": [FIELD], "linkedId?": TEXT,
}  # fmt: skip
EXAMPLE = {
    "id": TEXT, "title": TEXT, "given": [STEP], "when": [STEP], "then": [STEP], "linkedId": TEXT,
    "sliceName?": TEXT, "comments?": [{"description": TEXT}],
}  # fmt: skip
SLICE = {
    "id": TEXT, "title": TEXT, "sliceType": {"STATE_CHANGE", "STATE_VIEW", "AUTOMATION"},
    "commands": [ELEMENT], "events": [ELEMENT], "readmodels": [ELEMENT], "screens": [ELEMENT],
    "processors": [ELEMENT], "tables": [], "specifications": [EXAMPLE],
    "status?": {"Created", "Done", "InProgress"}, "index?": WHOLE, "aggregates?": [TEXT],
    "actors?": [{"name": TEXT, "authRequired": YES}],
}  # fmt: skip
"""What the specification allows, as far as it is written: ``?`` marks what may be missing."""


def check(value: Any, form: Any, place: str = "$") -> None:
    if isinstance(form, dict):
        known = {key.removesuffix("?"): one for key, one in form.items()}
        needed = {key for key in form if not key.endswith("?")}
        assert needed <= value.keys() <= known.keys(), (place, value.keys() ^ needed)
        for key, one in value.items():
            check(one, known[key], f"{place}.{key}")
    elif isinstance(form, list):
        for number, one in enumerate(value):
            check(one, form[0], f"{place}[{number}]")
    elif isinstance(form, set):
        assert value in form, place
    else:
        assert isinstance(value, form), place


def model_of(sample: str) -> dict[str, Any]:
    registry = registry_of(sample)
    root = asset("samples" if sample in SAMPLES else "templates", sample)
    found = find_scenarios(root, registry)
    return event_model(registry, [one for file in found for one in file.scenarios])


def elements(model: dict[str, Any]) -> dict[str, dict[str, Any]]:
    kinds = ("commands", "events", "readmodels", "processors")
    return {one["id"]: one for part in model["slices"] for key in kinds for one in part[key]}


@pytest.mark.parametrize("sample", [*SAMPLES, "auction", "trip"])
def test_it_keeps_to_the_specification_and_links_lead_somewhere(sample: str) -> None:
    model, registry = model_of(sample), registry_of(sample)
    check(model, {"slices": [SLICE]})
    known = elements(model)
    assert {f"command:{name}" for name in registry.commands} <= known.keys()
    assert {f"event:{name}" for name in registry.events} <= known.keys()
    for one in known.values():
        for link in one["dependencies"]:
            back = {"INBOUND": "OUTBOUND", "OUTBOUND": "INBOUND"}[link["type"]]
            found = [(other["id"], other["type"]) for other in known[link["id"]]["dependencies"]]
            assert (one["id"], back) in found


def test_slices_are_commands_with_their_events_views_and_automations() -> None:
    shown = {one["title"]: one["sliceType"] for one in model_of("orders-declared")["slices"]}
    assert shown == {
        "Place order": "STATE_CHANGE",
        "Fulfilment": "AUTOMATION",
        "Card terminal": "AUTOMATION",
        "Retry or cancel": "AUTOMATION",
        "Orders": "STATE_VIEW",
    }


def test_fields_say_their_types() -> None:
    fields = elements(model_of("orders-declared"))["command:place_order"]["fields"]
    assert fields[0] == {"name": "order_id", "type": "UUID", "cardinality": "Single", "idAttribute": True}
    lines = next(one for one in fields if one["name"] == "lines")
    assert (lines["type"], lines["cardinality"]) == ("Custom", "List")
    assert [(one["name"], one["type"]) for one in lines["subfields"]] == [
        ("product", "String"), ("quantity", "Long"), ("price", "Decimal"),
    ]  # fmt: skip
    assert next(one for one in fields if one["name"] == "deliver_after")["optional"] is True


def test_a_decimal_that_may_be_missing_is_optional() -> None:
    item = {"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]}
    made = event_model_json._field("price", item, {}, 1)
    assert (made["type"], made.get("optional")) == ("Decimal", True)


def test_examples_stand_in_the_slice_of_what_they_do() -> None:
    place = model_of("orders-declared")["slices"][0]["specifications"]
    first = place[0]
    assert first["title"] == "A good card is charged and the parcel leaves at once"
    assert [(one["type"], one["linkedId"]) for one in first["when"]] == [
        ("SPEC_COMMAND", "command:place_order")
    ]
    said = {one["name"]: one["example"] for one in first["when"][0]["fields"]}
    assert said["customer"] == "Grace Hopper"
    assert [one["title"] for one in first["then"]][:2] == ["Order placed", "Payment requested"]
    assert any(one["description"].startswith("no command cancel_order") for one in first["comments"])


def test_what_is_refused_is_an_error_with_its_message() -> None:
    model = model_of("auction")
    steps = [one for part in model["slices"] for found in part["specifications"] for one in found["then"]]
    errors = [one for one in steps if one["type"] == "SPEC_ERROR"]
    assert errors
    assert all(one["linkedId"].startswith("command:") and one["title"] for one in errors)
