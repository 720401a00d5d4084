"""Finds what is to be chosen after a step: what it changed, or what stands next to what it took away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from workbench.gui.board.board_offers import identity_of, node_of
from workbench.services.design.gestures import DesignNode, exists, same_node
from workbench.services.design.relations import declared_names
from workbench.services.design.section_merge import pieces

if TYPE_CHECKING:
    from workbench.gui.board.flow_view import FlowView
    from workbench.gui.board.picture import Picture
    from workbench.services.design.design_text import DesignText


def touched(before: DesignText, after: DesignText) -> list[DesignNode]:
    """Returns the things of the project file that a step made or changed: those first that it made."""
    was, now = pieces(before.project), pieces(after.project)
    names = [one for one in now if one not in was] + [
        one for one in was if now.get(one, was[one]) != was[one]
    ]
    nodes = [DesignNode(*one.split(".", 1)) for one in names if "." in one]
    return [one for one in nodes if exists(after, one)]


def came_back(before: DesignText, after: DesignText) -> tuple[str, ...]:
    """Returns the ids of the things that a step made, where there are more of their kinds than before."""
    made = [one for one in touched(before, after) if not exists(before, one)]
    more = [
        one
        for one in made
        if len(declared_names(after.project, one.kind)) > len(declared_names(before.project, one.kind))
    ]
    return tuple(identity_of(one) for one in more)


def changed_card(board: Picture, before: DesignText, after: DesignText) -> tuple[str, bool]:
    """Returns the id of what is to be chosen after a step, and whether what the step did is seen then.

    What is chosen stays so, also under another name, if it changed or nothing else did.
    """
    chosen = node_of(before, board.chosen)
    same = same_node(before, after, chosen) if chosen is not None else None
    found = touched(before, after)
    node = same if same in found or not found else found[0]
    card = identity_of(node) if node is not None else ""
    return card, bool(found) and (board.has(card) or not exists(before, found[0]))


def renamed_card(board: Picture, before: DesignText, after: DesignText) -> str:
    """Returns the id of what is chosen, or was while it was drawn, where it has another one since."""
    chosen = node_of(before, board.chosen or board.gone)
    same = same_node(before, after, chosen) if chosen is not None else None
    return identity_of(same) if same is not None and same != chosen else ""


def went_to(canvas: FlowView, card: str, others: Sequence[str]) -> bool:
    """Chooses a card, with others, and shows it; returns whether it is drawn."""
    if not card or not canvas.board.has(card):
        return False
    canvas.reveal(card)
    if others:
        canvas.board.choose_several(others, card)
    return True


def nearest(board: Picture) -> list[str]:
    """Returns the ids of the other things of a picture, the nearest to the card with the keyboard first."""
    if board.here not in board.cards():
        return []
    here = board.box_of(board.here).center()
    away = {key: _far(board.box_of(key).center() - here) for key in board.cards() if board.node_of(key)}
    found = [board.node_of(key) for key in sorted(away, key=away.__getitem__)]
    return [one for one in dict.fromkeys(found) if one not in board.several]


def _far(way: QPointF) -> float:
    """Returns how far something is; what stands beside is nearer than what stands above or below."""
    return abs(way.x()) + 1.5 * abs(way.y())
