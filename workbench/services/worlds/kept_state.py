"""Keeps what objects, and all that they hold, are at a moment, and makes them so again in place."""

from __future__ import annotations

import itertools
import operator
import random
import re
import threading
import types
from asyncio import AbstractEventLoop
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from datetime import date, time, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any
from uuid import UUID

import msgspec

_LEAVES = (
    *(bool, int, float, complex, str, bytes, type(None), UUID, Enum, Decimal, re.Pattern),
    *(date, time, timedelta, tzinfo, type, types.ModuleType, operator.attrgetter, operator.itemgetter),
    *(threading.local, type(threading.Lock()), type(threading.RLock()), Executor, AbstractEventLoop),
    itertools.count,  # it only rises: what it numbers keeps its order
)
"""What never changes, or is of no moment."""
_BASES = (dict, list, set, deque, random.Random, BaseException, object)
"""On which classes in Python may be built."""


_Look = Callable[["KeptState", Any], Iterable[Any]]


class Unkeepable(Exception):
    """Something is held of which it is not known what it is at a moment, such as a task that runs."""


class KeptState:
    """What was at a moment.

    Attributes:
        size: How many references it has.
    """

    def __init__(self) -> None:
        self.size = 0
        self.attributes: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self.slots: list[tuple[Any, tuple[str, ...], dict[str, Any]]] = []
        self.dicts: list[tuple[dict[Any, Any], dict[Any, Any]]] = []
        self.collections: list[tuple[Any, Callable[[Any], object], Any]] = []
        self.cells: list[tuple[types.CellType, Any]] = []
        self.chances: list[tuple[random.Random, Any]] = []

    def restore(self) -> None:
        """Makes everything what it was; what came since is held by nothing any more."""
        for attributes, before in self.attributes:
            attributes.update(before)
            if len(attributes) > len(before):
                for name in attributes.keys() - before.keys():
                    del attributes[name]
        for owner, names, values in self.slots:
            _restore_slots(owner, names, values)
        for found, items in self.dicts:
            if found or items:
                found.clear()
                (OrderedDict if isinstance(found, OrderedDict) else dict).update(found, items)
        for one, fill, content in self.collections:
            if one or content:
                one.clear()
                fill(content)
        for cell, value in self.cells:
            cell.cell_contents = value
        for rng, state in self.chances:
            rng.setstate(state)


def _restore_slots(owner: Any, names: Iterable[str], values: dict[str, Any]) -> None:
    for name in names:
        if name in values:
            setattr(owner, name, values[name])
        elif hasattr(owner, name):
            delattr(owner, name)


class StateKeeper:
    """Keeps states of what can be come to from some objects.

    Args:
        apart: What is left as it is, with all that can be come to from there.
    """

    def __init__(self, *apart: Any) -> None:
        self._looks: dict[type, _Look | None] = {}
        self._apart: dict[int, Any] = {}
        self._apart = self._walk(KeptState(), apart, strict=False)

    def keep(self, *roots: Any) -> KeptState:
        """Returns what is now.

        Raises:
            Unkeepable: Something is not understood.
        """
        kept = KeptState()
        self._walk(kept, roots, strict=True)
        records: list[tuple[Any, ...]] = [*kept.attributes, *kept.slots, *kept.dicts, *kept.collections]
        kept.size = sum(len(one[-1]) for one in records)
        return kept

    def _walk(self, kept: KeptState, roots: Iterable[Any], *, strict: bool) -> dict[int, Any]:
        looks, apart, seen, todo = self._looks, self._apart, dict[int, Any](), [*roots]
        while todo:
            one = todo.pop()
            kind = type(one)
            look = looks[kind] if kind in looks else self._learn(kind)
            if look is None or (at := id(one)) in seen or at in apart:
                continue
            seen[at] = one
            if strict or look is not _refuse:
                todo.extend(look(kept, one))
        return seen

    def _learn(self, kind: type) -> _Look | None:
        self._looks[kind] = look = _look_at(kind)
        return look


