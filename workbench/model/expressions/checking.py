"""Finds what is wrong with an expression before it runs: names that nobody knows, kinds that do not fit."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.model.expressions import syntax
from workbench.model.expressions.functions import FUNCTIONS, MACROS, Signature
from workbench.model.expressions.kinds import (
    ANY,
    BOOLEAN,
    DOUBLE,
    INTEGER,
    NULL,
    NUMBERS,
    RECORD,
    Kind,
    Type,
    record,
)

Names = Mapping[str, Type]
"""The variables that an expression may use, and what they are."""

_ORDERED = {Kind.STRING, *NUMBERS, Kind.TIME, Kind.DURATION, Kind.BOOLEAN}
_CONVERSIONS = {Kind.DOUBLE: "double", Kind.INTEGER: "int", Kind.STRING: "string"}
_SUMS = {
    ("+", Kind.TIME, Kind.DURATION): Kind.TIME,
    ("-", Kind.TIME, Kind.DURATION): Kind.TIME,
    ("-", Kind.TIME, Kind.TIME): Kind.DURATION,
    ("+", Kind.DURATION, Kind.DURATION): Kind.DURATION,
    ("-", Kind.DURATION, Kind.DURATION): Kind.DURATION,
    ("+", Kind.STRING, Kind.STRING): Kind.STRING,
    ("+", Kind.LIST, Kind.LIST): Kind.LIST,
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with an expression; offsets count from its first character."""

    at: int
    end: int
    message: str
    hint: str = ""


