"""Says in a line what arrows do not: deadlines, conditions, and for what a command is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.model.model_flow import ModelFlow

MOST = 4
"""Lines at most; the last of them says how many more there are."""
_TIME = re.compile(r"((?:after|at) .+?)(?:, ((?:when|for each|otherwise)\b.*))?", re.DOTALL)
_LEADS = {"issue": "issues", "publish": "publishes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRule:
    """One line.

    Attributes:
        text: In a few words, such as ``after 14d → expire_return``.
        whole: All that there is to say of it, a line each.
    """

    text: str
    whole: str


def rules_of(flows: Iterable[ModelFlow], most: int | None = MOST) -> tuple[FlowRule, ...]:
    """Returns what is to be said of what follows from something, deadlines first, and of its guards.

    Args:
        most: Lines at most; None for all.
    """
    told = list(dict.fromkeys(flows))
    refusing = [one for one in told if one.verb == "refuses"]
    leading = [one for one in told if one.verb in _LEADS.values()]
    leading.sort(key=lambda one: _TIME.fullmatch(one.words) is None)
    several = len({one.name for one in leading}) > 1
    found: dict[str, list[ModelFlow]] = {}
    if refusing:
        found[f"refuses: {', '.join(one.name for one in refusing)}"] = refusing
    for one in leading:
        if text := _text(one, several=several):
            found.setdefault(text, []).append(one)
    rules = [FlowRule(text=text, whole=_whole(ways)) for text, ways in found.items()]
    return tuple(rules) if most is None else _shortened(rules, most)


def _text(one: ModelFlow, *, several: bool) -> str:
    if timed := _TIME.fullmatch(one.words):
        return f"{timed[1]} → {one.name}" + (f", {timed[2]}" if timed[2] else "")
    return f"→ {one.name} {one.words}" if several and one.words else one.words


def _whole(flows: Iterable[ModelFlow]) -> str:
    return "\n".join(one.said for one in flows)


def _shortened(rules: Sequence[FlowRule], most: int) -> tuple[FlowRule, ...]:
    if len(rules) <= most:
        return tuple(rules)
    rest = rules[most - 1 :]
    more = FlowRule(text=f"{len(rest)} more", whole="\n".join(one.whole for one in rest))
    return (*rules[: most - 1], more)


def written_flows(section: Mapping[str, object], cause: str = "") -> Iterator[ModelFlow]:
    """Yields the guards of a section that is written and does not run yet, and what it issues when."""
    for name, guard in _parts(section, "refuse"):
        told = f"when {guard.get('when', '…')}: {guard.get('message', '')}"
        yield ModelFlow(verb="refuses", name=name, words=told.removesuffix(": "))
    said = [f"{key} {section[key]}" for key in ("after", "at", "when") if key in section]
    words = ", ".join((*said, *(["otherwise"] if section.get("otherwise") is True else [])))
    for key, verb in _LEADS.items():
        if isinstance(target := section.get(key), str):
            yield ModelFlow(verb=verb, name=target, cause=cause, words=words)
    for event, step in _parts(section, "on"):
        yield from written_flows(step, event)
    for _, action in _parts(section, "do"):
        yield from written_flows(action, cause)


def _parts(section: Mapping[str, object], key: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yields what stands by its name under a key."""
    found = section.get(key)
    for name, part in found.items() if isinstance(found, Mapping) else ():
        if isinstance(part, Mapping):
            yield str(name), part
