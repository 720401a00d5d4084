"""A model that is being compiled: what is known so far, and everything that is wrong with it."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from pydantic import BaseModel

from workbench.model.command import Command
from workbench.model.event import Event
from workbench.model.expressions.closures import Scope
from workbench.model.expressions.expression import Expression, compile_expression, constant
from workbench.model.expressions.expression_hints import among
from workbench.model.expressions.flaws import Flaw, InvalidExpression
from workbench.model.expressions.name_resolution import present_where
from workbench.model.expressions.operators import Get
from workbench.model.expressions.template import compile_template
from workbench.model.expressions.value_kinds import ANY, Kind, Type, misfit, record, way_to_fit
from workbench.model.expressions.value_views import attributes_of, field_named, names_of
from workbench.model.projection import ColumnKind
from workbench.model.registry import Definitions
from workbench.project.declared.build_values import ValueSource, source_of
from workbench.project.declared.field_types import FieldTypes
from workbench.project.declared.source_locations import Path, SourceLocations
from workbench.project.declared.value_classes import FieldType
from workbench.tusk import Problem

_ABOUT_EVENTS = {"S-CEL", "S-TYPE", "A-NULL", "A-MONEY"}
"""Mistakes that a text may have with one event and not with another."""
_PYTHON = {
    str: Kind.STRING,
    int: Kind.INTEGER,
    float: Kind.DOUBLE,
    bool: Kind.BOOLEAN,
    Decimal: Kind.DECIMAL,
    datetime: Kind.TIME,
    UUID: Kind.UUID,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPart:
    """An event or a command, wherever it is declared.

    Attributes:
        cls: Its class.
        type: For expressions.
        fields: Where it is declared in the project file.
        target: Of a command: the field that holds the aggregate's id.
    """

    name: str
    cls: type[Any]
    type: Type
    fields: Mapping[str, FieldType] | None = None
    target: str = ""

    @property
    def field_types(self) -> Mapping[str, Type]:
        """What expressions know of its fields."""
        return self.type.fields or {}


@dataclass(slots=True)
class Compilation:
    """What all parts of the compiler share.

    Attributes:
        projections: Columns by read model, as far as they are declared here.
        indexed: Columns of each by which rows are found and sorted quickly: its key, and those with an index.
        lenient: What is named but not known may be declared by code that is not trusted yet.
        broken: Kind and name of what is declared, but cannot be made of its section.
        dropped: A section named what is not known; it is left out.
        scopes: The names that each expression may use, by the path at which it is written.
    """

    places: SourceLocations
    types: FieldTypes
    topics: frozenset[str]
    lenient: bool = False
    problems: list[Problem] = field(default_factory=list)
    events: dict[str, CompiledPart] = field(default_factory=dict)
    commands: dict[str, CompiledPart] = field(default_factory=dict)
    projections: dict[str, Mapping[str, ColumnKind]] = field(default_factory=dict)
    indexed: dict[str, frozenset[str]] = field(default_factory=dict)
    broken: set[tuple[str, str]] = field(default_factory=set)
    dropped: bool = False
    scopes: dict[Path, Scope] = field(default_factory=dict)

    # -- problems -------------------------------------------------------------------------------------------

    def tell(self, path: Path, code: str, message: str, hint: str = "", *, key: bool = False) -> None:
        """Notes a problem of the value, or of the key, at a path."""
        self.problems.append(self.places.problem(path, code, message, hint, key=key))

    def warn(self, path: Path, code: str, message: str, hint: str = "") -> None:
        """Notes what may go wrong for some data with the value at a path."""
        self.problems.append(replace(self.places.problem(path, code, message, hint), warning=True))

    def unknown(
        self, path: Path, what: str, name: str, known: Iterable[str], *, key: bool = False, way: str = ""
    ) -> None:
        """Notes that an undeclared name is used.

        Args:
            what: What it should name, such as ``event``, or ``column of parcels``.
            way: What can be done besides.
        """
        if (what.partition(" of ")[0], name) in self.broken:
            return
        if self.lenient:
            self.dropped = True
            return
        kind, _, owner = what.partition(" of ")
        near = among(name, sorted(known))
        hint = "; ".join(one for one in (way, near) if one) or f"{owner or 'the model'} has no {kind}s"
        said = f"{owner} has no {kind} {name}" if owner else f"there is no {what} {name}"
        self.tell(path, "S-REF", said, hint, key=key)

    @contextmanager
    def about(self, event: str) -> Iterator[None]:
        """Names the event in the problems found meanwhile: one text is checked with each of several."""
        before = len(self.problems)
        yield
        if event:
            self.problems[before:] = [
                replace(one, message=f"with {event}: {one.message}") if one.code in _ABOUT_EVENTS else one
                for one in self.problems[before:]
            ]

    # -- expressions ----------------------------------------------------------------------------------------

    def expression(
        self, path: Path, text: Any, scope: Scope, *, present: frozenset[str] = frozenset()
    ) -> tuple[Get, Type]:
        """Compiles what stands at a path; text is an expression, anything else is itself."""
        if self.places.is_unread(path):
            return constant(None), ANY
        if not isinstance(text, str):
            return constant(text), _type_of(text)
        made = self.compiled(path, text, scope, present=present)
        return (made.run, made.type) if made else (constant(None), ANY)

    def compiled(
        self, path: Path, text: str, scope: Scope, *, present: frozenset[str] = frozenset()
    ) -> Expression | None:
        """Compiles an expression; None where something is wrong with it, which is noted."""
        self.scopes[path] = scope
        try:
            return compile_expression(
                text, scope, place=lambda: self.places.label(path), present=present, warn=self._warn(path)
            )
        except InvalidExpression as error:
            self.problems += [self.places.flaw(path, self._looked_up(flaw)) for flaw in error.flaws]
            return None

    def _looked_up(self, flaw: Flaw) -> Flaw:
        """Says of the name of a read model, which stands for nothing, who can look its rows up."""
        name = flaw.message.removeprefix("nothing here is called ")
        way = "no read model can be asked here: handlers look rows up; decisions see the state of aggregates"
        return replace(flaw, hint=way) if name in self.projections and name != flaw.message else flaw

    def _warn(self, path: Path) -> Callable[[Flaw], object]:
        return lambda flaw: self.problems.append(self.places.flaw(path, flaw))

    def condition(
        self, path: Path, text: str, scope: Scope, *, present: frozenset[str] = frozenset()
    ) -> tuple[Get, frozenset[str], frozenset[str]]:
        """Compiles a condition; returns also what is not null where it holds, and where it does not."""
        made = self.compiled(path, text, scope, present=present)
        if made is None:
            return constant(False), frozenset(), frozenset()
        if made.type.kind not in {Kind.BOOLEAN, Kind.ANY}:
            said = f"a condition is true or false, and this is {made.type.words}"
            hint = 'compare it with something, such as "… == …"'
            self.problems.append(self.places.flaw(path, Flaw(0, len(text), said, hint)))
        return made.run, present_where(made.tree, yes=True), present_where(made.tree, yes=False)

    def template(
        self, path: Path, text: str, scope: Scope, *, present: frozenset[str] = frozenset()
    ) -> Callable[[Any], str]:
        """Compiles a message in which ``{expression}`` stands for a value."""
        self.scopes[path] = scope
        try:
            return compile_template(
                text, scope, place=lambda: self.places.label(path), present=present, warn=self._warn(path)
            )
        except InvalidExpression as error:
            self.problems += [self.places.flaw(path, flaw) for flaw in error.flaws]
            return constant("")

    def value(
        self,
        path: Path,
        text: Any,
        scope: Scope,
        wanted: Type,
        *,
        present: frozenset[str] = frozenset(),
        field: FieldType | None = None,
    ) -> ValueSource:
        """Compiles what a field is to be; its kind must fit."""
        before = len(self.problems)
        run, found = self.expression(path, text, scope, present=present)
        if wanted.counts_as is Kind.STRING:
            self.problems[before:] = [_in_quotes(text, one) for one in self.problems[before:]]
        if said := misfit(path[-1], wanted, found):
            hint = way_to_fit(path[-1], wanted, found)
            whole = Flaw(0, len(text) if isinstance(text, str) else 1, said, hint)
            self.problems.append(self.places.flaw(path, whole))
        return source_of(run, field, found)

    def known(self, definitions: Iterable[Definitions]) -> None:
        """Learns what Python modules declare."""
        for module in definitions:
            for aggregate in module.aggregates:
                for event in aggregate.events:
                    self.events[event.event_type] = part_of_event(event)
                for command in aggregate.commands:
                    self.commands[command.command_type] = part_of_command(command)


def _in_quotes(text: str, problem: Problem) -> Problem:
    """Says how a text is written where one word was that names nothing."""
    named = problem.message == f"nothing here is called {text.strip()}"
    if not named or problem.hint.startswith("did you mean"):
        return problem
    return replace(problem, hint=f"a text is written \"'{text}'\"; {problem.hint}".rstrip("; "))


def _type_of(value: Any) -> Type:
    if value is None:
        return Type(kind=Kind.NULL, nullable=True)
    return Type(kind=_PYTHON[type(value)])


def part_of_event(cls: type[Event]) -> CompiledPart:
    """Returns what expressions know of an event class that Python declares."""
    return CompiledPart(name=cls.event_type, cls=cls, type=record_of_class(cls))


def part_of_command(cls: type[Command]) -> CompiledPart:
    """Returns what expressions know of a command class that Python declares."""
    return CompiledPart(name=cls.command_type, cls=cls, type=record_of_class(cls), target=cls.target)


def record_of_class(cls: type[Any]) -> Type:
    """Returns what expressions know of a class of events, commands or states, by its annotations."""
    hints = {field_named(name): one for name, one in get_type_hints(cls).items()}
    written = names_of(cls)
    if issubclass(cls, BaseModel):
        optional = {name for name, one in cls.model_fields.items() if not one.is_required()}
    else:
        optional = {one.name for one in msgspec.structs.fields(cls) if not one.required}
    return replace(
        record({name: _annotated(hints[name]) for name in written}),
        attributes={name: one for one in attributes_of(cls) or () if (name := field_named(one)) != one},
        written={name: other for name, other in written.items() if name != other},
        optional=frozenset(map(field_named, optional)),
    )


def _annotated(hint: Any) -> Type:
    """Returns what is known of an annotation; anything where it is not plain."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {typing.Union, UnionType}:
        inner = [one for one in arguments if one is not NoneType]
        found = _annotated(inner[0]) if len(inner) == 1 else ANY
        return found.or_null() if len(inner) < len(arguments) else found
    if origin is Literal and all(isinstance(one, str) for one in arguments):
        return Type(kind=Kind.STRING, choices=arguments)
    if origin is list:
        return Type(kind=Kind.LIST, item=_annotated(arguments[0]))
    if origin is dict and arguments[0] is str:
        return Type(kind=Kind.RECORD, keyed=True, item=_annotated(arguments[1]))
    if isinstance(hint, type) and issubclass(hint, BaseModel | msgspec.Struct):
        return record_of_class(hint)
    return Type(kind=_PYTHON[hint]) if hint in _PYTHON else ANY
