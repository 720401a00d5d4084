"""The tour drives a copy of a project, and never takes a project for the folder of its pictures."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from workbench.errors import NotFound
from workbench.gui.tour import copied, tour
from workbench.services.project.new_project import create
from workbench.services.project.open_project import open_target

FLOW = """
[aggregate.parcel]
[event.parcel.sent]
[command.send_parcel]
creates: "parcel"
fields { parcel_id: "string" }
emit: "parcel.sent"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    create(folder)
    with (folder / "project.tsk").open("a", encoding="utf-8") as file:
        file.write(FLOW)
    return folder


async def _sent(folder: Path, parcel: str) -> int:
    workspace = open_target(folder, "", environ=dict(os.environ))
    await workspace.start()
    await workspace.commands.issue("send_parcel", {"parcel_id": parcel})
    head = workspace.monitor.status().head
    await workspace.close()
    return head


def test_a_copy_has_what_the_store_holds_and_leaves_the_project_alone(shop: Path, tmp_path: Path) -> None:
    assert asyncio.run(_sent(shop, "p1")) == 1
    copy = copied(shop / "project.tsk", tmp_path / "scratch", os.environ)
    assert copy == tmp_path / "scratch" / "shop"
    assert asyncio.run(_sent(copy, "p2")) == 2
    assert asyncio.run(_sent(shop, "p3")) == 2, "what the copy did is not in the project"


def test_a_project_without_a_store_is_copied_as_it_is(shop: Path, tmp_path: Path) -> None:
    copy = copied(shop, tmp_path / "scratch", {})
    assert (copy / "project.tsk").read_bytes() == (shop / "project.tsk").read_bytes()
    assert not (copy / "data").exists()


def test_no_project_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no project in"):
        copied(tmp_path, tmp_path / "scratch", {})


def test_pictures_do_not_go_into_a_project(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tour(shop, (None, "users"), {}) == 1
    assert f"{shop} is a project: say where its pictures go" in capsys.readouterr().err
    assert sorted(one.name for one in shop.iterdir()) == [".gitignore", "project.tsk"]
