"""Puts what came of a scenario beside what is written in it, and writes what came as what is expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.model.counts import counted
from workbench.model.scenario import Contrast, Facts, FilePlace, Line, ScenarioResult, Sign
from workbench.model.scenario_verdict import say
from workbench.model.secrets import disguised
from workbench.project.declared.value_classes import as_json
from workbench.project.scenarios import write_item
from workbench.project.scenarios.scenario_items import DATA
from workbench.project.scenarios.scenario_reader import THEN
from workbench.services.scenarios.scenario_edits import (
    PARTS,
    WrittenStep,
    exchanged_step,
    with_step,
    without_step,
    written_steps,
)
from workbench.services.scenarios.scenario_report import came_after
from workbench.tusk import Document

BESIDE = 8
"""Things that came and are not listed, of each kind, that are offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """A line of a scenario: what is written, how it stands, or what came and is not written.

    Attributes:
        number: Of the item in its part; for what is not written, where it would stand.
        step: None for what is not written.
        sign: None where nothing is known.
        contrasts: What differs.
        found: What came, as an item says it; None where nothing did.
        moved: It came ``earlier`` or ``later`` than it is listed; empty for anything else.
        came: How long after the scenario's beginning it came; empty where no time passed in it.
        at: When that was.
    """

    part: str
    number: int
    words: str
    step: WrittenStep | None = None
    sign: Sign | None = None
    contrasts: tuple[Contrast, ...] = ()
    found: Facts | None = None
    moved: str = ""
    came: str = ""
    at: str = ""

    @property
    def can_take(self) -> bool:
        """Whether what came can be written as what is expected."""
        return not self.why_left

    @property
    def why_left(self) -> str:
        """Says why what came cannot be written as what is expected; empty where it can."""
        if self.step is None:
            can = self.found is not None and _head(self.found) in THEN
            return "" if can else "nothing of its kind can be expected"
        said = [one for one in self.step.said if isinstance(one, Mapping)]
        if self.part != "then" or self.sign is None:
            return "nothing came of it"
        if len(said) != 1:
            return (
                "it stands for several lines: edit it in the text" if said else "it follows from the others"
            )
        told = any(key in said[0] for key in (*DATA, "answer"))
        can = not self.sign.good or (not told and bool((self.found or {}).get("data")))
        return "" if can else "it is as expected"


def step_lines(document: Document, name: str, result: ScenarioResult | None) -> list[StepLine]:
    """Returns the lines of a scenario, part by part.

    Args:
        result: Of a run of the scenario as it is written; None where there is none.
    """
    written = written_steps(document, name)
    found = [_line(one, None) for part in PARTS[:2] for one in written[part]]
    parts = [part.lines for part in result.parts] if result is not None else []
    lines = [line for part in parts for line in part]
    known = {line.place: line for line in lines if line.place is not None}
    others = any(line.sign is Sign.UNEXPECTED and "event" in (line.found or {}) for line in lines)
    found += [_line(one, _judged(one, known, others=others)) for one in written["then"]]
    offered = result.offers if result is not None else ()
    return [_timed(one, result) for one in (*found, *_unwritten((*lines, *offered), written["then"]))]


def _timed(line: StepLine, result: ScenarioResult | None) -> StepLine:
    return line if result is None else replace(line, came=came_after(result, line.at))


def _judged(step: WrittenStep, known: Mapping[FilePlace, Line], *, others: bool) -> Line | None:
    """Returns the worst line of a result that is about an item."""
    if step.said and isinstance(step.said[0], str):
        known_others = bool(known) or others
        return Line(sign=Sign.DIFFERENT if others else Sign.SAME) if known_others else None
    lines = [known[place] for place in step.places if place in known]
    return min(lines, key=lambda line: line.sign.good, default=None)


def _line(step: WrittenStep, line: Line | None) -> StepLine:
    return StepLine(
        part=step.part,
        number=step.number,
        words=words_of(step),
        step=step,
        sign=line.sign if line is not None else None,
        contrasts=line.contrasts if line is not None else (),
        found=line.found if line is not None else None,
        moved=line.moved if line is not None else "",
        at=line.at if line is not None else "",
    )


