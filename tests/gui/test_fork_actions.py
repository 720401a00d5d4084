"""A fork has a window of its own, with its name and a frame; it is kept, or nothing of it is left."""

from __future__ import annotations

import errno

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QToolBar

from tests.gui.test_session import notices, settings, start
from workbench.gui.desk import Selection
from workbench.gui.recent_projects import recent_projects
from workbench.gui.views.deploy_dialog import FOLDER, REVISION, DeployDialog
from workbench.project.samples import copy_sample
from workbench.services.worlds.fork import MARK, fork_in, make_fork
from workbench.store.store_file import read_store_file
from workbench.tusk.scratch import leave, scratch_folder

__all__ = ["settings", "start"]


async def fork_of(session, until, selection):
    session.desk.fork_wanted.emit(selection)
    await until(lambda: session.forks and session.forks[-1].desk is not None, within=20)
    return session.forks[-1]


async def test_W9_forking_at_an_event_opens_a_window_that_says_what_it_is(trunk, until):
    fork = await fork_of(trunk, until, Selection(position=9))
    assert fork.workspace.reader.head() == 9
    assert fork.window.windowTitle().startswith("Fork of users at 9")
    bar = fork.window.findChild(QToolBar, "world")
    assert not bar.isHidden()
    assert trunk.window.findChild(QToolBar, "world").isHidden()
    assert not fork.window.notices.toasts._room().intersects(bar.geometry()), "toasts leave it free"
    assert fork.window.contentsMargins().left() > 0 == trunk.window.contentsMargins().left()
    assert fork.window.views["time"].desk.workspace is fork.workspace
    assert set(fork.window.views) == set(trunk.window.views)


async def test_W9_an_event_of_a_stream_and_nothing_are_places_to_fork_at(trunk, until):
    stream = trunk.workspace.reader.event_at(9).stream
    fork = await fork_of(trunk, until, Selection(stream=stream, version=1))
    assert fork.workspace.reader.head() == trunk.workspace.reader.position_of(stream, 1)
    trunk.desk.select(Selection())
    trunk.acts["fork"].do()
    await until(lambda: len(trunk.forks) == 2 and trunk.forks[-1].desk is not None, within=20)
    assert trunk.forks[-1].workspace.reader.head() == trunk.workspace.reader.head()


async def test_W9_one_that_is_discarded_leaves_nothing(trunk, until, scratch):
    fork = await fork_of(trunk, until, Selection(position=9))
    assert list(scratch.iterdir())
    fork.acts["discard-fork"].do()
    await until(lambda: trunk.forks == [])
    assert list(scratch.iterdir()) == []
    assert trunk.desk is not None


async def test_W9_one_that_is_kept_stays_open_and_can_be_opened_later(trunk, until, scratch, tmp_path, start):
    fork = await fork_of(trunk, until, Selection(position=9))
    kept = tmp_path / "kept"
    await fork.keep_in(kept)
    assert list(scratch.iterdir()) == []
    assert fork.workspace.project.root == kept
    assert not fork.acts["keep-fork"].isEnabled()
    fork.quit()
    await until(lambda: trunk.forks == [])
    assert (kept / MARK).exists()
    again = await start((kept, ""))
    assert again.fork.position == 9
    assert not again.window.findChild(QToolBar, "world").isHidden()


@pytest.mark.parametrize("answer", ["", "discard"])
async def test_W9_closing_asks_unless_it_is_kept(trunk, until, monkeypatch, answer):
    fork = await fork_of(trunk, until, Selection(position=9))
    asked = []

    async def answered(one):
        asked.append(one.name)
        return answer

    monkeypatch.setattr(fork, "_ask_to_keep", answered)
    fork.quit()
    await until(lambda: asked)
    if answer:
        await until(lambda: trunk.forks == [])
    else:
        await until(lambda: not fork._closing)
        assert fork.desk is not None
        fork.discard_fork()
        await until(lambda: trunk.forks == [])


async def test_W9_a_window_closes_those_of_its_forks_first(trunk, until, scratch, monkeypatch):
    fork = await fork_of(trunk, until, Selection(position=9))

    async def discard(_fork):
        return "discard"

    monkeypatch.setattr(fork, "_ask_to_keep", discard)
    trunk.quit()
    assert await trunk.ended() == 0
    assert list(scratch.iterdir()) == []


