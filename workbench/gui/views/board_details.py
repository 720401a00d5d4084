"""Says beside the board what the chosen node is: its form and text, what is known of it, where to go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QLabel,
    QStackedWidget,
    QToolButton,
)

from workbench.gui.board.board_graph import BoardGraph, BoardNode, kind_of
from workbench.gui.board.board_marks import STALE
from workbench.gui.board.mark_list import MarkList
from workbench.gui.board.several_pane import SeveralPane
from workbench.gui.icons import icon
from workbench.gui.layouts import Tabs, in_column, in_row
from workbench.gui.opened_file import open_file
from workbench.gui.reads import Question, takes_time
from workbench.gui.time_format import short
from workbench.gui.views.about_pane import AboutPane
from workbench.gui.views.subscription_table import mode_text
from workbench.gui.widgets import ElidedLabel, plain_label
from workbench.model.pydantic_messages import summary_of
from workbench.project.python_sources import place_of_name

if TYPE_CHECKING:
    from workbench.gui.actions import BoundAction
    from workbench.gui.details.section_editor import SectionEditor
    from workbench.model.messaging import Message
    from workbench.model.registry import Registry
    from workbench.services.monitor.monitor_values import ProjectionView, SubscriptionView

ACTIONS = {
    "command": ("Open its form", "command"),
    "aggregate": ("Show streams", "stream"),
    "event": ("Show streams", "stream"),
    "topic": ("Publish a message", "send"),
    "queue": ("Publish a message", "send"),
    "subscription": ("Show subscription", "subscription"),
    "worker": ("Show subscription", "subscription"),
    "policy": ("Show subscription", "subscription"),
    "process": ("Show subscription", "subscription"),
    "projection": ("Show its rows", "projection"),
}
"""What can be done with a node of each kind: the button's text and its icon."""
DECLARED_AS = {"subscription": "consumer", "external": "actor"}
"""How the project's texts call a kind of node, where that is not its own name."""
NOTHING = "Nothing is chosen: click a card to see and change what it says. F4 hides and shows these details."
ELSEWHERE = (
    "The project file does not declare it in lines of its own: a Python module or another part brings it."
)
ENDED = {"command": "accepted", "rejected": "rejected", "conflict": "in conflict", "failed": "failed"}
"""How commands ended, by what counts them."""
DUE = 5
"""Commands that wait for their time that are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What runs, as it was last read.

    Attributes:
        flow: Totals since the start, by what the board shows.
        waiting: Commands that wait for their time, by who issued them, the next due first.
    """

    flow: Mapping[str, int]
    subscriptions: Mapping[str, SubscriptionView]
    projections: Mapping[str, ProjectionView]
    waiting: Mapping[str, Sequence[Message]] = field(default_factory=dict)


def trouble(live: Live) -> dict[str, tuple[str, ...]]:
    """Returns what is wrong while running, by node id: dead letters, faults, definitions that changed."""
    found: dict[str, list[str]] = {}
    for subscription in live.subscriptions.values():
        if subscription.dead:
            found.setdefault(f"subscription:{subscription.name}", []).append(
                _count(subscription.dead, "dead letter")
            )
        if subscription.fault:
            found.setdefault(f"subscription:{subscription.name}", []).append(f"Stopped: {subscription.fault}")
    for projection in live.projections.values():
        said = found.setdefault(f"projection:{projection.name}", [])
        if projection.fault:
            said.append(f"Faulted at position {projection.fault_position:,}: {projection.fault}")
        elif projection.rebuild is not None and projection.rebuild.fault:
            said.append(f"Its rebuild faulted at position {projection.rebuild.fault_position:,}")
        elif projection.stale:
            said.append(STALE)
    return {node: tuple(problems) for node, problems in found.items() if problems}


def describe(registry: Registry, node: BoardNode) -> str:
    """Returns what a thing of the model says about itself, in its author's words."""
    kind, _, name = node.id.partition(":")
    owners: dict[str, Mapping[str, object]] = {
        "command": registry.commands,
        "aggregate": registry.aggregates,
        "event": registry.events,
        "topic": registry.topics,
        "projection": registry.projections,
        "subscription": registry.reactors if name in registry.reactors else registry.subscriptions,
    }
    return summary_of(str(getattr(owners.get(kind, {}).get(name), "doc", "") or ""))


def neighbours(graph: BoardGraph, node: BoardNode) -> str:
    """Returns what leads to a node and where it leads."""
    parts = []
    for word, others in (("From", graph.sources[node.id]), ("To", graph.targets[node.id])):
        if others:
            parts.append(f"{word} {', '.join(graph.by_id[other].title for other in others)}")
    return "\n".join(parts)


