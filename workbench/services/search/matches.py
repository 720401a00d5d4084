"""Says what of a record fits a search: values that hold its words, and those that its expression asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workbench.model.json_values import read_text
from workbench.model.secrets import masked
from workbench.model.text_folding import searched
from workbench.services.search.search_query import SearchTerms
from workbench.store.search_port import LOOKED_AT, FoundRecord, RecordKind, letter_in

MOST_PARTS, AROUND, LEAVES = 3, 60, 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A value of a record.

    Attributes:
        path: Where it stands, such as ``data.reason``; ``error`` or ``key`` of what is no payload.
        text: The value, shortened around what was found.
    """

    path: str
    text: str

    def said(self) -> str:
        """Returns it as a list shows it."""
        root, _, inner = self.path.partition(".")
        name = f"edited copy: {inner}" if root == "edited" else inner or root
        return f"{name} {self.text}"


def matches(record: FoundRecord, wanted: SearchTerms) -> list[Match]:
    """Returns values that hold words, then those that the expression asks; else the first of the payload."""
    values = list(_values(record))
    paths = set(wanted.condition.paths) if wanted.condition is not None else set()
    found = [
        Match(path=path, text=_around(text, wanted.words))
        for path, text in values
        if any(word in searched(text) or word in searched(path) for word in wanted.words)
    ]
    if record.kind is RecordKind.LETTER and record.number in map(letter_in, wanted.words):
        found.insert(0, Match(path="letter", text=f"#{record.number}"))
    known = {one.path for one in found}
    found += [
        Match(path=path, text=_around(text, ()))
        for path, text in values
        if path in paths and path not in known
    ]
    if not found:
        found = [Match(path=path, text=_around(text, ())) for path, text in values if path.startswith("data")]
    return found[:MOST_PARTS]


def _values(record: FoundRecord) -> Iterator[tuple[str, str]]:
    """Yields the values of a record by their paths, secrets masked."""
    for name, text in (("error", record.error), ("key", record.key)):
        if text:
            yield name, text
    yield from _leaves("data", _read(record.data))
    if record.edited is not None:
        yield from _leaves("edited", _read(record.edited))
    if record.metadata is not None:
        yield from _leaves("meta", _read(record.metadata))


def _read(value: Any) -> Any:
    """Returns what a text of JSON says, secrets masked; of one that does not end no more than its size."""
    if not isinstance(value, str):
        return masked(value)
    if len(value) >= LOOKED_AT:
        return f"a long payload, of which {LOOKED_AT:,} characters are looked at here"
    try:
        return masked(read_text(value))
    except ValueError:
        return value


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yields the plain values in a value; goes down without recursion, and not for ever."""
    waiting, count = [(path, value)], 0
    while waiting and count < LEAVES:
        at, one = waiting.pop()
        count += 1
        if isinstance(one, dict) and one:
            waiting += [(f"{at}.{key}", item) for key, item in reversed(one.items())]
        elif isinstance(one, list | tuple) and one:
            waiting += [(f"{at}[{place}]", item) for place, item in reversed([*enumerate(one[:LEAVES])])]
        else:
            yield at, _said(one)


def _said(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"“{value}”"
    return str(value)


def _around(text: str, words: tuple[str, ...]) -> str:
    """Returns a text, or the part of it in which the first word stands."""
    if len(text) <= 2 * AROUND:
        return text
    looked = searched(text[:LOOKED_AT])
    at = min((place for word in words if (place := looked.find(word)) >= 0), default=0)
    begin = max(0, at - AROUND // 2)
    end = begin + 2 * AROUND
    return f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}"
