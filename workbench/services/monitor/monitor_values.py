"""What people are shown of what runs: subscriptions, projections, rebuilds, the status bar (V3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.store.stored_values import Depth, PassedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionView:
    """A subscription as people see it.

    Attributes:
        status: ``running``, or why it is not: ``paused``, ``faulted`` after unexpected ends (C11),
            ``detached`` (nothing handles it), ``engine paused``, ``engine stopped`` (a reload failed, F4),
            ``not run here`` (this window is read-only).
        fault: What ended it, where it is faulted.
        paused: A person paused it, whatever else stops it.
        source: Topic that it reads; ``all events`` for policies and processes.
        lag: Positions from the first message that it wants and has not read to the head; 0 for none.
        rate: Deliveries per second, lately.
        mode: Whether each of many gets every message, or workers compete for them.
        workers: How many compete for a queue's messages; 0 where each gets them all.
        in_flight: Handlers that run now.
        depth: What waits in rows, by state, and the oldest of it.
        oldest_us: Age of the oldest message that is not settled, microseconds; 0 if none is.
        faults: What goes wrong there on purpose, in sentences.
        failed: Attempts that failed, ever.
        retried, died, expired, skipped: How attempts and deliveries ended, ever.
    """

    name: str
    source: str
    handler: str
    filter: str
    status: str
    cursor: int
    lag: int
    rate: float
    delivered: int
    failed: int
    filtered: int
    waiting: int
    retrying: int
    dead: int
    doc: str
    fault: str = ""
    mode: str = ""
    workers: int = 0
    in_flight: int = 0
    depth: Depth = field(default_factory=Depth)
    oldest_us: int = 0
    retried: int = 0
    died: int = 0
    expired: int = 0
    skipped: int = 0
    paused: bool = False
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildView:
    """Rows that are rebuilt beside those that readers get (J3).

    Attributes:
        condition: ``rebuilding``, or why it does not move: ``paused``, ``faulted``, ``engine paused``,
            ``engine stopped``, ``not run here``; ``held`` where it lacks nothing and stays beside the others,
            ``outdated`` where another definition than the present one made it.
        share: How much of the log is done, 0 to 1.
        held: It does not take the others' place by itself (J10).
    """

    status: str
    checkpoint: int
    rows: int
    share: float
    fault: str
    fault_position: int
    condition: str
    held: bool = False
    generation: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionView:
    """A read model as people see it.

    Attributes:
        status: As it is stored: ``live``, ``paused``, ``faulted``; ``new`` where nothing is.
        condition: What is true of it at this moment: ``running``, ``new``, ``paused``, ``faulted``, ``engine
            paused``, ``engine stopped`` or ``not run here`` (this window is read-only).
        by_handlers: Handlers write its rows; it follows no log, and cannot be rebuilt (J6).
        stale: Its definition changed since its rows were made; never where there is nothing to rebuild (J4).
        columns: Names and kinds as the rows have them, whatever the definition says by now.
        passed: Events that are not in the rows, because they could not be folded (J2).
        rebuild: The rebuild that goes on, if one does.
    """

    name: str
    status: str
    checkpoint: int
    lag: int
    rows: int
    fault: str
    fault_position: int
    stale: bool
    generation: int
    columns: tuple[tuple[str, str], ...]
    passed: tuple[PassedEvent, ...]
    rebuild: RebuildView | None
    doc: str
    condition: str
    by_handlers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the status bar says.

    Attributes:
        engine: ``running``, ``paused``, ``observing``, or ``stopped`` by a reload that failed (F4).
        lag: Of the subscription or read model that lies furthest behind, in positions.
        furthest: Its name; empty where nothing lies behind.
        dead: Dead letters that are open; those that are being delivered again count as ``replaying``.
        faulted: Subscriptions and projections that stopped after repeated failures (C11).
        armed: Faults that are armed, so that something goes wrong on purpose (W12).
        gone: Empty, or how the files of the open store ceased to be those at its path (C10).
    """

    project: str
    store: str
    head: int
    engine: str
    lag: int
    dead: int
    observer: str
    trouble: str
    furthest: str = ""
    gone: str = ""
    replaying: int = 0
    faulted: tuple[str, ...] = ()
    armed: int = 0
