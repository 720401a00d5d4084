"""Lines are cut into words whatever is wrong with them, and it is known what is open around each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.tusk import parse
from workbench.tusk.line_words import Around, WordKind, header_in, words_in


def words_of(text):
    """Returns kind, text and path of every word."""
    around, found = Around(), []
    for line in text.split("\n"):
        words, around = words_in(line, around)
        found += [(str(one.kind), line[one.start : one.end], one.path) for one in words]
    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[event.a.b] # c", [("section", "[event.a.b]", ()), ("comment", "# c", ())]),
        ('name: "x"', [("key", "name", ()), ("text", '"x"', ("name",))]),
        ("size = 3.5e2", [("key", "size", ()), ("number", "3.5e2", ("size",))]),
        ("on: true", [("key", "on", ()), ("constant", "true", ("on",))]),
        ('$a: "b"', [("key", "$a", ()), ("text", '"b"', ("$a",))]),
        ("a: $b", [("key", "a", ()), ("variable", "$b", ("a",))]),
        ('a: @env("B", 1)', [
            ("key", "a", ()), ("operator", "@env", ("a",)), ("text", '"B"', ("a",)), ("number", "1", ()),
        ]),
        ('"a b" { c: 1 }', [("key", '"a b"', ()), ("key", "c", ("a b",)), ("number", "1", ("a b", "c"))]),
        ("a > \n b: 1 \n<\nc: 2", [
            ("key", "a", ()), ("key", "b", ("a",)), ("number", "1", ("a", "b")), ("key", "c", ()),
            ("number", "2", ("c",)),
        ]),
        ('a: ["b",\n { c: 1 }]\nd: 2', [
            ("key", "a", ()), ("text", '"b"', ("a",)), ("key", "c", ("a",)), ("number", "1", ("a", "c")),
            ("key", "d", ()), ("number", "2", ("d",)),
        ]),
        ('a: """x\n[no.header]\ny"""\nb: 1', [
            ("key", "a", ()), ("text", '"""x', ("a",)), ("text", "[no.header]", ("a",)),
            ("text", 'y"""', ("a",)), ("key", "b", ()), ("number", "1", ("b",)),
        ]),
    ],
)  # fmt: skip
def test_a_line_is_cut_into_words(text, wanted):
    assert words_of(text) == wanted


def test_what_is_not_closed_ends_with_its_line_and_a_header_closes_all():
    assert words_of('a: "b\nc: 1') == [
        ("key", "a", ()), ("text", '"b', ("a",)), ("key", "c", ()), ("number", "1", ("c",)),
    ]  # fmt: skip
    assert words_of("a { b {\n[event.x]\nc: 1")[-2:] == [("key", "c", ()), ("number", "1", ("c",))]


@pytest.mark.parametrize("line", ["[a.b]", " [ a . b ]  # c", "[a.b]\r"])
def test_a_header_is_known_by_its_name(line):
    assert header_in(line) == "a.b"


@pytest.mark.parametrize("line", ['["a"]', "[a", "a: [b]", "[a] b", "[1]"])
def test_other_lines_begin_no_section(line):
    assert header_in(line) == ""


@given(st.text(alphabet="ab[]{}<>:=\"'\\#,. \n$@1", max_size=60))
def test_any_text_is_cut(text):
    around = Around()
    for line in text.split("\n"):
        words, around = words_in(line, around)
        places = [(one.start, one.end) for one in words]
        assert places == sorted(places)
        assert all(0 <= start < end <= len(line) for start, end in places if start < end)


def test_the_words_of_a_right_text_have_the_paths_of_its_document():
    text = '[command.a]\nfields { id: "uuid", of { type: "list" } }\nwith {\n  id: "x"\n}\n'
    paths = {path[2:] for path, _ in parse(text).entries()}
    keys = {(*one.path, line[one.start : one.end]) for line, one in _keys(text)}
    assert keys == paths


def _keys(text):
    around = Around()
    for line in text.split("\n"):
        words, around = words_in(line, around)
        yield from ((line, one) for one in words if one.kind is WordKind.KEY)
