"""Reads a TuskLang text into a document, and reports every problem in it, not only the first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from workbench.tusk.document import Document, Entry, Scope, Value, ValueKind
from workbench.tusk.problems import Places, Problem, TskError
from workbench.tusk.scanner import Broken, Scanner
from workbench.tusk.section_map import SectionMap

_FATAL = {"E-COUNT"}
_NO_ITEM = re.compile(
    r"\$?[A-Za-z_][\w-]*+[ \t]*+[:={]|\[[ \t]*+[A-Za-z_][\w.-]*+[ \t]*+\][ \t\r]*+(?:\n|#|\Z)"
)
"""What begins an entry or a section: an array in front of it was not closed."""

MAX_BYTES = 1_000_000
MAX_DEPTH = 8
MAX_ENTRIES = 20_000
_FLATTER = "nest less: sections and one level of blocks are enough"
KEPT = 200
"""Problems reported of one file; a file of nonsense has more than are worth listing."""


def parse(data: bytes | str, file: str = "project.tsk") -> Document:
    """Reads a file's bytes or text; nothing is ever run, read or fetched.

    Raises:
        TskError: Everything that is wrong with it.
    """
    document, found = parse_in_part(whole_text(data, file), file)
    if found:
        raise TskError(found)
    return document


def whole_text(data: bytes | str, file: str = "project.tsk") -> str:
    """Returns all that a file says, in which nothing is cut off or exchanged.

    Raises:
        TskError: It is too large (E-SIZE), or no UTF-8 (E-UTF8).
    """
    if len(data) > MAX_BYTES:
        hint = "move parts into other files: @parts.tsk.get(…)"
        raise TskError([Places(file, "").problem(0, 1, "E-SIZE", f"larger than {MAX_BYTES:,} bytes", hint)])
    return _checked(data, file) if isinstance(data, str) else _decode(data, file)


def parse_in_part(text: str, file: str = "project.tsk") -> tuple[Document, list[Problem]]:
    """Reads of a text what can be read, and returns also what is wrong with it, in its order."""
    places = Places(file, text)
    parser = _Parser(text, places)
    top, sections = parser.read(1 if text.startswith("\ufeff") else 0)
    document = Document(
        file=file,
        text=text,
        places=places,
        top=top,
        sections=SectionMap.of(sections),
        entries_at_most=parser.count,
    )
    return document, sorted(parser.problems)[:KEPT]


def parse_sections(text: str, places: Places, start: int, end: int) -> tuple[dict[str, Scope], int] | None:
    """Reads sections from the middle of a text.

    Args:
        places: Of the whole text.
        start, end: Where the first section begins, and where its line ends that is the last one.

    Returns:
        The sections, with their places in the whole text, and how many entries they have; None where
        something is wrong with them, or where they do not begin with a section.
    """
    parser = _Parser(text[:end], places)
    top, sections = parser.read(start)
    return None if parser.problems or top.entries else (sections, parser.count)


def _checked(text: str, file: str) -> str:
    """Refuses half characters, which no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        places, at = Places(file, text), error.start
        raise TskError(
            [places.problem(at, at + 1, "E-UTF8", "not UTF-8", "take this character out")]
        ) from None
    return text


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


class _Enough(Exception):
    """More problems were found than are worth listing."""


