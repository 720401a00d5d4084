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
        OperatorAction(number=3, at=8_000_000, action="replay", subject="2 dead letters", count=2),
        OperatorAction(number=2, at=7_000_000, action="pause", subject="engine"),
        OperatorAction(number=1, at=6_000_000, action="rebuild", subject="projection users"),
        OperatorAction(number=5, at=6_000_000, action="pause", subject="projection users"),
    ]
    found = rate_marks(acts, [(8, "mail", 2)], {"mail"})
    assert [(one.at, one.text, one.subscription, one.operation) for one in found] == [
        (7.0, "engine: paused", "", 2),
        (8.0, "mail: 2 deliveries died", "mail", 0),
        (8.0, "2 dead letters: replayed", "", 3),
        (9.0, "mail: reset to position 7", "mail", 4),
    ]


def test_L10_V3_a_mark_says_on_how_many_an_act_took_effect_and_that_it_was_undone():
    acts = [
        OperatorAction(
            number=6, at=6, action="undo", subject="9 dead letters", detail="operation 3, replay", count=2
        ),
        OperatorAction(
            number=5, at=5, action="undo", subject="61 dead letters", detail="operation 1, replay", count=61
        ),
        OperatorAction(number=4, at=4, action="undo", subject="subscription mail", detail="operation 7, x"),
        OperatorAction(number=3, at=3, action="replay", subject="9 dead letters", count=5, undone=6),
        OperatorAction(number=2, at=2, action="repair and replay", subject="70 dead letters", count=36),
        OperatorAction(number=1, at=1, action="replay", subject="61 dead letters", count=61, undone=5),
        OperatorAction(number=0, at=0, action="pause", subject="engine", count=1, undone=8),
    ]
    assert [one.text for one in rate_marks(acts, [], {"mail"})] == [
        "engine: paused, undone since",
        "61 dead letters: replayed, undone since",
        "70 dead letters: repaired and replayed, 36 of them",
        "9 dead letters: replayed, 5 of them, 2 undone since",
        "61 dead letters: undone replay",
        "9 dead letters: undone replay, 2 of them",
    ]
