"""The classes of events, states and commands, made from the types of their fields."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache, partial
from typing import Any
from uuid import UUID

import msgspec
from pydantic import BaseModel, Field, create_model

from workbench.model.command import Command, Query
from workbench.model.event import Event
from workbench.model.expressions.conversions import written
from workbench.model.expressions.numbers import exact, finite
from workbench.model.expressions.value_kinds import ANY, Kind, Type, record
from workbench.model.expressions.value_views import attribute_named, moment, seen


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldType:
    """What a field is.

    Attributes:
        type: For expressions.
        event: For msgspec: events and states.
        command: For pydantic: commands and queries.
        default: Where an event has none; an ellipsis where it must.
        command_default: The same for a command.
        places: Digits after the point, of a decimal.
        written: Its name in JSON, where it is not called so.
        item: What a list or a map holds.
        parts: Fields of an object.
    """

    type: Type
    event: Any
    command: Any
    default: Any = ...
    command_default: Any = ...
    places: int | None = None
    written: str = ""
    item: FieldType | None = None
    parts: Mapping[str, FieldType] = field(default_factory=dict)

    @property
    def optional(self) -> bool:
        """Whether it may be left out."""
        return self.default is not ...

    def taking(self, source: Type, *, computed: bool = True) -> Callable[[Any], Any] | None:
        """Returns what turns the value of an expression into what is kept; None where it is that already.

        Args:
            computed: The value is not simply handed on.
        """
        kind, given = self.type.kind, source.kind
        match kind:
            case Kind.DECIMAL:
                same = given is Kind.DECIMAL and source.places == self.places and not computed
                return None if same else _or_null(self._decimal)
            case Kind.STRING if given is not Kind.STRING:
                return _or_null(_text)
            case Kind.TIME if given is Kind.MICROS:
                return _or_null(moment)
            case Kind.RECORD | Kind.ANY if self.type.fields is None and (self.type.item or ANY) == ANY:
                return as_json
            case Kind.LIST if self.type.item == ANY:
                return as_json
            case Kind.LIST | Kind.RECORD:
                same = source.not_null() == self.type.not_null() and not computed
                return None if same else self._inside()
            case _:
                return None

    def taking_part(self) -> Callable[[Any], Any] | None:
        """Returns the same for a value in a list, a map or an object."""
        return None if self.type.kind is Kind.STRING else self.taking(ANY)

    def _inside(self) -> Callable[[Any], Any] | None:
        """Returns what is made of a list, a map or an object where a value in it has to be changed."""
        if self.item is not None:
            take = self.item.taking_part()
            return None if take is None else partial(_of_each, take)
        found = {name: one.taking_part() for name, one in self.parts.items()}
        takes = {name: take for name, take in found.items() if take is not None}
        renamed = {name: one.written for name, one in self.parts.items() if one.written}
        if not takes and not renamed:
            return None
        by_key = {renamed.get(name, name): take for name, take in takes.items()}
        by_attribute = {attribute_of(name): take for name, take in takes.items()}
        return partial(_of_object, renamed, by_key, by_attribute)

    def _decimal(self, value: Any) -> Any:
        """Returns a number, or the number in a text, as a decimal with the field's places."""
        if type(value) is Decimal and self.places is not None and value.same_quantum(_quantum(self.places)):
            return value
        text = isinstance(value, str) and NUMBER.fullmatch(value) is not None
        kept = Decimal(value) if text else finite(exact(value))
        return (
            kept if self.places is None or not isinstance(kept, Decimal) else with_places(kept, self.places)
        )


NUMBER = re.compile(r"[+-]?[0-9]{1,100}(\.[0-9]{1,100})?")
"""A number in a text."""
_WIDE = Context(prec=400)


def with_places(value: Decimal, places: int) -> Decimal:
    """Returns a decimal in its one form, with all digits after the point; what is too large stays."""
    if value.adjusted() >= _WIDE.prec // 2:
        return value
    return value.quantize(_quantum(places), ROUND_HALF_EVEN, _WIDE)


@cache
def _quantum(places: int) -> Decimal:
    """Returns a one in the last of a number of places; infinity and NaN have no such quantum."""
    return Decimal(1).scaleb(-places)


def one_form(fields: Mapping[str, FieldType]) -> dict[str, Any]:
    """Returns what a class needs so that its decimals have all digits after the point: 7.5 is read as 7.50.

    Commands see to that as they emit; what was imported, or is given in a scenario, has any form. A value
    with more digits than its field stays as it was stored.
    """
    takes = {attribute_of(name): take for name, one in fields.items() if (take := _padding(one))}

    def complete(self: Any) -> None:
        for name, take in takes.items():
            old = getattr(self, name)
            if (new := take(old)) is not old:
                msgspec.structs.force_setattr(self, name, new)

    return {"__post_init__": complete} if takes else {}


