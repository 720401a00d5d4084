"""Edits touch only what they change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidValue
from workbench.tusk import delete, insert, parse, rename, set_value, write_value

TEXT = """\
# top
[project]
name:   "users"   # the name
unknown = 3

[topics]
mail {
    # inside
    name: "mail"
}
inline: { a: 1, b: 2 }
"""


def edited(change):
    return change(parse(TEXT)).text


def test_set_replaces_only_the_value():
    assert edited(lambda d: set_value(d, ("project", "name"), "people")) == TEXT.replace(
        '"users"', '"people"'
    )
    assert edited(lambda d: set_value(d, ("topics", "inline", "b"), [1, None])) == TEXT.replace(
        "b: 2", "b: [1, null]"
    )


def test_insert_goes_behind_the_last_entry_with_its_indentation():
    assert edited(lambda d: insert(d, ("project", "format"), 1)) == TEXT.replace(
        "unknown = 3\n", "unknown = 3\nformat: 1\n"
    )
    assert edited(lambda d: set_value(d, ("topics", "mail", "description"), "letters")) == TEXT.replace(
        '    name: "mail"\n', '    name: "mail"\n    description: "letters"\n'
    )
    assert edited(lambda d: insert(d, ("topics", "inline", "c"), True)) == TEXT.replace(
        "b: 2 }", "b: 2, c: true }"
    )
    assert (
        edited(lambda d: insert(d, ("cqrs", "modules"), ["domain"]))
        == TEXT + '\n[cqrs]\nmodules: ["domain"]\n'
    )


def test_what_is_missing_around_an_entry_is_made():
    block = 'post { name: "p", tags { a: 1 } }\n'
    assert edited(lambda d: insert(d, ("topics", "post"), {"name": "p", "tags": {"a": 1}})) == TEXT + block
    assert edited(lambda d: set_value(d, ("topics", "post", "ttl"), "5s")) == (TEXT + 'post { ttl: "5s" }\n')
    assert edited(lambda d: set_value(d, ("cqrs", "deep", "x"), 1)) == TEXT + "\n[cqrs]\ndeep { x: 1 }\n"
    assert edited(lambda d: insert(d, ("topics", "mail", "tags"), {})) == TEXT.replace(
        '    name: "mail"\n', '    name: "mail"\n    tags {}\n'
    )


def test_commas_and_comments_behind_an_entry_belong_to_its_line():
    text = "[s]\nx {\n    a: 1, # one\n    b: 2, c: 3,\n}\n"
    assert insert(parse(text), ("s", "x", "d"), 4).text == text.replace("c: 3,\n", "c: 3,\n    d: 4\n")
    assert delete(parse(text), ("s", "x", "a")).text == text.replace("    a: 1, # one\n", "")
    assert delete(parse(text), ("s", "x", "b")).text == text.replace("b: 2, c", "c")
    assert delete(parse(text), ("s", "x", "c")).text == text.replace("b: 2, c: 3,", "b: 2, ")


def test_a_block_on_one_line_stays_there_while_it_has_room():
    assert insert(parse("[t]\n  a {}\nb { }\n"), ("t", "a", "x"), 1).text == "[t]\n  a { x: 1 }\nb { }\n"
    assert insert(parse("[t]\na >  <\n"), ("t", "a", "x"), 1).text == "[t]\na > x: 1 <\n"
    text, long = "[t]\n  a { b { c: 1 }, d: 2 } # why\n", "x" * 60
    assert insert(parse(text), ("t", "a", "b", "e"), long).text == text.replace("1 }", f'1, e: "{long}" }}')
    wide = "x" * 80
    opened = f'[t]\n  a {{\n      b {{ c: 1, e: "{wide}" }}\n      d: 2\n  }} # why\n'
    assert insert(parse(text), ("t", "a", "b", "e"), wide).text == opened
    assert set_value(parse(text), ("t", "a", "b", "c"), wide).text == opened.replace("1, e: ", "")
    assert insert(parse("[t]\na { b {} }\n"), ("t", "a", "b", "x"), 1).text == "[t]\na { b { x: 1 } }\n"


def test_a_section_is_deleted_and_renamed_like_an_entry():
    text = "[a]\nx: 1\n\n[a.mail]  # letters\nx: 1\ny: 2\n\n[b]\n"
    assert delete(parse(text), ("a", "mail")).text == "[a]\nx: 1\n\n[b]\n"
    assert rename(parse(text), ("a", "mail"), "post").text == text.replace("[a.mail]", "[a.post]")
    with pytest.raises(InvalidValue, match=r"\[b\] is there already"):
        rename(parse("[a]\n[b]\n"), ("a",), "b")


def test_an_entry_stands_where_it_usually_does():
    order = ("a", "b", "c", "d")
    text = "[s]\n# of b\nb: 1\n# of d\nd: 1\n"
    put = lambda key, order=order: insert(parse(text), ("s", key), 0, order=order).text  # noqa: E731
    assert put("a") == text.replace("[s]\n", "[s]\na: 0\n")
    assert put("c") == text.replace("b: 1\n", "b: 1\nc: 0\n")
    assert put("e") == put("c", ()).replace("c: 0", "e: 0") == text + "e: 0\n"
    block = parse("[s]\nx { b: 1, d: 2 }\n")
    assert insert(block, ("s", "x", "a"), 0, order=order).text == "[s]\nx { a: 0, b: 1, d: 2 }\n"
    assert insert(block, ("s", "x", "c"), 0, order=order).text == "[s]\nx { b: 1, c: 0, d: 2 }\n"


def test_what_has_no_room_on_a_line_stands_line_by_line():
    value = {"to": {"type": "string", "min": 1}, "note.x": {"a": "y" * 60}, "items": ["z" * 60] * 2}
    assert set_value(parse("[s]\n"), ("s", "fields"), value).text == (
        '[s]\nfields {\n    to { type: "string", min: 1 }\n'
        f'    "note.x": {{ a: "{"y" * 60}" }}\n'
        f'    items: [\n        "{"z" * 60}"\n        "{"z" * 60}"\n    ]\n}}\n'
    )


def test_a_block_gives_way_to_a_plain_value():
    assert edited(lambda d: set_value(d, ("topics", "mail"), "post")) == TEXT.replace(
        'mail {\n    # inside\n    name: "mail"\n}', 'mail: "post"'
    )


def test_line_ends_and_the_mark_at_the_beginning_stay():
    text = "\ufeff[a]\r\nb: 1\r\n"
    assert insert(parse(text), ("a", "c"), 2).text == "\ufeff[a]\r\nb: 1\r\nc: 2\r\n"
    assert insert(parse("[a]"), ("a", "c"), 2).text == "[a]\nc: 2\n"


def test_delete_takes_the_lines():
    assert edited(lambda d: delete(d, ("project", "name"))) == TEXT.replace(
        'name:   "users"   # the name\n', ""
    )
    assert edited(lambda d: delete(d, ("topics", "inline", "a"))) == TEXT.replace("a: 1, b: 2", "b: 2")
    assert edited(lambda d: delete(d, ("topics", "inline", "b"))) == TEXT.replace("a: 1, b: 2", "a: 1")
    assert "mail" not in edited(lambda d: delete(d, ("topics", "mail")))


def test_rename_changes_the_key_alone():
    assert edited(lambda d: rename(d, ("topics", "mail"), "post")) == TEXT.replace("mail {", "post {")
    with pytest.raises(InvalidValue, match="unknown is there already"):
        rename(parse(TEXT), ("project", "name"), "unknown")


def test_what_is_not_there_and_what_is_there_already():
    with pytest.raises(InvalidValue, match=r"there is no project\.nothing"):
        delete(parse(TEXT), ("project", "nothing"))
    with pytest.raises(InvalidValue, match=r"project\.name is there already"):
        insert(parse(TEXT), ("project", "name"), 1)
    with pytest.raises(InvalidValue, match="holds no entries"):
        insert(parse(TEXT), ("project", "name", "x"), 1)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@given(values)
def test_what_is_set_is_read_back(value):
    document = set_value(parse(TEXT), ("project", "name"), value)

    def plain(found):
        return [plain(item) for item in found.items] if found.kind == "array" else found.plain

    read = plain(document.find(("project", "name")).value)
    assert read == value
    assert document.text == TEXT.replace('"users"', write_value(value))


def test_what_cannot_be_written_is_refused():
    for value in (float("nan"), float("inf"), object(), 10**500, 10**5000, "\ud800", {1: 2}):
        with pytest.raises(InvalidValue, match="cannot be written"):
            write_value(value)
        with pytest.raises(InvalidValue, match="cannot be written"):
            set_value(parse(TEXT), ("project", "name"), [value])
