"""How docks are laid out in a window: as columns, or as they were saved; floating ones within sight."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QByteArray, QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QToolBar

WIDTHS = {"explorer": 210, "inspector": 340, "commands": 440, "subscriptions": 520, "time": 400}
UPPER = 0.62
"""Share of its column's height that the upper view gets."""
LEAST = (760, 480)
"""The smallest window, in pixels."""
VERSION = 1
"""Raise it when saved layouts no longer fit the docks."""
MOVED = "moved"
"""Told of docks that do not stand as any default has them."""
Columns = Sequence[Sequence[str]]
GRIP = QPoint(60, 12)
"""From the upper left corner of a floating dock to what has to be seen of it, so that it can be moved."""


def arrange(window: QMainWindow, docks: Mapping[str, QDockWidget], columns: Columns) -> None:
    """Lays columns of docks side by side, as the view catalog says; everything else is hidden."""
    for dock in docks.values():
        dock.setFloating(False)
        window.removeDockWidget(dock)
    heads: list[QDockWidget] = []
    for column in columns:
        first = docks[column[0].split("+")[0]]
        if heads:
            window.splitDockWidget(heads[-1], first, Qt.Orientation.Horizontal)
        else:
            window.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, first)
        heads.append(first)
    # Columns first: what is split later divides only its own column.
    for column in columns:
        for above, below in pairwise([docks[cell.split("+")[0]] for cell in column]):
            window.splitDockWidget(above, below, Qt.Orientation.Vertical)
    for cell in (cell for column in columns for cell in column):
        front, *behind = [docks[key] for key in cell.split("+")]
        front.show()
        for dock in behind:
            window.tabifyDockWidget(front, dock)
            dock.show()
        front.raise_()
    _size(window, docks, columns)


def _size(window: QMainWindow, docks: Mapping[str, QDockWidget], columns: Columns) -> None:
    keys = [column[0].split("+")[0] for column in columns]
    total = max(window.width(), LEAST[0])
    fixed = {key: min(WIDTHS[key], total // (6 if key == "explorer" else 3)) for key in keys if key in WIDTHS}
    for column in columns:
        cells = [docks[cell.split("+")[0]] for cell in column]
        parts = [round(window.height() * (UPPER if dock is cells[0] else 1 - UPPER)) for dock in cells]
        window.resizeDocks(cells, parts, Qt.Orientation.Vertical)
    if len(fixed) == len(keys):
        del fixed[keys[-1]]
    share = max(LEAST[0] // 4, (total - sum(fixed.values())) // max(1, len(keys) - len(fixed)))
    heads = [docks[key] for key in keys]
    window.resizeDocks(heads, [fixed.get(key, share) for key in keys], Qt.Orientation.Horizontal)


def told_of(
    window: QMainWindow, docks: Mapping[str, QDockWidget], shown: Collection[str], columns: Columns
) -> str:
    """Returns what is kept beside the docks' state: which are shown, and the default as which they stand."""
    made = _named(columns) if stands_as(window, docks, shown, columns) else MOVED
    return f"{' '.join(shown)}\n{made}"


def come_back(
    window: QMainWindow,
    docks: Mapping[str, QDockWidget],
    kept: Sequence[object],
    columns: Columns,
    earlier: Columns = (),
) -> bool:
    """Arranges the docks as they were left; by default where none was moved, and the default was another.

    Args:
        kept: The state of the docks, and what `told_of` told of it.
        columns: The default.
        earlier: What that was when it was not told yet by which default docks stood.

    Returns:
        Whether they were left.
    """
    saved, said = kept
    if not isinstance(saved, QByteArray):
        return False
    keys, _, made = str(said or "").partition("\n")
    shown = keys.split()
    done = made in {"", MOVED, _named(columns)} and restore(window, docks, saved, shown)
    if not done or (not made and stands_as(window, docks, shown, earlier)):
        arrange(window, docks, columns)
    return True


def stands_as(
    window: QMainWindow, docks: Mapping[str, QDockWidget], shown: Collection[str], columns: Columns
) -> bool:
    """Whether docks stand as columns say; how wide they are, and which of some tabs is in front, is free."""
    cells = [[cell.split("+") for cell in column] for column in columns]
    if {*shown} != {key for column in cells for cell in column for key in cell}:
        return False
    if any(docks[key].isFloating() for key in shown):
        return False
    for cell in (cell for column in cells for cell in column):
        mates = {*window.tabifiedDockWidgets(docks[cell[0]]), docks[cell[0]]}
        if {key for key in shown if docks[key] in mates} != {*cell}:
            return False
    # Qt puts what is behind another tab beyond the window's edge.
    places = [[max((docks[key].pos() for key in cell), key=QPoint.x) for cell in column] for column in cells]
    ways = [[column[0].x() for column in places], *([one.y() for one in column] for column in places)]
    return all(before < then for way in ways for before, then in pairwise(way))


def _named(columns: Columns) -> str:
    return " ".join("/".join(column) for column in columns)


def restore(
    window: QMainWindow, docks: Mapping[str, QDockWidget], saved: QByteArray, shown: Collection[str]
) -> bool:
    """Arranges the docks as they were saved; returns False where that cannot be read.

    Which bars are there depends on what is open now, not on what was when that was saved.
    """
    bars = {bar: bar.isHidden() for bar in window.findChildren(QToolBar)}
    away = [dock for key, dock in docks.items() if key not in shown]
    names = [dock.objectName() for dock in away]
    for dock in away:
        # Qt would show docks in some corner that were away when the state was saved; it goes by names.
        window.removeDockWidget(dock)
        dock.setObjectName("")
    done = window.restoreState(saved, VERSION)
    for dock, name in zip(away, names, strict=True):
        dock.setObjectName(name)
        dock.hide()
    for key in shown:
        if key in docks:
            docks[key].show()
    for bar, hidden in bars.items():
        bar.setHidden(hidden)
    bring_into_sight(docks.values())
    return done


def bring_into_sight(docks: Iterable[QDockWidget]) -> None:
    """Moves floating docks that stand on no screen any more onto one."""
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    for dock in docks:
        if dock.isFloating() and (place := in_sight(dock.geometry(), screens)) != dock.geometry():
            dock.setGeometry(place)


def in_sight(place: QRect, screens: Sequence[QRect]) -> QRect:
    """Returns a place whose upper left corner is on a screen: the same if it is, else within the first."""
    if not screens or any(screen.contains(place.topLeft() + GRIP) for screen in screens):
        return place
    room = screens[0]
    inside = QRect(QPoint(), place.size().boundedTo(room.size()))
    inside.moveCenter(room.center())
    return inside
