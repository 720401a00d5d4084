"""A fork is a project of its own, as another one was at a position; nothing in it touches that one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.services.conftest import finished, running, written
from tests.services.worlds.conftest import place
from workbench.engine.publisher import OutgoingMessage
from workbench.errors import NotAStore, NotFound, StoreReadOnly
from workbench.model.clock import FURTHEST
from workbench.model.ids import derived_id
from workbench.project.samples import copy_sample
from workbench.services.maintenance.store_checkup import check
from workbench.services.project.model_reload import ReloadOutcome
from workbench.services.project.open_project import open_target
from workbench.services.worlds.fork import MARK, fork_in, make_fork
from workbench.store.store_file import read_store_file


def forked(workspace, position, folder, **more):
    make_fork(workspace.project, position, folder, workspace.environ, lambda *_said: None, **more)
    return folder


def files(folder):
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-shm", ".lock"))
    }


def lasts(reader):
    return {one.name: one.updated_at for one in reader.streams(1, 1000)}


def streams(reader):
    return {one.name: one.version for one in reader.streams(1, 1000)}


async def test_W9_a_fork_has_what_was_stored_up_to_there_and_its_clock_begins_then(orders, tmp_path):
    position = orders.reader.head() // 2
    folder = forked(orders, position, tmp_path / "fork")
    fork = fork_in(folder)
    assert (fork.name, fork.position) == (f"Fork of {orders.project.name} at {position}", position)
    async with running(folder) as world:
        assert world.reader.head() == position
        (last,) = world.reader.log_at([position])
        assert world.clock.now() == last.recorded_at == fork.began
        await world.running().settle()
        for name, live in world.registry.projections.items():
            if live.on:
                assert world.reader.generations(name)[0].checkpoint == world.reader.head()
    assert check(folder / "data" / "events.db").healthy


async def test_W9_a_fork_of_a_fork_says_of_which(orders, tmp_path):
    name = orders.project.name
    async with running(forked(orders, 9, tmp_path / "fork")) as world:
        fork = fork_in(forked(world, 5, tmp_path / "inner"))
    assert fork.name == f"Fork at 5 of the fork of {name} at 9"
    assert fork.trunk == f"the fork of {name} at 9"
    assert fork.whose.startswith(f"what stands up to position 5 is of the fork of {name} at 9;")


async def test_W9_at_0_it_begins_empty_with_the_same_model(orders, tmp_path):
    first = orders.reader.read_log(0, 1)[0]
    folder = forked(orders, 0, tmp_path / "fork")
    assert (fork_in(folder).position, fork_in(folder).began) == (0, first.recorded_at)
    async with running(folder) as world:
        assert (world.reader.head(), world.reader.stream_count()) == (0, 0)
        assert list(world.registry.commands) == list(orders.registry.commands)
        await place(world, 1)
        await finished(world)
        assert streams(world.reader) == {one: version for one, version in streams(orders.reader).items()
                                         if one.endswith(str(derived_id("order", 1)))}  # fmt: skip
    assert check(folder / "data" / "events.db").healthy


async def test_W9_a_store_without_anything_is_forked_too(tmp_path, stores, by_hand):
    async with running(copy_sample("orders-declared", tmp_path / "orders")) as opened:
        folder = forked(opened, 0, tmp_path / "fork")
    async with running(folder) as world:
        await place(world, 1)
        await finished(world)
        assert world.reader.head()


async def test_W9_processes_know_what_they_knew_and_go_on(orders, tmp_path):
    await place(orders, 7)
    later = next(one.position for one in orders.reader.read_log(0, 1000) if one.type != "order.placed")
    async with running(forked(orders, later, tmp_path / "fork")) as world:
        processes = [name for name, kind in world.registry.reactors.items() if kind.stateful]
        assert any(world.reader.instances(name) for name in processes)


async def test_W9_what_waits_for_the_projects_own_code_waits_there_on_wish(broken, tmp_path):
    await broken.pause()
    values = {"user_id": "dan", "username": "Dan", "email": "dan@example.org"}
    await broken.commands.issue("create_user", values)
    head = broken.reader.head()

    async def sent(folder):
        async with running(folder) as world:
            await finished(world)
            return [world.reader.subscription(name).cursor for name in ("welcome-mail",)], world.reader.head()

    without = forked(broken, head, tmp_path / "without")
    assert "what waited for 5 subscriptions counts as delivered" in fork_in(without).told
    assert await sent(without) == ([head], head)
    then = broken.reader.subscription("welcome-mail").cursor
    assert then < head
    waits = forked(broken, head, tmp_path / "waiting", waiting=True)
    assert fork_in(waits).told == ""
    _, further = await sent(waits)
    assert further > head


async def test_W9_letters_of_before_are_there_and_can_be_replayed(broken, tmp_path):
    letters = broken.reader.letter_numbers(("open",))
    assert letters
    async with running(forked(broken, broken.reader.head(), tmp_path / "fork")) as world:
        assert world.reader.letter_numbers(("open",)) == letters
        await world.dead_letters.replay(list(letters))
        await finished(world)
    died = broken.reader.letter(letters[-1])
    async with running(forked(broken, died.position, tmp_path / "earlier")) as world:
        assert letters[-1] not in world.reader.letter_numbers(("open",)), "it died later"


@pytest.mark.parametrize("part", [1.0, 0.6])
async def test_W9_a_fork_counts_its_own_deliveries_from_its_position_on(broken, tmp_path, part):
    assert any(one.delivered for one in broken.reader.subscriptions())
    assert any(one.died for one in broken.reader.subscriptions())
    position = int(broken.reader.head() * part)
    folder = forked(broken, position, tmp_path / "fork")
    assert f"up to position {position:,} is of users" in fork_in(folder).whose
    with read_store_file(folder / "data" / "events.db") as reader:
        for one in reader.subscriptions():
            counts = one.delivered, one.failed, one.filtered, one.retried, one.died, one.expired, one.skipped
            assert counts == (0,) * 7, one.name


@pytest.mark.parametrize("part", [1.0, 0.9, 0.6, 0.3])
async def test_W9_nothing_that_a_fork_has_is_later_than_its_clock(broken, tmp_path, part):
    position = int(broken.reader.head() * part)
    async with running(forked(broken, position, tmp_path / "fork")) as world:
        now, reader = world.fork.began, world.reader
        assert all(reader.letter(one).died_at <= now for one in reader.letter_numbers(("open",)))
        assert all(one.of.at <= now for one in world.operations.list())


async def test_W9_the_model_of_a_fork_is_its_own_and_still_stages_after_a_reload(orders, tmp_path):
    folder = forked(orders, orders.reader.head(), tmp_path / "fork")
    before = (orders.project.root / "project.tsk").read_bytes()
    async with running(folder) as world:
        project = folder / "project.tsk"
        project.write_text(project.read_text() + "\n[topics.further]\n")
        assert (await world.model_reload.check()).outcome is ReloadOutcome.DONE
        assert "further" in world.registry.topics
        assert world.project.store_path.is_relative_to(folder)
    assert (orders.project.root / "project.tsk").read_bytes() == before


async def test_a_fork_that_is_left_is_found_again_as_late_as_it_was(orders, tmp_path):
    folder = forked(orders, 3, tmp_path / "fork")
    async with running(folder) as world:
        await world.world.timer.advance(3600, world.running().settle)
        late = world.clock.now()
    assert fork_in(folder).now == late
    async with running(folder) as world:
        assert world.clock.now() == late


@pytest.mark.parametrize("what", ["now", "began"])
async def test_a_fork_whose_time_no_calendar_has_is_refused(orders, tmp_path, what):
    folder = forked(orders, orders.reader.head(), tmp_path / "fork")
    mark = json.loads((folder / MARK).read_text())
    (folder / MARK).write_text(json.dumps(mark | {what: FURTHEST + 1}))
    with pytest.raises(NotAStore, match="beyond the years 1 to 9000"):
        fork_in(folder)
    (folder / MARK).write_text(json.dumps(mark | {what: FURTHEST}))
    assert getattr(fork_in(folder), what) == FURTHEST


async def test_W9_what_lies_elsewhere_or_is_a_project_of_its_own_is_not_copied(orders, tmp_path):
    root = orders.project.root
    (tmp_path / "secret.txt").write_text("mine")
    (root / "out").symlink_to(tmp_path / "secret.txt")
    (root / "inner").mkdir()
    (root / "inner" / "project.tsk").write_text("")
    (root / "notes").mkdir()
    (root / "notes" / "day.txt").write_text("a note")
    mode = root.stat().st_mode
    root.chmod(0o555)
    try:
        folder = forked(orders, orders.reader.head(), tmp_path / "fork")
    finally:
        root.chmod(mode)
    assert (folder / "notes" / "day.txt").read_text() == "a note"
    assert not (folder / "out").exists()
    assert not (folder / "inner").exists()
    assert folder.stat().st_mode & 0o777 == 0o755, "a fork can be written"


async def test_what_cannot_be_forked_is_said_and_leaves_nothing(orders, tmp_path):
    with pytest.raises(NotFound, match="nothing stands at position 9,999"):
        forked(orders, 9_999, tmp_path / "fork")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(StoreReadOnly, match="exists already"):
        forked(orders, 3, tmp_path / "full")

    gone = replace(orders.project, store_path=orders.project.root / "gone.db")
    with pytest.raises(NotAStore, match=r"there is no store in .*gone\.db: a fork needs a file to copy"):
        make_fork(gone, 3, tmp_path / "fork", orders.environ, lambda *_: None)

    class Stopped(Exception):
        pass

    def stop(*_said):
        raise Stopped

    with pytest.raises(Stopped):
        make_fork(orders.project, 3, tmp_path / "fork", orders.environ, stop)
    assert not [one for one in tmp_path.iterdir() if "fork" in one.name]
    folder = forked(orders, 3, tmp_path / "fork")
    (folder / MARK).write_text("{")
    with pytest.raises(NotAStore, match="does not say what"):
        fork_in(folder)


RING = OutgoingMessage(topic="calls", type="ring", data={})
CANARY = """
from pathlib import Path
from workbench import Definitions


