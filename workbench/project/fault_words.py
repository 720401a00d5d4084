"""Faults in words: ``fail:mailer:2`` as a person writes them, and sentences (W10)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from workbench.errors import InvalidValue
from workbench.model.clock import LONGEST
from workbench.model.fault import KINDS, SPANS, FaultKind, FaultPlace, FaultRule
from workbench.model.hints import did_you_mean
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.model.registry import Registry
from workbench.project.durations import read_duration, write_duration

FORM = "KIND:NAME[:WHICH][:TIME]"
"""How a fault is written: ``fail:mailer``, ``duplicate:audit-trail:20%/7``, ``delay:suspensions:1:30s``."""
_CALL = re.compile(r"[1-9][0-9]{0,8}")
_CHANCE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)%(?:/([0-9]{1,9}))?")


def read_fault(text: str, registry: Registry) -> FaultRule:
    """Reads a fault.

    Args:
        registry: What the model has, so that the name says where it strikes. A name that is that of a
            subscription and of a handler means the subscription.

    Raises:
        InvalidValue: It is written otherwise, or nothing has that name, or several things have it.
    """
    written, *rest = (part.strip() for part in text.split(":"))
    if written not in {*FaultKind}:
        hint = did_you_mean(written, [*FaultKind], f"it is one of: {', '.join(FaultKind)}")
        raise InvalidValue(f"{written or 'nothing'} is no fault", path="", hint=hint)
    kind = FaultKind(written)
    if any(re.fullmatch("0+", one) for one in rest[1:]):
        hint = f"calls are counted from 1: {kind}:{rest[0]}:1 strikes the first one"
        raise InvalidValue("0 is no call", path="", hint=hint)
    seconds = _span(kind, rest)
    call, chance, seed = _which(rest)
    place, name = _place(kind, ":".join(rest), registry)
    return FaultRule(kind=kind, place=place, name=name, call=call, chance=chance, seed=seed, seconds=seconds)


def _span(kind: FaultKind, rest: list[str]) -> float:
    if kind not in SPANS:
        return 0.0
    try:
        seconds = read_duration(rest[-1]) if len(rest) > 1 else 0.0
    except ValueError:
        return SPANS[kind]
    if not seconds:
        return SPANS[kind]
    if seconds > LONGEST:
        raise InvalidValue(f"{rest[-1]} is too long", path="", hint="a fault takes a year at most: 8784h")
    rest.pop()
    return seconds


def _which(rest: list[str]) -> tuple[int, float, int]:
    """Takes off which calls are struck: the number of one, else the chance and the seed of any."""
    said = rest[-1] if len(rest) > 1 else ""
    if _CALL.fullmatch(said):
        return int(rest.pop()), 0.0, 1
    if (found := _CHANCE.fullmatch(said)) is None:
        return 1, 0.0, 1
    rest.pop()
    chance = float(found[1]) / 100
    if not 0 < chance <= 1:
        raise InvalidValue(f"{said} is no chance", path="", hint="write 20%, or 20%/7 with a seed")
    return 0, chance, int(found[2] or 1)


def places(registry: Registry) -> dict[FaultPlace, list[str]]:
    """Returns what faults can be armed on."""
    return {
        FaultPlace.SUBSCRIPTION: [*registry.subscriptions, *registry.reactors, COMMANDS_TOPIC],
        FaultPlace.PROJECTION: [name for name, one in registry.projections.items() if not one.by_handlers],
        FaultPlace.COMMAND: [*registry.commands],
        FaultPlace.HANDLER: [*registry.handlers],
    }


def _place(kind: FaultKind, name: str, registry: Registry) -> tuple[FaultPlace, str]:
    known = {place: names for place, names in places(registry).items() if kind in KINDS[place]}
    before, _, behind = name.partition(" ")
    if behind and before in known:
        known, name = {FaultPlace(before): known[FaultPlace(before)]}, behind.strip()
    found = [place for place, names in known.items() if name in names]
    if FaultPlace.SUBSCRIPTION in found:
        found = [place for place in found if place is not FaultPlace.HANDLER]
    if len(found) > 1:
        raise InvalidValue(
            f"{name} is a {' and a '.join(found)}", path="", hint=f"say which: {kind}:{found[0]} {name}"
        )
    if not found:
        listed = sorted({one for names in known.values() for one in names})
        hint = did_you_mean(
            name, listed, f"{kind} strikes one of: {', '.join(listed[:12]) or 'nothing here'}"
        )
        raise InvalidValue(f"{kind} cannot strike {name or 'nothing'}", path="", hint=hint)
    return found[0], name


def write_fault(rule: FaultRule, registry: Registry) -> str:
    """Writes a fault such that it reads back."""
    facts = fault_facts(rule, registry)
    which = facts["chance"] or str(rule.call)
    return ":".join(filter(None, (rule.kind, facts["fault"], which, facts["time"])))


def fault_facts(rule: FaultRule, registry: Registry) -> dict[str, Any]:
    """Returns what a scenario says of a fault; None where it need not."""
    try:
        alone = _place(rule.kind, rule.name, registry)[0] is rule.place
    except InvalidValue:  # the model has nothing of that name, or several things
        alone = False
    return {
        "fault": rule.name if alone else f"{rule.place} {rule.name}",
        "kind": str(rule.kind),
        "call": rule.call if rule.call > 1 else None,
        "chance": None if rule.call else f"{rule.chance * 100:g}%/{rule.seed}",
        "time": write_duration(rule.seconds) if rule.kind in SPANS else None,
    }


def fault_sentence(rule: FaultRule) -> str:
    """Says what a fault does: ``fails the 2nd call``."""
    nth = f"the {rule.call:,}{_ending(rule.call)} " if rule.call else f"{rule.chance * 100:g} % of "
    one, span = bool(rule.call), write_duration(rule.seconds)
    calls, messages = nth + ("call" if one else "calls"), nth + ("message" if one else "messages")
    match rule.kind:
        case FaultKind.FAIL:
            said = f"fails {calls}"
        case FaultKind.TIMEOUT:
            said = f"has {calls} hang until the time is over"
        case FaultKind.DUPLICATE:
            said = f"delivers {messages} twice"
        case FaultKind.DELAY:
            said = f"holds {messages} for {span}"
        case FaultKind.REORDER:
            said = f"holds {messages} for up to {span}, others overtake"
        case FaultKind.CRASH:
            said = f"ends the engine before {nth}{'ack' if one else 'acks'}"
        case FaultKind.CONFLICT:
            said = f"makes a conflict at {calls}"
        case FaultKind.CLOCK:
            said = f"has the clock jump {span} ahead at {calls}"
    return said if one else f"{said} (seed {rule.seed})"


def sentences_on(rules: Iterable[FaultRule], registry: Registry) -> dict[str, list[str]]:
    """Returns what faults do, by what they strike: ``subscription:mailer``, ``projection:users``."""
    found: dict[str, list[str]] = {}
    for rule in rules:
        struck = [f"{rule.place}:{rule.name}"]
        if rule.place is FaultPlace.HANDLER:
            named = registry.subscriptions.values()
            struck += [f"{FaultPlace.SUBSCRIPTION}:{one.name}" for one in named if one.handler == rule.name]
        for place in struck:
            found.setdefault(place, []).append(fault_sentence(rule))
    return found


def _ending(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
