"""Markdown from names and docstrings that hold markup: parsed again, they are text."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from workbench.services.documents.markdown import code, plain, prose, sentence, table

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
LETTERS = st.text(alphabet="ab1_*`[]()<>&|~$#+-=.!\\:/ \"'{}", min_size=1, max_size=30)


def shown(markdown: str) -> str:
    """Returns the text that a reader sees; any element but a paragraph fails the test."""
    rendered = PARSER.render(markdown).strip()
    inner = re.fullmatch(r"<p>(.*)</p>", rendered, re.DOTALL)
    assert inner is not None, rendered
    assert "<" not in inner[1], rendered
    return html.unescape(inner[1])


@given(LETTERS.filter(str.strip))
def test_text_stays_text(text):
    assert shown(plain(text)) == " ".join(text.split())


@given(LETTERS.filter(str.strip))
def test_code_stays_code(text):
    rendered = PARSER.render(code(text)).strip()
    assert html.unescape(rendered) == f"<p><code>{' '.join(text.split())}</code></p>"


@given(st.lists(LETTERS.filter(str.strip), min_size=2, max_size=4))
def test_a_cell_stays_a_cell(texts):
    for write in (plain, code):
        said = "\n".join(table(["head"] * len(texts), [[write(text) for text in texts]]))
        assert PARSER.render(said).count("<td>") == len(texts)


def test_a_docstring_becomes_paragraphs_with_its_names_as_code():
    doc = """First, on
        two lines with ``code_of`` and `more`.

        1. not a list <b>
    """
    assert prose(doc) == [
        "First, on two lines with `code_of` and `more`.",
        "",
        r"&#49;. not a list \<b\>",
        "",
    ]
    assert sentence(doc) == "First, on two lines with `code_of` and `more`."
    assert prose("") == []


@pytest.mark.parametrize("text", ["a\x1b[2J", "a\u202eb"])
def test_what_moves_a_cursor_is_shown(text):
    assert "\\\\u" in plain(text)


def test_a_table_without_rows_is_nothing():
    assert table(("a",), []) == []
