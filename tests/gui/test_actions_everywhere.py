"""Walks a whole window: whatever shows things offers what can be done with them, and every key is told."""

from __future__ import annotations

import ast
import re
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QGraphicsView,
    QHeaderView,
    QPushButton,
    QWidget,
)

import workbench.gui
from tests.conftest import ROOT
from tests.gui.conftest import play_story
from tests.gui.test_session import settings, start
from workbench.gui.actions import BoundAction, declared, widget_keys
from workbench.gui.board.board_entry import BoardEntry
from workbench.gui.board.mark_popover import MarkPopover
from workbench.gui.key_list import OWNERS, KeyList, all_keys, owner_class
from workbench.gui.palette_targets import UNDOES, action_targets, tab_targets
from workbench.gui.table import FastTableView
from workbench.gui.text.completion_list import CompletionList
from workbench.gui.view_catalog import PERSPECTIVES

__all__ = ["settings", "start"]
GUI = Path(workbench.gui.__file__).parent
ROWS = {"Copy rows", "Copy rows as JSON"}
WIDGETS_OF_THEIR_OWN = {
    "actions.py": "declares keys",
    "board/board_offers.py": "declares them for the board's editor",
    "board/typed_ahead.py": "plays keys in their order that were pressed while a step was done",
    "board/refused_keys.py": "what is typed after a key that does nothing does nothing",
    "palette.py": "moves in its list while one types",
    "chooser.py": "leaves letters with Ctrl or Alt to the window",
    "window_keys.py": "keys of all windows: what Enter repeats, and redo in texts",
    "import_dialog.py": "keeps Enter from pressing the default button",
    "view.py": "Esc leads back to where one begins",
    "tour.py": "presses keys as a person does",
    "forms/editors/text.py": "an empty text; the field says the key itself",
    "table_selection.py": "arrows choose the row on which the keyboard stands, as tables do",
    "details/form_rows.py": "Esc takes a part away again that was added and is empty; its × says so",
    "visited_view.py": "a key that is pressed in it keeps it; Esc and keys that are only held do not",
}
"""Modules that look at keys and declare none, and why."""


@pytest.fixture
async def filled(start, until):
    """A window with rows in every table that the story fills."""
    session = await start()
    await play_story(session)
    await until(lambda: session.workspace.dead_letters.counts().get("open", 0) > 0, within=20)
    return session


def places(view: QWidget) -> list[QAbstractItemView | QGraphicsView]:
    """Everything in a view in which one chooses things; heads and the lists of boxes are parts of these."""
    found: list[QAbstractItemView | QGraphicsView] = [*view.findChildren(QAbstractItemView)]
    found += view.findChildren(QGraphicsView)
    return [one for one in found if not isinstance(one, QHeaderView) and not _of_a_box(one)]


def _of_a_box(place: QWidget) -> bool:
    outer = place.parentWidget()
    return (
        isinstance(place, CompletionList)
        or isinstance(outer, QComboBox | BoardEntry | MarkPopover)
        or (outer is not None and outer.inherits("QComboBoxPrivateContainer"))
    )


def bound(place: QWidget) -> list[BoundAction]:
    return [one for one in place.actions() if isinstance(one, BoundAction)]


async def test_every_table_tree_and_board_answers_a_menu(filled):
    for key, view in filled.window.views.items():
        for place in places(view):
            offered = {one.act.text for one in bound(place)}
            assert offered, f"{key}: {place.accessibleName()} offers nothing"
            if isinstance(place, FastTableView):
                assert offered >= ROWS, f"{key}: {place.accessibleName()}"
                assert bound(place.head), f"{key}: the head of {place.accessibleName()}"


async def test_V1_a_menu_keeps_what_was_chosen_when_it_was_opened(filled, until):
    filled.bring("streams")
    table = filled.window.views["streams"].table
    await until(lambda: table.model().rowCount() > 2)
    table.choose_index(0)
    chosen = table.current_row()[0]
    where = QPoint(20, 10)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, where, table.viewport().mapToGlobal(where))
    QApplication.sendEvent(table.viewport(), asked)
    menu = table.offering.menu
    assert menu.isVisible()
    table.choose_index(2)
    (copy,) = [one for one in menu.actions() if one.text().startswith("Copy cell")]
    copy.trigger()
    assert QApplication.clipboard().text() == chosen
    menu.close()
    await until(lambda: table.offering.target().row[0] != chosen)


