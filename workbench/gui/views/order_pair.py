"""The usual order beside another one, stepped through together, with states and rows behind each move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from workbench.gui.actions import Actions, action
from workbench.gui.layouts import Tabs, in_column, in_panes, in_row
from workbench.gui.paged_model import ListSource
from workbench.gui.table import FastTableView
from workbench.gui.ticker import pause_timer
from workbench.gui.views.explore_lists import (
    MOVES,
    PARTS,
    USUAL,
    move_rows,
    order_marks,
    part_rows,
    usual_marks,
)
from workbench.gui.views.order_board import OrderBoard
from workbench.gui.widgets import plain_label
from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.worlds.told_schedule import ToldSchedule

PLAY = 1_800
"""Milliseconds for which a move is shown, as long as its tokens may travel."""

WHOLE = (1 << 24) - 1
"""As high as a widget may be, in pixels."""


class OrderPair(QWidget):
    """Two lists of moves; a move chosen in one is chosen in the other, and below stands what is behind it.

    Args:
        view: Has the keys that step.
    """

    def __init__(self, view: QWidget, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.told: ToldSchedule | None = None
        self.at = 0
        self.title, self.words = plain_label(role="heading", wrap=True), plain_label(role="muted", wrap=True)
        self.usual_said, self.order_said = plain_label("Usual order"), plain_label("This order")
        self.usual, self.order, self.parts = FastTableView(USUAL), FastTableView(MOVES), FastTableView(PARTS)
        self.usual.setAccessibleName("Usual order")
        self.order.setAccessibleName("This order")
        self.parts.setAccessibleName("States and rows behind the move")
        self.parts.set_empty("Nothing here", "No move was made, or there is no state and no row behind it.")
        for table in (self.usual, self.order):
            table.set_empty("No move", "Nothing was done.")
            table.row_chosen.connect(self._chosen)
        self.step_said = plain_label(role="heading")
        self.board, self.below = OrderBoard(desk), Tabs()
        self.below.addTab(self.parts, "States and rows")
        self.below.addTab(self.board, "On the board")
        self.below.currentChanged.connect(lambda _at: self._turned())
        self.below.tabBarClicked.connect(self._clicked)
        self._low = self._folded = False
        self._playing = pause_timer(self, PLAY, self._play_on)
        self.acts = Actions(self, view)
        self._compose()

    def _compose(self) -> None:
        self._beside, right, corner = QWidget(), QWidget(), QWidget()
        in_column(self.usual_said, (self.usual, 1), of=self._beside, margins=0, spacing=2)
        in_column(self.order_said, (self.order, 1), of=right, margins=0, spacing=2)
        orders = in_panes(Qt.Orientation.Horizontal, (self._beside, 1), (right, 1), name="explore-orders")
        buttons = [self.acts.button(key, words=False) for key in ("previous", "following")]
        play = self.acts.button("play")
        in_row(self.step_said, *buttons, play, of=corner, margins=0, spacing=4)
        self.below.setCornerWidget(corner, Qt.Corner.TopRightCorner)
        panes = in_panes(Qt.Orientation.Vertical, (orders, 5), (self.below, 2), name="explore-parts")
        in_column(self.title, self.words, (panes, 1), of=self, margins=(6, 0, 0, 0), spacing=2)
        self.acts.offer()

    # -- the room that there is ----------------------------------------------------------------------------

    def stand(self, *, low: bool) -> None:
        """Folds what is behind a move to its tabs where there is little room: a click on one unfolds it."""
        if low is not self._low:
            self._low = low
            self._fold(folded=low)

    def _fold(self, *, folded: bool) -> None:
        self._folded = folded
        bar, pages = self.below.tabBar(), self.below.findChild(QStackedWidget)
        if pages is not None:
            pages.setHidden(folded)
        self.below.setMaximumHeight(bar.sizeHint().height() if folded else WHOLE)
        for at in range(self.below.count()):
            self.below.setTabToolTip(at, "A click shows it, another one hides it" if self._low else "")

    def _clicked(self, at: int) -> None:
        """Folds it, or unfolds it, by a click on the tab that is chosen."""
        if self._low and at == self.below.currentIndex():
            self._fold(folded=not self._folded)

    def _turned(self) -> None:
        if self._folded:
            self._fold(folded=False)
        self._show_board()

    # -- what is shown ------------------------------------------------------------------------------------

    def show_order(self, told: ToldSchedule, words: str) -> None:
        """Shows an order beside the usual one, at its first deviation.

        Args:
            words: What it breaks.
        """
        self.told = told
        said = "; ".join(told.deviations)
        self.title.setText(said or "The usual order")
        self._beside.setVisible(bool(told.choices))
        self.words.setText(words)
        self.words.setVisible(bool(words))
        deviating = sum(1 for one in told.choices if one)
        self.usual_said.setText(f"Usual order: {counted(len(told.usual), 'move')}")
        self.order_said.setText(
            f"This order: {counted(len(told.moves), 'move')}, {counted(deviating, 'deviation')}"
        )
        self.usual.set_source(ListSource(move_rows(told.usual, usual_marks(told))))
        self.order.set_source(ListSource(move_rows(told.moves, order_marks(told))))
        first = next((at for at, one in enumerate(told.moves) if one.deviation), 0)
        self.go(min(told.broken.values(), default=first + 1) - 1)

    def go(self, at: int) -> None:
        """Shows what is behind the moves of a number, from 0."""
        told = self.told
        if told is None:
            return
        self.at = max(0 if told.moves else -1, min(at, self._last()))
        for table, moves in ((self.usual, told.usual), (self.order, told.moves)):
            if moves:
                number = max(0, min(self.at, len(moves) - 1))
                table.choose_index(number)
                table.scrollTo(table.model().index(number, 0))
        self.step_said.setText(f"Behind move {self.at + 1:,}" if self.at >= 0 else "Before the first move")
        self.parts.refresh(ListSource(part_rows(told, self.at), lambda row: row[:2]))
        self._show_board()
        self.acts.refresh()

    def _last(self) -> int:
        return max(len(self.told.usual), len(self.told.moves), 1) - 1 if self.told is not None else 0

    def _chosen(self, row: tuple[Any, ...]) -> None:
        if row[0] - 1 != self.at:
            self.go(row[0] - 1)

    # -- on the board -------------------------------------------------------------------------------------

    def _show_board(self) -> None:
        """Shows the move of this order on the board, where that is seen."""
        told, on_it = self.told, self.below.currentWidget() is self.board
        if told is not None and on_it:
            move = told.moves[self.at] if 0 <= self.at < len(told.moves) else None
            self.board.show_move(self._desk.workspace.registry, move)

    def _no_play(self) -> str:
        return "" if self.told is not None and self.told.moves else "No order is shown"

    @action(
        "On the board",
        key="play",
        icon="play",
        tip="Replay this order on the board, move by move; again to stop",
        why=_no_play,
        checked=lambda pair: pair.is_playing,
    )
    def play(self) -> None:
        """Goes through the moves of this order on the board, from the first one on; again stops that."""
        if self.is_playing:
            self._playing.stop()
        else:
            self.below.setCurrentWidget(self.board)
            self._fold(folded=False)
            self.go(0)
            self._playing.start()
        self.acts.refresh()

    @property
    def is_playing(self) -> bool:
        """Whether it goes through the moves by itself."""
        return self._playing.isActive()

    def _play_on(self) -> None:
        if self.told is not None and self.at + 1 < len(self.told.moves):
            self.go(self.at + 1)
            self._playing.start()
        self.acts.refresh()

    # -- stepping -----------------------------------------------------------------------------------------

    def _no_previous(self) -> str:
        return "" if self.told is not None and self.at > 0 else "There is no move before this"

    def _no_next(self) -> str:
        return "" if self.told is not None and self.at < self._last() else "There is no move after this"

    @action(
        "Previous move",
        keys="Ctrl+[",
        icon="chevron-left",
        tip="One move back, in both orders",
        why=_no_previous,
    )
    def previous(self) -> None:
        """Shows the move before."""
        self.go(self.at - 1)

    @action("Next move", keys="Ctrl+]", icon="chevron-right", tip="One move on, in both orders", why=_no_next)
    def following(self) -> None:
        """Shows the move after."""
        self.go(self.at + 1)
