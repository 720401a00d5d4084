"""The flow board: the running model as a picture, with the messages that move through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QStackedWidget, QWidget
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.actions import Action, action
from workbench.gui.board.board_editor import BoardEditor
from workbench.gui.board.board_graph import kind_of
from workbench.gui.board.board_marks import BoardMarks
from workbench.gui.board.draft_discard import DraftDiscard
from workbench.gui.board.lag_lines import LagLines
from workbench.gui.board.legend import Legend
from workbench.gui.board.picture import Picture
from workbench.gui.board.refused_keys import RefusedKeys
from workbench.gui.design_steps import is_drawn_now
from workbench.gui.desk import Desk, Selection
from workbench.gui.details.section_drafts import drafted, offer_lost
from workbench.gui.details.section_editor import SectionEditor
from workbench.gui.layouts import in_column
from workbench.gui.opened_file import open_file
from workbench.gui.view import View
from workbench.gui.views.board_bar import BoardBar
from workbench.gui.views.board_details import ACTIONS, DECLARED_AS, DetailsPanel, Live
from workbench.gui.views.board_finder import BoardFinder
from workbench.gui.views.board_model import badges, faults_told, pulses
from workbench.gui.views.board_pictures import BoardPictures, Drawn, drawn
from workbench.gui.views.board_split import BoardSplit
from workbench.gui.views.board_tools import BoardTools
from workbench.gui.views.board_trial import BoardTrial
from workbench.gui.views.publish_dialog import open_publish
from workbench.gui.widgets import EmptyState, give_keyboard
from workbench.project.samples import PROJECT_FILE

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from workbench.gui.board.board_graph import BoardNode
    from workbench.model.changes import Changes
    from workbench.services.design.design_state import DesignState
    from workbench.services.design.quick_fix import QuickFix

RESTRICTED = "The project's Python modules were not imported, since they are not trusted yet."
OPEN = ("Open", "external")  # where a kind of node has no words of its own for it
HALTED = {"paused", "engine paused", "engine stopped", "faulted"}  # shown in place of a counter
PICTURES, ICONS = ("Blueprint", "Topology"), ("layout", "graph")
RUNNING = {"Run", "Observe"}  # arrangements that begin with the topology


class BoardView(View):
    """Draws the model, marks what is wrong with it, and shows what moves."""

    key = "board"
    title = "Flow board"
    icon_name = "board"
    ticks = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._settings: QSettings | None = None
        self._arranged = self._awaited = ""
        self._live = Live(flow={}, subscriptions={}, projections={})
        self._reading, self._watching = self.question(self._show), False
        self.pictures = BoardPictures()
        self.canvas, self.topology = self.pictures.canvas, self.pictures.topology
        self._lags = LagLines(self.topology, desk.workspace.rates)
        self.refused = RefusedKeys(self.canvas)
        self.trial = BoardTrial(desk, self.canvas)
        self.editor = BoardEditor(desk, self.canvas)
        desk.designed.connect(self._draw_design, Qt.ConnectionType.QueuedConnection)
        self.pictures.frame.heads.moved.connect(self.editor.slices.move)
        self.editor.wires.told.connect(self.pictures.tell)
        self.editor.hand.told.connect(self.pictures.tell)
        self.refused.told.connect(self.pictures.tell)
        self.refused.stand_behind(self.editor.entry.ahead)
        self.marks = BoardMarks(self.editor)
        self.legend = Legend(self.canvas)
        self.details = DetailsPanel(SectionEditor(desk, self.editor.take, self.editor.changes.rename_field))
        DraftDiscard(self.editor, self.details.section.drafts.discard)
        self._build()
        for picture in self.pictures.both:
            picture.node_chosen.connect(self._show_details)
            picture.node_chosen.connect(self.editor.chosen)
            picture.node_chosen.connect(desk.board_chosen)
        self.details.acted.connect(self.act)
        self.details.letters_wanted.connect(lambda: self.show_letters(self.scene.chosen))
        self.details.text_wanted.connect(lambda: self.open_text(self.scene.chosen))
        self.details.closed.connect(self.split.show_details)
        self.details.marks.chosen.connect(self.marks.fix)
        self.details.section.form.wanted.connect(self.marks.go_to)
        self.marks.found.connect(lambda: self._show_details(self.scene.chosen))
        desk.drafted.connect(self._show_badges)
        self.marks.form_wanted.connect(self._show_form)
        self.marks.typing_wanted.connect(self._type_in)
        self.editor.stood.connect(lambda: self._show_details(self.scene.chosen))
        self.acts.offer()
        self.tools = BoardTools(self.editor, self.pictures)
        self.marks.schema_wanted.connect(self.tools.schema.open)
        self.pictures.follow_scenarios(desk.workspace.scenarios)
        self._show_details("")

    @property
    def scene(self) -> Picture:
        """The picture that is seen."""
        return self.canvas.board

    # -- parts ---------------------------------------------------------------------------------------------

    def _build(self) -> None:
        empty = EmptyState(
            "board",
            "Nothing to draw yet",
            RESTRICTED,
            "Open the project's folder",
            lambda: open_file(self, self.desk.workspace.project.root),
        )
        self.split, board = BoardSplit(self, self.pictures, self.details), QWidget()
        self.split.make_way_for(self.editor.entry, self.trial, self.editor.changes.strip)
        strip, asked = self.editor.changes.strip, self.editor.conflict
        in_column(self._toolbar(), asked, (self.split, 1), strip, of=board, margins=0, spacing=0)
        self.pages = QStackedWidget()
        self.pages.addWidget(board)
        self.pages.addWidget(empty)
        in_column(self.pages, of=self, margins=0)

    def _toolbar(self) -> BoardBar:
        self.finder = BoardFinder(self, self.canvas)
        self.finder.search.told.connect(self.pictures.tell_line)
        pictures = [self.acts.button(f"picture-{name.lower()}") for name in PICTURES]
        details = self.split.acts.button("show_details", words=False)
        bar = BoardBar(self.editor, self.finder, pictures, self.marks.button, details)
        self.key_button = bar.legend
        self.key_button.toggled.connect(self.legend.setVisible)
        return bar

    # -- the model -----------------------------------------------------------------------------------------

    @override
    def first_widget(self) -> QWidget:
        return self.canvas

    @override
    def unsaved(self) -> str:
        return self.editor.kept_entry.holds

    @override
    def concerns(self, changes: Changes) -> bool:
        return bool(
            changes.head
            or changes.appended
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

    @override
    def tick(self) -> None:
        if self.scene is self.topology:
            self._lags.turn()

    def _read(self) -> tuple[Live, Drawn]:
        monitor = self.desk.workspace.monitor
        live = Live(
            flow=monitor.flow(),
            subscriptions={view.name: view for view in monitor.subscriptions()},
            projections={view.name: view for view in monitor.projections()},
            waiting=self.desk.workspace.subscriptions.waiting_commands(),
        )
        shown, draft = self.scene.name, self.editor.draft
        topology, story = self.topology.name in {shown, self._awaited}, shown != self.topology.name
        registry, before = self.desk.workspace.registry, self.pictures.drawn
        return live, drawn(registry, live, before, topology=topology, story=story, draft=draft)

    def _show(self, found: tuple[Live, Drawn]) -> None:
        registry, before = self.desk.workspace.registry, self._live.flow
        self._live = found[0]
        self._draw(found[1])
        if self._awaited and self.pictures.is_ready(self._awaited):
            built = self.pictures.build(lambda: self._change_picture(self._awaited))
            self.desk.run(built, "Draw the topology")
        if self._watching:
            for pulse in pulses(registry, before, self._live.flow):
                self.scene.pulse(pulse.path, pulse.kind, pulse.count)
        self._watching = True
        self._show_details(self.scene.chosen)
        self.acts.refresh()

    def _draw(self, found: Drawn) -> None:
        """Draws the model again if it has changed, and what is wrong with it."""
        if self.pictures.draw(found):
            self.desk.in_turn(self._tell_scenarios)  # not all in one turn (V4)
            self._explain()
            closed = not found.graph.nodes and self.desk.workspace.project.restricted
            self.pages.setCurrentIndex(1 if closed else 0)
            self.editor.drawn()
            self.marks.follow()
            self.finder.look_again()
        self._show_badges()

    def _tell_scenarios(self) -> None:
        if isValid(self):
            self.pictures.tell_scenarios(self.desk.workspace.scenarios)

    def _show_badges(self) -> None:
        """Says how much passed through each node, or why nothing does."""
        paused = {
            f"subscription:{view.name}": view.status
            for view in self._live.subscriptions.values()
            if view.status in HALTED
        }
        unwritten = drafted(self.desk)
        self.editor.know_unwritten(list(unwritten))
        shown = badges(self._live.flow, self._live.waiting) | paused | unwritten
        self.scene.set_badges(shown | faults_told(self.desk.workspace.faults.on()))

    def _show_form(self, card: str) -> None:
        """Shows a card's form, ready to be typed in; where there is none any more, offers what was typed."""
        if card not in self.scene.cards():
            offer_lost(self.desk, card, self.editor.state.text)
            return
        self.canvas.reveal(card)
        if not self.split.wanted:
            self.split.show_details()
        self.details.tabs.setCurrentWidget(self.details.section)
        give_keyboard(self.details.section.pane.editor)

    def _type_in(self, card: str, fix: QuickFix) -> None:
        """Makes a fix in a card's text, where what it leaves empty is typed next."""
        self._show_form(card)
        if not self.details.section.pane.dirty:
            self.details.section.pane.apply(fix)

    def _explain(self) -> None:
        """Explains the kinds that are seen, says how much is wrong and what can be done."""
        self.canvas.offering.refresh()
        self.legend.set_kinds(self.scene.kinds(), moving=self.scene.moving)
        self.marks.count()

    # -- two pictures --------------------------------------------------------------------------------------

    choices = tuple(
        Action(
            key=f"picture-{name.lower()}",
            text=name,
            tip=tip,
            run=lambda view, name=name: view.show_picture(name),
            icon=icon_name,
            checked=lambda view, name=name: view.scene.name == name,
        )
        for name, icon_name, tip in zip(
            PICTURES,
            ICONS,
            ("Tell the flow as a story, slice by slice", "Show what is wired to what, and what moves"),
            strict=True,
        )
    )

    def _other(self) -> tuple[str, str]:
        other = next(place for place, name in enumerate(PICTURES) if name != self.scene.name)
        return f"Show the {PICTURES[other].lower()}", ICONS[other]

    @action("Other picture", keys="F7", tip="Show the other picture of the model", look=_other)
    def other_picture(self) -> None:
        """Shows the other of the two pictures."""
        self.show_picture(next(name for name in PICTURES if name != self.scene.name))

    def show_picture(self, name: str) -> None:
        """Shows the blueprint or the topology, and remembers it for this arrangement of the window."""
        if self._settings is not None:
            self._settings.setValue(f"picture/{self._arranged}", name)
        self._change_picture(name)

    @override
    def arranged(self, perspective: str, settings: QSettings) -> None:
        self._arranged, self._settings = perspective, settings
        self.split.remember(settings, perspective)
        first = PICTURES[1] if perspective in RUNNING else PICTURES[0]
        self._change_picture(str(settings.value(f"picture/{perspective}", first)))

    def _change_picture(self, name: str) -> None:
        """Shows a picture, a large one as soon as a place for everything is found."""
        if not self.pictures.is_ready(name):
            self._awaited = name
            self.refresh()
            return
        self._awaited = ""
        self.pictures.show_picture(name)
        self.finder.other_picture()
        self._explain()
        self._show_badges()
        self._show_details(self.scene.chosen)
        self.acts.refresh()

    # -- going there ---------------------------------------------------------------------------------------

    @override
    def follow(self, selection: Selection) -> None:
        if found := [one for one in selection.nodes() if self.scene.has(one)]:
            self.canvas.reveal(found[0])

    # -- the chosen node -----------------------------------------------------------------------------------

    def _show_details(self, name: str) -> None:
        node = self.scene.graph.by_id.get(name)
        subject = node.title if node is not None else ""
        if self.scene.others:
            subject = self.tools.show_several(self.details)
            self.canvas.setAccessibleDescription(subject)
        elif node is None and not self.editor.wanted and self.editor.node(self.scene.gone) is None:
            self.details.show_nothing(self.pictures.drawn.counts)
            self.canvas.setAccessibleDescription("")
        elif node is not None:
            self.canvas.setAccessibleDescription(f"{kind_of(node.kind).word} {node.title}")
            unread, design = self.editor.stale or bool(self.editor.unread), self.editor.node(name)
            declared = self.details.section.show_node(design, self.editor.state, unread=unread)
            self.details.marks.show_marks(self.marks.told(node.id, unsaved=not declared))
            told = self.scene.graph, node, self.desk.workspace.registry, self._live
            known, untried = self.editor.is_known(self.pictures.drawn), self.pictures.untried(node.id)
            self.details.show_node(*told, declared=declared, known=known, untried=untried)
        self.pictures.tell_keys(subject, self.acts["other_picture"])

    def _draw_design(self, draft: DesignState | None) -> None:
        if draft is not None or is_drawn_now(self.desk, self.editor.state):
            self.refresh()  # what is written is drawn once it runs

    def act(self) -> None:
        """Does what the details offer for the chosen node."""
        bound = self.acts["open"]
        bound.do() if bound.refresh() else self.desk.notice("info", f"{bound.text()}: {bound.toolTip()}.")

    def _no_open(self, name: str) -> str:
        node = self.scene.graph.by_id.get(name)
        runs = node is None or not node.draft or self._runs(node)
        return "" if runs else "It is a draft and does not run yet"

    def _runs(self, node: BoardNode) -> bool:
        """Whether the running model has what a card stands for."""
        registry, name = self.desk.workspace.registry, node.id.partition(":")[2]
        known: Mapping[str, Container[str]] = {
            "command": registry.commands,
            "projection": registry.projections,
            **dict.fromkeys(("topic", "queue"), registry.topics),
            **dict.fromkeys(("policy", "process"), registry.reactors),
            **dict.fromkeys(("subscription", "worker"), registry.subscriptions),
        }
        return name in known.get(node.kind, (name,))

    def told(self, name: str) -> tuple[str, str]:
        """Returns what opening a node is called, and its icon."""
        node = self.scene.graph.by_id.get(name)
        return ACTIONS.get(node.kind, OPEN) if node is not None else OPEN

    @action("Open", on="canvas", default=True, icon="external", look=told, why=_no_open)
    def open(self, name: str) -> None:
        """Does what the details offer for a node."""
        node = self.scene.graph.by_id.get(name)
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

    @action("Open in the text", on="canvas", icon="code", keys="F12", tip="Show where it is declared")
    def open_text(self, node: str) -> None:
        """Shows where a node is declared in the project file, or why it is not any more."""
        kind, _, name = node.partition(":")
        lost = self.marks.lost(node)
        self.desk.text_wanted.emit(*(lost or (PROJECT_FILE, (DECLARED_AS.get(kind, kind), name))))

    def _no_letters(self, node: str) -> str:
        view = self._live.subscriptions.get(node.removeprefix("subscription:"))
        return "" if view is not None and view.dead else "It has no dead letters"

    @action("Show dead letters", on="canvas", icon="dead-letter", keys="D", why=_no_letters)
    def show_letters(self, node: str) -> None:
        """Shows the dead letters of a subscription."""
        self.desk.select(Selection(subscription=node.removeprefix("subscription:")), view="letters")
