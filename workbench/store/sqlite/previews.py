"""Reads the beginning of what may be large, so that looking at it takes no time (contract §8, V4)."""

from __future__ import annotations

from msgspec.structs import replace

from workbench.model.event import RecordedEvent
from workbench.model.messaging import Message
from workbench.store.list_ports import ERROR_CHARACTERS, GLANCE_BYTES
from workbench.store.sqlite import rows
from workbench.store.sqlite.connection import translated
from workbench.store.sqlite.letter_reader import LetterReader
from workbench.store.stored_values import DeadLetter, Glance

_EVENTS = rows.EVENTS.replace("e.data", "''")
_MESSAGES = rows.MESSAGES.replace("m.data", "''")
_LETTERS = (
    rows.LETTERS.replace(" data,", " '' as data,")
    .replace(" edited,", f" {rows.beginning('edited', ERROR_CHARACTERS)} as edited,")
    .replace(" error,", f" {rows.beginning('error', ERROR_CHARACTERS)} as error,")
    .replace(" traceback,", f" {rows.beginning('traceback', ERROR_CHARACTERS)} as traceback,")
)


class Previews(LetterReader):
    """The part of a reader that never reads a whole payload; what is cut is no JSON any more."""

    def event_glance(self, position: int) -> Glance[RecordedEvent] | None:
        """Returns the event at a position with the beginning of its payload."""
        found = rows.events(self._all(_EVENTS + "where e.position = ?", (position,)))
        if not found:
            return None
        text, size = self._head("events", position)
        return Glance(of=replace(found[0], data=text), size=size)

    def message_glance(self, position: int) -> Glance[Message] | None:
        """Returns the published message at a position with the beginning of its payload."""
        found = rows.messages(self._all(_MESSAGES + "where m.position = ?", (position,)))
        if not found:
            return None
        text, size = self._head("messages", position)
        return Glance(of=replace(found[0], data=text), size=size)

    def position_of(self, stream: str, version: int) -> int:
        """Returns where the event of a stream stands that has a version, 0 if there is none."""
        found = self._maybe(
            "select position from events where stream_id = (select id from streams where name = ?) and version = ?",
            (stream, version),
        )
        return int(found[0]) if found else 0

    def stream_bytes(self, name: str, after: int, upto: int) -> int:
        """Returns how many bytes the payloads of some versions of a stream have, without reading them."""
        found = self._all(
            "select position from events where stream_id = (select id from streams where name = ?)"
            " and version > ? and version <= ?",
            (name, after, upto),
        )
        with translated(self._path):
            return sum(self._bytes("events", position) for (position,) in found)

    def letter_glance(self, number: int) -> Glance[DeadLetter] | None:
        """Returns a dead letter with the beginnings of its payload, its error and its traceback."""
        found = rows.letters(self._all(_LETTERS + "where id = ?", (number,)))
        if not found:
            return None
        text, size = self._head("dead_letters", number)
        return Glance(of=replace(found[0], data=text), size=size)

    def _bytes(self, table: str, row: int) -> int:
        with self._busy, self._con.blobopen(table, "data", row, readonly=True) as data:
            return len(data)

    def _head(self, table: str, row: int) -> tuple[str, int]:
        """Returns the beginning of the data in a row, and how many bytes there are."""
        with (
            translated(self._path),
            self._busy,
            self._con.blobopen(table, "data", row, readonly=True) as data,
        ):
            return data.read(GLANCE_BYTES).decode(errors="ignore"), len(data)
