"""The flow board: the running model as a picture, with the messages that move through it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.board.board_graph import BoardGraph, BoardNode, kind_of
from workbench.gui.board.board_scene import BoardScene
from workbench.gui.board.flow_view import FlowView
from workbench.gui.board.legend import Legend
from workbench.gui.desk import Desk, Selection
from workbench.gui.icons import icon
from workbench.gui.view import View
from workbench.gui.views.board_details import ACTIONS, DetailsStrip, Live, trouble
from workbench.gui.views.board_model import badges, model_graph, pulses
from workbench.gui.views.publish_dialog import open_publish
from workbench.gui.widgets import EmptyState, SearchBox, toolbar_button

if TYPE_CHECKING:
    from workbench.model.changes import Changes

SEEN = ("publish:", "issue:")
"""Counters that tell of lines which only show once something was seen to move along them."""

UNNAMED = (
    "Name the project's Python modules in its file, under cqrs as modules: what they define is drawn here."
)
RESTRICTED = "The project's Python modules were not imported, since they are not trusted yet."

OPEN = ("Open", "external")
"""What opening a node is called where its kind has no word of its own."""
HALTED = {"paused", "engine paused", "engine stopped", "faulted"}
"""States of subscriptions that the board shows in place of a counter."""


class BoardView(View):
    """Draws the model, marks what is wrong with it, and shows what moves."""

    key = "board"
    title = "Flow board"
    icon_name = "board"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._graph = BoardGraph()
        self._known: object = None
        self._live = Live(flow={}, subscriptions={}, projections={})
        self._reading = self.question(self._show)
        self._watching = False
        self._found: list[str] = []
        self._stepping = False
        self.scene = BoardScene(self)
        self.canvas = FlowView(self.scene, self)
        self.legend = Legend(self.canvas)
        self.legend.hide()
        self.details = DetailsStrip()
        self.details.hide()
        self._build()
        self.scene.node_chosen.connect(self._show_details)
        self.details.acted.connect(self.act)
        self.details.letters_wanted.connect(self._show_letters)
        self.details.closed.connect(lambda: self.scene.choose(""))
        self.acts.offer()

    # -- parts ---------------------------------------------------------------------------------------------

    def _build(self) -> None:
        restricted = self.desk.workspace.project.restricted
        empty = EmptyState(
            "board",
            "Nothing to draw yet",
            RESTRICTED if restricted else UNNAMED,
            "Open the project's folder",
            self._open_folder,
        )
        board = QWidget()
        column = QVBoxLayout(board)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._toolbar())
        column.addWidget(self.canvas, 1)
        column.addWidget(self.details)
        self.pages = QStackedWidget()
        self.pages.addWidget(board)
        self.pages.addWidget(empty)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.pages)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.desk.workspace.project.root)))

    def _toolbar(self) -> QHBoxLayout:
        self.search = SearchBox("Find a node")
        self.search.setToolTip("Enter shows the next one")
        self.search.settled.connect(self._find)
        self.search.returnPressed.connect(self._find_next)
        self.matches = QLabel()
        self.matches.setProperty("role", "muted")
        self.troubles = toolbar_button("", "warning", "Step through what is marked")
        self.troubles.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.troubles.clicked.connect(self.next_problem)
        self.key_button = toolbar_button("", "info", "Explain colours and marks")
        self.key_button.setAccessibleName("Legend")
        self.key_button.setCheckable(True)
        self.key_button.toggled.connect(self.legend.setVisible)
        row = QHBoxLayout()
        row.setContentsMargins(8, 5, 8, 5)
        row.setSpacing(4)
        for key in ("show_all", "zoom_out", "zoom_in"):
            row.addWidget(self.canvas.acts.button(key, words=False))
        row.addSpacing(4)
        self.search.setMaximumWidth(320)
        row.addWidget(self.search, 100)
        row.addWidget(self.matches)
        row.addStretch(1)
        row.addWidget(self.troubles)
        row.addWidget(self.key_button)
        return row

    # -- the model -----------------------------------------------------------------------------------------

    @override
    def first_widget(self) -> QWidget:
        return self.canvas

    @override
    def concerns(self, changes: Changes) -> bool:
        return bool(
            changes.head
            or changes.streams
            or changes.subscriptions
            or changes.projections
            or changes.commands
            or changes.dead_letters
            or changes.model
            or changes.engine
            or changes.everything
        )

    @override
    def refresh(self) -> None:
        self._reading.ask(self._read)

    def _read(self) -> Live:
        monitor = self.desk.workspace.monitor
        return Live(
            flow=monitor.flow(),
            subscriptions={view.name: view for view in monitor.subscriptions()},
            projections={view.name: view for view in monitor.projections()},
        )

    def _show(self, live: Live) -> None:
        registry, before = self.desk.workspace.registry, self._live.flow
        self._live = live
        self._draw()
        if self._watching:
            for pulse in pulses(registry, before, self._live.flow):
                self.scene.pulse(pulse.path, pulse.kind, pulse.count)
        self._watching = True
        self._show_details(self.scene.chosen)
        self.acts.refresh()

    def _draw(self) -> None:
        """Draws the model again if it has changed, and what is wrong with it."""
        registry, wrong = self.desk.workspace.registry, trouble(self._live)
        seen = frozenset(key for key in self._live.flow if key.startswith(SEEN))
        known = (id(registry), seen, wrong)
        if known != self._known:
            self._known = known
            drawn = model_graph(registry, self._live.flow)
            nodes = tuple(_with_problems(node, wrong.get(node.id, ())) for node in drawn.nodes)
            self._graph = BoardGraph(nodes=nodes, edges=drawn.edges)
            self.scene.show_graph(self._graph)
            self.legend.set_kinds({node.kind for node in nodes})
            self._count_problems()
            self.pages.setCurrentIndex(0 if nodes else 1)
            if not self._found:  # what was looked for may be there now
                self._find(self.search.text())
        paused = {
            f"subscription:{view.name}": view.status
            for view in self._live.subscriptions.values()
            if view.status in HALTED
        }
        self.scene.set_badges(badges(self._live.flow) | paused)

    def _count_problems(self) -> None:
        count = len(self.scene.problems())
        self.troubles.setEnabled(bool(count))
        self.troubles.setText(f"{count} problem{'s' if count != 1 else ''}" if count else "No problems")
        self.troubles.setIcon(icon("warning", "warning") if count else icon("ok", "ok"))

    # -- finding -------------------------------------------------------------------------------------------

    def _find(self, text: str) -> None:
        """Shows the best of what fits; Enter goes on to the others."""
        self._found = self.scene.find(text)
        self._show_match(0)
        if not self._found:
            self.matches.setText("No match" if text.strip() else "")
        self._stepping = False
        QTimer.singleShot(0, self, self._allow_stepping)  # the Enter that asked must not step as well

    def _allow_stepping(self) -> None:
        self._stepping = True

    def _find_next(self) -> None:
        if self._stepping:
            here = self._found.index(self.scene.chosen) if self.scene.chosen in self._found else -1
            self._show_match(here + 1)

    def _show_match(self, place: int) -> None:
        if self._found:
            place %= len(self._found)
            self.canvas.reveal(self._found[place])
            self.matches.setText(f"{place + 1} of {len(self._found)}")

    @action(
        "Next problem",
        icon="warning",
        tip="Step through what is marked",
        why=lambda view: "" if view.scene.problems() else "Nothing is marked",
    )
    def next_problem(self) -> None:
        """Shows the next node with which something is wrong."""
        wrong = self.scene.problems()
        if wrong:
            here = wrong.index(self.scene.chosen) if self.scene.chosen in wrong else -1
            self.canvas.reveal(wrong[(here + 1) % len(wrong)])

    @override
    def follow(self, selection: Selection) -> None:
        for node in (f"subscription:{selection.subscription}", f"projection:{selection.projection}"):
            if node in self.scene.nodes:
                self.canvas.reveal(node)
                return

    # -- the chosen node -----------------------------------------------------------------------------------

    def _show_details(self, name: str) -> None:
        node = self._graph.by_id.get(name)
        if node is None:
            self.details.hide()
            self.canvas.setAccessibleDescription("")
        else:
            self.canvas.setAccessibleDescription(f"{kind_of(node.kind).word} {node.title}")
            self.details.show_node(self._graph, node, self.desk.workspace.registry, self._live)

    def act(self) -> None:
        """Does what the details offer for the chosen node."""
        self.open(self.scene.chosen)

    def told(self, name: str) -> tuple[str, str]:
        """Returns what opening a node is called, and its icon."""
        node = self._graph.by_id.get(name)
        return ACTIONS.get(node.kind, OPEN) if node is not None else OPEN

    @action("Open", on="canvas", default=True, icon="external", look=told)
    def open(self, name: str) -> None:
        """Does what the details offer for a node."""
        node = self._graph.by_id.get(name)
        if node is None:
            return
        name = node.id.partition(":")[2]
        match node.kind:
            case "command":
                self.desk.command_wanted.emit(name)
                self.desk.wanted.emit("commands")
            case "aggregate" | "event":
                self.desk.wanted.emit("streams")
            case "topic" | "queue":
                open_publish(self, self.desk, name)
            case "subscription" | "worker" | "policy" | "process":
                self.desk.select(Selection(subscription=name), view="subscriptions")
            case "projection":
                self.desk.select(Selection(projection=name), view="projections")

    def _show_letters(self) -> None:
        self.show_letters(self.scene.chosen)

    def _no_letters(self, node: str) -> str:
        view = self._live.subscriptions.get(node.removeprefix("subscription:"))
        return "" if view is not None and view.dead else "It has no dead letters"

    @action("Show dead letters", on="canvas", icon="dead-letter", keys="D", why=_no_letters)
    def show_letters(self, node: str) -> None:
        """Shows the dead letters of a subscription."""
        self.desk.select(Selection(subscription=node.removeprefix("subscription:")), view="letters")

    @action("Copy name", on="canvas", icon="copy", keys="Ctrl+C", group=1)
    def copy_name(self, node: str) -> None:
        """Copies what a node is called."""
        QApplication.clipboard().setText(self._graph.by_id[node].title)


def _with_problems(node: BoardNode, problems: tuple[str, ...]) -> BoardNode:
    return replace(node, problems=(*node.problems, *problems)) if problems else node
