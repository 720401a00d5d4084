"""Changes one thing in a scenario file, and leaves every other character as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.errors import InvalidValue
from workbench.model.json_values import check_new_name
from workbench.model.scenario import Facts, FilePlace
from workbench.project.scenarios import FOLDER, file_name
from workbench.project.scenarios.file_nodes import Book
from workbench.services.design.design_text import DesignText
from workbench.tusk import Document, Entry, Value, ValueKind, parse
from workbench.tusk.edit import delete, insert, rename
from workbench.tusk.splice import splice
from workbench.tusk.write import INDENT, WIDTH, write_key, write_value

PARTS = ("given", "when", "then")
ORDER = ("now", *PARTS)
_COMMENT = re.compile(r"[ \t]*#")
_REST = re.compile(r"[ \t]*,?[ \t\r]*(?:#[^\n]*)?(?:\n|\Z)")
_BLANK = re.compile(r"[ \t\r]*\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenStep:
    """One item of a part of a scenario, as it is written.

    Attributes:
        part: ``given``, ``when`` or ``then``.
        number: Which of the part, from 0.
        text: As it stands in the file.
        variable: Name of the variable that it is; empty where it says itself what it is.
        said: What it says: an item each, or a text; a variable may stand for several.
        places: Where each of these is written.
    """

    part: str
    number: int
    text: str
    variable: str = ""
    said: tuple[Facts | str, ...] = ()
    places: tuple[FilePlace, ...] = ()


def written_steps(document: Document, name: str) -> dict[str, tuple[WrittenStep, ...]]:
    """Returns what is written in each part of a scenario; nothing where there is none of that name."""
    book = Book(document)
    return {
        part: tuple(
            _step(document, book, part, at, one) for at, one in enumerate(_values(document, name, part))
        )
        for part in PARTS
    }


def _step(document: Document, book: Book, part: str, number: int, value: Value) -> WrittenStep:
    found = list(book.node(value).items())
    return WrittenStep(
        part=part,
        number=number,
        text=document.text[value.start : value.end],
        variable=str(value.plain) if value.kind is ValueKind.VARIABLE else "",
        said=tuple(one if isinstance(one := node.plain(), dict) else str(one) for node in found),
        places=tuple(node.place for node in found),
    )


# -- items --------------------------------------------------------------------------------------------------


def with_step(document: Document, name: str, part: str, number: int, written: str) -> Document:
    """Returns the document with an item in a part of a scenario.

    Args:
        number: Before which item it stands; their count puts it behind all.

    Raises:
        InvalidValue: There is no such scenario.
    """
    entry, values = _part(document, name, part), _values(document, name, part)
    if entry is None:
        made = insert(document, (name, part), [], order=ORDER)
        value = _existing_part(made, name, part).value
        return splice(made, value.start, value.end, written)
    if entry.value.kind is not ValueKind.ARRAY or not _spread(document, entry.value):
        texts = [document.text[one.start : one.end] for one in values]
        return _rewritten(document, entry, [*texts[:number], written, *texts[number:]])
    cuts = _cuts(document, entry.value)
    return splice(
        document, cuts[number], cuts[number], f"{_indent(document, values[0])}{written}{document.line_end}"
    )


def exchanged_step(document: Document, name: str, part: str, number: int, written: str) -> Document:
    """Returns the document with another text in the place of an item."""
    value = _values(document, name, part)[number]
    return splice(document, value.start, value.end, written)


def without_step(document: Document, name: str, part: str, number: int) -> Document:
    """Returns the document without an item, and the comments right above it."""
    entry, values = _existing_part(document, name, part), _values(document, name, part)
    if len(values) == 1:
        if part != "then":
            return delete(document, (name, part))
        return splice(document, entry.value.start, entry.value.end, "[]")
    if _spread(document, entry.value):
        cuts = _cuts(document, entry.value)
        return splice(document, cuts[number], cuts[number + 1], "")
    texts = [document.text[one.start : one.end] for one in values]
    return _rewritten(document, entry, texts[:number] + texts[number + 1 :])


def moved_step(document: Document, name: str, part: str, number: int, by: int) -> Document:
    """Returns the document with an item exchanged with its neighbour; at an end it stays.

    Args:
        by: -1 for up, 1 for down.
    """
    first = min(number, number + by)
    entry, values = _existing_part(document, name, part), _values(document, name, part)
    if first < 0 or first + 1 >= len(values):
        return document
    text = document.text
    if _spread(document, entry.value):
        low, middle, high = _cuts(document, entry.value)[first : first + 3]
        return splice(document, low, high, text[middle:high] + text[low:middle])
    one, other = values[first], values[first + 1]
    between = text[one.end : other.start]
    swapped = text[other.start : other.end] + between + text[one.start : one.end]
    return splice(document, one.start, other.end, swapped)


def _values(document: Document, name: str, part: str) -> list[Value]:
    entry = _part(document, name, part)
    if entry is None:
        return []
    return entry.value.items if entry.value.kind is ValueKind.ARRAY else [entry.value]


def _part(document: Document, name: str, part: str) -> Entry | None:
    scope = _scenario(document, name).value.scope
    return scope.entries.get(part) if scope is not None else None


def _existing_part(document: Document, name: str, part: str) -> Entry:
    entry = _part(document, name, part)
    if entry is None:
        raise InvalidValue(f"{name} has no {part}", path="")
    return entry


def _spread(document: Document, value: Value) -> bool:
    """Whether each item of a list has lines of its own."""
    text, behind = document.text, value.start + 1
    for one in value.items:
        before = text[behind : one.start]
        if (
            "\n" not in before
            or before[before.rindex("\n") :].strip(" \t\n")
            or not _REST.match(text, one.end)
        ):
            return False
        behind = one.end
    return bool(value.items) and "\n" in text[behind : value.end]


def _cuts(document: Document, value: Value) -> list[int]:
    """Returns where the lines of each item begin, its comments with them, and where those of the last end."""
    text = document.text
    ends = [text.index("\n", one.end) + 1 for one in value.items]
    begins = []
    for one in value.items:
        at = document.places.line_start(one.start)
        while _COMMENT.match(text, before := document.places.line_start(at - 1)) and before > value.start:
            at = before
        begins.append(at)
    return [*begins, ends[-1]]


def _indent(document: Document, value: Value) -> str:
    line = document.places.line_start(value.start)
    return document.text[line : value.start]


def _rewritten(document: Document, entry: Entry, texts: Sequence[str]) -> Document:
    """Writes the items of a part again: one alone as it is, several in one line as long as they have room."""
    line = document.text[entry.line_start : entry.start]
    single = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    end = document.line_end
    if len(texts) == 1 or line.strip(" \t\ufeff") or len(line) + len(entry.key) + 2 + len(single) <= WIDTH:
        written = single
    else:
        inner = "".join(f"{line}{INDENT}{one}{end}" for one in texts)
        written = f"[{end}{inner}{line}]"
    return splice(document, entry.value.start, entry.value.end, written)


# -- whole scenarios ----------------------------------------------------------------------------------------


def new_scenario(name: str) -> str:
    """Returns the text of a scenario that says nothing yet.

    Raises:
        InvalidName: The name is no sentence of one line.
    """
    check_new_name(name, what="a scenario's name")
    return f"{write_value(name)} {{\n{INDENT}when: []\n{INDENT}then: []\n}}\n"


def added(text: DesignText, written: str, *, file: str = "", name: str = "") -> tuple[DesignText, str]:
    """Returns the texts with a scenario at the end of a file, and the file's name.

    Args:
        written: The scenario, as `workbench.project.scenarios.write_scenario` gives it.
        file: Where it goes; a new file, named after the scenario, if empty.
        name: Of the scenario.

    Raises:
        InvalidValue: The file has a scenario of that name.
    """
    document = text.scenarios.get(file)
    if document is None:
        taken = [one.rpartition("/")[2] for one in text.scenarios]
        file = f"{FOLDER}/{file_name(name, taken)}"
        return text.with_file(parse(written, file)), file
    _check_new(document, name)
    end = document.line_end
    kept = document.text.rstrip(" \t\r\n")
    lead = f"{end}{end}" if kept.strip("\ufeff") else ""
    made = splice(document, len(kept), len(document.text), lead + written.replace("\n", end))
    return text.with_file(made), file


def named(document: Document, name: str, new: str) -> Document:
    """Returns the document with another name of a scenario.

    Raises:
        InvalidValue: There is no such scenario, or one with the new name.
        InvalidName: The name is no sentence of one line.
    """
    _scenario(document, name)
    _check_new(document, new)
    return rename(document, (name,), new)


def renamed(text: DesignText, file: str, name: str, new: str) -> tuple[DesignText, str]:
    """Returns the texts with another name of a scenario, and its file.

    A file that has it alone, and is named after it, gets the new name, too.

    Raises:
        InvalidValue, InvalidName: As `named`; or there is no such file, or it cannot be read.
    """
    made = in_file(file, lambda document: named(document, name, new))(text)
    document = made.scenarios[file]
    if list(document.top.entries) != [new] or file != f"{FOLDER}/{file_name(name)}":
        return made, file
    there = f"{FOLDER}/{file_name(new, [one.rpartition('/')[2] for one in text.scenarios])}"
    return made.without_file(file).with_file(parse(document.text, there)), there


def doubled(document: Document, name: str, new: str) -> Document:
    """Returns the document with a copy of a scenario behind it, under another name."""
    entry = _scenario(document, name)
    _check_new(document, new)
    copy = write_key(new) + document.text[entry.end : entry.value.end]
    end = document.line_end
    return splice(document, entry.value.end, entry.value.end, f"{end}{end}{copy}")


def without(document: Document, name: str) -> Document:
    """Returns the document without a scenario, the comments right above it, and the blank lines behind it."""
    entry = _scenario(document, name)
    text, start = document.text, entry.line_start
    while start and _COMMENT.match(text, before := document.places.line_start(start - 1)):
        if not before or _head_of_file(text, before):
            break
        start = before
    end = entry.line_end
    while blank := _BLANK.match(text, end):
        end = blank.end()
    if not text[end:].strip():
        kept = text[:start].rstrip(" \t\r\n")
        return splice(document, len(kept), len(text), document.line_end if kept else "")
    return splice(document, start, end, "")


def free_name(document: Document | None, name: str) -> str:
    """Returns a name that the file does not have yet: the same, with a number where it is taken."""
    taken = document.top.entries if document is not None else {}
    number, found = 2, name
    while found in taken:
        found, number = f"{name} ({number})", number + 1
    return found


def in_file(file: str, change: Callable[[Document], Document]) -> Callable[[DesignText], DesignText]:
    """Returns the change of the texts that a change of one scenario file is; one left empty is removed.

    Raises:
        InvalidValue: When it is made: there is no such file, or it cannot be read.
    """

    def changed(text: DesignText) -> DesignText:
        document = text.scenarios.get(file)
        if document is None:
            raise InvalidValue(f"{file} cannot be read", path="", hint="fix it in the text")
        made = change(document)
        return text.with_file(made) if made.text.strip() else text.without_file(file)

    return changed


def _scenario(document: Document, name: str) -> Entry:
    entry = document.top.entries.get(name)
    if entry is None:
        raise InvalidValue(f"{document.file} has no scenario “{name}”", path="")
    return entry


def _check_new(document: Document, name: str) -> None:
    check_new_name(name, what="a scenario's name")
    if name in document.top.entries:
        raise InvalidValue(
            f"{document.file} has a scenario “{name}” already", path="", hint="say it otherwise"
        )


def _head_of_file(text: str, at: int) -> bool:
    """Whether a line belongs to the comment with which the file begins."""
    lines = text[:at].splitlines()
    return all(_COMMENT.match(line.lstrip("\ufeff")) for line in lines)
