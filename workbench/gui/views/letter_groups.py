"""The causes of dead letters as a list: all, each subscription, and each error with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from workbench.gui.context_menu import Offering
from workbench.gui.icons import pixmap
from workbench.gui.safe_painter import drawing
from workbench.gui.theme import Colors, theme, ui_font
from workbench.gui.views.letter_nodes import (
    ALL,
    GroupNode,
    Identity,
    carried,
    cluster_nodes,
    nodes_of,
    with_chosen,
)
from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.services.dead_letters.letter_index import LettersFound
    from workbench.store.stored_values import LetterGroup

NODE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
BAR, SPARK, PART = 58, 70, 24
"""Pixels: width of the bar of a share, width of a trend, height of a part's line."""


class NodeModel(QAbstractListModel):
    """The nodes; keeps its rows while only counts change."""

    def __init__(self, when: Callable[[int], str]) -> None:
        super().__init__()
        self.nodes: list[GroupNode] = []
        self._when = when

    def show_nodes(self, nodes: list[GroupNode]) -> bool:
        """Shows other nodes; returns whether there are other rows now."""
        if [node.identity for node in nodes] != [node.identity for node in self.nodes]:
            self.beginResetModel()
            self.nodes = nodes
            self.endResetModel()
            return True
        if nodes != self.nodes:
            self.nodes = nodes
            self.dataChanged.emit(self.index(0), self.index(len(nodes) - 1))
        return False

    @override
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.nodes)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.nodes):
            return None
        node = self.nodes[index.row()]
        if role == NODE:
            return node
        if role == Qt.ItemDataRole.DisplayRole:
            return node.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{node.title}, {counted(len(node.numbers), 'dead letter')}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(node)
        return None

    def _tip(self, node: GroupNode) -> str:
        if (node.cause is None and not node.chips) or not node.numbers:
            return ""
        place = f"\n{node.place}" if node.place else ""
        return f"{node.title}{place}\nFirst {self._when(node.first_at)}, last {self._when(node.last_at)}"


class NodeDelegate(QStyledItemDelegate):
    """Paints a node: a line for a subscription, a card for a cause or group, a bar for a part."""

    def __init__(self, since: Callable[[int], str], parent: QWidget) -> None:
        super().__init__(parent)
        self._since = since

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        node: GroupNode = index.data(NODE) or GroupNode()
        if len(node.chips) == 2:
            return QSize(120, PART)
        if node.cause is None and not node.chips:
            return QSize(120, 30)
        if node.chips:
            return QSize(120, QFontMetrics(ui_font()).height() + QFontMetrics(ui_font(8.5)).height() + 16)
        lines = QFontMetrics(ui_font()).height() + 2 * QFontMetrics(ui_font(8.5)).height()
        return QSize(120, lines + 14)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        node: GroupNode = index.data(NODE) or GroupNode()
        rect, state = _shown(option)
        with drawing(painter):
            self._paint(painter, rect, state, node)

    def _paint(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, node: GroupNode) -> None:
        selected = bool(state & QStyle.StateFlag.State_Selected)
        colors = theme().colors
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(colors.selection if selected else colors.hover))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(colors.accent))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        text = colors.on_selection if selected else colors.text
        muted = colors.on_selection if selected else colors.muted
        area = rect.adjusted(10, 0, -8, 0)
        if len(node.chips) == 2:
            self._part(painter, area.adjusted(16, 0, 0, 0), node, text, colors)
        elif node.chips:
            self._group(painter, area.adjusted(0, 8, 0, -8), node, (text, muted), colors)
        elif node.cause is None:
            self._line(painter, area, node, text)
        else:
            self._card(painter, area.adjusted(22, 7, 0, -7), node, text, muted)

    def _line(self, painter: QPainter, area: QRect, node: GroupNode, text: str) -> None:
        name = "subscription" if node.subscription else "dead-letter"
        picture = pixmap(name, 16, text, painter.device().devicePixelRatioF())
        painter.drawPixmap(area.left(), area.center().y() - 7, picture)
        weight = QFont.Weight.Medium if node.subscription else QFont.Weight.DemiBold
        self._title(painter, area.adjusted(22, 0, 0, 0), node, ui_font(weight=weight), text)

    def _card(self, painter: QPainter, area: QRect, node: GroupNode, text: str, muted: str) -> None:
        top = QRect(area.left(), area.top(), area.width(), QFontMetrics(ui_font()).height())
        self._title(painter, top, node, ui_font(), text)
        painter.setFont(ui_font(8.5))
        painter.setPen(QColor(muted))
        metrics = painter.fontMetrics()
        last = f"last {self._since(node.last_at)}" if node.numbers else "none left"
        lines = (node.place or "no place recorded", last)
        for number, said in enumerate(lines):
            box = QRect(
                area.left(), top.bottom() + 1 + number * metrics.height(), area.width(), metrics.height()
            )
            shown = metrics.elidedText(said, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)

    def _group(
        self, painter: QPainter, area: QRect, node: GroupNode, inks: tuple[str, str], colors: Colors
    ) -> None:
        """Paints a group: what its letters share, where that is, and when they died."""
        top = QRect(area.left(), area.top(), area.width(), QFontMetrics(ui_font()).height())
        self._title(painter, top, node, ui_font(), inks[0])
        painter.setFont(ui_font(8.5))
        painter.setPen(QColor(inks[1]))
        below = QRect(area.left(), top.bottom() + 3, area.width(), painter.fontMetrics().height())
        room = below.width() - SPARK - 8
        said = painter.fontMetrics().elidedText(node.place, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, said)
        highest = max(node.trend, default=0) or 1
        step = SPARK / max(1, len(node.trend))
        for at, count in enumerate(node.trend):
            tall = max(1.0, (below.height() - 1) * count / highest)
            bar = QRectF(below.right() - SPARK + at * step, below.bottom() - tall, step - 1.5, tall)
            painter.fillRect(bar, QColor(colors.error if count else colors.border))

    def _part(self, painter: QPainter, area: QRect, node: GroupNode, text: str, colors: Colors) -> None:
        """Paints a part of a group: its value, its share as a bar, and how many."""
        painter.setFont(ui_font())
        painter.setPen(QColor(text))
        metrics = painter.fontMetrics()
        count = max(metrics.horizontalAdvance("00,000"), metrics.horizontalAdvance(f"{len(node.numbers):,}"))
        painter.drawText(
            area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{len(node.numbers):,}"
        )
        bar = QRectF(area.right() - count - BAR - 8, area.center().y() - 2, BAR, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        for width, ink in ((bar.width(), colors.border), (max(2.0, bar.width() * node.share), colors.error)):
            painter.setBrush(QColor(ink))
            painter.drawRoundedRect(QRectF(bar.x(), bar.y(), width, bar.height()), 3, 3)
        painter.setPen(QColor(text))
        room = int(bar.x()) - area.left() - 8
        said = metrics.elidedText(node.title, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, said)

    def _title(self, painter: QPainter, box: QRect, node: GroupNode, font: QFont, text: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(text))
        count = f"{len(node.numbers):,}"
        metrics = painter.fontMetrics()
        room = box.width() - metrics.horizontalAdvance(count) - 8
        title = metrics.elidedText(node.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, title)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count)


