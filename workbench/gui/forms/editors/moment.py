"""Edits dates and times: typed, stepped by arrow keys, picked from a calendar."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from PySide6.QtWidgets import QLabel, QPushButton
from typing_extensions import override

from workbench.gui.forms.editor import Kit
from workbench.gui.forms.editors.calendar_popup import CalendarButton
from workbench.gui.forms.editors.line import LineEditor
from workbench.gui.forms.schema import Loc, Schema, Shape


class _CalendarEditor(LineEditor):
    """A line that begins with a date: the arrow keys step the part under the cursor."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.line.setMaximumWidth(260)
        self.line.setMinimumWidth(120)
        button = CalendarButton(shape.title, self.line.text)
        button.picked.connect(self._pick)
        self.row.addWidget(button)

    def _pick(self, day: str) -> None:
        self.line.setText(day + (self.line.text()[10:] or self.midnight()))
        self.line.setFocus()

    def midnight(self) -> str:
        """Returns what follows the date when only a date was picked."""
        return ""

    @override
    def step(self, by: int) -> None:
        cursor = self.line.cursorPosition()
        try:
            moment = _utc(self.line.text())
            self.line.setText(self.text_of(stepped(moment, cursor, by).isoformat()))
        except (ValueError, OverflowError):
            return  # no date yet, or the end of the calendar
        self.line.setCursorPosition(cursor)


class DateTimeEditor(_CalendarEditor):
    """A point in time, shown in UTC to the microsecond; a pasted time of another zone is converted."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        zone = QLabel("UTC")
        zone.setProperty("role", "muted")
        zone.setToolTip("The time zone. A time pasted with another offset is converted.")
        self.row.insertWidget(1, zone)
        if kit.now is not None:
            self.row.addWidget(_now_button(shape.title, self._now))
        self.row.addStretch(0)

    @override
    @classmethod
    def accepts(cls, schema: Schema) -> bool:
        return schema.get("type") == "string" and schema.get("format") == "date-time"

    @override
    def parse(self, text: str) -> str:
        try:
            return _utc(text).isoformat().replace("+00:00", "Z")
        except (ValueError, OverflowError):
            raise ValueError("must be a date and time such as 2024-05-31 14:00:00") from None

    @override
    def text_of(self, value: Any) -> str:
        try:
            return _utc(str(value)).replace(tzinfo=None).isoformat(" ")
        except (ValueError, OverflowError):
            return str(value)

    @override
    def midnight(self) -> str:
        return " 00:00:00"

    def _now(self) -> None:
        if self.kit.now is not None:
            self.line.setText(self.text_of(self.kit.now()))


class DateEditor(_CalendarEditor):
    """A day."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.row.addStretch(0)

    @override
    @classmethod
    def accepts(cls, schema: Schema) -> bool:
        return schema.get("type") == "string" and schema.get("format") == "date"

    @override
    def parse(self, text: str) -> str:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError("must be a date such as 2024-05-31") from None

    @override
    def text_of(self, value: Any) -> str:
        return str(value)[:10]


class TimeEditor(LineEditor):
    """A time of day."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.line.setMaximumWidth(260)
        self.row.addStretch(0)

    @override
    @classmethod
    def accepts(cls, schema: Schema) -> bool:
        return schema.get("type") == "string" and schema.get("format") == "time"

    @override
    def parse(self, text: str) -> str:
        try:
            return time.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError("must be a time of day such as 14:00:00") from None


def stepped(moment: datetime, cursor: int, by: int) -> datetime:
    """Moves a time by one of the units under the cursor of ``2024-05-31 14:00:00``.

    Raises:
        ValueError: The calendar ends before.
        OverflowError: The same.
    """
    if cursor <= 7:
        months = moment.year * 12 + moment.month - 1 + by * (12 if cursor <= 4 else 1)
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
    ends = {10: timedelta(days=1), 13: timedelta(hours=1), 16: timedelta(minutes=1)}
    unit = next((unit for end, unit in ends.items() if cursor <= end), timedelta(seconds=1))
    return moment + by * unit


def _utc(text: str) -> datetime:
    """Reads RFC 3339, or the same without a zone, which then is UTC."""
    moment = datetime.fromisoformat(text.strip())
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _now_button(title: str, write: Callable[[], None]) -> QPushButton:
    button = QPushButton("Now")
    button.setToolTip("Write the present time here")
    button.setAccessibleName(f"Now as {title}")
    button.clicked.connect(write)
    return button
