"""Joins two changes of one section key by key, where its lines cannot be joined."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from workbench.errors import InvalidValue
from workbench.tusk import Document, Entry, TskError, parse
from workbench.tusk.document import Path
from workbench.tusk.edit import delete, insert
from workbench.tusk.splice import splice

Said = Mapping[Path, str]
"""What stands at each key that holds no others, as it is written."""


def merged_entries(was: str, mine: str, theirs: str) -> tuple[str, tuple[str, ...]] | None:
    """Returns a text with both changes, and the keys that both changed, which are as in ``theirs``.

    None where it cannot be read, or something other than keys and values, such as a comment, would be lost.
    """
    try:
        base, own, other = (parse(text) for text in (was, mine, theirs))
        here, there = _changes(base, own), _changes(base, other)
        met = [
            path
            for path in here
            if any(_meet(path, one) and (path != one or here[path] != there[one]) for one in there)
        ]
        if _is_all(base, here, own):
            made = _with(other, {path: text for path, text in here.items() if path not in met})
        elif _is_all(base, there, other):
            made = _with(own, there)
        else:
            return None
    except (TskError, InvalidValue, LookupError):
        return None
    around = len(next(iter(base.sections), "").split(".")) if base.sections else 0
    return made.text, tuple(dict.fromkeys(".".join(path[around:]) for path in met))


def _leaves(document: Document) -> dict[Path, Entry]:
    return {
        path: entry
        for path, entry in document.entries()
        if entry.value.scope is None or not entry.value.scope.entries
    }


def _changes(base: Document, now: Document) -> dict[Path, str | None]:
    """Returns what is written at each key that changed; None where it went."""
    said: list[Said] = [
        {path: one.text[entry.value.start : entry.value.end] for path, entry in _leaves(one).items()}
        for one in (base, now)
    ]
    was, own = said
    return {path: own.get(path) for path in [*was, *own] if was.get(path) != own.get(path)}


def _meet(one: Path, other: Path) -> bool:
    least = min(len(one), len(other))
    return one[:least] == other[:least]


def _is_all(base: Document, changes: Mapping[Path, str | None], now: Document) -> bool:
    """Whether changes are all that was done to a text, but for blanks and the order of lines."""
    return _words(_with(base, changes).text) == _words(now.text)


def _words(text: str) -> Collection[str]:
    return sorted(text.replace(",", " ").replace("{", " { ").replace("}", " } ").split())


def _with(document: Document, changes: Mapping[Path, str | None]) -> Document:
    for path, text in changes.items():
        entry = document.find(path)
        if text is None and entry is not None:
            document = delete(document, path)
        elif text is not None:
            if entry is None:
                document = insert(document, path, None)
                entry = document.find(path)
            if entry is not None:
                document = splice(document, entry.value.start, entry.value.end, text)
    return document
