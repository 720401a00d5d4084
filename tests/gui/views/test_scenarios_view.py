"""The scenarios view: what there is, how it went, why it failed, and where it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from workbench.gui.views.scenario_result import BEFORE
from workbench.gui.views.scenarios_view import ScenariosView
from workbench.model.changes import Changes

WRONG = """
"A wrong one" {
    when: { command: "report_outage", data: { domain: "a.org" } }
    then: { event: "outage.reported", data: { domain: "b.org" } }
}
"""
RIGHT = """
"A right one" {
    when: { command: "report_outage", data: { domain: "a.org" } }
    then: { event: "outage.reported", data: { domain: "a.org" } }
}
"""


@pytest.fixture
def folder(workspace):
    """The project's scenarios, at first two: one passes, one does not."""
    found = workspace.project.root / "scenarios"
    for path in found.iterdir():
        path.unlink()
    (found / "some.tsk").write_text(RIGHT + WRONG)
    return found


@pytest.fixture
async def view(folder, desk, qtbot, until):
    made = ScenariosView(desk)
    qtbot.addWidget(made)
    made.resize(1000, 600)
    made.show()
    await until(lambda: shown(made))
    return made


async def saved(view, folder, text, name="some.tsk"):
    """Writes a scenario file, and has it noticed."""
    (folder / name).write_text(text)
    await view.desk.workspace.scenarios.look()


def shown(view):
    model = view.table.model()
    return [(model.shown(row, 0), model.shown(row, 1)) for row in range(model.rowCount())]


def down(view):
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_Down)


async def ran(view, until):
    view.run_all.click()
    assert view.stop.isEnabled()
    assert not view.run_all.isEnabled()
    await until(view.run_all.isEnabled)


async def test_nothing_is_run_at_first(view):
    assert shown(view) == [("not run", "A right one"), ("not run", "A wrong one")]
    assert view.summary.text() == "· 2 scenarios not run"
    assert "not run yet" in view.detail.result.toPlainText()


async def test_running_all_says_what_passed_and_goes_to_what_did_not(view, until):
    await ran(view, until)
    assert shown(view) == [("passed", "A right one"), ("failed", "A wrong one")]
    assert view.summary.text() == "✕ 1 failed, 1 passed"
    assert view.detail.name.text() == "A wrong one"
    text = view.detail.result.toPlainText()
    assert 'data.domain  "b.org"' in text
    assert 'data.domain  "a.org"' in text
    assert not view.stop.isEnabled()
    assert not view.progress.isVisible()


async def test_only_what_is_chosen_is_run(view, until):
    down(view)
    view.run_chosen.click()
    await until(view.run_all.isEnabled)
    assert [state for state, _ in shown(view)] == ["not run", "failed"]


async def test_stopping_lets_the_running_one_end(view, until):
    view.progress.valueChanged.connect(lambda done: done == 1 and view.stop.click())
    view.run_all.click()
    view.run(view._entries)  # a second run does not begin while one goes on
    assert view.progress.isVisible()
    await until(view.run_all.isEnabled)
    assert [state for state, _ in shown(view)] == ["passed", "not run"]


async def test_V3_a_changed_scenario_is_run_again_by_itself(view, until, folder):
    await ran(view, until)
    await saved(view, folder, RIGHT + WRONG.replace("b.org", "a.org"))
    assert [state for state, _ in shown(view)] == ["passed", "failed before"]
    assert view.summary.text() == "· 1 passed, 1 not run"
    assert BEFORE in view.detail.result.toPlainText()
    await until(view.run_all.isEnabled)
    assert view.summary.text() == "✓ 2 passed"
    assert BEFORE not in view.detail.result.toPlainText()


async def test_V3_verdicts_of_a_model_of_before_are_old_until_they_are_found_anew(view, until, desk):
    await ran(view, until)
    workspace = desk.workspace
    registry = workspace.registry
    commands = {name: one for name, one in registry.commands.items() if name != "report_outage"}
    await workspace.adopt(replace(workspace.project, registry=replace(registry, commands=commands)))
    await until(lambda: [state for state, _ in shown(view)] == ["passed before", "failed before"])
    assert view.summary.text() == "· 2 scenarios not run"
    await until(view.run_all.isEnabled)
    assert [state for state, _ in shown(view)] == ["mistakes"]


async def test_changes_of_the_store_read_no_file(view, folder, desk):
    (folder / "some.tsk").unlink()
    desk.changed.emit(Changes(head=5, everything=True))
    assert len(shown(view)) == 2


async def test_a_file_with_mistakes_says_each_and_shows_its_place(view, folder, until):
    await saved(view, folder, '# one\n\n"x" { when: { command: "fly" }, then: [] }\n', "z.tsk")
    await until(view.run_all.isEnabled)
    assert shown(view)[2] == ("mistakes", "1 mistake in this file")
    await ran(view, until)
    assert view.summary.text() == "✕ 1 failed, 1 passed, 1 mistake"
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_End)
    assert "z.tsk:3:24: S-REF the model has no command fly" in view.detail.result.toPlainText()
    QTest.keyClick(view.table, Qt.Key.Key_Return)
    assert view.detail.tabs.currentWidget() is view.detail.text
    assert view.detail.text.page.editor.textCursor().block().text().startswith('"x" {')


