"""U1 to U3: old versions and names of events are read as the present ones; what is unknown is told."""

from __future__ import annotations

from typing import ClassVar

import msgspec
import pytest

from workbench.errors import InvalidEvent, ModelError, UnknownEvent
from workbench.model.aggregate import Aggregate
from workbench.model.event import Event, StoredData, event_type_of, misstored
from workbench.model.registry import Definitions, build_registry


class Priced(Event, frozen=True):
    """A price: version 1 had it in cents, version 2 without a currency."""

    event_type: ClassVar[str] = "priced"
    event_version: ClassVar[int] = 3
    amount: float
    currency: str


def to_amount(data):
    return {"amount": data["cents"] / 100}


def with_currency(data):
    data["currency"] = "EUR"
    return data


STEPS = {1: to_amount, 2: with_currency}


def read(text, version, steps=STEPS):
    return event_type_of(Priced, steps).read(StoredData(7, 1, "priced", version, text))


@pytest.mark.parametrize(
    ("version", "text"),
    [(1, '{"cents":250}'), (2, '{"amount":2.5}'), (3, '{"amount":2.5,"currency":"EUR"}')],
)
def test_U1_every_version_is_read_as_the_present_one(version, text):
    assert read(text, version) == Priced(amount=2.5, currency="EUR")


@pytest.mark.parametrize("steps", [{}, {1: to_amount}, {2: with_currency}])
def test_U1_a_gap_in_the_upcasters_is_found_when_the_model_is_made(steps):
    with pytest.raises(ModelError, match="no upcaster from"):
        event_type_of(Priced, steps)


@pytest.mark.parametrize("version", [0, 3, 9])
def test_U1_an_upcaster_from_a_version_that_never_was_is_found(version):
    with pytest.raises(ModelError, match=rf"upcaster from \[{version}\]"):
        event_type_of(Priced, {**STEPS, version: to_amount})


def test_U1_upcasters_of_events_that_the_aggregate_does_not_have_are_found():
    aggregate = Aggregate(
        name="thing",
        state=msgspec.defstruct("State", []),
        events=(Priced,),
        commands=(),
        decide=lambda state, command: [],
        evolve=lambda state, event: state,
        upcasters={"priced": STEPS, "prised": STEPS},
    )
    with pytest.raises(ModelError, match="prised"):
        build_registry([Definitions(aggregates=(aggregate,))])


def test_U1_an_upcaster_that_fails_says_from_which_version_and_where():
    with pytest.raises(InvalidEvent, match=r"priced from version 1 failed at position 7: KeyError: 'cents'"):
        read("{}", 1)


def test_U2_a_newer_version_than_the_model_knows():
    with pytest.raises(UnknownEvent, match="version 4 at position 7 is newer"):
        read("{}", 4)


def test_U2_an_unknown_type_is_said_with_its_place():
    with pytest.raises(UnknownEvent, match=r"does not know the event type gone \(position 7\)"):
        build_registry([]).read_event(StoredData(7, 1, "gone", 1, "{}"))


def test_an_event_that_does_not_fit_its_type_is_said_with_its_place():
    with pytest.raises(InvalidEvent, match="position 7 does not fit priced"):
        read('{"amount":"much","currency":"EUR"}', 3)


def thing(*events):
    """Returns the model of an aggregate with these events."""

    def nothing(*_):
        return []

    aggregate = Aggregate(
        name="thing", state=dict, commands=(), events=events, decide=nothing, evolve=nothing
    )
    return build_registry([Definitions(aggregates=(aggregate,))])


def renamed(name, stored):
    return type(name, (Event,), {"event_type": name, "stored_as": stored})


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ({"a": "old", "b": "old"}, {"b": "a is stored as old, too"}),
        ({"a": "b", "b": ""}, {"a": "b is another event"}),
        ({"a": "b", "b": "c"}, {"a": "b is another event"}),
        ({"a": "a", "b": ""}, {}),
        ({"a": "old", "b": "older"}, {}),
        ({"a": "x\u202ey"}, {"a": "stored_as x\\u202ey contains U+202E"}),
    ],
)
def test_U3_a_stored_name_belongs_to_one_type(stored, said):
    assert misstored(stored) == said


def test_U3_a_model_in_which_two_types_share_a_stored_name_is_refused():
    events = (renamed("thing.made", "thing.done"), renamed("thing.done", ""))
    with pytest.raises(
        ModelError, match=r"thing\.made cannot be stored as it says: thing\.done is another event"
    ):
        thing(*events)


def test_U3_the_model_knows_which_type_is_stored_under_a_name():
    events = (renamed("thing.made", "thing.done"), renamed("thing.gone", "thing.gone"))
    registry = thing(*events)
    assert registry.stored_names() == {"thing.made": "thing.done"}
    assert [registry.named(one) for one in ("thing.done", "thing.gone", "x")] == [
        "thing.made",
        "thing.gone",
        "x",
    ]
