"""A fix in the text of the project file reaches the scenarios once it is saved, as one step."""

from __future__ import annotations

import pytest

from tests.gui.views.test_text_view import quiet, saved, type_in
from tests.services.conftest import running, written
from tests.services.design.test_misnamed import FILE, GIVEN, PARCELS
from workbench.gui.views.text_view import TextView

FIX = "Replace with parcel.sen in all 6 places"


@pytest.fixture
async def workspace(tmp_path):
    root = written(tmp_path / "post", PARCELS)
    (root / FILE).parent.mkdir(exist_ok=True)
    (root / FILE).write_text(GIVEN)
    async with running(root) as opened:
        yield opened


@pytest.fixture
async def view(desk, qtbot, until):
    return await shown(desk, qtbot, until)


async def shown(desk, qtbot, until):
    made = TextView(desk)
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    made.catch_up()
    await until(lambda: quiet(made))
    return made


async def fixed(view, until):
    """Renames an event in its header and takes the fix that does so wherever it is named."""
    type_in(view, "[event.parcel.sent]", "[event.parcel.sen]")
    await until(lambda: quiet(view) and view.page.editor.mistakes)
    fixes = [
        fix for one in view.page.checked.problems for fix in view.page.fixes(view.page.editor.text(), one)
    ]
    view.page.apply(next(one for one in fixes if one.label == FIX))
    await until(lambda: quiet(view))


async def test_a_name_replaced_everywhere_is_saved_with_the_scenarios_and_undone_as_one_step(
    view, workspace, until
):
    root = workspace.project.root
    await fixed(view, until)
    assert (root / FILE).read_text() == GIVEN, "nothing is written before it is saved"
    await saved(view, until)
    assert view.banner.isHidden()
    assert (root / "project.tsk").read_text() == PARCELS.replace("parcel.sent", "parcel.sen")
    assert (root / FILE).read_text() == GIVEN.replace("parcel.sent", "parcel.sen")
    workspace.design.undo()
    assert ((root / "project.tsk").read_text(), (root / FILE).read_text()) == (PARCELS, GIVEN)
    await until(lambda: quiet(view) and not view.page.dirty)


async def test_a_fix_that_is_taken_back_in_the_text_is_taken_back_in_the_scenarios(view, workspace, until):
    root = workspace.project.root
    await fixed(view, until)
    await saved(view, until)
    view.page.editor.undo()
    view.page.editor.undo()
    await until(lambda: quiet(view) and view.page.editor.text() == PARCELS)
    await saved(view, until)
    assert ((root / "project.tsk").read_text(), (root / FILE).read_text()) == (PARCELS, GIVEN)


async def test_V2_a_fix_in_a_draft_reaches_the_scenarios_after_a_restart(view, desk, workspace, until, qtbot):
    await fixed(view, until)
    view.drafts.leave()
    other = await shown(desk, qtbot, until)
    assert other.page.dirty
    await saved(other, until)
    assert (workspace.project.root / FILE).read_text() == GIVEN.replace("parcel.sent", "parcel.sen")
