"""Joins what is designed with what changed in a project's files meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from workbench.errors import InvalidValue, ProjectError
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.design_text import REPAIR, DesignText, not_over
from workbench.services.design.section_merge import merge
from workbench.tusk import ChangedOnDisk, Document, TskError, parse


@dataclass(frozen=True, slots=True)
class Clash:
    """A file of which the same was changed in two ways.

    Attributes:
        file: Its name.
        said: What was changed in it.
        mine: Its text where what is not written yet counts.
        theirs: Its text where what the file says counts; what stands in it where it cannot be read.
    """

    file: str
    said: str
    mine: str
    theirs: str


class DesignConflict(ProjectError):
    """The same was changed in files and in what is not written yet; `Design.settle` ends it.

    Attributes:
        clashes: Every file of which that is so.
    """

    def __init__(self, clashes: Sequence[Clash]) -> None:
        super().__init__([one.said for one in clashes])
        self.clashes = tuple(clashes)


class KeptConflict(DesignConflict):
    """The same was changed in the texts and in what was never written; `Design.take_up` ends it."""


class NoStep(InvalidValue):
    """There is no step that could be undone, or done again."""


class StepHeld(InvalidValue):
    """A step cannot be undone, or done again, as others changed the same; see `Design.pass_over`."""


def changed_files(was: DesignText, now: DesignText) -> dict[str, tuple[str | None, str | None]]:
    """Returns the files that differ, each with its text before and after; None for no file."""
    old, new = ({one.file: one.text for one in texts.files()} for texts in (was, now))
    return {name: (old.get(name), new.get(name)) for name in old | new if old.get(name) != new.get(name)}


def first_difference(was: str | None, now: str | None) -> int:
    """Returns the number of the first line in which two texts differ, from 1."""
    lines = zip_longest((was or "").splitlines(), (now or "").splitlines())
    return next((at for at, (one, other) in enumerate(lines, 1) if one != other), 1)


def joined(base: DesignText, mine: DesignText, theirs: DesignText, *, prefer: str = "") -> DesignText:
    """Returns what is not written yet with what changed in the files meanwhile.

    Args:
        prefer: Which counts where both changed a section, ``mine`` or ``theirs``.

    Raises:
        DesignConflict: Both changed the same section or file, and neither is preferred.
        InvalidValue: Mine is preferred, and would be written over a file that cannot be read.
    """
    made, clashes = theirs, list[Clash]()
    for one in mine.files():
        before, there = file_of(base, one.file), file_of(theirs, one.file)
        if one in (before, there):
            continue
        if there == before and one.file not in theirs.unread:
            made = made.with_file(one)
            continue
        if before is None or there is None:
            unread = theirs.unread.get(one.file)
            if not prefer:
                what = "was made meanwhile" if before is None else "went meanwhile"
                said = f"{one.file} {what if unread is None else 'cannot be read'}, and is not written yet"
                text = there.text if there is not None else unread or ""
                clashes.append(Clash(one.file, f"{said} as it is here", one.text, text))
            elif prefer == "mine":
                if unread is not None:
                    raise InvalidValue(not_over(one.file), path="", hint=REPAIR)
                made = made.with_file(one)
            continue
        merged = merge(before, there, one) if prefer == "mine" else merge(before, one, there)
        if merged.conflicts and not prefer:
            said = f"{one.file}: {', '.join(merged.conflicts)} changed in the file, and here"
            clashes.append(Clash(one.file, said, merge(before, there, one).text, merged.text))
            continue
        made = made.with_file(parse(merged.text, one.file))
    if clashes:
        raise DesignConflict(clashes)
    for name, before in base.scenarios.items():
        if name not in mine.scenarios and theirs.scenarios.get(name) == before:
            made = made.without_file(name)
    return made


def joined_file(text: DesignText, now: Document, was: bytes) -> DesignText:
    """Returns texts with what was edited in one of them that changed meanwhile.

    Args:
        was: The file as it was before it was edited.

    Raises:
        DesignConflict: The same section changed in it.
        ChangedOnDisk: It had mistakes before.
    """
    try:
        base = text.with_file(parse(was, now.file))
    except TskError as error:
        raise ChangedOnDisk(f"{now.file} was changed meanwhile", hint="look at what it says now") from error
    return joined(base, text.with_file(now), text)


def with_files(
    text: DesignText, files: Mapping[str, tuple[str | None, str | None]], *, prefer: str = ""
) -> DesignText:
    """Returns texts with what changed in files, as `changed_files` gives it.

    Args:
        prefer: As of `joined`; the files' change is ``mine``.

    Raises:
        KeptConflict: The same changed in the texts meanwhile, and neither is preferred.
        InvalidValue: As `joined`.
    """
    base = mine = text
    for name, (before, after) in files.items():
        base, mine = base.with_said(name, before), mine.with_said(name, after)
    try:
        return joined(base, mine, text, prefer=prefer)
    except DesignConflict as error:
        raise KeptConflict(error.clashes) from error


def without(
    cannot: str, after: DesignText, before: DesignText, present: DesignText, rest: str, *, prefer: str = ""
) -> DesignText:
    """Returns the present texts without what a step did to them.

    Args:
        cannot: Says that it cannot be.
        rest: The step that can be taken back next; empty for none.
        prefer: ``theirs`` where what was changed by others stays, and the rest goes.

    Raises:
        InvalidValue: What it changed cannot be read.
        StepHeld: What it did was changed by others.
    """
    if unread := sorted(present.unread.keys() & changed_files(before, after)):
        raise InvalidValue(f"{cannot}: {', '.join(unread)} cannot be read", path="", hint=REPAIR)
    try:
        return before if present == after else joined(after, before, present, prefer=prefer)
    except DesignConflict as error:
        said = f"{cannot}, it was changed since: {error.problems[0]}"
        raise StepHeld(said, path="", hint=f"pass over it for “{rest}”" if rest else "") from error


def file_of(text: DesignText, name: str) -> Document | None:
    """Returns a file of a project by its name; None where there is none."""
    return text.project if name == PROJECT_FILE else text.scenarios.get(name)
