"""Writes documents in every form of the grammar, and says what must be read from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

ENVIRON = {"WORKBENCH_SEEN": "from outside"}
SHARED = '[deep]\nvalue: [1, "two"]\n'

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,6}(-[A-Za-z0-9_]{1,3})?", fullmatch=True).filter(
    lambda name: not name.endswith("_fujsen")
)
blanks = st.sampled_from(["", " ", "  ", "\t"])
comments = st.sampled_from(["# why", "#", '# "quoted" { [ ', "# a: 1"])
letters = st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff")
ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of text and the value that it means."""

    text: str
    value: Any


def quoted(text: str, mark: str) -> str:
    """Returns a text between marks; between three of them line feeds stand as they are."""
    escapes = {**ESCAPES, mark[0]: f"\\{mark[0]}"} | ({"\n": "\n", "\t": "\t"} if len(mark) == 3 else {})
    return mark + "".join(escapes.get(char, char) for char in text) + mark


def strings(*marks: str) -> st.SearchStrategy[Written]:
    """Makes texts between one of the marks."""
    return st.builds(
        lambda text, mark: Written(quoted(text, mark), text),
        st.text(letters, max_size=12),
        st.sampled_from(marks),
    )


numbers = st.one_of(
    st.integers(-(10**20), 10**20).map(lambda number: Written(str(number), number)),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda number: Written(repr(number), number)),
    st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda pair: Written(f"{pair[0]}-{pair[1]}", pair)),
)
words = st.sampled_from([Written("true", True), Written("false", False), Written("null", None)])
operators = st.sampled_from(
    [
        Written('@env("WORKBENCH_SEEN")', "from outside"),
        Written("@env( 'WORKBENCH_NOT', 5 )", 5),
        Written('@shared.tsk.get("deep.value")', [1, "two"]),
        Written("$first", "of all"),
    ]
)
line_values = st.one_of(strings('"', "'"), numbers, words, operators)
values = st.one_of(line_values, strings('"""', "'''"))


@st.composite
def gaps(draw: st.DrawFn) -> str:
    """Blanks, with line ends and comments among them."""
    return draw(blanks) + draw(st.sampled_from(["", "\n", "\r\n", " # here\n", "\n\n  "]))


@st.composite
def arrays(draw: st.DrawFn, depth: int) -> Written:
    """An array over one line or many."""
    items = draw(st.lists(anything(depth + 1), max_size=3))
    text = "["
    for item in items:
        text += draw(gaps()) + item.text + draw(st.sampled_from([",", ", ", "\n", " ,\n"]))
    return Written(text + draw(gaps()) + "]", [item.value for item in items])


@st.composite
def objects(draw: st.DrawFn, depth: int, marks: str = "{}") -> Written:
    """An object or block, its entries on one line or on many."""
    keys = draw(st.lists(names, max_size=3, unique=True))
    text, found = marks[0], {}
    for key in keys:
        piece = draw(entries(key, depth + 1))
        text += draw(gaps()) + piece.text + draw(st.sampled_from([",", ", ", "\n", " # said\n", ",\n"]))
        found[key] = piece.value
    return Written(text + draw(gaps()) + marks[1], found)


def anything(depth: int) -> st.SearchStrategy[Written]:
    """Values of every kind, nested where there is room."""
    return values if depth > 3 else st.one_of(values, arrays(depth), objects(depth))


@st.composite
def entries(draw: st.DrawFn, key: str, depth: int) -> Written:
    """An entry with a colon or an equals sign, or a block."""
    shown = draw(st.sampled_from([key, quoted(key, '"'), quoted(key, "'")]))
    if depth <= 3 and draw(st.booleans()):
        block = draw(objects(depth, draw(st.sampled_from(["{}", "><"]))))
        return Written(shown + draw(blanks) + block.text, block.value)
    value = draw(anything(depth))
    return Written(
        f"{shown}{draw(blanks)}{draw(st.sampled_from(':='))}{draw(blanks)}{value.text}", value.value
    )


@st.composite
def scopes(draw: st.DrawFn) -> Written:
    """Entries one below the other, with blank lines and comments."""
    text, found = "", {}
    for key in draw(st.lists(names, max_size=4, unique=True)):
        piece = draw(entries(key, 1))
        before = draw(st.sampled_from(["", "\n", "  ", "# above\n", "\r\n"]))
        end = draw(st.sampled_from(["\n", "\r\n", " # behind\n", "\n\n"]))
        text += before + piece.text + end
        found[key] = piece.value
    return Written(text, found)


@st.composite
def documents(draw: st.DrawFn) -> Written:
    """A whole document; its first entry is a variable that others use."""
    text = draw(st.sampled_from(["", "\ufeff"])) + '$first: "of all"\n'
    top = draw(scopes())
    text += top.text
    found = dict(top.value)
    for name in draw(st.lists(names, max_size=3, unique=True)):
        if name in found:
            continue
        inner = draw(scopes())
        dotted = draw(st.sampled_from([f"[{name}]", f"[ {name} ]  # a section", f"[{name}.part]"]))
        text += f"{dotted}\n{inner.text}"
        found[name] = {"part": inner.value} if ".part" in dotted else inner.value
    return Written(text, found)
