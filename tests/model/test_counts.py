"""How many of something there are, in words."""

from __future__ import annotations

import pytest

from workbench.model.counts import counted


@pytest.mark.parametrize(
    ("count", "words", "said"),
    [
        (0, ("row",), "0 rows"),
        (1, ("row",), "1 row"),
        (1204, ("dead letter",), "1,204 dead letters"),
        (1, ("entry", "entries"), "1 entry"),
        (2, ("entry", "entries"), "2 entries"),
    ],
)
def test_a_count_has_its_noun(count, words, said):
    assert counted(count, *words) == said
