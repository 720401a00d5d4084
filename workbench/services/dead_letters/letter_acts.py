"""The writes of an operator's act on dead letters, and the record that is written with them (L9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.model.counts import counted
from workbench.model.dead_letter import LetterAct, allowed, outcome
from workbench.model.operator_acts import OperatorAct
from workbench.store.letter_jobs import JobPlan
from workbench.store.operations import MarkLetters, RecordAction

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project

NAMED = 20
"""Numbers in a record at most."""
AT_ONCE = JobPlan()
"""No ladder, no patch."""


def note(
    world: World[Project],
    action: OperatorAct,
    numbers: Sequence[int],
    *,
    act: str = "",
    plan: JobPlan = AT_ONCE,
    counts: bool = True,
    more: str = "",
) -> RecordAction:
    """Returns the record of what an operator does to dead letters, to be written behind it (L9).

    Args:
        act: The name under which it can be undone.
        plan: How a bulk action does it.
        more: What else there is to say of it.
        counts: As `World.record` has it; what counts, and takes effect on none, is no act.
    """
    rest = len(numbers) - NAMED
    said = [
        ", ".join(f"#{number}" for number in numbers[:NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
    ]
    said += [f"ladder {', '.join(map(str, plan.ladder))}"] if plan.ladder else []
    said += [f"patch {plan.patch}"] if plan.patch else []
    said += [f"{plan.left_out:,} left out"] if plan.left_out else []
    said += [more] if more else []
    subject = counted(len(numbers), "dead letter")
    return world.record(
        action, subject, "; ".join(filter(None, said)), act=act, counts=counts, if_done=counts
    )


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
