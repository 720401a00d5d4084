"""Reads from the metadata of a command who issued it, and on which event it was withdrawn (K6, K7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.model.json_values import read_json
from workbench.model.messaging import COMMANDS_TOPIC, Message

_ON = "withdrawn_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedBy:
    """Who issued a command.

    Attributes:
        origin: Name of the policy, process or subscription.
        key: Of the process's instance; empty where no process issued it.
        withdrawn_on: Position of the event on which it was withdrawn; 0 where it was not, or none is known.
    """

    origin: str
    key: str = ""
    withdrawn_on: int = 0

    @property
    def words(self) -> str:
        """Name and key: ``escrow · d1``."""
        return " · ".join(filter(None, (self.origin, self.key)))


def withdrawn_on(position: int) -> Mapping[str, int]:
    """Returns what is said beside the mark of a command that is withdrawn; nothing for no event."""
    return {_ON: position} if position else {}


def followed_from(metadata: str | None) -> int:
    """Returns the position of the event from which a command followed; 0 where none is known."""
    said: Mapping[str, Any] = read_json(metadata) if metadata else {}
    position: int = said.get("about", 0)
    return position


def issued_by(message: Message) -> IssuedBy | None:
    """Returns who issued a command; None for any other message."""
    if message.topic != COMMANDS_TOPIC or not message.metadata:
        return None
    said: Mapping[str, Any] = read_json(message.metadata)
    origin, instance = said.get("origin", ""), said.get("instance", "")
    key = instance.removeprefix(origin).partition(":")[2]
    return IssuedBy(origin=origin, key=key, withdrawn_on=said.get(_ON, 0))
