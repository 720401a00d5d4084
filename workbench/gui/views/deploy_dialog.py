"""What would this change do to what is stored? Two models over the real history, which is only read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.chooser import ChoiceBox
from workbench.gui.desk import Selection
from workbench.gui.filter_row import FilterRow
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.table import FastTableView
from workbench.gui.views.reading_dialog import ReadingDialog
from workbench.gui.widgets import push_button
from workbench.services.deploy.rehearsed import Rehearsed, reason_of
from workbench.services.worlds.compare import StoreDifference

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.table_actions import ChosenRows
    from workbench.services.story.row_history import Walk

BADGES = {"stream": "event", "row": "projection", "command": "command", "event": "error"}
DRAFT, REVISION, FOLDER = "draft", "revision", "folder"
CHOICES = {
    DRAFT: "from what runs to what is typed",
    REVISION: "from a Git revision to what runs",
    FOLDER: "from what runs to another folder",
}
ASKED = {DRAFT: "", REVISION: "a commit, a branch or a tag, such as HEAD", FOLDER: "a project's folder"}
REASONS = (
    TableColumn("Count", width=64, mono=True, align_right=True, text=lambda count: f"{count:,}"),
    TableColumn("What", width=104, badge=lambda kind: (BADGES[kind], kind)),
    TableColumn("Where", width=200),
    TableColumn("Why", width=150, stretch=True),
)
DIFFERENCES = (
    TableColumn("What", width=104, badge=lambda kind: (BADGES[kind], kind)),
    TableColumn("Where", width=170),
    TableColumn("Of it", width=130),
    TableColumn("Before", width=110),
    TableColumn("After", width=150, stretch=True),
    TableColumn("Since", width=70, mono=True, align_right=True, text=lambda at: f"{at:,}" if at else ""),
)
WIDE, TALL = 1000, 620
BEGIN = "Nothing was asked yet: choose what is compared, and rehearse. The store is only read."


class DeployDialog(ReadingDialog[Rehearsed]):
    """Two lists: why things differ, with counts, and the things of what is chosen there.

    Args:
        draft: The text of the project file as it is typed and not written, where it is another one.
    """

    def __init__(self, parent: QWidget, desk: Desk, draft: bytes | None = None) -> None:
        super().__init__(parent, desk, "What would a deploy do to what is stored?")
        self.setObjectName("deploy")
        self._draft = draft
        self._result: Rehearsed | None = None
        self._shown: dict[int, StoreDifference] = {}
        self._part = ("", 0, 0)
        self.choice, self.named = ChoiceBox(), QLineEdit()
        for key, text in CHOICES.items():
            if key != DRAFT or draft is not None:
                self.choice.addItem(text, key)
        self.choice.setAccessibleName("What is compared")
        self.choice.currentIndexChanged.connect(self._choose)
        self.named.setAccessibleName("The other model")
        self.named.textChanged.connect(self._offer)
        self.browse = push_button("Choose …", lambda _checked=False: self._browse())
        self.reasons, self.table = FastTableView(REASONS), FastTableView(DIFFERENCES)
        self.reasons.setAccessibleName("Why things differ")
        self.table.setAccessibleName("What differs")
        self.reasons.row_chosen.connect(lambda _row: self._list())
        self.filter = FilterRow("what differs")
        self.filter.settled.connect(lambda _words: self._list())
        self.acts = Actions(self, self)
        self.named.returnPressed.connect(self.acts["start"].trigger)
        close = push_button("Close", lambda _checked=False: self.reject())
        for button in (self.browse, close, self.end):
            button.setAutoDefault(False)
        self.compose(
            in_row(self.choice, (self.named, 1), self.browse, self.acts.button("start", primary=True)),
            in_row(1, close, spacing=8),
        )
        below = QWidget()
        in_column(self.filter, (self.table, 1), of=below, margins=0, spacing=4)
        lists = in_panes(Qt.Orientation.Vertical, (self.reasons, 2), (below, 3))
        lists.setSizes([TALL * 2 // 5, TALL * 3 // 5])
        self._box.insertWidget(3, lists, 1)
        self.resize(WIDE, TALL)
        self.acts.offer()
        self._show_bar(shown=False)
        self._choose()

    # -- asking -------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        kind = str(self.choice.currentData())
        self.named.setVisible(kind != DRAFT)
        self.browse.setVisible(kind == FOLDER)
        self.named.setPlaceholderText(ASKED[kind])
        self.named.setText("HEAD" if kind == REVISION else "")
        self._forget(BEGIN)

    def _browse(self) -> None:
        begin = str(self._desk.workspace.project.root.parent)
        if name := QFileDialog.getExistingDirectory(self, "The folder with the other model", begin):
            self.named.setText(name)

    def _offer(self, _typed: str) -> None:
        self.acts.refresh()

    def _not_named(self) -> str:
        asked = self.choice.currentData() != DRAFT and not self.named.text().strip()
        return f"Name {ASKED[str(self.choice.currentData())]}" if asked else ""

    @action(
        "Rehearse",
        key="start",
        keys="Ctrl+Enter / Ctrl+Return",
        icon="play",
        tip="Fold and decide all that is stored by both models; the store is only read",
        why=_not_named,
    )
    def start(self) -> None:
        """Rehearses; what was under way is ended."""
        kind, named = str(self.choice.currentData()), self.named.text().strip()
        self._forget("Loading the models …")
        self.read("Loading the models …", self._work(kind, named), (kind, named))

    def _work(self, kind: str, named: str) -> Callable[[Walk], Rehearsed]:
        deploys, draft = self._desk.workspace.deploys, self._draft

        def work(walk: Walk) -> Rehearsed:
            def told(what: str, done: int, of: int) -> None:
                self._part = (what, done, of)
                walk.rest(done / max(1, of))

            if kind == DRAFT and draft is not None:
                return deploys.to_draft(draft, told)
            return (
                deploys.from_revision(named, told)
                if kind == REVISION
                else deploys.to_folder(Path(named), told)
            )

        return work

    @override
    def tell_progress(self) -> None:
        super().tell_progress()
        what, done, of = self._part
        if what:
            self.said.setText(f"{what}: {done:,} of {of:,}")

    # -- what was found -----------------------------------------------------------------------------------

    def _forget(self, said: str) -> None:
        self._result, self._part = None, ("", 0, 0)
        self.said.setText(said)
        self.reasons.set_empty("Nothing yet", "Why things differ stands here.")
        self.table.set_empty("Nothing yet", "What differs stands here.")
        self.reasons.refresh(ListSource([]))
        self._list()
        self.acts.refresh()

    @override
    def show_found(self, found: Rehearsed) -> None:
        self._result = found
        more = [f"{name} was not compared: {why}" for name, why in found.untold.items()]
        if found.refused_before:
            more.append(f"{found.refused_before:,} more commands would be refused before, too")
        model = [f"In the model: {'; '.join(found.changes)}"] if found.changes else []
        self.said.setText(". ".join([*found.sentences(), *model, *more]) + ".")
        self.reasons.set_empty("Nothing differs", f"All up to position {found.head:,} was looked at.")
        self.table.set_empty("Nothing differs", "Of what is chosen, and fits the words.")
        reasons = [(one.count, *one.key, one.key) for one in found.reasons]
        self.reasons.refresh(ListSource(reasons, itemgetter(-1)))
        self._list()

    def _list(self) -> None:
        found, chosen = self._result, self.reasons.chosen()
        key = chosen.row[-1] if chosen is not None else None
        listed = found.differences if found is not None else []
        words = self.filter.asked().casefold().split()
        of = {at: one for at, one in enumerate(listed) if key is None or reason_of(one) == key}
        self._shown = {at: one for at, one in of.items() if _holds(one, words)}
        self.filter.show_count(len(self._shown), len(of))
        self.table.refresh(ListSource([_row(at, one) for at, one in self._shown.items()], itemgetter(-1)))

    # -- what can be done with it -------------------------------------------------------------------------

    def _one(self, chosen: ChosenRows) -> StoreDifference:
        return self._shown[int(str(chosen.row[-1]))]

    @action("Open", on="table", icon="link", default=True, tip="Show it, where it begins to differ")
    def show_it(self, chosen: ChosenRows) -> None:
        """Shows a row, or a stream at the event from which on it differs."""
        one = self._one(chosen)
        if one.kind == "row":
            self._desk.select(Selection(projection=one.where, key=one.key), view="projections")
            return
        event = self._desk.workspace.reader.event_at(one.since) if one.since else None
        place = Selection(stream=one.where)
        if event is not None:
            place = Selection(stream=event.stream, version=event.version, position=event.position)
        self._desk.select(place, view="timeline")

    def _no_event(self, chosen: ChosenRows) -> str:
        return "" if self._one(chosen).since else "From which event on it differs is not known"

    @action("Show the first event that differs", key="since", on="table", icon="event", why=_no_event)
    def show_since(self, chosen: ChosenRows) -> None:
        """Shows the event from which on it differs."""
        self._desk.select(Selection(position=self._one(chosen).since), view="inspector")


def _row(number: int, one: StoreDifference) -> tuple[Any, ...]:
    return (one.kind, one.where, f"{one.key} {one.column}".strip(), one.ours, one.theirs, one.since, number)


def _holds(one: StoreDifference, words: Sequence[str]) -> bool:
    text = " ".join(map(str, _row(0, one)[:5])).casefold()
    return all(word in text for word in words)
