"""Folding of shown JSON, paths and values of its lines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from workbench.gui.json_lines import read_lines
from workbench.gui.json_outline import outline
from workbench.gui.json_view import JsonView

ORDER = {
    "id": "o-1",
    "customer": {"name": "Ada {", "place": {"city": "Lo\nndon", "a b": 1}},
    "items": [{"name": "x", "tags": []}, {"name": "y", "tags": ["a", "b"]}],
    "password": "secret",
}
KEYS = st.sampled_from(["a", "b_1", "x y", 'q"', "{", "[0]"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "{", "[", "}", "a, b", '"']),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def leaves(value, path=""):
    """Yields each value in a value with its path, in the order of their lines."""
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        if isinstance(key, int):
            yield from leaves(item, f"{path}[{key}]")
        elif key.isidentifier():
            yield from leaves(item, f"{path}.{key}" if path else key)
        else:
            yield from leaves(item, f"{path}[{json.dumps(key)}]")


@given(VALUES)
def test_each_line_knows_its_path_and_its_value(value):
    lines = read_lines(outline(value, most=None).text)
    ended = set(lines.ends.values())
    begun = [at for at in range(len(lines.lines)) if at not in ended]
    expected = list(leaves(value))
    assert [lines.paths[at] for at in begun] == [path for path, _ in expected]
    for at, (_, wanted) in zip(begun, expected, strict=True):
        said = lines.value(at)
        assert said == wanted if isinstance(wanted, str) else json.loads(said) == wanted
    for begin, end in lines.ends.items():
        assert lines.levels[begin] == lines.levels[end]
        assert all(lines.levels[at] > lines.levels[begin] for at in range(begin + 1, end))


@pytest.fixture
def view(qtbot):
    made = JsonView()
    qtbot.addWidget(made)
    made.resize(400, 400)
    made.set_value(ORDER)
    made.show()
    return made


def shown(view):
    document, found = view.document(), []
    block = document.begin()
    while block.isValid():
        if block.isVisible():
            found.append(block.text().strip())
        block = block.next()
    return found


def at(view, text):
    """Sets the cursor into the first line that begins so."""
    lines = [line.strip() for line in view.folds.lines.lines]
    view.go_to_line(next(at for at, line in enumerate(lines) if line.startswith(text)))


def test_objects_and_lists_are_folded_by_keys_and_by_mouse(view):
    whole = shown(view)
    QTest.keyClick(view, Qt.Key.Key_1)
    assert shown(view) == ["{", '"id": "o-1",', '"customer": {', '"items": [', whole[-2], "}"]
    QTest.keyClick(view, Qt.Key.Key_2)
    assert '"name": "Ada {",' in shown(view)
    assert '"city": "Lo\\nndon",' not in shown(view)
    view.folds.unfold_all()
    assert shown(view) == whole
    at(view, '"city"')
    view.folds.acts["fold"].trigger()
    assert '"place": {' in shown(view)
    assert '"city": "Lo\\nndon",' not in shown(view)
    view.folds.acts["fold"].trigger()
    assert '"place": {' not in shown(view), "a second time folds what is around"
    view.folds.acts["unfold"].trigger()
    assert '"place": {' in shown(view)
    room = next(room for line, room in view.seen_lines() if "items" in view.folds.lines.lines[line])
    spot = QPoint(5, round(room.center().y()))
    QTest.mousePress(view.folds.signs, Qt.MouseButton.LeftButton, pos=spot)
    assert '"name": "x",' not in shown(view)
    QTest.mousePress(view.folds.signs, Qt.MouseButton.LeftButton, pos=spot)
    assert '"name": "x",' in shown(view)


def test_what_is_folded_stays_so_in_other_values_and_opens_where_words_are_found(view):
    view.folds.fold_all()
    view.set_value({**ORDER, "id": "o-2"})
    assert '"customer": {' in shown(view)
    assert '"name": "Ada {",' not in shown(view)
    view.finder.open()
    view.finder.line.setText("ndon")
    assert '"city": "Lo\\nndon",' in shown(view)
    assert '"name": "x",' not in shown(view)


def test_paths_and_values_are_copied_but_no_secret(view):
    for begin, path, value in (
        ('"city"', "customer.place.city", "Lo\nndon"),
        ('"a b"', 'customer.place["a b"]', "1"),
        ('"b"', "items[1].tags[1]", "b"),
        ('"tags": []', "items[0].tags", "[]"),
    ):
        at(view, begin)
        view.folds.copy_path()
        assert QApplication.clipboard().text() == path
        view.folds.copy_value()
        assert QApplication.clipboard().text() == value
    at(view, '"place"')
    view.folds.copy_value()
    assert json.loads(QApplication.clipboard().text()) == ORDER["customer"]["place"]
    at(view, '"password"')
    view.folds.copy_value()
    assert "secret" not in QApplication.clipboard().text()
