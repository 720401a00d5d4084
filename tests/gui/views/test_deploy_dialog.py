"""What a deploy would do stands in two lists: why things differ, and what differs; each can be opened."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from workbench.gui.views.deploy_dialog import DRAFT, FOLDER, REVISION, DeployDialog
from workbench.project.samples import PROJECT_FILE, copy_sample
from workbench.services.deploy import sources
from workbench.services.deploy.deploys import Deploys
from workbench.services.deploy.rehearsed import Rehearsed
from workbench.services.worlds.compare import StoreDifference


@pytest.fixture
def on_file():
    return True


@pytest.fixture
async def people(workspace):
    for name in ("ada", "bob"):
        values = {"user_id": name, "username": f"{name} X".title(), "email": f"{name}@example.org"}
        await workspace.commands.issue("create_user", values)
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Ada Lovelace"})
    await workspace.running().settle()
    return workspace


@pytest.fixture
def opened(people, desk, qtbot, tmp_path):
    """Opens the dialog over users, of whom a changed module says something else."""
    parent = QWidget()
    qtbot.addWidget(parent)
    made = []

    def open_dialog(draft=None):
        made.append(DeployDialog(parent, desk, draft))
        made[-1].show()
        return made[-1]

    yield open_dialog
    for one in made:
        if isValid(one):
            one.close()


def rows(table):
    """Returns the rows of a table."""
    return [table.model().row(at) for at in range(table.model().rowCount())]


@pytest.fixture
def changed(people, tmp_path, monkeypatch):
    """A folder with a model in which names are told otherwise; the person trusts it."""
    folder = copy_sample("users", tmp_path / "changed")
    module = folder / "domain.py"
    before = "return User(event.username, "
    assert before in module.read_text()
    module.write_text(module.read_text().replace(before, f"{before[:-2]}.upper(), "))
    monkeypatch.setattr(sources, "trust_of", lambda *_args, **_more: lambda _sources: True)
    return folder


def choose(dialog, kind):
    """Chooses what is compared."""
    dialog.choice.setCurrentIndex(dialog.choice.findData(kind))


async def rehearsed(dialog, until):
    """Rehearses, and returns once that is told."""
    dialog.acts["start"].do()
    await until(dialog.bar.isHidden, within=10)


async def test_W18_reasons_lead_to_what_differs_and_that_to_where_it_begins(opened, changed, desk, until):
    dialog = opened()
    choose(dialog, FOLDER)
    assert not dialog.acts["start"].isEnabled()
    dialog.named.setText(str(changed))
    await rehearsed(dialog, until)
    assert "1 of 2 streams differs" in dialog.said.text(), "the name of the other one was changed since"
    assert "of 3 accepted commands" in dialog.said.text()
    (reason,) = rows(dialog.reasons)
    assert reason[:4] == (1, "stream", "user", "username")
    (bob,) = rows(dialog.table)
    assert bob[:5] == ("stream", "user-bob", "username", '"Bob X"', '"BOB X"')
    dialog.filter.setText("ada")
    await until(lambda: not rows(dialog.table))
    dialog.filter.setText("BOB")
    await until(lambda: rows(dialog.table))
    dialog.table.selectRow(0)
    dialog.acts["show_it"].do()
    assert (desk.selection.stream, desk.selection.version) == ("user-bob", 1)
    dialog.acts["since"].do()
    assert desk.selection.position == bob[5]


async def test_enter_in_the_field_of_the_folder_rehearses(opened, changed, until):
    dialog = opened()
    choose(dialog, FOLDER)
    dialog.named.setText(str(changed))
    QTest.keyClick(dialog.named, Qt.Key.Key_Return)
    await until(lambda: "1 of 2 streams differs" in dialog.said.text(), within=10)


async def test_W18_a_reason_narrows_what_is_listed(opened, people, until):
    text = (people.project.root / PROJECT_FILE).read_bytes()
    dialog = opened(text)
    found = Rehearsed(head=9)
    things = (("event", "user-ada", "b"), ("command", "user-ada", "c"), ("command", "u-b", "c"))
    for kind, where, key in things:
        found.differs(StoreDifference(kind=kind, where=where, key=key, theirs=f"no {where[-1]}"))
    dialog.show_found(found)
    assert [row[1:3] for row in rows(dialog.reasons)] == [("command", "c"), ("command", "c"), ("event", "b")]
    dialog.reasons.setCurrentIndex(dialog.reasons.model().index(2, 0))
    assert [row[:3] for row in rows(dialog.table)] == [("event", "user-ada", "b")]


async def test_W18_the_draft_is_offered_where_there_is_one(opened, people, until):
    assert opened().choice.findData(DRAFT) < 0
    text = (people.project.root / PROJECT_FILE).read_bytes()
    dialog = opened(text.replace(b"retry_delay:", b"# said otherwise\nretry_delay:"))
    assert dialog.choice.currentData() == DRAFT
    assert dialog.named.isHidden()
    await rehearsed(dialog, until)
    assert dialog.said.text() == "0 of 2 streams differ."
    assert rows(dialog.table) == []


async def test_what_cannot_be_loaded_says_why(opened, people, until):
    dialog = opened(b"[aggregate.account]\nsta")
    await rehearsed(dialog, until)
    assert "project.tsk:2" in dialog.said.text()
    choose(dialog, REVISION)
    assert dialog.named.text() == "HEAD"
    dialog.named.setText("nowhere-at-all")
    await rehearsed(dialog, until)
    assert "no Git revision" in dialog.said.text() or "git is not installed" in dialog.said.text()


async def test_W19_it_can_be_cancelled(opened, people, until, monkeypatch):
    def endless(_self, _revision, told):
        while True:
            told("Folding streams", 1, 10_000)

    monkeypatch.setattr(Deploys, "from_revision", endless)
    dialog = opened()
    dialog.acts["start"].do()
    await until(lambda: dialog.said.text() == "Folding streams: 1 of 10,000")
    dialog.end.click()
    await until(dialog.bar.isHidden)
    assert "cancelled" in dialog.said.text()
    dialog.acts["start"].do()
    await until(lambda: dialog.said.text() == "Folding streams: 1 of 10,000")
    dialog.close()
