"""Names for expressions: each is computed once where a section is used, and within its budget."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from workbench.errors import CommandRejected, ExpressionFailed
from workbench.model.decision_context import DecisionContext, ReactionContext
from workbench.model.event import RecordedEvent, event_data
from workbench.model.ids import derived_id
from workbench.model.messaging import Message
from workbench.model.policy import Refusal

MANY = 40


def doubling(first, *, text="{0} + {0}"):
    """Returns names of which each uses the one before it twice: 2^40 times the first."""
    names = [f'n0: "{first}"', *(f'n{at}: "{text.format(f"n{at - 1}")}"' for at in range(1, MANY))]
    return f"let {{ {', '.join(names)} }}"


TEXT = f"""
[aggregate.box]
state {{ n {{ type: "integer", default: 0 }} }}
[event.box.filled]
fields {{ n: "integer" }}
{doubling("event.n")}
set {{ n: "n39" }}
[command.fill]
creates_or_changes: "box"
fields {{ box_id: "string", n: "integer" }}
{doubling("command.n")}
emit: "box.filled"
with {{ n: "n39" }}
[command.fill_or_not]
creates_or_changes: "box"
fields {{ box_id: "string", n: "integer" }}
{doubling("1 / command.n == 0", text="{0} || {0}")}
refuse {{ odd {{ when: "n39", message: "no" }} }}
emit: "box.filled"
[policy.copy]
on: "box.filled"
{doubling("event.n")}
issue: "fill"
with {{ box_id: "id", n: "n39" }}
refused {{
  {doubling("event.n")}
  issue: "fill"
  with {{ box_id: "id", n: "n39" }}
}}
[process.count]
key: "id"
state {{ n: "integer" }}
on {{
  "box.filled": {{
    starts: true
    {doubling("event.n")}
    set {{ n: "n39" }}
    issue: "fill"
    with {{ box_id: "id", n: "n39" }}
  }}
}}
[topics]
boxes {{}}
[handler.tell]
event: "box.filled"
{doubling("data.n")}
publish: "boxes"
with {{ n: "n39" }}
[projection.boxes]
columns {{ id: "text", n: "integer" }}
on {{
  "box.filled": {{
    {doubling("row == null ? event.n : 0")}
    put {{ n: "n39" }}
  }}
}}
[projection.sums]
columns {{ n: "integer", seen: "boolean" }}
on {{
  "box.filled": {{
    {doubling("event.n")}
    key: "n39"
    put {{ seen: "true" }}
  }}
}}
"""
SHARED = """
[aggregate.box]
[event.box.filled]
fields { n: "integer" }
[command.fill]
creates_or_changes: "box"
fields { box_id: "string", lines { type: "list", of: "integer" } }
let { total: "command.lines.reduce(sum, one, 0, sum + one)" }
refuse { odd { when: "command.lines.exists(one, one > total)", message: "more than all" } }
each { line: "command.lines" }
emit: "box.filled"
with { n: "line + total" }
[command.spread]
creates_or_changes: "box"
fields { box_id: "string", n: "integer" }
each { line: "lists.range(command.n)" }
when: "lists.range(3000).all(i, i >= 0)"
emit: "box.filled"
with { n: "line" }
"""


@pytest.fixture
def registry(load):
    return load(TEXT).registry


def do(registry, name, **values):
    kind = registry.commands[name]
    return registry.aggregates["box"].decide(None, kind.parse(values), DecisionContext(0))


def filled(registry):
    (event,) = do(registry, "fill", box_id="a", n=0)
    record = RecordedEvent(
        1, "box-a", 1, b"\0" * 16, "box.filled", 1, 5, 7, b"\0" * 16, None, event_data(event), None
    )
    return event, ReactionContext(0, record)


def test_a_name_is_computed_once_in_a_decision_and_in_a_fold(registry):
    (event,) = do(registry, "fill", box_id="a", n=3)
    assert event.n == 3 << 39
    event = type(event)(n=2)
    box = registry.aggregates["box"]
    assert box.evolve(box.evolve(None, event), event).n == 2 << 39


def test_a_name_that_fails_is_computed_once_and_told_at_its_place(registry):
    with pytest.raises(ExpressionFailed, match=r":11: 1 / command\.n == 0: division by zero"):
        do(registry, "fill_or_not", box_id="a", n=0)
    with pytest.raises(CommandRejected, match="no"):
        do(registry, "fill_or_not", box_id="a", n=2)


def test_a_name_is_computed_once_in_a_reaction_and_its_answer(registry):
    event, context = filled(registry)
    policy = registry.reactors["copy"]
    _, (made,) = policy.react(None, event, context)
    command = registry.commands["fill"].parse({"box_id": "a", "n": 1})
    refusal = Refusal(message="no", field=None, command=command, event=event, state=None, context=context)
    (answer,) = registry.answers("copy")["box.filled:refused"](refusal)
    state, (issued,) = registry.reactors["count"].react(None, event, context)
    assert (made.command.n, answer.n, state.n, issued.n) == (0, 0, 0, 0)


def test_a_name_is_computed_once_in_a_handler(registry):
    published = []
    context = SimpleNamespace(
        attempt=1,
        now=datetime(2024, 1, 1, tzinfo=UTC),
        publish=lambda topic, data, **_: published.append((topic, data)),
    )
    identity = derived_id("m").bytes
    message = Message(
        position=1, id_bytes=identity, topic="$log", type="box.filled", key="a", data='{"n":3}', event=True,
        published_at=0, correlation_bytes=identity,
    )  # fmt: skip
    registry.handlers["tell"](message, context)
    assert published == [("boxes", {"n": 3 << 39})]


def test_a_name_is_computed_once_for_a_row(registry):
    event, context = filled(registry)
    event, puts = type(event)(n=3), []
    rows = SimpleNamespace(get=lambda _key: None, put=lambda **row: puts.append(row))
    for name in ("boxes", "sums"):
        registry.projections[name].handlers()["box.filled"](event, context.record, rows)
    assert [row["n"] for row in puts] == [3 << 39, 3 << 39]


def test_X2_a_name_that_goes_over_a_list_is_not_computed_for_each_use(load):
    registry = load(SHARED).registry
    events = do(registry, "fill", box_id="a", lines=[1] * 3000)
    assert (len(events), events[0].n) == (3000, 3001)


def test_X2_the_expressions_of_a_decision_share_a_budget(load):
    registry = load(SHARED).registry
    assert len(do(registry, "spread", box_id="a", n=10)) == 10
    with pytest.raises(ExpressionFailed, match=r"tsk:\d+:7: lists\.range.*more than 1,000,000 steps in all"):
        do(registry, "spread", box_id="a", n=1000)
