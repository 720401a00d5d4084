"""The sections of a text: what stands behind a change only moves, and is worked out once it is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from typing_extensions import override

from workbench.tusk.document import Entry, Scope, Value


class SectionMap(Mapping[str, Scope]):
    """Sections by dotted name, in the order of the file.

    Args:
        read: The sections as they were read, each with how many characters further on it stands now.
    """

    __slots__ = ("_moved", "_read")

    def __init__(self, read: Mapping[str, tuple[Scope, int]]) -> None:
        self._read = read
        self._moved: dict[str, Scope] = {}

    @classmethod
    def of(cls, sections: Mapping[str, Scope]) -> SectionMap:
        """Returns sections that stand where they were read."""
        return cls({name: (scope, 0) for name, scope in sections.items()})

    @override
    def __getitem__(self, name: str) -> Scope:
        scope, by = self._read[name]
        if not by:
            return scope
        if (moved := self._moved.get(name)) is None:
            moved = self._moved[name] = _moved_scope(scope, by)
        return moved

    def forget(self) -> None:
        """Drops what was worked out: a text that is only kept, to be undone, needs no more room."""
        self._moved.clear()

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    @override
    def __len__(self) -> int:
        return len(self._read)

    @override
    def __contains__(self, name: object) -> bool:
        return name in self._read

    def content(self, name: str) -> Scope | None:
        """Returns what a section says, see `contents`; None where there is none."""
        found = self._read.get(name)
        return found[0] if found is not None else None

    def contents(self) -> dict[str, Scope]:
        """Returns what they say; their places may be those of an earlier text, of which they are the same."""
        return {name: scope for name, (scope, _) in self._read.items()}

    def starts(self) -> dict[str, int]:
        """Returns where their names begin."""
        return {name: scope.start + by for name, (scope, by) in self._read.items()}

    def further(self, names: list[str], by: int) -> dict[str, tuple[Scope, int]]:
        """Returns some of them as another map takes them, further on by a number of characters."""
        return {name: (scope, at + by) for name in names for scope, at in [self._read[name]]}


def _moved_scope(scope: Scope, by: int) -> Scope:
    return Scope(
        entries={key: _moved_entry(entry, by) for key, entry in scope.entries.items()},
        start=scope.start + by,
        end=scope.end + by,
        body_end=scope.body_end + by,
    )


def _moved_entry(entry: Entry, by: int) -> Entry:
    return Entry(
        key=entry.key,
        value=_moved_value(entry.value, by),
        start=entry.start + by,
        end=entry.end + by,
        line_start=entry.line_start + by,
        line_end=entry.line_end + by,
        block=entry.block,
        variable=entry.variable,
    )


def _moved_value(value: Value, by: int) -> Value:
    return Value(
        kind=value.kind,
        start=value.start + by,
        end=value.end + by,
        plain=value.plain,
        items=[_moved_value(item, by) for item in value.items],
        scope=_moved_scope(value.scope, by) if value.scope is not None else None,
    )
