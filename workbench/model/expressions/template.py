"""Messages in which expressions stand: ``the account is {state.status} already``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from workbench.model.expressions.budget import Frame, metered, take
from workbench.model.expressions.closures import Scope
from workbench.model.expressions.conversions import written
from workbench.model.expressions.expression import Placed, compile_expression, nowhere
from workbench.model.expressions.flaws import Flaw, InvalidExpression
from workbench.model.expressions.value_views import seen

_FIELD = re.compile(r"\s*(\w+)\.(\w+)\s*")


def compile_template(
    text: str,
    scope: Scope,
    *,
    place: Callable[[], str] = nowhere,
    present: frozenset[str] = frozenset(),
    warn: Callable[[Flaw], object] | None = None,
) -> Callable[[Any], str]:
    """Compiles a message; two braces in a row stand for one. All its expressions share one budget (X2).

    Args:
        warn: As of `compile_expression`.

    Raises:
        InvalidExpression: A brace is not closed, or an expression is wrong.
    """
    parts: list[Callable[[Frame], str]] = []
    flaws: list[Flaw] = []
    for at, piece, is_expression in _pieces(text):
        if not is_expression:
            parts.append(lambda _frame, piece=piece: piece)  # type: ignore[misc]
            continue
        told = warn and (lambda flaw, at=at: warn(_behind(at, flaw)))  # type: ignore[misc]
        try:
            made = compile_expression(piece, scope, place=place, present=present, warn=told)
        except InvalidExpression as error:
            flaws += [_behind(at, flaw) for flaw in error.flaws]
        else:
            parts.append(Placed(_told(made.within), None, piece, place))
    if flaws:
        raise InvalidExpression(flaws)

    return metered(lambda frame: "".join([part(frame) for part in parts]), 0)


def _behind(at: int, flaw: Flaw) -> Flaw:
    return replace(flaw, at=at + flaw.at, end=at + flaw.end)


def _told(within: Callable[[Frame], Any]) -> Callable[[Frame], str]:
    def told(frame: Frame) -> str:
        text = said(within(frame))
        take(frame, len(text))
        return text

    return told


def in_words(text: str) -> str:
    """Returns a message as it is read before it is said: ``it is {state.status}`` is ``it is ‹its status›``.

    What is no plain field stands as it is written; a message that is wrong is returned as it is.
    """
    try:
        pieces = list(_pieces(text))
    except InvalidExpression:
        return text
    return "".join(f"‹{_named(piece)}›" if is_expression else piece for _, piece, is_expression in pieces)


def _named(expression: str) -> str:
    found = _FIELD.fullmatch(expression)
    if found is None:
        return expression.strip()
    owner, field = found[1], found[2].replace("_", " ")
    return f"its {field}" if owner == "state" else f"{field} of the {owner}"


def said(value: Any) -> str:
    """Returns a value as it stands in a sentence."""
    return "nothing" if value is None else written(seen(value))


def _pieces(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yields offset and text of what stands between the braces, and of what stands outside."""
    at, start, literal = 0, 0, ""
    while at < len(text):
        char = text[at]
        if char in "{}" and text[at : at + 2] == char * 2:
            literal += text[start:at] + char
            at += 2
            start = at
        elif char == "{":
            yield start, literal + text[start:at], False
            end = _closing(text, at + 1)
            if end < 0:
                raise InvalidExpression([Flaw(at, at + 1, "the brace is not closed", "write {{ for a brace")])
            yield at + 1, text[at + 1 : end], True
            at = start = end + 1
            literal = ""
        elif char == "}":
            raise InvalidExpression([Flaw(at, at + 1, "no brace is open here", "write }} for a brace")])
        else:
            at += 1
    yield start, literal + text[start:], False


def _closing(text: str, at: int) -> int:
    """Returns where the expression that begins here ends; texts inside it may hold braces."""
    depth, quote = 1, ""
    while at < len(text):
        char = text[at]
        if quote:
            at += char == "\\"
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "{}":
            depth += 1 if char == "{" else -1
            if not depth:
                return at
        at += 1
    return -1
