"""Marks stand on the cards, say why over them, and are taken away by a fix, by keys and by mouse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.board.designing import CONTROL, board_of
from tests.services.conftest import running, written
from tests.services.design.marks.mark_examples import NOTE, PARCEL
from workbench.gui.board.board_graph import BoardGraph
from workbench.gui.board.board_marks import STALE
from workbench.gui.board.draft_text import DraftText
from workbench.gui.board.mark_painter import card_marks, ring_of
from workbench.gui.desk import Desk
from workbench.gui.details.schema_dialog import SchemaDialog
from workbench.gui.live_project import LiveProject
from workbench.gui.views.board_view import BoardView
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.services.design import gestures
from workbench.services.design.gestures import DesignNode
from workbench.services.design.marks.mark import Severity
from workbench.services.workspace import Workspace
from workbench.store.operations import Append
from workbench.tusk import Problem, parse

TEXT = PARCEL.replace('put { weight: "event.weight", ', "put { ") + NOTE
"""Has a column that nothing fills and an event that nothing reads."""
NOTED, PARCELS = "event:parcel.noted", "projection:parcels"


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    async with running(written(tmp_path / "shop", TEXT)) as opened:
        yield opened


@pytest.fixture
async def board(desk: Desk, qtbot: QtBot, until: Any) -> AsyncIterator[BoardView]:
    made = board_of(desk, qtbot)
    live = LiveProject(desk, lambda: None, lambda: None)
    await until(lambda: made.scene.marks and made.editor.state.text.project.text)
    yield made
    live.close()


def text_of(board: BoardView) -> str:
    return (board.desk.workspace.project.root / "project.tsk").read_text()


async def test_marks_are_counted_and_stepped_through_and_say_why(board: BoardView) -> None:
    assert board.marks.button.text() == "2 marks"
    board.canvas.setFocus()
    QTest.keyClick(board.canvas, Qt.Key.Key_F9)
    popover = board.marks.popover
    assert (board.scene.chosen, popover.title.text()) == (PARCELS, "no event fills weight of parcels")
    assert popover.isVisible()
    assert popover.why.text() == "Warning: It is empty in every row."
    QTest.keyClick(popover.list, Qt.Key.Key_Escape)
    assert not popover.isVisible()
    assert board.canvas.hasFocus()
    QTest.keyClick(board.canvas, Qt.Key.Key_F9)
    assert (board.scene.chosen, popover.title.text()) == (NOTED, "nothing reads parcel.noted")


async def test_all_that_could_be_done_is_seen_on_a_low_board(board: BoardView) -> None:
    board.resize(700, 250)
    board.canvas.setFocus()
    for _ in range(2):
        QTest.keyClick(board.canvas, Qt.Key.Key_F9)
        popover = board.marks.popover
        assert board.canvas.rect().contains(popover.geometry()), popover.geometry()
        assert popover.rect().contains(popover.list.geometry())
        QTest.keyClick(popover.list, Qt.Key.Key_Escape)


async def test_a_fix_is_a_step_that_takes_the_mark_away_and_is_undone(board: BoardView, until: Any) -> None:
    board.canvas.setFocus()
    board.canvas.reveal(PARCELS)
    QTest.keyClick(board.canvas, Qt.Key.Key_Period, CONTROL)
    fixes = board.marks.popover.list
    assert [fixes.item(row).text() for row in range(fixes.count())] == [
        "Set it from parcel.packed",
        "Remove the column",
        "Show its form and text",
    ]
    QTest.keyClick(fixes, Qt.Key.Key_Return)
    await until(lambda: PARCELS not in board.scene.marks)
    assert text_of(board) == TEXT.replace(
        "put { status: \"'packed'\" }", 'put { status: "\'packed\'", weight: "event.weight" }'
    )
    assert board.editor.state.undo == "Set it from parcel.packed"
    assert set(board.scene.marks) == {NOTED}
    QTest.keyClick(board.canvas, Qt.Key.Key_Z, CONTROL)
    await until(lambda: PARCELS in board.scene.marks)
    assert text_of(board) == TEXT


async def test_a_click_on_the_ring_opens_what_is_marked_and_one_beside_it_does_not(board: BoardView) -> None:
    scene, popover = board.scene, board.marks.popover
    ring = board.canvas.mapFromScene(ring_of(scene.box_of(NOTED), board.canvas.scale_now))
    QTest.mouseClick(board.canvas.viewport(), Qt.MouseButton.LeftButton, pos=ring)
    assert (scene.chosen, popover.isVisible()) == (NOTED, True)
    assert board.canvas.rect().contains(popover.geometry())
    popover.leave()
    QTest.mouseClick(board.canvas.viewport(), Qt.MouseButton.LeftButton, pos=ring - QPoint(60, -12))
    assert (scene.chosen, popover.isVisible()) == (NOTED, False)


async def test_the_details_say_what_is_marked_and_do_what_takes_it_away(board: BoardView, until: Any) -> None:
    shown = board.details.marks
    assert not shown.isVisible()
    board.canvas.reveal(PARCELS)
    assert [mark.message for mark in shown.marks] == ["no event fills weight of parcels"]
    buttons = {one.text(): one for one in shown.findChildren(QPushButton)}
    assert list(buttons) == ["Set it from parcel.packed", "Remove the column"]
    buttons["Set it from parcel.packed"].click()
    await until(lambda: PARCELS not in board.scene.marks)
    assert not shown.isVisible()


async def test_what_has_no_card_is_counted_and_stepped_to(board: BoardView, until: Any) -> None:
    file = board.desk.workspace.project.root / "project.tsk"
    file.write_text(TEXT + "".join(f'\n[query.{name}]\nlist: "parcels"\n' for name in ("all", "All")))
    board.desk.project_saved.emit()
    await until(lambda: board.marks.button.text() == "3 marks")
    board.canvas.setFocus()
    for _ in range(3):
        QTest.keyClick(board.canvas, Qt.Key.Key_F9)
        assert board.marks.popover.isVisible()
        said = board.marks.popover.title.text()
        board.marks.popover.leave()
    assert said == "All and all differ in their letters' case alone"
    QTest.keyClick(board.canvas, Qt.Key.Key_F9)
    assert board.marks.popover.title.text() == "no event fills weight of parcels"


async def test_what_is_wrong_and_has_no_fix_is_told_and_leads_to_its_text(
    board: BoardView, until: Any
) -> None:
    board.editor.do(
        "Add policy tell",
        lambda text: gestures.made(text, "policy", "tell", DesignNode("event", "parcel.noted")),
        lambda: None,
    )
    await until(lambda: "subscription:tell" in board.scene.cards())
    await until(lambda: not board.desk.running())
    QTest.mouseClick(board.editor.stand, Qt.MouseButton.LeftButton)
    popover = board.marks.popover
    assert (board.scene.chosen, popover.isVisible()) == ("subscription:tell", True)
    assert popover.title.text() == "a policy needs issue, or do { … } with several"
    assert "What to do: fix it in its form and text." in popover.why.text()
    QTest.keyClick(popover.list, Qt.Key.Key_Escape)
    QTest.keyClick(board.canvas, Qt.Key.Key_Period, CONTROL)
    assert popover.isVisible()
    QTest.keyClick(popover.list, Qt.Key.Key_Return)
    assert board.details.tabs.currentWidget() is board.details.section
    assert board.details.section.pane.editor.hasFocus()


async def test_a_draft_offers_on_its_card_what_its_form_offers(board: BoardView, until: Any) -> None:
    added = '\n[command.zap]\ncreates: "parcel"\nfields { id: "uuid" }\nemit: "parcel.zapped"\n'
    board.editor.do(
        "Add command zap",
        lambda text: text.with_project(parse(text.project.text + added)),
        lambda: None,
    )
    await until(lambda: "command:zap" in board.scene.cards())
    section = board.details.section
    board.canvas.reveal("command:zap")
    await until(lambda: section.pane.sure and section.pane.problems() and board.marks.told("command:zap"))
    await until(lambda: board.marks.told("command:zap")[0].fixes)
    wanted = [fix.label for one in section.pane.problems() for fix in section.pane.fixes_in_file(one.problem)]
    assert "New event parcel.zapped" in wanted
    board.marks.explain("command:zap")
    ways = board.marks.popover.list
    offered = [ways.item(at).text() for at in range(ways.count())]
    assert offered[: len(wanted)] == wanted
    ways.setCurrentRow(wanted.index("New event parcel.zapped"))
    QTest.keyClick(ways, Qt.Key.Key_Return)
    await until(lambda: "[event.parcel.zapped]" in board.editor.state.text.project.text)
    assert board.editor.state.undo == "New event parcel.zapped"


async def test_what_others_saved_and_does_not_load_is_marked_as_a_draft_is(
    board: BoardView, until: Any
) -> None:
    """On the cards of its sections, with what would fix it, and in the details under its characters."""
    path = board.desk.workspace.project.root / "project.tsk"
    path.write_text(TEXT.replace('emit: "parcel.sent"', 'emit: "parcel.snet"'))
    card, section = "command:send_parcel", board.details.section
    await until(lambda: board.scene.graph.by_id[card].problems)
    assert {one.id for one in board.scene.graph.nodes if one.problems} == {card}
    board.canvas.reveal(card)
    await until(lambda: section.pane.sure and board.marks.told(card)[0].fixes)
    (mark, *_) = board.marks.told(card)
    assert (mark.kind.title, mark.message) == ("does not load", "this aggregate has no event parcel.snet")
    assert "older model runs" in mark.kind.why
    (found,) = section.pane.editor.mistakes
    line = section.pane.editor.text().splitlines()[found.line - 1]
    assert line[found.column - 1 : found.end_column - 1] == '"parcel.snet"'
    assert section.stand.text().endswith("1 mistake")
    board.canvas.setFocus()
    QTest.keyClick(board.canvas, Qt.Key.Key_Period, CONTROL)
    ways = board.marks.popover.list
    offered = [ways.item(at).text() for at in range(ways.count())]
    ways.setCurrentRow(offered.index("Replace with parcel.sent"))
    QTest.keyClick(ways, Qt.Key.Key_Return)
    await until(lambda: text_of(board) == TEXT)
    await until(lambda: not board.scene.graph.by_id[card].problems)
    await until(lambda: board.editor.stand.text().endswith("saved"))


@pytest.mark.parametrize("header", ["[comand.send_parcel]", "[comandsend_parcel]"])
async def test_a_header_that_others_mistyped_is_marked_on_its_card_and_leads_to_the_line(
    board: BoardView, until: Any, header: str
) -> None:
    path = board.desk.workspace.project.root / "project.tsk"
    path.write_text(TEXT.replace("[command.send_parcel]", header))
    card = "command:send_parcel"
    await until(lambda: board.scene.graph.by_id[card].problems)
    assert {one.id for one in board.scene.graph.nodes if one.problems} == {card}
    board.canvas.reveal(card)
    assert "is not a setting here" in board.details.about.parts["problems"].text()
    assert board.details.about.parts["elsewhere"].isHidden(), "no Python module brings it"
    wanted: list[Any] = []
    board.desk.text_wanted.connect(lambda *place: wanted.append(place))
    board.acts["open_text"].do()
    assert wanted == [("project.tsk", path.read_text().splitlines().index(header) + 1)]
    path.write_text(TEXT)
    await until(lambda: not board.scene.graph.by_id[card].problems)


SCENARIO = "scenarios/notes.tsk", '"Noted" { given: [{ event: "noted", stream: "parcel-1" }] }\n'


@pytest.mark.parametrize("way", ["card", "text"])
async def test_a_fix_that_renames_does_so_in_the_scenarios_and_its_card_stays_chosen(
    board: BoardView, until: Any, way: str
) -> None:
    root, (name, said) = board.desk.workspace.project.root, SCENARIO
    (root / "scenarios").mkdir()
    (root / name).write_text(said)
    short = TEXT.replace("parcel.noted", "noted")
    board.editor.do("Shorten", lambda text: text.with_said("project.tsk", short))
    await until(lambda: "event:noted" in board.scene.cards() and board.editor.draft is not None)
    board.canvas.reveal("event:noted")
    section = board.details.section
    await until(lambda: section.pane.sure and any(one.fixes for one in board.marks.told("event:noted")))
    if way == "card":
        board.marks.explain("event:noted")
        ways = board.marks.popover.list
        assert ways.item(0).text() == "Replace with parcel.noted"
        QTest.keyClick(ways, Qt.Key.Key_Return)
    else:
        found = [fix for one in section.pane.problems() for fix in section.pane.fixes_in_file(one.problem)]
        section.pane.apply(next(one for one in found if one.label == "Replace with parcel.noted"))
    await until(lambda: board.editor.draft is None and text_of(board) == TEXT)
    assert (root / name).read_text() == said.replace('"noted"', '"parcel.noted"')
    await until(lambda: board.scene.chosen == NOTED)


@pytest.mark.parametrize("way", ["card", "text"])
async def test_a_name_is_replaced_in_all_files_as_one_step(board: BoardView, until: Any, way: str) -> None:
    root, (name, said) = board.desk.workspace.project.root, SCENARIO
    said = said.replace('"noted"', '"parcel.sent"')
    (root / "scenarios").mkdir()
    (root / name).write_text(said)
    renamed = TEXT.replace("[event.parcel.sent]", "[event.parcel.snt]")
    board.editor.do("Shorten", lambda text: text.with_said("project.tsk", renamed))
    card, label = "command:send_parcel", "Replace with parcel.snt in all 3 places"
    await until(lambda: card in board.scene.cards() and board.editor.draft is not None)
    board.canvas.reveal(card)
    section = board.details.section

    def fix() -> Any:
        fixes = (fix for one in board.marks.told(card) for fix in one.fixes)
        return next((one for one in fixes if one.label == label), None)

    await until(lambda: section.pane.sure and fix() is not None)
    if way == "card":
        board.marks.fix(fix())
    else:
        found = [one for each in section.pane.problems() for one in section.pane.fixes_in_file(each.problem)]
        section.pane.apply(next(one for one in found if one.label == label))
    snt = TEXT.replace("parcel.sent", "parcel.snt")
    both = snt, said.replace("parcel.sent", "parcel.snt")
    await until(lambda: board.editor.draft is None and (text_of(board), (root / name).read_text()) == both)
    board.editor.acts["undo"].do()
    await until(lambda: board.editor.state.text.project.text == renamed)
    assert board.editor.state.text.scenarios[name].text == said, "one step for both"
    board.editor.acts["undo"].do()
    await until(lambda: (text_of(board), (root / name).read_text()) == (TEXT, said))


async def test_two_cards_with_the_same_mistake_each_fix_their_own(board: BoardView, until: Any) -> None:
    """Whichever stands first in the text, and the handler where a subscription works with it."""
    right = (
        '[topics]\nevents {}\n[subscriptions]\nring { topic: "events", handler: "bell" }\n'
        '[handler.bell]\nevent: ["parcel.packed", "parcel.sent"]\n'
        '[projection.shelf]\ncolumns { id: "text", n: "integer" }\non { "parcel.sent": { put { n: "1" } } }\n'
    )
    editor, marks = board.editor, board.marks
    editor.do("Add", lambda text: text.with_project(parse(text.project.text + right)))
    await until(lambda: "subscription:ring" in board.scene.cards() and not board.desk.running())
    wrong = right.replace('"parcel.sent"', '"parcel.snt"')
    editor.do("Misspell", lambda text: text.with_project(parse(text.project.text.replace(right, wrong))))
    cards = ("subscription:ring", "projection:shelf")
    await until(lambda: {*cards} <= {*board.scene.cards()} and editor.draft is not None)

    def replaced(card: str) -> Any:
        fixes = (fix for one in marks.told(card) for fix in one.fixes)
        return next((fix for fix in fixes if fix.label == "Replace with parcel.sent"), None)

    await until(lambda: all(replaced(one) for one in cards))
    lines = [one.place.line for card in cards for one in marks.told(card) if one.place is not None]
    text = editor.state.text.project.text
    assert [text.splitlines()[one - 1].split()[0] for one in lines] == ["event:", "on"]
    marks.fix(replaced("subscription:ring"))
    await until(lambda: '["parcel.packed", "parcel.sent"]' in editor.state.text.project.text)
    assert '"parcel.snt": {' in editor.state.text.project.text


@pytest.mark.parametrize("settings", ["", "[engine]\nretries: []\n"])
async def test_marks_follow_a_draft_as_far_as_it_can_be_looked_at(
    board: BoardView, until: Any, settings: str
) -> None:
    wrong = f'\n[policy.tell]\non: "parcel.sent"\n{settings}'
    board.editor.do("Add", lambda text: text.with_project(parse(text.project.text + wrong)))
    said = "the model that runs" if settings else "drafts as well"
    await until(lambda: board.editor.draft is not None and said in board.marks.button.toolTip())
    assert {NOTED, PARCELS} == {*board.scene.marks}
    board.marks.fix(board.scene.marks[PARCELS][0].fixes[0])
    await until(lambda: 'weight: "event.weight"' in board.editor.state.text.project.text)
    if not settings:
        await until(lambda: {NOTED} == {*board.scene.marks})
    assert board.editor.draft is not None
    assert 'weight: "event.weight"' in text_of(board), "what is wrong beside it holds up nothing"
    assert "tell" not in text_of(board)


async def test_a_fix_that_leaves_something_to_type_leads_there_and_makes_no_step(
    board: BoardView, until: Any
) -> None:
    added = '\n[policy.note_it]\non: "parcel.packed"\nissue: "note"\nwith { parcel_id: "id" }\n'
    editor, section, marks = board.editor, board.details.section, board.marks
    editor.do("Add policy", lambda text: text.with_project(parse(text.project.text + added)))
    await until(lambda: "subscription:note_it" in board.scene.cards() and editor.draft is not None)
    board.canvas.reveal("subscription:note_it")
    await until(lambda: section.pane.sure and any(one.fixes for one in marks.told(board.scene.chosen)))
    marks.explain(board.scene.chosen)
    ways = marks.popover.list
    assert ways.item(0).text() == "Write words …"
    QTest.keyClick(ways, Qt.Key.Key_Return)
    pane = section.pane
    assert pane.editor.text()[: pane.editor.offset()].endswith('with { parcel_id: "id", words: "')
    assert (pane.editor.hasFocus(), editor.state.undo) == (True, "Add policy")
    QTest.keyClicks(pane.editor, "'x'")
    await until(lambda: editor.draft is None and "words: \"'x'\"" in text_of(board))


async def test_J4_stale_rows_are_made_again_from_their_mark(board: BoardView, until: Any) -> None:
    told = board.scene.graph.by_id[PARCELS]
    board.scene.graph = BoardGraph((replace(told, problems=(STALE,)),), ())
    board.canvas.reveal(PARCELS)
    board.marks.explain(PARCELS)
    assert board.marks.popover.list.item(0).text() == "Rebuild now"
    before = board.desk.workspace.monitor.projections()[0].generation
    QTest.keyClick(board.marks.popover.list, Qt.Key.Key_Return)
    await until(lambda: board.desk.workspace.monitor.projections()[0].generation > before)


async def test_what_is_wrong_while_it_runs_leads_to_where_it_runs(board: BoardView) -> None:
    node, opened = "command:note", list[str]()
    board.canvas.node_activated.connect(opened.append)
    told = board.scene.graph.by_id[node]
    board.scene.graph = BoardGraph((replace(told, problems=("2 dead letters",)),), ())
    board.canvas.reveal(node)
    board.marks.explain(node)
    ways = board.marks.popover.list
    assert [ways.item(row).text() for row in range(ways.count())] == ["Open it", "Show its form and text"]
    QTest.keyClick(ways, Qt.Key.Key_Return)
    assert opened == [node]


async def test_what_is_not_marked_says_so(board: BoardView) -> None:
    board.canvas.reveal("command:note")
    fix = board.marks.acts["explain"]
    assert (fix.isEnabled(), "Nothing is marked on it" in fix.toolTip()) == (False, True)


async def test_the_topology_has_the_same_marks(board: BoardView) -> None:
    board.show_picture("Topology")
    assert board.marks.button.text() == "2 marks"
    assert board.topology.nodes[PARCELS].marks.words == ("no event fills weight of parcels",)
    assert "no event fills weight" in board.topology.nodes[PARCELS].toolTip()


def test_a_card_shows_the_gravest_and_the_lines() -> None:
    assert card_marks((), ()).count == 0
    assert card_marks(("2 dead letters",), ()).severity is Severity.WARNING


async def test_stored_events_that_do_not_fit_are_marked_and_lead_to_the_schema(
    board: BoardView, until: Any
) -> None:
    workspace = board.desk.workspace
    event = NewEvent(id=derived_id("1"), type="parcel.noted", data='{"words":"a"}')
    workspace.store.write([Append(stream="parcel-1", events=(event,))])
    path = workspace.project.root / "project.tsk"
    changed = TEXT.replace('words: "string"', 'words: "integer"')
    path.write_text(changed)
    board.desk.project_saved.emit()
    await until(lambda: any(one.kind.code == "A-STORED" for one in board.scene.marks.get(NOTED, ())))
    board.canvas.setFocus()
    board.canvas.reveal(NOTED)
    QTest.keyClick(board.canvas, Qt.Key.Key_Period, CONTROL)
    popover = board.marks.popover
    assert popover.title.text() == "1 stored event does not fit its fields"
    QTest.keyClick(popover.list, Qt.Key.Key_Return)
    await until(lambda: board.canvas.findChildren(SchemaDialog))
    assert path.read_text() == changed
    board.canvas.findChildren(SchemaDialog)[0].close()


async def test_the_pill_leads_into_the_draft_and_not_into_the_file(board: BoardView, until: Any) -> None:
    asked: list[object] = []
    board.desk.text_wanted.connect(lambda *place: asked.append(place))
    editor, line = board.editor, len(text_of(board).splitlines())
    add = "[command.hold]\ncreates: 'parcel'\nfields { parcel_id: 'string' }\n[types]\nbad: 3\n"
    editor.do("Add", lambda text: text.with_said("project.tsk", f"{text.project.text}\n{add}"))
    await until(lambda: "command:hold" in board.scene.cards() and editor.draft is not None)
    (problem,) = [one for one in editor.state.problems if isinstance(one, Problem)]
    board.marks.show_first()
    shown = board.window().findChild(DraftText)
    assert shown is not None
    assert shown.editor.textCursor().block().text() == "bad: 3"
    assert (shown.editor.isReadOnly(), problem.line > line) == (True, True)
    shown.close()
    in_card = replace(problem, line=line + 3, message="elsewhere")
    editor.take(replace(editor.state, problems=(in_card,)))
    board.marks.show_first()
    assert board.scene.chosen == "command:hold"
    assert board.details.tabs.currentWidget() is board.details.section
    assert not asked


async def test_the_pill_leads_to_the_section_that_it_says_is_not_saved_also_where_the_file_does_not_load(
    board: BoardView, until: Any
) -> None:
    path, said = board.desk.workspace.project.root / "project.tsk", board.editor.stand
    path.write_text(TEXT.replace('emit: "parcel.sent"', 'emit: "parcel.snet"'))
    await until(lambda: board.scene.graph.by_id["command:send_parcel"].problems)
    board.editor.know_unwritten(["projection:parcels"])
    assert said.text().endswith("1 section not saved")
    said.clicked.emit()
    assert board.scene.chosen == "projection:parcels"
    board.editor.know_unwritten([])
    said.clicked.emit()
    assert board.scene.chosen == "command:send_parcel"
