"""Tells what is wrong with an open project; where its store is gone, offers to save what is open (C10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.monitor.monitor_values import Status

TOPIC = "gone"


def tell_trouble(desk: Desk, status: Status, reopen: Callable[[], None], *, was_gone: bool = False) -> None:
    """Tells what is wrong, if something is; of a store that is gone, with what can be done about it."""
    if not status.gone:
        if was_gone:
            desk.notice("ok", "The store is back; writing continues.", topic=TOPIC)
        if status.trouble:
            desk.notice("error", status.trouble)
        return
    text = f"{status.gone}. Nothing more is stored. What is open here can still be saved as a copy."
    actions = (
        ("Save a copy", lambda: _start(desk)),
        ("Open the project again", reopen),
    )
    desk.notice("error", text, *actions, topic=TOPIC, asks=True)


def _start(desk: Desk) -> None:
    desk.run(_save(desk), "Save a copy")


async def _save(desk: Desk) -> None:
    from workbench.services.maintenance.store_checkup import rescue

    target = await rescue(desk.workspace.world)
    desk.notice("ok", f"What was open was saved as {target}.")
