"""What stands in the window while a project cannot be opened: its mistakes, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.broken_text import BrokenText, Check
from workbench.gui.file_watcher import Watch
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.tree import OfferingTree, TreeItem, TreeRow
from workbench.gui.widgets import plain_label, push_button
from workbench.project.project_file import project_root
from workbench.project.samples import PROJECT_FILE

LOOKED_AT = 2_000
"""Files of a folder that are looked at for a change."""
OURS = ("-wal", "-shm", "-journal", "-rates", "-traffic", ".lock", ".new", ".pyc")
"""Ends of the names of files that opening a project itself may change."""
Fingerprint = Mapping[str, tuple[int, int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing that stands in the way.

    Attributes:
        place: ``project.tsk:12:5``; empty where it is in no file.
        file: The file to open; None for none.
    """

    place: str
    message: str
    hint: str = ""
    file: Path | None = None


def mistakes_of(error: BaseException, root: Path | None) -> list[Mistake]:
    """Returns what an error says is wrong, each thing with its place."""
    problems = getattr(error, "problems", ())
    if problems:
        return [_mistake(problem, root) for problem in problems]
    said = str(error) or type(error).__name__
    return [Mistake(place="", message=said, hint=str(getattr(error, "hint", "")))]


def _mistake(problem: object, root: Path | None) -> Mistake:
    name = getattr(problem, "file", None)
    if not name:
        return Mistake(place="", message=str(problem))
    file = Path(str(name)) if root is None else root / str(name)
    return Mistake(
        place=f"{name}:{getattr(problem, 'line', 1)}:{getattr(problem, 'column', 1)}",
        message=str(getattr(problem, "message", problem)),
        hint=str(getattr(problem, "hint", "")),
        file=file if file.is_file() else None,
    )


class MistakesPage(QWidget):
    """Lists what is wrong with a project, and tries again by itself once a file of it changed.

    Args:
        root: The project's folder or file, which may be gone; None where there is none.
        again: Tries to open it again.
        ways: What else can be done: labels and what they do.
        check: Checks the text of the project file.
        before: The page that this one takes the place of; the text that is open there stays open.
    """

    def __init__(
        self,
        root: Path | None,
        error: BaseException,
        again: Callable[[], object],
        ways: Mapping[str, Callable[[], object]],
        *,
        check: Check,
        before: MistakesPage | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("mistakes")
        self.root = root = project_root(root) if root is not None else None
        self._again = again
        self.mistakes = mistakes_of(error, root)
        self._seen = fingerprint(root)
        self.acts = Actions(self, self)
        self.list = self._listed()
        self._check = check
        self.text: BrokenText | None = None
        self.split = in_panes(Qt.Orientation.Vertical, self.list, name="mistakes")
        self.setFocusProxy(self.list)
        self.said = plain_label(
            "The project is opened again as soon as one of its files changes.", "muted", wrap=True
        )
        in_column(
            self._head(),
            (self.split, 1),
            self.said,
            self._buttons(ways),
            of=self,
            margins=(28, 24, 28, 24),
            spacing=10,
        )
        self.acts.offer()
        if before is not None and before.text is not None and before.root == root:
            before.setFocusProxy(
                before.list
            )  # else the keyboard would be taken from the text as that page goes
            self._show_text(before.text)
        self._watch = Watch(self)
        self._watch.settled.connect(self.look)
        self._watch.watch(_watched(root))

    def look(self) -> None:
        """Tries again if a file changed since it failed, unless something is being opened."""
        self._watch.watch(_watched(self.root))
        if self.isEnabled() and fingerprint(self.root) != self._seen:
            self._again()

    def _head(self) -> QHBoxLayout:
        mark = QLabel()
        mark.setPixmap(icon("error", "error").pixmap(28, 28))
        count = len(self.mistakes)
        name = self.root.resolve().name if self.root is not None else "The project"
        things = "1 problem" if count == 1 else f"{count:,} problems"
        words = in_column(
            plain_label(f"{name} cannot be opened: {things}", "heading", wrap=True),
            plain_label(str(self.root or ""), "muted", wrap=True),
            spacing=2,
        )
        head = in_row((mark, 0, Qt.AlignmentFlag.AlignTop), (words, 1), spacing=12)
        if self.root is not None and (self.root / PROJECT_FILE).is_file():
            head.addWidget(_button("Edit here", lambda: self._edit(1, 1)), 0, Qt.AlignmentFlag.AlignTop)
        return head

    def _listed(self) -> OfferingTree:
        shown = OfferingTree(["Place", "What is wrong", "What to do"])
        shown.setAccessibleName("What is wrong")
        shown.setRootIsDecorated(False)
        shown.setWordWrap(True)
        shown.setItemDelegate(_Tall(shown))
        shown.setAlternatingRowColors(True)
        shown.show_rows(
            [
                TreeRow(key=at, cells=(one.place, one.message, one.hint), data=one.file)
                for at, one in enumerate(self.mistakes)
            ]
        )
        head = shown.header()
        head.setStretchLastSection(False)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        for column in (1, 2):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        shown.setColumnWidth(0, 220)
        head.sectionResized.connect(shown.scheduleDelayedItemsLayout)  # rows are as tall as their words wrap
        return shown

    def _buttons(self, ways: Mapping[str, Callable[[], object]]) -> QHBoxLayout:
        root = self.root
        again = push_button(
            "Try again", self.acts["try_again"].trigger, tip=self.acts["try_again"].toolTip(), role="primary"
        )
        row = in_row(again)
        if root is not None and (root / PROJECT_FILE).is_file():
            row.addWidget(_button(f"Open {PROJECT_FILE}", lambda: self._open(root / PROJECT_FILE)))
        if root is not None and root.is_dir():
            row.addWidget(_button("Show the folder", lambda: self._open(root)))
        row.addStretch(1)
        for label, act in ways.items():
            row.addWidget(_button(label, act))
        return row

    def _open(self, path: Path | None) -> None:
        """Opens a file in the editor that the system has for it; where it has none, its folder."""
        if path is None or QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            return
        if path.is_dir() or not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))):
            self.said.setText(f"No program opens {path}. Open it in your editor; the window follows.")

    @action("Edit here", keys="F12", icon="code", on="list", why=lambda _page, item: _no_text(item))
    def edit(self, item: TreeItem) -> None:
        """Shows the text at the mistake."""
        line, column = item.text.partition("\t")[0].split(":")[-2:]
        self._edit(int(line), int(column))

    def _edit(self, line: int, column: int) -> None:
        if self.root is None:
            return
        if self.text is None:
            self._show_text(BrokenText(self.root / PROJECT_FILE, self._check))
        if self.text is not None:
            self.text.page.editor.go_to_line(line, column)
            self.text.page.editor.setFocus()

    def _show_text(self, text: BrokenText) -> None:
        self.text = text
        self.split.addWidget(text)
        self.split.setSizes([150, 350])
        text.look()
        self.setFocusProxy(text)

    @action("Open the file", icon="edit", on="list", default=True, why=lambda _page, item: _no_file(item))
    def open_file(self, item: TreeItem) -> None:
        """Opens the file in which something is wrong."""
        self._open(item.data)

    @action("Try again", keys="F5", icon="refresh", tip="Open the project again")
    def try_again(self) -> None:
        """Tries to open the project again."""
        self._again()


