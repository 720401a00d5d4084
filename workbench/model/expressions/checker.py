"""Finds what is wrong with an expression before it runs: unknown names, kinds that do not fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workbench.model.expressions import cel_parser
from workbench.model.expressions.cel_values import TYPE_NAMES, Uint, Wrong
from workbench.model.expressions.certain_failures import certain_failures
from workbench.model.expressions.comparison_checks import (
    COMPARISONS,
    ORDERED,
    never_null,
    null_flaw,
    with_comparison,
)
from workbench.model.expressions.expression_hints import among, function_hint, joining, name_hint, way_on
from workbench.model.expressions.flaws import Flaw
from workbench.model.expressions.functions import MACROS, Function
from workbench.model.expressions.name_resolution import (
    called,
    is_bind,
    path_of,
    present_where,
    qualified,
    said,
    type_named,
)
from workbench.model.expressions.other_words import OTHER_WORDS
from workbench.model.expressions.patterns import LARGEST, compiled, cost_of
from workbench.model.expressions.value_kinds import (
    ANY,
    BOOLEAN,
    BYTES,
    DECIMAL,
    DOUBLE,
    INTEGER,
    NULL,
    NUMBERS,
    RECORD,
    STRING,
    SUMS,
    TYPE,
    UINT,
    Kind,
    Type,
    bare,
    common,
    computed,
    either,
    number_of,
    record,
)

Names = Mapping[str, Type]
"""The variables that an expression may use, and what they are."""


@dataclass(slots=True)
class _Check:
    """Goes through a tree, notes types on its nodes and collects flaws.

    Attributes:
        present: Places such as ``command.email`` that a condition around has found not to be null.
        patterns: Size of all regular expressions together.
        looking: It only looks what an expression gives.
    """

    names: dict[str, Type]
    flaws: list[Flaw] = field(default_factory=list)
    present: frozenset[str] = frozenset()
    patterns: int = 0
    looking: bool = False

    def flaw(self, node: cel_parser.Node, message: str, hint: str = "") -> Type:
        self.flaws.append(Flaw(node.at, node.end, message, hint))
        return ANY

    def unknown(self, at: int, name: str, message: str, hint: str) -> Type:
        """Notes that nothing has this name."""
        self.flaws.append(Flaw(at, at + len(name), message, hint))
        return ANY

    def infer(self, node: cel_parser.Node) -> Type:
        node.type = _RULES[type(node)](self, node)
        if node.type.nullable and self.present and path_of(node) in self.present:
            node.type = node.type.not_null()
        return node.type

    # -- leaves ---------------------------------------------------------------------------------------------

    def literal(self, node: cel_parser.Literal) -> Type:
        if isinstance(node.value, str):
            return Type(kind=Kind.STRING, choices=(node.value,))
        return _LITERALS.get(type(node.value), NULL)

    def name(self, node: cel_parser.Name) -> Type:
        if node.name in self.names:
            return self.names[node.name]
        if node.name in TYPE_NAMES:
            return TYPE
        owned = (f"{one}.{node.name}" for one, kind in self.names.items() if node.name in (kind.fields or ()))
        hint = name_hint(node.name, self.names, owned)
        return self.unknown(node.at, node.name, f"nothing here is called {node.name}", hint)

    def select(self, node: cel_parser.Select) -> Type:
        if type_named(node, self.names):
            return TYPE
        if (path := path_of(node)) in self.names:
            return self.names[path]
        owner = self.infer(node.of)
        if owner.fields is None or node.name in owner.fields:
            self.sure(node.of, f"then it has no {node.name}", node)
        if owner.kind is Kind.RECORD and owner.fields is not None:
            return self._field(node, owner.fields)
        if owner.kind in {Kind.ANY, Kind.RECORD}:
            return owner.item or ANY
        words = f"{said(node.of)} is {owner.words} and has no {node.name}"
        return self.unknown(node.name_at, node.name, words, OTHER_WORDS.get(node.name, ""))

    def _field(self, node: cel_parser.Select, fields: Mapping[str, Type]) -> Type:
        if node.name in fields:
            return fields[node.name]
        words = f"{said(node.of)} has no {node.name}"
        return self.unknown(node.name_at, node.name, words, among(node.name, fields) or "it has no fields")

    def index(self, node: cel_parser.Index) -> Type:
        owner, index = self.infer(node.of), self.infer(node.index)
        self.sure(node.of, "then it has no items")
        self.sure(node.index, "null is no key")
        if owner.kind is Kind.LIST:
            if index.kind not in {Kind.INTEGER, Kind.UINT, Kind.ANY}:
                self.flaw(node.index, f"an item of a list has a number, and this is {index.words}")
            return owner.item or ANY
        if (
            owner.kind is Kind.RECORD
            and owner.fields is not None
            and isinstance(node.index, cel_parser.Literal)
        ):
            found = owner.fields.get(str(node.index.value))
            return found or self.flaw(
                node,
                f"{said(node.of)} has no {node.index.value}",
                among(str(node.index.value), owner.fields),
            )
        if owner.kind in {Kind.RECORD, Kind.ANY}:
            return owner.item or ANY
        return self.flaw(node, f"{said(node.of)} is {owner.words} and has no items")

    def list_of(self, node: cel_parser.ListOf) -> Type:
        return Type(kind=Kind.LIST, item=common([computed(self.infer(item)) for item in node.items]))

    def map_of(self, node: cel_parser.MapOf) -> Type:
        found: dict[str, Type] = {}
        for key, value in node.entries:
            self.infer(key)
            self.sure(key, "null is no key")
            inferred = computed(self.infer(value))
            if not isinstance(key, cel_parser.Literal) or not isinstance(key.value, str):
                return RECORD
            found[key.value] = inferred
        return record(found, keyed=True)

    # -- operators ------------------------------------------------------------------------------------------

    def unary(self, node: cel_parser.Unary) -> Type:
        found = self.infer(node.of)
        if node.operator == "!":
            self.need(node.of, BOOLEAN, "! turns round what is true or false")
            return BOOLEAN
        self.sure(node.of, "- needs a number")
        if found.counts_as in {*NUMBERS, Kind.ANY} - {Kind.UINT}:
            return Type(kind=found.counts_as)
        return self.flaw(node.of, f"- needs a number, and {said(node.of)} is {found.words}")

    def binary(self, node: cel_parser.Binary) -> Type:
        if node.operator in {"&&", "||"}:
            return self._logic(node)
        left, right = self.infer(node.left), self.infer(node.right)
        for side, words in never_null(node):
            self.sure(side, words)
        if node.operator in COMPARISONS:
            self.flaws[:] = with_comparison(node, self.flaws)
            return BOOLEAN
        return self._arithmetic(node, left, right)

    def _logic(self, node: cel_parser.Binary) -> Type:
        self.infer(node.left)
        self.need(node.left, BOOLEAN, f"{node.operator} joins what is true or false")
        before = self.present
        self.present |= present_where(node.left, yes=node.operator == "&&")
        self.infer(node.right)
        self.need(node.right, BOOLEAN, f"{node.operator} joins what is true or false")
        self.present = before
        return BOOLEAN

    def _arithmetic(self, node: cel_parser.Binary, left: Type, right: Type) -> Type:
        kinds = (left.counts_as, right.counts_as)
        if Kind.DECIMAL in kinds and {*kinds} - {Kind.ANY} <= NUMBERS:
            return DECIMAL
        if Kind.ANY in kinds:
            return ANY
        if (promoted := number_of(left, right)) is not None:
            if node.operator == "%" and promoted.kind is Kind.DOUBLE:
                return self.flaw(node, "% needs whole numbers")
            return promoted
        if (found := SUMS.get((node.operator, *kinds))) is not None:
            return Type(kind=found, item=common([left.item or ANY, right.item or ANY]))
        words = f"{node.operator} does not work on {left.words} and {right.words}"
        return self.flaw(node, words, joining(node.operator, left, right))

    def conditional(self, node: cel_parser.Conditional) -> Type:
        self.infer(node.condition)
        self.need(node.condition, BOOLEAN, "what stands before ? must be true or false")
        before = self.present
        self.present = before | present_where(node.condition, yes=True)
        yes = self.infer(node.yes)
        self.present = before | present_where(node.condition, yes=False)
        no = self.infer(node.no)
        self.present = before
        return common([yes, no])

    def need(self, node: cel_parser.Node, wanted: Type, words: str) -> None:
        found = node.type
        if found.kind is not Kind.ANY and found.counts_as is not wanted.counts_as:
            self.flaw(node, f"{words}, and {said(node)} is {found.words}")
        else:
            self.sure(node, "null is neither true nor false")

    def sure(self, node: cel_parser.Node, words: str, whole: cel_parser.Node | None = None) -> None:
        """Tells once where something may be null that cannot be it here."""
        if node.type.to_ask:
            self.flaws.append(null_flaw(node, words, whole))
            self.present |= {path_of(node)} - {""}

    # -- calls ----------------------------------------------------------------------------------------------

    def call(self, node: cel_parser.Call) -> Type:
        if node.name == "has" and node.target is None and len(node.arguments) == 1:
            return self._has(node.arguments[0])
        if node.name in MACROS and node.target is not None:
            return self._macro(node, node.target)
        if is_bind(node, self.names):
            return self._bind(node)
        known, given = called(node, self.names)
        if known is None and isinstance(target := node.target, cel_parser.Name):
            before = len(self.flaws)
            if node.name == qualified(node, self.names) and self.infer(target) and len(self.flaws) > before:
                return ANY
        if known is None:
            name = qualified(node, self.names)
            at = node.at if name != node.name else node.name_at
            hint = function_hint(name, self.names)
            return self.unknown(at, name, f"there is no function {name}", hint)
        return self._function(node, known, given)

    def _has(self, node: cel_parser.Node) -> Type:
        if not isinstance(node, cel_parser.Select):
            self.infer(node)
            return self.flaw(node, "has asks for a field", "write has(something.field)")
        owner = self.infer(node.of)
        if isinstance(node.of, cel_parser.MapOf):
            return BOOLEAN
        self.infer(node)
        if owner.fields is not None and not owner.keyed:
            words = f"{said(node)} always exists"
            self.flaw(node, words, f"to see whether it has a value: {said(node)} != null")
        return BOOLEAN

    def _macro(self, node: cel_parser.Call, target: cel_parser.Node) -> Type:
        owner, known = self.infer(target), MACROS[node.name]
        if len(node.arguments) not in known.one + known.two:
            return self.flaw(
                node, f"{node.name} needs {_NEEDS.get(node.name, 'a name for each item')}, then an expression"
            )
        if owner.kind not in {Kind.LIST, Kind.ANY, Kind.RECORD}:
            return self.flaw(target, f"{node.name} needs a list, and {said(target)} is {owner.words}")
        self.sure(target, f"{node.name} needs a list")
        if node.name == "reduce":
            return self._reduce(node, self._items(owner, two=False))
        two = len(node.arguments) in known.two
        names = node.arguments[: 2 if two else 1]
        found = self.inside(names, self._items(owner, two=two), node.arguments[len(names) :], node.name)
        if node.name in {"map", "transformList"}:
            return Type(kind=Kind.LIST, item=computed(found))
        if node.name == "sortBy" and found.counts_as not in {*ORDERED, Kind.ANY}:
            self.flaw(node.arguments[-1], f"sortBy needs what has an order, and this is {found.words}")
        if node.name in {"filter", "sortBy"}:
            return Type(kind=Kind.LIST, item=self._items(owner, two=False)[0])
        if node.name == "transformMap":  # the keys of what a list makes are numbers: that is no map
            return replace(RECORD, item=computed(found)) if owner.kind is Kind.RECORD else RECORD
        return BOOLEAN

    def _reduce(self, node: cel_parser.Call, items: list[Type]) -> Type:
        """Checks ``list.reduce(made, item, start, expression)``; a first look finds what is made."""
        *names, start, body = node.arguments
        made = bare(self.infer(start))
        if self.looking:
            made = ANY
        else:
            look = replace(self, names=dict(self.names), flaws=[], looking=True)
            made = either(made, look.inside(names, [made, *items], [body], "reduce"))
        return either(made, self.inside(names, [made, *items], [body], "reduce"))

    def _items(self, owner: Type, *, two: bool) -> list[Type]:
        """Returns what the names of a macro stand for."""
        if owner.kind is Kind.LIST:
            return [INTEGER, owner.item or ANY] if two else [owner.item or ANY]
        key = ANY if owner.item is None else STRING
        return [key, owner.item or ANY] if two else [key]

    def inside(
        self, names: list[cel_parser.Node], types: list[Type], bodies: list[cel_parser.Node], macro: str
    ) -> Type:
        """Checks what a macro does with each item; returns what the last part gives."""
        before, present, found = dict(self.names), self.present, ANY
        for name, known in zip(names, types, strict=True):
            if not isinstance(name, cel_parser.Name):
                return self.flaw(name, f"{macro} needs a name for each item, then an expression")
            hidden = f"{name.name}."
            self.names = {one: kind for one, kind in self.names.items() if not one.startswith(hidden)}
            self.names[name.name] = known
            self.present = frozenset(one for one in self.present if one.partition(".")[0] != name.name)
        for body in bodies:
            found = self.infer(body)
            if body is not bodies[-1] or macro in {"all", "exists", "exists_one", "existsOne", "filter"}:
                self.need(body, BOOLEAN, f"{macro} asks what is true or false")
        self.names, self.present = before, present
        return found

    def _bind(self, node: cel_parser.Call) -> Type:
        """Checks ``cel.bind(name, value, expression)``."""
        if len(node.arguments) != 3:
            return self.flaw(node, "cel.bind needs a name, its value, then an expression")
        value = computed(self.infer(node.arguments[1]))
        return self.inside(node.arguments[:1], [value], node.arguments[2:], "cel.bind")

    def _function(self, node: cel_parser.Call, known: Function, given: list[cel_parser.Node]) -> Type:
        types = [self.infer(argument) for argument in given]
        if not known.least <= len(given) <= known.most:
            return self.flaw(node, f"{node.name} takes {known.words}, not {len(given)}")
        for number, argument in enumerate(given):
            kinds, found = known.takes[min(number, len(known.takes) - 1)], argument.type
            if kinds and found.kind is not Kind.ANY and found.counts_as not in kinds:
                self.flaw(argument, f"{node.name} does not take {found.words}", way_on(node.name, found))
            elif kinds:
                self.sure(argument, f"{node.name} does not take null")
            item = found.item if known.holds else None
            if item is not None and item.kind is not Kind.ANY and item.counts_as not in known.holds:
                self.flaw(argument, f"{node.name} does not take a list that holds {item.words}")
        self._literals(known, given)
        if flaw := known.misfit(types):
            self.flaw(node, flaw)
        return known.given(types)

    def _literals(self, known: Function, given: list[cel_parser.Node]) -> None:
        """Tries what is written out, such as a pattern or a time zone."""
        for number, accept in (known.literals or {}).items():
            if number < len(given) and isinstance(one := given[number], cel_parser.Literal):
                if accept is compiled and isinstance(one.value, str):
                    self.patterns += cost_of(one.value)
                    if self.patterns > LARGEST and self.patterns > cost_of(one.value):
                        self.flaw(one, "the regular expressions are too large together")
                        continue
                try:
                    accept(one.value)
                except Wrong as error:
                    self.flaw(one, str(error))
                except (TypeError, ValueError, AttributeError):
                    continue  # of another kind: that is told already


_NEEDS = {"reduce": "a name for what is made, one for each item, what it begins with"}
_RULES: dict[type[cel_parser.Node], Callable[[_Check, Any], Type]] = {
    cel_parser.Literal: _Check.literal,
    cel_parser.Name: _Check.name,
    cel_parser.Select: _Check.select,
    cel_parser.Index: _Check.index,
    cel_parser.Call: _Check.call,
    cel_parser.Unary: _Check.unary,
    cel_parser.Binary: _Check.binary,
    cel_parser.Conditional: _Check.conditional,
    cel_parser.ListOf: _Check.list_of,
    cel_parser.MapOf: _Check.map_of,
}
_LITERALS = {bool: BOOLEAN, int: INTEGER, Uint: UINT, float: DOUBLE, bytes: BYTES}


def check(node: cel_parser.Node, names: Names, present: frozenset[str] = frozenset()) -> list[Flaw]:
    """Notes the types in a tree; returns what is wrong with it.

    Args:
        present: Paths that are known not to be null.
    """
    checking = _Check(dict(names), present=present)
    checking.infer(node)
    return [*checking.flaws, *certain_failures(node)]
