"""A project whose handlers write a table: nothing takes its rows away, whatever becomes of the model (J6)."""

from __future__ import annotations

import shutil

import pytest

from workbench.engine.publisher import OutgoingMessage
from workbench.errors import ModelError
from workbench.services.maintenance.store_checkup import check_projections
from workbench.services.project.open_project import open_target
from workbench.services.project.project_check import check_project

TSK = """\
[project]
name: "seen"
format: 1
[topics]
jobs { name: "jobs" }
[subscriptions]
worker { topic: "jobs", handler: "work" }
[cqrs]
modules: ["domain"]
"""
DOMAIN = """\
from workbench import Column, ColumnKind, Definitions, On, Projection

SEEN = Projection(name="seen", columns=(Column(name="id"), Column(name="n", kind=ColumnKind.INTEGER)))


def work(message, context):
    context.project("seen", id=message.key, n=message.json()["n"])


DEFINITIONS = Definitions(projections=(SEEN,), handlers={"work": work})
"""
N = 'Column(name="n", kind=ColumnKind.INTEGER)'
FOLD = "kind=ColumnKind.INTEGER)), on=(On('thing.done', print),))"


@pytest.fixture
def environ(tmp_path):
    return {"WORKBENCH_CONFIG": str(tmp_path / "config")}


@pytest.fixture
async def project(tmp_path, environ):
    """A closed project with three rows that its handler wrote."""
    root = tmp_path / "seen"
    root.mkdir()
    (root / "project.tsk").write_text(TSK)
    (root / "domain.py").write_text(DOMAIN)
    workspace = open_target(root, "", environ=environ, trust=True)
    await workspace.start()
    for n in range(3):
        await workspace.messages.publish(OutgoingMessage(topic="jobs", data={"n": n}, key=f"k{n}"))
    await workspace.running().settle()
    assert len(workspace.projections.row_order("seen").numbers) == 3
    await workspace.close()
    return root


def changed(root, old, new):
    assert old in DOMAIN
    (root / "domain.py").write_text(DOMAIN.replace(old, new))


async def said(root, environ):
    return [one.message for one in (await check_project(root, environ, trust=True)).complaints]


async def test_J6_the_doctor_has_nothing_against_rows_that_handlers_wrote(project, environ):
    assert check_projections(project, environ, lambda _said: None) == []


async def test_J6_a_table_of_handlers_is_not_rebuilt_and_says_why(project, environ):
    workspace = open_target(project, "", environ=environ, trust=True)
    with pytest.raises(ModelError, match="handlers write the rows of seen"):
        await workspace.projections.rebuild_alone("seen", lambda _share: None)
    assert len(workspace.projections.row_order("seen").numbers) == 3
    await workspace.close()


async def test_J6_what_is_shown_of_a_table_of_handlers_is_neither_stale_nor_behind(project, environ):
    changed(project, N, f'{N}, Column(name="note")')
    workspace = open_target(project, "", environ=environ, trust=True)
    for _ in range(2):
        (view,) = workspace.monitor.projections()
        assert (view.status, view.stale, view.lag, view.rows) == ("written by handlers", False, 0, 3)
        await workspace.start()
    assert view.columns[-1] == ("note", "text")
    assert workspace.projections.rows("seen", limit=1) == [{"id": "k0", "n": 0, "note": None}]
    await workspace.close()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (N, 'Column(name="n", kind=ColumnKind.BOOLEAN)', "column n of seen is boolean now"),
        ('Column(name="id")', 'Column(name="key")', "under the key id, not key"),
        ("kind=ColumnKind.INTEGER)))", FOLD, "handlers wrote its 3 rows"),
    ],
)
async def test_J6_a_change_that_would_lose_rows_is_refused_by_check_and_at_open(
    project, environ, old, new, why
):
    changed(project, old, new)
    assert any(why in complaint for complaint in await said(project, environ))
    workspace = open_target(project, "", environ=environ, trust=True)
    with pytest.raises(ModelError, match=why):
        await workspace.start()
    await workspace.close()
    (project / "domain.py").write_text(DOMAIN)
    assert await said(project, environ) == []
    again = open_target(project, "", environ=environ, trust=True)
    await again.start()
    assert [row["n"] for row in again.projections.rows("seen")] == [0, 1, 2]
    await again.close()


async def test_J6_a_reload_that_would_lose_rows_is_refused_and_the_model_of_before_goes_on(project, environ):
    workspace = open_target(project, "", environ=environ, trust=True)
    await workspace.start()
    workspace.model_reload.trust_changes = True
    changed(project, N, 'Column(name="n", kind=ColumnKind.BOOLEAN)')
    told = await workspace.model_reload.check()
    assert "column n of seen is boolean now" in told.said
    await workspace.messages.publish(OutgoingMessage(topic="jobs", data={"n": 9}, key="k9"))
    await workspace.running().settle()
    assert workspace.projections.rows("seen")[-1] == {"id": "k9", "n": 9}
    await workspace.close()


async def test_J6_a_store_of_before_keeps_the_rows_of_such_a_table(project, environ, tmp_path):
    """Earlier versions kept such tables as folds of nothing."""
    workspace = open_target(project, "", environ=environ, trust=True)
    workspace.store._writer.execute("update projections set definition_hash = 'old', checkpoint = 3")
    await workspace.close()
    assert check_projections(project, environ, lambda _said: None) == []
    changed(project, N, f'{N}, Column(name="note")')
    again = open_target(project, "", environ=environ, trust=True)
    await again.start()
    assert len(again.projections.row_order("seen").numbers) == 3
    await again.close()


async def test_the_check_of_a_project_without_a_store_says_nothing_of_tables(project, environ):
    shutil.rmtree(project / "data", ignore_errors=True)
    assert await said(project, environ) == []
