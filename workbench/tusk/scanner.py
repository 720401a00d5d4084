"""Reads the small parts of TuskLang: blanks, keys, strings, numbers, operators; each in one pass."""

from __future__ import annotations

import re

from workbench.tusk.document import Value, ValueKind
from workbench.tusk.problems import Places, Problem

_IDENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*")
_NUMBER = re.compile(r"-?[0-9]{1,400}(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,4})?(?![A-Za-z0-9_])")
_RANGE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})(?![A-Za-z0-9_])")
_BLANK = re.compile(r"[ \t\r]*")
_ENV = re.compile(r"@env\(")
_REF = re.compile(r"@([A-Za-z_][A-Za-z0-9_/-]*)\.tsk\.get\(")
_QUOTED = re.compile(r"""\"(?:[^"\\\n]|\\[^\n])*+"|'(?:[^'\\\n]|\\[^\n])*+'""")
_UNQUOTED = re.compile(r"[^\n,{}\[\]#\"']{1,60}")
_PLAIN = re.compile(r"""[^"'{}\[\]<>,\n#]++""")
_JUNK = re.compile(r"""[^\s,\]}#]*""")
_ESCAPE = re.compile(r"""\\(["'\\ntr])""")
_BODY = {
    '"': re.compile(r"""(?:[^"\\\n]+|\\["'\\ntr])*"""),
    "'": re.compile(r"""(?:[^'\\\n]+|\\["'\\ntr])*"""),
    '"' * 3: re.compile(r"""(?:[^"\\]+|"(?!"")|\\["'\\ntr])*"""),
    "'" * 3: re.compile(r"""(?:[^'\\]+|'(?!'')|\\["'\\ntr])*"""),
}
"""What stands between the marks of a text, up to the first thing that cannot.

Nothing stands behind, so it never goes back. A possessive group would do in other Pythons; in 3.11.2 it stops
in the middle of an alternative that fails.
"""
_ESCAPES = {'"': '"', "'": "'", "\\": "\\", "n": "\n", "t": "\t", "r": "\r"}
_WORDS = {
    "true": (ValueKind.BOOLEAN, True),
    "false": (ValueKind.BOOLEAN, False),
    "null": (ValueKind.NULL, None),
}
ENV_FORM = 'only @env("WORKBENCH_NAME", default) and @file.tsk.get("key") are read'
NUMBER = _NUMBER
"""How a number is written."""


