"""Dead letters as values: made of messages, turned back into them, and counted (L1, L3, L5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from workbench.errors import InvalidValue, WorkbenchError
from workbench.model.messaging import Message
from workbench.store.operations import RecordAction
from workbench.store.stored_values import DeadLetter, Delivery, Reason


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


def refuse_stranger(letter: DeadLetter, message: Message | None, head: int) -> None:
    """Refuses a letter from a file whose message is not the one that this store has at its position.

    Raises:
        InvalidValue: It is another one, or nothing stands there yet.
    """
    if message is not None and (message.type, message.key) == (letter.type, letter.key):
        return
    if message is not None or letter.position > head:
        known = f"holds {message.type} {message.key}" if message is not None else "is not there yet"
        said = f"dead letter {letter.number} is of {letter.type} {letter.key} at position {letter.position}"
        raise InvalidValue(f"{said}, which {known} in this store", path="", hint="bring in its events first")


def tally(answers: Sequence[Any]) -> tuple[int, int, int, str]:
    """Counts the answers of a job's steps: done, failed, skipped, and why the first of them failed."""
    errors = [answer for answer in answers if isinstance(answer, WorkbenchError)]
    done = sum(1 for answer in answers if not isinstance(answer, WorkbenchError) and answer)
    return done, len(errors), len(answers) - done - len(errors), errors[0].message if errors else ""


def noted(op: RecordAction, answers: Sequence[Any] = ()) -> RecordAction:
    """Returns the record of an act with what the operations before it answered (L9)."""
    total = sum(answer for answer in answers if isinstance(answer, int))
    detail, act = (text.replace("{answer}", str(total)) for text in (op.action.detail, op.action.act))
    count = op.action.count + (total if op.counts else 0)
    return replace(op, action=replace(op.action, detail=detail, act=act, count=count))
