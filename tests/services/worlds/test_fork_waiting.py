"""What waited at the position of a fork waits there again: W9."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.services.conftest import running, written
from tests.services.worlds.conftest import place
from tests.services.worlds.test_fork import forked, lasts, streams
from workbench.assets import asset
from workbench.engine.publisher import OutgoingMessage
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.services.worlds.fork import fork_in

ASKED = {"flight": "f1", "hotel": "h1", "nights": 1}
DAY = 24 * 3600.0


async def drained(workspace):
    assert await workspace.world.timer.drain(workspace.world.settle, within=2 * DAY)


async def orders_of_some_cards(world):
    for number, card in enumerate(("4242", "0341", "0002")):  # taken, declined first, declined always
        await place(world, number, card)


async def trips_of_which_one_is_booked(world):
    await world.commands.issue("offer_flight", {"flight": "f1", "seats": 9})
    await world.commands.issue("offer_hotel", {"hotel": "h1", "rooms": 2})
    for trip in "abc":
        await world.commands.issue("ask_trip", {"trip_id": trip, **ASKED})
    await world.running().settle()
    await world.commands.issue("confirm_room", {"hotel": "h1", "trip_id": "a"})


@pytest.mark.parametrize(
    ("made_of", "begin"),
    [
        (("samples", "orders-declared"), orders_of_some_cards),
        (("templates", "trip"), trips_of_which_one_is_booked),
    ],
    ids=["orders", "trip"],
)
async def test_W9_a_fork_comes_to_where_the_project_came(tmp_path, stores, by_hand, made_of, begin):
    async with running(shutil.copytree(asset(*made_of), tmp_path / "trunk")) as trunk:
        await begin(trunk)
        given = trunk.reader.head()
        await drained(trunk)
        came_to, head = streams(trunk.reader), trunk.reader.head()
        assert head > given
        for position in range(given, head + 1, 2):
            folder = forked(trunk, position, tmp_path / f"fork-{position}")
            async with running(folder) as world:
                await drained(world)
                assert streams(world.reader) == came_to, position


@pytest.fixture
async def trips(tmp_path, stores, by_hand):
    """Two trips have a room, of which one is booked; the second runs out of time, the third gets no room."""
    async with running(shutil.copytree(asset("templates", "trip"), tmp_path / "trunk")) as trunk:
        await trips_of_which_one_is_booked(trunk)
        await drained(trunk)
        yield trunk


def position_of(workspace, kind, stream):
    found = [one for one in workspace.reader.read_stream(stream) if one.type == kind]
    return found[0].position


def phases(workspace):
    return {one: workspace.reader.row("trips", one)["phase"] for one in "abc"}


def timeout_of(workspace, trip):
    found, _ = workspace.reader.read_topic(COMMANDS_TOPIC, lambda _type: False, 0, 1_000)
    return next(
        one for one in found if one.type == "fail_trip" and f'"{trip}"' in one.data and one.deliver_at
    )


async def test_W9_what_was_withdrawn_later_waits_and_can_be_withdrawn_again(trips, tmp_path):
    assert phases(trips) == {"a": "booked", "b": "failed", "c": "failed"}
    assert timeout_of(trips, "a").withdrawn
    before = position_of(trips, "hotel.room_confirmed", "hotel-h1") - 1
    folder = forked(trips, before, tmp_path / "fork")
    async with running(folder) as world:
        assert max(lasts(world.reader).values()) <= fork_in(folder).began
        assert not timeout_of(world, "a").withdrawn
        await drained(world)
        assert phases(world) == {"a": "failed", "b": "failed", "c": "failed"}, "no room is confirmed there"
    async with running(forked(trips, before, tmp_path / "again")) as world:
        await world.running().settle()
        await world.commands.issue("confirm_room", {"hotel": "h1", "trip_id": "a"})
        await world.running().settle()
        assert timeout_of(world, "a").withdrawn
        await drained(world)
        assert phases(world)["a"] == "booked"


async def test_W9_the_answer_to_a_refusal_comes_again(trips, tmp_path):
    """The command was refused before the position, and what answers that came behind it."""
    found, _ = trips.reader.read_topic(COMMANDS_TOPIC, lambda _type: False, 0, 1_000)
    answer = next(one for one in found if one.type == "fail_trip" and not one.deliver_at)
    await trips.close()
    with closing(sqlite3.connect(trips.project.store_path)) as con:
        con.execute("update commands set issued_at = issued_at - 1")
        con.commit()
    async with running(forked(trips, answer.position - 1, tmp_path / "fork")) as world:
        await drained(world)
        assert phases(world) == {"a": "failed", "b": "failed", "c": "failed"}
        assert world.reader.row("trips", "c")["reason"] == "hotel h1 is full"


LATE = """
[project]
name: "late"
[aggregate.note]
[event.note.taken]
fields { text: "string" }
[command.take_note]
creates: "note"
fields { note_id: "string", text: "string" }
emit: "note.taken"
[topics.calls]
[handler.take]
reject { empty { when: "data.text == ''", message: "nothing to take" } }
issue: "take_note"
with { note_id: "data.text", text: "data.text" }
[subscriptions.taker]
topic: "calls"
handler: "take"
"""


@pytest.mark.parametrize(("text", "came_to"), [("late", ({"note-late": 1}, 0)), ("", ({}, 1))])
async def test_W9_a_message_that_was_held_back_until_later_is(tmp_path, stores, by_hand, text, came_to):
    async with running(written(tmp_path / "trunk", LATE)) as trunk:
        call = OutgoingMessage(topic="calls", type="call", data={"text": text}, delay=60)
        await trunk.messages.publish(call)
        position = trunk.reader.head()
        await drained(trunk)
        assert (streams(trunk.reader), len(trunk.reader.letter_numbers(("open",)))) == came_to
        await trunk.commands.issue("take_note", {"note_id": "further", "text": "at last"})
        async with running(forked(trunk, position, tmp_path / "fork")) as world:
            await world.running().settle()
            assert streams(world.reader) == {}, "it is not time yet"
            assert not len(world.reader.letter_numbers(("open",)))
            await drained(world)
            assert (streams(world.reader), len(world.reader.letter_numbers(("open",)))) == came_to
