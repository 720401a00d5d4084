"""What can be done with what was found: to open, copy, export it; to replay, archive, repair dead letters."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from workbench.gui.actions import COPY_AS, Action, Actions, action
from workbench.gui.command_line import find_line
from workbench.gui.event_actions import event_actions, event_object
from workbench.gui.views.search_export import export_found
from workbench.gui.views.search_rows import RECORD
from workbench.gui.views.search_told import opening, selection_of
from workbench.model.counts import counted
from workbench.model.dead_letter import LetterAct
from workbench.store.search_port import RecordKind

if TYPE_CHECKING:
    from workbench.gui.table import FastTableView
    from workbench.gui.table_actions import ChosenRows
    from workbench.gui.views.search_view import SearchView
    from workbench.services.search.found import FoundList
    from workbench.store.search_port import FoundRecord

COPIED = 10_000
"""Events that are copied at most; more are exported."""
LETTERS = {
    "": (
        "Show {}",
        "dead-letter",
        "List just these in Dead letters: to group, repair, export them",
    ),
    LetterAct.REPLAY: (
        "Replay {} …",
        "replay",
        "Replay just these; their count is asked first",
    ),
    LetterAct.ARCHIVE: (
        "Archive {} …",
        "archive",
        "Archive just these; their count is asked first",
    ),
}
"""What is done with dead letters, by what begins with them: words, icon, tip."""


def _of_letters(act: str) -> Action:
    words, icon, tip = LETTERS[act]
    return Action(
        key=f"{act or 'show'}-letters",
        text=words.format("dead letters").removesuffix(" …"),
        word=words.format("letters").removesuffix(" …"),
        icon=icon,
        tip=tip,
        on="table",
        group=2,
        anyway=True,
        writes=bool(act),
        look=lambda acts, rows: (words.format(acts.said(RecordKind.LETTER, rows)), icon),
        why=lambda acts, rows: acts.missing(RecordKind.LETTER, rows),
        run=lambda acts, rows: acts.take_letters(rows, act),
    )


class SearchActs:
    """The actions on records that were found: those that are selected where several are, else all listed.

    Attributes:
        counts: How many of each kind are listed.
        whole: Whether that is all that there is to find, or to be found before a person stopped the search.
    """

    def __init__(self, view: SearchView) -> None:
        self.view, self.desk = view, view.desk
        self.counts: Mapping[RecordKind, int] = {}
        self.whole = False
        self.acts = Actions(self, view)

    @property
    def table(self) -> FastTableView:
        """The list of what was found."""
        return self.view.table

    def read_only(self) -> str:
        """Returns why nothing can be changed here; empty where it can."""
        return self.desk.read_only()

    # -- which ones ---------------------------------------------------------------------------------------

    def said(self, kind: RecordKind, rows: ChosenRows | None) -> str:
        """Returns how many records of a kind would be dealt with, such as ``402 dead letters``."""
        count, word = self._count(kind, rows), "dead letter" if kind is RecordKind.LETTER else kind.value
        return counted(count, word)

    def missing(self, kind: RecordKind, rows: ChosenRows | None) -> str:
        """Returns why there is nothing to be dealt with; empty where there is."""
        if self.counts and not self.whole and not self._several(rows):
            return "The search is under way"
        if self._count(kind, rows):
            return ""
        word = "dead letter" if kind is RecordKind.LETTER else kind.value
        return f"None of what is {'selected' if self._several(rows) else 'listed'} is {_an(word)}"

    def _several(self, rows: ChosenRows | None) -> bool:
        return rows is not None and len(rows.keys) > 1

    def _count(self, kind: RecordKind, rows: ChosenRows | None) -> int:
        if rows is not None and self._several(rows):
            return sum(key[0] == kind.value for key in rows.keys if isinstance(key, tuple))
        return self.counts.get(kind, 0)

    async def _keys(self, kind: RecordKind, rows: ChosenRows | None) -> list[int]:
        """Returns the keys of the records that are dealt with, the newest first."""
        if rows is not None and self._several(rows):
            return [key[2] for key in rows.keys if isinstance(key, tuple) and key[0] == kind.value]
        found = self.view.listed()
        return [] if found is None else await asyncio.to_thread(_keys_of, found, kind)

    # -- acts ---------------------------------------------------------------------------------------------

    @action("Open", icon="open", on="table", default=True, look=lambda _acts, rows: opening(rows))
    def open(self, rows: ChosenRows) -> None:
        """Shows the record where its kind is at home."""
        record: FoundRecord = rows.row[RECORD]
        view = {"letter": "letters", "row": "projections"}.get(record.kind.value, "inspector")
        self.desk.select(selection_of(record), view=view)

    of_event = event_actions(
        "table", lambda _acts, rows: selection_of(rows.row[RECORD]), "timeline", "log", group=1
    )
    of_letters = tuple(_of_letters(act) for act in LETTERS)

    def take_letters(self, rows: ChosenRows | None, act: str) -> None:
        """Has just the dead letters among what was found listed, and something begun with them."""
        self.desk.run(self._take(rows, act), "Show the dead letters that were found")

    async def _take(self, rows: ChosenRows | None, act: str) -> None:
        numbers = await self._keys(RecordKind.LETTER, rows)
        self.desk.wanted.emit("letters")
        self.desk.letters_wanted.emit(numbers, act)

    @action(
        "Copy the search as command line",
        key="copy-search",
        icon="code",
        on="table",
        group=3,
        anyway=True,
        within=COPY_AS,
        tip="Copy what finds the same in a terminal",
    )
    def copy_search(self, _rows: ChosenRows | None) -> None:
        """Copies the command line of the search."""
        root = self.desk.workspace.project.root
        QApplication.clipboard().setText(find_line(root, self.view.bar.query()))

    @action(
        "Copy events as NDJSON",
        key="copy-events",
        icon="copy",
        on="table",
        group=3,
        anyway=True,
        within=COPY_AS,
        look=lambda acts, rows: (f"Copy {acts.said(RecordKind.EVENT, rows)} as NDJSON", "copy"),
        why=lambda acts, rows: acts.missing(RecordKind.EVENT, rows),
        tip="Copy whole events, one a line, as they can be brought in again",
    )
    def copy_events(self, rows: ChosenRows | None) -> None:
        """Copies the events among what was found, each whole."""
        self.desk.run(self._copy(rows), "Copy events")

    async def _copy(self, rows: ChosenRows | None) -> None:
        keys = await self._keys(RecordKind.EVENT, rows)
        if len(keys) > COPIED:
            said = f"{counted(len(keys), 'event')} are too many to be copied: export them."
            self.desk.notice("warning", said)
            return
        streams = self.desk.workspace.streams

        def read() -> list[str]:
            found = (streams.event_at(key) for key in keys)
            return [json.dumps(event_object(one), ensure_ascii=False) for one in found if one is not None]

        lines = await self.desk.workspace.world.ask(read)
        QApplication.clipboard().setText("\n".join(lines))
        self.desk.notice("ok", f"Copied {counted(len(lines), 'event')} as NDJSON.")

    @action(
        "Export events …",
        key="export",
        word="Export",
        icon="export",
        tip="Write the events among what is listed into a file that can be brought in again",
        why=lambda acts: acts.missing(RecordKind.EVENT, None),
    )
    def export(self) -> None:
        """Asks for a file and writes the events into it."""
        export_found(self.view, self.view.listed())


def _keys_of(found: FoundList, kind: RecordKind) -> list[int]:
    groups: Sequence[bool] = [one.kind is kind for one in found.groups]
    return [key for _, key, number in found.entries() if groups[number]]


def _an(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
