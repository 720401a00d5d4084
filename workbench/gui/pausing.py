"""Pauses and resumes the engine, subscriptions and read models; tells of it, with the way back (L10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from workbench.gui.desk import Desk


def pause_engine(desk: Desk, *, paused: bool) -> None:
    """Pauses the engine, or resumes it."""
    work = desk.workspace.pause() if paused else desk.workspace.resume()
    said = "The engine is paused: nothing is delivered, and no rows change."
    _do(desk, "engine", work, said if paused else "The engine runs again.", paused=paused)


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
