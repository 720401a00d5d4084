"""Makes events and states from expressions: checked by msgspec, or at once where the kinds surely fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import msgspec
from pydantic import BaseModel

from workbench.errors import ExpressionFailed
from workbench.model.expressions.cel_values import Wrong
from workbench.model.expressions.expression import Placed, constant, quick_of
from workbench.model.expressions.operators import Get
from workbench.model.expressions.value_kinds import NUMBERS, Kind, Type
from workbench.model.expressions.value_views import names_of
from workbench.project.declared.value_classes import FieldType, attribute_of, check_finite, struct_class

Build = Callable[[Any], Any]
"""Makes a value from what expressions read."""
_SCALARS = {Kind.STRING, Kind.INTEGER, Kind.BOOLEAN, Kind.TIME, Kind.UUID, Kind.DECIMAL}
_OF_PYTHON = {Kind.STRING: str, Kind.INTEGER: int, Kind.BOOLEAN: bool}


@dataclass(frozen=True, slots=True)
class ValueSource:
    """Where a field's value comes from.

    Attributes:
        sure: The same without a look at its kind, where that is known or quickly seen; it may raise anything.
    """

    get: Get
    sure: Get | None = None


def source_of(get: Get, field: FieldType | None, found: Type) -> ValueSource:
    """Returns a source for a field: what expressions see otherwise is turned back into what is kept."""
    if field is None:
        return ValueSource(get)
    computed = not isinstance(get, Placed) or get.attribute is None
    take = field.taking(found, computed=computed)
    if take is None:
        same = found == field.type
        exact = _is_exact(field.type, found) or (same and isinstance(get, Placed) and get.flat)
        of_parts = _of_scalars(field.type, get) or (_of_objects(field, get) if same else None)
        return ValueSource(get, get if exact else of_parts)
    taken = get.then(take) if isinstance(get, Placed) else lambda env: take(get(env))
    return ValueSource(taken, taken if _is_taken(field.type, found) else None)


def _is_exact(wanted: Type, found: Type) -> bool:
    if found.kind is Kind.NULL:
        return wanted.nullable
    if wanted.kind not in _SCALARS or wanted.kind is not found.kind:
        return False
    if found.nullable and not wanted.nullable:
        return False
    return not wanted.choices or (bool(found.choices) and set(found.choices) <= set(wanted.choices))


def _is_taken(wanted: Type, found: Type) -> bool:
    """Whether what is turned back surely is what is kept: a time, or a decimal."""
    turned = (wanted.kind is Kind.TIME and found.kind is Kind.MICROS) or (
        wanted.kind is Kind.DECIMAL and found.kind in NUMBERS
    )
    return turned and (wanted.nullable or not found.nullable)


def _of_scalars(wanted: Type, get: Get) -> Get | None:
    """Returns what gives a list or a map, and looks only whether it has plain values; None for others."""
    item = wanted.item
    if item is None or item.kind not in _OF_PYTHON or item.nullable or item.choices:
        return None
    kind, kinds, run = list if wanted.kind is Kind.LIST else dict, {_OF_PYTHON[item.kind]}, quick_of(get)

    def sure(env: Any) -> Any:
        value = run(env)
        items, keys = (value, ()) if kind is list else (value.values(), value)
        if type(value) is kind and {*map(type, items)} <= kinds and {*map(type, keys)} <= {str}:
            return value
        raise Wrong("these are other values")

    return sure


def _of_objects(field: FieldType, get: Get) -> Get | None:
    """Returns what copies a command's object, or a list of them; None where their parts are not plain."""
    one = field.item if field.type.kind is Kind.LIST and field.item is not None else field
    plain = all(part.type.kind in _OF_PYTHON for part in one.parts.values())
    if not one.parts or not plain or _by_name(one.parts) or one.type.nullable or field.type.nullable:
        return None
    cls, run, names = one.event, quick_of(get), [attribute_of(name) for name in one.parts]
    read = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)

    def copied(value: Any) -> Any:
        if isinstance(value, BaseModel):
            return cls(*read(value))
        if type(value) is cls:
            return value
        raise Wrong("this is another value")

    if one is field:
        return lambda env: copied(run(env))
    return lambda env: [copied(value) for value in run(env)]


