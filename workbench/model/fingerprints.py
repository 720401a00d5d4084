"""Digests of what a fold is made of: another digest means that what it made is stale (J4, J7, K1)."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping

from workbench.model.event import Event, Upcaster

TextOf = Callable[[object], str]
"""Returns the text of something that a module declares, with that of all that it calls."""


def text_of_module(thing: object) -> str:
    """Returns the text of the module of a function, of a class, or of what a projection does.

    It is the `TextOf` of models that no project's folder brings: what they call mostly stands there, too.
    """
    return "".join(map(_text, [one.apply for one in getattr(thing, "on", ())] or (thing,)))


def _text(thing: object) -> str:
    module = inspect.getmodule(thing)
    try:
        return inspect.getsource(module) if module is not None else ""
    except (OSError, TypeError):  # it was typed in, or is not Python
        return ""


def made_of(event: type[Event], upcasters: Mapping[int, Upcaster], text_of: TextOf) -> str:
    """Returns the digest of all that reads a stored event: its class, and the steps from older versions.

    An event that keeps the name under which it is stored is the same to a fold, whatever it is called (J4).
    """
    if event.__definition__:
        return fingerprint(event.stored_as or event.event_type, event.__definition__)
    steps = [(version, text_of(step)) for version, step in sorted(upcasters.items())]
    return fingerprint(event.event_type, event.event_version, text_of(event), steps)


def fingerprint(*parts: object) -> str:
    """Returns the digest of some parts."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
