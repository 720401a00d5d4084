"""What objects are at a moment is kept, and they are made so again; what is not understood is not kept."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from functools import partial

import msgspec
import pytest

from workbench.services.worlds.kept_state import StateKeeper, Unkeepable


class Plain:
    def __init__(self):
        self.number, self.inner = 1, [1]


class Slotted:
    __slots__ = ("__own", "late", "number")

    def __init__(self):
        self.number, self.__own = 1, [1]

    def change(self):
        self.number, self.late = 2, 2
        self.__own.append(2)
        self.__own = self.__own[:]

    @property
    def facts(self):
        return self.number, self.__own, hasattr(self, "late")


@dataclass(frozen=True, slots=True)
class Frozen:
    inner: list[int] = field(default_factory=list)


class Loose(msgspec.Struct):
    number: int = 1


class Named(dict[str, int]):
    pass


def counting():
    number = 0

    def count():
        nonlocal number
        number += 1
        return number

    return count


def test_attributes_come_back_and_new_ones_go():
    one = Plain()
    inner, kept = one.inner, StateKeeper().keep(one)
    one.number, one.inner, one.more = 2, [], 3
    inner.append(2)
    kept.restore()
    assert vars(one) == {"number": 1, "inner": [1]}
    assert one.inner is inner


def test_slots_come_back_private_ones_too():
    one = Slotted()
    kept = StateKeeper().keep(one)
    one.change()
    assert one.facts == (2, [1, 2], True)
    kept.restore()
    assert one.facts == (1, [1], False)


def test_what_is_held_by_what_is_frozen_comes_back():
    one, loose = Frozen([1]), Loose()
    kept = StateKeeper().keep((one, loose, frozenset()))
    one.inner.append(2)
    loose.number = 2
    kept.restore()
    assert (one.inner, loose.number) == ([1], 1)


def test_collections_come_back_in_their_order():
    named = Named(a=1)
    named.facts = [1]
    ordered, plain, counts = OrderedDict(a=1, b=2), {"a": 1, "b": 2}, Counter(a=2)
    lists, members, last = defaultdict(list, a=[1]), {1, 2}, deque([1, 2], maxlen=2)
    kept = StateKeeper().keep(named, ordered, plain, counts, lists, members, last)
    named["b"] = named.pop("a")
    named.facts.append(2)
    for each in (ordered, plain):
        each["a"] = each.pop("a")
    counts.update("ab")
    lists["a"].append(2)
    lists["b"].append(2)
    members.discard(1)
    last.append(3)
    kept.restore()
    assert (named, named.facts) == ({"a": 1}, [1])
    assert (list(ordered), list(plain), counts, lists) == (["a", "b"], ["a", "b"], {"a": 2}, {"a": [1]})
    assert (members, last) == ({1, 2}, deque([1, 2]))


def test_what_functions_remember_and_chance_come_back():
    count, rng, seen = counting(), random.Random(1), []
    kept = StateKeeper().keep(partial(count), rng.random, seen.append)
    first = count(), rng.random()
    seen.append(1)
    kept.restore()
    assert (count(), rng.random()) == first
    assert seen == []


def test_one_state_is_come_back_to_many_times_and_from_any_other():
    one, keeper = Plain(), StateKeeper()
    first = keeper.keep(one)
    one.inner.append(2)
    second = keeper.keep(one)
    for kept, inner in ((first, [1]), (second, [1, 2]), (first, [1]), (second, [1, 2])):
        one.inner.append(3)
        kept.restore()
        assert one.inner == inner


def test_what_is_apart_stays_with_all_that_it_holds():
    seen = []
    apart, one = Plain(), Plain()
    apart.tell = lambda: seen.append(1)
    one.apart, one.tell = apart, apart.tell
    kept = StateKeeper(apart).keep(one)
    one.tell()
    kept.restore()
    assert seen == [1]


async def test_what_is_not_understood_is_not_kept():
    loop = asyncio.get_running_loop()
    for held in (loop.create_future(), (number for number in range(3)), iter([1]), bytearray()):
        with pytest.raises(Unkeepable, match=type(held).__name__):
            StateKeeper().keep([held])
    keeper = StateKeeper([loop.create_future()])  # apart it is only left alone
    assert keeper.keep([loop]).size == 1


def test_a_variable_that_has_no_value_yet_is_not_kept():
    def outer():
        def inner():
            return late

        with pytest.raises(Unkeepable, match="inner"):
            StateKeeper().keep(inner)
        late = 1
        return inner

    assert outer()() == 1
