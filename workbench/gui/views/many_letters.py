"""What is done with many dead letters at once: the repair, narrowing a search to a group."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QFileDialog

from workbench.gui.actions import Action, Actions, action
from workbench.gui.views.confirm_strip import ConfirmChoice
from workbench.gui.views.letter_actions import ARCHIVE, PURGE, Deed
from workbench.gui.views.letter_nodes import GroupNode
from workbench.gui.views.letter_repair_panel import LetterRepairPanel
from workbench.interop.file_kinds import FileKind
from workbench.model.counts import counted
from workbench.model.operator_acts import OperatorAct, prospect
from workbench.services.dead_letters.letter_repair import quietly

if TYPE_CHECKING:
    from workbench.gui.views.letter_actions import Repairs
    from workbench.gui.views.letter_groups import GroupList
    from workbench.gui.views.letters_view import LettersView

FILES = "Dead letters, one a line (*.ndjson);;All files (*)"


def _of_group(deed: Deed) -> Action:
    """Returns how the menu of a group offers what can be done with all of it."""
    return Action(
        key=f"{deed.key}-group",
        text=f"{deed.label} all",
        icon=deed.icon,
        on="groups",
        writes=True,
        tip=f"{deed.label} all letters of this group; it is asked first",
        why=lambda _many, node: "" if node.numbers else "No letter is listed",
        run=lambda many, node: many.begin(deed, node),
    )


class ManyLetters:
    """The repair of many letters in the view of the dead letters.

    Attributes:
        panel: Where the patch is written.
    """

    def __init__(self, view: LettersView, repairs: Repairs) -> None:
        self._view, self._repairs = view, repairs
        self.acts = Actions(self, view)
        self.panel = LetterRepairPanel(view.desk, repairs.follow, view.strip)
        self.panel.closed.connect(self._leave)
        self.panel.wanted.connect(view.show_only)
        view.desk.file_dropped.connect(self._dropped)

    def _dropped(self, kind: FileKind, path: Path) -> None:
        """Asks whether the letters of a file are to be brought in."""
        if kind is not FileKind.LETTERS:
            return
        if why := self.read_only():
            self._view.desk.notice("warning", f"{path.name} was not imported: {why}.")
            return
        text = f"Import the dead letters of {path.name}? {prospect(OperatorAct.IMPORT_LETTERS)}"
        self._view.strip.ask(text, (), [ConfirmChoice(label="Import", run=lambda: self._begin_import(path))])

    @property
    def groups(self) -> GroupList:
        """The list of groups."""
        return self._view.groups

    def read_only(self) -> str:
        """Returns why nothing can be changed here; empty where it can."""
        return self._view.read_only()

    def _leave(self) -> None:
        self._view.show_side(self._view.detail)
        self._view.list_letters(self.groups.node())
        self._view.take_keyboard()

    @action(
        "Repair",
        icon="diff",
        keys="Ctrl+Shift+R",
        tip="Change all selected letters, or all of the group, by one patch, and replay them step by step",
        writes=True,
        why=lambda many: "" if many.repairable()[0] else "No letter listed is open or archived",
    )
    def repair(self) -> None:
        """Opens the repair of the selected letters, or of the chosen group."""
        self._open(*self.repairable(), whole=len(self._view.chosen_numbers()) < 2)

    @action(
        "Repair all",
        key="repair-group",
        icon="diff",
        on="groups",
        writes=True,
        tip="Change all of this group by one patch, and replay them step by step",
        why=lambda many, node: many.why_not_repair(node),
    )
    def repair_group(self, node: GroupNode) -> None:
        """Opens the repair of a group, whatever is selected in the list."""
        self._open(self._view.replayable(node), node.title, whole=True)

    def why_not_repair(self, node: GroupNode) -> str:
        """Returns why a group cannot be repaired."""
        return "" if self._view.replayable(node) else "No letter listed is open or archived"

    deeds = tuple(_of_group(deed) for deed in (ARCHIVE, PURGE))

    def begin(self, deed: Deed, node: GroupNode) -> None:
        """Begins something with all letters of a group."""
        self._view.begin(deed, node.numbers)

    def _open(self, numbers: Sequence[int], said: str, *, whole: bool) -> None:
        self._view.show_side(self.panel)
        self.follow_list()
        self.panel.open(numbers, said, whole=whole)

    def follow_list(self) -> None:
        """Has notes and repair say of which letters they are; the repair where the list is another one."""
        self._view.detail.notes.offer()
        if self._view.side.currentWidget() is self.panel:
            node = self.groups.node()
            flaw = self._view.finder.flaw.text()
            self.panel.follow_list(self._view.replayable(node), node.title, flaw)

    def repairable(self) -> tuple[Sequence[int], str]:
        """Returns the letters that a repair would deal with, the newest first, and what they are."""
        chosen = self._view.chosen_numbers()
        if len(chosen) > 1:
            return sorted(chosen, reverse=True), "selected"
        node = self.groups.node()
        return self._view.replayable(node), node.title

    @action(
        "Only this group",
        icon="filter",
        on="groups",
        why=lambda _many, node: (
            "" if node.chips and not node.others else "Choose a group of a message or a field"
        ),
    )
    def only_group(self, node: GroupNode) -> None:
        """Looks only for what the letters of this group share."""
        self._view.finder.narrow(node)

    @action(
        "Jobs",
        icon="hourglass",
        tip="Show the newest jobs, of many or at a pace, or hide those that ended; the log has all acts",
    )
    def recent_jobs(self) -> None:
        """Shows the newest jobs, those that ended as well, until the next one ends; or hides these again."""
        self._view.jobs.show_recent()

    @action("Copy error", icon="copy", on="groups", why=lambda _many, node: "" if node.cause else "No cause")
    def copy_error(self, node: GroupNode) -> None:
        """Copies the error and the place of a cause."""
        QApplication.clipboard().setText("\n".join(part for part in (node.cause or ()) if part))

    @action(
        "Export …",
        key="export-letters",
        icon="export",
        on="groups",
        group=1,
        tip="Write the letters of this group to a file, NDJSON, every value as it is",
        why=lambda _many, node: "" if node.numbers else "No letter is listed",
    )
    def export(self, node: GroupNode) -> None:
        """Asks for a file and writes the letters of a group to it."""
        numbers = tuple(node.numbers)
        name, _ = QFileDialog.getSaveFileName(self._view, "Export dead letters", "letters.ndjson", FILES)
        if name:
            self._view.desk.run(self._export(numbers, Path(name)), "Export dead letters")

    async def _export(self, numbers: tuple[int, ...], path: Path) -> None:
        transfer = self._view.desk.workspace.dead_letters.transfer
        count = await transfer.export(numbers, path, quietly, replace=True)
        said = f"{counted(count, 'dead letter')} exported to {path}; secrets are in it as they are."
        self._view.desk.notice("ok", said)

    @action(
        "Import …",
        key="import-letters",
        icon="import",
        on="groups",
        group=1,
        anyway=True,
        writes=True,
        tip="Bring dead letters in from a file that was exported",
    )
    def bring_in(self, _node: object = None) -> None:
        """Asks for a file and brings in the letters in it."""
        name, _ = QFileDialog.getOpenFileName(self._view, "Import dead letters", "", FILES)
        if name:
            self._begin_import(Path(name))

    def _begin_import(self, path: Path) -> None:
        self._view.desk.run(self._bring_in(path), "Import dead letters")

    async def _bring_in(self, path: Path) -> None:
        found = await self._view.desk.workspace.dead_letters.transfer.bring_in(path)
        said = f"{found.imported:,} imported, {found.there:,} there already."
        if found.problems:
            said += f" {len(found.problems):,} refused: {found.problems[0]}."
        said += f" {found.doubt}." if found.doubt else ""
        self._view.desk.notice("warning" if found.problems else "ok", said)
