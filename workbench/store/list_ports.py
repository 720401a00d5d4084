"""The read ports of what lists and tables show: pages in a fixed order, counts, searches, glances."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

from workbench.model.event import RecordedEvent
from workbench.model.messaging import Message
from workbench.store.operator_actions import LetterDeed, OperatorAction
from workbench.store.stored_values import (
    CommandRecord,
    DeadLetter,
    Delivery,
    Glance,
    Instance,
    LetterFacts,
    LetterGroup,
    LetterLine,
    LogEntry,
    RowOrder,
    StreamInfo,
    SubscriptionState,
)

GLANCE_BYTES = 256 * 1024
"""Bytes of a payload that a glance has (contract §8)."""
LINE_CHARACTERS, ERROR_CHARACTERS = 1_000, 100_000
"""Characters of an error, or of what was edited, that a line of a list and a glance have."""
SHORT, GLANCE = 1_000, 20_000
"""Characters of a value that a line of a table has, and one row that is looked at (contract §8)."""

Shows = Mapping[str, Callable[[Any], str]]
"""By column, how its values are shown where that is not the text that is stored."""
NOTHING_SHOWN: Shows = MappingProxyType({})


class StreamLists(Protocol):
    """Lists streams. They are numbered 1 to their count, in the order of their first events."""

    def stream_count(self) -> int:
        """Returns how many streams there are."""

    def streams(self, first: int, limit: int) -> list[StreamInfo]:
        """Returns streams by number, from ``first``."""

    def streams_numbered(self, numbers: Sequence[int]) -> list[StreamInfo]:
        """Returns the streams with these numbers, in the order asked for."""

    def streams_from(self, prefix: str, limit: int) -> list[StreamInfo]:
        """Returns the first streams whose names begin so, by name; quick in a store of any size."""

    def find_streams(
        self, *, text: str = "", category: str = "", order: str = "number", limit: int = -1, behind: int = 0
    ) -> array[int]:
        """Returns the numbers of all streams that fit, in order: searches the whole store.

        Args:
            text: Part of the name, whatever its case.
            category: The whole category; empty for all.
            order: ``number``, ``name``, ``version``, ``updated``; with ``-`` in front the other way round.
            limit: How many at most; below 0 for all.
            behind: Those alone that have an event behind this position.
        """

    def categories(self, behind: int = 0) -> list[tuple[str, int]]:
        """Returns the categories of streams with their counts, by name.

        Args:
            behind: Of those alone that have higher numbers.
        """


class EventLists(Protocol):
    """Lists events, without their payloads where that is not what is asked for."""

    def log(self, first: int, limit: int) -> list[LogEntry]:
        """Returns the first ``limit`` entries that stand at ``first`` or behind it, without payloads (I3)."""

    def log_at(self, positions: Sequence[int]) -> list[LogEntry]:
        """Returns what stands at some positions, without payloads; what stands there no more is left out."""

    def log_runs(self, after: int = 0) -> list[range]:
        """Returns the positions above ``after`` at which something stands, as runs without gaps (I3)."""

    def stream_entries(self, name: str, versions: Sequence[int]) -> list[LogEntry]:
        """Returns the events of a stream that have these versions, in their order, without payloads."""

    def stream_times(self, name: str, after: int, limit: int) -> array[int]:
        """Returns when the first ``limit`` events behind version ``after`` happened, by version.

        Microseconds since 1970.
        """

    def stream_bytes(self, name: str, after: int, upto: int) -> int:
        """Returns how many bytes the payloads of some versions of a stream have, without reading them."""

    def position_of(self, stream: str, version: int) -> int:
        """Returns where the event of a stream stands that has a version, 0 if there is none."""

    def event_glance(self, position: int) -> Glance[RecordedEvent] | None:
        """Returns the event at a position with the first `GLANCE_BYTES` of its payload."""

    def message_glance(self, position: int) -> Glance[Message] | None:
        """Returns the published message at a position with the first `GLANCE_BYTES` of its payload."""


class FamilyLists(Protocol):
    """Lists what belongs to one correlation, and what a command, an event or a message led to."""

    def correlated(self, correlation_id: UUID, limit: int, after: int = 0) -> list[RecordedEvent]:
        """Returns the events of one correlation behind a position, in order."""

    def correlation_count(self, correlation_id: UUID) -> int:
        """Returns how many events a correlation has."""

    def correlated_messages(self, correlation_id: UUID, after: int, limit: int) -> tuple[list[Message], int]:
        """Returns published messages of one correlation behind a position, and up to where it looked.

        No index leads to them: a call looks at no more positions than leave it short.
        """

    def message_named(self, message_id: UUID) -> Message | None:
        """Returns the published message with that id."""

    def commands_named(self, ids: Collection[UUID]) -> list[CommandRecord]:
        """Returns how the commands with these ids ended, in the order in which they were handled."""

    def deliveries_at(self, positions: Collection[int]) -> list[Delivery]:
        """Returns the rows that all subscriptions have for these messages, dead ones as well, by position."""

    def correlated_letters(self, correlation_id: UUID, after: int) -> tuple[list[int], int]:
        """Returns dead letters of one correlation with numbers above ``after``, and up to where it looked.

        No index leads to them, either; it looks at all, which takes some tenths of a second where there are
        very many.
        """


class LetterLists(Protocol):
    """Lists dead letters (contract §6)."""

    def letters(
        self, *, statuses: Sequence[str], limit: int = 200, before: int | None = None, subscription: str = ""
    ) -> list[DeadLetter]:
        """Returns dead letters, the newest first; ``before`` is the last number of the page before."""

    def letters_numbered(self, numbers: Sequence[int]) -> list[DeadLetter]:
        """Returns the dead letters with these numbers, the newest first."""

    def letters_of(self, subscription: str, position: int) -> list[DeadLetter]:
        """Returns the dead letters of one delivery, the oldest first: each later one is of a later death."""

    def letters_listed(self, numbers: Sequence[int]) -> list[LetterLine]:
        """Returns what a list shows of the dead letters with these numbers, in the order asked for."""

    def letters_having(self, numbers: Sequence[int], statuses: Collection[str]) -> list[int]:
        """Returns those of these dead letters that have one of the statuses, the newest first."""

    def letters_in_order(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """Returns these numbers, each once, in the order of their messages; those of no letter last."""

    def newest_letter(self) -> int:
        """Returns the highest number of a dead letter; 0 for none."""
        ...

    def letters_after(self, numbers: Sequence[int]) -> list[int]:
        """Returns the dead letters that failed replays of these made (L4), the newest first."""

    def letter_counts(self, numbers: Sequence[int] | None = None) -> dict[str, int]:
        """Returns how many dead letters, of all or of these, have each status."""

    def letter_numbers(self, statuses: Sequence[str]) -> array[int]:
        """Returns the numbers of all dead letters with one of these statuses, the newest first."""
        ...

    def letter_facts(self, numbers: Sequence[int]) -> list[LetterFacts]:
        """Returns what the dead letters with these numbers are searched and grouped by, the newest first."""
        ...

    def letter_notes(self) -> dict[int, tuple[str, str]]:
        """Returns owner and note of the dead letters that have any, by number."""
        ...

    def letter_groups(self, statuses: Sequence[str]) -> list[LetterGroup]:
        """Returns dead letters by what they died of, the largest group first."""

    def letter_glance(self, number: int) -> Glance[DeadLetter] | None:
        """Returns a dead letter with the beginnings of its payload, its error and its traceback."""

    def blocked_behind(self, letters: Sequence[int]) -> int:
        """Returns how many deliveries wait behind the deliveries of these dead letters."""

    def blocking(self, subscription: str, keys: Collection[str]) -> dict[str, tuple[int, int]]:
        """Returns behind which dead letter the deliveries of these keys wait, and its position; by key.

        A key of which something is under way, or waits for its time, waits for that, and is left out.
        """

    def replays_behind(self, numbers: Sequence[int]) -> dict[int, int]:
        """Returns those of these letters whose replay waits behind a dead letter of its key, with that.

        Nothing of the key is under way then: it stays so until a person deals with the one before (O2).
        """
        ...


class TableLists(Protocol):
    """Lists the rows of read models: in any order, searched, found again by their keys.

    All answer with nothing where there is no live generation.
    """

    def projection_rows(
        self, name: str, *, order: str = "", text: str = "", first: int = 0, limit: int = 200
    ) -> list[dict[str, Any]]:
        """Returns rows of a read model as a table shows them: any order, filtered by text in any column.

        Args:
            order: A column; with ``-`` in front the other way round; empty for the key.

        Raises:
            InvalidValue: There is no such column.
        """

    def projection_order(
        self, name: str, *, order: str = "", text: str = "", shows: Shows | None = None
    ) -> RowOrder:
        """Returns the numbers of all rows that hold a text, in an order: looks at the whole table.

        Args:
            order: As for `projection_rows`.
            shows: How columns show their values: found is what is shown, and not what is stored there.
        """

    def projection_lines(
        self, name: str, generation: int, numbers: Sequence[int], *, whole: bool = False
    ) -> list[tuple[Any, ...] | None]:
        """Returns the rows of a generation with these numbers; None for those that are gone.

        Behind its columns a row has its number.

        Args:
            whole: Long texts are not shortened to `SHORT`.
        """

    def projection_glance(self, name: str, key: Any) -> dict[str, Any] | None:
        """Returns one row of the live generation, with the first `GLANCE` characters of long texts."""

    def projection_numbers(self, name: str, keys: Collection[Any]) -> dict[Any, int]:
        """Returns the numbers of the rows of the live generation that have these keys."""


class RecordLists(Protocol):
    """Lists subscriptions, what waits in them, commands, and what operators did."""

    def subscriptions(self) -> list[SubscriptionState]:
        """Returns where all subscriptions stand, by name."""

    def deliveries(self, subscription: str, limit: int = 200, words: Sequence[str] = ()) -> list[Delivery]:
        """Returns the rows of a subscription that are not dead, in message order.

        Args:
            words: As `searched` folds them; each must stand in type, key, state, errors or payload.
        """

    def instances(
        self, process: str, limit: int = 200, words: Sequence[str] = ()
    ) -> list[tuple[str, Instance]]:
        """Returns the instances that a process has now, by their keys.

        Args:
            words: As `searched` folds them; each must stand in key or state.
        """

    def instance_count(self, process: str) -> int:
        """Returns how many instances a process has now."""

    def timeouts(self, instance: str) -> list[Message]:
        """Returns what an instance of a process issued for later and still waits, the next due first (K7)."""

    def published(self) -> dict[str, int]:
        """Returns how many messages of each topic are stored."""

    def commands(
        self, *, limit: int = 200, before: int | None = None, numbers: Sequence[int] | None = None
    ) -> list[CommandRecord]:
        """Returns issued commands, the newest first.

        Args:
            before: The last number of the page before.
            numbers: Of those that are wanted; None for all.
        """

    def actions(self, *, limit: int = 200, kind: str = "") -> list[OperatorAction]:
        """Returns operators' actions, the newest first; those of a kind alone, if one is given."""

    def action(self, number: int = 0, *, act: str = "") -> OperatorAction | None:
        """Returns one of them, by its number or by its name; None if there is none."""

    def can_bring_back(self, act: str) -> bool:
        """Whether something of what an act replaced can be put back now, by `BringBack` (L10)."""

    def taken_back(self, act: str) -> list[int]:
        """Returns the dead letters at which an undo took back what an act had changed, in their order."""

    def replay_fates(self, act: str) -> list[str]:
        """Returns which statuses the dead letters have whose replay by an act can be taken back (L10)."""

    def tried_replays(self, act: str) -> int:
        """Returns how many replays of an act wait still, and were tried already: these tries stay (L10)."""

    def letter_acts(self, numbers: Sequence[int]) -> dict[int, tuple[LetterDeed, ...]]:
        """Returns by letter what operators did to it and what of that was undone, the first act first."""
