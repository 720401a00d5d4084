"""The instances of a process that ended are listed on wish: when, by what, and what they went through."""

from __future__ import annotations

import json

import pytest

from tests.services.conftest import finished
from tests.services.story.conftest import orders
from tests.services.story.test_stories import ORDER, ORDERED, placed
from workbench.gui.desk import Desk
from workbench.gui.views.process_instances import ENDED, ProcessInstances
from workbench.services.story import ended_instances as module

__all__ = ["orders"]
OTHER = "0c0ffee0-edb4-5d3e-a634-bc8e08055ff0"


@pytest.fixture
async def desk(orders):
    made = Desk(orders)
    yield made
    await made.close()


@pytest.fixture
async def view(orders, desk, qtbot):
    await placed(orders)
    await finished(orders)
    made = ProcessInstances(desk)
    qtbot.addWidget(made)
    made.resize(1000, 400)
    made.show()
    made.show_of("fulfilment")
    return made


def listed(view):
    model = view.table.model()
    return [model.row(at) for at in range(model.rowCount())]


async def test_those_that_ended_are_listed_on_wish_with_when_and_by_what(view, until):
    await until(lambda: view.said.text() == "0 instances")
    assert view.table.isColumnHidden(ENDED)
    assert listed(view) == []
    view.ended.click()
    await until(lambda: listed(view))
    (row,) = listed(view)
    assert row[:2] == (ORDER, "ended by order.shipped now")
    assert json.loads(row[2])["step"] == "done"
    assert row[ENDED] >= row[3] > 0
    assert view.said.text() == "0 instances; 1 ended"
    assert not view.table.isColumnHidden(ENDED)
    view.ended.click()
    await until(lambda: not listed(view))
    assert view.table.isColumnHidden(ENDED)
    assert view.said.text() == "0 instances"


async def test_one_that_ended_tells_its_last_state_and_its_history_to_its_end(view, until):
    view.ended.click()
    await until(lambda: listed(view))
    view.table.choose_index(0)
    view.table.row_chosen.emit(listed(view)[0])
    whole = json.loads(view.whole.toPlainText())
    assert whole["ended"]["by"] == "order.shipped"
    assert whole["last state"] == {"step": "done"}
    view.tabs.setCurrentWidget(view.history)
    model = view.history.model()
    await until(lambda: model.rowCount() == 4)
    assert [model.row(at)[1] for at in (0, 3)] == ["order.placed", "order.shipped"]
    assert model.row(3)[2] == "ended"


async def test_words_narrow_both_and_those_that_end_while_one_looks_come_too(orders, view, until):
    view.ended.click()
    await until(lambda: listed(view))
    await orders.commands.issue("place_order", ORDERED | {"order_id": OTHER})
    await orders.running().settle()
    await finished(orders)
    view.show_of("fulfilment")
    await until(lambda: [row[0] for row in listed(view)] == [OTHER, ORDER])
    view.filter.setText(OTHER[:8])
    view.filter.returnPressed.emit()
    await until(lambda: [row[0] for row in listed(view)] == [OTHER])
    assert view.said.text() == "1 that ended fit"


async def test_turned_off_the_look_ends(view, until, monkeypatch):
    looked = []
    read = module.log_events

    def slow(reader, wanted, upto, walk, **more):
        looked.append(walk)
        while True:  # a log without an end
            walk.rest(0.5)
        yield from read(reader, wanted, upto, walk, **more)

    monkeypatch.setattr(module, "log_events", slow)
    view.ended.click()
    await until(lambda: "looking for those that ended: 50%" in view.said.text())
    view.ended.click()
    await until(lambda: view.said.text() == "0 instances")
    await until(lambda: not view._looking.waits)
    assert looked


async def test_what_is_no_process_has_none_that_ended(view, until):
    view.ended.click()
    await until(lambda: listed(view))
    view.show_of("retry-or-cancel")
    await until(lambda: not view._reading.waits)
    assert listed(view) == []
    view.show_of("fulfilment")
    await until(lambda: [row[0] for row in listed(view)] == [ORDER])


async def test_one_that_ended_is_found_by_its_key(view, until):
    view.ended.click()
    await until(lambda: listed(view))
    view.table.selectionModel().clear()
    view.choose(ORDER)
    view.show_of("fulfilment")
    await until(lambda: view.table.current_row() is not None)
    assert view.table.current_row()[0] == ORDER
    await until(lambda: not view._looking.waits)
    view.choose("c9")
    view.show_of("fulfilment")
    await until(lambda: view.said.text() == "0 instances; 1 ended; c9 is over")
