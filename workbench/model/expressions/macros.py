"""What goes over lists and objects: ``all``, ``exists``, ``map``, ``filter`` and the like, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from workbench.model.expressions import cel_parser
from workbench.model.expressions.budget import Frame, step, take
from workbench.model.expressions.cel_values import TYPES, OutOfBudget, Wrong, words_of
from workbench.model.expressions.functions import MACROS
from workbench.model.expressions.list_functions import sorted_by
from workbench.model.expressions.operators import Get
from workbench.model.expressions.value_views import seen

if TYPE_CHECKING:
    from workbench.model.expressions.closures import Builder

Each = Callable[[Frame], Iterable[None]]
"""Puts each item in its place in the frame, one after the other."""


def macro_of(builder: Builder, node: cel_parser.Call, target: cel_parser.Node) -> Get:
    """Returns what runs a macro."""
    if node.name == "reduce":
        return _reduced(builder, node, target)
    two = len(node.arguments) in MACROS[node.name].two
    names = [name.name for name in node.arguments[: 2 if two else 1] if isinstance(name, cel_parser.Name)]
    bodies = node.arguments[len(names) :]
    of = builder.value(target)
    places, made = builder.within(names, bodies)
    each = _each(of, places, _weight(bodies))
    match node.name:
        case "all":
            return _deciding(each, made[0], decides=False)
        case "exists":
            return _deciding(each, made[0], decides=True)
        case "exists_one" | "existsOne":
            return _one(each, made[0])
        case "filter":
            return _gathered(each, made[0], lambda frame: frame[places[0]])
        case "sortBy":
            return _sorted(each, made[0], places[0])
        case "transformMap":
            return _mapped(each, made, places[0])
        case _:
            return _gathered(each, made[0] if len(made) > 1 else None, made[-1])


def _reduced(builder: Builder, node: cel_parser.Call, target: cel_parser.Node) -> Get:
    """Returns what runs ``list.reduce(made, item, start, expression)``."""
    *names, start, body = node.arguments
    of, begin = builder.value(target), builder.value(start)
    (made, place), (get,) = builder.within(
        [name.name for name in names if isinstance(name, cel_parser.Name)], [body]
    )
    each = _each(of, [place], _weight([body]))

    def reduced(frame: Frame) -> Any:
        found = begin(frame)
        for _ in each(frame):
            frame[made] = found
            found = get(frame)
        return found

    return reduced


def bind_of(builder: Builder, node: cel_parser.Call) -> Get:
    """Returns what runs ``cel.bind(name, value, expression)``."""
    name, value, body = node.arguments
    get = builder.value(value)
    (place,), (result,) = builder.within([name.name] if isinstance(name, cel_parser.Name) else [], [body])

    def bound(frame: Frame) -> Any:
        frame[place] = get(frame)
        return result(frame)

    return bound


def _each(of: Get, places: list[int], weight: int) -> Each:
    """Returns what goes over the items; each costs the steps that its nodes take."""
    first, second = places[0], places[-1]
    two = len(places) == 2

    def each(frame: Frame) -> Iterable[None]:
        items = _items_of(of(frame))
        if not two:
            for item in items:
                step(frame, weight)
                frame[first] = item
                yield
            return
        for key, value in items.items() if type(items) is dict else enumerate(items):
            step(frame, weight)
            frame[first], frame[second] = key, value
            yield

    return each


def _weight(bodies: list[cel_parser.Node]) -> int:
    """Returns what one round costs."""
    return 2 + sum(_WEIGHTS.get(type(node), 1) for body in bodies for node in cel_parser.everything(body))


_WEIGHTS = {cel_parser.Call: 5, cel_parser.MapOf: 4, cel_parser.ListOf: 2}


def _items_of(value: Any) -> Any:
    if type(value) in {list, tuple, dict}:
        return value
    if type(value) in TYPES:
        raise Wrong(f"this goes over a list or an object, and this is {words_of(value)}")
    return _items_of(seen(value))


def _odd(value: Any) -> Wrong:
    return Wrong(f"this asks what is true or false, and this is {words_of(value)}")


def _deciding(each: Each, body: Get, *, decides: bool) -> Get:
    """Returns ``all`` or ``exists``: one answer decides, even where others fail."""

    def over(frame: Frame) -> bool:
        failure: Exception | None = None
        for _ in each(frame):
            try:
                found = body(frame)
            except OutOfBudget:
                raise
            except Exception as error:  # noqa: BLE001  # told below, unless another item decides
                failure = error
                continue
            if found is decides:
                return bool(found)
            if found is not (not decides):
                failure = _odd(found)
        if failure is not None:
            raise failure
        return not decides

    return over


def _asked(body: Get, frame: Frame) -> bool:
    found = body(frame)
    if found is True or found is False:
        return found
    raise _odd(found)


def _one(each: Each, body: Get) -> Get:
    def one(frame: Frame) -> bool:
        return sum(1 for _ in each(frame) if _asked(body, frame)) == 1

    return one


def _gathered(each: Each, wanted: Get | None, result: Get) -> Get:
    """Returns ``map``, ``filter`` or ``transformList``."""

    def gathered(frame: Frame) -> list[Any]:
        found = []
        for _ in each(frame):
            if wanted is None or _asked(wanted, frame):
                take(frame, 1)
                found.append(result(frame))
        return found

    return gathered


def _sorted(each: Each, key: Get, place: int) -> Get:
    def in_order(frame: Frame) -> list[Any]:
        items: list[Any] = []
        keys: list[Any] = []
        for _ in each(frame):
            items.append(frame[place])
            keys.append(key(frame))
        return sorted_by(frame, items, keys)

    return in_order


def _mapped(each: Each, made: list[Get], key: int) -> Get:
    def mapped(frame: Frame) -> dict[Any, Any]:
        found = {}
        for _ in each(frame):
            at = frame[key]
            if len(made) == 1 or _asked(made[0], frame):
                take(frame, 1)
                found[at] = made[-1](frame)
        return found

    return mapped
