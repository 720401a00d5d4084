"""Writes a scenario as text that reads back as the same scenario."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from workbench.model.fault import FaultRule
from workbench.model.file_names import is_reserved
from workbench.model.json_values import write_json
from workbench.model.registry import Registry
from workbench.model.scenario import (
    Expected,
    Facts,
    IssuedCommand,
    Occurrence,
    OneDelivery,
    Replay,
    Scenario,
    ScenarioStep,
    moment,
)
from workbench.project.durations import write_later
from workbench.project.fault_words import fault_facts
from workbench.project.scenarios.file_nodes import Book
from workbench.project.scenarios.scenario_items import DATA
from workbench.project.scenarios.scenario_reader import NO_OTHER_EVENTS
from workbench.tusk import TskError, parse, write_value

INDENT = "    "
LONGEST_NAME = 60


def write_scenario(scenario: Scenario, registry: Registry) -> str:
    """Returns the scenario's text; data that TuskLang cannot hold is written as a text of JSON.

    Args:
        registry: Knows the present versions of events, which need not be written.
    """
    lines = [f"{write_value(scenario.name)} {{"]
    if scenario.now is not None:
        lines.append(f"{INDENT}now: {write_value(moment(scenario.now))}")
    lines += _part("given", [_occurrence(one, registry) for one in scenario.given])
    lines += _part("when", [_step(one, registry) for one in scenario.when])
    then = [_expected(one) for one in scenario.then]
    then += [write_value(NO_OTHER_EVENTS)] if scenario.no_other_events else []
    lines += _part("then", then) or [f"{INDENT}then: []"]
    return "\n".join([*lines, "}", ""])


def write_item(facts: Facts | str) -> str:
    """Returns an item of a scenario's part as it is written, such as ``{ event: "user.created", … }``."""
    if isinstance(facts, str):
        return write_value(facts)
    key = next((one for one in DATA if one in facts), "")
    data = facts.get(key)
    return _item({name: value for name, value in facts.items() if name != key}, key, data)


def write_event(one: Occurrence, registry: Registry) -> str:
    """Returns an event as an item of ``given``."""
    return _occurrence(one, registry)


def file_name(name: str, taken: Iterable[str] = ()) -> str:
    """Returns the name of a new file for a scenario: its words, and a number if the name is taken."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower())[:LONGEST_NAME].strip("-") or "scenario"
    words = f"scenario-{words}" if is_reserved(words) else words
    used = {one.lower() for one in taken}
    number, found = 2, f"{words}.tsk"
    while found in used:
        number, found = number + 1, f"{words}-{number}.tsk"
    return found


def _part(key: str, items: list[str]) -> list[str]:
    if not items:
        return []
    if len(items) == 1:
        return [f"{INDENT}{key}: {items[0]}"]
    return [f"{INDENT}{key}: [", *(f"{INDENT * 2}{item}" for item in items), f"{INDENT}]"]


def _occurrence(one: Occurrence, registry: Registry, **when: str | None) -> str:
    known = registry.events.get(one.type)
    facts = {
        "event": one.type,
        "stream": one.stream,
        "version": one.version if known is None or one.version != known.version else None,
        **({"at": None if one.at is None else moment(one.at)} | when),
    }
    return _item(facts, "data", one.data)


def _step(step: ScenarioStep, registry: Registry) -> str:
    when: dict[str, str | None]
    if step.at is not None:
        when = {"at": moment(step.at)}
    else:
        when = {"after": write_later(step.after) if step.after or step.act is None else None}
    match step.act:
        case IssuedCommand() as order:
            facts = {"command": order.command, "expected": order.expected, **when}
            return _item(facts, "data", order.data)
        case Occurrence() as one:
            return _occurrence(one, registry, **when)
        case OneDelivery() as one:
            flags = {"crash": one.crash or None, "again": one.again or None}
            return _item({"deliver": one.to, "of": one.message or None, **flags, "fails": one.fails, **when})
        case FaultRule() as rule:
            return _item({**fault_facts(rule, registry), **when})
        case Replay() as replay:
            return _item({"replay": replay.subscription, **when})
        case None:
            return _item(when)


def _expected(one: Expected) -> str:
    facts = {key: value for key, value in one.facts.items() if key != "data"}
    head = one.kind.value
    facts = {head if one.wanted else f"no_{head}": facts.pop(head), **facts}
    return _item(facts, "exactly" if one.exact else "data", one.facts.get("data"))


def _item(facts: Mapping[str, Any], key: str = "", data: Mapping[str, Any] | None = None) -> str:
    said = {name: value for name, value in facts.items() if value is not None or name == "answer"}
    if data is None:
        return write_value(said)
    written = write_value({**said, key: data})
    return written if _reads_back(written, key, data) else write_value({**said, key: write_json(dict(data))})


def _reads_back(written: str, key: str, data: Mapping[str, Any]) -> bool:
    """Whether an item, at the depth at which it stands in a file, says the same data when it is read."""
    try:
        document = parse(f'"x" {{\nthen: [\n{written}\n]\n}}\n')
    except TskError:
        return False
    book = Book(document)
    (item,) = book.node(document.top.entries["x"].value).plain()["then"]
    return not book.problems and write_json(item[key]) == write_json(dict(data))
