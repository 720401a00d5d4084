"""Marks that the engine leaves in the metadata of events and messages."""

from __future__ import annotations

from workbench.model.json_values import read_json, write_json

HISTORY = "history"
"""Events that happened elsewhere before: read models fold them, nothing reacts (B3)."""

BY_HAND = "by_hand"
"""Events that a person appended, with who and why; no command stands behind them (B4)."""

WITHDRAWN = "withdrawn"
"""Commands that were issued for later and withdrawn: they are not handed out (K7)."""


def with_mark(metadata: str | None, mark: str, **more: int) -> str:
    """Returns metadata with a mark, and with more that is said of it."""
    said = read_json(metadata) if metadata else {}
    return write_json({**said, mark: True, **more})


def appended_by(metadata: str | None) -> tuple[str, str] | None:
    """Returns who appended an event by hand, and why; None for any other event (B4)."""
    if not has_mark(metadata, BY_HAND):
        return None
    said = read_json(metadata or "")
    return str(said.get("who") or "a person"), str(said.get("why") or "")


def has_mark(metadata: str | None, mark: str) -> bool:
    """Whether metadata has a mark."""
    if metadata is None or f'"{mark}":true' not in metadata:
        return False
    said = read_json(metadata)
    return isinstance(said, dict) and said.get(mark) is True
