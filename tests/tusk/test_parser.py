"""Every sentence of the grammar, every refusal with its place, and texts that stay as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.tusk import TskError, ValueKind, parse

EXAMPLE = """\
# Event workbench project
$retry_delay: "5s"

[project]
name: "user-service"   # behind a value
format = 1

[event_store]
path: @env("WORKBENCH_DB", "data/events.db")
sizes: [1, 2.5, -3e2,
    "four" # a comment in an array
    true]

[message_queue]
retry_delay: $retry_delay
hours: 8-17
nothing: null

[topics]
mail {
    name: "mail", priority: "high"
}
other >
    name: 'it\\'s'
<
[a.b]
inline: { x: 1, deep { y: @other.tsk.get("a.b") } }
text: \"\"\"two
lines\"\"\"
"quoted key": "\\u"
"""


def problems(text):
    with pytest.raises(TskError) as caught:
        parse(text, "p.tsk")
    return [str(problem) for problem in caught.value.found]


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ('"it\'s"', "it's"),
        ("'say \\\\ \\'x\\' \"'", "say \\ 'x' \""),
        ('"a\\n\\t\\r\\""', 'a\n\t\r"'),
        ('"""one "two" ""three""\nfour\\""""', 'one "two" ""three""\nfour"'),
        ("'''a''b\\\\'''", "a''b\\"),
        ('""', ""),
        ('""""""', ""),
    ],
)
def test_a_text_ends_at_its_own_mark_and_says_what_is_escaped(said, plain):
    document = parse(f"a: {said}\nb: 1")
    assert document.find(("a",)).value.plain == plain
    assert document.find(("b",)).value.plain == 1
    assert document.dump().decode() == f"a: {said}\nb: 1"


def test_the_example_is_read_and_written_back():
    text = EXAMPLE.replace('"\\u"', '"\\\\u"')
    document = parse(text.encode())
    assert document.dump() == text.encode()
    assert document.find(("project", "format")).value.plain == 1
    assert [item.plain for item in document.find(("event_store", "sizes")).value.items] == [
        1,
        2.5,
        -300.0,
        "four",
        True,
    ]
    assert document.find(("message_queue", "hours")).value.plain == (8, 17)
    assert document.find(("topics", "mail", "priority")).value.plain == "high"
    assert document.find(("topics", "other", "name")).value.plain == "it's"
    assert document.find(("a", "b", "inline", "deep", "y")).value.kind is ValueKind.REF
    assert document.find(("a", "b", "text")).value.plain == "two\nlines"
    assert document.find(("a", "b", "quoted key")).value.plain == "\\u"
    assert document.find(("a", "b", "missing")) is None


@pytest.mark.parametrize("text", ["", "\ufeff", "\n\n", "\ufeff[a]\r\nb: 1\r\n", "a: 1", "[a]\nb {}\n"])
def test_small_texts_stay(text):
    assert parse(text.encode()).dump() == text.encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a\nb: 1", "p.tsk:1:1: E-SECTION the closing ] is missing"),
        ("a: hello", 'p.tsk:1:4: E-QUOTES hello needs quotes (write "hello")'),
        ("a { b: event.n > 3, c: 1 }", 'p.tsk:1:8: E-QUOTES event.n > 3 needs quotes (write "event.n > 3")'),
        ("// note", "p.tsk:1:1: E-KEY a key was expected (a comment begins with #)"),
        ("a { b.c: 1 }", "p.tsk:1:5: E-ENTRY b needs : and a value (a name with dots stands in quotes"),
        ("[command a]", "p.tsk:1:1: E-SECTION a section's name has no blanks (write [command.a])"),
        (
            "a: 5s",
            'p.tsk:1:4: E-NUMBER this is no number (durations and sizes stand in quotes: "5s", "10MB")',
        ),
        ('a: "x', 'p.tsk:1:4: E-STRING the text is not closed with "'),
        ('a: "\\q"', "p.tsk:1:5: E-ESCAPE \\q means nothing here"),
        ('a: """b\n\\n\\q', "p.tsk:2:3: E-ESCAPE \\q means nothing here"),
        ('a: """b\n""', 'p.tsk:1:4: E-STRING the text is not closed with """'),
        ("a: 1\na: 2", "p.tsk:2:1: E-DUPLICATE a stands already in line 1"),
        ("[s]\n[s]", "p.tsk:2:1: E-DUPLICATE [s] stands already in line 1"),
        (
            "a:\n  b: 1",
            "p.tsk:1:2: E-VALUE a has no value (nesting by indentation is not read; write a { … })",
        ),
        ('a: @query("select 1")', "p.tsk:1:4: E-OPERATOR @query is not read"),
        ("a: now()", "p.tsk:1:4: E-EXPRESSION now(…) is a call, and nothing is ever called"),
        ('a: "x" + "y"', "p.tsk:1:8: E-EXPRESSION calls, + and ? : are not read outside strings"),
        ("a: true ? 1 : 2", "p.tsk:1:9: E-EXPRESSION"),
        ('run_fujsen: "x"', "p.tsk:1:1: E-FUNCTION functions are not read"),
        ("a: <<END", "p.tsk:1:4: E-HEREDOC << is not read"),
        ("#!/bin/tsk", "p.tsk:1:1: E-DIRECTIVE #! lines are not read"),
        ("a {\nb: 1", "p.tsk:1:3: E-BLOCK the closing } is missing"),
        ("a: [1, 2", "p.tsk:1:4: E-ARRAY the closing ] is missing"),
        ("a: 1 2", "p.tsk:1:6: E-TRAILING unexpected '2' behind the value"),
        ("justaword", "p.tsk:1:1: E-ENTRY justaword needs : and a value"),
        ("%%", "p.tsk:1:1: E-KEY a key was expected"),
        ("x { a-: 1 }", 'p.tsk:1:5: E-ENTRY a needs : and a value (such as a: "users")'),
        ("a: 1e999", "p.tsk:1:4: E-NUMBER this number is too large"),
        ("a: { x: { x: { x: { x: { x: { x: { x: { x: 1 } } } } } } } }", "E-DEPTH nested deeper than 8"),
    ],
)
def test_what_is_refused_says_where_and_what_to_do(text, expected):
    assert expected in problems(text)[0]


