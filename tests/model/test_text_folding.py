"""Folding: what looks the same but for its case is the same, in every script and form."""

from __future__ import annotations

import pytest

from workbench.model.text_folding import folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ÉVA", "éva"),
        ("E\u0301va", "éva"),
        ("STRASSE", "Straße"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ЖУК", "жук"),
        ("İstanbul", "istanbul"),
        ("ISPARTA", "ısparta"),
        ("a\u202eb", r"A\u202EB"),
    ],
)
def test_texts_that_look_the_same_are_found_by_each_other(one, other):
    assert folded(one) == folded(other)


def test_others_are_not():
    assert folded("eva") != folded("éva")
