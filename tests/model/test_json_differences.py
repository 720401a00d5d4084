"""Differences between two values: each with its path, in the order of the keys."""

from __future__ import annotations

from workbench.model.json_differences import Difference, differences


def test_every_kind_of_difference_is_found_with_its_path():
    before = {"a": 1, "gone": 2, "list": [1, 2], "same": {"x": 1}}
    after = {"a": 2, "list": [1, 3, 4], "same": {"x": 1}, "new": None}
    assert list(differences(before, after)) == [
        Difference("changed", "a", 1, 2),
        Difference("removed", "gone", 2, None),
        Difference("changed", "list[1]", 2, 3),
        Difference("added", "list[2]", None, 4),
        Difference("added", "new", None, None),
    ]


def test_a_number_is_not_yes():
    assert list(differences({"a": 1}, {"a": True})) == [Difference("changed", "a", 1, True)]
    assert list(differences({"a": 1}, {"a": 1})) == []
