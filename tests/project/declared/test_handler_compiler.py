"""Declared handlers at work: which events they handle, and where they stand when they fail."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from workbench.engine.delivery_attempt import describe
from workbench.errors import PermanentError, ProjectError, WorkbenchError
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


@pytest.mark.parametrize(
    ("name", "place"), [("call", "project.tsk:11 call"), ("tell", "project.tsk:15 tell")]
)
def test_L2_the_place_of_a_failure_is_the_line_that_says_it(tmp_path, name, place):
    (tmp_path / "project.tsk").write_text(
        TEXT.partition("[handler.any]")[0]
        + '[handler.tell]\nevent: ["parcel.sent", "parcel.delivered"]\n'
        + 'fail { down { when: "false", message: "never" } }\n'
        + 'reject { no { when: "type == \'parcel.sent\'", message: "not {key}", error: "No" } }\n'
    )
    handlers = load_project(tmp_path, environ={}, trusted=False).registry.handlers
    with pytest.raises(WorkbenchError) as told:
        handlers[name](message("parcel.sent", '{"to":"x"}'), context())
    assert describe(told.value, message("parcel.sent", "{}")).place == place
    assert isinstance(told.value, PermanentError) == (name == "tell")


def test_a_handler_of_several_events_reads_the_fields_of_each(tmp_path):
    text = TEXT.partition("[handler.call]")[0] + (
        '[handler.call]\nevent: ["parcel.sent", "parcel.delivered"]\n'
        'fail { down { when: "type == \'parcel.sent\'", message: "{key} is down" } }\n'
    )
    file = tmp_path / "project.tsk"
    file.write_text(text)
    handler = load_project(tmp_path, environ={}, trusted=False).registry.handlers["call"]
    assert handler(message("parcel.delivered", "{}"), context()) is None
    assert handler(message("parcel.lost", "{}"), context()) is None, "others pass it"
    assert handler(message("note", "{}", event=False), context()) is None, "of which event, nobody knows"
    with pytest.raises(WorkbenchError, match="k is down"):
        handler(message("parcel.sent", '{"to":"x"}'), context())
    file.write_text(text.replace("{key} is", "{data.to} is"))
    with pytest.raises(ProjectError, match=r"with parcel\.delivered: .*to"):
        load_project(tmp_path, environ={}, trusted=False)


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
