"""The types of fields: one declaration gives the event's, the command's and the expression's idea of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from pydantic import AfterValidator, AnyUrl, AwareDatetime, BaseModel, ConfigDict, TypeAdapter, create_model
from pydantic import Field as Pydantic

from workbench.model.expressions.checking import among
from workbench.model.expressions.closures import moment, plain
from workbench.model.expressions.kinds import ANY, Kind, Type, record
from workbench.project.declared.places import Path, Places
from workbench.project.declared.sections import FieldSection
from workbench.tusk import Problem

EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
_LONGEST_EMAIL = 254
_URL = TypeAdapter(AnyUrl)


def _is_url(text: str) -> str:
    _URL.validate_python(text)
    return text


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
    """

    type: Type
    event: Any
    command: Any
    default: Any = ...
    command_default: Any = ...
    places: int | None = None

    @property
    def optional(self) -> bool:
        """Whether it may be left out."""
        return self.default is not ...

    def taking(self, source: Type) -> Callable[[Any], Any] | None:
        """Returns what turns the value of an expression into what is kept; None where it is that already."""
        kind, given = self.type.kind, source.kind
        match kind:
            case Kind.DECIMAL:
                return None if given is Kind.DECIMAL else _or_null(self._decimal)
            case Kind.STRING if given is not Kind.STRING:
                return _or_null(_text)
            case Kind.TIME if given is Kind.MICROS:
                return _or_null(moment)
            case Kind.RECORD | Kind.ANY if self.type.fields is None:
                return as_json
            case Kind.LIST if self.type.item == ANY:
                return as_json
            case _:
                return None

    def _decimal(self, value: Any) -> Any:
        if isinstance(value, float):
            value = Decimal(repr(value))
            if self.places is not None:
                return value.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_EVEN)
        return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _limited(annotation: Any, **limits: Any) -> Any:
    """Returns an annotation with what is given of limits and words."""
    given: dict[str, Any] = {key: value for key, value in limits.items() if value is not None}
    return Annotated[annotation, Pydantic(**given)] if given else annotation


def _nullable(found: FieldType) -> FieldType:
    """Returns the same, or null; null where nothing is given."""
    return replace(
        found,
        type=found.type.or_null(),
        event=found.event | None,
        command=found.command | None,
        default=None if found.default is ... else found.default,
        command_default=None if found.command_default is ... else found.command_default,
    )


