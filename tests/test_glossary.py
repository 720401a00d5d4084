"""One word for one thing: the glossary's words, names that stand once, and riddles that are said plainly."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest

from tests.conftest import ROOT

GLOSSARY = ROOT / "resources" / "docs" / "glossary.md"
MODULES = sorted((ROOT / "workbench").rglob("*.py"))
TEXTS = [
    ROOT / "README.md",
    *MODULES,
    *sorted(
        file for file in (ROOT / "resources").rglob("*") if file.suffix in {".md", ".tsk", ".py", ".ndjson"}
    ),
]
PLAIN = {
    r"all the same": "anyway",
    r"anew": "again",
    r"anybody|everybody|nobody|somebody|whoever": "who it is: the caller, an operator, another process",
    r"astray": "misplaced, undeclared",
    r"bears?": "has",
    r"has an? \w+ told": "calls a function",
    r"hears?": "is called, reports",
    r"in vain": "ignored, without effect",
    r"let go|lets go|letting go": "release, drop, close",
    r"mend|mends|mended": "fix",
    r"of before": "earlier, last",
    r"on record": "recorded",
    r"(?:pass|passed|passes|passing) (?:\w+ ){0,2}by(?! the| a)": "skip, skipped",
    r"(?:stand|stands|standing|stood) still|standstills?": "stop, stopped",
    r"(?:is|are) (?:another|others) (?:now|than)|others? than before": "changed",
    r"so many(?! that)": "a number of, at most N",
    r"strange|strangers?": "unknown",
    r"suspects?|suspected": "in doubt",
    r"takes? note": "called when",
    r"thrice": "three times",
    r"unless said": "by default",
    r"who knows": "whatever it is",
}
"""Words that are not written, and what is written instead."""
OTHERWISE_UNDONE = re.compile(
    r"\b(?:take[sn]?|took)(?: it| them| that)? back\b|^ put back\b|\bbe put back\b|\b[Rr]estored since\b"
)
"""Other words for undo and withdraw, in what people read."""


@cache
def table(heading: str) -> list[list[str]]:
    """Returns the rows of the table below a heading of the glossary."""
    _, found, text = GLOSSARY.read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    assert found, f"the glossary has no heading {heading}"
    lines = [line for line in text.partition("\n## ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def riddles(text: str) -> Iterator[tuple[int, str, str]]:
    """Yields line, word and plain word of what is not written."""
    for number, line in enumerate(text.splitlines(), 1):
        for word, plain in PLAIN.items():
            if found := re.search(rf"(?<![A-Za-z_])(?:{word})(?![A-Za-z_])", line, re.IGNORECASE):
                yield number, found[0], plain


def test_texts_use_plain_words():
    said = [
        f"{file.relative_to(ROOT)}:{number}: {word} (write: {plain})"
        for file in TEXTS
        for number, word, plain in riddles(file.read_text(encoding="utf-8"))
    ]
    assert not said, "\n".join(said)


@pytest.mark.parametrize(
    "text",
    [
        "It stands still.",
        "Nobody reads it",
        "passed by",
        "passes an event by, on record",
        "# in vain",
        "60s unless said",
        "at most so many",
        "The files are others now",
    ],
)
def test_a_riddle_is_found(text):
    assert list(riddles(text))


@pytest.mark.parametrize(
    "text",
    [
        "handed on by the caller",
        "commend",
        "recorded",
        "a letter goes",
        "passed by the caller",
        "so many that it is slow",
    ],
)
def test_plain_words_pass(text):
    assert not list(riddles(text))


def said(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yields line and text of what a module says to people: its literals, but for the docstrings."""
    apart = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
            yield node.lineno, node.value


def test_what_operators_did_is_undone_and_commands_for_later_are_withdrawn():
    found = [
        f"{file.relative_to(ROOT)}:{number}: {text} (write: undo, undone; of a command for later: withdrawn)"
        for file in MODULES
        for number, text in said(ast.parse(file.read_text(encoding="utf-8")))
        if OTHERWISE_UNDONE.search(text)
    ]
    assert not found, "\n".join(found)


def test_a_thing_has_one_word():
    seen: dict[str, str] = {}
    for word, _, also in table("Words"):
        for name in [word, *(one.strip() for one in also.split(",") if one.strip())]:
            assert name not in seen, f"{name} stands for {seen[name]} and for {word}"
            seen[name] = word


def test_words_are_sorted_and_explained():
    words = [row[0] for row in table("Words")]
    assert words == sorted(words, key=lambda word: word.replace("/", " ").casefold())
    assert all(row[1] for row in table("Words"))


def named_twice() -> dict[str, set[str]]:
    """Returns file names and public class names of which there are several, with their folders or files."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for file in MODULES:
        module = file.relative_to(ROOT / "workbench").as_posix()
        if not file.name.startswith("__"):
            places[f"{file.name}"].append(file.parent.relative_to(ROOT / "workbench").as_posix())
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(module)
    return {name: set(where) for name, where in places.items() if len(where) > 1}


def test_a_name_stands_once_unless_the_glossary_says_why():
    explained = {
        row[0].strip("`"): set(re.findall(r"`([^`]+)`", row[1]))
        for row in table("Same names")
        if row[0] != "`__init__.py`"
    }
    assert named_twice() == explained, "rename one of them, or say in resources/docs/glossary.md why"


def test_why_names_are_the_same_is_said():
    assert all(len(row) == 3 and row[2] for row in table("Same names"))


def test_the_tables_are_read():
    assert len(table("Words")) > 50
