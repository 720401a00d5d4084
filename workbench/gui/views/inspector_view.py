"""Shows the chosen event or message: payload, metadata, what it changed, what belongs to its cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QMenu,
    QStackedLayout,
    QToolButton,
    QWidget,
)
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.desk import Desk, Selection
from workbench.gui.event_actions import copy_event, event_actions
from workbench.gui.layouts import Tabs, in_column, in_row
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.state_loader import StateLoader, show_event
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.time_format import relative
from workbench.gui.view import View
from workbench.gui.views.message_facts import Fact, cause_of, event_facts, message_facts, said_of
from workbench.gui.widgets import DiffView, EmptyState, JsonView, plain_label, plain_tip
from workbench.model.issued_by import IssuedBy, issued_by
from workbench.model.messaging import called
from workbench.model.pydantic_messages import summary_of
from workbench.services.story.causes import cause_words

if TYPE_CHECKING:
    from workbench.model.changes import Changes
    from workbench.model.event import RecordedEvent
    from workbench.model.messaging import Message
    from workbench.services.streams import StateAt
    from workbench.store.stored_values import DeadLetter, Glance

CAUSES = (
    TableColumn("Event", width=150, stretch=True),
    TableColumn("Caused by", width=150),
    TableColumn("Stream", width=110),
    TableColumn("Position", width=76, mono=True, align_right=True, text=lambda value: f"{value:,}"),
)
FAMILY = 500
"""Events of one correlation that are shown."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is inspected.

    Attributes:
        at: When it was recorded or published, in microseconds since 1970; 0 where that is not told.
        because: What caused it, in words.
    """

    title: str
    subtitle: str
    event: Glance[RecordedEvent] | None = None
    letter: Glance[DeadLetter] | None = None
    message: Glance[Message] | None = None
    facts: Sequence[Fact] = ()
    at: int = 0
    because: str = ""


class InspectorView(View):
    """Follows the selection: an event, a published message, or a dead letter's message."""

    key = "inspector"
    title = "Inspector"
    icon_name = "inspector"
    ticks = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._event: Glance[RecordedEvent] | None = None
        self._message: Glance[Message] | None = None
        self.position = 0
        self._identity: object = None
        self._shown: _Shown | None = None
        self._states = StateLoader(
            self,
            begun=lambda: self.diff.show_plain("Folding …"),
            told=self._show_change,
            refused=lambda size: self.diff.show_plain(
                f"The state is made of {size:,} bytes: see its timeline."
            ),
        )
        self._finding = self.question(self._show)
        self._relating = self.question(self._show_family)
        self._pages = QStackedLayout(self)
        hint = "Choose an event in a timeline, an event or a message in the log, or a dead letter."
        self._pages.addWidget(EmptyState("inspector", "Nothing is chosen", hint))
        self._pages.addWidget(self._page())
        self.acts.offer()

    def _page(self) -> QWidget:
        page = QWidget()
        self.name, self.where = plain_label(role="heading"), plain_label(role="muted", wrap=True)
        for label in (self.name, self.where):
            label.setMinimumWidth(40)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.issuer = self.acts.button("show_issuer")
        story = self.acts.button("tell_story", words=False)
        head = in_row((self.name, 1), self.issuer, story, self._copy_button())
        self.about = plain_label(wrap=True)
        self.payload, self.diff = JsonView(), DiffView()
        self.facts, self.causes = FastTableView(self._columns()), FastTableView(CAUSES)
        self.causes.set_empty("No other events", "Nothing else belongs to this correlation.")
        self.tabs = Tabs("inspector")
        for widget, title, said in (
            (self.payload, "Payload", "Payload of the event"),
            (self.facts, "Metadata", "Metadata of the event"),
            (self.diff, "Diff", "What the event changed in its aggregate"),
            (self.causes, "Causation", "All events of this correlation; Enter goes to one"),
        ):
            widget.setAccessibleName(said)
            self.tabs.setTabToolTip(self.tabs.addTab(widget, title), said)
        in_column(head, self.where, self.about, (self.tabs, 1), of=page, margins=(8, 6, 8, 8), spacing=4)
        self.tabs.currentChanged.connect(lambda _index: self._fill_tab())
        return page

    def _columns(self) -> tuple[TableColumn, ...]:
        """Returns the columns of the metadata; how long ago a time is they say whenever they are painted."""
        say = lambda value: said_of(value, self.desk.workspace.clock.now())  # noqa: E731  # for a column
        value = TableColumn("Value", width=220, mono=True, stretch=True, text=say)
        return TableColumn("Field", width=120), value

    @override
    def tick(self) -> None:
        self._say_where()
        self.facts.viewport().update()

    def _say_where(self) -> None:
        """Says what the row that was chosen does not: how long ago it was, and what caused it."""
        shown = self._shown
        if shown is not None:
            age = relative(shown.at, self.desk.workspace.clock.now()) if shown.at else ""
            self.where.setText(" · ".join(part for part in (shown.subtitle, age, shown.because) if part))
            self.where.setToolTip(plain_tip(self.where.text()))

    def _copy_button(self) -> QToolButton:
        self.copy = self.acts.button("copy_json")
        menu = QMenu(self.copy)
        menu.addActions([self.acts["copy_json"], self.acts["copy_line"]])
        self.copy.setMenu(menu)
        self.copy.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        return self.copy

    @override
    def first_widget(self) -> QWidget:
        return self.tabs.currentWidget() or self.tabs

    @override
    def concerns(self, changes: Changes) -> bool:
        return changes.appended or changes.dead_letters or changes.everything

    @override
    def refresh(self) -> None:
        if self.desk.selection.stream and self.desk.selection.version == 0:
            self.follow(self.desk.selection)  # live: the newest event is another one now
        elif self.tabs.currentWidget() is self.causes:
            self._fill_tab()

    @override
    def follow(self, selection: Selection) -> None:
        self._finding.ask(lambda: self._find(selection), selection)

    def _show(self, shown: _Shown | None) -> None:
        self._shown = shown
        self._pages.setCurrentIndex(0 if shown is None else 1)
        self._event = shown.event if shown else None
        self._message = shown.message if shown else None
        self.position = cause.position if (cause := self._cause()) is not None else 0
        if shown is None:
            return
        self.name.setText(shown.title)
        self._say_where()
        registry = self.desk.workspace.registry
        kind = registry.events.get(shown.title)
        self.about.setText(summary_of(kind.doc) if kind is not None else "")
        self.about.setToolTip(plain_tip(kind.doc) if kind is not None else "")
        self.about.setVisible(bool(self.about.text()))
        self.issuer.setVisible(self._issued() is not None)
        self._show_payload(shown)
        rules = registry.rules_of(f"event:{shown.title}")
        said = [(f"{one.verb} {one.name}", one.words) for one in rules]
        self.facts.refresh(ListSource([*shown.facts, *said]))
        self.tabs.setTabEnabled(self.tabs.indexOf(self.diff), shown.event is not None)
        self.tabs.setTabEnabled(self.tabs.indexOf(self.causes), self._cause() is not None)
        self.acts.refresh()
        self._fill_tab()

    def _show_payload(self, shown: _Shown) -> None:
        workspace = self.desk.workspace
        if (letter := shown.letter) is not None:
            self._show_data(letter, partial(workspace.dead_letters.data, letter.of.number))
        elif (message := shown.message) is not None:
            self._show_data(message, partial(workspace.messages.whole, message.of.position))
        else:
            show_event(self.desk, shown.event, self.payload, None)

    def _show_data(self, found: Glance[DeadLetter] | Glance[Message], read: Callable[[], str]) -> None:
        text = found.of.data
        self.payload.set_json(text, unseen=max(0, found.size - len(text.encode())), rest=read)

    def _find(self, selection: Selection) -> _Shown | None:
        streams = self.desk.workspace.streams
        if selection.letter:
            return self._letter(selection.letter)
        event = None
        if selection.stream:
            info = streams.get(selection.stream)
            version = selection.version or (info.version if info else 0)
            event = streams.glance(selection.stream, version)
        elif selection.position:
            event = streams.glance_at(selection.position)
            if event is None:
                return self._found_message(selection.position)
        return self._event_shown(event) if event is not None else None

    def _event_shown(self, found: Glance[RecordedEvent]) -> _Shown:
        event = found.of
        return _Shown(
            title=event.type,
            subtitle=f"{event.stream} · version {event.version:,}",
            event=found,
            facts=event_facts(self.desk.workspace, event),
            at=event.recorded_at,
            because=cause_of(self.desk.workspace, event),
        )

    def _found_message(self, position: int) -> _Shown | None:
        workspace = self.desk.workspace
        found = workspace.messages.glance(position)
        if found is None:
            return None
        message = found.of
        return _Shown(
            title=message.type or "message",
            subtitle=f"{'withdrawn from' if message.withdrawn else 'message in'} {called(message.topic)}",
            message=found,
            facts=message_facts(workspace, message),
            at=message.published_at,
            because=cause_of(workspace, message),
        )

    def _letter(self, number: int) -> _Shown | None:
        found = self.desk.workspace.dead_letters.glance(number)
        letter = found.of
        facts = (
            ("dead letter", f"{letter.number:,}"),
            ("subscription", called(letter.subscription)),
            ("topic", called(letter.topic)),
            ("message id", str(letter.message_id)),
            ("key", letter.key),
            ("position", f"{letter.position:,}"),
            ("reason", letter.reason.value),
            ("error", f"{letter.error_type}: {letter.error}"),
            ("place", letter.place),
            ("correlation id", str(letter.correlation_id)),
        )
        event = self.desk.workspace.streams.glance_at(letter.position)
        return _Shown(
            title=letter.type,
            subtitle=f"dead letter {letter.number:,} of {called(letter.subscription)}",
            event=event,
            letter=found,
            facts=facts,
        )

    def _fill_tab(self) -> None:
        """Fills the tab that is seen; the others wait until they are."""
        widget = self.tabs.currentWidget()
        if widget is self.diff and self._event is not None:
            self._states.ask(self._event.of.stream, self._event.of.version)
        elif widget is self.causes and (one := self._cause()) is not None:
            self._relating.ask(lambda: (one, self._family(one)), one.position)

    def _cause(self) -> RecordedEvent | Message | None:
        """Returns the event or message whose correlation is shown."""
        shown = self._event or self._message
        return None if shown is None else shown.of

    def _show_family(self, found: tuple[RecordedEvent | Message, list[tuple[Any, ...]]]) -> None:
        one, rows = found
        self.causes.refresh(ListSource(rows, itemgetter(3)))
        self.causes.choose_key(one.position)

    def _show_change(self, found: StateAt, event: Glance[RecordedEvent] | None) -> None:
        if found.trouble:
            show_event(self.desk, event, None, self.diff)
        else:
            self.diff.set_values(found.before, found.after)

    def _family(self, event: RecordedEvent | Message) -> list[tuple[Any, ...]]:
        """Lists the events of the correlation, each indented below what caused it."""
        found = self.desk.workspace.streams.caused_by(event.correlation_id, FAMILY)
        causes = self.desk.workspace.stories.causes(one.causation_id for one in found)
        depths: dict[object, int] = {}
        rows = []
        for one in found:
            depth = depths.get(one.causation_id, -1) + 1 if one.causation_id else 0
            depths[one.id] = depth
            mark = "    " * max(0, depth - 1) + ("└ " if depth else "")
            rows.append((mark + one.type, cause_words(one, causes), one.stream, one.position, one.version))
        return rows

    # -- what can be done ---------------------------------------------------------------------------------

    @action("Show in timeline", icon="timeline", on="causes", default=True)
    def go(self, rows: ChosenRows) -> None:
        """Shows an event of the correlation in its timeline."""
        _mark, _cause, stream, position, version = rows.row
        self.desk.select(Selection(stream=stream, version=version, position=position), view="timeline")

    def _no_event(self) -> str:
        return "" if self._event is not None else "No event is chosen"

    def _no_position(self) -> str:
        return "" if self.position else "Nothing is chosen"

    @action(
        "Copy as JSON",
        icon="copy",
        word="Copy",
        tip="Copy the event or message",
        keys="Ctrl+Shift+C",
        why=_no_position,
    )
    def copy_json(self) -> None:
        """Copies the event or message as readable JSON."""
        copy_event(self.desk, self.position)

    @action("Copy event as a line of NDJSON", why=_no_event)
    def copy_line(self) -> None:
        """Copies the event as one line, as it can be imported again."""
        if self._event is not None:
            copy_event(self.desk, self._event.of.position, indent=None)

    @action("Show in timeline", icon="timeline", why=_no_event, group=1)
    def show_timeline(self) -> None:
        """Shows the event among the others of its stream."""
        if (event := self._event) is not None:
            self.desk.select(_selection(event.of), view="timeline")

    @action("Story of its command", icon="trace", word="Story", why=_no_position, group=1)
    def tell_story(self) -> None:
        """Tells the story to which the event, message or letter belongs."""
        self.desk.select(self.desk.selection, view="story")

    @action("Show in log", icon="log", why=_no_event, group=1)
    def show_log(self) -> None:
        """Shows the event among all others."""
        if (event := self._event) is not None:
            self.desk.select(_selection(event.of), view="log")

    def _issued(self) -> IssuedBy | None:
        return None if self._message is None else issued_by(self._message.of)

    def _no_issuer(self) -> str:
        return "" if self._issued() else "It is no command that a policy or process issued"

    @action(
        "Show who issued it",
        icon="subscription",
        word="Issued by",
        tip="Show the policy, or the instance of the process, that issued the command",
        why=_no_issuer,
        group=1,
    )
    def show_issuer(self) -> None:
        """Shows who issued the command."""
        if (by := self._issued()) is not None:
            chosen = Selection(position=self.position, subscription=by.origin, key=by.key)
            self.desk.select(chosen, view="subscriptions")

    of_cause = event_actions(
        "causes",
        lambda _view, rows: Selection(stream=rows.row[2], version=rows.row[4], position=rows.row[3]),
        "log",
    )


def _selection(event: RecordedEvent) -> Selection:
    return Selection(stream=event.stream, version=event.version, position=event.position)
