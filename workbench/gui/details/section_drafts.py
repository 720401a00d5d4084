"""The things of the project file whose text is typed and not written; several can fit only together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from workbench.errors import InvalidValue
from workbench.gui.board.board_offers import identity_of
from workbench.gui.board.card_painter import DRAFT
from workbench.gui.reads import Question, takes_time
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.gestures import DesignNode
from workbench.services.design.relations import section_path
from workbench.services.design.section_form import ENTRIES
from workbench.services.design.section_piece import with_piece
from workbench.tusk import TskError

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.design.design_text import DesignText

DRAFTS = "section/"
"""What the names of the drafts of sections begin with."""
Kept = Mapping[DesignNode, Any]
"""What was typed for a thing, and what stood there: ``now`` and ``was``."""


def kept_sections(desk: Desk) -> dict[DesignNode, Any]:
    """Returns what is typed and not written."""
    drafts, found = desk.workspace.drafts, {}
    for key in drafts.places():
        kind, _, name = key.removeprefix(DRAFTS).partition(".")
        kept = drafts.find(key)
        if key.startswith(DRAFTS) and kept is not None:
            found[DesignNode(kind.removesuffix("s") if kind in ENTRIES else kind, name)] = kept.content
    return found


def drafted(desk: Desk) -> dict[str, str]:
    """Returns a sign for each card whose text is typed and not written."""
    return {identity_of(node): DRAFT for node in kept_sections(desk)}


def with_kept(text: DesignText, kept: Kept) -> tuple[DesignText, list[DesignNode]]:
    """Returns the texts with what was typed, and for which things: not where something else stands by now."""
    taken = []
    for node, content in kept.items():
        try:
            text = with_piece(text, node.kind, node.name, was=content["was"], now=content["now"])
        except (InvalidValue, TskError, LookupError, TypeError):
            continue
        taken.append(node)
    return text, taken


class JoinedDrafts:
    """Tries the drafts of several things together, where one of them does not compile alone.

    Args:
        parent: Whose question it is.
        write: Makes them a step of the design: its label, its change, and the keys of the drafts.
    """

    def __init__(self, parent: QWidget, desk: Desk, write: Callable[..., object]) -> None:
        self._desk, self._write = desk, write
        self._trying = Question(parent, desk, self._fits, partial(desk.fail, "Trying the drafts"))

    def offer(self, text: DesignText, problems: int) -> None:
        """Writes all drafts in one step if they compile together.

        Args:
            problems: Mistakes that the design has without them.
        """
        kept = kept_sections(self._desk)
        if len(kept) > 1:
            self._trying.ask(partial(self._try, text, kept, problems), repr(kept))

    def _try(self, text: DesignText, kept: Kept, problems: int) -> Kept:
        """Returns what can be written together; nothing where it cannot, or stored events do not fit."""
        takes_time()
        joined, taken = with_kept(text, kept)
        whole = joined.project.text
        if len(taken) < 2 or len(self._desk.workspace.texts.check(PROJECT_FILE, whole).mistakes) > problems:
            return {}
        for node in taken:
            if node.kind == "event":
                lab = self._desk.workspace.schema_lab
                trial = lab.try_text(joined.project, node.name, lambda *_: True)
                if trial.fit < trial.total:
                    return {}
        return {node: kept[node] for node in taken}

    def _fits(self, kept: Kept) -> None:
        if kept:
            keys = [f"{DRAFTS}{'.'.join(section_path(one.kind, one.name))}" for one in kept]
            label = f"Edit {len(kept)} sections"
            self._write(label, lambda text: with_kept(text, kept)[0], keys=keys)
