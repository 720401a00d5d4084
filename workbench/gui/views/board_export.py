"""Takes the picture of the model out of the window: as SVG, PNG, Mermaid, or JSON for other tools."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication, QFileDialog

from workbench.gui.actions import Actions, action
from workbench.gui.board.board_scene import BoardScene
from workbench.gui.board.picture_export import nodes_about, part_of, png_of, svg_of
from workbench.gui.desk import Desk
from workbench.gui.file_endings import ending_of, file_to_write
from workbench.interop.output_files import replace_output
from workbench.services.documents.mermaid import flow_diagram
from workbench.services.documents.mermaid_timeline import event_timeline
from workbench.services.documents.project_document import event_model_text

if TYPE_CHECKING:
    from workbench.gui.views.board_pictures import BoardPictures

FORMATS = {
    "svg": "Lines and text (*.svg)",
    "png": "Image (*.png)",
    "mmd": "Mermaid text (*.mmd)",
    "json": "Event model for other tools (*.json)",
}
"""Endings of files, and what a person chooses them by."""
WITHOUT = "It is the model that runs: the draft on the board is not in it"
"""What is said of a text, where something is designed that is not written yet."""
IMAGES = {ending: FORMATS[ending] for ending in ("svg", "png")}
DARK = {f"{kind.partition(' (')[0]}, dark ({kind.partition(' (')[2]}": kind for kind in IMAGES.values()}
"""Kinds of files with the colours of the dark look, and what they are else: files are light."""


class BoardExport:
    """Offers on the canvas to write down what it shows."""

    def __init__(self, desk: Desk, pictures: BoardPictures) -> None:
        self._desk, self._pictures = desk, pictures
        desk.picture_wanted.connect(self.export)
        self.acts = Actions(self, pictures.canvas)
        self.acts.offer()

    def _nothing(self, _node: object = None) -> str:
        return "" if self._pictures.canvas.board.cards() else "Nothing is drawn"

    @action(
        "Export the picture …",
        icon="export",
        tip="Write the picture to a file: SVG, PNG, Mermaid, or the event model as JSON",
        group=2,
        anyway=True,
        why=_nothing,
    )
    def export(self, _node: object = None) -> None:
        """Asks for a file and writes the whole picture."""
        self._ask(FORMATS, None)

    @action(
        "Export what is seen …",
        icon="export",
        tip="Write the part of the picture that is in sight to a file: SVG or PNG",
        group=2,
        anyway=True,
        why=_nothing,
    )
    def export_seen(self, _node: object = None) -> None:
        """Asks for a file and writes what is in sight."""
        canvas = self._pictures.canvas
        seen = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
        self._ask(IMAGES, seen.intersected(canvas.board.content()))

    @action(
        "Export what is chosen …",
        icon="export",
        tip="Write the slice of what is chosen, or what it is wired to, to a file: as the whole picture",
        group=2,
    )
    def export_chosen(self, node: str) -> None:
        """Asks for a file and writes what is about a node."""
        board = self._pictures.canvas.board
        self._ask(FORMATS, part_of(board, node), nodes_about(board, node))

    def _ask(
        self,
        formats: Mapping[str, str],
        part: QRectF | None,
        only: Collection[str] | None = None,
        again: Path | None = None,
    ) -> None:
        """Asks for a file; once more where one stands under the name with the ending that was left out."""
        name = f"{self._desk.workspace.project.name}-{self._pictures.canvas.board.name.lower()}.svg"
        filters = ";;".join([*formats.values(), *DARK])
        chosen, kind = QFileDialog.getSaveFileName(
            self._pictures,
            "Export the picture",
            str(again or self._desk.workspace.project.root.parent / name),
            filters,
        )
        if chosen:
            path = Path(chosen)
            whole = file_to_write(chosen, DARK.get(kind, kind), formats, offered="svg")
            if whole != path and whole.exists():
                self._ask(formats, part, only, whole)
            else:
                self._desk.run(self.write(whole, part, only, dark=kind in DARK), "Export")

    async def write(
        self,
        path: Path,
        part: QRectF | None = None,
        only: Collection[str] | None = None,
        *,
        dark: bool = False,
    ) -> None:
        """Writes the picture in the format that a file's ending says.

        Args:
            part: Of the picture; None for the whole.
            only: The nodes that Mermaid and JSON tell of; None for all.
            dark: In the colours of the dark look, else of the light one.

        Raises:
            StoreReadOnly: The file cannot be written.
        """
        picture, ending = self._pictures.canvas.board, ending_of(path)
        if ending == "mmd":
            content = self.mermaid(only).encode()
        elif ending == "json":
            project = self._desk.workspace.project
            told = await asyncio.to_thread(event_model_text, project.root, project.registry, only)
            content = told.encode()
        else:
            content = await self._drawn(ending, part, only, dark=dark)
        await asyncio.to_thread(lambda: replace_output(path, [content], replace=True))
        self._desk.notice("ok", f"{picture.name} written to {path}{self._drafted(ending)}")

    def _drafted(self, ending: str) -> str:
        """Says whether a file has the draft, where there is one: a text tells of the model that runs."""
        if self._pictures.drawn.draft is None:
            return ""
        return ", with the draft" if ending in IMAGES else f". {WITHOUT}"

    async def _drawn(
        self, ending: str, part: QRectF | None, only: Collection[str] | None, *, dark: bool
    ) -> bytes:
        """Draws the picture; a topology with all words whole, but what is seen as it is seen."""
        picture, draw = self._pictures.canvas.board, partial(png_of if ending == "png" else svg_of, dark=dark)
        if not isinstance(picture, BoardScene) or (part is not None and only is None):
            return await draw(picture, picture.content() if part is None else part)
        made = await picture.whole()
        try:
            return await draw(made, made.content() if only is None else part_of(made, picture.chosen))
        finally:
            made.deleteLater()

    @action("Copy as Mermaid", icon="copy", group=2, anyway=True, why=_nothing)
    def copy_mermaid(self, _node: object = None) -> None:
        """Copies the flow as a text that many programs draw."""
        self._copy(None)

    @action("Copy what is chosen as Mermaid", icon="copy", group=2, several=True)
    def copy_chosen(self, _node: str) -> None:
        """Copies the flow of what is chosen."""
        self._copy(frozenset(self._pictures.canvas.board.several))

    def _copy(self, only: Collection[str] | None) -> None:
        QApplication.clipboard().setText(self.mermaid(only))
        self._desk.notice("ok", f"Copied as Mermaid{self._drafted('mmd')}.")

    def mermaid(self, only: Collection[str] | None = None) -> str:
        """Returns the flow as Mermaid: as event model for the blueprint, else what is wired to what."""
        registry = self._desk.workspace.registry
        if self._pictures.canvas.board is self._pictures.blueprint:
            text = event_timeline(registry, only)
        else:
            lines = flow_diagram(registry, only)
            text = "\n".join(line for line in lines if line and not line.startswith("```")) + "\n"
        return f"{text}%% {WITHOUT}\n" if self._pictures.drawn.draft is not None else text
