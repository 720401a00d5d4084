"""Commands and queries: typed requests, the form and the router read their declarations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar, get_args
from uuid import UUID

import msgspec
import pydantic
from pydantic import BaseModel, ConfigDict

from workbench.errors import InvalidCommand, ModelError
from workbench.model.clock import read_moment
from workbench.model.declarations import check_class, check_functions
from workbench.model.event import Event
from workbench.model.lazy_mapping import LazyMapping
from workbench.model.pydantic_messages import place_of, sentence_of
from workbench.model.row_conditions import Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Involved:
    """A further aggregate that a command is decided over (K8).

    Attributes:
        aggregate: Its name.
        id: Field of the command that holds its id; where that is null, this one is not involved.
        creates: As of a command.
    """

    aggregate: str
    id: str
    creates: bool | None = False

    @property
    def words(self) -> str:
        """How a command is decided over it: ``changes by course_id``."""
        does = {True: "creates", False: "changes", None: "creates or changes"}[self.creates]
        return f"{does} by {self.id}"


class Command(BaseModel):
    """Base of typed commands: a request to one aggregate that it may refuse.

    Attributes:
        command_type: Stable name, such as ``create_user``.
        target: Attribute that holds the aggregate's id.
        creates: Whether it needs that no stream exists yet (K4); else one must exist. None: either.
        involves: Further aggregates that it is decided over, by the names of their states (K8).
        emits: Event classes that it can lead to, for the board and the documents.
        issued_by: Who gives it: actors and outside systems, by name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)
    command_type: ClassVar[str] = ""
    target: ClassVar[str] = "id"
    creates: ClassVar[bool | None] = False
    involves: ClassVar[Mapping[str, Involved]] = {}
    emits: ClassVar[tuple[type[Event], ...]] = ()
    issued_by: ClassVar[tuple[str, ...]] = ()


class Query(BaseModel):
    """Base of typed queries: a question to the read models."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)
    query_type: ClassVar[str] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandType:
    """What the model knows of one command type.

    Attributes:
        aggregate: Name of the aggregate that decides.
        schema: JSON Schema of its fields; forms are made from it.
        parse: Turns plain values into the typed command; raises `InvalidCommand`.
        dump: Turns the typed command into plain values.
        target: Field that holds the aggregate's id.
        fields: Names of all fields.
        absent: Names of aggregates that are not involved this time, as their id is null.
        times: Fields that hold an id which is a time.
    """

    name: str
    aggregate: str
    schema: Mapping[str, Any]
    parse: Callable[[Mapping[str, Any]], Any]
    dump: Callable[[Any], dict[str, Any]]
    target: str
    fields: frozenset[str]
    creates: bool | None
    doc: str = ""
    involves: Mapping[str, Involved] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()
    places: tuple[Involved, ...] = field(init=False)
    """Every aggregate that it is decided over, its own first."""

    def __post_init__(self) -> None:
        own = Involved(aggregate=self.aggregate, id=self.target, creates=self.creates)
        object.__setattr__(self, "places", (own, *self.involves.values()))

    def for_values(self, values: Mapping[str, Any]) -> CommandType:
        """Returns the same without the aggregates whose id is null (K8)."""
        if not self.involves or all(values[one.id] is not None for one in self.involves.values()):
            return self
        found = {name: one for name, one in self.involves.items() if values[one.id] is not None}
        return replace(self, involves=found, absent=frozenset(self.involves.keys() - found.keys()))

    def identity(self, field: str, values: Mapping[str, Any]) -> object:
        """Returns the id in a field as streams are named by it: times are in UTC."""
        return _in_utc(values[field]) if field in self.times else values[field]

    @property
    def over(self) -> dict[str, str]:
        """The aggregates that it is decided over, and, where these are several, how: a line for each way."""
        found: dict[str, list[str]] = {}
        for place in self.places:
            found.setdefault(place.aggregate, []).append(place.words if self.involves else "")
        return {name: "\n".join(words) for name, words in found.items()}


def _in_utc(value: object) -> object:
    try:
        found = read_moment(str(value))
    except ValueError:
        return value
    return found.astimezone(UTC).isoformat().replace("+00:00", "Z") if found.tzinfo else value


class CommandOutcome(StrEnum):
    """How a command ended."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    FAILED = "failed"


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a command.

    Attributes:
        version: The stream's version after it (before it, where nothing was written).
        first_position: Position of its first event, 0 where it wrote none.
        last_position: Position of its last event, 0 where it wrote none.
        event_ids: The events that it made.
        duplicate: The command id was seen before; this is the stored answer (K3).
        message: Why it was refused or failed; empty when accepted.
        field: The command's field that the refusal is about, if any.
        expected: The version that the sender expected, if it conflicted (K2).
        attempts: How often it was decided.
        duration_us: Microseconds from issue to answer.
    """

    command_id: UUID
    command_type: str
    stream: str
    outcome: CommandOutcome
    version: int = 0
    first_position: int = 0
    last_position: int = 0
    event_ids: tuple[UUID, ...] = ()
    duplicate: bool = False
    message: str = ""
    hint: str = ""
    field: str | None = None
    expected: int | None = None
    attempts: int = 1
    duration_us: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the command took effect."""
        return self.outcome is CommandOutcome.ACCEPTED


