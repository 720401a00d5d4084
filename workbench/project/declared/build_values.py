"""Makes events and states from expressions: checked by msgspec, or at once where the kinds surely fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import msgspec

from workbench.errors import ExpressionFailed
from workbench.model.expressions.cel_values import Wrong
from workbench.model.expressions.expression import Placed, constant, quick_of
from workbench.model.expressions.operators import Get
from workbench.model.expressions.value_kinds import Kind, Type
from workbench.model.expressions.value_views import names_of
from workbench.project.declared.value_classes import FieldType, attribute_of, check_finite

Build = Callable[[Any], Any]
"""Makes a value from what expressions read."""
_SCALARS = {Kind.STRING, Kind.INTEGER, Kind.BOOLEAN, Kind.TIME, Kind.UUID, Kind.DECIMAL}


@dataclass(frozen=True, slots=True)
class ValueSource:
    """Where a field's value comes from.

    Attributes:
        exact: It is kept as it is; nothing needs to be checked or converted.
    """

    get: Get
    exact: bool = False


def source_of(get: Get, field: FieldType | None, found: Type) -> ValueSource:
    """Returns a source for a field: what expressions see otherwise is turned back into what is kept."""
    if field is None:
        return ValueSource(get)
    computed = not isinstance(get, Placed) or get.attribute is None
    take = field.taking(found, computed=computed)
    if take is None:
        return ValueSource(get, _is_exact(field.type, found))
    return ValueSource(get.then(take) if isinstance(get, Placed) else lambda env: take(get(env)))


def _is_exact(wanted: Type, found: Type) -> bool:
    if found.kind is Kind.NULL:
        return wanted.nullable
    if wanted.kind not in _SCALARS or wanted.kind is not found.kind:
        return False
    if found.nullable and not wanted.nullable:
        return False
    return not wanted.choices or (bool(found.choices) and set(found.choices) <= set(wanted.choices))


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
    if not complete or not all(source.exact for source in sources.values()) or _out_of_order(fields):
        return None
    gets = [sources[name].get if name in sources else constant(one.default) for name, one in fields.items()]
    if any(isinstance(one.default, list | dict | msgspec.Struct) for one in fields.values()):
        return None
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


def quick_change(sources: Mapping[str, ValueSource]) -> Build | None:
    """Returns what changes fields of the first of what expressions read; None where checks are needed."""
    if not all(source.exact for source in sources.values()):
        return None
    items = tuple((attribute_of(name), quick_of(source.get)) for name, source in sources.items())
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


def _out_of_order(fields: Mapping[str, FieldType]) -> bool:
    """Whether a field that must be given stands behind one that need not: such classes take names only."""
    optional = [one.optional for one in fields.values()]
    return sorted(optional) != optional
