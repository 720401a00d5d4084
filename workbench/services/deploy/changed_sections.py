"""Which sections of a project file another one has, has not, or has otherwise; by what they say, not how."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from workbench.project.declared.section_kinds import KINDS, TYPES

if TYPE_CHECKING:
    from workbench.project.project import Project
    from workbench.project.project_file import ProjectFile

MODULES = "modules"
"""Kind of what is no section: the project's Python."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedSection:
    """A section that differs.

    Attributes:
        change: ``new``, ``gone`` or ``changed``.
        kind: The section's first word, such as ``event`` or ``subscriptions``.
        name: Of what it declares; empty for settings of the section itself.
        keys: Which of its keys say something else, where it changed.
    """

    change: str
    kind: str
    name: str
    keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        named = f"{self.kind} {self.name}".strip()
        return f"{named} ({', '.join(self.keys)})" if self.keys else named


def changed_sections(before: Project, after: Project) -> list[ChangedSection]:
    """Returns every section that differs, in the order of the files; Python modules count as one."""
    old, new = ({} if one.file is None else _sections(one.file) for one in (before, after))
    found = [
        ChangedSection(change=change, kind=kind, name=name, keys=keys)
        for kind, name in {**old, **new}
        for change, keys in _change(old.get((kind, name)), new.get((kind, name)))
    ]
    if before.digest != after.digest:
        found.append(ChangedSection(change="changed", kind=MODULES, name=""))
    return found


def _change(
    old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> Iterator[tuple[str, tuple[str, ...]]]:
    if old is None or new is None:
        yield ("new" if old is None else "gone"), ()
    elif keys := tuple(key for key in {**old, **new} if old.get(key) != new.get(key)):
        yield "changed", keys


def _sections(file: ProjectFile) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Returns what each section says, by kind and name, without those that stand inside it."""
    names = list(file.document.sections)
    around = {name[: at.start()] for name in names for at in re.finditer(r"\.|$", name)}
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for section in names:
        kind, _, name = section.partition(".")
        if kind in KINDS and name:
            said: Mapping[str, Any] = reduce(lambda one, key: one[key], section.split("."), file.declared)
            found[kind, name] = {key: one for key, one in said.items() if f"{section}.{key}" not in around}
    settings = file.settings.model_dump(mode="json")
    for kind, values in (settings | {TYPES: file.declared.get(TYPES, {})}).items():
        blocks = {key: one for key, one in values.items() if isinstance(one, dict)}
        found |= {(kind, key): one for key, one in blocks.items()}
        found[kind, ""] = {key: one for key, one in values.items() if key not in blocks}
    return found
