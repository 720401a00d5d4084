"""Icons: all that the program names are there, in the colours of the look, at every size."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter

import workbench.gui
from workbench.assets import asset
from workbench.gui import notice_card, widgets
from workbench.gui.board import board_graph
from workbench.gui.icons import SIZES, icon, pixmap
from workbench.gui.status_line import ENGINE
from workbench.gui.theme import KINDS, theme
from workbench.gui.view_catalog import VIEWS
from workbench.gui.views.board_details import ACTIONS

FIRST = {"icon", "tool", "Mark", "EmptyState", "pixmap"}
"""What takes the name of an icon as its first argument; `toolbar_button` takes it as its second."""


def named():
    """Yields each icon's name that stands in the sources of the window, and where it stands."""
    for path in sorted(Path(workbench.gui.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                at = 0 if node.func.id in FIRST else 1 if node.func.id == "toolbar_button" else len(node.args)
                given = [*node.args[at : at + 1], *(key.value for key in node.keywords if key.arg == "icon")]
            elif isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == "icon_name" for target in node.targets
            ):
                given = [node.value]
            else:
                continue
            for value in given:
                branches = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
                for each in branches:
                    if isinstance(each, ast.Constant) and each.value:
                        yield each.value, f"{path.name}:{each.lineno}"


def test_every_icon_that_the_sources_name_is_there():
    found = list(named())
    assert len({name for name, _where in found}) > 30
    assert [
        (name, where) for name, where in found if not asset("icons").joinpath(f"{name}.svg").is_file()
    ] == []


def test_every_icon_that_tables_name_is_there(qapp):
    names = [entry.icon for entry in VIEWS]
    names += [kind.icon for kind in board_graph.KINDS.values()]
    names += [*KINDS, *widgets.ICONS.values(), *notice_card.ICONS.values()]
    names += [*(name for name, _text, _role in ENGINE.values()), *(name for _text, name in ACTIONS.values())]
    for name in names:
        assert not icon(name).isNull()


def test_every_icon_can_be_drawn(qapp):
    blank = [
        path.stem
        for path in sorted(asset("icons").glob("*.svg"))
        if not inked(pixmap(path.stem, 32, "#ff0000").toImage())
    ]
    assert blank == []


def inked(image):
    return [
        image.pixelColor(x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 250
    ]


def main_colour(image):
    solid = [color.name() for color in inked(image)]
    return max(set(solid), key=solid.count)


def test_an_unknown_icon_or_role_is_refused(qapp):
    with pytest.raises(FileNotFoundError, match=r"icons/no-such-icon\.svg"):
        icon("no-such-icon")
    with pytest.raises(FileNotFoundError):
        pixmap("no-such-icon", 16, "#000000")
    with pytest.raises(AttributeError):
        icon("play", "no-such-role")


@pytest.fixture
def _look():
    before = theme().mode
    yield
    theme().set_mode(before)


@pytest.mark.usefixtures("_look")
@pytest.mark.parametrize("role", ["text", "error", "event", "accent", "on_accent"])
def test_an_icon_takes_its_colour_from_the_look_of_the_moment(role):
    made = icon("stop", role)
    seen = []
    for mode in ("light", "dark", "light"):
        theme().set_mode(mode)
        seen.append(main_colour(made.pixmap(32, 32).toImage()))
        assert seen[-1] == theme().colors.ink(role)
    assert seen[0] == seen[2]


def test_what_is_disabled_is_faint_and_what_is_selected_can_be_seen(qapp):
    colors = theme().colors
    assert main_colour(icon("stop").pixmap(32, 32, QIcon.Mode.Disabled).toImage()) == colors.faint
    assert main_colour(icon("stop").pixmap(32, 32, QIcon.Mode.Selected).toImage()) == colors.on_selection
    assert main_colour(icon("stop", "error").pixmap(32, 32, QIcon.Mode.Selected).toImage()) == colors.error


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_icons_are_sharp_on_every_screen(qapp, ratio):
    made = pixmap("stop", 16, "#ff0000", ratio)
    assert made.size() == QSize(round(16 * ratio), round(16 * ratio))
    assert made.devicePixelRatio() == ratio
    image = QImage(made.size(), QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    icon("stop", "error").paint(painter, QRect(0, 0, 16, 16))
    painter.end()
    assert len(inked(image)) == len(inked(made.toImage()))


def test_icons_are_offered_in_several_sizes_and_are_square(qapp):
    assert icon("stop").availableSizes() == [QSize(edge, edge) for edge in SIZES]
    assert icon("stop").actualSize(QSize(40, 20)) == QSize(20, 20)


def test_an_icon_is_painted_in_the_middle_of_its_place(qapp):
    image = QImage(60, 20, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    icon("stop", "error").paint(painter, QRect(0, 0, 60, 20))
    painter.end()
    red = [x for x in range(60) if image.pixelColor(x, 10) == QColor(theme().colors.error)]
    assert red
    assert abs((red[0] + red[-1]) / 2 - 29.5) <= 1


def test_icons_are_sharp_on_dense_screens():
    dense = icon("stop").pixmap(QSize(16, 16), 2.0)
    assert (dense.width(), dense.devicePixelRatio()) == (32, 2.0)
