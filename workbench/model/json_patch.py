"""JSON Patch: changes of a JSON value, written as a list of steps (RFC 6902, with pointers of RFC 6901)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from workbench.errors import InvalidValue
from workbench.model.json_values import ForeignJsonError, parse_foreign_json

OPERATIONS = {
    "add": "value",
    "replace": "value",
    "test": "value",
    "move": "from",
    "copy": "from",
    "remove": "",
}
"""By what a step does: the member that it needs beside ``path``."""
_INDEX = re.compile(r"(0|[1-9][0-9]*)\Z")
_ESCAPE = re.compile(r"~(?![01])")


class PatchFailed(ValueError):  # said as the sentence that it is
    """A patch cannot be applied to this value; says where and why. The value stays as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchStep:
    """One change.

    Attributes:
        operation: One of `OPERATIONS`.
        path: What is changed, as the parts of a pointer; none for the whole value.
        source: Of a move or a copy: where the value comes from.
        value: Of an add, a replace or a test.
    """

    operation: str
    path: tuple[str, ...]
    source: tuple[str, ...] = ()
    value: Any = None


def parse_pointer(text: str) -> tuple[str, ...]:
    """Returns the parts of a pointer such as ``/lines/0/price``.

    Raises:
        InvalidValue: It is none.
    """
    if text and not text.startswith("/"):
        raise InvalidValue(
            f"{text!r} is no pointer", path="", hint="it begins with /, such as /lines/0/price"
        )
    if _ESCAPE.search(text):
        raise InvalidValue(f"{text!r} is no pointer", path="", hint="~ is written ~0, and / in a name ~1")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:])


def parse_patch(text: str) -> tuple[PatchStep, ...]:
    """Reads a patch.

    Raises:
        InvalidValue: It is none; says which step is wrong.
    """
    try:
        found = parse_foreign_json(text)
    except ForeignJsonError as error:
        raise InvalidValue(str(error), path="") from None
    return patch_of(found)


def patch_of(found: Any) -> tuple[PatchStep, ...]:
    """Returns the steps of a patch that was read as JSON.

    Raises:
        InvalidValue: It is none; says which step is wrong.
    """
    if not isinstance(found, list):
        hint = 'such as [{"op": "add", "path": "/attempt", "value": 1}]'
        raise InvalidValue("a JSON Patch is a list of steps", path="", hint=hint)
    return tuple(_step(number, step) for number, step in enumerate(found, 1))


def _step(number: int, step: Any) -> PatchStep:
    said = f"step {number} of the patch"
    if not isinstance(step, Mapping):
        raise InvalidValue(f"{said} is no object", path="")
    operation = step.get("op")
    if not isinstance(operation, str) or operation not in OPERATIONS:
        raise InvalidValue(f"{said} has no op of {', '.join(OPERATIONS)}", path="")
    for member in ("path", OPERATIONS[operation]):
        if member and member not in step:
            raise InvalidValue(f"{said}, {operation}, has no {member}", path="")
    for member in {"path", "from"} & set(step):
        if not isinstance(step[member], str):
            raise InvalidValue(f"{said}: {member} is no text", path="")
    source = parse_pointer(step["from"]) if OPERATIONS[operation] == "from" else ()
    path = parse_pointer(step["path"])
    if operation == "move" and path[: len(source)] == source and path != source:
        raise InvalidValue(f"{said} moves a value into itself", path="")
    return PatchStep(operation=operation, path=path, source=source, value=step.get("value"))


def patched(value: Any, steps: Sequence[PatchStep]) -> Any:
    """Returns a value with all steps applied; the given one stays as it is.

    Raises:
        PatchFailed: A step cannot be done.
    """
    root = [deepcopy(value)]
    for step in steps:
        _apply(root, step)
    return root[0]


def _apply(root: list[Any], step: PatchStep) -> None:
    match step.operation:
        case "add":
            _put(root, step.path, deepcopy(step.value))
        case "remove":
            _take(root, step.path)
        case "replace":
            _find(root, step.path)
            _put(root, step.path, deepcopy(step.value), instead=True)
        case "move":
            _put(root, step.path, _take(root, step.source))
        case "copy":
            _put(root, step.path, deepcopy(_find(root, step.source)))
        case _:
            if not same(_find(root, step.path), step.value):
                raise PatchFailed(f"{written(step.path)} is not {json.dumps(step.value)}")


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal as JSON is: 1 is 1.0 and is not true, the order of keys does not count."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return (type(one) is type(other) and one == other) or (_numbers(one, other) and one == other)


def _numbers(one: Any, other: Any) -> bool:
    return isinstance(one, int | float) and isinstance(other, int | float)


def written(path: Sequence[str]) -> str:
    """Returns a pointer as it is written."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path) or "the whole value"


def _find(root: list[Any], path: Sequence[str]) -> Any:
    found: Any = root[0]
    for depth, part in enumerate(path):
        found = _below(found, part, path[: depth + 1])
    return found


def _below(found: Any, part: str, path: Sequence[str]) -> Any:
    if isinstance(found, dict) and part in found:
        return found[part]
    if isinstance(found, list) and _INDEX.match(part) and int(part) < len(found):
        return found[int(part)]
    raise PatchFailed(f"there is no {written(path)}")


def _put(root: list[Any], path: Sequence[str], value: Any, *, instead: bool = False) -> None:
    if not path:
        root[0] = value
        return
    owner, part = _find(root, path[:-1]), path[-1]
    if isinstance(owner, dict):
        owner[part] = value
    elif isinstance(owner, list) and (part == "-" or (_INDEX.match(part) and int(part) <= len(owner))):
        at = len(owner) if part == "-" else int(part)
        owner[at : at + instead] = [value]
    else:
        raise PatchFailed(f"nothing can be added at {written(path)}")


def _take(root: list[Any], path: Sequence[str]) -> Any:
    found = _find(root, path)
    if not path:
        root[0] = None
        return found
    owner = _find(root, path[:-1])
    del owner[path[-1] if isinstance(owner, dict) else int(path[-1])]
    return found
