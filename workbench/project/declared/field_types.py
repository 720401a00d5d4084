"""The types of fields: one declaration gives the event's, the command's and the expression's idea of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from pydantic import AfterValidator, AnyUrl, AwareDatetime, BaseModel, ConfigDict, TypeAdapter
from pydantic import Field as Pydantic
from pydantic_core import PydanticCustomError

from workbench.model.expressions.cel_values import INT_MAX, INT_MIN, Wrong
from workbench.model.expressions.patterns import compiled
from workbench.model.expressions.value_kinds import ANY, Kind, Type
from workbench.model.type_words import CHOICES, DECLARED
from workbench.project.declared.field_section import FieldSection
from workbench.project.declared.other_names import type_hint
from workbench.project.declared.source_locations import Path, SourceLocations
from workbench.project.declared.value_classes import (
    FieldType,
    class_name,
    model_class,
    one_form,
    record_of,
    struct_class,
    with_places,
)
from workbench.tusk import Problem

EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
_URL = TypeAdapter(AnyUrl)


def _is_url(text: str) -> str:
    _URL.validate_python(text)
    return text


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


def _text_type(annotation: Any = str, **limits: Any) -> FieldType:
    return FieldType(type=Type(kind=Kind.STRING), event=str, command=_limited(annotation, **limits))


def _text_format(form: str, annotation: Any = str, **limits: Any) -> FieldType:
    """Returns a type of texts of a format, which the schema of the event names, too."""
    said = {"format": form}
    event: Any = _said(str, said)
    return replace(_text_type(annotation, json_schema_extra=said, **limits), event=event)


def _said(annotation: Any, words: dict[str, Any]) -> Any:
    """Returns an annotation of an event of which the schema says more."""
    return Annotated[annotation, msgspec.Meta(extra_json_schema=words)]


@dataclass(slots=True)
class FieldTypes:
    """Reads declarations of fields; those of ``[types]`` by name.

    Attributes:
        known: Those of the named types that were read.
    """

    places: SourceLocations
    named: Mapping[str, FieldSection]
    problems: list[Problem]
    known: dict[str, FieldType] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def all_of(self, path: Path, fields: Mapping[str, FieldSection]) -> dict[str, FieldType]:
        """Returns the types of some fields."""
        return {
            name: replace(self.of((*path, name), name, one), written=one.written)
            for name, one in self._usable(path, fields)
        }

    def definition(self, fields: Mapping[str, FieldSection], *more: object) -> str:
        """Returns what fields mean as text, without words for people (J7).

        Args:
            more: Whatever else belongs to the same thing.
        """
        return repr(({name: self._meaning(one) for name, one in fields.items()}, more))

    def _meaning(self, one: FieldSection, seen: frozenset[str] = frozenset()) -> list[object]:
        said: list[object] = [one.model_dump(mode="json", exclude=_WORDS | {"of", "fields"})]
        word = one.type.removesuffix("?")
        if word in self.named and word not in seen:
            said.append(self._meaning(self.named[word], seen | {word}))
        inner = {**one.fields, **({"of": one.of} if one.of else {})}
        return [*said, {name: self._meaning(part, seen) for name, part in inner.items()}]

    def _usable(self, path: Path, fields: Mapping[str, FieldSection]) -> Iterator[tuple[str, FieldSection]]:
        written: dict[str, str] = {}
        others = {one.written for one in fields.values() if one.written}
        told: set[str] = set()
        for name, one in fields.items():
            if said := misnamed(name):
                hint = f'call it otherwise and give its name in JSON: a_name {{ type: …, as: "{name}" }}'
                self.problems.append(self.places.problem((*path, name), "S-NAME", said, hint, key=True))
                continue
            other = written.setdefault(one.written or name, name)
            taken = bool(one.written) and name in others and name != one.written
            if other != name or (taken and one.written not in told):  # of two that swap names, one is told
                same = f"{other} has the same name in JSON, {one.written or name}"
                said = same if other != name else f"{name} is the name of another field in JSON"
                hint = "choose another name"
                self.problems.append(self.places.problem((*path, name), "S-NAME", said, hint, key=True))
                told.add(name)
            if other == name:
                yield name, one.model_copy(update={"written": ""}) if taken else one

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
            self._tell((*path, "type"), f"the type {word} consists of itself: {chain}", "name it by an id")
            return _UNKNOWN
        if word not in self.known:
            self._open.append(word)
            self.known[word] = self._nameless(("types", word), word, self.named[word])
            self._open.pop()
        return self.known[word]

    def _nameless(self, path: Path, name: str, one: FieldSection) -> FieldType:
        """Returns the type of what is no field itself."""
        if one.written:
            self._tell(
                (*path, "as"),
                "as gives a field its name in JSON, and this is no field",
                "leave it out",
                key=True,
            )
        return self.of(path, name, one)

    def _plain(self, path: Path, name: str, word: str, one: FieldSection) -> FieldType:
        if word not in _FITTING:
            entry = self.places.document.find((*path, "type"))
            place = (*path, "type") if entry is not None else path
            self._tell(place, f"there is no type {word}", type_hint(word, [*self.named, *_FITTING]))
            return _UNKNOWN
        for odd in sorted(one.model_fields_set - _ALWAYS - _FITTING[word]):
            fitting = " and ".join(one for one, known in _FITTING.items() if odd in known)
            self._tell((*path, odd), f"{odd} has no meaning for {word}", f"it is for {fitting}", key=True)
        self._check_bounds(path, word, one)
        match word:
            case "string":
                return self._string(path, one)
            case "choice":
                return self._choice(path, one)
            case "list":
                return self._list(path, name, one)
            case "map":
                return self._map(path, name, one)
            case "object":
                return self._object(path, name, one)
            case "integer" | "decimal" | "money":
                return _number(word, one)
            case _:
                return _FIXED[word]

    def _check_bounds(self, path: Path, word: str, one: FieldSection) -> None:
        for bound in ("min", "max"):
            value: float | None = getattr(one, bound)
            if isinstance(value, float) and word in {*COUNTED, "integer"}:
                self._tell((*path, bound), f"{bound} should be a whole number")
            elif value is not None and value < 0 and word in COUNTED:
                self._tell((*path, bound), f"{bound} should be at least 0: it is a length")
        if one.min is not None and one.max is not None and one.min > one.max:
            self._tell((*path, "max"), f"max should be at least {one.min:g}, which is min")

    def _tell(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> None:
        self.problems.append(self.places.problem(path, "S-TYPE", message, hint, key=key))

    def _described(self, annotation: Any, one: FieldSection) -> Any:
        # An object's class says itself what it is.
        description = None if one.fields else one.description or None
        words = {"title": one.title or None, "description": description}
        return _limited(annotation, **words, examples=None if one.example is None else [one.example])

    def _string(self, path: Path, one: FieldSection) -> FieldType:
        pattern = one.pattern or None
        found = _text_type(min_length=_whole(one.min), max_length=_whole(one.max))
        if pattern is None:
            return found
        try:
            return replace(found, command=_matching(found.command, pattern))
        except Wrong as error:
            said = str(error).replace("this is", "pattern is", 1)
            self._tell((*path, "pattern"), said, "^[a-z]+$ is one")
            return found

    def _choice(self, path: Path, one: FieldSection) -> FieldType:
        choices = tuple(one.choices)
        if not choices or len(set(choices)) < len(choices):
            self._tell((*path, "choices"), 'a choice needs choices: ["one", "another"], each once')
            return _UNKNOWN
        literal: Any = Literal[choices]
        kind = Type(kind=Kind.STRING, choices=choices)
        event = _said(literal, {CHOICES: list(choices)})
        return FieldType(type=kind, event=event, command=literal)

    def _map(self, path: Path, name: str, one: FieldSection) -> FieldType:
        item = self._item(path, name, one)
        return FieldType(
            type=Type(kind=Kind.RECORD, keyed=True, item=item.type),
            event=dict[str, item.event],  # type: ignore[name-defined]
            command=_limited(
                dict[str, item.command],  # type: ignore[name-defined]
                min_length=_whole(one.min),
                max_length=_whole(one.max),
            ),
            item=item,
        )

    def _item(self, path: Path, name: str, one: FieldSection) -> FieldType:
        return _ANYTHING if one.of is None else self._nameless((*path, "of"), name, one.of)

    def _list(self, path: Path, name: str, one: FieldSection) -> FieldType:
        limits = {"min_length": _whole(one.min), "max_length": _whole(one.max)}
        item = self._item(path, name, one)
        return FieldType(
            type=Type(kind=Kind.LIST, item=item.type),
            event=list[item.event],  # type: ignore[name-defined]
            command=_limited(list[item.command], **limits),  # type: ignore[name-defined]
            item=item,
        )

    def _object(self, path: Path, name: str, one: FieldSection) -> FieldType:
        if not one.fields:
            kind = Type(kind=Kind.RECORD, keyed=True)
            return FieldType(type=kind, event=dict[str, Any], command=dict[str, Any])
        fields = self.all_of((*path, "fields"), one.fields)
        model = model_class(class_name(name), _Part, fields, doc=one.description)
        event = struct_class(
            class_name(name), msgspec.Struct, fields, doc=one.description, **one_form(fields)
        )
        return FieldType(type=record_of(fields), event=event, command=model, parts=fields)

    def _with_default(self, path: Path, found: FieldType, one: FieldSection) -> FieldType:
        """Returns the field with its default as it is kept; what does not fit is told."""
        given = one.default
        if found.type.kind is Kind.DECIMAL and isinstance(given, int | float):
            given = str(given)
        try:
            command = TypeAdapter(found.command).validate_python(given)
            default = msgspec.convert(given, found.event)
            if isinstance(default, Decimal) and isinstance(command, Decimal):
                default = command
            return replace(found, default=default, command_default=command)
        except ValueError:
            self._tell((*path, "default"), f"default {one.default!r} does not fit {one.type}")
            return found


class _Part(BaseModel):
    """Base of the objects inside commands."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")
