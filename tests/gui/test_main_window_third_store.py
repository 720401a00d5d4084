"""A further store carries a whole window: it need offer no more than the ports name."""

from __future__ import annotations

import pytest

from tests.gui.conftest import settle
from tests.gui.test_session import settings, start
from workbench.gui.desk import Selection
from workbench.gui.view_catalog import VIEWS
from workbench.store.memory.store import MemoryStore
from workbench.store.ports import Reader, Store
from workbench.store.sqlite import store

__all__ = ["settings", "start"]  # fixtures


class Only:
    """Of something, no more than a port names."""

    def __init__(self, port, of):
        self._port, self._of = port, of

    def __getattr__(self, name):
        if name not in dir(self._port):
            raise AttributeError(f"{self._port.__name__} has no {name}")
        return getattr(self._of, name)


class ThirdStore(Only):
    """The memory store under another name."""

    def __init__(self, _path, clock, **_more):
        super().__init__(Store, MemoryStore(clock))

    def reader(self):
        return Only(Reader, self._of.reader())


@pytest.fixture
async def session(start, monkeypatch, by_hand):
    monkeypatch.setattr(store, "SqliteStore", ThirdStore)
    return await start()


async def test_every_view_shows_what_a_third_store_holds(session, until, tmp_path):
    workspace = session.workspace
    await workspace.commands.issue("report_outage", {"domain": "slow.example"})
    values = {"user_id": "ann", "username": "Ann Anna", "email": "ann@slow.example"}
    assert (await workspace.commands.issue("create_user", values)).accepted
    await settle(workspace)
    session.desk.select(Selection(stream="user-ann", version=1))
    for entry in VIEWS:
        session.bring(entry.key)
        await until(session.window.views[entry.key].seen)
    await until(lambda: session.window.views["streams"].table.model().rowCount() == 2)
    assert session.window.views["letters"].table.model().rowCount() == 1
    assert session.window.views["log"].table.model().rowCount() == workspace.streams.head()
    (letter,) = workspace.dead_letters.page()
    await workspace.commands.issue("resolve_outage", {"domain": "slow.example"})
    await workspace.dead_letters.replay([letter.number])
    await settle(workspace)
    assert workspace.dead_letters.counts() == {"resolved": 1}
    session.bring("letters")
    await until(lambda: session.window.views["letters"].table.model().rowCount() == 0)
    assert not session.window.notices.cards()
    assert not list(tmp_path.rglob("*.db"))
