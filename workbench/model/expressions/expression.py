"""One expression, ready to run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.errors import ExpressionFailed
from workbench.model.expressions import syntax
from workbench.model.expressions.budget import frame_of, weigh
from workbench.model.expressions.checking import check
from workbench.model.expressions.closures import Builder, Scope, attribute_of, needs_frame
from workbench.model.expressions.flaws import InvalidExpression
from workbench.model.expressions.kinds import Kind, Type
from workbench.model.expressions.operations import Get
from workbench.model.expressions.values import OutOfBudget, Wrong
from workbench.model.expressions.views import plain

_OWN = frozenset({Kind.UINT, Kind.TYPE})
_LOOSE = frozenset({Kind.ANY, Kind.LIST, Kind.RECORD}) | _OWN


class Expression:
    """A compiled expression.

    Attributes:
        text: As it was written.
        run: Gives its value; raises `ExpressionFailed`.
        tree: What it consists of.
    """

    __slots__ = ("run", "text", "tree")

    def __init__(self, text: str, scope: Scope, tree: syntax.Node, place: Callable[[], str]) -> None:
        self.text = text
        self.tree = tree
        self.run: Get = Placed(_closure(tree, scope), attribute_of(tree, scope), text, place)

    @property
    def type(self) -> Type:
        """What is known of its value."""
        return self.tree.type


def _closure(tree: syntax.Node, scope: Scope) -> Get:
    framed = needs_frame(tree, scope)
    builder = Builder(scope, framed)
    get = builder.kept(tree)
    own = tree.type.kind in _LOOSE and any(_makes_own(node) for node in syntax.everything(tree))
    if not framed:
        return (lambda env: plain(get(env))) if own else get
    slots, large = builder.slots, tree.type.kind in _LOOSE

    def run(env: Any) -> Any:
        frame = frame_of(env, slots)
        value = get(frame)
        if large and type(value) in {list, dict}:
            weigh(frame, value)
        return plain(value) if own else value

    return run


def _makes_own(node: syntax.Node) -> bool:
    """Whether its value may be of a class that only expressions know."""
    if node.type.kind in _OWN:
        return True
    return node.type.kind is Kind.ANY and isinstance(node, syntax.Unary | syntax.Binary | syntax.Call)


class Placed:
    """Runs an expression; what goes wrong is told with the place where it is written.

    Attributes:
        closure: The same without that: it may raise anything.
        attribute: Item and attribute, where it is no more than that.
    """

    __slots__ = ("_place", "_text", "attribute", "closure")

    def __init__(
        self, closure: Get, attribute: tuple[int, str] | None, text: str, place: Callable[[], str]
    ) -> None:
        self.closure = closure
        self.attribute = attribute
        self._text = text
        self._place = place

    def then(self, take: Callable[[Any], Any]) -> Placed:
        """Returns the same with what is done to its value; what goes wrong there is told here, too."""
        get = self.closure
        return Placed(lambda env: take(get(env)), None, self._text, self._place)

    def __call__(self, env: Any) -> Any:
        """Returns the value."""
        try:
            return self.closure(env)
        except Exception as error:
            said = str(error) if isinstance(error, Wrong | OutOfBudget) else _OTHERWISE
            text = self._text if len(self._text) <= _SHOWN else f"{self._text[:_SHOWN]}…"
            raise ExpressionFailed(f"{self._place()}: {text}: {said}") from error


_SHOWN = 120
"""Characters of an expression that an error shows."""
_OTHERWISE = "the values do not fit, or are null"


def quick_of(get: Get) -> Get:
    """Returns the closure alone; who calls it must fall back to the whole where it raises."""
    return get.closure if isinstance(get, Placed) else get


def nowhere() -> str:
    """Returns the place of an expression that stands in no file."""
    return "expression"


def compile_expression(
    text: str,
    scope: Scope,
    *,
    place: Callable[[], str] = nowhere,
    present: frozenset[str] = frozenset(),
) -> Expression:
    """Compiles an expression.

    Args:
        scope: The variables that it may use.
        place: Says where it is written, for errors as it runs.
        present: Paths such as ``command.email`` that are known not to be null.

    Raises:
        InvalidExpression: It is no CEL, or names or compares what it cannot; everything at once.
    """
    tree = syntax.path(text) or syntax.parse(text)
    flaws = check(tree, {name: variable.type for name, variable in scope.items()}, present)
    if flaws:
        raise InvalidExpression(flaws)
    return Expression(text, scope, tree, place)


def constant(value: Any) -> Get:
    """Returns what gives always the same value."""
    return lambda _env: value
