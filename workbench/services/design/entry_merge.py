"""Joins two changes of one section key by key, where its lines cannot be joined."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from workbench.errors import InvalidValue
from workbench.tusk import Document, Entry, TskError, parse
from workbench.tusk.document import Path
from workbench.tusk.edit import delete, insert
from workbench.tusk.splice import splice

_Changes = Mapping[Path, str | None]
Said = Mapping[Path, str]
"""What stands at each key that holds no others, as it is written."""


def merged_entries(was: str, mine: str, theirs: str) -> tuple[str | None, tuple[str, ...]]:
    """Returns a text with both changes, or None and the keys that both changed.

    An entry that one took away and the other changed is one key. There are no keys where a text cannot be
    read, or something other than keys and values, such as a comment, would be lost.
    """
    try:
        base, own, other = (parse(text) for text in (was, mine, theirs))
        around = len(next(iter(base.sections), "").split(".")) if base.sections else 0
        here, there = (_changes(base, one, around) for one in (own, other))
        met = [
            min(path, one, key=len)
            for path in here
            for one in there
            if _meet(path, one) and _differ(here[path], there[one], same=path == one)
        ]
        met += [path for path in here.keys() & there.keys() if _renamed_twice(base, path, here, there)]
        if met:
            return None, tuple(dict.fromkeys(".".join(at[around:]) for at in met))
        if _is_all(base, here, own):
            return _with(other, here).text, ()
        return (_with(own, there).text, ()) if _is_all(base, there, other) else (None, ())
    except (TskError, InvalidValue, LookupError):
        return None, ()


def _leaves(document: Document) -> dict[Path, Entry]:
    return {
        path: entry
        for path, entry in document.entries()
        if entry.value.scope is None or not entry.value.scope.entries
    }


def _changes(base: Document, now: Document, around: int) -> dict[Path, str | None]:
    """Returns what is written at each key that changed; None where it went, with all around it that did.

    Args:
        around: Parts of the name of the section.
    """
    said: list[Said] = [
        {path: one.text[entry.value.start : entry.value.end] for path, entry in _leaves(one).items()}
        for one in (base, now)
    ]
    was, own = said
    changed = (path for path in [*was, *own] if was.get(path) != own.get(path))
    return {path if path in own else _gone(now, path, around): own.get(path) for path in changed}


def _gone(now: Document, path: Path, around: int) -> Path:
    """Returns the widest entry around a key that is not there any more; the key itself for none."""
    cuts = range(around + 1, len(path))
    return next((path[:cut] for cut in cuts if now.find(path[:cut]) is None), path)


def _renamed_twice(base: Document, path: Path, here: _Changes, there: _Changes) -> bool:
    """Whether both took an entry away and wrote others in its scope, each under another key."""
    if here[path] is not None or there[path] is not None:
        return False
    depth = len(path)
    mine, theirs = (
        {
            one[:depth]
            for one, text in made.items()
            if text is not None and one[: depth - 1] == path[:-1] and base.find(one[:depth]) is None
        }
        for made in (here, there)
    )
    return bool(mine - theirs and theirs - mine)


def _differ(here: str | None, there: str | None, *, same: bool) -> bool:
    """Whether two changes exclude each other; what both took away is gone, also where one took more."""
    return here != there if same else here is not None or there is not None


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
