"""Coverage in the window: exceptions coloured, gaps get a scenario, what happened is counted as it comes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.services.conftest import finished, running
from workbench.gui.views.coverage_view import CoverageView
from workbench.project.samples import copy_sample

SCENARIO = """\
$ada: { username: "Ada", email: "a@b.org", status: "active" }

"A name changes" {
    given: { event: "user.created", stream: "user-ada", data: $ada }
    when: { command: "update_user", data: { user_id: "ada", username: "Eve" } }
    then: { event: "user.updated" }
}
"""


@pytest.fixture
async def workspace(tmp_path, stores, by_hand):
    folder = copy_sample("users-declared", tmp_path / "users")
    for path in (folder / "scenarios").iterdir():
        path.unlink()
    (folder / "scenarios" / "accounts.tsk").write_text(SCENARIO)
    async with running(folder) as opened:
        yield opened


@pytest.fixture
async def view(desk, qtbot, until):
    made = CoverageView(desk)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    await until(lambda: made.summary.text() == "3 of 23 tried, 20 gaps")
    yield made
    await until(lambda: not desk.workspace.scenarios.busy)


def rows(table):
    model = table.model()
    return [
        tuple(model.shown(row, at) for at in range(model.columnCount())) for row in range(model.rowCount())
    ]


def empty_words(view):
    return view.titles._empty.said[0]


def row_of(view, who, what):
    return next(row for row in rows(view.table) if row[1] == who and row[2].startswith(what))


def choose(view, who, what):
    number = next(at for at, row in enumerate(rows(view.table)) if row[1] == who and row[2].startswith(what))
    view.table.choose_index(number)
    view.table.row_chosen.emit(view.table.current_row())


async def test_only_exceptions_have_a_state_and_the_chosen_line_says_who_tries_it(view):
    assert row_of(view, "update_user", "leads to user.updated") == (
        "",
        "update_user",
        "leads to user.updated",
        "1",
        "–",
    )
    assert row_of(view, "create_user", "leads to")[0] == "not tried"
    choose(view, "update_user", "leads to")
    assert view.words.text() == "update_user leads to user.updated"
    assert rows(view.titles) == [("scenarios/accounts.tsk: A name changes",)]
    assert view.share.value() == 3


async def test_what_happens_is_counted_and_gaps_are_listed_alone(view, workspace, until):
    await workspace.commands.issue("create_user", {"user_id": "bob", "username": "Bob", "email": "b@c.org"})
    await finished(workspace)
    await until(lambda: row_of(view, "create_user", "leads to")[3:] == ("–", "1"))
    assert row_of(view, "create_user", "leads to")[0] == "not tried"
    assert row_of(view, "report_outage", "leads to")[0] == "never"
    everything = len(rows(view.table))
    view.which.setCurrentIndex(1)
    assert len(rows(view.table)) == everything - 3
    view.which.setCurrentIndex(2)
    assert {row[0] for row in rows(view.table)} == {"never"}
    view.filter.setText("resolve down")
    view.filter.settled.emit("resolve down")
    assert [row[1] for row in rows(view.table)] == ["resolve_outage"]


async def test_a_gap_gets_the_scenario_that_fills_it(view, desk, until):
    went = []
    desk.wanted.connect(went.append)
    choose(view, "change_status", "is refused: no_reason")
    QTest.keyClick(view.table, Qt.Key.Key_Return)
    await until(lambda: "scenarios" in went)
    assert desk.scenario[0] == "scenarios/accounts.tsk"
    text = (desk.workspace.project.root / "scenarios/accounts.tsk").read_text()
    assert text.startswith(SCENARIO)
    assert 'rejected: "change_status", message: "a suspension needs a reason"' in text
    await until(lambda: row_of(view, "change_status", "is refused: no_reason")[3] == "1")
    await until(lambda: desk.workspace.scenarios.tally().passed == 2)


async def test_what_happened_is_recorded_as_it_happened(view, desk, workspace, until, monkeypatch):
    asked = []

    async def keep(_parent, _desk, recorded, place):
        asked.append((recorded, place))

    monkeypatch.setattr("workbench.gui.views.record_dialog.keep_recorded", keep)
    await workspace.commands.issue("create_user", {"user_id": "bob", "username": "Bob", "email": "b@c.org"})
    await workspace.commands.issue("change_status", {"user_id": "bob", "status": "active"})
    await finished(workspace)
    await until(lambda: row_of(view, "change_status", "is refused: same")[4] == "1")
    for who, what in (("change_status", "is refused: same"), ("create_user", "leads to")):
        choose(view, who, what)
        view.acts["write"].trigger()
    await until(lambda: len(asked) == 2)
    assert {one.scenario.when[0].act.command for one, _ in asked} == {"create_user", "change_status"}
    assert all(one.result.passed for one, _ in asked)


async def test_a_scenario_that_tries_it_is_opened(view, desk):
    went = []
    desk.wanted.connect(lambda key: went.append((key, desk.scenario)))
    choose(view, "update_user", "leads to")
    view.titles.choose_index(0)
    view.titles.setFocus()
    QTest.keyClick(view.titles, Qt.Key.Key_O)
    assert went == [("scenarios", ("scenarios/accounts.tsk", "A name changes"))]


async def test_what_was_not_run_is_said_and_run(view, desk, until, workspace):
    path = workspace.project.root / "scenarios/accounts.tsk"
    path.write_text(SCENARIO.replace("Eve", "Ina"))
    workspace.scenarios._asked.clear()
    await workspace.scenarios.look()
    await until(lambda: "1 scenario not run" in view.looked.text())
    view.acts["run"].trigger()
    await until(lambda: "not run" not in view.looked.text() and not workspace.scenarios.busy)
    assert view.acts["run"].toolTip() == "All scenarios were run on the model as it is"


async def test_without_a_chosen_line_nothing_is_said_of_its_scenarios(view):
    assert view.table.current_row() is None
    assert empty_words(view) == "Choose a line"
    choose(view, "update_user", "is refused")
    assert empty_words(view) == "No scenario tries it"


async def test_what_only_a_scenario_with_a_mistake_tries_says_so_and_leads_to_the_line(view, desk, until):
    path = desk.workspace.project.root / "scenarios" / "wrong.tsk"
    path.write_text(
        '\n"It fails" {\n    when: { command: "create_user", data: { nmae: "x" } }\n    then: []\n}\n'
    )
    await desk.workspace.scenarios.look()
    await until(lambda: row_of(view, "create_user", "is issued")[0] == "mistake")
    assert row_of(view, "create_user", "is issued")[3] == "1"
    assert view.summary.text() == "3 of 23 tried, 19 gaps", "it tries nothing"
    assert "1 mistake in scenarios, which do not load" in view.looked.text()
    wanted = []
    desk.text_wanted.connect(lambda file, line: wanted.append((file, line)))
    choose(view, "create_user", "is issued")
    ((said,),) = rows(view.titles)
    assert said.startswith("scenarios/wrong.tsk: It fails: 3: create_user has no nmae")
    assert view.acts["write"].text() == "Show the mistake"
    QTest.keyClick(view.table, Qt.Key.Key_Return)
    view.titles.choose_index(0)
    view.titles.setFocus()
    QTest.keyClick(view.titles, Qt.Key.Key_O)
    assert wanted == [("scenarios/wrong.tsk", 3)] * 2
    choose(view, "create_user", "leads to")
    assert view.acts["write"].text() == "Write a scenario of it"
    await until(lambda: not desk.workspace.scenarios.busy)


async def test_no_word_of_a_button_is_cut_where_the_view_is_narrow(view, until):
    def whole(width):
        view.resize(width, 500)
        return view.width() == width and all(one.width() >= one.sizeHint().width() for one in view.buttons)

    for width in (1000, 480):
        await until(lambda width=width: whole(width))
