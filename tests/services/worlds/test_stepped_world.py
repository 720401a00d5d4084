"""A world that is moved by hand: its moves, what they make, faults, and the same again."""

from __future__ import annotations

import pytest

from tests.services.worlds.race import made, opened, orders_that_race, types
from workbench.errors import InvalidValue
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.services.worlds.moves import Fault, MoveKind, NextMove
from workbench.services.worlds.run_checks import ENDED, RunChecks
from workbench.services.worlds.steppable import steppable
from workbench.services.worlds.stepped_world import SteppedWorld

USUAL = ["order.placed", "payment.requested", "payment.confirmed", "order.paid", "order.shipped"]


@pytest.fixture
async def begin(tmp_path):
    project, (scenario,) = opened(orders_that_race(tmp_path / "orders"))
    model = steppable(project, set())

    async def make(**more):
        world = SteppedWorld(model, scenario, **more)
        await world.begin()
        return world

    return make


def index(world: SteppedWorld, **asked) -> int:
    return next(
        at
        for at, move in enumerate(world.moves)
        if all(getattr(move, name) == value for name, value in asked.items())
    )


async def test_what_is_possible_is_listed_and_nothing_moves_by_itself(begin):
    world = await begin()
    assert world.moves == [NextMove(MoveKind.STEP, "place_order", at=0)]
    await world.make()
    assert [str(move) for move in world.moves] == ["fulfilment gets order.placed", "cancel_order"]
    assert types(world) == ["order.placed"]


async def test_the_defaults_are_what_the_engine_does_by_itself(begin):
    world = await begin()
    await world.follow()
    assert types(world) == USUAL
    made = [str(world.made(deed)) for deed in world.deeds]
    assert made[:3] == ["order.placed", "request_payment", "payment.requested"]
    assert made[-1] == "an order that is shipped cannot be cancelled"
    assert world.reader.row("orders", world.reader.read_log(0, 1)[0].stream[6:])["status"] == "shipped"


async def test_W7_a_schedule_gives_the_same_history_byte_for_byte(begin):
    first, second = await begin(), await begin()
    await first.follow([0, 1, 1])
    await second.follow(first.choices)
    assert first.reader.read_log(0, 100) == second.reader.read_log(0, 100)
    assert first.reader.read_log(0, 100)[0].id == second.reader.read_log(0, 100)[0].id
    assert [deed.move for deed in first.deeds] == [deed.move for deed in second.deeds]


async def test_a_move_that_is_not_possible_is_refused(begin):
    world = await begin()
    with pytest.raises(InvalidValue, match="1 is none of the 1 moves"):
        await world.make(1)


async def test_a_crash_before_the_ack_delivers_again_and_happens_once(begin):
    world = await begin(faults={Fault.CRASH: 1})
    await world.make()
    await world.make(index(world, fault=Fault.CRASH))
    assert types(world) == ["order.placed"]
    assert world.left[Fault.CRASH] == 0
    assert world.moves[0] == NextMove(MoveKind.DELIVERY, "fulfilment", "order.placed", 1)
    await world.follow()
    assert types(world) == USUAL


async def test_a_command_whose_ack_is_lost_is_not_handled_twice(begin):
    world = await begin(faults={Fault.CRASH: 1})
    await world.make()
    await world.make()
    await world.make(index(world, message="request_payment", fault=Fault.CRASH))
    assert types(world) == ["order.placed", "payment.requested"]
    await world.follow()
    assert types(world) == USUAL


async def test_a_duplicate_comes_once_more_and_changes_nothing(begin):
    world = await begin(faults={Fault.DUPLICATE: 1})
    await world.make()
    await world.make()
    again = index(world, name="fulfilment", fault=Fault.DUPLICATE)
    assert str(world.moves[again]) == "fulfilment gets order.placed once more"
    await world.make(again)
    assert not world.left[Fault.DUPLICATE]
    await world.follow()
    assert types(world) == USUAL


async def test_what_an_engine_handed_out_is_forgotten_with_it_and_commands_come_once(begin):
    world = await begin(faults={Fault.DUPLICATE: 1, Fault.CRASH: 1})

    def twice():
        return {one.name for one in world.moves if one.fault is Fault.DUPLICATE}

    for _ in range(3):
        await world.make()
    assert types(world) == ["order.placed", "payment.requested"], "the command was handled"
    assert twice() == {"fulfilment", "place_order"}
    await world.make(index(world, kind=MoveKind.DELIVERY, fault=Fault.CRASH))
    assert twice() == {"place_order"}


