"""The documents in a window: chapters and links lead on, words are found, nothing foreign is shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QWidget

from tests.gui.tree_rows import rows_of
from workbench.gui.manual_window import ManualWindow
from workbench.gui.theme import theme
from workbench.services.documents.manual import Chapter, chapters

IMAGE = QTextDocument.ResourceType.ImageResource.value


@pytest.fixture
def manual(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    window = ManualWindow(parent)
    window.show()
    yield window
    window.close()


def chapter(file, title):
    (found,) = [one for one in chapters() if (one.file, one.title) == (file, title)]
    return found


def test_all_documents_are_listed_and_the_first_is_shown(manual):
    assert {"The project file", "Expressions", "Contract", "Glossary"} <= set(rows_of(manual.tree))
    assert manual.text.chapter is chapters()[0]
    assert manual.windowTitle() == "The project file"


def test_links_lead_on_and_back(manual):
    manual.text.anchorClicked.emit(QUrl("expressions.md"))
    manual.text.anchorClicked.emit(QUrl("project-file.md#field"))
    assert manual.text.chapter is chapter("project-file.md", "[types]")
    assert manual.tree.currentIndex().data() == "[types]"
    assert manual.text.verticalScrollBar().value() > 0
    manual.back.click()
    assert manual.text.chapter is chapter("expressions.md", "Expressions")
    manual.back.click()
    assert manual.text.chapter is chapters()[0]
    assert not manual.back.isEnabled()


def test_a_link_to_nowhere_changes_nothing(manual):
    manual.text.anchorClicked.emit(QUrl("file:///etc/passwd"))
    manual.text.anchorClicked.emit(QUrl("nothing.md#x"))
    assert manual.text.chapter is chapters()[0]


def test_words_are_found_and_marked(manual):
    manual.search.setText("handler_timeout")
    manual.search.returnPressed.emit()
    shown = manual.text.chapter
    assert "handler_timeout" in shown.text
    marks = manual.text.extraSelections()
    assert {mark.cursor.selectedText() for mark in marks} == {"handler_timeout"}
    assert "chapters with these words" in manual.said.text()
    manual.search.setText("xyzzyx")
    manual.search.returnPressed.emit()
    assert not rows_of(manual.tree)
    assert manual.said.text() == "0 chapters with these words"


def test_H4_no_html_and_no_foreign_picture_is_shown(manual, tmp_path):
    (tmp_path / "x.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    text = "# T\n\n<b>bold</b> <img src='x.svg'>\n\n![a](https://example.org/a.svg)\n"
    manual.text.show_chapter(Chapter(file="t.md", document="T", title="T", text=text))
    assert "<b>bold</b> <img src='x.svg'>" in manual.text.toPlainText()
    for name in ("https://example.org/a.svg", f"file://{tmp_path}/x.svg", "workbench.qss", "nothing.svg"):
        assert manual.text.loadResource(IMAGE, QUrl(name)) is None
    assert manual.text.loadResource(IMAGE, QUrl("layers.svg")).width() > 100


def test_another_look_repaints_code_and_tables(manual):
    manual.text.show_chapter(chapter("project-file.md", "[types]"))

    def grounds():
        block, found = manual.text.document().begin(), set()
        while block.isValid():
            found.add(block.blockFormat().background().color().name())
            block = block.next()
        return found

    before = theme().mode
    try:
        for mode in ("dark", "light"):
            theme().set_mode(mode)
            assert theme().colors.raised in grounds()
    finally:
        theme().set_mode(before)