def _shown(option: QStyleOptionViewItem) -> tuple[QRect, QStyle.StateFlag]:
    """Returns where and in which state to paint; the type stubs do not know these fields."""
    rect: QRect = getattr(option, "rect")  # noqa: B009
    state: QStyle.StateFlag = getattr(option, "state")  # noqa: B009
    return rect, state


class GroupList(QListView):
    """The causes; keeps the chosen one while others come and go.

    Args:
        since: Says how long ago a time was.
        when: Says a time in full.

    Signals:
        chosen: The `GroupNode` whose letters should be listed.
    """

    chosen = Signal(object)

    def __init__(self, since: Callable[[int], str], when: Callable[[int], str]) -> None:
        super().__init__()
        self.setObjectName("letter-groups")
        self.setAccessibleName("Causes")
        self.setMouseTracking(True)
        self.setMinimumWidth(150)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._model = NodeModel(when)
        self.setModel(self._model)
        self.setItemDelegate(NodeDelegate(since, self))
        self._since = since
        self._ages: list[str] = []
        self._identity, self._grouping = ALL, ("", "")
        self._marking = False
        self.selectionModel().currentChanged.connect(self._moved)
        self.offering = Offering(
            self,
            self.node,
            named=lambda node: node.title,
            nothing="No cause is chosen",
            where=lambda: self.visualRect(self.currentIndex()).bottomLeft() + QPoint(24, 0),
        )

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.offering.open(event)

    def whole(self) -> Sequence[int]:
        """Returns the letters of all groups."""
        return self._model.nodes[0].numbers if self._model.nodes else ()

    def show_groups(self, groups: Iterable[LetterGroup]) -> None:
        """Shows other causes; the chosen one stays until the person chooses another, even without letters."""
        self._show_nodes(nodes_of(groups), ("", ""))

    def show_found(self, found: LettersFound) -> None:
        """Shows what was found, in its groups; the chosen one stays as above."""
        self._show_nodes(cluster_nodes(found), (found.query.by, found.query.then))

    def _show_nodes(self, nodes: list[GroupNode], grouping: tuple[str, str]) -> None:
        if grouping != self._grouping:
            self._identity, self._grouping = carried(nodes, self.node()), grouping
        bar, before = self.verticalScrollBar(), self.visualRect(self.currentIndex())
        place, seen = bar.value(), self.viewport().rect().intersects(before)
        if self._model.show_nodes(with_chosen(nodes, self._identity)):
            self._mark()
            bar.setValue(place)
            if seen:  # it stays where it is, as far as that goes
                bar.setValue(place + self.visualRect(self.currentIndex()).top() - before.top())

    def left(self) -> tuple[Identity, tuple[str, str]]:
        """Returns the chosen line, and by what letters are grouped there, for `come_back`."""
        return self._identity, self._grouping

    def come_back(self, identity: Identity, grouping: tuple[str, str]) -> None:
        """Has a line chosen that was before, once groups are shown."""
        self._identity, self._grouping = identity, grouping

    def tell_ages(self) -> None:
        """Updates how long ago things were."""
        ages = [self._since(node.last_at) for node in self._model.nodes]
        if ages != self._ages:
            self._ages = ages
            self.viewport().update()

    def node(self) -> GroupNode:
        """Returns the chosen node."""
        row = self.currentIndex().row()
        return self._model.nodes[row] if row >= 0 else GroupNode()

    def choose(self, subscription: str) -> None:
        """Chooses a subscription, or all where it has no dead letters."""
        wanted: Identity = (subscription, None, ())
        there = any(node.identity == wanted for node in self._model.nodes)
        self._identity = wanted if there else ALL
        self._mark()
        self.chosen.emit(self.node())

    def _mark(self) -> None:
        rows = {node.identity: row for row, node in enumerate(self._model.nodes)}
        self._marking = True
        self.setCurrentIndex(self._model.index(rows.get(self._identity, 0)))
        self._marking = False

    def _moved(self, index: QModelIndex) -> None:
        if index.isValid() and not self._marking:
            self._identity = self._model.nodes[index.row()].identity
            self.chosen.emit(self._model.nodes[index.row()])
