"""What can stand at a place of a declared section is what its model reads."""

from __future__ import annotations

import pytest

from workbench.project.declared.key_lookup import key_place
from workbench.project.declared.key_meanings import Says
from workbench.project.declared.sections import SECTIONS, ActionSection

EXPRESSION = Says()


@pytest.mark.parametrize(
    ("section", "path", "says"),
    [
        ("command.pay", "emit", Says("event")),
        ("command.pay", "do a emit", Says("event")),
        ("command.pay", "creates", Says("aggregate")),
        ("command.pay", "changes from aggregate", Says("aggregate")),
        ("command.pay", "by", Says("actor")),
        ("command.pay", "with total", EXPRESSION),
        ("command.pay", "refuse twice when", EXPRESSION),
        ("command.pay", "description", None),
        ("command.pay", "fields total", Says("type")),
        ("process.p", "on", Says("event")),
        ("process.p", "on order.placed refused issue", Says("command")),
        ("process.p", "on order.placed withdraw", Says("command")),
        ("policy.p", "on", Says("event")),
        ("projection.p", "on order.placed set total", EXPRESSION),
        ("query.q", "list", Says("projection")),
        ("external.hotel", "stand_in event", Says("event")),
        ("types", "line fields price of", Says("type")),
    ],
)
def test_what_a_text_says(section, path, says):
    place = key_place(section, tuple(path.split(" ")))
    assert place is not None
    assert place.says == says


@pytest.mark.parametrize(
    ("section", "path"),
    [("command.pay", "emits"), ("command.pay", "emit x"), ("topics", "mail"), ("event.e", "set a b")],
)
def test_nothing_stands_where_nothing_can(section, path):
    assert key_place(section, tuple(path.split(" "))) is None


def test_keys_stand_in_their_usual_order_with_what_they_are_for():
    place = key_place("command.pay", ())
    keys = list(place.keys)
    assert keys[:5] == ["description", "creates", "changes", "creates_or_changes", "target"]
    assert keys.index("fields") < keys.index("refuse") < keys.index("emit") < keys.index("with")
    assert place.keys["fields"] == "What it says"
    assert list(key_place("process.p", ("on", "x.y")).keys)[:3] == ["key", "starts", "ends"]
    assert key_place("event.e", ("set",)).keys == {}


@pytest.mark.parametrize("kind", SECTIONS)
def test_every_key_of_a_section_is_known(kind):
    known = {one.alias or name for name, one in SECTIONS[kind].model_fields.items()}
    elsewhere = {
        "command": "issue after at refused withdraw publish type key",
        "policy": "emit for withdraw publish type key",
        "handler": "emit for withdraw",
    }
    assert set(key_place(f"{kind}.x", ()).keys) == known - set(elsewhere.get(kind, "").split())


@pytest.mark.parametrize(
    ("section", "path", "odd"),
    [
        ("process.x", ("on", "a.b"), "emit for publish type"),
        ("process.x", ("on", "a.b", "do", "one"), "emit for publish type key"),
        ("process.x", ("on", "a.b", "refused"), "emit for publish type key"),
        ("policy.x", ("do", "one", "refused"), "emit for publish type key withdraw"),
        ("command.x", ("do", "one"), "issue after at refused withdraw publish type key"),
        ("handler.x", ("do", "one"), "emit for withdraw"),
        ("handler.x", ("refused",), "emit for publish type key withdraw"),
        ("external.x", ("stand_in",), "emit for withdraw"),
    ],
)
def test_an_action_has_the_keys_that_are_legal_where_it_stands(section, path, odd):
    found = key_place(section, path).keys
    named = {one.alias or name for name, one in ActionSection.model_fields.items()}
    assert named - found.keys() == set(odd.split())
