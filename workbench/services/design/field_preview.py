"""What another name of a field would change, line by line, before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from workbench.model.counts import counted
from workbench.services.design.change_preview import GROUPS, ChangePlace, ChangePreview
from workbench.services.design.design_text import DesignText
from workbench.services.design.field_lines import read_field_line
from workbench.services.design.gestures import DesignNode
from workbench.services.design.references import EXPRESSION, HEADER, SCENARIO, Reference
from workbench.services.design.relations import section_path
from workbench.services.design.section_merge import pieces
from workbench.services.design.text_merge import file_of
from workbench.tusk import Document

ADDED = "Added"
"""Above lines that are written with it."""
_TOKEN = re.compile(r"\w+|\W")


def field_preview(
    text: DesignText, after: DesignText, node: DesignNode, was: str, stored: int
) -> ChangePreview:
    """Returns what differs between texts without another name of a field, and with it.

    Args:
        was: The line that the field has.
        stored: Events in the store that have its type.
    """
    old, own = read_field_line(was)[0], ".".join(section_path(node.kind, node.name))
    places = [one for file in text.files() for one in _places(file, file_of(after, file.file), old, own)]
    groups = [GROUPS[HEADER], GROUPS[EXPRESSION], GROUPS[SCENARIO], ADDED]
    they = f"{counted(stored, 'stored event')} {'has' if stored == 1 else 'have'} the old name"
    return ChangePreview(
        text=text,
        node=node,
        places=tuple(sorted(places, key=lambda one: groups.index(one.group))),
        notes=(f"{they}: an upcast that reads it is written, none is changed.",) if stored else (),
        stored=stored,
        field=was,
    )


def _places(file: Document, after: Document | None, old: str, own: str) -> Iterator[ChangePlace]:
    lines, now = file.text.splitlines(), after.text.splitlines() if after is not None else []
    for tag, start, end, begin, stop in SequenceMatcher(None, lines, now, autojunk=False).get_opcodes():
        for at, line in enumerate(now[begin:stop] if tag != "equal" else ()):
            if start + at >= end:
                yield _place(file, own, start + at, line, 0, 0, ADDED)
                continue
            for column in _columns(lines[start + at], line, old):
                yield _place(file, own, start + at, lines[start + at], column, column + len(old), "")


def _columns(line: str, now: str, old: str) -> Iterator[int]:
    """Yields where a line has the old name, and another one then."""
    before, behind, column = _TOKEN.findall(line), _TOKEN.findall(now), 0
    for at, token in enumerate(before):
        if token == old and (len(before) != len(behind) or behind[at] != old):
            yield column
        column += len(token)


def _place(file: Document, own: str, at: int, line: str, start: int, end: int, group: str) -> ChangePlace:
    owner = owner_of(file, at)
    begin = sum(len(one) for one in file.text.splitlines(keepends=True)[:at])
    room = len(line) - len(line.lstrip())
    known = SCENARIO if file.file.startswith("scenarios/") else HEADER if owner == own else EXPRESSION
    reference = Reference(
        kind="field",
        name=line[start:end],
        file=file.file,
        start=begin + start,
        end=begin + end,
        role=known,
        owner=owner,
    )
    return ChangePlace(
        reference=reference,
        group=group or GROUPS[known],
        line=at + 1,
        text=line.strip(),
        start=max(start - room, 0),
        end=max(end - room, 0),
        owner=owner,
    )


def owner_of(file: Document, at: int) -> str:
    """Returns the section, or the scenario, to which a line belongs, counted from 0."""
    owner, line = "", 0
    for name, piece in pieces(file).items():
        owner = name if line <= at else owner
        line += piece.count("\n")
    return owner
