"""Folds texts so that a search finds what a person sees, whatever its case and its form of Unicode."""

from __future__ import annotations

import re
import unicodedata

from workbench.model.json_values import visible

_SPACE = re.compile(r"[^\S ]\s*| \s+")
_CONTROL = re.compile("([\x00-\x1f\x7f-\x9f]+)")
_DOTS = {"i\u0307": "i", "\u0131": "i"}
"""What remains of the dots of Turkish: İ and ı are found by i."""


def folded(text: str) -> str:
    """Returns what two texts have in common that look the same but for their case.

    Cases are folded in all scripts (Σ, σ and ς; ß and ss; Ж and ж), composed and decomposed letters are one,
    and what hides itself is looked for as the escape that is shown for it.
    """
    if text.isascii() and text.isprintable():
        return text.lower()
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFD", visible(text)).casefold())
    for dotted, simple in _DOTS.items():
        plain = plain.replace(dotted, simple)
    return plain


def searched(text: str) -> str:
    """Returns what a search for words looks at: as `folded`, white space of any kind and length one blank.

    Other control characters stay: none is found by the escape that is shown for it.
    """
    spaced = _SPACE.sub(" ", text)
    if spaced.isascii():
        return spaced.lower()
    return "".join(part if _CONTROL.match(part) else folded(part) for part in _CONTROL.split(spaced))