def test_all_problems_of_a_file_are_told():
    found = problems('[a]\nx: hello\ny: 1\nz: "open\n[b]\nw: @php("x")\n{\n')
    assert [line.split(": ")[0] for line in found] == ["p.tsk:2:4", "p.tsk:4:4", "p.tsk:6:4", "p.tsk:7:1"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        # in a line, only the entry or item that is wrong is lost
        ("a { x: hello, y: world }\nb: oops", ["1:8 E-QUOTES", "1:18 E-QUOTES", "2:4 E-QUOTES"]),
        ("a: [one, 2, three]\nb: 1", ["1:5 E-QUOTES", "1:13 E-QUOTES"]),
        ("a { word, x: 5s }\nb: 1", ["1:5 E-ENTRY", "1:14 E-NUMBER"]),
        ("a { x: 1 2, y: oops } # }\nb: 1", ["1:10 E-TRAILING", "1:16 E-QUOTES"]),
        ("a > x: oops, y: oops <\nb: 1", ["1:8 E-QUOTES", "1:17 E-QUOTES"]),
        # what was not closed ends where something else begins
        ("a {\nb: 1\n[s]\nb: oops", ["1:3 E-BLOCK", "4:4 E-QUOTES"]),
        ("a > b: 1\n[s]\nb: oops", ["1:3 E-BLOCK", "3:4 E-QUOTES"]),
        ("a: [1, 2\nb: 3\nc: oops", ["1:4 E-ARRAY", "3:4 E-QUOTES"]),
        ("x { a: [1, 2 }\nc: oops", ["1:8 E-ARRAY", "2:4 E-QUOTES"]),
        ("a: [1,\n[s]\nc: oops", ["1:4 E-ARRAY", "3:4 E-QUOTES"]),
        # too deep is passed as a whole
        (
            "a { b { c { d { e { f { g { h {\nx: 1\n} } } } } } } }\nb: oops",
            ["1:31 E-DEPTH", "4:4 E-QUOTES"],
        ),
        ("a: [[[[[[[[1, ']'\n]]]]]]]]\nb: oops", ["1:11 E-DEPTH", "3:4 E-QUOTES"]),
        ("[a.b.c.d.e.f.g.h.i]\nb: oops", ["1:1 E-DEPTH", "2:4 E-QUOTES"]),
        # a name is one thing only, wherever it stands first
        ("a: 1\n[a]\nb: 1", ["2:1 E-DUPLICATE"]),
        ("[a.b]\nc: 1\n[a]\nb: 1", ["4:1 E-DUPLICATE"]),
        ("[a]\nb { c: 1 }\n[a.b.c]\nd: 1", ["3:1 E-DUPLICATE"]),
        # lines that other programs would run
        ("a: 1\n  #! /bin/tsk\nb: 1 #! not one\n#!\n", ["2:3 E-DIRECTIVE", "4:1 E-DIRECTIVE"]),
    ],
)
def test_what_is_wrong_is_told_once_and_the_rest_is_read(text, places):
    with pytest.raises(TskError) as caught:
        parse(text, "p.tsk")
    assert [f"{one.line}:{one.column} {one.code}" for one in caught.value.found] == places
    assert all(one.hint for one in caught.value.found)


