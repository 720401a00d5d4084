"""What of a model its scenarios try, and what of it ever happened in a store (W20)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from workbench.model.consumers import consumers_of
from workbench.model.counts import counted
from workbench.model.model_flow import ModelFlow
from workbench.model.registry import Registry
from workbench.model.scenario import Deed, IssuedCommand, Scenario, ScenarioResult
from workbench.project.scenarios import UnreadScenario
from workbench.services.scenarios.log_deeds import (
    ANYTHING,
    FAILING,
    ISSUES,
    ON_TOPIC,
    PUBLISHES,
    WITHDRAWS,
    fits_reason,
)

Run = tuple[Scenario, ScenarioResult | None]
"""A scenario, and what came of it as it is; None where it was not run."""
_REFUSED = re.compile(r"if (.+?) is refused\b")
_DOES = {ISSUES, PUBLISHES, WITHDRAWS}
OUTCOMES = ("event", "refusal")
"""What can come of a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """Something that can happen, and that a scenario can try.

    Attributes:
        doer: Id of the node that does it: ``command:NAME`` or ``subscription:NAME``.
        kind: ``command``, ``event`` or ``refusal`` of a command; ``reaction``, ``reading`` or ``failure``
            of a policy, process or subscription.
        name: Of the event or the reason, of what is issued, withdrawn or published, or of the topic; of the
            command itself.
        words: What is tried: ``update_user is refused: same, when …: nothing would change``.
        deeds: What happens where it does, one of these.
        cause: Type of the event that it follows from; empty where that may be any.
        scenarios: Titles of those that try it.
        unread: Scenarios that would, and do not load.
        happened: How often it did in the store; None where that was not looked at.
    """

    doer: str
    kind: str
    name: str
    words: str
    deeds: tuple[Deed, ...]
    cause: str = ""
    scenarios: tuple[str, ...] = ()
    unread: tuple[UnreadScenario, ...] = ()
    happened: int | None = None

    @property
    def tried(self) -> bool:
        """Whether a scenario tries it."""
        return bool(self.scenarios)

    @property
    def lacks(self) -> bool:
        """Whether no scenario tries it, nor would if it loaded."""
        return not (self.scenarios or self.unread)

    @property
    def by(self) -> str:
        """Name of the command, policy, process or subscription that does it."""
        return self.doer.partition(":")[2]

    @property
    def command(self) -> str:
        """The command whose outcome it is; empty for what others do."""
        return self.by if self.doer.startswith("command:") else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCoverage:
    """What a model can do, with who tries it.

    Attributes:
        unread: Events that no read model, policy, process or subscription reads.
        upto: Position up to which the store was looked at; None where it was not.
    """

    tries: tuple[Try, ...]
    unread: tuple[str, ...] = ()
    upto: int | None = None

    @property
    def tried(self) -> int:
        """How much of it scenarios try."""
        return sum(one.tried for one in self.tries)

    @property
    def gaps(self) -> int:
        """How much of it no scenario tries, nor would if it loaded."""
        return sum(one.lacks for one in self.tries)

    @property
    def percent(self) -> float:
        """The part of it that scenarios try; 100 where there is nothing to try."""
        return 100 * self.tried / len(self.tries) if self.tries else 100.0

    def of_commands(self) -> tuple[Try, ...]:
        """Returns the commands and what can come of them."""
        return tuple(one for one in self.tries if one.command)

    def of_reactions(self) -> tuple[Try, ...]:
        """Returns what policies, processes and subscriptions can do."""
        return tuple(one for one in self.tries if not one.command)

    def never(self) -> tuple[Try, ...]:
        """Returns what neither a scenario tries nor ever happened in the store."""
        return tuple(one for one in self.tries if one.lacks and not one.happened)