def ways(registry: Registry, graph: BoardGraph, node: BoardNode) -> str:
    """Returns when and under which conditions something flows to a node or from it, a line for each way."""
    return "\n".join((*_handled(graph, node), *registry.ways_of(node.id)))


def _handled(graph: BoardGraph, node: BoardNode) -> list[str]:
    """Returns how commands are decided over aggregates, of those at a node."""
    edges = [one for one in graph.edges if one.kind == "handles" and node.id in (one.source, one.target)]
    titles = {one.id: one.title for one in graph.nodes}
    return [f"{titles[one.source]} handles {titles[one.target]}: {one.words}" for one in edges if one.words]


def rules(registry: Registry, node: BoardNode) -> str:
    """Returns why a thing of the model refuses or fails, what it sets and names, a line for each."""
    return "\n".join(one.said for one in registry.rules_of(node.id))


def counts(node: BoardNode, live: Live) -> str:
    """Returns how much passed through a node."""
    kind, _, name = node.id.partition(":")
    if kind == "subscription" and name in live.subscriptions:
        view = live.subscriptions[name]
        parts = [mode_text((view.mode, view.workers))] if view.workers else []
        parts += [view.status, f"{view.delivered:,} delivered", f"lag {view.lag:,}"]
        parts += [f"{view.depth.ready:,} ready"] if view.depth.ready else []
        parts += [f"{view.depth.delayed:,} delayed"] if view.depth.delayed else []
        waiting = live.waiting.get(name, ())
        parts += [f"{one.type} due {short(one.deliver_at or 0)}" for one in waiting[:DUE]]
        parts += [f"{len(waiting) - DUE:,} more due later"] if len(waiting) > DUE else []
        return "  ·  ".join(parts)
    if kind == "projection" and name in live.projections:
        shown = live.projections[name]
        return "  ·  ".join([shown.condition, _count(shown.rows, "row"), f"lag {shown.lag:,}"])
    if kind == "command":
        ended = {said: live.flow.get(f"{outcome}:{name}", 0) for outcome, said in ENDED.items()}
        parts = [f"{number:,} {said}" for said, number in ended.items() if number or said == "accepted"]
        return f"{', '.join(parts)} since the project was opened"
    return f"{live.flow.get(node.id, 0):,} recorded since the project was opened" if kind == "event" else ""


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("s" if number != 1 else "")


