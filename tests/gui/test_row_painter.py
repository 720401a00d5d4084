"""How the rows of a table are measured."""

from __future__ import annotations

import subprocess
import sys

MEASURES = """
from PySide6.QtGui import QFont, QGuiApplication
import shibokensupport.signature.parser as parser
read = []
parser.pyside_type_init = lambda kind, _signatures: read.append(kind)
from workbench.gui.row_painter import widths_in
app = QGuiApplication(["measures", "-platform", "offscreen"])
wide_of = widths_in(QFont())
assert wide_of("Ada Lovelace") > wide_of("Ada") > 0
assert not read, read
"""


def test_V4_texts_are_measured_without_reading_the_signatures_of_qt():
    done = subprocess.run([sys.executable, "-c", MEASURES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
