"""The record of what an operator does, written in the same transaction as its effect (L9)."""

from __future__ import annotations

from workbench.store.operations import RecordAction
from workbench.store.stored_values import OperatorAction


def recorded(at: int, action: str, subject: str, detail: str = "") -> RecordAction:
    """Returns the record of an act; it stands behind the effect in the same `Atomic`.

    Args:
        at: When, microseconds since 1970.
        subject: What it is done to, such as ``projection users``.
    """
    return RecordAction(action=OperatorAction(at=at, action=action, subject=subject, detail=detail))
