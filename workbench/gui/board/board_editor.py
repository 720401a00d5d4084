"""What is made on the board by keys: new things after what is chosen, wires, fields, names, and undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.board.add_button import add_button, begin_label
from workbench.gui.board.asking import MAKE_KEYS, Asking, Entered
from workbench.gui.board.board_changes import ANSWER, BoardChanges
from workbench.gui.board.board_entry import BoardEntry
from workbench.gui.board.board_fields import BoardFields
from workbench.gui.board.board_hand import BoardHand
from workbench.gui.board.board_offers import (
    identity_of,
    leads,
    lit,
    makes,
    name_for,
    node_of,
    offers,
    refused_name,
    respelled,
    sign_of,
)
from workbench.gui.board.board_slices import BoardSlices
from workbench.gui.board.board_wires import BoardWires
from workbench.gui.board.entry_draft import EntryDraft
from workbench.gui.board.entry_place import EntryPlace
from workbench.gui.board.stand_pill import StandPill, stand_of
from workbench.gui.board.step_sight import came_back, changed_card, nearest, renamed_card, went_to
from workbench.gui.design_steps import UNSAVED, Answer, DesignSteps
from workbench.gui.details.section_drafts import follow_names
from workbench.gui.letter_menu import LetterMenu
from workbench.gui.reads import Question
from workbench.gui.text.conflict_banner import ConflictBanner
from workbench.gui.time_format import short
from workbench.gui.widgets import error_text
from workbench.services.design import gestures
from workbench.services.design.design_state import DesignState
from workbench.services.design.field_gestures import FIELDED
from workbench.services.design.gestures import DesignNode
from workbench.services.design.relations import NEXT
from workbench.services.design.text_merge import DesignConflict

if TYPE_CHECKING:
    from workbench.gui.board.flow_view import FlowView
    from workbench.gui.desk import Desk
    from workbench.model.registry import Registry
    from workbench.services.design.design_text import DesignText


class BoardEditor(DesignSteps):
    """Lets a person design on a canvas; every gesture is a step of the design (board.md: Making).

    Attributes:
        canvas: The board.
        stand: Says whether all of it is saved.
        add_menu: Offers what can be made.
        add_button: Opens that menu.
        begin: Says how to begin, where nothing is.
        entry: The line that is typed.
        place_of_entry: Where it stands.
        kept_entry: Keeps what is typed in it.
        changes: Renames and removes.
        conflict: Asks which counts where the files and what is not saved differ.
        wanted: Id of the node that is chosen once it is drawn.
        stale: Whether the files say something else by now, which cannot be read.
        came: Ids of those that are chosen with it: a step brought them back.
        unwritten: Ids of the cards whose text is typed and not written.

    Signals:
        stood: The design was read, or changed; `state` is how it stands.
    """

    stood = Signal()
    makes = tuple(makes())

    def __init__(self, desk: Desk, canvas: FlowView) -> None:
        super().__init__(desk, canvas, canvas)
        self.canvas, self.entry = canvas, BoardEntry(canvas)
        self.entry.typed.connect(self._light)
        self.place_of_entry = EntryPlace(canvas, self.entry)
        self.kept_entry = EntryDraft(desk, self.entry, self._ask_again)
        self.changes = BoardChanges(desk, canvas, self.entry, self._change, self.tell_refused)
        self.entry.waits = self.changes.strip.waits = self.is_busy
        self.entry.comes = lambda: bool(self.wanted) and not canvas.board.has(self.wanted)
        self.entry.ahead.lost.connect(self.want_nothing)
        self.conflict, self.wanted = ConflictBanner(), ""
        self.came, self.unwritten = tuple[str, ...](), tuple[str, ...]()
        self._running: Registry | None = None
        self._read, self._roomy, self._since, self.stale = False, False, "", False
        self._reading = Question(self, desk, self.take, self.tell_reading)
        self._looking = Question(self, desk, self.take, self._know_stale)
        desk.project_saved.connect(self.follow)
        desk.files_read.connect(self._files_read)
        self.acts = Actions(self, canvas)
        self.acts.offer()
        self.fields, self.wires = BoardFields(self), BoardWires(self)
        self.slices, self.hand = BoardSlices(self), BoardHand(self)
        for picture in canvas.pictures:
            picture.takes_fields = self.takes_fields
        self._pointed: QPoint | None = None
        self.stand, self.add_menu = StandPill(), LetterMenu(canvas)
        self.add_button, self.begin = add_button(self), begin_label(canvas)
        self.add_menu.aboutToHide.connect(self._point_nowhere, Qt.ConnectionType.QueuedConnection)

    # -- what is chosen ------------------------------------------------------------------------------------

    def node(self, identity: str) -> DesignNode | None:
        """Returns what a card stands for; None where it is none that the project file declares."""
        return node_of(self.state.text, identity)

    def takes_fields(self, identity: str) -> bool:
        """Whether a field can be added to a card."""
        return not self.fields.why_not(identity)

    @override
    def follow(self) -> None:
        self._reading.ask(self.read_state)

    def _files_read(self) -> None:
        """Shows what the files say now, and how all stands; what cannot be read is told by who reads them."""
        loud = bool(self.state.problems or self.unread)
        (self._reading if loud else self._looking).ask(self.read_state)
        self.tell_design()
        self._show_stand()
        self.stood.emit()

    def _know_stale(self, _error: Exception) -> None:
        self.stale = True
        self.stood.emit()

    def is_busy(self) -> bool:
        """Whether a step is being done, or what it would touch is looked for: nothing else is begun."""
        return self.is_stepping or self.changes.is_looking

    def want_nothing(self) -> None:
        """Chooses nothing once it is drawn: a person points elsewhere, or it does not come."""
        self.wanted, self.came = "", ()

    def chosen(self, identity: str) -> None:
        """Is told what was chosen: who chose something else does not want what was made."""
        if identity and identity != self.wanted:
            self.want_nothing()

    def drawn(self) -> None:
        """Chooses what was made, once it is there; where nothing is, says how to begin."""
        registry = self.desk.workspace.registry
        if registry is not self._running:
            self._running, self._since = registry, short(self.desk.workspace.clock.now())
        self.begin.setVisible(not self.canvas.board.cards())
        self.begin.adjustSize()
        self.follow()
        if went_to(self.canvas, self.wanted, self.came):
            self.want_nothing()
        self.place_of_entry.bring()

    # -- making --------------------------------------------------------------------------------------------

    def make(self, kind: str, identity: str) -> None:
        """Asks for the name of something new, which follows what is chosen."""
        self.make_after(kind, self.node(identity), self._pointed)

    def offer_at(self, place: QPoint) -> None:
        """Offers what can be made, at a point of the viewport; the name of what is taken is typed there."""
        port = self.canvas.viewport()
        self._pointed = place + port.pos()
        self.add_menu.popup(port.mapToGlobal(place))

    def _ask_again(self, act: str, card: str) -> bool:
        """Asks for a line as an action does for a card; returns whether it could."""
        asks = {"rename": self.rename, "link": self.wires.link, "add_fields": self.fields.add_fields}
        if act.startswith("make_"):
            self.make(act.removeprefix("make_"), card)
        elif act in asks:
            asks[act](card)
        return not self.entry.isHidden()

    def _point_nowhere(self) -> None:
        self._pointed = None

    def make_after(self, kind: str, after: DesignNode | None, place: QPoint | None = None) -> None:
        """Asks for the name of something new, which follows something else.

        Args:
            place: Where the line stands, a point of the canvas; below what is chosen if None.
        """
        word = leads(kind, after)
        asking = Asking(
            title=f"New {kind}" + (f": {after.name} {word} it" if after is not None and word else ""),
            sign=sign_of(kind),
            take=partial(self._make, kind, after),
            fits=lambda typed: offers(self.state.text, kind, after, typed),
            check=refused_name,
            act=f"make_{kind}",
            keys=MAKE_KEYS,
            lights=lambda typed: lit(self.state.text, after, kind, typed),
            card=identity_of(after) if after is not None else "",
        )
        self.place_of_entry.ask(asking, place)

    def _make(self, kind: str, after: DesignNode | None, entered: Entered) -> None:
        if not entered.text:
            self.entry.leave()
            return
        if entered.offer is not None and entered.offer.name and after is not None:
            node = DesignNode(kind, entered.offer.name)
            change = partial(gestures.linked, source=after, target=node)
            label = f"Link {after.name} to {node.name}"
        else:
            owner = entered.offer.owner if entered.offer is not None else ""
            node = DesignNode(kind, name_for(self.state.text, kind, entered.text, after, owner))
            change = partial(gestures.made, kind=kind, name=node.name, after=after, owner=owner)
            label = f"Add {kind} {node.name}"
        self.do(label, change, partial(self._made, node, entered))

    def _made(self, node: DesignNode, entered: Entered) -> None:
        if not entered.away or self.canvas.board.chosen in {"", self.entry.asking.card}:
            self.wanted = identity_of(node, self.entry.asking.card)
        if entered.away:
            self.entry.leave()
            return
        follows = NEXT.get(node.kind, "")
        if entered.on and follows:
            self.make_after(follows, node)
        elif entered.inside and node.kind in FIELDED:
            self.fields.add(node)
        elif node.kind == "process" or (node.kind == "policy" and self.state.problems):
            self.make_after("command", node)  # without one it does nothing, a policy could not be written
        else:
            self.entry.leave()

    def _no_next(self, identity: str) -> str:
        node = self.node(identity)
        ends = f"Nothing usually follows a {node.kind}" if node and node.kind not in NEXT else ""
        return ends or self.no_node(identity)

    @action(
        "Add what comes next …",
        keys="Ctrl+Enter / Ctrl+Return",
        icon="plus",
        on="canvas",
        group=3,
        why=_no_next,
    )
    def go_on(self, identity: str) -> None:
        """Asks for the name of what usually follows a node."""
        if (node := self.node(identity)) is not None:
            self.make_after(NEXT[node.kind], node)

    # -- names, removal --------------------------------------------------------------------------------------

    def no_node(self, identity: str) -> str:
        """Says why nothing can be done with a card; empty where something can."""
        return "" if self.node(identity) is not None else "The project file does not declare it"

    def nodes(self) -> list[DesignNode]:
        """Returns all that is chosen and that the project file declares."""
        found = (self.node(one) for one in self.canvas.board.several)
        return list(dict.fromkeys(one for one in found if one is not None))

    def no_nodes(self, _identity: str) -> str:
        """Says why nothing can be done with all that is chosen; empty where something can."""
        board = self.canvas.board
        lacking = [one.partition(":")[2] for one in board.several if self.node(one) is None]
        return f"The project file does not declare {', '.join(lacking)}" if lacking else ""

    @action("Rename …", keys="F2", icon="edit", on="canvas", group=3, why=no_node)
    def rename(self, identity: str) -> None:
        """Asks for another name; where it is named at more than one place, these are shown first."""
        node = self.node(identity)
        if node is None:
            return
        self.place_of_entry.ask(
            Asking(
                title=f"Rename {node.kind}",
                sign=sign_of(node.kind),
                take=partial(self._rename, node),
                fits=lambda typed: respelled(self.state.text, node, typed),
                check=refused_name,
                act="rename",
                text=node.name,
                card=identity,
            ),
            None,
        )

    def _rename(self, node: DesignNode, entered: Entered) -> None:
        typed = entered.offer.name if entered.offer is not None else entered.text
        name = gestures.whole_new_name(node, typed)
        if name in {"", node.name}:
            self.entry.leave()
        else:
            self.changes.rename(node, name)

    @action("Remove", keys="Del", icon="purge", on="canvas", group=3, several=True, why=no_nodes)
    def remove(self, _identity: str) -> None:
        """Removes what is chosen; asks what goes along, where others name it, or several are chosen."""
        if not self.is_busy():
            self.changes.remove(*self.nodes())

    def _change(
        self, label: str, change: Callable[[DesignText], DesignText], then: Callable[[], None], card: str
    ) -> None:
        self.wanted, self.came = card, ()
        self.do(label, change, partial(self._changed, then, nearest(self.canvas.board)))

    def _changed(self, then: Callable[[], None], near: Sequence[str]) -> None:
        """Chooses what is nearest to what was chosen, where that went."""
        if not self.wanted and self.canvas.board.chosen and self.node(self.canvas.board.chosen) is None:
            self.wanted = next((one for one in near if self.node(one) is not None), "")
        then()

    @override
    def show_step(self, before: DesignText, said: str) -> None:
        """Chooses what changed, and brings it into sight; what is chosen stays so if it did, or nothing."""
        self.wanted, seen = changed_card(self.canvas.board, before, self.state.text)
        self.came = came_back(before, self.state.text) if self.wanted else ()
        self._changed(lambda: None, nearest(self.canvas.board))
        if not seen:
            super().show_step(before, said)

    # -- doing ---------------------------------------------------------------------------------------------

    def _light(self) -> None:
        source, targets = self.entry.asking.lights(self.entry.line.text().strip())
        self.canvas.board.light(source, targets)

    @override
    def tell_refused(self, label: str, error: Exception) -> None:
        seen = self.entry.isVisible() or self.changes.strip.isVisible()
        if seen and not isinstance(error, DesignConflict):
            self.know_unread(error)
        else:
            self.tell_unread(error, label)
        self.want_nothing()
        self.changes.tell(ANSWER if isinstance(error, DesignConflict) else error_text(error))

    @override
    def ask_which(self, said: str, conflict: DesignConflict, choices: Sequence[Answer]) -> None:
        if not self.canvas.isVisible():
            super().ask_which(said, conflict, choices)
        files = [(one.file, one.mine, one.theirs) for one in conflict.clashes]
        self.conflict.ask_of_files(said, files, choices)

    @override
    def settled(self, state: DesignState) -> None:
        if self.unread or self.conflict.asks:
            self.changes.take_back()
        super().settled(state)
        self.conflict.hide()

    @override
    def take(self, state: DesignState) -> None:
        self.settled(state)
        self.stale = False
        self.kept_entry.offer()
        if self.state.refused and not state.refused:
            self.desk.notice("ok", "", topic=UNSAVED)
        if state == self.state and self._read:
            self._show_stand()
            self.stood.emit()
            return
        self._read, known, self.state = True, self.state.text, state
        self.wanted = self.wanted or renamed_card(self.canvas.board, known, state.text)
        self.canvas.offering.refresh()
        self.canvas.board.mark()
        self._show_stand()
        self.stood.emit()
        follow_names(self.desk, known, state.text)
        if went_to(self.canvas, self.wanted, self.came):
            self.want_nothing()
        self.tell_design()

    def know_unwritten(self, cards: Sequence[str]) -> None:
        """Is told whose text is typed and not written."""
        self.unwritten = tuple(cards)
        self._show_stand()

    def set_roomy(self, *, roomy: bool) -> None:
        """Is told whether there is room to say which model runs while all is not saved."""
        self._roomy = roomy
        self._show_stand()

    def _show_stand(self) -> None:
        outdated = self.desk.workspace.model_reload.outdated
        stand = stand_of(self.state, self.unwritten, outdated, self._since, roomy=self._roomy)
        self.stand.show_stand(stand)
