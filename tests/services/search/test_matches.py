"""What is said of a record that a search found: the values for which it was."""

from __future__ import annotations

import json

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


@pytest.mark.parametrize("at", [0, 30, 300, 900])
def test_the_part_of_a_long_value_is_said_in_which_the_word_stands_with_what_is_around_it(at):
    text = "".join(f"{place:04} " for place in range(200))
    text = f"{text[:at]}needle{text[at:]}"
    record = FoundRecord(
        kind=RecordKind.EVENT, number=1, time=0, type="a", place="b", data=json.dumps({"note": text})
    )
    (said,) = [one.said() for one in matches(record, SearchQuery(words="needle").read(0))]
    before, found, behind = said.partition("needle")
    assert found
    assert text[at - min(at, 20) : at] in before
    assert text[at + 6 : at + 66] in behind
