"""Something new begins with what is known of what it follows, and loads."""

from __future__ import annotations

import pytest

from workbench.services.design import gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.tusk import parse

SEND, SENT = DesignNode("command", "send"), DesignNode("event", "parcel.sent")
COMMAND = """\
[command.send]
creates: "parcel"
fields {
    parcel_id: "string"
    to { type: "string", min: 1, example: "Ada" }
    weight { type: "decimal", places: 1, min: 0 }
}
"""


def event_after(state: str, name: str = "parcel.sent", more: str = "") -> str:
    """Returns the section of a new event behind a command whose aggregate has a state."""
    text = DesignText(project=parse(f"{more}[aggregate.parcel]\n{state}\n{COMMAND}"))
    made = gestures.made(text, "event", name, SEND).project.text
    return made[made.index(f"[event.{name}]") : made.index("[command")].strip()


def test_an_event_has_what_its_command_asks_for_without_its_rules() -> None:
    assert event_after("") == (
        '[event.parcel.sent]\nfields { to: "string", weight { type: "decimal", places: 1 } }'
    )


@pytest.mark.parametrize(
    ("state", "sets"),
    [
        ('state { status: "string" }', True),
        ('state { status: "string?" }', True),
        ('state { status { type: "choice", choices: ["sent", "lost"] } }', True),
        ('state { status { type: "choice", choices: ["lost"] } }', False),
        ('state { status: "integer" }', False),
        ('state { far: "string" }', False),
        ('state { status: "far" }', True),
    ],
)
def test_an_event_sets_the_status_that_can_be_its_name(state: str, sets: bool) -> None:
    types = '[types]\nfar { type: "choice", choices: ["sent"] }\n\n'
    assert ("set { status: \"'sent'\" }" in event_after(state, more=types)) is sets


@pytest.mark.parametrize("choice", ["handed_out", "handed out", "handed-out"])
def test_an_event_of_several_words_sets_the_choice_of_these_words(choice: str) -> None:
    state = f'state {{ status {{ type: "choice", choices: ["here", "{choice}"] }} }}'
    assert f"set {{ status: \"'{choice}'\" }}" in event_after(state, name="parcel.handed_out")


def test_an_event_sets_what_the_state_has_alike() -> None:
    state = 'state { to: "string?", weight { type: "decimal", places: 2 }, status: "string" }'
    assert 'set { to: "event.to", status: "\'sent\'" }' in event_after(state)
    state = 'state { to { type: "string", title: "To whom" }, weight { type: "decimal", places: 1, min: 0 } }'
    assert 'set { to: "event.to", weight: "event.weight" }' in event_after(state)
    assert "set" not in event_after('state { to: "integer" }')


def test_a_read_model_shows_what_an_event_has_and_sets() -> None:
    text = DesignText(
        project=parse(
            '[event.parcel.sent]\nfields { to: "string" }\n'
            'set { status: "\'sent\'", count: "state.count + 1", to: "\'nobody\'" }\n'
        )
    )
    made = gestures.made(text, "projection", "parcels", SENT).project.text
    assert made.endswith(
        'columns { id: "text", to: "text", status: "text" }\n'
        'on { "parcel.sent": { put { to: "event.to", status: "\'sent\'" } } }\n'
    )
