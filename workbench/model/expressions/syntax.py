"""Reads CEL into a tree whose nodes know their places, all of it but a few forms that nobody misses here.

What is not read: bytes, raw and triple-quoted text, unsigned and hexadecimal numbers, optional values,
messages by type name, and comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from workbench.model.expressions.kinds import ANY, Type

MAX_DEPTH = 24
"""Deepest nesting; CEL itself has a limit, too."""
MAX_CHAIN = 100
"""Longest run of one operator, such as ``a + b + …``."""

_TOKEN = re.compile(
    r"""[ \t\r\n\f]*(?:
    (?P<double>(?:[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+))(?![A-Za-z0-9_.])
    |(?P<int>[0-9]+)(?![A-Za-z0-9_.])
    |(?P<string>'(?!'')(?:[^'\\\n\r]|\\.)*'|"(?!"")(?:[^"\\\n\r]|\\.)*")
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?!['"A-Za-z0-9_])
    |(?P<mark>==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()\[\]{}])
    )""",
    re.VERBOSE,
)
_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "`": "`", "?": "?", "n": "\n", "r": "\r", "t": "\t"}
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None}
_RESERVED = frozenset({
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let",
    "loop", "namespace", "null", "package", "return", "true", "var", "void", "while",
})  # fmt: skip
_LEVELS = (("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/", "%"))
_INT_MAX = 2**63 - 1


class NotPlain(Exception):
    """The text is no CEL, or one of the forms that are not read."""


@dataclass(slots=True, kw_only=True)
class Node:
    """A part of an expression.

    Attributes:
        at: Offset of its first character.
        end: Offset behind it.
        type: What is known of its value; set by the check.
    """

    at: int
    end: int
    type: Type = ANY


@dataclass(slots=True, kw_only=True)
class Literal(Node):
    """Text, a number, true, false or null."""

    value: Any


@dataclass(slots=True, kw_only=True)
class Name(Node):
    """A variable."""

    name: str


@dataclass(slots=True, kw_only=True)
class Select(Node):
    """A field of something: ``of.name``; the name begins at ``name_at``."""

    of: Node
    name: str
    name_at: int


@dataclass(slots=True, kw_only=True)
class Index(Node):
    """An item of something: ``of[index]``."""

    of: Node
    index: Node


@dataclass(slots=True, kw_only=True)
class Call(Node):
    """A function, whose name begins at ``name_at``; what stands before its dot is ``target``."""

    name: str
    name_at: int
    target: Node | None
    arguments: list[Node] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Unary(Node):
    """``!x`` or ``-x``."""

    operator: str
    of: Node


@dataclass(slots=True, kw_only=True)
class Binary(Node):
    """Two values and an operator."""

    operator: str
    left: Node
    right: Node


@dataclass(slots=True, kw_only=True)
class Conditional(Node):
    """``condition ? yes : no``."""

    condition: Node
    yes: Node
    no: Node


@dataclass(slots=True, kw_only=True)
class ListOf(Node):
    """``[a, b]``."""

    items: list[Node]


@dataclass(slots=True, kw_only=True)
class MapOf(Node):
    """``{'a': b}``."""

    entries: list[tuple[Node, Node]]


@dataclass(frozen=True, slots=True)
class Token:
    """A word of an expression."""

    kind: str
    text: str
    at: int
    end: int


def parse(text: str) -> Node:
    """Reads an expression.

    Raises:
        NotPlain: It is no CEL, or not one of the forms that are read.
    """
    parser = _Parser(text)
    node = parser.expression(0)
    parser.take("end")
    return node


_PATH = re.compile(r"([a-z_][a-z0-9_]*)\.([a-z_][a-z0-9_]*)")


def path(text: str) -> Node | None:
    """Reads what most expressions are, a field of a variable, in one go; None for anything else."""
    found = _PATH.fullmatch(text)
    if found is None or found[1] in _RESERVED or found[2] in _RESERVED:
        return None
    owner = Name(at=0, end=found.end(1), name=found[1])
    return Select(at=0, end=len(text), of=owner, name=found[2], name_at=found.start(2))


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while match := _TOKEN.match(text, at):
        kind = str(match.lastgroup)
        found.append(Token(kind, match[kind], match.start(kind), match.end(kind)))
        at = match.end()
    if text[at:].strip(" \t\r\n\f"):
        raise NotPlain
    return [*found, Token("end", "", len(text), len(text))]


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def take(self, *wanted: str) -> Token:
        """Passes a token of a kind, or a mark or word that is written so."""
        token = self._next
        if token.kind not in wanted and (token.kind not in {"mark", "name"} or token.text not in wanted):
            raise NotPlain
        self._at += 1
        return token

    def _sees(self, *marks: str) -> bool:
        return self._next.kind in {"mark", "name"} and self._next.text in marks

    def expression(self, depth: int) -> Node:
        """Reads ``a ? b : c`` and everything that binds more tightly."""
        if depth > MAX_DEPTH:
            raise NotPlain
        condition = self._binary(0, depth)
        if not self._sees("?"):
            return condition
        self.take("?")
        yes = self._binary(0, depth + 1)
        self.take(":")
        no = self.expression(depth + 1)
        return Conditional(at=condition.at, end=no.end, condition=condition, yes=yes, no=no)

    def _binary(self, level: int, depth: int) -> Node:
        if level == len(_LEVELS):
            return self._unary(depth)
        left = self._binary(level + 1, depth)
        count = 0
        while self._sees(*_LEVELS[level]):
            operator = self.take(*_LEVELS[level]).text
            right = self._binary(level + 1, depth)
            left = Binary(at=left.at, end=right.end, operator=operator, left=left, right=right)
            count += 1
            if count > MAX_CHAIN:
                raise NotPlain
        return left

    def _unary(self, depth: int) -> Node:
        """Reads signs, all of one kind, and what they stand before."""
        signs: list[Token] = []
        while self._sees("!", "-") and len(signs) <= MAX_DEPTH:
            signs.append(self.take(signs[0].text if signs else self._next.text))
        node = self._member(depth)
        for sign in reversed(signs):
            node = Unary(at=sign.at, end=node.end, operator=sign.text, of=node)
        return node

    def _member(self, depth: int) -> Node:
        node = self._primary(depth)
        for _ in range(MAX_DEPTH):
            if self._sees("["):
                self.take("[")
                index = self.expression(depth + 1)
                node = Index(at=node.at, end=self.take("]").end, of=node, index=index)
            elif self._sees("."):
                self.take(".")
                node = self._selected(node, depth)
            else:
                return node
        raise NotPlain

    def _selected(self, node: Node, depth: int) -> Node:
        name = self.take("name")
        if name.text in _RESERVED:
            raise NotPlain
        if self._sees("("):
            return self._call(name, node, depth)
        return Select(at=node.at, end=name.end, of=node, name=name.text, name_at=name.at)

    def _call(self, name: Token, target: Node | None, depth: int) -> Node:
        self.take("(")
        arguments = self._list(")", depth)
        return Call(
            at=name.at if target is None else target.at,
            end=self._tokens[self._at - 1].end,
            name=name.text,
            name_at=name.at,
            target=target,
            arguments=arguments,
        )

    def _list(self, closing: str, depth: int) -> list[Node]:
        items: list[Node] = []
        while not self._sees(closing):
            if items:
                self.take(",")
            items.append(self.expression(depth + 1))
        self.take(closing)
        return items

    def _primary(self, depth: int) -> Node:
        token = self.take("int", "double", "string", "name", "(", "[", "{")
        match token.kind, token.text:
            case "mark", "(":
                node = self.expression(depth + 1)
                self.take(")")
                return node
            case "mark", "[":
                items = self._list("]", depth)
                return ListOf(at=token.at, end=self._tokens[self._at - 1].end, items=items)
            case "mark", "{":
                return self._map(token, depth)
            case "name", _:
                return self._name(token, depth)
            case _:
                return Literal(at=token.at, end=token.end, value=_value(token))

    def _name(self, token: Token, depth: int) -> Node:
        if token.text in _CONSTANTS:
            return Literal(at=token.at, end=token.end, value=_CONSTANTS[token.text])
        if token.text in _RESERVED:
            raise NotPlain
        if self._sees("("):
            return self._call(token, None, depth)
        return Name(at=token.at, end=token.end, name=token.text)

    def _map(self, token: Token, depth: int) -> Node:
        entries: list[tuple[Node, Node]] = []
        while not self._sees("}"):
            if entries:
                self.take(",")
            key = self.expression(depth + 1)
            self.take(":")
            entries.append((key, self.expression(depth + 1)))
        return MapOf(at=token.at, end=self.take("}").end, entries=entries)


def _value(token: Token) -> Any:
    if token.kind == "string":
        return _unescaped(token.text[1:-1])
    if token.kind == "double":
        return float(token.text)
    value = int(token.text) if len(token.text) < 20 else _INT_MAX + 1
    if value > _INT_MAX:
        raise NotPlain
    return value


def _unescaped(text: str) -> str:
    parts = text.split("\\")
    said, rest = [parts[0]], iter(parts[1:])
    for part in rest:
        if not part:  # two backslashes in a row
            said.append("\\" + next(rest))
        elif part[0] in _ESCAPES:
            said.append(_ESCAPES[part[0]] + part[1:])
        else:
            raise NotPlain
    return "".join(said)
