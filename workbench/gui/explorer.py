"""The tree on the left: the model, streams, read models and all else by name; one filter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.desk import Desk, Selection
from workbench.gui.tree import OfferingTree, TreeItem, TreeRow
from workbench.gui.view import View
from workbench.gui.widgets import plain_label, plain_tip
from workbench.model.pydantic_messages import summary_of
from workbench.model.text_folding import folded
from workbench.project.samples import PROJECT_FILE

if TYPE_CHECKING:
    from workbench.model.changes import Changes

NEWEST = 30
"""Streams listed; the filter and the view of streams reach all."""

SECTION_VIEWS = {"board": "board", "stream": "streams", "query": "commands", "dead-letter": "letters"}
"""Views of sections that are not called like what they list."""
ROLES = {"stream": "muted", "query": "projection_ink"}
"""Colours of pictures whose kind has none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplorerPlace:
    """Where a click in the tree leads.

    Attributes:
        declared: As what it is declared in the project file; empty where it is not.
    """

    view: str
    selection: Selection = field(default_factory=Selection)
    command: str = ""
    declared: str = ""


Row = tuple[str, str, str, ExplorerPlace]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownParts:
    """What the store answered for a filter.

    Attributes:
        count: How many streams there are.
        streams: Those that fit, or the last changed where nothing is looked for.
        dead: How many dead letters are open.
    """

    text: str
    count: int
    streams: Sequence[str]
    dead: int


def _stream_row(name: str) -> Row:
    return name, "", "stream", ExplorerPlace(view="timeline", selection=Selection(stream=name))


