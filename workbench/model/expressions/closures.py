"""Turns a checked expression into Python functions: one for each of its nodes, made once, run often.

Most are called with what the variables are read from. An expression that goes over lists, or makes texts and
lists, is called with a frame instead, which holds that, its budget and the variables of its macros.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter
from typing import Any

from workbench.model.expressions import cel_parser
from workbench.model.expressions.budget import OUTSIDE, SLOTS
from workbench.model.expressions.calls import call_of, fixed_call
from workbench.model.expressions.cel_values import TYPE_NAMES, TYPES, Missing, Wrong, words_of
from workbench.model.expressions.comparison import among, item_of, lookup
from workbench.model.expressions.functions import MACROS
from workbench.model.expressions.macros import bind_of, macro_of
from workbench.model.expressions.name_resolution import called, is_bind, path_of, type_named
from workbench.model.expressions.numbers import negated
from workbench.model.expressions.operators import (
    Get,
    arithmetic_of,
    both_of,
    choice_of,
    either_of,
    equal_literal,
    equal_to,
    exact_of,
    not_of,
    order_of,
    sum_of,
)
from workbench.model.expressions.value_kinds import NUMBERS, Kind, Type
from workbench.model.expressions.value_views import VIEWS, attributes_of, seen

_AS_THEY_ARE = frozenset({Kind.STRING, Kind.INTEGER, Kind.BOOLEAN, Kind.TIME})
_PARTS = frozenset({Kind.ANY, Kind.LIST, Kind.RECORD})
_CALCULATED = frozenset({*NUMBERS, Kind.TIME, Kind.DURATION})


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that expressions may use: what it is, and how its value is found.

    Attributes:
        index: Its place where it is simply an item of what the scope is read from.
    """

    type: Type
    get: Get
    index: int | None = None


def item(type: Type, index: int) -> Variable:
    """Returns a variable that is an item of what the scope is read from."""
    return Variable(type, itemgetter(index), index)


Scope = Mapping[str, Variable]


def attribute_of(node: cel_parser.Node, scope: Scope) -> tuple[int, str] | None:
    """Returns item and attribute where an expression is no more than that, such as ``command.email``."""
    if not isinstance(node, cel_parser.Select) or not isinstance(node.of, cel_parser.Name):
        return None
    owner = scope.get(node.of.name)
    if owner is None or owner.index is None or not _has_attributes(owner.type):
        return None
    return owner.index, _attribute_name(owner.type, node.name)


def _attribute_name(known: Type, field: str) -> str:
    return known.attributes.get(field, field)


def _has_attributes(known: Type) -> bool:
    return known.kind is Kind.RECORD and known.fields is not None and not known.keyed


def needs_frame(tree: cel_parser.Node, scope: Scope) -> bool:
    """Whether an expression has a budget to keep to: the cost of others is bounded by their length."""
    return any(_is_metered(node, scope) for node in cel_parser.everything(tree))


def _is_metered(node: cel_parser.Node, scope: Scope) -> bool:
    match node:
        case cel_parser.ListOf() | cel_parser.MapOf():
            return True
        case cel_parser.Call():
            if (node.name in MACROS and node.target is not None) or is_bind(node, scope):
                return True
            known, given = called(node, scope)
            return known is not None and known.metered and fixed_call(known, given) is None
        case cel_parser.Binary(operator="in"):
            return True
        case cel_parser.Binary(operator="==" | "!="):
            return {node.left.type.kind, node.right.type.kind} <= _PARTS
        case cel_parser.Binary(operator="+"):
            kinds = {node.left.type.kind, node.right.type.kind}
            return kinds.isdisjoint(_CALCULATED)
        case _:
            return False


