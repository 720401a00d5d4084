"""What stands at the axes of a plot."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.plot import Frame, Plot, ceiling, nothing_text, number_text, time_marks, value_marks
from workbench.gui.time_format import set_zone

NAN = float("nan")


@pytest.fixture(autouse=True)
def _utc() -> Iterator[None]:
    set_zone("utc")
    yield
    set_zone("local")


@pytest.mark.parametrize(
    ("top", "wanted"), [(0, 1), (0.3, 0.4), (1, 1), (3, 4), (59, 60), (101, 200), (850, 1000)]
)
def test_a_scale_ends_at_a_round_number(top: float, wanted: float) -> None:
    assert ceiling(top) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.5, "0.5"),
        (3.14159, "3.14"),
        (12.34, "12.3"),
        (12345.6, "12,346"),
        (7.0, "7"),
        (2.996, "3"),
        (0.002, "<0.01"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number_text(value) == text


def test_marks_are_round_times_and_not_more_than_fit() -> None:
    assert time_marks(1_714_500_003, 1_714_500_603, 5) == [
        (1_714_500_120.0, "18:02"),
        (1_714_500_240.0, "18:04"),
        (1_714_500_360.0, "18:06"),
        (1_714_500_480.0, "18:08"),
        (1_714_500_600.0, "18:10"),
    ]
    assert time_marks(1_714_500_003, 1_714_500_013, 3)[0] == (1_714_500_005.0, "18:00:05")


@pytest.mark.parametrize(
    ("since", "said"),
    [(0.0, "Nothing in the last ten minutes"), (50_400.0, "Nothing since the start at 14:00:00")],
)
def test_V3_nothing_is_said_only_of_the_time_in_which_something_was_counted(since: float, said: str) -> None:
    assert nothing_text([50_000.0, 50_599.0], since) == said


def test_V3_where_another_process_delivers_no_silence_is_claimed() -> None:
    assert nothing_text([], 0.0) == "Another process delivers: its rates are not known here"


def test_a_logarithmic_scale_has_powers_of_ten_as_many_as_fit() -> None:
    assert value_marks(20, 5) == [(0.0, "0"), (10.0, "10"), (20, "20")]
    assert [text for _, text in value_marks(2_000, 9, log=True)] == ["0", "1,000", "100", "10", "1"]
    assert [text for _, text in value_marks(2_000, 3, log=True)] == ["0", "1,000", "10"]


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(
    "series",
    [[NAN, 4, NAN, 1, 2], [4, NAN, NAN], [NAN, NAN, 4], [4], [1, 2, NAN, NAN, 4], [NAN, NAN], []],
)
def test_a_value_between_two_gaps_is_seen(qtbot: QtBot, series: list[float], log: bool) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    holder.resize(400, 200)
    plot = Plot(holder)
    plot.widget.resize(400, 200)
    holder.show()
    pen = QPen(QColor("#ff0000"), 1)
    pen.setCosmetic(True)
    plot.set_series({"orders": pen})
    times = [1_714_500_000.0 + 60 * at for at in range(5)]
    plot.draw(times, {"orders": [NAN] * 5}, Frame(last=times[-1] + 30, span=300))
    assert reds(plot.widget) == 0
    plot.draw(times, {"orders": series}, Frame(last=times[-1] + 30, span=300, log=log))
    assert (reds(plot.widget) > 0) == any(one == one for one in series)  # not NaN
    plot.set_series({})
    assert reds(plot.widget) == 0


def reds(widget: QWidget) -> int:
    image = widget.grab().toImage()
    colors = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return sum(one.red() > 150 > 2 * one.green() and one.blue() < 75 for one in colors)
