"""L6: of a letter with a changed copy it is said which data is shown; both can be seen, and what differs."""

from __future__ import annotations

import pytest

from tests.services.conftest import settle
from workbench.gui.desk import Selection
from workbench.gui.views import payload_versions
from workbench.gui.views.letters_view import LettersView


@pytest.fixture
def view(desk, qtbot):
    made = LettersView(desk)
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.show()
    return made


def offered(payload):
    return [payload.which.itemText(at) for at in range(payload.which.count())]


def choose(payload, text):
    payload.which.setCurrentIndex(payload.which.findText(text))


def shown(payload):
    return payload.text.toPlainText() if payload.text.isVisible() else payload.difference.toPlainText()


async def copied(broken, number):
    """Replays a changed copy of a letter, which fails again."""
    data = broken.dead_letters.get(number).data
    await broken.dead_letters.edit_and_replay(number, data.replace('"Bob"', '"Robert"', 1))
    await settle(broken)


async def test_L6_the_original_the_changed_copy_and_what_that_changes_are_shown(broken, desk, view, until):
    payload = view.detail.payload
    desk.select(Selection(letter=3))
    await until(lambda: '"Bob"' in shown(payload))
    assert not payload.which.isVisible(), "there is one payload alone"
    await copied(broken, 3)
    view.refresh()
    await until(payload.which.isVisible)
    copy, changes = "Edited copy that was replayed", "What that copy changes"
    assert offered(payload) == ["Original payload", copy, changes]
    assert (payload.which.currentText(), '"Bob"' in shown(payload)) == ("Original payload", True)
    choose(payload, copy)
    await until(lambda: '"Robert"' in shown(payload))
    assert '"Bob"' not in shown(payload)
    choose(payload, changes)
    await until(lambda: shown(payload) == '~ username: "Bob" → "Robert"')
    choose(payload, "Original payload")
    assert '"Bob"' in shown(payload)


async def test_L6_a_letter_that_holds_a_changed_copy_shows_what_it_was_before(broken, desk, view, until):
    payload = view.detail.payload
    await copied(broken, 3)
    await broken.dead_letters.replay([4])
    await settle(broken)
    desk.select(Selection(letter=5))
    changed, before, differs = "Payload as changed in #3", "Payload as it was in #3", "What #3 changed of it"
    await until(lambda: offered(payload) == [changed, before, differs])
    assert '"Robert"' in shown(payload)
    choose(payload, before)
    await until(lambda: '"Bob"' in shown(payload))
    choose(payload, differs)
    await until(lambda: shown(payload) == '~ username: "Bob" → "Robert"')
    view.refresh()
    await until(lambda: not view._reading.waits)
    assert payload.which.currentText() == differs, "what was chosen stays"
    desk.select(Selection(letter=1))
    await until(lambda: "cyd" in shown(payload))
    assert not payload.which.isVisible()


async def test_V4_of_a_long_copy_the_beginning_is_shown(broken, desk, view, until, monkeypatch):
    monkeypatch.setattr(payload_versions, "SHOWN", 30)
    await copied(broken, 3)
    desk.select(Selection(letter=3))
    payload = view.detail.payload
    await until(payload.which.isVisible)
    choose(payload, "Edited copy that was replayed")
    await until(lambda: "more" in shown(payload))
    assert len(shown(payload)) < 200
