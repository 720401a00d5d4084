"""The list of everything that menus, keys, tool bar and palette offer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from workbench.gui.actions import Act
from workbench.gui.view_catalog import PERSPECTIVES, VIEWS

if TYPE_CHECKING:
    from workbench.gui.session import Session


def acts_of(session: Session) -> list[Act]:
    """Returns all actions of a window."""
    return [*_files(session), *_views(session), *_going(session), *_engine(session), *_help(session)]


def _files(session: Session) -> list[Act]:
    return [
        Act(
            key="open",
            text="&Open project …",
            menu="File",
            run=session.choose_project,
            keys="Ctrl+O",
            icon="open",
        ),
        Act(
            key="sample-users",
            text="Open the &users sample",
            menu="File",
            run=lambda: session.open_sample("users"),
        ),
        Act(
            key="sample-orders",
            text="Open the o&rders sample",
            menu="File",
            run=lambda: session.open_sample("orders"),
        ),
        Act(
            key="sample-users-declared",
            text="Open the users sample, declared without code",
            menu="File",
            run=lambda: session.open_sample("users-declared"),
        ),
        Act(
            key="sample-orders-declared",
            text="Open the orders sample, declared without code",
            menu="File",
            run=lambda: session.open_sample("orders-declared"),
        ),
        Act(
            key="import",
            text="&Import events …",
            menu="File",
            run=session.import_file,
            keys="Ctrl+I",
            icon="import",
            tip="Bring the JSON objects of a file in as events",
            writes=True,
            group=1,
        ),
        Act(key="quit", text="&Quit", menu="File", run=session.quit, keys="Ctrl+Q", group=2),
    ]


def _views(session: Session) -> list[Act]:
    window = session.window
    perspectives = [
        Act(
            key=f"perspective-{name.lower()}",
            text=name,
            menu="View",
            run=partial(window.show_perspective, name),
            keys=f"Ctrl+{number}",
            tip=f"Arrange the window to {name.lower()}",
        )
        for number, name in enumerate(PERSPECTIVES, 1)
    ]
    views = [
        Act(
            key=f"view-{entry.key}",
            text=entry.title,
            menu="View",
            run=partial(session.bring, entry.key),
            icon=entry.icon,
            group=1,
        )
        for entry in VIEWS
    ]
    looks = [
        Act(
            key=f"theme-{mode}",
            text=text,
            menu="View",
            run=partial(session.set_theme, mode),
            group=2,
        )
        for mode, text in (("light", "Light"), ("dark", "Dark"), ("system", "As the system"))
    ]
    zone = Act(
        key="zone",
        text="Time &zone …",
        menu="View",
        run=session.zones.offer,
        tip="Choose the zone of all times that are shown and typed",
        group=3,
    )
    reset = Act(key="reset-layout", text="Reset layout", menu="View", run=window.reset_perspective, group=3)
    return [*perspectives, *views, *looks, zone, reset]


def _going(session: Session) -> list[Act]:
    return [
        Act(
            key="palette",
            text="Go to …",
            menu="Go",
            run=session.palette,
            keys="Ctrl+K",
            icon="search",
            tip="Go to anything, do anything",
        ),
        Act(key="find", text="Find in this view", menu="Go", run=session.find, keys="Ctrl+F", icon="filter"),
        Act(key="refresh", text="Refresh", menu="Go", run=session.refresh, keys="F5", icon="refresh"),
        Act(key="back", text="Back", menu="Go", run=session.back, keys="Alt+Left", icon="back", group=1),
        Act(
            key="forward",
            text="Forward",
            menu="Go",
            run=session.forward,
            keys="Alt+Right",
            icon="forward",
            group=1,
        ),
        Act(
            key="next-pane",
            text="Next pane",
            menu="Go",
            run=session.window.next_pane,
            keys="F6",
            group=2,
        ),
        Act(
            key="previous-pane",
            text="Previous pane",
            menu="Go",
            run=partial(session.window.next_pane, -1),
            keys="Shift+F6",
            group=2,
        ),
    ]


def _engine(session: Session) -> list[Act]:
    return [
        Act(
            key="engine",
            text="Pause",
            menu="Engine",
            run=session.toggle_engine,
            keys="F8",
            icon="pause",
            tip="Pause or resume all deliveries and projections",
            writes=True,
        ),
        Act(
            key="step",
            text="Step",
            menu="Engine",
            run=session.step,
            keys="F10",
            icon="step",
            tip="Do one delivery while the engine is paused",
            writes=True,
        ),
        Act(
            key="publish",
            text="Pu&blish a message …",
            menu="Engine",
            run=session.publish,
            keys="Ctrl+M",
            icon="send",
            tip="Publish a message to a topic",
            writes=True,
            group=1,
        ),
        Act(
            key="story",
            text="Play the story",
            menu="Engine",
            run=session.play_story,
            icon="star",
            tip="Issue the commands of the sample's story, one after the other",
            writes=True,
            group=1,
        ),
    ]


def _help(session: Session) -> list[Act]:
    return [
        Act(key="keys", text="Keys", menu="Help", run=lambda: show_keys(session), keys="F1", icon="keyboard"),
    ]


def show_keys(session: Session) -> None:
    """Shows all keys in a small window."""
    from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout

    from workbench.gui.theme import code_font

    dialog = QDialog(session.window)
    dialog.setWindowTitle("Keys")
    dialog.resize(420, 460)
    text = QPlainTextEdit()
    text.setReadOnly(True)
    text.setFont(code_font())
    lines = [f"{act.keys:<22}{act.text.replace('&', '')}" for act in acts_of(session) if act.keys]
    lines += [f"{keys:<22}{said}" for keys, said in IN_VIEWS]
    text.setPlainText("\n".join(lines))
    QVBoxLayout(dialog).addWidget(text)
    dialog.open()
    dialog.finished.connect(dialog.deleteLater)


IN_VIEWS = (
    ("Ctrl+Enter", "Commands: send"),
    ("Ctrl+Shift+Enter", "Commands: edit a copy"),
    ("Ctrl+[  Ctrl+]", "Timeline: event before, event after"),
    ("Home  End", "Timeline: first, live"),
    ("R", "Dead letters: replay"),
    ("E", "Dead letters: edit and replay"),
    ("T", "Dead letters: dry run"),
    ("Del", "Dead letters: archive"),
    ("Shift+Del", "Dead letters: purge"),
    ("F", "Flow board: show all"),
)