class _Parser:
    def __init__(self, text: str, places: Places) -> None:
        self._scan = Scanner(text, places)
        self._text = text
        self._places = places
        self.count = 0
        self._cut = -1
        self.problems: list[Problem] = []

    def read(self, start: int) -> tuple[Scope, dict[str, Scope]]:
        """Reads from a place to the end: what stands before the first section, and the sections."""
        scan = self._scan
        scan.at = start
        top = Scope(body_end=scan.at)
        sections: dict[str, Scope] = {}
        scope = top
        try:
            while True:
                scan.gap()
                if scan.at >= len(self._text):
                    break
                try:
                    if scan.peek() == "[":
                        scope = self._section(sections)
                    else:
                        self._statement(scope, 1)
                except Broken as broken:
                    self._report(broken.problem)
                    scan.line_end()
        except _Enough:
            pass
        self._directives()
        self.problems += overlaps(self._places, top, sections)
        return top, sections

    def _report(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) > KEPT or problem.code in _FATAL:
            raise _Enough

    def _directives(self) -> None:
        for at in self._scan.directives[:KEPT]:
            hint = "take the line out, or write # before it"
            self.problems.append(
                self._places.problem(at, at + 2, "E-DIRECTIVE", "#! lines are not read", hint)
            )

    def _section(self, sections: dict[str, Scope]) -> Scope:
        scan, start = self._scan, self._scan.at
        scan.at += 1
        names = []
        while True:
            scan.blanks()
            if not (name := scan.ident()):
                said, hint = "a name is missing here", "a section is written [name] or [name.part]"
                raise scan.broken("E-SECTION", said, hint, start=start)
            names.append(name)
            scan.blanks()
            if scan.peek() != ".":
                break
            scan.at += 1
        if scan.peek() != "]":
            second = scan.ident()
            hint = (
                f"write [{'.'.join([*names, second])}]"
                if second
                else "a section is written [name] or [name.part]"
            )
            said = "a section's name has no blanks" if second else "the closing ] is missing"
            raise scan.broken("E-SECTION", said, hint, start=start)
        scan.at += 1
        end = scan.at
        if len(names) > MAX_DEPTH:
            raise scan.broken("E-DEPTH", f"nested deeper than {MAX_DEPTH}", _FLATTER, start=start)
        dotted = ".".join(names)
        if dotted in sections:
            first = self._places.line(sections[dotted].start)
            said, hint = f"[{dotted}] stands already in line {first}", "move these entries there"
            self._report(self._places.problem(start, end, "E-DUPLICATE", said, hint))
        scope = Scope(start=start, end=end)
        sections.setdefault(dotted, scope)
        scan.close_line()
        scope.body_end = self._behind_line()
        return scope

    def _counted(self) -> None:
        self.count += 1
        if self.count > MAX_ENTRIES:
            hint = "move parts into other files: @parts.tsk.get(…)"
            raise self._scan.broken("E-COUNT", f"more than {MAX_ENTRIES:,} entries", hint)

    def _statement(self, scope: Scope, depth: int, closing: str = "") -> None:
        """Reads an entry or a block into a scope."""
        scan, start = self._scan, self._scan.at
        self._counted()
        variable = scan.peek() == "$"
        key = self._key()
        end = scan.at
        if key.endswith("_fujsen"):
            hint = "write Python in a module and name it in [cqrs] modules"
            raise scan.broken("E-FUNCTION", "functions are not read", hint, start=start)
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
            dotted = f'a name with dots stands in quotes: "{key}.…"'
            hint = dotted if mark == "." else f'such as {key}: "users"'
            raise scan.broken("E-ENTRY", f"{key} needs : and a value", hint, start=start)
        entry = Entry(
            key=key,
            value=value,
            start=start,
            end=end,
            line_start=self._places.line_start(start),
            line_end=0,
            block=block,
            variable=variable,
        )
        self._keep(scope, entry)
        if scan.at != self._cut:
            scan.close_line(closing)
        entry.line_end = scope.body_end = self._behind_line()

    def _behind_line(self) -> int:
        """Returns where the next line begins, if the line ends here."""
        return self._scan.at + 1 if self._scan.peek() == "\n" else self._scan.at

    def _keep(self, scope: Scope, entry: Entry) -> None:
        first = scope.entries.get(entry.key)
        if first is not None:
            line = self._places.line(first.start)
            said = f"{entry.key} stands already in line {line}"
            hint = "keep one of them"
            self._report(self._places.problem(entry.start, entry.end, "E-DUPLICATE", said, hint))
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
            is_comment = scan.text.startswith(("//", "/*", "--", ";"), start)
            hint = "a comment begins with #" if is_comment else 'an entry is written key: "value"'
            raise scan.broken("E-KEY", "a key was expected", hint, start=start)
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
        items: list[Value] = []
        if self._too_deep(depth):
            return Value(kind=ValueKind.ARRAY, start=start, end=scan.at, items=items)
        scan.at += 1
        while True:
            scan.gap()
            if scan.peek() == ",":
                scan.at += 1
                continue
            if scan.peek() == "]":
                scan.at += 1
                return Value(kind=ValueKind.ARRAY, start=start, end=scan.at, items=items)
            if scan.peek() in ("", "}") or _NO_ITEM.match(self._text, scan.at):
                self._unclosed(start, "E-ARRAY", "]")
                return Value(kind=ValueKind.ARRAY, start=start, end=scan.at, items=items)
            self._counted()
            try:
                items.append(self._value(depth + 1))
            except Broken as broken:
                self._report(broken.problem)
                scan.skip("]")

    def _too_deep(self, depth: int) -> bool:
        """Reports what is nested too deep, and passes it as a whole."""
        scan, start = self._scan, self._scan.at
        if depth < MAX_DEPTH:
            return False
        scan.skip_group()
        said = f"nested deeper than {MAX_DEPTH}"
        self._report(self._places.problem(start, start + 1, "E-DEPTH", said, _FLATTER))
        return True

    def _braces(self, depth: int, closing: str) -> Value:
        """Reads an object or block up to its closing mark; broken entries inside are reported one by one."""
        scan, start = self._scan, self._scan.at
        scope = Scope(start=start, body_end=start + 1)
        if self._too_deep(depth):
            return Value(kind=ValueKind.OBJECT, start=start, end=scan.at, scope=scope)
        scan.at += 1
        while True:
            scan.gap()
            mark = scan.peek()
            if mark == ",":
                scan.at += 1
                self._behind_comma(scope)
            elif mark == closing:
                scope.end = scan.at + 1
                scan.at += 1
                return Value(kind=ValueKind.OBJECT, start=start, end=scan.at, scope=scope)
            elif not mark or mark == "[":
                self._unclosed(start, "E-BLOCK", closing)
                return Value(kind=ValueKind.OBJECT, start=start, end=scan.at, scope=scope)
            else:
                self._inner(scope, depth + 1, closing)

    def _unclosed(self, start: int, code: str, closing: str) -> None:
        """Reports what has no end; what comes next is read as if it had been closed."""
        said, hint = f"the closing {closing} is missing", f"write {closing} behind the last entry"
        self._cut = self._scan.at
        self._report(self._places.problem(start, start + 1, code, said, hint))

    def _behind_comma(self, scope: Scope) -> None:
        """Counts a comma, and a comment behind it, to the line of the entry before."""
        scan = self._scan
        at = scan.at
        scan.blanks()
        if scan.peek() in ("", "\n", "#"):
            scan.line_end()
            scope.body_end = self._behind_line()
        else:
            scan.at = at

    def _inner(self, scope: Scope, depth: int, closing: str) -> None:
        try:
            self._statement(scope, depth, closing)
        except Broken as broken:
            self._report(broken.problem)
            self._scan.skip(closing)


def overlaps(places: Places, top: Scope, sections: Mapping[str, Scope]) -> Iterator[Problem]:
    """Finds sections whose name is an entry's, too: one of the two would be lost."""
    for name, scope in sections.items():
        parts = name.split(".")
        for cut in range(len(parts)):
            owner = sections.get(".".join(parts[:cut])) if cut else top
            entry = owner.entries.get(parts[cut]) if owner is not None else None
            if entry is not None:
                yield _twice(places, f"[{name}]", scope, entry)


def _twice(places: Places, name: str, scope: Scope, entry: Entry) -> Problem:
    first, second = sorted([(scope.start, scope.end), (entry.start, entry.end)])
    said = (
        f"{entry.key} is written as an entry and as the section {name}, first in line {places.line(first[0])}"
    )
    return places.problem(*second, "E-DUPLICATE", said, "keep one of them")
