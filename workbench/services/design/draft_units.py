"""Which changes of a draft load without the others: one that does not holds up none that does (V5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from workbench.project.samples import PROJECT_FILE
from workbench.services.design.file_faults import Faults
from workbench.services.design.section_merge import changed_pieces, with_pieces
from workbench.services.design.text_merge import changed_files, file_of
from workbench.tusk import Document, Problem, TskError, parse

if TYPE_CHECKING:
    from workbench.services.design.design_text import DesignText

Part = tuple[str, str]
"""A file, and a section of it; of a file of scenarios all of it, with an empty name."""
Unit = frozenset[Part]
ALL = 4
"""Units of which also every pair is tried."""


def _parts(was: DesignText, now: DesignText) -> Unit:
    """Returns what differs in two texts."""
    sections = ((PROJECT_FILE, name) for name in changed_pieces(was.project, now.project))
    return frozenset((*sections, *((file, "") for file in changed_files(was, now) if file != PROJECT_FILE)))


class DraftUnits:
    """What was changed together and is not written: of a step all is written, or nothing."""

    def __init__(self) -> None:
        self._steps: list[Unit] = []

    def note(self, written: DesignText, before: DesignText | None, after: DesignText) -> None:
        """Knows that a change of the texts is one; those before it are over where all was written."""
        if before in (None, written):
            self._steps.clear()
        if before is not None and (changed := _parts(before, after)):
            self._steps.append(changed)

    def loadable(
        self, written: DesignText, text: DesignText, faults_of: Callable[[Document], Faults]
    ) -> tuple[DesignText, Faults]:
        """Returns what is written, with as much of the design as loads, and why the rest does not.

        Args:
            faults_of: Tries a project file; nothing where it loads.
        """
        if not (faults := faults_of(text.project)):
            return text, ()
        units = self._split(_parts(written, text))
        whole, taken, made = frozenset[Part]().union(*units), frozenset[Part](), written
        for one in _tries(units, faults):
            if one <= taken or (wanted := taken | one) == whole:
                continue
            tried = _with_parts(written, text, wanted)
            if tried is not None and not faults_of(tried.project):
                taken, made = wanted, tried
        return made, faults

    def _split(self, parts: Unit) -> list[Unit]:
        """Returns parts with what was changed in one step with them; forgets the steps that are written."""
        self._steps = [one for one in self._steps if one & parts]
        units = [frozenset({one}) for one in sorted(parts)]
        for step in self._steps:
            met = [one for one in units if one & step]
            units = [one for one in units if one not in met] + [frozenset[Part]().union(*met)]
        return units


def _tries(units: Sequence[Unit], faults: Faults) -> Iterator[Unit]:
    """Yields what is worth a try: all in which no mistake stands, each unit, and of few each pair."""
    paths = [one.path for one in faults if isinstance(one, Problem)]
    names = {(PROJECT_FILE, ".".join(path[:at])) for path in paths for at in range(1, len(path) + 1)}
    yield frozenset[Part]().union(*(one for one in units if not one & names))
    yield from units
    if len(units) <= ALL:
        yield from (one | other for one, other in combinations(units, 2))


def _with_parts(written: DesignText, text: DesignText, parts: Unit) -> DesignText | None:
    """Returns what is written with some parts as they are designed; None where it could not be read."""
    names = {name for file, name in parts if file == PROJECT_FILE}
    try:
        said = with_pieces(written.project, text.project, names)
        made = written.with_project(parse(said, PROJECT_FILE)) if names else written
    except TskError:
        return None
    for file in {file for file, _ in parts} - {PROJECT_FILE}:
        there = file_of(text, file)
        made = made.without_file(file) if there is None else made.with_file(there)
    return made
