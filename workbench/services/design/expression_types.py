"""The type a field needs that is set by an expression, as far as it can be told without running it."""

from __future__ import annotations

from workbench.model.expressions import cel_parser
from workbench.model.expressions.flaws import InvalidExpression
from workbench.services.design.column_types import type_at
from workbench.tusk import Document
from workbench.tusk.document import Path

PLAIN = "string"
_LITERALS = {bool: "boolean", int: "integer", float: "decimal", str: PLAIN}
_CALLS = {
    "decimal": "decimal",
    "double": "decimal",
    "int": "integer",
    "size": "integer",
    "string": PLAIN,
    "bool": "boolean",
    "timestamp": "date-time",
}
"""Types of what functions return."""
_NUMBERS = ("integer", "decimal", "money")
"""Types of numbers; what is calculated with two of them is of the later one."""
_MORE = {"choice", "list", "map", "object"}
_ASKS = {"==", "!=", "<", "<=", ">", ">=", "&&", "||", "in"}


def type_of(document: Document, section: Path, owner: str, said: str) -> str:
    """Returns the type of an expression in words of the project file; a text where it is not known.

    Args:
        section: Of the event or command whose fields it may read.
        owner: The aggregate whose state it may read.
    """
    try:
        tree = cel_parser.parse(said)
    except InvalidExpression:
        return PLAIN
    places = {"event": (*section, "fields"), "command": (*section, "fields")}
    places["state"] = ("aggregate", *owner.split("."), "state")
    return _of(document, places, tree) or PLAIN


def counts_on(name: str, said: str) -> bool:
    """Whether an expression calculates with a field of the state, so that it has to have a value."""
    try:
        tree = cel_parser.parse(said)
    except InvalidExpression:
        return False
    parts = [one for one in cel_parser.everything(tree) if isinstance(one, cel_parser.Binary)]
    return any(
        isinstance(side, cel_parser.Select) and side.name == name and _is_state(side.of)
        for one in parts
        if one.operator not in _ASKS
        for side in (one.left, one.right)
    )


def _is_state(node: cel_parser.Node) -> bool:
    return isinstance(node, cel_parser.Name) and node.name == "state"


def _of(document: Document, places: dict[str, Path], node: cel_parser.Node) -> str:
    match node:
        case cel_parser.Literal():
            return _LITERALS.get(type(node.value), "")
        case cel_parser.Select(of=cel_parser.Name(name=whose)) if whose in places:
            return _named(document, (*places[whose], node.name))
        case cel_parser.Unary():
            return "boolean" if node.operator == "!" else _of(document, places, node.of)
        case cel_parser.Conditional():
            return _of(document, places, node.yes) or _of(document, places, node.no)
        case cel_parser.Call():
            return _CALLS.get(node.name, "") if node.target is None else ""
        case cel_parser.Binary():
            if node.operator in _ASKS:
                return "boolean"
            sides = [_of(document, places, one) for one in (node.left, node.right)]
            known = [one for one in sides if one]
            numbers = [one for one in known if one in _NUMBERS]
            return max(numbers, key=_NUMBERS.index) if numbers == known and numbers else next(iter(known), "")
        case _:
            return ""


def _named(document: Document, path: Path) -> str:
    """Returns the type of a field if one word says it: not of choices, lists, maps and objects."""
    word = type_at(document, path).removesuffix("?")
    return "" if word in _MORE else word