def test_a_command_is_meant_by_its_name_and_by_nothing_else():
    move = NextMove(MoveKind.DELIVERY, COMMANDS_TOPIC, "request_payment", 3)
    assert move.is_meant("request_payment")
    assert move.is_meant("request_payment", "request_payment")
    assert not move.is_meant("request_payment", "order.placed")


async def test_a_step_can_come_twice(begin):
    world = await begin(faults={Fault.DUPLICATE: 1})
    await world.make()
    await world.make(index(world, name="place_order", fault=Fault.DUPLICATE))
    assert "exists already" in str(world.made(world.deeds[-1]))


async def test_read_models_follow_at_once_unless_something_that_decides_reads_them(begin):
    at_once, lazy = await begin(), await begin(lazy=True)
    moved = await begin(deciding={"orders"})
    for world in (at_once, lazy, moved):
        await world.make()
    assert [at_once.engine.projection("orders").checkpoint, lazy.engine.projection("orders").checkpoint] == [
        1,
        0,
    ]
    assert index(moved, kind=MoveKind.PROJECTION) == 1
    await moved.make(1)
    assert moved.engine.projection("orders").checkpoint == 1


async def test_a_move_is_found_by_name_and_a_world_is_rewound_by_making_it_again(begin):
    world = await begin(faults={Fault.CRASH: 1})
    assert (world.index("place_order"), world.index("fulfilment"), world.index("time")) == (0, -1, -1)
    await world.make()
    assert world.index("fulfilment", "order.placed") == world.index("fulfilment") == 0
    assert world.index("fulfilment", "order.paid") == -1
    assert str(world.moves[world.index("fulfilment", fault=Fault.CRASH)]).endswith("before the ack")
    await world.make()
    assert world.index("request_payment") == 0
    await world.make(world.index("cancel_order"))
    back = await world.rewound(2)
    assert types(back) == ["order.placed"]
    assert back.index("request_payment") == 0
    assert types(world) == ["order.placed", "order.cancelled"]
    assert back.left == {Fault.CRASH: 1}


WATCHED = """
[aggregate.box]

[event.box.opened]

[event.box.closed]

[event.box.forgotten]

[command.open_box]
creates: "box"
fields { box_id: "string" }
emit: "box.opened"

[command.close_box]
changes: "box"
fields { box_id: "string" }
emit: "box.closed"

[command.forget_box]
changes: "box"
fields { box_id: "string" }
emit: "box.forgotten"

[process.watch]
key: "stream"
on {
    "box.opened": { starts: true, issue: "forget_box", with { box_id: "id" }, after: "1h" }
    "box.closed": { ends: true, withdraw: "forget_box" }
}
"""
CLOSED = """\
"A box is closed" {
    when: [{ command: "open_box", data: { box_id: "a" } }, { command: "close_box", data: { box_id: "a" } }]
    then: [{ event: "box.opened" }]
}
"""


async def test_K7_a_command_that_is_taken_back_when_it_was_to_be_next_is_no_move_any_more(tmp_path):
    project, scenario = made(tmp_path / "box", WATCHED, CLOSED)
    world = SteppedWorld(steppable(project, set()), scenario, faults={Fault.DELAY: 1})
    await world.begin()
    await world.make(index(world, name="open_box"))
    await world.make(index(world, name="watch"))
    await world.make(index(world, name="close_box"))
    await world.make(index(world, fault=Fault.DELAY))
    assert [str(move) for move in world.moves] == ["forget_box is handled", "watch gets box.closed"]
    await world.make(index(world, name="watch"))
    assert world.moves == [], "it was taken back"
    assert types(world) == ["box.opened", "box.closed"]


async def left_open(folder, after):
    """Returns a project and a world at its rest, in which a box was opened that nobody closes."""
    when = '{ when: { command: "open_box", data: { box_id: "a" } }, then: { event: "box.opened" } }'
    project, scenario = made(folder, WATCHED.replace('"1h"', f'"{after}"'), f'"A box is opened" {when}')
    world = SteppedWorld(steppable(project, set()), scenario)
    await world.begin()
    await world.follow()
    return project, world


async def test_time_passes_until_what_is_due_but_not_for_ever(tmp_path):
    _, soon = await left_open(tmp_path / "soon", "3000 days")
    assert types(soon) == ["box.opened", "box.forgotten"]
    _, late = await left_open(tmp_path / "late", "4000 days")
    assert (types(late), late.moves) == (["box.opened"], [])


async def test_what_went_on_and_on_is_not_asked_what_did_not_end(tmp_path):
    project, world = await left_open(tmp_path / "box", "1h")
    checks = RunChecks(project.registry)
    assert [name for name, _ in checks.free(world, ())] == [ENDED]
    world.unfinished = "there is still more to do"
    assert [*checks.free(world, ())] == []
