"""The main window: it only arranges docks, menus, the status line and notices."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QPoint, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QDockWidget, QLabel, QMainWindow, QTabWidget, QToolBar, QWidget
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.dock_layout import LEAST, VERSION, WIDTHS, arrange, bring_into_sight, come_back, told_of
from workbench.gui.dock_titles import DockTitles
from workbench.gui.dropped_path import dropped_path
from workbench.gui.explorer_width import ExplorerWidth
from workbench.gui.ticker import pause_timer
from workbench.gui.view_catalog import MENUS, NARROW, PERSPECTIVES, VIEWS, ViewEntry, defaults_of
from workbench.gui.visited_view import VisitedView, place_late
from workbench.gui.window_layouts import NARROWER, WindowLayouts

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent, QScreen

    from workbench.gui.desk import Desk
    from workbench.gui.notice_card import NoticeCard
    from workbench.gui.notices import Notices
    from workbench.gui.status_line import StatusLine
    from workbench.gui.text.conflict_banner import ConflictBanner
    from workbench.gui.view import View

SIZE = QSize(1440, 900)
"""Size of the first window, in pixels."""
FRAME = QSize(16, 48)
"""What may be put around a window, its title included; how much it is, is known only once it is shown."""
OPENING = "Opening …"
FIRST = "Run"
SETTLED_MS = 200
"""The window has another width once it was not resized for so long, in milliseconds."""


class MainWindow(QMainWindow):
    """Docks around views; shown before anything heavy is imported, then filled.

    Signals:
        close_wanted: The person closes the window; its owner ends the work first.
        perspective_changed: The name of the arrangement that is shown now.
        dropped: Path of a folder or file that was dropped on the window.
    """

    close_wanted = Signal()
    perspective_changed = Signal(str)
    dropped = Signal(object)

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        self.setObjectName("main-window")
        self.setWindowTitle("Event Workbench")
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.views: dict[str, View] = {}
        self.docks: dict[str, QDockWidget] = {}
        self.perspective = ""
        self._left: dict[str, str] = {}  # by perspective: the view that had the keyboard when it was left
        self._settings, self._ready_to_close = settings, False
        self.layouts = WindowLayouts(self, settings)
        self._resized = pause_timer(self, SETTLED_MS, self._turn_width)
        self._page: QWidget | None = None
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # the menu View has what can be shown
        self.tools = QToolBar("Tools")
        self.tools.setObjectName("tools")
        self.tools.setMovable(False)
        self.tools.setIconSize(QSize(16, 16))
        self.addToolBar(self.tools)
        for entry in VIEWS:
            self._add_dock(entry)
        self._titles, self.visited = DockTitles(self, self.docks), VisitedView(self)
        self._explorer = ExplorerWidth(self, self.docks["explorer"], settings, WIDTHS["explorer"])
        # Menus get their actions once there is a session; their names stand there from the start.
        self.menus = {name: self.menuBar().addMenu(f"&{name}") for name in MENUS}
        for menu in self.menus.values():
            menu.setToolTipsVisible(True)
        if isinstance(app := QApplication.instance(), QApplication):
            app.focusChanged.connect(self._focus_moved)
            app.screenRemoved.connect(self._lose_screen)
        self.setAcceptDrops(True)
        self.setMinimumSize(*LEAST)  # else docks that come and go would enlarge it for good

    def _add_dock(self, entry: ViewEntry) -> None:
        dock = QDockWidget(entry.title, self)
        dock.setObjectName(f"dock-{entry.key}")
        dock.setWidget(_waiting(OPENING))
        dock.hide()  # what no arrangement places must not appear in a corner
        dock.visibilityChanged.connect(partial(self._came_or_went, entry.key))
        self.docks[entry.key] = dock

    def come_back(self) -> None:
        """Restores size, place and arrangement as the person left them (ux rule 9)."""
        geometry = self._settings.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        else:
            self.resize(SIZE.boundedTo(self.screen().availableSize() - FRAME))
        project = str(self._settings.value("last-project", ""))
        self.layouts.turn_to(project=project, narrow=self.width() < NARROWER)
        name = str(self._settings.value("perspective", FIRST))
        self.show_perspective(name if name in PERSPECTIVES else FIRST)

    def remember(self) -> None:
        """Saves size, place and arrangement for the next start."""
        self.save_perspective()
        self._settings.setValue("geometry", self.saveGeometry())

    def use(self, status: StatusLine) -> None:
        """Gives the window its icons and status line, neither of which its first moment needs."""
        from workbench.gui.icons import icon

        self.setWindowIcon(icon("app"))
        for entry in VIEWS:
            self.docks[entry.key].setWindowIcon(icon(entry.icon))
            self.docks[entry.key].toggleViewAction().setIcon(icon(entry.icon))
        self.setStatusBar(status)

    @cached_property
    def notices(self) -> Notices:
        """What the person is told."""
        from workbench.gui.notices import Notices

        return Notices(self)

    def fill(self, desk: Desk) -> None:
        """Makes the views of an open project and puts them into the docks."""
        for entry in VIEWS:
            view = entry.load()(desk)
            dock = self.docks[entry.key]
            old = dock.widget()
            dock.setWidget(view)
            old.deleteLater()
            self.views[entry.key] = view
        self._take_page_away()
        desk.travels.where = self.visited.where
        desk.wanted.connect(self.visited.lead)
        desk.noticed.connect(self.notices.show_notice)
        desk.drafted.connect(self._mark_unsaved)
        self.begin()

    def hold_still(self) -> None:
        """Takes nothing that is typed into the views any more, until there are others."""
        for view in self.views.values():
            view.setEnabled(False)

    def empty(self, said: str = OPENING) -> None:
        """Takes the views away, before the project is closed, and says why there are none."""
        if self._page is not None:
            self._page.setEnabled(False)
        self.setWindowTitle("Event Workbench")
        self.visited.let_stay()
        self.views.clear()
        self._mark_unsaved()
        for dock in self.docks.values():
            old = dock.widget()
            dock.setWidget(_waiting(said))
            old.deleteLater()

    def show_page(self, page: QWidget) -> None:
        """Shows one page in the place of all views, until there are some again."""
        if self._page is None:
            self.save_perspective()
            for dock in self.docks.values():
                dock.hide()
        self._page = page
        self.setCentralWidget(page)  # which deletes the one before
        page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_page_away(self) -> None:
        page, self._page = self._page, None
        if page is not None:
            self.takeCentralWidget()
            page.deleteLater()
            self.show_perspective(self.perspective, save=False)

    def bring(self, key: str) -> None:
        """Shows a view and gives it the keyboard, unless it has it."""
        dock = self.docks[key]
        if self.dockWidgetArea(dock) == Qt.DockWidgetArea.NoDockWidgetArea:
            place_late(self, key)
        self.visited.keep(key)
        dock.show()
        dock.raise_()
        view = self.views.get(key)
        if view is not None:
            view.catch_up()
            if self.pane() is not view:
                view.take_keyboard()

    # -- the keyboard -------------------------------------------------------------------------------------

    def pane(self) -> View | None:
        """Returns the view that has the keyboard, or gets it as soon as the window has it."""
        widget = self.focusWidget()
        return next((one for one in self.views.values() if widget is not None and _holds(one, widget)), None)

    def panes(self) -> list[View]:
        """Returns the views that are seen, from left to right and from top to bottom."""
        seen = [one for one in self.views.values() if one.seen()]
        return sorted(seen, key=lambda one: (one.mapTo(self, QPoint()).x(), one.mapTo(self, QPoint()).y()))

    def next_pane(self, step: int = 1) -> None:
        """Gives the keyboard to the next pane, there to what had it last, or to what asks something."""
        panes: list[View | NoticeCard | ConflictBanner] = []
        for view in self.panes():
            panes += [view, *view.asks()]
        panes += self.notices.stops()
        widget = self.focusWidget()
        if panes:
            holds = [at for at, one in enumerate(panes) if widget is not None and _holds(one, widget)]
            pane = panes[((holds or [-step])[-1] + step) % len(panes)]
            pane.take_keyboard(pane.focusWidget())

    def begin(self, *first: str) -> None:
        """Gives the keyboard to one of these views, else to where a person begins; only to one that is seen.

        In the view it goes to what had it there last.
        """
        order = [key for key in (*first, *self._order()) if key in self.views]
        view = next((self.views[key] for key in order if self.views[key].seen()), None)
        if view is not None:
            view.take_keyboard(view.focusWidget())

    def _order(self) -> list[str]:
        """Returns the views in the order in which a person begins in this arrangement."""
        cells = [cell for column in PERSPECTIVES.get(self.perspective, ())[1:] for cell in column]
        return [*(key for cell in cells for key in cell.split("+")), *self.docks]

    def _go_home(self, first: str) -> None:
        """Brings the view of the arrangement to the front and gives the keyboard to one, else to that."""
        home = next((key for key in self._order() if not self.docks[key].isHidden()), "")
        if home in self.views:
            self.docks[home].raise_()
            self.begin(first)

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is None:
            self._look_after_keyboard()

    def _look_after_keyboard(self) -> None:
        """Makes sure that a view has the keyboard focus, once what is running is done."""
        QTimer.singleShot(0, self, self._give_focus)

    def _give_focus(self) -> None:
        widget, pane = QApplication.focusWidget(), self.pane()
        bars = (self.tools, self.statusBar())
        unseen = pane is not None and not pane.seen()
        if any(one.desk.awaiting is one and one.isVisible() for one in self.views.values()):
            return  # it takes the keyboard as soon as it is seen
        if self.isActiveWindow() and (unseen or widget is None or any(_holds(bar, widget) for bar in bars)):
            self.begin(*((pane.key, self._in_front_of(pane)) if pane is not None else ()))

    def _in_front_of(self, view: View) -> str:
        """Returns the view whose tab stands in front of another's; empty for none."""
        tabbed = self.tabifiedDockWidgets(self.docks[view.key])
        return next((one.key for one in self.panes() if self.docks[one.key] in tabbed), "")

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and QApplication.focusWidget() is None:
            self._look_after_keyboard()

    def _lose_screen(self, _screen: QScreen) -> None:
        bring_into_sight(self.docks.values())

    def _came_or_went(self, key: str, visible: bool) -> None:  # a signal's argument
        if visible and key in self.views:
            self.views[key].come_to_sight()
        elif not visible and isValid(self):  # Qt hides the docks of a window that it deletes, too
            self._look_after_keyboard()

    def _mark_unsaved(self) -> None:
        """Marks the views that hold something that a person typed and neither sent nor saved (V2)."""
        for entry in VIEWS:
            view = self.views.get(entry.key)
            mark = " •" if view is not None and view.unsaved() else ""
            if self.docks[entry.key].windowTitle() != f"{entry.title}{mark}":
                self.docks[entry.key].setWindowTitle(f"{entry.title}{mark}")

    # -- perspectives -------------------------------------------------------------------------------------

    def show_perspective(self, name: str, *, save: bool = True) -> None:
        """Arranges the docks as the person left that perspective, or as it is by default.

        Args:
            save: Keep how the docks stand before.
        """
        if save:
            self.save_perspective()
        if (pane := self.pane()) is not None:
            self._left[self.perspective] = pane.key
        first = self._left.get(name, "") if name != self.perspective else ""
        self.perspective = name
        self._settings.setValue("perspective", name)  # at once: it may crash
        if self._page is not None:  # there is nothing to arrange yet
            self.perspective_changed.emit(name)
            return
        if not self._restore():
            self.reset_perspective()
        self._titles.look()
        self._explorer.give_back()
        self._go_home(first)
        self.perspective_changed.emit(name)

    def _restore(self) -> bool:
        """Arranges the docks as they were left in a window of this width; returns whether they were."""
        places = (self.layouts.by_width(f"{place}/{self.perspective}") for place in ("docks", "shown"))
        defaults = defaults_of(self.perspective, narrow=self.layouts.narrow)
        return come_back(self, self.docks, tuple(map(self.layouts.find, places)), *defaults)

    def use_project(self, folder: str) -> None:
        """Looks as it was left with a project."""
        if self.layouts.turn_to(project=folder) and self.perspective and self._page is None:
            self.show_perspective(self.perspective, save=False)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (self.width() < NARROWER) != self.layouts.narrow:
            self._resized.start()

    def _turn_width(self) -> None:
        """Arranges what was arranged before in a window that was as narrow, or as wide, as this is now."""
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._resized.start()
        elif (self.width() < NARROWER) != self.layouts.narrow:
            self.save_perspective()
            self.layouts.turn_to(narrow=self.width() < NARROWER)
            if self._page is None and self.perspective and self._restore():
                self._titles.look()
                self._explorer.give_back()
                self._look_after_keyboard()

    def save_perspective(self) -> None:
        """Remembers how the docks stand now."""
        if self.perspective and self._page is None:
            shown = self.visited.lasting(key for key, dock in self.docks.items() if not dock.isHidden())
            columns, _ = defaults_of(self.perspective, narrow=self.layouts.narrow)
            told = told_of(self, self.docks, shown, columns)
            kept = {"docks": self.saveState(VERSION), "shown": told}
            for place, value in kept.items():
                self.layouts.keep(self.layouts.by_width(f"{place}/{self.perspective}"), value)

    def reset_perspective(self) -> None:
        """Arranges the shown perspective as it is by default."""
        self.arrange((NARROW if self.width() < NARROWER else PERSPECTIVES)[self.perspective])

    def arrange(self, columns: Sequence[Sequence[str]]) -> None:
        """Lays columns of docks side by side, as the view catalog says; everything else is hidden."""
        arrange(self, self.docks, columns)

    # -- what is dropped on it ----------------------------------------------------------------------------

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_path(event.mimeData()) is not None:
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        if (path := dropped_path(event.mimeData())) is not None:
            event.setDropAction(Qt.DropAction.CopyAction)  # never a move: its source would remove the file
            event.accept()
            self.dropped.emit(path)

    # -- closing --------------------------------------------------------------------------------------------

    def may_close(self) -> None:
        """Lets the next close take effect."""
        self._ready_to_close = True

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        # Work is ended in stages by the listener; the window closes when that is done.
        if self._ready_to_close:
            event.accept()
        else:
            event.ignore()
            self.close_wanted.emit()


def _holds(outer: QWidget, inner: QWidget) -> bool:
    return outer is inner or outer.isAncestorOf(inner)


def _waiting(said: str) -> QWidget:
    """Returns what a dock holds until its view is made."""
    label = QLabel(said)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setEnabled(False)
    return label
