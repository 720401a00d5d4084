"""What can be written of projections: generations, their rows and checkpoints (J1–J3)."""

from __future__ import annotations

from typing import Any

from workbench.store.operations import Operation
from workbench.store.stored_values import PassedEvent


class EnsureProjection(Operation, frozen=True, kw_only=True):
    """Makes sure that a projection has a live generation: a table and a checkpoint.

    Attributes:
        columns: Pairs of name and kind; the first is the key.
        indexed: Columns with an index.
        rebuild: Begin a further generation from position 0 beside the live one, in place of an earlier
            attempt; answers with its number (J3).
        folded: Whether its rows are folded from events; else handlers write them, and changed columns migrate
            them: `ModelError` where that would lose something (J6).
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    indexed: tuple[str, ...]
    definition_hash: str
    rebuild: bool = False
    folded: bool = True


class ApplyProjection(Operation, frozen=True, kw_only=True):
    """Writes a projection's buffered rows and its checkpoint together (J1).

    Attributes:
        before: The checkpoint that the batch started from; another one in the store is an error.
        rows: Whole rows to put.
        deleted: Keys to remove.
        passed: Events that were skipped and streams that are parked from here on (J2).
        resumed: Streams that are parked no longer.
    """

    name: str
    generation: int
    before: int
    checkpoint: int
    rows: tuple[dict[str, Any], ...] = ()
    deleted: tuple[Any, ...] = ()
    passed: tuple[PassedEvent, ...] = ()
    resumed: tuple[str, ...] = ()


class SwitchProjection(Operation, frozen=True, kw_only=True):
    """Makes a rebuilt generation the live one and drops the one before (J3)."""

    name: str
    generation: int


class DropGeneration(Operation, frozen=True, kw_only=True):
    """Gives up a generation that is not live; answers whether there was one."""

    name: str
    generation: int


class MarkProjection(Operation, frozen=True, kw_only=True):
    """Records that a generation of a projection was paused, resumed or faulted (J2)."""

    name: str
    generation: int
    status: str
    fault: str = ""
    fault_position: int = 0
