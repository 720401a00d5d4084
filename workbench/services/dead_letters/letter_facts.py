"""What dead letters are searched, grouped and repaired by: names for expressions, fields, messages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

from workbench.errors import ExpressionFailed, InvalidValue
from workbench.model.expressions.closures import Variable
from workbench.model.expressions.expression import compile_expression
from workbench.model.expressions.flaws import InvalidExpression
from workbench.model.expressions.message_names import MESSAGE
from workbench.model.expressions.value_kinds import ANY, INTEGER, STRING
from workbench.model.json_values import at_path, read_text
from workbench.services.search.missing_fields import no_field
from workbench.store.stored_values import LetterFacts

OWN = ("subscription", "reason", "error_type", "error", "place", "owner", "note")
LETTER = {
    **MESSAGE,
    **{name: Variable(STRING, itemgetter(name)) for name in OWN},
    "tries": Variable(INTEGER, itemgetter("tries")),
    "edited": Variable(ANY, itemgetter("edited")),
}
"""The names that an expression about a dead letter can use: those of its message, and its own.

``data`` is the original payload, ``edited`` the edited copy, without fields where there is none (L6).
"""
EDITED = "edited."
"""Begins a field of the edited copy, in what letters are grouped by."""
FIELDS = ("cause", "message", "type", "key", "subscription", "reason", "owner")
"""What letters can be grouped by, beside fields of their payload and expressions."""
NONE = "(none)"
"""Stands for a field that a payload does not have."""
UNREADABLE = "(cannot be read)"
"""Stands for the value of a payload that is no JSON, or too deep."""
LONGEST = 200
"""Characters of a value that groups are told apart by."""
Read = Callable[[LetterFacts], str]
_PATH = re.compile(r"(data\.)?[A-Za-z_][\w]*(\.[\w]+)*\Z")
_ID = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b"
    r"|(?<=[-_#/:=])(?=[\w]*[0-9])[A-Za-z0-9]{3,}\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[\w.+-]+(?=@[\w.-]+\.)")
_NUMBER = re.compile(r"(?<![\w.…])[+-]?\d+(?:[.,]\d+)*(?![\w])")


@lru_cache(maxsize=4096)
def normalised(text: str) -> str:
    """Returns a message with … for ids and mail boxes, and N for numbers, so that alike ones meet."""
    line = " ".join(text.split())[:LONGEST]
    return _NUMBER.sub("N", _ID.sub("…", _ADDRESS.sub("…", line)))


def facts_of(letter: LetterFacts) -> dict[str, Any]:
    """Returns what expressions read of a letter.

    Raises:
        ValueError: What it holds is no JSON.
    """
    facts = letter._asdict()
    facts["data"] = read_text(letter.data)
    facts["edited"] = _copy_of(letter)
    facts["metadata"] = read_text(letter.metadata) if letter.metadata else {}
    return facts


def message_of(letter: LetterFacts) -> str:
    """Returns what a letter died of, in words that others of its kind share."""
    return normalised(letter.error or letter.error_type) or "No error recorded"


def cause_said(subscription: str, error_type: str) -> str:
    """Returns how a cause is called where letters are grouped by it."""
    return f"{subscription}: {error_type or 'No error recorded'}"


def reader_of(by: str) -> Read:
    """Returns what reads of a letter the value that it is grouped by.

    Args:
        by: One of `FIELDS`, a field of the payload such as ``address.city`` or ``data.type``, one of the
            edited copy such as ``edited.type``, or CEL.

    Raises:
        InvalidValue: It is none of them.
    """
    if by == "message":
        return message_of
    if by == "cause":
        return lambda letter: cause_said(letter.subscription, letter.error_type)
    if by in FIELDS:
        get = attrgetter(by)
        return lambda letter: get(letter) or NONE
    if _PATH.match(by):
        path, read = by.removeprefix("data."), _original_of
        if by.startswith(EDITED):
            path, read = by.removeprefix(EDITED), _copy_of
        return _readable(lambda letter: _shown(*at_path(read(letter), path)))
    run = _expression(by)
    return _readable(lambda letter: _shown(*_answer(run, letter)))


def original(by: str) -> str:
    """Returns the field of the original that one of the edited copy stands for; else what is given."""
    return f"data.{by.removeprefix(EDITED)}" if _PATH.match(by) and by.startswith(EDITED) else by


def _original_of(letter: LetterFacts) -> Any:
    return read_text(letter.data)


def _copy_of(letter: LetterFacts) -> Any:
    """Returns the edited copy; without one an object that has no fields."""
    return {} if letter.edited is None else read_text(letter.edited)


def letters_without(by: str, letters: Iterable[LetterFacts]) -> str:
    """Says that no letter has what letters are grouped by, and which field may have been meant.

    Args:
        by: As `reader_of` takes it.
        letters: Some of them, whose fields are offered.
    """
    if not _PATH.match(by):
        return f"no letter has a value of {by}"
    return no_field(by, (letter.data for letter in letters), "letter", FIELDS)


def _readable(read: Read) -> Read:
    """Returns a read that says of what cannot be read that it cannot."""

    def answer(letter: LetterFacts) -> str:
        try:
            return read(letter)
        except (ValueError, RecursionError):
            return UNREADABLE

    return answer


def _expression(text: str) -> Callable[[Mapping[str, Any]], Any]:
    try:
        return compile_expression(text, LETTER, place=lambda: "expression").run
    except InvalidExpression as error:
        raise InvalidValue(str(error), path="", hint=f"names: {', '.join(LETTER)}") from None


def _answer(run: Callable[[Mapping[str, Any]], Any], letter: LetterFacts) -> tuple[bool, Any]:
    try:
        return True, run(facts_of(letter))
    except ExpressionFailed:
        return False, None


def _shown(found: bool, value: Any) -> str:
    if not found:
        return NONE
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)[:LONGEST]
