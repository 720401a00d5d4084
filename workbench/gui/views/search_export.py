"""Writes the events among what was found into a file that can be brought in again (ux rule 6)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from workbench.model.counts import counted
from workbench.services.streams.event_export import EventExport
from workbench.store.search_port import RecordKind

if TYPE_CHECKING:
    from workbench.gui.view import View
    from workbench.services.search.found import FoundList


def export_found(view: View, found: FoundList | None) -> None:
    """Asks for a file, and writes the events of a list into it, beside the loop."""
    if found is None:
        return
    name, _ = QFileDialog.getSaveFileName(
        view, "Export the events that were found", "found.ndjson", "*.ndjson"
    )
    if name:
        view.desk.run(_write(view, found, Path(name)), "Export")


async def _write(view: View, found: FoundList, path: Path) -> None:
    world = view.desk.workspace.world

    def write() -> tuple[str, int]:
        events = {number for number, one in enumerate(found.groups) if one.kind is RecordKind.EVENT}
        positions = {key for _, key, number in found.entries() if number in events}
        report = EventExport(world).write(path, positions=positions, replace=True)
        return report.summary(), len(found) - len(positions)

    said, left = await world.ask(write)
    others = (
        f" {counted(left, 'record')} that {'is' if left == 1 else 'are'} no events stayed behind."
        if left
        else ""
    )
    view.desk.notice("ok", f"{path.name}: {said}.{others}")
