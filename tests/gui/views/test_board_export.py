"""The picture leaves the window: SVG and PNG that hold all of it, and Mermaid that says the flow."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from tests.gui.board.designing import board_of
from workbench.errors import StoreReadOnly
from workbench.gui.board.blueprint_items import CardItem
from workbench.gui.board.picture_export import portable
from workbench.gui.desk import Desk, Notice
from workbench.gui.theme import DARK, LIGHT, theme
from workbench.gui.views.board_view import BoardView
from workbench.services.design.design_state import DesignState
from workbench.services.design.marks.mark import DesignMark, MarkKind, Severity
from workbench.services.documents.card_fields import CardField


@pytest.fixture
def board(desk: Desk, qtbot: QtBot) -> BoardView:
    return board_of(desk, qtbot, 600, 400)


def words(path) -> set[str]:
    found = ET.parse(path).iter("{http://www.w3.org/2000/svg}text")
    return {(text.text or "").strip() for text in found}


@pytest.mark.parametrize("picture", ["Blueprint", "Topology"])
async def test_svg_has_every_card_whatever_is_in_sight(board: BoardView, tmp_path, picture: str) -> None:
    board.show_picture(picture)
    await board.tools.export.write(tmp_path / "board.svg")
    said = words(tmp_path / "board.svg")
    assert {"create_user", "user.created", "outages"} <= said
    assert ({"Create user", "User events"} <= said) is (picture == "Blueprint")
    assert "<image" not in (tmp_path / "board.svg").read_text("utf-8"), "icons are lines"


async def test_what_a_file_says_of_a_card_is_whole(board: BoardView, tmp_path) -> None:
    long = "a.quite_long_name_of_an_event_without_room"
    item = board.canvas.board.cards()["event:user.created"]
    assert isinstance(item, CardItem)
    field = CardField(name="the_address_to_which_all_of_it_went", type="list of user_contact_details")
    item.card = replace(item.card, title=long, fields=(field, *item.card.fields[1:]))
    await board.tools.export.write(tmp_path / "board.svg")
    assert {long, field.name, field.type} <= words(tmp_path / "board.svg")


async def test_files_are_light_whatever_the_window_is_unless_dark_ones_are_asked_for(
    board: BoardView, tmp_path
) -> None:
    before = theme().mode
    theme().set_mode("dark")
    try:
        for dark in (False, True):
            await board.tools.export.write(tmp_path / f"{dark}.png", dark=dark)
            assert theme().dark, "the window keeps its look"
    finally:
        theme().set_mode(before)
    grounds = [QImage(str(tmp_path / f"{dark}.png")).pixelColor(1, 1).name() for dark in (False, True)]
    assert grounds == [LIGHT.surface.lower(), DARK.surface.lower()]


@pytest.mark.parametrize("picture", ["Blueprint", "Topology"])
async def test_what_is_chosen_or_marked_leaves_no_trace_in_a_file(
    board: BoardView, tmp_path, picture: str
) -> None:
    board.show_picture(picture)
    board.scene.show_marks({})
    await board.tools.export.write(tmp_path / "before.svg")
    board.scene.choose("event:user.created")
    kind = MarkKind(code="A-READ", severity=Severity.WARNING, title="Event", why="", way="")
    node, part = "event:user.created", ("event", "user.created")
    mark = DesignMark(kind=kind, node=node, part=part, place=None, message="nobody reads it")
    board.scene.show_marks({node: (mark,)})
    await board.tools.export.write(tmp_path / "after.svg")
    before, after = ((tmp_path / f"{one}.svg").read_text("utf-8") for one in ("before", "after"))
    shapes = re.compile(r"<(?!/?g|svg)[^>]+>")
    assert sorted(shapes.findall(after)) == sorted(shapes.findall(before)), "but for which line is on top"
    assert before.count("<text") == before.count("textLength="), "another font leaves no box"


@pytest.mark.parametrize(("ours", "any_system"), [("Inter", "sans-serif"), ("JetBrains Mono", "monospace")])
def test_every_font_of_a_file_has_one_that_any_system_has(
    qapp: QApplication, ours: str, any_system: str
) -> None:
    drawn = f'<text font-family="{ours}" font-size="12" font-weight="400">a name</text>'
    found = ET.fromstring(portable(drawn.encode()))
    families = found.attrib["font-family"].split(",")
    assert (families[0], families[-1]) == (ours, any_system)
    assert float(found.attrib["textLength"]) > 0


@pytest.mark.parametrize("picture", ["Blueprint", "Topology"])
async def test_a_part_is_what_is_about_the_chosen_or_in_sight(
    board: BoardView, tmp_path, picture: str, monkeypatch: pytest.MonkeyPatch, until: Any
) -> None:
    board.show_picture(picture)
    board.canvas.own_size("")
    offered = {one.objectName(): one for one in board.canvas.actions()}
    assert not offered["export_chosen"].isEnabled()
    board.canvas.reveal("event:user.created")
    for name in ("export_chosen", "export_seen"):
        target = tmp_path / f"{name}.svg"
        answer = str(target), "Lines and text (*.svg)"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, answer=answer: answer)
        offered[name].trigger()
        await until(target.exists)
        await until(lambda: not board.desk.running())
        assert "user.created" in words(target)
        assert "resolve_outage" not in words(target)


async def test_png_is_twice_as_large_as_the_picture(board: BoardView, tmp_path) -> None:
    await board.tools.export.write(tmp_path / "board.png")
    image = QImage(str(tmp_path / "board.png"))
    content = board.scene.content()
    assert image.width() > 2 * content.width()
    assert image.height() > 2 * content.height()


async def test_an_image_of_a_huge_picture_stays_within_bounds(
    board: BoardView, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.gui.board.picture_export.LONGEST", 500)
    await board.tools.export.write(tmp_path / "board.png")
    assert QImage(str(tmp_path / "board.png")).width() == 500


async def test_mermaid_says_the_flow_of_the_picture(board: BoardView, tmp_path) -> None:
    await board.tools.export.write(tmp_path / "board.mmd")
    assert (tmp_path / "board.mmd").read_text("utf-8").startswith("eventmodeling\n")
    board.show_picture("Topology")
    told: list[Notice] = []
    board.desk.noticed.connect(told.append)
    board.tools.export.copy_mermaid()
    assert [one.text for one in told] == ["Copied as Mermaid."]
    copied = QApplication.clipboard().text()
    assert copied.startswith("flowchart LR\n")
    assert "```" not in copied


async def test_a_file_says_whether_the_draft_on_the_board_is_in_it(
    board: BoardView, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "It is the model that runs: the draft on the board is not in it"
    assert said not in board.tools.export.mermaid()
    told: list[str] = []
    board.desk.noticed.connect(lambda notice: told.append(notice.text))
    drafted = replace(board.pictures.drawn, draft=DesignState(problems=("it does not load",)))
    monkeypatch.setattr(board.pictures, "drawn", drafted)
    for ending in ("mmd", "json", "svg"):
        await board.tools.export.write(tmp_path / f"board.{ending}")
    assert [one.endswith(said) for one in told] == [True, True, False]
    assert told[2].endswith("board.svg, with the draft")
    assert (tmp_path / "board.mmd").read_text("utf-8").endswith(f"\n%% {said}\n")
    board.show_picture("Topology")
    assert board.tools.export.mermaid().endswith(f"\n%% {said}\n")


async def test_the_event_model_leaves_with_its_examples(board: BoardView, tmp_path) -> None:
    await board.tools.export.write(tmp_path / "board.json")
    slices = json.loads((tmp_path / "board.json").read_text("utf-8"))["slices"]
    assert "Create user" in {one["title"] for one in slices}
    assert any(one["specifications"] for one in slices)


async def test_where_it_cannot_be_written_it_says_so(board: BoardView, tmp_path) -> None:
    with pytest.raises(StoreReadOnly, match="cannot be written: No such file"):
        await board.tools.export.write(tmp_path / "gone" / "board.svg")


async def test_the_menu_asks_for_a_file_and_writes_what_its_kind_says(
    board: BoardView, tmp_path, monkeypatch: pytest.MonkeyPatch, until: Any
) -> None:
    answer = str(tmp_path / "flow"), "Mermaid text (*.mmd)"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: answer)
    offered = {one.objectName(): one for one in board.canvas.actions()}
    offered["export"].trigger()
    await until((tmp_path / "flow.mmd").exists)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: ("", ""))
    offered["export"].trigger()
    assert [path.name for path in tmp_path.glob("flow*")] == ["flow.mmd"]


async def test_a_name_without_ending_replaces_no_file_before_that_is_asked(
    board: BoardView, tmp_path, monkeypatch: pytest.MonkeyPatch, until: Any
) -> None:
    (tmp_path / "plan.svg").write_text("theirs")
    asked: list[str] = []
    answers = iter([tmp_path / "plan", tmp_path / "shop-v1.2"])

    def answer(_parent: object, _title: str, where: str, _filters: str) -> tuple[str, str]:
        asked.append(where)
        return str(next(answers)), "Lines and text (*.svg)"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    board.tools.export.export()
    await until((tmp_path / "shop-v1.2.svg").exists)
    await until(lambda: not board.desk.running())
    assert asked[1:] == [str(tmp_path / "plan.svg")]
    assert (tmp_path / "plan.svg").read_text() == "theirs"
    assert len(list(tmp_path.glob("shop*"))) == 1


@pytest.mark.parametrize("picture", ["Blueprint", "Topology"])
async def test_what_is_chosen_leaves_alone_in_every_format(
    board: BoardView, tmp_path, monkeypatch: pytest.MonkeyPatch, until: Any, picture: str
) -> None:
    board.show_picture(picture)
    board.scene.choose("command:create_user")
    for ending, kind in (("mmd", "Mermaid text (*.mmd)"), ("json", "Event model for other tools (*.json)")):
        answer = str(tmp_path / "chosen"), kind
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, answer=answer: answer)
        board.tools.export.export_chosen("command:create_user")
        await until((tmp_path / f"chosen.{ending}").exists)
        await until(lambda: not board.desk.running())
    said = (tmp_path / "chosen.mmd").read_text("utf-8")
    assert ("CreateUser" if picture == "Blueprint" else "create_user") in said
    assert "outages" not in said.lower()
    assert "outages" in board.tools.export.mermaid().lower()
    slices = json.loads((tmp_path / "chosen.json").read_text("utf-8"))["slices"]
    assert [one["index"] for one in slices] == list(range(len(slices)))
    assert "Create user" in {one["title"] for one in slices}
    assert "Outages" not in {one["title"] for one in slices}


async def test_the_file_menu_exports_too(board: BoardView, tmp_path, monkeypatch, until: Any) -> None:
    answer = str(tmp_path / "whole"), "Mermaid text (*.mmd)"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: answer)
    board.desk.picture_wanted.emit()
    await until((tmp_path / "whole.mmd").exists)
    await until(lambda: not board.desk.running())
