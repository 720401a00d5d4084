"""Waits until a project that runs has nothing left to do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.services.workspace import Workspace

LOOK = 0.05
"""Seconds between two looks at deliveries that are due later."""


async def drain(workspace: Workspace, seconds: float) -> bool:
    """Returns when all was delivered, retried or died; False if it takes too long, or something stands still.

    Raises:
        StoreReadOnly: This window only observes.
    """
    engine = workspace.running()
    try:
        async with asyncio.timeout(seconds):
            await engine.settle()
            while engine.stuck or any(view.waiting for view in workspace.observe.subscriptions()):
                if engine.faults:
                    return False
                await asyncio.sleep(LOOK)
                await engine.settle()
    except TimeoutError:
        return False
    return not engine.faults
