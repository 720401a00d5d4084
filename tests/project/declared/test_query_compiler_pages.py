"""Q2: pages of declared queries go on behind a row, also where it moved or went since."""

from __future__ import annotations

import pytest

import workbench.api as workbench
from tests.project.declared.test_query_compiler import MODEL
from workbench.errors import InvalidCommand


@pytest.mark.parametrize("in_memory", [True, False])
async def test_Q2_a_declared_query_goes_on_behind_the_row_that_is_given(tmp_path, in_memory):
    (tmp_path / "project.tsk").write_text(MODEL + 'order: "-total"\nfields { customer: "string?" }\n')
    async with workbench.open(tmp_path, trusted=True, in_memory=in_memory) as project:
        for number, total in enumerate(("5.00", "20.00", "10.00")):
            order = {"id": f"o{number}", "customer": "a", "total": total}
            result = await project.issue("place", order)
        await project.wait_for("orders", result)
        (last,) = await project.query("q", {"limit": 1})
        for row in (last, {**last, "id": "gone"}, {"id": "o1", "total": last["total"]}):
            page = await project.query("q", {"after": row})
            assert [one["id"] for one in page] == ["o2", "o0"]
        with pytest.raises(InvalidCommand, match="a row has total"):
            await project.query("q", {"after": {"id": "o1"}})
