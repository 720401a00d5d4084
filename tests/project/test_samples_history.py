"""U1: every version of every event that a sample ever stored is still read, as the golden files say."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import pytest

from workbench.model.event import StoredData
from workbench.project.project import load_project
from workbench.project.samples import copy_sample
from workbench.services.workspace import open_workspace

GOLDEN = Path(__file__).parent / "golden"
SCHEMAS = Path(__file__).parent.parent / "store" / "schemas"
SAMPLES = ("users", "orders", "users-declared", "orders-declared")


@pytest.fixture(params=SAMPLES)
def sample(request, tmp_path):
    root = copy_sample(request.param, tmp_path / request.param)
    return request.param, load_project(root, environ={}, trusted=True).registry


def test_U1_every_historic_version_has_its_example_and_reads_as_it_says(sample):
    name, registry = sample
    wanted = {
        f"{kind.name}.{version}.json"
        for kind in registry.events.values()
        for version in range(1, kind.version)
    }
    assert {file.name for file in (GOLDEN / name).glob("*.json")} == wanted
    for file_name in wanted:
        kind, version, _ = file_name.rsplit(".", 2)
        example = json.loads((GOLDEN / name / file_name).read_text())
        record = StoredData(1, 1, kind, int(version), json.dumps(example["stored"]))
        assert msgspec.to_builtins(registry.read_event(record)) == example["read"]


async def test_U1_a_store_of_an_older_program_is_folded_by_the_present_model(tmp_path):
    root = copy_sample("users", tmp_path / "users")
    (root / "data").mkdir()
    shutil.copy(SCHEMAS / "1.db", root / "data" / "events.db")
    workspace = open_workspace(root, environ={}, trusted=True)
    try:
        stored = [
            event for event in workspace.reader.read_log(0, 1000) if event.type == "user.status_changed"
        ]
        assert {event.schema_version for event in stored} == {1}, "the store is never rewritten"
        await workspace.start()
        for event in stored:
            state = workspace.streams.state_at(event.stream, event.version)
            assert state.after["status"] == json.loads(event.data)["status"]
        result = await workspace.commands.issue(
            "change_status", {"user_id": "ada", "status": "suspended", "reason": "test"}
        )
        assert result.accepted
        newest = workspace.reader.read_stream("user-ada")[-1]
        assert (newest.schema_version, json.loads(newest.data)["previous"]) == (2, "active")
    finally:
        await workspace.close()
