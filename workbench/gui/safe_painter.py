"""Painters that always end, whatever is raised while they paint (contract V4)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtGui import QPaintDevice, QPainter


@contextmanager
def painting(device: QPaintDevice) -> Iterator[QPainter]:
    """Gives a painter that ends with the block.

    What is raised inside is reported and goes no further: Qt calls paint events from C++, and a painter that
    a traceback keeps alive outlives its widget and ends the process with it.
    """
    painter = QPainter(device)
    try:
        yield painter
    except Exception:  # noqa: BLE001  # a picture that cannot be drawn must not end the program
        sys.excepthook(*sys.exc_info())
    finally:
        painter.end()


@contextmanager
def drawing(painter: QPainter) -> Iterator[None]:
    """Leaves a painter that Qt gave as it was; what is raised inside is reported and goes no further."""
    painter.save()
    try:
        yield
    except Exception:  # noqa: BLE001  # as above
        sys.excepthook(*sys.exc_info())
    finally:
        painter.restore()
