"""The import dialog: what a file holds, which fields are stream, type, id and time, with a preview."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.errors import WorkbenchError
from workbench.gui.desk import Desk
from workbench.gui.theme import code_font
from workbench.gui.times import absolute
from workbench.gui.widgets import plain_label

if TYPE_CHECKING:
    import asyncio

    from workbench.interop.ndjson import Mapping
    from workbench.services.transferring import ImportPreview, ImportReport, RecordReader

NOTHING = "(none)"
SHOWN = 12


class ImportDialog(QDialog):
    """Chooses the mapping, shows the first events, brings them in, can be stopped.

    What `workbench export` wrote and CloudEvents say what their fields mean: nothing is chosen then.

    Args:
        preview: Of the file, with the guess.
    """

    def __init__(self, parent: QWidget, desk: Desk, preview: ImportPreview) -> None:
        super().__init__(parent)
        self.setObjectName("import-dialog")
        self.setWindowTitle(f"Import {preview.path.name}")
        self.resize(820, 620)
        self._desk = desk
        self._path: Path = preview.path
        self._cancel: asyncio.Event | None = None
        self._fields: dict[str, QComboBox] = {}
        self._reader = self._reader_of(preview)
        form = QFormLayout()
        for name, label in _FIELDS.items():
            form.addRow(label, self._combo(name, preview))
        self._category = QLineEdit(preview.mapping.category if preview.mapping else "imported")
        self._category.setObjectName("import-category")
        self._category.textEdited.connect(self._later)
        form.addRow("Streams begin with", self._category)
        self._table = QTableWidget(0, 4)
        self._table.setHorizontalHeaderLabels(["Line", "Stream", "Type", "Happened at"])
        self._table.verticalHeader().hide()
        self._table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self._table.setAccessibleName("The first events")
        self._problems = QPlainTextEdit()
        self._problems.setReadOnly(True)
        self._problems.setFont(code_font())
        self._problems.setMaximumHeight(110)
        self._problems.setAccessibleName("Problems")
        self._said = plain_label(wrap=True)
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.hide()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._start = QPushButton("Import")
        self._start.setObjectName("import-start")
        self._start.setProperty("primary", True)
        self._buttons.addButton(self._start, QDialogButtonBox.ButtonRole.AcceptRole)
        self._start.clicked.connect(self._begin)
        self._buttons.rejected.connect(self._stop)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(QLabel("The first events as they would be stored:"))
        layout.addWidget(self._table, 1)
        layout.addWidget(self._said)
        layout.addWidget(self._problems)
        layout.addWidget(self._bar)
        layout.addWidget(self._buttons)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(200)
        self._timer.timeout.connect(self._preview_again)
        for row in range(form.rowCount()):
            form.setRowVisible(row, self._reader is None)
        self._show(preview if self._reader is None else self._read(preview))

    def _reader_of(self, preview: ImportPreview) -> RecordReader | None:
        """Returns the reader of a form that needs no mapping."""
        from workbench.services.transferring import Form, reader_of

        return None if preview.form is Form.FIELDS else reader_of(preview.form)

    def _read(self, preview: ImportPreview) -> ImportPreview:
        return self._desk.workspace.transfer.preview(preview.path, reader=self._reader)

    def _combo(self, name: str, preview: ImportPreview) -> QComboBox:
        box = QComboBox()
        box.setObjectName(f"import-{name}")
        if name in {"id", "time"}:
            box.addItem(NOTHING)
        box.addItems(list(preview.paths))
        if preview.mapping is not None:
            box.setCurrentText(getattr(preview.mapping, name) or NOTHING)
        box.currentTextChanged.connect(self._later)
        self._fields[name] = box
        return box

    def _later(self) -> None:
        self._timer.start()

    def _preview_again(self) -> None:
        from workbench.interop.ndjson import Mapping

        chosen = {name: box.currentText() for name, box in self._fields.items()}
        cleared = {name: "" if text == NOTHING else text for name, text in chosen.items()}
        mapping = Mapping(**cleared, category=self._category.text().strip() or "imported")
        try:
            self._show(self._desk.workspace.transfer.preview(self._path, mapping))
        except WorkbenchError as error:
            self._said.setText(error.message)

    def _show(self, preview: ImportPreview) -> None:
        self._reading: Mapping | RecordReader | None = self._reader or preview.mapping
        self._table.setRowCount(min(SHOWN, len(preview.incoming)))
        for row, item in enumerate(preview.incoming[:SHOWN]):
            when = "time of import" if item.event.occurred_at is None else absolute(item.event.occurred_at)
            for column, text in enumerate((str(item.line), item.stream, item.event.type, when)):
                self._table.setItem(row, column, QTableWidgetItem(text))
        for column, width in enumerate((60, 320, 180, 180)):
            self._table.setColumnWidth(column, width)
        problems = preview.problems
        self._problems.setVisible(bool(problems))
        self._problems.setPlainText("\n".join(map(str, problems[:200])))
        streams = len({item.stream for item in preview.incoming})
        said = f"{len(preview.incoming)} events in {streams} streams in the first lines of the file"
        said += f" ({preview.size / 1e6:,.1f} MB)."
        if problems:
            said += f" {len(problems)} lines have problems; the others can go in."
        if self._reader is not None:
            said = f"{_FORMS[preview.form]}: {said[0].lower()}{said[1:]}"
        elif preview.mapping is None:
            said = "No field looks like a stream and a type: choose them above."
        self._said.setText(said)
        self._start.setEnabled(bool(preview.incoming))

    def _begin(self) -> None:
        import asyncio

        if self._reading is None or self._cancel is not None:
            return
        self._cancel = asyncio.Event()
        self._start.setEnabled(False)
        for box in (*self._fields.values(), self._category):
            box.setEnabled(False)
        self._bar.show()
        work = self._desk.workspace.transfer.bring_in(
            self._path, self._reading, progress=self._progress, cancel=self._cancel
        )
        self._desk.run(work, f"Import {self._path.name}").add_done_callback(self._ended)

    def _progress(self, report: ImportReport) -> None:
        self._bar.setValue(round(1000 * report.done_bytes / max(1, report.size)))
        self._said.setText(report.summary())
        if report.problems:
            self._problems.show()
            self._problems.setPlainText("\n".join(map(str, report.problems[:200])))

    def _ended(self, task: asyncio.Task[ImportReport]) -> None:
        self._cancel = None
        if task.cancelled() or task.exception() is not None:
            self.reject()
            return
        report = task.result()
        self._desk.notice("warning" if report.broken else "ok", f"{self._path.name}: {report.summary()}")
        if report.broken:
            self._progress(report)
            self._buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("Close")
        else:
            self.accept()

    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel.set()
        else:
            self.reject()


_FORMS = {"ndjson": "Events as the workbench writes them out", "cloudevents": "CloudEvents 1.0"}
_FIELDS = {"stream": "Stream", "type": "Type", "id": "Id", "time": "Time"}
