"""Loops of events and commands are found before they run, unless something on the way has a condition."""

from __future__ import annotations

import pytest

from workbench.model.endless_loops import endless_loops
from workbench.project.project import load_project
from workbench.services.project.project_check import check_project

LOOP = """
[aggregate.a]
state { count { type: "integer", default: 0 } }
[event.a.made]
[event.a.sent]
[event.a.answered]
[command.make]
creates: "a"
fields { id: "string" }
emit: "a.made"
[command.send]
changes: "a"
fields { id: "string" }
emit: "a.sent"
[command.answer]
changes: "a"
fields { id: "string" }
emit: "a.answered"
[policy.p]
on: ["a.made", "a.answered"]
issue: "send"
with { id: "id" }
[process.q]
key: "id"
on { "a.sent": { starts: true, issue: "answer", with { id: "id" } } }
"""
WAY = "a.sent → process q → answer → a.answered → policy p → send → a.sent"


async def test_the_way_is_said_and_is_no_problem(tmp_path):
    (tmp_path / "project.tsk").write_text(LOOP)
    (loop,) = endless_loops(load_project(tmp_path, environ={}, trusted=True).registry)
    assert loop.way == WAY
    report = await check_project(tmp_path, {})
    assert not report.complaints
    assert [WAY in one.message for one in report.marks if one.kind.code == "A-LOOP"] == [True]


REFUSED = (
    LOOP.replace(
        'issue: "answer", with { id: "id" }',
        'issue: "reply", with { id: "id" }, refused { issue: "reply", with { id: "id" }\n'
        'refused { issue: "answer", with { id: "id" } } }',
    )
    + """
[event.a.replied]
[command.reply]
changes: "a"
fields { id: "string" }
refuse { no { when: "true", message: "no" } }
emit: "a.replied"
"""
)


@pytest.mark.parametrize(
    "time", ['at: "now"', 'at: " at "', "after: \"duration('0s')\"", "after: \"duration('-1h')\""]
)
def test_a_time_that_has_come_is_no_wait(tmp_path, time):
    (tmp_path / "project.tsk").write_text(LOOP.replace('issue: "send"', f'issue: "send"\n{time}'))
    (loop,) = endless_loops(load_project(tmp_path, environ={}, trusted=True).registry)
    assert loop.way == WAY


async def test_a_way_through_refusals_is_said(tmp_path):
    (tmp_path / "project.tsk").write_text(REFUSED)
    way = WAY.replace("→ answer", "→ reply → refused → reply → refused → answer")
    (said,) = [one for one in (await check_project(tmp_path, {})).marks if one.kind.code == "A-LOOP"]
    assert said.message == f"this never ends while it is refused: {way}"


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ('refused { issue: "answer"', 'refused { after: "1s", issue: "answer"'),
        ('refused { issue: "reply"', 'refused { when: "version < 9", issue: "reply"'),
        ('refuse { no { when: "true", message: "no" } }', ""),
    ],
)
def test_a_way_through_refusals_may_end(tmp_path, said, instead):
    (tmp_path / "project.tsk").write_text(REFUSED.replace(said, instead, 1))
    assert endless_loops(load_project(tmp_path, environ={}, trusted=True).registry) == []


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ('issue: "send"', 'issue: "send"\nwhen: "version < 9"'),
        ('issue: "send"', 'issue: "send"\nafter: "1 month"'),
        ('issue: "send"', 'issue: "send"\nafter: "duration(\'1s\')"'),
        ('issue: "send"', 'issue: "send"\nat: "later(now, \'1 day\')"'),
        ('emit: "a.answered"', 'emit: "a.answered"\nrefuse { no { when: "state.count > 3", message: "x" } }'),
        ('emit: "a.answered"', 'do { one { when: "state.count < 3", emit: "a.answered" } }'),
        ('on { "a.sent"', 'on { "a.answered": { ends: true }, "a.sent"'),
        ('on: ["a.made", "a.answered"]', 'on: "a.made"'),
        ('changes: "a"', 'creates: "a"'),
    ],
)
def test_a_condition_on_the_way_may_end_it(tmp_path, said, instead):
    (tmp_path / "project.tsk").write_text(LOOP.replace(said, instead, 1))
    assert endless_loops(load_project(tmp_path, environ={}, trusted=True).registry) == []
