"""The writes of an operator's act on dead letters, and the record that is written with them (L9)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from workbench.model.dead_letter import LetterAct, allowed, outcome
from workbench.store.letter_jobs import JobPlan
from workbench.store.operations import MarkLetters, RecordAction
from workbench.store.stored_values import OperatorAction

NAMED = 1000
"""Numbers in a record at most."""


def note(
    action: str,
    numbers: Sequence[int],
    at: int,
    *,
    act: str = "",
    answer: str = "done",
    plan: JobPlan | None = None,
) -> RecordAction:
    """Returns the record of what an operator does to dead letters, to be written behind it (L9).

    Args:
        at: When, microseconds since 1970.
        act: The name under which it can be undone.
        plan: How a bulk action does it.
        answer: What the answer of the operations before it is.
    """
    subject = f"{len(numbers)} dead letter{'s' if len(numbers) > 1 else ''}"
    said: dict[str, Any] = {"numbers": list(numbers)[:NAMED], **({"act": act} if act else {})}
    if plan is not None and plan.ladder:
        said["ladder"] = list(plan.ladder)
    if plan is not None and plan.patch:
        said |= {"patch": json.loads(plan.patch), "left_out": plan.left_out}
    detail = f'{json.dumps(said)[:-1]}, "{answer}": {{answer}}}}'
    return RecordAction(action=OperatorAction(at=at, action=action, subject=subject, detail=detail))


def marked(action: LetterAct, number: int, act: str, *, skip_on: bool) -> MarkLetters:
    """Returns what archives or purges one dead letter.

    Args:
        act: The name under which it can be undone.
        skip_on: For a purge: whether what is blocked behind it goes on (L7).
    """
    skips = skip_on and action is LetterAct.PURGE
    return MarkLetters(
        numbers=(number,), before=allowed(action), after=outcome(action), act=act, skip_on=skips
    )


def act_of(number: int) -> str:
    """Returns the name under which `DeadLetters.undo` takes the work of a bulk action back."""
    return f"job {number}"
