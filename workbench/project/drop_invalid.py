"""What is left of settings when what is wrong in them is taken out: so that all problems are told at once."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from workbench.project.settings import Settings

ROUNDS = 20
"""How often is looked again: what is taken out can leave something else wrong."""


def settings_without_faults(values: Mapping[str, Any]) -> Settings | None:
    """Returns the settings that are right; None where a whole topic is wrong, so that names would be missed.

    Args:
        values: Under each setting's own name, as they were found.
    """
    left: Any = copy.deepcopy(dict(values))
    for _ in range(ROUNDS):
        try:
            return Settings.model_validate(left)
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                path = tuple(str(part) for part in fault["loc"])
                place = path[:-1] if fault["type"] == "missing" else path
                if not place or (place[0] == "topics" and len(place) < 3) or not _take_out(left, place):
                    return None
    return None


def _take_out(values: Any, path: tuple[str, ...]) -> bool:
    """Takes out the setting at a path, or the list that holds it; returns whether there was one."""
    block, key = values, path[0]
    for inner in path[1:]:
        below = block.get(key)
        if not isinstance(below, dict) or inner not in below:
            break
        block, key = below, inner
    if not isinstance(block, dict) or key not in block:
        return False
    del block[key]
    return True
