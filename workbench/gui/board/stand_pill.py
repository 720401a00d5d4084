"""The pill that says whether all that is designed is saved and runs; a click leads to what is in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from typing_extensions import override

from workbench.gui.board.board_graph import DRAFT
from workbench.gui.board.draft_parts import stands_of
from workbench.gui.time_format import short
from workbench.gui.widgets import Badge, plain_tip
from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.services.design.design_state import DesignState
    from workbench.services.project.model_reload import Outdated


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How a design stands: how grave that is, in few words, and all of it."""

    kind: str
    text: str
    tip: str


def stand_of(
    state: DesignState,
    unwritten: Sequence[str],
    outdated: Outdated | None,
    since: str,
    *,
    roomy: bool = False,
) -> Stand:
    """Returns how a design stands.

    Args:
        unwritten: Ids of the cards whose text is typed and not written.
        outdated: Why an older model runs than the files say, if one does.
        since: When the model that runs was taken over.
        roomy: There is room to say that all else is saved where a mistake is in the way.
    """
    if state.refused:
        text = f"Not saved: {_shortly(state.refused)}"
        tip = f"{state.refused}\nIt is kept as a draft, and written with the next step. Click to try again"
        return Stand(kind="error", text=text, tip=tip)
    if state.problems:
        told = (
            f"Not all is saved yet; the model of {since} runs.",
            *map(str, state.problems),
            *unwritten,
            "Click to go there, right click to discard the draft",
        )
        text = f"Draft: {counted(len(state.problems), 'mistake')}"
        if unwritten:
            text += f", {counted(len(unwritten), 'section')} not saved"
        elif roomy and (held := [*stands_of(state).values()].count(DRAFT)):
            text += f"; {counted(held, 'section')} not saved, the rest is"
        return Stand(kind="warning", text=text, tip="\n".join(told))
    if unwritten:
        text = f"{counted(len(unwritten), 'section')} not saved"
        return Stand(kind="warning", text=text, tip="\n".join((*unwritten, "Click to go there")))
    if outdated is not None:
        older = f"The files say something else since {short(outdated.since)}; the model of {since} runs."
        tip = "\n".join((older, *outdated.told.problems, "Click to go there"))
        return Stand(kind="warning", text="Older model runs", tip=tip)
    return Stand(kind="ok", text="saved", tip="The project file has all of it")


def _shortly(refused: str) -> str:
    """Returns why a file cannot be written, without its folder."""
    where, _, why = refused.rpartition(": ")
    return why if where else PurePath(refused).name


class StandPill(Badge):
    """Says how the design stands, in whole words.

    Signals:
        clicked: The person wants to see what is in the way.
        widened: It needs another width.
    """

    clicked = Signal()
    widened = Signal()

    def __init__(self) -> None:
        super().__init__("ok", "saved")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_stand(self, stand: Stand) -> None:
        """Says how it stands."""
        self.set(stand.kind, stand.text)
        self.setToolTip(plain_tip(stand.tip))
        if (needed := self.sizeHint().width()) != self.minimumWidth():
            self.setMinimumWidth(needed)
            self.widened.emit()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()
