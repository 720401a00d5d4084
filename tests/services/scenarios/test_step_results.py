"""What came of a scenario beside what is written in it, and taken over as what is expected."""

from __future__ import annotations

from collections import Counter

import pytest

from workbench.model.clock import SystemClock
from workbench.model.scenario import Sign
from workbench.project.scenarios import read_scenarios
from workbench.services.scenarios import Scenarios
from workbench.services.scenarios.step_results import StepLine, step_lines, with_found, words_of_left
from workbench.tusk import parse

FILE = "scenarios/a.tsk"
DATA = '{ username: "Ada", email: "a@b.org", status: "active" }'
ADA = f'{{ event: "user.created", stream: "user-ada", data: {DATA} }}'
CREATE = '{ command: "create_user", data: { user_id: "ada", username: "Ada", email: "a@b.org" } }'
RENAME = '{ command: "update_user", data: { user_id: "ada", username: "Eve" } }'


async def lines_of(users, text):
    (scenario,) = read_scenarios(text, FILE, users.registry)
    result = await Scenarios(users, SystemClock()).run_one(scenario)
    return step_lines(parse(text, FILE), scenario.name, result), result


async def taken(users, text):
    """Takes all that came, and returns the text and whether the scenario passes then."""
    lines, _ = await lines_of(users, text)
    made = with_found(parse(text, FILE), "x", lines).text
    _, result = await lines_of(users, made)
    return made, result.passed


def told(lines):
    return [(one.part, one.number, one.sign) for one in lines]


async def test_each_line_says_how_it_stands(users):
    text = f"""\
$ada: {ADA}
"x" {{
    given: $ada
    when: {RENAME}
    then: [
        {{ event: "user.updated", data: {{ username: "Ina" }} }}
        {{ row: "ada", projection: "users" }}
        {{ event: "user.created" }}
    ]
}}
"""
    lines, _ = await lines_of(users, text)
    assert told(lines) == [
        ("given", 0, None),
        ("when", 0, None),
        ("then", 0, Sign.DIFFERENT),
        ("then", 1, Sign.SAME),
        ("then", 2, Sign.MISSING),
    ]
    assert lines[0].words.startswith("$ada: event user.created")
    (contrast,) = lines[2].contrasts
    assert (contrast.path, contrast.expected, contrast.happened) == ("data.username", '"Ina"', '"Eve"')
    assert [one.can_take for one in lines] == [False, False, True, True, True]
    assert told(step_lines(parse(text, FILE), "x", None)) == [(one.part, one.number, None) for one in lines]
    made, passes = await taken(users, text)
    assert passes
    assert '{ event: "user.updated", data: { username: "Eve" } }' in made
    assert 'row: "ada", projection: "users", data: { ' in made
    assert made.count("user.created") == 1
    assert made.splitlines()[:4] == text.splitlines()[:4]


async def test_what_came_is_offered_where_nothing_is_expected_yet(users):
    text = f'"x" {{\n    given: {ADA}\n    when: {RENAME}\n    then: []\n}}\n'
    lines, _ = await lines_of(users, text)
    assert told(lines)[2:] == [("then", 0, Sign.BESIDE)] * 2
    assert lines[3].words == 'row ada · projection users · username "Eve"'
    made, passes = await taken(users, text)
    assert passes
    assert '{ event: "user.updated", stream: "user-ada", data: {' in made
    assert '{ row: "ada", projection: "users", data: { username: "Eve" } }' in made


async def test_a_rejection_is_offered(users):
    text = f'"x" {{\n    when: {RENAME}\n    then: "no other events"\n}}\n'
    lines, result = await lines_of(users, text)
    assert not result.passed
    assert told(lines)[1:] == [("then", 0, Sign.SAME), ("then", 0, Sign.UNEXPECTED)]
    made, passes = await taken(users, text)
    assert passes
    assert '{ rejected: "update_user", message: "user-ada does not exist", field: "user_id" }' in made
    assert '"no other events"' in made


@pytest.mark.parametrize(
    "wrong",
    [
        '{ no_row: "ada", projection: "users" }',
        '{ no_event: "user.created" }',
        '{ rows: 7, projection: "users" }',
    ],
)
async def test_what_must_not_be_and_counts_are_taken_as_they_came(users, wrong):
    text = f'"x" {{\n    when: {CREATE}\n    then: {wrong}\n}}\n'
    made, passes = await taken(users, text)
    assert passes
    assert wrong not in made


async def test_exact_data_and_variables_are_taken_whole(users):
    text = f"""\
$made: {{ event: "user.created", exactly: {{ username: "Ina" }} }}
"x" {{
    when: {CREATE}
    then: $made
}}
"""
    made, passes = await taken(users, text)
    assert passes
    assert made.startswith(text.splitlines()[0])
    assert (
        '{ event: "user.created", exactly: { username: "Ada", email: "a@b.org", status: "active" } }' in made
    )


PLACED = """{ command: "place_order", data: {
    order_id: "65b8ff5a-edb4-5d3e-a634-bc8e08055ff0", customer: "Grace", card: "0341"
    lines: [{ product: "Wire", quantity: 30, price: "0.10" }]
    ship_to: { name: "Grace", street: "3 Analytical Lane", city: "London" }
} }"""


async def test_all_that_came_is_taken_events_commands_that_followed_and_rows(orders):
    text = f'"x" {{\n    when: {PLACED}\n    then: []\n}}\n'
    lines, _ = await lines_of(orders, text)
    heads = Counter(next(iter(one.found)) for one in lines if one.part == "then")
    assert heads == {"event": 7, "command": 6, "row": 1}
    tried_again = [one for one in lines if one.words.startswith("command retry_payment")]
    assert [(one.came, one.at) for one in tried_again] == [("+2s", "2024-01-01T00:00:02Z")]
    made, passes = await taken(orders, text)
    assert passes
    assert '{ command: "retry_payment", by: "retry-or-cancel", after: "2s", data: {' in made
    assert '{ command: "ship_order", by: "fulfilment", data: {' in made
    assert 'status: "shipped", total: "3.00", payments: 2' in made
    assert ", at: " not in made
    again, _ = await lines_of(orders, made)
    assert {one.sign for one in again if one.part == "then"} == {Sign.SAME}


async def test_a_time_that_is_expected_is_taken_as_it_came(orders):
    expected = '{ command: "retry_payment", at: "2024-01-01T00:00:09Z" }'
    made, passes = await taken(orders, f'"x" {{\n    when: {PLACED}\n    then: {expected}\n}}\n')
    assert passes
    assert '{ command: "retry_payment", at: "2024-01-01T00:00:02Z", data: {' in made


async def test_only_the_columns_that_changed_are_offered_of_a_row(users):
    away = '{ command: "change_status", data: { user_id: "ada", status: "suspended", reason: "Away" } }'
    lines, _ = await lines_of(users, f'"x" {{\n    given: {ADA}\n    when: {away}\n    then: []\n}}\n')
    assert lines[-1].words == 'row ada · projection users · status "suspended"'
    assert lines[-1].can_take


def test_what_cannot_be_taken_is_told_with_the_reason():
    taken = StepLine(part="then", number=0, words="an event", sign=Sign.UNEXPECTED, found={"event": "a.b"})
    left = StepLine(part="then", number=1, words="a row", sign=Sign.DIFFERENT, found={"noise": 1})
    assert words_of_left([taken]) == ""
    assert words_of_left([taken, left]) == (
        "1 line left as it was: a row: nothing of its kind can be expected."
    )
