"""An error in what Qt calls is told as an error; the process goes on."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog

FAILING = """
import sys
import workbench.gui
import shiboken6
from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject
from PySide6.QtWidgets import QApplication, QGraphicsRectItem, QGraphicsScene, QGraphicsView
from PySide6.QtWidgets import QLabel, QListView, QWidget

app = QApplication([])
ended = QLabel()
shiboken6.delete(ended)
fails = {"python": lambda: None.name, "list": [].pop, "ended": ended.isVisible}[sys.argv[2]]

class Filter(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Resize:
            fails()
        return False

class Sized(QWidget):
    def resizeEvent(self, event):
        fails()

class Rows(QAbstractListModel):
    def rowCount(self, parent=QModelIndex()):
        return 1
    def data(self, index, role=0):
        fails()

class Item(QGraphicsRectItem):
    def boundingRect(self):
        fails()
        return super().boundingRect()

watched, watching, sized = QWidget(), Filter(), Sized()
watched.installEventFilter(watching)
rows, view = Rows(), QListView()
scene = QGraphicsScene()
canvas = QGraphicsView(scene)

def filter(): watched.resize(30, 40); watched.show()
def event(): sized.resize(30, 40); sized.show()
def model(): view.setModel(rows); view.show(); view.grab()
def item(): scene.addItem(Item(0, 0, 5, 5)); canvas.grab()

try:
    globals()[sys.argv[1]]()
except Exception as error:
    print("told", type(error).__name__)
app.processEvents()
print("goes on")
"""


@pytest.mark.parametrize("error", ["python", "list", "ended"])
@pytest.mark.parametrize("called", ["filter", "event", "model", "item"])
def test_an_error_in_an_override_does_not_end_the_process(called, error):
    done = subprocess.run(
        [sys.executable, "-c", FAILING, called, error],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-1] == "goes on"
    assert "Error" in done.stdout + done.stderr, "it is told somewhere"


class Sender(QObject):
    said = Signal(str, int)


class Refused(QDialog):
    asked = ""

    def reject(self) -> None:
        self.asked += "rejected"

    def setVisible(self, visible: bool = True, *, by: str = "") -> None:
        self.asked += f"{visible}{by}"


def test_an_override_of_a_slot_takes_what_it_takes_of_a_signal(qapp):
    dialog, sender = Refused(), Sender()
    sender.said.connect(dialog.reject)
    sender.said.emit("a", 1)
    dialog.setVisible(False, by=" me")
    assert dialog.asked == "rejectedFalse me"
