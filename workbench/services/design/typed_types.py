"""Types that are typed in lines of fields: which there are not, and what was meant by them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from workbench.model.projection import ColumnKind
from workbench.project.declared.field_types import TYPE_NAMES
from workbench.project.declared.other_names import type_meant
from workbench.project.declared.section_kinds import TYPES
from workbench.services.design.field_lines import read_field_line, split_field_lines
from workbench.services.design.section_lists import names_at
from workbench.tusk import Document

SAID_IN_TEXT = {"title", "description", "example"}
"""What is said of the field before with a text in quotes; without them it reads as a field of that type."""
_TYPE = re.compile(r"(?P<lead>:\s*[\[{]?\s*)(?P<word>[A-Za-z_][\w/-]*)")


def types_meant(document: Document, line: str, *, column: bool) -> dict[str, str]:
    """Returns the types in a line of fields that there are not, each with the one that was meant.

    Args:
        document: The project file, which declares types of its own.
        column: They are columns of a projection.

    Returns:
        Empty texts where nothing is near; a text in quotes where one was meant, such as ``example: red``.

    Raises:
        InvalidValue: The line cannot be understood.
    """
    known = [kind.value for kind in ColumnKind] if column else [*names_at(document, (TYPES,)), *TYPE_NAMES]
    meant: dict[str, str] = {}
    for at, one in enumerate(split_field_lines(line)):
        name, said = read_field_line(one, column=column)
        if (word := _word(said)) not in known:
            text = at > 0 and name in SAID_IN_TEXT
            meant[word] = f'"{word}"' if text else type_meant(word, known, column=column)
    return meant


def with_types(line: str, meant: Mapping[str, str]) -> str:
    """Returns a line of fields with other types in the place of those that there are not."""
    return ", ".join(_TYPE.sub(partial(_other, meant), one, count=1) for one in split_field_lines(line))


def _other(meant: Mapping[str, str], found: re.Match[str]) -> str:
    """Returns a type that was meant with what stands before it; the first word of choices is none."""
    is_choice = found.string[found.end() :].lstrip().startswith("|")
    return found["lead"] + ((not is_choice and meant.get(found["word"])) or found["word"])


def said_of_types(meant: Mapping[str, str]) -> str:
    """Says which types there are not, and which was meant; empty for none."""
    named = ", ".join(f"{word} ({one}?)" if one else word for word, one in meant.items())
    return f"there is no type {named}" if named else ""


def _word(said: str | dict[str, Any]) -> str:
    """Returns the type of a field, of a list or map that of what it holds."""
    kind = str(said if isinstance(said, str) else said["type"]).removesuffix("?")
    of = said.get("of") if isinstance(said, dict) else None
    return of.removesuffix("?") if kind in {"list", "map"} and isinstance(of, str) else kind
