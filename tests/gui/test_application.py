"""The program's start: what is imported beside the window."""

from __future__ import annotations

import subprocess
import sys

LOADED = """
import sys
from workbench.gui.application import warm_up

before = {name for name in sys.modules if name.startswith(("PySide6", "pyqtgraph", "workbench.gui"))}
warm_up()
after = {name for name in sys.modules if name.startswith(("PySide6", "pyqtgraph", "workbench.gui"))}
print(sorted(after - before), "numpy" in sys.modules)
"""


def test_what_a_thread_imports_at_the_start_is_nothing_of_qt():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout == "[] True\n"