@dataclass(slots=True)
class Builder:
    """Makes the functions of one expression.

    Attributes:
        framed: They are called with a frame.
        slots: Places in the frame that macros use.
    """

    scope: Scope
    framed: bool
    slots: int = 0
    _inner: dict[str, int] = field(default_factory=dict)

    def kept(self, node: cel_parser.Node) -> Get:
        """Returns the value as it is kept: a path, and a choice between paths, hands on what is there."""
        if isinstance(node, cel_parser.Name | cel_parser.Select):
            return self._path(node)
        if isinstance(node, cel_parser.Conditional):
            if (first := self._unless_null(node)) is not None:
                return first
            yes, no = self._side(node, node.yes), self._side(node, node.no)
            return choice_of(self.value(node.condition), yes, no)
        return self.value(node)

    def _side(self, node: cel_parser.Conditional, side: cel_parser.Node) -> Get:
        """Returns a side as it is kept, or as expressions see it where the sides are kept differently."""
        return self.kept(side) if side.type.kind is node.type.kind else self.value(side)

    def value(self, node: cel_parser.Node) -> Get:
        """Returns the value as expressions see it."""
        match node:
            case cel_parser.Literal(value=value):
                return lambda _env: value
            case cel_parser.Name() | cel_parser.Select():
                return _seen(self._path(node), node.type)
            case cel_parser.Index():
                of, at = self.value(node.of), self.value(node.index)
                return _seen(lambda env: item_of(of(env), at(env)), node.type)
            case cel_parser.Unary():
                return self._unary(node)
            case cel_parser.Binary():
                return self._binary(node)
            case cel_parser.Conditional():
                return self._conditional(node)
            case cel_parser.ListOf():
                items = [self.value(one) for one in node.items]
                return lambda env: [one(env) for one in items]
            case cel_parser.MapOf():
                return _mapped([(self.value(key), self.value(one)) for key, one in node.entries])
            case cel_parser.Call():
                return self._call(node)
        raise TypeError(type(node))

    def slot(self, name: str) -> int:
        """Returns a new place for a macro's variable."""
        self.slots += 1
        self._inner = {**self._inner, name: SLOTS + self.slots - 1}
        return self._inner[name]

    def within(self, names: list[str], bodies: list[cel_parser.Node]) -> tuple[list[int], list[Get]]:
        """Returns places for some names, and the functions of what can use them."""
        before = self._inner
        places = [self.slot(name) for name in names]
        made = [self.value(body) for body in bodies]
        self._inner = before
        return places, made

    # -- leaves ---------------------------------------------------------------------------------------------

    def _path(self, node: cel_parser.Node) -> Get:
        if isinstance(node, cel_parser.Name):
            return self._variable(node.name)
        if not isinstance(node, cel_parser.Select):
            return self.value(node)
        if name := type_named(node, self.scope):
            return lambda _env: TYPE_NAMES[name]
        path = path_of(node)
        inner = path.partition(".")[0] in self._inner
        if not inner and path in self.scope:
            return self._variable(path)
        if not inner and (simple := attribute_of(node, self.scope)) is not None:
            index, read = simple[0], attrgetter(simple[1])
            if self.framed:
                return lambda frame: read(frame[OUTSIDE][index])
            return lambda env: read(env[index])
        owner = self._path(node.of)
        if _has_attributes(node.of.type):
            return _attribute(owner, node.name, _attribute_name(node.of.type, node.name))
        return _keyed(owner, node.name)

    def _variable(self, name: str) -> Get:
        if name in self._inner:
            return itemgetter(self._inner[name])
        if name not in self.scope:
            return lambda _env: TYPE_NAMES[name]
        get = self.scope[name].get
        return (lambda frame: get(frame[OUTSIDE])) if self.framed else get

    # -- operators ------------------------------------------------------------------------------------------

    def _unary(self, node: cel_parser.Unary) -> Get:
        of = self.value(node.of)
        if node.operator == "!":
            return (lambda env: not of(env)) if _is_sure(node.of) else not_of(of)
        return lambda env: negated(of(env))

    def _binary(self, node: cel_parser.Binary) -> Get:
        if node.operator in {"==", "!="}:
            return self._equality(node)
        left, right = self.value(node.left), self.value(node.right)
        match node.operator:
            case "&&":
                return both_of(left, right)
            case "||":
                return either_of(left, right)
            case "in":
                return lambda frame: among(frame, left(frame), right(frame))
            case "<" | "<=" | ">" | ">=":
                return order_of(node.operator, left, right, framed=self.framed)
        kinds = {node.left.type.kind, node.right.type.kind}
        if Kind.DECIMAL in kinds:
            return exact_of(node.operator, left, right)
        if node.operator == "+" and kinds.isdisjoint(_CALCULATED):
            return sum_of(left, right)
        return arithmetic_of(node.operator, left, right, sure=Kind.ANY not in kinds)

    def _equality(self, node: cel_parser.Binary) -> Get:
        if (quick := self._attributes_equal(node)) is not None:
            return quick
        left, right = self.value(node.left), self.value(node.right)
        wanted = node.right.value if isinstance(node.right, cel_parser.Literal) else ...
        if isinstance(wanted, str | None):
            equals = equal_literal(left, wanted)
        else:
            equals = equal_to(left, right, framed=self.framed)
        return equals if node.operator == "==" else lambda env: not equals(env)

    def _attributes_equal(self, node: cel_parser.Binary) -> Get | None:
        """Compares an attribute with a text, null or an attribute of its kind: there is nothing to check."""
        if self.framed or (left := attribute_of(node.left, self.scope)) is None:
            return None
        if (kind := node.left.type.kind) not in _AS_THEY_ARE:
            return None
        at, read, same = left[0], attrgetter(left[1]), node.operator == "=="
        if isinstance(node.right, cel_parser.Literal):
            wanted = node.right.value
            if not isinstance(wanted, str | None):
                return None
            return (lambda env: read(env[at]) == wanted) if same else (lambda env: read(env[at]) != wanted)
        other = attribute_of(node.right, self.scope)
        if other is None or node.right.type.kind is not kind:
            return None
        to, get = other[0], attrgetter(other[1])
        if same:
            return lambda env: read(env[at]) == get(env[to])
        return lambda env: read(env[at]) != get(env[to])

    def _conditional(self, node: cel_parser.Conditional) -> Get:
        condition, yes, no = self.value(node.condition), self.value(node.yes), self.value(node.no)
        if _is_sure(node.condition):
            return lambda env: yes(env) if condition(env) else no(env)
        return choice_of(condition, yes, no)

    def _unless_null(self, node: cel_parser.Conditional) -> Get | None:
        """Reads ``a.b != null ? a.b : c`` in one go: nothing is written more often."""
        condition, yes = node.condition, attribute_of(node.yes, self.scope)
        if self.framed or yes is None or node.yes.type.kind is not node.type.kind:
            return None
        if not isinstance(condition, cel_parser.Binary) or condition.operator != "!=":
            return None
        null = isinstance(condition.right, cel_parser.Literal) and condition.right.value is None
        if not null or attribute_of(condition.left, self.scope) != yes:
            return None
        at, read, no = yes[0], attrgetter(yes[1]), self._side(node, node.no)

        def unless_null(env: Any) -> Any:
            value = read(env[at])
            return value if value is not None else no(env)

        return unless_null

    # -- calls ----------------------------------------------------------------------------------------------

    def _call(self, node: cel_parser.Call) -> Get:
        if (
            node.name == "has"
            and isinstance(asked := node.arguments[0], cel_parser.Select)
            and node.target is None
        ):
            return _has(self.value(asked.of), asked.name)
        if node.name in MACROS and node.target is not None:
            return macro_of(self, node, node.target)
        if is_bind(node, {**self.scope, **self._inner}):
            return bind_of(self, node)
        known, given = called(node, {**self.scope, **self._inner})
        if known is None:
            raise Wrong(f"there is no function {node.name}")
        return call_of(known, node.name, given, [self.value(one) for one in given])


