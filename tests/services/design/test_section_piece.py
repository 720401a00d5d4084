"""A thing's text is taken out of its file with its comments, and put back without touching the rest."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workbench.errors import InvalidValue
from workbench.services.design.design_text import DesignText
from workbench.services.design.line_merge import plain_lines
from workbench.services.design.section_piece import piece_of, with_piece, with_whole
from workbench.tusk import TskError, add_section, parse, remove_section

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


@pytest.mark.parametrize(
    "behind", ["\n[event.b]\n", "\n# of b\n[event.b]\n", "[event.b]\n", "# of b\n[event.b]\n", ""]
)
@pytest.mark.parametrize(
    "typed", ["# why", "# why\n", "\n", "\n\n", "\n# free", "\n# free\n\n", "version: 1", "  "]
)
def test_V7_what_is_typed_at_the_end_stays_in_its_section_and_is_there_again(typed, behind):
    text = texts(f"[event.a]\n{behind}")
    piece = piece_of(text.project, "event", "a")
    assert piece.text == "[event.a]\n"
    made = with_piece(text, "event", "a", was=piece.text, now=piece.text + typed)
    assert made.project.text.endswith(behind)
    again = piece_of(made.project, "event", "a")
    assert again.holds(piece.text + typed)
    assert with_piece(made, "event", "a", was=again.text, now=again.text) is made


@pytest.mark.parametrize("typed", ["# why", "# why\n", "\n# free", "\n"])
@pytest.mark.parametrize("name", ["mail", "audit"])
def test_V7_what_is_typed_below_an_entry_stays_with_it(typed, name):
    text = texts(FILE.replace("[topics]\n", "topics {\n").replace("\n\n# of it", "\n}\n\n# of it"))
    piece = piece_of(text.project, "topic", name)
    made = with_piece(text, "topic", name, was=piece.text, now=piece.text + typed)
    again = piece_of(made.project, "topic", name)
    assert again.holds(piece.text + typed)
    assert [*made.project.find(("topics",)).value.scope.entries] == ["mail", "audit"]


def test_V7_a_thing_is_shown_with_what_stands_up_to_the_next_one():
    text = texts("[event.a]\n# its own\n\n# -- b --\n\n\n# of b\n[event.b]\n\n# last\n\n")
    first, last = (piece_of(text.project, "event", name) for name in "ab")
    assert first.text == "[event.a]\n# its own\n\n# -- b --\n\n"
    assert (last.text, last.first_line) == ("# of b\n[event.b]\n\n# last\n\n", 7)
    assert piece_of(text.project, "event", "a", bare=True).text == "[event.a]\n# its own\n"


def test_V7_a_key_above_the_header_is_refused_where_it_would_belong_to_another_section():
    text = texts("[aggregate.a]\n# of it\n[event.b]\n")
    piece = piece_of(text.project, "event", "b")
    with pytest.raises(TskError, match=r"^project.tsk:2:1: .* stands above the header of \[event\.b\]"):
        with_piece(text, "event", "b", was=piece.text, now="version: 2" + piece.text)


SECTIONS = ("aggregate.a", "event.b", "event.c")
BEGINS = st.sampled_from(["", "# of it\n", "# -- all --\n\n", "# one\n# two\n"])
BODIES = st.sampled_from(
    ["", 'description: "d"\n', 'fields { x: "string" }\n# below\n', "version: 1 # one\n"]
)
GAPS = st.sampled_from(["", "\n", "\n\n", "\n# free\n\n", "   \n"])
HALF = ("x", "[", "]", "{", "}", '"', '"""', "fields {\n", "aggregate", ": 1", "-", "version: 2", "[event.z]")
WHOLE = ("#", "# why", "\n", "\n\n", " ", 'description: "q"\n', "\n# free\n\n", "# x\n", "\n[event.z]\n")
TYPED = st.sampled_from([*HALF, *WHOLE])


