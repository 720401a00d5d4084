"""One expression, ready to run: as a closure where that is sure, else by CEL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from workbench.errors import ExpressionFailed
from workbench.model.expressions import syntax
from workbench.model.expressions.checking import Flaw, check
from workbench.model.expressions.closures import Get, Scope, closure_of, moment, plain
from workbench.model.expressions.functions import context_of
from workbench.model.expressions.kinds import Kind, Type

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

    def __init__(self, text: str, scope: Scope, tree: syntax.Node, place: Callable[[], str]) -> None:
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
        self.run: Get = self._judge if quick is None else _guarded(quick, self._judge)

    @property
    def type(self) -> Type:
        """What is known of its value."""
        return self.tree.type

    def _judge(self, env: Any) -> Any:
        """Runs it by CEL."""
        import cel

        if self._program is None:
            self._program = cel.compile(self.text)
        try:
            variables = {name: self._seen(name, env) for name in self._variables}
            context = context_of(variables, self._functions) if self._functions else variables
            return self._program.execute(context)
        except Exception as error:
            raise ExpressionFailed(f"{self._place()}: {self.text}: {_failure(error)}") from error

    def _seen(self, name: str, env: Any) -> Any:
        variable = self._scope[name]
        value = variable.get(env)
        return moment(value) if variable.type.kind is Kind.MICROS else plain(value)


def _guarded(quick: Get, judge: Get) -> Get:
    def run(env: Any) -> Any:
        try:
            return quick(env)
        except Exception:  # noqa: BLE001  # whatever it is, CEL says what it means
            return judge(env)

    return run


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
        tree = syntax.parse(text)
    except syntax.NotPlain:
        raise InvalidExpression(_syntax_flaws(text)) from None
    if flaws := check(tree, {name: variable.type for name, variable in scope.items()}, present):
        raise InvalidExpression(flaws)
    return Expression(text, scope, tree, place)


def constant(value: Any) -> Get:
    """Returns what gives always the same value."""
    return lambda _env: value


_ERROR = re.compile(r"ERROR: <input>:([0-9]+):([0-9]+): (?:Syntax error: )?([^\n]*)")
_RULES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, str]]]] = [
    (
        re.compile(r"token recognition error at: '= ?.?'"),
        lambda _found: ("a single = means nothing", "write == to compare"),
    ),
    (
        re.compile(r"token recognition error at: '(?P<said>['\"].*)'"),
        lambda _found: ("the text is not closed", "text in an expression stands between single quotes"),
    ),
    (
        re.compile(r"token recognition error at: '(?P<said>.*)'"),
        lambda found: (f"{found['said'].strip() or 'this'} means nothing in an expression", ""),
    ),
    (
        re.compile(r"(?:mismatched|extraneous|no viable alternative at) input '(?:<EOF>|.*<EOF>)'.*"),
        lambda _found: ("the expression ends too early", ""),
    ),
    (
        re.compile(r"(?:mismatched|extraneous) input '(?P<said>.*?)' expecting .*"),
        lambda found: (f"{found['said']} is not expected here", ""),
    ),
    (
        re.compile(r"missing '(?P<said>.*?)' at .*"),
        lambda found: (f"{found['said']} is missing", ""),
    ),
    (
        re.compile(r"no viable alternative at input '(?P<said>.*)'"),
        lambda _found: ("this cannot stand here", ""),
    ),
    (re.compile(r"invalid int literal"), lambda _found: ("this number is too large", "")),
]


def _syntax_flaws(text: str) -> list[Flaw]:
    """Returns what CEL finds wrong with a text that could not be read, in words for people."""
    import cel

    if not text.strip():
        return [Flaw(0, 1, "the expression is empty")]
    try:
        cel.compile(text)
    except ValueError as error:
        found = _ERROR.search(str(error))
        if found is None:
            return [Flaw(0, len(text), "no CEL expression")]
        at = min(_offset(text, int(found[1]), int(found[2])), len(text))
        message, hint = _sentence(found[3])
        return [Flaw(at, at + 1, message, hint)]
    said = "bytes, raw or triple-quoted text, unsigned numbers, optional values and comments are not read"
    return [Flaw(0, len(text), "this form of CEL is not read", said)]


def _offset(text: str, line: int, column: int) -> int:
    return sum(len(one) + 1 for one in text.split("\n")[: line - 1]) + column - 1


def _sentence(said: str) -> tuple[str, str]:
    for pattern, words in _RULES:
        if (found := pattern.fullmatch(said)) is not None:
            return words(found)
    return f"no CEL expression: {said}", ""


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

