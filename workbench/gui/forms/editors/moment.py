"""Edits dates and times: typed, stepped by arrow keys, picked from a calendar."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QLabel, QPushButton
from typing_extensions import override

from workbench.gui.forms.editor import Kit
from workbench.gui.forms.editors.calendar_popup import CalendarButton
from workbench.gui.forms.editors.line import LineEditor
from workbench.gui.forms.json_schema import Loc, Shape
from workbench.gui.time_format import mark_of, shown_zone, zone_text
from workbench.gui.widgets import push_button
from workbench.model.zones import Zone

LAST_OF_MONTH, LAST_OF_DATE = 7, 10
"""Places of the cursor behind the month and the day of ``2024-05-31 14:00:00``."""
_TOLD_OFFSET = re.compile(r" [+-][0-9:]+\Z")


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
        behind = _TOLD_OFFSET.sub("", self.line.text()[10:])  # it may be another on that day
        self.line.setText(day + (behind or self.midnight()))
        self.line.setFocus()

    def midnight(self) -> str:
        """Returns what follows the date when only a date was picked."""
        return ""

    def moved(self, text: str, cursor: int, by: int) -> str:
        """Returns the text after a step of the part under the cursor.

        Raises:
            ValueError, OverflowError: There is no date yet, or the calendar ends.
        """
        return self.text_of(stepped(datetime.fromisoformat(text), cursor, by).isoformat())

    @override
    def step(self, by: int) -> None:
        cursor = self.line.cursorPosition()
        try:
            self.line.setText(self.moved(self.line.text().strip(), cursor, by))
        except (ValueError, OverflowError):
            return
        self.line.setCursorPosition(cursor)


class DateTimeEditor(_CalendarEditor):
    """A point in time, shown and typed in the zone of all times, given on in UTC to the microsecond.

    A time with an offset of its own is converted. One that clocks leave out in spring is refused; one that
    they show twice in autumn needs its offset (V3).
    """

    takes = ("string", "date-time")

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.zone = QLabel()
        self.zone.setProperty("role", "muted")
        self.zone.setToolTip(
            "The zone of all times. A time with an offset of its own, as +02:00, is converted."
        )
        self.row.insertWidget(1, self.zone)
        if kit.now is not None:
            self.row.addWidget(_now_button(shape.title, self._now))
        self.row.addStretch(0)
        self._known = shown_zone().zone
        self.zone.setText(zone_text())
        shown_zone().changed.connect(self._zone_changed)

    @override
    def parse(self, text: str) -> str:
        return _utc_text(_moment(text, self._known))

    @override
    def text_of(self, value: Any) -> str:
        try:
            moment = datetime.fromisoformat(str(value).strip())
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
            local = moment.astimezone(self._known.info)
        except (ValueError, OverflowError):
            return str(value)
        return f"{local.replace(tzinfo=None).isoformat(' ')} {mark_of(local)}".rstrip()

    @override
    def midnight(self) -> str:
        return " 00:00:00"

    @override
    def moved(self, text: str, cursor: int, by: int) -> str:
        moment = _moment(text, self._known)
        if cursor > LAST_OF_DATE:  # hours and less go on over a change of clocks
            return self.text_of(stepped(moment, cursor, by).isoformat())
        local = moment.astimezone(self._known.info)
        wall = stepped(local.replace(tzinfo=None, fold=0), cursor, by)
        found = self._known.moments(wall)
        same = [one for one in found if one.utcoffset() == local.utcoffset()]
        return self.text_of((*same, *found)[0].isoformat()) if found else wall.isoformat(" ")

    def _now(self) -> None:
        if self.kit.now is not None:
            self.line.setText(self.text_of(self.kit.now()))

    def _zone_changed(self) -> None:
        """Tells the same time in the zone of now; what cannot be read stays as it was typed."""
        given, value, wrong = self._given, self.value(), self.problem()
        self._known = shown_zone().zone
        self.zone.setText(zone_text())
        if value is not None and not wrong:
            with QSignalBlocker(self.line):  # it is the same time as before
                self.show_value(value)
            self._given = given


class DateEditor(_CalendarEditor):
    """A day."""

    takes = ("string", "date")

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.row.addStretch(0)

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

    takes = ("string", "time")
    narrow = True

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
    if cursor <= LAST_OF_MONTH:
        months = moment.year * 12 + moment.month - 1 + by * (12 if cursor <= 4 else 1)
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
    ends = {LAST_OF_DATE: timedelta(days=1), 13: timedelta(hours=1), 16: timedelta(minutes=1)}
    unit = next((unit for end, unit in ends.items() if cursor <= end), timedelta(seconds=1))
    return moment + by * unit


def _moment(text: str, zone: Zone) -> datetime:
    """Reads RFC 3339, or the same without an offset, which then is a time of the zone; returns it in UTC.

    Raises:
        ValueError: It is none, or clocks of the zone leave it out or show it twice.
    """
    try:
        said = datetime.fromisoformat(text.strip().replace(" +", "+").replace(" -", "-"))
        if said.tzinfo is not None:
            return said.astimezone(UTC)
        zone.moments(said)
    except (ValueError, OverflowError):
        raise ValueError("must be a date and time such as 2024-05-31 14:00:00") from None
    return zone.read(said)


def _utc_text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _now_button(title: str, write: Callable[[], None]) -> QPushButton:
    return push_button("Now", write, tip="Write the present time here", said=f"Now as {title}")
