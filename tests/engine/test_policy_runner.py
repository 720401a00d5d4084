"""A process keeps its instances' states in mind while their batch is not stored yet."""

from __future__ import annotations

from types import SimpleNamespace
from typing import ClassVar

import msgspec

from workbench.engine.metrics import Metrics
from workbench.engine.policy_runner import PolicyRunner
from workbench.model.aggregate import Aggregate
from workbench.model.clock import ManualClock
from workbench.model.event import Event
from workbench.model.ids import derived_id
from workbench.model.messaging import LOG_TOPIC, Message
from workbench.model.policy import Process, process_type_of
from workbench.model.registry import Definitions, build_registry
from workbench.store.memory.store import MemoryStore


class Seen(Event, frozen=True):
    event_type: ClassVar[str] = "seen"


class Tally(msgspec.Struct, frozen=True):
    """How many events an instance saw."""

    seen: int


SEEN = Aggregate(
    name="s",
    state=Tally,
    events=(Seen,),
    commands=(),
    decide=lambda _state, _command: [],
    evolve=lambda _state, _event: Tally(0),
)
PROCESS = Process(
    name="tally",
    on=(Seen,),
    correlate=lambda _event, _record: "k",
    state=Tally,
    evolve=lambda state, _event: Tally((state.seen if state else 0) + 1),
    react=lambda _state, _event: [],
)


def test_K6_a_batch_that_was_not_stored_leaves_nothing_behind():
    clock = ManualClock()
    registry = build_registry([Definitions(aggregates=(SEEN,), processes=(PROCESS,))])
    reactor = PolicyRunner(process_type_of(PROCESS), registry, MemoryStore(clock).reader(), Metrics(clock))
    saved = []
    context = SimpleNamespace(started_at=0, effect=lambda one: saved.append(one.state), issuer=None)
    identity = derived_id("seen").bytes
    event = Message(
        position=1, id_bytes=identity, topic=LOG_TOPIC, type="seen", key="k", data="{}", event=True,
        published_at=0, correlation_bytes=identity, stream="s-1",
    )  # fmt: skip
    reactor(event, context)
    reactor(event, context)
    reactor.forget()
    reactor(event, context)
    assert saved == ['{"seen":1}', '{"seen":2}', '{"seen":1}']
