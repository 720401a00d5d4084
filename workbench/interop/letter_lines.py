"""Dead letters as lines of a file: every value exactly as it is, or the line is refused (B3, N6)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from workbench.errors import InvalidName, InvalidValue
from workbench.model.clock import checked_time
from workbench.model.dead_letter import LetterStatus, check_note
from workbench.model.json_values import MAX_BYTES, MAX_DEPTH, ForeignJsonError, check_name, parse_foreign_json
from workbench.store.operations import ImportLetter
from workbench.store.rules import MAX_VERSION
from workbench.store.stored_values import Attempt, DeadLetter, LetterFacts

FORMAT = "workbench dead letter 1"
LONGEST = 4 * MAX_BYTES
"""Bytes of a line: JSON in JSON is longer than it is."""
MOST_ATTEMPTS = 10_000
_LARGEST = 2**63 - 1


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    letter: DeadLetter
    owner: str = ""
    note: str = ""


_read = msgspec.json.Decoder(_Line).decode


def letter_line(letter: DeadLetter, facts: LetterFacts) -> bytes:
    """Returns the line of a letter, with what operators wrote about it."""
    line = _Line(format=FORMAT, letter=letter, owner=facts.owner, note=facts.note)
    return msgspec.json.encode(line) + b"\n"


def read_letter_line(line: bytes) -> ImportLetter:
    """Returns what brings the letter of a line in; one that was being delivered again is open.

    Raises:
        InvalidValue: It is no such line, or a field has a value that no letter can have; with its path.
    """
    if len(line) > LONGEST:
        raise InvalidValue(f"longer than {LONGEST // 1024 // 1024} MiB", path="")
    try:
        said = _read(line)
        _check_keys(json.loads(line, object_pairs_hook=_once))
    except RecursionError:
        raise _none(f"nested deeper than {MAX_DEPTH}") from None
    except ValueError as error:
        raise _none(str(error)) from None
    if said.format != FORMAT:
        raise _none(f"its format is not {FORMAT}")
    letter = said.letter
    check_note(said.owner, said.note)
    for name, fault in _faults(said):
        raise _none(f"{fault} - at `$.letter.{name}`")
    if letter.status is LetterStatus.REPLAYING:
        letter = replace(letter, status=LetterStatus.OPEN)
    return ImportLetter(letter=letter, owner=said.owner, note=said.note)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    for key, count in Counter(key for key, _ in pairs).items():
        if count > 1:
            raise ValueError(f"the key {key!r} stands twice in one object")
    return dict(pairs)


def _check_keys(said: Mapping[str, Any]) -> None:
    """Makes sure that nothing is said that would be left out."""
    letter = said["letter"]
    parts = [(said, _Line, ""), (letter, DeadLetter, "letter.")]
    for part, of, path in (*parts, *((one, Attempt, "letter.attempts.") for one in letter["attempts"])):
        for key in sorted(part.keys() - {*of.__struct_fields__}):
            raise ValueError(f"nothing is known of {path}{key}")


def _none(said: str) -> InvalidValue:
    return InvalidValue(f"this is no dead letter: {said}", path="")


def _faults(said: _Line) -> Iterator[tuple[str, str]]:
    """Yields the fields whose values no letter can have, and why."""
    letter = said.letter
    yield from _beyond("position", letter.position, 1, _LARGEST)
    yield from _beyond("number", letter.number, 0, _LARGEST)
    yield from _beyond("parent", letter.parent or 0, 0, _LARGEST)
    yield from _beyond("generation", letter.generation, 0, MAX_VERSION)
    for name in ("first_failed_at", "died_at", "changed_at"):
        yield from _no_time(name, getattr(letter, name))
    for name in ("subscription", "topic", "type"):
        yield from _no_name(name, getattr(letter, name))
    if letter.key:
        yield from _no_name("key", letter.key)
    yield from _attempts(letter)
    for name, text in (("data", letter.data), ("metadata", letter.metadata), ("edited", letter.edited)):
        yield from _no_payload(name, text)
    for name in ("error_type", "error", "place", "traceback"):
        yield from _too_long(name, getattr(letter, name))


def _attempts(letter: DeadLetter) -> Iterator[tuple[str, str]]:
    yield from _beyond("attempts", len(letter.attempts), 0, MOST_ATTEMPTS)
    for index, one in enumerate(letter.attempts):
        at = f"attempts[{index}]"
        yield from _beyond(f"{at}.number", one.number, 0, MAX_VERSION)
        yield from _beyond(f"{at}.duration_us", one.duration_us, 0, _LARGEST)
        yield from _no_time(f"{at}.at", one.at)
        for name in ("error_type", "error", "place"):
            yield from _too_long(f"{at}.{name}", getattr(one, name))


def _beyond(name: str, value: int, least: int, most: int) -> Iterator[tuple[str, str]]:
    if not least <= value <= most:
        yield name, f"{value} is not between {least} and {most}"


def _no_time(name: str, value: int) -> Iterator[tuple[str, str]]:
    try:
        checked_time(value)
    except ValueError as error:
        yield name, str(error)


def _no_name(name: str, value: str) -> Iterator[tuple[str, str]]:
    try:
        check_name(value, what="it")
    except InvalidName as error:
        yield name, error.message


def _too_long(name: str, text: str) -> Iterator[tuple[str, str]]:
    if len(text) > MAX_BYTES // 4 and len(text.encode()) > MAX_BYTES:
        yield name, f"larger than {MAX_BYTES // 1024 // 1024} MiB"


def _no_payload(name: str, text: str | None) -> Iterator[tuple[str, str]]:
    """Yields what forbids a text as a payload: what forbids it in an event that is appended (N1, N4)."""
    if text is None:
        return
    yield from _too_long(name, text)
    try:
        parse_foreign_json(text)
    except (InvalidValue, ForeignJsonError) as error:
        yield name, str(error)
