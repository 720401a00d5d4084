"""A bundle is made in a dialog and opens in a window as a world of its own, paused at its event."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QMessageBox, QToolBar, QToolButton

from tests.gui.test_session import mistakes, notices, settings, start
from tests.gui.tree_rows import table_of
from workbench.gui import bundle_dialog
from workbench.gui.bundle_dialog import BundleDialog
from workbench.gui.desk import Selection
from workbench.interop.bundle_file import is_bundle, read_manifest
from workbench.services.bundles.bundle_draft import BundleDraft, Masks, StorePart
from workbench.services.worlds.fork import fork_in

__all__ = ["settings", "start"]


@pytest.fixture
def session(trunk):
    return trunk


def bundle_of(project, file, **more):
    with BundleDraft(project, StorePart(), lambda *_said: None) as draft:
        return draft.write(file, lambda *_said: None, **more)


@pytest.fixture
async def bundle(session, tmp_path):
    file = tmp_path / "bug.workbench"
    masks = Masks(names=("email",))
    await asyncio.to_thread(
        bundle_of, session.workspace.project, file, at=9, masks=masks, note="look at the mail server"
    )
    return file


def question_of(session):
    return session.window.findChild(QMessageBox)


def dialog_of(session):
    return session.window.findChild(BundleDialog)


async def begun(session, until):
    session.acts["bundle"].do()
    await until(lambda: dialog_of(session) is not None and dialog_of(session).make.isEnabled(), within=20)
    return dialog_of(session)


async def test_W22_of_very_many_fields_the_dialog_says_that_there_are_more(session, until, monkeypatch):
    monkeypatch.setattr(bundle_dialog, "MOST", 3)
    dialog = await begun(session, until)
    await until(lambda: len(table_of(dialog.fields)) == 3)
    assert re.fullmatch(r"\d+ fields more: type in the filter to find them\.", dialog.more.text())
    dialog.filter.setText("username")
    await until(lambda: [row[0].split()[0] for row in table_of(dialog.fields)] == ["username"])
    assert dialog.more.isHidden()
    dialog.reject()


async def test_W22_the_dialog_says_what_goes_in_and_masks_what_is_ticked(
    session, until, tmp_path, monkeypatch, scratch
):
    file = tmp_path / "made.workbench"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "made"), ""))
    dialog = await begun(session, until)
    assert not dialog.part.isEnabled()
    assert "10 streams, 17 events" in dialog.told.text()
    assert "project.tsk" in dialog.told.text()
    dialog.filter.setText("mail")
    await until(lambda: [row[0].split()[0] for row in table_of(dialog.fields)] == ["email"])
    index = dialog.fields.rows.index(0, 0)
    dialog.fields.rows.setData(index, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    dialog.note.setText("see what died")
    dialog.at.setText("12")
    dialog.make.click()
    await until(lambda: file.exists() and any("opens at 12" in one for one in notices(session)), within=20)
    said = read_manifest(file)
    assert (said.at, said.masked, said.note) == (12, ("email",), "see what died")
    await until(lambda: list(scratch.iterdir()) == [] and dialog_of(session) is None)


async def test_what_is_done_with_bundles_stands_with_its_like_in_the_menu_and_quit_last(session):
    listed = [one.objectName() for one in session.window.menus["File"].actions() if not one.isSeparator()]
    assert listed[-1] == "quit"
    assert listed.index("open-bundle") < listed.index("import")
    assert listed.index("export") < listed.index("bundle")
    for name, menu in session.window.menus.items():
        groups = [
            session.acts[one.objectName()].act.group
            for one in menu.actions()
            if session.acts.get(one.objectName())
        ]
        assert groups == sorted(groups), name


async def test_W21_around_the_chosen_event_only_its_streams_go_in(session, until):
    session.desk.select(Selection(position=1))
    dialog = await begun(session, until)
    assert dialog.part.isChecked()
    assert dialog.told.text().startswith("1 stream,")
    dialog.whole.click()
    await until(lambda: dialog.told.text().startswith("10 streams,"), within=20)
    dialog.reject()


async def test_W21_a_wrong_position_is_said_at_its_line_and_all_else_stays(
    session, until, tmp_path, monkeypatch
):
    dialog = await begun(session, until)
    (email,) = [at for at, row in enumerate(table_of(dialog.fields)) if row[0].startswith("email ")]
    index = dialog.fields.rows.index(email, 0)
    dialog.fields.rows.setData(index, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    dialog.note.setText("see what died")
    for typed, said in (("nonsense", "is no position"), ("9,999", "nothing stands at position 9,999")):
        dialog.at.setText(typed)
        assert not dialog.flaw.isVisible()
        dialog.make.click()
        await until(lambda said=said: said in dialog.flaw.text() and dialog.make.isEnabled())
        assert dialog.at.property("invalid")
    assert dialog.isVisible()
    dialog.at.setText("12")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))  # thought better of it
    dialog.make.click()
    await until(lambda: not session.desk.running())
    assert dialog.isVisible()
    file = tmp_path / "made.workbench"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    dialog.make.click()
    await until(file.exists, within=20)
    said = read_manifest(file)
    assert (said.at, said.masked, said.note) == (12, ("email",), "see what died")
    await until(lambda: not session.desk.running() and dialog_of(session) is None)


async def test_W21_where_it_cannot_be_written_it_is_asked_again_with_all_that_was_chosen(
    session, until, tmp_path, monkeypatch
):
    session.desk.select(Selection(position=1))
    dialog = await begun(session, until)
    dialog.whole.click()
    await until(dialog.make.isEnabled, within=20)
    (email,) = [at for at, row in enumerate(table_of(dialog.fields)) if row[0].startswith("email ")]
    index = dialog.fields.rows.index(email, 0)
    dialog.fields.rows.setData(index, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    dialog.note.setText("see what died")
    nowhere = tmp_path / "gone" / "made.workbench"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(nowhere), ""))
    dialog.make.click()
    await until(lambda: dialog_of(session) not in (None, dialog), within=20)
    again = dialog_of(session)
    assert "cannot be written" in again.flaw.text()
    assert again.whole.isChecked()
    assert (again.at.text(), again.note.text()) == ("1", "see what died")
    await until(again.make.isEnabled, within=20)
    nowhere.parent.mkdir()
    again.make.click()
    await until(nowhere.exists, within=20)
    assert read_manifest(nowhere).masked == ("email",)
    await until(lambda: not session.desk.running() and dialog_of(session) is None)


async def test_W21_a_dialog_that_is_closed_leaves_nothing(session, until, scratch):
    dialog = await begun(session, until)
    dialog.reject()
    await until(lambda: not session.desk.running() and list(scratch.iterdir()) == [])
    session.acts["bundle"].do()  # closed while it still looks
    dialog_of(session).reject()
    await until(lambda: not session.desk.running() and list(scratch.iterdir()) == [])


async def test_W21_a_bundle_opens_beside_the_project_paused_at_its_event(session, until, bundle, scratch):
    assert is_bundle(bundle)
    session.take_dropped(bundle)
    await until(lambda: session.forks and session.forks[-1].desk is not None, within=20)
    world = session.forks[-1]
    await until(lambda: world.window.windowTitle().startswith("Bundle of users at 9"))
    assert world.workspace.monitor.paused
    assert world.desk.selection.position == 9
    bar = world.window.findChild(QToolBar, "world")
    assert any("look at the mail server; made up: email" in one.text() for one in bar.findChildren(QLabel)), (
        "the bar says what is masked"
    )
    (more,) = [one for one in bar.findChildren(QToolButton) if one.accessibleName().startswith("Show all")]
    more.click()
    popup = world.window.findChild(QDialog, "world-whole")
    assert popup.findChild(QLabel).text().split("\n\n")[:2] == ["look at the mail server", "made up: email"]
    assert popup.geometry().top() >= bar.mapToGlobal(bar.rect().bottomLeft()).y()
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    await until(lambda: world.window.findChild(QDialog, "world-whole") is None)
    where = world.window.views["inspector"].where
    await until(lambda: "masked: email" in where.text())
    assert not world.acts["compare"].isEnabled()
    assert world.acts["keep-fork"].isEnabled()
    (event,) = [one for one in world.workspace.reader.read_log(0, 2) if one.position == 1]
    assert json.loads(event.metadata)["masked"] == ["$.email"]
    head = world.workspace.reader.head()
    await world.workspace.resume()
    await world.workspace.running().settle()
    assert world.workspace.reader.head() == head
    assert session.workspace.reader.event_at(1).data != event.data
    world.quit()
    await until(lambda: question_of(world) is not None)
    assert question_of(world).windowTitle() == "Close the bundle"
    assert [world.acts[key].text() for key in ("keep-fork", "discard-fork")] == [
        "Keep the bundle …",
        "Discard the bundle",
    ]
    next(one for one in question_of(world).buttons() if one.text() == "Discard").click()
    await until(lambda: session.forks == [] and list(scratch.iterdir()) == [])


async def test_W21_one_that_is_kept_is_a_folder_and_opens_paused_again(
    session, until, bundle, tmp_path, start
):
    await session.open_bundle(bundle)
    world = session.forks[-1]
    await world.keep_in(tmp_path / "kept")
    world.quit()
    await until(lambda: session.forks == [])
    assert fork_in(tmp_path / "kept").at == 9
    again = await start((tmp_path / "kept", ""))
    assert again.workspace.monitor.paused


async def test_W21_without_a_project_it_opens_in_this_window(start, until, bundle, scratch, monkeypatch):
    window = await start((bundle, ""))
    assert window.workspace.fork.at == 9
    assert window.workspace.monitor.paused
    assert len(list(scratch.iterdir())) == 1

    async def discard(_fork):
        return "discard"

    monkeypatch.setattr(window, "_ask_to_keep", discard)
    window.quit()
    assert await window.ended() == 0
    assert list(scratch.iterdir()) == []


def bar_of(session):
    return session.window.findChild(QToolBar, "world")


async def test_W21_the_bar_stands_however_the_window_was_arranged_before(session, start, bundle):
    for name in ("Test", "Run"):  # both are remembered as they stood over a project
        session.window.show_perspective(name)
    window = await start((bundle, ""))
    window._kept = False  # it goes without a question
    assert not bar_of(window).isHidden()
    for name in ("Run", "Test"):
        window.window.show_perspective(name)
        assert not bar_of(window).isHidden(), name
    await window.open((session.workspace.project.root, ""))
    for name in ("Run", "Test"):  # and now as they stood over a bundle
        assert bar_of(window).isHidden(), name
        window.window.show_perspective(name)


async def test_W21_what_cannot_be_opened_is_said(session, start, until, tmp_path, scratch):
    broken = tmp_path / "broken.workbench"
    broken.write_bytes(b"PK, but no more")
    session.take_dropped(broken)
    await until(lambda: any("cut off" in one for one in notices(session)))
    assert session.forks == []
    alone = await start((broken, ""))
    assert alone.workspace is None
    assert any("cut off" in one for one in mistakes(alone))
    assert list(scratch.iterdir()) == []


async def test_W21_how_the_window_stood_goes_along(session, until, tmp_path):
    layouts = session.window.layouts
    layouts.keep("tabs/explore", "Ends")
    layouts.keep("went", "user-ada", anywhere=False)
    layout = layouts.texts()
    assert layout["tabs/explore"] == "Ends"
    assert not any(one.startswith(("went", "chosen")) for one in layout)
    file = tmp_path / "bug.workbench"
    await asyncio.to_thread(bundle_of, session.workspace.project, file, layout=layout)
    await session.open_bundle(file)
    assert session.forks[-1].window.layouts.find("tabs/explore", anywhere=False) == "Ends"
