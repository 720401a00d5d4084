"""Pauses and resumes the engine, subscriptions and read models; tells of it, with the way back (L10)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from workbench.engine.engine import EngineState
from workbench.gui.time_format import short
from workbench.model.json_values import visible

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from workbench.gui.desk import Desk
    from workbench.model.changes import Changes

LEFT = "engine left paused"
"""What is told of it is over once the engine runs."""
RUNS = "The engine runs: pause it first (F8)"
"""Why no delivery is done by hand."""


def pause_engine(desk: Desk, *, paused: bool) -> None:
    """Pauses the engine, or resumes it."""
    work = desk.workspace.pause() if paused else desk.workspace.resume()
    said = "The engine is paused: nothing is delivered, and no rows change."
    _do(desk, "engine", work, said if paused else "The engine runs again.", paused=paused)


def tell_left(desk: Desk) -> None:
    """Tells that the engine was paused before the project was opened, until it runs again (M3)."""
    workspace, left = desk.workspace, desk.workspace.left
    if left is None:
        return

    def runs(_changes: Changes) -> None:
        engine = workspace.engine
        if workspace.left is not None and engine is not None and engine.state is EngineState.RUNNING:
            workspace.left = None
            desk.notice("ok", "", topic=LEFT)

    who = f" by {visible(left.who)}" if left.who else ""
    said = (
        f"The engine is still paused, since {short(left.at)}{who}: nothing is delivered, and no rows change."
    )
    desk.notice("warning", said, ("Resume", partial(pause_engine, desk, paused=False)), topic=LEFT, asks=True)
    desk.changed.connect(runs)


def pause_subscription(desk: Desk, name: str, *, paused: bool) -> None:
    """Pauses a subscription, or resumes it."""
    work = desk.workspace.subscriptions.pause(name, paused=paused)
    said = f"{name} is paused; its messages wait." if paused else f"{name} is resumed."
    _do(desk, f"subscription {name}", work, said, paused=paused)


def pause_projection(desk: Desk, name: str, *, paused: bool) -> None:
    """Pauses a read model, or resumes it."""
    work = desk.workspace.projections.pause(name, paused=paused)
    said = f"{name} is paused; its rows stay as they are." if paused else f"{name} is resumed."
    _do(desk, f"read model {name}", work, said, paused=paused)


def _do(desk: Desk, subject: str, work: Coroutine[Any, Any, str], said: str, *, paused: bool) -> None:
    async def done() -> None:
        desk.undo.tell(subject, said, await work)

    desk.run(done(), f"{'Pause' if paused else 'Resume'} the {subject}")