_WORDS_OF_EXPRESSIONS = frozenset({"true", "false", "null", "in"})
_WORDS = {"title", "description", "example"}
_UNKNOWN = FieldType(type=ANY, event=Any, command=Any)
_ANYTHING = _UNKNOWN
_ALWAYS = {"type", "title", "description", "default", "example", "written"}
_FITTING: dict[str, set[str]] = {
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
    "map": {"min", "max", "of"},
    "object": {"fields"},
}


COUNTED = {"string", "list", "map"}
"""Types whose bounds are lengths."""
TYPE_NAMES = tuple(_FITTING)
"""The types that need no declaration."""
_FIXED = {
    "boolean": FieldType(type=Type(kind=Kind.BOOLEAN), event=bool, command=bool),
    "date-time": FieldType(
        type=Type(kind=Kind.TIME), event=Annotated[datetime, msgspec.Meta(tz=True)], command=AwareDatetime
    ),
    "uuid": FieldType(type=Type(kind=Kind.UUID), event=UUID, command=UUID),
    "email": _text_format("email", pattern=EMAIL, max_length=254),
    "url": _text_format("uri", Annotated[str, AfterValidator(_is_url)]),
}


def _of_64_bits(value: int) -> int:
    if INT_MIN <= value <= INT_MAX:
        return value
    raise ValueError(f"must lie between {INT_MIN} and {INT_MAX}")


