"""What the parts of a model say of each other that is not so is found before they run."""

from __future__ import annotations

from typing import ClassVar

import msgspec
import pytest
from pydantic import Field

from workbench.errors import InvalidCommand, ModelError
from workbench.model.aggregate import Aggregate
from workbench.model.command import Command, Involved
from workbench.model.consistency import contradictions_in, unread_topics
from workbench.model.event import Event
from workbench.model.messaging import Route, Subscription, Topic
from workbench.model.policy import Policy, Process
from workbench.model.projection import Column, ColumnKind, On, Projection
from workbench.model.registry import Definitions, build_registry


class Made(Event, frozen=True):
    event_type: ClassVar[str] = "thing.made"
    n: int = 0


class Gone(Event, frozen=True):
    event_type: ClassVar[str] = "thing.gone"


class Make(Command):
    command_type: ClassVar[str] = "make"
    creates: ClassVar[bool] = True
    id: str


class Lost(Command):
    command_type: ClassVar[str] = "lose"
    thing: str


class State(msgspec.Struct, frozen=True):
    n: int = 0


def model(*, name="thing", commands=(Make,), events=(Made,), settings=None, **parts):
    aggregate = Aggregate(
        name=name,
        state=State,
        commands=commands,
        events=events,
        decide=lambda _state, _command: [],
        evolve=lambda _state, _event: State(),
    )
    return build_registry([Definitions(aggregates=(aggregate,), **parts)], **(settings or {}))


def told(registry):
    return [f"{one.kind} {one.name}: {one.message} ({one.hint})" for one in contradictions_in(registry)]


def test_a_sound_model_has_none():
    assert told(model()) == []


@pytest.mark.parametrize(
    ("involves", "said"),
    [
        ({}, "the target of command lose is id, which is none of its fields"),
        ({"other": Involved(aggregate="thing", id="it")}, "the id of other of command lose is it, which"),
    ],
)
def test_a_command_without_the_field_of_an_id_is_refused_when_the_model_is_made(involves, said):
    class Loses(Lost):
        target: ClassVar[str] = "thing" if involves else "id"

    Loses.involves = involves
    with pytest.raises(ModelError, match=said):
        model(commands=(Make, Loses))


def test_a_command_that_involves_an_aggregate_that_there_is_not():
    class Loses(Lost):
        target: ClassVar[str] = "thing"
        involves: ClassVar[dict[str, Involved]] = {"other": Involved(aggregate="gone", id="thing")}

    assert told(model(commands=(Make, Loses))) == [
        "command lose: it involves gone, which is no aggregate of the model (there are: thing)",
    ]


@pytest.mark.parametrize("event", [Gone, "thing.gone"])
def test_a_projection_of_an_event_that_no_aggregate_has(event):
    rows = Projection(
        name="things",
        columns=(Column(name="id", kind=ColumnKind.TEXT),),
        on=(On(Made, lambda *_: None), On(event, lambda *_: None)),
    )
    assert told(model(projections=(rows,))) == [
        "projection things: no aggregate has the event thing.gone (did you mean thing.made?)"
    ]


def test_policies_and_processes_that_name_what_nobody_has():
    policy = Policy(name="always", on=(Gone,), react=lambda *_: [], issues=(Lost,))
    process = Process(
        name="story",
        on=(Made, Gone),
        correlate=lambda *_: "",
        state=State,
        evolve=lambda *_: None,
        react=lambda *_: [],
    )
    assert [one.partition(" (")[0] for one in told(model(policies=(policy,), processes=(process,)))] == [
        "policy always: no aggregate has the event thing.gone",
        "policy always: no aggregate has the command lose",
        "process story: no aggregate has the event thing.gone",
    ]


def test_names_that_the_store_would_refuse_or_mistake():
    class Odd(Event, frozen=True):
        event_type: ClassVar[str] = "thing\u202emade"

    assert "event thing\u202emade: its name thing\\u202emade contains U+202E ()" in told(model(events=(Odd,)))
    assert told(model(name="thing-part")) == [
        "aggregate thing-part: its streams would be taken for those of 'thing' (write the name without -)"
    ]


def test_topics_that_are_fed_and_that_nobody_reads_are_known():
    settings = {
        "topics": [Topic(name=name) for name in ("read", "unread", "unfed")],
        "subscriptions": [Subscription(name="s", topic="read", handler="h")],
        "routes": [Route(pattern="thing.*", topics=("read", "unread"), name="r")],
    }
    assert unread_topics(model(settings=settings)) == ["unread"]


def columns(*names):
    made = tuple(Column(name=name, kind=ColumnKind.TEXT) for name in names)
    return model(projections=(Projection(name="things", columns=made, on=()),))


def test_columns_are_told_apart_whatever_the_case_of_their_letters():
    assert told(columns("id", "productId", "_links", "select")) == []
    said = "projection things: id and ID cannot both be columns: upper and lower case are one there ()"
    assert told(columns("id", "ID")) == [said]
    said = "projection things: 'a-b' is no name for a column: letters, digits and _, no digit first ()"
    assert told(columns("id", "a-b")) == [said]


class Order(Command):
    command_type: ClassVar[str] = "order"
    target: ClassVar[str] = "order_id"
    order_id: str = Field(alias="orderId", examples=["o-1"], pattern="^o-")


def test_a_command_of_python_is_written_and_read_with_its_aliases():
    kind = model(commands=(Make, Order)).commands["order"]
    assert (kind.target, kind.fields) == ("orderId", {"orderId"})
    assert kind.dump(kind.parse({"orderId": "o-7"})) == {"orderId": "o-7"}
    with pytest.raises(InvalidCommand) as caught:
        kind.parse({"orderId": "7"})
    assert caught.value.fields == ((("orderId",), "must look like o-1 (pattern ^o-)"),)
