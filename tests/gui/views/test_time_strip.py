"""The strip of events along time."""

from __future__ import annotations

from array import array

from workbench.gui.views.event_times import EventTimes
from workbench.gui.views.time_strip import MARKS, TimeStrip


def test_a_place_belongs_to_the_nearest_event(qtbot):
    strip = TimeStrip()
    qtbot.addWidget(strip)
    strip.resize(428, 64)
    strip.set_times(EventTimes(array("q", [0, 100, 400])))
    assert [strip.x_of(version) for version in (1, 2, 3)] == [14.0, 114.0, 414.0]
    assert [strip.nearest(x) for x in (-50, 60, 66, 500)] == [1, 1, 2, 3]


def test_of_events_at_one_time_the_newest_is_meant(qtbot):
    strip = TimeStrip()
    qtbot.addWidget(strip)
    strip.set_times(EventTimes(array("q", [5, 5, 5])))
    assert strip.nearest(10) == 3


def test_many_events_are_found_and_painted_as_density(qtbot):
    strip = TimeStrip()
    qtbot.addWidget(strip)
    strip.resize(400, 64)
    strip.set_times(EventTimes(array("q", range(0, MARKS * 100, 10))))
    for version in (1, 777, MARKS * 10):
        assert abs(strip.nearest(strip.x_of(version)) - version) <= 1
    assert not strip.grab().isNull()


def test_events_whose_times_are_not_in_order_are_found_where_they_stand(qtbot):
    strip = TimeStrip()
    qtbot.addWidget(strip)
    strip.resize(100_028, 64)
    count = MARKS + 500
    strip.set_times(
        EventTimes(array("q", [(version * 7919) % count * 1000 for version in range(1, count + 1)]))
    )
    for version in (1, 2, 3, 1234, count):
        assert strip.nearest(strip.x_of(version)) == version
