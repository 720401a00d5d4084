"""What of a model its scenarios try: commands, the events that they lead to, and why they are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from workbench.model.counts import counted
from workbench.model.registry import Registry
from workbench.model.scenario import Facts, IssuedCommand, Scenario, ScenarioResult

_HOLE = re.compile("‹[^›]*›")
Run = tuple[Scenario, ScenarioResult | None]
"""A scenario, and what came of it as it is; None where it was not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """Something that a scenario can try.

    Attributes:
        command: The command that is issued for it.
        kind: ``command``, ``event`` or ``refusal``.
        name: Of the event or of the reason; of the command itself.
        words: What is tried: ``update_user is refused: same, when …: nothing would change``.
    """

    command: str
    kind: str
    name: str
    words: str
    tried: bool = False


def tries(registry: Registry, runs: Iterable[Run]) -> list[Try]:
    """Returns all that can be tried of the commands of a model, in its order, and whether it was."""
    issued: set[str] = set()
    events: set[str] = set()
    refusals: list[tuple[str, str]] = []
    for scenario, result in runs:
        issued |= {step.act.command for step in scenario.when if isinstance(step.act, IssuedCommand)}
        for facts in _seen(scenario, result):
            issued |= {str(facts["command"])} if "command" in facts else set()
            events |= {str(facts["event"])} if "event" in facts else set()
            if "rejected" in facts:
                refusals.append((str(facts["rejected"]), str(facts.get("message", ""))))
    return [
        replace(one, tried=True) if _was(one, issued, events, refusals) else one for one in _all(registry)
    ]


def _seen(scenario: Scenario, result: ScenarioResult | None) -> Iterator[Facts]:
    """Yields what is expected, and what came."""
    yield from (one.facts for one in scenario.then if one.wanted)
    for part in result.parts if result is not None else ():
        yield from (line.found for line in part.lines if line.found is not None)


def _all(registry: Registry) -> Iterator[Try]:
    for name in registry.commands:
        yield Try(command=name, kind="command", name=name, words=f"{name} is issued")
        for flow in registry.flows_of(f"command:{name}"):
            if flow.verb == "emits":
                yield Try(command=name, kind="event", name=flow.name, words=f"{name} leads to {flow.name}")
        for rule in registry.rules_of(f"command:{name}"):
            if rule.verb == "refuses":
                yield Try(
                    command=name,
                    kind="refusal",
                    name=rule.words,
                    words=f"{name} is refused: {rule.name}, {rule.words}",
                )


def _was(one: Try, issued: set[str], events: set[str], refusals: Iterable[tuple[str, str]]) -> bool:
    match one.kind:
        case "command":
            return one.name in issued
        case "event":
            return one.command in issued and one.name in events
        case _:
            return any(command == one.command and fits_reason(one.name, said) for command, said in refusals)


def fits_reason(rule: str, message: str) -> bool:
    """Whether a refusal's message is that of a rule.

    Args:
        rule: Its words: ``when CONDITION: MESSAGE``, what stands between ‹ and › may be anything.
    """
    begins = (found.end() for found in re.finditer(": ", rule))
    return bool(message) and any(_fits(rule[at:], message) for at in begins)


def _fits(template: str, message: str) -> bool:
    parts = map(re.escape, _HOLE.split(template))
    return re.fullmatch(".*".join(parts), message, re.DOTALL) is not None


def summary(found: Iterable[Try], kind: str, what: str) -> str:
    """Says how many of a kind are tried: ``2 of 3 refusals tried``; empty where there is none."""
    all_of = [one for one in found if one.kind == kind]
    tried = sum(one.tried for one in all_of)
    return f"{tried} of {counted(len(all_of), what)} tried" if all_of else ""
