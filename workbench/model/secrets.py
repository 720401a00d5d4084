"""Masks what looks like a secret in whatever is shown or handed on; stored bytes never change (§10)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

from workbench.model.json_values import read_text

MASK = "••••••"
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
"""Words of a name in snake, kebab or camel case: ``X-API-Key`` and ``apiKey`` hold ``api`` and ``key``"""
_SECRET = {
    "pass", "pwd", "auth", "oauth", "authorization", "authorisation", "bearer", "cookie", "cookies", "creds",
    "jwt", "otp", "pin", "cvv", "cvc", "passwort", "kennwort",
}  # fmt: skip
_ENDS = re.compile(
    r"(passw(or)?d|passphrase|passcode|secret|token|credential|apikey|(private|access|secret)key)s?$|^passw(or)?d"
)
"""How a word ends that says so, written together with another: ``accesstoken``, never ``tokenize``."""
_KEYS = frozenset(["api", "private", "access", "signing", "encryption", "session", "ssh", "master"])
"""Words before ``key`` that make it one that opens something."""

SHORT = 4
"""Characters of a secret up to which only whole words of a text are taken for it."""
PIECE = 20
"""Characters of a long secret's begin and end that are known again where it was shortened."""


@lru_cache(maxsize=10_000)
def is_secret(key: str) -> bool:
    """Whether a key says that a secret stands behind it: by its words, so that a passenger is none."""
    words = [word.lower() for word in _WORDS.findall(key)]
    return any(word in _SECRET or _ENDS.search(word) for word in words) or any(
        first in _KEYS and second in ("key", "keys") for first, second in pairwise(words)
    )


def masked(value: Any, *, reveal: Collection[str] = ()) -> Any:
    """Returns a value with all that stands behind keys that look secret replaced.

    Args:
        reveal: Keys whose values are shown anyway.
    """
    return mask(value, reveal=reveal)[0]


def mask(value: Any, *, reveal: Collection[str] = ()) -> tuple[Any, list[str]]:
    """Returns a masked copy of a value, and the JSON paths at which it differs from the value.

    What is nested too deep to be looked through is masked as a whole.
    """
    paths: list[str] = []
    try:
        return _mask(value, "$", reveal, paths), paths
    except RecursionError:
        return MASK, ["$"]


def _mask(value: Any, path: str, reveal: Collection[str], paths: list[str]) -> Any:
    if isinstance(value, dict):
        return {key: _behind(str(key), item, path, reveal, paths) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mask(item, f"{path}[{index}]", reveal, paths) for index, item in enumerate(value)]
    return _mask_text(value, path, reveal, paths) if isinstance(value, str) and value[:1] in "{[" else value


def _mask_text(text: str, path: str, reveal: Collection[str], paths: list[str]) -> str:
    """Masks what a text holds that is JSON itself, such as a column of a read model."""
    found: list[str] = []
    shown = _mask(_read(text), path, reveal, found)
    if not found:
        return text
    paths.append(path)
    return json.dumps(shown, ensure_ascii=False)


def _behind(key: str, item: Any, path: str, reveal: Collection[str], paths: list[str]) -> Any:
    inner = f"{path}.{key}" if _PLAIN_KEY.match(key) else f"{path}[{key!r}]"
    if item is None or isinstance(item, bool) or key in reveal or not is_secret(key):
        return _mask(item, inner, reveal, paths)
    paths.append(inner)
    return MASK


def disguised(value: Any, *, hidden: bool = False) -> Any:
    """Returns a value of the same shape whose secrets are made up, for what is run again.

    Args:
        hidden: It stands behind a key that looks secret.
    """
    if isinstance(value, dict):
        return {key: disguised(item, hidden=hidden or is_secret(str(key))) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [disguised(item, hidden=hidden) for item in value]
    if not hidden or value is None or isinstance(value, bool):
        return value
    return MASK if isinstance(value, str) else type(value)(0)


def without_secrets(text: str, *about: Any) -> str:
    """Returns a text, such as an error of a handler, in which no secret of what it is about can be read.

    About what is nested too deep to be looked through it says nothing.

    Args:
        about: Values, or stored JSON texts of values.
    """
    payloads = [_read(one) if isinstance(one, str) else one for one in about]
    try:
        found = {
            piece for payload in payloads for secret in _secrets(payload) for piece in shown_forms(secret)
        }
    except RecursionError:
        return MASK
    for piece in sorted(found, key=len, reverse=True):
        if piece in text:
            pattern = re.escape(piece)
            whole = rf"(?<!\w){pattern}(?!\w)" if len(piece) <= SHORT else pattern
            text = re.sub(whole, MASK, text)
    return text


def _read(text: str) -> Any:
    try:
        return read_text(text)
    except ValueError:
        return None


def _secrets(value: Any, *, hidden: bool = False) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _secrets(item, hidden=hidden or is_secret(str(key)))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets(item, hidden=hidden)
    elif isinstance(value, str) and value[:1] in "{[" and isinstance(read := _read(value), dict | list):
        yield from _secrets(read, hidden=hidden)
        if hidden:
            yield value
    elif hidden and value is not None and not isinstance(value, bool):
        yield str(value)


def shown_forms(secret: str) -> Iterator[str]:
    """Yields the ways in which a message shows a secret: as it is, as Python or JSON write it, shortened."""
    written = {
        secret,
        repr(secret)[1:-1],
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    }
    for one in written - {""}:
        yield one
        if len(one) > 2 * PIECE:
            yield one[:PIECE]
            yield one[-PIECE:]
