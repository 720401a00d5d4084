"""Pauses and resumes the engine, subscriptions and read models; tells of it, with the way back (L10)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from workbench.engine.engine import EngineState
from workbench.gui.time_format import short
from workbench.model.json_values import visible
from workbench.model.messaging import called
from workbench.services.kept_waiting import kept_waiting

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
    """Pauses the engine, or resumes it, and tells what stays paused then."""

    async def done() -> None:
        if paused:
            act = await desk.workspace.pause()
            said = "The engine is paused: nothing is delivered, and no rows change."
        else:
            act, waits = await desk.workspace.resume(), await _kept_waiting(desk)
            said = f"The engine runs again.{f' {waits[:1].upper()}{waits[1:]}.' if waits else ''}"
        desk.undo.tell("engine", said, act)

    desk.run(done(), f"{'Pause' if paused else 'Resume'} the engine")


async def step_engine(desk: Desk, only: str = "") -> None:
    """Does one delivery while the engine is paused, and tells of which message, and what became of it.

    Args:
        only: Of this subscription; empty for the one that lies furthest behind.
    """
    moved, engine = await desk.workspace.step(only), desk.workspace.engine
    runner = engine.subscriptions.get(moved) if engine is not None else None
    if runner is not None and (ended := runner.newest) is not None:
        said = f"One step of {called(moved)}: {ended.type} at {ended.position:,} {ended.became}."
    elif moved:
        said = f"One step: {moved} moved."
    elif only:
        said = f"Nothing to deliver to {called(only)}."
    else:
        waits = await _kept_waiting(desk)
        said = f"Nothing to deliver: {waits}." if waits else "Nothing to deliver."
    desk.notice("info", said)


async def _kept_waiting(desk: Desk) -> str:
    world = desk.workspace.world
    return await world.ask(partial(kept_waiting, world))


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
    said = f"{name} is paused; its messages wait." if paused else f"{name} is resumed.{_still(desk)}"
    _do(desk, f"subscription {name}", work, said, paused=paused)


def pause_projection(desk: Desk, name: str, *, paused: bool) -> None:
    """Pauses a read model, or resumes it."""
    work = desk.workspace.projections.pause(name, paused=paused)
    said = f"{name} is paused; its rows stay as they are." if paused else f"{name} is resumed.{_still(desk)}"
    _do(desk, f"read model {name}", work, said, paused=paused)


def _still(desk: Desk) -> str:
    """Says that what is resumed waits for the engine; empty where that runs."""
    return " The engine is paused, so it waits." if desk.workspace.monitor.paused else ""


def _do(desk: Desk, subject: str, work: Coroutine[Any, Any, str], said: str, *, paused: bool) -> None:
    async def done() -> None:
        desk.undo.tell(subject, said, await work)

    desk.run(done(), f"{'Pause' if paused else 'Resume'} the {subject}")
