"""An error that nothing else takes is kept in a file, and told once."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtWidgets import QWidget

from workbench.gui import error_log
from workbench.gui.error_log import ErrorLog


@pytest.fixture
def told():
    return []


@pytest.fixture
def errors(tmp_path, told, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", lambda *_error: None)
    log = ErrorLog(tmp_path / "crashes", lambda said, file: told.append((said, file)))
    log.begin()
    yield log
    log.end()


def raised(error):
    try:
        raise error
    except Exception as caught:  # noqa: BLE001
        sys.excepthook(type(caught), caught, caught.__traceback__)


def test_an_error_is_kept_with_its_stack_and_told_with_the_file(errors, told):
    raised(IndexError("pop from empty list"))
    assert "IndexError: pop from empty list" in errors.file.read_text()
    assert "in raised" in errors.file.read_text()
    [(said, file)] = told
    assert "pop from empty list" in said
    assert str(errors.file) in said
    assert file == errors.file


def test_what_fails_again_and_again_at_one_place_is_told_once_and_kept_each_time(errors, told):
    for number in range(3):
        raised(ValueError(number))
    raised(TypeError("another"))
    assert len(told) == 2
    assert errors.file.read_text().count("ValueError: ") == 3


def test_what_shiboken_puts_before_it_is_not_told(errors, told):
    called = "Error calling Python override of QWidget::resizeEvent(): "
    raised(RuntimeError(f"{called}{called}it was deleted."))
    assert told[0][0].startswith("An error of the program: RuntimeError: it was deleted. What")


def test_the_file_stays_small(errors, monkeypatch):
    monkeypatch.setattr(error_log, "KEPT", 500)
    for number in range(20):
        raised(ValueError(f"number {number}"))
    assert len(errors.file.read_text()) == 500
    assert errors.file.read_text().endswith("ValueError: number 19\n\n")


def test_where_nothing_can_be_written_it_is_told_anyway(errors, told, tmp_path):
    (tmp_path / "crashes").write_text("a file in its place")
    raised(ValueError("x"))
    assert len(told) == 1


def test_an_error_in_what_qt_calls_arrives(errors, told, qtbot):
    class Failing(QWidget):
        def resizeEvent(self, event) -> None:
            [].pop()

    widget = Failing()
    qtbot.addWidget(widget)
    with qtbot.captureExceptions() as taken:
        try:
            widget.resize(10, 20)
            widget.show()
        except IndexError as error:
            sys.excepthook(IndexError, error, error.__traceback__)
    assert len(told) + len(taken) == 1


def test_it_ends_with_the_program(errors):
    before = sys.excepthook
    errors.end()
    assert sys.excepthook != before
