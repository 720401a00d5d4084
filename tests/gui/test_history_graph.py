"""The graph of all subscriptions: what it draws of the history, and what a person does with it."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.gui.graph_export import picture_of
from workbench.gui.graph_words import figures_text, nothing_text, span_text
from workbench.gui.history_graph import HistoryGraph
from workbench.gui.time_format import set_zone
from workbench.services.monitor.rate_marks import RateMark
from workbench.services.monitor.rate_rings import Figures, Measure, RateRings, RateWindow, Sample


@pytest.fixture
async def graph(desk, qtbot, until):
    rates, now = desk.workspace.rates, desk.workspace.clock.now() // 1_000_000
    rates.rings = RateRings()
    for at in [*range(now - 4000, now - 300), *range(now - 100, now)]:
        rates.rings.add(
            at, {"welcome-mail": Sample(99, lag=3), "audit-trail": Sample(9, died=at == now - 50)}
        )
    made = HistoryGraph(desk)
    qtbot.addWidget(made)
    made.resize(800, 300)
    made.set_names(("welcome-mail", "audit-trail"), "welcome-mail")
    made.show()
    await until(lambda: made._plot is not None and made.figures)
    return made


def drawn(graph, name):
    graph._timer.stop()
    graph.redraw()
    return [float(value) for value in graph._plot._curves[name].getData()[1]]


async def test_V6_what_is_seen_follows_the_choices_and_a_gap_stays_one(graph):
    values = drawn(graph, "welcome-mail")
    assert {value for value in values if not math.isnan(value)} == {99}
    assert sum(map(math.isnan, values)) == pytest.approx(200 / graph._seen.step, abs=1)
    assert graph._when.text() == "deliveries/s" + (
        f", average of {step} s" if (step := graph._seen.step) > 1 else ""
    )
    graph.logarithm()
    assert max(value for value in drawn(graph, "welcome-mail") if value == value) == pytest.approx(2)
    graph.setFocus()
    QTest.keyClick(graph, Qt.Key.Key_Minus)
    assert graph.span.currentText() == "1 h"
    drawn(graph, "welcome-mail")
    assert graph._when.text() == "deliveries/s, average of 10 s"
    graph.measure.setCurrentIndex(graph.measure.findData(Measure.LAG))
    drawn(graph, "welcome-mail")
    assert graph._when.text() == "positions to the head, highest of 10 s"
    graph.measure.setCurrentIndex(graph.measure.findData(Measure.DEATHS))
    graph._timer.stop()
    graph.redraw()
    assert graph.figures["audit-trail"].total == 1
    assert graph._when.text() == "in 10 s"
    assert "audit-trail average" in graph.accessibleDescription()
    graph.hide_lines(["welcome-mail"])
    graph._timer.stop()
    graph.redraw()
    assert list(graph._plot._curves) == ["audit-trail"]


async def test_what_can_be_done_is_known_as_soon_as_something_is_drawn_or_marked(graph, desk):
    assert graph.acts["export"].isEnabled()
    assert not graph.acts["marks_listed"].isEnabled()
    now = desk.workspace.clock.now() / 1e6
    graph.set_marks([RateMark(at=now - 60, kind="pause", text="paused", subscription="")])
    assert graph.acts["marks_listed"].isEnabled()


async def test_it_comes_back_as_it_was_left(graph, tmp_path):
    settings = QSettings(str(tmp_path / "some.ini"), QSettings.Format.IniFormat)
    graph.remember(settings)
    graph.span.setCurrentText("6 h")
    graph.measure.setCurrentIndex(graph.measure.findData(Measure.LAG))
    graph.logarithm()
    settings.sync()
    other = HistoryGraph(graph._desk)
    other.remember(QSettings(str(tmp_path / "some.ini"), QSettings.Format.IniFormat))
    assert (other.span.currentText(), other.measure.currentData(), other.log) == ("6 h", Measure.LAG, True)
    other.deleteLater()


async def test_it_is_exported_as_picture_and_numbers_and_copied_as_table(
    graph, desk, tmp_path, monkeypatch, until
):
    names = [tmp_path / "seen.png", tmp_path / "seen.csv"]
    told = []
    desk.noticed.connect(told.append)
    for path in names:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, at=path: (str(at), ""))
        graph.export()
        await until(path.exists)
    await until(lambda: len(told) == 2)
    assert QImage(str(names[0])).width() == 2 * graph._plot.widget.width()
    heads, *lines = names[1].read_text().splitlines()
    assert heads == "time,audit-trail,welcome-mail"
    assert len(lines) == len(graph._seen.times)
    assert any(line.endswith(",,") for line in lines), "a gap has no number"
    assert lines[-1].endswith(",9,99")
    graph.copy_table()
    rows = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert [row[0] for row in rows] == ["Subscription", "welcome-mail", "audit-trail"]
    assert rows[1][1:3] == ["99", "99"]


def test_a_length_of_time_is_said_in_one_unit():
    assert [span_text(seconds) for seconds in (1, 90, 60, 240)] == ["1 s", "90 s", "1 min", "4 min"]


@pytest.mark.parametrize(
    ("watched", "said"),
    [
        ((), "Nothing was watched yet"),
        (((600, 0),), "Nothing in 5 m"),
        (((20, 0),), "Nothing since 18:09:40"),
        (((600, 200), (100, 0)), "Nothing in 5 m, as far as it was watched"),
    ],
)
def test_V3_nothing_is_said_only_of_the_time_that_was_watched(watched, said):
    now, rings = 1_714_500_600, RateRings()
    for first, end in watched:
        for at in range(now - first, now - end):
            rings.add(at, {"mail": Sample()})
    set_zone("utc")
    try:
        assert nothing_text(rings.window(Measure.RATE, now - 300, now, 360), "5 m", here=True) == said
    finally:
        set_zone("local")


async def test_V6_read_models_have_lines_a_legend_and_figures_of_their_own(graph, desk):
    rates, now = desk.workspace.rates, desk.workspace.clock.now() // 1_000_000
    rates.rings = RateRings()
    for at in range(now - 90, now):
        rates.rings.add(at, {"read model users": Sample(40, lag=7), "welcome-mail": Sample(1)})
    rates.turn += 1
    assert graph.legend.isHidden()
    graph.measure.setCurrentIndex(graph.measure.findData(Measure.FOLD_LAG))
    assert max(value for value in drawn(graph, "users") if value == value) == 7
    assert "welcome-mail" not in graph._plot._curves
    assert not graph.legend.isHidden()
    assert graph.legend._values["users"] == "7"
    assert graph.figures["users"].highest == 7
    graph.measure.setCurrentIndex(graph.measure.findData(Measure.FOLDED))
    assert max(value for value in drawn(graph, "users") if value == value) == 40
    graph.copy_table()
    assert QGuiApplication.clipboard().text().startswith("Read model\tAverage")
    graph.show_subscriptions()
    assert graph.measure.currentData() is Measure.RATE
    drawn(graph, "welcome-mail")
    assert graph.legend.isHidden()


def test_a_picture_has_its_whole_title_and_says_of_what_the_highest_is(qtbot):
    plot = QWidget()
    qtbot.addWidget(plot)
    plot.resize(240, 100)
    long = "Rate, deliveries/s, average of 1 min · 2026-11-30 16:00:00 to 2026-11-30 17:00:00 UTC"
    low, high = (picture_of(plot, title, {}, {}).height() for title in ("Rate", long))
    assert high > low, "it breaks where it does not fit"
    figures = Figures(average=2.0, highest=39.0, total=9)
    told = {
        (measure, step): figures_text(
            RateWindow(measure=measure, step=step, times=(), values={}, figures={}, last=0), figures
        )
        for measure in (Measure.RATE, Measure.LAG)
        for step in (1, 60)
    }
    assert told.pop((Measure.RATE, 60)) == "average 2, highest 39 in one second"
    assert {*told.values()} == {"average 2, highest 39"}