@st.composite
def files(draw):
    """Makes files of three sections, however they are written."""
    parts = [f"{draw(BEGINS)}[{name}]\n{draw(BODIES)}{draw(GAPS)}" for name in SECTIONS]
    text = draw(st.sampled_from(["", "# top\n\n", "$a: 1\n", "\n"])) + "".join(parts)
    text = text if draw(st.booleans()) else text.rstrip("\n")
    text = text.replace("\n", "\r\n") if draw(st.booleans()) else text
    return ("\ufeff" if draw(st.booleans()) else "") + text


def said(document):
    """Returns what each section says."""
    return {
        name: [document.text[one.start : one.value.end] for one in scope.entries.values()]
        for name, scope in document.sections.items()
    }


@settings(max_examples=6 * settings().max_examples)
@given(files(), st.sampled_from(SECTIONS), st.lists(st.tuples(st.integers(0, 200), TYPED), max_size=4))
@example("[aggregate.a]\n\n# free\n\n[event.b]\n[event.c]", "event.b", [(0, "\n\n"), (0, "# x")])
@example("[aggregate.a]\n\n# free\n\n[event.b]\n[event.c]", "event.b", [(0, "\n"), (0, "#")])
@example("\ufeff# of it\n[aggregate.a]\n[event.b]\n[event.c]", "aggregate.a", [(0, "version: 2")])
@example("[aggregate.a]\n\n# free\n\n[event.b]\n[event.c]", "event.b", [(0, "\n# free\n\n"), (3, "x")])
def test_V7_whatever_is_typed_at_any_place_of_a_section_is_written_once_and_touches_no_other(
    file, section, edits
):
    """A pane is played: what is typed is written as soon as it can be read, and shown as it stands then."""
    kind, _, name = section.partition(".")
    text = texts(file)
    before, piece = text, piece_of(text.project, kind, name)
    pane = piece.text
    for place, typed in [(0, ""), *edits]:
        at = min(place, len(pane))
        pane = pane[:at] + typed + pane[at:]
        try:
            made = with_piece(text, kind, name, was=piece.text, now=pane, behind=piece.before)
            now = piece_of(made.project, kind, name)
        except TskError:
            continue  # it stays a draft
        if now is None:
            return  # it has another name, or none
        now = now.widened(pane, piece.text, behind=piece.before)
        assert now.holds(pane), "the pane shows what the file has, and comes to rest"
        assert with_piece(made, kind, name, was=now.text, now=pane) == made, "it is written once"
        assert with_piece(made, kind, name, was=piece.text, now=pane, behind=piece.before) == made
        assert plain_lines(made.project.text) == now.whole(pane)
        text, piece = made, now
    first, end = piece_of(before.project, kind, name), "\r\n" if "\r\n" in file else "\n"
    assert text.project.text.startswith(first.before.replace("\n", end))
    assert text.project.text.endswith(first.behind.replace("\n", end))
    assert text.project.text == (plain := plain_lines(text.project.text)).replace("\n", end), plain
    others = {one: what for one, what in said(before.project).items() if one != section}
    assert others.items() <= said(text.project).items(), "no other section says anything else"


@settings(max_examples=2 * settings().max_examples)
@given(files(), st.sampled_from(["", *SECTIONS]))
def test_V7_a_new_section_takes_nothing_from_those_that_are_there(file, after):
    was = parse(file, "project.tsk")
    made = add_section(was, "event.new", {}, after=after)
    assert piece_of(made, "event", "new").text.rstrip() == "[event.new]"
    for one in SECTIONS:
        kind, _, name = one.partition(".")
        shown, before = piece_of(made, kind, name).text, piece_of(was, kind, name).text
        assert shown == before or shown == before.rstrip() + "\n", "at the end no blank lines stay"
    gone = remove_section(made, "event.new")
    assert plain_lines(gone.text).split() == plain_lines(file).split()
    for one in SECTIONS:
        kind, _, name = one.partition(".")
        assert piece_of(gone, kind, name).text.rstrip() == piece_of(was, kind, name).text.rstrip()
