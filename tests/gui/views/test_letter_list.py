"""The rows of the list of dead letters."""

from __future__ import annotations

from types import SimpleNamespace

from tests.gui.views.test_job_strip import many, view
from tests.services.conftest import passing
from workbench.gui.views.letter_list import LetterSource, absence, none_said
from workbench.gui.views.letter_nodes import GroupNode
from workbench.services.dead_letters.letter_index import LetterQuery
from workbench.store.list_ports import LINE_CHARACTERS
from workbench.store.stored_values import LetterLine

__all__ = ["many", "view"]


def line(error):
    return LetterLine(7, "open", "order.placed", "k", error, 3, 1, "mail")


def test_H4_an_error_that_a_line_has_the_beginning_of_is_copied_whole():
    long = "x" * 5000
    source = LetterSource(SimpleNamespace(numbered=lambda _: [SimpleNamespace(error=long, error_type="E")]))
    assert source.whole(line("short")) == line("short")
    assert source.whole(line(long[:LINE_CHARACTERS])) == line(long)


def test_a_letter_that_is_gone_is_not_copied():
    source = LetterSource(SimpleNamespace(numbered=lambda _: []))
    assert source.whole(line("x" * LINE_CHARACTERS)) is None


def test_V3_an_empty_group_says_that_it_is_the_group_which_is_empty():
    group = GroupNode(chips=(("message", "no such key"),))
    assert none_said(group) == "No dead letter of this group has this status."
    assert none_said(GroupNode(subscription="mail")) == "No dead letter of mail has this status."


def test_V3_why_a_letter_is_not_listed_is_what_keeps_it_out():
    letter = SimpleNamespace(number=7, status=SimpleNamespace(value="open"), subscription="mail")
    every, searched = LetterQuery(), LetterQuery(words="ann")
    cause = GroupNode(subscription="mail", cause=("E", "f.py:1"))
    assert absence(letter, LetterQuery(statuses=("archived",)), (7,), cause) == "it is open"
    assert absence(letter, searched, (8,), GroupNode()) == "the search does not find it"
    assert absence(letter, every, (7, 8), cause) == "it is of another cause"
    assert absence(letter, every, (7, 8), GroupNode(subscription="sms")) == "it is of another subscription"
    assert absence(letter, searched, (7,), GroupNode(chips=(("key", "k"),))) == "it is of another group"


async def test_V3_only_a_letter_that_died_since_is_new_over_the_list(many, view, until):
    view.resize(1000, 420)
    bar, model, letters = view.table.verticalScrollBar(), view.table.model(), many.dead_letters
    newest, count = letters.newest(), model.rowCount()
    await until(lambda: bar.maximum() > 3)
    bar.setValue(3)
    await letters.archive([newest])
    view.refresh()
    await until(lambda: model.rowCount() == count - 1)
    await letters.restore([newest])
    view.refresh()
    await until(lambda: model.rowCount() == count)
    assert not view.news.isVisible(), "it was elsewhere for a while"
    view.finder.words.setText("u24@")
    view.finder.words.returnPressed.emit()
    await until(lambda: model.rowCount() == 1)
    view.finder.clear()
    await until(lambda: model.rowCount() == count and bar.maximum() > 3)
    bar.setValue(3)
    await letters.replay([1])
    await passing(many, until(lambda: letters.newest() > newest))
    view.refresh()
    await until(view.news.isVisible)
    assert view.news.text() == "1 new"
