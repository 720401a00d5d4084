"""Marks over a plot: which stand in sight, which are one, and what they say."""

from __future__ import annotations

from workbench.gui.plot_marks import TOLD, placed
from workbench.services.monitor.rate_marks import RateMark, rate_marks
from workbench.store.operator_actions import OperatorAction


def mark(at: float, kind: str = "pause") -> RateMark:
    return RateMark(at=at, kind=kind, subscription="mail", text=f"mail: {kind}")


def test_marks_that_would_touch_are_one_and_a_death_is_its_sign():
    marks = [
        mark(-5),
        mark(10),
        mark(12, "died"),
        mark(20, "resume"),
        mark(60, "repair and replay"),
        mark(200),
    ]
    found = placed(marks, lambda at: at, 100)
    assert [one.x for one in found] == [10, 60], "what is out of sight is not drawn"
    assert [one.sign[0] for one in found] == ["dead-letter", "replay"]
    assert [line.partition(" ")[2] for line in found[0].text().splitlines()] == [
        "mail: pause",
        "mail: died",
        "mail: resume",
    ]
    (many,) = placed([mark(50)] * (TOLD + 3), lambda at: at, 100)
    assert many.text().splitlines()[0] == "3 earlier"


def test_only_what_explains_rates_is_marked():
    acts = [
        OperatorAction(
            number=4, at=9_000_000, action="reset", subject="subscription mail", detail="to position 7"
        ),
        OperatorAction(number=3, at=8_000_000, action="replay", subject="2 dead letters"),
        OperatorAction(number=2, at=7_000_000, action="pause", subject="engine"),
        OperatorAction(number=1, at=6_000_000, action="rebuild", subject="projection users"),
        OperatorAction(number=5, at=6_000_000, action="pause", subject="projection users"),
    ]
    found = rate_marks(acts, [(8, "mail", 2)], {"mail"})
    assert [(one.at, one.text, one.subscription, one.operation) for one in found] == [
        (7.0, "engine: paused", "", 2),
        (8.0, "2 dead letters: replayed", "", 3),
        (8.0, "mail: 2 deliveries died", "mail", 0),
        (9.0, "mail: reset to position 7", "mail", 4),
    ]