class Explorer(View):
    """Everything of the project by name."""

    key = "explorer"
    title = "Explorer"
    icon_name = "folder"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._filter = QLineEdit()
        self._filter.setPlaceholderText("Filter")
        self._filter.setAccessibleName("Filter the explorer")
        self._filter.setClearButtonEnabled(True)
        self._filter.textChanged.connect(self.refresh)
        self._tree = OfferingTree()
        self._tree.setIndentation(14)
        self._tree.setUniformRowHeights(True)
        self._tree.setAccessibleName("Explorer")
        self._tree.row_clicked.connect(self._go)
        self._none = plain_label("Nothing found", "muted")
        self._none.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(6)
        layout.addWidget(self._filter)
        layout.addWidget(self._none)
        layout.addWidget(self._tree)
        self._shown: list[tuple[str, str, list[Row]]] = []
        self._known = KnownParts(text="", count=0, streams=(), dead=0)
        self._reading = self.question(self._show, begun=self._narrow)
        desk.board_chosen.connect(self._follow_board)
        self.acts.offer()

    @override
    def first_widget(self) -> QWidget:
        return self._tree

    @override
    def concerns(self, changes: Changes) -> bool:
        moved = changes.head or changes.dead_letters or changes.projections
        return bool(moved or changes.model or changes.everything)

    @override
    def refresh(self) -> None:
        text = self._filter.text().strip()
        self._reading.ask(lambda: self._read(text), text)

    def _read(self, text: str) -> KnownParts:
        """Looks for streams by their names, in the whole store, or lists the last changed."""
        workspace = self.desk.workspace
        streams, count = workspace.streams, workspace.streams.count()
        if text:
            numbers = streams.find(text=text, limit=NEWEST)
            found = [stream.name for stream in streams.numbered(numbers)] if numbers else []
        else:
            found = streams.recent(NEWEST)
        return KnownParts(
            text=text, count=count, streams=found, dead=workspace.dead_letters.counts().get("open", 0)
        )

    def _narrow(self) -> None:
        """Shows of what is known what fits, until the answer is there."""
        text = self._filter.text().strip()
        if text != self._known.text:
            self._show(replace(self._known, text=text))

    def _show(self, known: KnownParts) -> None:
        self._known = known
        wanted = folded(known.text).split()
        sections = [
            (title, name, [row for row in rows if all(word in folded(row[0]) for word in wanted)])
            for title, name, rows in self._sections(known)
        ]
        self._none.setVisible(bool(wanted) and not any(rows for _, _, rows in sections))
        if sections != self._shown:
            self._shown = sections
            self._fill(sections, filtered=bool(wanted))

    def _follow_board(self, node: str) -> None:
        """Marks what is chosen on the board."""
        places = (place for _, _, rows in self._shown for *_, place in rows)
        found = next((one for one in places if node and node in _on_board(one).nodes()), None)
        if found is not None:
            self._tree.choose(found)

    def _sections(self, known: KnownParts) -> Iterable[tuple[str, str, list[Row]]]:
        model = self.desk.workspace.registry

        def said(kind: str, name: str, doc: str) -> str:
            told = model.told_of(f"{kind}:{name}")
            return "\n".join([summary_of(doc), *(one.said for one in told)]).strip()

        commands = [
            (
                name,
                said("command", name, kind.doc),
                "command",
                ExplorerPlace(view="commands", command=name, declared="command"),
            )
            for name, kind in model.commands.items()
        ]
        events = [
            (
                name,
                said("event", name, kind.doc),
                "event",
                ExplorerPlace(view="board", selection=Selection(node=f"event:{name}"), declared="event"),
            )
            for name, kind in model.events.items()
        ]
        policies = [
            (
                name,
                said("subscription", name, kind.doc),
                "policy",
                ExplorerPlace(
                    view="subscriptions", selection=Selection(subscription=name), declared="consumer"
                ),
            )
            for name, kind in model.reactors.items()
        ]
        others = [
            (
                name,
                said("external", name, doc),
                "external" if name in model.externals else "person",
                ExplorerPlace(view="board", selection=Selection(node=f"external:{name}"), declared="actor"),
            )
            for name, doc in model.actors.items()
        ]
        yield "Model", "board", [*commands, *events, *policies, *others]
        yield f"Streams ({known.count:,})", "stream", [_stream_row(name) for name in known.streams]
        queries = [
            (
                name,
                said("query", name, kind.doc),
                "query",
                ExplorerPlace(view="commands", command=name, declared="query"),
            )
            for name, kind in model.queries.items()
        ]
        if queries:
            yield "Queries", "query", queries
        yield (
            "Projections",
            "projection",
            [
                (
                    name,
                    said("projection", name, projection.doc),
                    "projection",
                    ExplorerPlace(
                        view="projections", selection=Selection(projection=name), declared="projection"
                    ),
                )
                for name, projection in model.projections.items()
            ],
        )
        yield (
            "Subscriptions",
            "subscription",
            [
                (
                    name,
                    said("subscription", name, subscription.doc),
                    "subscription",
                    ExplorerPlace(
                        view="subscriptions", selection=Selection(subscription=name), declared="consumer"
                    ),
                )
                for name, subscription in model.subscriptions.items()
            ],
        )
        yield f"Dead letters ({known.dead:,})", "dead-letter", []
        yield "Scenarios", "scenario", []

    def _fill(self, sections: list[tuple[str, str, list[Row]]], *, filtered: bool) -> None:
        self._tree.show_rows([_section(*section) for section in sections])
        if filtered:
            self._tree.expandAll()

    # -- what can be done -----------------------------------------------------------------------------------

    @action("Open", icon="external", on="_tree", default=True)
    def open(self, item: TreeItem) -> None:
        """Shows what the item stands for."""
        self._go(item)

    @action(
        "Show dead letters",
        icon="dead-letter",
        on="_tree",
        shown=lambda _view, item: item is None or bool(item.data.selection.subscription),
    )
    def show_letters(self, item: TreeItem) -> None:
        """Shows the dead letters of a subscription."""
        self.desk.select(item.data.selection, view="letters")

    @action(
        "Show on the board",
        icon="board",
        on="_tree",
        shown=lambda _view, item: item is None or _on_board(item.data) != Selection(),
    )
    def show_on_board(self, item: TreeItem) -> None:
        """Shows where it stands in the flow."""
        self.desk.select(_on_board(item.data), view="board")

    @action(
        "Open in the text",
        keys="F12",
        icon="code",
        on="_tree",
        tip="Show where it is declared in the project file",
        shown=lambda _view, item: item is None or bool(item.data.declared),
        why=lambda _view, item: "" if item.data.declared else "It is no part of the model",
    )
    def open_text(self, item: TreeItem) -> None:
        """Shows where it is declared in the project file."""
        self.desk.text_wanted.emit(PROJECT_FILE, (item.data.declared, item.text))

    def _go(self, item: TreeItem | None) -> None:
        if item is None:
            return
        place: ExplorerPlace = item.data
        if place.command:
            self.desk.command_wanted.emit(place.command)
        chosen = place.selection if place.selection != Selection() else _on_board(place)
        if chosen != Selection():
            self.desk.select(chosen, view=place.view)
        else:
            self.desk.wanted.emit(place.view)


def _section(title: str, name: str, rows: Sequence[Row]) -> TreeRow:
    place = ExplorerPlace(view=SECTION_VIEWS.get(name, f"{name}s"))
    inner = [
        TreeRow(
            key=(kind, text),
            cells=(text,),
            data=target,
            picture=(kind, ROLES.get(kind, f"{kind}_ink")),
            tip=plain_tip(f"{text}\n{tip}" if tip else text),
        )
        for text, tip, kind, target in rows
    ]
    return TreeRow(key=name, cells=(title,), data=place, picture=(name, "muted"), rows=inner)


def _on_board(place: ExplorerPlace) -> Selection:
    """Returns what stands on the board; nothing for a stream or a section."""
    if place.command:
        return Selection(node=f"command:{place.command}") if place.declared == "command" else Selection()
    chosen = place.selection
    return chosen if chosen.node or chosen.subscription or chosen.projection else Selection()
