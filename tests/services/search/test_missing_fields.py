"""Fields that nothing stored has: misspelt where no type has them either, and looked for once."""

from __future__ import annotations

import pytest

from workbench.services.search.condition import Condition
from workbench.services.search.search_query import SearchQuery
from workbench.services.search.search_run import SearchRun
from workbench.store.search_port import RecordKind

SURE = SearchQuery(where="data.usernam == 'Ada'")


@pytest.fixture
async def searched(workspace, monkeypatch):
    """Returns the field that a search lacks, and what was searched for meanwhile."""
    for name in ("ada", "bob"):
        values = {"user_id": name, "username": name.title(), "email": f"{name}@example.org"}
        assert (await workspace.commands.issue("create_user", values)).accepted
    await workspace.running().settle()

    def lacks(query):
        asked, run = [], SearchRun.run

        def noted(self, *given):
            asked.append(self.wanted.query.where)
            return run(self, *given)

        with monkeypatch.context() as patch:
            patch.setattr(SearchRun, "run", noted)
            state = workspace.search.run(workspace.search.read(query))
            assert not state.count
            return workspace.search.missing_field(state), asked

    return lacks


async def test_a_field_that_every_record_lacked_is_not_looked_for_again(searched):
    said, asked = searched(SURE)
    assert said == "no record has a field data.usernam (did you mean username?)"
    assert asked == ["data.usernam == 'Ada'", ""]  # the second for the fields that there are


async def test_a_field_that_some_records_were_not_asked_for_is_looked_for(searched):
    said, asked = searched(SearchQuery(where="type == 'user.created' && data.usernam == 'Ada'"))
    assert "no record has a field data.usernam" in said
    assert "has(data.usernam)" in asked
    said, asked = searched(SearchQuery(words="ada", where="data.usernam == 'Ada'"))
    assert "has(data.usernam)" in asked
    said, _ = searched(SearchQuery(words="ada", where="data.username == 'Eve'", kinds=(RecordKind.ROW,)))
    assert said == ""


@pytest.mark.parametrize(
    ("where", "sure"),
    [
        ("data.email == 'x'", {"data.email"}),
        ("data.email == 'x' || data.email == 'y'", {"data.email"}),
        ("data.email == 'x' || data.friend.email == 'y'", {"data.friend"}),
        ("data.lines.all(i, i.sku == data.sku)", {"data.lines"}),
    ],
)
def test_where_two_things_have_one_name_it_is_looked_which_of_them_lacks_it(where, sure):
    assert Condition(where).sure == sure


@pytest.mark.parametrize(
    ("query", "misspelt"),
    [
        (SearchQuery(where="data.domain == 'x'"), False),  # of an event that never happened
        (SearchQuery(where="data.reason == 'x'"), False),
        (SearchQuery(where="data.since == 'x'", kinds=(RecordKind.ROW,)), False),
        (SearchQuery(where="data.since == 'x'", kinds=(RecordKind.EVENT,)), True),
        (SearchQuery(where="data.reason == 'x'", types=("user.created",)), True),
        (SearchQuery(where="data.reason == 'x'", types=("user.status*",)), False),
    ],
)
async def test_a_field_of_a_type_is_not_misspelt_though_nothing_stored_has_it(searched, query, misspelt):
    assert bool(searched(query)[0]) == misspelt
