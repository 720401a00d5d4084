"""A problem of a text leads to the thing in whose lines it stands."""

from __future__ import annotations

import pytest

from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.problem_place import node_at
from workbench.tusk import Problem, parse

TEXT = """\
[project]
name: "shop"

[topics]
mails { name: "mail-out" }
news { }

# Of commands
[command.send_parcel]
creates: "parcel"

[event.parcel.sent]
"""


def _problem(file: str, line: int, path: tuple[str, ...] = ()) -> Problem:
    return Problem(file=file, line=line, column=1, end_column=2, code="X", message="wrong", path=path)


@pytest.mark.parametrize(
    ("line", "path", "node"),
    [
        (2, ("project", "name"), None),
        (6, ("topics", "news"), DesignNode("topic", "news")),
        (6, (), None),
        (8, (), DesignNode("command", "send_parcel")),
        (10, ("command", "send_parcel", "creates"), DesignNode("command", "send_parcel")),
        (12, (), DesignNode("event", "parcel.sent")),
    ],
)
def test_it_is_what_has_the_line(line: int, path: tuple[str, ...], node: DesignNode | None) -> None:
    problem = _problem("project.tsk", line, path)
    assert node_at(DesignText(project=parse(TEXT, "project.tsk")), problem) == node


def test_a_scenario_is_no_thing_of_the_project_file() -> None:
    problem = _problem("scenarios/a.tsk", 9)
    assert node_at(DesignText(project=parse(TEXT, "project.tsk")), problem) is None
