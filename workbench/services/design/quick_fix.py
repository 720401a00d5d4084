"""One change of a text that fixes something, and what follows from it in other files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode, events_of, exists
from workbench.services.design.references import NAME_SPACES, references
from workbench.services.design.section_piece import with_whole

EMPTY = re.compile(r'""|\{ \}')
"""A value that is to be typed still; one types before its last character."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickFix:
    """A change of a text that fixes something.

    Attributes:
        effect: What it does to the text.
        pieces: Begin and end of what is exchanged, in characters, and what stands there then; the last first.
        renames: What gets another name, and that; files of scenarios name it so, too. None for anything else.
    """

    label: str
    effect: str
    pieces: tuple[tuple[int, int, str], ...]
    renames: tuple[DesignNode, str] | None = None

    @property
    def left_empty(self) -> int | None:
        """Where, in the text with the change, the first value stands that it leaves empty; None for none."""
        moved = 0
        for start, end, written in reversed(self.pieces):
            if (found := EMPTY.search(written)) is not None:
                return start + moved + found.end() - 1
            moved += len(written) - (end - start)
        return None

    def applied(self, text: str) -> str:
        """Returns the text with the change."""
        for start, end, written in self.pieces:
            text = text[:start] + written + text[end:]
        return text

    def changed(self, text: DesignText, *, was: str, typed: str) -> DesignText:
        """Returns all texts with the change, those of the scenarios, too, where it renames something.

        Args:
            was: The project file; its lines end with a line feed, as those of what is typed.
            typed: The same with what is typed and not written yet.

        Raises:
            InvalidValue, TskError: As `with_whole`.
        """
        after = with_whole(text, was=was, now=self.applied(typed))
        return after if self.renames is None else _in_scenarios(after, *self.renames)


def renamed_since(text: DesignText, renames: Iterable[tuple[DesignNode, str]]) -> DesignText:
    """Returns the texts whose scenarios name things as the project file does since fixes renamed them there.

    A fix that was taken back since is taken back in the scenarios, too.
    """
    for node, name in renames:
        new = DesignNode(node.kind, name)
        named, renamed = exists(text, node), exists(text, new)
        if renamed and not named:
            text = _in_scenarios(text, node, name)
        elif named and not renamed:
            text = _in_scenarios(text, new, node.name)
    return text


def _in_scenarios(text: DesignText, node: DesignNode, name: str) -> DesignText:
    """Returns the texts whose scenarios give a thing a new name that the project file has already.

    Events of an aggregate that the project file names after it are named so there, too.
    """
    names = {(kind, node.name): name for kind in NAME_SPACES.get(node.kind, (node.kind,))}
    for one in events_of(text, DesignNode(node.kind, name)):
        if one.name.startswith(f"{name}."):
            names["event", f"{node.name}{one.name[len(name) :]}"] = one.name
    found = [one for one in references(text) if (one.kind, one.name) in names]
    for file in text.scenarios:
        here = [one for one in found if one.file == file]
        pieces = [(one.start, one.end, one.renamed(names[one.kind, one.name])) for one in here]
        text = text.exchanged(file, pieces)
    return text