def _mapped(entries: list[tuple[Get, Get]]) -> Get:
    """Returns ``{a: b}``; a decimal number is no key."""

    def mapped(env: Any) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for get, value in entries:
            key = get(env)
            if type(key) is float or lookup(made, key)[1] or key in made:
                raise Wrong(f"{key!r} is no key, or stands twice in one object")
            made[key] = value(env)
        return made

    return mapped


def _attribute(owner: Get, name: str, attribute: str) -> Get:
    get = attrgetter(attribute)

    def found(env: Any) -> Any:
        value = owner(env)
        if value is None:
            raise Missing(f"null has no {name}")
        return get(value)

    return found


def _keyed(owner: Get, name: str) -> Get:
    def keyed(env: Any) -> Any:
        value = owner(env)
        if type(value) is dict and name in value:
            return value[name]
        return field_in(value, name)

    return keyed


def field_in(value: Any, name: str) -> Any:
    """Returns a field of an object.

    Raises:
        Missing: It has no such field, or is null.
        Wrong: It is no object.
    """
    kind = type(value)
    if kind not in TYPES and (isinstance(value, Mapping) or attributes_of(kind) is not None):
        value = seen(value)
        kind = type(value)
    if kind is dict and name in value:
        return value[name]
    if value is None or kind is dict:
        raise Missing(f"there is no {name}" if kind is dict else f"null has no {name}")
    raise Wrong(f"{words_of(value)} has no {name}")


def _has(owner: Get, name: str) -> Get:
    def has(env: Any) -> bool:
        value = owner(env)
        try:
            field_in(value, name)
        except Missing:
            if value is None:
                raise
            return False
        return True

    return has


def _seen(get: Get, known: Type) -> Get:
    """Returns a value in the kind that it counts as."""
    view = VIEWS.get(known.kind)
    if view is None:
        return get
    if known.kind is not Kind.ANY:
        return lambda env: view(get(env))

    def as_seen(env: Any) -> Any:
        value = get(env)
        return value if type(value) in TYPES else seen(value)

    return as_seen


def _is_sure(node: cel_parser.Node) -> bool:
    """Whether a closure for this gives true or false, or raises."""
    if isinstance(node, cel_parser.Binary):
        return node.type.kind is Kind.BOOLEAN
    return isinstance(node, cel_parser.Unary) and node.operator == "!"
