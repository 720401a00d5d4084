"""The text of a project that cannot be opened: only what is read in full is written."""

from __future__ import annotations

import pytest

from workbench.gui.broken_text import BrokenText
from workbench.services.design.text_check import check_project_text
from workbench.tusk.save import LARGEST


@pytest.fixture
def opened(tmp_path, qtbot):
    path = tmp_path / "project.tsk"
    path.write_bytes(b"[topcs]\n")

    def begin(data):
        path.write_bytes(data)
        text = BrokenText(path, lambda one, at: check_project_text(one, at, environ={}, running=None))
        qtbot.addWidget(text)
        return path, text

    return begin


@pytest.mark.parametrize("data", [b"# caf\xe9\n[topcs]\n", b"#\n" * (LARGEST // 2 + 1)])
async def test_what_is_not_read_in_full_is_read_only(opened, until, data):
    path, text = opened(data)
    assert text.page.editor.isReadOnly()
    text.page.editor.take_text("x: 1")
    text.acts.refresh()
    assert text.acts["save"].toolTip() == text.page.locked
    text.save()
    assert "stays as it is" in text.said.text()
    assert path.read_bytes() == data
    await until(lambda: text.page.sure and not text._checking)
    text._pause.stop()


async def test_what_is_too_large_to_be_read_again_is_not_written(opened, until):
    path, text = opened(b"[topcs]\n")
    text.page.editor.take_text("# é\n" * (LARGEST // 5 + 1))
    text.acts.refresh()
    assert not text.acts["save"].isEnabled()
    assert text.acts["save"].toolTip() == f"Too large to be saved: 1,000,005 bytes of {LARGEST:,}"
    text.save()
    assert "larger than 1,000,000 bytes" in text.said.text()
    assert path.read_bytes() == b"[topcs]\n"
    await until(lambda: text.page.sure and not text._pause.isActive() and not text._checking)
    assert text.said.text() == text.page.too_large


async def test_what_is_typed_stays_where_the_file_becomes_no_text(opened, until):
    path, text = opened(b"[topcs]\n")
    text.page.editor.take_text("[topics]\n")
    path.write_bytes(b"# caf\xe9\n")
    text.look()
    assert "project.tsk:1:6: E-UTF8" in text.page.locked
    assert text.page.editor.text() == "[topics]\n"
    assert not text.acts["save"].isEnabled()
    await until(lambda: text.page.sure)
