"""The command line that shows the same as a table does, to be copied into a terminal or a report."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication

from workbench.gui.actions import COPY_AS, Action
from workbench.model.search_words import as_words, split_words

if TYPE_CHECKING:
    from workbench.gui.desk import Selection
    from workbench.services.search.search_query import SearchQuery


def command_line(root: Path, selection: Selection) -> str:
    """Returns what shows a dead letter, a command, an event or a stream; empty for anything else."""
    if selection.letter:
        return _line("dead-letters", "show", root, str(selection.letter))
    if selection.command:
        return _line("story", root, selection.command)
    if selection.stream:
        at = ("--at", str(selection.version)) if selection.version else ()
        return _line("show", *at, root, selection.stream)
    return _line("story", root, str(selection.position)) if selection.position else ""


def find_line(root: Path, query: SearchQuery) -> str:
    """Returns what finds the same as a search does."""
    options = {
        "--where": query.where.strip(),
        "--kind": ",".join(query.kinds),
        "--since": query.since,
        "--until": query.until,
    }
    said = [f"{name}={value}" for name, value in options.items() if value]
    named = (("--type", query.types), ("--stream", query.places))
    said += [f"{name}={value}" for name, values in named for value in values]
    return _line("find", *said, root, *map(as_words, split_words(query.words)))


def _line(*parts: str | Path) -> str:
    return shlex.join(["workbench", *map(str, parts)])


def copying_line(on: str, place: Callable[[Any, Any], Selection]) -> Action:
    """Returns the action that copies the command line for what is chosen; the owner has a ``desk``.

    Args:
        place: Returns what is chosen.
    """

    def told(owner: Any, chosen: Any) -> str:
        return command_line(owner.desk.workspace.project.root, place(owner, chosen))

    return Action(
        key="copy-command-line",
        text="Copy as command line",
        icon="code",
        tip="Copy what shows the same in a terminal",
        on=on,
        within=COPY_AS,
        why=lambda owner, chosen: "" if told(owner, chosen) else "No command line shows it",
        run=lambda owner, chosen: QApplication.clipboard().setText(told(owner, chosen)),
    )
