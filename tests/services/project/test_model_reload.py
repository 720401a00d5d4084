"""A project that changes while it runs: the new model takes over whole, or the last good one goes on."""

from __future__ import annotations

import asyncio

import pytest

from workbench.engine.engine import EngineState
from workbench.errors import StoreBusy, StoreFull
from workbench.services.project.model_reload import ReloadOutcome
from workbench.services.project.open_project import open_target
from workbench.store.sqlite.store import SqliteStore

DOMAIN = '''\
"""Counters that people turn."""

import asyncio
from typing import ClassVar

import msgspec

from helpers import STEP
from workbench import Aggregate, Column, ColumnKind, Command, Definitions, Event, On, Projection


class Turned(Event, frozen=True):
    """Somebody turned it."""

    event_type: ClassVar[str] = "counter.turned"
    by: int


class Turn(Command):
    """Turns a counter."""

    command_type: ClassVar[str] = "turn"
    target: ClassVar[str] = "name"
    name: str


class Begin(Command):
    """Begins to count, at the first turn."""

    command_type: ClassVar[str] = "begin"
    target: ClassVar[str] = "name"
    creates: ClassVar[bool] = True
    name: str


class Counter(msgspec.Struct, frozen=True):
    total: int = 0


def decide(state, command):
    return [Turned(by=STEP)]


def evolve(state, event):
    return Counter(total=(state.total if state else 0) + event.by)


def count(event, record, rows):
    name = record.stream.partition("-")[2]
    row = rows.get(name) or {"total": 0}
    rows.put(name=name, total=row["total"] + event.by)


SEEN = []
GATE = asyncio.Event()


async def note(message, context):
    SEEN.append(message.key)


DEFINITIONS = Definitions(
    aggregates=(
        Aggregate(
            name="counter",
            state=Counter,
            events=(Turned,),
            commands=(Begin, Turn),
            decide=decide,
            evolve=evolve,
        ),
    ),
    projections=(
        Projection(
            name="totals",
            columns=(Column(name="name"), Column(name="total", kind=ColumnKind.INTEGER)),
            on=(On(Turned, count),),
        ),
    ),
    handlers={"note": note},
)
'''
PROJECT = """\
[event_store]
snapshot_every: 2
[topics]
turns {}
[subscriptions]
notes { topic: "turns", handler: "note" }
[routing]
default_topic: "turns"
[cqrs]
modules: ["domain"]
"""


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "counters"
    folder.mkdir()
    (folder / "domain.py").write_text(DOMAIN)
    (folder / "helpers.py").write_text("STEP = 1\n")
    (folder / "project.tsk").write_text(PROJECT)
    return folder


