"""Counts in memory what happened, by kinds: the port `DeedReader`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import starmap
from typing import TypeVar
from uuid import UUID

from workbench.model.issued_by import issued_by
from workbench.store.deed_port import WINDOW, CommandDeed, EventDeed, MessageDeed
from workbench.store.memory.search_lists import MemorySearchLists

T = TypeVar("T")


class MemoryDeedLists(MemorySearchLists):
    """The part of a reader that counts what happened."""

    def command_deeds(self, after: int) -> tuple[list[CommandDeed], int]:
        """Counts the commands with numbers above ``after``."""
        known, causes = self._tables.commands.values(), self._causes()
        upto = max(after, min(max((one.number for one in known), default=0), after + WINDOW))
        counts: Counter[tuple[str, ...]] = Counter(
            (one.type, one.outcome, one.message, one.origin, causes.get(_bytes(one.causation_id), ""))
            for one in known
            if after < one.number <= upto
        )
        return _listed(CommandDeed, counts), upto

    def event_deeds(self, after: int) -> tuple[list[EventDeed], int]:
        """Counts the events with positions above ``after``."""
        upto, commands = self._upto(after), self._tables.commands
        counts: Counter[tuple[str, ...]] = Counter()
        for one in self._tables.events.values():
            if after < one.position <= upto:
                made_by = commands.get(one.causation_bytes) if one.causation_bytes else None
                counts[one.type, made_by.type if made_by else ""] += 1
        return _listed(EventDeed, counts), upto

    def message_deeds(self, after: int) -> tuple[list[MessageDeed], int]:
        """Counts the published messages with positions above ``after`` that retention left (G1)."""
        upto, causes, events = self._upto(after), self._causes(), self._tables.events
        counts: Counter[tuple[str, ...]] = Counter()
        for one in self._tables.messages.values():
            if after < one.position <= upto:
                by = issued_by(one)
                taken = events.get(by.withdrawn_on) if by else None
                cause = causes.get(one.causation_bytes or b"", "")
                counts[one.topic, one.type, by.origin if by else "", cause, taken.type if taken else ""] += 1
        return _listed(MessageDeed, counts), upto

    def _upto(self, after: int) -> int:
        return max(after, min(self._tables.last("position"), after + WINDOW))

    def _causes(self) -> dict[bytes, str]:
        """Returns the type of whatever something can have followed from, by its id."""
        tables = self._tables
        found = {one.id_bytes: one.type for one in tables.messages.values()}
        found |= {one.id_bytes: one.type for one in tables.events.values()}
        return found | {one.command_id.bytes: one.type for one in tables.commands.values()}


def _bytes(id: UUID | None) -> bytes:
    return id.bytes if id is not None else b""


def _listed(kind: Callable[..., T], counts: Counter[tuple[str, ...]]) -> list[T]:
    return list(starmap(kind, sorted((*key, count) for key, count in counts.items())))
