"""Hints of errors: which name may have been meant, and how a message and its hint are said together."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

CLOSE = 0.6
"""How alike two names are, 0 to 1, of which one may have been meant."""


def nearest(name: str, known: Iterable[str], cutoff: float = CLOSE) -> str:
    """Returns the known name that resembles one most; empty if none does."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)), "")


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "", cutoff: float = CLOSE) -> str:
    """Returns ``did you mean x?``, or another hint where no known name resembles the one that was given."""
    meant = nearest(name, known, cutoff)
    return f"did you mean {meant}?" if meant else otherwise


def in_brackets(said: str, hint: str) -> str:
    """Returns a message with its hint behind it, in brackets: ``there is no x (did you mean y?)``."""
    return f"{said} ({hint})" if hint else said


def sentences(said: str, hint: str) -> str:
    """Returns a message and its hint as sentences: ``There is no x. Did you mean y?``."""
    end = "" if hint.endswith(("?", ".", "!")) else "."
    return f"{said}. {hint[0].upper()}{hint[1:]}{end}" if hint else f"{said}."