async def test_the_text_is_shown_at_the_scenario(view):
    down(view)
    view.show_text()
    assert view.detail.text.page.editor.textCursor().block().text() == '"A wrong one" {'
    assert view.detail.place.text() == "scenarios/some.tsk, line 7"


async def test_the_filter_looks_at_sentences_and_files(view, until):
    view.filter.setText("WRONG")
    QTest.keyClick(view.filter, Qt.Key.Key_Return)
    assert [name for _, name in shown(view)] == ["A wrong one"]
    assert view.detail.name.text() == "A wrong one"
    view.filter.setText("nowhere")
    QTest.keyClick(view.filter, Qt.Key.Key_Return)
    assert shown(view) == []
    assert view.detail.name.text() == ""
    await ran(view, until)  # what is filtered away is run as well
    assert view.summary.text() == "✕ 1 failed, 1 passed"


async def test_without_scenarios_it_says_how_there_will_be_one(view, folder, desk, until):
    (folder / "some.tsk").unlink()
    await desk.workspace.scenarios.look()
    assert "No scenarios yet" in [label.text() for label in view.findChildren(QLabel)]
    wanted = []
    desk.wanted.connect(wanted.append)
    (folder / "some.tsk").write_text(RIGHT)
    desk.wanted.emit("scenarios")
    await until(lambda: shown(view) == [("not run", "A right one")])


async def test_a_project_that_is_not_trusted_says_so(folder, desk, qtbot, until):
    desk.workspace.world.model = replace(desk.workspace.project, restricted=True)
    view = ScenariosView(desk)
    qtbot.addWidget(view)
    view.show()
    await until(lambda: "There is no model to run" in [label.text() for label in view.findChildren(QLabel)])


async def test_what_is_shown_is_run_by_keys_from_the_list_and_from_its_lines(view, until):
    for place, key, held in (
        (view.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier),
        (view.detail.steps.table, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier),
    ):
        await until(lambda: not view.busy)
        before = view.desk.workspace.scenarios.of(view._current().scenario)
        place.setFocus()
        QTest.keyClick(place, key, held)
        assert view.busy
        await until(lambda: not view.busy)
        assert view.desk.workspace.scenarios.of(view._current().scenario) is not before


async def test_who_shows_the_scenario_has_the_keyboard_in_its_lines(view, until):
    view.window().activateWindow()
    view.desk.scenario = ("scenarios/some.tsk", "A wrong one")
    view.desk.wanted.emit("scenarios")
    await until(view.detail.steps.table.hasFocus)
    assert view._current().name == "A wrong one"


async def test_ctrl_enter_takes_what_came_whichever_line_has_the_keyboard(view, folder, until):
    view.run_all.click()
    await until(lambda: not view.busy and view._current().name == "A wrong one")
    steps = view.detail.steps
    await until(steps.acts["take"].isEnabled)
    steps.table.choose_index(0)
    steps.table.setFocus()
    QTest.keyClick(steps.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await until(
        lambda: (
            'then: { event: "outage.reported", data: { domain: "b.org"'
            not in (folder / "some.tsk").read_text()
        )
    )
    await until(lambda: view.summary.text() == "✓ 2 passed")


async def test_the_view_and_the_status_bar_say_the_same_of_mistakes(view, folder, until):
    await saved(view, folder, "[[[\n", "broken.tsk")
    await saved(view, folder, RIGHT.replace("A right", "Another").replace("then:", "than:"), "odd.tsk")
    tally = view.desk.workspace.scenarios.tally()
    told = [entry.name for entry in view._listed if entry.scenario is None]
    assert tally.mistakes == sum(int(one.split()[0]) for one in told)
    assert view.summary.text().endswith(tally.said)


async def test_the_text_of_the_only_file_stays_where_that_is_gone(view, folder, until):
    view.show_text()
    (folder / "some.tsk").unlink()
    await view.desk.workspace.scenarios.look()
    await until(lambda: view.table.model().rowCount() == 0)
    text = view.detail.text
    assert text.banner.isVisible()
    assert text.page.editor.text() == RIGHT + WRONG
    text.banner.buttons[0].click()
    await until(lambda: view.table.model().rowCount() == 2 and not view.busy)
    assert (folder / "some.tsk").read_text() == RIGHT + WRONG


async def test_V2_a_text_that_is_typed_and_not_written_is_told_wherever_its_scenario_is(view, folder, until):
    detail, text = view.detail, view.detail.text
    view.show_text()
    await until(lambda: text.page is not None and text.page.sure)
    text.page.editor.take_text(text.page.editor.text().replace("report_outage", "fly"))
    model = view.table.model()
    assert [model.shown(row, 2) for row in range(2)] == ["draft: some.tsk"] * 2
    detail.tabs.setCurrentWidget(detail.steps)
    assert detail.place.text().endswith("what is typed in its text is not written")
    assert detail.tabs.tabText(2) == "Text, draft"
    text.drafts.discard()
    assert model.shown(0, 2) == "some.tsk"
    assert (detail.place.text(), detail.tabs.tabText(2)) == ("scenarios/some.tsk, line 2", "Text")
    text._pause.stop()
    await until(lambda: not view.desk.running())


async def test_a_scenario_leads_to_its_orders(view, desk):
    wanted = []
    desk.explore_wanted.connect(lambda title, invariant: wanted.append((title, invariant)))
    view.table.choose_index(0)
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_E)
    assert wanted == [("scenarios/some.tsk: A right one", "")]
