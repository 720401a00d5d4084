"""What is checked in each run of an exploration: the invariants of the model, and what else is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from workbench.engine.projection_check import row_differences
from workbench.services.scenarios.scenario_stage import EVERYTHING
from workbench.services.worlds.invariants import InvariantWatch, commits

if TYPE_CHECKING:
    from workbench.model.registry import Registry
    from workbench.services.worlds.moves import DoneMove
    from workbench.services.worlds.stepped_world import SteppedWorld

Rule = Callable[["SteppedWorld"], bool]
"""Whether something holds; asked behind every move."""
Broken = Iterator[tuple[str, str]]
"""The names of what does not hold, and in words why."""

REBUILT = "projection equals clean rebuild"


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
        """Yields what does not hold although nothing is left to do."""
        yield from ((one.invariant, one.words) for one in self._watch.at_rest(world.reader))

    def rows(self, world: SteppedWorld) -> Broken:
        """Yields read models whose rows are not what a clean rebuild gives (I9)."""
        for projection in self._registry.projections.values():
            if not projection.by_handlers:
                found = row_differences(projection, self._registry, world.reader)
                if found:
                    yield REBUILT, f"{projection.name}: {found[0]}"
