"""What came of exploring is said in words, names as they are written."""

from __future__ import annotations

from workbench.gui.views.explore_line import page_words
from workbench.services.worlds.explored import Exploration, Violation


def test_the_name_of_an_invariant_stays_as_it_is_and_a_sentence_begins_large():
    one = Exploration(scenario="placed", schedules=3, complete=1, faults=("crash", "delay"))
    title, _ = page_words(one, "", busy=False)
    assert title == "No violation with up to 1 deviation, with crash, delay; 3 schedules."
    one.findings["no_x"] = Violation(invariant="no_x", words="", choices=(1,), found_at=2, seconds=0.1)
    title, _ = page_words(one, "", busy=False)
    assert title.startswith("no_x broken in 1 of 3 schedules")
