"""The graph of rates: it draws what it is told, rarely enough, and can be zoomed and brought back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.gui.plot import MARK_WIDTH, Plot
from workbench.gui.rate_graph import RateGraph, nearest
from workbench.gui.time_format import set_zone
from workbench.gui.time_graph import PLOT
from workbench.gui.widgets import ElidedLabel

NOW = 1_714_500_600
TIMES = [float(NOW - 600 + second) for second in range(600)]


@pytest.fixture
def graph(qtbot: QtBot) -> RateGraph:
    made = RateGraph("Throughput", "per second")
    qtbot.addWidget(made)
    made.resize(600, 240)
    made.set_series({"mail": "subscription", "audit": "subscription", "users": "projection"})
    return made


def seen(graph: RateGraph, qtbot: QtBot) -> Plot:
    graph.show()
    qtbot.waitUntil(lambda: graph._plot is not None, timeout=20_000)
    assert graph._plot is not None
    return graph._plot


def told(graph: RateGraph, **values: float) -> None:
    graph._timer.stop()  # as if a tenth of a second had passed
    graph.update(TIMES, {name: [value] * 600 for name, value in values.items()})


def test_nothing_is_loaded_until_it_is_seen(graph: RateGraph) -> None:
    told(graph, mail=3)
    assert graph._plot is None
    assert graph.live


def test_what_was_told_before_is_shown_when_it_comes_up(graph: RateGraph, qtbot: QtBot) -> None:
    told(graph, mail=3, audit=7)
    plot = seen(graph, qtbot)
    assert list(plot._curves["mail"].getData()[1]) == [3] * 600
    assert graph.visible_range() == (TIMES[-1] - 600, TIMES[-1])
    assert graph._legend._values == {"mail": "3", "audit": "7"}


def test_V3_numbers_of_any_length_have_room_at_their_axis(graph: RateGraph, qtbot: QtBot) -> None:
    told(graph, mail=7_500_000)
    plot = seen(graph, qtbot)
    axis = plot._item.getAxis("left")
    widest = max(plot.widget.fontMetrics().horizontalAdvance(said) for _, said in axis._tickLevels[0])
    assert axis.width() > widest


def test_V6_the_legend_tells_the_newest_second_also_where_the_picture_only_moves(
    graph: RateGraph, qtbot: QtBot
) -> None:
    graph.update(TIMES, {"mail": [5.0, 5.0, *[0.0] * 597, 7.0]})
    seen(graph, qtbot)
    assert graph._legend._values == {"mail": "7"}
    graph.update([at + 1 for at in TIMES], {"mail": [5.0, *[0.0] * 597, 7.0, 0.0]})
    assert graph._legend._values == {"mail": "0"}


def ticks(plot: Plot, side: str) -> list[float]:
    return [at for at, _ in plot._item.getAxis(side)._tickLevels[0]]


def test_in_little_room_marks_do_not_overlap_and_words_end_in_dots(graph: RateGraph, qtbot: QtBot) -> None:
    told(graph, mail=30)
    plot = seen(graph, qtbot)
    assert ticks(plot, "left") == [0, 20, 40]
    graph.resize(180, 130)
    qtbot.waitUntil(lambda: plot.widget.width() < 180)
    assert plot.widget.height() == PLOT, "it is never too low to be read"
    times = ticks(plot, "bottom")
    a_second = plot._box.width() / (plot.shown()[1] - plot.shown()[0])
    assert len(times) < 2 or (times[1] - times[0]) * a_second > MARK_WIDTH - 20
    unit = next(label for label in graph.findChildren(ElidedLabel) if label.text() == "per second")
    unit.grab()
    assert unit.toolTip() == "per second", "it is said there where it is cut"


def test_series_of_one_colour_differ_in_their_line(graph: RateGraph) -> None:
    pens = graph.pens()
    assert pens["mail"].color() == pens["audit"].color()
    assert pens["mail"].style() != pens["audit"].style()
    assert {pen.width() for pen in pens.values()} == {1}


def test_it_draws_at_most_ten_times_a_second(graph: RateGraph, qtbot: QtBot) -> None:
    plot = seen(graph, qtbot)
    told(graph, mail=1)
    for value in range(2, 50):
        graph.update(TIMES, {"mail": [value] * 600})
    assert plot._curves["mail"].getData()[1][0] == 1
    qtbot.waitUntil(lambda: bool(plot._curves["mail"].getData()[1][0] == 49))


def test_while_nothing_happens_it_is_drawn_now_and_then(
    graph: RateGraph, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    plot, drawn = seen(graph, qtbot), list[float]()
    monkeypatch.setattr(plot, "draw", lambda times, _values, _frame: drawn.append(times[-1] - NOW + 1))
    for second in range(12):
        graph._timer.stop()
        graph.update([at + second for at in TIMES], {"mail": [0] * 600})
    assert drawn == [0, 10]
    graph._timer.stop()
    graph.update([at + 12 for at in TIMES], {"mail": [0] * 599 + [1]})
    graph._timer.stop()
    graph.update([at + 12 for at in TIMES], {"audit": [0] * 600})
    assert drawn == [0, 10, 12, 12], "what happened, and another series, are seen at once"


def test_the_wheel_zooms_and_then_it_stands_still(graph: RateGraph, qtbot: QtBot) -> None:
    plot = seen(graph, qtbot)
    told(graph, mail=1)
    graph.grab()  # the wheel's place is measured on what was last painted
    middle = plot.viewport.rect().center()
    wheel = QWheelEvent(
        QPointF(middle),
        QPointF(plot.viewport.mapToGlobal(middle)),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot.viewport, wheel)
    zoomed = graph.visible_range()
    assert zoomed[1] - zoomed[0] < 590
    assert zoomed[0] > TIMES[-1] - 600
    assert graph._live.isVisible()
    graph._timer.stop()
    graph.update([time + 1 for time in TIMES], {"mail": [2] * 600})
    assert graph.visible_range() == zoomed
    QTest.mouseDClick(plot.viewport, Qt.MouseButton.LeftButton, pos=middle)
    assert graph.live
    assert graph.visible_range() == (TIMES[-1] - 599, TIMES[-1] + 1)


def test_the_keyboard_zooms_moves_and_returns(graph: RateGraph, qtbot: QtBot) -> None:
    seen(graph, qtbot)
    told(graph, mail=1)
    QTest.keyClick(graph, Qt.Key.Key_Plus)
    low, high = graph.visible_range()
    assert high - low == pytest.approx(480)
    QTest.keyClick(graph, Qt.Key.Key_Left)
    assert graph.visible_range()[0] == pytest.approx(low - 48)
    QTest.keyClick(graph, Qt.Key.Key_End)
    assert graph.live


@pytest.fixture
def utc() -> Iterator[None]:
    set_zone("utc")
    yield
    set_zone("local")


@pytest.mark.usefixtures("utc")
def test_pointing_at_a_second_tells_its_values(graph: RateGraph, qtbot: QtBot) -> None:
    plot = seen(graph, qtbot)
    graph._timer.stop()
    graph.update(TIMES, {"mail": list(range(600))})
    plot._point(TIMES[250] + 0.2)
    assert graph._legend._values == {"mail": "250"}
    assert graph._when.text() == "18:04:10"
    plot._point(None)
    assert graph._legend._values == {"mail": "599"}


def test_a_series_that_went_is_no_longer_drawn(graph: RateGraph, qtbot: QtBot) -> None:
    plot = seen(graph, qtbot)
    told(graph, mail=1, users=2)
    graph.set_series({"users": "projection"})
    assert list(plot._curves) == ["users"]
    assert not plot._nothing.isVisible()
    told(graph, users=0)
    assert plot._nothing.isVisible()


def test_hidden_it_neither_draws_nor_ticks(graph: RateGraph, qtbot: QtBot) -> None:
    plot = seen(graph, qtbot)
    told(graph, mail=1)
    graph.hide()
    told(graph, mail=5)
    assert not graph._timer.isActive()
    assert plot._curves["mail"].getData()[1][0] == 1


@pytest.mark.parametrize(("at", "index"), [(0.0, 0), (1.4, 0), (1.6, 1), (9.0, 2)])
def test_the_nearest_time_is_found(at: float, index: int) -> None:
    assert nearest([1.0, 2.0, 3.0], at) == index


def test_no_times_have_no_nearest() -> None:
    assert nearest([], 1.0) == -1


def test_V3_an_empty_graph_says_since_when_it_counts(graph: RateGraph, qtbot: QtBot) -> None:
    set_zone("utc")
    plot = seen(graph, qtbot)
    graph._timer.stop()
    graph.update(TIMES, {"mail": [0] * 600}, since=NOW - 60)
    try:
        assert plot._nothing.text() == "Nothing since the start at 18:09:00"
    finally:
        set_zone("local")
