"""The tree on the left: the model, streams, read models and all else by name; one filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.desk import Desk, Selection
from workbench.gui.invariant_actions import invariant_actions
from workbench.gui.layouts import in_column
from workbench.gui.reads import takes_time
from workbench.gui.tree import OfferingTree, TreeItem, TreeRow
from workbench.gui.view import View
from workbench.gui.views.append_dialog import append_action
from workbench.gui.widgets import plain_label, plain_tip
from workbench.model.pydantic_messages import summary_of
from workbench.model.text_folding import folded
from workbench.project.samples import PROJECT_FILE

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from workbench.model.changes import Changes
    from workbench.model.registry import Registry

DESIGN = "Design"
"""The arrangement in which a click on what stands on the board leads there."""
NEWEST = 30
"""Streams listed; the filter and the view of streams reach all."""

SECTION_VIEWS = {
    **dict.fromkeys(("aggregate", "event", "policy", "external"), "board"),
    "stream": "streams",
    "query": "commands",
    "dead-letter": "letters",
    "lock": "text",
}
"""Views of sections that are not called like what they list."""
ROLES = {"stream": "muted", "query": "projection_ink", "lock": "muted"}
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


Section = tuple[str, str, Sequence[TreeRow]]
"""A title, the name of what is listed, and its rows."""
WRITING = {"aggregate", "command", "event", "policy", "external"}
"""Sections that stand before the streams."""
INVARIANT = "invariant"
QUICK = 60
"""Commands and events of a model whose rows are made on the loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownParts:
    """What the store answered for a filter.

    Attributes:
        model: What is listed of the model.
        count: How many streams there are.
        streams: Those that fit, or the last changed where nothing is looked for.
        dead: How many dead letters are open.
    """

    model: Sequence[Section]
    text: str
    count: int
    streams: Sequence[str]
    dead: int


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
        self._tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._tree.setAccessibleName("Explorer")
        self._tree.row_clicked.connect(self._go)
        self._none = plain_label("Nothing found", "muted")
        self._none.hide()
        in_column(self._filter, self._none, self._tree, of=self, margins=6, spacing=6)
        self._shown: list[Section] = []
        self._of_model: tuple[Registry | None, Sequence[Section]] = (None, ())
        self._known = KnownParts(model=(), text="", count=0, streams=(), dead=0)
        self._designs = False
        self._wanted = ""
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
    def arranged(self, perspective: str, settings: QSettings) -> None:
        self._designs = perspective == DESIGN

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
            model=self._sections_of(workspace.registry),
            text=text,
            count=count,
            streams=found,
            dead=workspace.dead_letters.counts().get("open", 0),
        )

    def _sections_of(self, model: Registry) -> Sequence[Section]:
        """Returns what is listed of a model, which is made once."""
        known, sections = self._of_model
        if known is not model:
            if len(model.commands) + len(model.events) > QUICK:
                takes_time()
            self._of_model = model, (sections := _model_sections(model))
        return sections

    def _narrow(self) -> None:
        """Shows of what is known what fits, until the answer is there."""
        text = self._filter.text().strip()
        if text != self._known.text:
            self._show(replace(self._known, text=text))

    def _show(self, known: KnownParts) -> None:
        self._known = known
        wanted = folded(known.text).split()
        fitting: Iterator[Section] = (
            (title, name, [row for row in rows if _fits(row.cells[0], wanted)])
            for title, name, rows in _sections(known)
        )
        sections = [one for one in fitting if one[2] or _fits(one[0], wanted)]
        self._none.setVisible(not sections)
        if sections != self._shown:
            self._shown = sections
            self._tree.show_rows([_head(*section) for section in sections])
            if wanted:
                self._tree.expandAll()
            if not self._tree.hasFocus():
                self._mark()

    def _follow_board(self, node: str) -> None:
        """Marks what is chosen on the board; what is new there as soon as it is listed."""
        self._wanted = node
        self._mark()

    def _mark(self) -> None:
        places = (row.data for _, _, rows in self._shown for row in rows)
        found = next((one for one in places if self._wanted and self._wanted in _on_board(one).nodes()), None)
        if found is not None:
            self._wanted = ""
            self._tree.choose(found)

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

    @action(
        "Rename …",
        keys="F2",
        icon="edit",
        on="_tree",
        tip="Give it another name on the board, wherever it is named",
        shown=lambda _view, item: item is None or bool(item.data.declared),
        why=lambda _view, item: "" if item.data.declared else "It is no part of the model",
    )
    def rename(self, item: TreeItem) -> None:
        """Shows where it stands in the flow, and asks for another name there."""
        chosen = _on_board(item.data)
        self.desk.select(chosen, view="board")
        self.desk.rename_wanted.emit(next(one for one in chosen.nodes() if one.partition(":")[2]))

    invariants = invariant_actions("_tree", lambda item: item.text if item.data.declared == INVARIANT else "")
    append = append_action("_tree", lambda _view, item: item.data.selection.stream)

    def _go(self, item: TreeItem | None) -> None:
        if item is None:
            return
        place: ExplorerPlace = item.data
        self._wanted = ""
        if place.declared == INVARIANT:
            self.open_text(item)
            return
        drawn = _on_board(place)
        stays = self._designs and drawn != Selection()
        if place.command and not stays:
            self.desk.command_wanted.emit(place.command)
        chosen = place.selection if place.selection != Selection() else drawn
        if chosen != Selection():
            self.desk.select(chosen, view="board" if stays else place.view)
        else:
            self.desk.wanted.emit(place.view)


