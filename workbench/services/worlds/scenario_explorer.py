"""Runs a scenario through many schedules on the real engine, and tells which of them break what must hold."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.model.clock import Clock, SystemClock
from workbench.model.error_text import error_sentence
from workbench.services.worlds.explored import (
    OVER,
    Choices,
    End,
    EndTally,
    Exploration,
    Violation,
    complexity,
)
from workbench.services.worlds.generated_scenario import PLACE as GENERATED
from workbench.services.worlds.kept_state import StateKeeper
from workbench.services.worlds.move_watch import TURN, MoveWatch
from workbench.services.worlds.moves import Fault, MoveKind
from workbench.services.worlds.run_checks import DUPLICATES, Rule, RunChecks, end_of, open_processes
from workbench.services.worlds.schedule_runs import Run, ScheduleRuns
from workbench.services.worlds.schedule_words import commands_refused
from workbench.services.worlds.shrink import shrunk
from workbench.services.worlds.state_print import StatePrint
from workbench.services.worlds.steadiness import NotTheSame, otherwise_again, otherwise_done
from workbench.services.worlds.steppable import steppable, who_sees_ids
from workbench.services.worlds.stepped_world import SteppedWorld
from workbench.services.worlds.strategies import (
    Exhaustive,
    Following,
    MoveChooser,
    Repeating,
    by_chance,
)

if TYPE_CHECKING:
    from workbench.model.invariant import Invariant
    from workbench.model.scenario import Scenario
    from workbench.project.project import Project

Told = Callable[[Exploration], object]
TELL = 0.25
"""Seconds between two looks at how it stands."""
LONGEST = 30.0
"""Seconds that a schedule may take."""
UNASKED = "the project has no invariant; what must hold of every model was asked"
APART = 8
"""Schedules that are run each in a world of its own before it is worth keeping states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is explored.

    Attributes:
        deviations: All schedules with at most N of them are tried first.
        seconds: After which it ends; what is left of them when all those were tried is for random ones.
        seed: Of the random ones.
        share: Which part of how many this process does.
        random: Whether random ones are tried at all.
        most: Schedules after which it ends, too; 0 for none.
    """

    deviations: int = 2
    seconds: float = 30.0
    seed: int = 1
    share: tuple[int, int] = (0, 1)
    random: bool = True
    most: int = 0


class ScenarioExplorer:
    """Explores one scenario.

    Args:
        faults: How many of each kind may happen in one run.
        rules: What else must hold behind every move, beside the invariants of the model.
        merging: Whether states that were seen before are not entered again; never where a handler, policy or
            process looks at ids or positions: those are no part of a state (W8).
    """

    def __init__(
        self,
        project: Project,
        scenario: Scenario,
        *,
        faults: Mapping[Fault, int] | None = None,
        rules: Mapping[str, Rule] | None = None,
        merging: bool = True,
        clock: Clock | None = None,
    ) -> None:
        self._reads: set[str] = set()
        self._deciding: frozenset[str] = frozenset()
        self._project = steppable(project, self._reads)
        self._scenario = scenario
        self._faults = dict(faults or {})
        self._rules = rules
        self._clock = clock or SystemClock()
        registry = project.registry
        self._merging = merging
        self._asked = bool(registry.invariants or rules)
        shown = {name for one in registry.invariants.values() for name in _projections(one)}
        self._ordered = {event for name in shown for event in registry.projections[name].handlers()}
        self._checked: set[End] = set()
        self._usually_open: frozenset[str] = frozenset()
        self._ends = math.inf
        self._refused = ""
        self._watch = MoveWatch(self._clock)
        self._unsteady = ""
        self._keeper: StateKeeper | None = None
        self._runs: ScheduleRuns | None = None
        self._played = 0
        self.result = Exploration(scenario=scenario.name, notes=self._notes())

    async def world(self) -> SteppedWorld:
        """Returns a world at the scenario's beginning."""
        world = SteppedWorld(
            self._project,
            self._scenario,
            deciding=self._deciding,
            faults=self._faults,
            lazy=not self._rules,
        )
        await world.begin()
        return world

    async def replayed(self, choices: Choices = ()) -> Run:
        """Runs one schedule to its end, and checks that, whether or not it was seen before."""
        self._checked.clear()
        return await self.play(Following(choices), alone=True)

    async def play(self, chooser: MoveChooser, *, alone: bool = False) -> Run:
        """Runs one schedule as something chooses.

        Args:
            alone: In a world of its own; else the run is what it is until the next one.

        Raises:
            TimeoutError: It took too long.
            WorkbenchError: It cannot be done; says what stands in the way.
        """
        left = self._ends - self._clock.monotonic() + OVER
        async with asyncio.timeout(min(LONGEST, max(OVER, left))):
            return await self._play(chooser, alone=alone)

    async def _play(self, chooser: MoveChooser, *, alone: bool) -> Run:
        prints = chooser.wants_prints and self._merges
        if alone:
            return await self._run(await self._begun(prints=prints), chooser)
        runs, self._runs = self._runs, None  # what ends early leaves a world in the middle of something
        if runs is None or not runs.fits(self._deciding, prints=prints):
            runs = await self._begun(prints=prints, keeper=self._known_keeper())
        run = await self._run(runs, chooser)
        self._runs = runs
        return run

    def _known_keeper(self) -> StateKeeper | None:
        """Returns what keeps states; none for the first schedules, nor where rules are asked every time."""
        self._played += 1
        if self._keeper is None and self._played > APART and not self._rules:
            self._keeper = StateKeeper(self._project, self._scenario, self._reads)
        return self._keeper

    async def _run(self, runs: ScheduleRuns, chooser: MoveChooser) -> Run:
        self._watch.begin()
        if await runs.play(chooser, self._watch):
            await self._ended(runs.run, runs.checks)
        return runs.run

    async def _begun(self, *, prints: bool, keeper: StateKeeper | None = None) -> ScheduleRuns:
        """Returns what runs schedules in a new world."""
        world, checks = await self.world(), RunChecks(self._project.registry, self._rules)
        checks.begin(world)
        found = StatePrint(world, self._ordered) if prints else None
        return ScheduleRuns(Run(world, None), checks, found, keeper)

    async def _ended(self, run: Run, checks: RunChecks) -> None:
        world = run.world
        run.end = end_of(world)
        run.note(checks.at_rest(world))
        if run.end not in self._checked:
            self._checked.add(run.end)
            await world.follow_rows()
            run.note(checks.free(world, self._usually_open))

    async def explore(self, plan: Plan, told: Told = lambda _: None) -> Exploration:
        """Explores until all is tried or the time is over, and makes what was found as small as it goes.

        Cancelled, it leaves in `result` what was found by then; what stands in its way is told there, too.
        """
        began = self._clock.monotonic()
        self._ends = began + plan.seconds
        try:
            await self._explored(plan, told, began)
        except TimeoutError:
            number = 1 + self.result.schedules + self.result.merged
            over = self._clock.monotonic() >= self._ends
            self.result.trouble = self._watch.why_not_ended(number if over else 0, LONGEST)
        except NotTheSame as error:
            self._unsteady = str(error)
        except WorkbenchError as error:
            self.result.trouble = error.message
        except Exception as error:  # noqa: BLE001  # the model's own code failed, and that is told
            self.result.trouble = error_sentence(error)
        finally:
            self.result.seconds, self._ends = self._clock.monotonic() - began, math.inf
            self.result.doubt(self._unsteady)
        return self.result

    async def _explored(self, plan: Plan, told: Told, began: float) -> None:
        usual = await self.usual()
        self._unsteady = otherwise_done(usual.world, (await self.replayed()).world)
        await self._explore(plan, told, began)
        await self._look_at_duplicates()
        for finding in self.result.findings.values():
            if finding.invariant != DUPLICATES:
                choices, words, finding.shrunk_in = await shrunk(
                    self.replayed, finding.invariant, finding.choices
                )
                if words:
                    finding.choices, finding.words, finding.again = choices, words, True
                else:
                    finding.lost()
        over = lambda: self._clock.monotonic() > began + plan.seconds + OVER / 2  # noqa: E731
        again = await otherwise_again(self.replayed, self.result.outcomes, over)
        self._unsteady = self._unsteady or again

    async def usual(self) -> Run:
        """Does what the engine does by itself.

        A read model of which something that decides looks at rows is moved by itself from then on. Where
        `result` has choices, from elsewhere maybe, those are that were when it came to be, and no others: its
        choices hold good with these alone.
        """
        if self.result.moves:
            self._deciding = self.result.deciding
            run = await self.replayed()
        else:
            self._decide()
            run = await self.replayed()
            while self._reads > self._deciding:
                self._decide()
                run = await self.replayed()
        self._refused = commands_refused(run.world) if self._scenario.place == GENERATED else ""
        self.result.notes = self._notes()
        self._usually_open = frozenset(one.partition(" ")[0] for one in open_processes(run.world))
        self._checked.clear()
        return run

    def _decide(self) -> None:
        self._deciding = self.result.deciding = frozenset(self._reads)
        self.result.notes = self._notes()

    def _notes(self) -> tuple[str, ...]:
        seen = ", ".join(who_sees_ids(self._deciding))
        apart = f"no states are one, as {seen} may go by ids or positions" if seen and self._merging else ""
        return tuple(filter(None, (apart, "" if self._asked else UNASKED, self._refused)))

    @property
    def _merges(self) -> bool:
        return self._merging and not who_sees_ids(self._deciding)

    async def _look_at_duplicates(self) -> None:
        """Compares ends to which only schedules with duplicates led with those of the same moves without."""
        for end, tally in list(self.result.outcomes.items()):
            if tally.plain:
                continue
            run = await self.replayed(tally.choices)
            if run.end != end:
                continue  # the model does not do the same each time, and nothing follows from it
            moves = [deed.move for deed in run.world.deeds]
            duplicates = [move for move in moves if move.fault is Fault.DUPLICATE]
            if any(move.kind is MoveKind.STEP for move in duplicates):
                continue  # what a person does twice may well change something
            plain = await self.world()
            for move in moves:
                if move in plain.moves and move.fault is not Fault.DUPLICATE:
                    await plain.make(plain.moves.index(move))
            await plain.follow()
            if (without := end_of(plain)) != end:
                words = f"{duplicates[0]}: {end.told_from([without])} instead of {without.told_from([end])}"
                self._found(DUPLICATES, words, tally.choices, count=tally.count)

    async def _explore(self, plan: Plan, told: Told, began: float) -> None:
        next_look = began
        strategy = Exhaustive(plan.deviations, plan.share, merging=self._merges)
        chances = by_chance(plan.seed, plan.share[0]) if plan.random else iter(())
        longest, tried = 1, set[Choices]()
        for number in itertools.count():
            while self._reads > self._deciding:
                tried = await self._begin_again()
                strategy = Exhaustive(plan.deviations, plan.share, merging=self._merges)
            now = self._clock.monotonic()
            if now >= next_look:
                self.result.seconds, next_look = now - began, now + TELL
                told(self.result)
            if number % TURN == 0:
                await asyncio.sleep(0)
            if now - began >= plan.seconds or (plan.most and number >= plan.most):
                break
            branch = strategy.next()
            self.result.complete, self.result.exhausted = strategy.complete, strategy.exhausted
            if branch is not None:
                run = await self.play(branch)
                strategy.ended(branch)
            elif self.result.found or strategy.exhausted or (chance := next(chances, None)) is None:
                break
            else:
                run = await self.play(chance(longest))
            longest = max(longest, len(run.world.deeds))
            again = run.choices in tried  # what chance chooses again counts once
            tried.add(run.choices)
            others = plan.share[0] > 0 and branch is not None and not branch.known  # of whom one tells of it
            if not again and not others:
                self._note(run, self._clock.monotonic() - began)
        told(self.result)

    def knows(self, deciding: Collection[str]) -> None:
        """Takes up what others saw: at rows of these read models something looks that decides."""
        self._reads |= set(deciding)

    async def _begin_again(self) -> set[Choices]:
        """Begins again: more read models move by themselves from now on, and moves have other numbers.

        What was counted is forgotten, but for what broke something: that is done again, move by move.

        Returns:
            What was tried already of what is tried now.
        """
        found = [one for one in self.result.findings.values() if one.invariant != DUPLICATES]
        before = [(one, await self.replayed(one.choices)) for one in found]
        self.result = Exploration(scenario=self._scenario.name)
        self._decide()
        tried = set[Choices]()
        for one, as_before in before:
            self._checked.clear()
            run = await self.play(Repeating([deed.move for deed in as_before.world.deeds]))
            if run.choices not in tried:
                tried.add(run.choices)
                self._note(run, one.seconds)
            if one.invariant not in self.result.findings:
                one.lost()
                one.choices = run.choices
                self.result.findings[one.invariant] = one
        self._checked.clear()
        return tried

    def _note(self, run: Run, seconds: float) -> None:
        result, choices = self.result, run.choices
        result.moves += len(run.world.deeds)
        if run.end is None:
            result.merged += 1
        else:
            result.schedules += 1
            result.unfinished += bool(run.world.unfinished)
            outcome = result.outcomes.setdefault(run.end, EndTally(choices))
            outcome.count += 1
            outcome.broken |= set(run.broken)
            outcome.choices = min(outcome.choices, choices, key=complexity)
            outcome.plain |= not any(one.move.fault is Fault.DUPLICATE for one in run.world.deeds)
        result.seconds = seconds
        for name, words in run.broken.items():
            self._found(name, words, choices, count=run.end is not None)

    def _found(self, name: str, words: str, choices: Choices, *, count: int) -> None:
        result = self.result
        known = result.findings.get(name)
        if known is None:
            at = result.schedules + result.merged
            result.findings[name] = Violation(
                invariant=name,
                words=words,
                choices=choices,
                found_at=at,
                seconds=result.seconds,
                count=count,
            )
            return
        known.count += count
        if complexity(choices) < complexity(known.choices):
            known.choices, known.words = choices, words


def _projections(invariant: Invariant) -> set[str]:
    asked = [one for one in (invariant.always, invariant.eventually) if one is not None]
    return {
        *([invariant.rows] if invariant.rows else []),
        *(name for one in asked for name in one.projections),
    }
