"""Saved searches: what their file holds that is none costs nothing but them."""

from __future__ import annotations

import pytest

from workbench.services.search.saved_searches import SavedSearches
from workbench.services.search.search_query import SearchQuery

DEEP = b"""[{"name":"ada","query":{"words":"","more":""" + b"[" * 200_000


@pytest.mark.parametrize("held", [b"[" * 200_000, DEEP, b"nonsense", b"\xff", b"{}"])
def test_a_file_that_cannot_be_read_holds_no_searches_and_is_written_again(tmp_path, held):
    searches = SavedSearches(tmp_path, {"WORKBENCH_CONFIG": str(tmp_path)})
    searches.path.parent.mkdir()
    searches.path.write_bytes(held)
    assert searches.all() == []
    searches.save("ada", SearchQuery(words="ada"))
    assert [one.name for one in searches.all()] == ["ada"]
