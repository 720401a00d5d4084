"""One expression, ready to run: as a closure where that is sure, else by CEL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from workbench.errors import ExpressionFailed
from workbench.model.expressions import syntax
from workbench.model.expressions.checking import Flaw, check
from workbench.model.expressions.closures import Scope, attribute_of, closure_of
from workbench.model.expressions.functions import context_of
from workbench.model.expressions.kinds import Type
from workbench.model.expressions.operations import Get
from workbench.model.expressions.views import plain
from workbench.model.expressions.wording import syntax_flaws

if TYPE_CHECKING:
    import cel

MAX_LENGTH = 4000


class InvalidExpression(ValueError):
    """An expression cannot be used.

    Attributes:
        flaws: Everything that is wrong with it, with offsets.
    """

    def __init__(self, flaws: list[Flaw]) -> None:
        super().__init__("; ".join(flaw.message for flaw in flaws))
        self.flaws = flaws


class Expression:
    """A compiled expression.

    Attributes:
        text: As it was written.
        run: Gives its value; raises `ExpressionFailed`.
        quick: Whether it runs as a closure.
        tree: What it consists of.
    """

    __slots__ = ("_functions", "_place", "_program", "_scope", "_variables", "quick", "run", "text", "tree")

    def __init__(
        self, text: str, scope: Scope, tree: syntax.Node, place: Callable[[], str], *, exact: bool = False
    ) -> None:
        self.text = text
        self.tree = tree
        self._scope = scope
        self._place = place
        self._program: cel.Program | None = None
        names, calls = set(), set()
        for node in _nodes(tree):
            if isinstance(node, syntax.Name) and node.name in scope:
                names.add(node.name)
            elif isinstance(node, syntax.Call):
                calls |= _called(node)
        self._variables, self._functions = tuple(sorted(names)), tuple(sorted(calls))
        quick = closure_of(tree, scope)
        self.quick = quick is not None
        self.run: Get = self._judge
        if quick is not None and exact:
            self.run = self._exactly(quick)
        elif quick is not None:
            self.run = Guarded(quick, self._judge, attribute_of(tree, scope))

    @property
    def type(self) -> Type:
        """What is known of its value."""
        return self.tree.type

    def _exactly(self, quick: Get) -> Get:
        """Returns the closure alone: CEL cannot calculate with decimals."""

        def run(env: Any) -> Any:
            try:
                return quick(env)
            except Exception as error:
                said = "the values do not fit, or are null"
                if isinstance(error, ArithmeticError):
                    said = "this has no result"
                raise ExpressionFailed(f"{self._place()}: {self.text}: {said}") from error

        return run

    def _judge(self, env: Any) -> Any:
        """Runs it by CEL."""
        import cel

        if self._program is None:
            self._program = cel.compile(self.text)
        variables = {name: self._seen(name, env) for name in self._variables}
        try:
            context = context_of(variables, self._functions) if self._functions else variables
            return self._program.execute(context)
        except Exception as error:
            raise ExpressionFailed(f"{self._place()}: {self.text}: {_failure(error)}") from error

    def _seen(self, name: str, env: Any) -> Any:
        variable = self._scope[name]
        return plain(variable.get(env), variable.type)


class Guarded:
    """A closure behind which CEL stands: it is asked where the closure is not sure.

    Attributes:
        quick: The closure alone, for whoever asks CEL otherwise.
        attribute: Item and attribute, where the expression is no more.
    """

    __slots__ = ("_judge", "attribute", "quick")

    def __init__(self, quick: Get, judge: Get, attribute: tuple[int, str] | None) -> None:
        self.quick = quick
        self.attribute = attribute
        self._judge = judge

    def __call__(self, env: Any) -> Any:
        """Returns the value."""
        try:
            return self.quick(env)
        except Exception:  # noqa: BLE001  # whatever it is, CEL says what it means
            return self._judge(env)


def quick_of(get: Get) -> Get:
    """Returns the closure alone; who calls it must fall back to the whole where it raises."""
    return get.quick if isinstance(get, Guarded) else get


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
    if len(text) > MAX_LENGTH:
        raise InvalidExpression([Flaw(0, 1, f"longer than {MAX_LENGTH} characters")])
    try:
        tree = syntax.path(text) or syntax.parse(text)
    except syntax.NotPlain:
        raise InvalidExpression(syntax_flaws(text)) from None
    flaws, exact = check(tree, {name: variable.type for name, variable in scope.items()}, present)
    if flaws:
        raise InvalidExpression(flaws)
    made = Expression(text, scope, tree, place, exact=exact)
    if exact and not made.quick:
        hint = "write double(…) around the decimal"
        raise InvalidExpression([Flaw(0, len(text), "this cannot be calculated with exact decimals", hint)])
    return made


def constant(value: Any) -> Get:
    """Returns what gives always the same value."""
    return lambda _env: value


def _failure(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"there is no {error.args[0]}"
    text = str(error).split(". ")[0].split(": the operation is not defined")[0]
    return {"No such overload": "the values do not fit, or are null"}.get(text, text)


def _nodes(node: Any) -> Iterator[syntax.Node]:
    """Yields a node and everything below it."""
    yield node
    for name in node.__dataclass_fields__:
        yield from _below(getattr(node, name))


def _below(value: Any) -> Iterator[syntax.Node]:
    if isinstance(value, syntax.Node):
        yield from _nodes(value)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _below(item)


def _called(node: syntax.Call) -> set[str]:
    if isinstance(node.target, syntax.Name):
        return {node.name, f"{node.target.name}.{node.name}"}
    return {node.name}
