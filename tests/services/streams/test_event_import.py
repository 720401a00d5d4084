"""Bringing a file in: once is enough, broken lines harm no others, stopping loses nothing."""

from __future__ import annotations

import asyncio
import json

import pytest

from workbench.errors import InvalidValue, StoreFull
from workbench.services.streams.event_import import GROUP


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "things.ndjson"
    lines = [
        json.dumps(
            {"id": str(n), "type": "thing.done", "subject": f"s{n % 5}", "time": "2024-01-01T00:00:00Z"}
        )
        for n in range(3 * GROUP)
    ]
    lines[10] = "{broken"
    lines[20] = '{"id": "x", "type": "thing.done", "time": "2024-01-01T00:00:00Z"}'
    path.write_text("\n".join(lines))
    return path


async def test_a_file_comes_in_in_order_and_a_second_time_adds_nothing(workspace, file):
    preview = workspace.event_import.preview(file)
    report = await workspace.event_import.bring_in(file, preview.mapping)
    assert (report.stored, report.known, report.broken) == (3 * GROUP - 2, 0, 2)
    assert [str(problem)[:8] for problem in report.problems] == ["line 11:", "line 21:"]
    events = workspace.reader.read_log(0, 5000)
    assert [int(event.json()["id"]) for event in events] == [n for n in range(3 * GROUP) if n not in (10, 20)]
    again = await workspace.event_import.bring_in(file, preview.mapping)
    assert (again.stored, again.known, again.broken) == (0, 3 * GROUP - 2, 2)
    assert workspace.reader.read_log(0, 5000) == events
    assert [one.action for one in workspace.reader.actions()] == ["import"], "nothing came in: no act"


async def test_stopping_keeps_what_came_in_and_the_rest_can_follow(workspace, file):
    mapping = workspace.event_import.preview(file).mapping
    cancel = asyncio.Event()
    report = await workspace.event_import.bring_in(
        file, mapping, progress=lambda _: cancel.set(), cancel=cancel
    )
    assert report.cancelled
    assert GROUP <= report.stored < 3 * GROUP - 2
    assert "stopped" in report.summary()
    rest = await workspace.event_import.bring_in(file, mapping)
    assert rest.known == report.stored
    assert rest.stored == 3 * GROUP - 2 - report.stored


async def test_L9_an_import_that_the_store_ends_is_recorded_with_what_came_in(workspace, file, monkeypatch):
    mapping = workspace.event_import.preview(file).mapping
    engine = workspace.running()
    write, left = engine.write, iter(range(GROUP))

    async def until_full(operation):
        if next(left, None) is None:
            raise StoreFull("the disk is full")
        return await write(operation)

    monkeypatch.setattr(engine, "write", until_full)
    with pytest.raises(StoreFull):
        await workspace.event_import.bring_in(file, mapping)
    assert workspace.reader.head() == GROUP
    (act,) = [one for one in workspace.reader.actions() if one.action == "import"]
    assert act.count == GROUP
    assert act.detail.startswith(f"{GROUP} events added")
    assert act.detail.endswith("stopped before the end")


async def test_the_same_id_with_other_content_is_a_problem_of_its_line(workspace, file, tmp_path):
    mapping = workspace.event_import.preview(file).mapping
    await workspace.event_import.bring_in(file, mapping)
    other = tmp_path / "other.ndjson"
    other.write_text('{"id": "1", "type": "thing.undone", "subject": "s1", "time": "2024-01-01T00:00:00Z"}')
    report = await workspace.event_import.bring_in(other, mapping)
    assert report.broken == 1
    assert "belongs to another event" in str(report.problems[0])


async def test_a_file_that_is_not_there_or_no_json_says_so(workspace, tmp_path):
    with pytest.raises(InvalidValue, match="cannot be read"):
        workspace.event_import.preview(tmp_path / "none.ndjson")
    prose = tmp_path / "prose.txt"
    prose.write_text("Call me Ishmael.\nSome years ago\n")
    with pytest.raises(InvalidValue, match="line 1: not JSON"):
        workspace.event_import.preview(prose)


async def test_B3_history_reaches_read_models_alone_also_after_a_reset(workspace, tmp_path):
    path = tmp_path / "old.ndjson"
    row = {"stream": "user-ada", "type": "user.created", "id": "1"}
    path.write_text(json.dumps({**row, "data": {"username": "ada", "email": "a@x.org", "status": "active"}}))
    mapping = workspace.event_import.preview(path).mapping
    report = await workspace.event_import.bring_in(path, mapping, history=True)
    receivers = workspace.event_import.receivers(report.types)
    assert {one.kind for one in receivers} >= {"subscription", "read model"}
    await workspace.start()
    engine = workspace.running()
    await engine.settle()
    assert not any(one.delivered or one.dead for one in workspace.monitor.subscriptions())
    assert [row["username"] for row in workspace.projections.rows("users")] == ["ada"]


async def test_B3_a_look_stores_nothing_and_counts_what_is_known(workspace, file):
    mapping = workspace.event_import.preview(file).mapping
    report = await workspace.event_import.look_through(file, mapping)
    assert (report.stored, report.known, report.broken) == (3 * GROUP - 2, 0, 2)
    assert report.types == {"thing.done": 3 * GROUP - 2}
    assert workspace.reader.head() == 0
    await workspace.event_import.bring_in(file, mapping)
    again = await workspace.event_import.look_through(file, mapping, keep=1)
    assert (again.stored, again.known, again.broken) == (0, 3 * GROUP - 2, 2)
    assert len(again.problems) == 1
