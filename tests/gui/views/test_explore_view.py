"""Exploring in the window: what came of it as the command line tells it, both orders, kept as a scenario."""

from __future__ import annotations

import multiprocessing
import os
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from tests.services.conftest import running
from tests.services.worlds.race import ORDER, orders_that_race
from workbench.gui.views.explore_view import ExploreView
from workbench.services.worlds.exploration import ExplorePlan, explore_all
from workbench.services.worlds.moves import Fault

NAME = "An order is placed and cancelled"
TITLE = f"scenarios/race.tsk: {NAME}"
BROKEN = "no_charge_after_cancel"
TIP = Qt.ItemDataRole.ToolTipRole


@pytest.fixture
async def workspace(tmp_path, stores, by_hand):
    async with running(orders_that_race(tmp_path / "orders")) as opened:
        yield opened


@pytest.fixture
async def view(desk, qtbot, until):
    made = ExploreView(desk)
    qtbot.addWidget(made)
    made.resize(1200, 760)
    made.show()
    await until(lambda: len(made.plan.scenario.offered()) == 2)
    made.plan.deviations.setValue(1)
    made.plan.time.choose(600.0)
    return made


def rows_of(table):
    return [table.model().row(index) for index in range(table.model().rowCount())]


def texts_of(table):
    model = table.model()
    return [
        tuple(model.shown(row, column) for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


async def explored(view, until):
    view.start()
    await until(lambda: not view.busy, within=120.0)


async def test_it_tells_what_the_command_line_tells(view, workspace, until):
    await explored(view, until)
    told = []
    plan = ExplorePlan(seconds=600.0, deviations=1, processes=os.cpu_count() or 1)
    scenarios = workspace.scenarios.all()
    await explore_all(workspace.project, scenarios, plan, done=told.append, environ=workspace.environ)
    (shown,), (wanted,) = [one.value() for one in view._done], [one.value() for one in told]
    assert {**shown, "seconds": 0} == {**wanted, "seconds": 0}
    ends = [(row[0], row[1], row[3]) for row in rows_of(view.tables.ends)]
    assert ends == [
        (one["count"] / wanted["schedules"], one["count"], ", ".join(one["broken"])) for one in wanted["ends"]
    ]
    assert sum(row[1] for row in rows_of(view.tables.ends)) == wanted["schedules"]
    states = dict(row[:2] for row in rows_of(view.tables.invariants))
    assert states[BROKEN] == ("error", f"broken in {wanted['findings'][0]['count']:,}")
    assert states["duplicates change nothing"] == ("neutral", "not tried")
    assert states["same end in any order"] == ("warning", f"{len(ends)} ends")
    assert f"{wanted['schedules']:,} schedules" in view.line.said.text()
    assert workspace.streams.count() == 0
    assert not multiprocessing.active_children()


async def test_the_order_that_breaks_an_invariant_stands_beside_the_usual_one(view, until):
    await explored(view, until)
    orders = view.orders
    assert orders.title.text() == "cancel_order overtook request_payment"
    assert BROKEN in orders.words.text()
    usual, order = texts_of(orders.usual), texts_of(orders.order)
    assert usual[0][1:3] == order[0][1:3] == ("you: place_order", "order.placed")
    assert order[1] == ("2", "you: cancel_order", "order.cancelled", "deviation")
    (at,) = [row for row in usual if row[3] == "as 2"]
    assert at[1] == "you: cancel_order"
    assert "broken" in [row[3] for row in order]
    tips = [orders.order.model().data(orders.order.model().index(at, 3), TIP) for at in range(len(order))]
    deviates = "Otherwise than the engine does by itself: cancel_order overtook request_payment"
    assert tips[1] == deviates
    assert f"{BROKEN} does not hold behind it" in tips


async def test_both_orders_are_gone_through_together(view, until):
    await explored(view, until)
    orders = view.orders
    orders.go(0)
    assert orders.acts["previous"].toolTip() == "There is no move before this"
    QTest.keyClick(orders.order, Qt.Key.Key_Down)
    assert (orders.at, orders.usual.current_row()[0], orders.order.current_row()[0]) == (1, 2, 2)
    states = {row[:2]: row[2:] for row in rows_of(orders.parts)}
    assert states[f"order-{ORDER}", "status"] == ('"placed"', '"cancelled"', ("warning", "differs"))
    orders.previous()
    states = {row[:2]: row[2:] for row in rows_of(orders.parts)}
    assert states[f"order-{ORDER}", "status"] == ('"placed"', '"placed"', ("neutral", ""))


async def test_the_order_of_an_end_is_shown(view, until):
    await explored(view, until)
    (harmless,) = [row for row in rows_of(view.tables.ends) if not row[3]][:1]
    view.orders.told = None
    view.tables.ends.row_chosen.emit(harmless)
    await until(lambda: view.orders.told is not None)
    assert view.orders.told.choices == harmless[4]
    assert not view.orders.told.broken


async def test_an_order_is_kept_as_a_scenario_and_opened(view, workspace, desk, until):
    await explored(view, until)
    opened = []
    desk.wanted.connect(lambda key: opened.append((key, desk.scenario)))
    view.save_as_scenario()
    await until(lambda: opened)
    name = f"{NAME}: cancel_order overtook request_payment"
    assert opened == [("scenarios", ("scenarios/race.tsk", name))]
    text = (workspace.project.root / "scenarios" / "race.tsk").read_text()
    assert f'"{name}"' in text
    assert "deliver" in text
    await until(lambda: len(workspace.scenarios.all()) == 2)
    assert "earlier" not in view.line.badge.text()
    assert view.plan.scenario.offered() == ["", TITLE]  # one that names its deliveries has one order
    assert view.plan.left_out.text() == "1 scenario with one order left out"
    assert not view.plan.left_out.isHidden()
    await until(lambda: not workspace.scenarios.busy)


async def test_W24_what_came_of_an_earlier_model_says_so_and_is_not_kept(view, workspace, until):
    await explored(view, until)
    assert view.line.badge.text() == "✕ 1 invariant broken"
    assert not view.line.findChild(QPushButton).isVisible()
    file = workspace.project.root / "project.tsk"
    before = workspace.project
    file.write_text(file.read_text() + "\n[event.order.forgotten]\n")
    await workspace.model_reload.check()
    await until(lambda: workspace.project is not before)
    await until(lambda: view.line.badge.text() == "! of an earlier model: 1 invariant broken")
    assert not view.acts["save"].refresh()
    assert view.acts["save"].toolTip() == "This order is of an earlier model: explore again"
    view.line.findChild(QPushButton).click()
    await until(lambda: not view.busy, within=120.0)
    assert view.line.badge.text() == "✕ 1 invariant broken"
    assert view.acts["save"].refresh()


async def test_W24_a_model_that_was_only_written_otherwise_is_no_other_one(view, workspace, until):
    await explored(view, until)
    file, before = workspace.project.root / "project.tsk", workspace.project
    file.write_text(file.read_text().replace("\n[event.", "\n\n# as it was\n[event.", 1))
    await workspace.model_reload.check()
    await until(lambda: workspace.project is not before)
    view._show()
    assert view.line.badge.text() == "✕ 1 invariant broken"
    assert view.acts["save"].refresh()


async def test_what_was_found_gets_the_room_of_the_plan(view, until):
    assert view.plan.isVisible()
    await explored(view, until)
    assert not view.plan.isVisible()
    view.beginnings.acts["plan"].trigger()
    assert view.plan.isVisible()


async def test_an_order_that_cannot_be_done_again_is_not_kept_as_a_scenario(view, until):
    await explored(view, until)
    assert view.acts["save"].refresh()
    view._done[0].findings[0].finding.lost()
    assert not view.acts["save"].refresh()
    assert (
        f"{BROKEN} is not broken when this order is done again: it could not" in view.acts["save"].toolTip()
    )
    view.tables.ends.row_chosen.emit(rows_of(view.tables.ends)[0])
    await until(view.acts["save"].refresh)  # of an end nothing is claimed


async def test_nothing_found_is_said_with_its_count(view, workspace, until):
    file = workspace.project.root / "scenarios" / "race.tsk"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(one for one in lines if "cancel_order" not in one))
    await workspace.scenarios.look()
    await explored(view, until)
    (one,) = view._done
    said = one.exploration.sentence()
    assert said.startswith("no violation ")
    title = view._empty.said[0]
    assert title == f"N{said[1:]}."
    assert f"{one.exploration.schedules:,} schedule" in title
    assert view.acts["save"].toolTip() == "No order is shown"


async def test_stopping_keeps_what_was_found(view, until):
    view.plan.deviations.setValue(9)
    view.start()
    assert view.acts["start"].toolTip() == "It is exploring"
    await until(lambda: view._now is not None and view._now.schedules > 0, within=60.0)
    view.stop()
    await until(lambda: not view.busy)
    assert [one.exploration.scenario for one in view._done] == [NAME]
    assert view._done[0].exploration.schedules > 0
    assert not multiprocessing.active_children()


async def test_a_scenario_and_an_invariant_lead_here(view, desk):
    shown = []
    desk.wanted.connect(shown.append)
    desk.explore_wanted.emit(TITLE, "")
    assert (view.plan.chosen, shown) == (TITLE, ["explore"])
    desk.explore_wanted.emit("", BROKEN)
    assert view.plan.chosen == ""


async def test_a_scenario_is_stepped_by_hand_taken_back_and_kept(view, desk, until):
    assert view.acts["step"].toolTip() == "Choose one scenario"
    view.plan.scenario.choose(TITLE)
    view.step_by_hand()
    await until(lambda: view.steps.standing is not None)

    def possible():
        return [row[1] for row in rows_of(view.steps.table)]

    async def make(said):
        before, table = view.steps.standing, view.steps.table
        table.choose_index(possible().index(said))
        table.setFocus()
        QTest.keyClick(table, Qt.Key.Key_Return)
        await until(lambda: view.steps.standing is not before)

    assert possible() == ["place_order"]
    await make("place_order")
    assert possible() == ["fulfilment gets order.placed", "cancel_order"]
    await make("cancel_order")
    assert view.orders.title.text() == "cancel_order overtook request_payment"
    assert [row[1] for row in texts_of(view.orders.order)] == ["you: place_order", "you: cancel_order"]
    assert view.acts["save"].isEnabled()
    before = view.steps.standing
    view.steps.take_back()
    await until(lambda: view.steps.standing is not before)
    assert possible() == ["fulfilment gets order.placed", "cancel_order"]
    await make("cancel_order")
    opened = []
    desk.wanted.connect(opened.append)
    view.save_as_scenario()
    await until(lambda: opened)
    assert f"{NAME}: cancel_order overtook request_payment" in [
        one.name for one in desk.workspace.scenarios.all()
    ]
    view.step_by_hand()
    assert not view.stepping
    await until(lambda: not desk.workspace.scenarios.busy)


async def test_moves_may_go_wrong_when_a_scenario_is_stepped(view, until):
    view.plan.scenario.choose(TITLE)
    view.plan.faults[Fault.DUPLICATE].setChecked(True)
    view.step_by_hand()
    await until(lambda: view.steps.standing is not None)
    view.steps.table.choose_index(0)
    before = view.steps.standing
    view.steps.acts["make"].trigger()
    await until(lambda: view.steps.standing is not before)
    assert "place_order once more" in [row[1] for row in rows_of(view.steps.table)]


async def test_an_order_is_replayed_on_the_board(view, until):
    await explored(view, until)
    orders = view.orders
    orders.acts["play"].trigger()
    assert orders.is_playing
    assert orders.at == 0
    await until(lambda: orders.board.scene.nodes)
    await until(lambda: orders.board.scene.chosen == "command:place_order")
    orders._play_on()
    assert orders.at == 1
    assert orders.board.scene.chosen == "command:cancel_order"
    assert "deviates: cancel_order overtook request_payment" in orders.board.said.text()
    orders.acts["play"].trigger()
    assert not orders.is_playing


async def test_generated_commands_and_what_was_recorded_are_beginnings(view, desk, until):
    view.beginnings.generate()
    title = view.plan.chosen
    assert "6 generated commands, seed 1" in title
    assert [one.title for one in view._chosen()] == [title]
    view.plan.scenario.choose("")
    assert [one.title for one in view._chosen()] == [TITLE]
    view.plan.scenario.choose(title)
    view.plan.deviations.setValue(0)
    view.plan.time.choose(5.0)
    await explored(view, until)
    assert view._done[0].exploration.schedules >= 1
    assert not view._done[0].exploration.trouble
    went = []
    desk.wanted.connect(went.append)
    desk.explore_scenario.emit(desk.workspace.scenarios.all()[0])
    assert view.plan.chosen == TITLE
    assert went == ["explore"]


def choose(view, title):
    """As a person does."""
    view.plan.scenario.setCurrentIndex(view.plan.scenario.offered().index(title))


async def test_what_was_explored_stands_under_its_own_name_alone(view, until):
    view.plan.scenario.choose(TITLE)
    await explored(view, until)
    assert rows_of(view.tables.ends)
    assert view.orders.isVisible()
    view.beginnings.generate()
    assert not rows_of(view.tables.ends)
    assert not view.orders.isVisible()
    assert view._empty.said[0] == "This is not explored yet"
    assert NAME in view._empty.said[1]
    assert view.acts["save"].toolTip() == "No order is shown"
    assert "schedule" not in view.line.said.text()
    assert not view.line.badge.isVisible()
    choose(view, TITLE)
    assert rows_of(view.tables.ends)
    assert view.orders.isVisible()
    assert view.acts["save"].isEnabled()


async def test_while_it_explores_another_may_be_chosen(view, until):
    view.plan.scenario.choose(TITLE)
    view.start()
    view.beginnings.generate()
    assert view._empty.said[0] == f"Exploring {NAME} …"
    await until(lambda: not view.busy, within=120.0)
    assert not view.orders.isVisible()
    assert view._empty.said[0] == "This is not explored yet"
    choose(view, "")  # the only one that is written
    assert view.orders.isVisible()


async def test_shares_are_drawn_as_bars_and_told_in_words(view, until):
    await explored(view, until)
    first, column = rows_of(view.tables.ends)[0], view.tables.ends.model().columns[0]
    assert texts_of(view.tables.ends)[0][0] == f"{first[0]:.1%}"
    assert column.draw is not None
    picture = view.tables.ends.grab()
    assert not picture.isNull()


async def test_in_a_low_window_the_orders_have_the_room_of_what_is_behind_a_move(view, until):
    view.resize(820, 559)
    await explored(view, until)
    orders, bar = view.orders, view.orders.below.tabBar()
    await until(lambda: not orders.parts.isVisible() and orders.order.viewport().height() > 180)
    for at, shown in ((0, True), (0, False), (1, True)):
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(at).center())
        assert orders.below.currentWidget().isVisible() is shown
    orders.below.setCurrentIndex(0)
    view.resize(820, 900)
    await until(orders.parts.isVisible)
    assert orders.below.maximumHeight() > 10_000


async def test_it_fits_beside_the_explorer_in_a_small_window(view, until):
    def fits(width):
        view.resize(width, 560)
        return view.width() == width

    for width in (1400, 1200, 1000, 790):
        await until(partial(fits, width))
    shown = [one for one in view.buttons if one.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly]
    assert shown == view.buttons[1:]


@pytest.mark.parametrize("width", [480, 1200])
async def test_no_field_of_what_is_explored_is_cut(view, width, until):
    view.resize(width, 760)
    parts = view.plan.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    fields = [one for one in parts if one.isVisible()]
    await until(lambda: all(one.width() >= min(one.sizeHint().width(), one.maximumWidth()) for one in fields))
    await until(lambda: all(view.plan.rect().contains(one.geometry()) for one in fields))
    assert len(fields) == 9