class ReadModels(Protocol):
    """What a query handler may read."""

    @property
    def now(self) -> datetime:
        """The time at which the query was asked, in UTC."""

    def get(self, projection: str, key: Any) -> dict[str, Any] | None:
        """Returns the row with that key."""

    def page(
        self, projection: str, *, where: Where, after: Any | None, limit: int, order: str = ""
    ) -> list[dict[str, Any]]:
        """Returns up to ``limit`` rows that fit a condition, behind the row or the key ``after`` (Q2).

        Args:
            after: A row as an earlier page gave it: the page begins there, also where it moved or went since;
                or its key, with which the row is looked for in another order than that of the key.
            where: What columns equal, such as ``{"state": "open"}``, or a condition, such as
                ``AllOf((Compare("total", ">=", 5), AnyOf((…, …))))``.
            order: A column, with ``-`` in front the other way round; empty for the key.
        """


Q = TypeVar("Q", bound=Query)


@dataclass(frozen=True, slots=True)
class Answer:
    """A query and the function that answers it; type checkers hold the function to the query.

    Attributes:
        answer: ``(query, models) -> plain values``; only reads.
    """

    query: type[Query]
    answer: Callable[[Any, ReadModels], Any]

    if TYPE_CHECKING:

        def __init__(self, query: type[Q], answer: Callable[[Q, ReadModels], Any]) -> None: ...

    def __post_init__(self) -> None:
        check_class("Answer", self.query, Query)
        check_functions(f"Answer({self.query.__name__})", answer=self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryType:
    """What the model knows of one query type."""

    name: str
    schema: Mapping[str, Any]
    parse: Callable[[Mapping[str, Any]], Any]
    answer: Callable[[Any, ReadModels], Any]
    doc: str = ""


def field_errors(
    error: pydantic.ValidationError, values: Mapping[str, Any], cls: type[BaseModel]
) -> InvalidCommand:
    """Turns a pydantic error into ours, a sentence per field."""
    fields = cls.model_fields.items()
    examples = {field.alias or name: field.examples[0] for name, field in fields if field.examples}
    places = [(place_of(detail, values), detail) for detail in error.errors(include_url=False)]
    return InvalidCommand(
        [
            (place, sentence_of(detail, examples.get(str(place[0])) if len(place) == 1 else None))
            for place, detail in places
        ]
    )


def parser_of(cls: type[BaseModel]) -> Callable[[Mapping[str, Any]], Any]:
    """Returns a function that reads plain values into a pydantic class, raising `InvalidCommand`."""

    def parse(values: Mapping[str, Any]) -> Any:
        try:
            return cls.model_validate(dict(values))
        except pydantic.ValidationError as error:
            raise field_errors(error, values, cls) from None

    return parse


def command_type_of(cls: type[Command], aggregate: str) -> CommandType:
    """Builds the command type that a Python class declares.

    Raises:
        ModelError: A field that should hold the id of an aggregate is none of its fields.
    """
    named = {name: field.alias or name for name, field in cls.model_fields.items()}
    fields = frozenset([*named.values(), *cls.model_computed_fields])
    ids = {"target": cls.target} | {f"id of {name}": one.id for name, one in cls.involves.items()}
    for what, one in ids.items():
        if named.get(one, one) not in fields:
            raise ModelError(
                f"the {what} of command {cls.command_type} is {one}, which is none of its fields",
                hint="name the field that holds the aggregate's id",
            )
    return CommandType(
        name=cls.command_type,
        aggregate=aggregate,
        schema=LazyMapping(cls.model_json_schema),
        parse=_with_ids(parser_of(cls), cls, tuple(ids.values())),
        dump=lambda command: dict(command.model_dump(mode="json")),
        target=named.get(cls.target, cls.target),
        fields=fields,
        creates=cls.creates,
        involves={name: replace(one, id=named.get(one.id, one.id)) for name, one in cls.involves.items()},
        doc=(cls.__doc__ or "").strip(),
        times=frozenset(named.get(one, one) for one in ids.values() if _is_time(cls, one)),
    )


def _is_time(cls: type[Command], field: str) -> bool:
    known = {one.alias or name: one.annotation for name, one in cls.model_fields.items()}
    annotation = cls.model_fields[field].annotation if field in cls.model_fields else known.get(field)
    return not {datetime, pydantic.AwareDatetime}.isdisjoint((annotation, *get_args(annotation)))


def _with_ids(
    parse: Callable[[Mapping[str, Any]], Any], cls: type[Command], ids: tuple[str, ...]
) -> Callable[[Mapping[str, Any]], Any]:
    """Returns the same function; an id that is empty names no stream, and raises `InvalidCommand`."""
    attributes = {field.alias or name: name for name, field in cls.model_fields.items()}
    aliases = {name: alias for alias, name in attributes.items()}

    def parsed(values: Mapping[str, Any]) -> Any:
        command = parse(values)
        empty = [one for one in ids if getattr(command, attributes.get(one, one)) == ""]
        if empty:
            raise InvalidCommand([((aliases.get(one, one),), "an id cannot be empty") for one in empty])
        return command

    return parsed


def field_values(cls: type[Command], values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns values of some fields of a command as it is stored, but times and decimals as what they are.

    Args:
        values: By the names that the class is made with.

    Raises:
        ModelError: It has no such field, or a value does not fit.
    """
    try:
        part = _part_of(cls, tuple(values)).model_validate(dict(values))
    except pydantic.ValidationError as error:
        place, said = error.errors()[0]["loc"], error.errors()[0]["msg"]
        raise ModelError(f"{cls.command_type}.{'.'.join(map(str, place))}: {said}") from error
    found: dict[str, Any] = _valued(part.model_dump(mode="json"), part.model_dump())
    return found


def _valued(stored: Any, value: Any) -> Any:
    """Returns what is stored, with the times and decimals that stand there in a text."""
    if isinstance(stored, dict) and isinstance(value, Mapping) and stored.keys() == value.keys():
        return {name: _valued(one, value[name]) for name, one in stored.items()}
    if isinstance(stored, list) and isinstance(value, list | tuple):
        return [_valued(one, other) for one, other in zip(stored, value, strict=True)]
    timed = isinstance(value, datetime) and value.tzinfo is not None
    return value if timed or isinstance(value, Decimal) else stored


@lru_cache(maxsize=64)
def _part_of(cls: type[Command], names: tuple[str, ...]) -> type[BaseModel]:
    """Returns a class with some of a command's fields."""
    known = {field.alias or name: (name, field) for name, field in cls.model_fields.items()}
    if odd := [name for name in names if name not in known]:
        hint = f"it has {', '.join(known) or 'none'}"
        raise ModelError(f"command {cls.command_type} has no field {odd[0]}", hint=hint)
    fields: dict[str, Any] = {
        name: (field.annotation, field) for name, field in map(known.__getitem__, names)
    }
    return pydantic.create_model(cls.__name__, __config__=cls.model_config, **fields)


def query_type_of(answer: Answer) -> QueryType:
    """Builds the query type that a Python class declares."""
    cls = answer.query
    return QueryType(
        name=cls.query_type,
        schema=LazyMapping(cls.model_json_schema),
        parse=parser_of(cls),
        answer=answer.answer,
        doc=(cls.__doc__ or "").strip(),
    )
