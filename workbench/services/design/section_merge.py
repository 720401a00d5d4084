"""Joins two changes of one text, section by section, and in a section line by line, or else key by key."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher

from workbench.services.design.entry_merge import merged_entries
from workbench.services.design.line_merge import chosen_lines, merged_lines, plain_lines, with_changed_lines
from workbench.tusk import Document, TskError, comments_above, parse, section_begins

Pieces = Mapping[str, str]
"""Sections by their names, as they are written."""
HEAD = re.compile(r"""(?m)^(?:\[[^\]\n]*\]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[$\w][\w.$-]*)""")
"""The header of a section, or the key of an entry, as it is written."""
LIKE = 0.6
"""Share of its words that a section keeps when it gets another name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What came of it.

    Attributes:
        text: With both changes; where they exclude each other, as it was given to be kept.
        conflicts: What both changed, each in another way: ``[section]``, with the keys where only these
            exclude each other; ``the beginning`` is what stands before the sections.
    """

    text: str
    conflicts: tuple[str, ...] = ()


def merge(base: Document, mine: Document, theirs: Document, *, lines: str = "") -> Merged:
    """Returns a text with what was changed in either; where both changed the same, theirs, and where.

    A section in which these exclude each other is theirs as a whole: half of each would be neither (V5).
    A section goes with the comments right above it, and with what stands between it and the next one; one to
    which either gave another name is the same. How lines end, and a mark of order, is no change.

    Args:
        lines: Whose count where both changed the same, ``mine`` or ``theirs``; the other lines of such a
            section are then of both, if it can be read so.
    """
    mark = "\ufeff" if theirs.text.startswith("\ufeff") else ""
    base, mine, theirs = (_unmarked(one) for one in (base, mine, theirs))
    was, own, other = pieces(base), pieces(mine), pieces(theirs)
    mine_named, named = _renamed(was, own, other), _renamed(was, other, own)
    mine_named = {old: new for old, new in mine_named.items() if old in other or old in named}
    named = {old: new for old, new in named.items() if old in own or old in mine_named}
    twice = [old for old, new in mine_named.items() if named.get(old, new) != new]
    names = {**named, **mine_named} if lines == "mine" else {**mine_named, **named}
    heads = {old: {**other, **own}[new] for old, new in names.items()}
    own, other = _named_as_before(own, was, mine_named), _named_as_before(other, was, named)
    kept, conflicts = dict(other), [f"the name of [{old}]" for old in twice]
    for name in {**own, **was}:
        before, here, there = (_said(one.get(name)) for one in (was, own, other))
        if here in (before, there):
            continue
        if there != before:
            made, keys = _both(before, here, there)
            if made is None:
                said = f"[{name}] {', '.join(keys)}".rstrip() if name else "the beginning"
                conflicts.append(said)
                if not lines:
                    continue
                made = _chosen(before, *((here, there) if lines == "mine" else (there, here)))
            here = made
        if here is None:
            kept.pop(name, None)
        elif there is None:
            kept = _inserted(kept, own, name)
        else:
            kept[name] = _exchanged(kept[name], here, theirs.line_end)
    new = kept.keys() - {name for name, piece in other.items() if _said(piece)}
    kept = {names.get(name, name): _headed(one, heads.get(name, one)) for name, one in kept.items()}
    new = {names.get(name, name) for name in new}
    return Merged(text=mark + _joined(kept, new, theirs.line_end), conflicts=tuple(conflicts))


def changed_pieces(was: Document, now: Document) -> set[str]:
    """Returns the names of the sections that differ, but for the blank lines behind them."""
    old, new = pieces(was), pieces(now)
    return {name for name in {**old, **new} if _said(old.get(name)) != _said(new.get(name))}


def with_pieces(document: Document, other: Document, names: Collection[str]) -> str:
    """Returns the text of a document with some sections as another one has them, or without them."""
    kept, own = dict(pieces(document)), pieces(other)
    new = {name for name in own if name in names and name not in kept}
    for name in (one for one in own if one in names):
        here = _said(own[name])
        if name in new:
            kept = _inserted(kept, own, name)
        elif here is not None:
            kept[name] = _exchanged(kept[name], here, document.line_end)
    return _joined(
        {name: one for name, one in kept.items() if name in own or name not in names}, new, document.line_end
    )


def _exchanged(piece: str, here: str, end: str) -> str:
    """Returns a piece that says something else, with the blank lines that stand behind it."""
    behind = plain_lines(piece)[len(_said(piece) or "") :]
    return with_changed_lines(piece, here + behind if here else "", end)


def _unmarked(document: Document) -> Document:
    """Returns a document without a mark of order at its begin."""
    text = document.text
    return parse(text[1:], document.file) if text.startswith("\ufeff") else document


def _renamed(was: Pieces, now: Pieces, other: Pieces) -> dict[str, str]:
    """Returns what has another name in a text, by its old one: it says much the same.

    Args:
        other: What the other text says: what it took away is found again only under a name of its own.
    """
    found: dict[str, str] = {}
    for old in (one for one in was if one not in now):
        alike = {
            one: _likeness(was[old], _headed(now[one], was[old]))
            for one in now
            if one not in {*was, *found.values()} and (one not in other or old not in other)
            if one and _kind(one) == _kind(old)
        }
        best = max(alike, key=alike.__getitem__, default="")
        if best and alike[best] > LIKE:
            found[old] = best
    return found


def _kind(name: str) -> str:
    """Returns what a section is of; nothing for a scenario, which is named by words."""
    kind, dot, _ = name.partition(".")
    return kind if dot and kind.isidentifier() else ""


def _named_as_before(texts: Pieces, was: Pieces, names: Mapping[str, str]) -> dict[str, str]:
    """Returns pieces by the names that they had, and with these."""
    back = {new: old for old, new in names.items()}
    return {
        back.get(name, name): _headed(one, was[back[name]] if name in back else one)
        for name, one in texts.items()
    }


def _likeness(one: str, other: str) -> float:
    """Returns how much of the words of two texts is the same, from 0 to 1."""
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def _headed(piece: str, like: str) -> str:
    """Returns a section, or a scenario, with the header of another one."""
    head, other = HEAD.search(piece), HEAD.search(like)
    if head is None or other is None:
        return piece
    return piece[: head.start()] + other.group() + piece[head.end() :]


def merged_text(was: str, mine: str, theirs: str) -> str | None:
    """Returns a text with both changes; None where both changed the same lines, and the same key in them."""
    made = merged_lines(was, mine, theirs)
    if made is None:
        try:
            merged = merge(parse(was), parse(mine), parse(theirs))
        except TskError:
            return None
        made = None if merged.conflicts else merged.text
    return made


def chosen_text(was: str, mine: str, theirs: str, *, lines: str) -> str:
    """Returns a text with both changes; where both changed the same lines, with those of one text.

    Args:
        lines: Of which, ``mine`` or ``theirs``.
    """
    joined = merged_text(was, mine, theirs)
    if joined is None or not _reads(joined):
        with suppress(TskError):
            return merge(parse(was), parse(mine), parse(theirs), lines=lines).text
    return chosen_lines(was, *((mine, theirs) if lines == "mine" else (theirs, mine)))


def _chosen(before: str | None, counts: str | None, other: str | None) -> str | None:
    """Returns a section with both changes, and the lines of one of them where both changed the same."""
    if not (before and counts and other):
        return counts
    made = chosen_lines(before, counts, other)
    return made if _reads(made) else counts


def _both(before: str | None, here: str | None, there: str | None) -> tuple[str | None, tuple[str, ...]]:
    """Returns a section with both changes; None where it cannot be joined, and the keys that both changed."""
    if not (before and here and there):
        return None, ()
    made = merged_lines(before, here, there)
    return (made, ()) if made is not None and _reads(made) else merged_entries(before, here, there)


def _reads(piece: str) -> bool:
    """Whether a section can be read; not where both texts added the same key at other places."""
    with suppress(TskError):
        parse(piece)
        return True
    return False


def _said(piece: str | None) -> str | None:
    """Returns a piece with plain ends of lines, without the blank lines behind it, which are of the next."""
    return None if piece is None else plain_lines(piece).rstrip(" \t\n")


def pieces(document: Document) -> Mapping[str, str]:
    """Returns a document's text in pieces: by section, or by entry where it has none, as scenarios' files.

    What stands before the first one has an empty name.
    """
    begins = section_begins(document) or {
        name: comments_above(document, one.line_start) for name, one in document.top.entries.items()
    }
    text = document.text
    ends = [*begins.values(), len(text)]
    found = {"": text[: ends[0]]}
    return found | {name: text[at:end] for (name, at), end in zip(begins.items(), ends[1:], strict=True)}


def _inserted(kept: Mapping[str, str], own: Mapping[str, str], name: str) -> dict[str, str]:
    """Puts a new section behind the one that it stands behind in its own text."""
    names = list(own)
    before = next((one for one in reversed(names[: names.index(name)]) if one in kept), "")
    found: dict[str, str] = {}
    for one, text in kept.items():
        found[one] = text
        if one == before:
            found[name] = own[name]
    return found


def _joined(kept: Mapping[str, str], new: Collection[str], end: str) -> str:
    """Returns the text of pieces; a new one has a blank line before and behind it."""
    text, gap = "", False
    for name, piece in kept.items():
        if text and piece and (gap or name in new):
            text = text.rstrip(" \t\r\n") + end + end
        gap = name in new and bool(_said(piece))
        text += piece.rstrip(" \t\r\n") + end if gap else piece
    return text
