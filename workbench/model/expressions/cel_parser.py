"""Reads CEL into a tree whose nodes know their places; optional values and message types are not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from workbench.model.expressions.flaws import Flaw, InvalidExpression
from workbench.model.expressions.other_words import OTHER_WORDS
from workbench.model.expressions.tokenizer import Token, tokens_of, value_of, wrong
from workbench.model.expressions.value_kinds import ANY, Type

MAX_LENGTH = 4000
"""Characters of one expression."""
MAX_DEPTH = 40
"""Deepest nesting of parentheses, brackets and signs."""
MAX_HEIGHT = 120
"""Deepest tree; a run of ``a + b + …`` is as deep as it is long."""

_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None}
_KEYWORDS = frozenset({"true", "false", "null", "in"})
_RESERVED = _KEYWORDS | {
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "namespace",
    "package", "return", "var", "void", "while",
}  # fmt: skip
_LEVELS = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "in": 3, "+": 4, "-": 4, "*": 5,
    "/": 5, "%": 5,
}  # fmt: skip
"""How tightly operators bind."""


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
    """Text, bytes, a number, true, false or null."""

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


def parse(text: str) -> Node:
    """Reads an expression.

    Raises:
        InvalidExpression: It is no CEL, one of the forms that are not read, too long or nested too deep.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidExpression([Flaw(0, 1, f"longer than {MAX_LENGTH} characters")])
    if not text.strip():
        raise wrong(0, "the expression is empty")
    parser = _Parser(text)
    node = parser.expression(0)
    parser.take("end")
    if _height(node) > MAX_HEIGHT:
        raise InvalidExpression(
            [Flaw(0, len(text), "this is nested too deep", "name its parts, or use a list")]
        )
    return node


_PATH = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\.([A-Za-z_][A-Za-z0-9_]*)")


def path(text: str) -> Node | None:
    """Reads what most expressions are, a field of a variable, in one go; None for anything else."""
    found = _PATH.fullmatch(text)
    if found is None or found[1] in _RESERVED or found[2] in _KEYWORDS:
        return None
    owner = Name(at=0, end=found.end(1), name=found[1])
    return Select(at=0, end=len(text), of=owner, name=found[2], name_at=found.start(2))


def below(node: Node) -> Iterator[Node]:
    """Yields the nodes right below one."""
    match node:
        case Select() | Unary():
            yield node.of
        case Index():
            yield from (node.of, node.index)
        case Call():
            yield from ([node.target] if node.target is not None else []) + node.arguments
        case Binary():
            yield from (node.left, node.right)
        case Conditional():
            yield from (node.condition, node.yes, node.no)
        case ListOf():
            yield from node.items
        case MapOf():
            for entry in node.entries:
                yield from entry


def everything(node: Node) -> Iterator[Node]:
    """Yields a node and all that is below it."""
    open_nodes = [node]
    while open_nodes:
        one = open_nodes.pop()
        yield one
        open_nodes += below(one)


