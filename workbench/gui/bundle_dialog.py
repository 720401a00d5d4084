"""Asks what goes into a bundle, with a look at it: how much, which files, and which fields are masked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)
from typing_extensions import override

from workbench.errors import WorkbenchError
from workbench.gui.bundle_actions import FILES
from workbench.gui.file_jobs import JobCancelled
from workbench.gui.layouts import in_column
from workbench.gui.tree import OfferingTree, TreeRow
from workbench.gui.widgets import SearchBox, error_text, plain_label
from workbench.interop.bundle_file import SUFFIX
from workbench.model.counts import counted
from workbench.model.json_values import visible
from workbench.services.bundles.bundle_draft import BundleDraft, Masks, StorePart
from workbench.services.bundles.found_fields import MOST, FoundField

if TYPE_CHECKING:
    from uuid import UUID

    from workbench.gui.desk import Desk

FIELDS = "Ticked fields are masked: other values of the same shape take the place of theirs."
KEPT = (
    "A masked text is masked wherever it is mentioned: in names of streams, keys, errors, rows; a number in"
    " other fields from six digits on. Files of the model and scenarios stay."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleChoice:
    """What a person chose.

    Attributes:
        draft: What was prepared; it is the receiver's, who closes it.
        file: Where it is written to.
        at: The event or message at which it opens; 0 for the last one.
        whole: Whether all that is stored goes in.
        ticked: Whether each field is masked, by its name.
    """

    draft: BundleDraft
    file: Path
    at: int
    note: str
    whole: bool
    ticked: Mapping[str, bool]

    @property
    def masks(self) -> Masks:
        """Which fields are masked."""
        secret = [one.name for one in self.draft.fields if one.secret]
        names = tuple(name for name, ticked in self.ticked.items() if ticked)
        return Masks(names=names, secrets=all(self.ticked[name] for name in secret))


class BundleDialog(QDialog):
    """Prepares a bundle beside the loop, lists its fields with ticks, and hands on what was chosen.

    Signals:
        chosen: A `BundleChoice`.

    It stays as it is until there is a file to write to.

    Args:
        at: The event or message that is chosen; 0 for none.
        correlation: Its correlation; None for none.
        offered: The file that is offered to be written.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget, desk: Desk, at: int, correlation: UUID | None, offered: Path) -> None:
        super().__init__(parent)
        self.setObjectName("bundle-dialog")
        self.setWindowTitle("Make a bundle")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 620)
        self._desk, self._around, self._offered = desk, correlation, offered
        self._draft: BundleDraft | None = None
        self._stop = threading.Event()
        self._over = False
        self._ticked: dict[str, bool] = {}
        self.whole = QRadioButton("&All that is stored")
        self.part = QRadioButton(f"Only the streams that have to do with &position {at:,}")
        self.part.setToolTip("Whole streams that have an event of its correlation, and what belongs to them")
        self.part.setEnabled(correlation is not None)
        self.part.setVisible(correlation is not None)
        self._scope = QButtonGroup(self)
        for one in (self.whole, self.part):
            self._scope.addButton(one)
        (self.part if correlation is not None else self.whole).setChecked(True)
        self.told = plain_label("", wrap=True)
        self.told.setObjectName("bundle-told")
        self.filter = SearchBox("Filter fields")
        self.more = plain_label("")
        self.more.setObjectName("bundle-more")
        self.fields = OfferingTree(("Field", "Values"))
        self.fields.setAccessibleName("Fields that can be masked")
        self.fields.setRootIsDecorated(False)
        self.fields.header().setStretchLastSection(False)
        self.fields.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.fields.rows.ticked.connect(self._tick)
        self.at = QLineEdit(str(at) if at else "")
        self.at.setPlaceholderText("the last event")
        self.at.textChanged.connect(lambda _text: self._refuse(""))
        self.flaw = plain_label("", "error", wrap=True)
        self.flaw.hide()
        self.note = QLineEdit()
        self.note.setPlaceholderText("What happened, what others should look at")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.make = self.buttons.addButton("Make the bundle …", QDialogButtonBox.ButtonRole.AcceptRole)
        self.make.setProperty("primary", True)
        self.make.clicked.connect(self._choose)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()
        self.filter.settled.connect(lambda _text: self._list())
        self._scope.buttonClicked.connect(lambda _one: self._prepare())
        self._prepare()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("&Opens at", self.at)
        form.addRow("", self.flaw)
        form.addRow("&Note", self.note)
        in_column(
            self.whole,
            self.part,
            self.told,
            plain_label(FIELDS, wrap=True),
            self.filter,
            (self.fields, 1),
            self.more,
            plain_label(KEPT, "muted", wrap=True),
            form,
            self.buttons,
            of=self,
        )
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        self.make.setDefault(True)
        self.note.setFocus()

    # -- what would go in ---------------------------------------------------------------------------------

    def _prepare(self) -> None:
        self._stop.set()
        self._stop = threading.Event()
        self.make.setEnabled(False)
        self.told.setText("Looking at what is stored …")
        chosen = StorePart(correlation=self._around if self.part.isChecked() else None)
        self._desk.run(self._prepared(chosen, self._stop), "Prepare a bundle")

    async def _prepared(self, part: StorePart, stop: threading.Event) -> None:
        """Makes a draft in a thread; one that is wanted no more is dropped."""
        project = self._desk.workspace.project

        def told(*_said: object) -> None:
            if stop.is_set():
                raise JobCancelled

        draft = None
        try:
            draft = await asyncio.to_thread(BundleDraft, project, part, told)
        except JobCancelled:
            return
        except Exception as error:  # noqa: BLE001  # it is told where it was asked for
            if not self._over and not stop.is_set():
                self.told.setText(error_text(error))
            return
        if self._over or stop.is_set():
            await asyncio.to_thread(draft.close)
            return
        old, self._draft = self._draft, draft
        self._show(draft)
        if old is not None:
            await asyncio.to_thread(old.close)

    def _show(self, draft: BundleDraft) -> None:
        self._ticked = {one.name: self._ticked.get(one.name, one.secret) for one in draft.fields}
        counts = ", ".join(
            counted(count, table.removesuffix("s").replace("_", " ")) for table, count in draft.counts.items()
        )
        files = visible(", ".join(draft.files))
        self.told.setText(f"{counts}; {draft.size:,} bytes before they are packed.\nFiles: {files}")
        self.make.setEnabled(True)
        self._list()

    def _list(self) -> None:
        words = self.filter.text().casefold().split()
        shown = [
            one
            for one in (self._draft.fields if self._draft is not None else ())
            if all(word in f"{one.name} {one.types} {one.places}".casefold() for word in words)
        ]
        rows = [
            TreeRow(
                key=one.name,
                cells=(visible(one.name), f"{one.count:,}"),
                data=one.name,
                note=_about(one),
                ticked=self._ticked[one.name],
            )
            for one in shown[:MOST]
        ]
        self.fields.show_rows(rows)
        more = len(shown) - len(rows)
        self.more.setText(f"{counted(more, 'field')} more: type in the filter to find them." if more else "")
        self.more.setVisible(bool(more))

    def _tick(self, name: str) -> None:
        self._ticked[name] = not self._ticked[name]
        self._list()

    # -- what is chosen -----------------------------------------------------------------------------------

    def begin_again(self, choice: BundleChoice, said: str) -> None:
        """Takes over what was chosen for a bundle that could not be written, and says why."""
        self._ticked = dict(choice.ticked)
        self._offered = choice.file
        self.at.setText(str(choice.at or ""))
        self.note.setText(choice.note)
        if choice.whole and not self.whole.isChecked():
            self.whole.click()
        self._refuse(said)

    def _refuse(self, said: str, *, at: bool = False) -> None:
        """Says what stands in the way; nothing if empty.

        Args:
            at: It is what stands in the line of the position.
        """
        self.flaw.setText(said)
        self.flaw.setVisible(bool(said))
        if self.at.property("invalid") != at:
            self.at.setProperty("invalid", at)
            self.at.style().polish(self.at)
        if at:
            self.at.setFocus()

    def _choose(self) -> None:
        typed = self.at.text().replace(",", "").strip()
        if typed and not (typed.isascii() and typed.isdigit() and len(typed) < 19):
            self._refuse(f"{visible(typed)} is no position: a whole number is", at=True)
        elif self._draft is not None:
            self.make.setEnabled(False)
            self._desk.run(self._chosen(self._draft, typed), "Make a bundle")

    async def _chosen(self, draft: BundleDraft, typed: str) -> None:
        """Looks at the position, asks for the file and hands all on; what stands in the way is said."""
        try:
            if typed:
                await asyncio.to_thread(draft.check_at, int(typed))
        except WorkbenchError as error:
            if not self._over:
                self._refuse(error_text(error), at=True)
            return
        finally:
            if not self._over:
                self.make.setEnabled(self._draft is not None)
        name, _ = QFileDialog.getSaveFileName(self, "Make a bundle", str(self._offered), FILES)
        if self._over or not name:
            return
        self._draft = None
        path = Path(name)
        choice = BundleChoice(
            draft=draft,
            file=path if path.suffix == SUFFIX else path.with_name(f"{path.name}{SUFFIX}"),
            at=int(typed or "0"),
            note=self.note.text(),
            whole=self.whole.isChecked(),
            ticked=self._ticked,
        )
        self.chosen.emit(choice)
        self.accept()

    @override
    def done(self, result: int) -> None:
        self._over = True
        self._stop.set()
        draft, self._draft = self._draft, None
        if draft is not None:
            self._desk.run(asyncio.to_thread(draft.close), "Drop a bundle")
        super().done(result)


def _about(field: FoundField) -> str:
    """Returns what a field is and where it stands, in words."""
    where = ", ".join(one.replace("_", " ") for one in field.places)
    said = (", ".join(field.types), f"in {where}", "looks like a secret" if field.secret else "")
    return visible("; ".join(filter(None, said)))
