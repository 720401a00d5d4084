"""Makes names of a project from the titles of an event model."""

from __future__ import annotations

import re
import unicodedata

from workbench.project.declared.field_types import misnamed

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_WORD = re.compile(r"[^A-Za-z0-9]+")
_NO_FIELD = re.compile(r"[^A-Za-z0-9_]+")


def snake(title: str) -> str:
    """Returns a title as a name, ``submit_cart`` for ``Submit Cart``; empty where nothing can be kept."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = _NO_WORD.sub(" ", _CAMEL.sub(" ", plain)).split()
    name = "_".join(one.lower() for one in words)
    return f"x_{name}" if name[:1].isdigit() else name


def field_name(name: str) -> str:
    """Returns the name of a field as it is, where it can be one; else what can be kept of it."""
    plain = unicodedata.normalize("NFKD", name.strip()).encode("ascii", "ignore").decode()
    found = _NO_FIELD.sub("_", plain).strip("_")
    if found and misnamed(found):
        return f"x_{found}"
    return found
