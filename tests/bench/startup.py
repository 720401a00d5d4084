"""How long until the window is up, against a bare PySide6 window with an empty table, in the same run.

Run ``python -m tests.bench.startup``; without a display it measures offscreen.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

from tests.bench.report import Report, arguments

BARE = """
import sys
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView
app = QApplication(sys.argv)
window = QMainWindow(); window.setCentralWidget(QTableView()); window.resize(1440, 900); window.show()
app.processEvents(); print("UP", flush=True)
"""
OURS = """
import os, sys
from PySide6.QtCore import QSettings
from workbench.gui.application import first_window, prepare
app = prepare(sys.argv)
path = os.path.join(os.environ["SCRATCH"], "x.ini")
window = first_window(app, QSettings(path, QSettings.Format.IniFormat))
print("UP", flush=True)
heavy = [name for name in ("numpy", "pyqtgraph", "sqlmodel", "pydantic") if name in sys.modules]
print("HEAVY", ",".join(heavy), flush=True)
"""


def measure(script: str, scratch: str) -> tuple[float, str]:
    """Returns milliseconds from the start of the process to the window, and what it said then."""
    environ = {**os.environ, "SCRATCH": scratch, "QT_API": "pyside6"}
    # Compiled modules are kept, as they are on anybody's machine from the second start on.
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    environ["PYTHONPYCACHEPREFIX"] = scratch
    if not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        environ["QT_QPA_PLATFORM"] = "offscreen"
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environ
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        took = (time.perf_counter() - started) * 1000
        rest = process.stdout.read()
    assert line.strip() == "UP", rest
    return took, rest.strip()


def main() -> None:
    """Measures both, by turns."""
    options = arguments(__doc__ or "")
    rounds = 5 if options.quick else 15
    report = Report()
    bare, ours, said = [], [], ""
    with tempfile.TemporaryDirectory() as scratch:
        measure(BARE, scratch)
        measure(OURS, scratch)
        for _ in range(rounds):
            bare.append(measure(BARE, scratch)[0])
            took, said = measure(OURS, scratch)
            ours.append(took)
    report.add("bare_window_ms", statistics.median(bare), "ms")
    report.add(
        "window_up_ms", statistics.median(ours), "ms", bare=statistics.median(ours) / statistics.median(bare)
    )
    print(f"heavy modules imported when the window was up: {said.removeprefix('HEAVY').strip() or 'none'}")
    report.write(options.json)


if __name__ == "__main__":
    main()
