"""What is said of a record that a search found: the values for which it was."""

from __future__ import annotations

import pytest

from workbench.services.search.matches import matches
from workbench.services.search.search_query import SearchQuery
from workbench.store.search_port import FoundRecord, RecordKind

LETTER = FoundRecord(
    kind=RecordKind.LETTER,
    number=71,
    time=0,
    type="user.created",
    place="welcome-mail",
    data='{"user_id":"u","email":"u@x.example"}',
    edited='{"user_id":"u","email":"u@still.invalid"}',
)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (SearchQuery(words="still.invalid"), ["edited copy: email “u@still.invalid”"]),
        (SearchQuery(words="#71"), ["letter #71"]),
        (
            SearchQuery(where="edited.email != data.email"),
            ["email “u@x.example”", "edited copy: email “u@still.invalid”"],
        ),
        (SearchQuery(words="x.example"), ["email “u@x.example”"]),
    ],
)
def test_L6_of_a_letter_it_is_said_whether_its_edited_copy_fits(query, said):
    assert [one.said() for one in matches(LETTER, query.read(0))] == said
