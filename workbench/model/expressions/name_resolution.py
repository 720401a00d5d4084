"""What the names in an expression stand for: paths, kinds of values, functions in their name spaces."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from workbench.model.expressions import cel_parser
from workbench.model.expressions.cel_values import TYPE_NAMES
from workbench.model.expressions.flaws import InvalidExpression
from workbench.model.expressions.functions import FUNCTIONS, Function
from workbench.model.expressions.value_kinds import CALLED

_SPACES = {"cel", *(name.partition(".")[0] for name in FUNCTIONS if "." in name)}


def path_of(node: cel_parser.Node) -> str:
    """Returns a path such as ``command.email``; empty for anything else."""
    if isinstance(node, cel_parser.Name):
        return node.name
    if isinstance(node, cel_parser.Select) and (owner := path_of(node.of)):
        return f"{owner}.{node.name}"
    return ""


def type_named(node: cel_parser.Node, names: Container[str]) -> str:
    """Returns the kind of value that is named, such as ``int``; empty if none is."""
    path = path_of(node)
    return path if path in TYPE_NAMES and path.partition(".")[0] not in names else ""


def qualified(node: cel_parser.Call, names: Container[str]) -> str:
    """Returns a function's name with the name space before it, such as ``math.round``."""
    if isinstance(node.target, cel_parser.Name) and node.target.name not in names:
        return f"{node.target.name}.{node.name}" if node.target.name in _SPACES else node.name
    return node.name


def called(node: cel_parser.Call, names: Mapping[str, Any]) -> tuple[Function | None, list[cel_parser.Node]]:
    """Returns the function that is called, None if there is none, and its arguments.

    Args:
        names: Of the scope: variables, or what is known of them.
    """
    if node.target is None and (own := names.get(f"{node.name}{CALLED}")) is not None:
        return getattr(own, "type", own).function, node.arguments
    name = qualified(node, names)
    if name != node.name:
        return FUNCTIONS.get(name), node.arguments
    return FUNCTIONS.get(name), ([node.target] if node.target is not None else []) + node.arguments


def is_bind(node: cel_parser.Call, names: Container[str]) -> bool:
    """Whether this is ``cel.bind``, which names a value."""
    return qualified(node, names) == "cel.bind"


def present_where(condition: cel_parser.Node, *, yes: bool) -> frozenset[str]:
    """Returns the paths that are not null where a condition holds, or does not."""
    if isinstance(condition, cel_parser.Unary) and condition.operator == "!":
        return present_where(condition.of, yes=not yes)
    if not isinstance(condition, cel_parser.Binary):
        return frozenset({condition.type.proves}) - {""} if yes else frozenset()
    if condition.operator == ("&&" if yes else "||"):
        return present_where(condition.left, yes=yes) | present_where(condition.right, yes=yes)
    if condition.operator == ("==" if yes else "!="):
        return _asked(condition, null=False)
    if condition.operator != ("!=" if yes else "=="):
        return frozenset()
    return _asked(condition, null=True)


def names_said(text: object) -> frozenset[str]:
    """Returns the names that an expression uses, such as ``command``; none where it is none."""
    try:
        nodes = [*cel_parser.everything(cel_parser.parse(text))] if isinstance(text, str) else []
    except InvalidExpression:
        return frozenset()
    return frozenset(one.name for one in nodes if isinstance(one, cel_parser.Name))


def paths_asked(text: str) -> frozenset[str]:
    """Returns the paths that an expression compares with null; none where it is no expression."""
    try:
        nodes = [*cel_parser.everything(cel_parser.parse(text))]
    except InvalidExpression:
        return frozenset()
    asked = (one for one in nodes if isinstance(one, cel_parser.Binary) and one.operator in {"==", "!="})
    return frozenset(path for one in asked for path in _asked(one, null=True))


def _asked(condition: cel_parser.Binary, *, null: bool) -> frozenset[str]:
    """Returns the path that is compared with null, or with what is written out and is not null."""
    for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
        if isinstance(other, cel_parser.Literal) and (other.value is None) is null:
            return frozenset({path_of(one)}) - {""}
    return frozenset()


def said(node: cel_parser.Node) -> str:
    """Says what a part of an expression is, as it may stand in a sentence."""
    if path := path_of(node):
        return path
    if isinstance(node, cel_parser.Literal):
        return {"None": "null", "True": "true", "False": "false"}.get(repr(node.value), repr(node.value))
    return "what stands here" if not isinstance(node, cel_parser.Call) else f"{node.name}(…)"
