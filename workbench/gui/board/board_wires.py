"""Wires on the board: led to what can follow, chosen, taken away."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from typing_extensions import override

from workbench.gui.actions import WidgetKey, action
from workbench.gui.board.asking import Asking, Entered
from workbench.gui.board.blueprint_scene import BlueprintScene
from workbench.gui.board.board_offers import (
    KEYS,
    follows,
    identity_of,
    is_linked,
    sign_of,
    targets,
    wire_refused,
)
from workbench.gui.board.board_slices import BoardPart
from workbench.services.design import gestures
from workbench.services.design.gestures import DesignNode
from workbench.services.design.relations import declared_names, relation, why_not

if TYPE_CHECKING:
    from workbench.gui.board.board_editor import BoardEditor


class BoardWires(BoardPart):
    """Leads wires from one thing to another, and takes away the one that is chosen.

    Signals:
        told: What is chosen, and the keys that do something with it; nothing of both where no wire is.
    """

    moves = (WidgetKey("Del", "Remove the chosen wire"),)
    told = Signal(str, object)

    def __init__(self, editor: BoardEditor) -> None:
        super().__init__(editor)
        self.canvas.installEventFilter(self)

    def _no_node(self, identity: str) -> str:
        return self.editor.no_node(identity)

    # -- by name -------------------------------------------------------------------------------------------

    @action("Link to …", keys="L", icon="link", on="canvas", group=3, why=_no_node)
    def link(self, identity: str) -> None:
        """Asks for what follows a node, among what can."""
        if (node := self.editor.node(identity)) is not None:
            asking = Asking(
                title=f"{node.name} leads to",
                sign=sign_of(node.kind),
                take=partial(self._named, node),
                act="link",
                fits=lambda typed: targets(self.editor.state.text, node, typed),
                lights=lambda typed: (
                    identity,
                    [one.node for one in targets(self.editor.state.text, node, typed)],
                ),
                card=identity,
            )
            self.editor.place_of_entry.ask(asking, None)

    def _named(self, node: DesignNode, entered: Entered) -> None:
        if entered.offer is None:
            text = self.editor.state.text
            kinds = [kind for kind in KEYS if entered.text in declared_names(text.project, kind)]
            said = why_not(node.kind, kinds[0]) if kinds else f"nothing is named {entered.text}"
            self.editor.entry.tell(said)
            return
        kind, _, name = entered.offer.name.partition(":")
        target = DesignNode(kind, name)
        if is_linked(self.editor.state.text, node, target):
            self.unlink(node, target)
        else:
            self.lead(node, target)

    # -- from one card to another --------------------------------------------------------------------------

    def refused(self, source: DesignNode, identity: str) -> str:
        """Says why no wire can be led from something to a card; empty where one can."""
        return wire_refused(self.editor.state.text, source, self.editor.node(identity))

    def lead(self, source: DesignNode, target: DesignNode) -> None:
        """Leads a wire from one thing, which stays chosen, to another."""
        self.editor.wanted = identity_of(source)
        change = partial(gestures.linked, source=source, target=target)
        self.editor.do(f"Link {source.name} and {target.name}", change, self.editor.entry.leave)

    def unlink(self, source: DesignNode, target: DesignNode) -> None:
        """Takes a wire away."""
        self.editor.wanted = identity_of(source)
        change = partial(gestures.unlinked, source=source, target=target)
        self.editor.do(f"Unlink {source.name} and {target.name}", change, self.editor.entry.leave)

    def ask_what_follows(self, node: DesignNode, place: QPoint) -> None:
        """Asks which new thing follows, where a wire was dropped on nothing; a point of the canvas."""
        asking = Asking(
            title=f"{node.name} …",
            sign=sign_of(node.kind),
            take=partial(self._follows, node, place),
            fits=lambda typed: follows(node, typed),
        )
        self.editor.place_of_entry.ask(asking, place)

    def _follows(self, node: DesignNode, place: QPoint, entered: Entered) -> None:
        if entered.offer is not None:
            self.editor.make_after(entered.offer.name, node, place)
        else:
            self.editor.entry.tell(f"{entered.text or 'nothing'} cannot follow")

    # -- the chosen one ------------------------------------------------------------------------------------

    def choose_at(self, place: QPoint) -> None:
        """Chooses the wire at a point of the viewport, or none."""
        board = self.canvas.board
        if not isinstance(board, BlueprintScene):
            return
        pair = board.wire_at(self.canvas.mapToScene(place))
        if pair is not None:
            board.choose("")
        if pair != board.wire:
            board.choose_wire(pair)
            self.told.emit(board.wires[pair].words if pair is not None else "", self._hints(pair))

    def _hints(self, pair: tuple[str, str] | None) -> list[tuple[str, str]]:
        ends = self._ends(pair) if pair is not None else None
        return [("Del", "Remove the wire")] if ends is not None else []

    def _ends(self, pair: tuple[str, str]) -> tuple[DesignNode, DesignNode] | None:
        """Returns what a wire joins, if the project file says that it does."""
        source, target = (self.editor.node(self._node_of(key)) for key in pair)
        if source is None or target is None:
            return None
        if relation(source.kind, target.kind) and is_linked(self.editor.state.text, source, target):
            return source, target
        return None

    def _node_of(self, key: str) -> str:
        board = self.canvas.board
        cards = board.cards() if isinstance(board, BlueprintScene) else {}
        return cards[key].card.node if key in cards else ""

    def _remove(self, pair: tuple[str, str]) -> None:
        ends = self._ends(pair)
        if ends is None:
            said = "This wire is no line of the project file, so it cannot be removed here."
            self.editor.desk.notice("info", said)
        else:
            self.unlink(*ends)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        board = self.canvas.board
        if not isinstance(event, QKeyEvent) or not isinstance(board, BlueprintScene) or board.wire is None:
            return False
        if event.key() not in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Escape}:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress:
            pair = board.wire
            board.choose_wire(None)
            self.told.emit("", [])
            if event.key() != Qt.Key.Key_Escape:
                self._remove(pair)
        return True
