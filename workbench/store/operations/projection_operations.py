"""What can be written of projections: generations, their rows and checkpoints (J1–J3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from workbench.store.operations.operation import Operation
from workbench.store.stored_values import PassedEvent

if TYPE_CHECKING:
    from workbench.store.operations.touched import Touched


class ProjectionOperation(Operation, frozen=True, kw_only=True):
    """Base of what is written of one projection."""

    name: str

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.projections.add(self.name)


class EnsureProjection(ProjectionOperation, frozen=True, kw_only=True):
    """Makes sure that a projection has a live generation: a table and a checkpoint.

    Attributes:
        columns: Pairs of name and kind; the first is the key.
        indexed: Columns with an index.
        rebuild: Begin a further generation from position 0 beside the live one, in place of an earlier
            attempt; answers with its number (J3).
        held: With ``rebuild``: it stays beside the live one until a person has it take its place (J10).
        folded: Whether its rows are folded from events; else handlers write them, and changed columns migrate
            them: `ModelError` where that would lose something (J6).
    """

    columns: tuple[tuple[str, str], ...]
    indexed: tuple[str, ...]
    definition_hash: str
    rebuild: bool = False
    held: bool = False
    folded: bool = True

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        ProjectionOperation.touch(self, answer, touched)
        touched.operated.add(self.name)


class ApplyProjection(ProjectionOperation, frozen=True, kw_only=True):
    """Writes a projection's buffered rows and its checkpoint together (J1).

    Attributes:
        before: The checkpoint that the batch started from; another one in the store is an error.
        rows: Whole rows to put.
        deleted: Keys to remove.
        passed: Events that were skipped and streams that are parked from here on (J2).
        resumed: Streams that are parked no longer.
    """

    generation: int
    before: int
    checkpoint: int
    rows: tuple[dict[str, Any], ...] = ()
    deleted: tuple[Any, ...] = ()
    passed: tuple[PassedEvent, ...] = ()
    resumed: tuple[str, ...] = ()


class SwitchProjection(ProjectionOperation, frozen=True, kw_only=True):
    """Makes a rebuilt generation the live one and drops the one before (J3)."""

    generation: int

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        ProjectionOperation.touch(self, answer, touched)
        touched.operations = True  # the rebuild cannot be undone any more


class DropGeneration(ProjectionOperation, frozen=True, kw_only=True):
    """Gives up a generation that is not live; answers whether there was one."""

    generation: int

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        ProjectionOperation.touch(self, answer, touched)
        touched.operated.add(self.name)


class MarkProjection(ProjectionOperation, frozen=True, kw_only=True):
    """Records that a generation of a projection was paused, resumed or faulted (J2)."""

    generation: int
    status: str
    fault: str = ""
    fault_position: int = 0

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        ProjectionOperation.touch(self, answer, touched)
        touched.operated.add(self.name)
