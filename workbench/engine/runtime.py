"""What the runners of all subscriptions share."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from uuid import UUID

from workbench.engine.causation import Causation
from workbench.engine.faults import Faults
from workbench.engine.group_commit import Commits
from workbench.engine.handler_deadlines import HandlerDeadlines
from workbench.engine.large_reads import LargeReads
from workbench.engine.metrics import Metrics
from workbench.engine.tasks import Tasks
from workbench.engine.timers import Timer
from workbench.errors import WorldError
from workbench.model.clock import Clock
from workbench.model.ids import NewId
from workbench.model.messaging import Message, Start, StartAt, Topic
from workbench.model.registry import Registry
from workbench.store.ports import Reader

KeyOf = Callable[[Message], str]
"""What orders a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """Store, clock, timer and the like, and the engine's help in trouble.

    Attributes:
        owner: Names the engine in what it claims and leases (D5).
        make_room: Refuses where a topic's backlog is at its limit (B2).
        trouble: Reports a failure of the store, and returns when it may be tried again.
        faults: That are armed in this world.
        large: Reads large payloads beside the loop.
        in_doubt: Held by the one delivery in doubt that runs: it may take the program down (contract §5).
    """

    owner: UUID
    registry: Registry
    reader: Reader
    writer: Commits
    clock: Clock
    timer: Timer
    deadlines: HandlerDeadlines
    new_id: NewId
    rng: random.Random
    metrics: Metrics
    tasks: Tasks
    make_room: Callable[[Topic, Collection[UUID]], None]
    trouble: Callable[[str, WorldError], Awaitable[None]]
    faults: Faults
    large: LargeReads
    causation: Causation = field(default_factory=Causation)
    in_doubt: asyncio.Lock = field(default_factory=asyncio.Lock)


def first_cursor(start: Start | StartAt, reader: Reader) -> int | None:
    """Returns behind which position a new subscription begins (P4); None stands for the head."""
    match start:
        case Start.NEW:
            return None
        case StartAt(position=int(position)):
            return max(0, position - 1)
        case StartAt(time=int(time)):
            return reader.position_before(time)
        case _:
            return 0
