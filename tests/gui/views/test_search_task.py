"""The search of a view: the newest one is what is shown, whatever ends last."""

from __future__ import annotations

import asyncio

from workbench.gui.views.search_task import SearchTask


async def test_a_search_that_was_replaced_and_ends_last_is_not_shown(qapp):
    ends, begun = [asyncio.Future(), asyncio.Future()], []

    class Desk:
        workspace = world = search = None

        def run(self, work, _what):
            begun.append(asyncio.ensure_future(work))

        async def ask(self, _read):
            return await ends[len(begun) - 1]

    desk = Desk()
    desk.workspace = desk.world = desk
    task = SearchTask(None, desk)
    shown = []
    task.moved.connect(shown.append)
    task.begin("first")
    await asyncio.sleep(0)
    task.begin("second")
    await asyncio.sleep(0)
    ends[1].set_result("what the second found")
    await begun[1]
    assert not task.runs
    ends[0].set_result("what the first found")
    await begun[0]
    assert shown == [task.state] == ["what the second found"]
