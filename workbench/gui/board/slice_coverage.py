"""Says of every slice which scenarios speak of it, and how they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.gui.board.blueprint import Blueprint
from workbench.gui.board.board_graph import DRAFT, NOT_RUNNING
from workbench.model.counts import counted
from workbench.model.scenario import FactKind, IssuedCommand, Scenario
from workbench.project.scenarios import UnreadScenario
from workbench.services.scenarios.coverage import Run, Try, summary

DRAFTS = {
    DRAFT: (
        "not run: draft",
        "Not run: what is drawn here is a draft, and the model that runs does not have it",
    ),
    NOT_RUNNING: ("older model runs", "Not run: what is drawn here is saved, and an older model runs"),
}
"""What is said where what is drawn does not run, shortly and wholly."""
_NODES = {
    FactKind.EVENT: {"event": "event"},
    FactKind.COMMAND: {"command": "command", "by": "subscription"},
    FactKind.ROW: {"projection": "projection"},
    FactKind.ROWS: {"projection": "projection"},
    FactKind.QUERY: {"query": "query"},
    FactKind.MESSAGE: {"message": "event", "topic": "topic"},
    FactKind.DEAD_LETTER: {"dead_letter": "subscription"},
}
"""The facts of each kind of expectation that name what it is about, and as which kind of node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How the scenarios of a slice stand.

    Attributes:
        unsure: Not run on the model as it is.
        empty: Passed, and say nothing of what must follow.
        untried: What can come of its command, and what reacts there can do, that no scenario tries, in words.
        tried: How many of what can be tried of its command are.
        draft: How it stands where what is drawn does not run, so that nothing is known of it, else empty.
        unread: Those that do not load.
    """

    passed: int = 0
    failed: int = 0
    unsure: int = 0
    empty: int = 0
    untried: tuple[str, ...] = ()
    tried: str = ""
    draft: str = ""
    unread: tuple[UnreadScenario, ...] = ()

    @property
    def tip(self) -> str:
        """All that there is to say, a line each."""
        wrong = [one.said for one in self.unread]
        wrong += ["A click on it shows the mistake in its text"] if wrong else []
        if self.draft:
            return "\n".join([DRAFTS[self.draft][1], *wrong])
        begins = ["G on its command or event begins one"] if self.is_none else []
        tried = [self.tried] if self.tried else []
        return "\n".join([self.told[2], *wrong, *begins, *tried, *self.untried])

    @property
    def total(self) -> int:
        """How many speak of it."""
        return self.passed + self.failed + self.unsure + self.empty + len(self.unread)

    @property
    def is_none(self) -> bool:
        """Whether no scenario speaks of it."""
        return not (self.draft or self.total)

    @property
    def told(self) -> tuple[str, str, str]:
        """An icon, the role of its colour, and words."""
        total = self.total
        if self.draft:
            return "circle", "muted", DRAFTS[self.draft][0]
        wrong = [counted(len(self.unread), "mistake")] if self.unread else []
        if self.failed or wrong:
            failed = [f"{self.failed} of {total} fail"] if self.failed else []
            return "error", "error", " · ".join([*failed, *wrong])
        if self.is_none:
            return "circle", "muted", "no scenario yet"
        if self.unsure or self.empty:
            empty = f"{self.empty} assert{'s' * (self.empty == 1)} nothing"
            none = f"{self.unsure} not run" if self.unsure else empty
            return "circle", "muted", f"{self.passed} of {total} pass" if self.passed else none
        more = f" · {counted(len(self.untried), 'gap')}" if self.untried else ""
        return "check", "ok", f"{total} pass{more}"


def coverage_of(
    blueprint: Blueprint,
    runs: Iterable[Run],
    tries: Sequence[Try] = (),
    unread: Iterable[UnreadScenario] = (),
) -> dict[str, Coverage]:
    """Returns how the scenarios of every slice stand.

    A scenario speaks of a slice if it issues its command, or expects its command, one of its events, rows of
    its read model, an answer of one of its queries, its messages, or a dead letter of who reacts there.

    Args:
        runs: The scenarios, each with what came of it on the model as it is.
        tries: What can be tried of the model; each counts in one slice.
        unread: The scenarios that do not load.
    """
    slices = {one.id: one.id for one in blueprint.slices} | {
        card.node: one.id
        for one in blueprint.slices
        for cell in one.cells[1:]
        for card in cell
        if not card.ghost
    }
    found: dict[str, list[bool | str | None]] = {one.id: [] for one in blueprint.slices}
    for scenario, result in runs:
        verdict = result.passed if result is not None else None
        told = "empty" if verdict and scenario.asserts_nothing else verdict
        for name in {slices[node] for node in _spoken_of(scenario) if node in slices}:
            found[name].append(told)
    wrong: dict[str, list[UnreadScenario]] = {}
    for each in unread:
        for name in {slices[node] for node in _spoken_of(each.about) if node in slices}:
            wrong.setdefault(name, []).append(each)
    triggers: dict[str, list[str]] = {}
    for each_slice in blueprint.slices:
        for card in each_slice.cells[0]:
            triggers.setdefault(card.node, []).append(each_slice.id)
    by_slice: dict[str, list[Try]] = {}
    for one in tries:
        by_slice.setdefault(_slice_of(one, slices, triggers), []).append(one)
    return {
        name: Coverage(
            untried=tuple(f"Not tried: {one.words}" for one in by_slice.get(name, ()) if one.lacks),
            tried=summary(by_slice.get(name, ()), "refusal", "refusal"),
            passed=sum(one is True for one in verdicts),
            failed=sum(one is False for one in verdicts),
            unsure=sum(one is None for one in verdicts),
            empty=verdicts.count("empty"),
            unread=tuple(wrong.get(name, ())),
        )
        for name, verdicts in found.items()
    }


def _slice_of(one: Try, slices: Mapping[str, str], triggers: Mapping[str, Sequence[str]]) -> str:
    """Returns the slice of who does it; one that has none of its own stands before what it begins."""
    begun = triggers.get(one.doer, ())
    issued = slices.get(f"command:{one.name}", "")
    return slices.get(one.doer) or (issued if issued in begun else next(iter(begun), ""))


def _spoken_of(scenario: Scenario) -> Iterator[str]:
    """Yields the ids of the nodes of which a scenario speaks."""
    for step in scenario.when:
        if isinstance(step.act, IssuedCommand):
            yield f"command:{step.act.command}"
    for expected in scenario.then:
        for fact, kind in _NODES.get(expected.kind, {}).items() if expected.wanted else ():
            yield f"{kind}:{expected.facts.get(fact)}"