def asking(kind):
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()]


async def test_W9_a_process_that_is_told_to_end_asks_nothing_and_loses_nothing(trunk, until, settings):
    fork = await fork_of(trunk, until, Selection(position=9))
    root = fork.workspace.project.root
    await fork.workspace.commands.issue(
        "create_user", {"user_id": "zed", "username": "Zed", "email": "z@x.org"}
    )
    await fork.workspace.faults.arm("fail:welcome-mail:99", allowed=True)
    trunk.quit()
    await until(lambda: asking(QMessageBox))
    assert "What is armed in it ends with it: 1 fault." in asking(QMessageBox)[0].text()
    trunk.end()
    await until(lambda: trunk.workspace is None and not trunk.window.isVisible())
    assert asking(QMessageBox) == trunk.forks == []
    assert fork_in(root).position == 9
    with read_store_file(root / "data" / "events.db") as reader:
        assert reader.stream("user-zed").version == 1
    assert recent_projects(settings)[0] == root
    assert not [*root.parent.glob(".*")], "it is no process's own any more, and stays"


async def test_W9_a_dialog_for_a_file_does_not_hold_that_up(trunk, until):
    fork = await fork_of(trunk, until, Selection(position=9))
    asked = []

    def told():
        asked.extend(asking(QFileDialog))
        trunk.end()

    QTimer.singleShot(50, fork.window, told)
    fork.acts["keep-fork"].do()
    assert asked
    await until(lambda: not trunk.window.isVisible())


async def test_W9_one_that_is_discarded_is_gone_however_the_process_ends(trunk, until, scratch):
    fork = await fork_of(trunk, until, Selection(position=9))
    fork.discard_fork()
    trunk.end()
    await until(lambda: not trunk.window.isVisible())
    assert list(scratch.iterdir()) == []


async def test_W9_one_that_cannot_be_kept_there_stays_open(trunk, until, scratch, tmp_path):
    fork = await fork_of(trunk, until, Selection(position=9))
    root, desk = fork.workspace.project.root, fork.desk
    await fork.keep_in(tmp_path)
    assert any("exists already" in one for one in notices(fork))
    elsewhere = root.rename(tmp_path / "moved")
    await fork.keep_in(tmp_path / "kept")
    assert any("its folder was moved or removed from outside" in one for one in notices(fork))
    assert fork.desk is desk, "it was not closed"
    assert not (tmp_path / "kept").exists()
    elsewhere.rename(root)


@pytest.mark.parametrize("closing", [False, True])
async def test_W9_where_keeping_fails_it_is_opened_again(
    trunk, until, scratch, tmp_path, monkeypatch, closing
):
    fork = await fork_of(trunk, until, Selection(position=9))
    root = fork.workspace.project.root

    def full(*_where):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("workbench.services.worlds.fork.move_folder", full)
    if closing:

        async def keep(_fork):
            return "keep"

        monkeypatch.setattr(fork, "_ask_to_keep", keep)
        monkeypatch.setattr(fork, "_ask_folder", lambda: tmp_path / "kept")
        fork.quit()
    else:
        await fork.keep_in(tmp_path / "kept")
    await until(lambda: any("the disk is full" in one for one in notices(fork)), within=20)
    assert fork.fork.position == 9
    assert fork.workspace.project.root == root
    assert fork.acts["keep-fork"].isEnabled()
    monkeypatch.undo()
    fork.discard_fork()
    await until(lambda: trunk.forks == [])


async def test_W9_another_project_in_its_window_asks_first(trunk, until, scratch, tmp_path, monkeypatch):
    fork = await fork_of(trunk, until, Selection(position=9))
    answers = ["", "discard"]

    async def answered(_fork):
        return answers.pop(0)

    monkeypatch.setattr(fork, "_ask_to_keep", answered)
    other = copy_sample("users", tmp_path / "other")
    await fork.open((other, ""))
    assert fork.fork is not None
    await fork.open((other, ""))
    assert fork.fork is None
    assert fork.workspace.project.root == other
    assert list(scratch.iterdir()) == []


