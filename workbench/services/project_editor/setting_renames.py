"""Follows a topic or subscription that is called otherwise, and says what its old name leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.model.dead_letter import LetterAct, allowed
from workbench.services.design.design_text import DesignText
from workbench.services.design.references import with_name
from workbench.tusk import Document, Problem, ValueKind, read_file

if TYPE_CHECKING:
    from workbench.project.project_file import ProjectFile
    from workbench.store.ports import Reader

LINE = 80
"""Characters of a line of code that are shown."""
_KINDS = {"topics": "topic", "subscriptions": "consumer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """One thing that got another name.

    Attributes:
        kind: ``topics`` or ``subscriptions``.
    """

    kind: str
    old: str
    new: str


def in_project_file(document: Document, one: Renamed) -> Document:
    """Returns the project file with a renamed thing followed wherever it is named.

    Routes, subscriptions and the default topic name a topic, and what declared handlers, policies and
    processes publish. Nothing in the file names a subscription.
    """
    text = DesignText(project=document)
    return with_name(text, _KINDS[one.kind], one.old, one.new).project


def mentions(document: Document, one: Renamed) -> list[Problem]:
    """Returns the expressions that still contain the old name as a text, whatever they mean by it."""
    quoted = (f"'{one.old}'", f'"{one.old}"')
    return [
        document.problem(place, "S-NAME", f"{place[-1]} still says {one.old}", "look whether it means that")
        for place, entry in document.entries()
        if entry.value.kind is ValueKind.STRING and any(text in str(entry.value.plain) for text in quoted)
    ]


def in_code(root: Path, one: Renamed) -> list[str]:
    """Returns the lines of Python in which the old name stands as a text; code is not changed."""
    quoted, found = (f"'{one.old}'", f'"{one.old}"'), []
    for path in sorted(root.glob("**/*.py")):
        try:
            lines = read_file(path).decode(errors="replace").splitlines()
        except OSError:
            continue
        name = path.relative_to(root).as_posix()
        found += [
            f"{name}:{number}: the code still says {one.old}: {line.strip()[:LINE]}"
            for number, line in enumerate(lines, 1)
            if any(text in line for text in quoted)
        ]
    return found


def in_scenarios(text: DesignText, renames: Sequence[Renamed]) -> DesignText:
    """Returns texts whose scenarios name what was renamed by its new names."""
    found = DesignText(scenarios=text.scenarios)
    for one in renames:
        found = with_name(found, _KINDS[one.kind], one.old, one.new)
    return found.with_project(text.project)


def left_behind(reader: Reader, before: ProjectFile, after: ProjectFile) -> list[str]:
    """Says what becomes of what is stored under names that the project file does not have any more."""
    topics = sorted(_names(before, "topics") - _names(after, "topics"))
    readers = sorted(_names(before, "subscriptions") - _names(after, "subscriptions"))
    said = [*(topic_left(reader, name) for name in topics), *(reader_left(reader, name) for name in readers)]
    return [one for one in said if one]


def topic_left(reader: Reader, name: str) -> str:
    """Says what stays in the store of a topic that has another name or none; empty where nothing does."""
    count = reader.published().get(name, 0)
    stay = "message that was published to it stays" if count == 1 else "messages published to it stay"
    said = f"Topic {name}: {count:,} {stay} in the store under this name; no subscription reads them."
    return said if count else ""


def reader_left(reader: Reader, name: str) -> str:
    """Says what stays in the store of what reads messages under a name; empty where nothing does."""
    state = reader.subscription(name)
    if state is None:
        return ""
    groups = reader.letter_groups(allowed(LetterAct.REPLAY))
    dead = sum(group.count for group in groups if group.subscription == name)
    letters = f" Its {dead:,} dead letters stay, and cannot be replayed." if dead else ""
    return (
        f"Subscription {name}: its cursor, at position {state.cursor:,}, stays under this name. "
        f"Under another name it is a new subscription and begins where its start says.{letters}"
    )


def _names(file: ProjectFile, kind: str) -> set[str]:
    sections = getattr(file.settings, kind)
    return {one.name or key for key, one in sections.items()}
