"""I9: the check that folds anew finds rows that are wrong, missing or made up, and nothing else."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from workbench.engine.projection_check import differences
from workbench.errors import WorkbenchError
from workbench.store.stored_values import PassedKind


def found(rig):
    engine = rig.engine
    return differences(engine.registry.projections["totals"], engine.registry, engine.reader)


async def filled(rig):
    await rig.open()
    for name, *numbers in (("a", 1, 2), ("b", 3), ("c", 4)):
        for at, number in enumerate(numbers):
            await rig.do("add" if at else "open", name, number)
    await rig.quiet()


async def tampered(rig, statement):
    await rig.close()
    with closing(sqlite3.connect(rig.path)) as con:
        assert con.execute(statement).rowcount == 1
        con.commit()
    await rig.open(paused=True)


async def test_I9_sound_rows_have_no_differences(rig):
    await filled(rig)
    assert found(rig) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update p_totals_1 set total = 9 where id = 'b'", "totals row 'b' differs in total"),
        ("delete from p_totals_1 where id = 'b'", "totals has no row 'b'"),
        ("insert into p_totals_1 values ('x', 1)", "totals has a row 'x' that no event made"),
    ],
)
async def test_I9_each_difference_is_named(rig, statement, said):
    await filled(rig)
    await tampered(rig, statement)
    assert found(rig) == [said]


async def test_I9_events_behind_the_checkpoint_are_not_expected(rig):
    await filled(rig)
    rig.engine.pause()
    await rig.do("open", "late", 1)
    assert found(rig) == []


@pytest.mark.parametrize("kind", PassedKind)
async def test_I9_what_was_left_out_on_record_is_not_missed(rig, kind):
    await filled(rig)
    await rig.do("add", "a", 13)
    await rig.do("add", "a", 5)
    await rig.quiet()
    assert found(rig) == [], "a fault stops the checkpoint before it"
    await rig.engine.projections["totals"].pass_by(kind)
    await rig.quiet()
    assert found(rig) == []


async def test_I9_rows_of_another_definition_are_not_compared(rig):
    await filled(rig)
    await tampered(rig, "update projections set definition_hash = 'other' where name = 'totals'")
    assert found(rig) == []


async def test_I9_an_event_that_cannot_be_folded_any_more_is_said_with_its_place(rig):
    await filled(rig)
    await tampered(rig, "update events set data = '{\"by\":13}' where position = 1")
    with pytest.raises(WorkbenchError, match="cannot be folded at position 1: unlucky number"):
        found(rig)
