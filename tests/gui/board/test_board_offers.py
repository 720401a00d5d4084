"""What fits a name that is typed on the board: what loads comes first, and of what is chosen its own."""

from __future__ import annotations

from workbench.gui.board.board_offers import name_for, offers, targets
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.tusk import parse

TEXT = """\
[aggregate.trip]

[aggregate.flight]

[aggregate.hotel]

[event.flight.seat_taken]

[event.hotel.asked]

[event.trip.asked]

[command.ask_trip]
creates: "trip"
fields { trip_id: "string" }
emit: "trip.asked"

[command.plan_trip]
changes: "trip"
fields { trip_id: "string" }
"""
TRIP = DesignText(project=parse(TEXT, PROJECT_FILE))


def said(kind: str, typed: str, after: DesignNode | None = None, text: DesignText = TRIP) -> list[str]:
    return [one.text for one in offers(text, kind, after, typed)]


def test_an_event_that_follows_nothing_is_offered_for_each_aggregate() -> None:
    assert said("event", "boo") == ["New event trip.boo", "New event flight.boo", "New event hotel.boo"]
    assert said("event", "hotel.boo") == ["New event hotel.boo"]
    assert said("event", "boo", DesignNode("command", "plan_trip"))[0] == "New event trip.boo"
    assert said("event", "boo", text=DesignText()) == ["New event boo"]
    assert name_for(TRIP, "event", "so far", None, "flight") == "flight.so_far"


def test_a_command_that_follows_nothing_is_offered_for_the_aggregates_in_their_order() -> None:
    assert said("command", "ask_more") == [
        "New command ask_more of trip",
        "New command ask_more of flight",
        "New command ask_more of hotel",
        "New command ask_more of a new aggregate more",
    ]
    assert said("command", "free_hotel")[0] == "New command free_hotel of hotel", "as its name says"
    assert (
        said("command", "ask_more", DesignNode("aggregate", "flight"))[0] == "New command ask_more of flight"
    )


def test_a_wire_leads_first_to_what_is_of_the_same_aggregate() -> None:
    wires = [one.text for one in targets(TRIP, DesignNode("command", "plan_trip"), "")]
    assert wires == ["emits trip.asked", "emits flight.seat_taken", "emits hotel.asked"]
    wires = [one.text for one in targets(TRIP, DesignNode("command", "ask_trip"), "")]
    assert wires[-1] == "no longer emits trip.asked"