def _padding(one: FieldType) -> Callable[[Any], Any] | None:
    """Returns what gives a field's decimals their digits; None where nothing has to: an object does it."""
    if one.type.kind is Kind.DECIMAL and one.places is not None:
        return partial(_padded, one.places, _quantum(one.places))
    inner = _padding(one.item) if one.item is not None else None
    return partial(_of_each, inner) if inner is not None else None


def _padded(places: int, quantum: Decimal, value: Any) -> Any:
    if not isinstance(value, Decimal) or value.same_quantum(quantum):
        return value
    exponent = value.as_tuple().exponent
    return with_places(value, places) if isinstance(exponent, int) and exponent > -places else value


def _or_null(take: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else take(value)


def _of_each(take: Callable[[Any], Any], values: Any) -> Any:
    """Returns a list or a map with what is made of each value."""
    if isinstance(values, Mapping):
        return {key: take(value) for key, value in values.items()}
    return [take(value) for value in values] if isinstance(values, list | tuple) else values


def _of_object(
    renamed: Mapping[str, str],
    by_key: Mapping[str, Callable[[Any], Any]],
    by_attribute: Mapping[str, Callable[[Any], Any]],
    value: Any,
) -> Any:
    """Returns an object with what is made of its fields, under their names in JSON.

    Args:
        renamed: Names in JSON of fields that have others in expressions.
    """
    if isinstance(value, msgspec.Struct | BaseModel):
        new = {}
        for name, take in by_attribute.items():
            old = getattr(value, name, None)
            if (made := take(old)) is not old:
                new[name] = made
        if isinstance(value, BaseModel):
            return value.model_copy(update=new) if new else value
        return msgspec.structs.replace(value, **new) if new else value
    if not isinstance(value, Mapping):
        return value
    given = {renamed.get(name, name): one for name, one in value.items()}
    return {name: by_key[name](one) if name in by_key else one for name, one in given.items()}


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def as_json(value: Any) -> Any:
    """Returns a value as JSON keeps it: times and decimals as text."""
    if isinstance(value, Decimal | datetime):
        return msgspec.to_builtins(finite(value))
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, timedelta):
        return written(value)
    return finite(seen(value))


def check_finite(value: Any) -> None:
    """Makes sure that all numbers in an event or state are numbers.

    Raises:
        Wrong: One is NaN or infinite.
    """
    if isinstance(value, msgspec.Struct):
        value = [getattr(value, name) for name in value.__struct_fields__]
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            check_finite(item)
    finite(value)


def record_of(fields: Mapping[str, FieldType]) -> Type:
    """Returns what expressions know of an object with these fields."""
    return replace(
        record({name: one.type for name, one in fields.items()}),
        attributes={name: other for name in fields if (other := attribute_of(name)) != name},
        written={name: one.written for name, one in fields.items() if one.written},
        optional=frozenset(name for name, one in fields.items() if one.optional),
    )


def attribute_of(field: str) -> str:
    """Returns the attribute for a field in the classes that are made here."""
    return attribute_named(field, _TAKEN)


_TAKEN = frozenset({*dir(Command), *dir(Query), *dir(Event)})


def class_name(name: str) -> str:
    """Returns ``UserCreated`` for ``user.created``."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[._-]+", name) if part)


def struct_class(
    name: str,
    base: type[msgspec.Struct],
    fields: Mapping[str, FieldType],
    *,
    doc: str,
    **variables: Any,
) -> type[Any]:
    """Makes a frozen msgspec class."""
    parts = [(attribute_of(key), one.event, *_default_of(one)) for key, one in fields.items()]
    optional = [one.optional for one in fields.values()]
    return msgspec.defstruct(
        name,
        parts,
        bases=(base,),
        frozen=True,
        kw_only=sorted(optional) != optional,
        namespace={"__doc__": doc, **variables},
        rename={attribute_of(key): one.written or key for key, one in fields.items()},
        module=__name__,
    )


def _default_of(one: FieldType) -> tuple[Any, ...]:
    """Returns a field's default as msgspec takes it, nothing where there is none."""
    if not one.optional:
        return ()
    if isinstance(one.default, list | dict | msgspec.Struct):
        return (msgspec.field(default_factory=partial(deepcopy, one.default)),)
    return (one.default,)


def model_class(
    name: str, base: type[BaseModel], fields: Mapping[str, FieldType], *, doc: str, **variables: Any
) -> type[Any]:
    """Makes a frozen pydantic class."""
    parts: dict[str, Any] = {
        attribute_of(key): (one.command, Field(one.command_default, alias=one.written or key))
        for key, one in fields.items()
    }
    model = create_model(name, __base__=base, __doc__=doc or None, __module__=__name__, **parts)
    for key, value in variables.items():
        setattr(model, key, value)
    return model
