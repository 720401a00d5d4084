"""Judges a scenario: what was expected beside what happened, and whether it passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import msgspec

from workbench.model.alignment import Cost, fits, in_any_order, in_order, mismatches, unlikeness
from workbench.model.json_differences import MISSING
from workbench.model.scenario import (
    Contrast,
    Expected,
    FactKind,
    Facts,
    Happened,
    Line,
    Occurrence,
    ResultPart,
    Scenario,
    ScenarioResult,
    ScenarioVerdict,
    Sign,
)
from workbench.model.secrets import MASK, is_secret, masked

Pairs = Iterable[tuple[int | None, int | None]]


def judge(scenario: Scenario, happened: Happened) -> ScenarioResult:
    """Returns the result of a run.

    - Events come in the order of their list. What a command of the scenario made itself must be listed
      completely, what followed from it may be left out, unless there are to be no other events. Where no
      event is listed, none must be.
    - A command that is not accepted must be listed as rejected, failed or a conflict, and a dead letter must
      be listed: nothing goes wrong unnoticed. Where it does nothing but guard the invariants in an order that
      it names, both are told beside it (W24).
    - Messages and commands of policies may come in any order, and others beside them.
    - Every invariant of the project holds, listed or not (Y4).
    """
    parts = [part for part in _parts(scenario, happened) if part.lines]
    parts = _first_marked(parts)
    good = all(line.sign.good for part in parts for line in part.lines)
    return ScenarioResult(
        scenario=scenario,
        verdict=ScenarioVerdict.BROKEN
        if happened.unfinished
        else ScenarioVerdict.PASSED
        if good
        else ScenarioVerdict.FAILED,
        parts=tuple(parts),
        notes=tuple(_notes(scenario, happened)),
        offers=tuple(_offers(scenario, happened)),
        deeds=happened.deeds,
        trouble=happened.unfinished,
        began=happened.began,
        seconds=happened.seconds,
    )


def _parts(scenario: Scenario, happened: Happened) -> Iterator[ResultPart]:
    def listed(*kinds: FactKind) -> list[Expected]:
        return [one for one in scenario.then if one.wanted and one.kind in kinds]

    def lines_of(kind: FactKind, found: Sequence[Facts]) -> tuple[Line, ...]:
        refused = [one for one in scenario.then if not one.wanted and one.kind is kind]
        expected = listed(kind)
        wrong = kind is FactKind.DEAD_LETTER
        lines = _unordered(expected, found, strict=wrong and not scenario.only_guards)
        return (*(lines if expected or wrong else ()), *_absent(refused, found))

    refusals = happened.refusals
    answered = listed(FactKind.REJECTED, FactKind.CONFLICT, FactKind.FAILED)
    answers = _ordered(answered, refusals, [not scenario.only_guards] * len(refusals))
    yield ResultPart(title="Answers", lines=answers)
    yield ResultPart(title="Events", lines=_events(scenario, happened, listed(FactKind.EVENT)))
    yield ResultPart(title="Commands that followed", lines=lines_of(FactKind.COMMAND, happened.commands))
    yield ResultPart(title="Messages", lines=lines_of(FactKind.MESSAGE, happened.messages))
    yield ResultPart(title="Dead letters", lines=lines_of(FactKind.DEAD_LETTER, happened.letters))
    asked = [one for one in scenario.then if one.kind in {FactKind.ROW, FactKind.ROWS}]
    yield ResultPart(title="Rows", lines=tuple(_row(one, happened) for one in asked))
    queries = zip(listed(FactKind.QUERY), happened.answers, strict=True)
    yield ResultPart(title="Queries", lines=tuple(_line(one, facts) for one, facts in queries))
    yield ResultPart(title="Invariants", lines=tuple(map(_broken, happened.broken)))


def _events(scenario: Scenario, happened: Happened, expected: Sequence[Expected]) -> tuple[Line, ...]:
    found = [one.facts for one in happened.events]
    refused = [one for one in scenario.then if not one.wanted and one.kind is FactKind.EVENT]
    listed = bool(expected)
    required = [(listed and one.direct) or scenario.no_other_events for one in happened.events]
    lines = _ordered(expected, found, required)
    if scenario.no_other_events and not any(line.sign is Sign.UNEXPECTED for line in lines):
        lines = (*lines, Line(sign=Sign.SAME, expected="no other events", place=scenario.place))
    return (*lines, *_absent(refused, found))


def _offers(scenario: Scenario, happened: Happened) -> Iterator[Line]:
    told = {one.kind for one in scenario.then}
    commands = happened.commands if FactKind.COMMAND not in told else ()
    yield from map(_came, (*commands, *happened.beside))


# -- lists ----------------------------------------------------------------------------------------------


def _ordered(
    expected: Sequence[Expected], happened: Sequence[Facts], required: Sequence[bool]
) -> tuple[Line, ...]:
    cost = _cost(expected, happened)
    pairs = in_order(len(expected), required, cost)
    lines = tuple(_lines(pairs, expected, happened, required))
    moved = dict(_moved(pairs, cost))
    return tuple(replace(line, moved=moved.get(number, "")) for number, line in enumerate(lines))


def _moved(pairs: Sequence[tuple[int | None, int | None]], cost: Cost) -> Iterator[tuple[int, str]]:
    """Yields which lines say the two halves of one thing that came in another order than is listed."""
    lonely = [(at, j) for at, (i, j) in enumerate(pairs) if i is None and j is not None]
    for number, (i, j) in enumerate(pairs):
        if i is None or j is not None:
            continue
        found = next(((at, other) for at, other in lonely if not cost(i, other)), None)
        if found is not None:
            lonely.remove(found)
            when = "earlier" if found[0] < number else "later"
            yield from ((number, when), (found[0], when))


def _unordered(expected: Sequence[Expected], happened: Sequence[Facts], *, strict: bool) -> tuple[Line, ...]:
    pairs = in_any_order(len(expected), len(happened), _cost(expected, happened))
    return tuple(_lines(pairs, expected, happened, [strict] * len(happened)))


def unlisted_letters(scenario: Scenario, letters: Sequence[Facts]) -> list[int]:
    """Returns which of the dead letters that came a scenario does not list as they are, by their place."""
    listed = [one for one in scenario.then if one.wanted and one.kind is FactKind.DEAD_LETTER]
    pairs = in_any_order(len(listed), len(letters), _cost(listed, letters))
    return sorted(j for i, j in pairs if j is not None and (i is None or not _fits(listed[i], letters[j])))


def _absent(refused: Sequence[Expected], happened: Sequence[Facts]) -> tuple[Line, ...]:
    lines = []
    for one in refused:
        said = f"no {say(one.facts)}"
        found = [facts for facts in happened if _fits(one, facts)]
        lines += [
            Line(
                sign=Sign.UNEXPECTED,
                expected=said,
                happened=_words(facts),
                place=one.place,
                at=str(facts.get("at", "")),
            )
            for facts in found
        ]
        if not found:
            lines.append(Line(sign=Sign.SAME, expected=said, place=one.place))
    return tuple(lines)


def _cost(expected: Sequence[Expected], happened: Sequence[Facts]) -> Cost:
    @cache
    def cost(i: int, j: int) -> float:
        one, facts = expected[i], happened[j]
        name = next(iter(one.facts))
        named = fits(one.facts[name], facts.get(name, MISSING))
        return unlikeness(one.facts, sum(1 for _ in _contrasts(one, facts)), named=named)

    return cost


def _fits(one: Expected, facts: Facts) -> bool:
    return next(_contrasts(one, facts), None) is None


def _contrasts(one: Expected, facts: Facts) -> Iterator[Contrast]:
    """Yields what differs; where the data is said completely, so must it be, and nothing else need be."""
    for key, value in one.facts.items():
        other = facts.get(key, MISSING)
        for found in mismatches(value, other, exact=one.exact and key == "data", path=key):
            secret = any(is_secret(part) for part in found.path.split("."))
            yield Contrast(
                path=found.path,
                expected=_value(found.expected, secret=secret),
                happened=_value(found.happened, secret=secret),
            )


def _lines(
    pairs: Pairs, expected: Sequence[Expected], happened: Sequence[Facts], required: Sequence[bool]
) -> Iterator[Line]:
    for i, j in pairs:
        if i is None and j is not None:
            sign = Sign.UNEXPECTED if required[j] else Sign.BESIDE
            yield replace(_came(happened[j]), sign=sign)
        elif i is not None:
            yield _line(expected[i], None if j is None else happened[j])


def _came(facts: Facts) -> Line:
    return Line(sign=Sign.BESIDE, happened=_words(facts), found=facts, at=str(facts.get("at", "")))


def _broken(facts: Facts) -> Line:
    """Says which invariant does not hold."""
    return Line(sign=Sign.UNEXPECTED, happened=str(facts["words"]), found=facts, at=str(facts.get("at", "")))


def _words(facts: Facts) -> str:
    """Says what came; its time is told beside it."""
    return say({key: value for key, value in facts.items() if key != "at"})


def _line(one: Expected, facts: Facts | None) -> Line:
    if facts is None:
        return Line(sign=Sign.MISSING, expected=say(one.facts), place=one.place)
    contrasts = tuple(_contrasts(one, facts))
    return Line(
        sign=Sign.DIFFERENT if contrasts else Sign.SAME,
        expected=say(one.facts),
        happened=_words(facts),
        contrasts=contrasts,
        place=one.place,
        found=facts,
        at=str(facts.get("at", "")),
    )


# -- rows -----------------------------------------------------------------------------------------------


def _row(one: Expected, happened: Happened) -> Line:
    projection = one.facts["projection"]
    rows = happened.rows.get(projection, {})
    if fault := happened.faults.get(projection):
        said = f"{projection} has stopped: {fault}"
        return Line(sign=Sign.DIFFERENT, expected=say(one.facts), happened=said, place=one.place)
    if one.kind is FactKind.ROWS:
        wanted = one.facts.get("data", {})
        found = sum(1 for row in rows.values() if fits(wanted, row, exact=one.exact))
        return _line(one, {**one.facts, "rows": found})
    row = rows.get(one.facts["row"])
    facts = None if row is None else {"row": one.facts["row"], "projection": projection, "data": row}
    if one.wanted:
        return _line(one, facts)
    there = facts is not None and _fits(one, facts)
    return Line(
        sign=Sign.UNEXPECTED if there else Sign.SAME,
        expected=f"no {say(one.facts)}",
        happened=say(facts) if facts is not None else "",
        place=one.place,
    )


# -- words ----------------------------------------------------------------------------------------------

_LONGEST = 400


def say(facts: Facts) -> str:
    """Says a thing in one line, secrets masked: ``event user.created · stream user-ada · n 1``."""
    words = []
    for key, value in masked(dict(facts)).items():
        if key == "data" and isinstance(value, Mapping):
            words += [f"{name} {_value(item)}" for name, item in value.items()]
        elif value is not None:
            words.append(f"{key.replace('_', ' ')} {value if isinstance(value, str) else _value(value)}")
    text = " · ".join(words)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _value(value: Any, *, secret: bool = False) -> str:
    if value is MISSING:
        return ""
    return MASK if secret else msgspec.json.encode(masked(value)).decode()


def _first_marked(parts: list[ResultPart]) -> list[ResultPart]:
    marked = []
    done = False
    for part in parts:
        lines = []
        for line in part.lines:
            first = not done and not line.sign.good
            done = done or first
            lines.append(replace(line, first=True) if first else line)
        marked.append(ResultPart(title=part.title, lines=tuple(lines)))
    return marked


def _notes(scenario: Scenario, happened: Happened) -> Iterator[str]:
    asked = {one.facts.get("projection") for one in scenario.then}
    for projection, fault in happened.faults.items():
        if projection not in asked:
            yield f"the projection {projection} could not fold an event: {fault}"
    yield from happened.undone
    yield from _expected_again(scenario, happened)
    if scenario.asserts_nothing:
        yield "it asserts nothing: say in `then` what must follow"
    elif scenario.only_guards:
        yield f"it guards the invariants only: {', '.join(scenario.guarded)}"


def _expected_again(scenario: Scenario, happened: Happened) -> Iterator[str]:
    """Says which events of ``when`` are expected though nothing makes them again."""
    came = {(one.facts["event"], one.facts["stream"]) for one in happened.events}
    done = {(one.act.type, one.act.stream) for one in scenario.when if isinstance(one.act, Occurrence)}
    for event, stream in sorted(done - came):
        if any(one.wanted and one.facts.get("event") == event for one in scenario.then):
            yield f"{event} of {stream} happened in when: then lists only what follows from it"
