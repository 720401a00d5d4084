"""Replays dead letters and waits to see what becomes of each."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidValue, NotFound
from workbench.model.dead_letter import LetterStatus
from workbench.model.json_values import MAX_BYTES, read_json, write_json
from workbench.services.commands.field_arguments import assign
from workbench.services.monitor.drain import drain
from workbench.store.stored_values import DeadLetter
from workbench.tusk import read_file

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.dead_letters.dead_letter_service import DeadLetters
    from workbench.services.monitor import Monitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one dead letter.

    Attributes:
        outcome: ``resolved``, ``failed again``, ``still tried`` or ``not replayed``.
        became: Number of the dead letter that the failure made; 0 if none.
        detail: Why, in words; empty if it was resolved.
    """

    number: int
    outcome: str
    became: int = 0
    detail: str = ""


async def replay(
    letters: DeadLetters, monitor: Monitor, numbers: Sequence[int], *, seconds: float
) -> list[Fate]:
    """Replays open dead letters of an engine that runs, and waits until that is settled.

    Raises:
        NotFound: There is no dead letter of a number; nothing was replayed.
        StoreReadOnly: This window only observes.
    """
    before = {number: letters.get(number).status for number in numbers}
    await letters.replay(numbers)
    await drain(monitor, seconds)
    return [await _fate(letters, number, before[number]) for number in numbers]


async def edit_and_replay(
    letters: DeadLetters, monitor: Monitor, number: int, text: str, *, seconds: float
) -> Fate:
    """Replays an edited copy of a dead letter, and waits until that is settled (L6).

    Raises:
        NotFound: There is no dead letter of that number.
        InvalidValue: The text is no JSON, or does not fit the type.
        StoreReadOnly: This window only observes.
    """
    before = letters.get(number).status
    await letters.edit_and_replay(number, text)
    await drain(monitor, seconds)
    return await _fate(letters, number, before)


async def _fate(letters: DeadLetters, number: int, before: LetterStatus) -> Fate:
    letter = letters.get(number)
    if before is not LetterStatus.OPEN:
        said = f"it was {before.value.replace('_', ' ')}; only open ones are replayed"
        return Fate(number=number, outcome="not replayed", detail=said)
    match letter.status:
        case LetterStatus.RESOLVED:
            return Fate(number=number, outcome="resolved")
        case LetterStatus.FAILED_AGAIN:
            became = await letters.made_by(letter)
            return Fate(
                number=number,
                outcome="failed again",
                became=became,
                detail=_error(letters, became or number),
            )
        case LetterStatus.REPLAYING:
            return Fate(
                number=number, outcome="still tried", detail="it is tried again when the project runs"
            )
        case status:
            return Fate(number=number, outcome="not replayed", detail=f"it is {status.value}")


def _error(letters: DeadLetters, number: int) -> str:
    letter = letters.get(number)
    return f"{letter.error_type}: {letter.error}"


PAGE = 500


def numbers_of(world: World[Project], statuses: Sequence[str], subscription: str = "") -> list[int]:
    """Returns the numbers of all dead letters with these statuses as they are now, the oldest first (L5).

    Args:
        subscription: Only of this one; empty for all.

    Raises:
        NotFound: There is no such subscription.
    """
    known = [state.name for state in world.reader.subscriptions()]
    if subscription and subscription not in known:
        raise NotFound(
            f"there is no subscription {subscription}", hint=f"there are: {', '.join(known)}" if known else ""
        )
    found: list[int] = []
    before: int | None = None
    while page := world.reader.letters(statuses=statuses, limit=PAGE, before=before):
        found += [one.number for one in page if subscription in ("", one.subscription)]
        before = page[-1].number
    return found[::-1]


def with_fields(letter: DeadLetter, fields: Sequence[str]) -> str:
    """Returns a dead letter's payload with some fields changed.

    Args:
        fields: As `assign` reads them.

    Raises:
        InvalidValue: The payload has no fields, or one of them is not written as it should be.
    """
    value: Any = read_json(letter.edited or letter.data)
    if not isinstance(value, dict):
        raise InvalidValue(
            "the payload is no object, so it has no fields", path="", hint="give all of it: --file"
        )
    for field in fields:
        assign(value, field)
    return write_json(value)


def read_payload(path: Path | None) -> str:
    """Returns the text of a file, or of the standard input.

    Raises:
        InvalidValue: It cannot be read, or is no UTF-8.
    """
    try:
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if path is None else read_file(path, MAX_BYTES)
        return data.decode()
    except OSError as error:
        raise InvalidValue(f"{path} cannot be read: {error.strerror or error}", path="") from error
    except UnicodeDecodeError as error:
        raise InvalidValue(f"the payload is not UTF-8 at byte {error.start + 1}", path="") from error
