"""Finds texts that are known in others, as whole words, in upper or lower case as well."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from workbench.model.secrets import PIECE

WORD = re.compile(r"[^\W_]+")


@dataclass(slots=True)
class KnownTexts:
    """Texts that are looked for in others.

    Attributes:
        texts: Each, and whether it is a value of its own, no form in which one is shown.
        alike: By its lower case, one that has other cases.
        places: By its first word, in lower case: where that begins in a text, and how long the text is.
    """

    texts: dict[str, bool] = field(default_factory=dict)
    alike: dict[str, str] = field(default_factory=dict)
    places: dict[str, set[tuple[int, int]]] = field(default_factory=lambda: defaultdict(set))

    def note(self, text: str, *, whole: bool) -> None:
        """Has a text be looked for."""
        if self.texts.get(text) is None and (first := WORD.search(text)) is not None:
            self.alike.setdefault(text.lower(), text)
            self.places[first[0].lower()].add((first.start(), len(text)))
        self.texts[text] = whole or self.texts.get(text, False)

    def at(self, word: re.Match[str], done: int) -> tuple[int, str]:
        """Returns where the longest of them begins that stands at a word, and how it is written there."""
        text, best = word.string, (0, "")
        for before, length in self.places.get(word[0].lower(), ()):
            begin = word.start() - before
            end = begin + length
            if length <= len(best[1]) or begin < done or end > len(text):
                continue
            if length < PIECE and text[end - 1 : end + 1].isalnum() and end < len(text):
                continue  # it ends within another word
            piece = text[begin:end]
            if piece in self.texts or piece.lower() in self.alike:
                best = begin, piece
        return best
