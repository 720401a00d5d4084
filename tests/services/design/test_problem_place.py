"""A problem of a text leads to the thing in whose lines it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.problem_place import MOST, node_at, node_before
from workbench.tusk import Problem, parse, parse_in_part

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


def _before(old: str, new: str, line: int) -> DesignNode | None:
    now, _ = parse_in_part(new, "project.tsk")
    wrong = replace(_problem("project.tsk", line), code="E-SECTION")
    assert node_before(replace(wrong, code="S-TYPE"), now, now) is None
    return node_before(wrong, now, parse(old, "project.tsk"))


@pytest.mark.parametrize("header", ["[comand.send_parcel]", "[command.]", "[command send_parcel]", "x"])
@pytest.mark.parametrize("above", ["", "\n\n# More\n\n", "[event.parcel.lost]\n\n"])
def test_what_a_mistyped_header_declared_before_is_found(header: str, above: str) -> None:
    changed = TEXT.replace("[command.send_parcel]", header).replace("# Of", f"{above}# Of")
    line = changed.splitlines().index(header) + 1
    assert _before(TEXT, changed, line) == DesignNode("command", "send_parcel")
    assert _before(TEXT, changed, line + 1) == DesignNode("command", "send_parcel")
    assert _before(TEXT, changed, changed.count("\n")) == DesignNode("event", "parcel.sent")
    assert _before(TEXT, changed, 2) is None


def test_a_problem_of_another_file_was_in_no_section() -> None:
    now = parse(TEXT, "project.tsk")
    assert node_before(_problem("scenarios/a.tsk", 9), now, now) is None


def test_of_texts_that_share_next_to_nothing_only_the_begin_is_looked_at() -> None:
    many = "".join(f"a{number}: {number}\n" for number in range(MOST + 1))
    assert _before(TEXT, f"[project]\n{many}", MOST) is None
