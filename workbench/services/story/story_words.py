"""Says in words how deliveries stand, and from when to when something waited."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workbench.model.counts import counted
from workbench.model.delivery_states import DeliveryState
from workbench.model.messaging import Message, event_as_message
from workbench.model.secrets import masked, without_secrets
from workbench.services.dead_letters.letter_payloads import payloads_of
from workbench.services.story.story import LineState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.model.event import RecordedEvent
    from workbench.model.messaging import Subscription
    from workbench.store.stored_values import Attempt, CommandRecord, DeadLetter, Delivery

LONGEST = 120
"""Characters of the fields of a payload that a heading tells."""
_SETTLED = {DeliveryState.DONE, DeliveryState.EXPIRED, DeliveryState.SKIPPED}


def fields_told(data: str, beside: str = "") -> str:
    """Returns the plain fields of a payload in a phrase, secrets masked; without what is said beside it."""
    try:
        said = masked(json.loads(data))
    except ValueError:
        return ""
    fields = said.items() if isinstance(said, dict) else ()
    plain = [(key, _word(value)) for key, value in fields if not isinstance(value, dict | list | None)]
    return ", ".join(f"{key} {value}" for key, value in plain if value not in beside)[:LONGEST]


def _word(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def passes(one: Subscription, thing: RecordedEvent | Message) -> bool:
    """Whether a filter lets something through; one that fails keeps it, as its dead letter says."""
    message = thing if isinstance(thing, Message) else event_as_message(thing, one.topic)
    try:
        return one.filter.matcher()(message.facts())
    except Exception:  # noqa: BLE001  # whatever it is: what it came to stands in the store
        return True


def planned(message: Message | None, record: CommandRecord | None, due: int) -> tuple[int, int] | None:
    """Returns from when to when a message waited because it was published for later."""
    until = message.deliver_at if message is not None else None
    if due and (until is None or due > until):
        until = due
    if message is None or until is None or until <= message.published_at:
        return None
    taken = record.issued_at if record is not None else until
    return message.published_at, min(until, max(taken, message.published_at))


def retry(row: Delivery | None) -> tuple[int, int] | None:
    """Returns from when to when a delivery waits to be tried again."""
    if row is None or row.due_at is None or row.state is not DeliveryState.DELAYED:
        return None
    since = row.attempts[-1].at if row.attempts else row.enqueued_at
    return (since, row.due_at) if row.due_at > since else None


def tried(row: Delivery | None, letter: DeadLetter | None) -> Sequence[Attempt]:
    """Returns the attempts of a delivery that failed; of a letter up to its death."""
    if letter is not None and (row is None or row.state is DeliveryState.DEAD or not row.attempts):
        return letter.attempts[: died_after(letter)]
    return row.attempts if row is not None else ()


def tries(row: Delivery | None, letter: DeadLetter | None, letters: Sequence[DeadLetter]) -> dict[str, Any]:
    """Returns what a line says of the attempts that failed: `StoryLine.tries` and `StoryLine.payloads`.

    Args:
        letter: Of which they are told, instead of the row.
        letters: All of the delivery, the oldest first: each may have been edited.
    """
    found = tried(row, letter)
    ran = payloads_of(letters[-1] if letter is None else letter, letters, found).tries if letters else ()
    return {"tries": tuple(one.at for one in found), "payloads": ran or ("",) * len(found)}


def died_after(letter: DeadLetter) -> int:
    """Returns how many tries led to a death; those behind them are of replays that came to none (L10)."""
    return sum(one.at <= letter.died_at for one in letter.attempts)


def repaired(letter: DeadLetter | None) -> str:
    """Returns what became of a dead letter that is not open; empty for none."""
    if letter is None:
        return ""
    copy = ", replayed as an edited copy" if letter.edited is not None else ""
    return f"letter {letter.number:,}{copy}, {letter.status.replace('_', ' ')}"


def death(letter: DeadLetter, letters: Sequence[DeadLetter]) -> str:
    """Returns after how many tries a delivery died, on which payload if not its message's, and of what."""
    said = without_secrets(f"{letter.error_type}: {letter.error}".removeprefix(": "), letter.data)
    ran = payloads_of(letter, letters).tries[: died_after(letter)]
    after = f" after {counted(len(ran), 'try', 'tries')}" if ran else ""
    on = f" on the payload {ran[-1]}" if ran and ran[-1] else ""
    return f"dead{after}{on}, letter {letter.number:,}: {said}"


def standing(
    row: Delivery | None, letter: DeadLetter | None, letters: Sequence[DeadLetter]
) -> tuple[LineState, str] | None:
    """Returns how a delivery stands that is not a plain success.

    Args:
        letters: All of the delivery.
    """
    if letter is not None and letter.status == "open":
        return LineState.DEAD, death(letter, letters)
    if letter is not None and letter.status == "replaying":
        return LineState.WAITS, f"letter {letter.number:,} is being replayed"
    if row is not None and row.state not in _SETTLED:
        return LineState.WAITS, _waiting_words(row)
    return (LineState.ENDED, repaired(letter)) if letter is not None else None


def _waiting_words(row: Delivery) -> str:
    if row.attempts:
        last = row.attempts[-1]
        return f"try {len(row.attempts)} failed: {last.error_type}: {last.error}; it is tried again"
    words = {
        DeliveryState.DELAYED: "waits until it is due",
        DeliveryState.BLOCKED: "waits behind another one with its key",
        DeliveryState.LEASED: "is at it",
    }
    return words.get(row.state, "waits to be handled")
