"""What a move to another aggregate would change, line by line, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from workbench.errors import InvalidValue
from workbench.model.counts import counted
from workbench.services.design.change_preview import ADDED, GROUPS, TAKEN, ChangePlace, ChangePreview
from workbench.services.design.design_text import DesignText
from workbench.services.design.field_preview import owner_of
from workbench.services.design.gestures import DesignNode
from workbench.services.design.owners import aggregate_of
from workbench.services.design.references import HEADER, SCENARIO, Reference
from workbench.services.design.several import joined_by_emit, moved_to
from workbench.services.design.text_merge import file_of
from workbench.tusk import Document

if TYPE_CHECKING:
    from workbench.services.design.field_renames import FieldChanges


def move_preview(
    text: DesignText, nodes: Sequence[DesignNode], owner: str, known: FieldChanges
) -> ChangePreview:
    """Returns what would be otherwise with commands and events, and what has to follow them, in an aggregate.

    Args:
        known: Says what is wrong with texts, and what is stored.

    Raises:
        InvalidValue: As `moved_to`, or all of it is there already.
    """
    moving, after = joined_by_emit(text, nodes), moved_to(text, nodes, owner)
    if after == text:
        raise InvalidValue(f"all of it is of {owner} already", path="", hint="take another aggregate")
    node, *more = moving
    names = [one.name for one in moving if one.kind == "event"]
    stored = known.stored(*names)
    places = [one for file in text.files() for one in _places(file, file_of(after, file.file))]
    return ChangePreview(
        text=text,
        node=node,
        more=tuple(more),
        places=tuple(sorted(places, key=lambda one: list(GROUPS.values()).index(one.group))),
        notes=(*_left(known, after), *_streams(text, names, stored)),
        stored=stored,
        owner=owner,
    )


def _left(known: FieldChanges, after: DesignText) -> Iterator[str]:
    if found := known.mistakes(after):
        more = f"It leaves {counted(len(found), 'mistake')}, and stays a draft until they are fixed"
        yield f"{more}: {found[0]}"


def _streams(text: DesignText, events: Sequence[str], stored: int) -> Iterator[str]:
    if stored:
        owners = dict.fromkeys(aggregate_of(text.project, "event", one) for one in events)
        stay = f"{counted(stored, 'stored event')} {'stays' if stored == 1 else 'stay'}"
        yield f"{stay} in the streams of {' and '.join(owners)}; none is rewritten."


def _places(file: Document, after: Document | None) -> Iterator[ChangePlace]:
    lines, now = file.text.splitlines(), after.text.splitlines() if after is not None else []
    for tag, start, end, begin, stop in SequenceMatcher(None, lines, now, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for at in range(max(end - start, stop - begin)):
            here = min(start + at, max(end - 1, start))
            if start + at < end and (was := lines[start + at].strip()):
                yield _place(file, here, was, TAKEN)
            if begin + at < stop and (line := now[begin + at].strip()):
                yield _place(file, here, line, ADDED)


def _place(file: Document, at: int, text: str, fate: str) -> ChangePlace:
    known = SCENARIO if file.file.startswith("scenarios/") else HEADER
    begin = sum(len(one) for one in file.text.splitlines(keepends=True)[:at])
    reference = Reference(
        kind="line", name=text, file=file.file, start=begin, end=begin, role=known, owner=owner_of(file, at)
    )
    return ChangePlace(
        reference=reference,
        group=GROUPS[known],
        line=at + 1,
        text=text,
        start=0,
        end=len(text) if fate == TAKEN else 0,
        owner=reference.owner,
        fate=fate,
    )
