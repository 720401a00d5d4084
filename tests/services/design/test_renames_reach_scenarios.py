"""Whatever is renamed, the scenarios of every sample and template still read, and name it by its new name."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.assets import asset
from workbench.project.declared.compiler import compile_declared
from workbench.project.declared.section_kinds import KINDS
from workbench.project.project import model_of
from workbench.project.project_file import read_document
from workbench.project.scenarios import read_scenarios
from workbench.services.design.change_preview import rename_preview
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode, names_of, renamed
from workbench.services.design.references import WORDS
from workbench.tusk import parse

PROJECTS = (
    asset("samples", "users-declared"),
    asset("samples", "orders-declared"),
    asset("templates", "auction"),
    asset("templates", "trip"),
)


def text_of(root: Path) -> DesignText:
    files = {f"scenarios/{one.name}": one for one in sorted((root / "scenarios").glob("*.tsk"))}
    return DesignText(
        project=parse((root / "project.tsk").read_bytes(), "project.tsk"),
        scenarios={name: parse(path.read_bytes(), name) for name, path in files.items()},
    )


@pytest.mark.parametrize("root", PROJECTS, ids=lambda root: root.name)
def test_every_name_of_every_kind(root: Path) -> None:
    text = text_of(root)
    for kind in (*KINDS, "topic", "subscription", "type"):
        for name in names_of(text, kind):
            node = DesignNode(kind, name)
            new = f"{name.rpartition('.')[0]}.other9".lstrip(".") if kind == "event" else "other9"
            places = [one.reference for one in rename_preview(text, node, 0).places]
            after = renamed(text, node, new, [one for one in places if one.role != WORDS])
            file = read_document(after.project, root / "project.tsk", environ={})
            topics = [one.name or key for key, one in file.settings.topics.items()]
            found, problems = compile_declared(after.project, file.declared, topics=topics)
            assert [one for one in problems if not one.warning] == []
            registry = model_of(file, [found])
            for one in after.scenarios.values():
                assert read_scenarios(one.dump(), one.file, registry)
