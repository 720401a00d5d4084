"""What a move to another aggregate would change, line by line, before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from workbench.errors import InvalidValue
from workbench.model.counts import counted
from workbench.services.design.change_preview import (
    ADDED,
    GROUPS,
    TAKEN,
    ChangePlace,
    ChangePreview,
    rename_preview,
    still_fits,
)
from workbench.services.design.design_text import DesignText
from workbench.services.design.field_preview import owner_of
from workbench.services.design.gestures import DesignNode, exists, renamed
from workbench.services.design.id_readers import id_notes, id_readers
from workbench.services.design.owners import aggregate_of, with_owner
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
        stays=tuple(id_readers(text, _leaving(text, names, owner), owner)),
        notes=(*_ids(text, moving, owner), *_left(known, after), *_streams(text, names, stored)),
        stored=stored,
        owner=owner,
        names=tuple(_new_names(text, moving, owner, known)),
    )


def moved_with_names(
    text: DesignText, nodes: Sequence[DesignNode], owner: str, names: Sequence[ChangePlace]
) -> DesignText:
    """Returns the texts with things in another aggregate, as `moved_to` does, and these names of theirs new.

    Raises:
        InvalidValue: As `moved_to`, and as `renamed`.
    """
    text = moved_to(text, nodes, owner)
    for one in names:
        node = DesignNode(one.reference.kind, one.reference.name)
        text = renamed(text, node, one.new, _named(text, node), stored=one.kept)
        if node.kind == "event":
            text = text.with_project(with_owner(text.project, one.new, owner))
    return text


def _named(text: DesignText, node: DesignNode) -> list[Reference]:
    return [one.reference for one in rename_preview(text, node, 0).places if one.wanted]


def _new_names(
    text: DesignText, moving: Sequence[DesignNode], owner: str, known: FieldChanges
) -> Iterator[ChangePlace]:
    """Yields the beginnings of what is named after the aggregate that it leaves, with the name proposed."""
    for node in moving:
        lead, _, last = node.name.rpartition(".")
        before = aggregate_of(text.project, node.kind, node.name)
        if node.kind == "event":
            new = f"{owner}.{last}" if lead else node.name
        else:
            new = re.sub(rf"(?<![^._]){re.escape(before)}(?![^._])", owner, node.name)
        if new == node.name or exists(text, DesignNode(node.kind, new)):
            continue
        found = rename_preview(text, node, 0)
        head = next(one for one in found.places if one.reference.role == HEADER)
        count, lost = len(_named(text, node)), sum(not still_fits(found, one, new) for one in found.stays)
        unfit = f"; {counted(lost, 'pattern')} {'fits' if lost == 1 else 'fit'} no more" if lost else ""
        yield replace(
            head,
            text=f"{node.kind} {node.name}",
            start=len(node.kind) + 1,
            end=len(node.kind) + 1 + len(node.name),
            wanted=False,
            fate=f"at {counted(count, 'place')}{unfit}",
            new=new,
            kept=node.kind == "event" and known.stored(node.name) > 0,
        )


def _ids(text: DesignText, moving: Sequence[DesignNode], owner: str) -> Iterator[str]:
    for before in dict.fromkeys(aggregate_of(text.project, one.kind, one.name) for one in moving):
        commands = [one.name for one in moving if one.kind == "command"] if before != owner else []
        yield from id_notes(text.project, commands, before, owner)


def _left(known: FieldChanges, after: DesignText) -> Iterator[str]:
    if found := known.mistakes(after):
        more = f"It leaves {counted(len(found), 'mistake')}, and stays a draft until they are fixed"
        yield f"{more}: {found[0]}"


def _leaving(text: DesignText, events: Sequence[str], owner: str) -> list[str]:
    return [one for one in events if aggregate_of(text.project, "event", one) != owner]


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