def coverage(
    registry: Registry,
    runs: Iterable[Run],
    happened: Mapping[Deed, int] | None = None,
    upto: int | None = None,
    unread: Iterable[UnreadScenario] = (),
) -> ModelCoverage:
    """Returns what a model can do, with the scenarios that try it and how often it happened.

    Args:
        happened: What a store holds, see `LogDeeds.times`; None where it was not looked at.
        upto: Position up to which that is.
        unread: Scenarios that do not load.
    """
    lonely = tuple(event for event, readers in consumers_of(registry).items() if not readers)
    return ModelCoverage(tries=tuple(_tried(registry, runs, happened, unread)), unread=lonely, upto=upto)


def _tried(
    registry: Registry,
    runs: Iterable[Run],
    happened: Mapping[Deed, int] | None,
    unread: Iterable[UnreadScenario],
) -> list[Try]:
    told = [*_of_commands(registry), *_of_reactors(registry), *_of_subscriptions(registry)]
    by: dict[Deed, list[str]] = {}
    for scenario, result in runs:
        done = result.deeds if result is not None and result.deeds else _written(scenario, told)
        for deed in done:
            by.setdefault(deed, []).append(scenario.title)
    wrong: dict[Deed, list[UnreadScenario]] = {}
    for one in unread:
        for deed in _written(one.about, told):
            wrong.setdefault(deed, []).append(one)
    came = [*_came(registry, {*by, *(happened or ())})]
    owners = list(dict.fromkeys(one.doer for one in told))
    return [
        replace(
            one,
            scenarios=tuple(dict.fromkeys(title for deed in one.deeds for title in by.get(deed, ()))),
            unread=tuple({each.title: each for deed in one.deeds for each in wrong.get(deed, ())}.values()),
            happened=None if happened is None else sum(happened.get(deed, 0) for deed in one.deeds),
        )
        for one in sorted([*told, *came], key=lambda one: owners.index(one.doer))
    ]


def _came(registry: Registry, seen: Collection[Deed]) -> Iterator[Try]:
    """Yields what came of commands of which code decides, and of which nothing is told."""
    for name in registry.commands:
        node = f"command:{name}"
        if not registry.flows_of(node):
            came = (event for event in registry.events if ("event", name, event) in seen)
            yield from (_leads_to(name, event) for event in came)
        if not registry.rules_of(node) and ("refused", name) in seen:
            deeds: tuple[Deed, ...] = (("refused", name),)
            yield Try(doer=node, kind="refusal", name="", words=f"{name} is refused", deeds=deeds)


def _written(scenario: Scenario, possible: Collection[Try]) -> frozenset[Deed]:
    """Returns what happens where all comes as a scenario says that was not run."""
    expected = [one.facts for one in scenario.then if one.wanted]
    commands = {step.act.command for step in scenario.when if isinstance(step.act, IssuedCommand)}
    events = {str(one["event"]) for one in expected if "event" in one}
    issued = {(str(one.get("by", "")), str(one["command"])) for one in expected if "command" in one}
    refused = [(str(one["rejected"]), str(one.get("message", ""))) for one in expected if "rejected" in one]
    found: set[Deed] = {("command", name) for name in commands}
    for one in possible:
        match one.kind:
            case "event" if one.command in commands and one.name in events:
                found.update(one.deeds)
            case "refusal" if any(one.command == of and fits_reason(one.name, said) for of, said in refused):
                found.update(one.deeds)
            case "reaction" if (one.by, one.name) in issued:
                found.update(one.deeds)
    return frozenset(found)


# -- what there is to try -----------------------------------------------------------------------------------


def _of_commands(registry: Registry) -> Iterator[Try]:
    for name in registry.commands:
        node = f"command:{name}"
        yield Try(doer=node, kind="command", name=name, words=f"{name} is issued", deeds=(("command", name),))
        emitted = (flow.name for flow in registry.flows_of(node) if flow.verb == "emits")
        for event in dict.fromkeys(emitted):
            yield _leads_to(name, event)
        for rule in registry.rules_of(node):
            if rule.verb == "refuses":
                words = f"{name} is refused: {rule.name}, {rule.words}"
                deeds = (("refusal", name, rule.words),)
                yield Try(doer=node, kind="refusal", name=rule.words, words=words, deeds=deeds)


