"""Says in a strip below the board what the chosen node is, how much passed through it, and where to go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout
from typing_extensions import override

from workbench.gui.board.board_graph import BoardGraph, BoardNode, kind_of
from workbench.gui.icons import icon
from workbench.gui.views.subscription_table import mode_text
from workbench.gui.widgets import ElidedLabel, plain_label, plain_tip
from workbench.model.pydantic_messages import summary_of

if TYPE_CHECKING:
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
WIDE = 480
"""Pixels from which the buttons have words."""
ROOMY = 720
"""Pixels from which rules and ways seldom need two lines each; below, half as many are shown."""
NAMED = 4
"""Neighbours, ways and rules that are named; more are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What runs, as it was last read.

    Attributes:
        flow: Totals since the start, by what the board shows.
    """

    flow: Mapping[str, int]
    subscriptions: Mapping[str, SubscriptionView]
    projections: Mapping[str, ProjectionView]


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
            said.append("Its definition changed: rebuild it")
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
            titles = [graph.by_id[other].title for other in others[:NAMED]]
            more = [f"{len(others) - NAMED} more"] if len(others) > NAMED else []
            parts.append(f"{word} {', '.join([*titles, *more])}")
    return "  ·  ".join(parts)


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
        return "  ·  ".join(parts)
    if kind == "projection" and name in live.projections:
        shown = live.projections[name]
        return "  ·  ".join([shown.condition, _count(shown.rows, "row"), f"lag {shown.lag:,}"])
    if kind in {"command", "event"}:
        verb = "accepted" if kind == "command" else "recorded"
        return f"{live.flow.get(node.id, 0):,} {verb} since the start"
    return ""


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("s" if number != 1 else "")


class DetailsStrip(QFrame):
    """The strip; hidden while nothing is chosen.

    Signals:
        acted: The person wants what the button offers.
        letters_wanted: The person wants to see the subscription's dead letters.
        text_wanted: The person wants to see where it is declared.
        closed: The person wants the strip to go.
    """

    acted = Signal()
    letters_wanted = Signal()
    text_wanted = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._texts: dict[QLabel, str] = {}
        self._icon = QLabel()
        self._title = ElidedLabel("heading")
        self._kind = _label("muted")
        self._doc = _label("")
        self._numbers = _label("muted")
        self._around = _label("muted")
        self._ways = _label("muted")
        self._rules = _label("muted")
        self._problems = _label("warning")
        self._act = QPushButton()
        self._act.clicked.connect(self.acted)
        self._letters = QPushButton()
        self._letters.setAccessibleName("Dead letters")
        self._letters.setIcon(icon("dead-letter"))
        self._letters.clicked.connect(self.letters_wanted)
        self._text = QToolButton()
        self._text.setIcon(icon("code", "muted"))
        self._text.setToolTip("Open in the text  (F12)")
        self._text.setAccessibleName("Open in the text")
        self._text.clicked.connect(self.text_wanted)
        self._close = QToolButton()
        self._close.setIcon(icon("close", "muted"))
        self._close.setToolTip("Choose nothing  (Esc)")
        self._close.setAccessibleName("Close the details")
        self._close.clicked.connect(self.closed)
        self._arrange()

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._icon)
        top.addWidget(self._title, 1)
        top.addWidget(self._letters)
        top.addWidget(self._act)
        top.addWidget(self._text)
        top.addWidget(self._close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 6, 8, 8)
        whole.setSpacing(2)
        whole.addLayout(top)
        told = (self._numbers, self._around, self._rules, self._ways, self._problems)
        for label in (self._kind, self._doc, *told):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
            whole.addWidget(label)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._word()
        if (event.oldSize().width() < ROOMY) != (self.width() < ROOMY):
            for label, text in self._texts.items():
                self._put(label, text)

    def _word(self) -> None:
        """Shows the buttons with their words where there is room for them."""
        wide = self.width() >= WIDE
        for button in (self._letters, self._act):
            button.setText(button.accessibleName() if wide else "")
            button.setToolTip("" if wide else button.accessibleName())

    def show_node(self, graph: BoardGraph, node: BoardNode, registry: Registry, live: Live) -> None:
        """Tells everything about a node."""
        kind = kind_of(node.kind)
        self._icon.setPixmap(icon(kind.icon, kind.role).pixmap(18, 18))
        self._title.setText(node.title)
        self._kind.setText("  ·  ".join(part for part in (kind.word, counts(node, live)) if part))
        self._put(self._doc, describe(registry, node))
        self._put(
            self._numbers,
            f"Fields: {', '.join(node.rows)}" if node.rows and node.kind in {"command", "event"} else "",
        )
        self._put(self._around, neighbours(graph, node))
        self._put(self._rules, rules(registry, node))
        self._put(self._ways, ways(registry, graph, node))
        self._put(self._problems, "\n".join(f"⚠ {problem}" for problem in node.problems))
        name = node.id.removeprefix("subscription:")
        self._letters.setVisible(name in live.subscriptions and live.subscriptions[name].dead > 0)
        text, picture = ACTIONS.get(node.kind, ("", ""))
        self._act.setVisible(bool(text))
        if text:
            self._act.setAccessibleName(text)
            self._act.setIcon(icon(picture))
        self._word()
        self.show()

    def _put(self, label: QLabel, text: str) -> None:
        """Shows the first lines; where there are more, the tip has all."""
        self._texts[label] = text
        lines, most = text.splitlines(), NAMED if self.width() >= ROOMY else NAMED // 2
        more = [f"and {len(lines) - most} more"] if len(lines) > most else []
        label.setText("\n".join([*lines[:most], *more]))
        label.setToolTip(plain_tip(text) if more else "")
        label.setVisible(bool(text))


def _label(role: str) -> QLabel:
    label = plain_label(role=role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
