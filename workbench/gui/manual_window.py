"""The documents of the program in a window: chapters on the left, found by words, with links between them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QImageReader,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextTable,
)
from PySide6.QtWidgets import (
    QDialog,
    QSplitter,
    QTextBrowser,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from workbench.assets import asset
from workbench.gui.actions import Actions, action
from workbench.gui.layouts import in_column, in_row
from workbench.gui.theme import code_font, theme
from workbench.gui.tree import OfferingTree, TreeItem, TreeRow
from workbench.gui.widgets import SearchBox, plain_label
from workbench.services.documents.manual import Chapter, anchor_of, found, led_to

SAFE = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
MARGIN, SPARE = 18, 24
"""Pixels around a chapter, and what a scroll bar may take beside a picture."""
MARKED = 200
"""Places of a chapter that are marked when it is searched."""


class ManualText(QTextBrowser):
    """One chapter to read: Markdown without HTML, and with no picture but those beside the documents."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setAccessibleName("Chapter")
        self.chapter: Chapter | None = None
        self._words: list[str] = []
        theme().changed.connect(self._show_again)

    @override
    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Loads pictures that lie beside the documents, and nothing else."""
        file = QUrl(name).fileName()
        if (
            kind != QTextDocument.ResourceType.ImageResource
            or QUrl(name).scheme()
            or not file.endswith(".svg")
        ):
            return None
        try:
            reader = QImageReader(str(asset("docs", file)))
        except FileNotFoundError:
            return None
        room = QSize(self.viewport().width() - 2 * MARGIN - SPARE, 10_000)
        reader.setScaledSize(reader.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio))
        return reader.read()

    def show_chapter(self, chapter: Chapter, anchor: str = "", words: list[str] | None = None) -> None:
        """Shows a chapter from its beginning or from a heading, with words marked."""
        self._words = words or []
        if chapter is not self.chapter:
            self.chapter = chapter
            self._lay_out()
        self._mark()
        self._go_to(anchor)

    def _show_again(self) -> None:
        self._lay_out()
        self._mark()

    def _lay_out(self) -> None:
        if self.chapter is None:
            return
        made = QTextDocument(self)  # apart, so that it is laid out once, when it is whole
        made.setDefaultFont(self.font())
        made.setDocumentMargin(MARGIN)
        made.setMarkdown(self.chapter.text, SAFE)
        _dress_blocks(made)
        _dress_tables(made)
        self.setDocument(made)  # the one before, its child, goes

    def _mark(self) -> None:
        """Marks the words that were searched for."""
        ground = QTextCharFormat()
        ground.setBackground(QColor(theme().colors.tint("warning", 0.35)))
        marks: list[QTextEdit.ExtraSelection] = []
        for word in self._words:
            cursor = self.document().find(word)
            while not cursor.isNull() and len(marks) < MARKED:
                mark = QTextEdit.ExtraSelection()
                mark.cursor, mark.format = cursor, ground
                marks.append(mark)
                cursor = self.document().find(word, cursor)
        self.setExtraSelections(marks)

    def _go_to(self, anchor: str) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(0)
        block = self.document().begin()
        while anchor and block.isValid():
            if block.blockFormat().headingLevel() and anchor_of(block.text()) == anchor:
                top = self.document().documentLayout().blockBoundingRect(block).top()
                bar.setValue(round(top))
                return
            block = block.next()
        marks = self.extraSelections()
        if marks:
            self.setTextCursor(QTextCursor(marks[0].cursor.block()))
            self.ensureCursorVisible()


def _dress_blocks(document: QTextDocument) -> None:
    """Gives code its font and ground, and paragraphs some air."""
    code = QTextCharFormat()
    code.setFontFamilies(code_font().families())
    block = document.begin()
    while block.isValid():
        cursor, form = QTextCursor(block), QTextBlockFormat()
        if block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeFence):
            form.setBackground(QColor(theme().colors.raised))
            form.setLeftMargin(8)
        elif cursor.currentTable() is None:
            form.setTopMargin(12 if block.blockFormat().headingLevel() else 4)
        cursor.mergeBlockFormat(form)
        pieces = block.begin()
        while not pieces.atEnd():
            piece = pieces.fragment()
            if piece.charFormat().fontFixedPitch():
                cursor.setPosition(piece.position())
                cursor.setPosition(piece.position() + piece.length(), QTextCursor.MoveMode.KeepAnchor)
                cursor.mergeCharFormat(code)
            pieces += 1
        block = block.next()


def _dress_tables(document: QTextDocument) -> None:
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            form = frame.format()
            form.setBorderBrush(QColor(theme().colors.border))
            form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            form.setBorderCollapse(True)
            form.setBorder(1)
            form.setCellPadding(5)
            form.setCellSpacing(0)
            form.setTopMargin(8)
            form.setBottomMargin(8)
            frame.setFormat(form)


def _documents(chapters: Sequence[Chapter]) -> list[TreeRow]:
    """Returns the documents, each with its first chapter behind it, and the others below it."""
    files: dict[str, list[Chapter]] = {}
    for one in chapters:
        files.setdefault(one.file, []).append(one)
    return [
        TreeRow(
            key=file,
            cells=(held[0].document,),
            data=held[0],
            rows=[
                TreeRow(key=one, cells=(one.title,), data=one) for one in held if one.title != one.document
            ],
        )
        for file, held in files.items()
    ]


class ManualWindow(QDialog):
    """All documents; stays beside the window while one works."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("manual")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Documentation")
        self.resize(1080, 760)
        self.search = SearchBox("Find in all documents")
        self.tree = OfferingTree()
        self.tree.setAccessibleName("Chapters")
        self.said = plain_label("", "muted")
        self.text = ManualText()
        self.acts = Actions(self, self)
        self.back = self.acts.button("go_back")
        self._read: list[tuple[Chapter, str]] = []
        self._arrange()
        self.search.settled.connect(self._list)
        self.tree.current_moved.connect(self._chosen)
        self.text.anchorClicked.connect(self._followed)
        self.acts.offer()
        self._list("")
        self.tree.setFocus()

    def _arrange(self) -> None:
        left, split = QWidget(), QSplitter()
        head = in_row(self.back, (self.search, 1))
        in_column(head, (self.tree, 1), self.said, of=left, margins=0)
        split.addWidget(left)
        split.addWidget(self.text)
        split.setSizes([300, 780])
        split.setStretchFactor(1, 1)
        QVBoxLayout(self).addWidget(split)

    def _list(self, typed: str) -> None:
        """Lists the chapters that have what was typed, and shows the first."""
        chapters = found(typed)
        with QSignalBlocker(self.tree):
            self.tree.show_rows(_documents(chapters), open_new=False)
            (self.tree.expandAll if typed else self.tree.collapseAll)()
            self.tree.setCurrentIndex(self.tree.rows.index(0, 0))
        self._chosen(self.tree.current())
        count = len(chapters)
        self.said.setText("" if not typed else f"{count} chapter{'' if count == 1 else 's'} with these words")

    def _chosen(self, item: TreeItem | None) -> None:
        if item is not None:
            self._show(item.data, "")

    def _show(self, chapter: Chapter, anchor: str) -> None:
        if not self._read or self._read[-1] != (chapter, anchor):
            self._read.append((chapter, anchor))
        self.acts.refresh()
        self.setWindowTitle(" – ".join(dict.fromkeys((chapter.document, chapter.title))))
        self.text.show_chapter(chapter, anchor, self.search.text().split())

    def _followed(self, link: QUrl) -> None:
        if self.text.chapter is None:
            return
        if link.scheme() in ("http", "https"):
            QDesktopServices.openUrl(link)
        elif (where := led_to(link.toString(), self.text.chapter)) is not None:
            self._go(*where)

    def _nothing_before(self) -> str:
        return "" if len(self._read) > 1 else "Nothing was read before"

    @action("Back", keys="Alt+Left", icon="back", tip="Back to what was read before", why=_nothing_before)
    def go_back(self) -> None:
        """Goes back to what was read before."""
        self._read.pop()
        self._go(*self._read.pop())

    @action("Find in all documents", keys="Ctrl+F", icon="search")
    def find_words(self) -> None:
        """Gives the keyboard to the search."""
        self.search.setFocus()

    def _go(self, chapter: Chapter, anchor: str) -> None:
        """Shows a chapter, and where it stands in the list."""
        with QSignalBlocker(self.tree):
            self.tree.choose(chapter)
        self._show(chapter, anchor)
