"""Documents in every form of the grammar: read as meant, written back as they are, edited in place."""

from __future__ import annotations

from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tusk.writing import ENVIRON, SHARED, documents
from workbench.tusk import Document, ValueKind, delete, insert, parse, rename, resolve, set_value


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("project")
    (made / "shared.tsk").write_text(SHARED)
    return made


def meaning(document: Document, folder):
    found = resolve(document, folder / "project.tsk", root=folder, environ=ENVIRON)
    assert not found.problems
    return found.values


@given(written=documents())
def test_what_is_written_is_read_and_given_back_byte_for_byte(folder, written):
    document = parse(written.text.encode())
    assert document.dump() == written.text.encode()
    assert meaning(document, folder) == written.value


def owner_of(values, path):
    for key in path[:-1]:
        values = values[key]
    return values


@given(written=documents(), data=st.data())
def test_an_edit_changes_what_it_names_and_nothing_else(folder, written, data):
    document = parse(written.text)
    paths = [path for path, entry in document.entries() if not entry.key.startswith("$")]
    if not paths:
        return
    path = data.draw(st.sampled_from(paths))
    entry = document.find(path)
    edit = data.draw(st.sampled_from(["set", "insert", "delete", "rename"]))
    expected = meaning(document, folder)
    owner = owner_of(expected, path)
    match edit:
        case "set":
            edited = set_value(document, path, 42)
            owner[path[-1]] = 42
        case "insert":
            edited = insert(document, (*path[:-1], "quite-new"), 42)
            owner["quite-new"] = 42
        case "delete":
            edited = delete(document, path)
            del owner[path[-1]]
        case _:
            edited = rename(document, path, "quite-new")
            owner["quite-new"] = owner.pop(path[-1])
    assert meaning(edited, folder) == expected
    if edit in {"set", "rename"}:
        assert edited.text.startswith(document.text[: entry.start])
        assert edited.text.endswith(document.text[entry.value.end :])
    else:  # one piece more, or one piece less
        longer, shorter = sorted([document.text, edited.text], key=len, reverse=True)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(longer, shorter, strict=False)))
        assert longer.endswith(shorter[same:])


@given(written=documents(), data=st.data())
def test_a_block_becomes_a_block_of_other_entries_or_a_plain_value(written, data):
    document = parse(written.text)
    blocks = [path for path, entry in document.entries() if entry.value.kind is ValueKind.OBJECT]
    if not blocks:
        return
    path = data.draw(st.sampled_from(blocks))
    assert parse(set_value(document, path, {"a": 1}).text).find((*path, "a")).value.plain == 1
    assert parse(set_value(document, path, "plain").text).find(path).value.plain == "plain"
