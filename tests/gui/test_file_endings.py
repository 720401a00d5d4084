"""The ending that is typed decides in which format an export is written."""

from __future__ import annotations

import pytest

from workbench.gui.file_endings import file_to_write

FORMATS = {"svg": "Lines (*.svg)", "png": "Image (*.png)", "json": "Model (*.json)"}


@pytest.mark.parametrize(
    ("chosen", "kind", "written"),
    [
        ("part.json", "Lines (*.svg)", "part.json"),
        ("part.json.svg", "Lines (*.svg)", "part.json"),
        ("PART.JSON", "Lines (*.svg)", "PART.JSON"),
        ("part", "Image (*.png)", "part.png"),
        ("part", "", "part.svg"),
        ("shop-v1.2", "Model (*.json)", "shop-v1.2.json"),
        ("shop.svg", "Image (*.png)", "shop.svg"),
        ("part.svg.png", "Image (*.png)", "part.svg.png"),
    ],
)
def test_the_typed_ending_decides(chosen: str, kind: str, written: str) -> None:
    assert str(file_to_write(f"/tmp/{chosen}", kind, FORMATS, offered="svg")) == f"/tmp/{written}"
