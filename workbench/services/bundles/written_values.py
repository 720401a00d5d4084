"""Reads what a story and scenarios say, so that it is looked at like what is stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from workbench.model.json_values import read_text
from workbench.tusk import TskError, Value, ValueKind, parse, read_file

_PAIR = re.compile(r'("(?:[^"\\]|\\.)*+")\s*:\s*("(?:[^"\\]|\\.)*+"|-?\d[\d.eE+-]*)')
"""Of a line that is no JSON: a key with a text or number."""


def story_payloads(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yields what a story's lines say: ``story``, and a JSON text; of a line that is none, its pairs."""
    for line in lines:
        try:
            read_text(line)
            yield "story", line
        except ValueError:
            for key, value in _PAIR.findall(line):
                yield "story", f"{{{key}:{value}}}"


def said_values(path: Path) -> list[Any]:
    """Returns the values that a scenario file says; none where it cannot be read."""
    try:
        document = parse(read_file(path), path.name)
    except (TskError, OSError):
        return []
    scopes = (document.top, *(document.sections.values()))
    return [_plain(entry.value) for scope in scopes for entry in scope.entries.values()]


def _plain(value: Value) -> Any:
    if value.scope is not None:
        return {key: _plain(entry.value) for key, entry in value.scope.entries.items()}
    if value.items:
        return [_plain(one) for one in value.items]
    return value.plain if value.kind in (ValueKind.STRING, ValueKind.NUMBER) else None
