"""What a search reads of a store: stretches of records of one kind, the newest first, and what was found."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import msgspec

LOOKED_AT = 20_000
"""Characters of a payload that a found record has."""
MOST_DIGITS = 19
"""Digits that a number of a letter has less of."""
NO_TIME = -(2**62)
"""The time of what has none: rows of read models."""


class RecordKind(StrEnum):
    """What is stored and can be found, in the order in which records of one time stand."""

    EVENT = "event"
    MESSAGE = "message"
    LETTER = "letter"
    COMMAND = "command"
    ROW = "row"


class RecordSource(msgspec.Struct, frozen=True, kw_only=True):
    """Records of one kind, of rows those of one read model, as they were when a search began.

    Attributes:
        projection, generation: Of rows.
        stream: Of the events of one stream alone, whose keys are their versions.
        top: The highest key: position of an event or a message, number of all else; 0 for none.
        count: How many records there are.
    """

    kind: RecordKind
    projection: str = ""
    generation: int = 0
    stream: str = ""
    top: int = 0
    count: int = 0


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a source, and what is wanted of it.

    Attributes:
        upto: The highest key; from there it goes downwards.
        limit: How many records are looked at.
        words: All of them must occur somewhere in a record, in any case; as `searched` folds them.
        types: Names of types, with ``*`` for anything; one of them must fit; none for all.
        places: The same of streams, topics, subscriptions, read models.
        since, until: When it happened, microseconds since 1970; rows of read models have no time.
        columns: Values that an expression asks for, see `COLUMNS`; with none of them a record is described.
    """

    source: RecordSource
    upto: int
    limit: int
    words: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    columns: tuple[str, ...] = ()

    def in_time(self, time: int) -> bool:
        """Whether a time is one of those that are wanted."""
        if time == NO_TIME:
            return self.since is None and self.until is None
        return (self.since is None or time >= self.since) and (self.until is None or time < self.until)


class Scanned(NamedTuple):
    """What a stretch held.

    Attributes:
        looked: How many records were looked at.
        then: The highest key of what is left; None where nothing is.
        rows: Key, time, type and place of each; with columns the key and their values.
    """

    looked: int
    then: int | None
    rows: Sequence[tuple[Any, ...]]


COLUMNS = (
    "kind",
    "data",
    "meta",
    "metadata",
    "type",
    "stream",
    "topic",
    "subscription",
    "key",
    "error",
    "status",
    "time",
    "version",
    "position",
    "error_type",
    "reason",
    "place",
    "owner",
    "note",
    "tries",
    "edited",
)
"""What an expression can ask of a record; what a kind does not have is an empty text, 0 or None.

Of rows of read models ``data`` is a dictionary, else JSON; from ``error_type`` on only letters have them.
``data`` of a letter is the original, ``edited`` its edited copy (L6), None where there is none."""
NUMBERS = ("version", "position", "tries")
"""Those of them that are numbers."""


def letter_in(word: str) -> int | None:
    """Returns the number of the dead letter that a word names, such as ``#12``; None for any other word."""
    digits = word.removeprefix("#")
    named = word.startswith("#") and digits.isascii() and digits.isdecimal() and len(digits) < MOST_DIGITS
    return int(digits) if named else None


def column_of(name: str) -> str:
    """Returns which column a name means: metadata has two, one as in filters of messages."""
    return "meta" if name == "metadata" else name


class FoundRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record as lists show it.

    Attributes:
        number: Its key among those of its kind.
        time: When it happened, microseconds since 1970; `NO_TIME` for rows.
        place: Stream, topic, subscription or read model.
        position: In the log; 0 where it has none.
        key: Of a message, a letter, or a row.
        data: JSON, no more than `LOOKED_AT` characters of it; of rows a dictionary.
        error: Of a letter, or why a command was refused.
        edited: Of a letter its edited copy (L6), JSON, cut as `data` is; None for none.
    """

    kind: RecordKind
    number: int
    time: int
    type: str
    place: str
    position: int = 0
    version: int = 0
    key: str = ""
    data: Any = None
    metadata: str | None = None
    error: str = ""
    status: str = ""
    edited: str | None = None


class SearchReader(Protocol):
    """Looks through everything that is stored, in stretches that are short reads each (C5)."""

    def search_sources(self, stream: str = "") -> list[RecordSource]:
        """Returns what can be searched now; of a stream that is named its events alone, by their versions."""
        ...

    def search(self, scan: Scan) -> Scanned:
        """Looks at a stretch of a source; nothing is left of a read model that was rebuilt meanwhile."""
        ...

    def described(self, source: RecordSource, keys: Sequence[int]) -> list[tuple[int, int, str, str]]:
        """Returns key, time, type and place of records, the highest key first; of events the category."""
        ...

    def records(self, source: RecordSource, keys: Sequence[int]) -> dict[int, FoundRecord]:
        """Returns records by their keys; what is stored no more is left out."""
        ...


def place_of_stream(name: str) -> str:
    """Returns under which name an event is counted: its category with ``-*`` behind, else its stream."""
    category, dash, _ = name.partition("-")
    return f"{category}-*" if dash and category else name


def fits(patterns: Sequence[str], name: str) -> bool:
    """Whether a name fits one of some patterns, in which ``*`` stands for anything; none let all pass."""
    return not patterns or any(fnmatchcase(name, quoted(one)) for one in patterns)


def quoted(pattern: str) -> str:
    """Returns a pattern in which only ``*`` has a meaning, as ``fnmatch`` and GLOB read it."""
    return pattern.replace("[", "[[]").replace("?", "[?]")


def uuid_in(word: str) -> bytes | None:
    """Returns the bytes of a word that is a UUID."""
    try:
        return UUID(word).bytes if len(word) == 36 else None  # with its hyphens
    except ValueError:
        return None
