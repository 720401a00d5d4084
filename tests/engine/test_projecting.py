"""J1 to J5: rows and checkpoint together, faults that are seen, rebuild, read your writes."""

from __future__ import annotations


async def test_J1_I9_rows_are_the_fold_up_to_the_checkpoint(rig):
    engine = await rig.open()
    await rig.do("open", "a", 1)
    result = await rig.do("add", "a", 2)
    await engine.wait_for("totals", result.last_position)
    assert engine.reader.row("totals", "a") == {"id": "a", "total": 3}
    assert engine.reader.projection("totals").checkpoint >= result.last_position


async def test_J2_a_poison_event_faults_its_projection_there_and_undoes_its_half(rig):
    engine = await rig.open()
    await rig.do("open", "a", 1)
    bad = await rig.do("add", "a", 13)
    await rig.do("add", "a", 2)
    await rig.quiet()
    state = engine.reader.projection("totals")
    assert state.status.value == "faulted"
    assert state.fault_position == bad.last_position
    assert "unlucky number" in state.fault
    assert engine.reader.row("totals", "a") == {"id": "a", "total": 1}
    assert engine.reader.row("totals", "unlucky") is None
    assert engine.reader.subscription("sub").delivered == 3


async def test_J3_a_rebuild_makes_the_same_rows_anew(rig):
    engine = await rig.open()
    for name in "abc":
        await rig.do("open", name, 4)
    await rig.quiet()
    before = engine.reader.rows("totals", where={}, after=None, limit=10).rows
    runner = engine.projections["totals"]
    await runner.open(rebuild=True)
    assert engine.reader.rows("totals", where={}, after=None, limit=10).rows == []
    engine.wake("projection totals")
    await rig.quiet()
    assert engine.reader.rows("totals", where={}, after=None, limit=10).rows == before
    assert engine.reader.projection("totals").generation == 2


async def test_a_restart_goes_on_where_it_stood(rig):
    engine = await rig.open()
    await rig.do("open", "a", 1)
    await rig.quiet()
    await rig.close()
    engine = await rig.open()
    await rig.do("add", "a", 1)
    await rig.quiet()
    assert engine.reader.row("totals", "a")["total"] == 2


async def test_Q1_paging_by_key_and_limits(rig):
    engine = await rig.open()
    for name in "abcde":
        await rig.do("open", name, 1)
    await rig.quiet()
    page = engine.reader.rows("totals", where={}, after=None, limit=2)
    assert [row["id"] for row in page.rows] == ["a", "b"]
    assert page.more
    rest = engine.reader.rows("totals", where={"total": 1}, after="b", limit=1000)
    assert [row["id"] for row in rest.rows] == ["c", "d", "e"]
    assert not rest.more