def _look_at(kind: type) -> _Look | None:
    """Returns what keeps an object of a class, and returns what that holds; None where it is left alone."""
    if kind in _LOOKS:
        return _LOOKS[kind]
    if issubclass(kind, _LEAVES):
        return None
    if issubclass(kind, msgspec.Struct):
        frozen, own = kind.__struct_config__.frozen, kind.__module__.startswith("workbench.")
        return None if frozen and own else partial(_slotted, kind.__struct_fields__, frozen=frozen)
    if issubclass(kind, tuple | frozenset):
        return _content
    base = next(one for one in kind.__mro__ if one in _BASES or not _in_python(one))
    if base not in _BASES:
        return _refuse
    names = tuple(name for one in kind.__mro__ if _in_python(one) for name in _slots_of(one))
    frozen = getattr(getattr(kind, "__dataclass_params__", None), "frozen", False)
    looks: list[_Look] = [partial(_attributes, frozen=frozen)] if kind.__dictoffset__ else []
    looks += [partial(_slotted, names, frozen=frozen)] if names else []
    looks += [_LOOKS[base]] if base in _LOOKS else []
    if len(looks) == 1:  # nearly always
        return looks[0]
    return lambda kept, one: [part for look in looks for part in look(kept, one)]


def _in_python(kind: type) -> bool:
    """Whether a class is written in Python: what its objects are lies in attributes and slots alone."""
    return bool(kind.__flags__ & _HEAP) and not any(isinstance(one, _IN_C) for one in vars(kind).values())


def _slots_of(kind: type) -> Iterator[str]:
    names = vars(kind).get("__slots__", ())
    own = f"_{kind.__name__.lstrip('_')}"
    for name in (names,) if isinstance(names, str) else names:
        if not name.endswith("__"):
            yield f"{own}{name}" if name.startswith("__") else name


def _refuse(_kept: KeptState, one: Any) -> Iterable[Any]:
    raise Unkeepable(f"{type(one).__module__}.{type(one).__qualname__}")


def _attributes(kept: KeptState, one: Any, *, frozen: bool) -> Iterable[Any]:
    found: dict[str, Any] = vars(one)
    if not frozen:
        kept.attributes.append((found, found.copy()))
    return found.values()


def _slotted(names: tuple[str, ...], kept: KeptState, one: Any, *, frozen: bool) -> Iterable[Any]:
    values = {name: getattr(one, name) for name in names if hasattr(one, name)}
    if not frozen:
        kept.slots.append((one, names, values))
    return values.values()


def _content(_kept: KeptState, one: Iterable[Any]) -> Iterable[Any]:
    return one


def _dict(kept: KeptState, one: dict[Any, Any]) -> Iterable[Any]:
    kept.dicts.append((one, dict(one)))
    return [*one, *one.values()]


def _list(kept: KeptState, one: list[Any] | deque[Any]) -> Iterable[Any]:
    content = list(one)
    kept.collections.append((one, one.extend, content))
    return content


def _set(kept: KeptState, one: set[Any]) -> Iterable[Any]:
    content = list(one)
    kept.collections.append((one, one.update, content))
    return content


def _chance(kept: KeptState, one: random.Random) -> Iterable[Any]:
    kept.chances.append((one, one.getstate()))
    return ()


def _function(kept: KeptState, one: types.FunctionType) -> Iterable[Any]:
    held = [*(one.__defaults__ or ()), *(one.__kwdefaults__ or {}).values()]
    for cell in one.__closure__ or ():
        try:
            held.append(cell.cell_contents)
        except ValueError:
            raise Unkeepable(f"{one.__qualname__} has a variable without a value") from None
        kept.cells.append((cell, held[-1]))
    return held


def _bound(_kept: KeptState, one: Any) -> Iterable[Any]:
    return (one.__self__,)


def _partly(_kept: KeptState, one: partial[Any]) -> Iterable[Any]:
    return (one.func, *one.args, *one.keywords.values())


_HEAP = 1 << 9
_IN_C = (types.MethodDescriptorType, types.WrapperDescriptorType, types.BuiltinFunctionType)
_LOOKS: dict[type, _Look] = {
    dict: _dict,
    OrderedDict: _dict,
    defaultdict: _dict,
    list: _list,
    deque: _list,
    set: _set,
    tuple: _content,
    frozenset: _content,
    types.MappingProxyType: lambda _kept, one: [*one.values()],
    random.Random: _chance,
    types.FunctionType: _function,
    types.MethodType: _bound,
    types.BuiltinMethodType: _bound,
    partial: _partly,
}
