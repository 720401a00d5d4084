"""The story of a command: who did what because of it, as a list of causes and as a sequence, live."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QStackedLayout,
    QToolButton,
    QWidget,
)
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.desk import Desk, Selection
from workbench.gui.event_actions import copy_event
from workbench.gui.file_endings import file_to_write
from workbench.gui.layouts import in_column, in_panes, in_row, join, share_room
from workbench.gui.table_actions import ChosenRows
from workbench.gui.time_format import absolute
from workbench.gui.view import View
from workbench.gui.views.story_export import FORMATS, write_story
from workbench.gui.views.story_list import LINE, StoryList
from workbench.gui.views.story_reads import ShownStory, found_story, place_of, read_story, told_as
from workbench.gui.views.story_sequence import StorySequence
from workbench.gui.widgets import Badge, ElidedLabel, EmptyState, plain_label
from workbench.model.counts import counted
from workbench.services.story.exchange import Arrow
from workbench.services.story.story_mermaid import story_mermaid
from workbench.services.story.time_axis import length_words

if TYPE_CHECKING:
    from workbench.model.changes import Changes
    from workbench.services.story.story import CommandStory, StoryLine

NARROW = 620
"""Pixels in width below which the figures stand below the name."""


class StoryView(View):
    """Follows the selection: whatever is chosen, the story to which it belongs is told."""

    key = "story"
    selects = "list"
    title = "Story of a command"
    icon_name = "trace"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._shown: ShownStory | None = None
        self._correlation: UUID | None = None
        self._position = self._letter = 0
        self._shared = False
        self._finding = self.question(self._found)
        self._reading = self.question(self._show, begun=lambda: self.reading.setText("Reading …"))
        self._pages = QStackedLayout(self)
        hint = "Choose an event, a message, a dead letter or an issued command, and press Alt+Enter."
        self._pages.addWidget(EmptyState("trace", "No story is told", hint))
        self._pages.addWidget(self._page())
        self.acts.offer()

    # -- parts --------------------------------------------------------------------------------------------

    def _page(self) -> QWidget:
        page = QWidget()
        self.list = StoryList(self.desk)
        self.sequence = StorySequence()
        below = QWidget()
        in_column(self._bar(), (self.sequence, 1), of=below, margins=0, spacing=0)
        self.split = in_panes(Qt.Orientation.Vertical, self.list, below, name="story")
        in_column(self._head(), (self.split, 1), of=page, margins=0, spacing=0)
        self.list.row_chosen.connect(lambda row: self._choose(row[LINE]))
        self.sequence.chosen.connect(self._chosen_below)
        return page

    def _head(self) -> QWidget:
        head = QWidget()
        self.name = plain_label(role="heading")
        self.standing = Badge("neutral", "")
        self.about = ElidedLabel("muted")
        self.figures: list[tuple[QLabel, QLabel]] = []
        self._grid = QGridLayout(head)
        self._grid.setContentsMargins(12, 6, 10, 6)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(0)
        names = in_row(self.name, self.standing, 1, spacing=8)
        join(self._grid, names, 0, 0)
        self._grid.addWidget(self.about, 1, 0)
        for column in range(1, 4):
            pair = plain_label(role="heading"), plain_label(role="muted")
            self.figures.append(pair)
            for row, label in enumerate(pair):
                self._grid.addWidget(label, row, column)
        self._grid.addWidget(self._export_button(), 0, 4, 2, 1)
        self._grid.setColumnStretch(0, 1)
        return head

    def _export_button(self) -> QToolButton:
        self.export_button = self.acts.button("export", words=False)
        menu = QMenu(self.export_button)
        menu.addActions([self.acts["export"], self.acts["copy_mermaid"]])
        self.export_button.setMenu(menu)
        self.export_button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        return self.export_button

    def _bar(self) -> QHBoxLayout:
        self.reading = ElidedLabel("muted")
        self.fold, self.updates = QCheckBox("Fold waits"), QCheckBox("Row updates")
        self.fold.setChecked(True)
        self.fold.setToolTip("Draw long times in which nothing happens as a band")
        self.updates.setToolTip("Draw what read models get as well")
        for box in (self.fold, self.updates):
            box.toggled.connect(lambda _on: self._draw())
        title = plain_label("Sequence", role="heading")
        return in_row(title, (self.reading, 1), self.fold, self.updates, margins=(12, 4, 12, 4), spacing=12)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for pair in self.figures:
            for label in pair:
                label.setVisible(self.width() >= NARROW)

    # -- following ----------------------------------------------------------------------------------------

    @override
    def first_widget(self) -> QWidget:
        return self.list

    @override
    def concerns(self, changes: Changes) -> bool:
        moved = changes.head > 0 or changes.subscriptions or changes.projections or changes.dead_letters
        return bool(moved) or changes.model or changes.everything

    @override
    def refresh(self) -> None:
        if self._correlation is not None:
            self._read_on()

    @override
    def follow(self, selection: Selection) -> None:
        if selection.has_story:
            workspace = self.desk.workspace
            self._letter = selection.letter
            self._finding.ask(lambda: found_story(workspace.stories, selection), selection)

    def _found(self, found: tuple[UUID, int] | None) -> None:
        """Tells the story of what was chosen; the one that is told stays where that is a part of it."""
        if found is None:
            return
        correlation, self._position = found
        if correlation == self._correlation and self._shown is not None:
            self._mark()
            return
        self._correlation = correlation
        self._read_on()

    def _read_on(self) -> None:
        correlation, shown = self._correlation, self._shown
        if correlation is None:
            return
        before = shown if shown is not None and shown.correlation == correlation else None
        stories, options = self.desk.workspace.stories, (self.updates.isChecked(), self.fold.isChecked())
        self._reading.ask(partial(read_story, stories, correlation, before, options), correlation)

    def _show(self, shown: ShownStory) -> None:
        before, self._shown = self._shown, shown
        story = shown.read.story
        self._pages.setCurrentIndex(1)
        if before is None or before.correlation != shown.correlation or before.rows is not shown.rows:
            self._tell(story)
            self.list.show_rows(shown.rows)
            self.sequence.show_told(shown.told)
            if before is None or before.correlation != shown.correlation:
                self._mark()
        self._say(story)
        self.acts.refresh()
        if not self._shared:
            self._shared = True
            share_room(self.split, 5, 4)
        if not shown.read.facts.complete:
            self.desk.in_turn(self.refresh)

    def _tell(self, story: CommandStory) -> None:
        self.name.setText(story.title or "Nothing")
        self.about.setText(f"{story.who}, {absolute(story.start)} · {story.about}".removesuffix(" · "))
        self.standing.set(*story.standing)
        self.standing.setToolTip("\n".join(story.waiting[:12]))
        took = "so far" if story.waiting else "in all"
        told = (
            (length_words(story.end - story.start), took),
            (f"{story.events:,}", "event" if story.events == 1 else "events"),
            (f"{story.commands:,}", "command" if story.commands == 1 else "commands"),
        )
        for labels, said in zip(self.figures, told, strict=True):
            for label, text in zip(labels, said, strict=True):
                label.setText(text)

    def _say(self, story: CommandStory) -> None:
        parts = ["times since the beginning"]
        if story.hidden:
            parts.append(f"the first {story.events - story.hidden:,} of {counted(story.events, 'event')}")
        if not story.complete:
            parts.append("looking for more in the rest of the store …")
        self.reading.setText(" · ".join(parts))

    def _draw(self) -> None:
        """Draws the sequence as its boxes say."""
        if (shown := self._shown) is not None:
            self.sequence.show_told(
                told_as(shown.read.story, (self.updates.isChecked(), self.fold.isChecked()))
            )

    # -- the one chosen line --------------------------------------------------------------------------------

    def _mark(self) -> None:
        """Makes the line of what was chosen elsewhere current."""
        row = self.list.current_row()
        if row is not None and not self._letter and place_of(row[LINE]).position == self._position:
            return  # it was chosen here, or leads to the same
        line = (
            self._shown.read.story.line_of(self._position, self._letter) if self._shown is not None else None
        )
        if line is not None:
            self.list.choose_key(line.key)
            self.list.scrollTo(self.list.currentIndex())
            self.sequence.choose(line.key)

    def _choose(self, line: StoryLine) -> None:
        self.sequence.choose(line.key)
        if (place := place_of(line)) != Selection():
            self._position = place.position
            self.desk.select(place)

    def _chosen_below(self, key: str) -> None:
        self.list.choose_key(key)
        self.list.scrollTo(self.list.currentIndex())
        if (row := self.list.current_row()) is not None:
            self._choose(row[LINE])

    # -- what can be done ---------------------------------------------------------------------------------

    @action("Show in inspector", icon="inspector", on="list", default=True)
    def inspect(self, rows: ChosenRows) -> None:
        """Shows the event, message or letter of a line in full."""
        self.desk.select(place_of(rows.row[LINE]), view="inspector")

    @action(
        "Show in timeline",
        icon="timeline",
        on="list",
        why=lambda _view, rows: "" if place_of(rows.row[LINE]).stream else "It is not an event of a stream",
    )
    def show_timeline(self, rows: ChosenRows) -> None:
        """Shows the event of a line among the others of its stream."""
        self.desk.select(place_of(rows.row[LINE]), view="timeline")

    @action(
        "Show the row",
        icon="projection",
        on="list",
        why=lambda _view, rows: "" if rows.row[LINE].row is not None else "It changed no row",
    )
    def show_row(self, rows: ChosenRows) -> None:
        """Shows the row of a read model that a line changed."""
        line: StoryLine = rows.row[LINE]
        self.desk.select(Selection(projection=line.actor, key=str(line.row)), view="projections")

    @action(
        "Show the dead letter",
        icon="dead-letter",
        on="list",
        why=lambda _view, rows: "" if rows.row[LINE].letter else "It came to no dead letter",
    )
    def show_letter(self, rows: ChosenRows) -> None:
        """Shows the dead letter that a line came to."""
        line: StoryLine = rows.row[LINE]
        self.desk.select(Selection(letter=line.letter, subscription=line.actor), view="letters")

    @action(
        "Copy as JSON",
        icon="copy",
        on="list",
        group=1,
        why=lambda _view, rows: "" if place_of(rows.row[LINE]).position else "It has no event of its own",
    )
    def copy_json(self, rows: ChosenRows) -> None:
        """Copies the event or message of a line."""
        copy_event(self.desk, place_of(rows.row[LINE]).position)

    @action("Show in inspector", icon="inspector", on="sequence", key="inspect_arrow", default=True)
    def inspect_arrow(self, arrow: Arrow) -> None:
        """Shows what goes from one to another in full."""
        if (row := self.list.current_row()) is not None:
            place = Selection(position=arrow.position) if arrow.position else place_of(row[LINE])
            self.desk.select(place, view="inspector")

    def _nothing(self) -> str:
        return "" if self._shown is not None else "No story is told"

    @action(
        "Export the story …",
        icon="export",
        tip="Write the story to a file: SVG, PNG or Mermaid",
        why=_nothing,
        group=2,
    )
    def export(self) -> None:
        """Asks for a file and writes the story."""
        shown = self._shown
        if shown is None:
            return
        name = f"{self.desk.workspace.project.name}-{shown.read.story.title}.svg"
        folder = self.desk.workspace.project.root.parent
        chosen, kind = QFileDialog.getSaveFileName(
            self, "Export the story", str(folder / name), ";;".join(FORMATS.values())
        )
        if chosen:
            path = str(file_to_write(chosen, kind, FORMATS, offered="svg"))
            self.desk.run(write_story(self.desk, path, shown.read.story, shown.told), "Export")

    @action("Copy as Mermaid", icon="copy", why=_nothing, group=2)
    def copy_mermaid(self) -> None:
        """Copies the story as a sequence diagram in a text that many programs draw."""
        if self._shown is not None:
            said = story_mermaid(self._shown.read.story, rows=self.updates.isChecked())
            QApplication.clipboard().setText(said)
            self.desk.notice("ok", "Copied the story as Mermaid.")