@pytest.fixture
async def counters(root, tmp_path):
    workspace = open_target(root, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")}, trust=True)
    await workspace.start()
    yield workspace
    await workspace.close()


def change(root, name, old, new):
    path = root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


async def turn(workspace, name):
    known = workspace.streams.get(f"counter-{name}")
    return await workspace.commands.issue("turn" if known else "begin", {"name": name})


async def turned(workspace, name="a"):
    assert (await turn(workspace, name)).accepted
    await workspace.running().settle()
    return workspace.projections.rows("totals")


async def trusted(workspace):
    """Reads the project again as a person who says yes."""
    told = await workspace.model_reload.check()
    assert told.outcome is ReloadOutcome.UNTRUSTED
    return await workspace.model_reload.check(trust=told.digest)


async def test_nothing_happens_while_nothing_changed(counters):
    engine = counters.engine
    assert await counters.model_reload.check() is None
    assert counters.engine is engine


async def test_a_changed_helper_asks_and_then_takes_over(counters, root):
    await turned(counters)
    (root / "helpers.py").write_text("STEP = 10\n")
    told = await counters.model_reload.check()
    assert (told.outcome, told.changed) == (ReloadOutcome.UNTRUSTED, ("helpers.py",))
    assert (await turned(counters)) == [{"name": "a", "total": 2}]
    assert await counters.model_reload.check() is None
    told = await counters.model_reload.check(trust=told.digest)
    assert (told.outcome, told.changed) == (ReloadOutcome.DONE, ("helpers.py",))
    assert (await turned(counters)) == [{"name": "a", "total": 12}]
    assert await counters.model_reload.check() is None


async def test_trust_is_for_what_the_person_saw(counters, root):
    (root / "helpers.py").write_text("STEP = 10\n")
    first = await counters.model_reload.check()
    (root / "helpers.py").write_text("STEP = 100\n")
    second = await counters.model_reload.check(trust=first.digest)
    assert second.outcome is ReloadOutcome.UNTRUSTED
    assert second.digest != first.digest
    assert (await turned(counters)) == [{"name": "a", "total": 1}]


async def test_changes_can_be_trusted_while_it_is_open(counters, root, tmp_path):
    counters.model_reload.trust_changes = True
    (root / "helpers.py").write_text("STEP = 10\n")
    assert (await counters.model_reload.check()).outcome is ReloadOutcome.DONE
    assert (await turned(counters)) == [{"name": "a", "total": 10}]
    again = open_target(root, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await again.close()
    assert not again.project.restricted


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("domain.py", "class Turned(", "class Turned((", "domain.py:12:22: M-IMPORT SyntaxError"),
        ("domain.py", "SEEN = []", "SEEN = [] + 1", "domain.py:54:8: M-IMPORT TypeError"),
        (
            "helpers.py",
            "STEP",
            "STEPS",
            "domain.py:8:1: M-IMPORT ImportError: cannot import name 'STEP' from 'helpers' ",
        ),
        (
            "domain.py",
            '{"note": note}',
            '{"other": note}',
            "project.tsk:6:34: S-REF no handler is named note",
        ),
        (
            "domain.py",
            "commands=(Begin, Turn)",
            "commands=(Begin, 5)",
            "domain.py:64:9: M-IMPORT TypeError: commands of aggregate counter takes Command classes, not 5",
        ),
        ("project.tsk", "snapshot_every: 2", "snapshot_every: many", "project.tsk:2:17: E-QUOTES"),
        ("project.tsk", '"turns"\n[cqrs]', '"tuns"\n[cqrs]', "project.tsk:8:16: S-REF the topic"),
        ("project.tsk", '["domain"]', '["domain", "gone"]', "gone.py:1:1: M-IMPORT there is no such module"),
    ],
)
async def test_a_model_that_cannot_be_used_leaves_the_last_good_one_running(
    counters, root, name, old, new, said
):
    counters.model_reload.trust_changes = True
    engine, before = counters.engine, (root / name).read_text()
    change(root, name, old, new)
    told = await counters.model_reload.check()
    assert told.outcome is ReloadOutcome.FAILED
    assert told.problems[0].startswith(said)
    assert counters.engine is engine
    assert (await turned(counters)) == [{"name": "a", "total": 1}]
    assert await counters.model_reload.check() is None, "it was told already"
    (root / name).write_text(before)
    assert (await counters.model_reload.check()).outcome is ReloadOutcome.DONE
    assert (await turned(counters)) == [{"name": "a", "total": 2}]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'Column(name="name"),',
            'Column(name="name"), Column(name="note"),',
            "rebuilt, as their columns changed: projection totals",
        ),
        ('name="totals",', 'name="totals", version=2,', "stale until rebuilt: projection totals"),
    ],
)
async def test_J4_a_reload_says_which_rows_are_rebuilt_and_which_are_stale(counters, root, old, new, said):
    counters.model_reload.trust_changes = True
    await turned(counters)
    change(root, "domain.py", old, new)
    assert (await counters.model_reload.check()).said == said


async def test_J4_a_reload_says_nothing_of_read_models_without_anything_or_that_fit_again(counters, root):
    counters.model_reload.trust_changes = True
    change(root, "domain.py", 'name="totals",', 'name="totals", version=2,')
    assert (await counters.model_reload.check()).rows == ""
    await turned(counters)
    change(root, "domain.py", "version=2,", "version=3,")
    assert (await counters.model_reload.check()).rows == "stale until rebuilt: projection totals"
    change(root, "domain.py", "version=3,", "version=2,")
    assert (await counters.model_reload.check()).rows == ""


async def test_J4_a_read_model_without_anything_is_not_stale_where_nothing_runs_it(counters, root, tmp_path):
    environ = {"WORKBENCH_CONFIG": str(tmp_path / "config")}

    def stale():
        looking = open_target(root, "", environ=environ, trust=True)
        try:
            return looking.engine is None, [view.stale for view in looking.monitor.projections()]
        finally:
            looking.world.store.close()

    change(root, "domain.py", 'name="totals",', 'name="totals", version=2,')
    assert stale() == (True, [False])
    await turned(counters)
    assert stale() == (True, [True])


