"""CloudEvents: ours come back as they were, others keep their attributes, the official library agrees."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.interop.events import EVENTS, TEXT, VALUES, as_stored
from tests.interop.test_workbench_lines import EVENT, changed
from workbench.interop.cloudevents import CloudEventReader, checked_attributes, source_of, write_event
from workbench.interop.ndjson import Incoming, RecordProblem
from workbench.model.clock import rfc3339
from workbench.model.ids import derived_id

SOURCE = source_of("my project")
OTHER: dict[str, Any] = {
    "specversion": "1.0",
    "id": "A234-1234-1234",
    "source": "https://github.com/cloudevents",
    "type": "com.github.pull_request.opened",
    "time": "2018-04-05T17:31:00+02:00",
    "subject": "123",
    "dataschema": "https://example.com/schema.json",
    "datacontenttype": "application/json",
    "correlationid": "not a uuid",
    "stream": "theirs",
    "priority": 5,
    "urgent": True,
    "data": {"z": 9007199254740993, "a": [1.5]},
}


def read(value: Any, **chosen: Any) -> Incoming | RecordProblem:
    line = value if isinstance(value, bytes) else json.dumps(value).encode()
    return CloudEventReader(**chosen).read(3, line)


def arrived(value: Any, **chosen: Any) -> Incoming:
    incoming = read(value, **chosen)
    assert isinstance(incoming, Incoming), incoming
    return incoming


def stored(incoming: Incoming) -> Any:
    """Returns a foreign event as a store would have recorded it."""
    event = incoming.event
    return changed(
        stream=incoming.stream,
        id_bytes=event.id.bytes,
        type=event.type,
        schema_version=1,
        occurred_at=EVENT.occurred_at if event.occurred_at is None else event.occurred_at,
        correlation_bytes=(event.correlation_id or event.id).bytes,
        causation_bytes=event.causation_id.bytes if event.causation_id else None,
        data=event.data,
        metadata=event.metadata,
    )


@given(EVENTS)
def test_what_goes_out_comes_in_as_it_was(event):
    try:
        line, masked = write_event(event, SOURCE, reveal=True)
    except ValueError as error:
        assume("no CloudEvent can say" not in str(error))
        raise
    assert masked == 0
    assert as_stored(event, arrived(line)) == event


@given(EVENTS)
def test_the_official_library_takes_what_goes_out(event):
    try:
        line, _ = write_event(event, SOURCE, reveal=True)
    except ValueError:
        return
    assume(event.occurred_at > -62_000_000_000_000_000)  # its parser of times ends there
    theirs = JSONFormat().read(CloudEvent, line)
    assert (theirs.get_id(), theirs.get_type(), theirs.get_subject()) == (
        str(event.id),
        event.type,
        event.stream,
    )
    assert theirs.get_extension("streamversion") == event.version
    assert theirs.get_data() == json.loads(event.data)


def test_the_attributes_of_an_event_of_ours():
    line, _ = write_event(changed(causation_bytes=derived_id("k").bytes, metadata='{"by":"\x7f"}'), SOURCE)
    assert json.loads(line) == {
        "specversion": "1.0",
        "id": str(EVENT.id),
        "source": "/event-workbench/my%20project",
        "type": "user.updated",
        "subject": "user-ada",
        "time": "1969-12-31T23:59:59.999999Z",
        "datacontenttype": "application/json",
        "workbench": 1,
        "stream": "user-ada",
        "streamversion": 2,
        "schemaversion": 3,
        "recordedtime": "2023-11-14T22:13:20.000001Z",
        "correlationid": str(EVENT.correlation_id),
        "causationid": str(derived_id("k")),
        "metadata": '{"by":"\\u007f"}',
        "data": {"z": 9007199254740993, "a": {"n": 1.0}},
    }
    assert EVENT.data.encode() in line


def test_somebody_elses_event_becomes_one_of_ours():
    incoming = arrived(OTHER)
    event = incoming.event
    assert incoming.stream == "cloudevents-123"
    assert event.id == derived_id("cloudevents", OTHER["source"], OTHER["id"])
    assert (event.type, event.data) == (OTHER["type"], '{"z":9007199254740993,"a":[1.5]}')
    assert rfc3339(event.occurred_at or 0) == "2018-04-05T15:31:00.000000Z"
    attributes = {name: value for name, value in OTHER.items() if name != "data"}
    assert json.loads(event.metadata or "") == {"cloudevent": attributes}


def test_its_stream_is_its_subject_else_its_source_or_what_is_chosen():
    assert arrived(OTHER, stream="source", category="ce").stream == "ce-https://github.com/cloudevents"
    without = {name: value for name, value in OTHER.items() if name != "subject"}
    assert arrived(without).stream == "cloudevents-https://github.com/cloudevents"
    assert "the attribute partitionkey is missing" in str(read(OTHER, stream="partitionkey"))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"data": None},
        {"data": "plain text", "datacontenttype": "text/plain"},
        {"time": "2018-04-05T17:31:00.123456789Z"},
        {"workbench": "theirs", "streamversion": 7, "metadata": "m", "causationid": "B-1"},
    ],
)
def test_somebody_elses_event_goes_out_with_what_it_had(change):
    other = OTHER | change
    line, _ = write_event(stored(arrived(other)), SOURCE, reveal=True)
    said = json.loads(line)
    wanted = {name: value for name, value in other.items() if value is not None}
    assert {name: said[name] for name in wanted} == wanted
    assert ("data" in said) is ("data" in wanted)
    event = stored(arrived(other))
    assert as_stored(event, arrived(line)) == event


def test_bytes_stay_bytes():
    other = {name: value for name, value in OTHER.items() if name != "data"}
    other |= {"datacontenttype": "image/png", "data_base64": base64.b64encode(b"\x89PNG").decode()}
    event = stored(arrived(other))
    line, _ = write_event(event, SOURCE)
    assert json.loads(line)["data_base64"] == other["data_base64"]
    assert JSONFormat().read(CloudEvent, line).get_data() == b"\x89PNG"
    assert as_stored(event, arrived(line)) == event


def test_links_to_ids_of_the_same_source_are_kept():
    cause = arrived(OTHER | {"id": "B-1"}).event
    assert arrived(OTHER | {"causationid": "B-1"}).event.causation_id == cause.id
    assert arrived(OTHER | {"correlationid": str(EVENT.id)}).event.correlation_id == EVENT.id


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"specversion": None}, "specversion is missing"),
        ({"specversion": "0.3"}, "specversion is '0.3'; this program reads 1.0"),
        ({"id": None}, "id is missing"),
        ({"id": ""}, "id should be text"),
        ({"id": 7}, "id should be text"),
        ({"source": ""}, "source should be text"),
        ({"source": "a b"}, "no blanks"),
        ({"type": None}, "type is missing"),
        ({"subject": ""}, "subject should be text"),
        ({"datacontenttype": ""}, "datacontenttype should be text"),
        ({"dataschema": ""}, "dataschema should be text"),
        ({"time": "now"}, "time 'now'"),
        ({"time": "2018-04-05T17:31:00"}, "needs a zone"),
        ({"Upper": "x"}, "small letters and digits"),
        ({"with_line": "x"}, "small letters and digits"),
        ({"deep": {"a": 1}}, "deep should be text"),
        ({"half": 1.5}, "half should be text"),
        ({"large": 2**31}, "beyond 32 bits"),
        ({"note": "a\nb"}, "U+000A"),
        ({"data_base64": "AA=="}, "exclude each other"),
        ({"data": None, "data_base64": "!"}, "not base64"),
    ],
)
def test_a_broken_rule_is_named(change, said):
    problem = read(OTHER | change)
    assert isinstance(problem, RecordProblem)
    assert said in problem.message


@given(
    st.dictionaries(
        st.sampled_from([*OTHER, "Upper", "x_y", ""]), st.text(max_size=5) | st.none(), max_size=4
    ),
    st.sets(st.sampled_from(sorted(OTHER)), max_size=2),
)
def test_what_the_official_library_refuses_is_refused_here(change, without):
    value = {name: item for name, item in (OTHER | change).items() if name not in without}
    value = {name: item for name, item in value.items() if item is not None}
    value.setdefault("id", "")  # theirs makes one up
    value.setdefault("specversion", "")
    try:
        JSONFormat().read(CloudEvent, json.dumps(value))
    except (CloudEventValidationError, ValueError):
        with pytest.raises(ValueError, match=r".+"):
            checked_attributes(value)


@given(
    st.dictionaries(st.from_regex(r"x[a-z0-9]{1,8}", fullmatch=True), TEXT.filter(str.isprintable)), VALUES
)
def test_what_the_official_library_writes_comes_in(extensions, data):
    attributes = {"id": "1", "source": "/s", "type": "t", "specversion": "1.0", **extensions}
    theirs = JSONFormat().write(CloudEvent(attributes, {"value": data}))
    incoming = read(theirs)
    if isinstance(incoming, RecordProblem):
        assert "which no attribute may hold" in incoming.message  # theirs lets noncharacters pass
    else:
        assert json.loads(incoming.event.data) == {"value": data}


def test_a_masked_event_says_so_and_cannot_come_back():
    line, masked = write_event(changed(data='{"password":"x"}'), SOURCE)
    assert masked == 1
    assert b'"x"' not in line
    assert "1 values masked when it was exported" in str(read(line))


def test_a_masked_attribute_of_somebody_else_is_masked_in_both_places():
    line, _ = write_event(stored(arrived(OTHER | {"authtoken": "s3cret"})), SOURCE)
    assert b"s3cret" not in line


def test_a_name_that_no_cloudevent_can_have_is_told():
    with pytest.raises(ValueError, match=r"type holds U\+FDD0"):
        write_event(changed(type="a\ufdd0"), SOURCE)


def test_a_forged_version_of_ours_is_refused():
    value = json.loads(write_event(EVENT, SOURCE)[0])
    assert "schemaversion should be 1 or more" in str(read(value | {"schemaversion": 0}))
    assert "recordedtime is missing" in str(read(value | {"recordedtime": None}))
    assert "not base64" in str(read(value | {"datatext": "?"}))


@pytest.mark.parametrize(
    "time", ["2018-04-05t17:31:00.5z", "2018-04-05T17:31:00.5z", "2018-04-05t19:31:00.5+02:00"]
)
def test_B3_a_time_may_have_small_letters(time):
    found = read({**OTHER, "time": time})
    assert found.event.occurred_at == 1_522_949_460_500_000


def test_B3_what_is_no_time_is_said_in_our_words():
    assert "this is no time; write it as 2024-05-01T12:00:00Z" in read({**OTHER, "time": "noon"}).message