def _fits(said: str, words: Sequence[str]) -> bool:
    return all(word in folded(said) for word in words)


def _sections(known: KnownParts) -> Iterator[Section]:
    """Yields what is known in the order in which it is listed."""
    yield from (one for one in known.model if one[1] in WRITING)
    yield f"Streams ({known.count:,})", "stream", [_stream_row(name) for name in known.streams]
    yield from (one for one in known.model if one[1] not in WRITING)
    yield f"Dead letters ({known.dead:,})", "dead-letter", []
    yield "Scenarios", "scenario", []


def _head(title: str, name: str, rows: Sequence[TreeRow]) -> TreeRow:
    place = ExplorerPlace(view=SECTION_VIEWS.get(name, f"{name}s"))
    return TreeRow(key=name, cells=(title,), data=place, picture=(name, "muted"), rows=rows)


def _model_sections(model: Registry) -> list[Section]:
    """Returns what is listed of a model."""

    def row(kind: str, name: str, doc: str, place: ExplorerPlace, picture: str = "") -> TreeRow:
        told = model.told_of(f"{kind}:{name}")
        tip = "\n".join([summary_of(doc), *(one.said for one in told)]).strip()
        return _row(picture or kind, name, place, tip)

    def command(name: str, declared: str) -> ExplorerPlace:
        return ExplorerPlace(view="commands", command=name, declared=declared)

    def consumer(name: str) -> ExplorerPlace:
        chosen = Selection(subscription=name)
        return ExplorerPlace(view="subscriptions", selection=chosen, declared="consumer")

    def card(sort: str, name: str, declared: str = "") -> ExplorerPlace:
        return ExplorerPlace(
            view="board", selection=Selection(node=f"{sort}:{name}"), declared=declared or sort
        )

    def projection(name: str) -> ExplorerPlace:
        chosen = Selection(projection=name)
        return ExplorerPlace(view="projections", selection=chosen, declared="projection")

    def all_of(kind: str, found: Mapping[str, Any], place: Callable[[str], ExplorerPlace]) -> list[TreeRow]:
        return [row(kind, name, one.doc, place(name)) for name, one in found.items()]

    aggregates = all_of("aggregate", model.aggregates, partial(card, "aggregate"))
    commands = all_of("command", model.commands, partial(command, declared="command"))
    events = all_of("event", model.events, partial(card, "event"))
    policies = [
        row("subscription", name, one.doc, consumer(name), "policy") for name, one in model.reactors.items()
    ]
    actors = [
        row("external", name, doc, card("external", name, "actor"), _SIGNS[name in model.externals])
        for name, doc in model.actors.items()
    ]
    queries = all_of("query", model.queries, partial(command, declared="query"))
    projections = all_of("projection", model.projections, projection)
    subscriptions = all_of("subscription", model.subscriptions, consumer)
    rule = ExplorerPlace(view="text", declared=INVARIANT)
    invariants = [row(INVARIANT, name, one.doc, rule, "lock") for name, one in model.invariants.items()]
    return [
        *_counted("Aggregates", "aggregate", aggregates),
        *_counted("Commands", "command", commands),
        *_counted("Events", "event", events),
        *_counted("Policies and processes", "policy", policies),
        *_counted("Actors and outside systems", "external", actors),
        *([("Queries", "query", queries)] if queries else []),
        ("Projections", "projection", projections),
        ("Subscriptions", "subscription", subscriptions),
        *_counted("Invariants", "lock", invariants),
    ]


def _counted(title: str, name: str, rows: Sequence[TreeRow]) -> list[Section]:
    """Returns a section with its count; none where there is nothing to list."""
    return [(f"{title} ({len(rows):,})", name, rows)] if rows else []


def _row(kind: str, name: str, place: ExplorerPlace, tip: str = "") -> TreeRow:
    return TreeRow(
        key=(kind, name),
        cells=(name,),
        data=place,
        picture=(kind, ROLES.get(kind, f"{kind}_ink")),
        tip=plain_tip(f"{name}\n{tip}" if tip else name),
    )


def _stream_row(name: str) -> TreeRow:
    return _row("stream", name, ExplorerPlace(view="timeline", selection=Selection(stream=name)))


_SIGNS = {True: "external", False: "person"}
"""Of an actor, by whether it is an outside system."""


def _on_board(place: ExplorerPlace) -> Selection:
    """Returns what stands on the board; nothing for a stream or a section."""
    if place.command:
        return Selection(node=f"{place.declared}:{place.command}")
    chosen = place.selection
    return chosen if chosen.node or chosen.subscription or chosen.projection else Selection()
