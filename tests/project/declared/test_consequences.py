"""Several actions: which are done, and what is known where they are."""

from __future__ import annotations

from workbench.model.decision_context import DecisionContext

TEXT = """
[aggregate.box]
state { size: "integer?" }
[event.box.sized]
fields { size: "integer" }
set { size: "event.size" }
[command.grow]
creates_or_changes: "box"
fields { box_id: "string" }
do {
  begin { when: "state.size == null", emit: "box.sized", with { size: "1" } }
  more { otherwise: true, emit: "box.sized", with { size: "state.size" } }
}
"""


def test_what_no_earlier_action_applies_to_is_not_null_behind_otherwise(load):
    registry = load(TEXT).registry
    box, state, sizes = registry.aggregates["box"], None, []
    for _ in range(3):
        command = registry.commands["grow"].parse({"box_id": "a"})
        (event,) = box.decide(state, command, DecisionContext(0))
        state = box.evolve(state, event)
        sizes.append(event.size)
    assert sizes == [1, 1, 1]