def _no_text(item: TreeItem) -> str:
    project = item.data is not None and item.data.name == PROJECT_FILE
    return "" if project else f"Only {PROJECT_FILE} is edited here"


def _no_file(item: TreeItem) -> str:
    return "" if item.data else "It is in no file"


class _Tall(QStyledItemDelegate):
    """Gives a cell the height of its wrapped text; the style's is that of one line."""

    def __init__(self, list_: OfferingTree) -> None:
        super().__init__(list_)
        self._list = list_

    @override
    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.displayAlignment = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        found = super().sizeHint(option, index)
        room = QRect(0, 0, self._list.columnWidth(index.column()) - 16, 10_000)
        words = self._list.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, str(index.data()))
        return found.expandedTo(QSize(0, words.height() + 8))


def fingerprint(root: Path | None) -> Fingerprint:
    """Returns by what a change of a project's files is noticed: sizes, times and numbers of its files."""
    found = {}
    for path in islice(_files(root), LOOKED_AT) if root is not None else ():
        try:
            stat = path.stat()
        except OSError:
            continue
        if not path.is_dir():
            found[str(path)] = (stat.st_size, stat.st_mtime_ns, stat.st_ino)
    return found


def _files(root: Path) -> Iterator[Path]:
    for path in sorted(root.glob("*")) if root.is_dir() else ():
        if path.name.startswith(".") or path.name == "__pycache__" or path.name.endswith(OURS):
            continue
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)


def _watched(root: Path | None) -> list[Path]:
    """Returns what is watched: the folders and files, or the nearest folder that is there."""
    if root is None:
        return []
    if not root.is_dir():
        return [next(folder for folder in (root.absolute(), *root.absolute().parents) if folder.is_dir())]
    return [root, *islice(_files(root), LOOKED_AT)]


def _button(label: str, act: Callable[[], object]) -> QPushButton:
    return push_button(label, lambda _checked=False: act())
