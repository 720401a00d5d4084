"""Values of a scenario file that know their places, with variables followed to where they are defined."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.model.scenario import FilePlace
from workbench.tusk import Document, Entry, Problem, Value, ValueKind

_OUTSIDE = {ValueKind.ENV: "@env", ValueKind.REF: "another file"}


class Book:
    """A scenario file while it is read: its text, its variables, and what is wrong with it.

    Attributes:
        mistakes: How often something was found to be wrong; a shared variable counts wherever it is used.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._variables = {
            entry.key[1:]: entry.value for _, entry in document.entries() if entry.key.startswith("$")
        }
        self.problems: list[Problem] = []
        self.mistakes = 0

    def wrong(self, start: int, end: int, code: str, message: str, hint: str = "") -> None:
        """Notes what is wrong with a part of the text; the same is noted once."""
        self.mistakes += 1
        problem = self._document.places.problem(start, end, code, message, hint)
        if problem not in self.problems:
            self.problems.append(problem)

    def place(self, offset: int) -> FilePlace:
        """Returns where an offset stands."""
        places = self._document.places
        return FilePlace(file=self._document.file, line=places.line(offset), column=places.column(offset))

    def node(self, value: Value) -> FileNode:
        """Returns a value, or what the variable that it is stands for."""
        while value.kind is ValueKind.VARIABLE:
            found = self._variables.get(value.plain)
            if found is None or found.start >= value.start:
                late = (
                    f"is defined only in line {self.place(found.start).line}" if found else "is not defined"
                )
                hint = f"write ${value.plain}: … above this line"
                self.wrong(value.start, value.end, "R-MISSING", f"${value.plain} {late}", hint)
                return FileNode(
                    self, Value(kind=ValueKind.NULL, start=value.start, end=value.end), broken=True
                )
            value = found
        if value.kind in _OUTSIDE:
            said = f"a scenario takes nothing from {_OUTSIDE[value.kind]}: it says the same everywhere"
            self.wrong(value.start, value.end, "S-TYPE", said, "write the value itself")
            return FileNode(self, value, broken=True)
        return FileNode(self, value)


class FileNode:
    """One value.

    Attributes:
        broken: A problem with it was noted already; later checks say nothing more.
    """

    def __init__(self, book: Book, value: Value, *, broken: bool = False) -> None:
        self.book = book
        self.value = value
        self.broken = broken

    @property
    def kind(self) -> ValueKind:
        """What it is written as."""
        return self.value.kind

    @property
    def place(self) -> FilePlace:
        """Where it stands."""
        return self.book.place(self.value.start)

    def wrong(self, code: str, message: str, hint: str = "") -> None:
        """Notes what is wrong with it."""
        if not self.broken:
            self.book.wrong(self.value.start, self.value.end, code, message, hint)

    def entries(self) -> dict[str, Entry]:
        """Returns what an object holds; nothing for other values."""
        return self.value.scope.entries if self.value.scope is not None else {}

    def items(self) -> Iterator[FileNode]:
        """Yields the items of a list and of the lists in it; any other value is its own single item."""
        if self.kind is not ValueKind.ARRAY:
            yield self
            return
        for item in self.value.items:
            yield from self.book.node(item).items()

    def plain(self) -> Any:
        """Returns the value as JSON has it."""
        if self.kind is ValueKind.ARRAY:
            return [self.book.node(item).plain() for item in self.value.items]
        if self.kind is ValueKind.OBJECT:
            return {key: self.book.node(entry.value).plain() for key, entry in self.entries().items()}
        if self.kind is ValueKind.RANGE:
            self.wrong("S-TYPE", "this is read as a range", "put it between quotes")
            return None
        return self.value.plain
