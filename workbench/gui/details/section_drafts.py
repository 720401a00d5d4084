"""Finds the things of the project file whose text is typed and not written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.gui.board.board_offers import identity_of
from workbench.services.design.gestures import DesignNode
from workbench.services.design.section_form import ENTRIES

if TYPE_CHECKING:
    from workbench.gui.desk import Desk

DRAFTS = "section/"
"""What the names of the drafts of sections begin with."""


def drafted(desk: Desk) -> dict[str, str]:
    """Returns a sign for each card whose text is typed and not written."""
    found = {}
    for key in desk.workspace.drafts.places():
        kind, _, name = key.removeprefix(DRAFTS).partition(".")
        if key.startswith(DRAFTS):
            node = DesignNode(kind.removesuffix("s") if kind in ENTRIES else kind, name)
            found[identity_of(node)] = "draft"
    return found
