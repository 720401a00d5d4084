"""What is written reads back as the same scenario, whatever it holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model.calendar_spans import Calendar
from workbench.model.scenario import (
    Expected,
    FactKind,
    FilePlace,
    IssuedCommand,
    Occurrence,
    Replay,
    Scenario,
    ScenarioStep,
)
from workbench.project.scenarios import file_name, read_scenarios, write_scenario

PLACE = FilePlace(file="s.tsk", line=1, column=1)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=20,
)
DATA = st.dictionaries(TEXT, JSON, max_size=4)
TIMES = st.integers(0, 4_000_000_000_000_000)
STREAM = "user-ada"


NEVER = st.none()


@st.composite
def created(draw, at=NEVER):
    data = {"username": draw(TEXT), "email": draw(TEXT), "status": draw(TEXT)}
    return Occurrence(type="user.created", stream=STREAM, data=data, version=1, at=draw(at))


STEPS = st.builds(
    ScenarioStep,
    after=st.sampled_from(
        [0.0, 0.0, 0.5, 90.0, 86_400.0, 2_124_000.0, Calendar(months=12), Calendar(days=14)]
    ),
    act=st.one_of(
        st.just(None),
        st.just(Replay(subscription="welcome-mail")),
        created(),
        st.builds(
            IssuedCommand,
            command=st.just("update_user"),
            data=st.fixed_dictionaries({"username": JSON}),
            expected=st.none() | st.integers(0, 9),
        ),
    ),
)
ANSWERS: tuple[object, ...] = (None, [], [{"id": "a", "n": 1}], {"id": "a"}, "text", 7, False)
THEN = st.one_of(
    st.builds(
        Expected,
        kind=st.just(FactKind.MESSAGE),
        facts=st.fixed_dictionaries({"message": st.just("m"), "topic": st.just("audit"), "data": DATA}),
        place=st.just(PLACE),
        exact=st.booleans(),
        wanted=st.booleans(),
    ),
    st.builds(
        Expected,
        kind=st.just(FactKind.ROWS),
        facts=st.fixed_dictionaries({"rows": st.integers(0, 9), "projection": st.just("users")}),
        place=st.just(PLACE),
    ),
    st.builds(
        Expected,
        kind=st.just(FactKind.QUERY),
        facts=st.fixed_dictionaries(
            {
                "query": st.just("list_users"),
                "data": st.just({"limit": 3}),
                "answer": st.sampled_from(ANSWERS),
            }
        ),
        place=st.just(PLACE),
    ),
)
SCENARIOS = st.builds(
    Scenario,
    name=st.sampled_from(["It works", 'She said "no": {}', "ünïcode ✓"]),
    place=st.just(PLACE),
    given=st.lists(created(at=st.none() | TIMES), max_size=3).map(tuple),
    when=st.lists(STEPS, max_size=3).map(tuple),
    then=st.lists(THEN, min_size=1, max_size=3).map(tuple),
    now=st.none() | TIMES,
    no_other_events=st.booleans(),
)


def without_places(scenario):
    then = tuple(replace(one, place=PLACE) for one in scenario.then)
    return replace(scenario, place=PLACE, then=then)


@given(SCENARIOS)
def test_a_scenario_reads_back_as_it_was_written(users, scenario):
    (again,) = read_scenarios(write_scenario(scenario, users), "s.tsk", users)
    assert without_places(again) == scenario


def test_what_tusklang_can_hold_is_written_in_it_and_the_rest_as_json(users):
    def written(data):
        facts = {"message": "m", "topic": "audit", "data": data}
        return write_scenario(
            Scenario(
                name="x", place=PLACE, then=(Expected(kind=FactKind.MESSAGE, facts=facts, place=PLACE),)
            ),
            users,
        )

    assert 'data { to: "a", n: 1 }' in written({"to": "a", "n": 1})
    assert 'data: "{\\"f_fujsen\\":1}"' in written({"f_fujsen": 1})


@pytest.mark.parametrize(
    ("name", "taken", "file"),
    [
        ("A suspension needs a reason", [], "a-suspension-needs-a-reason.tsk"),
        ("A suspension", ["A-Suspension.tsk", "a-suspension-2.tsk"], "a-suspension-3.tsk"),
        ("…", [], "scenario.tsk"),
        ("x" * 200, [], "x" * 60 + ".tsk"),
        ("../../etc/passwd", [], "etc-passwd.tsk"),
    ],
)
def test_a_new_file_is_named_after_the_sentence_and_takes_no_name_twice(name, taken, file):
    assert file_name(name, taken) == file
