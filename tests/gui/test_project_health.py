"""C10 in the window: a store that is gone is told, and what is open can be saved as a copy."""

from __future__ import annotations

from contextlib import closing

import pytest

from workbench.errors import WorldError
from workbench.gui.project_health import TOPIC, tell_trouble
from workbench.store.sqlite.connection import open_reader
from workbench.store.sqlite.integrity_check import check


@pytest.mark.parametrize("on_file", [True])
async def test_C10_a_store_that_was_deleted_is_told_and_saved(broken, desk, until):
    told, reopened = [], []
    desk.noticed.connect(told.append)
    head = broken.reader.head()
    broken.project.store_path.unlink()
    broken.running().pause()
    values = {"user_id": "dora", "username": "Dora", "email": "d@x.example"}
    with pytest.raises(WorldError, match="no longer there"):
        await broken.commands.issue("create_user", values)
    tell_trouble(desk, broken.monitor.status(), lambda: reopened.append(True))
    notice = told[-1]
    assert (notice.kind, notice.topic) == ("error", TOPIC)
    assert "no longer there" in notice.text
    actions = dict(notice.actions)
    actions["Save a copy"]()
    await until(lambda: any(one.kind == "ok" for one in told))
    copy = broken.project.root / "rescued.db"
    assert str(copy) in told[-1].text
    assert check(copy).healthy
    with closing(open_reader(copy)) as con:
        assert con.execute(
            "select max(position) from (select position from events union all select position from messages)"
        ).fetchone() == (head,)
    actions["Open the project again"]()
    assert reopened == [True]


async def test_what_is_well_is_not_told_and_trouble_is(broken, desk):
    told = []
    desk.noticed.connect(told.append)
    tell_trouble(desk, broken.monitor.status(), lambda: None)
    assert told == []
    tell_trouble(desk, broken.monitor.status(), lambda: None, was_gone=True)
    assert [(one.kind, one.topic) for one in told] == [("ok", TOPIC)]
    told.clear()
    broken.running().notifier.report("the disk is full")
    tell_trouble(desk, broken.monitor.status(), lambda: None)
    assert [(one.kind, one.text) for one in told] == [("error", "the disk is full")]
