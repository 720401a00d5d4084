"""The story of what is chosen: its lines, its sequence, one choice for both; live, and as a file."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.services.conftest import finished
from tests.services.story.conftest import orders
from tests.services.story.test_stories import ORDER, placed
from workbench.gui.desk import Desk, Selection
from workbench.gui.views.process_instances import ProcessInstances
from workbench.gui.views.story_export import content_of
from workbench.gui.views.story_list import BAR, LINE, StoryList
from workbench.gui.views.story_view import StoryView
from workbench.services.story.exchange import Arrow

__all__ = ["orders"]


@pytest.fixture
async def desk(orders):
    made = Desk(orders)
    yield made
    await made.close()


@pytest.fixture
def view(desk, qtbot):
    made = StoryView(desk)
    qtbot.addWidget(made)
    made.resize(1000, 800)
    made.show()
    return made


@pytest.fixture
async def told(orders, desk, view, until):
    """The view with the story of an order that waits for its second try."""
    correlation = await placed(orders, card="0341")
    first = orders.reader.correlated(correlation, 1)[0]
    desk.select(Selection(stream=first.stream, version=1, position=first.position))
    await until(lambda: lines(view))
    return view


def lines(view):
    model = view.list.model()
    return [model.row(index)[LINE] for index in range(model.rowCount())]


def arrows(view):
    return [one.name for one in view.sequence._told.steps if isinstance(one, Arrow)]


async def test_it_tells_the_story_of_what_is_chosen(told):
    assert told.name.text() == "place_order"
    assert "waits for retry-or-cancel to retry_payment" in told.standing.text()
    assert [one.text() for one, _ in told.figures][1:] == ["3", "4"]
    assert [one.actor for one in lines(told)][:4] == ["a person", "orders", "fulfilment", "orders"]
    assert arrows(told)[:3] == ["place_order", "order.placed", "request_payment"]


async def test_what_was_chosen_is_current_in_both(told, orders, desk):
    assert told.list.current_row()[LINE].command == "place_order"
    (event,) = [one for one in orders.reader.read_log(0, 99) if one.type == "payment.failed"]
    desk.select(Selection(stream=event.stream, version=event.version, position=event.position))
    assert told.list.current_row()[LINE].command == "decline_payment"
    assert told.sequence.arrow().line == told.list.current_row()[LINE].key


async def test_a_line_that_is_chosen_is_what_all_views_show(told, desk):
    told.list.setFocus()
    QTest.keyClick(told.list, Qt.Key.Key_Down)
    QTest.keyClick(told.list, Qt.Key.Key_Down)
    assert desk.selection.stream == f"payment-{ORDER}"
    assert told.sequence.arrow().name == "request_payment"


async def test_the_sequence_goes_by_keys_and_takes_the_list_along(told, desk):
    told.sequence.setFocus()
    QTest.keyClick(told.sequence, Qt.Key.Key_End)
    assert told.sequence.arrow().name == "retry_payment"
    assert told.list.current_row()[LINE].command == "retry_payment"
    QTest.keyClick(told.sequence, Qt.Key.Key_Up)
    assert told.list.current_row()[LINE].command == "decline_payment"
    wanted = []
    desk.wanted.connect(wanted.append)
    QTest.keyClick(told.sequence, Qt.Key.Key_Return)
    assert wanted == ["inspector"]


async def test_it_goes_on_while_one_looks(told, orders, until):
    await finished(orders)
    await until(lambda: "all ended" in told.standing.text())
    assert lines(told)[-1].said == "nothing followed"
    assert "order.shipped" in arrows(told)


async def test_another_story_takes_its_place_and_what_is_no_part_of_any_leaves_it(told, orders, desk, until):
    done = await orders.commands.issue("ship_order", {"order_id": ORDER})
    desk.select(Selection(command=str(done.command_id)))
    await until(lambda: told.name.text() == "ship_order")
    assert [one.state for one in lines(told)] == ["refused"]
    desk.select(Selection(projection="orders"))
    desk.select(Selection(position=10**6))
    assert told.name.text() == "ship_order"


async def test_read_models_take_part_where_that_is_wanted(told):
    told.updates.setChecked(True)
    assert ("projection", "orders") in told.sequence._told.parties
    told.updates.setChecked(False)
    assert ("projection", "orders") not in told.sequence._told.parties


async def test_a_line_leads_to_its_row_and_its_event(told, desk):
    wanted = []
    desk.wanted.connect(wanted.append)
    told.list.choose_index(1)
    told.acts["show_row"].do()
    assert (desk.selection.projection, desk.selection.key) == ("orders", ORDER)
    told.list.choose_index(2)
    told.acts["show_timeline"].do()
    told.acts["inspect"].do()
    assert wanted == ["projections", "timeline", "inspector"]
    assert not told.acts["show_letter"].refresh()


async def test_it_is_copied_as_mermaid(told):
    told.acts["copy_mermaid"].do()
    assert QApplication.clipboard().text().startswith("sequenceDiagram\n")


@pytest.mark.parametrize(
    ("ending", "begins"), [(".svg", b"<?xml"), (".png", b"\x89PNG"), (".mmd", b"sequenceDiagram")]
)
async def test_it_is_written_as_a_file(told, ending, begins):
    shown = told._shown
    content = await content_of(ending, shown.read.story, shown.told)
    assert content.startswith(begins)
    if ending == ".svg":
        assert b">place_order<" in content
        assert b"retry-or-cancel" in content


async def test_it_paints_in_both_looks(told, qtbot):
    picture = told.grab().toImage()
    colors = {picture.pixelColor(x, y).name() for x in range(0, 900, 9) for y in range(60, 300, 3)}
    assert len(colors) > 12


async def test_before_anything_is_chosen_it_says_what_would_fill_it(view):
    assert view._pages.currentIndex() == 0
    assert not view.acts["export"].refresh()


async def test_an_instance_of_a_process_tells_what_it_went_through(orders, desk, qtbot, until):
    await placed(orders, card="0341")
    instances = ProcessInstances(desk)
    qtbot.addWidget(instances)
    instances.resize(900, 300)
    instances.show()
    instances.choose(ORDER)
    instances.show_of("fulfilment")
    await until(lambda: instances.table.current_row() is not None)
    instances.tabs.setCurrentWidget(instances.history)
    model = instances.history.model()
    await until(model.rowCount)
    assert model.row(0)[1:4] == ("order.placed", '{"step":"paying"}', "request_payment")
    wanted = []
    desk.wanted.connect(wanted.append)
    instances.history.choose_index(0)
    instances.acts["tell_story"].do()
    assert wanted == ["story"]
    assert desk.selection.stream == f"order-{ORDER}"


async def test_where_it_is_narrow_the_bars_give_way(desk, qtbot):
    made = StoryList(desk)
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    assert not made.isColumnHidden(BAR)
    made.resize(420, 300)
    assert made.isColumnHidden(BAR)
