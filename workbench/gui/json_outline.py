"""Writes JSON over lines, secrets masked, and stops where enough is shown, however large a value is (V4)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec

from workbench.gui.long_text import CHARACTERS, LINES, SCALAR, more, shortened_lines
from workbench.model.json_values import visible, visible_lines
from workbench.model.secrets import MASK, is_secret

HEAD = 256 * 1024
"""Characters of a JSON text that are looked at (contract §8)."""
DEEPEST = 60
"""Levels that are indented."""
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+'
_TOKEN = re.compile(
    rf'\s*(\{{\s*\}}|\[\s*\]|[{{}}\[\],:]|{_STRING}"|{_STRING}\\?\Z|[^\s{{}}\[\],:"]+)', re.DOTALL
)
_JSON = re.compile(r"\s*[{\[\"]|\s*(?:-?\d[\d.eE+-]*|true|false|null)\s*\Z|\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """JSON over lines.

    Attributes:
        whole: Whether nothing was left out.
    """

    text: str
    whole: bool


def outline(value: Any, *, most: int | None = LINES) -> Outline:
    """Returns the first lines of a value as indented JSON; all of them where there is no limit."""
    return _written(_of_value(value, SCALAR if most else None), most, "")


def outline_of_text(text: str, *, most: int | None = LINES, unseen: int = 0) -> Outline:
    """Returns the same of a JSON text, which is not decoded; what is no JSON is shown as it is.

    Args:
        unseen: How much more there is than the text.
    """
    if not _JSON.match(text):
        shown = shortened_lines(text) if most else text
        return Outline(text=visible_lines(shown), whole=shown == text)
    head = text[:HEAD] if most else text
    unseen += len(text) - len(head)
    return _written(_of_text(head, SCALAR if most else None, unseen), most, more(unseen))


def _written(parts: Iterable[str], most: int | None, left: str) -> Outline:
    """Writes parts over lines; what ends too early leaves its brackets open."""
    lines: list[str] = []
    line, depth, used, whole, cut = "", 0, 0, not left, False
    for part in parts:
        if most is not None and (len(lines) >= most or used > CHARACTERS):
            whole, cut, left = False, False, left or "… more is not shown"
            break
        if cut := part.startswith(_CUT):
            whole, part = False, part.removeprefix(_CUT)  # noqa: PLW2901  # the part without its mark
        if part in {"{", "[", ","}:
            lines.append(line + part)
            used += len(lines[-1])
            depth += part != ","
            line = "  " * min(depth, DEEPEST)
        elif part in {"}", "]"}:
            lines.append(line)
            depth -= 1
            line = "  " * min(depth, DEEPEST) + part
        else:
            line += f"{part} " if part == ":" else part
    ended = [line] if line.strip() else []
    told = [left] if left and not cut else []  # a text that is cut at the end says itself how much there is
    return Outline(text="\n".join([*lines, *ended, *told]), whole=whole)


_CUT = "\0"
"""Stands before a part that was shortened; no text of JSON holds it."""


def _of_value(value: Any, scalar: int | None) -> Iterator[str]:
    """Yields the parts of a value; goes down without recursion, however deep it is."""
    waiting: list[Iterator[str | _Inner]] = [iter((_Inner(value),))]
    while waiting:
        step = next(waiting[-1], None)
        if step is None:
            waiting.pop()
        elif isinstance(step, str):
            yield step
        elif isinstance(step.value, dict) and step.value:
            waiting.append(_of_dict(step.value, scalar))
        elif isinstance(step.value, list | tuple) and step.value:
            waiting.append(_of_list(step.value))
        else:
            yield _scalar(step.value, scalar)


@dataclass(frozen=True, slots=True)
class _Inner:
    value: Any


def _of_dict(value: dict[Any, Any], scalar: int | None) -> Iterator[str | _Inner]:
    yield "{"
    for at, (key, item) in enumerate(value.items()):
        if at:
            yield ","
        yield _scalar(str(key), scalar)
        yield ":"
        yield _Inner(MASK if hidden(str(key), item) else item)
    yield "}"


def _of_list(value: list[Any] | tuple[Any, ...]) -> Iterator[str | _Inner]:
    yield "["
    for at, item in enumerate(value):
        if at:
            yield ","
        yield _Inner(item)
    yield "]"


def hidden(key: str, item: Any) -> bool:
    """Whether what stands behind a key is masked."""
    return item is not None and not isinstance(item, bool) and is_secret(key)


def _scalar(value: Any, most: int | None) -> str:
    if not isinstance(value, str):
        return json.dumps(value, default=_plain)
    size = len(value)
    if value[:1] in {"{", "["}:
        value = _masked_head(value, most)
    if most is None or max(len(value), size) <= most:
        return visible(json.dumps(value, ensure_ascii=False))
    left = max(len(value), size) - min(len(value), most)
    return _CUT + visible(json.dumps(value[:most], ensure_ascii=False)[:-1]) + more(left) + '"'


def _plain(value: Any) -> str:
    return str(msgspec.to_builtins(value)) if isinstance(value, datetime) else str(value)


def _masked_head(text: str, most: int | None) -> str:
    """Returns as much of a JSON text as may be shown, its secrets masked; all of it without a limit."""
    return masked_text(text if most is None else text[: 2 * most])


def masked_text(text: str) -> str:
    """Returns a JSON text, or the beginning of one, with its secrets masked; all else stays as it is."""
    found: list[str] = []
    last = 0
    for part, begin, end in _masked(text):
        found += [text[last:begin], part]
        last = end
    return "".join([*found, text[last:]])


def _masked(text: str) -> Iterator[tuple[str, int, int]]:
    """Yields the parts of a JSON text and where each stands; what keys call secret is one masked part."""
    secret, inside, begun, key = False, 0, -1, ""
    for found in _TOKEN.finditer(text):
        part = found[1]
        if secret:
            begun = found.start(1) if begun < 0 else begun
            inside += (part in {"{", "["}) - (part in {"}", "]"})
            if inside > 0:
                continue
            secret = False
            shown = part if part in {"null", "true", "false"} else f'"{MASK}"'
            yield shown, begun, found.end()
            continue
        yield part, found.start(1), found.end()
        if part == ":":
            secret, inside, begun = is_secret(key), 0, -1
        key = part[1:-1] if part[0] == '"' else ""
    if secret and begun >= 0:
        yield f'"{MASK}"', begun, len(text)


def _of_text(text: str, scalar: int | None, unseen: int) -> Iterator[str]:
    """Yields the parts of a JSON text whose end may be missing, secrets masked."""
    for part, _, end in _masked(text):
        yield _shown(part, scalar, unseen if end == len(text) else 0) if part[0] == '"' else part


def _inner(part: str, most: int | None) -> str:
    """Returns a string of a JSON text, as much as may be shown, masked inside where it is JSON itself."""
    if part[1:2] not in {"{", "["} or '\\"' not in part:
        return part
    try:
        return json.dumps(_masked_head(json.loads(part), most), ensure_ascii=False)
    except ValueError:  # it does not end
        plain = part[1:].replace('\\"', '"').replace("\\\\", "\\")
        return json.dumps(_masked_head(plain, most), ensure_ascii=False)[:-1]


def _shown(part: str, most: int | None, unseen: int) -> str:
    """Returns a string of a JSON text shortened; ``unseen`` characters follow one that does not end."""
    size = len(part)
    part = _inner(part, most)
    size = max(len(part), size)
    if most is None or size <= most + 2:
        return visible(part)
    inner = part[1 : most + 1]
    return f'{_CUT}"{visible(inner)}{more(size - len(inner) - 2 + unseen)}"'


def line_of(value: Any, *, most: int | None = SCALAR) -> Outline:
    """Returns a value as one line, secrets masked; where there is a limit, shortened to about that."""
    parts: list[str] = []
    used, whole = 0, True
    for part in _of_value(value, most):
        if most is not None and used > most:
            return Outline(text="".join([*parts, "…"]), whole=False)
        whole = whole and not part.startswith(_CUT)
        parts.append(f"{part} " if part in {":", ","} else part.removeprefix(_CUT))
        used += len(parts[-1])
    return Outline(text="".join(parts), whole=whole)


def size_of(value: Any, most: int) -> int:
    """Returns of how many parts a value consists; counts no further than a little beyond a limit."""
    return sum(1 for _ in islice(_of_value(value, 0), most + 1))
