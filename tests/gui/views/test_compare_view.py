"""What differs from the project stands in a table; what was issued in a fork is issued there on a yes."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from tests.gui.test_fork_actions import fork_of
from tests.gui.test_session import notices, settings, start
from workbench.gui.desk import Selection
from workbench.store.store_file import read_store_file

__all__ = ["settings", "start"]


async def user(session, name):
    values = {"user_id": name, "username": name.title() * 2, "email": f"{name}@x.org"}
    assert (await session.workspace.commands.issue("create_user", values)).accepted


async def compared(fork, until, rows):
    fork.bring("compare")
    view = fork.window.views["compare"]
    view.acts["again"].do()
    await until(lambda: view.commands.model().rowCount() == rows and view.table.model().rowCount())
    return view


async def test_W14_commands_are_promoted_after_a_question(trunk, until):
    head = trunk.workspace.reader.head()
    fork = await fork_of(trunk, until, Selection(position=head))
    await user(fork, "zed")
    view = await compared(fork, until, 1)
    found = [view.table.model().row(at) for at in range(view.table.model().rowCount())]
    assert ("stream", "user-zed", ("not there",) * 2, ("1", "1"), head + 1) in [row[:5] for row in found]
    assert view.commands.model().row(0)[:4] == ("create_user", "user-zed", 0, "fits")
    view.acts["ask"].do()
    (answer,) = view.strip.findChildren(QPushButton, "answer")
    assert trunk.workspace.reader.stream("user-zed") is None, "nothing happens before the answer"
    answer.click()
    await until(lambda: any("1 command issued on users" in one for one in notices(fork)))
    assert trunk.workspace.reader.stream("user-zed").version == 1
    await until(lambda: view.commands.model().row(0)[3] == "issued there before")


async def test_W14_from_a_fork_of_a_fork_it_is_the_fork_that_gets_them(trunk, until):
    fork = await fork_of(trunk, until, Selection(position=9))
    inner = await fork_of(fork, until, Selection(position=8))
    await user(inner, "zed")
    view = await compared(inner, until, 1)
    view.acts["ask"].do()
    assert "Issue 1 command on the fork of users at 9" in view.strip.text()
    view.strip.buttons()[0].click()
    await until(lambda: any("1 command issued on the fork of users at 9." in one for one in notices(inner)))
    assert fork.workspace.reader.stream("user-zed").version == 1
    assert trunk.workspace.reader.stream("user-zed") is None
    inner.discard_fork()
    await until(lambda: fork.forks == [])


async def test_W14_while_they_are_issued_it_says_so_and_offers_it_no_second_time(trunk, until, monkeypatch):
    fork = await fork_of(trunk, until, Selection(position=trunk.workspace.reader.head()))
    await user(fork, "zed")
    view = await compared(fork, until, 1)
    issue, goes_on = trunk.workspace.commands.issue, asyncio.Event()

    async def slow(*values, **more):
        await goes_on.wait()
        return await issue(*values, **more)

    monkeypatch.setattr(trunk.workspace.commands, "issue", slow)
    view.acts["ask"].do()
    view.strip.buttons()[0].click()
    await until(lambda: view.said.text() == "Promoting 1 of 1: create_user user-zed …")
    assert not view.acts["ask"].refresh()
    assert view.acts["ask"].toolTip().startswith("Promoting 1 of 1")
    goes_on.set()
    await until(lambda: view.said.text().startswith("1 ") or "the project at" in view.said.text())
    await until(lambda: view.commands.model().row(0)[3] == "issued there before")


async def test_W14_where_the_project_moved_it_says_so_and_issues_nothing(trunk, until):
    fork = await fork_of(trunk, until, Selection(position=trunk.workspace.reader.head()))
    await user(fork, "zed")
    await user(trunk, "zed")
    view = await compared(fork, until, 1)
    await until(lambda: view.commands.model().row(0)[3] == "is at 1 there")  # not of before
    assert not view.acts["ask"].refresh()
    assert "The project moved on: user-zed is at 1 there" in view.acts["ask"].toolTip()
    assert "Fork it again" in view.acts["ask"].toolTip()


async def test_W14_where_the_project_moves_behind_the_question_it_is_compared_again(trunk, until):
    fork = await fork_of(trunk, until, Selection(position=trunk.workspace.reader.head()))
    await user(fork, "zed")
    view = await compared(fork, until, 1)
    view.acts["ask"].do()
    (answer,) = view.strip.findChildren(QPushButton, "answer")
    await user(trunk, "zed")
    answer.click()
    await until(lambda: view.commands.model().row(0)[3] == "is at 1 there")
    await until(lambda: f"the project at {trunk.workspace.reader.head():,}" in view.said.text())
    said = "Nothing was issued on users, for it moved on: stream user-zed is at version 1"
    assert any(said in one for one in notices(fork))


def named(view):
    return {view.table.model().row(at)[1] for at in range(view.table.model().rowCount())}


async def test_what_either_does_meanwhile_is_compared_by_itself(trunk, until):
    fork = await fork_of(trunk, until, Selection(position=trunk.workspace.reader.head()))
    await user(fork, "zed")
    view = await compared(fork, until, 1)
    at = next(n for n in range(view.table.model().rowCount()) if view.table.model().row(n)[1] == "user-zed")
    view.table.selectRow(at)
    await user(fork, "yan")
    await until(lambda: "user-yan" in named(view))
    assert view.commands.model().rowCount() == 2
    await user(trunk, "xia")
    await until(lambda: "user-xia" in named(view))
    at = view.table.currentIndex().row()
    assert view.table.model().row(at)[1] == "user-zed", "what was chosen stays"
    await until(lambda: f"the project at {trunk.workspace.reader.head():,}" in view.said.text())


async def test_what_takes_long_says_as_of_when_it_is(trunk, until, monkeypatch):
    monkeypatch.setattr("workbench.gui.views.compare_view.DEAR", 0.0)
    fork = await fork_of(trunk, until, Selection(position=trunk.workspace.reader.head()))
    await user(fork, "zed")
    view = await compared(fork, until, 1)
    await until(lambda: not view._reading.waits)
    await user(fork, "yan")
    await until(lambda: "as of " in view.said.text() and ": Again (F9)" in view.said.text())
    assert "user-yan" not in named(view)
    view.acts["again"].do()
    await until(lambda: "user-yan" in named(view))


async def test_W14_what_is_issued_behind_the_question_is_not_promoted_with_it(trunk, until):
    fork = await fork_of(trunk, until, Selection(position=trunk.workspace.reader.head()))
    await user(fork, "zed")
    view = await compared(fork, until, 1)
    view.acts["ask"].do()
    (answer,) = view.strip.findChildren(QPushButton, "answer")
    await user(fork, "yan")
    await until(lambda: view.commands.model().rowCount() == 2)
    answer.click()
    await until(lambda: any("1 command issued on users" in one for one in notices(fork)))
    assert trunk.workspace.reader.stream("user-yan") is None


async def test_W14_what_fits_is_promoted_and_the_question_says_what_is_left_out(trunk, until):
    fork = await fork_of(trunk, until, Selection(position=trunk.workspace.reader.head()))
    await user(fork, "zed")
    await user(fork, "yan")
    await user(trunk, "zed")
    view = await compared(fork, until, 2)
    await until(lambda: view.commands.model().row(0)[3] == "is at 1 there")
    view.acts["ask"].do()
    said = " ".join(one.text() for one in view.strip.findChildren(QLabel))
    assert "Issue 1 of 2 commands on users" in said
    assert "left out: create_user user-zed is at 1 there" in said
    (answer,) = view.strip.findChildren(QPushButton, "answer")
    answer.click()
    await until(lambda: any("1 command issued on users; 1 left out" in one for one in notices(fork)))
    assert trunk.workspace.reader.stream("user-yan").version == 1


async def test_a_difference_leads_to_what_differs(trunk, until):
    fork = await fork_of(trunk, until, Selection(position=trunk.workspace.reader.head()))
    await user(fork, "zed")
    view = await compared(fork, until, 1)
    at = next(n for n in range(view.table.model().rowCount()) if view.table.model().row(n)[1] == "user-zed")
    view.table.selectRow(at)
    view.acts["show_it"].do()
    assert fork.desk.selection.stream == "user-zed"


async def test_the_project_itself_offers_to_fork(trunk, until):
    trunk.bring("compare")
    view = trunk.window.views["compare"]
    assert not view.table.isVisible()
    assert "This is the project itself" in view.acts["ask"].toolTip()


async def test_W9_the_store_that_a_fork_names_is_not_read_before_a_person_chooses_it(
    trunk, until, start, tmp_path, monkeypatch
):
    fork = await fork_of(trunk, until, Selection(position=trunk.workspace.reader.head()))
    await user(fork, "zed")
    kept, there = tmp_path / "kept", trunk.workspace.project.store_path
    await fork.keep_in(kept, again=False)
    fork.quit()
    await until(lambda: trunk.forks == [])
    read = []
    monkeypatch.setattr("workbench.gui.views.compare_view.read_store_file", noting(read))
    again = await start((kept, ""))
    again.bring("compare")
    view = again.window.views["compare"]
    view.acts["again"].do()
    said = " ".join(one.text() for one in view._elsewhere.findChildren(QLabel))
    assert "users is not open" in said
    assert "may come from another person, and is not followed" in said
    assert not view.table.isVisible()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    view.first_widget().click()
    assert not read, "nothing was chosen"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(there), ""))
    view.first_widget().click()
    await until(lambda: view.table.model().rowCount())
    assert set(read) == {there}
    assert view.table.isVisible()


def noting(read):
    def opened(path, *more):
        read.append(path)
        return read_store_file(path, *more)

    return opened
