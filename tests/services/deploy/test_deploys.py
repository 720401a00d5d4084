"""Deploys of an open project are rehearsed: from or to its model, over its store."""

from __future__ import annotations

import pytest

from tests.services.conftest import running, written
from tests.services.deploy.conftest import MODEL
from tests.services.deploy.test_revision import git
from tests.services.deploy.test_sources import needs_git
from workbench.errors import NotFound, ProjectError

QUIET = dict.fromkeys(("stream", "row", "command", "event"), 0)
DOUBLED = MODEL.replace("state.balance + event.amount", "state.balance + event.amount * 2")


def untold(_what, _done, _of):
    """Is told how far it is."""


async def test_W18_what_is_typed_is_rehearsed_before_it_is_written(bank):
    async with running(bank) as opened:
        before = opened.registry
        found = opened.deploys.to_draft(DOUBLED.encode(), untold)
        assert found.differ["stream"] > 0
        assert opened.registry is before
        assert opened.deploys.to_draft(MODEL.encode(), untold).clean
        with pytest.raises(ProjectError, match="no aggregate"):
            opened.deploys.to_draft(
                MODEL.replace("[aggregate.account]", "[aggregate.konto]").encode(), untold
            )


async def test_W18_another_folder_is_what_would_be(bank, tmp_path):
    folder = written(tmp_path / "other", DOUBLED)
    async with running(bank) as opened:
        found = opened.deploys.to_folder(folder, untold)
        (first, *_) = [one for one in found.differences if one.kind == "stream"]
        state = opened.streams.state_at(first.where, opened.streams.get(first.where).version).after
        assert first.ours == str(state["balance"])
        with pytest.raises(NotFound, match="there is no folder"):
            opened.deploys.to_folder(tmp_path / "nowhere", untold)


@needs_git
async def test_W18_a_revision_is_what_was_before(bank):
    git(bank, "init", "-q")
    (bank / ".gitignore").write_text("data\n")
    git(bank, "add", "-A")
    git(bank, "commit", "-qm", "first")
    (bank / "project.tsk").write_text(DOUBLED)
    async with running(bank) as opened:
        found = opened.deploys.from_revision("HEAD", untold)
        (first, *_) = [one for one in found.differences if one.kind == "stream"]
        state = opened.streams.state_at(first.where, opened.streams.get(first.where).version).after
        assert first.theirs == str(state["balance"])
        with pytest.raises(NotFound, match="no Git revision"):
            opened.deploys.from_revision("nowhere", untold)


async def test_a_store_in_memory_has_nothing_to_read(bank, tmp_path, stores):
    async with running(written(tmp_path / "empty", MODEL)) as opened:
        if not opened.project.store_path.is_file():
            with pytest.raises(NotFound, match="there is no store"):
                opened.deploys.to_draft(DOUBLED.encode(), untold)
