"""What is checked in each run of an exploration: the invariants of the model, and what else is asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from workbench.services.scenarios.observations import broken_at_rest
from workbench.services.scenarios.scenario_stage import EVERYTHING
from workbench.services.worlds.explored import End
from workbench.services.worlds.free_checks import happened_twice, not_ended, unlike_rebuilt
from workbench.services.worlds.invariants import InvariantWatch, commits

if TYPE_CHECKING:
    from workbench.model.registry import Registry
    from workbench.services.worlds.moves import DoneMove
    from workbench.services.worlds.stepped_world import SteppedWorld

Rule = Callable[["SteppedWorld"], bool]
"""Whether something holds; asked behind every move."""
Broken = Iterator[tuple[str, str]]
"""The names of what does not hold, and in words why."""

REBUILT = "rows equal a clean rebuild"
ONCE = "nothing happened twice"
ENDED = "every process ended or waits"
DUPLICATES = "duplicates change nothing"
FREE = (REBUILT, ONCE, ENDED, DUPLICATES)
"""What is checked of every model, beside its invariants."""


class RunChecks:
    """Checks one run.

    Args:
        rules: What else must hold behind every move, by name.
    """

    def __init__(self, registry: Registry, rules: Mapping[str, Rule] | None = None) -> None:
        self._registry = registry
        self._watch = InvariantWatch(registry)
        self._rules = dict(rules or {})

    def begin(self, world: SteppedWorld) -> None:
        """Takes what is given."""
        for events in commits(world.reader.read_log(0, EVERYTHING)):
            self._watch.after(events)

    def after(self, world: SteppedWorld, deed: DoneMove) -> Broken:
        """Yields what does not hold behind a move."""
        if deed.last > deed.first:
            for events in commits(world.reader.read_log(deed.first, EVERYTHING, upto=deed.last)):
                yield from ((one.invariant, one.words) for one in self._watch.after(events))
        for name, holds in self._rules.items():
            if not holds(world):
                yield name, f"{name} does not hold"

    def at_rest(self, world: SteppedWorld) -> Broken:
        """Yields what does not hold although nothing is left to do, if that is so."""
        yield from ((one.invariant, one.words) for one in broken_at_rest(self._watch, world))

    def free(self, world: SteppedWorld, usually_open: Collection[str]) -> Broken:
        """Yields what does not hold at the end that holds of every model.

        Args:
            usually_open: The processes that do not end either where the engine does what it does by itself.
        """
        for name, found in (
            (REBUILT, unlike_rebuilt(world.reader, self._registry)),
            (ONCE, happened_twice(world.reader, self._registry)),
        ):
            if found:
                yield name, found[0]
        if world.open_ended and not world.unfinished:
            left = [one for one in open_processes(world) if one.partition(" ")[0] not in usually_open]
            if left:
                yield ENDED, left[0]


def end_of(world: SteppedWorld) -> End:
    """Returns how a schedule ended."""
    streams: dict[str, list[str]] = {}
    for event in world.reader.read_log(0, EVERYTHING):
        streams.setdefault(event.stream, []).append(event.type)
    letters = sorted(one.subscription for one in world.letters())
    return End(tuple((name, tuple(streams[name])) for name in sorted(streams)), tuple(letters))


def open_processes(world: SteppedWorld) -> Sequence[str]:
    """Returns which processes did not end, a sentence for each that begins with its name."""
    return not_ended(world.reader, world.world.registry)