async def test_what_came_and_went_is_told_and_runs_as_it_says(counters, root):
    await turned(counters)
    module = counters.engine.registry.handlers["note"].__globals__
    change(root, "project.tsk", "notes {", 'later { topic: "turns", handler: "note", start: "new" }\nfirst {')
    told = await counters.model_reload.check()
    assert told.said == "new: subscription first, subscription later; gone: subscription notes"
    await counters.running().settle()
    views = {view.name: view for view in counters.monitor.subscriptions()}
    assert views["first"].delivered == 1  # from the beginning
    assert views["later"].delivered == 0  # only what is new
    fresh = counters.engine.registry.handlers["note"].__globals__
    assert (module["SEEN"], fresh["SEEN"]) == (["counter-a"], ["counter-a"])
    change(root, "project.tsk", "first {", "notes {")
    await turned(counters)
    await counters.model_reload.check()
    await counters.running().settle()
    views = {view.name: view for view in counters.monitor.subscriptions()}
    assert views["notes"].delivered == 2  # it goes on where it stood, and has missed nothing


async def test_a_changed_projection_is_stale_and_a_changed_fold_takes_no_old_snapshot(counters, root):
    for _ in range(5):
        await turned(counters)
    assert counters.reader.snapshot("counter-a") is not None
    change(root, "domain.py", 'row["total"] + event.by', 'row["total"] + 2 * event.by')
    change(root, "domain.py", "else 0) + event.by", "else 0) + 3 * event.by")
    await trusted(counters)
    (view,) = counters.monitor.projections()
    assert view.stale
    assert counters.streams.state_at("counter-a", 5).after == {"total": 15}


async def test_it_stays_paused_and_counts_on(counters, root):
    await turned(counters)
    flow = counters.monitor.flow()
    counters.running().pause()
    change(root, "project.tsk", "snapshot_every: 2", "snapshot_every: 3")
    assert (await counters.model_reload.check()).outcome is ReloadOutcome.DONE
    assert counters.engine.state is EngineState.PAUSED
    assert counters.monitor.flow() == flow
    counters.running().resume()
    assert (await turned(counters)) == [{"name": "a", "total": 2}]


async def test_handlers_that_run_are_waited_for(counters, root):
    change(
        root,
        "domain.py",
        "    SEEN.append(message.key)",
        "    SEEN.append(1)\n    await GATE.wait()\n    SEEN.append(2)",
    )
    await trusted(counters)
    slow = counters.engine.registry.handlers["note"].__globals__
    await turn(counters, "a")
    while not slow["SEEN"]:
        await asyncio.sleep(0)
    change(root, "project.tsk", "snapshot_every: 2", "snapshot_every: 3")
    reload = asyncio.create_task(counters.model_reload.check())
    while not counters.world.reloading:
        await asyncio.sleep(0)
    with pytest.raises(StoreBusy, match="the model is being reloaded"):
        counters.running()
    waiting = asyncio.create_task(turn(counters, "b"))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not reload.done()
    assert not waiting.done()
    slow["GATE"].set()
    assert (await reload).outcome is ReloadOutcome.DONE
    assert slow["SEEN"] == [1, 2]
    assert (await waiting).accepted
    fresh = counters.engine.registry.handlers["note"].__globals__
    fresh["GATE"].set()
    await counters.running().settle()
    assert {row["name"] for row in counters.projections.rows("totals")} == {"a", "b"}
    assert counters.monitor.subscriptions()[0].delivered == 2, "neither lost nor repeated"


async def test_commands_in_a_stream_of_reloads_are_all_kept(counters, root):
    counters.model_reload.trust_changes = True

    for name in ("n0", "n1", "n2"):
        await turned(counters, name)

    async def issue():
        for number in range(60):
            assert (await turn(counters, f"n{number % 3}")).accepted

    async def reload():
        for step in range(2, 6):
            (root / "helpers.py").write_text(f"STEP = 1  # {step}\n")
            assert (await counters.model_reload.check()).outcome is ReloadOutcome.DONE

    await asyncio.gather(issue(), issue(), reload())
    await counters.running().settle()
    assert sum(row["total"] for row in counters.projections.rows("totals")) == 123
    view = next(view for view in counters.monitor.subscriptions() if view.name == "notes")
    assert (view.delivered, view.lag, view.dead) == (123, 0, 0)


