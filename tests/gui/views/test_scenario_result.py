"""A result beside what was expected: signs, columns, limits, looks."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextTable

from workbench.gui.theme import theme
from workbench.gui.views.scenario_result import BESIDE, ResultView
from workbench.model.scenario import (
    Contrast,
    FilePlace,
    Line,
    ResultPart,
    Scenario,
    ScenarioResult,
    ScenarioVerdict,
    Sign,
)

SCENARIO = Scenario(name="x", place=FilePlace(file="s.tsk", line=1, column=1))
WRONG = Line(
    sign=Sign.DIFFERENT,
    expected="event a · n 1",
    happened="event a · n 2",
    contrasts=(Contrast(path="data.n", expected="1", happened="2"),),
    first=True,
)


async def test_what_failed_is_said_above_and_its_row_is_in_sight(view):
    """The line of the failure stays above the text; many rows before it do not push it out of sight."""
    view.show()
    green = [Line(sign=Sign.SAME, expected=f"event {n}", happened=f"event {n}") for n in range(60)]
    view.show_result(result(*green, WRONG, *green))
    assert view.head.text() == "Line 1: data.n: expected 1, happened 2"
    assert view.head.isVisible()
    assert view.head.geometry().bottom() < view.viewport().geometry().top() + 1
    place = view.cursorRect()
    assert "event a" in view.textCursor().block().text()
    assert view.viewport().rect().contains(place)
    view.show_result(result(*green))
    assert view.head.text() == ""
    assert view.verticalScrollBar().value() == 0


@pytest.fixture
def view(qtbot):
    made = ResultView()
    qtbot.addWidget(made)
    made.resize(600, 400)
    return made


def result(*lines, **more):
    return ScenarioResult(
        scenario=SCENARIO,
        verdict=ScenarioVerdict.FAILED,
        parts=(ResultPart(title="Events", lines=lines),),
        **more,
    )


def cells(view):
    (table,) = [frame for frame in view.document().rootFrame().childFrames() if isinstance(frame, QTextTable)]
    rows = range(table.rows())
    return [[_text(table.cellAt(row, column)) for column in range(3)] for row in rows], table


def _text(cell):
    cursor = cell.firstCursorPosition()
    cursor.setPosition(cell.lastPosition(), cursor.MoveMode.KeepAnchor)
    return cursor.selectedText()


async def test_expected_and_happened_stand_side_by_side(view):
    lines = (
        Line(sign=Sign.SAME, expected="event z", happened="event z"),
        WRONG,
        Line(sign=Sign.MISSING, expected="event b"),
        Line(sign=Sign.UNEXPECTED, happened="event c"),
    )
    view.show_result(result(*lines))
    said, table = cells(view)
    assert said == [
        ["", "Expected", "Happened"],
        ["✓", "event z", "as expected"],
        ["≠", "event a · n 1", "event a · n 2"],
        ["", "data.n  1", "data.n  2"],
        ["−", "event b", "did not happen"],
        ["+", "nothing", "event c"],
    ]
    marked = [row for row in range(table.rows()) if table.cellAt(row, 1).format().background().style().value]
    assert marked == [2, 3]


async def test_of_what_was_not_asked_for_only_some_is_shown(view):
    beside = [Line(sign=Sign.BESIDE, happened=f"message {number}") for number in range(BESIDE + 3)]
    view.show_result(result(*beside))
    assert len(cells(view)[0]) == 1 + BESIDE
    assert "… and 3 more that were not expected" in view.toPlainText()


async def test_trouble_notes_and_times_are_said(view):
    view.show_result(result(trouble="it burns", notes=("smoke",), seconds=90.0, took=0.012))
    assert view.head.text() == "It could not be run to the end: it burns"
    assert "Note: smoke" in view.toPlainText()
    assert view.toPlainText().endswith("The run took 12 ms, in which 90s of its own time passed.")


async def test_the_look_is_followed(view):
    view.show_result(result(WRONG))
    before = cells(view)[1].cellAt(2, 1).format().background().color()
    mode = theme().mode
    try:
        theme().set_mode("dark" if not theme().dark else "light")
        assert cells(view)[1].cellAt(1, 1).format().background().color() != before
        assert cells(view)[0][1][1] == "event a · n 1"
    finally:
        theme().set_mode(mode)
