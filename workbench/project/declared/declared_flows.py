"""Reads from the declared sections what follows from what, in the words of their author."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from workbench.model.expressions.template import in_words
from workbench.model.model_flow import ModelFlow
from workbench.project.declared.consequences import sections_of
from workbench.project.declared.due_times import at_once
from workbench.project.declared.projection_sections import ApplySection, ProjectionSection, QuerySection
from workbench.project.declared.section_reader import Sections
from workbench.project.declared.sections import (
    Acting,
    ActionSection,
    FailureSection,
    RefusalSection,
    StepSection,
)
from workbench.project.declared.source_locations import Path, stand_in_path
from workbench.project.durations import write_later

_VERBS = {"emit": "emits", "issue": "issues", "publish": "publishes"}
_FAILING = {"reject": "rejects", "fail": "fails"}


def flows_of(sections: Sections, start: Callable[[Path], int]) -> dict[str, tuple[ModelFlow, ...]]:
    """Returns what follows, by who does it: ``command:NAME``, ``subscription:NAME`` or ``handler:NAME``.

    Under ``projection:NAME`` stand the events that change more, fewer or other rows than their stream's.
    Why each refuses or fails, what it sets, and the names that it gives, stand under the same with ``rules:``
    before it; those of ``event:NAME`` and ``query:NAME``, too. Under ``flow:NAME`` stand the slices that a
    flow shows, in their order.

    Args:
        start: Says where in the file a path stands.
    """
    found = {f"command:{name}": list(_acts(one)) for name, one in sections.commands.items()}
    for name, policy in sections.policies.items():
        found[f"subscription:{name}"] = [one for event in policy.on for one in _acts(policy, event)]
    for name, process in sections.processes.items():
        found[f"subscription:{name}"] = [
            one for event, step in process.on.items() for one in _step(event, step, process.key)
        ]
    for name, handler in (*sections.handlers.items(), *sections.stand_ins.items()):
        causes = handler.event or [""]
        found[f"handler:{name}"] = [one for event in causes for one in _acts(handler, event)]
    for name, projection in sections.projections.items():
        deeds = ((event, _deed(one)) for event, one in projection.on.items())
        found[f"projection:{name}"] = [
            ModelFlow(verb="projects", name=event, words=words) for event, words in deeds if words
        ]
    for name, command in sections.commands.items():
        for actor in command.by:
            found.setdefault(f"external:{actor}", []).append(ModelFlow(verb="issues", name=name))
    for name, flow in sections.flows.items():
        found[f"flow:{name}"] = [ModelFlow(verb="shows", name=step) for step in flow.steps]
    found |= {f"rules:{name}": list(rules) for name, rules in _rules(sections, start)}
    return {name: tuple(dict.fromkeys(flows)) for name, flows in found.items()}


def _rules(sections: Sections, start: Callable[[Path], int]) -> Iterator[tuple[str, Iterable[ModelFlow]]]:
    for name, event in sections.events.items():
        sets = (ModelFlow(verb="sets", name=field, words=_text(value)) for field, value in event.set.items())
        yield f"event:{name}", chain(_named(event.let), sets)
    for name, one in sections.commands.items():
        refusing = (_reason("refuses", reason, guard) for reason, guard in one.refuse.items())
        yield f"command:{name}", chain(_named(one.let), refusing)
    for name, policy in sections.policies.items():
        yield f"subscription:{name}", _named(policy.let)
    for name, process in sections.processes.items():
        steps = (one for event, step in process.on.items() for one in _changes(event, step))
        keeps = (ModelFlow(verb="keeps", name=field, words=one.type) for field, one in process.state.items())
        yield f"subscription:{name}", chain(keeps, _named_on(process.on), steps)
    for name, projection in sections.projections.items():
        yield (
            f"projection:{name}",
            chain(_looked_up(projection), _named_on(projection.on), _deeds(projection)),
        )
    for name, query in sections.queries.items():
        yield f"query:{name}", (_answered(query),)
    for name, handler in (*sections.handlers.items(), *sections.stand_ins.items()):
        path = ("handler", *name.split(".")) if name in sections.handlers else stand_in_path(name)
        failing = (
            _reason(_FAILING[place[-2]], place[-1], one) for place, one in handler.failures(path, start)
        )
        looks = (
            ModelFlow(verb="looks up", name=row, words=f"{look.projection} by {look.key}")
            for row, look in handler.rows.items()
        )
        yield f"handler:{name}", chain(looks, _named(handler.let), failing)


def _changes(event: str, step: StepSection) -> Iterator[ModelFlow]:
    """Yields what a step sets."""
    for field, value in step.set.items():
        yield ModelFlow(verb="sets", name=field, cause=event, words=_text(value))


def _given(one: ActionSection) -> str:
    """Says which fields what follows gets of an expression, and that its refusal is ignored."""
    ignored = one.refused is not None and not any(sections_of((), one.refused))
    return ", ".join(
        filter(None, (f"with {_values(one)}" if one.given else "", "its refusal is ignored" * ignored))
    )


def _answered(query: QuerySection) -> ModelFlow:
    """Says which rows a query gives, and in which order."""
    if query.get:
        return ModelFlow(verb="gets", name=query.get, words=f"by {', '.join(query.fields)}")
    column = query.order.removeprefix("-")
    parts = (
        f"where {query.where}" if query.where else f"by {', '.join(query.fields)}" if query.fields else "",
        f"ordered by {column}{' descending' * (column != query.order)}" if column else "",
    )
    return ModelFlow(verb="lists", name=query.list, words=", ".join(filter(None, parts)))


def _values(one: ActionSection) -> str:
    return ", ".join(f"{field} = {_text(value)}" for field, value in one.given.items())


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _reason(verb: str, name: str, one: RefusalSection | FailureSection) -> ModelFlow:
    return ModelFlow(verb=verb, name=name, words=f"when {one.when}: {in_words(one.message)}")


def _named_on(on: Mapping[str, StepSection] | Mapping[str, ApplySection]) -> Iterator[ModelFlow]:
    return (one for event, part in on.items() for one in _named(part.let, event))


def _looked_up(projection: ProjectionSection) -> Iterator[ModelFlow]:
    for event, deed in projection.on.items():
        for name, row in deed.rows.items():
            yield ModelFlow(verb="looks up", name=name, cause=event, words=row.key)


def _deeds(projection: ProjectionSection) -> Iterator[ModelFlow]:
    """Yields what each event does to rows; under which conditions is said where it flows."""
    key = next(iter(projection.columns))
    for event, one in projection.on.items():
        for verb, given in (("puts a row with", one.put), ("sets", one.set), ("adds to", one.add)):
            if given:
                values = (
                    f"{name} = {_text(value)}" for name, value in given.items() if _differs(name, value)
                )
                yield ModelFlow(verb=verb, name=", ".join(given), cause=event, words=", ".join(values))
        if one.count:
            yield ModelFlow(verb="counts", name=", ".join(one.count), cause=event)
        if one.remove:
            yield ModelFlow(
                verb="removes", name="rows" if one.where else f"the row of its {key}", cause=event
            )


def _differs(name: str, value: object) -> bool:
    """Whether a column gets something else than the event's field of its name."""
    return value != f"event.{name}"


