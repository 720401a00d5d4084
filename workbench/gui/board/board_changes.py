"""Renames, removes and moves what the board shows: says first what that touches, where it is more.

What once was asked in the strip is not done before what it says then was seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.errors import CallerError, InvalidValue, WorkbenchError
from workbench.gui.board.board_entry import UNTAKEN
from workbench.gui.board.board_offers import identity_of
from workbench.gui.board.change_strip import ChangeStrip, Chosen, PlaceKey
from workbench.gui.widgets import error_text, give_keyboard
from workbench.services.design import gestures
from workbench.services.design.change_preview import ChangePreview, said_of
from workbench.services.design.gestures import DesignNode
from workbench.services.design.move_preview import move_preview, moved_with_names
from workbench.services.design.relations import section_path
from workbench.services.design.stored_renames import new_owner, renamed_along

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.gui.board.board_entry import BoardEntry
    from workbench.gui.desk import Desk
    from workbench.services.design.design_text import DesignText

CHANGED, OTHER = "The files changed meanwhile", "With this name its aggregate is another one"
"""Why the places are listed again."""
ANSWER = "Answer the question above first"
"""Why nothing is taken where files and draft differ."""
STILL = "It has its name still. Enter asks again, Esc takes the old one."
Do = Callable[[str, Callable[["DesignText"], "DesignText"], Callable[[], None], str], None]
"""Does a step of the design: its label, the change, what follows, and the id of the card to be chosen."""


class BoardChanges(QObject):
    """Looks at what a rename or a removal touches, asks in a strip, and has it done as one step.

    Args:
        canvas: Gets the keyboard back.
        entry: Where a name is typed.
        do: Does the step.
        refuse: Tells why something was not done, given its label.
    """

    def __init__(
        self,
        desk: Desk,
        canvas: QWidget,
        entry: BoardEntry,
        do: Do,
        refuse: Callable[[str, Exception], None],
    ) -> None:
        super().__init__(canvas)
        self._desk, self._canvas, self._entry = desk, canvas, entry
        self._do, self._refuse = do, refuse
        self._looking: asyncio.Task[None] | None = None
        self._told: tuple[ChangeStrip | BoardEntry, str] = entry, ""
        self._preview: ChangePreview | None = None
        self._again: Callable[[], None] = lambda: None
        """Looks once more, where the files changed since."""
        self._moved, self._line = False, ""
        self._tell: Callable[[str], object] | None = None
        self._left_out: set[PlaceKey] | None = None
        self._listed, self._why_again = "", CHANGED
        self.strip = ChangeStrip()
        self.strip.chosen.connect(self._chosen)
        self.strip.left.connect(self._back)
        self.strip.place_wanted.connect(desk.text_wanted)
        entry.ahead.guard(self.strip.name)
        entry.ahead.untaken.connect(self._tell_untaken)

    def rename(self, node: DesignNode, name: str) -> None:
        """Renames something, after a look where it is named at more than one place."""
        self._again = lambda: self.rename(node, self.strip.new_name)
        look = partial(self._desk.workspace.design.rename_preview, node, name)
        self._look(f"Rename {said_of(node)}", look, partial(self._ask_name, name))

    def _ask_name(self, name: str, preview: ChangePreview) -> None:
        self._preview, self._listed = preview, name
        places = tuple(one.reference for one in preview.places)
        if len(places) + len(preview.stays) > 1 or preview.notes or self.strip.isVisible():
            self._ask_in_strip(preview, name)
        else:
            self._chosen(Chosen(name=name, places=places))

    def rename_field(
        self,
        node: DesignNode,
        was: str,
        line: str,
        tell: Callable[[str], object] | None = None,
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """Gives a field another line, after a look where its name changes more than its own section.

        Args:
            was: The line that it has.
            tell: Tells what is wrong where the line was typed.
            then: What follows where nothing was to be asked.
        """
        design = self._desk.workspace.design
        self._again = lambda: self.rename_field(node, was, self._named(line), tell)
        look = lambda: design.fields.preview(design.state().text, node=node, line=line, was=was)  # noqa: E731
        label = f"Change field {was.partition(':')[0].removesuffix('?')} of {node.name}"
        self._look(label, look, partial(self._ask_field, line, tell, then), tell)

    def _ask_field(
        self,
        line: str,
        tell: Callable[[str], object] | None,
        then: Callable[[], None],
        preview: ChangePreview,
    ) -> None:
        self._preview, self._line, self._tell = preview, line, tell
        name = line.partition(":")[0].strip().removesuffix("?")
        own = ".".join(section_path(preview.node.kind, preview.node.name))
        if preview.notes or self.strip.isVisible() or any(one.owner != own for one in preview.places):
            self._ask_in_strip(preview, name)
        else:
            self._change_field(preview, line, then)

    def _ask_in_strip(self, preview: ChangePreview, name: str) -> None:
        """Asks for a name in the strip, which is to be seen before what is typed on counts."""
        self._entry.leave()
        self.strip.ask_name(preview, name)
        self._listed_again()
        self._entry.ahead.refuse()

    def _tell_untaken(self, typed: str) -> None:
        if self.strip.isVisible() and self._entry.isHidden():
            self.strip.tell(UNTAKEN.format(typed))

    def _named(self, line: str) -> str:
        """Returns the line of a field with the name that stands in the strip."""
        name, colon, rest = line.partition(":")
        mark = "?" if name.strip().endswith("?") else ""
        return f"{self.strip.name.text().strip()}{mark}{colon}{rest}"

    def _change_field(self, preview: ChangePreview, line: str, then: Callable[[], None]) -> None:
        node, fields = preview.node, self._desk.workspace.design.fields
        change = partial(fields.changed, node=node, line=line, was=preview.field)
        self._moved, self._tell = False, None
        label = f"Change field {preview.name} of {node.name}"
        self._do(label, partial(self._on_the_same, preview, change), then, identity_of(node))

    def _listed_again(self) -> None:
        """Leaves out what was left out before the files changed, and says so."""
        if self._left_out is not None:
            self.strip.leave_out(self._left_out)
            self.strip.tell(f"{self._why_again}: these are the places now.")
            self._left_out, self._why_again = None, CHANGED

    def remove(self, *nodes: DesignNode) -> None:
        """Removes things, after a look where others name them, events are stored, or they are several."""
        self._again = lambda: self.remove(*nodes)
        look = lambda: self._desk.workspace.design.removal_preview(*self._left(nodes))  # noqa: E731
        self._look(f"Remove {said_of(*nodes)}", look, self._ask_removal)

    def _left(self, nodes: Sequence[DesignNode]) -> Sequence[DesignNode]:
        """Returns those that are still there of several; all where none is, so that it is refused."""
        text = self._desk.workspace.design.state().text
        return [one for one in nodes if gestures.exists(text, one)] or nodes

    def _ask_removal(self, preview: ChangePreview) -> None:
        self._preview = preview
        if preview.more or preview.places or preview.stays or preview.notes or self.strip.isVisible():
            self.strip.ask_removal(preview)
            self._listed_again()
        else:
            self._chosen(Chosen(name="", places=()))

    def move(self, nodes: Sequence[DesignNode], owner: str) -> None:
        """Moves commands and events to another aggregate, after a look at what that changes."""
        design = self._desk.workspace.design
        self._again = lambda: self.move(nodes, owner)
        look = lambda: move_preview(design.state().text, self._left(nodes), owner, design.fields)  # noqa: E731
        self._look(f"Move {said_of(*nodes)} to {owner}", look, self._ask_move)

    def _ask_move(self, preview: ChangePreview) -> None:
        self._preview = preview
        self._entry.leave()
        self.strip.ask_move(preview)
        self._listed_again()

    def _move(self, preview: ChangePreview, chosen: Chosen) -> None:
        names = [one for one in preview.names if one.reference in chosen.places]
        change = partial(moved_with_names, nodes=preview.nodes, owner=preview.owner, names=names)
        self._moved = False
        label = f"Move {preview.said} to {preview.owner}"
        self._do(label, partial(self._on_the_same, preview, change), self._done, "")  # all stays chosen

    def _chosen(self, chosen: Chosen) -> None:
        preview = self._preview
        if preview is None:
            return
        if preview.owner:
            self._move(preview, chosen)
            return
        if preview.field:
            self._change_field(preview, self._named(self._line), self._done)
            return
        node = preview.node
        if chosen.name and self._leads_elsewhere(preview, chosen.name):
            self._left_out, self._why_again = self.strip.left_out(), OTHER
            self._again()
            return
        change: Callable[[DesignText], DesignText]
        change, card = lambda text: gestures.removed(text, *preview.nodes, along=chosen.places), ""
        label = f"Remove {preview.said}"
        if chosen.name:
            kept = bool(preview.stored)
            change = partial(renamed_along, node=node, name=chosen.name, places=chosen.places, stored=kept)
            label = f"Rename {preview.said}"
            card = identity_of(DesignNode(node.kind, chosen.name))
        self._moved = False
        self._do(label, partial(self._on_the_same, preview, change), self._done, card)

    def _leads_elsewhere(self, preview: ChangePreview, name: str) -> bool:
        """Whether an event is of another aggregate with a name than with that whose places are listed."""
        now, before = (new_owner(preview.text, preview.node, one) for one in (name, self._listed))
        return now != before

    def _done(self) -> None:
        self._entry.leave()
        self.strip.leave()

    def _back(self, held: bool) -> None:
        self._preview = None
        if held:
            give_keyboard(self._canvas)
        if self._tell is not None:
            self._tell(STILL)

    def tell(self, text: str) -> None:
        """Says what is wrong where it is seen: in the strip, or beside the line that is typed.

        Where the files changed since the places were listed, they are listed again.
        """
        if self._moved and self.strip.isVisible():
            self._moved, self._left_out = False, self.strip.left_out()
            self._again()
            return
        place = self.strip if self.strip.isVisible() and not self._entry.isVisible() else self._entry
        place.tell(text)
        self._told = place, place.told.text()

    def take_back(self) -> None:
        """Takes back what was told last, where it still stands: what was wrong is so no more."""
        place, text = self._told
        if text and place.told.text().startswith(text):
            place.tell("")

    @property
    def is_looking(self) -> bool:
        """Whether the places of a change are still looked for."""
        return self._looking is not None and not self._looking.done()

    def _look(
        self,
        label: str,
        look: Callable[[], ChangePreview],
        ask: Callable[[ChangePreview], None],
        tell: Callable[[str], object] | None = None,
    ) -> None:
        self._tell = None
        self._looking = self._desk.run(self._looked(label, look, ask, tell), label)

    async def _looked(
        self,
        label: str,
        look: Callable[[], ChangePreview],
        ask: Callable[[ChangePreview], None],
        tell: Callable[[str], object] | None,
    ) -> None:
        try:
            preview = await asyncio.to_thread(look)
        except (CallerError, WorkbenchError) as error:
            self._left_out = None
            if tell is not None and not self.strip.isVisible():
                tell(error_text(error))
            else:
                self._refuse(label, error)
            return
        ask(preview)

    def _on_the_same(
        self, preview: ChangePreview, change: Callable[[DesignText], DesignText], text: DesignText
    ) -> DesignText:
        """Does a change on the texts of which a person saw the places.

        Raises:
            InvalidValue: They changed meanwhile.
        """
        if text != preview.text:
            self._moved = True
            raise InvalidValue(
                "the files changed since their places were listed", path="", hint="try it again"
            )
        return change(text)
