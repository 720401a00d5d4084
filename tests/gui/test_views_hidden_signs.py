"""What hides or turns text is shown as an escape, wherever a name of a project is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QGroupBox, QLabel, QWidget

from workbench.gui.desk import Desk
from workbench.gui.views.scenarios_view import ScenariosView
from workbench.gui.views.text_view import TextView
from workbench.services.workspace import Workspace

NAME = "a\u202eb\u200bc"
SCENARIO = f'"{NAME}" {{\n    given: []\n    when: {{ command: "x{NAME}", data: {{}} }}\n    then: []\n}}\n'


def texts(widget: QWidget) -> Iterator[str]:
    """Yields what the parts of a widget say."""
    for one in (widget, *widget.findChildren(QWidget)):
        yield from (one.toolTip(), one.windowTitle(), *(act.text() for act in one.actions()))
        if isinstance(one, QLabel | QGroupBox):
            yield one.text() if isinstance(one, QLabel) else one.title()
        elif isinstance(one, QComboBox):
            yield from (one.itemText(at) for at in range(one.count()))
        elif isinstance(one, QAbstractItemView) and one.model() is not None:
            yield from cells(one.model(), QModelIndex())


def cells(model: QAbstractItemModel, parent: QModelIndex) -> Iterator[str]:
    for row in range(model.rowCount(parent)):
        for column in range(model.columnCount(parent)):
            yield str(model.index(row, column, parent).data())
        yield from cells(model, model.index(row, 0, parent))


@pytest.mark.parametrize("kind", [TextView, ScenariosView])
async def test_a_name_that_hides_something_is_seen_as_it_is(
    kind: type[Any], workspace: Workspace, desk: Desk, qtbot: Any, until: Any
) -> None:
    folder = workspace.project.root / "scenarios"
    folder.mkdir(exist_ok=True)
    (folder / f"{NAME}.tsk").write_text(SCENARIO, encoding="utf-8")
    view = kind(desk)
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    view.refresh()
    await until(lambda: any(r"a\u202eb\u200bc" in one for one in texts(view)))
    assert [one for one in texts(view) if re.search("[\u202e\u200b]", one)] == []
    await until(lambda: not list(desk.running()))
