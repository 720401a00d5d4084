"""Where a piece is exchanged, what is read is what reading the whole text gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tusk.writing import documents
from workbench.tusk import TskError, parse
from workbench.tusk import splice as splicing
from workbench.tusk.parser import MAX_BYTES
from workbench.tusk.splice import splice

PIECES = [
    "",
    "\n",
    "#",
    "# x\n",
    "[",
    "]",
    "{",
    "}",
    '"',
    '"""',
    "'''",
    "a: 1\n",
    "[new]\n",
    "\n[new.part]\nb {}\n",
]
PIECES += ["[a]\n", "a", ".", ",", ":", "@env(", "\r\n", "\ufeff", "\ud800", "$x: 1\n", "#! y\n", "> b: 2 <"]


def read(make):
    """Returns a document without its bound, or what is wrong with it."""
    try:
        document = make()
    except TskError as error:
        return error.found
    return document.text, document.top, document.sections


@given(documents(), st.data())
def test_a_splice_reads_as_the_whole_text_does(written, data):
    document = parse(written.text)
    for _ in range(3):
        length = len(document.text)
        start = data.draw(st.integers(0, length))
        end = data.draw(st.integers(start, min(length, start + data.draw(st.sampled_from([0, 3, 40])))))
        piece = data.draw(st.sampled_from([*PIECES, document.text[start:end]]))
        text = document.text[:start] + piece + document.text[end:]
        before = read(lambda document=document: parse(document.text))
        spliced = read(lambda document=document, at=(start, end, piece): splice(document, *at))
        assert spliced == read(lambda text=text: parse(text))
        assert read(lambda document=document: document) == before, "the earlier document is as it was"
        try:
            document = splice(document, start, end, piece)
        except TskError:
            return


@pytest.mark.parametrize(
    ("text", "piece", "said"),
    [
        ("[a]\nb: 1\n[c]\n", "[c]\n", "stands already"),
        ("c: 1\n[a]\nb: 1\n", "[c]\n", "as an entry and as the section"),
        ("[a]\nb: 1\n[a.c]\n", "c: 1\n", "as an entry and as the section"),
    ],
)
def test_what_two_sections_must_not_both_be_is_told(text, piece, said):
    at = text.index("b: 1\n")
    with pytest.raises(TskError, match=said):
        splice(parse(text), at, at, piece)


def test_only_the_sections_that_a_change_touches_are_read_again(monkeypatch):
    text = "".join(f"[s{number}]\na: 1\n" for number in range(9))
    document = parse(text)
    monkeypatch.setattr("workbench.tusk.splice.parse", lambda *_args: pytest.fail("all was read again"))
    at = text.index("1", text.index("[s4]"))
    spliced = splice(document, at, at + 1, "22")
    assert spliced.sections["s3"] is document.sections["s3"]
    assert spliced.sections["s4"].entries["a"].value.plain == 22
    assert spliced.sections["s5"].start == document.sections["s5"].start + 1
    assert [one.start for one in spliced.sections.values()] == list(spliced.sections.starts().values())
    held = spliced.sections["s5"]
    spliced.sections.forget()
    assert spliced.sections["s5"] is not held
    assert spliced.sections["s5"] == held
    again = splice(spliced, at, at + 2, "333")
    held, begun = again.sections.contents(), document.sections.contents()
    assert {name for name in begun if held[name] is not begun[name]} == {"s4"}
    assert again.sections["s8"].entries["a"].start == document.sections["s8"].entries["a"].start + 2


def test_a_line_that_is_joined_with_the_next_header_is_refused():
    document = parse("[a]\nx: 1\n[b]\ny: 2\n", "x")
    at = document.text.index("\n[b]")
    with pytest.raises(TskError):
        splice(document, at, at + 1, "")


def test_of_a_large_text_only_the_sections_that_are_touched_are_read(monkeypatch):
    text = '[first]\na: "x"\n' + "".join(f"[part_{number}]\nb: 1\n# {'-' * 500}\n" for number in range(1200))
    document = parse(text)
    assert MAX_BYTES / 4 < len(text) < MAX_BYTES
    with monkeypatch.context() as patch:
        patch.setattr(splicing, "parse", pytest.fail)
        at = text.index("x")
        assert splice(document, at, at + 1, "y").text == text.replace("x", "y", 1)
    with pytest.raises(TskError, match="E-SIZE"):
        splice(document, at, at + 1, "y" * (MAX_BYTES - len(text) + 2))
