"""Says of every slice which scenarios speak of it, and how they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from workbench.gui.board.blueprint import Blueprint
from workbench.model.scenario import FactKind, IssuedCommand, Scenario

_NODES = {
    FactKind.EVENT: "event",
    FactKind.COMMAND: "command",
    FactKind.ROW: "projection",
    FactKind.ROWS: "projection",
}
"""What kind of node an expectation is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How the scenarios of a slice stand.

    Attributes:
        unsure: Not run on the model as it is.
    """

    passed: int = 0
    failed: int = 0
    unsure: int = 0

    @property
    def told(self) -> tuple[str, str, str]:
        """An icon, the role of its colour, and words."""
        total = self.passed + self.failed + self.unsure
        if self.failed:
            return "error", "error", f"{self.failed} of {total} fail"
        if not total:
            return "circle", "muted", "no scenario yet"
        if self.unsure:
            return (
                "circle",
                "muted",
                f"{self.unsure} not run" if not self.passed else f"{self.passed} of {total} pass",
            )
        return "check", "ok", f"{total} pass"


def coverage_of(
    blueprint: Blueprint, scenarios: Iterable[Scenario], passed: Callable[[Scenario], bool | None]
) -> dict[str, Coverage]:
    """Returns how the scenarios of every slice stand.

    A scenario speaks of a slice if it issues its command, or expects its command, one of its events, or rows
    of its read model.

    Args:
        passed: Whether a scenario passed; None where that is not known of the model as it is.
    """
    slices = {
        card.node: one.id
        for one in blueprint.slices
        for cell in one.cells[1:]
        for card in cell
        if not card.ghost
    }
    found: dict[str, list[bool | None]] = {one.id: [] for one in blueprint.slices}
    for scenario in scenarios:
        verdict = passed(scenario)
        for name in {slices[node] for node in _spoken_of(scenario) if node in slices}:
            found[name].append(verdict)
    return {
        name: Coverage(
            passed=sum(one is True for one in verdicts),
            failed=sum(one is False for one in verdicts),
            unsure=sum(one is None for one in verdicts),
        )
        for name, verdicts in found.items()
    }


def _spoken_of(scenario: Scenario) -> Iterator[str]:
    """Yields the ids of the nodes of which a scenario speaks."""
    for step in scenario.when:
        if isinstance(step.act, IssuedCommand):
            yield f"command:{step.act.command}"
    for expected in scenario.then:
        if expected.kind in _NODES and expected.wanted:
            yield f"{_NODES[expected.kind]}:{_first(expected.facts)}"


def _first(facts: Mapping[str, object]) -> object:
    return next(iter(facts.values()), "")
