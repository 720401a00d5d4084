"""The desk: changes merged, one selection with a way back, failures told."""

from __future__ import annotations

import asyncio
import time
from contextlib import nullcontext
from itertools import pairwise

import pytest

from workbench.errors import StoreFull
from workbench.gui.desk import GATHER_MS, REFRESH_MS, SHARE, Desk, Selection, selection_of
from workbench.gui.time_format import set_zone
from workbench.model.changes import Changes
from workbench.model.clock import ManualClock


class Source:
    """Stands for a workspace: a desk asks of one the time, the last acts, and to be told of changes."""

    registry = None

    def __init__(self):
        self.listener, self.clock = None, ManualClock()
        self.operations = self.reader = self

    def within(self, _seconds):
        return nullcontext()

    def last(self, _since):
        return None

    newest = last

    def listen(self, listener):
        self.listener = listener
        return lambda: setattr(self, "listener", None)


@pytest.fixture
async def source():
    return Source()


@pytest.fixture
async def desk(source):
    made = Desk(source)
    yield made
    await made.close()


async def test_a_burst_of_changes_is_one_signal(source, desk, until):
    seen = []
    desk.changed.connect(seen.append)
    for number in range(50):
        source.listener(Changes(head=number, streams=frozenset({f"s-{number % 3}"})))
    await until(lambda: seen)
    assert [(one.head, sorted(one.streams)) for one in seen] == [(49, ["s-0", "s-1", "s-2"])]


async def test_views_that_take_long_are_told_ten_times_a_second(source, desk):
    seen = []
    loop = asyncio.get_running_loop()

    def show(_changes):
        seen.append(loop.time())
        desk.in_turn(lambda: time.sleep(REFRESH_MS / SHARE / 1000))

    desk.changed.connect(show)
    end = loop.time() + 0.5
    while loop.time() < end:
        source.listener(Changes(head=1))
        await asyncio.sleep(0.001)
    gaps = [after - before for before, after in pairwise(seen)]
    assert len(seen) >= 2
    assert min(gaps) >= REFRESH_MS / 1000 - 0.01


async def test_views_that_take_no_time_are_told_at_once(source, desk, until):
    seen = []
    desk.changed.connect(seen.append)
    source.listener(Changes(head=1))
    await until(lambda: seen)
    desk._held = 0.0
    source.listener(Changes(head=2))
    assert desk._timer.interval() == GATHER_MS
    await until(lambda: len(seen) == 2)


async def test_another_model_waits_for_no_pause_and_is_drawn_first_where_one_types(source, desk, until):
    seen, drawn = [], []
    desk.changed.connect(seen.append)
    source.listener(Changes(head=1))
    await until(lambda: seen)
    source.listener(Changes(head=2))
    assert desk._timer.interval() > 0
    source.listener(Changes(model=True))
    assert desk._timer.interval() == 0
    await until(lambda: len(seen) == 2)
    assert seen[-1].head == 2
    assert seen[-1].model
    desk.in_turn(lambda: drawn.append("explorer"))
    desk.in_turn(lambda: drawn.append("board"), first=True)
    await until(lambda: len(drawn) == 2)
    assert drawn == ["board", "explorer"]


def test_going_back_and_forward(desk):
    seen = []
    desk.selected.connect(seen.append)
    first, second = Selection(stream="a-1"), Selection(stream="b-1")
    desk.select(first)
    desk.select(second)
    desk.go(back=True)
    desk.go(back=True)
    desk.go(back=True)
    desk.go(back=False)
    assert seen == [first, second, first, Selection(), first]
    desk.select(second)
    desk.go(back=False)
    assert desk.selection == second


def test_steps_within_a_stream_are_one_on_the_way_back(desk):
    desk.select(Selection(stream="a-1"))
    for version in (3, 2, 1):
        desk.select(Selection(stream="a-1", version=version), step=True)
    desk.go(back=True)
    assert desk.selection == Selection(stream="a-1")


def test_selecting_the_same_again_only_brings_the_view(desk):
    wanted, selected = [], []
    desk.wanted.connect(wanted.append)
    desk.selected.connect(selected.append)
    desk.select(Selection(stream="a-1"))
    desk.select(Selection(stream="a-1"), view="timeline")
    assert (wanted, len(selected)) == (["timeline"], 1)


def test_what_was_chosen_on_the_board_and_dropped_is_selected_again(desk):
    selected = []
    desk.selected.connect(selected.append)
    for count in (1, 2):
        for _ in range(2):
            desk.select(Selection(subscription="mail"), view="board")
            desk.board_chosen.emit("subscription:mail")
            assert len(selected) == count
        desk.board_chosen.emit("")


async def test_what_fails_is_told_with_its_hint(desk, until):
    told = []
    desk.noticed.connect(told.append)

    async def work():
        raise StoreFull("the disk is full", hint="free some space")

    desk.run(work(), "Send the command")
    await until(lambda: told)
    assert told[0].kind == "error"
    assert told[0].text == "Send the command failed: the disk is full. Free some space."


async def test_a_closed_desk_tells_no_view_of_another_zone(source):
    seen, desk = [], Desk(source)
    desk.changed.connect(seen.append)
    await desk.close()
    set_zone("Europe/Berlin")
    set_zone("local")
    assert seen == []


async def test_closing_ends_listening_and_what_still_runs(source):
    desk = Desk(source)
    task = desk.run(asyncio.Event().wait(), "Wait")
    await desk.close()
    assert task.cancelled()
    assert source.listener is None


async def test_V2_the_card_that_was_chosen_last_is_what_is_kept(source):
    desk = Desk(source)
    desk.select(Selection(projection="users"))
    desk.board_chosen.emit("command:create_user")
    kept = selection_of(desk.chosen().text())
    assert kept.nodes()[0] == "command:create_user"
    assert kept.projection == "users"
    desk.select(Selection(stream="user-ada"))
    assert desk.chosen() == Selection(stream="user-ada", node="command:create_user")
    desk.select(Selection(subscription="mail"))
    assert desk.chosen() == Selection(subscription="mail")
    await desk.close()
