"""A scenario file becomes scenarios, or every mistake in it is told with its place and a way out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.assets import asset
from workbench.model.calendar_spans import Calendar
from workbench.model.clock import parse_rfc3339
from workbench.model.scenario import (
    Expected,
    FactKind,
    FilePlace,
    IssuedCommand,
    Occurrence,
    Replay,
    ScenarioStep,
)
from workbench.project.scenarios import read_scenarios
from workbench.tusk import TskError

ADA = 'stream: "user-ada", data: { username: "Ada", email: "a@x.org", status: "active" }'


def test_every_part_of_a_scenario_is_read(users):
    text = f"""
    $ada: {{ event: "user.created", {ADA} }}
    "It works" {{
        now: "2024-05-01T12:00:00Z"
        given: [$ada, {{ event: "user.status_changed", stream: "user-ada", version: 1,
            at: "2024-04-01T00:00:00Z", data: {{ before: "active", status: "inactive" }} }}]
        when: [
            {{ command: "change_status", data: {{ user_id: "ada" }}, expected: 2, after: "90s" }}
            {{ event: "outage.reported", stream: "outage-x.org", data: {{ domain: "x.org" }} }}
            {{ replay: "welcome-mail" }}
            {{ after: "1h30m" }}
            {{ command: "update_user", data: {{ user_id: "ada" }}, after: "1 month" }}
            {{ at: "2024-09-01T00:00:00Z" }}
        ]
        then: [
            {{ no_command: "create_user", by: "audit-trail", after: "120s" }}
            "no other events"
        ]
    }}
    """
    (scenario,) = read_scenarios(text, "s.tsk", users)
    assert scenario.name == "It works"
    assert scenario.place == FilePlace(file="s.tsk", line=3, column=5)
    assert scenario.now == parse_rfc3339("2024-05-01T12:00:00Z")
    assert [(one.type, one.version, one.at) for one in scenario.given] == [
        ("user.created", 1, None),
        ("user.status_changed", 1, parse_rfc3339("2024-04-01T00:00:00Z")),
    ]
    outage = Occurrence(type="outage.reported", stream="outage-x.org", data={"domain": "x.org"}, version=1)
    assert scenario.when == (
        ScenarioStep(
            after=90.0, act=IssuedCommand(command="change_status", data={"user_id": "ada"}, expected=2)
        ),
        ScenarioStep(act=outage),
        ScenarioStep(act=Replay(subscription="welcome-mail")),
        ScenarioStep(after=5400.0),
        ScenarioStep(
            after=Calendar(months=1), act=IssuedCommand(command="update_user", data={"user_id": "ada"})
        ),
        ScenarioStep(at=parse_rfc3339("2024-09-01T00:00:00Z")),
    )
    assert scenario.then == (
        Expected(
            kind=FactKind.COMMAND,
            facts={"command": "create_user", "by": "audit-trail", "after": "2m"},
            place=FilePlace(file="s.tsk", line=16, column=13),
            wanted=False,
        ),
    )
    assert scenario.no_other_events


def test_lists_in_variables_are_taken_apart(users):
    text = f"""
    $ada: {{ event: "user.created", {ADA} }}
    $two: [$ada, [$ada]]
    "x" {{ given: [$two, $ada], then: "no other events" }}
    """
    (scenario,) = read_scenarios(text, "s.tsk", users)
    assert len(scenario.given) == 3


def test_data_can_be_a_text_of_json_and_keys_can_be_anything(users):
    text = """
    "x" { then: [
        { message: "m", topic: "audit", data: '{"$deep": [[[[[[[[[1]]]]]]]]], "big": 18446744073709551615}' }
        { message: "m", topic: "audit", exactly: { "$odd": 1 } }
    ] }
    """
    (scenario,) = read_scenarios(text, "s.tsk", users)
    assert scenario.then[0].facts["data"]["big"] == 18446744073709551615
    assert (scenario.then[1].facts["data"], scenario.then[1].exact) == ({"$odd": 1}, True)


def test_times_of_a_row_are_the_same_however_they_are_written(users):
    text = (
        '"x" { then: { row: "a", projection: "users", data: { created_at: "2024-05-01T14:00:00+02:00" } } }'
    )
    (scenario,) = read_scenarios(text, "s.tsk", users)
    assert scenario.then[0].facts["data"] == {"created_at": "2024-05-01T12:00:00Z"}


def item(part, text):
    then = "" if part == "then" else '\nthen: "no other events"'
    return f'"x" {{\n{part}: {text}{then}\n}}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[scenarios]\n"x" { then: [] }',
            "1:1: S-UNKNOWN [scenarios] is not read: a scenario file has no sections",
        ),
        ("x: 1", '1:1: S-TYPE x is no scenario (write "What it shows" { … })'),
        ('"x" { when: [] }', "1:1: S-TYPE a scenario needs then: without it nothing is checked"),
        ('"x" { thne: [], then: [] }', "1:7: S-UNKNOWN thne is no part of a scenario (did you mean then?)"),
        ('"a\\nb" { then: [] }', "1:1: S-TYPE a scenario's name a\\u000ab contains U+000A"),
        ('"x" { then: [], now: 5 }', '1:22: S-TYPE now should be a time (such as "2024-05-01T12:00:00Z")'),
        ('"x" { then: [], now: "2024-05-01" }', "1:22: S-TYPE now: a time needs a zone"),
        (item("given", "$ada"), "2:8: R-MISSING $ada is not defined (write $ada: … above this line)"),
        (item("given", "$ada") + "\n$ada: []", "2:8: R-MISSING $ada is defined only in line 5"),
        (item("given", '@env("WORKBENCH_X", 1)'), "2:8: S-TYPE a scenario takes nothing from @env"),
        (item("given", "7"), "2:8: S-TYPE an item of given is an object"),
        (
            item("given", "{ evnt: 1 }"),
            "2:8: S-UNKNOWN an item of given says one of: event (did you mean event?)",
        ),
        (
            item("given", '{ event: "user.creatd" }'),
            "2:17: S-REF the model has no event user.creatd (did you mean",
        ),
        (item("given", '{ event: "user.created" }'), "2:8: S-TYPE event needs stream: such as user-ada"),
        (
            item("given", '{ event: "user.created", stream: "usr-a" }'),
            "2:41: S-REF no aggregate is called usr (did",
        ),
        (
            item("given", '{ event: "user.created", stream: "user" }'),
            "2:41: S-REF user lacks an id (such as user-1)",
        ),
        (
            item("given", '{ event: "user.created", stream: "outage-a" }'),
            "2:41: S-REF user.created is no event of outage (its events are: outage.reported",
        ),
        (
            item("given", '{ event: "user.created", stream: "user-a", data: { usrname: "x" } }'),
            "2:59: S-REF user.created has no usrname",
        ),
        (
            item("given", '{ event: "user.created", stream: "user-a", data: { username: "x", email: 5 } }'),
            "2:81: S-TYPE user.created cannot have this data: Expected `str`, got `int`",
        ),
        (
            item("given", '{ event: "user.status_changed", stream: "user-a", version: 3, data: {} }'),
            "2:67: S-RANGE user.status_changed is at version 2 in the model",
        ),
        (
            item("given", '{ event: "user.status_changed", stream: "user-a", version: 1, data: {} }'),
            "2:76: S-TYPE user.status_changed cannot have this data: Object missing required field",
        ),
        (
            item("given", '{ event: "outage.reported", stream: "outage-a", data: "{" }'),
            "2:62: S-TYPE data: not JSON",
        ),
        (
            item("given", '{ event: "outage.reported", stream: "outage-a", data: { domain: 1-2 } }'),
            "2:72: S-TYPE this is read as a range (put it between quotes)",
        ),
        (
            item("when", '{ command: "create_usr" }'),
            "2:18: S-REF the model has no command create_usr (did you mean",
        ),
        (
            item("when", '{ command: "create_user", data: { usr_id: "a" } }'),
            "2:41: S-REF create_user has no usr_id (did you mean user_id?)",
        ),
        (
            item("when", '{ command: "create_user", expected: -1 }'),
            "2:43: S-TYPE expected should be a whole number",
        ),
        (item("when", '{ after: "soon" }'), "2:16: S-TYPE after should be a duration such as"),
        (
            item("when", '{ after: "1h", at: "2024-05-01T12:00:00Z" }'),
            "2:22: S-TYPE after and at exclude each other (leave one of them out)",
        ),
        (
            item("when", '{ replay: "welcome-mial" }'),
            "2:17: S-REF the model has no subscription welcome-mial (did",
        ),
        (
            item("then", '"no othr events"'),
            '2:7: S-UNKNOWN the only text in then is "no other events" (did you mean',
        ),
        (
            item("then", '{ row: null, projection: "users" }'),
            "2:14: S-TYPE a row is named by its key (a text or a number)",
        ),
        (item("then", '{ row: "a" }'), "2:7: S-TYPE row needs projection: the read model that is meant"),
        (
            item("then", '{ row: "a", projection: "usres" }'),
            "2:31: S-REF the model has no projection usres (did",
        ),
        (
            item("then", '{ row: "a", projection: "users", data: { statsu: "x" } }'),
            "2:48: S-REF the table users has no statsu (did you mean status?)",
        ),
        (
            item("then", '{ row: "a", projection: "users", data: { created_at: "noon" } }'),
            "S-TYPE created_at: this is no time; write it as 2024-05-01T12:00:00Z (such as",
        ),
        (item("then", '{ rows: "two", projection: "users" }'), "2:15: S-TYPE rows should be a whole number"),
        (item("then", '{ query: "list_users" }'), "2:7: S-TYPE query needs answer: what it gives (null"),
        (
            item("then", '{ query: "list_usrs", answer: [] }'),
            "2:16: S-REF the model has no query list_usrs (did you mean list_users?)",
        ),
        (
            item("then", '{ query: "list_users", data: { limt: 3 }, answer: [] }'),
            "2:38: S-REF list_users has no limt (did you mean limit?)",
        ),
        (
            item("then", '{ query: "list_users", data: { limit: 0 }, answer: [] }'),
            "2:36: S-TYPE list_users cannot be asked so: limit: must be at least 1",
        ),
        (item("then", '{ message: "m" }'), "2:7: S-TYPE message needs topic: where it is published"),
        (
            item("then", '{ message: "m", topic: "adit" }'),
            "2:30: S-REF the model has no topic adit (did you mean audit?)",
        ),
        (
            item("then", '{ rejected: "create_user", filed: "x" }'),
            "2:34: S-UNKNOWN filed is not read beside rejected",
        ),
        (
            item("then", '{ rejected: "create_user", field: "usernam" }'),
            "2:41: S-REF the model has no field of create_user that is called usernam",
        ),
        (
            item("then", '{ command: "create_user", by: "me" }'),
            "2:37: S-REF the model has no policy, process or",
        ),
        (
            item("then", '{ event: "user.created", data: {}, exactly: {} }'),
            "2:42: S-TYPE data and exactly exclude each other",
        ),
    ],
)
def test_a_mistake_names_its_place_and_what_was_meant(told, text, said):
    assert any(said in line and line.startswith("scenarios/s.tsk:") for line in told(text)), told(text)


def test_all_mistakes_of_a_file_are_told_at_once_in_their_order(told):
    text = """\
