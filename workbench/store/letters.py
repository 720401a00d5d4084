"""Dead letters as values: made of messages, turned back into them, and counted (L1, L3, L5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.errors import WorkbenchError
from workbench.model.messaging import Message
from workbench.store.values import Attempt, DeadLetter, Reason


def crash_letter(
    subscription: str,
    message: Message,
    *,
    crashed: int,
    attempts: tuple[Attempt, ...],
    generation: int,
    now: int,
) -> DeadLetter:
    """Returns the dead letter of a message that took the program down too often."""
    return DeadLetter(
        subscription=subscription,
        topic=message.topic,
        position=message.position,
        message_id=message.id,
        type=message.type,
        key=message.key,
        data=message.data,
        metadata=message.metadata,
        reason=Reason.CRASH_LOOP,
        error_type="CrashLoop",
        error=f"the program ended {crashed} times while this message was handled",
        attempts=attempts,
        first_failed_at=now,
        died_at=now,
        generation=generation,
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


def tally(answers: Sequence[Any]) -> tuple[int, int, int, str]:
    """Counts the answers of a job's steps: done, failed, skipped, and why the first of them failed."""
    errors = [answer for answer in answers if isinstance(answer, WorkbenchError)]
    done = sum(1 for answer in answers if not isinstance(answer, WorkbenchError) and answer)
    return done, len(errors), len(answers) - done - len(errors), errors[0].message if errors else ""
