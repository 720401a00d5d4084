"""How values of read models are shown and found."""

from __future__ import annotations

import pytest

from workbench.gui.views.row_source import column_of, shows_of, told

COLUMNS = (("id", "text"), ("frozen", "boolean"), ("count", "integer"))


@pytest.mark.parametrize(("value", "said"), [(1, "yes"), (0, "no"), (None, "–")])
def test_what_is_true_or_false_is_shown_as_yes_or_no(value, said):
    assert column_of("frozen", "boolean", last=False).text(value) == said
    assert shows_of(COLUMNS, "yes")["frozen"](value) == said, "and is found as it is shown"


def test_a_whole_row_says_true_or_false():
    row = {"id": "1", "frozen": 0, "count": 1}
    assert told(row, COLUMNS) == {"id": "1", "frozen": False, "count": 1}
    assert told(row, COLUMNS)["frozen"] is False
