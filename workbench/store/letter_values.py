"""Dead letters as values: made of messages, turned back into them, and counted (L1, L3, L5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from workbench.errors import InvalidValue, WorkbenchError
from workbench.model.dead_letter import LetterStatus
from workbench.model.ids import derived_id
from workbench.model.messaging import Message
from workbench.store.letter_jobs import Job, JobStatus
from workbench.store.operations import AdvanceJob, RecordAction
from workbench.store.stored_values import Attempt, DeadLetter, Delivery, Reason

_STANDING = (LetterStatus.OPEN, LetterStatus.REPLAYING)
_OVER = (LetterStatus.RESOLVED, LetterStatus.FAILED_AGAIN)


class LetterCopy(NamedTuple):
    """An edited copy of a message that was delivered, which a reset delivers again in its place (L6).

    Attributes:
        message_id: Its own; that of the message where the letter that succeeded was replayed as it was.
        generation: Of that delivery.
    """

    message_id: UUID
    data: str
    generation: int


def crash_letter(row: Delivery, message: Message, now: int) -> DeadLetter:
    """Returns the dead letter of a delivery that took the program down too often."""
    return DeadLetter(
        subscription=row.subscription,
        topic=message.topic,
        position=message.position,
        message_id=row.message_id,
        type=message.type,
        key=row.key or message.key,
        data=message.data if row.data is None else row.data,
        metadata=message.metadata,
        reason=Reason.CRASH_LOOP,
        error_type="CrashLoop",
        error=f"the program ended {row.crashed} times while this message was handled",
        attempts=row.attempts,
        first_failed_at=row.attempts[0].at if row.attempts else now,
        died_at=now,
        generation=row.generation,
        changed_at=now,
        correlation_id=message.correlation_id,
    )


def message_of(letter: DeadLetter) -> Message:
    """Returns the message that a dead letter was made of; retention may have taken it from its topic (G1)."""
    return Message(
        position=letter.position,
        id_bytes=letter.message_id.bytes,
        topic=letter.topic,
        type=letter.type,
        key=letter.key,
        data=letter.data,
        event=False,
        published_at=letter.died_at,
        metadata=letter.metadata,
        correlation_bytes=letter.correlation_id.bytes,
    )


def refuse_stranger(
    letter: DeadLetter, message: Message | None, *, head: int, topic: str, cursor: int
) -> None:
    """Refuses a letter from a file that belongs to no delivery of this store (L3, L8).

    Args:
        message: What this store has at its position.
        topic, cursor: Of its subscription here.

    Raises:
        InvalidValue: Its subscription has another topic, its message is another one here, nothing stands
            there yet, or the subscription still comes to it and delivers it itself.
    """
    if letter.topic != topic:
        said = f"subscription {letter.subscription} has the topic {topic} in this store, not {letter.topic}"
        raise InvalidValue(said, path="")
    known = "is not there yet" if message is None and letter.position > head else ""
    if message is not None and (message.type, message.key) != (letter.type, letter.key):
        known = f"holds {message.type} {message.key}"
    elif message is not None and _is_another(letter, message):
        known = "holds another message"
    if known:
        said = f"dead letter {letter.number} is of {letter.type} {letter.key} at position {letter.position}"
        raise InvalidValue(f"{said}, which {known} in this store", path="", hint="bring in its events first")
    if letter.position > cursor:
        said = f"subscription {letter.subscription} is at position {cursor} here, before {letter.position}"
        raise InvalidValue(
            f"{said}: it delivers that message itself", path="", hint="let it go on there first"
        )


def _is_another(letter: DeadLetter, message: Message) -> bool:
    """Whether a letter is neither of a message nor of its edited copy, which has an id of its own (L6)."""
    if (letter.metadata, letter.correlation_id) != (message.metadata, message.correlation_id):
        return True
    if letter.message_id == message.id:
        return letter.data != message.data
    return letter.generation == 0


def is_there(letter: DeadLetter, others: Iterable[tuple[int, str]], *, waits: bool) -> bool:
    """Whether the delivery of a letter from a file has that letter here, or another that is not over (L8).

    Args:
        others: Generation and status of the letters of the same delivery.
        waits: It has a row.

    Raises:
        InvalidValue: The delivery succeeded here: a replay would deliver it again (D1).
    """
    known = list(others)
    if waits or any(generation == letter.generation or status in _STANDING for generation, status in known):
        return True
    if letter.status not in _OVER and any(status == LetterStatus.RESOLVED for _, status in known):
        raise InvalidValue(f"{_named(letter)} was replayed here, and succeeded", path="")
    return False


def refuse_handled(letter: DeadLetter, *, followed: bool) -> None:
    """Refuses a letter from a file that says of a delivery that succeeded here that it did not (L11).

    Args:
        followed: Something is stored that its handler made of it, which commits with its success alone (D1).

    Raises:
        InvalidValue: It is so.
    """
    if followed and letter.status not in _OVER:
        said = f"{_named(letter)} was delivered here, and what its handler made of it is stored"
        raise InvalidValue(said, path="")


def _named(letter: DeadLetter) -> str:
    return f"dead letter {letter.number}: {letter.type} {letter.key} at position {letter.position}"


def with_tries(before: Sequence[Attempt], tries: Sequence[Attempt]) -> tuple[Attempt, ...]:
    """Returns the tries of a letter with those of a replay that ends without success or death (L10)."""
    return (*before, *(replace(one, number=number) for number, one in enumerate(tries, len(before) + 1)))


def without_tries(told: Sequence[Attempt], tries: Sequence[Attempt]) -> tuple[Attempt, ...]:
    """Returns what `with_tries` added these to: the replay goes on, and tells them itself."""
    before = tuple(told[: max(0, len(told) - len(tries))])
    return before if with_tries(before, tries) == tuple(told) else tuple(told)


def copy_id(message: UUID, data: str) -> UUID:
    """Returns the id of an edited copy: the same payload has the same one, and so the same effects (L6, D1).

    Args:
        message: Id of what was edited: the message, or a copy of it that died as well.
    """
    return derived_id("copy", message, data)


def sent(letter: DeadLetter, message: Message | None) -> tuple[UUID, str | None]:
    """Returns the id under which a letter is delivered, and what instead of its message's payload (L6).

    Args:
        message: As it stands in its topic; None where retention took it (G1): its letter has the payload.
    """
    if letter.edited is not None:
        return copy_id(letter.message_id, letter.edited), letter.edited
    own = message is None or letter.message_id == message.id
    return letter.message_id, None if own else letter.data


def delivered_copy(letter: DeadLetter) -> LetterCopy:
    """Returns what of a letter succeeded at last."""
    number, data = sent(letter, None)
    held = letter.data if data is None else data
    return LetterCopy(message_id=number, data=held, generation=letter.generation + 1)


def advanced(job: Job, op: AdvanceJob, answers: Sequence[Any], now: int) -> Job:
    """Returns a job as it stands behind its next steps, of which each has an answer or an error (L5)."""
    errors = [answer for answer in answers if isinstance(answer, WorkbenchError)]
    dealt = zip(job.numbers[job.step :], answers, strict=False)
    passed = [number for number, answer in dealt if isinstance(answer, WorkbenchError) or not answer]
    done = len(answers) - len(passed)
    accepted = job.plan.accepted if op.accepted is None else op.accepted
    return replace(
        job,
        status=JobStatus(op.status),
        step=job.step + len(answers),
        done=job.done + done,
        failed=job.failed + len(errors),
        skipped=job.skipped + len(passed) - len(errors),
        trouble=job.trouble or (errors[0].message if errors else ""),
        changed_at=now,
        plan=replace(job.plan, passed=(*job.plan.passed, *passed), accepted=accepted),
    )


def noted(op: RecordAction, answers: Sequence[Any] = ()) -> RecordAction:
    """Returns the record of an act with what the operations before it answered (L9)."""
    total = sum(answer for answer in answers if isinstance(answer, int))
    detail, act = (text.replace("{answer}", str(total)) for text in (op.action.detail, op.action.act))
    count = op.action.count + (total if op.counts else 0)
    return replace(op, action=replace(op.action, detail=detail, act=act, count=count))
