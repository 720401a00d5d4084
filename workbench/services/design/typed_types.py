"""Types that are typed in lines of fields: which there are not, and what was meant by them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workbench.model.projection import ColumnKind
from workbench.project.declared.field_types import TYPE_NAMES
from workbench.project.declared.other_names import type_meant
from workbench.project.declared.section_kinds import TYPES
from workbench.services.design.field_lines import read_field_line, split_field_lines
from workbench.services.design.section_lists import names_at
from workbench.tusk import Document

_TYPE = re.compile(r"(?P<lead>:\s*[\[{]?\s*)(?P<word>[A-Za-z_][\w/-]*)")


def types_meant(document: Document, line: str, *, column: bool) -> dict[str, str]:
    """Returns the types in a line of fields that there are not, each with the one that was meant.

    Args:
        document: The project file, which declares types of its own.
        column: They are columns of a projection.

    Returns:
        Empty texts where nothing is near.

    Raises:
        InvalidValue: The line cannot be understood.
    """
    known = [kind.value for kind in ColumnKind] if column else [*names_at(document, (TYPES,)), *TYPE_NAMES]
    words = (_word(read_field_line(one, column=column)[1]) for one in split_field_lines(line))
    return {word: type_meant(word, known, column=column) for word in words if word not in known}


def with_types(line: str, meant: Mapping[str, str]) -> str:
    """Returns a line of fields with other types in the place of those that there are not."""
    other = lambda found: found["lead"] + (meant.get(found["word"]) or found["word"])  # noqa: E731
    return ", ".join(_TYPE.sub(other, one, count=1) for one in split_field_lines(line))


def said_of_types(meant: Mapping[str, str]) -> str:
    """Says which types there are not, and which was meant; empty for none."""
    named = ", ".join(f"{word} ({one}?)" if one else word for word, one in meant.items())
    return f"there is no type {named}" if named else ""


def _word(said: str | dict[str, Any]) -> str:
    """Returns the type of a field, of a list or map that of what it holds."""
    kind = str(said if isinstance(said, str) else said["type"]).removesuffix("?")
    of = said.get("of") if isinstance(said, dict) else None
    return of.removesuffix("?") if kind in {"list", "map"} and isinstance(of, str) else kind
