"""Calls of functions: what they are given is looked at where its kind is not surely known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.model.expressions.cel_parser import Literal, Node
from workbench.model.expressions.cel_values import TYPES, Wrong, words_of
from workbench.model.expressions.functions import Function
from workbench.model.expressions.operators import Get
from workbench.model.expressions.value_kinds import Kind, Type
from workbench.model.expressions.value_views import seen


def call_of(known: Function, name: str, nodes: list[Node], gets: list[Get]) -> Get:
    """Returns what calls a function."""
    if (fixed := fixed_call(known, nodes)) is not None:
        return fixed
    takes = [known.takes[min(number, len(known.takes) - 1)] for number in range(len(nodes))]
    sure = [
        get
        if number in known.kept or _fits(node.type, kinds)
        else _checked(get, kinds or frozenset(Kind), name)
        for number, (node, kinds, get) in enumerate(zip(nodes, takes, gets, strict=True))
    ]
    return _metered(known.run, sure) if known.metered else _plain(known.run, sure)


def fixed_call(known: Function, nodes: list[Node]) -> Get | None:
    """Returns what gives the value of a call such as ``duration('24h')``, whose text the check has read."""
    read = (known.literals or {}).get(0)
    if read is None or known.most > 1 or not isinstance(nodes[0], Literal):
        return None
    value = read(nodes[0].value)
    return lambda _env: value


def _fits(found: Type, kinds: frozenset[Kind]) -> bool:
    if found.kind is Kind.ANY or (found.kind is Kind.RECORD and found.item is None):
        return False  # an object may be one of a class
    return not kinds or (found.counts_as in kinds and not found.nullable)


def _checked(get: Get, kinds: frozenset[Kind], name: str) -> Get:
    allowed = frozenset(kind for kind, known in TYPES.items() if known in kinds)

    def checked(env: Any) -> Any:
        value = get(env)
        if type(value) in allowed:
            return value
        if type(value) not in TYPES and type(value := seen(value)) in allowed:
            return value
        raise Wrong(f"{name} does not take {words_of(value)}")

    return checked


def _plain(run: Callable[..., Any], gets: list[Get]) -> Get:
    if len(gets) == 1:
        (only,) = gets
        return lambda env: run(only(env))
    if len(gets) == 2:
        one, other = gets
        return lambda env: run(one(env), other(env))
    if len(gets) == 3:
        one, other, third = gets
        return lambda env: run(one(env), other(env), third(env))
    return lambda env: run(*[get(env) for get in gets])


def _metered(run: Callable[..., Any], gets: list[Get]) -> Get:
    if len(gets) == 1:
        (only,) = gets
        return lambda frame: run(frame, only(frame))
    if len(gets) == 2:
        one, other = gets
        return lambda frame: run(frame, one(frame), other(frame))
    if len(gets) == 3:
        one, other, third = gets
        return lambda frame: run(frame, one(frame), other(frame), third(frame))
    return lambda frame: run(frame, *[get(frame) for get in gets])
