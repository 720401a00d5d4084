"""An event that a read model shows by its status has that in the state of its aggregate, too."""

from __future__ import annotations

import pytest

from tests.services.design.text_examples import checked
from workbench.services.design import gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.tusk import parse

ORDERS = DesignNode("projection", "orders")
SHOP = """\
[types]
far { type: "choice", choices: ["placed"] }

[aggregate.order]
state { status STATE }

[event.order.placed]
set { status: "'placed'" }

[command.place]
creates: "order"
fields { order_id: "string" }
emit: "order.placed"

[command.write_off]
changes: "order"
fields { order_id: "string" }

[projection.orders]
columns { id: "text", status: "text" }
on { "order.placed": { put { status: "'placed'" } } }
"""


def shop(state):
    return DesignText(project=parse(SHOP.replace("status STATE", state), "project.tsk"))


def shown(text, event="order.written_off"):
    """Makes an event and has the read model read it, as the board does; returns the text."""
    text = gestures.made(text, "event", event, DesignNode("command", "write_off"))
    return gestures.linked(text, DesignNode("event", event), ORDERS).project.text


@pytest.mark.parametrize(
    ("state", "choices", "said"),
    [
        ('status { type: "choice", choices: ["placed"] }', '["placed", "written_off"]', "written_off"),
        ('status { type: "choice?", choices: ["placed"] }', '["placed", "written_off"]', "written_off"),
        (
            'status { type: "choice", choices: ["written off", "placed"] }',
            '["written off", "placed"]',
            "written off",
        ),
        ('status: "far"', '["placed", "written_off"]', "written_off"),
        ('status: "string"', '["placed"]', "written off"),
    ],
)
def test_what_a_read_model_says_of_an_event_the_state_says_too(state, choices, said):
    text = shown(shop(state))
    assert f"choices: {choices}" in text
    assert f"[event.order.written_off]\nset {{ status: \"'{said}'\" }}\n" in text
    assert f'"order.written_off": {{ set {{ status: "\'{said}\'" }} }}' in text
    assert not checked(text).mistakes


@pytest.mark.parametrize("state", ['status: "integer"', "far: 'string'"])
def test_a_state_without_such_a_status_stays(state):
    text = shown(
        shop(state).with_project(
            parse(SHOP.replace("status STATE", state).replace("set { status: \"'placed'\" }\n", ""))
        )
    )
    assert '"order.written_off": { set { status: "\'written off\'" } }' in text
    assert "[event.order.written_off]\n\n" in text


def test_an_event_that_has_something_to_show_leads_to_no_new_status():
    text = shop('status { type: "choice", choices: ["placed"] }')
    text = gestures.made(text, "event", "order.noted", DesignNode("command", "write_off"))
    text = gestures.with_field(text, DesignNode("event", "order.noted"), "note: text")
    text = gestures.with_field(text, ORDERS, "note: text")
    text = gestures.linked(text, DesignNode("event", "order.noted"), ORDERS).project.text
    assert 'choices: ["placed"]' in text
    assert '"order.noted": { set { note: "event.note" } }' in text
