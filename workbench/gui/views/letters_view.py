"""The dead letters: by cause, one by one, and what can be done about them (contract §6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedLayout, QStackedWidget, QToolButton, QWidget
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.command_line import copying_line
from workbench.gui.desk import Desk, Selection
from workbench.gui.layouts import Scrolled, in_column, in_panes, in_row, share_room
from workbench.gui.news_strip import NewsStrip
from workbench.gui.operator_undo import undo_action
from workbench.gui.paged_model import Key
from workbench.gui.prepared_rows import prepared
from workbench.gui.reads import nothing
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.time_format import absolute, relative
from workbench.gui.view import View
from workbench.gui.views.confirm_strip import ConfirmStrip
from workbench.gui.views.job_strip import JobStrip
from workbench.gui.views.letter_actions import DEED_OF, DEEDS, DRY_RUN, EDIT, REPLAY, Deed, Repairs
from workbench.gui.views.letter_detail import LetterDetail
from workbench.gui.views.letter_dry_runs import LetterDryRuns
from workbench.gui.views.letter_finder import LetterFinder
from workbench.gui.views.letter_list import COLUMNS, LetterSource, absence, none_said
from workbench.gui.views.letter_nodes import GroupNode
from workbench.gui.views.letter_reads import (
    SHOWN,
    FoundLetters,
    found_letters,
    judged,
    looked_at,
    why_not,
)
from workbench.gui.views.letter_ways import LABELLED, LEAST, ways_of
from workbench.gui.views.many_letters import ManyLetters
from workbench.gui.widgets import ElidedLabel, EmptyState, show_words

if TYPE_CHECKING:
    from workbench.model.changes import Changes
    from workbench.services.dead_letters import DeadLetters
    from workbench.store.stored_values import DeadLetter, Glance

EDITED = 256 * 1024
"""Bytes of a payload that can be edited; of larger ones only the beginning is shown."""


class LettersView(View):
    """Causes, letters, and the chosen letter with its attempts."""

    key = "letters"
    asks_in = "finder"
    selects = "table"
    title = "Dead letters"
    icon_name = "dead-letter"
    ticks = True
    of_operators = undo_action()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.setMinimumWidth(LEAST)
        self.strip = ConfirmStrip()
        self.jobs = JobStrip(desk, self._give_keyboard)
        self._repairs = Repairs(desk, self.strip, self.jobs.follow)
        self._source = LetterSource(self._dead_letters)
        self._counts: Mapping[str, int] = {}
        self._shared, self._missing, self._newest = False, ("", ""), 0
        self._replayable: frozenset[int] | None = None
        self._reading = self.question(self._show_all)
        self._detailing = self.question(self._show_one)
        self._beginning = self.question(self._begin)
        self._uncharted = False
        self._counting = self.question(self._offer)
        self._pages = QStackedLayout(self)
        hint = "A message that a handler refuses, or fails on too often, is kept here until it is repaired."
        self._pages.addWidget(Scrolled(self._page(), "Dead letters and what is found of them"))
        self._charting = self.question(self.finder.show_found)
        self._pages.addWidget(EmptyState("dead-letter", "No dead letters", hint))
        self.acts.offer()
        self.many.acts.offer()
        desk.letters_wanted.connect(self.show_only)

    @property
    def _dead_letters(self) -> DeadLetters:
        return self.desk.workspace.dead_letters

    # -- parts --------------------------------------------------------------------------------------------

    def _page(self) -> QWidget:
        since = lambda us: relative(us, self.desk.workspace.clock.now())  # noqa: E731  # for two widgets
        self.finder = LetterFinder(since, absolute)
        self.groups = self.finder.groups
        self.finder.asked.connect(self.refresh)
        self.table = FastTableView(COLUMNS, desk=self.desk)
        self.table.trouble.again = self.refresh
        self.table.setAccessibleName("Dead letters")
        self.table.set_multi()
        self.news = NewsStrip(self.table)
        self._listing = self.question(self.news.take, self.table.fail)
        self.detail = LetterDetail(
            self.desk, self._dead_letters.check_edit, since, lambda: self.groups.node().numbers, self.strip
        )
        self.many = ManyLetters(self, self._repairs)
        self.side = QStackedWidget()
        self.side.addWidget(self.detail)
        self.side.addWidget(self.many.panel)
        self._dry_run = LetterDryRuns(self.desk, self, self.detail, self._repairs).begin
        self.said = ElidedLabel("muted")
        listed = QWidget()
        in_column((self.table, 1), self.said, of=listed, margins=0, spacing=2)
        self.inner = in_panes(Qt.Orientation.Vertical, (listed, 2), (self.side, 3), name="letters-list")
        self.outer = in_panes(Qt.Orientation.Horizontal, self.finder, (self.inner, 1), name="letters")
        self.outer.setSizes([250, 720])
        page = QWidget()
        in_column(
            self._bar(), self.strip, self.jobs, (self.outer, 1), of=page, margins=(8, 6, 8, 6), spacing=6
        )
        self.detail.currentChanged.connect(lambda _page: self._give_room())
        self.groups.chosen.connect(self._turn_to)
        self.table.row_chosen.connect(self._chosen)
        self.table.selection_moved.connect(self._enable)
        self.detail.editor.closed.connect(self.take_keyboard)
        self.detail.letter_wanted.connect(lambda number: self.desk.select(Selection(letter=number)))
        self.detail.carried.connect(self._carry)
        self.detail.replay_edited.connect(self._replay_edited)
        self.detail.dry_run_edited.connect(self._dry_run)
        return page

    def _bar(self) -> QHBoxLayout:
        self.statuses, self.fix = self.finder.statuses, self.many.acts.button("repair")
        self.whole, self.recent = self.acts.button("replay-all"), self.many.acts.button("recent_jobs")
        self._buttons = {deed.key: self.acts.button(deed.key) for deed in DEEDS}
        return in_row(self.statuses, 1, *self._words(), spacing=2)

    def _words(self) -> tuple[QToolButton, ...]:
        """Returns the buttons that say words where there is room."""
        return *self._buttons.values(), self.fix, self.whole, self.recent

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for splitter, way in zip((self.outer, self.inner), ways_of(self.size()), strict=True):
            if splitter.orientation() != way:
                splitter.setOrientation(way)
                if splitter is self.inner:
                    share_room(splitter, *((5, 4) if way == Qt.Orientation.Horizontal else (2, 3)))
        self.finder.give_room(self.size())
        self._give_room()
        show_words(self._words(), shown=self.width() >= LABELLED)

    def _give_room(self) -> None:
        """Leaves the room below the list to it while no letter is shown there."""
        below = self.inner.orientation() == Qt.Orientation.Vertical
        hides = below and self.detail.shows_nothing() and self.side.currentWidget() is self.detail
        self.side.setHidden(hides)
        if below and not hides and not self._shared:  # when it is first seen there
            self._shared = True
            share_room(self.inner, 2, 3)
        self.inner.refresh()  # at once, so that what is chosen then is scrolled to

    # -- following ----------------------------------------------------------------------------------------

    @override
    def first_widget(self) -> QWidget:
        return self.table

    @override
    def concerns(self, changes: Changes) -> bool:
        return changes.dead_letters or changes.everything

    @override
    def refresh(self) -> None:
        statuses, shown = self._statuses(), self.detail.letter.number if self.detail.letter else 0
        query = self.finder.query(statuses)
        wanted = None if self.finder.plain() else query
        self._reading.ask(partial(found_letters, self._dead_letters, statuses, shown, wanted), query)
        self._uncharted = wanted is None  # what it costs to look at each letter is paid once a second

    def _show_all(self, found: FoundLetters) -> None:
        shown, self._replayable, self._newest = found.shown, found.replayable, found.newest
        self._pages.setCurrentIndex(0 if found.counts else 1)
        if not found.counts:
            return
        self.finder.show_counts(found)
        self._missing = ("", "")
        if found.found is not None:
            self.finder.show_found(found.found)
            self._missing = self.finder.missing(found.found, self.statuses.currentData())
        else:
            self.groups.show_groups(found.groups)
        self.list_letters(self.groups.node())
        self.jobs.refresh()
        if shown is not None and shown.of.number == getattr(self.detail.letter, "number", 0):
            self._show_detail(shown)
            self._tell_absence()

    @override
    def tick(self) -> None:
        if self._uncharted:
            self._uncharted, query = False, self.finder.query(self._statuses())
            self._charting.ask(partial(looked_at, self._dead_letters, query), query)
        self.groups.tell_ages()
        self.detail.tell_age()

    @override
    def unsaved(self) -> str:
        return self.detail.editor.drafts.holds or self.detail.notes.drafts.holds or self.many.panel.unsaved()

    @override
    def follow(self, selection: Selection) -> None:
        if selection.letter and selection.letter != getattr(self.detail.letter, "number", 0):
            self._show(selection.letter)  # else it is shown, and others may be selected by now
        elif selection.subscription and not selection.letter and not (self.desk.resumed and self.came_back):
            self.groups.choose(selection.subscription)

    def show_only(self, numbers: Sequence[int], act: str = "") -> None:
        """Lists just these letters, whatever became of them, and begins something with them where wanted."""
        with QSignalBlocker(self.statuses):
            self.statuses.setCurrentIndex(self.statuses.findData("All"))
        self.groups.choose("")
        self.finder.show_only(numbers)
        if act in DEED_OF:
            self.begin(DEED_OF[act], numbers)

    def show_side(self, widget: QWidget) -> None:
        """Shows the chosen letter, or the repair of many."""
        self.side.setCurrentWidget(widget)
        self._give_room()
        if self.inner.orientation() == Qt.Orientation.Vertical:
            share_room(self.inner, *((2, 3) if widget is self.detail else (1, 3)))

    def list_letters(self, node: GroupNode) -> None:
        """Lists the letters of a group."""
        self._source = source = LetterSource(self._dead_letters, node.numbers)
        self.keep_typed()
        self.many.follow_list()
        held, about = self.table.held(), (self.finder.query(self._statuses()), node.identity)
        newest = max((self._newest, *node.numbers[:1]))
        if not node.numbers and self._missing[1]:
            self.table.set_empty(*self._missing, "Clear the search", self.finder.clear)
        elif not node.numbers:
            self.table.set_empty("None here", none_said(node))
        self._listing.ask(lambda: (prepared(source, held), about, newest), about)

    def _statuses(self) -> tuple[str, ...]:
        return SHOWN[self.statuses.currentData()]

    def _turn_to(self, node: GroupNode) -> None:
        """Lists another cause; a letter that is not of it is not shown any more."""
        self.list_letters(node)
        if self._absent():
            self.detail.show_letter(None)
        self._tell_absence()

    def _absent(self) -> bool:
        shown = self.detail.letter
        return shown is not None and not self._source.find([shown.number])

    def _tell_absence(self) -> None:
        """Says of a letter that is shown and not in the list what became of it."""
        shown, said, groups = self.detail.letter, "", self.groups
        if shown is not None and self._absent():
            query = self.finder.query(self._statuses())
            said = f"Not in the list: {absence(shown, query, groups.whole(), groups.node())}."
        self.detail.show_absence(said)

    def _chosen(self, row: tuple[Any, ...]) -> None:
        self.desk.select(Selection(letter=row[0], subscription=row[7]))
        if self.detail.letter is None or self.detail.letter.number != row[0]:  # it was the selection already
            self._show(row[0])

    def _show(self, number: int, then: Callable[[], object] = nothing) -> None:
        """Shows a letter, and does something with it once it is shown."""
        self._detailing.ask(lambda: (self._dead_letters.glance(number), then), number)

    def _show_one(self, found: tuple[Glance[DeadLetter], Callable[[], object]]) -> None:
        self._show_detail(found[0])
        self.table.choose_key(found[0].of.number)
        self._tell_absence()
        self._enable()
        found[1]()

    def _show_detail(self, found: Glance[DeadLetter]) -> None:
        letter, rest = found.of, partial(self._dead_letters.data, found.of.number)
        self.detail.show_letter(letter, size=found.size, rest=rest)
        self.desk.run(self._link(letter), "Look for what has to do with the dead letter")

    async def _link(self, letter: DeadLetter) -> None:
        letters, one = self._dead_letters, (letter.number,)
        later = await letters.made_by(letter) if letter.status.value == "failed_again" else 0
        payloads = await letters.payloads(letter.number)
        behind, held_up = await letters.waiting_behind(one), await letters.waits_for(one)
        if self.detail.letter is not None and self.detail.letter.number == letter.number:
            self.detail.show_links(letter.parent or 0, later, payloads, behind, held_up)

    # -- doing --------------------------------------------------------------------------------------------

    deeds = tuple(deed.action for deed in DEEDS)

    def chosen_numbers(self) -> list[int]:
        """Returns the selected letters."""
        return [int(str(key)) for key in self.table.selected_keys()]

    def why_not(self, deed: Deed, rows: ChosenRows) -> str:
        """Returns why something cannot be done with the selected letters."""
        return why_not(self._dead_letters, deed, rows, self._counts)

    def begin(self, deed: Deed, keys: Sequence[Key] | None = None) -> None:
        """Begins something with letters, by default with the selected ones."""
        wanted = self.chosen_numbers() if keys is None else [int(str(key)) for key in keys]
        self._beginning.ask(partial(judged, self._dead_letters, deed, wanted), (deed.key, tuple(wanted)))

    def _begin(self, found: tuple[Deed, list[int], int]) -> None:
        deed, numbers, size = found
        if not deed.fits(len(numbers)) or self.read_only():
            return
        if deed is EDIT and size > EDITED:
            self.desk.notice("warning", f"#{numbers[0]} is too large to be edited (over {EDITED:,} bytes).")
        elif deed is EDIT:
            self._show(numbers[0], self.detail.edit)
        elif deed is DRY_RUN:
            self._show(numbers[0], partial(self._dry_run, numbers[0], None))
        else:
            self._repairs.begin(deed, numbers)

    @action("Show in inspector", icon="inspector", on="table", group=1)
    def inspect(self, rows: ChosenRows) -> None:
        """Shows the letter's message in the inspector."""
        self.desk.select(Selection(letter=rows.row[0], subscription=rows.row[7]), view="inspector")

    @action("Show its subscription", icon="subscription", on="table", group=1)
    def show_subscription(self, rows: ChosenRows) -> None:
        """Shows the subscription that failed."""
        self.desk.select(Selection(subscription=rows.row[7]), view="subscriptions")

    @action("Owner and note", icon="edit", on="table", group=1)
    def show_notes(self, rows: ChosenRows) -> None:
        """Shows where owner and note of the letter are written."""
        self._show(rows.row[0], self.detail.show_notes)

    @action("Only this subscription", icon="filter", on="table", group=1)
    def narrow(self, rows: ChosenRows) -> None:
        """Lists the letters of the subscription alone."""
        self.groups.choose(rows.row[7])

    copy_line = copying_line("table", lambda _view, rows: Selection(letter=rows.row[0]))

    def replayable(self, node: GroupNode | None) -> Sequence[int]:
        """Returns the letters of a cause that can be replayed."""
        numbers = node.numbers if node is not None else ()
        return numbers if self._replayable is None else [one for one in numbers if one in self._replayable]

    @action(
        "Replay all",
        key="replay-all",
        icon="play",
        tip="Replay every dead letter of the chosen cause",
        on="groups",
        writes=True,
        why=lambda view, node: "" if view.replayable(node) else "No letter listed is open or archived",
        look=lambda view, node: (f"Replay all {len(view.replayable(node)):,}", "play"),
    )
    def replay_whole(self, node: GroupNode) -> None:
        """Replays all letters of a cause."""
        self._repairs.begin(REPLAY, self.replayable(node))

    def _carry(self, number: int, text: str) -> None:
        self.desk.select(Selection(letter=number))
        self._show(number, partial(self.detail.carry_over, text))

    def _replay_edited(self, number: int, text: str) -> None:
        def ended(done: bool) -> None:
            if isValid(self) and self.detail.editor.sent(int(number), text, done=done):
                has_keyboard = self.detail.editor.isAncestorOf(QApplication.focusWidget() or self)
                self.detail.leave_editor()
                if has_keyboard:  # else it is where the person went meanwhile
                    self.take_keyboard()

        self._repairs.replay_edited(int(number), text, ended)

    def _enable(self) -> None:
        """Offers what can be done with what is selected, and says why the rest cannot."""
        numbers = self.chosen_numbers()
        self.said.setText(self.table.selection_text())
        self._counting.ask(lambda: self._dead_letters.counts(numbers), tuple(numbers))

    def _offer(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self.acts.refresh()
        self.many.acts.refresh()
