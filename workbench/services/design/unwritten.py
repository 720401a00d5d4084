"""Keeps what a design has not written, and what it is writing over several files, until it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from workbench.services.project.draft_files import DraftFiles, KeptDraft

Files = Mapping[str, tuple[str | None, str | None]]
"""By the name of a file its text as it was and as it would be, None for no file."""
UNTRIED = ("it is not written yet",)
"""What is wrong with a step while it is not known whether it loads, and while it is written."""
FOLDER = "design/"
"""With this the key begins under which a draft is kept; a number that is free follows."""


class Unwritten:
    """The drafts of one window's design, and those that windows left which are no more.

    Their content says how many ``mistakes`` they had, and what `Files` they would write.
    """

    def __init__(self, drafts: DraftFiles) -> None:
        self._drafts = drafts
        key = f"{FOLDER}{uuid4().hex}"  # another window on the same project has another
        self._draft, self._step = key, f"{key}/step"
        self._taken_up: list[KeptDraft] = []

    def keep(self, files: Files, mistakes: int) -> None:
        """Keeps what is designed and not written; forgets it where there are no files."""
        if files:
            self._drafts.keep(self._draft, {"mistakes": mistakes, "files": files}, "the unsaved design")
        else:
            self._drafts.drop(self._draft)
        self._drafts.write()
        if self._drafts.is_whole(self._draft):
            while self._taken_up:
                self.forget(self._taken_up.pop())

    def replaces(self, kept: KeptDraft) -> None:
        """Forgets what others left once what is kept here next, with it, is on the disk or not needed."""
        self._taken_up.append(kept)

    def is_kept(self) -> bool:
        """Whether something designed here is not written."""
        return self._drafts.find(self._draft) is not None

    @contextmanager
    def step(self, files: Files) -> Iterator[None]:
        """Keeps a step while its files are written: who is killed between two of them is offered the rest."""
        if len(files) < 2:  # one file is old or new, whole
            yield
            return
        self._drafts.keep(self._step, {"mistakes": 0, "files": files}, "a change of several files")
        self._drafts.write()
        try:
            yield
        finally:
            self._drafts.drop(self._step)
            self._drafts.write()

    def left(self, written: Callable[[str], str | None]) -> list[KeptDraft]:
        """Returns what others left, the oldest first; what is wholly written is forgotten.

        Args:
            written: Returns what a file says now, None where it is not there.
        """
        keys = {key for key in self._drafts.places() if key.startswith(FOLDER)} - {self._draft, self._step}
        found = [one for key in keys if (one := self._drafts.find(key)) is not None]
        due = [one for one in found if _is_due(one, written)]
        for one in found:
            if one not in due:
                self.forget(one)
        return sorted(due, key=lambda kept: kept.at)

    def forget(self, kept: KeptDraft) -> None:
        """Forgets what others left."""
        self._drafts.drop(kept.key)
        self._drafts.write()


def _is_due(kept: KeptDraft, written: Callable[[str], str | None]) -> bool:
    return any(written(name) != after for name, (_, after) in kept.content["files"].items())


def said_of_part(files: Files, written: Callable[[str], str | None], why: str) -> str:
    """Says which of the files are written and which are not; nothing where none is, or all are.

    Args:
        written: Returns what a file says now, None where it is not there.
        why: The others are not.
    """
    done = [name for name, (_, after) in files.items() if written(name) == after]
    left = [*(files.keys() - done)]
    return f"{_are(done)} written, {_are(left)} not: {why}" if done and left else ""


def _are(names: list[str]) -> str:
    return f"{', '.join(sorted(names))} {'is' if len(names) == 1 else 'are'}"
