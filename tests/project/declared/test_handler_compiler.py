"""Declared handlers at work: which events they handle, and where they stand when they fail."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from workbench.errors import PermanentError, WorkbenchError
from workbench.model.ids import derived_id
from workbench.model.messaging import Message
from workbench.project.project import load_project

TEXT = """\
[project]
name: "shop"
[aggregate.parcel]
[event.parcel.sent]
fields { to: "string" }
[event.parcel.delivered]
[topics]
parcels {}
[handler.call]
event: "parcel.sent"
fail { down { when: "data.to == 'x'", message: "no courier", error: "CourierDown" } }
[handler.any]
fail { down { when: "data.missing.too == 1", message: "never" } }
"""
PLACES = {"call": 9, "any": 12}


@pytest.fixture
def handlers(tmp_path):
    (tmp_path / "project.tsk").write_text(TEXT)
    return load_project(tmp_path, environ={}, trusted=False).registry.handlers


def message(type, data, *, event=True):
    identity = derived_id(type).bytes
    return Message(
        position=1, id_bytes=identity, topic="parcels", type=type, key="k", data=data, event=event,
        published_at=0, correlation_bytes=identity,
    )  # fmt: skip


def context():
    return SimpleNamespace(attempt=1, now=datetime(2024, 1, 1, tzinfo=UTC))


def test_a_handler_of_an_event_lets_other_events_pass(handlers):
    assert handlers["call"](message("parcel.delivered", "{}"), context()) is None
    with pytest.raises(WorkbenchError, match="no courier"):
        handlers["call"](message("parcel.sent", '{"to":"x"}'), context())


def test_a_published_message_is_handled_whatever_its_type(handlers):
    with pytest.raises(WorkbenchError, match="no courier"):
        handlers["call"](message("other", '{"to":"x"}', event=False), context())


@pytest.mark.parametrize(("name", "data"), [("call", '{"to":"x"}'), ("any", "{}")])
def test_a_failure_stands_where_its_handler_is_declared(handlers, name, data):
    sent = message("parcel.sent", data)
    with pytest.raises(WorkbenchError) as told:
        handlers[name](sent, context())
    frames = [
        frame for frame in traceback.extract_tb(told.value.__traceback__) if frame.filename == "project.tsk"
    ]
    assert [frame.lineno for frame in frames] == [PLACES[name]]


def test_reject_and_fail_are_asked_in_the_order_in_which_they_are_written(tmp_path):
    (tmp_path / "project.tsk").write_text(IN_ORDER)
    handler = load_project(tmp_path, environ={}, trusted=False).registry.handlers["tell"]
    found = {"seller": None}
    world = SimpleNamespace(**vars(context()), row=lambda _projection, _key: found["seller"])
    with pytest.raises(WorkbenchError, match="not there yet"):
        handler(message("deal.paid", "{}"), world)
    found["seller"] = {"id": "k", "frozen": 1}
    with pytest.raises(PermanentError, match="k is frozen"):
        handler(message("deal.paid", "{}"), world)


IN_ORDER = """\
[project]
name: "deals"
[topics]
parcels {}
[aggregate.seller]
[event.seller.frozen]
[projection.sellers]
columns { id: "text", frozen: "boolean" }
on { "seller.frozen": { put { frozen: true } } }
[handler.tell]
rows { seller { projection: "sellers", key: "key" } }
fail { unknown { when: "seller == null", message: "not there yet", error: "NotYet" } }
reject { frozen { when: "seller.frozen", message: "{seller.id} is frozen", error: "Frozen" } }
"""
