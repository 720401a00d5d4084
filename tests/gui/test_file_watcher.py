"""Changes of files are noticed once, however an editor writes them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from workbench.gui.file_watcher import EMPTY_MS, QUIET_MS, Watch


@pytest.fixture
def watched(tmp_path):
    path = tmp_path / "domain.py"
    path.write_text("one")
    owner, heard = QObject(), []
    watch = Watch(owner)
    watch.settled.connect(lambda: heard.append(path.read_text() if path.exists() else None))
    watch.watch((tmp_path, path))
    yield path, watch, heard
    watch.close()
    owner.deleteLater()


async def test_many_small_writes_are_told_once(watched, until):
    path, _, heard = watched
    with path.open("w") as file:
        for _ in range(20):
            file.write("x" * 100)
            file.flush()
    await until(lambda: heard)
    assert heard == ["x" * 2000]


async def test_a_file_that_is_emptied_is_waited_for(watched, until, monkeypatch):
    path, watch, heard = watched
    path.write_text("")
    looked = []
    monkeypatch.setattr(watch._timer, "start", looked.append)
    await until(lambda: looked)
    watch._settle()
    watch._settle()
    assert (heard, looked[1:]) == ([], [QUIET_MS, QUIET_MS])
    path.write_text("whole")
    watch._settle()
    assert heard == ["whole"]


async def test_a_file_that_stays_empty_is_told_after_a_while_and_then_at_once(watched, until):
    path, watch, heard = watched
    path.write_text("")
    await until(lambda: heard == [""])
    assert watch._since.elapsed() >= EMPTY_MS
    watch.watch((path.parent, path))
    path.with_name("other").write_text("")
    await until(lambda: heard == ["", ""])
    assert watch._since.elapsed() < EMPTY_MS


async def test_a_file_that_is_replaced_is_watched_on(watched, until):
    path, watch, heard = watched
    for number in range(3):
        part = path.with_name("part")
        part.write_text(f"version {number}")
        part.replace(path)
        await until(lambda number=number: f"version {number}" in heard)
        watch.watch((path.parent, path))
    path.write_text("in place")
    await until(lambda: "in place" in heard)


async def test_a_file_that_is_deleted_and_comes_back_is_noticed(watched, until):
    path, _, heard = watched
    path.unlink()
    await until(lambda: None in heard)
    path.write_text("back")
    await until(lambda: "back" in heard)


async def test_coming_back_to_the_window_looks_for_changes(watched, until):
    _, _, heard = watched
    QApplication.instance().applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    await until(lambda: heard == ["one"])


async def test_closed_it_tells_nothing_more(watched, until):
    path, watch, heard = watched
    path.write_text("two")
    watch.close()
    watch._touched()  # what was noticed before and comes only now
    assert not watch._timer.isActive()
    QApplication.instance().applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    QApplication.processEvents()
    assert heard == []
