"""What is told of a scenario's world: invariants that what followed broke."""

from __future__ import annotations

import pytest

from workbench.model.scenario import ScenarioVerdict, Sign
from workbench.project.project import load_project
from workbench.services.scenarios import tell
from workbench.services.scenarios.step_results import step_lines
from workbench.tusk import parse

MODEL = """
[aggregate.till]
state { cents { type: "integer", default: 0 } }
[event.till.moved]
fields { cents: "integer" }
set { cents: "state.cents + event.cents" }
[event.till.counted]
[command.move]
creates_or_changes: "till"
fields { till_id: "string", cents: "integer" }
emit: "till.moved"
[command.count_till]
changes: "till"
fields { till_id: "string" }
emit: "till.counted"
[policy.count]
on: "till.moved"
issue: "count_till"
with { till_id: "id" }
after: "1h"
[topics]
mail {}
sent {}
[routing]
counted { pattern: "till.counted", topics: "mail" }
[subscriptions]
letters { topic: "mail", handler: "send", max_attempts: 1 }
[handler.send]
fail { odd { when: "key.endsWith('-bad')", message: "no" } }
publish: "sent"

[invariant.no_debts]
of: "till"
always: "state.cents >= 0"
[invariant.counted]
of: "till"
eventually: "count('till.counted', id) > 0"
[invariant.sent]
never_dead_letter: "letters"
"""


@pytest.fixture
def till(tmp_path):
    (tmp_path / "project.tsk").write_text(MODEL)
    return load_project(tmp_path, environ={}, trusted=True)


def scenario(*lines):
    return '"it runs" {\n' + "\n".join(lines) + "\n}\n"


def move(cents, till="a"):
    return f'{{ command: "move", data: {{ till_id: "{till}", cents: {cents} }} }}'


MOVED = '{ event: "till.moved" }'
THEN = f"then: {MOVED}"


async def told(play, project, *lines):
    result = await play(project, scenario(*lines))
    found = [line for part in result.parts if part.title == "Invariants" for line in part.lines]
    return result, [line.happened for line in found]


async def test_Y4_a_scenario_that_breaks_what_holds_always_fails_and_says_so(play, till):
    result, found = await told(
        play, till, f"when: [ {move(5)}, {move(-9)}, {move(9)} ]", f"then: [ {MOVED}, {MOVED}, {MOVED} ]"
    )
    assert result.verdict is ScenarioVerdict.FAILED
    assert found == ["no_debts does not hold for till-a: state.cents is -4"]
    assert "was not expected: no_debts does not hold for till-a: state.cents is -4" in tell(result)
    document = parse(
        scenario(f"when: [ {move(5)}, {move(-9)}, {move(9)} ]", f"then: [ {MOVED}, {MOVED}, {MOVED} ]"),
        "s.tsk",
    )
    shown = [line for line in step_lines(document, "it runs", result) if line.sign is Sign.UNEXPECTED]
    assert [line.words for line in shown] == found
    assert not shown[0].can_take


async def test_Y4_what_holds_passes_without_a_line(play, till):
    result, found = await told(play, till, f"when: [ {move(5)}, {move(-5)} ]", f"then: [ {MOVED}, {MOVED} ]")
    assert result.passed
    assert not found


async def test_Y4_what_is_given_is_taken_as_it_is(play, till):
    given = 'given: { event: "till.moved", stream: "till-a", data: { cents: -7 } }'
    result, found = await told(play, till, given, f"when: {move(1)}", THEN)
    assert result.passed, tell(result)
    assert not found


async def test_Y4_at_rest_the_others_are_asked(play, till):
    result, found = await told(play, till, f'when: [ {move(5)}, {{ after: "1m" }} ]', THEN)
    assert not found, "the till is counted an hour later: this is no rest"
    assert result.passed
    result, found = await told(play, till, f"when: {move(5, 'bad')}", 'then: [ "no other events" ]')
    assert [one for one in found if one.startswith("sent does not hold: letters has a dead letter")]


async def test_Y4_a_dead_letter_that_is_expected_breaks_nothing(play, till):
    then = 'then: [ { event: "till.moved" }, { dead_letter: "letters" } ]'
    result, found = await told(play, till, f"when: {move(5, 'bad')}", then)
    assert not found
    assert result.passed, tell(result)


async def test_Y4_a_dead_letter_that_is_another_than_the_expected_one_breaks_what_forbids_it(play, till):
    letters = '{ dead_letter: "letters", error: "Odd" }'
    _, found = await told(play, till, f"when: {move(5, 'bad')}", f"then: [ {MOVED}, {letters} ]")
    assert [one for one in found if one.startswith("sent does not hold: letters has a dead letter")]
    both = f"when: [ {move(5, 'bad')}, {move(5, 'other-bad')} ]"
    _, found = await told(play, till, both, f'then: [ {MOVED}, {MOVED}, {{ dead_letter: "letters" }} ]')
    assert len([one for one in found if one.startswith("sent does not hold")]) == 1


async def test_Y2_at_a_time_at_which_nothing_waits_the_others_are_asked(play, tmp_path):
    text = MODEL.replace('issue: "count_till"', 'when: "false"\nissue: "count_till"')
    (tmp_path / "project.tsk").write_text(text)
    project = load_project(tmp_path, environ={}, trusted=True)
    _, found = await told(play, project, f'when: [ {move(5)}, {{ after: "1m" }} ]', THEN)
    assert found == ["counted does not hold for till-a: count('till.counted', id) is 0"]


async def test_Y4_what_never_comes_is_told_at_the_end(play, tmp_path):
    text = MODEL.replace('on: "till.moved"\nissue', 'on: "till.counted"\nwhen: "false"\nissue')
    (tmp_path / "project.tsk").write_text(text)
    project = load_project(tmp_path, environ={}, trusted=True)
    result, found = await told(play, project, f"when: {move(5)}", THEN)
    assert found == ["counted does not hold for till-a: count('till.counted', id) is 0"]
    assert not result.passed


@pytest.mark.parametrize(("said", "told_of"), [("true", 1), ('"count"', 0), ('["count", "letters"]', 1)])
async def test_Y2_a_dead_letter_breaks_what_names_its_subscription_or_all(play, tmp_path, said, told_of):
    text = MODEL.replace('never_dead_letter: "letters"', f"never_dead_letter: {said}")
    (tmp_path / "project.tsk").write_text(text)
    project = load_project(tmp_path, environ={}, trusted=True)
    _, found = await told(play, project, f"when: {move(5, 'bad')}", THEN)
    assert len([one for one in found if "has a dead letter" in one]) == told_of
