"""The dead letters: by cause, one by one, and what can be done about them (contract §6)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QSplitter,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid
from typing_extensions import override

from workbench.errors import WorkbenchError
from workbench.gui.desk import Desk, Selection
from workbench.gui.table import FastTableView
from workbench.gui.time_format import absolute, relative
from workbench.gui.view import View
from workbench.gui.views.confirm_strip import ConfirmStrip
from workbench.gui.views.job_strip import JobStrip
from workbench.gui.views.letter_actions import (
    BECAME,
    DEEDS,
    DRY_RUN,
    EDIT,
    REPLAY,
    Deed,
    Repairs,
    letters,
)
from workbench.gui.views.letter_detail import LetterDetail
from workbench.gui.views.letter_groups import GroupList, GroupNode
from workbench.gui.views.letter_list import COLUMNS, LetterSource
from workbench.gui.widgets import ElidedLabel, EmptyState, show_words, toolbar_button

if TYPE_CHECKING:
    from workbench.model.changes import Changes

EDITED = 256 * 1024
"""Bytes of a payload that can be edited; of larger ones only the beginning is shown."""
NARROW, LABELLED, WIDE = 760, 820, 1080
"""Widths in pixels: below the first all panes stand below each other, from the second on buttons have words,
from the third on the letter stands beside the list."""
SHOWN = {
    "Open": ("open",),
    "Archived": ("archived",),
    "Purged": ("purged",),
    "Replaying": ("replaying",),
    "Resolved": ("resolved",),
    "Failed again": ("failed_again",),
    "All": ("open", "replaying", "archived", "purged", "resolved", "failed_again"),
}


class LettersView(View):
    """Causes, letters, and the chosen letter with its attempts."""

    key = "letters"
    title = "Dead letters"
    icon_name = "dead-letter"
    ticks = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.strip = ConfirmStrip()
        self.jobs = JobStrip(desk, self._watch)
        self._repairs = Repairs(desk, self.strip, self.jobs.follow)
        self._source = LetterSource(desk.workspace.dead_letters)
        self._buttons: dict[str, QToolButton] = {}
        self._pages = QStackedLayout(self)
        hint = "A message that a handler refuses, or fails on too often, is kept here until it is repaired."
        self._pages.addWidget(EmptyState("dead-letter", "No dead letters", hint))
        self._pages.addWidget(self._page())
        self._keys()

    # -- parts --------------------------------------------------------------------------------------------

    def _page(self) -> QWidget:
        clock = self.desk.workspace.clock
        since = lambda us: relative(us, clock.now())  # noqa: E731  # one short word for two widgets
        self.groups = GroupList(since, absolute)
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("Dead letters")
        self.table.set_multi()
        self.table.set_source(self._source)
        self.table.set_empty("None here", "No dead letter has this status.")
        self.detail = LetterDetail(self.desk, self.desk.workspace.dead_letters.check_edit, absolute, since)
        self.inner = QSplitter(Qt.Orientation.Vertical)
        self.said = ElidedLabel("muted")
        listed = QWidget()
        column = QVBoxLayout(listed)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.table, 1)
        column.addWidget(self.said)
        self.inner.addWidget(listed)
        self.inner.addWidget(self.detail)
        self.inner.setStretchFactor(0, 2)
        self.inner.setStretchFactor(1, 3)
        self.outer = QSplitter(Qt.Orientation.Horizontal)
        self.outer.addWidget(self.groups)
        self.outer.addWidget(self.inner)
        self.outer.setStretchFactor(0, 0)
        self.outer.setStretchFactor(1, 1)
        self.outer.setSizes([220, 700])
        for splitter in (self.inner, self.outer):
            splitter.setChildrenCollapsible(False)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(6)
        layout.addLayout(self._bar())
        layout.addWidget(self.strip)
        layout.addWidget(self.jobs)
        layout.addWidget(self.outer, 1)
        self.groups.chosen.connect(self._turn_to)
        self.table.row_chosen.connect(self._chosen)
        self.table.row_activated.connect(lambda _row: self.begin(EDIT))
        self.table.selection_moved.connect(self._enable)
        self.detail.editor.closed.connect(self.take_keyboard)
        self.detail.letter_wanted.connect(lambda number: self.desk.select(Selection(letter=number)))
        self.detail.carried.connect(self._carry)
        self.detail.replay_edited.connect(self._replay_edited)
        self.detail.dry_run_edited.connect(self._dry_run)
        return page

    def _bar(self) -> QHBoxLayout:
        self.statuses = QComboBox()
        self.statuses.setAccessibleName("Status")
        for name in SHOWN:
            self.statuses.addItem(name)
        self.statuses.currentIndexChanged.connect(lambda _index: self.refresh())
        self.whole = toolbar_button("Replay all", "replay", "Replay every dead letter of the chosen cause")
        self.whole.clicked.connect(self._replay_whole)
        bar = QHBoxLayout()
        bar.setSpacing(2)
        bar.addWidget(self.statuses)
        bar.addStretch(1)
        for deed in DEEDS:
            button = toolbar_button(deed.word or deed.label, deed.icon, deed.hint)
            button.setObjectName(f"letters-{deed.key}")
            button.clicked.connect(partial(self._clicked, deed))
            self._buttons[deed.key] = button
            bar.addWidget(button)
        bar.addWidget(self.whole)
        self.recent = toolbar_button("Jobs", "hourglass", "Show the newest bulk actions and how they ended")
        self.recent.clicked.connect(self.jobs.show_recent)
        bar.addWidget(self.recent)
        return bar

    def _keys(self) -> None:
        for deed in DEEDS:
            if deed.keys:
                # Of the table alone: who types elsewhere means no deed.
                shortcut = QShortcut(QKeySequence(deed.keys), self.table)
                shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
                shortcut.activated.connect(partial(self.begin, deed))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.width()
        ways = Qt.Orientation
        outer = ways.Vertical if width < NARROW else ways.Horizontal
        inner = ways.Horizontal if width >= WIDE else ways.Vertical
        for splitter, way in ((self.outer, outer), (self.inner, inner)):
            if splitter.orientation() != way:
                splitter.setOrientation(way)
                if splitter is self.inner:
                    splitter.setSizes([5, 4] if way == ways.Horizontal else [2, 3])
        show_words((*self._buttons.values(), self.whole, self.recent), shown=width >= LABELLED)

    # -- following ----------------------------------------------------------------------------------------

    @override
    def first_widget(self) -> QWidget:
        return self.table

    @override
    def concerns(self, changes: Changes) -> bool:
        return changes.dead_letters or changes.everything

    @override
    def refresh(self) -> None:
        counts = self.desk.workspace.dead_letters.counts()
        self._pages.setCurrentIndex(1 if counts else 0)
        if not counts:
            return
        with QSignalBlocker(self.statuses):
            for at, (name, statuses) in enumerate(SHOWN.items()):
                total = sum(counts.get(status, 0) for status in statuses)
                self.statuses.setItemText(at, f"{name}  ·  {total:,}")
        self.groups.show_groups(self.desk.workspace.dead_letters.groups(self._statuses()))
        self._list(self.groups.node())
        self.jobs.refresh()
        shown = self.detail.letter
        if shown is not None:
            self._show_detail(shown.number)
            self._tell_absence()

    @override
    def tick(self) -> None:
        self.groups.tell_ages()
        self.detail.tell_age()

    @override
    def unsaved(self) -> str:
        return self.detail.editor.drafts.holds

    @override
    def follow(self, selection: Selection) -> None:
        if selection.letter:
            self._show(selection.letter)
        elif selection.subscription:
            self.groups.choose(selection.subscription)

    def _list(self, node: GroupNode) -> None:
        self._source = LetterSource(self.desk.workspace.dead_letters, node.numbers)
        self.table.refresh(self._source)

    def _statuses(self) -> tuple[str, ...]:
        return list(SHOWN.values())[self.statuses.currentIndex()]

    def _turn_to(self, node: GroupNode) -> None:
        """Lists another cause; a letter that is not of it is not shown any more."""
        self._list(node)
        if self._absent():
            self.detail.show_letter(None)
        self._tell_absence()

    def _absent(self) -> bool:
        shown = self.detail.letter
        return shown is not None and not self._source.find([shown.number])

    def _tell_absence(self) -> None:
        """Says of a letter that is shown and not in the list what became of it."""
        shown, said = self.detail.letter, ""
        if shown is not None and self._absent():
            status = shown.status.value
            became = "it is of another cause" if status in self._statuses() else BECAME[status]
            said = f"Not in the list: {became}."
        self.detail.show_absence(said)

    def _chosen(self, row: tuple[Any, ...]) -> None:
        self.desk.select(Selection(letter=row[0], subscription=row[7]))
        if self.detail.letter is None or self.detail.letter.number != row[0]:  # it was the selection already
            self._show(row[0])

    def _show(self, number: int) -> None:
        self._show_detail(number)
        self.table.choose_key(number)
        self._tell_absence()
        self._enable()

    def _show_detail(self, number: int) -> None:
        repair = self.desk.workspace.dead_letters
        found = repair.glance(number)
        other = found.of != self.detail.letter
        self.detail.show_letter(found.of, size=found.size, rest=partial(repair.data, number))
        if other and found.of.status.value == "failed_again":
            self.desk.run(self._link(number), "Look for the next dead letter")

    async def _link(self, number: int) -> None:
        letter = self.desk.workspace.dead_letters.get(number)
        later = await self.desk.workspace.dead_letters.made_by(letter)
        if self.detail.letter is not None and self.detail.letter.number == number:
            self.detail.show_links(letter.parent or 0, later)

    # -- doing --------------------------------------------------------------------------------------------

    def selected(self, deed: Deed) -> list[int]:
        """Returns the numbers of the selected letters that something can be done with."""
        return self.desk.workspace.dead_letters.having(self._chosen_numbers(), deed.statuses)

    def _chosen_numbers(self) -> list[int]:
        return [int(str(key)) for key in self.table.selected_keys()]

    def begin(self, deed: Deed) -> None:
        """Begins something with the selected letters."""
        numbers = self.selected(deed)
        if not fits(deed, len(numbers)) or self.desk.workspace.engine is None:
            return
        if deed is EDIT and self.desk.workspace.dead_letters.glance(numbers[0]).size > EDITED:
            said = (
                f"The payload of #{numbers[0]} is too large to be edited here (more than {EDITED:,} bytes)."
            )
            self.desk.notice("warning", said)
        elif deed is EDIT:
            self._show(numbers[0])
            self.detail.edit()
        elif deed is DRY_RUN:
            self._show(numbers[0])
            self.detail.leave_editor()
            self._dry_run(numbers[0], None)
        else:
            self._repairs.begin(deed, numbers)

    def _clicked(self, deed: Deed) -> None:
        self.begin(deed)

    def _replay_whole(self) -> None:
        self._repairs.begin(REPLAY, self.groups.node().numbers)

    def _carry(self, number: int, text: str) -> None:
        self.desk.select(Selection(letter=number))
        self._show(number)
        self.detail.carry_over(text)

    def _replay_edited(self, number: int, text: str) -> None:
        def ended(done: bool) -> None:
            if isValid(self) and self.detail.editor.sent(int(number), text, done=done):
                has_keyboard = self.detail.editor.isAncestorOf(QApplication.focusWidget() or self)
                self.detail.leave_editor()
                if has_keyboard:  # else it is where the person went meanwhile
                    self.take_keyboard()

        self._repairs.replay_edited(int(number), text, ended)

    def _dry_run(self, number: int, text: str | None) -> None:
        letter = self.desk.workspace.dead_letters.get(int(number))

        def run() -> None:
            self.desk.run(self._show_dry_run(letter.number, text), f"Dry run of #{letter.number}")

        self._repairs.dry_run(letter, run)

    async def _show_dry_run(self, number: int, text: str | None) -> None:
        shown = self.detail.show_dry_run_of(edited=text is not None)
        shown.begin()
        try:
            found = await self.desk.workspace.dead_letters.dry_run(number, text)
        except WorkbenchError as error:
            shown.fail(f"{error}. {error.hint[0].upper()}{error.hint[1:]}." if error.hint else f"{error}.")
            return
        if self.detail.letter is not None and self.detail.letter.number == number:
            shown.show_dry_run(found)
            if text is not None and text != self.detail.editor.text():
                shown.outdate()

    def _watch(self, number: int) -> None:
        self.desk.run(self._repairs.ended(number), f"Job {number}")

    def _enable(self) -> None:
        """Offers what can be done with what is selected, and says why the rest cannot."""
        writes = self.desk.workspace.engine is not None
        counts = self.desk.workspace.dead_letters.counts(self._chosen_numbers())
        self.said.setText(self.table.selection_text())
        for deed in DEEDS:
            count = sum(counts.get(status, 0) for status in deed.statuses)
            button = self._buttons[deed.key]
            button.setEnabled(writes and fits(deed, count))
            button.setToolTip(deed.hint if writes else "This window is read-only")
        numbers = self.groups.node().numbers
        can = writes and self.statuses.currentIndex() in {0, 1} and bool(numbers)
        self.whole.setEnabled(can)
        self.whole.setToolTip(f"Replay {letters(len(numbers))} of the chosen cause")


def fits(deed: Deed, count: int) -> bool:
    """Whether something can be done with so many letters at once."""
    return count == 1 if deed in {EDIT, DRY_RUN} else count > 0