def _height(node: Node) -> int:
    level, height = [node], 0
    while level:
        height += 1
        level = [one for above in level for one in below(above)]
    return height


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = tokens_of(text)
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def take(self, *wanted: str) -> Token:
        """Passes a token of a kind, or a mark that is written so."""
        token = self._next
        if token.kind not in wanted and (token.kind != "mark" or token.text not in wanted):
            raise self._unexpected(wanted)
        self._at += 1
        return token

    def _unexpected(self, wanted: tuple[str, ...]) -> InvalidExpression:
        token = self._next
        if len(wanted) == 1 and wanted[0] in _CLOSING and (token.kind == "end" or wanted[0] == ":"):
            hint = f"{OTHER_WORDS['?']}, or {{'name': value}}" if wanted[0] == ":" else ""
            return wrong(token.at, f"{wanted[0]} is missing", hint)
        if token.kind == "end":
            return wrong(token.at, "the expression ends too early")
        before = self._tokens[self._at - 1] if self._at else token
        pair = before.text + token.text if before.end == token.at else ""
        words = (pair, token.text, before.text if before.text == "not" else "")
        hint = next((OTHER_WORDS[word] for word in words if word in OTHER_WORDS), "")
        return wrong(token.at, f"{token.text} is not expected here", hint)

    def _sees(self, *marks: str) -> bool:
        return self._next.kind == "mark" and self._next.text in marks

    def expression(self, depth: int) -> Node:
        """Reads ``a ? b : c`` and everything that binds more tightly."""
        if depth > MAX_DEPTH:
            raise wrong(self._next.at, "this is nested too deep", "name its parts, or use a list")
        condition = self._binary(1, depth)
        if not self._sees("?"):
            return condition
        self.take("?")
        yes = self._binary(1, depth)
        self.take(":")
        no = self.expression(depth + 1)
        return Conditional(at=condition.at, end=no.end, condition=condition, yes=yes, no=no)

    def _binary(self, level: int, depth: int) -> Node:
        """Reads operators that bind at least so tightly."""
        left = self._unary(depth)
        while (found := self._operator()) and found >= level:
            operator = self._next.text
            self._at += 1
            right = self._binary(found + 1, depth)
            left = Binary(at=left.at, end=right.end, operator=operator, left=left, right=right)
        return left

    def _operator(self) -> int:
        token = self._next
        return _LEVELS.get(token.text, 0) if token.kind in {"mark", "name"} else 0

    def _unary(self, depth: int) -> Node:
        """Reads signs, all of one kind, and what they stand before."""
        signs: list[Token] = []
        while self._sees("!", "-"):
            signs.append(self.take(signs[0].text if signs else self._next.text))
            if len(signs) > MAX_DEPTH:
                raise wrong(signs[-1].at, "there are too many signs")
        negative = bool(signs) and signs[0].text == "-" and self._next.kind in {"int", "double"}
        node = self._member(depth, minus=signs.pop() if negative else None)
        for sign in reversed(signs):
            node = Unary(at=sign.at, end=node.end, operator=sign.text, of=node)
        return node

    def _member(self, depth: int, minus: Token | None) -> Node:
        node = self._number(minus) if minus is not None else self._primary(depth)
        while True:
            if self._sees("["):
                self.take("[")
                self._no_optional("?")
                index = self.expression(depth + 1)
                node = Index(at=node.at, end=self.take("]").end, of=node, index=index)
            elif self._sees("."):
                self.take(".")
                self._no_optional("?")
                node = self._selected(node, depth)
            elif self._sees("{") and isinstance(node, Name | Select):
                raise wrong(
                    self._next.at, "messages by type name are not read", "leave the name out for a map"
                )
            else:
                return node

    def _no_optional(self, mark: str) -> None:
        if self._sees(mark):
            raise wrong(self._next.at, "optional values are not read", "write has(a.b) ? a.b : …")

    def _number(self, minus: Token) -> Node:
        token = self.take("int", "double")
        if token.kind == "int" and token.text[-1] in "uU":
            of = Literal(at=token.at, end=token.end, value=value_of(token))
            return Unary(at=minus.at, end=token.end, operator="-", of=of)
        return Literal(at=minus.at, end=token.end, value=value_of(token, negative=True))

    def _selected(self, node: Node, depth: int) -> Node:
        name = self.take("name", "quoted")
        if name.kind == "name" and name.text in _KEYWORDS:
            raise wrong(name.at, f"{name.text} is not expected here")
        if name.kind == "name" and self._sees("("):
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
                self._comma(closing)
                if closing != ")" and self._sees(closing):
                    break
            self._no_optional("?")
            items.append(self.expression(depth + 1))
        self.take(closing)
        return items

    def _comma(self, closing: str) -> None:
        if self._next.kind == "end":
            raise wrong(self._next.at, f"{closing} is missing")
        self.take(",")

    def _primary(self, depth: int) -> Node:
        if self._sees("."):  # a name from the outermost scope: there is only one
            self.take(".")
            return self._name(self.take("name"), depth)
        token = self.take("int", "double", "text", "raw", "name", "(", "[", "{")
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
                return Literal(at=token.at, end=token.end, value=value_of(token))

    def _name(self, token: Token, depth: int) -> Node:
        if token.text in _CONSTANTS:
            return Literal(at=token.at, end=token.end, value=_CONSTANTS[token.text])
        if token.text in _RESERVED:
            raise wrong(token.at, f"{token.text} is not expected here", OTHER_WORDS.get(token.text, ""))
        if self._sees("("):
            return self._call(token, None, depth)
        return Name(at=token.at, end=token.end, name=token.text)

    def _map(self, token: Token, depth: int) -> Node:
        entries: list[tuple[Node, Node]] = []
        while not self._sees("}"):
            if entries:
                self._comma("}")
                if self._sees("}"):
                    break
            self._no_optional("?")
            key = self.expression(depth + 1)
            self.take(":")
            entries.append((key, self.expression(depth + 1)))
        return MapOf(at=token.at, end=self.take("}").end, entries=entries)


_CLOSING = frozenset({")", "]", "}", ":"})
