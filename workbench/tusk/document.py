"""A TuskLang file in memory: its text as it stands, and a tree of values that know their places in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from workbench.tusk.problems import Places, Problem

if TYPE_CHECKING:
    from workbench.tusk.section_map import SectionMap

Path = tuple[str, ...]
"""Where a value stands: section names, block name, key."""


class ValueKind(StrEnum):
    """What a value is written as."""

    STRING = "string"
    NUMBER = "number"
    RANGE = "range"
    BOOLEAN = "boolean"
    NULL = "null"
    VARIABLE = "variable"
    ARRAY = "array"
    OBJECT = "object"
    ENV = "env"
    REF = "ref"


@dataclass(slots=True, kw_only=True)
class Value:
    """A value and the span of text that it is.

    Attributes:
        plain: The value itself for strings, numbers, booleans and null; the name of a variable;
            a pair for ranges; name and default for ``@env``; file and key for references.
        items: Of an array.
        scope: Of an object or block.
    """

    kind: ValueKind
    start: int
    end: int
    plain: Any = None
    items: list[Value] = field(default_factory=list)
    scope: Scope | None = None


@dataclass(slots=True, kw_only=True)
class Entry:
    """A key with its value; a block is an entry whose value is an object.

    Attributes:
        start, end: Span of the key.
        line_start: Where its first line begins.
        line_end: Behind its last line's end.
        block: Whether it is written as a block, without ``:`` or ``=``.
        variable: Whether it defines a variable; a key in quotes that begins with ``$`` does not.
    """

    key: str
    value: Value
    start: int
    end: int
    line_start: int
    line_end: int
    block: bool = False
    variable: bool = False


@dataclass(slots=True, kw_only=True)
class Scope:
    """Entries that belong together: a section, a block, an object, or what stands before the first section.

    Attributes:
        start, end: Span of the section's name or of the braces.
        body_end: Where a new last entry would begin.
        constant: What it says, once it was asked and if nothing else is needed for it; see `constant_of`.
        made: What a reader made of its constant, so that it need not do so again; it is never changed.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    start: int = 0
    end: int = 0
    body_end: int = 0
    constant: dict[str, Any] | None = field(default=None, compare=False, repr=False)
    made: Any = field(default=None, compare=False, repr=False)


@dataclass(slots=True, kw_only=True)
class Document:
    """A file: `dump` gives its text back byte for byte. Two are the same if their texts are.

    Attributes:
        top: What stands before the first section.
        sections: By dotted name, in the order of the file.
        entries_at_most: An upper bound of how many entries and items it has.
    """

    file: str
    text: str
    places: Places = field(compare=False)
    top: Scope = field(compare=False)
    sections: SectionMap = field(compare=False)
    entries_at_most: int = field(compare=False)

    def dump(self) -> bytes:
        """Returns the file's bytes."""
        return self.text.encode()

    @property
    def line_end(self) -> str:
        """What ends its lines."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def find(self, path: Path) -> Entry | None:
        """Returns the entry at a path such as ``("topics", "mail", "priority")``."""
        return self._find(path, self.sections.get)

    def find_content(self, path: Path) -> Entry | None:
        """Returns what an entry says; its places may be those of an earlier text, which takes less time."""
        return self._find(path, self.sections.content)

    def _find(self, path: Path, section: Callable[[str], Scope | None]) -> Entry | None:
        for cut in range(len(path) - 1, -1, -1):
            scope = self.top if cut == 0 else section(".".join(path[:cut]))
            entry = None
            for key in path[cut:]:
                entry = scope.entries.get(key) if scope is not None else None
                scope = entry.value.scope if entry is not None else None
            if entry is not None:
                return entry
        return None

    def span(self, path: Path) -> tuple[int, int]:
        """Returns the span of the value at a path, or of the nearest thing around it that exists."""
        entry = self.find(path)
        if entry is not None:
            return (entry.start, entry.end) if entry.block else (entry.value.start, entry.value.end)
        if not path:
            return 0, 0
        scope = self.sections.get(".".join(path))
        return (scope.start, scope.end) if scope is not None else self.span(path[:-1])

    def key_span(self, path: Path) -> tuple[int, int]:
        """Returns the span of the key at a path, or of the nearest thing around it that exists.

        Of what is no more than the begin of sections' names, such as ``event``, it is the first one's.
        """
        entry = self.find(path)
        if entry is not None:
            return entry.start, entry.end
        name = ".".join(path)
        if name not in self.sections and path:
            name = next((one for one in self.sections if one.startswith(f"{name}.")), name)
        scope = self.sections.get(name)
        return (scope.start, scope.end) if scope is not None else self.span(path)

    def problem(self, path: Path, code: str, message: str, hint: str = "", *, key: bool = False) -> Problem:
        """Makes a problem of the value, or of the key, at a path."""
        start, end = self.key_span(path) if key else self.span(path)
        return replace(self.places.problem(start, end, code, message, hint), path=path)

    def entries(self) -> Iterator[tuple[Path, Entry]]:
        """Yields every entry outside arrays with its path, in the order of the file."""
        yield from entries_in((), self.top)
        for name, scope in self.sections.items():
            yield from entries_in(tuple(name.split(".")), scope)


def entries_in(path: Path, scope: Scope) -> Iterator[tuple[Path, Entry]]:
    """Yields every entry of a scope outside arrays with its path, which begins with one."""
    for key, entry in scope.entries.items():
        yield (*path, key), entry
        if entry.value.scope is not None:
            yield from entries_in((*path, key), entry.value.scope)
