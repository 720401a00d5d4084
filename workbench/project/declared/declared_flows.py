"""Reads from the declared sections what follows from what, in the words of their author."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from workbench.model.model_flow import ModelFlow
from workbench.project.declared.consequences import sections_of
from workbench.project.declared.section_reader import Sections
from workbench.project.declared.sections import Acting, ActionSection, CommandSection, StepSection
from workbench.project.durations import write_later

_VERBS = {"emit": "emits", "issue": "issues", "publish": "publishes"}


def flows_of(sections: Sections) -> dict[str, tuple[ModelFlow, ...]]:
    """Returns what follows, by who does it: ``command:NAME``, ``subscription:NAME`` or ``handler:NAME``.

    What each refuses, and the names that it gives, stand under the same with ``rules:`` before it.
    """
    found = {f"command:{name}": list(_acts(one)) for name, one in sections.commands.items()}
    for name, policy in sections.policies.items():
        found[f"subscription:{name}"] = [one for event in policy.on for one in _acts(policy, event)]
    for name, process in sections.processes.items():
        found[f"subscription:{name}"] = [
            one for event, step in process.on.items() for one in _step(event, step, process.key)
        ]
    found |= {f"handler:{name}": list(_acts(one, one.event)) for name, one in sections.handlers.items()}
    found |= {f"rules:command:{name}": list(_rules(one)) for name, one in sections.commands.items()}
    found |= {f"rules:subscription:{name}": list(_named(one)) for name, one in sections.policies.items()}
    for name, process in sections.processes.items():
        found[f"rules:subscription:{name}"] = [
            one for event, step in process.on.items() for one in _named(step, event)
        ]
    return {name: tuple(dict.fromkeys(flows)) for name, flows in found.items()}


def _rules(command: CommandSection) -> Iterator[ModelFlow]:
    yield from _named(command)
    for reason, one in command.refuse.items():
        yield ModelFlow(verb="refuses", name=reason, words=f"when {one.when}: {one.message}")


def _named(acting: Acting, cause: str = "") -> Iterator[ModelFlow]:
    for name, text in acting.let.items():
        yield ModelFlow(verb="names", name=name, cause=cause, words=text)


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
                yield ModelFlow(verb=verb, name=name, cause=cause, words=words)
        for name in one.withdraw:
            yield ModelFlow(verb="withdraws", name=name, cause=cause, words=condition)
        if one.refused is not None:
            for answer in _acts(one.refused, cause):
                said = ", ".join(part for part in (f"if {one.issue} is refused", answer.words) if part)
                yield replace(answer, words=said)


def _time(one: ActionSection) -> str:
    return f"after {write_later(one.after)}" if one.after else f"at {one.at}" if one.at else ""


def _condition(one: ActionSection) -> str:
    parts = [f"for each {line} of {texts}" for line, texts in one.each.items()]
    parts += [f"when {one.when}" if one.when else "", "otherwise" if one.otherwise else ""]
    return ", ".join(part for part in parts if part)
