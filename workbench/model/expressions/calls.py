"""The functions of simple expressions, each sure to do what CEL's does, or raising."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.model.expressions.exact import EXACT_LISTS, EXACT_VALUES
from workbench.model.expressions.kinds import Kind, Type
from workbench.model.expressions.operations import INT_LIMIT, Get, Unsure


class Beyond(Exception):
    """There is no closure for such a node."""


def _all_sure(found: list[Any]) -> list[bool]:
    if not all(one is True or one is False for one in found):
        raise Unsure
    return found


OVER_LISTS: dict[str, Callable[[Any, list[Any]], Any]] = {
    "map": lambda _items, found: found,
    "filter": lambda items, found: [one for one, yes in zip(items, _all_sure(found), strict=True) if yes],
    "all": lambda _items, found: all(_all_sure(found)),
    "exists": lambda _items, found: any(_all_sure(found)),
    "exists_one": lambda _items, found: _all_sure(found).count(True) == 1,
}


def _size(of: Get) -> Get:
    def size(env: Any) -> int:
        value = of(env)
        if type(value) is list or type(value) is tuple or (type(value) is str and value.isascii()):
            return len(value)
        raise Unsure

    return size


def function_of(name: str, takes: Type, of: Get) -> Get:
    """Returns a function of one value.

    Raises:
        Beyond: Only CEL has it.
    """
    if takes.kind is Kind.DECIMAL and name in EXACT_VALUES:
        value = EXACT_VALUES[name]
        return lambda env: value(of(env))
    if takes.item is not None and takes.item.kind is Kind.DECIMAL and name in EXACT_LISTS:
        over = EXACT_LISTS[name]
        return lambda env: over(of(env))
    if name == "string":
        return _text(of)
    if name == "size":
        return _size(of)
    raise Beyond


METHODS: dict[str, Callable[[str, str], bool]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": str.__contains__,
}


def _text(of: Get) -> Get:
    def text(env: Any) -> str:
        value = of(env)
        if type(value) is str:
            return value
        if type(value) is int and -INT_LIMIT <= value < INT_LIMIT:
            return str(value)
        raise Unsure

    return text


def method_of(name: str, of: Get, argument: Get) -> Get:
    """Returns a question about a text, such as ``of.startsWith(argument)``."""
    method = METHODS[name]

    def called(env: Any) -> bool:
        one, other = of(env), argument(env)
        if type(one) is str and type(other) is str:
            return method(one, other)
        raise Unsure

    return called
