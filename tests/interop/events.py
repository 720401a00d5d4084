"""Random events as a store can hold them, for round trips."""

from __future__ import annotations

import unicodedata
from typing import Any

import msgspec
from hypothesis import strategies as st

from workbench.interop.ndjson import Incoming
from workbench.model.clock import EARLIEST, LATEST
from workbench.model.event import RecordedEvent
from workbench.model.json_values import write_json

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cn", "Co")), min_size=1, max_size=20
).map(lambda name: unicodedata.normalize("NFC", name))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)
OBJECTS = st.dictionaries(TEXT, VALUES, max_size=4)


def spaced(value: Any) -> str:
    """Returns a JSON text that is not the canonical one."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode() + "\n"


TIMES = st.integers(EARLIEST, LATEST)
EVENTS = st.builds(
    RecordedEvent,
    position=st.integers(1, 2**53),
    stream=NAMES,
    version=st.integers(1, 2**31 - 1),
    id_bytes=st.uuids().map(lambda one: one.bytes),
    type=NAMES,
    schema_version=st.integers(1, 2**31 - 1),
    recorded_at=TIMES,
    occurred_at=TIMES,
    correlation_bytes=st.uuids().map(lambda one: one.bytes),
    causation_bytes=st.none() | st.uuids().map(lambda one: one.bytes),
    data=VALUES.map(write_json) | VALUES.map(spaced),
    metadata=st.none() | OBJECTS.map(write_json) | OBJECTS.map(spaced),
)


def as_stored(event: RecordedEvent, incoming: Incoming) -> RecordedEvent:
    """Returns the event that storing what came in gives, at the position of the one that went out."""
    new = incoming.event
    assert new.occurred_at is not None
    assert new.recorded_at is not None
    return RecordedEvent(
        position=event.position,
        stream=incoming.stream,
        version=incoming.expected + 1,
        id_bytes=new.id.bytes,
        type=new.type,
        schema_version=new.schema_version,
        recorded_at=new.recorded_at,
        occurred_at=new.occurred_at,
        correlation_bytes=(new.correlation_id or new.id).bytes,
        causation_bytes=new.causation_id.bytes if new.causation_id else None,
        data=new.data,
        metadata=new.metadata,
    )
