"""What is removed takes along what has nothing to do without it, also where that is known only later."""

from __future__ import annotations

from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.removals import removed_whole, taken_along
from workbench.tusk import parse

HOUSE = """\
[aggregate.lamp]
[event.lamp.lit]
[command.light]
creates: "lamp"
fields { lamp_id: "string" }
emit: "lamp.lit"
[aggregate.room]
[event.room.entered]
[event.room.left]
[command.call]
changes: "room"
fields { room_id: "string" }
[process.stay]
key: "id"
on {
    "room.entered": {
        starts: true
        issue: "light"
        with { lamp_id: "id" }
        refused { issue: "call", with { room_id: "id" }, after: "1h" }
    }
    "room.left": { withdraw: "call", ends: true }
}
"""


def test_what_is_issued_only_where_something_that_goes_along_is_refused_is_withdrawn_no_more():
    """The command goes with its aggregate, the answer to its refusal with it, and so what withdraws that."""
    text = DesignText(project=parse(HOUSE, "project.tsk"))
    lamp = DesignNode("aggregate", "lamp")
    found = [(one.owner, one.role, one.name) for one in taken_along(text, lamp)]
    assert ("process.stay", "issue", "light") in found
    assert ("process.stay", "withdraw", "call") in found
    after = removed_whole(text, lamp).project.text
    assert '"room.left": { ends: true }' in after
    assert "withdraw" not in after
    assert "[command.call]" in after
