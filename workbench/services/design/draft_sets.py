"""Which drafts of sections may need each other to be written, the smallest sets first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import ndiff
from itertools import combinations

from workbench.services.design.gestures import DesignNode

ALL = 4
"""Drafts of which every set is tried; of more, those that have words in common."""
_WORD = re.compile(r"[A-Za-z_][\w.]*")
Drafts = Mapping[DesignNode, tuple[str, str]]
"""What stood there when it was typed, and what is typed."""
Set = frozenset[DesignNode]


def draft_sets(drafts: Drafts) -> list[Set]:
    """Returns the sets of drafts that are worth a try together, the smallest first."""
    nodes = list(drafts)
    if len(nodes) <= ALL:
        return [frozenset(one) for size in range(1, len(nodes) + 1) for one in combinations(nodes, size)]
    words = {node: _words(node, *texts) for node, texts in drafts.items()}
    beside = {one: {other for other in nodes if words[one] & words[other]} for one in nodes}
    found = {frozenset({one}) for one in nodes}
    found |= {frozenset({one, other}) for one in nodes for other in beside[one]}
    found |= {frozenset(beside[one]) for one in nodes} | {_reached(one, beside) for one in nodes}
    return sorted((*found, frozenset(nodes)), key=lambda one: (len(one), sorted(map(str, one))))


def _words(node: DesignNode, was: str, now: str) -> set[str]:
    """Returns the words of the lines that a draft changes, and the name of its thing."""
    lines = ndiff(was.splitlines(), now.splitlines())
    changed = " ".join(line[2:] for line in lines if line[:1] in "+-")
    return {node.name, *_WORD.findall(changed)}


def _reached(one: DesignNode, beside: Mapping[DesignNode, set[DesignNode]]) -> Set:
    found, new = {one}, {one}
    while new:
        new = {other for each in new for other in beside[each]} - found
        found |= new
    return frozenset(found)
