"""What kinds the columns of the store must have; a row of others is damage that is told, never a traceback."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

import msgspec

from workbench.errors import StoreCorrupt

Count = Annotated[int, msgspec.Meta(ge=0)]
"""A position, a version, a number of things."""
Id = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
T = TypeVar("T", bound=msgspec.Struct)
_PLACE = re.compile(r" - at `\$\[(\d+)\](?:\[(\d+)\])?`")


class ColumnShape:
    """The columns of one query: called with its rows, it returns them, or says which is damaged.

    Args:
        query: Begins with ``select`` and names of columns, in which no comma stands.
        kinds: Of its columns.
    """

    def __init__(self, query: str, *kinds: Any) -> None:
        chosen, _, source = query.removeprefix("select ").partition(" from ")
        self._names = [name.strip().rpartition(".")[2] for name in chosen.split(",")]
        self._source = source.split()[0]
        self._type = list[tuple[kinds]]  # type: ignore[valid-type]  # made from what the caller says

    def __call__(self, rows: Iterable[Any]) -> list[Any]:
        """Returns the rows.

        Raises:
            StoreCorrupt: A column of one has another kind.
        """
        found = list(rows)
        try:
            return msgspec.convert(found, self._type, builtin_types=(bytes,))
        except msgspec.ValidationError as error:
            raise self._damage(found, str(error)) from error

    def _damage(self, found: list[Any], said: str) -> StoreCorrupt:
        place = _PLACE.search(said)
        where, what = f"a row of {self._source}", said
        if place is not None and place[2] is not None:
            where = f"{self._names[int(place[2])]} of {self._source}, in the row {found[int(place[1])][0]!r},"
            what = said[: place.start()]
        return damaged(where, what)


class RowShape(Generic[T]):
    """The columns of one query that are the fields of a value: called with its rows, it returns the values.

    Args:
        of: What a row becomes; its fields stand in the order of the columns.
        query: As for `ColumnShape`.
        kinds: Of its columns; ids become UUIDs, and flags true or false.
        reads: What makes a field of its column, by name, where that is not taken as it is.
    """

    def __init__(self, of: type[T], query: str, *kinds: Any, **reads: Callable[[Any], Any]) -> None:
        self._of, self._shape = of, ColumnShape(query, *kinds)
        self._names: tuple[str, ...] = of.__struct_fields__
        named = zip(self._names, kinds, strict=True)
        self._reads = [*({name: _READ[kind] for name, kind in named if kind in _READ} | reads).items()]

    def __call__(self, rows: Iterable[Any]) -> list[T]:
        """Returns the values.

        Raises:
            StoreCorrupt: A column of a row has another kind.
        """
        of, names, found = self._of, self._names, []
        for row in self._shape(rows):
            fields = dict(zip(names, row, strict=True))
            for name, read in self._reads:
                fields[name] = read(fields[name])
            found.append(of(**fields))
        return found


def uuid_of(raw: bytes | None) -> UUID | None:
    """Reads a column that holds an id or nothing."""
    return UUID(bytes=raw) if raw is not None else None


_READ: dict[Any, Callable[[Any], Any]] = {Id: uuid_of, Id | None: uuid_of, Literal[0, 1]: bool}


def json_reader(kind: Any, what: str) -> Callable[[str], Any]:
    """Returns what reads a column of JSON text.

    Args:
        what: The column, for the message.
    """
    return partial(_read, msgspec.json.Decoder(kind).decode, what)


def _read(decode: Callable[[str], Any], what: str, text: str) -> Any:
    try:
        return decode(text)
    except msgspec.MsgspecError as error:
        raise damaged(what, str(error)) from error


def damaged(where: str, what: str) -> StoreCorrupt:
    """Returns the error that something in the store is not what it must be."""
    return StoreCorrupt(
        f"the store is damaged: {where} is not what it must be: {what}",
        hint="run: workbench doctor; work on a copy, and take the newest backup",
    )
