"""Mappings that are made on first access: most schemas of a large model are never needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from typing_extensions import override


class LazyMapping(Mapping[str, Any]):
    """A mapping that is made at the first look.

    Args:
        make: Makes it; called once at the most.
    """

    def __init__(self, make: Callable[[], Mapping[str, Any]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Mapping[str, Any]:
        return self._make()

    @override
    def __getitem__(self, key: str) -> Any:
        return self._made[key]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    @override
    def __len__(self) -> int:
        return len(self._made)
