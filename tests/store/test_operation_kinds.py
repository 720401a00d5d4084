"""N6: an operation whose fields are of other kinds than they say is refused by every store, and no other."""

from __future__ import annotations

from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.store.actions import append, event, one
from workbench.errors import ANY, InvalidValue
from workbench.model.ids import derived_id
from workbench.store import operations as op
from workbench.store.operations.projection_operations import MarkProjection
from workbench.store.operator_actions import OperatorAction
from workbench.store.stored_values import CommandRecord

ID = derived_id("m")
MESSAGE = op.NewMessage(id=ID, topic="work", type="t", key="k", data="{}", correlation_id=ID)
RECORD = CommandRecord(
    command_id=ID, type="t", stream="s", data="{}", outcome="accepted", correlation_id=ID, issued_at=1
)
ACTION = OperatorAction(at=1, action="pause", subject="engine")
APPEND, SETTLE = append("s", "a"), op.Settle(subscription="sub", token=ID)
MARK = op.MarkLetters(numbers=(1,), before=("open",), after="archived")
STATE = op.SaveProcess(process="p", key="k", state="{}")
FAULT = MarkProjection(name="p", generation=1, status="faulted")
WRONG = [
    (replace(MESSAGE, priority="high"), "$.priority"),
    (replace(MESSAGE, priority=1.5), "$.priority"),
    (replace(MESSAGE, priority=b"x"), "$.priority"),
    (replace(MESSAGE, key=b"x"), "$.key"),
    (replace(MESSAGE, type=["x"]), "$.type"),
    (replace(MESSAGE, id=str(ID)), "$.id"),
    (replace(MESSAGE, deliver_at=2**63), "$.deliver_at"),
    (replace(APPEND, expected="abc"), "$.expected"),
    (replace(APPEND, expected=1.5), "$.expected"),
    (replace(APPEND, stream=5), "$.stream"),
    (replace(APPEND, events=(replace(event("a"), data=b"{}"),)), "$.events[0].data"),
    (op.AppendMany(appends=(APPEND, replace(APPEND, stream="t", expected="x"))), "$.appends[1].expected"),
    (op.RecordCommand(record=replace(RECORD, expected="x")), "$.record.expected"),
    (op.RecordCommand(record=replace(RECORD, message=b"x")), "$.record.message"),
    (op.RecordCommand(record=replace(RECORD, field=b"y")), "$.record.field"),
    (op.Atomic(operations=(MESSAGE, replace(MESSAGE, id=ID, priority="x"))), "$.operations[1].priority"),
    (replace(SETTLE, effects=(None,)), "$.effects[0]"),
    (replace(SETTLE, effects=(replace(APPEND, stream=5),)), "$.effects[0].stream"),
    (op.RecordAction(action=replace(ACTION, subject=7)), "$.action.subject"),
    (replace(MARK, numbers=(1, "2")), "$.numbers[1]"),
    (replace(STATE, key=7), "$.key"),
    (replace(FAULT, fault=b"x"), "$.fault"),
]


@pytest.mark.parametrize(("wrong", "place"), WRONG, ids=[f"{type(bad).__name__} {at}" for bad, at in WRONG])
def test_N6_C6_a_field_of_another_kind_is_refused_and_named_and_the_rest_of_the_group_is_written(
    store, wrong, place
):
    for operation in (op.EnsureTopic(name="work"), op.EnsureSubscription(name="sub", topic="work")):
        one(store, operation)
    before, refused, behind = store.write([append("x", "1"), wrong, append("x", "2", expected=1)])
    assert isinstance(refused, InvalidValue), refused
    assert (refused.path, refused.outcome.value) == (place, "not committed")
    assert (before.last_version, behind.last_version) == (1, 2)
    (said,) = store.dry_run([wrong])
    assert str(said) == str(refused)
    assert store.reader().head() == 2


def test_N6_what_is_no_operation_is_refused(store):
    (refused,) = store.write([None])
    assert isinstance(refused, InvalidValue)


def test_kinds_that_are_those_of_their_fields_pass(store):
    class Name(str):
        __slots__ = ()

    one(store, op.EnsureTopic(name="work"))
    assert one(store, replace(MESSAGE, key=Name("k"), id=UUID(int=7))) == 1
    assert one(store, append("s", "a", expected=ANY)).last_version == 1