def words_of(step: WrittenStep) -> str:
    """Returns what an item says in words, with the name of its variable before it."""
    said = "; ".join(one if isinstance(one, str) else say(_open(one)) for one in step.said)
    return f"${step.variable}: {said}" if step.variable else said


def _open(facts: Facts) -> Facts:
    """Says exact data as data, and *no event* as words."""
    return {("data" if key == "exactly" else key.replace("_", " ")): value for key, value in facts.items()}


def _unwritten(lines: Iterable[Line], then: tuple[WrittenStep, ...]) -> Iterator[StepLine]:
    """Yields what came and is not written, behind what it came behind."""
    numbers = {place: one.number for one in then for place in one.places}
    behind, beside = -1, Counter[str]()
    for line in lines:
        if line.place is not None:
            behind = max(behind, numbers.get(line.place, -1))
        elif (found := line.found) is not None and (not line.sign.good or beside[_head(found)] < BESIDE):
            beside[_head(found)] += line.sign.good
            yield StepLine(
                part="then",
                number=behind + 1,
                words=line.happened,
                sign=line.sign,
                found=found,
                moved=line.moved,
                at=line.at,
            )


def _head(found: Facts) -> str:
    return next(iter(found))


# -- what came, as what is expected -------------------------------------------------------------------------


def words_of_left(lines: Iterable[StepLine]) -> str:
    """Says how many lines that are wrong were not taken, and why; empty where all were."""
    left = [one for one in lines if one.why_left and one.sign is not None and not one.sign.good]
    why = "; ".join(dict.fromkeys(f"{one.words}: {one.why_left}" for one in left))
    return f"{counted(len(left), 'line')} left as it was: {why}." if left else ""


def with_found(document: Document, name: str, lines: Iterable[StepLine]) -> Document:
    """Returns the document with what came in the place of what was expected; see `StepLine.can_take`."""
    taken = [one for one in lines if one.can_take]
    for line in sorted(taken, key=lambda one: one.number, reverse=True):
        if line.step is not None:
            document = _exchanged(document, name, line, line.step)
    for at, line in enumerate(one for one in taken if one.step is None):
        gone = sum(
            1 for one in taken if one.step is not None and one.found is None and one.number < line.number
        )
        number = min(line.number - gone + at, len(written_steps(document, name)["then"]))
        document = with_step(document, name, "then", number, write_item(_untimed(_plain(line.found or {}))))
    return document


def _exchanged(document: Document, name: str, line: StepLine, step: WrittenStep) -> Document:
    said = next(one for one in step.said if isinstance(one, Mapping))
    if line.found is None or any(str(key).startswith("no_") for key in said):
        return without_step(document, name, line.part, line.number)
    return exchanged_step(document, name, line.part, line.number, write_item(as_found(said, line.found)))


def as_found(said: Facts, found: Facts) -> dict[str, Any]:
    """Returns an expectation that says the same things, each as it came.

    Where nothing was said of the data, all of it is.
    """
    plain = _plain(found)
    made = {key: plain[key] for key in said if key in plain and key not in DATA}
    key = next((one for one in DATA if one in said), "")
    data = plain.get("data")
    if not isinstance(data, Mapping):
        return made
    if key == "data" and isinstance(said[key], Mapping):
        return {**made, "data": {name: data[name] for name in said[key] if name in data}}
    return {**made, key or "data": data}


def _untimed(found: Facts) -> Facts:
    """Leaves out when it came, and that nothing was waited for."""
    return {key: value for key, value in found.items() if key != "at" and (key, value) != ("after", "0s")}


def _plain(found: Facts) -> dict[str, Any]:
    """Returns what came as a file can say it: secrets are made up, what is not there is left out."""
    plain = {key: value for key, value in disguised(as_json(dict(found))).items() if value is not None}
    return {**plain, "answer": None} if "answer" in found and "answer" not in plain else plain
