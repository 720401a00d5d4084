"""All subscriptions over time: rate, lag, deaths or retries of up to a day, with what explains them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPen
from PySide6.QtWidgets import QFileDialog, QGridLayout, QMenu, QToolButton, QWidget
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.chooser import ChoiceBox
from workbench.gui.file_endings import file_to_write
from workbench.gui.graph_export import FORMATS, picture_of, table_of, write_graph
from workbench.gui.graph_words import MEASURES, figures_text, graph_text, nothing_text, point_text, unit_text
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.gui.line_legend import LineLegend
from workbench.gui.plot import Frame, Plot, number_text
from workbench.gui.plot_marks import REPLAY, SIGNS, PlotMarks, said
from workbench.gui.rate_graph import SLIDE, nearest
from workbench.gui.series_lines import pen_of
from workbench.gui.time_format import absolute, zone_name
from workbench.gui.time_graph import TimeGraph
from workbench.gui.widgets import show_words
from workbench.model.clock import MICROSECONDS
from workbench.services.monitor.rate_rings import REACH, Figures, RateWindow

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtGui import QResizeEvent

    from workbench.gui.desk import Desk
    from workbench.services.monitor.rate_marks import RateMark

SPANS = {"1 m": 60, "5 m": 300, "15 m": 900, "1 h": 3600, "6 h": 21600, "24 h": 86400}
"""Seconds that can be chosen, by what they are called."""
SPAN = "15 m"
"""What is seen at first."""
POINTS = 360
"""Points of a line at most."""
PATIENCE = 10
"""Seconds after which it is drawn again, however long the time in sight is."""
NEVER = -1e9
NARROW = 440
"""Pixels below which what is told stands below the choices."""
LISTED = 30
"""Marks that a menu lists."""


class HistoryGraph(TimeGraph):
    """One line for each subscription that is not hidden, the chosen one's strong; or one for each read model.

    Signals:
        drawn: Another stretch of time, or other numbers, are seen: `figures` says what they come to.
        mark_chosen: A mark of which the person wants to see more.

    Attributes:
        log: Whether the scale is logarithmic.
        names: The subscriptions in the order of their lines.
        hidden: Those without a line.
        figures: What the measure came to in the time that is in sight, by subscription.
    """

    drawn = Signal()
    mark_chosen = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("Subscriptions over time", parent)
        self._desk, self._rates = desk, desk.workspace.rates
        self.names: Sequence[str] = ()
        self.hidden: frozenset[str] = frozenset()
        self.figures: Mapping[str, Figures] = {}
        self.log = False
        self._settings: QSettings | None = None
        self._chosen = ""
        self._marks: Sequence[RateMark] = ()
        self._overlay: PlotMarks | None = None
        self._seen: RateWindow | None = None
        self._drawn_at, self._turn = NEVER, -1
        self._grid = self._bar()
        self._place_words()
        self.legend = LineLegend(self)
        self.legend.hide()
        in_column(self._grid, (self.stack, 1), self.legend, of=self, margins=(10, 6, 10, 6), spacing=4)
        self.acts.offer()

    def _bar(self) -> QGridLayout:
        self.measure, self.span = ChoiceBox(), ChoiceBox()
        for measure, (word, _) in MEASURES.items():
            self.measure.addItem(word, measure)
        for word, seconds in SPANS.items():
            self.span.addItem(word, seconds)
        self.span.setCurrentText(SPAN)
        self.measure.setAccessibleName("What is seen over time")
        self.span.setAccessibleName("How much time is seen")
        for box in (self.measure, self.span):
            box.currentIndexChanged.connect(self._choose_view)
        export = self.acts.button("export", words=False)
        menu = QMenu(export)
        menu.addActions([self.acts[key] for key in ("export", "copy_table")])
        export.setMenu(menu)
        export.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self._log, marks = self.acts.button("logarithm"), self.acts.button("marks_listed", words=False)
        for box in (self.measure, self.span):
            box.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToContents)
        keep = self._live.sizePolicy()
        keep.setRetainSizeWhenHidden(False)
        self._live.setSizePolicy(keep)
        bar = QGridLayout()
        bar.setVerticalSpacing(2)
        bar.setColumnStretch(1, 1)
        self._choices, self._tools = QWidget(), QWidget()
        in_row(self.measure, self.span, of=self._choices, margins=0, spacing=4)
        in_row(self._live, self._log, marks, export, of=self._tools, margins=0, spacing=2)
        return bar

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_words()

    def _place_words(self) -> None:
        """Puts what is told and the buttons beside the choices, or below them where there is no room."""
        for part in (self._choices, self._when, self._tools):
            self._grid.removeWidget(part)
        row, first = (1, 0) if self.width() < NARROW else (0, 1)
        self._grid.addWidget(self._choices, 0, 0, 1, 1 + 2 * row, Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(self._when, row, first, 1, 2 - first)
        self._grid.addWidget(self._tools, row, 2)
        show_words((self._log,), shown=not row)

    # -- what it shows ------------------------------------------------------------------------------------

    def set_names(self, names: Sequence[str], chosen: str) -> None:
        """Says which subscriptions there are, and which of them is chosen."""
        if (tuple(names), chosen) != (self.names, self._chosen):
            self.names, self._chosen = tuple(names), chosen
            self._dress()

    def remember(self, settings: QSettings) -> None:
        """Takes what was chosen from settings, and keeps it there."""
        self._settings = None  # nothing is kept while it is taken
        measures = [one.value for one in MEASURES]
        kept, span = str(settings.value("graph/measure")), str(settings.value("graph/span"))
        self.measure.setCurrentIndex(measures.index(kept) if kept in measures else 0)
        self.span.setCurrentText(span if span in SPANS else SPAN)
        self.log = str(settings.value("graph/log")).lower() == "true"
        self._settings = settings
        self.acts.refresh()

    def _keep(self) -> None:
        if self._settings is not None:
            self._settings.setValue("graph/log", self.log)
            self._settings.setValue("graph/measure", self.measure.currentData().value)
            self._settings.setValue("graph/span", self.span.currentText())

    def set_marks(self, marks: Sequence[RateMark]) -> None:
        """Shows what happened, in the order of time."""
        self._marks = marks
        if self._overlay is not None:
            self._overlay.set_marks(marks)
        self.acts.refresh()

    @property
    def of_read_models(self) -> bool:
        """Whether read models are seen in place of subscriptions."""
        return self.measure.currentData().of_read_models is True

    def show_subscriptions(self) -> None:
        """Shows of subscriptions what is seen of read models."""
        self.measure.setCurrentIndex(self.measure.findData(self.measure.currentData().kind))

    def seen_names(self) -> Sequence[str]:
        """Returns what has a line, or had one if it were not hidden."""
        models = self._desk.workspace.registry.projections.values()
        return [one.name for one in models if not one.by_handlers] if self.of_read_models else self.names

    def hide_lines(self, hidden: Collection[str]) -> None:
        """Draws all lines but these; read models have theirs anyway."""
        self.hidden = frozenset(hidden)
        self._dress()

    def look(self) -> None:
        """Draws again if something happened, or time went on by a point; called about once a second."""
        waited, span = self._now() - self._drawn_at, self._seconds()
        happened = self._turn != self._rates.turn
        step = span / POINTS if happened else PATIENCE if self._still() else span / SLIDE
        if waited >= min(PATIENCE, max(1, step)):
            self.redraw()

    def _still(self) -> bool:
        """Whether nothing but zeros is seen, which move unseen."""
        return all(not figure.highest for figure in self.figures.values())

    def _seconds(self) -> int:
        return int(self.span.currentData())

    def _now(self) -> float:
        return self._desk.workspace.clock.now() / MICROSECONDS

    def _choose_view(self) -> None:
        self._keep()
        self.legend.setVisible(self.of_read_models)
        self.redraw()
        self.go_live()

    @override
    def pens(self) -> Mapping[str, QPen]:
        if self.of_read_models:
            return {name: pen_of(number) for number, name in enumerate(self.seen_names())}
        found = {
            name: pen_of(number, strong=name == self._chosen)
            for number, name in enumerate(self.names)
            if name not in self.hidden
        }
        return {name: pen for name, pen in found.items() if name != self._chosen} | {
            name: pen
            for name, pen in found.items()
            if name == self._chosen  # above the others
        }

    @override
    def draw(self, plot: Plot) -> None:
        if self._overlay is None:
            self._overlay = PlotMarks(plot.viewport, plot.area)
            self._overlay.chosen.connect(self._choose_mark)
            self._overlay.set_marks(self._marks)
            self._overlay.show()
            plot.moved.connect(self._moved)
        end, span = float(self._rates.end), self._seconds()
        low, high = (end - span, end) if plot.live else plot.shown()
        seen = self._rates.rings.window(self.measure.currentData(), low, high, POINTS)
        self._drawn_at, self._turn, self._seen = self._now(), self._rates.turn, seen
        self.figures = seen.figures
        plot.set_series(self.pens())
        nothing = nothing_text(seen, self.span.currentText(), here=self._rates.watching)
        plot.draw(
            seen.times,
            {name: seen.values[name] for name in self.pens() if name in seen.values},
            Frame(last=end, span=span, reach=REACH, nothing=nothing, log=self.log),
        )
        self._overlay.update()
        self.legend.set_entries(self.pens() if self.of_read_models else {})
        self.acts.refresh()
        self.drawn.emit()

    def _moved(self) -> None:
        if self._overlay is not None:
            self._overlay.update()
        if self._plot is not None and not self._plot.live:
            self.redraw()

    # -- telling ------------------------------------------------------------------------------------------

    @override
    def tell(self) -> None:
        seen, at = self._seen, self._plot.pointed if self._plot is not None else None
        if seen is None:
            return
        index = nearest(seen.times, at) if at is not None else -1
        height = self._plot.height if self._plot is not None else 0.0
        unit = unit_text(seen, here=self._rates.watching)
        told = point_text(seen, index, self.pens().keys(), height) if index >= 0 else unit
        self._when.setText(told)
        if self.of_read_models:
            last = {name: some[index] for name, some in seen.values.items() if some}
            self.legend.set_values({name: number_text(one) for name, one in last.items() if one == one})  # noqa: PLR0124  # without NaN
        word, span = self.measure.currentText(), self.span.currentText()
        self.setAccessibleDescription(graph_text(seen, word, span, self.seen_names()))

    # -- what can be done ---------------------------------------------------------------------------------

    @override
    def closer(self) -> None:
        self.span.setCurrentIndex(max(0, self.span.currentIndex() - 1))

    @override
    def farther(self) -> None:
        self.span.setCurrentIndex(min(self.span.count() - 1, self.span.currentIndex() + 1))

    @action(
        "Logarithmic scale",
        word="log",
        keys="L",
        icon="graph",
        tip="Ten times as much is one step higher, so that small and large lines are seen together",
        checked=lambda graph: graph.log,
        group=2,
    )
    def logarithm(self) -> None:
        """Draws the logarithm of 1 and the value, or the value."""
        self.log = not self.log
        self._keep()
        self.acts.refresh()
        self.redraw()

    @action(
        "What happened …",
        keys="M",
        icon="tag",
        tip="List the marks: pauses, resets, replays, deaths",
        why=lambda graph: "" if graph.marked() else "Nothing is marked in the time that is seen",
        group=2,
    )
    def marks_listed(self) -> None:
        """Lists the marks that are in sight, the newest first."""
        self._list(self.marked())

    def marked(self) -> list[RateMark]:
        """Returns the marks that are in sight."""
        low, high = self.visible_range()
        return [mark for mark in self._marks if low <= mark.at <= high]

    def _choose_mark(self, marks: Sequence[RateMark]) -> None:
        if len(marks) > 1:
            self._list(marks)
        else:
            self.mark_chosen.emit(marks[0])

    def _list(self, marks: Sequence[RateMark]) -> None:
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for mark in list(marks)[: -LISTED - 1 : -1]:
            sign, role = SIGNS.get(mark.kind, REPLAY)
            act = menu.addAction(icon(sign, role), said(mark).replace("&", "&&"))
            act.triggered.connect(lambda _on=False, one=mark: self.mark_chosen.emit(one))
        menu.popup(self.mapToGlobal(QPoint(self.width() // 3, 40)))

    @action(
        "Export the graph …",
        icon="export",
        tip="Write what is seen to a file: PNG, or CSV with a line for each point",
        why=lambda graph: graph.unseen(),
        group=3,
    )
    def export(self) -> None:
        """Asks for a file and writes what is seen."""
        seen, plot = self._seen, self._plot
        if seen is None or plot is None:
            return
        folder = self._desk.workspace.project.root.parent
        name = f"{self._desk.workspace.project.name}-{seen.measure.value}.png"
        chosen, kind = QFileDialog.getSaveFileName(
            self, "Export the graph", str(folder / name), ";;".join(FORMATS.values())
        )
        if chosen:
            path = file_to_write(chosen, kind, FORMATS, offered="png")
            picture = (
                picture_of(plot.widget, self._title(seen), self.pens(), self.told(seen))
                if path.suffix == ".png"
                else None
            )
            self._desk.run(write_graph(self._desk, path, seen, [*self.pens()], picture), "Export")

    @action(
        "Copy as table",
        icon="table",
        tip="Copy average, highest and total of each",
        why=lambda graph: graph.unseen(),
        group=3,
    )
    def copy_table(self) -> None:
        """Copies what the measure comes to, a line for each subscription."""
        if self._seen is not None:
            whose = "Read model" if self.of_read_models else "Subscription"
            QGuiApplication.clipboard().setText(table_of(self.seen_names(), self.figures, whose))
            self._desk.notice("ok", "Copied the figures as a table.")

    def told(self, seen: RateWindow) -> dict[str, str]:
        """Returns by name what is said of a line in a legend."""
        return {name: figures_text(seen, one) for name, one in self.figures.items()}

    def _title(self, seen: RateWindow) -> str:
        """Says what is seen, in which time."""
        low, high = (absolute(int(at) * MICROSECONDS)[:19] for at in self.visible_range())
        unit = unit_text(seen, here=self._rates.watching)
        return f"{MEASURES[seen.measure][0]}, {unit} · {low} to {high} {zone_name()}"

    def unseen(self) -> str:
        """Returns why there is nothing to copy or to write; empty where there is."""
        return "" if self._seen is not None else "Nothing is drawn yet"
