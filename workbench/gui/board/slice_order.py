"""Orders the slices of a blueprint: flow by flow, each from its first cause along the longest path."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A slice, as far as its place depends on it.

    Attributes:
        reads: Signals that lead to it, such as ``event:order.placed``.
        gives: Signals that it gives; what gives none joins no flows.
    """

    id: str
    reads: tuple[str, ...]
    gives: tuple[str, ...] = ()


def ordered(steps: Sequence[Step], wanted: Sequence[str] = (), stands: Sequence[str] = ()) -> list[str]:
    """Returns the ids of slices from left to right.

    Steps that join each other are one flow; flows follow each other as their first steps are declared. In a
    flow a step stands behind every step that first gives what it reads, ways that lead back left out; steps
    that are equally far stand as they are declared. So another step moves only what stands behind it.

    Args:
        steps: In the order in which they are declared.
        wanted: Ids in the order that a person gave them: they change places among themselves.
        stands: Ids in the order in which they are shown: they keep it, whatever leads to them now.
    """
    before = _before(steps)
    ranks, flows = _ranks(steps, before), _flows(steps, before)
    place = {step.id: (flows[step.id], ranks[step.id], number) for number, step in enumerate(steps)}
    found = sorted(place, key=lambda one: place[one])
    for said in (stands, wanted):
        found = exchanged(found, [one for one in dict.fromkeys(said) if one in place])
    return found


def exchanged(names: Sequence[str], moved: Sequence[str]) -> list[str]:
    """Returns names of which some changed places among themselves, to stand in another order."""
    own, known = iter(moved), {*moved}
    return [next(own) if one in known else one for one in names]


def _before(steps: Sequence[Step]) -> dict[str, list[str]]:
    """Returns for every step those that stand before it: of each signal who first gives it."""
    givers: dict[str, list[Step]] = {}
    for step in steps:
        for signal in step.gives:
            givers.setdefault(signal, []).append(step)
    far = _distances(steps, givers)
    first = {signal: min(found, key=lambda one: far[one.id]).id for signal, found in givers.items()}
    leads = {
        step.id: [first[signal] for signal in step.reads if first.get(signal, step.id) != step.id]
        for step in steps
    }
    return _without_cycles(steps, leads, far)


def _distances(steps: Sequence[Step], givers: Mapping[str, Sequence[Step]]) -> dict[str, int]:
    """Returns for every step the number of those between it and the nearest that nothing leads to.

    What is only reached from itself begins a flow of its own where it is declared.
    """
    readers: dict[str, list[Step]] = {}
    for step in steps:
        for signal in step.reads:
            readers.setdefault(signal, []).append(step)
    begins = [step for step in steps if not any(signal in givers for signal in step.reads)]
    far = dict.fromkeys((step.id for step in begins), 0)
    waiting = deque(begins)
    for begin in (None, *steps):
        if begin is not None and begin.id not in far:
            far[begin.id] = 0
            waiting.append(begin)
        while waiting:
            here = waiting.popleft()
            for there in (one for signal in here.gives for one in readers.get(signal, ())):
                if there.id not in far:
                    far[there.id] = far[here.id] + 1
                    waiting.append(there)
    return far


def _without_cycles(
    steps: Sequence[Step], leads: Mapping[str, Sequence[str]], far: Mapping[str, int]
) -> dict[str, list[str]]:
    """Leaves out what leads back: a walk along the ways, the nearest first, meets a step that it is on."""
    after: dict[str, list[str]] = {step.id: [] for step in steps}
    for step in steps:
        for source in leads[step.id]:
            after[source].append(step.id)
    kept: dict[str, list[str]] = {step.id: [] for step in steps}
    state = dict.fromkeys(kept, "")
    for begin in sorted(kept, key=lambda one: far[one]):
        if state[begin]:
            continue
        state[begin] = "on"
        walk = [(begin, iter(after[begin]))]
        while walk:
            here, ways = walk[-1]
            there = next(ways, None)
            if there is None:
                state[here] = "done"
                walk.pop()
            elif state[there] != "on":
                kept[there].append(here)
                if not state[there]:
                    state[there] = "on"
                    walk.append((there, iter(after[there])))
    return kept


def _ranks(steps: Sequence[Step], before: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Returns for every step the length of the longest way to it."""
    ranks: dict[str, int] = {}
    for step in steps:
        walk = [step.id]
        while walk:
            here = walk[-1]
            missing = [one for one in before[here] if one not in ranks]
            if missing:
                walk.extend(missing)
            else:
                ranks[walk.pop()] = 1 + max((ranks[one] for one in before[here]), default=-1)
    return ranks


def _flows(steps: Sequence[Step], before: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Returns the number of the flow of every step; what gives nothing stands with the last that it reads."""
    root = {step.id: step.id for step in steps}

    def top(one: str) -> str:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for step in steps:
        for source in before[step.id] if step.gives else ():
            root[top(source)] = top(step.id)
    numbers: dict[str, int] = {}
    for step in steps:
        if step.gives or not before[step.id]:
            numbers.setdefault(top(step.id), len(numbers))
    flows = {step.id: numbers.get(top(step.id), 0) for step in steps}
    for step in steps:
        if not step.gives and before[step.id]:
            flows[step.id] = max(flows[one] for one in before[step.id])
    return flows
