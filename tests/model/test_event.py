"""U1 and U2: old versions of events are read as the present one, what is newer or unknown is said to be."""

from __future__ import annotations

from typing import ClassVar

import msgspec
import pytest

from workbench.errors import InvalidEvent, ModelError, UnknownEvent
from workbench.model.aggregate import Aggregate
from workbench.model.event import Event, StoredData, event_type_of
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
