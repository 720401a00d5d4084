"""How values of read models are shown and found."""

from __future__ import annotations

import pytest

from workbench.gui.views.row_source import column_of, shows_of, told

COLUMNS = (("id", "text"), ("frozen", "boolean"), ("count", "integer"))


@pytest.mark.parametrize(("value", "said"), [(1, "yes"), (0, "no"), (None, "–")])
def test_what_is_true_or_false_is_shown_as_yes_or_no(value, said):
    assert column_of("frozen", "boolean", last=False).text(value) == said
    found = shows_of(COLUMNS, "yes")["frozen"](value)
    assert found == {"yes": "yes true", "no": "no false"}.get(said, said), (
        "and is found by both ways to say it"
    )


def test_a_whole_number_is_found_with_its_thousands_parted_and_without():
    assert "count" not in shows_of(COLUMNS, "1234"), "the store finds what it holds"
    assert shows_of(COLUMNS, "1234 1,234")["count"](1234) == "1234 1,234"


def test_a_whole_row_says_true_or_false():
    row = {"id": "1", "frozen": 0, "count": 1}
    assert told(row, COLUMNS) == {"id": "1", "frozen": False, "count": 1}
    assert told(row, COLUMNS)["frozen"] is False