def test_a_problem_marks_what_is_wrong():
    with pytest.raises(TskError) as caught:
        parse('a: hello\nb: 12x4 # why\nc: "open', "p.tsk")
    assert [(one.column, one.end_column) for one in caught.value.found] == [(4, 9), (4, 8), (4, 9)]


def test_no_more_problems_are_told_than_anybody_reads():
    with pytest.raises(TskError) as caught:
        parse("a {" + "oops, " * 5_000 + "}")
    assert len(caught.value.found) == 200


def test_half_a_character_is_refused():
    with pytest.raises(TskError, match=r"p\.tsk:2:5: E-UTF8"):
        parse('a: 1\nb: "\ud800"', "p.tsk")


def test_bytes_that_are_not_utf8_have_a_place():
    with pytest.raises(TskError, match=r"p.tsk:2:4: E-UTF8 not UTF-8 \(save the file as UTF-8\)"):
        parse(b'a: 1\nb: "\xff"'.replace(b'"', b""), "p.tsk")


def test_too_much_is_refused():
    assert parse(b"#" * 1_000_000).dump() == b"#" * 1_000_000
    for large in (b"#" * 1_000_001, "é" * 1_000_001):
        with pytest.raises(TskError, match=r"p\.tsk:1:1: E-SIZE larger than 1,000,000 bytes"):
            parse(large, "p.tsk")
    assert parse("\n".join(f"k{n}: {n}" for n in range(20_000))).find(("k19999",)) is not None
    with pytest.raises(TskError, match="E-COUNT more than 20,000 entries"):
        parse("\n".join(f"k{n}: {n}" for n in range(20_001)))


hostile = st.text(
    alphabet=st.sampled_from("[]{}<>:=$@\"'\\#\n\r\t ,.-+?()abenvtskget019\ufeffé"), max_size=80
)


@given(hostile)
def test_any_text_is_read_losslessly_or_refused_with_places(text):
    lines = text.count("\n") + 1
    try:
        right, found = parse(text).dump() == text.encode(), ()
    except TskError as error:
        right, found = bool(error.found), error.found
    assert right
    for problem in found:
        assert 1 <= problem.line <= lines
        assert 1 <= problem.column < problem.end_column


@given(st.data())
def test_mutations_of_a_real_file_end_in_a_document_or_an_error(data):
    text = EXAMPLE
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 6))
        text = text[:at] + data.draw(hostile) + text[at + cut :]
    try:
        right = parse(text).dump() == text.encode()
    except TskError as error:
        right = bool(error.found)
    assert right
