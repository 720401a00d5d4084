"""Where the parts of declared sections stand in the file, down to a character inside an expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from workbench.model.expressions.flaws import Flaw
from workbench.tusk import Document, Problem, Value, ValueKind

Path = tuple[str, ...]


def stand_in_path(system: str) -> Path:
    """Returns the path of what stands in for an outside system."""
    return ("external", *system.split("."), "stand_in")


@dataclass(frozen=True, slots=True)
class SourceLocations:
    """The places of one file.

    Attributes:
        renamed: Keys as they are written, by the path of the key that was meant.
        unread: Paths at which something is wrong already: nothing more is said of what stands there.
    """

    document: Document
    unread: frozenset[Path] = frozenset()
    renamed: Mapping[Path, str] = field(default_factory=dict)

    def written(self, path: Path) -> Path:
        """Returns a path with its keys as they are written."""
        if not self.renamed:
            return path
        return tuple(self.renamed.get(path[: at + 1], step) for at, step in enumerate(path))

    def is_unread(self, path: Path) -> bool:
        """Whether a path, or one around it, is among those that could not be read."""
        return any(path[:length] in self.unread for length in range(len(path), 0, -1))

    def problem(self, path: Path, code: str, message: str, hint: str = "", *, key: bool = False) -> Problem:
        """Makes a problem of the value, or of the key, at a path."""
        problem = self.document.problem(self.written(path), code, message, hint, key=key)
        return replace(problem, path=path)

    def item(self, path: Path, index: int, code: str, message: str, hint: str = "") -> Problem:
        """Makes a problem of an item of the list at a path, or of the value where it is no list."""
        entry = self.document.find(self.written(path))
        if entry is None or not 0 <= index < len(entry.value.items):
            return self.problem(path, code, message, hint)
        value = entry.value.items[index]
        problem = self.document.places.problem(value.start, value.end, code, message, hint)
        return replace(problem, path=path)

    def flaw(self, path: Path, flaw: Flaw) -> Problem:
        """Makes a problem of what is wrong inside the expression at a path."""
        entry, code = self.document.find(self.written(path)), "A-NULL" if flaw.warning else "S-CEL"
        if entry is None or entry.value.kind is not ValueKind.STRING:
            problem = self.problem(path, code, flaw.message, flaw.hint)
            return replace(problem, warning=flaw.warning)
        start = self._offset(entry.value, flaw.at)
        end = max(start + 1, self._offset(entry.value, flaw.end))
        problem = self.document.places.problem(start, end, code, flaw.message, flaw.hint)
        return replace(problem, path=path, warning=flaw.warning)

    def label(self, path: Path) -> str:
        """Says where a value stands, as ``file:line:column``."""
        start, _ = self.document.span(path)
        places = self.document.places
        return f"{places.file}:{places.line(start)}:{places.column(start)}"

    def start(self, path: Path) -> int:
        """Returns the offset at which a section or value begins."""
        return self.document.span(path)[0]

    def line(self, path: Path) -> int:
        """Returns the line of a section or value."""
        return self.document.places.line(self.start(path))

    def _offset(self, value: Value, offset: int) -> int:
        """Returns where a character of a text stands in the file; escapes take two characters there."""
        text = self.document.text
        mark = (
            3 if text.startswith(text[value.start] * 3, value.start) and value.end - value.start >= 6 else 1
        )
        at = value.start + mark
        for _ in range(offset):
            at += 2 if text[at : at + 1] == "\\" else 1
        return min(at, max(value.start, value.end - mark))
