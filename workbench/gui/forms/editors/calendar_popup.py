"""Picks a day from a calendar that drops down from a button."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDate, QPoint, Qt, Signal
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QDialog, QToolButton

from workbench.gui.icons import icon
from workbench.gui.layouts import in_column


class CalendarButton(QToolButton):
    """A button that lets a calendar drop down; Escape or a click elsewhere closes it again."""

    picked = Signal(str)
    """A day was picked, as ``2024-05-31``."""

    def __init__(self, title: str, text: Callable[[], str]) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self.setIcon(icon("chevron-down", "muted"))
        self.setToolTip("Pick a day")
        self.setAccessibleName(f"Pick {title} from a calendar")
        self.clicked.connect(self._open)

    def _open(self) -> None:
        popup = QDialog(self, Qt.WindowType.Popup)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popup.setAccessibleName(f"Calendar for {self._title}")
        days = _calendar(QDate.fromString(self._text()[:10], Qt.DateFormat.ISODate))
        days.activated.connect(popup.accept)  # Enter or a double click
        days.clicked.connect(popup.accept)
        popup.accepted.connect(lambda: self.picked.emit(days.selectedDate().toString(Qt.DateFormat.ISODate)))
        in_column(days, of=popup, margins=4)
        days.setFocus()
        popup.adjustSize()
        popup.move(self._beneath(popup))
        popup.show()

    def _beneath(self, popup: QDialog) -> QPoint:
        """Returns the corner below the button, pushed back onto the screen."""
        corner = self.mapToGlobal(QPoint(self.width() - popup.width(), self.height() + 2))
        room = self.screen().availableGeometry()
        left = min(corner.x(), room.right() - popup.width())
        top = min(corner.y(), room.bottom() - popup.height())
        return QPoint(max(left, room.left()), max(top, room.top()))


def _calendar(day: QDate) -> QCalendarWidget:
    days = QCalendarWidget()
    days.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
    days.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
    days.setDateRange(QDate(1, 1, 1), QDate(9999, 12, 31))
    for weekday in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
        days.setWeekdayTextFormat(weekday, QTextCharFormat())  # Qt's own is red on every ground
    if day.isValid():
        days.setSelectedDate(day)
    return days
