"""One aggregate's life: its events along time, the state at any version, and what each event changed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QSplitter, QStackedLayout, QWidget
from typing_extensions import override

from workbench.errors import InvalidValue
from workbench.gui.actions import action
from workbench.gui.desk import Desk, Selection
from workbench.gui.event_actions import event_actions
from workbench.gui.filter_row import ASKED, FilterRow
from workbench.gui.found_keys import FoundKeys
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.prepared_rows import prepared
from workbench.gui.reads import Question, takes_time
from workbench.gui.state_loader import StateLoader, show_event
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.view import View
from workbench.gui.views.append_dialog import append_action
from workbench.gui.views.event_list import COLUMNS, EventSource, LoadedStream
from workbench.gui.views.event_times import NO_TIMES, EventTimes
from workbench.gui.views.recording_actions import recording_actions
from workbench.gui.views.snapshot_dialog import snapshot_action
from workbench.gui.views.time_strip import TimeStrip
from workbench.gui.widgets import (
    Banner,
    DiffView,
    ElidedLabel,
    EmptyState,
    JsonView,
    plain_label,
    push_button,
)
from workbench.store.search_port import RecordKind

if TYPE_CHECKING:
    from workbench.gui.paged_model import PagedModel
    from workbench.gui.table_selection import HeldRows
    from workbench.model.changes import Changes
    from workbench.model.event import RecordedEvent
    from workbench.services.streams import StateAt
    from workbench.store.stored_values import Glance

PAST = "Version {:,} of {:,}: this is the past."
NARROW = 620
"""Below this width in pixels the panes stand below each other."""
LOW = 460
"""Below this height as well, change and state stand beside each other; lower still, the strip goes."""


class TimelineView(View):
    """Follows the selected stream; version 0 of the selection means live, the newest."""

    key = "timeline"
    title = "Timeline"
    icon_name = "timeline"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._stream = self._wanted = ""
        self._version = 0
        self._closed = False
        self._live = self._listed = True
        self._shown: tuple[str, int] = ("", -1)
        self._gone_to: tuple[str, int] | None = None
        self._length = 0
        self._found: FoundKeys | None = None
        self._states = StateLoader(
            self,
            begun=lambda: self._say_state("Folding …"),
            told=self._show_state,
            refused=self._refuse_state,
        )
        self._loading = self.question(
            self._show_stream,
            lambda error: self.table.fail(error),  # noqa: PLW0108  # which is not made yet
        )
        self._timing: Question[EventTimes] = self.question(
            lambda times: self.strip.set_times(times)  # noqa: PLW0108  # as above
        )
        self._pages = QStackedLayout(self)
        self._pages.addWidget(
            EmptyState(
                "timeline",
                "No stream is chosen",
                "A timeline shows the events of one stream. Choose a stream, or issue a command.",
                "Show streams",
                lambda: desk.wanted.emit("streams"),
            )
        )
        self._pages.addWidget(self._page())
        self.acts.offer()

    # -- parts --------------------------------------------------------------------------------------------

    def _page(self) -> QWidget:
        page = QWidget()
        self.banner = Banner("info", PAST.format(1, 1), [("Go to live", self.live)])
        self.banner.hide()
        self.strip = TimeStrip()
        in_column(
            self._head(),
            self.banner,
            self.strip,
            self._controls(),
            (self._panes(), 1),
            of=page,
            margins=(8, 6, 8, 8),
            spacing=4,
        )
        self.strip.chosen.connect(self.go)
        self.slider.valueChanged.connect(self.go)
        self.table.row_chosen.connect(lambda row: self.go(row[0]))
        return page

    def _head(self) -> QHBoxLayout:
        self.name = ElidedLabel("heading")
        self.where = plain_label(role="muted")
        self.record = self.acts.button("record_scenario", words=False)
        append = self.acts.button("append", words=False)
        return in_row((self.name, 1), self.where, append, self.record)

    def _controls(self) -> QHBoxLayout:
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Version")
        self.slider.setMinimum(1)
        self.slider.setPageStep(10)
        row = in_row(spacing=2)
        for key in ("first", "previous"):
            row.addWidget(self.acts.button(key, words=False))
        row.addWidget(self.slider, 1)
        for key in ("following", "live"):
            row.addWidget(self.acts.button(key, words=False))
        return row

    def _panes(self) -> QSplitter:
        self.filter = FilterRow("events", ASKED)
        self.filter.settled.connect(lambda _asked: self.refresh())
        self.table = FastTableView(COLUMNS, desk=self.desk)
        self.table.set_multi()
        self.table.trouble.again = self.refresh
        self.table.setAccessibleName("Events of the stream")
        cast("PagedModel", self.table.model()).came.connect(self._tell_step)
        self.table.viewport().installEventFilter(self)
        self.diff = DiffView()
        self.diff.setAccessibleName("What the event changed")
        self.state = JsonView()
        self.state.setAccessibleName("State at the chosen version")
        self.diff_label, self.state_label = ElidedLabel("muted"), plain_label(role="muted", wrap=True)
        self.fold = push_button("Fold it", lambda _checked=False: self._fold_anyway())
        self.fold.hide()
        differs, state = (
            _captioned(self.diff_label, self.diff),
            _captioned(self.state_label, self.fold, self.state),
        )
        self.halves = in_panes(Qt.Orientation.Vertical, (differs, 2), (state, 3), name="timeline-halves")
        listed = QWidget()
        in_column(self.filter, (self.table, 1), of=listed, margins=0, spacing=4)
        self.panes = in_panes(Qt.Orientation.Horizontal, (listed, 1), (self.halves, 1), name="timeline")
        return self.panes

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        beside, below = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self.panes.setOrientation(below if narrow else beside)
        roomy, banner = self.height() >= LOW - 80, self.banner.sizePolicy()
        self.strip.setVisible(roomy)
        banner.setRetainSizeWhenHidden(roomy)  # so that the rows stay under the mouse
        self.banner.setSizePolicy(banner)
        self.halves.setOrientation(beside if narrow and self.height() < LOW else below)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:  # also the first, which comes after a version was chosen
            QTimer.singleShot(0, self.table, lambda: self.table.scrollTo(self.table.currentIndex()))
        return False

    # -- following ----------------------------------------------------------------------------------------

    @override
    def first_widget(self) -> QWidget:
        return self.table

    @override
    def concerns(self, changes: Changes) -> bool:
        return bool(self._wanted) and changes.touches(self._wanted)

    @override
    def refresh(self) -> None:
        if self._wanted:
            self._load(0 if self._live else self._version)

    @override
    def follow(self, selection: Selection) -> None:
        self._gone_to = None
        if selection.stream and selection.stream != self._wanted:
            self._wanted = selection.stream
            self._load(selection.version)
        elif self._wanted != self._stream:  # it is being loaded
            self._load(selection.version)
        elif selection.stream and (selection.version or not self._live):
            self._place(selection.version)

    def _load(self, version: int) -> None:
        """Asks how far the stream goes, then shows a version of it; 0 means live."""
        stream, held, asked = self._wanted, self.table.held(), self.filter.asked()
        read = partial(self._read, stream, version, held, asked)
        self._loading.ask(read, (stream, version, asked))

    def _read(self, stream: str, version: int, held: HeldRows, asked: str) -> LoadedStream:
        streams = self.desk.workspace.streams
        info = streams.get(stream)
        length = info.version if info is not None else 0
        found, flaw = self._fitting(stream, asked) if asked else (None, None)
        source = EventSource(streams, stream, length, found)
        return LoadedStream(
            stream=stream,
            version=version,
            length=length,
            closed=info is not None and info.closed,
            asked="" if found is None else asked,
            flaw=flaw,
            rows=prepared(source, held, version - 1 if found is None else 0),
        )

    def _fitting(self, stream: str, asked: str) -> tuple[FoundKeys | None, InvalidValue | None]:
        """Returns the versions of the events that fit, with those that came since; or why that cannot be."""
        takes_time()
        found = self._found
        if found is None or (found.stream, found.asked) != (stream, asked):
            found = FoundKeys(asked, RecordKind.EVENT, stream=stream)
        try:
            found.extend(self.desk.workspace.search)
        except InvalidValue as error:
            return None, error
        self._found = found
        return found, None

    def _show_stream(self, found: LoadedStream) -> None:
        other, self._stream, self._closed = found.stream != self._stream, found.stream, found.closed
        self._length, self._shown = found.length, ("", -1)
        self._pages.setCurrentIndex(1 if self._length else 0)
        if not self._length:
            return
        self.table.refresh(found.rows)
        self.filter.show_count(found.rows.source.count(), self._length)
        if found.flaw is not None:
            self.filter.refuse(found.flaw)
        if found.asked:
            said = f"All {self._length:,} events of {self._stream} were searched for “{found.asked}”."
            self.table.set_empty("No event fits", said)
        with QSignalBlocker(self.slider):
            self.slider.setMaximum(self._length)
        self._place(found.version)
        self._tell_step()
        self._time_events(again=other)

    def _time_events(self, *, again: bool) -> None:
        """Has the strip draw what happened; what it has already is not read again, unless it must be."""
        known = NO_TIMES if again or len(self.strip.times) > self._length else self.strip.times
        if again:
            self.strip.set_times(known)
        if len(known) < self._length:
            read = partial(known.with_newer, self.desk.workspace.streams, self._stream, self._length)
            self._timing.ask(read, self._stream)

    def _place(self, version: int) -> None:
        last = self._length
        if not last:
            return
        self._live = version == 0 or version >= last
        self._version = version = last if self._live else max(1, version)
        with QSignalBlocker(self.slider):
            self.slider.setValue(version)
        self.strip.mark(version)
        self._listed = self.table.choose_key(version)
        self.name.setText(self._stream)
        closed = " · closed" if self._closed else ""
        self.where.setText(f"version {version:,} of {last:,}{' · live' if self._live else ''}{closed}")
        if not self._live:
            self.banner.set("info", PAST.format(version, last), [("Go to live", self.live)])
        self.banner.setVisible(not self._live)
        if self._shown != (self._stream, version):
            self._shown = (self._stream, version)
            self._states.ask(self._stream, version)

    def _fold_anyway(self) -> None:
        self._states.ask(self._stream, self._version, whatever=True)

    def _refuse_state(self, size: int) -> None:
        self._say_state(f"The state is made of {size:,} bytes; it is folded when you ask for it.")
        self.fold.show()

    def _say_state(self, text: str) -> None:
        self.fold.hide()
        self.diff_label.setText("What the event changed")
        self.state_label.setText(text)
        self.diff.show_plain("")
        self.state.set_value(None)

    def _show_state(self, found: StateAt, event: Glance[RecordedEvent] | None) -> None:
        self.fold.hide()
        version = found.version
        named = event.of.type if event is not None else "the event"
        if found.trouble:
            self.diff_label.setText(f"{named}: what the event says")
            self.state_label.setText(f"No state: {found.trouble}")
            show_event(self.desk, event, self.state, self.diff)
            return
        self.diff_label.setText(f"What {named} changed")
        self.diff.set_values(found.before, found.after)
        self.state_label.setText(f"State at version {version:,}")
        self.state.set_value(found.after)

    # -- moving -------------------------------------------------------------------------------------------

    def go(self, version: int) -> None:
        """Looks at a version; the newest one is live."""
        if not self._length or version == self._version:
            return
        self._place(version)
        self._gone_to = self._stream, version
        self._tell_step()

    def _tell_step(self) -> None:
        """Makes the version that the person went to the selection, as soon as its row is read."""
        row, gone_to = self.table.current_row() if self._listed else (0, "", 0, 0), self._gone_to
        if (
            gone_to is not None
            and row is not None
            and (not self._listed or gone_to == (self._stream, row[0]))
        ):
            self._gone_to = None
            self.desk.select(Selection(stream=gone_to[0], version=gone_to[1], position=row[3]), step=True)

    @action("First event", keys="Home", icon="first")
    def first(self) -> None:
        """Looks at the first event."""
        self.go(1)

    @action("Previous event", keys="Ctrl+[", icon="chevron-left")
    def previous(self) -> None:
        """Looks one event back."""
        self.go(max(1, self._version - 1))

    @action("Next event", keys="Ctrl+]", icon="chevron-right")
    def following(self) -> None:
        """Looks one event on."""
        self.go(min(self._length, self._version + 1))

    @action("Live: the newest event", keys="End", icon="last")
    def live(self) -> None:
        """Looks at the newest event, and follows when newer ones come."""
        self.go(self._length)

    of_event = event_actions(
        "table",
        lambda view, rows: Selection(stream=view.stream, version=rows.row[0], position=rows.row[3]),
        "inspector",
        "log",
    )

    recording = recording_actions("table", lambda view, rows: (view.stream, *view.versions(rows)))

    def versions(self, rows: ChosenRows | None) -> tuple[int, int]:
        """Returns the first and the last of the chosen versions; else the present one."""
        keys = rows.keys if rows is not None else ()
        chosen = [int(key) for key in keys if isinstance(key, int)] or [self._version]
        return min(chosen), max(chosen)

    snapshot = snapshot_action("table", lambda view, _rows: view.stream)
    append = append_action("table", lambda view, _rows: view.stream, anyway=True)

    @property
    def stream(self) -> str:
        """The stream whose events are shown."""
        return self._stream


def _captioned(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    layout = in_column(*widgets, of=holder, margins=(0, 2, 0, 0), spacing=3)
    layout.setStretchFactor(widgets[-1], 1)
    return holder
