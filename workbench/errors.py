"""The error tree: what can go wrong, whose fault it is, and whether asking again can help.

```
WorkbenchError
├── CallerError                  the caller is wrong; unchanged, it fails again
│   ├── InvalidValue             a value breaks a rule of the contract (§8); says its path
│   │   ├── InvalidEvent
│   │   ├── InvalidName
│   │   └── InvalidCommand       field errors of a command
│   ├── CommandRejected          a rule of the domain says no
│   ├── WrongExpectedVersion     another writer was first; load and decide again
│   ├── StreamClosed
│   ├── DuplicateEventId
│   ├── EventIdReused
│   ├── PartialDuplicate
│   ├── AppendManyFailed         says which entries, and why each
│   ├── MessageIdReused
│   ├── TopicNotFound
│   ├── TopicAlreadyExists
│   ├── StaleLease
│   ├── BackPressure
│   ├── NotFound
│   ├── NoHandler
│   ├── UnknownEvent             an event type that the model does not know
│   ├── NotTrusted               the project's Python was not imported, because it is not trusted
│   ├── StoreNotAllowed          the store lies outside the project, or is another project's
│   ├── ExpressionFailed         an expression of a declared model has no value for this command or event
│   └── ModelError               the model contradicts itself
├── WorldError                   the machine said no
│   ├── StoreBusy
│   ├── StoreFull
│   ├── StoreReadOnly
│   ├── StoreGone                the files of the open store are no longer those at its path
│   ├── StoreCorrupt
│   ├── NotAStore
│   ├── NotABundle               the file is no bundle that could be opened; nothing of it was kept
│   ├── SchemaTooNew
│   ├── SchemaTooOld             and this process may not convert it
│   ├── ReadTooLong
│   ├── ProjectionFaulted              a read model follows no events, so waiting for it is of no use
│   └── StoreFailed              COMMIT failed: the outcome is unknown
├── ModelFailed                  the project's own Python raised what it did not mean to
├── ProjectError                 the project's files are wrong; carries every problem
├── PermanentError               raised by a handler: do not try again (contract §5)
└── WorkbenchBug                 we are wrong
```
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import ClassVar
from uuid import UUID


class Outcome(Enum):
    """What became of a write that raised."""

    NOT_COMMITTED = "not committed"
    UNKNOWN = "unknown"


class WorkbenchError(Exception):
    """Base of every error that the program raises on purpose.

    Attributes:
        outcome: Whether the write may have taken effect nevertheless.
        retry_helps: Whether the same call can succeed later.
        hint: What a person can do about it; may be empty.
    """

    outcome: ClassVar[Outcome] = Outcome.NOT_COMMITTED
    retry_helps: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class CallerError(WorkbenchError):
    """The caller is wrong."""


class InvalidValue(CallerError):
    """A value breaks a rule of contract §8.

    Attributes:
        path: JSON path of the offending part, such as ``$.lines[3].price``.
    """

    def __init__(self, message: str, *, path: str = "$", hint: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message, hint=hint)
        self.path = path


class InvalidEvent(InvalidValue):
    """An event cannot be stored as it is."""


class InvalidName(InvalidValue):
    """A name breaks the rules of contract §8."""


class InvalidCommand(InvalidValue):
    """A command's fields are wrong.

    Attributes:
        fields: Pairs of location in the command and what is wrong there.
    """

    def __init__(self, fields: Sequence[tuple[tuple[str | int, ...], str]]) -> None:
        self.fields = tuple(fields)
        said = "; ".join(f"{'.'.join(map(str, loc)) or 'command'}: {text}" for loc, text in fields)
        super().__init__(said, path="")


class CommandRejected(CallerError):
    """A rule of the domain refuses the command.

    Args:
        message: The rule in words.
        field: Name of the command's field that it is about, if there is one.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class WrongExpectedVersion(CallerError):
    """The stream is not at the version that the caller expected (A8)."""

    retry_helps = True

    def __init__(self, stream: str, *, expected: int, actual: int) -> None:
        super().__init__(
            f"stream {stream} is at version {actual}, expected was {describe_expected(expected)}",
            hint="load the stream again and decide on its present state",
        )
        self.stream = stream
        self.expected = expected
        self.actual = actual


class StreamClosed(CallerError):
    """The stream takes no more events (A2)."""


class DuplicateEventId(CallerError):
    """The events are stored already, at another place than expected (A4)."""


class EventIdReused(CallerError):
    """The event id belongs to another event (A5)."""


class PartialDuplicate(CallerError):
    """Some of the events are stored already and some are not (A6)."""