def checked(cls: type[Any], sources: Mapping[str, ValueSource], said: str) -> Build:
    """Returns what makes an instance of a class and has msgspec check all of it.

    Args:
        said: What went wrong where a value does not fit.
    """
    written = names_of(cls)
    items = tuple((written[name], source.get) for name, source in sources.items())
    convert = msgspec.convert

    def build(env: Any) -> Any:
        values = {name: get(env) for name, get in items}
        try:
            made = convert(values, cls, from_attributes=True)
            check_finite(made)
        except (msgspec.ValidationError, Wrong) as error:
            raise ExpressionFailed(f"{said}: {error}") from error
        return made

    return build


def quick(
    cls: type[Any], fields: Mapping[str, FieldType], sources: Mapping[str, ValueSource]
) -> Build | None:
    """Returns the same without checks, None where they are needed; it may raise anything.

    Who calls it must fall back to what is checked.
    """
    complete = all(name in sources or one.optional for name, one in fields.items())
    sure = {name: source.sure for name, source in sources.items() if source.sure is not None}
    if not complete or len(sure) < len(sources):
        return None
    if _by_name(fields):
        named = tuple((attribute_of(name), quick_of(get)) for name, get in sure.items())
        return lambda env: cls(**{name: get(env) for name, get in named})
    gets = [sure[name] if name in sure else constant(one.default) for name, one in fields.items()]
    attributes = [get.attribute for get in gets if isinstance(get, Placed) and get.attribute is not None]
    if len(attributes) == len(gets) and len({index for index, _ in attributes}) == 1:
        return _copied(cls, attributes[0][0], [name for _, name in attributes])
    quick_gets = tuple(quick_of(get) for get in gets)
    if len(quick_gets) == 1:
        (only,) = quick_gets
        return lambda env: cls(only(env))
    if len(quick_gets) == 2:
        one, other = quick_gets
        return lambda env: cls(one(env), other(env))
    return lambda env: cls(*[get(env) for get in quick_gets])


def _copied(cls: type[Any], index: int, names: list[str]) -> Build:
    """Returns what copies attributes of one thing."""
    read = attrgetter(*names)
    if len(names) == 1:
        return lambda env: cls(read(env[index]))
    return lambda env: cls(*read(env[index]))


def _by_name(fields: Mapping[str, FieldType]) -> bool:
    """Whether such classes take names only, or make what stands where nothing is given."""
    optional = [one.optional for one in fields.values()]
    made = any(isinstance(one.default, list | dict | msgspec.Struct) for one in fields.values())
    return made or sorted(optional) != optional


def folding(
    state: type[Any], fields: Mapping[str, FieldType], given: Mapping[str, ValueSource], said: str
) -> tuple[Build, Build]:
    """Returns what makes a state, and what changes the first of what expressions read: the rest of it stays.

    Args:
        said: What went wrong where a value does not fit.
    """
    parts = struct_class("Changes", msgspec.Struct, {name: fields[name] for name in given}, doc="")
    changes, replace = checked(parts, given, said), msgspec.structs.replace

    def change(env: Any) -> Any:
        return replace(env[0], **msgspec.structs.asdict(changes(env)))

    begin = checked(state, given, said)
    return _falling_back(quick(state, fields, given), begin), _falling_back(_quick_change(given), change)


def _quick_change(given: Mapping[str, ValueSource]) -> Build | None:
    """Returns what changes fields of the first of what expressions read; None where checks are needed."""
    items = tuple((attribute_of(name), quick_of(one.sure)) for name, one in given.items() if one.sure)
    if len(items) < len(given):
        return None
    replace = msgspec.structs.replace
    if not items:
        return lambda env: env[0]
    if len(items) == 1:
        ((name, get),) = items
        return lambda env: replace(env[0], **{name: get(env)})
    if len(items) == 2:
        (name, get), (second, other) = items
        return lambda env: replace(env[0], **{name: get(env), second: other(env)})
    return lambda env: replace(env[0], **{name: get(env) for name, get in items})


def _falling_back(quick_way: Build | None, careful: Build) -> Build:
    if quick_way is None:
        return careful

    def build(env: Any) -> Any:
        try:
            return quick_way(env)
        except Exception:  # noqa: BLE001  # the careful way says what is wrong, if anything is
            return careful(env)

    return build