def _or_null(take: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else take(value)


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def as_json(value: Any) -> Any:
    """Returns a value as JSON keeps it: times and decimals as text."""
    if isinstance(value, Decimal | datetime):
        return msgspec.to_builtins(value)
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    return plain(value)


def _text_type(annotation: Any = str, **limits: Any) -> FieldType:
    return FieldType(type=Type(kind=Kind.STRING), event=str, command=_limited(annotation, **limits))


@dataclass(slots=True)
class FieldTypes:
    """Reads declarations of fields; those of ``[types]`` by name."""

    places: Places
    named: Mapping[str, FieldSection]
    problems: list[Problem]
    _known: dict[str, FieldType] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def all_of(self, path: Path, fields: Mapping[str, FieldSection]) -> dict[str, FieldType]:
        """Returns the types of some fields."""
        return {name: self.of((*path, name), name, one) for name, one in self._usable(path, fields)}

    def _usable(
        self, path: Path, fields: Mapping[str, FieldSection]
    ) -> Iterator[tuple[str, FieldSection]]:
        for name, one in fields.items():
            if _FIELD_NAME.fullmatch(name) and name not in _TAKEN:
                yield name, one
            else:
                said = f"{name} cannot be the name of a field"
                hint = "use small letters, digits and _, and begin with a letter"
                self.problems.append(self.places.problem((*path, name), "S-NAME", said, hint, key=True))

    def of(self, path: Path, name: str, one: FieldSection) -> FieldType:
        """Returns the type of one field."""
        word = one.type.removesuffix("?")
        if word in self.named:
            found = self._named(path, word)
            for odd in sorted(one.model_fields_set - _ALWAYS):
                self._tell((*path, odd), f"{odd} belongs to the type {word} itself, in [types]", key=True)
        else:
            found = self._plain(path, name, word, one)
        if word != one.type:
            found = _nullable(found)
            one = self._with_words_of(one, self.named.get(word))
        found = replace(found, command=self._described(found.command, one))
        return self._with_default(path, found, one) if "default" in one.model_fields_set else found

    def _with_words_of(self, one: FieldSection, named: FieldSection | None) -> FieldSection:
        """Has a field that may be null say what its type says: forms do not look behind the null."""
        if named is None:
            return one
        words = {"title": one.title or named.title, "description": one.description or named.description}
        return one.model_copy(update=words)

    def _named(self, path: Path, word: str) -> FieldType:
        if word in self._open:
            chain = " → ".join([*self._open, word])
            self._tell((*path, "type"), f"the type {word} consists of itself: {chain}")
            return _UNKNOWN
        if word not in self._known:
            self._open.append(word)
            self._known[word] = self.of(("types", word), word, self.named[word])
            self._open.pop()
        return self._known[word]

    def _plain(self, path: Path, name: str, word: str, one: FieldSection) -> FieldType:
        make = _MAKERS.get(word)
        if make is None:
            known = [*self.named, *_MAKERS]
            hint = among(word, known)
            entry = self.places.document.find((*path, "type"))
            self._tell((*path, "type") if entry is not None else path, f"there is no type {word}", hint)
            return _UNKNOWN
        for odd in sorted(one.model_fields_set - _ALWAYS - _FITTING[word]):
            self._tell((*path, odd), f"{odd} has no meaning for {word}", key=True)
        if one.min is not None and one.max is not None and one.min > one.max:
            self._tell((*path, "max"), f"max should be at least {one.min:g}, which is min")
        return make(self, path, name, one)

    def _tell(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> None:
        self.problems.append(self.places.problem(path, "S-TYPE", message, hint, key=key))

    # -- each type ------------------------------------------------------------------------------------------

    def _described(self, annotation: Any, one: FieldSection) -> Any:
        words = {"title": one.title or None, "description": one.description or None}
        return _limited(annotation, **words, examples=None if one.example is None else [one.example])

    def _string(self, path: Path, _name: str, one: FieldSection) -> FieldType:
        pattern = one.pattern or None
        if pattern is not None and not _is_pattern(pattern):
            self._tell((*path, "pattern"), "pattern is no regular expression that forms understand")
            pattern = None
        limits = {"min_length": _whole(one.min), "max_length": _whole(one.max), "pattern": pattern}
        return _text_type(**limits)

    def _email(self, _path: Path, _name: str, one: FieldSection) -> FieldType:
        more = {"json_schema_extra": {"format": "email"}}
        return _text_type(pattern=EMAIL, max_length=_LONGEST_EMAIL, **more)

    def _url(self, _path: Path, _name: str, one: FieldSection) -> FieldType:
        annotation = Annotated[str, AfterValidator(_is_url)]
        return _text_type(annotation, json_schema_extra={"format": "uri"})

    def _integer(self, _path: Path, _name: str, one: FieldSection) -> FieldType:
        command = _limited(int, ge=one.min, le=one.max)
        return FieldType(type=Type(kind=Kind.INTEGER), event=int, command=command)

    def _decimal(self, _path: Path, _name: str, one: FieldSection) -> FieldType:
        limits = {"ge": one.min, "le": one.max, "decimal_places": one.places}
        return FieldType(
            type=Type(kind=Kind.DECIMAL),
            event=Decimal,
            command=_limited(Decimal, **limits),
            places=one.places,
        )

    def _money(self, path: Path, name: str, one: FieldSection) -> FieldType:
        return self._decimal(path, name, one.model_copy(update={"places": 2 if one.places is None else one.places}))

    def _boolean(self, _path: Path, _name: str, one: FieldSection) -> FieldType:
        return FieldType(type=Type(kind=Kind.BOOLEAN), event=bool, command=bool)

    def _moment(self, _path: Path, _name: str, one: FieldSection) -> FieldType:
        event = Annotated[datetime, msgspec.Meta(tz=True)]
        return FieldType(type=Type(kind=Kind.TIME), event=event, command=AwareDatetime)

    def _uuid(self, _path: Path, _name: str, one: FieldSection) -> FieldType:
        return FieldType(type=Type(kind=Kind.UUID), event=UUID, command=UUID)

    def _choice(self, path: Path, _name: str, one: FieldSection) -> FieldType:
        choices = tuple(one.choices)
        if not choices or len(set(choices)) < len(choices):
            self._tell((*path, "choices"), 'a choice needs choices: ["one", "another"], each once')
            return _UNKNOWN
        literal = Literal[choices]
        kind = Type(kind=Kind.STRING, choices=choices)
        return FieldType(type=kind, event=literal, command=literal)

    def _list(self, path: Path, name: str, one: FieldSection) -> FieldType:
        limits = {"min_length": _whole(one.min), "max_length": _whole(one.max)}
        item = _ANYTHING if one.of is None else self.of((*path, "of"), name, one.of)
        return FieldType(
            type=Type(kind=Kind.LIST, item=item.type),
            event=list[item.event],  # type: ignore[name-defined]
            command=_limited(list[item.command], **limits),  # type: ignore[name-defined]
        )

    def _object(self, path: Path, name: str, one: FieldSection) -> FieldType:
        if not one.fields:
            kind = Type(kind=Kind.RECORD, keyed=True)
            return FieldType(
                type=kind, event=dict[str, Any], command=dict[str, Any]
            )
        fields = self.all_of((*path, "fields"), one.fields)
        model = model_class(class_name(name), _Part, fields, doc=one.description)
        event = struct_class(class_name(name), msgspec.Struct, fields, doc=one.description)
        return FieldType(type=record_of(fields), event=event, command=model)

    def _with_default(self, path: Path, found: FieldType, one: FieldSection) -> FieldType:
        """Returns the field with its default as it is kept; what does not fit is told."""
        given = one.default
        if found.type.kind is Kind.DECIMAL and isinstance(given, int | float):
            given = str(given)
        try:
            command = TypeAdapter(found.command).validate_python(given)
            return replace(found, default=msgspec.convert(given, found.event), command_default=command)
        except ValueError:
            self._tell((*path, "default"), f"default {one.default!r} does not fit {one.type}")
            return found


class _Part(BaseModel):
    """Base of the objects inside commands."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
_TAKEN = frozenset(dir(BaseModel)) | {
    "command_type", "creates", "event_type", "event_version", "false", "in", "null", "query_type", "target",
    "true", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
    "package", "namespace", "return", "var", "void", "while",
}  # fmt: skip
_UNKNOWN = FieldType(type=ANY, event=Any, command=Any)
_ANYTHING = _UNKNOWN
_ALWAYS = {"type", "title", "description", "default", "example"}
_MAKERS: dict[str, Callable[[FieldTypes, Path, str, FieldSection], FieldType]] = {
    "string": FieldTypes._string,
    "integer": FieldTypes._integer,
    "decimal": FieldTypes._decimal,
    "money": FieldTypes._money,
    "boolean": FieldTypes._boolean,
    "date-time": FieldTypes._moment,
    "uuid": FieldTypes._uuid,
    "email": FieldTypes._email,
    "url": FieldTypes._url,
    "choice": FieldTypes._choice,
    "list": FieldTypes._list,
    "object": FieldTypes._object,
}
_FITTING = {
    "string": {"min", "max", "pattern"},
    "integer": {"min", "max"},
    "decimal": {"min", "max", "places"},
    "money": {"min", "max", "places"},
    "boolean": set(),
    "date-time": set(),
    "uuid": set(),
    "email": set(),
    "url": set(),
    "choice": {"choices"},
    "list": {"min", "max", "of"},
    "object": {"fields"},
}


def _whole(number: float | None) -> int | None:
    return None if number is None else max(0, int(number))


def _is_pattern(pattern: str) -> bool:
    try:
        TypeAdapter(Annotated[str, Pydantic(pattern=pattern)])
    except Exception:  # noqa: BLE001  # pydantic's core raises its own kind for what its engine refuses
        return False
    return True


def record_of(fields: Mapping[str, FieldType]) -> Type:
    """Returns what expressions know of an object with these fields."""
    return record({name: one.type for name, one in fields.items()})


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
    parts = [
        (key, one.event, msgspec.field(default_factory=partial(deepcopy, one.default)))
        if one.optional and one.default is not None
        else ((key, one.event, None) if one.optional else (key, one.event))
        for key, one in fields.items()
    ]
    return msgspec.defstruct(
        name,
        parts,
        bases=(base,),
        frozen=True,
        kw_only=True,
        namespace={"__doc__": doc, **variables},
        module=__name__,
    )


def model_class(
    name: str, base: type[BaseModel], fields: Mapping[str, FieldType], *, doc: str, **variables: Any
) -> type[Any]:
    """Makes a frozen pydantic class."""
    parts: dict[str, Any] = {key: (one.command, one.command_default) for key, one in fields.items()}
    model = create_model(name, __base__=base, __doc__=doc or None, __module__=__name__, **parts)
    for key, value in variables.items():
        setattr(model, key, value)
    return model
