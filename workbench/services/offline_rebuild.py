"""Makes the rows of a projection anew from beginning to end, while nothing else of the project runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.services.monitor_values import ProjectionView

if TYPE_CHECKING:
    from workbench.services.workspace import Workspace

Progress = Callable[[float], None]
"""Told which part of the log is done, 0 to 1."""


async def rebuild(workspace: Workspace, name: str, progress: Progress) -> ProjectionView:
    """Rebuilds a projection; the old rows stay until the new ones take their place at once (J3).

    The engine is started paused: no handler is called, no other projection moves. Where an event cannot be
    folded, the rebuild stands still there, and the answer says so.

    Raises:
        NotFound: The model has no such projection.
        StoreReadOnly: This window only observes.
    """
    engine = workspace.running()
    await workspace.start(paused=True)
    await workspace.control.rebuild(name)
    runner = engine.projections[name]
    while (building := runner.building) is not None and not building.stopped:
        await runner.work()
        progress(min(1.0, building.checkpoint / max(1, engine.head)))
    return next(view for view in workspace.observe.projections() if view.name == name)