async def test_W9_a_place_where_nothing_stands_is_told(trunk, until, scratch):
    trunk.desk.fork_wanted.emit(Selection(position=9_999))
    await until(lambda: any("nothing stands at position 9,999" in one for one in notices(trunk)))
    await until(lambda: not list(scratch.iterdir()))
    assert trunk.forks == []


async def test_W18_a_deploy_is_rehearsed_from_the_menu(start):
    session = await start()
    session.acts["deploy"].do()
    (dialog,) = session.window.findChildren(DeployDialog)
    assert [dialog.choice.itemData(at) for at in range(dialog.choice.count())] == [REVISION, FOLDER]
    dialog.close()


async def test_W9_one_that_is_kept_leaves_nothing_where_it_was_once_its_window_closes(
    trunk, until, scratch, tmp_path
):
    fork = await fork_of(trunk, until, Selection(position=9))
    await fork.keep_in(tmp_path / "kept")
    fork.quit()
    await until(lambda: trunk.forks == [])
    assert list(scratch.iterdir()) == []


@pytest.fixture
def left(trunk, scratch):
    """A fork of a process that was killed, as the next start leaves it."""
    folder = scratch_folder("fork")
    make_fork(trunk.workspace.project, 9, folder / "users", trunk.workspace.environ, lambda *_said: None)
    leave(folder)
    return folder / "users"


async def test_W9_one_that_a_killed_process_left_can_be_kept(left, start, scratch, tmp_path):
    again = await start((left, ""))
    assert again.acts["keep-fork"].isEnabled()
    assert again.acts["discard-fork"].isEnabled()
    await again.keep_in(tmp_path / "kept")
    assert again.workspace.project.root == tmp_path / "kept"
    assert not again.acts["keep-fork"].isEnabled()
    assert list(scratch.iterdir()) == []


async def test_W9_one_that_a_killed_process_left_can_be_discarded(left, start, until):
    again = await start((left, ""))
    again.acts["discard-fork"].do()
    await until(lambda: not left.parent.exists())


@pytest.mark.parametrize("button", ["Discard", "Stay"])
async def test_W9_discarding_one_in_which_commands_were_issued_asks_with_their_number(trunk, until, button):
    fork = await fork_of(trunk, until, Selection(position=9))
    values = {"user_id": "zed", "username": "Zed", "email": "z@x.org"}
    assert (await fork.workspace.commands.issue("create_user", values)).accepted
    fork.acts["discard-fork"].do()
    await until(lambda: asking(QMessageBox))
    (box,) = asking(QMessageBox)
    assert "Discard Fork of users at 9 with 1 command issued in it?" in box.text()
    next(one for one in box.buttons() if one.text() == button).click()
    await until(lambda: not asking(QMessageBox))
    if button == "Discard":
        await until(lambda: trunk.forks == [])
    else:
        assert fork.desk is not None


async def test_W9_one_that_a_killed_process_left_opens_in_a_window_of_its_own_and_follows(left, trunk, until):
    trunk.tell_left([left])
    (notice,) = [one.notice for one in trunk.window.notices.told if "is kept nowhere yet" in one.notice.text]
    notice.actions[0][1]()
    await until(lambda: trunk.forks and trunk.forks[0].desk is not None)
    (fork,) = trunk.forks
    assert trunk.workspace.project.root != left
    assert fork.workspace.project.root == left
    assert fork.desk.trunk() is trunk.desk
    fork.acts["discard-fork"].do()
    await until(lambda: not left.parent.exists())


async def test_W9_one_that_a_killed_process_left_is_told_and_found_by_its_name(left, trunk, monkeypatch):
    taken = []
    monkeypatch.setattr(trunk, "open_folder", taken.append)
    trunk.note_recent(left)
    trunk.tell_left([left])
    (said,) = [one for one in notices(trunk) if "is kept nowhere yet" in one]
    assert said.startswith("Fork of users at 9 ")
    assert str(left) in said
    found = [one for one in trunk._targets() if "fork of users" in one.text.casefold()]
    opening = next(one for one in found if one.kind == "recent project")
    assert opening.text == f"Open Fork of users at 9: {left}"
    opening.go()
    assert taken == [left]
