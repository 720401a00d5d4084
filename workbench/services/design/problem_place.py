"""Finds the thing of the model in whose lines a problem of a text stands."""

from __future__ import annotations

from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode, exists
from workbench.services.design.relations import NAMED_ENTRIES
from workbench.services.design.section_merge import pieces
from workbench.tusk import Problem


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