def _leads_to(command: str, event: str) -> Try:
    words, deeds = f"{command} leads to {event}", (("event", command, event),)
    return Try(doer=f"command:{command}", kind="event", name=event, words=words, deeds=deeds)


def _of_reactors(registry: Registry) -> Iterator[Try]:
    for name, one in registry.reactors.items():
        flows = registry.flows_of(f"subscription:{name}")
        found = list(_reactions(name, flows))
        yield from found
        acting = {each.cause for each in found}
        for event in one.events if "" not in acting else ():
            if event not in acting:
                does = next(
                    (flow.words for flow in flows if (flow.verb, flow.name) == ("consumes", event)), ""
                )
                words = f"{name} reads {event}" + (f": {does}" if does else "")
                yield _reading(name, words, (("read", event),), cause=event)


def _of_subscriptions(registry: Registry) -> Iterator[Try]:
    for name, one in registry.subscriptions.items():
        events = registry.handled_by(one)
        flows = registry.flows_of(f"subscription:{name}")
        came = (*events, ON_TOPIC.format(one.topic))
        found = [*_reactions(name, flows, came), *_failures(registry, name, one.handler)]
        yield from found
        if not found:
            deeds = (("published", one.topic), *(("read", event) for event in events))
            yield _reading(name, f"{name} handles what comes on {one.topic}", deeds)


def _reading(name: str, words: str, deeds: tuple[Deed, ...], cause: str = "") -> Try:
    return Try(doer=f"subscription:{name}", kind="reading", name=cause, words=words, deeds=deeds, cause=cause)


def _failures(registry: Registry, name: str, handler: str) -> Iterator[Try]:
    for rule in registry.rules_of(f"handler:{handler}"):
        if rule.verb in FAILING:
            words = f"{name} {rule.verb}: {rule.name}, {rule.words}"
            deeds = (("failure", handler, rule.words),)
            yield Try(doer=f"subscription:{name}", kind="failure", name=rule.words, words=words, deeds=deeds)


def _reactions(name: str, flows: Iterable[ModelFlow], came: tuple[str, ...] = ()) -> Iterator[Try]:
    """Yields what one does, each once: ways that lead from one event to one thing cannot be told apart.

    Args:
        came: What a subscription gets, for what it publishes: a message does not say who published it.
    """
    ways: dict[tuple[str, str, str, str], list[ModelFlow]] = {}
    for flow in flows:
        if flow.verb in _DOES:
            refused = _REFUSED.match(flow.words)
            cause = refused[1] if refused else flow.cause or ANYTHING
            ways.setdefault((flow.verb, flow.name, cause, flow.cause), []).append(flow)
    for (verb, thing, cause, event), found in ways.items():
        said = " or ".join(dict.fromkeys(one.words for one in found if one.words))
        words = f"{name} {verb} {thing}" + (f" on {event}" if event else "") + (f": {said}" if said else "")
        causes: tuple[str, ...] = (cause,)
        who = name
        if verb == PUBLISHES:
            who, causes = "", came if cause == ANYTHING else causes
        yield Try(
            doer=f"subscription:{name}",
            kind="reaction",
            name=thing,
            words=words,
            deeds=tuple(("reaction", who, verb, thing, one) for one in causes),
            cause=event,
        )


def summary(found: Iterable[Try], kind: str, what: str) -> str:
    """Says how many of a kind are tried: ``2 of 3 refusals tried``; empty where there is none."""
    all_of = [one for one in found if one.kind == kind]
    tried = sum(one.tried for one in all_of)
    return f"{tried} of {counted(len(all_of), what)} tried" if all_of else ""