async def test_a_store_that_refuses_the_new_model_keeps_the_old_one(counters, root, monkeypatch):
    write, refused = SqliteStore.write, []

    def full(self, operations):
        if not refused and any(getattr(one, "name", "") == "more" for one in operations):
            refused.append(1)
            raise StoreFull("no room")
        return write(self, operations)

    monkeypatch.setattr(SqliteStore, "write", full)
    change(root, "project.tsk", "turns {}", "turns {}\nmore {}")
    told = await counters.model_reload.check()
    assert (told.outcome, told.said) == (ReloadOutcome.FAILED, "no room")
    assert "more" not in counters.registry.topics
    assert (await turned(counters)) == [{"name": "a", "total": 1}]
    assert (await counters.model_reload.check()).outcome is ReloadOutcome.DONE
    assert "more" in counters.registry.topics


async def test_what_belongs_to_the_open_store_is_told(counters, root):
    change(root, "project.tsk", "snapshot_every: 2", 'path: "other.db"\nsynchronous: "normal"')
    assert (await counters.model_reload.check()).reopen == "the store's path and synchronous"
    assert counters.store.place.endswith("events.db")


async def test_a_project_file_that_is_empty_is_told_as_that_and_the_model_goes_on(counters, root):
    text, registry = (root / "project.tsk").read_text(), counters.registry
    (root / "project.tsk").write_text("")
    told = await counters.model_reload.check()
    assert told.outcome is ReloadOutcome.FAILED
    assert told.problems[0].startswith("project.tsk:1:1: E-EMPTY the file is empty")
    assert len(told.problems) == 1
    assert counters.registry is registry
    (root / "project.tsk").write_text(text)
    assert (await counters.model_reload.check()).outcome is ReloadOutcome.DONE


async def test_a_folder_that_is_gone_is_told_and_the_model_goes_on(counters, root):
    moved = root.rename(root.with_name("moved"))
    told = await counters.model_reload.check()
    assert told.outcome is ReloadOutcome.FAILED
    assert "is gone" in told.said
    moved.rename(root)
    assert (await counters.model_reload.check()).outcome is ReloadOutcome.DONE


async def test_a_restricted_project_reads_its_file_again_and_runs_nothing(root, tmp_path):
    workspace = open_target(root, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await workspace.start()
    try:
        assert workspace.project.restricted
        change(root, "project.tsk", "turns {}", "turns {}\nmore {}")
        (root / "helpers.py").write_text("raise SystemExit('ran')\n")
        assert (await workspace.model_reload.check()).outcome is ReloadOutcome.DONE
        assert workspace.project.restricted
        assert "more" in workspace.registry.topics
    finally:
        await workspace.close()


async def test_listeners_are_told_that_the_model_is_another(counters, root):
    heard = []
    counters.listen(heard.append)
    change(root, "project.tsk", "turns {}", "turns {}\nmore {}")
    await counters.model_reload.check()
    assert heard[-1].model
    assert heard[-1].everything


async def test_a_change_while_it_takes_over_is_not_overlooked(counters, root, monkeypatch):
    adopt = counters.world.adopt

    async def slow(project):
        await adopt(project)
        change(root, "project.tsk", "snapshot_every: 3", "snapshot_every: 4")

    monkeypatch.setattr(counters.world, "adopt", slow)
    change(root, "project.tsk", "snapshot_every: 2", "snapshot_every: 3")
    assert (await counters.model_reload.check()).outcome is ReloadOutcome.DONE
    monkeypatch.undo()
    assert (await counters.model_reload.check()).outcome is ReloadOutcome.DONE
    assert counters.project.snapshot_every == 4
    assert await counters.model_reload.check() is None


async def test_files_that_the_project_file_refers_to_count_as_part_of_it(counters, root):
    change(root, "project.tsk", "snapshot_every: 2", 'snapshot_every: @shared.tsk.get("every")')
    assert (await counters.model_reload.check()).outcome is ReloadOutcome.FAILED
    (root / "shared.tsk").write_text("every: 7\n")
    assert (await counters.model_reload.check()).outcome is ReloadOutcome.DONE
    (root / "shared.tsk").write_text("every: 8\n")
    told = await counters.model_reload.check()
    assert (told.outcome, told.changed, counters.project.snapshot_every) == (
        ReloadOutcome.DONE,
        ("shared.tsk",),
        8,
    )