@dataclass(slots=True)
class _Check:
    """Goes through a tree, notes types on its nodes and collects flaws.

    Attributes:
        present: Places such as ``command.email`` that a condition around has found not to be null.
        exact: Something is calculated with decimals.
    """

    names: dict[str, Type]
    flaws: list[Flaw] = field(default_factory=list)
    present: frozenset[str] = frozenset()
    exact: bool = False

    def flaw(self, node: syntax.Node, message: str, hint: str = "") -> Type:
        self.flaws.append(Flaw(node.at, node.end, message, hint))
        return ANY

    def unknown(self, at: int, name: str, message: str, hint: str) -> Type:
        """Notes that nothing has this name."""
        self.flaws.append(Flaw(at, at + len(name), message, hint))
        return ANY

    def infer(self, node: syntax.Node) -> Type:
        node.type = _RULES[type(node)](self, node)
        if node.type.nullable and self.present and path_of(node) in self.present:
            node.type = node.type.not_null()
        return node.type

    # -- leaves ---------------------------------------------------------------------------------------------

    def literal(self, node: syntax.Literal) -> Type:
        if isinstance(node.value, str):
            return Type(kind=Kind.STRING, choices=(node.value,))
        return _LITERALS.get(type(node.value), NULL)

    def name(self, node: syntax.Name) -> Type:
        if node.name in self.names:
            return self.names[node.name]
        said = f"nothing here is called {node.name}"
        return self.unknown(node.at, node.name, said, among(node.name, self.names))

    def select(self, node: syntax.Select) -> Type:
        owner = self.infer(node.of)
        if owner.kind is Kind.RECORD and owner.fields is not None:
            return self._field(node, owner.fields)
        if owner.kind in {Kind.ANY, Kind.RECORD}:
            return ANY
        said = f"{_said(node.of)} is {owner.words} and has no {node.name}"
        return self.unknown(node.name_at, node.name, said, "")

    def _field(self, node: syntax.Select, fields: Mapping[str, Type]) -> Type:
        if node.name in fields:
            return fields[node.name]
        said = f"{_said(node.of)} has no {node.name}"
        return self.unknown(node.name_at, node.name, said, among(node.name, fields))

    def index(self, node: syntax.Index) -> Type:
        owner, _ = self.infer(node.of), self.infer(node.index)
        if owner.kind is Kind.LIST:
            return owner.item or ANY
        if owner.kind is Kind.RECORD and owner.fields is not None and isinstance(node.index, syntax.Literal):
            found = owner.fields.get(str(node.index.value))
            return found or self.flaw(
                node,
                f"{_said(node.of)} has no {node.index.value}",
                among(str(node.index.value), owner.fields),
            )
        if owner.kind in {Kind.RECORD, Kind.ANY}:
            return ANY
        return self.flaw(node, f"{_said(node.of)} is {owner.words} and has no items")

    def list_of(self, node: syntax.ListOf) -> Type:
        return Type(kind=Kind.LIST, item=_common([self.infer(item) for item in node.items]))

    def map_of(self, node: syntax.MapOf) -> Type:
        found: dict[str, Type] = {}
        for key, value in node.entries:
            self.infer(key)
            inferred = self.infer(value)
            if not isinstance(key, syntax.Literal) or not isinstance(key.value, str):
                return RECORD
            found[key.value] = inferred
        return record(found, keyed=True)

    # -- operators ------------------------------------------------------------------------------------------

    def unary(self, node: syntax.Unary) -> Type:
        found = self.infer(node.of)
        if node.operator == "!":
            self.need(node.of, BOOLEAN, "! turns round what is true or false")
            return BOOLEAN
        if found.counts_as in {*NUMBERS, Kind.ANY, Kind.DURATION}:
            self.exact |= found.kind is Kind.DECIMAL
            return Type(kind=found.counts_as)
        return self.flaw(node.of, f"- needs a number, and {_said(node.of)} is {found.words}")

    def binary(self, node: syntax.Binary) -> Type:
        if node.operator in {"&&", "||"}:
            return self._logic(node)
        left, right = self.infer(node.left), self.infer(node.right)
        if node.operator == "in":
            return BOOLEAN
        self.exact |= Kind.DECIMAL in {left.kind, right.kind}
        if node.operator in {"==", "!="}:
            self._equality(node, left, right)
            return BOOLEAN
        if node.operator in {"<", "<=", ">", ">="}:
            self._order(node, left, right)
            return BOOLEAN
        return self._arithmetic(node, left, right)

    def _logic(self, node: syntax.Binary) -> Type:
        self.infer(node.left)
        self.need(node.left, BOOLEAN, f"{node.operator} joins what is true or false")
        before = self.present
        self.present |= present_where(node.left, yes=node.operator == "&&")
        self.infer(node.right)
        self.need(node.right, BOOLEAN, f"{node.operator} joins what is true or false")
        self.present = before
        return BOOLEAN

    def _equality(self, node: syntax.Binary, left: Type, right: Type) -> None:
        for one, node_one, other, node_other in (
            (left, node.left, right, node.right),
            (right, node.right, left, node.left),
        ):
            if one.choices and isinstance(node_other, syntax.Literal) and isinstance(node_other.value, str):
                value = node_other.value
                if value not in one.choices and not isinstance(node_one, syntax.Literal):
                    self.flaw(node_other, f"{_said(node_one)} is never '{value}'", among(value, one.choices))
                    return
            if one.kind is Kind.NULL and not other.nullable and other.kind is not Kind.ANY:
                self.flaw(node_other, f"{_said(node_other)} is never null")
                return
        if not _comparable(left, right):
            self.flaw(
                node,
                f"{_said(node.left)} is {left.words} and {_said(node.right)} is {right.words}: "
                "they are never equal",
                _conversion(left, right),
            )

    def _order(self, node: syntax.Binary, left: Type, right: Type) -> None:
        for one, part in ((left, node.left), (right, node.right)):
            if one.kind is not Kind.ANY and one.counts_as not in _ORDERED:
                self.flaw(part, f"{_said(part)} is {one.words}, which {node.operator} does not compare")
                return
        if not _comparable(left, right):
            said = f"{node.operator} compares {left.words} with {right.words}"
            self.flaw(node, said, _conversion(left, right))

    def _arithmetic(self, node: syntax.Binary, left: Type, right: Type) -> Type:
        kinds = (left.counts_as, right.counts_as)
        if Kind.DECIMAL in kinds and {*kinds} - {Kind.ANY} <= NUMBERS and node.operator != "%":
            return Type(kind=Kind.DECIMAL)
        if Kind.ANY in kinds:
            return ANY
        if kinds[0] is kinds[1] and kinds[0] in {Kind.INTEGER, Kind.DOUBLE}:
            if node.operator == "%" and kinds[0] is Kind.DOUBLE:
                return self.flaw(node, "% needs whole numbers")
            return Type(kind=kinds[0])
        if (found := _SUMS.get((node.operator, *kinds))) is not None:
            return Type(kind=found, item=_common([left.item or ANY, right.item or ANY]))
        said = f"{node.operator} does not work on {left.words} and {right.words}"
        return self.flaw(node, said, _conversion(left, right))

    def conditional(self, node: syntax.Conditional) -> Type:
        self.infer(node.condition)
        self.need(node.condition, BOOLEAN, "what stands before ? must be true or false")
        before = self.present
        self.present = before | present_where(node.condition, yes=True)
        yes = self.infer(node.yes)
        self.present = before | present_where(node.condition, yes=False)
        no = self.infer(node.no)
        self.present = before
        return _common([yes, no])

    def need(self, node: syntax.Node, wanted: Type, said: str) -> None:
        found = node.type
        if found.kind is not Kind.ANY and found.counts_as is not wanted.counts_as:
            self.flaw(node, f"{said}, and {_said(node)} is {found.words}")

    # -- calls ----------------------------------------------------------------------------------------------

    def call(self, node: syntax.Call) -> Type:
        if node.name == "has" and node.target is None and len(node.arguments) == 1:
            return self._has(node.arguments[0])
        if node.name in MACROS and node.target is not None and len(node.arguments) == 2:
            return self._macro(node, node.target)
        if node.target is not None and isinstance(node.target, syntax.Name):
            dotted = f"{node.target.name}.{node.name}"
            if node.target.name not in self.names and dotted in FUNCTIONS:
                return self._function(node, FUNCTIONS[dotted], node.arguments)
        given = ([node.target] if node.target is not None else []) + node.arguments
        if node.name not in FUNCTIONS:
            hint = among(node.name, [*FUNCTIONS, *MACROS, "has"], all_of_them=False)
            return self.unknown(node.name_at, node.name, f"there is no function {node.name}", hint)
        return self._function(node, FUNCTIONS[node.name], given)

    def _has(self, node: syntax.Node) -> Type:
        self.infer(node)
        if isinstance(node, syntax.Select) and node.of.type.fields is not None and not node.of.type.keyed:
            said = f"{_said(node)} always exists"
            self.flaw(node, said, f"to see whether it has a value: {_said(node)} != null")
        return BOOLEAN

    def _macro(self, node: syntax.Call, target: syntax.Node) -> Type:
        owner = self.infer(target)
        variable, body = node.arguments
        if not isinstance(variable, syntax.Name):
            return self.flaw(variable, f"{node.name} needs a name for each item, then an expression")
        if owner.kind not in {Kind.LIST, Kind.ANY, Kind.RECORD}:
            return self.flaw(target, f"{node.name} needs a list, and {_said(target)} is {owner.words}")
        before = dict(self.names)
        self.names[variable.name] = (owner.item or ANY) if owner.kind is Kind.LIST else ANY
        found = self.infer(body)
        if node.name != "map":
            self.need(body, BOOLEAN, f"{node.name} asks what is true or false")
        self.names = before
        if node.name == "map":
            return Type(kind=Kind.LIST, item=found)
        return owner.not_null() if node.name == "filter" else BOOLEAN

    def _function(self, node: syntax.Call, known: Signature, given: list[syntax.Node]) -> Type:
        for argument in given:
            found = self.infer(argument)
            self.exact |= Kind.DECIMAL in {found.kind, found.item.kind if found.item else found.kind}
        if not known.least <= len(given) <= known.most:
            return self.flaw(node, f"{node.name} takes {known.words}, not {len(given)}")
        for argument, kinds in zip(given, known.takes, strict=False):
            found = argument.type
            if kinds and found.kind is not Kind.ANY and found.counts_as not in kinds:
                self.flaw(argument, f"{node.name} does not take {found.words}")
        if known.gives is not None:
            return known.gives
        first = given[0].type if given else ANY
        return (first.item or ANY) if first.kind is Kind.LIST else first


