"""Finding events: from the beginning and from the end, over pages, by patterns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.services.project.new_project import create
from workbench.services.project.open_project import open_target
from workbench.services.search.event_search import EventQuery, EventSearch
from workbench.store.operations import Append


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A store of fifty events in three streams, of four types."""
    folder = tmp_path_factory.mktemp("full")
    create(folder / "mine")
    workspace = open_target(folder / "mine", "", environ={"WORKBENCH_CONFIG": str(folder)})
    workspace.store.write(
        [
            Append(
                stream=f"s-{n % 3}",
                events=(NewEvent(id=derived_id(n), type=f"t.{'abcd'[n % 4]}", data=str(n)),),
            )
            for n in range(50)
        ]
    )
    yield workspace
    workspace.store.close()


WANTED = st.builds(
    EventQuery,
    stream=st.sampled_from(["", "s-1", "s-*", "none", "s-[02]"]),
    type=st.sampled_from(["", "t.a", "t.[ab]", "*.d", "x"]),
    after=st.integers(0, 60),
)


@given(WANTED, st.integers(1, 60), st.sampled_from([1, 3, 7, 1000]))
def test_what_is_found_is_what_a_look_at_everything_finds(full, wanted, limit, page):
    everything = full.reader.read_log(wanted.after, 1000)
    fitting = [event for event in everything if wanted.fits(event)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.services.search.event_search.PAGE", page)
        assert EventSearch(full.reader).first(wanted, limit) == fitting[:limit]
        assert EventSearch(full.reader).last(wanted, limit) == fitting[-limit:]
