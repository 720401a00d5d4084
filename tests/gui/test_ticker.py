"""The beat for ages: there while something that says ages is seen, and not a moment longer."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from workbench.gui.ticker import TICK_MS, Ticker


class Aging(QWidget):
    def __init__(self):
        super().__init__()
        self.told = 0

    def tick(self):
        self.told += 1


@pytest.fixture
def aging(qtbot):
    widget = Aging()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def ticker(qapp):
    made = Ticker(qapp)
    yield made
    made.close()


def test_V3_it_beats_once_a_second_while_something_is_followed(ticker, aging):
    assert TICK_MS == 1000
    assert not ticker.running
    ticker.follow(aging)
    ticker.follow(aging)
    assert ticker.running
    ticker.leave(aging)
    assert not ticker.running
    ticker.leave(aging)


def test_V3_only_what_is_seen_is_called(ticker, aging):
    ticker.follow(aging)
    ticker.beat()
    assert aging.told == 0
    aging.show()
    ticker.beat()
    assert aging.told == 1
    aging.showMinimized()
    ticker.beat()
    assert aging.told == 1
