"""Scenarios are written in their view: by keys, as steps that change only what they must, and undone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from workbench.gui.views.scenarios_view import ScenariosView
from workbench.project.scenarios import read_scenarios

Key, Held = Qt.Key, Qt.KeyboardModifier
DATA = '{ username: "Ada", email: "a@b.org", status: "active" }'
ADA = f'{{ event: "user.created", stream: "user-ada", data: {DATA} }}'
TEXT = f"""\
# Of accounts

$ada: {ADA}

"A name changes" {{
    given: $ada  # she is there
    when: {{ command: "update_user", data: {{ user_id: "ada", username: "Eve" }} }}
    then: [
        {{ event: "user.updated", data: {{ username: "Ina" }} }}
        # the read model, too
        {{ row: "ada", projection: "users" }}
    ]
}}
"""


@pytest.fixture
def file(workspace):
    folder = workspace.project.root / "scenarios"
    for path in folder.iterdir():
        path.unlink()
    made = folder / "some.tsk"
    made.write_text(TEXT)
    return made


@pytest.fixture
async def view(file, desk, qtbot, until):
    made = ScenariosView(desk)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    await until(lambda: rows(made.table) and rows(made.detail.steps.table))
    yield made
    await until(lambda: not desk.workspace.scenarios.busy)


def rows(table):
    model = table.model()
    return [
        [model.shown(row, column) for column in range(model.columnCount())] for row in range(model.rowCount())
    ]


def press(widget, key, held=Held.NoModifier):
    widget.setFocus()
    QTest.keyClick(widget, key, held)


def typed(entry, text):
    QTest.keyClicks(entry.line, text)
    QTest.keyClick(entry.line, Key.Key_Return)


def at(view, number):
    view.detail.steps.table.choose_index(number)


async def settled(view, until):
    """Returns when what was changed is written, read and run."""
    await until(lambda: not view.desk.running())
    await until(lambda: not view.desk.workspace.scenarios.busy)


async def ran(view, until):
    view.run_all.click()
    await settled(view, until)


async def test_a_scenario_is_shown_as_given_when_then(view):
    found = rows(view.detail.steps.table)
    assert [one[0] for one in found] == ["Given", "When", "Then", ""]
    assert found[0][1].startswith("$ada: event user.created")
    assert found[1][1] == 'command update_user · user_id "ada" · username "Eve"'
    assert {one[2] for one in found} == {""}


async def test_what_came_stands_in_place_and_is_taken(view, file, until):
    await ran(view, until)
    found = rows(view.detail.steps.table)
    assert [one[2] for one in found][2:] == ["differs", "", "as expected"]
    assert found[3][1].strip() == 'data.username: "Ina" expected, "Eve" came'
    at(view, 3)
    press(view.detail.steps.table, Key.Key_Return, Held.ControlModifier)
    await settled(view, until)
    assert file.read_text() == TEXT.replace('"Ina"', '"Eve"')
    assert [one[2] for one in rows(view.detail.steps.table)][2:] == ["as expected", "as expected"]
    assert view.summary.text() == "✓ 1 passed"


async def test_what_asserts_nothing_says_so_and_takes_all_that_came(view, file, until):
    file.write_text(TEXT[: TEXT.index("    then: [")] + "    then: []\n}\n")
    await view.desk.workspace.scenarios.look()
    await ran(view, until)
    assert rows(view.table)[0][0] == "asserts nothing"
    steps = view.detail.steps
    assert rows(steps.table)[2][1].startswith("Nothing is said")
    await until(steps.acts["take_all"].isEnabled)
    steps.acts["take_all"].trigger()
    await settled(view, until)
    assert "user.updated" in file.read_text()
    assert rows(view.table)[0][0] == "passed"


async def test_a_line_that_has_no_room_is_said_wholly_below_the_list(view):
    steps = view.detail.steps
    steps.table.setFocus()
    for number, row in enumerate(rows(steps.table)):
        at(view, number)
        QTest.keyClick(steps.table, Key.Key_Home)
        for _ in range(number):
            QTest.keyClick(steps.table, Key.Key_Down)
        wide = steps.fontMetrics().horizontalAdvance(row[1])
        assert steps.whole.text() == row[1]
        assert steps.whole.isVisible() or wide < steps.table.columnWidth(1)
    steps.table.setColumnWidth(1, 60)
    QTest.keyClick(steps.table, Key.Key_Home)
    QTest.keyClick(steps.table, Key.Key_Down)
    assert steps.whole.isVisible()


async def test_an_item_is_added_by_its_form(view, file, until):
    at(view, 2)
    press(view.detail.steps.table, Key.Key_T)
    typed(view.detail.steps.entry, "rejected update")
    form = view.detail.steps.form
    assert form.isVisible()
    assert form.title.text() == "Then: rejected update_user"
    form._form.field("message").type_in({"set": True, "value": "no"})
    form._form.set_value({"message": "nothing would change"})
    form._form.submit()
    await settled(view, until)
    written = '        { rejected: "update_user", message: "nothing would change" }\n'
    assert file.read_text() == TEXT.replace("        # the read", f"{written}        # the read")
    row = view.detail.steps.table.current_row()
    assert row is not None
    assert row[1].startswith("rejected update_user")


async def test_a_form_that_is_left_changes_nothing(view, file, until):
    at(view, 2)
    press(view.detail.steps.table, Key.Key_Return)
    assert view.detail.steps.form.title.text() == "Then: event user.updated"
    QTest.keyClick(view.detail.steps.form, Key.Key_Escape)
    await settled(view, until)
    assert not view.detail.steps.form.open
    assert view.detail.steps.table.isVisible()
    assert file.read_text() == TEXT


async def test_what_is_typed_in_a_form_is_a_draft_until_it_is_put_in(view, desk):
    at(view, 2)
    view.detail.steps.table.setFocus()
    press(view.detail.steps.table, Key.Key_Return)
    view.detail.steps.form._form.set_value({"data": {"username": "Zoe"}})
    view.detail.steps.form.drafts.note()
    view.detail.steps.form.close_form()
    view.detail.steps.pages.setCurrentIndex(0)
    press(view.detail.steps.table, Key.Key_Return)
    assert view.detail.steps.form._form.value()["data"]["username"] == "Zoe"
    assert "restored" in view.detail.steps.form.drafts.text
    view.detail.steps.form.leave()
    press(view.detail.steps.table, Key.Key_Return)
    assert view.detail.steps.form._form.value()["data"]["username"] == "Ina"
    view.detail.steps.form.leave()


async def test_an_item_is_edited_and_keeps_what_the_form_does_not_show(view, file, until):
    at(view, 2)
    press(view.detail.steps.table, Key.Key_Return)
    view.detail.steps.form._form.set_value({"data": {"username": "Eve"}, "stream": "user-ada"})
    view.detail.steps.form._form.submit()
    await settled(view, until)
    was = '{ event: "user.updated", data: { username: "Ina" } }'
    assert file.read_text() == TEXT.replace(
        was, '{ event: "user.updated", stream: "user-ada", data: { username: "Eve" } }'
    )


async def test_items_move_and_go_and_come_back(view, file, until):
    at(view, 3)
    press(view.detail.steps.table, Key.Key_Up, Held.AltModifier)
    await settled(view, until)
    first = '        { event: "user.updated", data: { username: "Ina" } }\n'
    second = '        # the read model, too\n        { row: "ada", projection: "users" }\n'
    assert file.read_text() == TEXT.replace(first + second, second + first)
    assert view.detail.steps.table.current_row()[1].startswith("row ada")
    press(view.detail.steps.table, Key.Key_Delete)
    await settled(view, until)
    assert second not in file.read_text()
    press(view.table, Key.Key_Z, Held.ControlModifier)
    await settled(view, until)
    press(view.table, Key.Key_Z, Held.ControlModifier)
    await settled(view, until)
    assert file.read_text() == TEXT
    press(view.table, Key.Key_Y, Held.ControlModifier)
    await settled(view, until)
    assert file.read_text() == TEXT.replace(first + second, second + first)


async def test_V2_what_was_put_in_is_taken_back_where_the_keyboard_is(view, file, until):
    at(view, 2)
    press(view.detail.steps.table, Key.Key_Return)
    view.detail.steps.form._form.set_value({"data": {"username": "Eve"}})
    view.detail.steps.form._form.submit()
    await settled(view, until)
    assert file.read_text() != TEXT
    await until(view.detail.steps.table.hasFocus)
    press(view.detail.steps.table, Key.Key_Z, Held.ControlModifier)
    await settled(view, until)
    assert file.read_text() == TEXT
    press(view.detail.steps.table, Key.Key_Y, Held.ControlModifier)
    await settled(view, until)
    assert '"Eve"' in file.read_text()


async def test_a_scenario_is_made_from_nothing_to_green(view, file, until, workspace):
    press(view.table, Key.Key_N)
    typed(view.writing.entry, "Whoever is new is active")
    await settled(view, until)
    assert view.detail.name.text() == "Whoever is new is active"
    await until(view.detail.steps.table.hasFocus)
    press(view.detail.steps.table, Key.Key_W)
    typed(view.detail.steps.entry, "create_user")
    view.detail.steps.form._form.submit()
    await settled(view, until)
    assert [one[2] for one in rows(view.detail.steps.table)][-2:] == ["came as well"] * 2
    at(view, 3)
    press(view.detail.steps.table, Key.Key_Return)
    await settled(view, until)
    assert [one[2] for one in rows(view.detail.steps.table)][2:] == ["as expected", "came as well"]
    _, made = read_scenarios(file.read_text(), "some.tsk", workspace.registry)
    assert made.name == "Whoever is new is active"
    assert made.then[0].facts["data"]["status"] == "active"
    assert file.read_text().startswith(TEXT)


async def test_scenarios_are_renamed_copied_and_removed(view, file, until):
    press(view.table, Key.Key_F2)
    assert view.writing.entry.line.text() == "A name changes"
    view.writing.entry.line.clear()
    typed(view.writing.entry, "A name is changed")
    await settled(view, until)
    assert file.read_text() == TEXT.replace("A name changes", "A name is changed")
    assert view.detail.name.text() == "A name is changed"
    press(view.table, Key.Key_D, Held.ControlModifier)
    await settled(view, until)
    assert [one[1] for one in rows(view.table)] == ["A name is changed", "A name is changed (2)"]
    assert view.detail.name.text() == "A name is changed (2)"
    assert view.desk.scenario == ("scenarios/some.tsk", "A name is changed (2)")
    press(view.table, Key.Key_Delete)
    await settled(view, until)
    assert file.read_text() == TEXT.replace("A name changes", "A name is changed")


async def test_V2_the_last_one_is_removed_with_its_file_and_brought_back_by_the_same_keyboard(
    view, file, until
):
    plain = '"Alone" {\n    when: []\n    then: []\n}\n'
    file.write_text(plain)
    await view.desk.workspace.scenarios.look()
    await settled(view, until)
    view.table.setFocus()
    press(view.table, Key.Key_Delete)
    await settled(view, until)
    assert not file.exists()
    await until(lambda: "No scenarios yet" in [one.text() for one in view.findChildren(QLabel)])
    assert view.focusWidget() is view.table
    assert not view.detail.isVisible()
    press(view.table, Key.Key_Z, Held.ControlModifier)
    await settled(view, until)
    assert file.read_text() == plain
    assert view.detail.isVisible()
    assert view.detail.name.text() == "Alone"


async def test_a_file_that_says_more_outlives_its_last_scenario(view, file, until):
    press(view.table, Key.Key_Delete)
    await settled(view, until)
    assert file.read_text() in TEXT
    assert "# Of accounts" in file.read_text()


async def test_a_name_that_is_taken_stays_in_the_line_and_says_so(view, file, until):
    press(view.table, Key.Key_N)
    typed(view.writing.entry, "A name changes")
    await settled(view, until)
    assert view.writing.entry.isVisible()
    assert "already" in view.writing.entry.told.text()
    assert file.read_text() == TEXT
    QTest.keyClick(view.writing.entry.line, Key.Key_Escape)


async def test_the_first_scenario_gets_a_file(view, file, desk, until):
    file.unlink()
    await desk.workspace.scenarios.look()
    view.writing.new()
    typed(view.writing.entry, "The first one")
    await settled(view, until)
    assert (
        file.parent / "the-first-one.tsk"
    ).read_text() == '"The first one" {\n    when: []\n    then: []\n}\n'


async def test_who_asks_for_the_scenarios_is_led_to_one_that_does_not_pass(view, file, desk, until):
    file.write_text('"Fine" {\n    when: []\n    then: []\n}\n\n' + TEXT)
    await desk.workspace.scenarios.look(run=True)
    await settled(view, until)
    view.table.choose_index(0)
    assert view.detail.name.text() == "Fine"
    desk.wanted.emit("scenarios")
    await settled(view, until)
    assert view.detail.name.text() == "A name changes"
    desk.scenario = ("scenarios/some.tsk", "Fine")
    desk.wanted.emit("scenarios")
    await settled(view, until)
    assert view.detail.name.text() == "Fine"


async def test_the_next_one_is_chosen_where_one_is_removed_and_it_again_when_it_is_back(view, file, until):
    file.write_text("".join(f'"{name}" {{\n    when: []\n    then: []\n}}\n' for name in "abc"))
    await view.desk.workspace.scenarios.look()
    await settled(view, until)
    press(view.table, Key.Key_Down)
    assert view.detail.name.text() == "b"
    press(view.table, Key.Key_Delete)
    await settled(view, until)
    assert view.detail.name.text() == "c"
    press(view.table, Key.Key_Z, Held.ControlModifier)
    await settled(view, until)
    assert view.detail.name.text() == "b"
