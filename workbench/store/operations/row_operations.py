"""What can be written of rows that handlers keep, and of processes."""

from __future__ import annotations

from typing import Any, ClassVar

from workbench.store.operations.operation import Operation


class ProjectRows(Operation, frozen=True, kw_only=True):
    """Puts and deletes rows of a table that handlers write through their context (D1)."""

    name: str
    rows: tuple[dict[str, Any], ...] = ()
    deleted: tuple[Any, ...] = ()


class SaveProcess(Operation, frozen=True, kw_only=True):
    """Keeps the state of one instance of a process; None forgets it.

    Attributes:
        began: Position of the event that began it: with the key, which instance it is.
    """

    never_refuses: ClassVar[bool] = True
    process: str
    key: str
    state: str | None
    began: int = 0
