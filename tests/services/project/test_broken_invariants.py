"""What a check tells of invariants that the store breaks now."""

from __future__ import annotations

import pytest

from workbench.errors import WorkbenchError
from workbench.model.clock import ManualClock
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.project.project import load_project
from workbench.project.project_file import read_settings
from workbench.services.project.broken_invariants import broken_invariants
from workbench.store.operations import Append
from workbench.store.sqlite.store import SqliteStore

MODEL = """
[event_store]
path: "events.db"
[aggregate.till]
state { cents { type: "integer", default: 0 } }
[event.till.moved]
stored_as: "till.changed"
fields { cents: "integer" }
set { cents: "state.cents + event.cents" }
[command.move]
creates_or_changes: "till"
fields { till_id: "string", cents: "integer" }
emit: "till.moved"
[invariant.no_debts]
of: "till"
always: "state.cents >= 0"
[invariant.even]
eventually: "count('till.moved') % 2 == 0"
"""


@pytest.fixture
def checked(tmp_path):
    """Returns what is told of a store with these moves."""

    def call(*moves):
        (tmp_path / "project.tsk").write_text(MODEL)
        store = SqliteStore(tmp_path / "events.db", ManualClock(1))
        for number, (till, cents) in enumerate(moves):
            data = f'{{"cents":{cents}}}'
            event = NewEvent(id=derived_id(number), type="till.changed", data=data)
            (answer,) = store.write([Append(stream=f"till-{till}", events=(event,))])
            assert not isinstance(answer, WorkbenchError)
        store.close()
        file = read_settings(tmp_path, environ={})
        return broken_invariants(load_project(tmp_path, environ={}, trusted=True, file=file), file)

    return call


def test_what_does_not_hold_now_is_told_once_for_an_invariant_with_where_it_is_declared(checked):
    (problem,) = checked(("a", 1), ("b", -2), ("a", -5), ("c", 1))
    assert problem.code == "E-INVARIANT"
    assert problem.line == MODEL[: MODEL.index("[invariant.no_debts]")].count("\n") + 1
    assert problem.message == (
        "in the store no_debts does not hold for till-b: state.cents is -2, since position 2; nor for 1 other"
    )
    assert "workbench since" in problem.hint


def test_what_held_again_is_no_problem(checked):
    assert checked(("a", -1), ("a", 1)) == []


def test_Y2_what_is_to_hold_at_rest_is_asked_where_nothing_is_left(checked):
    (problem,) = checked(("a", 1))
    assert problem.message == "in the store even does not hold: count('till.moved') is 1"


def test_without_a_store_there_is_nothing_to_tell(tmp_path):
    (tmp_path / "project.tsk").write_text(MODEL)
    file = read_settings(tmp_path, environ={})
    assert broken_invariants(load_project(tmp_path, environ={}, trusted=True, file=file), file) == []
