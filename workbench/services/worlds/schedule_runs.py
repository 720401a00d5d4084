"""Runs many schedules of a scenario in one world: the moves that they begin with in common are made once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.services.worlds.kept_state import KeptState, StateKeeper, Unkeepable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.services.worlds.explored import Choices, End
    from workbench.services.worlds.move_watch import MoveWatch
    from workbench.services.worlds.moves import NextMove
    from workbench.services.worlds.run_checks import Broken, RunChecks
    from workbench.services.worlds.state_print import StatePrint
    from workbench.services.worlds.stepped_world import SteppedWorld
    from workbench.services.worlds.strategies import MoveChooser

ROOM = 1_000_000
"""References that kept states may have, all together."""


@dataclass(slots=True)
class Run:
    """One schedule that was run.

    Attributes:
        end: None where it was given up, as its state had been seen before.
        broken: What did not hold, with the words, by name; the first time it did not.
        broken_at: The number of the move behind which that was, from 1.
    """

    world: SteppedWorld
    end: End | None
    broken: dict[str, str] = field(default_factory=dict)
    broken_at: dict[str, int] = field(default_factory=dict)

    def note(self, broken: Broken) -> None:
        """Notes what does not hold behind the moves that were made."""
        for name, words in broken:
            self.broken.setdefault(name, words)
            self.broken_at.setdefault(name, len(self.world.deeds))

    @property
    def choices(self) -> Choices:
        """What was chosen, without the defaults at the end."""
        found = self.world.choices
        while found and not found[-1]:
            found.pop()
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A state of the world, what is possible in it, its print, and what was chosen there once."""

    state: KeptState
    choices: Choices
    moves: Sequence[NextMove]
    print: int
    once: set[int] = field(default_factory=set)


class ScheduleRuns:
    """Runs schedules one after the other, each from where it parts from those before.

    A state is kept when a schedule comes to it for the second time. The last move of a schedule is always
    made, and what follows from it is checked.

    Args:
        run: In a world that has begun; it is the run of each schedule, until the next one begins.
        prints: Of that world, where choosers want them.
        keeper: Keeps states; None to run one schedule only.
    """

    def __init__(
        self, run: Run, checks: RunChecks, prints: StatePrint | None, keeper: StateKeeper | None
    ) -> None:
        self.run = run
        self.checks = checks
        self._prints, self._keeper = prints, keeper
        self._kept: OrderedDict[Choices, _Kept] = OrderedDict()
        self._room = ROOM
        self._loop = asyncio.get_running_loop()

    def fits(self, deciding: frozenset[str], *, prints: bool) -> bool:
        """Whether another schedule can be run here, with these read models as moves, and with prints."""
        alike = self.run.world.deciding == deciding and (self._prints is not None) == prints
        return alike and bool(self._kept) and self._loop is asyncio.get_running_loop()

    async def play(self, chooser: MoveChooser, watch: MoveWatch) -> bool:
        """Runs a schedule; returns whether it came to its end, and was not given up."""
        run, world, checks = self.run, self.run.world, self.checks
        if not world.moves and not self._kept:
            return True
        kept, choice = self._go_back(chooser)
        while choice is not None:
            if watch.turn(world.moves[choice]):
                await asyncio.sleep(0)
            deed = await world.make(choice)
            run.note(checks.after(world, deed))
            if not world.moves:
                return True
            state = self._print()
            kept = None if kept is None else self._grown(kept, choice, state)
            choice = chooser.choose(world.moves, state)
        return False

    def _go_back(self, chooser: MoveChooser) -> tuple[_Kept | None, int | None]:
        """Follows what is chosen through kept states; returns the last of them, and what is chosen there."""
        kept = self._kept.get(()) or self._keep((), self._print())
        if kept is None:
            return None, chooser.choose(self.run.world.moves, self._print())
        way: list[_Kept] = []
        while True:
            way.append(kept)
            choice = chooser.choose(kept.moves, kept.print)
            if choice is None or (further := self._kept.get((*kept.choices, choice))) is None:
                break
            kept = further
        for one in reversed(way):  # what is used least goes first, and before what it follows from
            self._kept.move_to_end(one.choices)
        kept.state.restore()
        return kept, choice

    def _grown(self, kept: _Kept, choice: int, state: int) -> _Kept | None:
        """Keeps the state behind a kept one and a choice if that was come to before."""
        if choice in kept.once:
            return self._keep((*kept.choices, choice), state)
        kept.once.add(choice)
        return None

    def _keep(self, choices: Choices, state: int) -> _Kept | None:
        if self._keeper is None:
            return None
        try:
            kept = self._keeper.keep(self.run, self.checks, self._prints)
        except Unkeepable:
            self._keeper = None
            return None
        found = self._kept[choices] = _Kept(kept, choices, self.run.world.moves, state)
        self._room -= kept.size
        while self._room < 0 and (oldest := next(iter(self._kept))):  # never the beginning
            self._room += self._kept.pop(oldest).state.size
        return found

    def _print(self) -> int:
        return 0 if self._prints is None else self._prints.take()
