"""J10: rebuilt rows stand beside the live ones; one looks at what differs, then switches or discards."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from tests.gui.views.test_folded_dialog import rows
from workbench.gui.views.rebuilt_dialog import RebuiltDialog
from workbench.gui.views.row_pairs import PairSource
from workbench.services.story.folded_rows import FoldedRow
from workbench.store.operations.projection_operations import ApplyProjection


@pytest.fixture
async def people(workspace):
    """Three users, and live rows that the log does not make: one changed, one more, one gone."""
    for name in ("ada", "bob", "cyd"):
        values = {"user_id": name, "username": f"{name} X".title(), "email": f"{name}@example.org"}
        await workspace.commands.issue("create_user", values)
    await workspace.running().settle()
    live = workspace.reader.generations("users")[0]
    ada = workspace.reader.row("users", "ada")
    other = ada | {"id": "eve", "username": "Eve X"}
    changed = ApplyProjection(
        name="users", generation=live.generation, before=live.checkpoint, checkpoint=live.checkpoint,
        rows=(ada | {"username": "Adam"}, other), deleted=("bob",),
    )  # fmt: skip
    await workspace.running().writer.write(changed)
    await workspace.projections.rebuild("users", held=True)
    await workspace.running().settle()
    return workspace


@pytest.fixture
def dialog(people, desk, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    made = RebuiltDialog(parent, desk, "users")
    made.show()
    yield made
    parent.close()


def generations(workspace):
    return [(one.generation, one.live) for one in workspace.reader.generations("users")]


async def test_J10_what_differs_is_listed_counted_and_told_cell_by_cell(people, dialog, until):
    await until(lambda: rows(dialog))
    head = people.reader.generations("users")[1].checkpoint
    counts = "1 alike, 1 changed, 1 added, 1 gone."
    assert dialog.said.text() == f"3 rows rebuilt up to position {head}, beside 3 live: {counts}"
    assert [(str(row[1]), row[0]) for row in rows(dialog)] == [
        ("ada", "changed"),
        ("bob", "added"),
        ("eve", "gone"),
    ]
    assert str(rows(dialog)[0][2]) == "Ada X, live is Adam"
    assert str(rows(dialog)[0][3]) == "ada@example.org"
    dialog.only.setChecked(False)
    assert [str(row[1]) for row in rows(dialog)] == ["ada", "bob", "eve", "cyd"]
    assert dialog.grab().toImage().width() > 0


async def test_J10_switching_takes_the_rebuilt_rows_and_says_so(people, desk, dialog, until):
    told = []
    desk.noticed.connect(told.append)
    await until(dialog.switch.isEnabled)
    dialog.switch.click()
    await until(lambda: told)
    assert told[0].text == "users shows the rebuilt rows now."
    assert generations(people) == [(2, True)]
    assert people.reader.row("users", "ada")["username"] == "Ada X"
    assert people.reader.row("users", "eve") is None
    (act,) = [one for one in people.operations.list() if one.of.action == "switch to rebuilt rows"]
    assert (act.of.subject, act.of.detail) == ("projection users", "generation 2")
    assert "the earlier rows are gone" in act.why_not


async def test_J10_discarding_leaves_the_live_rows(people, dialog, until):
    await until(dialog.switch.isEnabled)
    dialog.discard.click()
    await until(lambda: generations(people) == [(1, True)])
    assert people.reader.row("users", "ada")["username"] == "Adam"


async def test_J10_compared_again_it_follows_and_says_where_there_is_nothing_any_more(people, dialog, until):
    await until(lambda: rows(dialog))
    await people.commands.issue("update_user", {"user_id": "ada", "username": "Ada Lovelace"})
    await people.running().settle()
    dialog.again.click()
    await until(lambda: "2 alike" in dialog.said.text())
    await people.projections.give_up_rebuild("users")
    dialog.again.click()
    await until(lambda: "no rows of users are rebuilt beside" in dialog.said.text())
    assert not dialog.switch.isEnabled()


def test_V4_many_rows_are_put_into_words_only_as_they_are_seen():
    made = []
    pairs = [FoldedRow(key=f"k{at}", folded={"id": f"k{at}"}, stored=None) for at in range(20_000)]
    source = PairSource(pairs, lambda one: (made.append(one.key), (one.standing, one.key))[1])
    assert source.count() == 20_000
    assert source.keys(5, 2) == ["k5", "k6"]
    assert source.find(["k7", "no"]) == {"k7": 7}
    assert made == []
    assert [source.key(row) for row in source.page(19_998, 10)] == made == ["k19998", "k19999"]
