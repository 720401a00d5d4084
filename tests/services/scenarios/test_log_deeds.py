"""What a store holds, counted in the words of the model: further each time, stopped where that is wanted."""

from __future__ import annotations

import pytest

from tests.services.conftest import finished, running, written
from workbench.services.scenarios.log_deeds import LogDeeds, fits_reason

MODEL = """
[aggregate.user]
state { name: "string" }
[command.join]
creates_or_changes: "user"
fields { user_id: "string", name: "string" }
refuse { same { when: "exists && state.name == command.name", message: "it is {command.name} already" } }
emit: "user.joined"
[event.user.joined]
fields { name: "string" }
set { name: "event.name" }
[handler.greet]
event: "user.joined"
reject { nobody { when: "data.name == 'nobody'", message: "{data.name} cannot be greeted" } }
[topics]
users {}
[routing]
default_topic: "users"
[subscriptions]
greeter { topic: "users", handler: "greet" }
"""


SAME = "when exists && state.name == command.name: it is ‹name of the command› already"
NOBODY = "when data.name == 'nobody': ‹name of the data› cannot be greeted"


@pytest.fixture
async def workspace(tmp_path, stores, by_hand):
    async with running(written(tmp_path / "users", MODEL)) as opened:
        yield opened


async def join(workspace, *names):
    for name in names:
        await workspace.commands.issue("join", {"user_id": "a", "name": name})
    await finished(workspace)


async def test_W20_what_was_issued_emitted_refused_and_died_is_counted(workspace):
    await join(workspace, "Ada", "Ada", "nobody", "nobody")
    deeds = LogDeeds(workspace.registry).read(workspace.world.reader)
    assert deeds.upto == workspace.world.reader.head()
    assert deeds.times() == {
        ("command", "join"): 4,
        ("event", "join", "user.joined"): 2,
        ("read", "user.joined"): 2,
        ("refused", "join"): 2,
        ("refusal", "join", SAME): 2,
        ("failure", "greet", NOBODY): 1,
    }


async def test_W20_asked_again_it_goes_on(workspace):
    await join(workspace, "Ada", "nobody")
    deeds = LogDeeds(workspace.registry).read(workspace.world.reader)
    first = deeds.times()
    assert deeds.read(workspace.world.reader).times() == first
    await join(workspace, "Bob", "nobody")
    again = deeds.read(workspace.world.reader).times()
    assert again[("event", "join", "user.joined")] == 4
    assert again == LogDeeds(workspace.registry).read(workspace.world.reader).times()


async def test_W20_it_can_be_stopped_and_begun_behind_a_position(workspace, monkeypatch):
    monkeypatch.setattr("workbench.store.sqlite.deed_reader.WINDOW", 1)
    monkeypatch.setattr("workbench.store.memory.deed_lists.WINDOW", 1)
    await join(workspace, "Ada", "Bob", "Eve")
    seen = []
    deeds = LogDeeds(workspace.registry)
    deeds.read(workspace.world.reader, lambda done, of: seen.append((done, of)) or done < 2)
    assert seen[:3] == [(0, 3), (1, 3), (2, 3)]
    assert (deeds.upto, deeds.times()[("read", "user.joined")]) == (2, 2)
    later = LogDeeds(workspace.registry, after=2).read(workspace.world.reader)
    assert later.times()[("read", "user.joined")] == 1


def test_a_reason_fits_its_words():
    assert fits_reason(SAME, "it is Ada already")
    assert not fits_reason(SAME, "it is Ada")
