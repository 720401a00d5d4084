"""Rows of a log whose positions have gaps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.gui.views.log_positions import LogPositions


@given(st.sets(st.integers(1, 40)), st.integers(0, 40))
def test_I3_a_row_is_an_entry_whatever_stands_between(places, cut):
    positions = LogPositions()
    for part in ([one for one in places if one <= cut], [one for one in places if one > cut]):
        positions.extend(range(one, one + 1) for one in sorted(part))
    wanted = sorted(places)
    assert (positions.count, positions.last) == (len(wanted), max(wanted, default=0))
    assert positions.some(0, 99) == wanted
    assert positions.some(3, 4) == wanted[3:7]
    rows = {place: positions.row(place) for place in range(42)}
    assert rows == {place: wanted.index(place) if place in places else None for place in range(42)}
    behind = [positions.after(place) for place in range(42)]
    assert behind == [sum(one > place for one in wanted) for place in range(42)]
