"""One expression, ready to run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.errors import ExpressionFailed
from workbench.model.expressions import cel_parser
from workbench.model.expressions.budget import (
    OUTSIDE,
    ROOM_LEFT,
    STEPS_LEFT,
    Frame,
    frame_of,
    metered,
    weigh,
)
from workbench.model.expressions.cel_values import OutOfBudget, Wrong
from workbench.model.expressions.checker import check
from workbench.model.expressions.closures import Builder, Scope, attribute_of, needs_frame
from workbench.model.expressions.flaws import Flaw, InvalidExpression
from workbench.model.expressions.operators import Get
from workbench.model.expressions.value_kinds import Kind, Type
from workbench.model.expressions.value_views import plain

_OWN = frozenset({Kind.UINT, Kind.TYPE})
_LOOSE = frozenset({Kind.ANY, Kind.LIST, Kind.RECORD}) | _OWN


class Expression:
    """A compiled expression.

    Attributes:
        text: As it was written.
        run: Gives its value; raises `ExpressionFailed`.
        within: Gives its value for a frame, from the budget of which it takes; may raise anything.
        tree: What it consists of.
    """

    __slots__ = ("run", "text", "tree", "within")

    def __init__(self, text: str, scope: Scope, tree: cel_parser.Node, place: Callable[[], str]) -> None:
        self.text = text
        self.tree = tree
        closure, self.within = _closures(tree, scope)
        self.run: Get = Placed(closure, attribute_of(tree, scope), text, place, flat=_is_flat(tree))

    @property
    def type(self) -> Type:
        """What is known of its value."""
        return self.tree.type


def _closures(tree: cel_parser.Node, scope: Scope) -> tuple[Get, Callable[[Frame], Any]]:
    """Returns what gives the value from a budget of its own, and from that of a frame."""
    framed = needs_frame(tree, scope)
    builder = Builder(scope, framed)
    get = builder.kept(tree)
    own = tree.type.kind in _LOOSE and any(_makes_own(node) for node in cel_parser.everything(tree))
    if not framed:
        alone: Get = (lambda env: plain(get(env))) if own else get
        return alone, lambda budget: alone(budget[OUTSIDE])
    slots, large = builder.slots, tree.type.kind in _LOOSE and not _is_flat(tree)

    def run(frame: Frame) -> Any:
        value = get(frame)
        if large and type(value) in {list, dict}:
            weigh(frame, value)
        return plain(value) if own else value

    def within(budget: Frame) -> Any:
        frame = frame_of(budget[OUTSIDE], slots, budget)
        try:
            return run(frame)
        finally:
            budget[STEPS_LEFT], budget[ROOM_LEFT] = frame[STEPS_LEFT], frame[ROOM_LEFT]

    return metered(run if large or own else get, slots), within


def _is_flat(tree: cel_parser.Node) -> bool:
    """Whether its value surely is a list or a map of whole numbers, or of true and false."""
    item = tree.type.item
    if item is None or item.nullable or item.kind not in {Kind.INTEGER, Kind.BOOLEAN}:
        return False
    return not any(
        node.type.kind is Kind.ANY or (isinstance(node, cel_parser.MapOf) and node.entries)
        for node in cel_parser.everything(tree)
    )


def _makes_own(node: cel_parser.Node) -> bool:
    """Whether its value may be of a class that only expressions know."""
    if node.type.kind in _OWN:
        return True
    return node.type.kind is Kind.ANY and isinstance(
        node, cel_parser.Unary | cel_parser.Binary | cel_parser.Call
    )


class Placed:
    """Runs an expression; what goes wrong is told with the place where it is written.

    Attributes:
        closure: The same without that: it may raise anything.
        attribute: Item and attribute, where it is no more than that.
        flat: Its value surely is a list or a map of whole numbers, or of true and false.
    """

    __slots__ = ("_place", "_text", "attribute", "closure", "flat")

    def __init__(
        self,
        closure: Get,
        attribute: tuple[int, str] | None,
        text: str,
        place: Callable[[], str],
        *,
        flat: bool = False,
    ) -> None:
        self.closure = closure
        self.attribute = attribute
        self.flat = flat
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
        except ExpressionFailed:
            raise  # a name that it uses failed: that was told with its own place
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
    warn: Callable[[Flaw], object] | None = None,
) -> Expression:
    """Compiles an expression.

    Args:
        scope: The variables that it may use.
        place: Says where it is written, for errors as it runs.
        present: Paths such as ``command.email`` that are known not to be null.
        warn: Told what fails for some data only; without it that is refused, too.

    Raises:
        InvalidExpression: It is no CEL, or names or compares what it cannot; everything at once.
    """
    tree = cel_parser.path(text) or cel_parser.parse(text)
    flaws = check(tree, {name: variable.type for name, variable in scope.items()}, present)
    if any(warn is None or not flaw.warning for flaw in flaws):
        raise InvalidExpression(flaws)
    if warn is not None:
        for flaw in flaws:
            warn(flaw)
    return Expression(text, scope, tree, place)


def constant(value: Any) -> Get:
    """Returns what gives always the same value."""
    return lambda _env: value
