"""What stands at the axes of a plot."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from workbench.gui.plot import ceiling, nothing_text, number_text, time_marks, value_marks
from workbench.gui.time_format import set_zone


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
