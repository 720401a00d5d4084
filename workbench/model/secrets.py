"""Masks what looks like a secret in whatever is shown or handed on; stored bytes never change (§10)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

MASK = "••••••"
_SECRET = re.compile(r"pass(word|wd|phrase)?|token|secret|authorization|api_?key", re.IGNORECASE)
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def is_secret(key: str) -> bool:
    """Whether a key says that a secret stands behind it."""
    return _SECRET.search(key) is not None


def masked(value: Any, *, reveal: Collection[str] = ()) -> Any:
    """Returns a value with all that stands behind keys that look secret replaced.

    Args:
        reveal: Keys whose values are shown all the same.
    """
    return mask(value, reveal=reveal)[0]


def mask(value: Any, *, reveal: Collection[str] = ()) -> tuple[Any, list[str]]:
    """Returns a masked copy of a value, and the JSON paths at which it differs from the value."""
    paths: list[str] = []
    return _mask(value, "$", reveal, paths), paths


def _mask(value: Any, path: str, reveal: Collection[str], paths: list[str]) -> Any:
    if isinstance(value, dict):
        return {key: _behind(str(key), item, path, reveal, paths) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mask(item, f"{path}[{index}]", reveal, paths) for index, item in enumerate(value)]
    return value


def _behind(key: str, item: Any, path: str, reveal: Collection[str], paths: list[str]) -> Any:
    inner = f"{path}.{key}" if _PLAIN_KEY.match(key) else f"{path}[{key!r}]"
    if item is None or isinstance(item, bool) or key in reveal or not is_secret(key):
        return _mask(item, inner, reveal, paths)
    paths.append(inner)
    return MASK