class DetailsPanel(QFrame):
    """The panel beside the board, or below it where that is narrow.

    Signals:
        acted: The person wants what the button offers.
        letters_wanted: The person wants to see the subscription's dead letters.
        text_wanted: The person wants to see where it is declared.
        closed: The person wants the panel to go.

    Attributes:
        marks: What is marked on the node.
    """

    acted = Signal()
    letters_wanted = Signal()
    text_wanted = Signal()
    closed = Signal()

    def __init__(self, section: SectionEditor) -> None:
        super().__init__()
        self.section, self.about, self.marks = section, AboutPane(), MarkList()
        self._sign = QLabel()
        self._title = ElidedLabel("heading")
        self._kind = plain_label("", "muted", wrap=True)
        self._act = _button("external", "Show where it is looked at")
        self._act.clicked.connect(self.acted)
        self._letters = _button("dead-letter", "Dead letters")
        self._letters.clicked.connect(self.letters_wanted)
        self._text = _button("code", "Open in the text  (F12)")
        self._text.clicked.connect(self.text_wanted)
        self._close = _button("close", "Close the details  (F4)")
        self._close.clicked.connect(self.closed)
        self.about.open.clicked.connect(self._open)
        self._file = Path()
        self._tab, self._placing = 0, False
        self._looking = Question(self, section.desk, self._tell_place, "Reading the modules")
        self.pages = QStackedWidget()
        self.tabs = Tabs()
        self.tabs.addTab(section, "Form and text")
        self.tabs.addTab(self.about, "About")
        self.tabs.currentChanged.connect(self._tab_chosen)
        nothing = plain_label(NOTHING, "muted", wrap=True)
        nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        nothing.setContentsMargins(12, 12, 12, 12)
        self.pages.addWidget(nothing)
        self.pages.addWidget(self.tabs)
        self._several = SeveralPane()
        self.pages.addWidget(self._several)
        self._arrange()
        self.show_nothing("")

    def _arrange(self) -> None:
        self._names = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._names.setSpacing(0)
        self._names.addWidget(self._title)
        self._names.addWidget(self._kind, 1)
        self._top = in_row(
            self._sign,
            (self._names, 1),
            self._letters,
            self._act,
            self._text,
            self._close,
            margins=(12, 6, 8, 6),
            spacing=6,
        )
        in_column(self._top, self.marks, (self.pages, 1), of=self, margins=0, spacing=0)

    def lie(self, *, wide: bool) -> None:
        """Puts form and text, and name and kind, beside each other, or one below the other."""
        ways = QBoxLayout.Direction
        self._names.setDirection(ways.LeftToRight if wide else ways.TopToBottom)
        self._names.setSpacing(8 if wide else 0)
        self._top.setContentsMargins(12, 2 if wide else 6, 8, 0 if wide else 6)
        split = self.section.split
        split.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)
        split.setSizes([500, 500])

    def _tab_chosen(self, at: int) -> None:
        self._tab = self._tab if self._placing else at

    def _place_tab(self, *, form: bool) -> None:
        """Shows the tab that the person chose last; what has no form has the other one."""
        self._placing = True
        self.tabs.setTabEnabled(0, form)
        self.tabs.setCurrentIndex(self._tab if form else 1)
        self._placing = False

    def _tell_place(self, place: tuple[Path, str] | None) -> None:
        """Says where a module brings what is shown."""
        self.about.open.setVisible(place is not None)
        if place is not None:
            self._file = place[0]
            self.about.open.setText(f"Open {place[1]}")

    def _open(self) -> None:
        open_file(self, self._file)

    def show_nothing(self, counts: str) -> None:
        """Says that nothing is chosen, and how much there is of each kind."""
        self._show_page(0, "Details", counts)

    def show_several(self, titles: Sequence[str], said: str, acts: Sequence[BoundAction]) -> None:
        """Says that several are chosen, how many of each kind, and what can be done to all of them."""
        self._several.show_several(titles, acts)
        self._show_page(2, f"{len(titles)} chosen", said)

    def _show_page(self, page: int, title: str, said: str) -> None:
        """Shows what is about no single thing."""
        self.section.leave()
        self.marks.show_marks(())
        self.pages.setCurrentIndex(page)
        self._title.setText(title)
        self._kind.setText(said)
        self._sign.clear()
        for button in (self._letters, self._act, self._text):
            button.hide()

    def show_node(
        self,
        graph: BoardGraph,
        node: BoardNode,
        registry: Registry,
        live: Live,
        *,
        declared: bool,
        known: bool = True,
        untried: str = "",
    ) -> None:
        """Tells everything about a node.

        Args:
            declared: Whether the form and the text of it are shown, too.
            known: What the files say is drawn; else it may be about to go.
            untried: What of it no scenario tries, a line each.
        """
        kind = kind_of(node.kind)
        self._sign.setPixmap(icon(kind.icon, kind.role).pixmap(18, 18))
        self._title.setText(node.title)
        alone = node.kind == "handler" and node.id == f"subscription:{node.title}"
        word = "Subscription without a handler" if alone else kind.word
        self._kind.setText("  ·  ".join(part for part in (word, counts(node, live)) if part))
        self.about.show_parts(
            {
                "problems": "\n".join(f"⚠ {problem}" for problem in node.problems),
                "doc": describe(registry, node),
                "elsewhere": ELSEWHERE if known and not (declared or node.problems) else "",
                "fields": ", ".join(node.rows) if node.kind in {"command", "event"} else "",
                "around": neighbours(graph, node),
                "rules": rules(registry, node),
                "ways": ways(registry, graph, node),
                "untried": untried,
            }
        )
        self._place_tab(form=declared)
        self._looking.drop()
        if not declared:
            project, own = self.section.desk.workspace.project, node.id.partition(":")[2]
            read = partial(_place_of, project.root, project.modules, own)
            self._looking.ask(read, own)
        name = node.id.removeprefix("subscription:")
        self._letters.setVisible(name in live.subscriptions and live.subscriptions[name].dead > 0)
        text, picture = ACTIONS.get(node.kind, ("", ""))
        self._act.setVisible(bool(text))
        if text:
            self._act.setAccessibleName(text)
            self._act.setToolTip(text)
            self._act.setIcon(icon(picture))
        self._text.setVisible(declared or bool(node.problems))
        self.pages.setCurrentIndex(1)


def _place_of(root: Path, modules: Sequence[str], name: str) -> tuple[Path, str] | None:
    takes_time()
    place = place_of_name(root, modules, name)
    return (root / place[0], f"{place[0]}:{place[1]}") if place is not None else None


def _button(icon_name: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(icon_name, "muted"))
    button.setToolTip(tip)
    button.setAccessibleName(tip.partition("  (")[0])
    return button
