"""Curves of lags have few points and lose no peak; a run is told in one line."""

from __future__ import annotations

import math

from workbench.services.worlds.traffic_run import (
    POINTS,
    LagCurves,
    SubscriptionRun,
    TrafficRun,
    at_common_times,
    pace_text,
)


def one(name, **figures):
    given = {"delivered": 5, "retried": 1, "letters": 2, "letters_then": 1, "highest": 0, "behind": 0.0}
    return SubscriptionRun(name=name, highest_then=None, **(given | figures))


def test_curves_are_thinned_and_keep_their_peaks():
    curves = LagCurves()
    for at in range(10 * POINTS):
        curves.add(float(at), {"mail": 999 if at == 1234 else 1})
    assert len(curves.times) == len(curves.lags["mail"]) <= POINTS
    assert curves.times == sorted(curves.times)
    assert max(curves.lags["mail"]) == 999
    peak = curves.times[curves.lags["mail"].index(999.0)]
    assert abs(peak - 1234) <= 10 * POINTS / (POINTS / 2)


def test_one_that_comes_later_had_no_lag_before():
    curves = LagCurves()
    curves.add(0.0, {"mail": 1})
    curves.add(1.0, {"mail": 2, "audit": 3})
    assert curves.lags == {"mail": [1.0, 2.0], "audit": [0.0, 3.0]}


def test_a_run_says_what_it_came_to_and_who_was_furthest_behind():
    run = TrafficRun(
        name="n", first=1, upto=9, pace=10.0, at=0, begin=0, seconds=2.0, arrivals=4, sent=3, waiting=1,
        stopped=True, types={"a": (4, 3)}, subscriptions=[one("mail", highest=7, behind=1.5), one("audit")],
    )  # fmt: skip
    assert run.summary() == (
        "3 of 4 arrivals at 10×, 2.0 s; 3 events (4 then); 10 deliveries, 2 retries; 4 dead letters (2 then);"
        " furthest behind mail, at most 7, done 1.5 s behind the last arrival; 1 still wait; stopped"
    )
    assert pace_text(0.0) == "as fast as it can"


def test_what_is_not_done_is_slower_than_whatever_is():
    late = one("audit", highest=1, behind=-1.0)
    run = TrafficRun(
        name="n", first=1, upto=9, pace=0.0, at=0, begin=0, subscriptions=[one("mail", highest=7), late]
    )
    assert run.slowest == late
    assert "audit, at most 1, is not done" in run.summary()


def test_W5_runs_are_brought_to_common_times_and_end_where_they_ended():
    run = TrafficRun(
        name="n",
        first=1,
        upto=9,
        pace=0.0,
        at=0,
        begin=0,
        times=[1.0, 1.5, 4.0],
        lags={"mail": [3.0, 9.0, 1.0]},
    )
    points = at_common_times(run, 10.0, 10)["mail"]
    assert points[1:5] == [9.0, 9.0, 9.0, 1.0], "of one step the highest, between two looks the earlier"
    assert math.isnan(points[0])
    assert all(map(math.isnan, points[5:]))
    assert at_common_times(TrafficRun(name="n", first=1, upto=9, pace=0.0, at=0, begin=0), 0.0, 10) == {}