"one" { when: { command: "creat_user" }, then: [] }
"two" { gven: [], then: { row: 1, projection: "user" } }
"""
    assert [line.split(":")[1:3] for line in told(text)] == [["1", "26"], ["2", "9"], ["2", "47"]]


def test_a_mistake_in_a_variable_is_told_once_where_it_is_defined(told):
    text = '$x: { event: "nope" }\n"a" { given: $x, then: [] }\n"b" { given: $x, then: [] }'
    assert [line.split(" (")[0] for line in told(text)] == [
        "scenarios/s.tsk:1:5: S-TYPE event needs stream: such as user-ada",
        "scenarios/s.tsk:1:14: S-REF the model has no event nope",
    ]


SAMPLE = asset("samples", "users", "scenarios", "mail.tsk").read_text()


@given(st.integers(0, len(SAMPLE)), st.integers(0, 30), st.text('{}[]":,$@# \nax0-', max_size=8))
def test_whatever_stands_in_a_file_the_answer_is_scenarios_or_mistakes(users, at, cut, put):
    try:
        read_scenarios(SAMPLE[:at] + put + SAMPLE[at + cut :], "s.tsk", users)
    except TskError as mistakes:
        places = [(problem.line, problem.column) for problem in mistakes.found]
    else:
        return
    assert places
    assert all(line >= 1 and column >= 1 for line, column in places)
