"""The lines of a story as a table: who did what, when, and a bar along time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QResizeEvent
from typing_extensions import override

from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.table import FastTableView
from workbench.gui.views.story_paint import paint_axis, paint_bar, paint_line
from workbench.services.story.story import CommandStory, StoryLine
from workbench.services.story.time_axis import TimeAxis, axis_of, length_words, since_words

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.paged_model import Row


@dataclass(frozen=True, slots=True)
class Bar:
    """What stands in the cell of a line's bar."""

    line: StoryLine
    axis: TimeAxis

    def __str__(self) -> str:
        line = self.line
        if line.ended is None:
            return "later; when is not kept" if line.untimed else "not ended"
        waited = f"{length_words(line.waits[1] - line.waits[0])} waited, " if line.waits else ""
        return f"{waited}{length_words(line.ended - line.begun)} in all"


def _did(line: StoryLine) -> str:
    return "    " * line.depth + line.words


def _draw_line(painter: QPainter, place: QRectF, line: StoryLine, chosen: bool) -> None:  # as `Draw` says
    paint_line(painter, place, line, chosen=chosen)


def _draw_bar(painter: QPainter, place: QRectF, bar: Bar, _chosen: bool) -> None:  # as `Draw` says
    paint_bar(painter, place, bar.line, bar.axis)


COLUMNS = (
    TableColumn(
        "Who did what", width=240, stretch=True, text=_did, tip=lambda line: line.words, draw=_draw_line
    ),
    TableColumn(
        "Since",
        width=72,
        align_right=True,
        about="How long after the beginning it was done; later where no time of it is kept",
    ),
    TableColumn("Time", width=330, draw=_draw_bar),
)
LINE, SINCE, BAR = range(3)
BARS, LEAST, MOST = 0.36, 150, 420
"""Part of the width that the bars take, and at least and at most how many pixels."""
NARROW = 560
"""Pixels in width below which there is no room for bars."""


def rows_of(story: CommandStory) -> list[Row]:
    """Returns the rows of a story."""
    axis = axis_of(story)
    return [(line, since_words(line, story), Bar(line, axis)) for line in story.lines]


def _key(row: Row) -> str:
    line: StoryLine = row[LINE]
    return line.key


class StoryList(FastTableView):
    """A line for each thing that was done."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(COLUMNS, desk=desk)
        self.setAccessibleName("Who did what; Enter shows it in the inspector")
        self.set_empty(
            "Nothing is chosen", "Choose an event, a message, a letter or a command: here stands its story."
        )
        self.head.draw_over(BAR, self._draw_axis)
        self._axis: TimeAxis | None = None

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.setColumnHidden(BAR, self.viewport().width() < NARROW)
        if not self.head.arranged:
            share = round(self.viewport().width() * BARS)
            self.setColumnWidth(BAR, max(LEAST, min(MOST, share)))
        super().resizeEvent(event)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Shows the lines of a story; the chosen one stays that."""
        self._axis = rows[0][BAR].axis if rows else None
        self.refresh(ListSource(rows, _key))
        self.head.viewport().update()

    def _draw_axis(self, painter: QPainter, place: QRectF) -> None:
        if self._axis is not None:
            paint_axis(painter, place, self._axis)
