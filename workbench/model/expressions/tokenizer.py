"""Cuts an expression into its words: names, numbers, texts, bytes and marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from workbench.model.expressions.cel_values import INT_MAX, UINT_MAX, Uint
from workbench.model.expressions.flaws import Flaw, InvalidExpression
from workbench.model.expressions.other_words import OTHER_WORDS

_TOKEN = re.compile(
    r"""(?:[ \t\r\n\f]|//[^\n]*+)*+(?:
    (?P<double>(?:[0-9]+\.[0-9]+|(?<![A-Za-z0-9_)\]}])\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+)(?![A-Za-z0-9_])
    |(?P<int>(?:0[xX][0-9A-Fa-f]+|[0-9]+)[uU]?)(?![A-Za-z0-9_])
    |(?P<raw>(?:[rR][bB]?|[bB][rR])(?:'''.*?'''|\"\"\".*?\"\"\"|'(?!'')[^'\n\r]*'|"(?!"")[^"\n\r]*"))
    |(?P<text>[bB]?(?:'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"
        |'(?!'')(?:[^'\\\n\r]|\\.)*'|"(?!"")(?:[^"\\\n\r]|\\.)*"))
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?!['"A-Za-z0-9_])
    |`(?P<quoted>[A-Za-z0-9_.\-/ ]+)`
    |(?P<mark>==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()\[\]{}])
    )""",
    re.VERBOSE | re.DOTALL,
)
_REST = re.compile(r"(?:[ \t\r\n\f]|//[^\n]*+)*+")
_ESCAPES = {
    "\\": "\\", "'": "'", '"': '"', "`": "`", "?": "?", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r",
    "t": "\t", "v": "\v",
}  # fmt: skip
_ESCAPE = re.compile(
    r"\\(?:([0-3][0-7]{2})|[xX]([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.?))", re.DOTALL
)
_QUOTES = re.compile(r"(?:[rR][bB]?|[bB][rR]?)?(['\"])")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of an expression."""

    kind: str
    text: str
    at: int
    end: int


def wrong(at: int, message: str, hint: str = "") -> InvalidExpression:
    """Makes the error for a character that cannot stand where it stands."""
    return InvalidExpression([Flaw(at, at + 1, message, hint)])


def tokens_of(text: str) -> list[Token]:
    """Returns the words of an expression, and one of the kind ``end`` behind them.

    Raises:
        InvalidExpression: Something in it begins no word.
    """
    found: list[Token] = []
    at = 0
    while match := _TOKEN.match(text, at):
        kind = str(match.lastgroup)
        found.append(Token(kind, match[kind], match.start(kind), match.end(kind)))
        at = match.end()
    rest = _REST.match(text, at)
    at = rest.end() if rest else at
    if at < len(text):
        raise _no_word(text, at)
    return [*found, Token("end", "", len(text), len(text))]


def _no_word(text: str, at: int) -> InvalidExpression:
    if text[at] == "=":
        hint = OTHER_WORDS["=>"] if text[at + 1 : at + 2] == ">" else "write == to compare"
        return wrong(at, "a single = means nothing", hint)
    if _QUOTES.match(text, at):
        return wrong(at, "the text is not closed", "text in an expression stands between single quotes")
    if text[at].isdigit():
        return wrong(at, "this is no number", "a length of time is duration('24h')")
    return wrong(at, f"{text[at]} means nothing in an expression", OTHER_WORDS.get(text[at], ""))


def value_of(token: Token, *, negative: bool = False) -> Any:
    """Returns the value of a number or of what stands between quotes.

    Raises:
        InvalidExpression: There is no such value.
    """
    match token.kind:
        case "double":
            return -float(token.text) if negative else float(token.text)
        case "int":
            return _integer(token, negative=negative)
        case "raw":
            prefix, body = _unquoted(token.text)
            return body.encode() if "b" in prefix else body
        case _:
            prefix, body = _unquoted(token.text)
            start = token.end - len(body)
            return _bytes(body, start) if prefix else _text(body, start)


def _integer(token: Token, *, negative: bool) -> Any:
    digits = token.text.rstrip("uU")
    value = int(digits, 16) if digits[1:2] in {"x", "X"} else int(digits[-40:])
    unsigned = digits != token.text
    limit = UINT_MAX if unsigned else INT_MAX + negative
    if value > limit or (len(digits) > 40 and digits[1:2] not in {"x", "X"}):
        raise wrong(token.at, "this number is too large")
    if unsigned:
        return Uint(value)
    return -value if negative else value


def _unquoted(text: str) -> tuple[str, str]:
    """Returns the letters before the quotes, and what stands between them."""
    start = min(text.find(mark) for mark in "'\"" if mark in text)
    long = text[start : start + 3] == text[start] * 3 and len(text) - start >= 6
    size = 3 if long else 1
    return text[:start].lower(), text[start + size : -size].replace("\r\n", "\n").replace("\r", "\n")


def _text(body: str, start: int) -> str:
    if "\\" not in body:
        return body
    return _ESCAPE.sub(lambda found: _character(found, start), body)


def _character(found: re.Match[str], start: int) -> str:
    octal, short, four, eight, simple = found.groups()
    if simple is not None:
        if simple not in _ESCAPES:
            raise wrong(start + found.start(), f"\\{simple} means nothing in a text", "write \\\\ for one \\")
        return _ESCAPES[simple]
    point = int(octal, 8) if octal else int(short or four or eight, 16)
    if 0xD800 <= point < 0xE000 or point > 0x10FFFF:
        raise wrong(start + found.start(), "there is no such character")
    return chr(point)


def _bytes(body: str, start: int) -> bytes:
    """Returns bytes: escapes of digits are bytes, everything else is UTF-8."""
    found = bytearray()
    at = 0
    for match in _ESCAPE.finditer(body):
        found += body[at : match.start()].encode()
        octal, short, four, eight, _ = match.groups()
        if four or eight:
            raise wrong(start + match.start(), "bytes are written as \\x00 to \\xff")
        found += (
            bytes([int(octal, 8) if octal else int(short, 16)])
            if octal or short
            else _character(match, start).encode()
        )
        at = match.end()
    return bytes(found + body[at:].encode())
