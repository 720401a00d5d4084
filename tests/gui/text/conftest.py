"""Shows texts that are checked at once."""

from __future__ import annotations

import pytest

from tests.services.design.text_examples import PROJECT, checked
from workbench.gui.views.text_page import TextPage


@pytest.fixture
def shown(qtbot):
    """Shows a text of the project file, checked."""

    def show(text=PROJECT):
        page = TextPage("project.tsk", text.encode(), checked)
        qtbot.addWidget(page)
        page.resize(700, 500)
        page.know(checked(text))
        page.show()
        return page

    return show
