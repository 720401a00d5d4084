"""Guards against a PySide6 that loses references to None and True, as 6.12.0 does on Python before 3.12."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject

CALLS = 300
NOISE = 50  # other code of the interpreter keeps and drops a few references, too


def test_calls_that_return_nothing_keep_the_references_to_none_and_true() -> None:
    thing = QObject()
    none, true = sys.getrefcount(None), sys.getrefcount(True)
    for number in range(CALLS):
        thing.setObjectName(str(number))
        thing.objectNameChanged.connect(id)
        thing.objectNameChanged.emit("name")
        thing.objectNameChanged.disconnect(id)
    assert abs(sys.getrefcount(None) - none) < NOISE
    assert abs(sys.getrefcount(True) - true) < NOISE
