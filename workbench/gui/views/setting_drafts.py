"""Writes settings that are not saved as JSON and makes them of it again (V2); says how much that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.gui.reads import takes_time
from workbench.services.design.design_text import DesignText
from workbench.services.design.text_merge import joined
from workbench.services.project_editor.setting_renames import Renamed
from workbench.services.project_editor.settings_preview import consequences
from workbench.tusk import parse

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.project_editor import Place, SettingsDraft

Names = dict[tuple[str, ...], str]
"""What was typed as the name of a part, or of a new one in it, and not given yet."""


def content_of(draft: SettingsDraft, path: Place, names: Names, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what is not saved.

    Args:
        path: The part that is shown.
        typed: What stands in its form and cannot be written into the file.
    """
    return {
        "was": draft.original.decode(errors="surrogateescape"),
        "now": draft.document.text,
        "renames": [[one.kind, one.old, one.new] for one in draft.renames],
        "path": list(path),
        "names": [[list(place), name] for place, name in names.items()],
        "form": typed,
    }


def restored(draft: SettingsDraft, content: Mapping[str, Any]) -> tuple[SettingsDraft, Names]:
    """Returns the draft that `content_of` wrote, of the file as it was then, and the names.

    Raises:
        TskError: What was kept cannot be read any more.
    """
    made = replace(
        draft,
        original=content["was"].encode(errors="surrogateescape"),
        document=parse(content["now"], draft.document.file),
        renames=tuple(Renamed(kind=kind, old=old, new=new) for kind, old, new in content["renames"]),
    )
    return made, {tuple(place): name for place, name in content["names"]}


def rejoined(draft: SettingsDraft, present: bytes, *, prefer: str = "") -> SettingsDraft:
    """Returns a draft of the file as it stands now.

    Args:
        prefer: Which counts where both changed a key, ``mine`` or ``theirs``.

    Raises:
        DesignConflict: Both changed the same key, and neither is preferred.
        TskError: The file cannot be read.
    """
    was, there = (parse(data, draft.document.file) for data in (draft.original, present))
    texts = (DesignText(project=one) for one in (was, draft.document, there))
    return replace(draft, original=present, document=joined(*texts, prefer=prefer).project)


def draft_status(draft: SettingsDraft, names: Names, *, unwritable: bool) -> str:
    """Says how much is not saved; agrees with `content_of`, which is empty where nothing is (V2)."""
    said = []
    if draft.dirty:
        came, went = draft.counts()
        said.append(f"Not saved: {came:,} {'line' if came == 1 else 'lines'} added, {went:,} removed.")
    if names:
        said.append(f"{len(names):,} {'name is' if len(names) == 1 else 'names are'} typed and not applied.")
    if unwritable:
        said.append("This value cannot be written to the file.")
    wrong = len(draft.problems) if draft.dirty else 0
    if wrong:
        said.append(f"{wrong:,} {'thing is' if wrong == 1 else 'things are'} wrong.")
    return " ".join(said) or "All changes are saved."


def read_consequences(world: World[Project], draft: SettingsDraft) -> list[str]:
    """Returns what becomes of what is stored; where the project's code is read, beside the loop (V4)."""
    if draft.renames:
        takes_time()
    return consequences(world, draft)
