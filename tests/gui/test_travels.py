"""Alt+Left goes back to what was selected, in the view from which something led away; Alt+Right forward."""

from __future__ import annotations

import pytest

from workbench.gui.desk import Selection

FIRST, SECOND = Selection(stream="a-1"), Selection(stream="b-1")


@pytest.fixture
def front(desk):
    """The views that had the keyboard, one after the other, as the window brings them."""
    views = ["board"]
    desk.travels.where = lambda: views[-1]
    desk.wanted.connect(views.append)
    return views


def go(desk, *, back):
    desk.go(back=back)
    return desk.selection


def test_a_jump_goes_back_to_its_view_and_forward_again(desk, front):
    desk.select(FIRST)
    desk.select(SECOND, view="streams")
    assert (go(desk, back=True), front[-1]) == (FIRST, "board")
    assert (go(desk, back=False), front[-1]) == (SECOND, "streams")
    assert (go(desk, back=True), front[-1]) == (FIRST, "board")
    assert go(desk, back=True) == Selection()
    assert front == ["board", "streams", "board", "streams", "board"], "what stayed in its view stays"


@pytest.mark.parametrize("again", [False, True])
def test_a_jump_that_chooses_nothing_else_goes_back_too(desk, front, again):
    desk.select(FIRST)
    desk.select(FIRST, view="streams") if again else desk.wanted.emit("streams")
    said: list[Selection] = []
    desk.selected.connect(said.append)
    assert (go(desk, back=True), front[-1], said) == (FIRST, "board", [])
    assert (go(desk, back=False), front[-1], said) == (FIRST, "streams", [])


def test_a_view_that_has_the_keyboard_already_is_no_jump(desk, front):
    desk.wanted.emit("board")
    desk.select(Selection(), view="board")
    assert desk.travels.no_way(back=True) == "Nothing was selected before"
    assert desk.travels.no_way(back=False) == "Nothing was selected after this"


def test_who_goes_elsewhere_cannot_go_forward(desk, front):
    desk.select(FIRST, view="streams")
    desk.go(back=True)
    desk.wanted.emit("log")
    assert desk.travels.no_way(back=False)
    assert (go(desk, back=True), front[-1]) == (Selection(), "board")
