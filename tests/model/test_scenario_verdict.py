"""When a scenario passes, and what its result says when it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.model.scenario import (
    Expected,
    FactKind,
    FilePlace,
    Followed,
    Happened,
    Occurrence,
    Scenario,
    ScenarioStep,
    ScenarioVerdict,
    Sign,
)
from workbench.model.scenario_verdict import judge, say

PLACE = FilePlace(file="s.tsk", line=7, column=3)


def expect(*then, **more):
    return Scenario(name="It works", place=PLACE, then=then, **more)


def event(name="done", *, wanted=True, exact=False, **data):
    facts = {"event": name, **({"data": data} if data else {})}
    return Expected(kind=FactKind.EVENT, facts=facts, place=PLACE, wanted=wanted, exact=exact)


def followed(name="done", *, direct=False, **data):
    return Followed(facts={"event": name, "stream": "a-1", "data": data}, direct=direct)


def lines(result):
    return [(line.sign, line.first) for part in result.parts for line in part.lines]


def test_consequences_may_be_left_out_but_not_what_the_command_made_itself():
    happened = Happened(events=(followed(direct=True), followed("after")))
    assert judge(expect(event()), happened).passed
    missed = judge(expect(event("after")), happened)
    assert lines(missed) == [(Sign.UNEXPECTED, True), (Sign.SAME, False)]
    strict = judge(expect(event(), no_other_events=True), happened)
    alone = judge(expect(event(), no_other_events=True), Happened(events=(followed(direct=True),)))
    assert [line.expected for line in alone.parts[0].lines] == ["event done", "no other events"]
    assert lines(strict) == [(Sign.SAME, False), (Sign.UNEXPECTED, True)]


def test_where_no_event_is_listed_none_is_looked_at():
    assert judge(expect(), Happened(events=(followed(direct=True),))).passed
    assert not judge(expect(no_other_events=True), Happened(events=(followed(),))).passed


def test_events_come_in_the_order_of_the_list():
    happened = Happened(events=(followed("one"), followed("two")))
    assert judge(expect(event("one"), event("two")), happened).passed
    assert not judge(expect(event("two"), event("one")), happened).passed


def test_what_came_in_another_order_is_told_as_that():
    happened = Happened(events=(followed("one"), followed("two", direct=True), followed("three")))
    result = judge(expect(event("two"), event("one")), happened)
    assert [(line.sign, line.moved) for line in result.parts[0].lines] == [
        (Sign.BESIDE, "earlier"),
        (Sign.SAME, ""),
        (Sign.BESIDE, ""),
        (Sign.MISSING, "earlier"),
    ]
    other = Happened(events=(followed("two", n=1), followed("one")))
    result = judge(expect(event("one"), event("two", n=2)), other)
    assert [line.moved for line in result.parts[0].lines] == ["", "", ""], "that is not what was expected"


def test_a_difference_names_the_fact_and_both_values():
    result = judge(
        expect(event(n=1, deep={"x": "a"})), Happened(events=(followed(n=2, deep={"x": "a", "y": 0}),))
    )
    assert result.verdict is ScenarioVerdict.FAILED
    assert result.first is not None
    (one,) = result.first.contrasts
    assert (one.path, one.expected, one.happened) == ("data.n", "1", "2")
    assert result.first.place == PLACE
    exactly = judge(expect(event(n=2, exact=True)), Happened(events=(followed(n=2, more=1),)))
    assert [one.path for one in exactly.first.contrasts] == ["data.more"]


def test_only_the_first_thing_that_is_wrong_is_marked():
    result = judge(expect(event("x"), event("y"), no_other_events=True), Happened(events=(followed("z"),)))
    assert [first for _, first in lines(result)].count(True) == 1
    assert lines(result)[0][1]


def test_what_must_not_happen_fails_when_it_does():
    none = event("done", wanted=False, n=1)
    assert judge(expect(none), Happened(events=(followed(n=2),))).passed
    result = judge(expect(none), Happened(events=(followed(n=1),)))
    assert result.first.expected == "no event done · n 1"
    assert result.first.happened == "event done · stream a-1 · n 1"


def answer(kind, **facts):
    return Expected(kind=kind, facts={kind.value: "go", **facts}, place=PLACE)


@pytest.mark.parametrize("refusal", [{"rejected": "go", "message": "no"}, {"failed": "go", "message": "bug"}])
def test_a_command_that_is_not_accepted_must_be_listed(refusal):
    assert judge(expect(), Happened(refusals=(refusal,))).first.happened == say(refusal)


def test_a_rejection_is_compared_with_its_message_beside_the_one_that_came():
    happened = Happened(refusals=({"rejected": "go", "message": "no", "field": "n"},))
    assert judge(expect(answer(FactKind.REJECTED)), happened).passed
    assert judge(expect(answer(FactKind.REJECTED, message="no", field="n")), happened).passed
    result = judge(expect(answer(FactKind.REJECTED, message="never")), happened)
    assert [(one.expected, one.happened) for one in result.first.contrasts] == [('"never"', '"no"')]
    assert not judge(expect(answer(FactKind.CONFLICT)), happened).passed
    assert not judge(expect(answer(FactKind.REJECTED)), Happened()).passed


def test_a_dead_letter_must_be_listed_and_a_message_need_not():
    letter = {"dead_letter": "mail", "error": "Down"}
    message = {"message": "sent", "topic": "audit", "data": {"to": "a"}}
    assert not judge(expect(), Happened(letters=(letter,))).passed
    listed = Expected(kind=FactKind.DEAD_LETTER, facts={"dead_letter": "mail"}, place=PLACE)
    assert judge(expect(listed), Happened(letters=(letter,), messages=(message,))).passed
    assert not judge(expect(listed, listed), Happened(letters=(letter,))).passed


def test_two_messages_are_two_messages_in_whatever_order():
    def wanted(to):
        facts = {"message": "sent", "data": {"to": to}}
        return Expected(kind=FactKind.MESSAGE, facts=facts, place=PLACE)

    sent = tuple({"message": "sent", "topic": "audit", "data": {"to": to}} for to in "ab")
    assert judge(expect(wanted("b"), wanted("a")), Happened(messages=sent)).passed
    assert not judge(expect(wanted("a"), wanted("a")), Happened(messages=sent)).passed


def row(kind=FactKind.ROW, name="ada", *, wanted=True, **data):
    facts = {kind.value: name, "projection": "users", **({"data": data} if data else {})}
    return Expected(kind=kind, facts=facts, place=PLACE, wanted=wanted)


ROWS = Happened(
    rows={"users": {"ada": {"id": "ada", "status": "active"}, "bob": {"id": "bob", "status": "gone"}}}
)


@pytest.mark.parametrize(
    ("expected", "passes"),
    [
        (row(status="active"), True),
        (row(status="gone"), False),
        (row(name="cyd"), False),
        (row(name="cyd", wanted=False), True),
        (row(wanted=False), False),
        (row(wanted=False, status="gone"), True),
        (row(FactKind.ROWS, 2), True),
        (row(FactKind.ROWS, 1, status="gone"), True),
        (row(FactKind.ROWS, 1), False),
        (row(FactKind.ROWS, 0, status="never"), True),
    ],
)
def test_rows_are_there_as_said_or_not(expected, passes):
    assert judge(expect(expected), ROWS).passed is passes


def test_a_projection_that_stands_still_fails_who_asks_it_and_is_noted_to_others():
    happened = replace(ROWS, faults={"users": "KeyError: 'x'"})
    assert "has stopped: KeyError" in judge(expect(row()), happened).first.happened
    aside = judge(expect(), happened)
    assert aside.passed
    assert "users could not fold an event" in aside.notes[0]


def test_a_run_that_had_to_be_ended_is_broken_even_if_all_is_there():
    result = judge(expect(), Happened(unfinished="it never ends"))
    assert (result.verdict, result.trouble) == (ScenarioVerdict.BROKEN, "it never ends")


def test_a_thing_is_said_in_one_line_that_is_not_too_long():
    assert say({"dead_letter": "mail", "attempts": 3, "reason": None}) == "dead letter mail · attempts 3"
    assert len(say({"event": "x", "data": {"long": "y" * 10_000}})) < 500


def test_what_looks_secret_is_masked_in_every_text_and_compared_all_the_same():
    result = judge(expect(event(api_key="a", n=1)), Happened(events=(followed(api_key="b", n=1),)))
    assert result.first.expected == 'event done · api_key "••••••" · n 1'
    assert [(one.path, one.expected, one.happened) for one in result.first.contrasts] == [
        ("data.api_key", "••••••", "••••••")
    ]
    assert judge(expect(event(api_key="b")), Happened(events=(followed(api_key="b"),))).passed


def test_an_event_that_happens_in_when_is_no_consequence_and_a_note_says_so():
    done = Occurrence(type="done", stream="a-1", data={}, version=1)
    scenario = expect(event(), when=(ScenarioStep(act=done),))
    result = judge(scenario, Happened())
    assert result.notes == ("done of a-1 happened in when: then lists only what follows from it",)
    assert judge(scenario, Happened(events=(followed(direct=True),))).notes == ()


def test_a_failure_must_be_listed():
    happened = Happened(refusals=({"failed": "share", "message": "division by zero"},))
    failed = Expected(kind=FactKind.FAILED, facts={"failed": "share"}, place=PLACE)
    assert judge(expect(failed), happened).passed
    assert not judge(expect(), happened).passed
