"""Brings an event model of another tool into the project that is designed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from workbench.gui.actions import Actions, action
from workbench.gui.design_steps import stepped
from workbench.gui.whole_text import WholeText
from workbench.interop.event_model_file import read_event_model
from workbench.interop.file_kinds import FileKind
from workbench.model.counts import counted
from workbench.services.design.model_import import ImportedModel, ImportStopped, with_event_model

if TYPE_CHECKING:
    from workbench.gui.board.board_editor import BoardEditor
    from workbench.services.design.design_text import DesignText

FILTER = "Event models (*.json)"
TOPIC = "import of an event model"
"""What its notices are about, of which the next takes the place of the last."""
UNDONE = "one step, which Ctrl+Z undoes on the board."
"""Why nothing is asked before a model is brought in, as it is where something stays."""


class BoardImport:
    """Offers on the canvas to import a model, as one step that can be undone."""

    def __init__(self, editor: BoardEditor) -> None:
        self._editor, self._desk = editor, editor.desk
        self._say = partial(editor.desk.notice, topic=TOPIC)
        self.acts = Actions(self, editor.canvas)
        self.acts.offer()
        self._desk.file_dropped.connect(self._dropped)

    def _dropped(self, kind: FileKind, path: Path) -> None:
        if kind is FileKind.MODEL:
            self._desk.run(self.read(path), f"Import {path.name}")

    @action(
        "Import an event model …",
        icon="import",
        tip="Add what a modelling tool wrote: JSON of the event-modeling specification",
        group=2,
        anyway=True,
    )
    def bring_in(self, _node: object = None) -> None:
        """Asks for a file and adds what it holds and the project does not have yet."""
        root = str(self._desk.workspace.project.root.parent)
        chosen, _ = QFileDialog.getOpenFileName(self._editor.canvas, "Import an event model", root, FILTER)
        if chosen:
            self._desk.run(self.read(Path(chosen)), f"Import {Path(chosen).name}")

    async def read(self, path: Path) -> None:
        """Reads a file and adds it to the design; says what was made, and what could not be taken over.

        Raises:
            NotFound, InvalidValue: It cannot be read, or is no event model.
        """
        design, found = self._desk.workspace.design, list[ImportedModel]()
        loop, stopped = asyncio.get_running_loop(), threading.Event()
        model = await asyncio.to_thread(read_event_model, path)

        def progress(done: int, total: int) -> bool:
            said = f"Importing {path.name}: {done:,} of {counted(total, 'part')} …"
            say = partial(self._say, share=done / max(1, total))
            loop.call_soon_threadsafe(say, "info", said, ("Cancel", stopped.set))
            return not stopped.is_set()

        def change(text: DesignText) -> DesignText:
            found[:] = [with_event_model(text, model, progress)]
            return found[0].text

        try:
            await stepped(self._desk, partial(design.apply, f"Import {path.name}", change))
        except ImportStopped as error:
            self._say("info", f"{path.name}: {error}")
            return
        self._editor.follow()
        self._desk.project_saved.emit()
        self._tell(path.name, found[0])

    def _tell(self, name: str, found: ImportedModel) -> None:
        made = ", ".join(
            counted(count, kind, _MANY.get(kind, "")) for kind, count in found.made.items() if count
        )
        said = f"{name}: {made}; {UNDONE}" if made else f"{name}: nothing that is not there already."
        notes = found.notes
        more = [(f"Show {counted(len(notes), 'remark')}", lambda: self._show(notes))] if notes else []
        self._say("warning" if notes else "ok", said, *more)

    def _show(self, notes: Sequence[str]) -> None:
        WholeText(self._editor.canvas, "\n".join(notes)).show()


_MANY = {"policy": "policies"}