def nameless(window: QWidget) -> list[str]:
    """What the keyboard reaches and assistive tools would tell by no name, or by that of a class."""
    found = []
    for one in window.findChildren(QWidget):
        outer = one.parentWidget()
        part = isinstance(outer, QComboBox | QAbstractSpinBox) or (
            outer is not None and outer.inherits("QComboBoxPrivateContainer")
        )
        if not one.focusPolicy() & Qt.FocusPolicy.TabFocus or one.focusProxy() is not None or part:
            continue
        told = QAccessible.queryAccessibleInterface(one)
        # Of a chooser Qt tells what is chosen.
        name = one.accessibleName() or (
            "" if isinstance(one, QComboBox) else told.text(QAccessible.Text.Name)
        )
        silent = (
            isinstance(one, QPushButton) and not one.isVisible()
        )  # it says what it does once it can be done
        if not (re.search(r"\w", name) or silent) or name in {kind.__name__ for kind in type(one).__mro__}:
            found.append(f"{type(one).__name__} {one.objectName()} of {type(outer).__name__}: {name!r}")
    return found


async def test_whatever_the_keyboard_reaches_is_told_by_a_name(filled, until):
    for key in filled.window.views:
        filled.bring(key)
        await until(filled.window.views[key].seen)
    filled.show_notices()
    filled.palette()
    assert nameless(filled.window) == []


async def test_every_action_is_found_in_the_palette(filled):
    acts = [one for one in filled.window.findChildren(BoundAction) if one.isVisible()]
    told = action_targets(filled.window, filled.bring)
    texts = {(target.text, target.kind) for target in told}
    steps = {one.text().replace("&", "") for one in acts if one.act.key in UNDOES}  # each is offered once
    known = {one.name for one in acts if one.act.key not in UNDOES} - {"Session.palette"}
    assert len(told) == len(known) + len(steps)
    assert ("Replay", "Dead letters") in texts
    assert all(target.why for target in told if target.text == "Restore")


async def test_every_tab_of_a_view_is_found_in_the_palette(filled, until):
    told = {(target.kind, target.text): target for target in tab_targets(filled.window, filled.bring)}
    told["Log", "Operations"].go()
    await until(filled.window.views["log"].operations.isVisible)
    told["Subscriptions", "Waiting"].go()
    await until(filled.window.views["subscriptions"].waiting.isVisible)


async def test_no_two_actions_share_a_key_where_both_work(filled):
    acts = [one for one in filled.window.findChildren(BoundAction) if one.place is not None and one.act.keys]
    for one, other in combinations(acts, 2):
        shared = set(one.act.sequences) & set(other.act.sequences)
        if not shared or (one.place is not other.place and not nested(one, other) and not nested(other, one)):
            continue
        pytest.fail(f"{one.name} and {other.name} share {shared}")


async def test_what_has_keys_of_its_own_can_have_the_keyboard(filled):
    for one in filled.window.findChildren(BoundAction):
        alone = one.shortcutContext() is Qt.ShortcutContext.WidgetShortcut
        if alone and one.place is not None and one.act.keys:
            assert one.place.focusPolicy() is not Qt.FocusPolicy.NoFocus, f"{one.name}: no key reaches it"


def nested(outer: BoundAction, inner: BoundAction) -> bool:
    """Whether the keys of one work where those of the other do."""
    reaches = outer.shortcutContext() is not Qt.ShortcutContext.WidgetShortcut
    around, within = outer.place, inner.place
    return reaches and around is not None and within is not None and around.isAncestorOf(within)


def test_every_key_is_told_at_F1():
    told = {(title, keys) for keys, title, _ in all_keys()}
    for title, where in OWNERS:
        owner = owner_class(where)
        keys = [one.keys_text for one in declared(owner)] + [one.keys for one in widget_keys(owner)]
        assert {(title, one) for one in keys if one} <= told


def test_a_key_of_the_list_means_one_thing_in_each_place():
    told: dict[tuple[str, str], set[str]] = {}
    for keys, where, text in all_keys():
        for key in keys.split(" / "):
            told.setdefault((where, key), set()).add(text)
    assert {place: texts for place, texts in told.items() if len(texts) > 1} == {}


