"""The import dialog: what a file holds, which fields mean what, who will receive it; with a preview."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QWidget,
)
from typing_extensions import override

from workbench.gui.desk import Desk
from workbench.gui.file_jobs import STEP_US
from workbench.gui.layouts import in_column
from workbench.gui.mapping_choice import MappingChoice
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.reads import Question, takes_time
from workbench.gui.table import FastTableView
from workbench.gui.theme import code_font
from workbench.gui.ticker import pause_timer
from workbench.gui.time_format import ABSOLUTE_WIDTH, absolute
from workbench.gui.widgets import error_text, plain_label
from workbench.model.counts import how_far

if TYPE_CHECKING:
    import asyncio

    from workbench.interop.field_mapping import Mapping
    from workbench.services.streams.event_import import ImportPreview, ImportReport, RecordReader
    from workbench.services.streams.event_receivers import Receiver

SHOWN = 12
PROBLEMS_SHOWN = 200
NAMED = 6
"""Receivers that are named; of more their number is said."""
COLUMNS = (
    TableColumn("Line", width=60, align_right=True),
    TableColumn("Stream", width=300),
    TableColumn("Type", width=180),
    TableColumn(
        "Happened at",
        width=ABSOLUTE_WIDTH + 30,
        stretch=True,
        text=lambda at: "time of import" if at is None else absolute(at),
        zoned=True,
    ),
)


class ImportDialog(QDialog):
    """Chooses the mapping, shows the first events and who receives them, brings them in, can be stopped.

    What `workbench export` wrote and CloudEvents say what their fields mean: nothing is chosen then. The
    whole file is looked through before anything can go in, so that what will come of it is known (B3).

    Args:
        preview: Of the file, with the guess.
    """

    def __init__(self, parent: QWidget, desk: Desk, preview: ImportPreview) -> None:
        super().__init__(parent)
        self.setObjectName("import-dialog")
        self.setWindowTitle(f"Import {preview.path.name}")
        self.resize(900, 680)
        self._desk = desk
        self._path: Path = preview.path
        self._cancel: asyncio.Event | None = None
        self._looking: asyncio.Event | None = None
        self._reading: Mapping | RecordReader | None = None
        self._reader = self._reader_of(preview)
        self._choice = MappingChoice(preview, self._later)
        self._choice.setVisible(self._reader is None)
        self._table = FastTableView(COLUMNS)
        self._table.setAccessibleName("The first events")
        self._problems = QPlainTextEdit()
        self._problems.setReadOnly(True)
        self._problems.setFont(code_font())
        self._problems.setMaximumHeight(110)
        self._problems.setAccessibleName("Problems")
        self._said = plain_label(wrap=True)
        self._said.setObjectName("import-said")
        self._receivers = plain_label(wrap=True)
        self._receivers.setObjectName("import-receivers")
        self._history = QCheckBox(
            "Only read models receive them: no subscription, policy or process acts on history"
        )
        self._history.setObjectName("import-read-models-only")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._start = QPushButton("&Import")
        self._start.setObjectName("import-start")
        self._start.setProperty("primary", True)
        self._buttons.addButton(self._start, QDialogButtonBox.ButtonRole.AcceptRole)
        self._start.clicked.connect(self._begin)
        self._buttons.rejected.connect(self._stop)
        self._arrange()
        self._timer = pause_timer(self, 200, self._preview_again)
        self._previewing = Question(
            self,
            desk,
            self._show,
            lambda error: self._said.setText(error_text(error)),
            wanted=self.isVisible,
        )
        if self._reader is None:
            self._show(preview)
        else:
            self._read(reader=self._reader_of(preview))

    def _arrange(self) -> None:
        in_column(
            self._choice,
            QLabel("The first events as they would be stored:"),
            (self._table, 1),
            self._said,
            self._receivers,
            self._history,
            self._problems,
            self._bar,
            self._buttons,
            of=self,
        )
        self._start.setDefault(True)

    def _reader_of(self, preview: ImportPreview) -> RecordReader | None:
        """Returns the reader of a form that needs no mapping."""
        from workbench.services.streams.event_import import FileFormat, reader_of

        return None if preview.form is FileFormat.FIELDS else reader_of(preview.form)

    def _read(self, mapping: Mapping | None = None, reader: RecordReader | None = None) -> None:
        """Has the first events read again, beside the loop (V4)."""
        self._start.setEnabled(False)
        preview = self._desk.workspace.event_import.preview

        def read() -> ImportPreview:
            takes_time()
            return preview(self._path, mapping, reader=reader)

        self._previewing.drop()  # trouble that stays is told again
        self._previewing.ask(read, mapping)

    def _later(self) -> None:
        self._start.setEnabled(False)
        self._timer.start()

    def _preview_again(self) -> None:
        self._read(self._choice.mapping())

    def _show(self, preview: ImportPreview) -> None:
        self._reading = self._reader or preview.mapping
        self._table.set_source(
            ListSource(
                [
                    (item.line, item.stream, item.event.type, item.event.occurred_at)
                    for item in preview.incoming[:SHOWN]
                ]
            )
        )
        self._show_problems([str(problem) for problem in preview.problems])
        self._show_receivers(preview.receivers)
        self._start.setEnabled(False)
        self._bar.setVisible(False)
        if preview.zone_is_missing:
            self._said.setText("Times in this file say no zone: choose the zone that they are in.")
        elif self._reading is None:
            self._said.setText("No field looks like a stream and a type: choose them above.")
        else:
            self._look_through(self._reading)

    def _show_problems(self, problems: list[str]) -> None:
        self._problems.setVisible(bool(problems))
        self._problems.setPlainText("\n".join(problems[:PROBLEMS_SHOWN]))

    def _show_receivers(self, receivers: tuple[Receiver, ...]) -> None:
        acting = [one for one in receivers if not one.reads_only]
        self._history.setVisible(bool(acting))
        named = [str(one) for one in receivers[:NAMED]]
        named += [f"{len(receivers) - NAMED} more"] if len(receivers) > NAMED else []
        self._receivers.setText(f"Received by: {', '.join(named) or 'nothing in this project'}.")

    # -- the whole file ---------------------------------------------------------------------------------

    def _look_through(self, reading: Mapping | RecordReader) -> None:
        """Reads the whole file without storing anything; only then the import can begin."""
        import asyncio

        if self._looking is not None:
            self._looking.set()
        self._looking = cancel = asyncio.Event()
        self._receivers.setText("Who receives them is counted once the whole file is read.")

        def progress(report: ImportReport) -> None:
            if self._looking is cancel:
                self._progress(report)

        def ended(task: asyncio.Task[ImportReport]) -> None:
            if self._looking is cancel:
                self._looking = None
                if not task.cancelled() and task.exception() is None and not task.result().cancelled:
                    self._looked(task.result())

        work = self._desk.workspace.event_import.look_through(
            self._path, reading, progress=progress, cancel=cancel
        )
        self._desk.run(work, f"Read {self._path.name}").add_done_callback(ended)

    def _looked(self, report: ImportReport) -> None:
        self._bar.hide()
        self._progress(report)
        if self._reader is not None:
            self._said.setText(f"{_FORMS[self._form()]}: {report.summary()}.")
        self._show_receivers(self._desk.workspace.event_import.receivers(report.types))
        self._start.setEnabled(report.stored + report.known > 0)

    def _form(self) -> str:
        from workbench.interop.cloudevents import CloudEventReader

        return "cloudevents" if isinstance(self._reader, CloudEventReader) else "ndjson"

    # -- the import -------------------------------------------------------------------------------------

    def _begin(self) -> None:
        import asyncio

        if self._reading is None or self._cancel is not None:
            return
        self._cancel = asyncio.Event()
        self._began, self._told = self._desk.workspace.clock.now(), 0
        self._start.setEnabled(False)
        self._choice.setEnabled(False)
        self._history.setEnabled(False)
        transfer = self._desk.workspace.event_import
        work = transfer.bring_in(
            self._path,
            self._fresh_reading(self._reading),
            history=self._history.isChecked(),
            progress=self._tell,
            cancel=self._cancel,
        )
        self._desk.run(work, f"Import {self._path.name}").add_done_callback(self._ended)
        self.hide()  # a notice tells how far it is

    def _fresh_reading(self, reading: Mapping | RecordReader) -> Mapping | RecordReader:
        """Returns a reader that remembers nothing of the look before."""
        from workbench.services.streams.event_import import FileFormat, reader_of

        return reading if self._reader is None else reader_of(FileFormat(self._form()))

    def _progress(self, report: ImportReport) -> None:
        self._bar.setValue(round(1000 * report.share))
        self._said.setText(f"{report.summary()}.")
        self._show_problems([str(problem) for problem in report.problems[:PROBLEMS_SHOWN]])

    def _tell(self, report: ImportReport) -> None:
        """Tells how far the import is; the dialog is away meanwhile."""
        now = self._desk.workspace.clock.now()
        if now - self._told < STEP_US:
            return
        self._told = now
        said = how_far(report.done_bytes, report.size, "bytes", now - self._began)
        said = f"Importing {self._path.name}: {report.stored:,} events added, {said}"
        stop = ("Cancel", self._stop)
        self._desk.notice("info", said, stop, topic=self._topic(), share=report.share)

    def _topic(self) -> str:
        return f"import of {self._path}"

    def _ended(self, task: asyncio.Task[ImportReport]) -> None:
        self._cancel = None
        self._desk.notice("info", "", topic=self._topic())
        if task.cancelled() or task.exception() is not None:
            self.reject()
            return
        report = task.result()
        kind, said = "warning" if report.broken else "ok", f"{self._path.name}: {report.summary()}"
        self._desk.notice(kind, said, self._desk.way_to("log"))
        if report.broken:
            self._progress(report)
            self._buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("Close")
            self.show()
        else:
            self.accept()

    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel.set()
        else:
            self.reject()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter takes what was typed into a field, and no more: what is stored stays. Elsewhere it imports.
        enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if not enter or not _typed_into(self.focusWidget()):
            super().keyPressEvent(event)

    @override
    def done(self, result: int) -> None:
        self._timer.stop()
        if self._looking is not None:
            self._looking.set()
            self._looking = None
        super().done(result)


def _typed_into(widget: QWidget | None) -> bool:
    """Whether it is a field in which one writes, a chooser that takes text too among them."""
    return isinstance(widget, QLineEdit) or (isinstance(widget, QComboBox) and widget.isEditable())


_FORMS = {"ndjson": "Events as the workbench writes them out", "cloudevents": "CloudEvents 1.0"}
