"""The rows of the list of dead letters."""

from __future__ import annotations

from types import SimpleNamespace

from workbench.gui.views.letter_list import LetterSource
from workbench.store.list_ports import LINE_CHARACTERS
from workbench.store.stored_values import LetterLine


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