def test_whoever_declares_an_action_or_looks_at_a_key_is_in_the_list():
    listed = {base.__module__ for _, where in OWNERS for base in owner_class(where).__mro__}
    for path in sorted(GUI.rglob("*.py")):
        name = path.relative_to(GUI).as_posix()
        text = path.read_text()
        module = "workbench.gui." + name.removesuffix(".py").replace("/", ".")
        assert "QShortcut(" not in text, f"{name} binds a key outside of the list"
        assert "setShortcut" not in text or name == "actions.py", f"{name} binds a key outside of the list"
        names = {one.attr for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Attribute)}
        looks = any(one.startswith("Key_") for one in names) and name not in WIDGETS_OF_THEIR_OWN
        if "@action(" in text or looks:
            assert module in listed, f"{name} is not in key_list.OWNERS"


def test_every_key_that_a_document_names_is_in_the_list():
    known = {
        key
        for keys, where, _ in all_keys()
        if where in ("Everywhere", "Forms", "Flow board", "Typing on the board")
        for key in keys.split(" / ")
    }
    for path in (ROOT / "README.md", ROOT / "resources" / "docs" / "ux.md"):
        named = set(re.findall(r"\b(?:(?:Ctrl|Alt|Shift)\+)+\w+|\bF\d+\b", path.read_text()))
        assert len(named) > 5
        assert named <= known, f"{path.name} names {named - known}"


def test_the_keys_of_the_ux_rules_do_what_these_say():
    told = {keys: text for keys, where, text in all_keys() if where == "Everywhere"}
    wanted = {"Alt+Left": "Back", "Alt+Right": "Forward", "F1": "Keys", "Ctrl+K": "Go to"}
    wanted |= {"Shift+F1": "Documentation"}
    wanted |= {f"Ctrl+{number}": name for number, name in enumerate(PERSPECTIVES, 1)}
    assert {keys: told[keys] for keys in wanted} == wanted
    rules = (ROOT / "resources" / "docs" / "ux.md").read_text()
    assert all(f"*{name}*" in rules for name in PERSPECTIVES)


async def test_the_list_of_keys_finds_what_is_typed(filled, until):
    filled.show_keys()
    shown = filled.window.findChild(KeyList)
    shown.search.setText("archive")
    shown.search.settled.emit("archive")
    rows = [shown.table.model().row(at) for at in range(shown.table.model().rowCount())]
    assert rows == [("Del", "Dead letters", "Archive")]
    shown.close()


def offered(session, text):
    """What the palette says of an action, whatever it would be done to: kind, text and why not."""
    told = action_targets(session.window, session.bring)
    return [(one.kind, one.text, one.why) for one in told if one.text.partition(":")[0] == text]


async def test_the_palette_says_to_what_something_is_done_and_has_what_is_in_front_first(start):
    session = await start()
    session.window.show_perspective("Observe")
    session.bring("subscriptions")
    view = session.window.views["subscriptions"]
    view.catch_up()
    view.table.setFocus()
    view.table.choose_key("welcome-mail")
    assert ("Subscriptions", "Pause: welcome-mail", "") in offered(session, "Pause")
    assert offered(session, "Copy rows") == [("Subscriptions", "Copy rows: welcome-mail", "")]
    first = view.table.model().columns[0].head
    assert offered(session, "Hide this column") == [("Subscriptions", f"Hide this column: {first}", "")]
    assert action_targets(session.window, session.bring)[0].kind == "Subscriptions"
    assert ("action", "Pause: the engine", "") in offered(session, "Pause")


async def test_the_palette_does_nothing_to_what_is_not_seen_or_not_pointed_at(start):
    session = await start()
    session.window.show_perspective("Run")
    session.window.views["commands"].picker.setFocus()
    for text in ("Hide this column", "Reset columns", "Copy rows"):
        assert [why for _, _, why in offered(session, text)] == ["Go to a table or list first"]
    session.window.show_perspective("Observe")
    assert not session.window.views["projections"].seen()
    assert ("Projections", "Pause", "Show Projections first") in offered(session, "Pause")
    assert ("Projections", "Rebuild", "Show Projections first") in offered(session, "Rebuild")
