"""How many letters fit a schema with a patch, why others do not, and which fields no schema has."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QMenu, QPushButton, QWidget

from workbench.gui.flow_row import FlowRow
from workbench.gui.layouts import in_column
from workbench.gui.views.repair_words import counts_told, judged, letters_told
from workbench.gui.widgets import Badge, plain_label
from workbench.model.hints import did_you_mean, in_brackets

if TYPE_CHECKING:
    from workbench.services.dead_letters.patch_report import Counted, PatchReport


class RepairFits(QWidget):
    """What a patch makes of all letters.

    Signals:
        wanted: Numbers of letters that should be listed.
        agreed: The person agreed to write fields that no schema has, or no longer does.
    """

    wanted = Signal(object)
    agreed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._report: PatchReport | None = None
        self.fit, self.misfit, self.stay = Badge("neutral", ""), Badge("warning", ""), Badge("neutral", "")
        self.why = plain_label(role="muted", wrap=True)
        self.show_these = QPushButton("Show these letters")
        self.show_these.setToolTip("Have the list above show only those that are counted here")
        self._menu = QMenu(self.show_these)
        self.show_these.setMenu(self._menu)
        self.unknown = plain_label(wrap=True)
        self.anyway = QCheckBox("Write it anyway")
        self.anyway.toggled.connect(lambda _on: self.agreed.emit())
        counts = FlowRow(self.fit, self.stay, self.misfit, self.show_these)
        in_column(counts, self.why, self.unknown, self.anyway, of=self, margins=0, spacing=8)

    def show_report(self, found: PatchReport | None, fields: Sequence[str] = ()) -> None:
        """Says how a patch fits; None until it was tried.

        Args:
            fields: What a letter has, of which one may be meant where none has what the patch names.
        """
        self._report = found
        for widget in (self.misfit, self.why):
            widget.setVisible(found is not None and found.left_out > 0)
        self._offer_letters(letters_told(found) if found is not None else ())
        self.unknown.setVisible(found is not None and bool(found.unknown or found.absent))
        self.anyway.setVisible(found is not None and bool(found.unknown))
        some = found is not None and len(found.unchanged) < len(found.fit)
        self.stay.setVisible(found is not None and some and bool(found.unchanged))
        if found is None:
            self.fit.set("neutral", "not tried")
        else:
            fits = len(found.fit) > len(found.unjudged)
            self.fit.set("warning" if found.absent else "ok" if fits else "neutral", judged(found))
            self.stay.set("neutral", f"{len(found.unchanged):,} stay as they are")
            self.misfit.set("warning", f"{found.left_out:,} do not, left out")
            self.why.setText(f"Left out: {counts_told(found.misfits)}")
            said = [f"⚠ {counts_told(found.unknown)}"] if found.unknown else []
            lacking = (in_brackets(f"no letter has {one}", did_you_mean(one, fields)) for one in found.absent)
            self.unknown.setText("\n".join([*said, *(f"⚠ {one}" for one in lacking)]))

    def trouble(self) -> str:
        """Returns which fields no schema has, unless it was agreed to write them; empty for none."""
        unknown = self._report.unknown if self._report is not None and not self.anyway.isChecked() else ()
        return counts_told(unknown)

    def _offer_letters(self, counts: Counted) -> None:
        self.show_these.setVisible(bool(counts))
        self._menu.clear()
        for said, numbers in counts:
            self._menu.addAction(f"{len(numbers):,} {said}", partial(self.wanted.emit, numbers))