def call(message, context):
    if not context.dry_run:
        with Path({told!r}).open("a") as file:
            file.write("called ")


DEFINITIONS = Definitions(handlers={{"call": call}})
"""


async def test_W9_nothing_in_a_fork_touches_the_project_or_acts_outside(tmp_path, stores, by_hand):
    told = tmp_path / "outside.txt"
    trunk = written(
        tmp_path / "trunk",
        '[project]\nname: "canary"\n[cqrs]\nmodules: ["canary"]\n[topics.calls]\n'
        '[subscriptions.caller]\ntopic: "calls"\nhandler: "call"\n',
    )
    (trunk / "canary.py").write_text(CANARY.format(told=str(told)))
    environ = {"WORKBENCH_CONFIG": str(tmp_path / "config")}
    opened = open_target(trunk, "", environ=environ, trust=True)
    await opened.start()
    await opened.messages.publish(RING)
    await opened.running().settle()
    assert told.read_text() == "called "
    before = files(trunk)
    async with running(forked(opened, 1, tmp_path / "fork")) as world:
        assert not world.project.restricted, "what is trusted of the one is trusted of the other"
        await world.messages.publish(RING)
        await finished(world)
        assert world.monitor.subscriptions()[0].delivered
    assert told.read_text() == "called "
    assert files(trunk) == before
    await opened.close()