_RULES: dict[type[syntax.Node], Callable[[_Check, Any], Type]] = {
    syntax.Literal: _Check.literal,
    syntax.Name: _Check.name,
    syntax.Select: _Check.select,
    syntax.Index: _Check.index,
    syntax.Call: _Check.call,
    syntax.Unary: _Check.unary,
    syntax.Binary: _Check.binary,
    syntax.Conditional: _Check.conditional,
    syntax.ListOf: _Check.list_of,
    syntax.MapOf: _Check.map_of,
}
_LITERALS = {bool: BOOLEAN, int: INTEGER, float: DOUBLE}


def check(node: syntax.Node, names: Names, present: frozenset[str] = frozenset()) -> tuple[list[Flaw], bool]:
    """Notes the types in a tree; returns what is wrong with it, and whether it calculates with decimals.

    Args:
        present: Paths that are known not to be null.
    """
    checking = _Check(dict(names), present=present)
    checking.infer(node)
    return checking.flaws, checking.exact


def path_of(node: syntax.Node) -> str:
    """Returns a path such as ``command.email``; empty for anything else."""
    if isinstance(node, syntax.Name):
        return node.name
    if isinstance(node, syntax.Select) and (owner := path_of(node.of)):
        return f"{owner}.{node.name}"
    return ""


