"""A project that cannot be opened: the window lists why, helps, and opens it by itself once it is mended."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import QRect, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from tests.gui.board.designing import is_active
from tests.gui.test_session import mistakes, settings, start
from tests.gui.tree_rows import table_of
from workbench.gui import mistakes_page as module
from workbench.gui.view_catalog import PERSPECTIVES
from workbench.project.samples import copy_sample

__all__ = ["settings", "start"]  # fixtures


def page(session):
    return session.window.centralWidget()


def press(session, label):
    next(one for one in page(session).findChildren(QPushButton) if one.text() == label).click()


def spoil_the_file(folder):
    file = folder / "project.tsk"
    text = file.read_text()
    file.write_text(text.replace('topic: "mail"', 'topic: "male"', 1) + "\n[topcs]\n")
    return lambda: file.write_text(text)


def spoil_the_module(folder):
    file = folder / "domain.py"
    text = file.read_text()
    file.write_text(text.replace("class CreateUser", "import nothing_of_that_name\n\n\nclass CreateUser", 1))
    return lambda: file.write_text(text)


def spoil_the_store(folder):
    (folder / "data").mkdir(exist_ok=True)
    store = folder / "data" / "events.db"
    store.write_bytes(b"these are notes, not events\n" * 200)
    return store.unlink


def take_the_file_away(folder):
    file = folder / "project.tsk"
    text = file.read_text()
    file.unlink()
    return lambda: file.write_text(text)


def take_the_folder_away(folder):
    other = folder.with_name("elsewhere")
    folder.rename(other)
    return lambda: other.rename(folder)


FAULTS = {
    spoil_the_file: ("project.tsk:", "male"),
    spoil_the_module: ("domain.py:", "nothing_of_that_name"),
    spoil_the_store: ("", "events.db"),
    take_the_file_away: ("", "project.tsk"),
    take_the_folder_away: ("", "mine"),
}


@pytest.fixture
def folder(tmp_path):
    return copy_sample("users", tmp_path / "mine")


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_stands_in_the_way_is_listed_and_what_is_mended_opens_by_itself(
    start, folder, until, fault
):
    mend = fault(folder)
    session = await start((folder, ""), trust=True)
    assert session.workspace is None
    await until(page(session).isVisible)
    assert not any(dock.isVisible() for dock in session.window.docks.values()), "nothing empty stands there"
    place, said = FAULTS[fault]
    listed = mistakes(session)
    assert any(said in one and one.startswith(place) for one in listed)
    await until(lambda: is_active(session.window))
    await until(lambda: QApplication.focusWidget() is page(session).list)
    mend()
    await until(lambda: session.workspace is not None)
    assert page(session) is None
    assert session.window.views["commands"].isVisible()
    assert session.window.windowTitle() == "users — Event Workbench"


async def test_every_mistake_has_place_words_and_a_way_out(start, folder):
    spoil_the_file(folder)
    session = await start((folder, ""), trust=True)
    rows = table_of(page(session).list)
    assert [row[0].rpartition(":")[0].rpartition(":")[0] for row in rows] == ["project.tsk"] * len(rows)
    assert any("male" in row[1] and row[2].startswith("declared are") for row in rows)
    assert any("topcs" in row[1] for row in rows)


async def test_what_changed_and_is_still_wrong_is_listed_anew(start, folder, until):
    spoil_the_file(folder)
    session = await start((folder, ""), trust=True)
    first, count = page(session), len(mistakes(session))
    file = folder / "project.tsk"
    file.write_text(file.read_text().replace("[topcs]\n", ""))
    await until(lambda: page(session) is not first)
    assert len(mistakes(session)) == count - 1


async def test_the_file_is_opened_and_it_is_tried_again_when_asked(start, folder, until, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or True)
    mend = spoil_the_file(folder)
    session = await start((folder, ""), trust=True)
    press(session, "Open project.tsk")
    assert opened == [QUrl.fromLocalFile(str(folder / "project.tsk"))]
    page(session).list.setCurrentIndex(page(session).list.rows.index(0, 0))
    page(session).list.activated.emit(page(session).list.currentIndex())
    press(session, "Show the folder")
    assert opened[1:] == [QUrl.fromLocalFile(str(folder / "project.tsk")), QUrl.fromLocalFile(str(folder))]
    monkeypatch.setattr(module.MistakesPage, "look", lambda _self: None)
    mend()
    first = page(session)
    session.window.activateWindow()
    await until(lambda: session.window.isActiveWindow() and first.isVisible())
    first.list.setFocus()
    QTest.keyClick(first.list, Qt.Key.Key_F5)
    await until(lambda: session.workspace is not None)


async def test_where_nothing_opens_a_file_it_is_named(start, folder, monkeypatch):
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    spoil_the_file(folder)
    session = await start((folder, ""), trust=True)
    press(session, "Open project.tsk")
    assert str(folder / "project.tsk") in page(session).said.text()


async def test_it_is_corrected_in_the_window_step_by_step(start, folder, until):
    spoil_the_file(folder)
    session = await start((folder, ""), trust=True)
    first = page(session)
    at = next(at for at, row in enumerate(table_of(first.list)) if "topcs" in row[1])
    first.list.setCurrentIndex(first.list.rows.index(at, 0))
    first.acts["edit"].do()
    text = first.text
    session.window.activateWindow()
    await until(lambda: session.window.isActiveWindow() and text.isVisible())
    await until(lambda: text.page.sure and len(text.page.editor.mistakes) == 2)
    assert text.page.editor.textCursor().block().text() == "[topcs]"
    text.page.editor.selectAll()
    text.page.editor.insertPlainText(text.page.editor.text().replace("\n[topcs]\n", ""))
    text.acts["save"].do()
    await until(lambda: page(session) is not first)
    assert page(session).text is text, "it stays open while something else is wrong"
    await until(lambda: QApplication.focusWidget() is text.page.editor)
    await until(lambda: text.page.sure and text.said.text() == "1 mistake")
    text.page.acts["next_mistake"].do()
    text.page.apply(text.page.fixes(text.page.editor.text(), text.page.editor.mistakes[0])[0])
    text.acts["save"].do()
    await until(lambda: session.workspace is not None)


@pytest.mark.parametrize("fault", FAULTS)
async def test_trying_to_open_it_changes_nothing_that_would_open_it_again(start, folder, fault):
    fault(folder)
    before = module.fingerprint(folder)
    session = await start((folder, ""), trust=True)
    assert module.fingerprint(folder) == before == page(session)._seen


async def test_arrangements_stay_as_they_were(start, folder, until):
    session = await start((folder, ""), trust=True)
    session.window.show_perspective("Repair")
    shown = {key for key, dock in session.window.docks.items() if not dock.isHidden()}
    mend = spoil_the_file(folder)
    await session.open((folder, ""))
    for name in PERSPECTIVES:
        session.window.show_perspective(name)
    session.window.show_perspective("Repair")
    session.window.remember()
    mend()
    await until(lambda: session.workspace is not None)
    assert {key for key, dock in session.window.docks.items() if not dock.isHidden()} == shown


async def test_trust_is_not_given_again_to_what_was_mended(start, folder, until):
    (folder / "domain.py").write_text((folder / "domain.py").read_text() + "\n# mine\n")
    mend = spoil_the_file(folder)
    session = await start((folder, ""), trust=True)
    (folder / "domain.py").write_text((folder / "domain.py").read_text() + "\n# somebody else's\n")
    mend()
    await until(lambda: session.workspace is not None)
    assert session.workspace.project.restricted


async def test_another_project_can_be_opened_instead(start, folder, until):
    shutil.rmtree(folder)
    session = await start((folder, ""))
    press(session, "Open the users sample")
    await until(lambda: session.workspace is not None)


async def test_a_long_mistake_is_shown_whole(start, folder, until):
    spoil_the_store(folder)
    session = await start((folder, ""))
    shown = page(session).list
    session.window.resize(1024, 700)
    item = shown.rows.index(0, 1)

    def needed():
        room = QRect(0, 0, shown.columnWidth(1), 10_000)
        return shown.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, item.data()).height()

    await until(lambda: shown.visualRect(item).height() >= needed())
    assert needed() > shown.fontMetrics().height()
