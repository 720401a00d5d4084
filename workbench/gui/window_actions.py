"""What a person can do in the window as a whole: each action beside what it does."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from workbench.gui.actions import Action, Actions, WidgetKey, action
from workbench.gui.bundle_actions import BundleActions
from workbench.gui.edit_menu import EditMenu
from workbench.gui.file_actions import no_project
from workbench.gui.long_view import LongText
from workbench.gui.palette import Palette, Target
from workbench.gui.palette_targets import (
    action_targets,
    model_targets,
    nothing_found,
    notice_targets,
    stream_targets,
    tab_targets,
)
from workbench.gui.pausing import RUNS, pause_engine, step_engine
from workbench.gui.recent_projects import recent_targets
from workbench.gui.theme import theme
from workbench.gui.told_shortcut import REFUSED, ToldShortcut
from workbench.gui.view_catalog import PERSPECTIVES, VIEWS
from workbench.model.changes import Changes

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from workbench.gui.desk import Desk
    from workbench.gui.main_window import MainWindow
    from workbench.gui.view import View
    from workbench.gui.zone_menu import ZoneChooser
    from workbench.services.workspace import Workspace

WENT, REMEMBERED = "went", 12
"""Where it is kept what one went to by the palette, and how many of that."""


def _no_way(owner: WindowActions, *, back: bool) -> str:
    return owner.desk.travels.no_way(back=back) if owner.desk is not None else no_project(owner)


class WindowActions(BundleActions):
    """The actions of the window, those of its File menu first."""

    def __init__(self, window: MainWindow, zones: ZoneChooser, settings: QSettings) -> None:
        super().__init__()
        self.window, self.zones = window, zones
        self._settings, self._opening = settings, asyncio.Lock()
        self.workspace: Workspace | None = None
        self.desk: Desk | None = None
        self.acts = Actions(self, window)
        self.acts.offer()
        self._told = [ToldShortcut(window, self.acts[key], self._tell) for key in ("back", "forward")]
        self._fill_menus()
        theme().resized.connect(self._keep_text_size)

    def _tell(self, said: str) -> None:
        if self.desk is not None:
            self.desk.notice("info", said, topic=REFUSED)

    def _keep_text_size(self) -> None:
        self._settings.setValue("text-size", theme().text_size)

    def _fill_menus(self) -> None:
        groups: dict[str, int] = {}
        for bound in sorted(self.acts, key=lambda one: one.act.group):  # of one group in order
            menu, group = self.window.menus[bound.act.menu], bound.act.group
            if groups.setdefault(bound.act.menu, group) != group:
                menu.addSeparator()
            groups[bound.act.menu] = group
            menu.addAction(bound)
            if bound.act.key == "open":
                self.offer_recent(menu)
        EditMenu(self.window.menus["Edit"], self.window, self.acts["find"])

    # -- what can be done: views ----------------------------------------------------------------------------

    perspectives = tuple(
        Action(
            key=f"perspective-{name.lower()}",
            text=name,
            menu="View",
            run=lambda session, name=name: session.window.show_perspective(name),
            keys=f"Ctrl+{number}",
            tip=f"Arrange the window to {name.lower()}",
            checked=lambda session, name=name: session.window.perspective == name,
        )
        for number, name in enumerate(PERSPECTIVES, 1)
    )
    views = tuple(
        Action(
            key=f"view-{entry.key}",
            text=entry.title,
            menu="View",
            run=lambda session, key=entry.key: session.bring(key),
            icon=entry.icon,
            group=1,
            why=no_project,
        )
        for entry in VIEWS
    )
    looks = tuple(
        Action(
            key=f"theme-{mode}",
            text=text,
            menu="View",
            run=lambda session, mode=mode: session.set_theme(mode),
            group=2,
            checked=lambda _session, mode=mode: theme().mode == mode,
        )
        for mode, text in (("light", "Light"), ("dark", "Dark"), ("system", "As the system"))
    )

    def bring(self, key: str) -> None:
        """Shows a view."""
        self.window.bring(key)

    def set_theme(self, mode: str) -> None:
        """Chooses light, dark, or what the system says, and remembers it."""
        if mode in ("light", "dark", "system"):
            theme().set_mode(mode)  # type: ignore[arg-type]  # narrowed by the line above
            self._settings.setValue("theme", mode)
            self.acts.refresh()

    @action(
        "Time &zone …",
        key="zone",
        tip="Choose the zone of all times that are shown and typed",
        menu="View",
        group=3,
    )
    def choose_zone(self) -> None:
        """Offers zones in a menu."""
        self.zones.offer()

    @action("Reset layout", key="reset-layout", menu="View", group=3)
    def reset_layout(self) -> None:
        """Arranges the perspective, and the panes and columns of all views, as they are by default."""
        self.window.layouts.forget()
        self.window.reset_perspective()

    # -- what can be done: going ----------------------------------------------------------------------------

    @action(
        "Go to …",
        keys="Ctrl+K",
        icon="search",
        word="Go to anything    Ctrl+K",
        tip="Go to anything, do anything",
        menu="Go",
    )
    def palette(self) -> None:
        """Opens the palette."""
        desk = self.desk
        find = partial(stream_targets, desk) if desk is not None else nothing_found
        recent = str(self.window.layouts.find(WENT, anywhere=False) or "").splitlines()
        palette = Palette(self.window, self._targets(), find, further=self._further, recent=recent)
        palette.opening = self._opening.locked()
        palette.went.connect(lambda target: self._note_went(recent, target.name))
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if desk is not None:  # scenarios are read beside the loop: they may come later
            scenarios = desk.workspace.scenarios
            palette.destroyed.connect(scenarios.listen(lambda: palette.offer(self._targets())))
        palette.show()

    def _targets(self) -> list[Target]:
        named = model_targets(self.desk) if self.desk is not None else []
        named += recent_targets(self._settings, self)
        own = [*action_targets(self.window, self.bring), *tab_targets(self.window, self.bring)]
        return [*notice_targets(self.window.notices.offers()), *own, *named]

    def _note_went(self, recent: list[str], name: str) -> None:
        kept = [name, *(one for one in recent if one != name)][:REMEMBERED]
        self.window.layouts.keep(WENT, "\n".join(kept), anywhere=False)

    def _further(self, typed: str) -> list[Target]:
        """Offers to search all that is stored for what was typed."""
        if self.desk is None:
            return []
        text = f"Search everything stored for “{typed}”"
        return [Target(text=text, kind="search", icon="search", go=partial(self.search_for, typed))]

    def search_for(self, words: str) -> None:
        """Searches all that is stored for words."""
        from workbench.gui.views.search_view import SearchView
        from workbench.services.search.search_query import SearchQuery

        self.bring("search")
        if isinstance(view := self.window.views.get("search"), SearchView):
            view.show_query(SearchQuery(words=words))

    @action("Search everything", key="search", keys="Ctrl+Shift+F", icon="search", menu="Go", why=no_project)
    def search_everything(self) -> None:
        """Shows the search over everything that is stored."""
        self.bring("search")

    @action("Find in this view", keys="Ctrl+F", icon="filter", menu="Go", why=no_project)
    def find(self) -> None:
        """Gives the keyboard to the filter of the view that has it now; in a long text to its own."""
        if isinstance(text := QApplication.focusWidget(), LongText):
            text.finder.open()
        elif (view := self._view()) is not None:
            view.focus_filter()

    def _view(self) -> View | None:
        """Returns the view that has the keyboard."""
        widget = QApplication.focusWidget()
        while widget is not None:
            if (view := self.window.views.get(widget.objectName())) is widget:
                return view
            widget = widget.parentWidget()
        return None

    @action(
        "Story of what is chosen",
        key="story-of-chosen",
        keys="Alt+Return",
        icon="trace",
        menu="Go",
        tip="Tell what led to what is chosen, and all that its command caused",
        why=no_project,
    )
    def tell_story(self) -> None:
        """Has the view that has the keyboard tell how what is chosen in it came about."""
        if (view := self._view()) is not None:
            view.tell_why()
        elif self.desk is not None:
            self.desk.wanted.emit("story")

    @action("Refresh", keys="F5", icon="refresh", menu="Go", why=no_project)
    def refresh(self) -> None:
        """Has every view and the status bar ask again."""
        if self.desk is not None:
            self.desk.changed.emit(Changes(model=True, everything=True))
            for view in self.window.views.values():
                if view.seen():
                    view.renew()

    @action("Back", keys="Alt+Left", icon="back", menu="Go", group=1, why=partial(_no_way, back=True))
    def back(self) -> None:
        """Returns to what was selected before."""
        if self.desk is not None:
            self.desk.go(back=True)

    @action("Forward", keys="Alt+Right", icon="forward", menu="Go", group=1, why=partial(_no_way, back=False))
    def forward(self) -> None:
        """Goes again where `back` came from."""
        if self.desk is not None:
            self.desk.go(back=False)

    @action("Open the menu of what is chosen", key="menu", keys="Shift+F10", menu="Go", group=2)
    def open_menu(self) -> None:
        """Opens the menu of what has the keyboard, at what is chosen there."""
        if (widget := QApplication.focusWidget()) is not None:
            place = widget.rect().center()
            reason = QContextMenuEvent.Reason.Keyboard
            QApplication.sendEvent(widget, QContextMenuEvent(reason, place, widget.mapToGlobal(place)))

    keys_of_menus = (WidgetKey("Menu", "Open the menu of what is chosen"),)

    @action("Next pane", key="next-pane", keys="F6", menu="Go", group=2, why=no_project)
    def next_pane(self) -> None:
        """Gives the keyboard to the next view, or to a notice that offers something."""
        self.window.next_pane()

    @action("Notices", key="notices", keys="Ctrl+Shift+N", icon="bell", menu="Go", group=2)
    def show_notices(self) -> None:
        """Lists what was told, also what left by itself, with what it still offers."""
        from workbench.gui.notice_list import NoticeList

        NoticeList(self.window, self.window.notices, self.palette).open()

    @action("Previous pane", key="previous-pane", keys="Shift+F6", menu="Go", group=2, why=no_project)
    def previous_pane(self) -> None:
        """Gives the keyboard to the view before."""
        self.window.next_pane(-1)

    # -- what can be done: the engine -----------------------------------------------------------------------

    @property
    def paused(self) -> bool:
        """Whether the engine is paused."""
        return self.workspace is not None and self.workspace.monitor.paused

    @action(
        "Pause",
        key="engine",
        keys="F8",
        icon="pause",
        tip="Pause or resume all deliveries and projections",
        about=lambda _session: "the engine",
        menu="Engine",
        writes=True,
        look=lambda session: ("Resume", "play") if session.paused else ("Pause", "pause"),
    )
    def toggle_engine(self) -> None:
        """Pauses or resumes the engine."""
        if self.desk is not None and self.workspace is not None:
            pause_engine(self.desk, paused=not self.workspace.monitor.paused)

    @action(
        "Step",
        keys="F10",
        icon="step",
        tip="Do one delivery while the engine is paused",
        menu="Engine",
        writes=True,
        why=lambda session: "" if session.paused else RUNS,
    )
    def step(self) -> None:
        """Does one delivery."""
        if self.desk is not None:
            self.desk.run(step_engine(self.desk), "Step")

    @action(
        "Pu&blish a message …",
        keys="Ctrl+M",
        icon="send",
        tip="Publish a message to a topic",
        menu="Engine",
        group=1,
        writes=True,
    )
    def publish(self) -> None:
        """Opens the form that publishes a message."""
        from workbench.gui.views.publish_dialog import open_publish

        if self.desk is not None:
            open_publish(self.window.views["commands"], self.desk)

    def _no_append(self) -> str:
        from workbench.gui.views.append_dialog import why_not

        return why_not(self.desk)

    @action(
        "&Append an event …",
        key="append",
        icon="plus",
        tip="Append an event to a stream by hand, with the reason for it",
        menu="Engine",
        group=1,
        writes=True,
        why=_no_append,
    )
    def append_event(self) -> None:
        """Opens the form that appends an event to the stream that is selected."""
        from workbench.gui.views.append_dialog import open_append

        if self.desk is not None:
            open_append(self.window.views["timeline"], self.desk, self.desk.selection.stream)

    def _no_story(self) -> str:
        told = self.workspace is not None and self.workspace.project.story is not None
        return "" if told else "This project has no story"

    @action(
        "Play the story",
        key="story",
        icon="star",
        tip="Issue the commands of the sample's story, one after the other",
        menu="Engine",
        group=1,
        writes=True,
        why=_no_story,
    )
    def play_story(self) -> None:
        """Issues the commands of the project's story, one after the other, visibly."""
        if self.desk is not None and self.workspace is not None:
            self.desk.run(self.workspace.story.play(), "Play the story")

    @action("&Documentation", key="manual", keys="Shift+F1", icon="help", menu="Help")
    def show_manual(self) -> None:
        """Shows the documents of the program in a window of their own."""
        from workbench.gui.manual_window import ManualWindow

        manual = self.window.findChild(ManualWindow) or ManualWindow(self.window)
        manual.show()
        manual.raise_()
        manual.activateWindow()

    @action("Keys", key="keys", keys="F1", icon="keyboard", menu="Help", tip="Show all keys")
    def show_keys(self) -> None:
        """Shows all keys in a small window."""
        from workbench.gui.key_list import KeyList

        KeyList(self.window).open()
