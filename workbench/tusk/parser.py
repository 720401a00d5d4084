"""Reads a TuskLang text into a document, and reports every problem in it, not only the first."""

from __future__ import annotations

from workbench.tusk.document import Document, Entry, Kind, Scope, Value
from workbench.tusk.problems import Places, Problem, TskError
from workbench.tusk.scanner import Broken, Scanner

MAX_BYTES = 1_000_000
MAX_DEPTH = 8
MAX_ENTRIES = 20_000
KEPT = 200
"""Problems reported of one file; a file of nonsense has more than anybody reads."""


def parse(data: bytes | str, file: str = "project.tsk") -> Document:
    """Reads a file's bytes or text; nothing is ever run, read or fetched.

    Raises:
        TskError: Everything that is wrong with it.
    """
    text = data if isinstance(data, str) else _decode(data, file)
    places = Places(file, text)
    if len(text) > MAX_BYTES:
        raise TskError([places.problem(0, 1, "E-SIZE", f"larger than {MAX_BYTES:,} characters")])
    parser = _Parser(text, places)
    document = parser.document(file)
    if parser.problems:
        raise TskError(parser.problems[:KEPT])
    return document


def _decode(data: bytes, file: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        places = Places(file, before)
        at = len(before)
        raise TskError(
            [places.problem(at, at + 1, "E-UTF8", "not UTF-8", "save the file as UTF-8")]
        ) from None


class _Parser:
    def __init__(self, text: str, places: Places) -> None:
        self._scan = Scanner(text, places)
        self._text = text
        self._places = places
        self._count = 0
        self.problems: list[Problem] = []

    def document(self, file: str) -> Document:
        scan = self._scan
        if self._text.startswith("\ufeff"):
            scan.at = 1
        top = Scope(body_end=scan.at)
        sections: dict[str, Scope] = {}
        scope = top
        while True:
            scan.gap()
            if scan.at >= len(self._text) or len(self.problems) > KEPT:
                break
            try:
                if scan.peek() == "[":
                    scope = self._section(sections)
                else:
                    self._statement(scope, 1)
            except Broken as broken:
                self.problems.append(broken.problem)
                scan.line_end()
        self._directives()
        return Document(file=file, text=self._text, places=self._places, top=top, sections=sections)

    def _directives(self) -> None:
        if self._text.startswith("#!"):
            self.problems.insert(0, self._places.problem(0, 2, "E-DIRECTIVE", "#! lines are not read"))

    def _section(self, sections: dict[str, Scope]) -> Scope:
        scan, start = self._scan, self._scan.at
        scan.at += 1
        names = []
        while True:
            scan.blanks()
            if not (name := scan.ident()):
                raise scan.broken("E-SECTION", "a section is written [name] or [name.part]", start=start)
            names.append(name)
            scan.blanks()
            if scan.peek() != ".":
                break
            scan.at += 1
        if scan.peek() != "]":
            raise scan.broken("E-SECTION", "the closing ] is missing", start=start)
        scan.at += 1
        end = scan.at
        dotted = ".".join(names)
        if dotted in sections:
            first = self._places.line(sections[dotted].start)
            self.problems.append(
                self._places.problem(start, end, "E-DUPLICATE", f"[{dotted}] stands already in line {first}")
            )
        scope = Scope(start=start, end=end)
        sections.setdefault(dotted, scope)
        scan.close_line()
        scope.body_end = self._behind_line()
        return scope

    def _statement(self, scope: Scope, depth: int) -> None:
        """Reads an entry or a block into a scope."""
        scan, start = self._scan, self._scan.at
        self._count += 1
        if self._count > MAX_ENTRIES:
            raise scan.broken("E-COUNT", f"more than {MAX_ENTRIES:,} entries")
        if depth > MAX_DEPTH:
            raise scan.broken("E-DEPTH", f"nested deeper than {MAX_DEPTH}")
        key = self._key()
        end = scan.at
        if key.endswith("_fujsen"):
            raise scan.broken("E-FUNCTION", "functions are not read", start=start)
        scan.blanks()
        mark = scan.peek()
        if mark and mark in ":=":
            scan.at += 1
            value = self._value_of(key, depth)
            block = False
        elif mark and mark in "{>":
            value = self._braces(depth, "}" if mark == "{" else "<")
            block = True
        else:
            scan.line_end()
            raise scan.broken("E-ENTRY", f"{key} needs : and a value", 'such as name: "users"', start=start)
        entry = Entry(
            key=key,
            value=value,
            start=start,
            end=end,
            line_start=self._text.rfind("\n", 0, start) + 1,
            line_end=0,
            block=block,
        )
        self._keep(scope, entry)
        scan.close_line()
        entry.line_end = scope.body_end = self._behind_line()

    def _behind_line(self) -> int:
        """Returns where the next line begins, if the line ends here."""
        return self._scan.at + 1 if self._scan.peek() == "\n" else self._scan.at

    def _keep(self, scope: Scope, entry: Entry) -> None:
        first = scope.entries.get(entry.key)
        if first is not None:
            line = self._places.line(first.start)
            said = f"{entry.key} stands already in line {line}"
            self.problems.append(self._places.problem(entry.start, entry.end, "E-DUPLICATE", said))
            return
        scope.entries[entry.key] = entry

    def _key(self) -> str:
        scan, start = self._scan, self._scan.at
        if scan.peek() in ('"', "'"):
            return scan.string()
        dollar = scan.peek() == "$"
        scan.at += dollar
        name = scan.ident()
        if not name:
            scan.line_end()
            raise scan.broken("E-KEY", "a key was expected", 'an entry is written key: "value"', start=start)
        return f"${name}" if dollar else name

    def _value_of(self, key: str, depth: int) -> Value:
        scan = self._scan
        scan.blanks()
        if scan.peek() in ("", "\n", "#"):
            hint = f"nesting by indentation is not read; write {key} {{ … }}"
            raise scan.broken("E-VALUE", f"{key} has no value", hint, start=scan.at - 1)
        return self._value(depth)

    def _value(self, depth: int) -> Value:
        scan = self._scan
        if scan.peek() == "[":
            return self._array(depth)
        if scan.peek() == "{":
            return self._braces(depth, "}")
        return scan.value()

    def _array(self, depth: int) -> Value:
        scan, start = self._scan, self._scan.at
        if depth >= MAX_DEPTH:
            raise scan.broken("E-DEPTH", f"nested deeper than {MAX_DEPTH}")
        scan.at += 1
        items: list[Value] = []
        while True:
            scan.gap()
            if scan.peek() == ",":
                scan.at += 1
                continue
            if scan.peek() == "]":
                scan.at += 1
                return Value(kind=Kind.ARRAY, start=start, end=scan.at, items=items)
            if not scan.peek():
                raise scan.broken("E-ARRAY", "the closing ] is missing", start=start)
            self._count += 1
            if self._count > MAX_ENTRIES:
                raise scan.broken("E-COUNT", f"more than {MAX_ENTRIES:,} entries")
            items.append(self._value(depth + 1))

    def _braces(self, depth: int, closing: str) -> Value:
        """Reads an object or block up to its closing mark; broken entries inside are reported one by one."""
        scan, start = self._scan, self._scan.at
        scan.at += 1
        scope = Scope(start=start, body_end=scan.at)
        while True:
            scan.gap()
            mark = scan.peek()
            if mark == ",":
                scan.at += 1
            elif mark == closing:
                scope.end = scan.at + 1
                scan.at += 1
                return Value(kind=Kind.OBJECT, start=start, end=scan.at, scope=scope)
            elif not mark or (mark == "[" and closing == "}"):
                raise scan.broken("E-BLOCK", f"the closing {closing} is missing", start=start)
            else:
                self._inner(scope, depth + 1)

    def _inner(self, scope: Scope, depth: int) -> None:
        try:
            self._statement(scope, depth)
        except Broken as broken:
            if broken.problem.code in {"E-DEPTH", "E-COUNT", "E-BLOCK"}:
                raise
            self.problems.append(broken.problem)
            self._scan.line_end()
