"""Whole sections are made, renamed and removed, and comments stay with what they speak of."""

from __future__ import annotations

import pytest

from workbench.errors import InvalidValue
from workbench.tusk import (
    add_section,
    parse,
    remove_section,
    rename_section,
    section_begins,
    section_span,
)
from workbench.tusk.splice import splice

TEXT = """\
# Of the file

[project]
name: "shop"

# -- orders --

# An order is placed.
# It may be cancelled.
[event.order.placed]  # once
fields { total: "money" } # what it costs
# and nothing else

# Nobody's

[event.order.paid]
set {
    status: "'paid'"
}
"""
PLACED = TEXT[TEXT.index("# An order") : TEXT.index("\n# Nobody's")]
PAID = TEXT[TEXT.index("[event.order.paid]") :]


def edited(change, text=TEXT):
    return change(parse(text)).text


def test_a_section_has_the_comments_right_above_it_and_right_below_its_entries():
    document = parse(TEXT)
    start, end = section_span(document, "event.order.placed")
    assert TEXT[start:end] == PLACED
    assert section_span(document, "event.order.paid") == (TEXT.index(PAID), len(TEXT))
    assert section_span(parse("\ufeff# of a\n[a]"), "a") == (1, 11)
    with pytest.raises(InvalidValue, match=r"there is no \[event\.x\]"):
        section_span(document, "event.x")


@pytest.mark.parametrize("text", [TEXT, "\ufeff# of a\n[a]\n", "x: 1\n", ""])
def test_where_sections_begin_is_known_without_working_out_their_places(text, monkeypatch):
    document = parse(text)
    assert section_begins(document) == {name: section_span(document, name)[0] for name in document.sections}
    behind = splice(document, len(text), len(text), "[last]\n")
    before = splice(behind, len(text), len(text), "# above\n")
    begins = {name: section_span(parse(before.text), name)[0] for name in before.sections}
    monkeypatch.setattr("workbench.tusk.section_map._moved_scope", lambda *_args: pytest.fail("worked out"))
    assert section_begins(before) == begins


def test_a_new_section_stands_behind_another_or_at_the_end():
    made = '[command.pay]\ncreates: "order"\nfields { order_id: "string" }\n'
    entries = {"creates": "order", "fields": {"order_id": "string"}}
    add = lambda after: lambda d: add_section(d, "command.pay", entries, after=after)  # noqa: E731
    assert edited(add("")) == TEXT + "\n" + made
    assert edited(add("event.order.placed")) == TEXT.replace(PAID, made + "\n" + PAID)
    assert edited(add("event.order.paid")) == TEXT + "\n" + made
    assert edited(add("a"), "[a]\n[b]\n") == f"[a]\n\n{made}\n[b]\n"
    assert edited(add(""), "") == made
    assert edited(add(""), "\ufeff") == "\ufeff" + made
    assert edited(add(""), "[a]\r\n\r\n") == "[a]\r\n\r\n" + made.replace("\n", "\r\n")
    assert edited(add("a"), "[a]") == "[a]\n\n" + made


@pytest.mark.parametrize("behind", ["", "\n[b]\n", "\n# of b\n[b]\n"])
@pytest.mark.parametrize("free", ["\n# bye\n", "# own\n\n# bye\n", "\n# one\n\n\n# two\n"])
def test_V7_a_new_section_stands_behind_the_free_comments_of_the_one_before(free, behind):
    text = f"[a]\nx: 1\n{free}{behind}"
    added = edited(lambda d: add_section(d, "c", {}, after="a"), text)
    assert added == f"[a]\nx: 1\n{free}\n[c]\n{behind}"
    assert edited(lambda d: remove_section(d, "c"), added) == text


def test_a_section_goes_with_its_comments_and_one_blank_line():
    assert edited(lambda d: remove_section(d, "event.order.placed")) == TEXT.replace(PLACED + "\n", "")
    assert edited(lambda d: remove_section(d, "event.order.paid")) == TEXT.replace("\n" + PAID, "")
    assert edited(lambda d: remove_section(d, "a"), "[a]\nb: 1\n\n\n") == ""
    assert edited(lambda d: remove_section(d, "a"), "# top\n\n[a]\n[b]") == "# top\n\n[b]"


def test_a_header_is_renamed_alone():
    assert edited(lambda d: rename_section(d, "event.order.paid", "event.order.settled")) == TEXT.replace(
        "order.paid", "order.settled"
    )
    for name in ("event.", "", "event.a b", "event.1"):
        with pytest.raises(InvalidValue, match="cannot name a section"):
            edited(lambda d, name=name: rename_section(d, "project", name))
    with pytest.raises(InvalidValue, match=r"\[project\] is there already"):
        edited(lambda d: add_section(d, "project", {}))
