"""Joins two changes of one text, section by section, and in a section line by line, or else key by key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from workbench.services.design.entry_merge import merged_entries
from workbench.services.design.line_merge import merged_lines, plain_lines, with_changed_lines
from workbench.services.design.section_piece import comments_above
from workbench.tusk import Document, TskError, parse, section_span


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


def merge(base: Document, mine: Document, theirs: Document) -> Merged:
    """Returns a text with what was changed in either; where both changed the same, theirs, and where.

    A section goes with the comments right above it, and with what stands between it and the next one. How
    lines end is no change.
    """
    was, own, other = pieces(base), pieces(mine), pieces(theirs)
    kept, conflicts = dict(other), []
    for name in {**own, **was}:
        before, here, there = (_said(one.get(name)) for one in (was, own, other))
        if here in (before, there):
            continue
        if there != before:
            here, keys = _both(before, here, there)
            if here is None or keys:
                said = f"[{name}] {', '.join(keys)}".rstrip() if name else "the beginning"
                conflicts.append(said)
            if here is None:
                continue
        if here is None:
            del kept[name]
        elif there is None:
            kept = _inserted(kept, own, name)
        else:
            now = here + plain_lines(kept[name])[len(there) :]
            kept[name] = with_changed_lines(kept[name], now, theirs.line_end)
    new = kept.keys() - other.keys()
    return Merged(text=_joined(kept, new, theirs.line_end), conflicts=tuple(conflicts))


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


def _both(before: str | None, here: str | None, there: str | None) -> tuple[str | None, tuple[str, ...]]:
    """Returns a section with both changes, and the keys that both changed; None where it cannot be joined."""
    if not (before and here and there):
        return None, ()
    made = merged_lines(before, here, there)
    return (merged_entries(before, here, there) or (None, ())) if made is None else (made, ())


def _said(piece: str | None) -> str | None:
    """Returns a piece with plain ends of lines, without the blank lines behind it, which are of the next."""
    return None if piece is None else plain_lines(piece).rstrip(" \t\n")


def pieces(document: Document) -> Mapping[str, str]:
    """Returns a document's text in pieces: by section, or by entry where it has none, as scenarios' files.

    What stands before the first one has an empty name.
    """
    names = list(document.sections)
    begins = [section_span(document, name)[0] for name in names]
    if not names:
        names = list(document.top.entries)
        begins = [comments_above(document, one.line_start) for one in document.top.entries.values()]
    text = document.text
    ends = [*begins[1:], len(text)] if begins else []
    found = {"": text[: begins[0] if begins else len(text)]}
    return found | {name: text[at:end] for name, at, end in zip(names, begins, ends, strict=True)}


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
        if text.strip("\ufeff") and piece and (gap or name in new):
            text = text.rstrip(" \t\r\n") + end + end
        gap = name in new
        text += piece.rstrip(" \t\r\n") + end if gap else piece
    return text
