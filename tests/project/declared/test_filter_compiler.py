"""X1: filters of subscriptions are checked with what is known of the messages that come."""

from __future__ import annotations

import pytest

from workbench.errors import ProjectError
from workbench.project.project import load_project
from workbench.tusk import TskError

MODEL = """\
[aggregate.order]
state { total: "money?" }
[event.order.placed]
fields {
  total: "money"
  count: "integer"
  tags { type: "list", of: "string" }
  note: "string?"
  marks { type: "list?", of: "string" }
  at: "date-time"
  place { type: "object?", fields { zip: "string" } }
}
[event.order.paid]
fields { total: "money", count: "string", place { type: "object?", fields { zip: "string" } } }
[command.place]
creates: "order"
fields {
  id: "string"
  total: "money"
  count: "integer"
  tags { type: "list", of: "string" }
  note: "string?"
  marks { type: "list?", of: "string" }
  at: "date-time"
}
emit: "order.placed"
[handler.look]
reject { never { when: "false", message: "x" } }
[topics]
orders {}
free {}
loose {}
[routing]
placed { pattern: "order.*", topics: ["orders", "loose"] }
"""
FILTER = MODEL.count("\n") + 2


@pytest.fixture
def problems(tmp_path):
    def told(expression, topic="orders", more=""):
        text = f'{MODEL}[subscriptions]\ns {{ topic: "{topic}", handler: "look", filter: "{expression}" }}\n'
        (tmp_path / "project.tsk").write_text(text + more)
        try:
            load_project(tmp_path, environ={}, trusted=True)
        except (TskError, ProjectError) as error:
            return [str(one) for one in error.problems]
        return []

    return told


@pytest.mark.parametrize(
    "expression",
    [
        "data.total == '10.50' && has(data.note)",
        "type == 'order.placed' && 'vip' in data.tags",
        "data.tags.exists(t, t.startsWith('v')) && data.note != null",
        "timestamp(data.at).getHours('Europe/Berlin') > 8",
        "data.count == 5 || data.count == 'five'",
        "data.place.zip == '1010'",
        "data.marks[0] == 'x'",
        "double(data.total) > 100.0 && key.startsWith('order-') && metadata.by == 'ada'",
    ],
)
def test_what_fits_passes(problems, expression):
    assert problems(expression) == []


@pytest.mark.parametrize(
    ("expression", "at", "said"),
    [
        ("dta.total == '1'", 0, "nothing here is called dta (did you mean data?)"),
        ("data.totl == '1'", 5, "data has no totl (did you mean total?)"),
        (
            "data.tags.exists(t, t.lowrAscii() == 'a')",
            22,
            "there is no function lowrAscii (did you mean lowerAscii?)",
        ),
        ("type == 'order.pai'", 8, "type is never 'order.pai' (did you mean order.paid?)"),
        (
            "data.total > 100",
            0,
            "> compares text with a whole number (write int(…) around the text)",
        ),
        ("size(data.tags)", 0, "a filter is true or false, and this is a whole number"),
        ("'a'.matches('(')", 12, "this is no regular expression: unclosed group"),
    ],
)
def test_what_does_not_fit_is_told_at_its_character(problems, expression, at, said):
    column = len('s { topic: "orders", handler: "look", filter: "') + at + 1
    assert problems(expression) == [f"project.tsk:{FILTER}:{column}: S-CEL {said}"]


def test_what_is_published_freely_is_not_known(problems):
    assert problems("data.anything == 1", topic="free") == []
    more = '[handler.tell]\npublish: "loose"\nwith { anything: "1" }\n'
    assert problems("data.anything == 1", topic="loose", more=more) == []
    assert len(problems("data.anything == 1", topic="loose")) == 1


def test_everything_is_told_at_once(problems):
    found = problems("data.totl == 'a'", more="[message_queue]\nmax_attempts: 0\n")
    assert [one.split(" ", 1)[1].split(" (")[0] for one in found] == [
        "S-CEL data has no totl",
        "S-RANGE max_attempts should be at least 1",
    ]
