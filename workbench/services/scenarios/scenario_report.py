"""Tells a result as text: what was expected beside what happened, the first difference marked."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.model.clock import MICROSECONDS, parse_rfc3339
from workbench.model.scenario import Contrast, Line, ResultPart, ScenarioResult, Sign
from workbench.project.durations import write_duration

MARKS = {Sign.SAME: "=", Sign.DIFFERENT: "≠", Sign.MISSING: "-", Sign.UNEXPECTED: "+", Sign.BESIDE: "·"}
FIRST = "▶"


def tell(result: ScenarioResult) -> str:
    """Returns what came of a scenario; begins with what is not as expected, if anything is."""
    return "\n".join(_told(result))


def _told(result: ScenarioResult) -> Iterator[str]:
    if result.trouble:
        yield f"it could not be run to the end: {result.trouble}"
    elif (first := result.first) is not None:
        yield f"{first.place or result.scenario.place}: {summary(first)}"
    for part in result.parts:
        yield part.title
        yield from _part(part, result)
    yield from (f"note: {note}" for note in result.notes)
    if result.seconds:
        yield f"time passed: {write_duration(result.seconds)}"


def summary(line: Line) -> str:
    """Says in one sentence what is not as expected."""
    if line.moved:
        return f"came {line.moved} than it is listed: {line.expected or line.happened}"
    match line.sign:
        case Sign.MISSING:
            return f"did not happen: {line.expected}"
        case Sign.UNEXPECTED if line.expected:
            return f"expected was {line.expected}, but there is {line.happened}"
        case Sign.UNEXPECTED:
            return f"was not expected: {line.happened}"
        case Sign.DIFFERENT if line.contrasts:
            return "; ".join(map(contrast, line.contrasts))
        case _:
            return f"expected was {line.expected}, but {line.happened}"


def came_after(result: ScenarioResult, at: str) -> str:
    """Returns how long after the scenario's beginning something came, ``+15m``.

    It is empty where no time passed in the scenario, and where it is not known.
    """
    if not result.seconds or not at:
        return ""
    return f"+{write_duration((parse_rfc3339(at) - result.began) / MICROSECONDS)}"


def contrast(one: Contrast) -> str:
    """Says what was expected of a fact beside what it is."""
    return f"{one.path}: expected {one.expected or 'nothing'}, happened {one.happened or 'nothing'}"


def _part(part: ResultPart, result: ScenarioResult) -> Iterator[str]:
    for line in part.lines:
        mark, came = FIRST if line.first else " ", came_after(result, line.at)
        came = f"  ({came})" if came else ""
        if line.sign is not Sign.DIFFERENT:
            yield f"{mark} {MARKS[line.sign]} {_text(line)}{came}"
            continue
        yield f"{mark} {MARKS[line.sign]} {line.expected}{came}"
        facts = line.contrasts or (Contrast(path="", expected="", happened=line.happened),)
        width = max(len(one.path) for one in facts)
        for one in facts:
            if one.path:
                expected, happened = one.expected or "nothing", one.happened or "nothing"
                yield f"      {one.path:<{width}}  expected {expected}  happened {happened}"
            else:
                yield f"      {one.happened}"


def _text(line: Line) -> str:
    if line.moved:
        return f"{line.expected or line.happened}  (came {line.moved} than it is listed)"
    match line.sign:
        case Sign.UNEXPECTED if line.expected:
            return f"{line.happened}  (expected was {line.expected})"
        case Sign.UNEXPECTED | Sign.BESIDE:
            return line.happened
        case _:
            return line.expected