class AppendManyFailed(CallerError):
    """Nothing was written, because some entries cannot be (A10).

    Attributes:
        failures: Pairs of the entry's index and what is wrong with it, every one that fails.
    """

    def __init__(self, failures: Sequence[tuple[int, WorkbenchError]]) -> None:
        self.failures = tuple(failures)
        said = "; ".join(f"entry {index}: {error.message}" for index, error in self.failures)
        super().__init__(f"nothing was written: {said}")


class MessageIdReused(CallerError):
    """The message id belongs to another message (P2)."""


class TopicNotFound(CallerError):
    """No topic of that name exists (P4)."""


class TopicAlreadyExists(CallerError):
    """A topic of that name exists (P4)."""


class StaleLease(CallerError):
    """The delivery was claimed again since the caller leased it."""


class BackPressure(CallerError):
    """The topic's backlog is at its limit (B2)."""

    retry_helps = True


class NotFound(CallerError):
    """What was asked for does not exist."""


class NoHandler(CallerError):
    """The model has no such command or query (Q1)."""


class UnknownEvent(CallerError):
    """The model does not know the event's type or version (U2)."""


class NotTrusted(CallerError):
    """It needs the project's model, whose Python modules are not trusted (contract §10)."""


class StoreNotAllowed(CallerError):
    """The store lies outside the project's folder or is another project's, which was not allowed (T3).

    Attributes:
        path: The store's file, links resolved.
    """

    def __init__(self, message: str, *, hint: str = "", path: Path) -> None:
        super().__init__(message, hint=hint)
        self.path = path


class ModelFailed(WorkbenchError):
    """The project's own Python raised what it did not mean to; the message says what and where."""


class ExpressionFailed(CallerError):
    """An expression of a declared model has no value here; the message says where it stands."""


class ModelError(CallerError):
    """The model contradicts itself: two handlers for one command, an event without a type, and the like."""


class WorldError(WorkbenchError):
    """The machine said no: a disk, a lock, a file."""


class StoreBusy(WorldError):
    """Another program holds the store's lock."""

    retry_helps = True


class StoreFull(WorldError):
    """The disk or a size limit is reached; reading goes on (F4)."""

    retry_helps = True


class StoreReadOnly(WorldError):
    """The store is open for reading only (F5)."""


class StoreGone(WorldError):
    """A file of the open store was deleted, replaced, moved or cut off; nothing more is stored (C10)."""


class StoreCorrupt(WorldError):
    """The database file is damaged; it is left as it is (F5)."""


class NotAStore(WorldError):
    """The file is something else; it is left as it is (F5)."""


class NotABundle(WorldError):
    """The file is no bundle that this program can open; nothing of it was kept (W21)."""


class SchemaTooNew(WorldError):
    """The store was written by a newer program; it is left as it is (F5)."""


class SchemaTooOld(WorldError):
    """The store needs to be converted, but this process may only look (M1)."""


class ReadTooLong(WorldError):
    """A read was stopped because it took too long (C5)."""


class ProjectionFaulted(WorldError):
    """A read model does not follow the log until an operator acts: faulted, paused or to be rebuilt (J2)."""


class StoreFailed(WorldError):
    """COMMIT failed and the fence failed too: look the write up by its ids (F3).

    Attributes:
        ids: Of the events whose fate is unknown.
    """

    outcome = Outcome.UNKNOWN
    retry_helps = True

    def __init__(self, message: str, *, hint: str = "", ids: Sequence[UUID] = ()) -> None:
        super().__init__(message, hint=hint)
        self.ids = tuple(ids)


class ProjectError(WorkbenchError):
    """The project's files are wrong.

    Attributes:
        problems: Every problem found, each a line ``file:line:column: CODE message (hint)`` in text form.
    """

    def __init__(self, problems: Sequence[object]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class PermanentError(WorkbenchError):
    """Raised by a handler when trying again cannot help: the message goes to the dead letters at once."""


class DeclaredFailure(WorkbenchError):
    """What a declared handler fails with, also where that is a `PermanentError`.

    Attributes:
        place: Where that is declared, such as ``project.tsk:12 charge``; empty where it is nowhere.
    """

    place: ClassVar[str] = ""


class WorkbenchBug(WorkbenchError):
    """We are wrong; the message says what was impossible."""


ANY = -1
STREAM_EXISTS = -2
NO_STREAM = 0


def describe_expected(expected: int) -> str:
    """Says an expected version in words."""
    words = {ANY: "any version", STREAM_EXISTS: "an existing stream", NO_STREAM: "no stream"}
    return words.get(expected, f"version {expected}")
