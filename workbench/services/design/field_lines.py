"""A field as a line that is typed, such as ``amount: money min 0``, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self

from typing_extensions import override

from workbench.errors import InvalidValue
from workbench.project.declared.field_types import COUNTED
from workbench.tusk import TskError, Value, ValueKind, parse, write_value
from workbench.tusk.write import write_entry

PLAIN_TYPE, PLAIN_COLUMN = "string", "text"
_WORDS = {
    "text": "string",
    "yes/no": "boolean",
    "time": "date-time",
    "whole": "integer",
    "number": "decimal",
}
"""Words of the board for types."""
_COLUMN_WORDS = {"string": "text"}
"""Words of fields for types of columns."""
_LINE = re.compile(r"\s*(?P<name>[A-Za-z_][\w-]*)(?P<open>\?)?\s*(?::\s*(?P<rest>.*?))?\s*\Z", re.DOTALL)
_LIST = re.compile(r"\[\s*(?P<of>[^\s\[\]]+)\s*\]")
_MAP = re.compile(r"\{\s*(?P<of>[^\s{}]+)\s*\}")
_WORD = re.compile(r"[A-Za-z_][\w/-]*")
_LIMIT = re.compile(r"\s*,?\s*(?P<key>min|max|places)(?:\s*:\s*|\s+)(?P<value>-?\d+(?:\.\d+)?)(?=[\s,]|\Z)")
_SAID = re.compile(r"\s*,?\s*(?P<key>[a-z_]+)\s+(?P<value>\"(?:[^\"\\]|\\.)*\"|'[^']*')")
"""What a text says of a field, without the colon: ``example "Ada"``."""
_FALLBACK = re.compile(r"\s*,?\s*(?P<key>default)\s+(?P<value>-?\d+(?:\.\d+)?|[A-Za-z_][\w-]*)(?=[\s,]|\Z)")
"""A default without the colon, as limits are said: ``default 100``."""
_DEFAULT = re.compile(r"\s*=\s*(?P<value>\S.*)", re.DOTALL)
_MORE = re.compile(r",\s*(?=[A-Za-z_][\w-]*\s*[:{])")
"""What stands between a default without quotes and what else is said."""
_NEXT = re.compile(
    r",\s*(?=[A-Za-z_][\w-]*\s*(?:[?,]|\Z|:(?!\s*(?:[\"'\d-]|\[\s*[\"'\]]|(?:true|false|null)\b))))"
)
"""What stands between two fields of a line: no type begins as the value of a rule does."""
_WHOLE = re.compile(r"\"(?:[^\"\\]|\\.)*\"?|'[^']*'?|[\[({]|[\])}]|,|.", re.DOTALL)
"""Texts in quotes, brackets and commas, of which each counts as one."""
_HINT = "name: type, such as amount: money min 0, note?, status: placed | paid, lines: [line]"
_PLAIN = {ValueKind.STRING, ValueKind.NUMBER, ValueKind.BOOLEAN, ValueKind.NULL}
_LIMITS = ("min", "max", "places")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_PLAIN_NAME = re.compile(r"[^\s\[\]{}]+")
_CHOICES = re.compile(r"""(?P<names>[^=|"':,(){}\[\]]*(?:\|[^=|"':,(){}\[\]]*)+)""")
_BEHIND = re.compile(
    r"(?P<name>.*\S)\s+(?:(?P<key>default)\s+(?P<value>\S+)|(?P<limit>min|max|places)\s+-?\d\S*)"
)
"""A choice with what is meant as a rule of the field behind it."""


class TypedNumber(float):
    """A number that is written as it was typed, such as ``1.10``."""

    _typed: str

    def __new__(cls, typed: str) -> Self:
        """Makes the number of a text."""
        made = super().__new__(cls, typed)
        made._typed = typed
        return made

    @override
    def __repr__(self) -> str:
        return self._typed


def read_field_line(line: str, *, column: bool = False) -> tuple[str, str | dict[str, Any]]:
    """Returns a field's name, and what is written for it: its type alone, or a block.

    Args:
        column: It is one of a projection, whose types have names of their own.

    Raises:
        InvalidValue: The line cannot be understood; says what cannot.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        raise InvalidValue("a field is a name and a type", path="", hint=_HINT)
    try:
        said = _said(found["rest"] or (PLAIN_COLUMN if column else PLAIN_TYPE), column=column)
    except InvalidValue as error:
        raise InvalidValue(f"field {found['name']}: {error.message}", path="", hint=error.hint) from None
    if found["open"] and not said["type"].endswith("?"):
        said["type"] += "?"
    return found["name"], said["type"] if set(said) == {"type"} else said


def _said(line: str, *, column: bool) -> dict[str, Any]:
    """Returns what a line says behind the name: a type, which may end with ``?``, and rules."""
    said, rest = _type(line, _COLUMN_WORDS if column else _WORDS)
    if rest.startswith("?"):
        said["type"], rest = f"{said['type']}?", rest[1:]
    while rule := _LIMIT.match(rest) or _SAID.match(rest) or _FALLBACK.match(rest):
        said = _with(said, _rule(rule["key"], rule["value"]))
        rest = rest[rule.end() :]
    if default := _DEFAULT.fullmatch(rest):
        said = _with(said, _default(default["value"].strip()))
    elif rest.strip():
        said = _with(said, _entries(rest.strip().removeprefix(",").strip()))
    lengths = [key for key in ("min", "max") if said["type"].removesuffix("?") in COUNTED]
    if low := next((key for key in lengths if _is_number(said.get(key)) and said[key] < 0), ""):
        raise InvalidValue(f"{low} {said[low]} is no length", path="", hint="lengths begin with 0")
    return said


def _with(said: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what is said with what else is.

    Raises:
        InvalidValue: Both say the same of the field.
    """
    if twice := next((key for key in more if key in said), ""):
        raise InvalidValue(f"{twice} is said twice", path="", hint="keep one of them")
    return {**said, **more}


def why_unreadable(line: str, *, column: bool = False) -> str:
    """Says why fields, as in `split_field_lines`, cannot be understood, and which; empty where they can."""
    for one in split_field_lines(line):
        try:
            read_field_line(one, column=column)
        except InvalidValue as error:
            return f"{error.message} ({error.hint})" if error.hint else error.message
    return ""


def split_field_lines(line: str) -> list[str]:
    """Returns the fields of a line, such as ``title: text, note?``, a line each.

    They are split at commas outside quotes and brackets, before a name that a colon, a question mark, another
    comma or the end follows; a rule with its value, such as ``min: 2``, stays with the field before it.
    """
    lines, begin, depth = list[str](), 0, 0
    for piece in _WHOLE.finditer(line):
        depth += {"[": 1, "(": 1, "{": 1, "]": -1, ")": -1, "}": -1}.get(piece[0], 0)
        found = _NEXT.match(line, piece.start()) if piece[0] == "," and depth <= 0 else None
        if found is not None:
            lines.append(line[begin : piece.start()].strip())
            begin = found.end()
    return [*lines, line[begin:].strip()]


def write_field_line(name: str, value: object) -> str | None:
    """Returns the line for a field as it is written; None where it has no type."""
    parts = field_parts(name, value)
    return None if parts is None else f"{parts[0]}: {' '.join(part for part in parts[1:] if part)}"


def field_parts(name: str, value: object) -> tuple[str, str, str] | None:
    """Returns the name, the type and the rules of a field's line; None where it has no type."""
    said: dict[str, Any] = {"type": value} if isinstance(value, str) else dict(_mapping(value))
    word = said.pop("type", None)
    if not isinstance(word, str):
        return None
    shape = _shape(word.removesuffix("?"), said)
    rules = " ".join(f"{key} {said.pop(key)}" for key in _LIMITS if _is_number(said.get(key)))
    if set(said) == {"default"} and isinstance(said["default"], str | int | float | None):
        rules = f"{rules} = {write_value(said.pop('default'))}".strip()
    rest = ", ".join(write_entry(key, one) for key, one in said.items())
    mark = "?" if word.endswith("?") else ""
    return f"{name}{mark}", shape, ", ".join(part for part in (rules, rest) if part)


def _type(rest: str, words: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    for kind, form in (("list", _LIST), ("map", _MAP)):
        if found := form.match(rest):
            of, mark = found["of"].removesuffix("?"), "?" if found["of"].endswith("?") else ""
            return {"type": kind, "of": words.get(of, of) + mark}, rest[found.end() :]
    if found := _CHOICES.match(rest):
        names = [one.strip() for one in found["names"].split("|")]
        if not all(names):
            raise InvalidValue("a choice is missing beside |", path="", hint="status: placed | paid")
        if odd := next((one for one in names if one.endswith("?")), ""):
            hint = "of a field that may be missing: status?: placed | paid"
            raise InvalidValue(f"{odd} is no choice: the ? stands behind the name", path="", hint=hint)
        return {"type": "choice", **_choices(names)}, rest[found.end() :]
    word = _WORD.match(rest)
    if word is None:
        raise InvalidValue("a type is missing", path="", hint=_HINT)
    return {"type": words.get(word[0], word[0])}, rest[word.end() :]


def _choices(names: list[str]) -> dict[str, Any]:
    """Returns choices, and the default that is said in words behind the last of them.

    Raises:
        InvalidValue: A limit is said behind them, which choices have not.
    """
    said = _BEHIND.fullmatch(names[-1])
    if said is None:
        return {"choices": names}
    choices = [*names[:-1], said["name"]]
    if said["limit"]:
        raise InvalidValue(f"choices have no {said['limit']}", path="", hint=f"leave {said['limit']} out")
    if said["value"] not in choices:
        raise InvalidValue(f"{said['value']} is none of the choices", path="", hint=f"= {choices[0]}")
    return {"choices": choices, "default": said["value"]}


def _shape(plain: str, said: dict[str, Any]) -> str:
    of, choices = said.get("of"), said.get("choices")
    if plain in {"list", "map"} and isinstance(of, str) and _PLAIN_NAME.fullmatch(of):
        del said["of"]
        return f"[{of}]" if plain == "list" else f"{{{of}}}"
    if plain == "choice" and isinstance(choices, list) and set(said) <= {"choices", "default"}:
        line = " | ".join(str(one) for one in choices)
        plain_names = not any(str(one).endswith("?") for one in choices)
        if plain_names and _CHOICES.fullmatch(line) and [one.strip() for one in line.split("|")] == choices:
            del said["choices"]
            return line
    return plain


def _entries(written: str) -> dict[str, Any]:
    """Returns what else a block says, as it is written there, such as ``example: "Ada"``."""
    said = _block(written)
    if not said or "type" in said:
        raise InvalidValue(f"{written} cannot be understood behind its type", path="", hint=_HINT)
    return said


def _block(written: str) -> dict[str, Any]:
    """Returns what a block would hold; nothing where it cannot be read."""
    text = f"x {{ {written} }}"
    try:
        scope = parse(text).top.entries["x"].value.scope
    except TskError:
        return {}
    return (
        {key: plain_value(one.value, text) for key, one in scope.entries.items()} if scope is not None else {}
    )


def plain_value(value: Value, text: str) -> Any:
    """Returns what is written as a value that is read from a text; a number keeps its digits.

    Raises:
        InvalidValue: It is more than itself, such as a reference.
    """
    if value.scope is not None:
        return {one.key: plain_value(one.value, text) for one in value.scope.entries.values()}
    if value.kind is ValueKind.ARRAY:
        return [plain_value(one, text) for one in value.items]
    if value.kind not in _PLAIN:
        raise InvalidValue("a reference can only be changed in the text", path="")
    return TypedNumber(text[value.start : value.end]) if isinstance(value.plain, float) else value.plain


def _rule(key: str, written: str) -> dict[str, Any]:
    """Returns a limit, a default, or what a text in quotes says."""
    if key not in _LIMITS:
        return (
            _default(written)
            if key == "default" and written[0] not in "\"'"
            else _entries(f"{key}: {written}")
        )
    return {key: TypedNumber(written) if "." in written else int(written)}


def _default(written: str) -> dict[str, Any]:
    """Returns a default as it was typed, with what is said behind it.

    It is a number, yes or no, or a text with or without quotes.
    """
    parts = _MORE.split(written, maxsplit=1) if written[0] not in "\"'" else [written]
    if len(parts) > 1:
        return _with(_default(parts[0]), _entries(parts[1]))
    try:
        said = _block(f"default: {written}")
    except InvalidValue:
        said = {}
    if "default" in said and not isinstance(said["default"], dict | list) and "type" not in said:
        return said
    if written[0] in "\"'":
        raise InvalidValue(f"{written} cannot be understood", path="", hint=_HINT)
    return {"default": written}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and _NUMBER.fullmatch(str(value)) is not None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
