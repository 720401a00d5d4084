"""One message on its way through a handler, and what a handler raised, in words (contract §5)."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import DeclaredFailure, PermanentError
from workbench.model.error_text import as_text, error_name, error_text
from workbench.model.messaging import Message
from workbench.model.secrets import without_secrets
from workbench.store.operations import Operation
from workbench.store.stored_values import Attempt, Delivery, Reason

KEPT_TRACEBACK = 16_000
KEPT_ERROR = 20_000
"""Characters of what an error says that are kept: some say the whole payload."""


@dataclass(slots=True, kw_only=True)
class Failure:
    """Why a handler did not succeed.

    Attributes:
        permanent: Trying again cannot help.
        place: File, line and function where the error rose, in the handler's own code if possible.
        dropped: It ends without a dead letter.
        released: The engine stopped while its handler ran: it counts as nothing, and is delivered again (M2).
    """

    error_type: str
    error: str
    place: str
    trace: str
    permanent: bool
    reason: Reason | None = None
    dropped: bool = False
    released: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class DeliveryAttempt:
    """One message on its way through a handler.

    Attributes:
        delivery: Its row, where it has one.
        key: What orders it.
        given_up: The handler took too long and is no longer waited for.
        again: A fault has it delivered once more after a success.
        generation: Of an edited copy that is delivered again (L6), or of its row; 0 for a message as it is.
    """

    message: Message
    key: str
    delivery: Delivery | None = None
    failure: Failure | None = None
    started: bool = False
    given_up: bool = False
    again: bool = False
    generation: int = 0
    effects: list[Operation] = field(default_factory=list)
    started_at: int = 0
    ended_at: int = 0

    @property
    def attempt(self) -> int:
        """Number of the try that is under way, from 1."""
        return (self.delivery.failed if self.delivery else 0) + 1

    @property
    def failed(self) -> bool:
        """Whether a try failed that counts."""
        return self.started and self.failure is not None and not self.failure.released

    @property
    def since(self) -> int:
        """When its message was enqueued, microseconds since 1970."""
        return self.delivery.enqueued_at if self.delivery else self.message.published_at

    def attempts(self) -> tuple[Attempt, ...]:
        """Returns the history of attempts with the failed one that just ended."""
        before = self.delivery.attempts if self.delivery else ()
        if self.failure is None or not self.started:
            return before
        copied = bool(self.generation) if self.delivery is None else self.delivery.data is not None
        latest = Attempt(
            number=self.attempt,
            at=self.started_at,
            duration_us=self.ended_at - self.started_at,
            error_type=self.failure.error_type,
            error=self.failure.error,
            place=self.failure.place,
            copy=self.message.id if copied else None,
        )
        return (*before, latest)


def describe(error: BaseException, message: Message, said: str = "") -> Failure:
    """Says what a handler raised, and where in its own code, without the secrets of the message."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not _ours(frame.filename)] or list(frames)
    # The cause is grouped by the first place in the handler's code, not by where a library gave up.
    first = own[0] if own else None
    place = f"{Path(first.filename).name}:{first.lineno} {first.name}" if first else ""
    place = (error.place if isinstance(error, DeclaredFailure) else "") or place
    told = said or error_text(error)
    about = (message.data, message.metadata)
    told = without_secrets(told, *about) or error_name(error)
    more = len(told) - KEPT_ERROR
    return Failure(
        error_type=error_name(error),
        error=f"{told[:KEPT_ERROR]}… {more:,} more characters" if more > 0 else told,
        place=as_text(place),
        trace=without_secrets(as_text("".join(traceback.format_exception(error))), *about)[-KEPT_TRACEBACK:],
        permanent=isinstance(error, PermanentError),
    )


def _ours(filename: str) -> bool:
    parts = Path(filename).parts
    return "asyncio" in parts or parts[-2:] in _ENGINE_FILES


_ENGINE_FILES = {
    ("engine", "delivery_attempt.py"),
    ("engine", "faults.py"),
    ("engine", "handler_call.py"),
    ("engine", "handler_runner.py"),
    ("engine", "thread_runner.py"),
}
