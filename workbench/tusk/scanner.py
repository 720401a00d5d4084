"""Reads the small parts of TuskLang: blanks, keys, strings, numbers, operators; each in one pass."""

from __future__ import annotations

import re

from workbench.tusk.document import Kind, Value
from workbench.tusk.problems import Places, Problem

_IDENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*")
_NUMBER = re.compile(r"-?[0-9]{1,400}(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,4})?(?![A-Za-z0-9_])")
_RANGE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})(?![A-Za-z0-9_])")
_BLANK = re.compile(r"[ \t\r]*")
_ENV = re.compile(r"@env\(")
_REF = re.compile(r"@([A-Za-z_][A-Za-z0-9_/-]*)\.tsk\.get\(")
_ESCAPES = {'"': '"', "'": "'", "\\": "\\", "n": "\n", "t": "\t", "r": "\r"}
_WORDS = {"true": (Kind.BOOLEAN, True), "false": (Kind.BOOLEAN, False), "null": (Kind.NULL, None)}
MAX_DIGITS = 4000


class Broken(Exception):
    """A statement cannot be read; the parser goes on behind it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Scanner:
    """A place in a text that moves forward."""

    def __init__(self, text: str, places: Places) -> None:
        self.text = text
        self.at = 0
        self.places = places

    def broken(self, code: str, message: str, hint: str = "", *, start: int | None = None) -> Broken:
        """Makes the error for what stands between ``start`` and here, or at least one character."""
        begin = self.at if start is None else start
        return Broken(self.places.problem(begin, max(self.at, begin + 1), code, message, hint))

    def peek(self) -> str:
        """Returns the next character, empty at the end."""
        return self.text[self.at : self.at + 1]

    def blanks(self) -> None:
        """Passes spaces and tabs."""
        found = _BLANK.match(self.text, self.at)
        if found is not None:
            self.at = found.end()

    def gap(self) -> None:
        """Passes blanks, line ends and comments."""
        while True:
            self.blanks()
            if self.peek() == "#":
                self.line_end()
            if self.peek() != "\n":
                return
            self.at += 1

    def line_end(self) -> None:
        """Moves to the end of the line, before its line feed."""
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def close_line(self) -> None:
        """Passes what may follow a statement: blanks and a comment, up to the line's end or a bracket."""
        self.blanks()
        after = self.peek()
        if after == "#":
            self.line_end()
        elif after and after not in "\n},<":
            start = self.at
            self.line_end()
            if after in "+?*/&|" or (after == "(" and self.text[start - 1 : start].isalnum()):
                raise self.broken(
                    "E-EXPRESSION", "calls, + and ? : are not read outside strings", start=start
                )
            raise self.broken(
                "E-TRAILING", f"unexpected {self.text[start : start + 12]!r} behind the value", start=start
            )

    def ident(self) -> str:
        """Passes a name and returns it; empty where none stands."""
        found = _IDENT.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[0]

    def value(self) -> Value:
        """Reads a value that is not an array or an object."""
        start, first = self.at, self.peek()
        if first and first in "\"'":
            return Value(kind=Kind.STRING, start=start, plain=self.string(), end=self.at)
        if first == "$":
            self.at += 1
            if not (name := self.ident()):
                raise self.broken("E-VARIABLE", "a name must follow $", start=start)
            return Value(kind=Kind.VARIABLE, start=start, end=self.at, plain=name)
        if first == "@":
            return self._operator()
        if first.isdigit() or first == "-":
            return self._number()
        return self._word()

    def _word(self) -> Value:
        start, word = self.at, self.ident()
        if word in _WORDS:
            kind, plain = _WORDS[word]
            return Value(kind=kind, start=start, end=self.at, plain=plain)
        if self.text.startswith("<<", self.at) and not word:
            raise self.broken("E-HEREDOC", "<< is not read", 'write text over several lines between """')
        if not word:
            raise self.broken("E-VALUE", "a value is missing", 'text stands between quotes: "like this"')
        if self.peek() == "(":
            raise self.broken("E-EXPRESSION", f"{word}(…) is a call, and nothing is ever called", start=start)
        raise self.broken("E-QUOTES", f"{word} needs quotes", f'write "{word}"', start=start)

    def _number(self) -> Value:
        start = self.at
        pair = _RANGE.match(self.text, start)
        if pair is not None:
            self.at = pair.end()
            return Value(kind=Kind.RANGE, start=start, end=self.at, plain=(int(pair[1]), int(pair[2])))
        found = _NUMBER.match(self.text, start)
        if found is None:
            self.line_end()
            raise self.broken(
                "E-NUMBER",
                "this is no number",
                'durations and sizes stand in quotes: "5s", "10MB"',
                start=start,
            )
        self.at = found.end()
        plain = int(found[0]) if found[0].lstrip("-").isdigit() else float(found[0])
        if plain in (float("inf"), float("-inf")):
            raise self.broken("E-NUMBER", "this number is too large", start=start)
        return Value(kind=Kind.NUMBER, start=start, end=self.at, plain=plain)

    def string(self) -> str:
        """Reads a string between one or three quotes of a kind."""
        start, quote = self.at, self.peek()
        triple = self.text.startswith(quote * 3, start)
        mark = quote * 3 if triple else quote
        self.at += len(mark)
        parts: list[str] = []
        while not self.text.startswith(mark, self.at):
            char = self.peek()
            if not char or (char == "\n" and not triple):
                raise self.broken("E-STRING", f"the text is not closed with {mark}", start=start)
            if char == "\\":
                parts.append(self._escape())
                continue
            end = self.at
            while end < len(self.text) and self.text[end] not in ("\\", "\n", quote):
                end += 1
            parts.append(self.text[self.at : max(end, self.at + 1)])
            self.at = max(end, self.at + 1)
        self.at += len(mark)
        return "".join(parts)

    def _escape(self) -> str:
        char = self.text[self.at + 1 : self.at + 2]
        if char not in _ESCAPES:
            self.at += 1
            raise self.broken(
                "E-ESCAPE", f"\\{char} means nothing here", r"known: \" \' \\ \n \t \r", start=self.at - 1
            )
        self.at += 2
        return _ESCAPES[char]

    def _operator(self) -> Value:
        start = self.at
        if (found := _ENV.match(self.text, start)) is not None:
            self.at = found.end()
            name = self._argument(start)
            default = None
            self.blanks()
            if self.peek() == ",":
                self.at += 1
                self.blanks()
                default = self.value()
                if default.kind not in {Kind.STRING, Kind.NUMBER, Kind.BOOLEAN, Kind.NULL}:
                    raise self.broken(
                        "E-OPERATOR", "the default of @env must be a plain value", start=default.start
                    )
            self._closing(start)
            plain = (name, default.plain if default else None, default is not None)
            return Value(kind=Kind.ENV, start=start, end=self.at, plain=plain)
        if (found := _REF.match(self.text, start)) is not None:
            self.at = found.end()
            key = self._argument(start)
            self._closing(start)
            return Value(kind=Kind.REF, start=start, end=self.at, plain=(found[1], key))
        self.at += 1
        word = self.ident()
        hint = 'only @env("WORKBENCH_NAME", default) and @file.tsk.get("key") are read'
        raise self.broken("E-OPERATOR", f"@{word} is not read", hint, start=start)

    def _argument(self, start: int) -> str:
        self.blanks()
        if self.peek() not in ('"', "'"):
            raise self.broken("E-OPERATOR", "the name must stand in quotes", start=start)
        return self.string()

    def _closing(self, start: int) -> None:
        self.blanks()
        if self.peek() != ")":
            raise self.broken("E-OPERATOR", "the closing ) is missing", start=start)
        self.at += 1