def _number(word: str, one: FieldSection) -> FieldType:
    if word == "integer":
        whole = _limited(int, ge=one.min, le=one.max)
        command: Any = Annotated[whole, AfterValidator(_of_64_bits)]
        return FieldType(type=Type(kind=Kind.INTEGER), event=int, command=command)
    places = 2 if word == "money" and one.places is None else one.places
    word_said = {DECLARED: word}
    command = _limited(Decimal, ge=one.min, le=one.max, decimal_places=places, json_schema_extra=word_said)
    if places is not None:
        command = Annotated[command, AfterValidator(partial(with_places, places=places))]
    kind = Type(kind=Kind.DECIMAL, places=places)
    return FieldType(type=kind, event=_said(Decimal, word_said), command=command, places=places)


def misnamed(name: str) -> str:
    """Says why a name cannot be that of a field; empty if it can."""
    if name in _WORDS_OF_EXPRESSIONS:
        return f"{name} cannot be the name of a field: expressions read it as a word of their own"
    if _FIELD_NAME.fullmatch(name) is None:
        return f"{name} cannot be the name of a field: it has letters, digits and _, and no digit first"
    return ""


def _whole(number: float | None) -> int | None:
    return None if number is None else max(0, int(number))


def _matching(annotation: Any, pattern: str) -> Any:
    """Returns an annotation of texts in which a pattern is found, as ``matches`` finds it.

    Raises:
        Wrong: It is no regular expression.
    """
    finds = compiled(pattern)[0].isinstance_python

    def check(text: str) -> str:
        if finds(text):
            return text
        said = "String should match pattern '{pattern}'"
        raise PydanticCustomError("string_pattern_mismatch", said, {"pattern": pattern})

    return Annotated[annotation, AfterValidator(check), Pydantic(json_schema_extra={"pattern": pattern})]