class Broken(Exception):
    """A statement or an item cannot be read; the parser goes on behind it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Scanner:
    """A place in a text that moves forward."""

    def __init__(self, text: str, places: Places) -> None:
        self.text = text
        self.at = 0
        self.places = places
        self.directives: list[int] = []

    def broken(self, code: str, message: str, hint: str, *, start: int | None = None) -> Broken:
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
                self._comment()
            if self.peek() != "\n":
                return
            self.at += 1

    def _comment(self) -> None:
        """Passes a comment; a line that begins with ``#!`` is none, and is remembered."""
        begin = self.at
        if self.text.startswith("#!", begin):
            before = self.text[self.places.line_start(begin) : begin]
            if not before.strip(" \t\ufeff"):
                self.directives.append(begin)
        self.line_end()

    def line_end(self) -> None:
        """Moves to the end of the line, before its line feed."""
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def skip(self, closing: str = "") -> None:
        """Passes what is left of a statement or item that cannot be read.

        That is up to the line's end or, inside something that ``closing`` closes, up to the next comma or
        that mark; brackets and quotes in between are passed as a whole.
        """
        depth = 0
        while (char := self.peek()) and char != "\n":
            if char == "#":
                self.line_end()
                return
            if closing and not depth and char in (",", closing):
                return
            depth = max(0, depth + (char in "{[") - (char in "}]"))
            self._chunk(char)

    def skip_group(self) -> None:
        """Passes a bracket with all that it holds, which may span lines."""
        depth = 0
        while char := self.peek():
            if char == "#":
                self.line_end()
                continue
            depth += (char in "{[") - (char in "}]")
            self._chunk(char)
            if depth <= 0:
                return

    def _chunk(self, char: str) -> None:
        """Passes a text in quotes, a mark, or what lies between marks; an open text with its line."""
        quote = char in "\"'"
        found = (_QUOTED if quote else _PLAIN).match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        elif quote:
            self.line_end()
        else:
            self.at += 1

    def close_line(self, closing: str = "") -> None:
        """Passes what may follow a statement: blanks and a comment, up to the line's end or a bracket."""
        self.blanks()
        after = self.peek()
        if after == "#":
            self.line_end()
        elif after and after not in ("\n", *((",", closing) if closing else ())):
            start = self.at
            self.skip(closing)
            if after in "+?*/&|" or (after == "(" and self.text[start - 1 : start].isalnum()):
                raise self.broken(
                    "E-EXPRESSION",
                    "calls, + and ? : are not read outside strings",
                    "write the value itself",
                    start=start,
                )
            shown = self.text[start : min(self.at, start + 12)].rstrip()
            hint = "one entry a line, or a comma between two; a comment begins with #"
            raise self.broken("E-TRAILING", f"unexpected {shown!r} behind the value", hint, start=start)

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
            return Value(kind=ValueKind.STRING, start=start, plain=self.string(), end=self.at)
        if first == "$":
            self.at += 1
            if not (name := self.ident()):
                raise self.broken("E-VARIABLE", "a name must follow $", "such as $retry_delay", start=start)
            return Value(kind=ValueKind.VARIABLE, start=start, end=self.at, plain=name)
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
            said, hint = f"{word}(…) is a call, and nothing is ever called", "write the value itself"
            raise self.broken("E-EXPRESSION", said, hint, start=start)
        whole = _UNQUOTED.match(self.text, start)
        said = whole[0].rstrip(" \t\r<") if whole else word  # a block may end behind it
        end, hint = start + len(said), f'write "{said}"'
        raise Broken(self.places.problem(start, end, "E-QUOTES", f"{said} needs quotes", hint))

    def _number(self) -> Value:
        start = self.at
        pair = _RANGE.match(self.text, start)
        if pair is not None:
            self.at = pair.end()
            return Value(kind=ValueKind.RANGE, start=start, end=self.at, plain=(int(pair[1]), int(pair[2])))
        found = _NUMBER.match(self.text, start)
        if found is None:
            self._junk()
            raise self.broken(
                "E-NUMBER",
                "this is no number",
                'durations and sizes stand in quotes: "5s", "10MB"',
                start=start,
            )
        self.at = found.end()
        plain = int(found[0]) if found[0].lstrip("-").isdigit() else float(found[0])
        if plain in (float("inf"), float("-inf")):
            hint = "the largest is about 1.8e308; write longer ones in quotes"
            raise self.broken("E-NUMBER", "this number is too large", hint, start=start)
        return Value(kind=ValueKind.NUMBER, start=start, end=self.at, plain=plain)

    def string(self) -> str:
        """Reads a string between one or three quotes of a kind."""
        start, quote = self.at, self.peek()
        triple = self.text.startswith(quote * 3, start)
        mark = quote * 3 if triple else quote
        self.at += len(mark)
        begin, body = self.at, _BODY[mark].match(self.text, self.at)
        self.at = body.end() if body is not None else begin
        if self.peek() == "\\":
            char = self.text[self.at + 1 : self.at + 2]
            self.at += 1
            hint = r"known: \" \' \\ \n \t \r"
            raise self.broken("E-ESCAPE", f"\\{char} means nothing here", hint, start=self.at - 1)
        if not self.text.startswith(mark, self.at):
            hint = "text over several lines stands between three quotes" if not triple else "close it"
            raise self.broken("E-STRING", f"the text is not closed with {mark}", hint, start=start)
        said = self.text[begin : self.at]
        self.at += len(mark)
        return _ESCAPE.sub(lambda found: _ESCAPES[found[1]], said) if "\\" in said else said

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
                if default.kind not in {
                    ValueKind.STRING,
                    ValueKind.NUMBER,
                    ValueKind.BOOLEAN,
                    ValueKind.NULL,
                }:
                    said, hint = "the default of @env must be a plain value", 'such as "data/events.db" or 5'
                    raise self.broken("E-OPERATOR", said, hint, start=default.start)
            self._closing(start)
            plain = (name, default.plain if default else None, default is not None)
            return Value(kind=ValueKind.ENV, start=start, end=self.at, plain=plain)
        if (found := _REF.match(self.text, start)) is not None:
            self.at = found.end()
            key = self._argument(start)
            self._closing(start)
            return Value(kind=ValueKind.REF, start=start, end=self.at, plain=(found[1], key))
        self.at += 1
        word = self.ident()
        raise self.broken("E-OPERATOR", f"@{word} is not read", ENV_FORM, start=start)

    def _argument(self, start: int) -> str:
        self.blanks()
        if self.peek() not in ('"', "'"):
            raise self.broken("E-OPERATOR", "the name must stand in quotes", ENV_FORM, start=start)
        return self.string()

    def _closing(self, start: int) -> None:
        self.blanks()
        if self.peek() != ")":
            raise self.broken("E-OPERATOR", "the closing ) is missing", ENV_FORM, start=start)
        self.at += 1

    def _junk(self) -> None:
        found = _JUNK.match(self.text, self.at)
        self.at = max(self.at + 1, found.end() if found is not None else 0)
