"""Drafts that need each other are tried together, the fewest first."""

from __future__ import annotations

from workbench.services.design.draft_sets import draft_sets
from workbench.services.design.gestures import DesignNode


def node(name: str) -> DesignNode:
    return DesignNode("command", name)


def test_of_few_drafts_every_set_is_tried() -> None:
    found = draft_sets({node(one): ("", f"{one}: 1\n") for one in "abc"})
    assert len(found) == 7
    assert [len(one) for one in found] == [1, 1, 1, 2, 2, 2, 3]


def test_of_many_drafts_those_with_words_in_common_are() -> None:
    texts = {node(f"n{at}"): ("x: 1\n", f"x: 1\nw{at // 2}: 2\n") for at in range(20)}
    found = draft_sets(texts)
    assert frozenset({node("n4"), node("n5")}) in found
    assert frozenset({node("n5"), node("n6")}) not in found
    assert frozenset(texts) in found
    assert len(found) < 60


def test_a_draft_that_names_another_is_tried_with_all_that_follows() -> None:
    texts = {node(f"n{at}"): ("", f"n{at + 1}: 2\n") for at in range(6)}
    assert frozenset(texts) in draft_sets(texts)
