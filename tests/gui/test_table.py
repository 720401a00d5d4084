"""The table: keyboard, mouse, copying, order, widths, and rows asked for only where they are seen."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QEvent, QItemSelection, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from tests.gui.conftest import Numbers
from workbench.errors import StoreBusy, StoreCorrupt
from workbench.gui.badges import ROW_HEIGHT
from workbench.gui.context_menu import menu_of
from workbench.gui.paged_model import PAGE, ListSource, TableColumn
from workbench.gui.row_painter import WIDEST
from workbench.gui.table import FastTableView
from workbench.gui.theme import code_font, theme
from workbench.gui.widgets import Banner

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def shown(qtbot):
    def make(columns, source):
        table = FastTableView(columns)
        qtbot.addWidget(table)
        table.resize(500, 28 + 10 * ROW_HEIGHT)
        table.set_source(source)
        with qtbot.waitActive(table):
            table.show()
        table.setFocus()
        return table

    return make


@pytest.fixture
def until_idle(qapp):
    return lambda: [qapp.processEvents() for _ in range(3)]


@pytest.fixture
def source():
    return Numbers(100)


@pytest.fixture
def table(shown, source):
    return shown([TableColumn("Number", width=90), TableColumn("Name", width=120, stretch=True)], source)


def collected(signal):
    told = []
    signal.connect(lambda *given: told.append(given[0] if len(given) == 1 else given))
    return told


def numbers(rows):
    return [row[0] for row in rows]


def copied(table):
    QApplication.clipboard().clear()
    QTest.keyClick(table, Qt.Key.Key_C, CONTROL)
    return QApplication.clipboard().text()


def middle(table, row, column=0):
    return table.visualRect(table.model().index(row, column)).center()


# --- keyboard and mouse


def test_the_keyboard_goes_everywhere_and_tells_each_row(table):
    told = collected(table.row_chosen)
    for key in (Qt.Key.Key_End, Qt.Key.Key_Up, Qt.Key.Key_Home, Qt.Key.Key_Down):
        QTest.keyClick(table, key)
    assert numbers(told) == [99, 98, 0, 1]
    assert table.current_row() == (1, "row 1")
    assert numbers(table.selected_rows()) == [1]


def test_pages_are_turned_by_about_what_is_in_sight(table):
    QTest.keyClick(table, Qt.Key.Key_Home)
    QTest.keyClick(table, Qt.Key.Key_PageDown)
    assert 5 <= table.current_row()[0] <= 10
    QTest.keyClick(table, Qt.Key.Key_PageDown)
    assert 10 <= table.current_row()[0] <= 20
    QTest.keyClick(table, Qt.Key.Key_PageUp)
    QTest.keyClick(table, Qt.Key.Key_PageUp)
    assert table.current_row()[0] == 0


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_activates_the_current_row(table, key):
    told = collected(table.row_activated)
    QTest.keyClick(table, Qt.Key.Key_End)
    QTest.keyClick(table, key)
    QTest.keyClick(table, key, CONTROL)
    assert numbers(told) == [99]


def test_a_click_chooses_and_a_double_click_activates(table):
    chosen, activated = collected(table.row_chosen), collected(table.row_activated)
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 2, 1))
    assert (numbers(chosen), activated) == ([2], [])
    QTest.mouseDClick(table.viewport(), LEFT, pos=middle(table, 2, 1))
    assert (set(numbers(chosen)), numbers(activated)) == ({2}, [2])


@pytest.fixture
def moving(table, qtbot):
    """A table in a window that goes down by two rows, once, when a row is chosen."""
    window = QWidget()
    qtbot.addWidget(window)
    table.setParent(window)
    window.resize(600, 500)
    with qtbot.waitActive(window):
        window.show()
        table.show()
    table.setFocus()
    table.row_chosen.connect(lambda _row: table.move(0, 2 * ROW_HEIGHT))
    table.around = window  # which is deleted when nobody has it
    return table


def at_row(table, row):
    return table.viewport().mapTo(table.window(), middle(table, row))


def test_a_menu_is_of_the_row_that_was_pressed_though_choosing_it_moves_the_rows(moving, until_idle):
    place = at_row(moving, 1)
    QTest.mouseClick(moving.window().windowHandle(), Qt.MouseButton.RightButton, pos=place)
    assert moving.offering.menu is not None, "the window system asks for a menu as it does for a person"
    assert moving.offering.target().row == (1, "row 1")
    until_idle()
    assert moving.y() == 2 * ROW_HEIGHT
    assert moving.offering.target().row == (1, "row 1")
    moving.offering.menu.close()


def test_a_double_click_activates_what_its_first_click_chose_though_that_moves_the_rows(moving):
    activated, place = collected(moving.row_activated), at_row(moving, 4)
    QTest.mouseDClick(moving.window().windowHandle(), LEFT, pos=place)
    assert numbers(activated) == [4]


def test_a_plain_click_leaves_one_row_of_many_chosen_though_choosing_it_moves_the_rows(moving):
    moving.set_multi()
    QTest.keyClick(moving, Qt.Key.Key_A, CONTROL)
    assert len(moving.selected_rows()) == 100
    QTest.mouseClick(moving.window().windowHandle(), LEFT, pos=at_row(moving, 4))
    assert moving.y() == 2 * ROW_HEIGHT, "between press and release"
    assert numbers(moving.selected_rows()) == [4]


def test_a_hand_that_rests_on_a_row_chooses_no_others_though_the_rows_move_below_it(moving):
    moving.set_multi()
    window, place = moving.window().windowHandle(), at_row(moving, 4)
    QTest.mousePress(window, LEFT, pos=place)
    QTest.mouseMove(moving.viewport(), moving.viewport().mapFrom(moving.window(), place + QPoint(1, 0)))
    QTest.mouseRelease(window, LEFT, pos=place + QPoint(1, 0))
    assert numbers(moving.selected_rows()) == [4]


def test_a_double_click_where_no_row_is_activates_none(shown):
    table = shown([TableColumn("Number")], Numbers(2))
    activated = collected(table.row_activated)
    QTest.keyClick(table, Qt.Key.Key_End)
    QTest.mouseDClick(table.viewport(), LEFT, pos=QPoint(20, 6 * ROW_HEIGHT))
    assert activated == []


def test_a_menu_where_no_row_is_offers_nothing_of_the_row_before(shown):
    table = shown([TableColumn("Number")], Numbers(2))
    table.choose_index(1)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.RightButton, pos=QPoint(20, 6 * ROW_HEIGHT))
    assert table.chosen() is None


def choose_by(table, way, row):
    if way == "click":
        QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, row))
    else:
        QTest.keyClick(table, way)


@pytest.mark.parametrize("multi", [False, True])
@pytest.mark.parametrize("way", ["click", Qt.Key.Key_Space, Qt.Key.Key_Home])
def test_the_row_on_which_the_keyboard_stands_is_told_when_it_is_chosen(table, way, multi):
    table.set_multi(multi)
    table.begin()
    told = collected(table.row_chosen)
    choose_by(table, way, 0)
    assert numbers(told) == numbers(table.selected_rows()) == [0]
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert numbers(told) == [0, 1]


@pytest.mark.parametrize("way", [Qt.Key.Key_Down, Qt.Key.Key_Up])
def test_the_only_row_is_chosen_by_going_to_it(shown, way):
    only = shown([TableColumn("Name", stretch=True)], ListSource([("one",)], lambda row: row[0]))
    only.begin()
    told = collected(only.row_chosen)
    assert not only.selected_rows()
    QTest.keyClick(only, way)
    assert [row[0] for row in only.selected_rows()] == ["one"]
    assert len(told) == 1
    QTest.keyClick(only, way)
    assert len(told) == 1, "it goes nowhere from there"


def test_a_click_on_the_chosen_row_tells_it_again(table):
    table.choose_index(2)
    told = collected(table.row_chosen)
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 2))
    assert numbers(told) == [2]


def test_a_row_that_is_only_passed_or_taken_from_the_selection_is_not_told(table):
    table.set_multi()
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 2))
    QTest.mouseClick(table.viewport(), LEFT, CONTROL, middle(table, 3))
    told = collected(table.row_chosen)
    QTest.mouseClick(table.viewport(), LEFT, CONTROL, middle(table, 2))
    QTest.keyClick(table, Qt.Key.Key_Down, CONTROL)
    QTest.keyClick(table, Qt.Key.Key_Down, CONTROL)
    assert numbers(table.selected_rows()) == [3]
    assert 4 not in numbers(told)
    assert 2 not in numbers(told)


def test_one_row_is_selected_unless_several_may_be(table):
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 1))
    QTest.mouseClick(table.viewport(), LEFT, CONTROL, middle(table, 3))
    assert numbers(table.selected_rows()) == [3]
    table.set_multi()
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 5))
    QTest.mouseClick(table.viewport(), LEFT, CONTROL, middle(table, 2))
    QTest.mouseClick(table.viewport(), LEFT, CONTROL, middle(table, 4))
    assert numbers(table.selected_rows()) == [2, 4, 5]
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 6))
    QTest.keyClick(table, Qt.Key.Key_Down, SHIFT)
    assert numbers(table.selected_rows()) == [6, 7]
    QTest.keyClick(table, Qt.Key.Key_A, CONTROL)
    assert numbers(table.selected_rows()) == list(range(100))


def test_an_empty_table_takes_every_key(shown):
    table = shown([TableColumn("A")], ListSource([]))
    chosen, activated = collected(table.row_chosen), collected(table.row_activated)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageDown, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(table, key)
    assert copied(table) == ""
    assert (table.current_row(), table.selected_rows(), chosen, activated) == (None, [], [], [])


# --- choosing for the person


def test_what_the_program_chooses_is_not_told_as_a_persons_choice(table):
    told = collected(table.row_chosen)
    assert table.choose_key(7)
    assert table.current_row() == (7, "row 7")
    assert not table.choose_key(700)
    table.choose_index(50)
    assert numbers(table.selected_rows()) == [50]
    for nowhere in (-1, 100):
        table.choose_index(nowhere)
    assert table.current_row() == (50, "row 50")
    assert table.visualRect(table.currentIndex()).intersects(table.viewport().rect())
    assert told == []
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert numbers(told) == [51]


def test_V1_choosing_by_key_reads_no_page_but_that_of_the_row(shown):
    source = Numbers(1_000_000)
    table = shown([TableColumn("Number")], source)
    table.viewport().grab()
    source.asked.clear()
    assert table.choose_key(500_000)
    table.viewport().grab()
    assert table.current_row() == (500_000, "row 500000")
    assert len(source.asked) <= 2


def test_a_refresh_keeps_place_and_selection_and_tells_nothing(table, source):
    QTest.keyClick(table, Qt.Key.Key_End)
    table.choose_index(60)
    place = table.verticalScrollBar().value()
    told = collected(table.row_chosen)
    source.length = 200
    table.refresh()
    assert table.verticalScrollBar().value() == place
    assert numbers(table.selected_rows()) == [60]
    source.length = 30
    table.refresh()
    table.viewport().grab()
    assert table.model().rowCount() == 30
    source.length = 0
    table.refresh()
    assert table.current_row() is None
    assert told == []


def test_of_another_source_nothing_is_selected(table):
    QTest.keyClick(table, Qt.Key.Key_End)
    table.set_source(Numbers(50))
    assert (table.current_row(), table.selected_rows()) == (None, [])


# --- copying


def test_the_selection_is_copied_from_top_to_bottom_with_tabs_between_cells(table):
    table.set_multi()
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 8))
    QTest.mouseClick(table.viewport(), LEFT, CONTROL, middle(table, 2))
    assert copied(table) == "2\trow 2\n8\trow 8"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "-1"),
        ("-1.50", "-1.50"),
        ("-1+2", "'-1+2"),
        ("-", "'-"),
        (-9007199254740993, "-9007199254740993"),
        (None, ""),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("a=b", "a=b"),
        ("one\ttwo\nthree", "one two three"),
        ("Grüße 🎉", "Grüße 🎉"),
        ("", ""),
    ],
)
def test_H4_what_a_spreadsheet_would_take_for_a_formula_is_quoted(shown, text, safe):
    table = shown([TableColumn("A"), TableColumn("B")], ListSource([(text, "end")]))
    QTest.keyClick(table, Qt.Key.Key_Home)
    assert copied(table) == f"{safe}\tend"


def test_cells_are_copied_as_they_are_shown(shown):
    columns = [
        TableColumn("Size", text=lambda size: f"{size:,} B"),
        TableColumn("State", badge=lambda state: ("error", state.upper())),
    ]
    table = shown(columns, ListSource([(12345, "bad", "hidden")]))
    QTest.keyClick(table, Qt.Key.Key_Home)
    assert copied(table) == "12,345 B\tBAD"


def test_H4_of_null_only_words_are_copied(shown):
    said = (lambda _: "–", lambda _: "", str, lambda _: "time of import")
    table = shown([TableColumn(f"C{at}", text=one) for at, one in enumerate(said)], ListSource([(None,) * 4]))
    QTest.keyClick(table, Qt.Key.Key_Home)
    assert copied(table) == "\t\t\ttime of import"


# --- nothing there


def test_what_to_do_stands_there_while_there_are_no_rows(shown):
    source = Numbers(0)
    table = shown([TableColumn("A")], source)
    done = []
    table.set_empty("No events", "Send a command.", "Send", lambda: done.append(True))
    hint = next(label for label in table.findChildren(QLabel) if label.text() == "Send a command.")
    assert hint.isVisible()
    table.findChild(QPushButton).click()
    assert done == [True]
    source.length = 3
    table.refresh()
    assert not hint.isVisible()
    source.length = 0
    table.refresh()
    assert hint.isVisible()
    table.set_source(Numbers(1))
    assert not hint.isVisible()


def test_V3_nothing_is_said_to_be_there_before_anything_was_asked(qtbot):
    table = FastTableView([TableColumn("A")])
    qtbot.addWidget(table)
    table.show()
    table.set_empty("No events", "Send a command.")
    hint = next(label for label in table.findChildren(QLabel) if label.text() == "Send a command.")
    assert not hint.isVisible()
    table.refresh(Numbers(0))
    assert hint.isVisible()


def test_another_hint_takes_the_place_of_the_old(shown, qtbot):
    table = shown([TableColumn("A")], Numbers(0))
    table.set_empty("First", "")
    table.set_empty("Second", "")

    def said():
        return [label.text() for label in table.findChildren(QLabel) if label.text()]

    qtbot.waitUntil(lambda: said() == ["Second"])


def test_a_hint_that_says_the_same_keeps_its_button_for_whoever_is_about_to_press_it(shown):
    table = shown([TableColumn("A")], Numbers(0))
    done = []
    clear = lambda: done.append(True)  # noqa: E731
    table.set_empty("None found", "None of 8 fits.", "Clear the search", clear)
    button = table.findChild(QPushButton)
    QTest.mousePress(button, LEFT)
    table.set_empty("None found", "None of 8 fits.", "Clear the search", clear)  # the list is read again
    QTest.mouseRelease(button, LEFT)
    assert done == [True]
    assert [one for one in table.findChildren(QPushButton) if one.isVisible()] == [button]


# --- order and widths


def click_head(table, column):
    head = table.horizontalHeader()
    QTest.mouseClick(head.viewport(), LEFT, pos=QPoint(head.sectionViewportPosition(column) + 12, 12))


def test_a_click_on_a_head_asks_for_an_order_where_there_is_one(table):
    told = collected(table.sort_wanted)
    click_head(table, 0)
    assert told == []
    table.set_sortable()
    click_head(table, 1)
    table.show_sort(1, descending=False)
    click_head(table, 1)
    table.show_sort(1, descending=True)
    click_head(table, 1)
    click_head(table, 0)
    assert told == [(1, False), (1, True), (1, False), (0, False)]


def test_the_order_is_marked_at_its_head(table):
    head = table.horizontalHeader()
    table.show_sort(1, descending=True)
    assert head.isSortIndicatorShown()
    assert (head.sortIndicatorSection(), head.sortIndicatorOrder()) == (1, Qt.SortOrder.DescendingOrder)
    table.show_sort(-1, descending=False)
    assert not head.isSortIndicatorShown()


def test_the_stretched_column_takes_what_the_others_leave_but_keeps_its_own(table, qtbot):
    assert table.columnWidth(0) == 90
    assert table.columnWidth(1) == table.viewport().width() - 90
    table.setColumnWidth(0, 200)
    assert table.columnWidth(1) == table.viewport().width() - 200
    table.resize(800, 300)
    qtbot.waitUntil(lambda: table.columnWidth(1) == table.viewport().width() - 200)
    assert table.viewport().width() > 700
    table.resize(150, 300)
    qtbot.waitUntil(lambda: table.columnWidth(1) == 120)
    assert not table.head.arranged


def test_a_column_that_a_person_drew_counts_as_arranged(table):
    head = table.horizontalHeader()
    edge = QPoint(head.sectionViewportPosition(0) + table.columnWidth(0) - 1, 12)
    QTest.mousePress(head.viewport(), LEFT, pos=edge)
    QTest.mouseMove(head.viewport(), edge + QPoint(40, 0))
    QTest.mouseRelease(head.viewport(), LEFT, pos=edge + QPoint(40, 0))
    assert table.columnWidth(0) == 130
    assert table.head.arranged


def test_columns_are_fitted_to_their_heads_and_first_rows_within_reason(shown):
    columns = [
        TableColumn("A"),
        TableColumn("A head of many words"),
        TableColumn("C"),
        TableColumn("D", mono=True),
    ]
    source = ListSource([("i", "x", "W" * 200, "0123456789" * 2)] * 3)
    table = shown(columns, source)
    table.head.fit()
    widths = [table.columnWidth(column) for column in range(4)]
    assert widths[0] < 80
    assert widths[1] > widths[0] + 50
    assert widths[2] == WIDEST
    assert table.fontMetrics().horizontalAdvance("0123456789" * 2) * 0.7 < widths[3] < WIDEST
    table.set_source(ListSource([]))
    table.head.fit()
    assert table.columnWidth(2) == widths[0]


def test_a_number_is_never_cut_unless_a_person_made_its_column_narrow(shown, until_idle):
    columns = [TableColumn("#", width=44, mono=True, align_right=True), TableColumn("Name", width=44)]
    table = shown(columns, ListSource([(12_345, "a long name that may be cut")]))
    table.viewport().grab()
    until_idle()
    assert table.columnWidth(0) >= QFontMetrics(code_font()).horizontalAdvance("12345") + 16
    assert table.columnWidth(1) == 44
    table.head.arranged = True
    table.setColumnWidth(0, 44)
    table.viewport().grab()
    until_idle()
    assert table.columnWidth(0) == 44


# --- what is drawn


def test_only_pages_in_sight_are_asked_for(shown):
    source = Numbers(100_000)
    table = shown([TableColumn("Number"), TableColumn("Name", stretch=True)], source)
    table.viewport().grab()
    assert source.asked == [(0, PAGE)]
    table.scrollToBottom()
    table.viewport().grab()
    assert source.asked == [(0, PAGE), (99_999 // PAGE * PAGE, PAGE)]


@pytest.mark.parametrize("length", [0, 1, 9, 100_000])
def test_tables_of_every_length_are_drawn(shown, length):
    table = shown(
        [
            TableColumn("Number", align_right=True),
            TableColumn("Name", mono=True, width=20),
            TableColumn("Name", text=repr),
        ],
        ListSource([(number, "long " * 200, "x\ny") for number in range(length)]),
    )
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home):
        QTest.keyClick(table, key)
        assert not table.viewport().grab().isNull()


def colour(table, x, y):
    return table.viewport().grab().toImage().pixelColor(x, y)


def row_colour(table, row):
    return colour(table, table.viewport().width() - 4, row * ROW_HEIGHT + 4)


def test_the_selected_row_and_the_one_under_the_mouse_are_marked(table, qtbot):
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 1))
    QTest.mouseMove(table.viewport(), middle(table, 3))
    colors = theme().colors
    qtbot.waitUntil(lambda: row_colour(table, 3) == QColor(colors.hover))
    assert row_colour(table, 1) == QColor(colors.selection)
    assert row_colour(table, 5).name() not in {colors.hover, colors.selection}


@pytest.mark.parametrize(
    ("kind", "role", "quiet"),
    [
        ("ok", "ok", True),
        ("neutral", "muted", True),
        ("event", "event", True),
        ("warning", "warning", False),
        ("error", "error", False),
    ],
)
def test_a_badge_is_drawn_in_the_colour_of_its_kind_and_only_exceptions_have_a_ground(
    shown, kind, role, quiet
):
    table = shown([TableColumn("State", badge=lambda _value: (kind, "state"))], ListSource([("x",)]))
    assert colour(table, 10 if quiet else 16, 12) == QColor(theme().colors.ink(role))
    ground = theme().colors.surface if quiet else theme().colors.tint(role, 0.16)
    assert colour(table, 20, 5) == QColor(ground)


def test_a_cell_without_a_badge_is_left_blank(shown):
    blank = shown([TableColumn("State", badge=lambda _value: None)], ListSource([("x",)]))
    blank.clearFocus()
    image = blank.viewport().grab().toImage()
    assert {image.pixelColor(x, 12).name() for x in range(100)} == {image.pixelColor(300, 12).name()}


def test_other_rows_are_shown_from_the_top(table, source):
    table.verticalScrollBar().setValue(table.verticalScrollBar().maximum())
    table.set_source(Numbers(100))
    assert table.verticalScrollBar().value() == 0


def test_coming_to_a_table_chooses_nothing(table):
    chosen = []
    table.row_chosen.connect(chosen.append)
    table.clearFocus()
    table.setFocus()
    assert chosen == []
    assert table.current_row() is None
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert [row[0] for row in chosen] == [0]


def test_a_row_that_lost_its_selection_can_be_chosen_again(table):
    table.choose_index(3)
    table.clearSelection()
    assert table.choose_key(3)
    assert [row[0] for row in table.selected_rows()] == [3]


@pytest.mark.parametrize("end", ["\r", "\r\n", "\u2028", "\n"])
def test_no_line_end_of_any_kind_lets_a_cell_become_two(shown, end):
    table = shown([TableColumn("Name")], ListSource([(f"x{end}=1+1",)]))
    table.choose_index(0)
    table.common.acts["copy_rows"].do()
    assert QApplication.clipboard().text() == "x =1+1"


def test_rows_are_copied_as_csv_and_as_lines_of_json(shown):
    columns = [TableColumn("Name"), TableColumn("At", text=lambda at: f"{at:,}")]
    table = shown(columns, ListSource([('say "hi",\nAda', 1200), ("=1+1", 2)]))
    table.set_multi()
    table.selectAll()
    table.common.acts["copy_csv"].do()
    assert QApplication.clipboard().text() == 'Name,At\r\n"say ""hi"",\nAda",1200\r\n\'=1+1,2\r\n'
    table.common.acts["copy_lines"].do()
    told = [json.loads(line) for line in QApplication.clipboard().text().splitlines()]
    assert told == [{"Name": 'say "hi",\nAda', "At": 1200}, {"Name": "=1+1", "At": 2}]
    menu = menu_of(table)
    (inner,) = [one.menu() for one in menu.actions() if one.menu() is not None and one.text() == "Copy as"]
    assert {one.text() for one in inner.actions()} == {
        "Copy rows as NDJSON",
        "Copy rows as CSV",
        "Copy rows as JSON",
    }


# --- keys: what is selected, current and in sight (V1)


def ctrl_click(table, *rows):
    for row in rows:
        QTest.mouseClick(table.viewport(), LEFT, CONTROL, middle(table, row))


def test_V1_the_selection_follows_its_rows_when_others_come_above(table, source):
    table.set_multi()
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 2))
    ctrl_click(table, 5, 6)
    told = collected(table.row_chosen)
    source.first = -3
    table.refresh()
    assert numbers(table.selected_rows()) == [2, 5, 6]
    assert list(table.selected_keys()) == [2, 5, 6]
    assert table.current_row() == (6, "row 6")
    assert table.selection_text() == "3 of 103 selected"
    assert told == []


def test_V1_of_what_left_nothing_is_selected_and_nothing_takes_its_place(table, source):
    table.set_multi()
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 2))
    QTest.mouseClick(table.viewport(), LEFT, SHIFT, middle(table, 5))
    source.gone = {0, 3, 5}
    moved = collected(table.selection_moved)
    table.refresh()
    assert numbers(table.selected_rows()) == [2, 4]
    assert table.current_row() is None
    assert moved
    source.gone = {0, 2, 3, 4, 5}
    table.refresh()
    assert table.selected_rows() == []
    assert table.selection_text() == ""


def test_V1_the_top_row_stays_the_top_row(table, source):
    table.verticalScrollBar().setValue(50)
    source.first = -7
    table.refresh()
    assert table.model().row(table.rowAt(2)) == (50, "row 50")
    source.gone = {10, 50}
    table.refresh()
    assert table.model().row(table.rowAt(2))[0] == 49


def test_V1_the_last_row_stays_in_sight(table, source):
    table.resize(500, 28 + 10 * ROW_HEIGHT - 9)
    QTest.keyClick(table, Qt.Key.Key_End)
    for _ in range(2):
        table.refresh()
        assert table.viewport().rect().contains(table.visualRect(table.currentIndex()))


def test_V1_at_the_top_what_comes_is_seen_while_nothing_is_selected(table, source):
    table.begin()
    source.first = -2
    table.refresh()
    assert table.verticalScrollBar().value() == 0
    table.choose_index(1)
    source.first = -5
    table.refresh()
    assert table.verticalScrollBar().value() == 3


def test_V1_a_range_begins_at_the_row_that_was_clicked_whatever_came_between(table, source):
    table.set_multi()
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 2))
    source.first = -3
    table.refresh()
    table.verticalScrollBar().setValue(0)
    QTest.mouseClick(table.viewport(), LEFT, SHIFT, middle(table, 8))
    assert numbers(table.selected_rows()) == [2, 3, 4, 5]


def test_V1_a_range_grows_and_shrinks_from_the_row_that_was_clicked_while_others_come(table, source):
    table.set_multi()
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 1))
    QTest.mouseClick(table.viewport(), LEFT, CONTROL, middle(table, 5))
    for wanted in ([1, 5, 6], [1, 5, 6, 7]):
        source.first -= 1
        table.refresh()
        QTest.keyClick(table, Qt.Key.Key_Down, SHIFT)
        assert numbers(table.selected_rows()) == wanted
    table.refresh()
    QTest.keyClick(table, Qt.Key.Key_Up, SHIFT)
    assert numbers(table.selected_rows()) == [1, 5, 6]


def test_a_range_grows_from_its_other_end_whatever_the_view_remembers(table):
    table.set_multi()
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 8))
    model, flags = table.model(), table.selectionModel().SelectionFlag
    table.selectionModel().setCurrentIndex(model.index(3, 0), flags.NoUpdate)
    block = QItemSelection(model.index(2, 0), model.index(3, 1))
    table.selectionModel().select(block, flags.ClearAndSelect)
    for key, wanted in ((Qt.Key.Key_Down, [2, 3, 4]), (Qt.Key.Key_Up, [2, 3])):
        QTest.keyClick(table, key, SHIFT)
        assert numbers(table.selected_rows()) == wanted


def test_one_of_many_that_the_program_chooses_leaves_them_selected(table):
    table.set_multi()
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 2))
    QTest.mouseClick(table.viewport(), LEFT, SHIFT, middle(table, 4))
    assert table.choose_key(2)
    assert numbers(table.selected_rows()) == [2, 3, 4]


def test_a_row_that_is_not_there_leaves_none_selected_and_nothing_to_act_on(table):
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 2))
    assert not table.choose_key(700)
    assert (table.selected_rows(), table.current_row(), table.chosen()) == ([], None, None)


def test_rows_of_which_none_was_in_sight_are_shown_from_the_top(table):
    table.verticalScrollBar().setValue(60)
    table.refresh(ListSource([(f"other {at}", "") for at in range(40)]))
    assert table.verticalScrollBar().value() == 0


def test_the_whole_row_that_the_keyboard_leaves_is_drawn_again(table, qtbot):
    drawn = []

    class Watcher(QObject):
        def eventFilter(self, _watched, event):
            if event.type() == QEvent.Type.Paint:
                drawn.append(event.region())
            return False

    table.set_multi()
    QTest.mouseClick(table.viewport(), LEFT, pos=middle(table, 2))
    table.viewport().repaint()
    watcher = Watcher()
    table.viewport().installEventFilter(watcher)
    QTest.keyClick(table, Qt.Key.Key_Down, CONTROL)
    row = QRect(0, 2 * ROW_HEIGHT, table.viewport().width(), ROW_HEIGHT)
    qtbot.waitUntil(lambda: bool(drawn))
    assert any((QRegion(row) - region).isEmpty() for region in drawn)


def test_V1_all_are_those_that_were_there(table, source):
    table.set_multi()
    QTest.keyClick(table, Qt.Key.Key_A, CONTROL)
    source.first, source.length = -2, 105
    table.refresh()
    assert numbers(table.selected_rows()) == list(range(100))
    assert table.selection_text() == "100 of 107 selected"


def test_V1_a_refresh_of_a_million_rows_reads_no_more_than_what_is_in_sight(shown):
    source = Numbers(1_000_000)
    table = shown([TableColumn("Number")], source)
    table.choose_index(700_000)
    source.asked.clear()
    source.first = -1
    table.refresh()
    table.viewport().grab()
    assert table.current_row() == (700_000, "row 700000")
    assert len(source.asked) <= 3


# --- reads that fail (V4)


def test_V4_a_read_that_fails_is_told_in_the_table_and_can_be_tried_again(shown, qtbot):
    source = Numbers(1000)
    table = shown([TableColumn("Number")], source)
    source.fault = StoreCorrupt("page 7 is damaged", hint="take the newest backup")
    QTest.keyClick(table, Qt.Key.Key_End)
    assert not table.viewport().grab().isNull()
    trouble = table.findChild(Banner)
    qtbot.waitUntil(trouble.isVisible)
    said = [label.text() for label in trouble.findChildren(QLabel) if label.text()]
    assert said == ["The rows cannot be read: page 7 is damaged. Take the newest backup."]
    for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
        assert table.model().data(table.model().index(999, 0), role) == ""
    assert (table.selected_rows(), copied(table)) == ([], "")
    table.refresh()
    assert table.model().rowCount() == 1000
    source.fault = None
    trouble.findChild(QPushButton).click()
    qtbot.waitUntil(lambda: not trouble.isVisible())
    assert table.model().row(999) == (999, "row 999")


def test_V4_what_cannot_be_read_is_asked_for_once_not_at_each_paint(shown):
    source = Numbers(1000)
    table = shown([TableColumn("Number")], source)
    source.fault = StoreBusy("another program holds it")
    source.asked.clear()
    table.set_source(source)
    table.verticalScrollBar().setValue(0)
    source.fault = None
    table.set_source(source)
    source.fault = StoreBusy("another program holds it")
    for _ in range(5):
        table.viewport().grab()
    assert len(source.asked) <= 1


def test_V4_a_value_that_no_column_can_say_is_shown_as_it_is(shown):
    def refuse(value):
        raise OverflowError(value)

    table = shown(
        [TableColumn("A", text=refuse), TableColumn("B", badge=refuse)], ListSource([(10**30, "odd")])
    )
    assert not table.viewport().grab().isNull()
    assert table.model().shown(0, 0) == str(10**30)
    assert table.model().shown(0, 1) == "odd"


def test_V4_of_a_long_text_a_cell_and_its_tip_show_the_beginning_and_how_much_more(shown):
    table = shown([TableColumn("A")], ListSource([("x" * 20_000_000,)]))
    assert table.model().shown(0, 0) == "x" * 400 + "… 19,999,600 more characters"
    assert len(table.model().data(table.model().index(0, 0), Qt.ItemDataRole.ToolTipRole)) < 3000


def test_what_hides_itself_is_seen_in_cells_and_tips(shown):
    text = "safe\u202egnp.exe\u200b\u2028\x1b[2J\ufeff\u00ad\U000e0041\u0085"
    table = shown([TableColumn("A")], ListSource([(text,)]))
    escaped = r"safe\u202egnp.exe\u200b\u2028\u001b[2J\ufeff\u00ad\U000e0041\u0085"
    for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
        assert table.model().data(table.model().index(0, 0), role) == escaped


def test_V4_what_is_chosen_is_asked_for_once_for_all_that_is_offered(table, monkeypatch):
    asked = []
    monkeypatch.setattr(table.offering, "_chosen", lambda: asked.append(1))
    assert len(table.actions()) > 2
    table.offering.refresh()
    assert len(asked) == 1
    table.offering.target()
    assert len(asked) == 2
