"""The form of a thing of a project file: rows for the keys that it has or needs, by what can stand there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from workbench.errors import InvalidValue
from workbench.project.declared.key_lookup import KeyPlace
from workbench.services.design.field_lines import field_parts, plain_value
from workbench.services.design.text_members import place_in
from workbench.tusk import Document, Entry, Scope, Value, ValueKind
from workbench.tusk.document import Path

ENTRIES = frozenset({"topics", "subscriptions"})
"""Sections whose entries are things of their own."""
ALWAYS = frozenset({"description"})
"""Keys that have a row also where nothing is said."""
_PLAIN = {ValueKind.NUMBER, ValueKind.BOOLEAN, ValueKind.NULL}
NOT_HERE = "It is written in a way that only the text can show"


class RowKind(StrEnum):
    """How a row is shown: name of a block, line of text, choice, table of fields, what can be added."""

    BLOCK = "block"
    LINE = "line"
    CHOICE = "choice"
    FIELDS = "fields"
    ADD = "add"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """A field or a column in a table, its parts as in its line.

    Attributes:
        key: As it is written; empty for a new one.
        why_not: Why it cannot be changed here; empty where it can.
    """

    key: str = ""
    name: str = ""
    type: str = ""
    rules: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """A row of a form.

    Attributes:
        path: Where it stands in the file.
        words: What it is for.
        level: How many blocks are around it.
        place: What can stand there; None where nothing can.
        text: What stands there, as it is typed.
        fields: Of a table.
        keys: What can be added to the block at `path`, each with what it is for.
        free: Whether entries of any name can be added to it.
        own_name: Whether a person gave it its name.
        why_not: Why it cannot be changed here; empty where it can.
    """

    path: Path
    kind: RowKind
    words: str = ""
    level: int = 0
    place: KeyPlace | None = None
    text: str = ""
    fields: tuple[FieldRow, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    free: bool = False
    own_name: bool = False
    why_not: str = ""

    @property
    def label(self) -> str:
        """What it is called."""
        key = self.path[-1]
        return key if self.own_name else key.replace("_", " ").capitalize()


def section_form(document: Document, path: Path, also: frozenset[Path] = frozenset()) -> tuple[FormRow, ...]:
    """Returns the rows for what stands at a path, as it is written.

    Args:
        also: Paths that have a row though nothing stands there yet.
    """
    section, inner = place_path(path)
    place = place_in(section, inner)
    entry = document.find(path)
    scope = document.sections.get(".".join(path)) or (entry.value.scope if entry is not None else None)
    if place is None:
        return ()
    return tuple(_Form(document, also).rows(place, scope or Scope(), path, 0))


def unwritten(document: Document, also: frozenset[Path], path: Path) -> frozenset[Path]:
    """Returns the paths that have a row only because they were added: at a path, inside, around it."""
    inside = {one for one in also if one[: len(path)] == path}
    around = {one for one in also if path[: len(one)] == one and document.find(one) is None}
    return frozenset(inside | around)


def place_path(path: Path) -> tuple[str, Path]:
    """Returns the section in which a path stands, and the path inside of it."""
    return (path[0], path[1:]) if path[0] in ENTRIES else (".".join(path), ())


@dataclass(frozen=True, slots=True)
class _Form:
    document: Document
    also: frozenset[Path]

    def rows(self, place: KeyPlace, scope: Scope, path: Path, level: int) -> Iterator[FormRow]:
        """Yields the rows of a block, and last what can be added to it."""
        missing = []
        for key, words in place.keys.items():
            inside, at = place.inside(key), (*path, key)
            if inside is not None and (key in scope.entries or self._is_wanted(place, key, inside, at)):
                yield from self._row(inside, scope.entries.get(key), at, words, level)
            else:
                missing.append((key, words))
        new = [
            one[len(path)] for one in sorted(self.also) if len(one) > len(path) and one[: len(path)] == path
        ]
        for key in dict.fromkeys([*scope.entries, *new]):
            if key not in place.keys:
                inside = place.inside(key)
                yield from self._row(inside, scope.entries.get(key), (*path, key), "", level, own=True)
        free = place.model is None and place.inner is not None
        if missing or free:
            yield FormRow(
                path=path, kind=RowKind.ADD, level=level, place=place, keys=tuple(missing), free=free
            )

    def _is_wanted(self, place: KeyPlace, key: str, inside: KeyPlace, path: Path) -> bool:
        return (
            key in place.required
            or key in ALWAYS
            or inside.is_table
            or any(one[: len(path)] == path for one in self.also)
        )

    def _row(
        self,
        place: KeyPlace | None,
        entry: Entry | None,
        path: Path,
        words: str,
        level: int,
        *,
        own: bool = False,
    ) -> Iterator[FormRow]:
        value = entry.value if entry is not None else None
        scope = value.scope if value is not None else None
        kind = _kind(place, value)
        text, why_not = self._written(place, value)
        if kind is RowKind.FIELDS:
            fields = tuple(self._fields(scope)) if scope is not None else ()
            yield FormRow(path=path, kind=kind, words=words, level=level, place=place, fields=fields)
            return
        yield FormRow(
            path=path,
            kind=kind,
            words=f"{words}; others behind commas" if place and place.holds_places else words,
            level=level,
            place=place,
            text="" if kind is RowKind.BLOCK else text,
            own_name=own,
            why_not="" if kind is RowKind.BLOCK else why_not,
        )
        if kind is RowKind.BLOCK and place is not None:
            yield from self.rows(place, scope or Scope(), path, level + 1)

    def _written(self, place: KeyPlace | None, value: Value | None) -> tuple[str, str]:
        """Returns a value as it is typed, and why it cannot be changed here."""
        if value is None:
            return "", ""
        written = self.document.text[value.start : value.end]
        if place is None:
            return written, "This key has no meaning here"
        if value.kind is ValueKind.STRING:
            return str(value.plain), ""
        if value.kind in _PLAIN:
            return written, ""
        if value.kind is ValueKind.ARRAY and all(one.kind is ValueKind.STRING for one in value.items):
            return ", ".join(str(one.plain) for one in value.items), ""
        return written, NOT_HERE

    def _fields(self, scope: Scope) -> Iterator[FieldRow]:
        for key, entry in scope.entries.items():
            try:
                parts = field_parts(key, plain_value(entry.value, self.document.text))
            except InvalidValue:
                parts = None
            if parts is None:
                written = self.document.text[entry.value.start : entry.value.end]
                yield FieldRow(key=key, name=key, rules=written, why_not=NOT_HERE)
            else:
                yield FieldRow(key=key, name=parts[0], type=parts[1], rules=parts[2])


def _kind(place: KeyPlace | None, value: Value | None) -> RowKind:
    if place is None:
        return RowKind.LINE
    if place.is_table and (value is None or value.scope is not None):
        return RowKind.FIELDS
    if value is not None and value.scope is not None:
        return RowKind.BLOCK
    if value is None and (place.inner is not None or place.model is not None) and place.is_block:
        return RowKind.BLOCK
    return RowKind.CHOICE if place.choices and not place.is_list else RowKind.LINE
