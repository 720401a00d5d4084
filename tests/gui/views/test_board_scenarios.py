"""Cards of the board are used in a scenario, filled with examples; heads of slices tell what is not tried."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from workbench.gui.views.board_view import BoardView
from workbench.project.scenarios import read_scenarios


async def test_an_event_and_a_command_are_used(workspace, desk, qtbot, until):
    view = BoardView(desk)
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show()
    view.activateWindow()
    canvas = view.canvas
    await until(lambda: "command:update_user" in canvas.board.cards())
    for node in ("event:user.created", "command:update_user", "event:user.updated"):
        canvas.reveal(node)
        canvas.setFocus()
        await until(canvas.hasFocus)
        QTest.keyClick(canvas, Qt.Key.Key_G)
        assert desk.running()
        await until(lambda: not desk.running())
    canvas.reveal("projection:users")
    assert not view.tools.scenarios.acts["use"].isEnabled()
    file = workspace.project.root / "scenarios" / "new-scenario.tsk"
    (made,) = read_scenarios(file.read_text(), "scenarios/new-scenario.tsk", workspace.registry)
    assert [(one.type, one.stream) for one in made.given] == [("user.created", "user-ada")]
    assert made.when[0].act.data["user_id"] == "ada"
    assert made.then[0].facts["event"] == "user.updated", "behind a command an event is what is expected"
    told = []
    desk.noticed.connect(told.append)
    view.hide()
    assert [(one.text, one.topic) for one in told] == [("", "scenario")], "it stays with the board"
    await until(lambda: not workspace.scenarios.busy)


async def test_the_head_of_a_slice_tells_what_its_scenarios_try(workspace, desk, qtbot, until):
    view = BoardView(desk)
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show()
    await workspace.scenarios.look(run=True)
    await until(lambda: not workspace.scenarios.busy)
    heads = view.pictures.frame.heads
    await until(lambda: heads._heads() and heads._scene.coverage)
    (place, head), *_ = heads._heads()
    note = heads._scene.coverage[place.id]
    assert note.tip.startswith(f"{note.passed} pass")
    at = head.center().toPoint()
    QApplication.sendEvent(heads, QHelpEvent(QEvent.Type.ToolTip, at, heads.mapToGlobal(at)))
    assert note.told[2] in QToolTip.text()
    nowhere = QPoint(2, 2)
    QApplication.sendEvent(heads, QHelpEvent(QEvent.Type.ToolTip, nowhere, heads.mapToGlobal(nowhere)))
    await until(lambda: not QToolTip.isVisible())


async def test_a_slice_whose_scenario_does_not_load_leads_to_the_line(workspace, desk, qtbot, until):
    """By a click on what its head tells, and from the menu of its card."""
    (workspace.project.root / "scenarios" / "wrong.tsk").write_text(
        '\n\n"It fails" { when: { command: "change_status", data: { userid: "x" } }, then: [] }\n'
    )
    view = BoardView(desk)
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show()
    await workspace.scenarios.look()
    heads = view.pictures.frame.heads
    await until(lambda: any(one.unread for one in heads._scene.coverage.values()))
    told = heads._scene.coverage["command:change_status"]
    assert told.told[1].startswith("error")
    assert "1 mistake" in told.told[2]
    wanted = []
    desk.text_wanted.connect(lambda file, line: wanted.append((file, line)))
    view.canvas.reveal("command:change_status")
    acts = view.tools.scenarios.acts
    assert acts["show_mistake"].refresh()
    acts["show_mistake"].do()
    assert wanted == [("scenarios/wrong.tsk", 3)]
    head = next(head for place, head in heads._heads() if place.id == "command:change_status")
    QTest.mouseClick(heads, Qt.MouseButton.LeftButton, pos=QPoint(round(head.center().x()), 12))
    assert len(wanted) == 1, "its name chooses the slice alone"
    QTest.mouseClick(heads, Qt.MouseButton.LeftButton, pos=QPoint(round(head.center().x()), 30))
    assert wanted[1:] == [("scenarios/wrong.tsk", 3)]
    view.canvas.reveal("command:create_user")
    assert not acts["show_mistake"].refresh()
    await until(lambda: not workspace.scenarios.busy)
