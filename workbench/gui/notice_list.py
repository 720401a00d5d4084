"""The list of what the window told: when, which kind, the words, and what each still offers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QMainWindow, QPushButton
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.layouts import in_column, in_row
from workbench.gui.long_view import LongText
from workbench.gui.notices import Notices, ToldNotice
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.time_format import SHORT_WIDTH, absolute, short
from workbench.gui.widgets import plain_label, push_button
from workbench.gui.window_keys import ENTER

KINDS = {"ok": "done", "info": "info", "warning": "warning", "error": "failed"}
COLUMNS = (
    TableColumn("When", width=SHORT_WIDTH, text=short, tip=absolute, zoned=True),
    TableColumn("Kind", width=96, badge=lambda kind: (kind, KINDS[kind])),
    TableColumn("What", width=240, stretch=True, text=lambda text: " ".join(text.split())),
    TableColumn("Offers", width=120),
)
SINCE = "since the project was opened; what operators did before stands in the log, under Operations"
SIZE, TEXT_HEIGHT = (640, 420), 96
"""Pixels of the list, and of the whole text of one notice below it."""


class NoticeList(QDialog):
    """What was told, the newest first; below it the whole text of one, and its buttons. Esc closes it.

    Nothing is done but by a button that was clicked or that has the keyboard.

    Args:
        palette: Opens the palette: the window gets no keys while this is open.
    """

    def __init__(self, window: QMainWindow, notices: Notices, palette: Callable[[], object]) -> None:
        # No popup, for the reasons of the palette.
        super().__init__(window, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("notice-list")
        self.setWindowTitle("Notices")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._notices, self._told, self._palette = notices, list(reversed(notices.told)), palette
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("Notices")
        self.table.set_empty(
            "Nothing was told yet", "What the window tells is listed here, also once it left."
        )
        self.text = LongText()
        self.text.setAccessibleName("Whole text of the notice")
        self.text.setFixedHeight(TEXT_HEIGHT)
        self.buttons: list[QPushButton] = []
        self._row = in_row(1, spacing=6)
        in_column(
            in_row(
                plain_label("Notices", "heading"), (plain_label(SINCE, "muted", wrap=True), 1), spacing=12
            ),
            (self.table, 1),
            self.text,
            self._row,
            of=self,
            margins=12,
            spacing=8,
        )
        self.acts = Actions(self, self)
        self.acts.offer()
        self.table.row_chosen.connect(lambda row: self._show(row[-1]))
        self.resize(min(SIZE[0], window.width() - 24), min(SIZE[1], window.height() - 90))
        corner = window.mapToGlobal(QPoint(window.width(), window.statusBar().y()))
        self.move(corner.x() - self.width() - 12, corner.y() - self.height() - 8)
        self._fill()
        notices.looked()

    def _fill(self) -> None:
        self.table.set_source(ListSource([_row(number, one) for number, one in enumerate(self._told)], _key))
        if self._told:
            self.table.choose_index(0)
            self._show(0)
        self.table.setFocus()

    def _show(self, number: int) -> None:
        told = self._told[number]
        self.text.show_plain(told.notice.text)
        for button in self.buttons:
            button.deleteLater()
        self.buttons = [
            push_button(label, partial(self._answer, told, at)) for at, (label, _) in enumerate(told.offers())
        ]
        for button in self.buttons:
            self._row.addWidget(button)
            button.show()  # at once: it can be given the keyboard

    def _answer(self, told: ToldNotice, at: int, _checked: bool = False) -> None:  # a signal's argument
        self.accept()
        self._notices.answer(told, at)

    @action(
        "Go to what it offers",
        key="to-offers",
        on="table",
        icon="chevron-right",
        default=True,
        why=lambda one, rows: "" if rows is None or one.told_of(rows).offers() else "It offers nothing now",
    )
    def to_offers(self, _rows: ChosenRows) -> None:
        """Gives the keyboard to the first thing that the notice offers."""
        self.buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    @action("Go to …", key="go-to", keys="Ctrl+K", icon="search", anyway=True)
    def go_to(self) -> None:
        """Closes the list, and opens the palette."""
        self.close()
        self._palette()

    def told_of(self, rows: ChosenRows) -> ToldNotice:
        """Returns the notice of a row."""
        return self._told[rows.row[-1]]

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in ENTER:  # a dialog would press a button that does not have the keyboard
            super().keyPressEvent(event)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowDeactivate:
            self.close()  # the person went elsewhere
        return super().event(event)


def _row(number: int, told: ToldNotice) -> tuple[object, ...]:
    offered = ", ".join(label for label, _ in told.offers())
    return told.at, told.notice.kind, told.notice.text, offered, number


def _key(row: tuple[object, ...]) -> object:
    return row[-1]
