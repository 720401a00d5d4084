"""Invariants of the project file: what they may say, and what is told where they name what is not there."""

from __future__ import annotations

import pytest

from workbench.model.expressions.flaws import InvalidExpression
from workbench.project.declared.invariant_compiler import typed_invariant

MODEL = """
[types]
status { type: "choice", choices: ["open", "closed"] }

[aggregate.door]
state { status: "status", opened { type: "integer", default: 0 } }
[event.door.opened]
fields { by: "string", tags { type: "list", of: "string" } }
set { status: "'open'", opened: "state.opened + 1" }
[event.door.closed]
set { status: "'closed'" }
[command.open]
creates_or_changes: "door"
fields { door_id: "string", by: "string" }
emit: "door.opened"
with { tags: "[]" }
[policy.shut]
on: "door.opened"
issue: "open"
with { door_id: "id", by: "event.by" }

[projection.doors]
columns { id: "text", opened: "integer" }
on { "door.opened": { count: "opened" } }
[projection.numbered]
columns { number: "integer", doors: "integer" }
key: "event.by.size()"
on { "door.opened": { count: "doors" } }
[projection.notes]
columns { id: "text", note: "text" }

[topics]
mail {}
[subscriptions]
letters { name: "post", topic: "mail", handler: "send" }
[handler.send]
publish: "mail"
"""


def with_invariant(*lines):
    return MODEL + "[invariant.rule]\n" + "\n".join(lines)


@pytest.mark.parametrize(
    ("lines", "said", "hint"),
    [
        (["always: \"count('door.opend') < 3\""], "there is no event door.opend", "door.opened"),
        (['of: "dor"', 'always: "state.opened > 0"'], "there is no aggregate dor", "door"),
        (['of: "door"', 'always: "state.openned > 0"'], "state has no openned", "opened"),
        (['rows: "door"', 'always: "row.opened > 0"'], "there is no projection door", "doors"),
        (['rows: "doors"', 'always: "row.opend > 0"'], "row has no opend", "opened"),
        (["always: \"state('dor', '1') == null\""], "there is no aggregate dor", "door"),
        (["always: \"row('doos', '1') == null\""], "there is no projection doos", "doors"),
        (["always: \"state('door', '1').opend == 1\""], "has no opend", "opened"),
        (["always: \"rows('doors').all(r, r.opend > 1)\""], "r has no opend", "opened"),
        (["always: \"count('door.opened', 'bye', 'Ada') < 3\""], "door.opened has no field bye", "by"),
        (["always: \"count('door.opened', 'tags', 'a') < 3\""], "tags is a list", ""),
        (["always: \"count('door.opened', 'by', 3) < 3\""], "by is text, and this is a whole number", ""),
        (["always: \"count('door.opened', 1.5) < 3\""], "an id is a text or a number", ""),
        (
            ['of: "door"', "always: \"row('numbered', id) == null\""],
            "number, the key of numbered, is a whole",
            "int(",
        ),
        (["always: \"total('doors', 'opend') == 0\""], "doors has no opend", "opened"),
        (["always: \"total('doors', 'id') == ''\""], "id is text, of which there is no exact sum", "money"),
        (["always: \"total('door', 'opened') == 0\""], "there is no projection door", "doors"),
        (['of: "door"', 'always: "count(id) < 3"'], "count names an event in quotes", "write count('…')"),
        (["always: \"counted('door.opened') < 3\""], "there is no function counted", "count"),
        (["always: \"count('door.opened')\""], "an invariant is true or false", "compare it"),
        (['always: "state.opened == 1"'], "nothing here is called state", ""),
        (['rows: "notes"', 'always: "row.note != null"'], "handlers write the rows of notes", ""),
        (["always: \"rows('notes').size() == 0\""], "handlers write the rows of notes", ""),
        (['of: "door"', 'rows: "doors"', 'always: "true"'], "of streams (of) or of rows", ""),
        (['description: "Nothing."'], "it says nothing", ""),
        (['never_dead_letter: ["past"]'], "there is no subscription, policy or process past", "post"),
        (['of: "door"', "never_dead_letter: true"], "of and rows say", ""),
    ],
)
def test_what_an_invariant_names_is_there(told, lines, said, hint):
    (problem,) = told(with_invariant(*lines))
    assert said in problem
    assert hint in problem


def test_a_name_is_pointed_at_inside_the_text(told):
    (problem,) = told(with_invariant("always: \"count('door.opend') < 3\""))
    line = MODEL.count("\n") + 2
    assert problem.startswith(f"project.tsk:{line}:17")


def test_an_invariant_of_a_module_that_is_not_trusted_is_left_out_without_a_word(load):
    text = with_invariant('of: "lift"', "always: \"count('lift.called', id) < 3\"")
    assert not load(text, module="DEFINITIONS = None", trusted=False).registry.invariants


def test_invariants_know_names_of_python(load):
    module = """
import msgspec
from workbench.api import Aggregate, Command, Definitions, Event
class State(msgspec.Struct, frozen=True):
    floor: int = 0
class Called(Event, frozen=True):
    event_type = "lift.called"
    floor: int
class Call(Command):
    command_type = "call"
    target = "lift_id"
    lift_id: str
LIFT = Aggregate(name="lift", state=State, events=(Called,), commands=(Call,),
    decide=lambda state, command: [], evolve=lambda state, event: State(floor=event.floor))
DEFINITIONS = Definitions(aggregates=(LIFT,))
"""
    text = with_invariant('of: "lift"', "always: \"state.floor < 9 && count('lift.called', 'floor', 4) < 2\"")
    found = load(text, module=module).registry.invariants["rule"]
    assert found.of == "lift"
    assert found.always.counts == {"lift.called": {"floor"}}


def test_a_key_that_is_a_number_is_asked_by_one(load):
    text = with_invariant('of: "door"', "always: \"row('numbered', int(id)) == null\"")
    assert load(text).registry.invariants["rule"].always.projections == {"numbered"}


def test_consumers_are_subscriptions_policies_and_processes(load):
    found = load(with_invariant('never_dead_letter: ["post", "shut"]')).registry.invariants["rule"]
    assert found.never_dead_letter
    assert found.consumers == {"post", "shut"}
    alone = load(with_invariant("never_dead_letter: true")).registry.invariants["rule"]
    assert alone.never_dead_letter
    assert not alone.consumers


def test_a_condition_that_is_typed_is_checked_as_one_in_the_file(load):
    registry = load(MODEL).registry
    found = typed_invariant(registry, "state.status != 'closed' || row('doors', id).opened > 0", of="door")
    assert found.always.projections == {"doors"}
    with pytest.raises(InvalidExpression, match="opend"):
        typed_invariant(registry, "count('door.opend') < 3")
    with pytest.raises(InvalidExpression, match="handlers write"):
        typed_invariant(registry, "rows('notes').size() == 0")
