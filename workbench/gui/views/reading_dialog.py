"""A dialog that reads beside the loop for long: what was found in words, and a bar with a way to end it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QLayout, QProgressBar, QVBoxLayout, QWidget

from workbench.gui.layouts import in_row, join
from workbench.gui.reads import Question, takes_time
from workbench.gui.widgets import error_text, plain_label, push_button
from workbench.services.story.row_history import Walk

if TYPE_CHECKING:
    from workbench.gui.desk import Desk

TOLD_MS = 100
T = TypeVar("T")


class ReadingDialog(QDialog, Generic[T]):
    """A line to ask by, what was found in words, a bar with a way to end it, and what those that derive add.

    Attributes:
        said: Says what was found, or what is under way.
    """

    def __init__(self, parent: QWidget, desk: Desk, title: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(900, 560)
        self._desk = desk
        self._walk: Walk | None = None
        self._asking = Question(self, desk, self._found, self._failed)
        self.said = plain_label(wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.end = push_button("Cancel", lambda _checked=False: self._cancel(), tip="End it here")
        self._box = QVBoxLayout(self)
        self._timer = QTimer(self)
        self._timer.setInterval(TOLD_MS)
        self._timer.timeout.connect(self.tell_progress)
        self.finished.connect(lambda _code: self._cancel())

    def compose(self, head: QLayout, foot: QLayout) -> None:
        """Puts it together."""
        join(self._box, head)
        self._box.addWidget(self.said)
        join(self._box, in_row((self.bar, 1), self.end, spacing=8))
        join(self._box, foot)

    def read(self, saying: str, read: Callable[[Walk], T], key: Hashable) -> None:
        """Reads in a thread; what was under way is ended."""
        self._cancel()
        walk = self._walk = Walk()

        def answer() -> T:
            takes_time()
            return read(walk)

        self.said.setText(saying)
        self._show_bar(shown=True)
        self._timer.start()
        self._asking.drop()
        self._asking.ask(answer, key)

    def show_found(self, found: T) -> None:
        """Shows what was read; for those that derive."""
        raise NotImplementedError

    def _found(self, found: T) -> None:
        self._cancel()
        self._show_bar(shown=False)
        self.show_found(found)

    def _failed(self, error: Exception) -> None:
        self._cancel()
        self._show_bar(shown=False)
        self.said.setText(error_text(error))

    def _cancel(self) -> None:
        self._timer.stop()
        if self._walk is not None:
            self._walk.cancel()

    def _show_bar(self, *, shown: bool) -> None:
        self.bar.setValue(0)
        self.bar.setVisible(shown)
        self.end.setVisible(shown)

    def tell_progress(self) -> None:
        """Shows how far it is."""
        if self._walk is not None:
            self.bar.setValue(round(1000 * self._walk.share))
