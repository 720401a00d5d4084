"""What can still be read of a section with mistakes, so that a file's mistakes are told at once."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from workbench.project.declared.source_locations import Path

ROUNDS = 6
"""How often is looked again: what stands in for one thing can be wrong in another."""
STAND_INS = ("true", "json")
"""What stands where nothing could be read: an expression, a name or a field of any kind, then a column."""

NEEDED = {("fields",), ("state",), ("columns",)}
"""Blocks without which nothing can be said about the uses of the section."""


@dataclass(slots=True)
class Repair:
    """Takes the place of what cannot be read in a section's values.

    Args:
        meant: Returns the key that was meant by one that has no meaning, given its path; empty for none.

    Attributes:
        unread: Paths inside the section at which nothing can be said about what stands there.
        renamed: Keys as they are written, by the path of the key that was meant.
    """

    given: Any
    meant: Callable[[Path], str]
    unread: set[Path] = field(default_factory=set)
    renamed: dict[Path, str] = field(default_factory=dict)
    _tried: dict[Path, int] = field(default_factory=dict)

    def read(self, validate: Callable[[Any], Any], error: ValidationError) -> Any:
        """Returns what can be read; None where nothing can."""
        root = {"": copy.deepcopy(self.given)}
        for _ in range(ROUNDS):
            fixed: set[Path] = set()
            if not all(self._fix(root, one, fixed) for one in _in_order(error)):
                return None
            try:
                return validate(root[""])
            except ValidationError as next_error:
                error = next_error
        return None

    def _fix(self, root: dict[str, Any], error: ErrorDetails, fixed: set[Path]) -> bool:
        """Fixes one thing, if that was not done yet; returns whether something was left to try."""
        steps = ("", *(str(step) for step in error["loc"] if step != "[key]"))
        block, path = _block_at(root, steps)
        key = path[-1]
        if path in fixed or (error["type"] == "missing" and key in block):
            return True
        fixed.add(path)
        if error["type"] == "dict_type" and path[1:] in NEEDED:
            return False
        if path == steps and ("[key]" in error["loc"] or error["type"] == "extra_forbidden"):
            self._rename(block, path)
            return True
        self.unread.add(path[1:])
        tried = self._tried[path] = self._tried.get(path, -1) + 1
        if tried < len(STAND_INS):
            block[key] = STAND_INS[tried]
        elif key and key in block:
            del block[key]
        return tried <= len(STAND_INS)

    def _rename(self, block: dict[str, Any], path: Path) -> None:
        """Takes a key for the one that was meant, or leaves it out."""
        value = block.pop(path[-1], None)
        meant = self.meant(path[1:])
        if meant and meant not in block:
            block[meant] = value
            self.renamed[(*path[1:-1], meant)] = path[-1]


def _in_order(error: ValidationError) -> list[ErrorDetails]:
    """Returns what is wrong, keys without a meaning first: one of them may be what is missing."""
    return sorted(error.errors(include_url=False), key=lambda one: one["type"] != "extra_forbidden")


def _block_at(root: dict[str, Any], steps: Path) -> tuple[dict[str, Any], Path]:
    """Returns the innermost block on the way to a value, and the path of what stands in it."""
    block, length = root, 1
    while length < len(steps) and isinstance(below := block.get(steps[length - 1]), dict):
        block, length = below, length + 1
    return block, steps[:length]
