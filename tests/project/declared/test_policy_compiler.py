"""Steps of processes: which state their names and expressions see."""

from __future__ import annotations

from tests.project.declared.scenario_runs import passes

QUEUE = """
[aggregate.queue]
[event.queue.filled]
fields { items { type: "list", of: "string" } }
[event.queue.asked]
[event.queue.given]
fields { item: "string", left: "integer" }
[command.fill]
creates: "queue"
fields { queue_id: "string", items { type: "list", of: "string" } }
emit: "queue.filled"
[command.ask]
changes: "queue"
fields { queue_id: "string" }
emit: "queue.asked"
[command.give]
changes: "queue"
fields { queue_id: "string", item: "string", left: "integer" }
emit: "queue.given"
[process.queues]
key: "id"
state { items { type: "list", of: "string", default: [] }, last { type: "string", default: "none" } }
on {
    "queue.filled": {
        starts: true
        let { before: "state.last" }
        set { items: "event.items", last: "before" }
        issue: "give"
        with { queue_id: "id", item: "before + state.last", left: 0 }
    }
    "queue.asked": {
        let {
            next: "state.items.first()"
            shown: "next + '/' + state.last"
            rest: "state.items.slice(1, state.items.size())"
            left: "state.items.size() + (next == '' ? 1 : 0)"
        }
        set { last: "next", items: "rest" }
        each { line: "[shown]" }
        when: "next != 'c'"
        issue: "give"
        with { queue_id: "id", item: "next + '/' + line", left: "left" }
    }
}
"""


async def test_a_name_that_set_uses_has_one_value_in_a_step(tmp_path):
    await passes(
        tmp_path,
        QUEUE,
        """
"the first is given each time, and is not there any more" {
    when: [
        { command: "fill", data: { queue_id: "q", items: ["a", "b", "c"] } }
        { command: "ask", data: { queue_id: "q" } }
        { command: "ask", data: { queue_id: "q" } }
        { command: "ask", data: { queue_id: "q" } }
    ]
    then: [
        { event: "queue.filled" }
        { event: "queue.given", data: { item: "nonenone" } }
        { event: "queue.asked" }
        { event: "queue.given", data: { item: "a/a/a", left: 2 } }
        { event: "queue.asked" }
        { event: "queue.given", data: { item: "b/b/b", left: 1 } }
        { event: "queue.asked" }
        "no other events"
    ]
}
""",
    )
