"""The frame around a plot: made when it is first seen, drawn rarely enough, moved by keys and mouse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QStackedLayout, QToolButton, QWidget
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.context_menu import open_menu
from workbench.gui.icons import icon
from workbench.gui.plot import SPANS, Plot
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme
from workbench.gui.ticker import pause_timer
from workbench.gui.widgets import ElidedLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QHideEvent, QPaintEvent, QShowEvent

DRAW_MS = 100
"""Shortest time between two drawings (ux rule 3)."""
PLOT = 112
"""Pixels that a plot is high at least, with its time axis."""


class TimeGraph(QWidget):
    """A plot over time.

    The wheel zooms around the pointer and dragging moves; then the graph stops until a double click,
    the button or the End key returns to what is live.
    The drawing library is loaded when the graph is first seen.

    Subclasses lay `stack` out, call ``acts.offer`` once they are made, and say what is seen in `draw` and
    `pens`.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plot: Plot | None = None
        self._due = False
        self._timer = pause_timer(self, DRAW_MS, self._draw_due)
        self._when = ElidedLabel("muted")
        self._live = QToolButton()
        self._live.setText("Live")
        self._live.setIcon(icon("last"))
        self._live.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._live.setToolTip("Follow what is new again (double click, or End)")
        self._live.clicked.connect(self.go_live)
        keep = self._live.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._live.setSizePolicy(keep)
        self._live.hide()
        self.stack = QStackedLayout()
        self._waiting = QLabel("Loading the graph …", self)
        self._waiting.setProperty("role", "muted")
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._waiting.setMinimumHeight(PLOT)
        self.stack.addWidget(self._waiting)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)
        theme().changed.connect(self._dress)
        self.acts = Actions(self, self)

    def draw(self, plot: Plot) -> None:
        """Has the plot show what is known."""

    def pens(self) -> Mapping[str, QPen]:
        """Returns how each series is drawn."""
        return {}

    def tell(self) -> None:
        """Says the numbers of the second that is pointed at, or of the newest."""

    @property
    def live(self) -> bool:
        """Whether the newest second is followed."""
        return self._plot is None or self._plot.live

    def go_live(self) -> None:
        """Follows the newest second again."""
        if self._plot is not None:
            self._plot.go_live()

    def visible_range(self) -> tuple[float, float]:
        """Returns the first and last second that the drawing shows."""
        if self._plot is not None:
            return self._plot.shown()
        return 0.0, SPANS[0]

    # -- drawing -------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Draws as soon as it may: at most ten times a second, and nothing while it is hidden."""
        self._due = True
        if self.isVisible() and not self._timer.isActive():
            self._draw_due()

    def _draw_due(self) -> None:
        if self._due and self._plot is not None and self.isVisible():
            self._due = False
            self._timer.start()
            self.draw(self._plot)
            self.tell()

    def _dress(self) -> None:
        if self._plot is not None:
            self._plot.dress()
            self._plot.set_series(self.pens())
        self.redraw()

    # -- coming and going ----------------------------------------------------------------------------------

    def _make_plot(self) -> None:
        if self._plot is None and self.isVisible():
            self._plot = Plot(self)
            self._plot.widget.setMinimumHeight(PLOT)
            self._plot.pointed_at.connect(self._point)
            self._plot.live_changed.connect(self._follow)
            self._plot.set_series(self.pens())
            self.stack.addWidget(self._plot.widget)
            self.stack.setCurrentWidget(self._plot.widget)
            self.redraw()

    def _point(self, _at: object) -> None:
        self.tell()

    def _follow(self, live: bool) -> None:
        self._live.setVisible(not live)
        self.redraw()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._plot is None:
            QTimer.singleShot(0, self, self._make_plot)  # the frame is seen first
        else:
            self._draw_due()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    @action("Larger", keys="+ / =", icon="zoom-in")
    def closer(self) -> None:
        """Shows less time, larger."""
        if self._plot is not None:
            self._plot.zoom(0.8)

    @action("Smaller", keys="-", icon="zoom-out")
    def farther(self) -> None:
        """Shows more time, smaller."""
        if self._plot is not None:
            self._plot.zoom(1.25)

    @action("Earlier", keys="Left", icon="chevron-left", group=1)
    def earlier(self) -> None:
        """Shows what was before."""
        if self._plot is not None:
            self._plot.move(-0.1)

    @action("Later", keys="Right", icon="chevron-right", group=1)
    def later(self) -> None:
        """Shows what came after."""
        if self._plot is not None:
            self._plot.move(0.1)

    @action("Live", keys="End", icon="last", tip="Follow what is new again (double click, or End)", group=1)
    def follow_live(self) -> None:
        """Follows what is new again."""
        if self._plot is not None and not self._plot.live:
            self.go_live()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        open_menu(self, event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        super().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        super().update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme().colors
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(colors.accent if self.hasFocus() else colors.border))
            painter.setBrush(QColor(colors.surface))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
