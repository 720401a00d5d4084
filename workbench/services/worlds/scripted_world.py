"""Runs a scenario that names its deliveries: move by move as it says, and behind its last step by itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from typing_extensions import override

from workbench.errors import InvalidValue
from workbench.model.clock import MICROSECONDS
from workbench.model.scenario import OneDelivery, ScenarioStep
from workbench.services.worlds.drawn_moves import drawn
from workbench.services.worlds.moves import Fault, MoveKind, NextMove
from workbench.services.worlds.steppable import steppable
from workbench.services.worlds.stepped_world import SteppedWorld

if TYPE_CHECKING:
    from workbench.model.scenario import Scenario
    from workbench.project.project import Project

T = TypeVar("T")
_MOST = 1_000
"""Faults that a scenario may say."""


class ScriptedWorld(SteppedWorld):
    """A stepped world whose moves are written in its scenario (W6).

    A last step that only lets time pass says when it ends: until then the engine does what it does by itself.
    """

    def __init__(self, project: Project, scenario: Scenario, *, deciding: frozenset[str]) -> None:
        super().__init__(
            project, scenario, deciding=deciding, faults={Fault.CRASH: _MOST, Fault.DUPLICATE: _MOST}
        )
        self._step = len(scenario.when)  # they are no moves to choose from

    async def run(self, observe: Callable[[], T]) -> T:
        """Does all that the scenario says; returns what is observed at its end, before the world is stopped.

        Raises:
            InvalidValue: A delivery is not possible when its turn comes.
            WorkbenchError: It cannot be done; says what stands in the way.
        """
        await self.begin()
        try:
            self.look_at_rows()
            when = self.scenario.when
            written = when if self.open_ended else when[:-1]
            for number, step in enumerate(written):
                await self._do_written(number, step)
            self.left.clear()
            self._step = len(written)
            self._come_to_step()
            await self._look()
            await self.follow()
            return observe()
        finally:
            await self.world.stop()

    async def _do_written(self, number: int, step: ScenarioStep) -> None:
        if (seconds := self.until(step)) > 0:
            due = self._clock.now() + round(seconds * MICROSECONDS)
            await self._make(NextMove(MoveKind.TIME, at=due), 0, None)
        if isinstance(step.act, OneDelivery):
            await self._make(self._meant(step.act, str(step.place or "")), 0, None)
        elif step.act is not None:
            await self._make(NextMove(MoveKind.STEP, at=number), 0, None)

    @override
    async def _do_step(self, move: NextMove) -> None:
        await self.do(self.scenario.acts_before(move.at), self.scenario.when[move.at].act)

    def _meant(self, one: OneDelivery, place: str) -> NextMove:
        """Returns the move that a step means.

        Raises:
            InvalidValue: It is not possible now.
        """
        fault = Fault.CRASH if one.crash else Fault.DUPLICATE if one.again else None
        for move in self.moves:
            is_one = move.kind in {MoveKind.DELIVERY, MoveKind.PROJECTION}
            ends = one.fails is None or one.fails is (drawn(self, move) if move.fails is None else move.fails)
            if is_one and move.fault is fault and move.is_meant(one.to, one.message) and ends:
                return move
        what = f"{one.message} to {one.to}" if one.message else f"anything to {one.to}"
        can = "; ".join(str(move) for move in self.moves if move.fault is None) or "nothing"
        said = f"there is not {what} to deliver{' once more' if one.again else ''}; possible is: {can}"
        hint = "the model may have changed since the step was written: explore again, or change the step"
        raise InvalidValue(f"{said} ({hint})", path=place)


async def run_stepped(project: Project, scenario: Scenario, observe: Callable[[ScriptedWorld], T]) -> T:
    """Runs a scenario that names deliveries; returns what is observed at its end.

    It is run again where handlers looked at rows of read models that were not known to decide anything.

    Raises:
        WorkbenchError: As `ScriptedWorld.run` says.
    """
    named = {step.act.to for step in scenario.when if isinstance(step.act, OneDelivery)}
    reads = named & set(project.registry.projections)
    model = steppable(project, reads)
    while True:
        deciding = frozenset(reads)
        world = ScriptedWorld(model, scenario, deciding=deciding)
        found = await world.run(partial(observe, world))
        if reads == deciding:
            return found
