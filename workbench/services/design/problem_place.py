"""Finds the thing of the model in whose lines a problem of a text stands, or stood before."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher

from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode, exists
from workbench.services.design.relations import NAMED_ENTRIES
from workbench.services.design.section_merge import pieces
from workbench.tusk import Document, Problem

MOST = 2_000
"""Lines that two texts do not share, up to which these are compared one by one."""


def node_at(text: DesignText, problem: Problem) -> DesignNode | None:
    """Returns what a problem is about; None where that is no thing of the project file."""
    if problem.file != text.project.file:
        return None
    owner, line = "", 1
    for name, piece in pieces(text.project).items():
        owner = name if line <= problem.line else owner
        line += piece.count("\n")
    kind, _, name = owner.partition(".")
    if owner.removesuffix("s") in NAMED_ENTRIES and len(problem.path) > 1:
        kind, name = owner.removesuffix("s"), problem.path[1]
    node = DesignNode(kind, name)
    return node if name and exists(text, node) else None


def node_before(problem: Problem, now: Document, before: Document) -> DesignNode | None:
    """Returns what a header declared in an earlier text that is a mistake now; None for other problems.

    Args:
        now, before: The project file with the problem, and as it was before that.
    """
    header = problem.code.startswith("E-") or (problem.code == "S-UNKNOWN" and len(problem.path) < 2)
    if problem.file != now.file or not header:
        return None
    line = _line_before(problem.line - 1, now.text.splitlines(), before.text.splitlines())
    return node_at(DesignText(project=before), replace(problem, line=line + 1, path=()))


def _line_before(line: int, now: list[str], before: list[str]) -> int:
    """Returns where a line of a text was in an earlier one, both from 0; of a new line the one above."""
    least = min(len(now), len(before))
    head = next((at for at in range(least) if now[at] != before[at]), least)
    tail = next((at for at in range(least - head) if now[-1 - at] != before[-1 - at]), least - head)
    if line < head or line >= len(now) - tail:
        return line if line < head else line - len(now) + len(before)
    here, there = now[head : len(now) - tail], before[head : len(before) - tail]
    if max(len(here), len(there)) > MOST:
        return head
    for _, old, old_end, new, new_end in SequenceMatcher(None, there, here, autojunk=False).get_opcodes():
        if new <= line - head < new_end:
            return head + min(old + line - head - new, max(old, old_end - 1))
    return head