def among(name: str, known: Iterable[str], *, all_of_them: bool = True) -> str:
    """Suggests what was meant, or says what there is."""
    names = list(known)
    if close := difflib.get_close_matches(name, names, n=1, cutoff=0.6):
        return f"did you mean {close[0]}?"
    return f"there are: {', '.join(names)}" if names and all_of_them else ""


def present_where(condition: syntax.Node, *, yes: bool) -> frozenset[str]:
    """Returns the paths that are not null where a condition holds, or does not."""
    if not isinstance(condition, syntax.Binary):
        return frozenset()
    if condition.operator == ("&&" if yes else "||"):
        return present_where(condition.left, yes=yes) | present_where(condition.right, yes=yes)
    if condition.operator != ("!=" if yes else "=="):
        return frozenset()
    for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
        if isinstance(other, syntax.Literal) and other.value is None and (path := path_of(one)):
            return frozenset({path})
    return frozenset()


def _common(types: list[Type]) -> Type:
    """Returns what is known of a value that is one of several."""
    certain = [one for one in types if one.kind is not Kind.NULL]
    if not certain or any(one.kind is Kind.ANY for one in certain):
        return ANY if certain or not types else NULL
    first = certain[0]
    if any(one.kind is Kind.DECIMAL for one in certain) and all(one.kind in NUMBERS for one in certain):
        nullable = len(certain) < len(types) or any(one.nullable for one in certain)
        return Type(kind=Kind.DECIMAL, nullable=nullable)
    if any(one.counts_as is not first.counts_as for one in certain):
        return ANY
    nullable = len(certain) < len(types) or any(one.nullable for one in certain)
    if all(one == first for one in certain):
        return first.or_null() if nullable else first
    choices: tuple[str, ...] = ()
    if all(one.choices for one in certain):
        choices = tuple(dict.fromkeys(choice for one in certain for choice in one.choices))
    kind = first.kind if all(one.kind is first.kind for one in certain) else first.counts_as
    return Type(kind=kind, nullable=nullable, item=first.item, choices=choices, keyed=first.keyed)


def _comparable(left: Type, right: Type) -> bool:
    kinds = {left.counts_as, right.counts_as}
    return len(kinds) == 1 or not kinds.isdisjoint({Kind.ANY, Kind.NULL}) or kinds <= NUMBERS


def _conversion(left: Type, right: Type) -> str:
    kinds = {left.counts_as, right.counts_as}
    if kinds == {Kind.INTEGER, Kind.DOUBLE}:
        return "write double(…) around the whole number"
    if Kind.STRING in kinds and kinds & NUMBERS:
        return "write string(…) around the number"
    return ""


def _said(node: syntax.Node) -> str:
    """Says what a part of an expression is, as it may stand in a sentence."""
    if path := path_of(node):
        return path
    if isinstance(node, syntax.Literal):
        return {None: "null", True: "true", False: "false"}.get(node.value, repr(node.value))
    return "what stands here" if not isinstance(node, syntax.Call) else f"{node.name}(…)"
