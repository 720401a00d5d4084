"""Two changes of one text are joined section by section."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.services.design.section_merge import Merged, chosen_text, merge, merged_text, pieces
from workbench.tusk import parse

BASE = "# top\n\n[a]\nx: 1\n\n# of b\n[b]\nx: 1\n\n[c]\nx: 1\n"


def merged(mine, theirs, base=BASE):
    return merge(parse(base), parse(mine), parse(theirs))


def test_a_text_is_its_pieces():
    assert dict(pieces(parse(BASE))) == {
        "": "# top\n\n",
        "a": "[a]\nx: 1\n\n",
        "b": "# of b\n[b]\nx: 1\n\n",
        "c": "[c]\nx: 1\n",
    }
    assert dict(pieces(parse("# all\n"))) == {"": "# all\n"}


@pytest.mark.parametrize(
    ("mine", "theirs", "both"),
    [
        (BASE, BASE.replace("[c]\nx: 1", "[c]\nx: 2"), BASE.replace("[c]\nx: 1", "[c]\nx: 2")),
        (
            BASE.replace("[a]\nx: 1", "[a]\nx: 3"),
            BASE.replace("[c]\nx: 1", "[c]\nx: 2"),
            BASE.replace("[a]\nx: 1", "[a]\nx: 3").replace("[c]\nx: 1", "[c]\nx: 2"),
        ),
        (
            BASE.replace("# of b\n[b]\nx: 1\n\n", ""),
            BASE.replace("# top", "# new"),
            BASE.replace("# of b\n[b]\nx: 1\n\n", "").replace("# top", "# new"),
        ),
        (
            BASE + "\n[d]\nx: 1\n",
            BASE.replace("[c]\nx: 1\n", ""),
            BASE.replace("[c]\nx: 1\n", "") + "[d]\nx: 1\n",
        ),
        (BASE.replace("[c]", "[n]\n\n[c]"), BASE + "\n[m]\n", BASE.replace("[c]", "[n]\n\n[c]") + "\n[m]\n"),
        (
            BASE.replace("x: 1\n\n# of b", "x: 9\n\n# of b"),
            BASE.replace("x: 1\n\n# of b", "x: 9\n\n# of b"),
            BASE.replace("x: 1\n\n# of b", "x: 9\n\n# of b"),
        ),
    ],
)
def test_both_changes_stand(mine, theirs, both):
    assert merged(mine, theirs) == Merged(text=both)


def test_other_lines_of_one_section_are_joined():
    base = BASE.replace("[b]\nx: 1", "[b]\nx: 1\ny: 1")
    mine, theirs = base.replace("y: 1", "y: 2"), base.replace("# of b", "# to b")
    assert merged(mine, theirs, base) == Merged(text=theirs.replace("y: 1", "y: 2"))


def test_a_section_that_both_changed_is_named_and_theirs_is_kept():
    mine, theirs = BASE.replace("[a]\nx: 1", "[a]\nx: 3"), BASE.replace("[a]\nx: 1", "[a]\nx: 4")
    assert merged(mine, theirs) == Merged(text=theirs, conflicts=("[a] x",))
    gone = BASE.replace("[a]\nx: 1\n\n", "")
    assert merged(gone, theirs).conflicts == ("[a]",)
    assert merged(mine, gone).conflicts == ("[a]",)


def test_a_line_that_both_added_at_other_places_stands_once():
    base = "[s]\nx: 1\ny: 1\nz: 1\n"
    mine, theirs = base.replace("x: 1\n", "x: 1\nw: 1\n"), base.replace("z: 1\n", "w: 1\nz: 1\n")
    assert merged(mine, theirs, base) == Merged(text=theirs)


def test_how_lines_end_is_no_change_and_stays():
    crlf, mine = BASE.replace("\n", "\r\n"), BASE.replace("[b]\nx: 1", "[b]\nx: 2")
    assert merged(mine, crlf) == Merged(text=crlf.replace("[b]\r\nx: 1", "[b]\r\nx: 2"))
    mixed = crlf.replace("[c]\r\n", "[c]\n")
    assert merged(mine, mixed, mixed) == Merged(text=mixed.replace("[b]\r\nx: 1", "[b]\r\nx: 2"))


SECTION = "[event.placed]\nversion: 1\n"
SECTION += 'fields { id: "text", status: "text" }\n# of it\nset { status: "\'placed\'" }\n'


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (('id: "text"', 'id: "text", late: "boolean"'), ('status: "text"', 'status: "text optional"')),
        (('status: "text"', 'status: "integer"'), ("version: 1", 'version: 2\nstored_as: "p"')),
        ((', status: "text"', ""), ('id: "text"', 'id: "integer"')),
        (("version: 1\n", ""), ("fields {", "# theirs\nfields {")),
    ],
)
def test_other_keys_of_the_same_lines_are_joined(mine, theirs):
    here, there = SECTION.replace(*mine), SECTION.replace(*theirs)
    found, other = merged(here, there, SECTION), merged(there, here, SECTION)
    assert (found.conflicts, other.conflicts) == ((), ())
    sides = [dict(_said(parse(one.text))) for one in (found, other)]
    base, own, others = (dict(_said(parse(text))) for text in (SECTION, here, there))
    wanted = {key: own.get(key) if own.get(key) != base.get(key) else others.get(key) for key in own | others}
    assert sides == [{key: said for key, said in wanted.items() if said}] * 2
    for comment in {line for line in (here + there).split("\n") if line.startswith("#")}:
        assert comment in found.text
        assert comment in other.text


def test_only_keys_that_both_changed_are_named_and_the_section_is_theirs_as_a_whole():
    here = SECTION.replace('id: "text"', 'id: "integer"').replace('status: "text"', 'status: "mine"')
    there = SECTION.replace('status: "text"', 'status: "theirs"')
    assert merged(here, there, SECTION) == Merged(text=there, conflicts=("[event.placed] fields.status",))


@pytest.mark.parametrize(
    ("was", "mine", "theirs"),
    [
        ("x: 1", "x { a: 1 }", "x { a: 2 }"),
        ("x: 1", "x { a: 1 }", "x { a: 1, b: 2 }"),
        ("x { a: 1, b: 2 }", "x { b: 2 }", "x { a { c: 1 }, b: 2 }"),
        ("x { a: 1 }", "x: 2", "x: 3"),
        ("y: 0", "y: 0\nx: 1", "y: 0\nx { a: 1 }"),
    ],
)
def test_a_key_that_holds_others_in_one_of_the_texts_is_asked_about_and_theirs_is_whole(was, mine, theirs):
    for here, there in ((mine, theirs), (theirs, mine)):
        found = merged(f"[s]\n{here}\n", f"[s]\n{there}\n", f"[s]\n{was}\n")
        assert (found.text, len(found.conflicts)) == (f"[s]\n{there}\n", 1)
        assert found.conflicts[0].startswith("[s] x"), "the key is named"


ON = """[process.pickup]
key: "id"
on {
    "a.b": { starts: true, issue: "c", after: "48h" }
    "a.d": { ends: true }
}
"""


@pytest.mark.parametrize("more", [False, True])
def test_an_entry_that_one_took_away_and_the_other_changed_is_whole_or_gone(more):
    gone = ON.replace('    "a.b": { starts: true, issue: "c", after: "48h" }\n', "")
    changed = ON.replace('"48h"', '"72h", by: "x"' if more else '"72h"')
    key = ("[process.pickup] on.a.b",)
    assert merged(gone, changed, ON) == Merged(text=changed, conflicts=key)
    assert merged(changed, gone, ON) == Merged(text=gone, conflicts=key)
    both = gone.replace('key: "id"', 'key: "event.id"')
    assert merged(both, changed, ON) == Merged(text=changed, conflicts=key)
    commented = gone.replace("on {", "on {\n    # mine")
    assert merged(commented, changed, ON).text == changed


def test_an_entry_that_both_took_away_is_gone():
    gone = ON.replace('    "a.b": { starts: true, issue: "c", after: "48h" }\n', "")
    both = merged(gone.replace("ends: true", "ends: false"), gone.replace('"id"', '"x"'), ON)
    assert both == Merged(text=gone.replace("ends: true", "ends: false").replace('"id"', '"x"'))


def test_two_sections_that_got_other_names_are_each_found_again():
    base = "[event.a]\nx: 1\n\n[event.b]\nx: 1\n"
    mine, theirs = base.replace("event.a", "event.c").replace("event.b", "event.d"), base.replace("1", "2")
    assert merged(mine, theirs, base) == Merged(text=mine.replace("1", "2"))


TWO = (
    ("[event.a]\nversion: 1\nx: 1\n", "[event.a]", "[event.a_mine]", "[event.a_their]", "[event.a]"),
    ('"One" {\n    x: 1\n    y: 1\n}\n', '"One"', '"One \\"mine\\""', '"One, theirs"', "[One]"),
    ("$f: { x: 1, y: 1 }\n", "$f", "$mine", "$theirs", "[$f]"),
)


@pytest.mark.parametrize(("base", "head", "mine", "theirs", "said"), TWO)
def test_V5_two_names_for_the_same_are_asked_about(base, head, mine, theirs, said):
    rest = "\n[event.rest]\nx: 5\n" if head.startswith("[") else '\n"Rest" {\n    z: 5\n}\n'
    here, there = (f"{base.replace(head, one)}{rest}" for one in (mine, theirs))
    found = merged(here, there.replace("x: 1", "x: 2"), base + rest)
    assert found == Merged(text=there.replace("x: 1", "x: 2"), conflicts=(f"the name of {said}",))
    assert merged_text(base + rest, here, there) is None
    assert chosen_text(base + rest, here, there, lines="mine") == here
    assert chosen_text(base + rest, here, there, lines="theirs") == there
    assert merged(here, here.replace("x: 1", "x: 2"), base + rest).conflicts == ()


@pytest.mark.parametrize(("base", "head", "mine", "theirs", "said"), TWO)
def test_V5_what_one_named_otherwise_and_the_other_changed_is_one(base, head, mine, theirs, said):
    changed, both = base.replace("x: 1", "x: 2"), base.replace(head, mine).replace("x: 1", "x: 2")
    assert merged(base.replace(head, mine), changed, base) == Merged(text=both), said
    assert merged(changed, base.replace(head, mine), base) == Merged(text=both), theirs


def test_V5_what_one_named_otherwise_and_the_other_took_away_stays():
    mine, theirs = BASE.replace("[c]", "[n]"), BASE.replace("[c]\nx: 1\n", "")
    assert merged(mine, theirs).text == mine
    assert merged(theirs, mine).text == mine


@pytest.mark.parametrize("form", ['{ a: "text", NAME: "text" }', "{\n    NAME { v: 1, w: 2 }\n    z: 1\n}"])
def test_V5_two_names_for_the_same_field_are_asked_about(form):
    base, mine, theirs = (
        f"[event.a]\nfields {form.replace('NAME', one)}\n" for one in ("b", "b_mine", "b_their")
    )
    assert merged(mine, theirs, base) == Merged(text=theirs, conflicts=("[event.a] fields.b",))
    assert merged(mine, mine, base) == Merged(text=mine)


def test_a_comment_that_would_be_lost_is_asked_about():
    here = SECTION.replace('id: "text"', 'id: "integer"').replace("# of it", "# mine")
    there = SECTION.replace('status: "text"', 'status: "late"').replace("# of it", "# theirs")
    assert merged(here, there, SECTION) == Merged(text=there, conflicts=("[event.placed]",))


@pytest.mark.parametrize(
    ("mine", "both"), [("x: 2, y: 1", "x: 2, y: 3"), ("x: 2, y: 2", None), ("x: 2, y:", None)]
)
def test_a_text_is_joined_by_keys_where_it_can_be_read(mine, both):
    base = "[a]\nv { x: 1, y: 1 }\n"
    joined = merged_text(base, base.replace("x: 1, y: 1", mine), base.replace("y: 1", "y: 3"))
    assert joined == (both and base.replace("x: 1, y: 1", both))


def _said(document):
    for path, entry in document.entries():
        if entry.value.scope is None:
            yield path, document.text[entry.value.start : entry.value.end]


# -- any two changes ---------------------------------------------------------------------------------------

NAMES = ("a", "b", "c", "d")
TOPS = st.sampled_from(["", "# (c) us", "# (c) us\n\n# and more"])


@st.composite
def dressed(draw, form, top, said):
    """Draws a text with a beginning, and what is said by names: sections, or entries as of scenarios."""
    shown = [form.format(name, said[name]) for name in said]
    blank = st.sampled_from(["\n", "\n\n\n"])
    text = (top + "\n" + draw(blank) if top else draw(st.sampled_from(["", "\n"]))) + "\n".join(shown)
    text = text.rstrip("\n") + draw(st.sampled_from(["", "\n"]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return draw(st.sampled_from(["", "\ufeff"])) + text.replace("\n", end)


@st.composite
def changed_by_two(draw):
    """Draws a text and two changes of it at other places; also what both together say."""
    form = draw(st.sampled_from(["", "# of {0}\n"]))
    form += draw(st.sampled_from(["[{0}.x]\nx: {1}\n", '"{0}" {{\n    x: {1}\n}}\n']))
    base = draw(st.dictionaries(st.sampled_from(NAMES), st.just(1)))
    ways = (dict(base), dict(base))
    for name in NAMES:
        side = draw(st.sampled_from(ways))
        if draw(st.booleans()):
            side.pop(name, None)
        elif draw(st.booleans()):
            side[name] = draw(st.integers(2, 3))
    top = draw(TOPS)
    tops = draw(st.permutations([top, draw(TOPS)]))
    both = {}
    for name in NAMES:
        at = [way.get(name) for way in ways]
        now = at[0] if at[0] != base.get(name) else at[1]
        both |= {name: now} if now is not None else {}
    texts = [draw(dressed(form, *one)) for one in ((top, base), *zip(tops, ways, strict=True))]
    return texts, next((one for one in tops if one != top), top), both


@given(changed_by_two())
def test_whatever_two_changed_the_text_says_what_both_do(drawn):
    (base, mine, theirs), top, both = drawn
    found = merged(mine, theirs, base)
    assert found.conflicts == ()
    text = found.text
    assert text.startswith("\ufeff") == theirs.startswith("\ufeff")
    plain = text.replace("\r\n", "\n").removeprefix("\ufeff")
    assert plain.lstrip("\n").startswith(top)
    read = parse(text)
    assert {name.partition(".")[0] for name in read.sections or read.top.entries} == both.keys()
    said = {path[0].partition(".")[0]: one.value.plain for path, one in read.entries() if path[-1] == "x"}
    assert said == both
    if base == mine:
        assert text == theirs


@pytest.mark.parametrize("lines", ["mine", "theirs"])
def test_V5_only_the_lines_that_both_changed_are_those_of_one(lines):
    base = BASE.replace("[b]\nx: 1", "[b]\nx: 1\ny: 1\nz: 1")
    mine = base.replace("[b]\nx: 1", "[b]\nx: 2").replace("# top", "# mine") + "\n[m]\nx: 1\n"
    theirs = base.replace("[b]\nx: 1", "[b]\nx: 3").replace("z: 1", "z: 4") + "\n[t]\nx: 1\n"
    both = base.replace("z: 1", "z: 4").replace("# top", "# mine")
    both = both.replace("[b]\nx: 1", f"[b]\nx: {2 if lines == 'mine' else 3}")
    made = chosen_text(base, mine, theirs, lines=lines)
    assert sorted(made.split("\n\n")) == sorted(f"{both}\n[m]\nx: 1\n\n[t]\nx: 1\n".split("\n\n"))


def test_V5_a_section_is_of_one_text_where_the_lines_of_both_cannot_be_read():
    mine, theirs = BASE.replace("x: 1", "x: 2\nk: 1", 1), BASE.replace("[a]\nx: 1", "[a]\nk: 2\n# gap\nx: 3")
    assert chosen_text(BASE, mine, theirs, lines="mine") == mine
    assert chosen_text(BASE, mine, theirs, lines="theirs") == theirs


@pytest.mark.parametrize("lines", ["mine", "theirs"])
def test_V5_a_section_that_one_took_away_goes_or_stays_by_the_answer(lines):
    mine, theirs = BASE.replace("[c]\nx: 1\n", ""), BASE.replace("[c]\nx: 1", "[c]\nx: 2")
    assert ("[c]" in chosen_text(BASE, mine, theirs, lines=lines)) is (lines == "theirs")
    assert ("[c]" in chosen_text(BASE, theirs, mine, lines=lines)) is (lines == "mine")


def test_V5_lines_that_cannot_be_read_are_joined_as_well():
    made = chosen_text("[a\nx\ny\nz\n", "[a\nx2\ny\nz\n", "[a\nx3\ny\nz3\n", lines="mine")
    assert made == "[a\nx2\ny\nz3\n"
