"""A thing's text is taken out of its file with its comments, and put back without touching the rest."""

from __future__ import annotations

import pytest

from workbench.errors import InvalidValue
from workbench.services.design.design_text import DesignText
from workbench.services.design.section_piece import piece_of, with_piece, with_whole
from workbench.tusk import TskError, parse

FILE = """[topics]
mail { ttl: "5s" } # letters
# two
audit {
}

# of it
[command.pay]
emit: "x"

[event.x]
"""


def texts(text=FILE):
    return DesignText(project=parse(text, "project.tsk"))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_section_comes_with_its_comments_and_goes_back(end):
    text = FILE.replace("\n", end)
    piece = piece_of(texts(text).project, "command", "pay")
    assert piece is not None
    assert (piece.text, piece.first_line) == ('# of it\n[command.pay]\nemit: "x"\n', 7)
    assert piece.whole(piece.text) == FILE
    made = with_piece(texts(text), "command", "pay", was=piece.text, now=piece.text.replace('"x"', '"y"'))
    assert made.project.text == text.replace('"x"', '"y"')


def test_an_entry_is_a_piece_that_can_be_read_alone():
    piece = piece_of(texts().project, "topic", "audit")
    assert piece is not None
    assert (piece.text, piece.first_line, piece.head) == ("# two\naudit {\n}\n", 3, "[topics]\n")
    assert piece.read(piece.text)[0].find(("topics", "audit")) is not None


def test_what_shares_its_line_is_no_piece():
    assert piece_of(parse("topics { a { }, b { } }\n", "project.tsk"), "topic", "a") is None
    assert piece_of(texts().project, "topic", "none") is None


def test_what_is_not_what_it_was_is_not_written():
    with pytest.raises(InvalidValue, match="command pay was changed elsewhere"):
        with_piece(texts(), "command", "pay", was="other", now="x")
    piece = piece_of(texts().project, "command", "pay")
    assert piece is not None
    assert with_piece(texts(), "command", "pay", was="other", now=piece.text) == texts(), "it stands already"
    with pytest.raises(InvalidValue, match=r"project.tsk was changed elsewhere"):
        with_whole(texts(), was="other", now="x")
    with pytest.raises(TskError):
        with_whole(texts(), was=FILE, now="[")
    assert with_whole(texts(), was=FILE, now="x: 1\n").project.text == "x: 1\n"


def test_what_is_put_back_as_it_was_stays_byte_for_byte():
    said = '[event.a]\r\ndescription: "one\u2029two"\nfields { x: "string" }\r\n\n[event.b]\n'
    text = DesignText(project=parse(said, "project.tsk"))
    piece = piece_of(text.project, "event", "a")
    assert "\r" not in piece.text
    assert with_piece(text, "event", "a", was=piece.text, now=piece.text).project.text == said
    whole = piece.whole(piece.text)
    assert with_whole(text, was=whole, now=whole).project.text == said


def test_a_change_leaves_the_other_line_ends_as_they_are():
    said = '[event.a]\r\ndescription: "one\u2029two"\nfields { x: "string" }\r\n\n[event.b]\n'
    text = DesignText(project=parse(said, "project.tsk"))
    piece = piece_of(text.project, "event", "a")
    now = piece.text.replace("x:", 'x: "string"\n    y:')
    after = said.replace("x:", 'x: "string"\r\n    y:')
    assert with_piece(text, "event", "a", was=piece.text, now=now).project.text == after
    assert with_whole(text, was=piece.whole(piece.text), now=piece.whole(now)).project.text == after
