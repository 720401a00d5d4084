"""What can stand at a place: sections, keys with what they do, names, words, and parts of expressions."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tests.services.design.text_examples import PROJECT, checked, placed
from workbench.project.project import load_project
from workbench.services.design.completions import completions
from workbench.services.design.text_check import check_scenario_text

PAID = 'emit: "order.paid"'


def offered(old, new):
    text, offset = placed(old, new)
    return completions(checked(), text, offset)


def names(old, new):
    return [one.name for one in offered(old, new).found]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (PAID, "[comm‸", ["command."]),
        (PAID, "[event.or‸", ["event.order."]),
        (PAID, "em‸", ["emit"]),
        (PAID, 'emit: "‸"', ["order.placed", "order.paid"]),
        (PAID, "emit: pl‸", ["order.placed"]),
        (PAID, 'issue: "‸"', ["place", "pay"]),
        ('changes: "order"', 'changes { b { aggregate: "bill", id: "id" } }\nemit: "‸"', ["bill.sent"]),
        ('changes: "order"', 'emit: "‸"', ["order.placed", "order.paid", "bill.sent"]),
        (PAID, 'publish: "‸"', ["mails"]),
        (PAID, 'emit: "order.placed"\nwith { ‸ }', ["id", "color", "total"]),
        (PAID, "otherwise: ‸", ["true", "false"]),
        ('creates: "order"', 'creates: "‸"', ["order", "bill"]),
        ('set { color: "event.color", total: "event.total" }', "set { ‸ }", ["color", "total"]),
        ("put { color:", "put { ‸: ", ["id", "color"]),
        ('count: "paid"', 'count: "‸"', ["id", "color", "paid"]),
        ('order: "color"', 'order: "c‸"', ["color"]),
        ('"order.paid" { count', "‸ { count", ["order.paid", "bill.sent"]),
        ("set { seen:", "set { ‸:", ["seen"]),
        ('of: "line"', 'of: "li‸"', ["line", "list"]),
        ('topic: "mails"', 'topic: "‸"', ["mails"]),
        ('handler: "send"', 'handler: "‸"', ["send"]),
        ('topics: ["mails"]', 'topics: ["‸"]', ["mails"]),
        ('id: "text", color', 'id: "boo‸", color', ["boolean"]),
        ("[routing]", '[message_queue]\nbackoff: "e‸"\n[routing]', ["exponential", "fixed", "linear"]),
        ("[routing]", "[message_queue]\nmax_c‸\n[routing]", ["max_crashes"]),
    ],
)
def test_what_can_stand_there_is_offered(old, new, wanted):
    assert names(old, new) == wanted


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("state.color ==", "‸", ["command", "now", "state"]),
        ("state.color ==", "state.‸", ["color", "total"]),
        ("== 'red'", "== '‸'", ["red", "blue"]),
        ("line.price", "line.‸", ["price", "count"]),
        ("line.price", "li‸", ["line"]),
        ("{state.color} is", "{state.‸} is", ["color", "total"]),
        ("event.color", "event.‸", ["id", "color", "total"]),
    ],
)
def test_inside_an_expression_names_fields_and_texts_are_offered(old, new, wanted):
    assert names(old, new)[: len(wanted)] == wanted


def test_a_function_is_offered_where_it_takes_what_stands_before_it():
    assert "startsWith" not in names("state.color ==", "state.total.‸")
    assert "startsWith" in names("state.color ==", "state.color.‸")
    assert "map" in names("command.lines.map", "command.lines.m‸")


@pytest.mark.parametrize("new", ["# em‸", "nothing: 1 # ‸", "{state.color} ‸ is", "no such key: ‸"])
def test_nothing_is_offered_where_nothing_has_a_meaning(new):
    assert names("{state.color} is" if "is" in new else PAID, new) == []


def test_a_key_brings_what_its_value_begins_with():
    made = {one.name: one for one in offered(PAID, "‸").found}
    assert made["emit"].insert == 'emit: ""'
    assert (made["with"].insert, made["with"].back) == ("with { }", 2)
    assert made["otherwise"].insert == "otherwise: "
    assert made["emit"].words == "Event that happens"
    assert "changes" not in made, "what is there already is not offered"


def test_a_completion_takes_the_place_of_what_stands_there():
    text, offset = placed(PAID, 'emit: "order.pl‸aced"')
    found = completions(checked(), text, offset)
    assert text[found.start : found.end] == "order.placed"
    assert found.typed == "order.pl"


def test_what_is_offered_is_right_at_every_place_of_the_project():
    found = checked()
    for offset in range(0, len(PROJECT), 7):
        made = completions(found, PROJECT, offset)
        assert made.start <= offset <= made.end
        assert len({one.name for one in made.found}) == len(made.found)


SCENARIO = """\
"A user is made" {
    given: [{ event: "user.created", stream: "user-1", data { ‸ } }]
    when: [{ command: "create_user" }]
    then: ["no other events"]
}
"""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (SCENARIO, ["username", "email"]),
        (SCENARIO.replace("‸", "").replace('"create_user"', '"cr‸"'), ["create_user"]),
        (SCENARIO.replace("‸", "").replace('["no other events"]', "[‸]"), ["event", "rejected", "conflict"]),
        (SCENARIO.replace("‸", "").replace("then:", "th‸:"), ["then"]),
        ("x‸" + SCENARIO.replace("‸", ""), []),
        (SCENARIO.replace("‸", "").replace('command: "create_user"', 'command: "create_user", ‸'), ["data"]),
    ],
)
def test_scenarios_are_completed_from_the_model(text, wanted):
    root = ROOT / "resources" / "samples" / "users-declared"
    model = load_project(root, environ={}, trusted=False).registry
    project = checked((root / "project.tsk").read_text()).document
    offset = text.index("‸")
    written = text.replace("‸", "")
    found = check_scenario_text(written, "scenarios/a.tsk", project, model)
    assert [one.name for one in completions(found, written, offset).found][: len(wanted)] == wanted


@pytest.mark.parametrize("typed", ["row.c", "row.color == color && row.c"])
def test_a_condition_on_rows_that_was_not_there_before_is_completed(typed):
    query = '\n[query.mine]\nlist: "orders"\nfields { color: "string?" }\n'
    text = f'{PROJECT}{query}where: "{typed}"\n'
    found = completions(checked(PROJECT + query), text, text.rindex('"'))
    assert found.found[0].name == "color"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("‸", ["of", "rows", "always", "eventually", "never_dead_letter"]),
        ('of: "‸"', ["order", "bill"]),
        ('rows: "‸"', ["orders"]),
        ('of: "order"\nalways: "‸"', ["id", "version", "state", "count", "rows"]),
        ('of: "order"\neventually: "state.‸"', ["color", "total"]),
        ('rows: "orders"\nalways: "row.‸"', ["color", "paid"]),
        ('always: "count(\'‸"', ["order.placed", "order.paid", "bill.sent"]),
        ('always: "state(\'‸"', ["order", "bill"]),
        ('always: "row(\'‸"', ["orders"]),
        ("never_dead_letter: ‸", ["true"]),
        ('never_dead_letter: "‸"', ["sender", "payment"]),
    ],
)
def test_invariants_are_completed(line, wanted):
    found = [one.name for one in _in_invariant(line).found]
    assert [one for one in wanted if one not in found] == []


def test_a_function_of_invariants_is_written_with_its_parentheses():
    (count,) = [one for one in _in_invariant('always: "coun‸"').found if one.name == "count"]
    assert (count.insert, count.back) == ("count()", 1)


def _in_invariant(line):
    text = f"{PROJECT}[invariant.rule]\n{line}\n"
    return completions(checked(text.replace("‸", "")), text.replace("‸", ""), text.index("‸"))
