"""Spells what a person calls something as a name of the project file, where that can be done."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from workbench.services.design.gestures import why_no_name

_LETTERS = "ßss æae ÆAe œoe ŒOe øo ØO łl ŁL đd ðd þth ıi äae öoe üue ÄAe ÖOe ÜUe"
_PLAIN = str.maketrans({one[0]: one[1:] for one in _LETTERS.split(" ")})
"""Letters that are spelled with others, where an accent alone is not all that they have."""
_BREAK = re.compile(r"""[\s/\\,;:'"!?()\[\]&+#’“”–—…]+""")


def spelled(typed: str, kind: str = "", owners: Collection[str] = ()) -> str:
    """Returns the name for what was typed; what is or begins one, and what cannot be spelled, as it is.

    Words are joined by ``_``, letters lose their accents; where several words name an event, the first of
    them may be one of the aggregates: then a point is behind it.

    Args:
        owners: Names of aggregates.
    """
    typed = typed.strip()
    if not why_no_name(typed) or typed.endswith((".", "-")):
        return typed
    words = [_lowered(one) for one in _BREAK.split(_plain(typed)) if one.strip("._-")]
    if kind == "event" and len(words) > 1 and words[0] in owners:
        words = [f"{words[0]}.{words[1]}", *words[2:]]
    name = "_".join(one.strip("-.") for one in words)
    name = f"_{name}" if name[:1].isdigit() else name
    return typed if why_no_name(name) else name


def _plain(text: str) -> str:
    composed = unicodedata.normalize("NFC", text).translate(_PLAIN)
    letters = unicodedata.normalize("NFD", composed)
    return "".join(one for one in letters if not unicodedata.combining(one))


def _lowered(word: str) -> str:
    return word.lower() if word.istitle() or word.isupper() else word
