"""Declared answers of handlers and of processes: what they can read, and what they issue."""

from __future__ import annotations

import pytest

from workbench.model.clock import SystemClock
from workbench.services.scenarios import Scenarios

MODEL = """
[topics]
mail {}

[routing]
mail { pattern: "box.made", topics: ["mail"] }

[subscriptions]
mail { topic: "mail", handler: "pack" }

[aggregate.box]

[event.box.made]
fields { size: "integer" }

[command.make]
creates: "box"
fields { box_id: "string", size: "integer" }
refuse { large { when: "command.size > 9", message: "{command.size} is too large", field: "size" } }
emit: "box.made"
"""
HANDLER = """
[handler.pack]
event: "box.made"
when: "data.size == 6"
issue: "make"
with { box_id: "key + '-lid'", size: "data.size * 2" }
refused {
    when: "refusal.field == 'size'"
    issue: "make"
    with { box_id: "key + '-small'", size: "command.size - 11" }
}
"""
PROCESS = """
[handler.pack]
publish: "mail"
when: "false"

[process.lids]
key: "id"
state { made { type: "integer", default: 0 } }
on {
    "box.made": {
        starts: true
        set { made: "event.size" }
        when: "state.made == 6"
        issue: "make"
        with { box_id: "id + '-lid'", size: "state.made * 2" }
        refused {
            when: "state != null"
            issue: "make"
            with { box_id: "id + '-small'", size: "command.size - 11 - state.made" }
        }
    }
}
"""


SCENARIO = """
"A lid that is too large is made small" {
    when: { command: "make", data: { box_id: "a", size: 6 } }
    then: [
        { event: "box.made", stream: "box-a" }
        { event: "box.made", stream: "STREAM", data: { size: SIZE } }
        "no other events"
    ]
}
"""


@pytest.mark.parametrize(
    ("part", "stream", "size"), [(HANDLER, "box-box-a-small", "1"), (PROCESS, "box-a-small", "-5")]
)
async def test_K6_a_declared_answer_reads_the_refusal_and_what_it_followed_from(
    load, tmp_path, part, stream, size
):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "lids.tsk").write_text(SCENARIO.replace("STREAM", stream).replace("SIZE", size))
    found = Scenarios(load(MODEL + part), SystemClock())
    (result,) = await found.run([one for file in found.files() for one in file.scenarios])
    assert result.passed, (result.trouble, [line.happened for part in result.parts for line in part.lines])


def test_what_an_action_asked_of_its_event_holds_in_its_answer(load, told):
    said = """
[policy.lids]
on: "box.made"
when: "event.note != null"
issue: "make"
with { box_id: "event.note + '-lid'" }
refused { issue: "make", with { box_id: "event.note + '-small'", size: "1" } }

[handler.pack]
publish: "mail"
when: "false"
"""
    noted = MODEL.replace('fields { size: "integer" }', 'fields { size: "integer", note: "string?" }')
    model = noted.replace('emit: "box.made"', 'emit: "box.made"\nwith { note: "null" }')
    load(model + said)
    (problem,) = told(
        model + said.replace('when: "event.note != null"\n', "").replace("event.note + '-lid'", "id")
    )
    assert "event.note may be null, and + does not take null" in problem
