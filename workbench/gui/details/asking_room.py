"""Gives the exact text more room while something is asked of it, so that it and its caret stay in sight."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.layouts import Panes, Scrolled
from workbench.gui.text.conflict_banner import ConflictBanner
from workbench.gui.text.tsk_editor import TskEditor

LEFT = 130
"""Pixels that are left to the other pane at least."""
EDGE = 4
"""Pixels around the line of the caret."""

CHANGES = {QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.LayoutRequest, QEvent.Type.Resize}
"""After these what is seen may be another part."""


class AskingRoom(QObject):
    """Raises the pane in which a banner asks to the height that it needs, and gives it back afterwards.

    Args:
        pane: The lower one of two.
        page: What scrolls in it.
        editor: A text in the page, of which the caret's line stays in sight while it has the keyboard.
    """

    def __init__(
        self, panes: Panes, pane: Scrolled, page: QWidget, banner: ConflictBanner, editor: TskEditor
    ) -> None:
        super().__init__(panes)
        self._panes, self._pane, self._page, self._banner, self._editor = panes, pane, page, banner, editor
        self._before, self._lent = list[int](), 0
        self._due = QTimer(self, interval=0, singleShot=True)
        self._due.timeout.connect(self._share)
        editor.cursorPositionChanged.connect(self._bring_line)
        for one in (banner, page, pane):
            one.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in CHANGES and isValid(self._banner):
            self._due.start()
        return super().eventFilter(watched, event)

    def _bring_line(self) -> None:
        """Scrolls to the line in which a person types."""
        if self._editor.hasFocus():
            line = self._editor.cursorRect()
            top = self._editor.viewport().mapTo(self._page, line.topLeft()).y()
            for edge in (top, top + line.height()):
                self._pane.ensureVisible(0, edge, 0, EDGE)

    def _share(self) -> None:
        self._share_room()
        self._bring_line()

    def _share_room(self) -> None:
        sizes = self._panes.sizes()
        if not self._banner.asks:
            if self._before:
                self._panes.lend(self._before)
            self._before, self._lent = [], 0
            return
        page, shown = self._page, self._banner.difference
        other = self._panes.widget(0) or self._page
        room = sum(sizes) - max(LEFT, other.minimumSizeHint().height())
        hint = max(min(shown.sizeHint().height(), shown.maximumHeight()), shown.minimumHeight())
        wide = self._panes.width() - self._pane.verticalScrollBar().sizeHint().width()  # it may be there yet
        self._banner.limit(room - page.heightForWidth(wide) + hint)
        needed = min(page.heightForWidth(wide), room)
        if needed != self._lent and (self._before or needed > sizes[-1]):
            self._before, self._lent = self._before or sizes, needed
            self._panes.lend([sum(sizes) - needed, needed])
