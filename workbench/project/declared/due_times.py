"""When an action takes effect: at once, after a time, or at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from workbench.errors import ExpressionFailed
from workbench.model.calendar_spans import Calendar
from workbench.model.expressions.closures import Scope
from workbench.model.expressions.expression import compile_expression
from workbench.model.expressions.flaws import InvalidExpression
from workbench.model.expressions.name_resolution import names_said
from workbench.model.expressions.operators import Get
from workbench.model.expressions.value_kinds import DURATION, TIME, Kind, Type
from workbench.model.expressions.value_views import moment
from workbench.project.declared.compilation import Compilation
from workbench.project.declared.sections import ActionSection
from workbench.project.declared.source_locations import Path

Due = Callable[[Any], tuple[float, datetime | None]]
"""Gives how many seconds later something is done, or at which time."""


def due_of(
    draft: Compilation, path: Path, one: ActionSection, scope: Scope, present: frozenset[str]
) -> Due | None:
    """Compiles when an action takes effect; None for at once, as a time that has passed is, too."""
    if one.at:
        if one.after:
            said = "an action is done after a time or at a time, not both"
            draft.tell((*path, "at"), "S-TYPE", said, "leave one of them out", key=True)
        at = _timed(draft, (*path, "at"), one.at, TIME, scope, present)
        return lambda env: (0.0, at(env))
    if isinstance(one.after, Calendar):
        span, now = one.after, scope["now"].get
        if span.months > _CENTURIES or span.days > _CENTURIES * 31:
            said = f"{span.words} from now is no time in the years 1 to 9999"
            draft.tell((*path, "after"), "S-TYPE", said, "say a shorter time")
        return lambda env: (0.0, span.after(moment(now(env))))
    if isinstance(one.after, str):
        if _WRITTEN.fullmatch(one.after):
            draft.tell((*path, "after"), "S-TYPE", *_misspelt(one.after))
            return None
        after = _timed(draft, (*path, "after"), one.after, DURATION, scope, present)
        return lambda env: (max(0.0, after(env).total_seconds()), None)
    seconds = one.after
    return (lambda _env: (seconds, None)) if seconds else None


def at_once(one: ActionSection) -> bool:
    """Whether an action surely does not wait, although it says a time."""
    if one.at:
        return one.at.strip() in {"now", "at"}
    if not isinstance(one.after, str) or names_said(one.after):
        return False
    try:
        after = compile_expression(one.after, {}, place=lambda: "after").run(())
    except (InvalidExpression, ExpressionFailed):
        return False
    return isinstance(after, timedelta) and after <= timedelta()


_WRITTEN = re.compile(r"\s*[+-]?(\s*[0-9.]+\s*[a-z]+[\s,]*)+")
"""A time that is written out, and no expression."""


def _misspelt(text: str) -> tuple[str, str]:
    """Says why a time that is written out is none, and what to write."""
    if text.lstrip().startswith("-"):
        return f"{text} is before now", "leave after out: it is done at once"
    said = f"'{text}' is not a time such as 30m, 1h30m, or one number of days, weeks, months or years"
    parts = re.findall(r"[0-9]+\s+(?:day|week|month|year)s?\b", text)
    later = "now"
    for part in parts:
        later = f"later({later}, '{part}')"
    return said, f'one after the other: at: "{later}"' if len(parts) > 1 else 'such as "2 weeks"'


def _timed(
    draft: Compilation, path: Path, text: str, wanted: Type, scope: Scope, present: frozenset[str]
) -> Get:
    before = len(draft.problems)
    run, found = draft.expression(path, text, scope, present=present)
    draft.problems[before:] = [
        replace(one, hint=f"{path[-1]} is {_TIMED[wanted.kind]}; {one.hint}".removesuffix("; "))
        for one in draft.problems[before:]
    ]
    if found.kind is not Kind.ANY and (found.counts_as is not wanted.kind or found.nullable):
        whole = f"{path[-1]} is {wanted.words}, and this is {found.words}"
        said = f"{path[-1]} cannot be null, and this may be" if found.nullable else whole
        draft.tell(path, "S-TYPE", said, _TIMED[wanted.kind])

    def timed(env: Any) -> Any:
        value = run(env)
        if found.kind is Kind.MICROS:
            return moment(value)
        if not isinstance(value, datetime if wanted is TIME else timedelta):
            raise ExpressionFailed(f"{path[-1]} is {wanted.words}, and this is {value!r}")
        return value

    return timed


_CENTURIES = 7900 * 12
"""Months that are left of the calendar."""
_TIMED = {
    Kind.DURATION: """a duration: "30m", "1 month", "event.days * duration('24h')\"""",
    Kind.TIME: """a time: "event.closes_at", "now + duration('24h')\"""",
}
