"""Refuses operations whose fields are of other kinds than they say, before a store looks at them (N6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, wraps
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from workbench.errors import InvalidValue
from workbench.store.operations.log_operations import Atomic
from workbench.store.operations.operation import Operation

S = TypeVar("S")
Write = Callable[[S, Sequence[Operation]], list[Any]]
Twins = dict[type[msgspec.Struct], Any]

_WHOLE = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_ANY_OPERATION = "AnyOperation"
_ONE_OF: Any = Union


def kinds_checked(write: Write[S]) -> Write[S]:
    """Has a store write those operations whose fields are of the kinds that they say.

    What another one is answered is `InvalidValue` with the path of the field.
    """

    @wraps(write)
    def checked(store: S, operations: Sequence[Operation]) -> list[Any]:
        if _misfit(operations) is None:  # nearly always: one question for all of them
            return write(store, operations)
        refused = [_misfit((operation,)) for operation in operations]
        fitting = [operation for operation, error in zip(operations, refused, strict=True) if error is None]
        answers = iter(write(store, fitting))
        return [next(answers) if error is None else error for error in refused]

    return checked


def _misfit(operations: Sequence[Operation]) -> InvalidValue | None:
    try:
        group = Atomic(operations=tuple(operations))
        msgspec.convert(group, _twins()[Atomic], from_attributes=True, builtin_types=(UUID, bytes))
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at ")
        path = place.strip("`").replace("$.operations[0]", "$", 1)
        return InvalidValue(f"the store cannot hold a value of this: {said.replace('`', '')}", path=path)
    return None


@cache
def _twins() -> Twins:
    """Returns for each operation, and for each value in one, a class with the same fields.

    msgspec looks at the fields of a value only where it makes another class of it.
    """
    twins: Twins = {}
    operations = [_twin(kind, twins) for kind in _below(Operation)]
    for twin in operations:
        setattr(twin, _ANY_OPERATION, _ONE_OF[tuple(operations)])
    return twins


def _below(kind: type[Operation]) -> Iterator[type[Operation]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _twin(kind: type[msgspec.Struct], twins: Twins) -> Any:
    if kind not in twins:
        hints = get_type_hints(kind)
        fields = [(name, _wanted(hints[name], twins)) for name in kind.__struct_fields__]
        tag = kind.kind if issubclass(kind, Operation) else None
        twins[kind] = msgspec.defstruct(
            kind.__name__, fields, gc=False, tag=tag, tag_field="kind" if tag else None
        )
    return twins[kind]


def _wanted(hint: Any, twins: Twins) -> Any:
    """Returns what a field of a twin takes, given the annotation of the field."""
    if hint is Operation:
        return _ANY_OPERATION
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _twin(hint, twins)
    origin: Any = get_origin(hint)
    parts = get_args(hint)
    if origin is dict:  # a row: its columns are looked at where its table is known
        return Any
    if not parts:
        return _WHOLE if hint is int else hint
    wanted = tuple(part if part is ... else _wanted(part, twins) for part in parts)
    return (_ONE_OF if origin in (Union, UnionType) else origin)[wanted]