def _named(lets: Mapping[str, str], cause: str = "") -> Iterator[ModelFlow]:
    return (ModelFlow(verb="names", name=name, cause=cause, words=text) for name, text in lets.items())


def _step(event: str, step: StepSection, key: str) -> Iterator[ModelFlow]:
    does = "starts" if step.starts else "ends" if step.ends else "joins"
    does += " and ends" if step.starts and step.ends else ""
    yield ModelFlow(verb="consumes", name=event, words=f"{does} by {step.key or key}")
    yield from _acts(step, event)


def _acts(acting: Acting, cause: str = "") -> Iterator[ModelFlow]:
    for _, one in sections_of((), acting):
        condition = _condition(one)
        words = ", ".join(part for part in (_time(one), condition) if part)
        for key, verb in _VERBS.items():
            if name := getattr(one, key):
                yield ModelFlow(verb=verb, name=name, cause=cause, words=words, given=_given(one))
        having = f"where {_values(one)}" if one.given and not one.issue else ""
        for name in one.withdraw:
            words = ", ".join(part for part in (having, condition) if part)
            yield ModelFlow(verb="withdraws", name=name, cause=cause, words=words)
        if one.refused is not None:
            for answer in _acts(one.refused, cause):
                said = ", ".join(part for part in (f"if {one.issue} is refused", answer.words) if part)
                yield replace(answer, words=said)


def _deed(one: ApplySection) -> str:
    parts = ["removes" if one.remove else "", f"by {one.key}" if one.key else ""]
    parts += [f"where {one.where}" if one.where else "", *_repeated(one.each)]
    return ", ".join(part for part in (*parts, f"when {one.when}" if one.when else "") if part)


def _time(one: ActionSection) -> str:
    if at_once(one):
        return ""
    return f"after {write_later(one.after)}" if one.after else f"at {one.at}" if one.at else ""


def _condition(one: ActionSection) -> str:
    parts = _repeated(one.each)
    parts += [f"when {one.when}" if one.when else "", "otherwise" if one.otherwise else ""]
    return ", ".join(part for part in parts if part)


def _repeated(each: Mapping[str, str]) -> list[str]:
    return [f"for each {line} of {texts}" for line, texts in each.items()]
