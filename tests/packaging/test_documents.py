"""The reference of project files is what the program reads: its tables are made of it, its examples load."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

from tests.conftest import ROOT
from workbench import assets
from workbench.assets import asset
from workbench.project.declared.section_reader import read_sections
from workbench.project.declared.sections import Acting, ActionSection
from workbench.project.project_file import read_settings

REFERENCE = (ROOT / "resources" / "docs" / "project-file.md").read_text(encoding="utf-8")
LANGUAGE = re.findall(
    r"^```tsk project.tsk\n(.*?)^```$",
    (ROOT / "resources" / "docs" / "language.md").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)
"""The models of the language's page."""
MODULE = "from workbench.model.registry import Definitions\n\nDEFINITIONS = Definitions()\n"


def pieces(kind: str) -> list[str]:
    """Returns the examples of a kind, in their order."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", REFERENCE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project that consists of all examples."""
    (tmp_path / "project.tsk").write_text("\n".join(pieces("tsk")), encoding="utf-8")
    (tmp_path / "domain.py").write_text(MODULE, encoding="utf-8")
    return tmp_path


def test_what_is_made_from_the_program_is_up_to_date(documents: ModuleType) -> None:
    for file, text in documents.fresh().items():
        assert file.read_text(encoding="utf-8") == text, "run: .venv/bin/python packaging/documents.py"


def test_an_installed_program_has_the_documents() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packaged = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert ROOT / "workbench" / "_resources" in assets._ROOTS
    assert packaged["resources"] == "workbench/_resources"
    assert asset("docs", "contract.md").is_file()


def test_a_setting_that_is_new_or_has_no_heading_is_found(documents: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"no heading for .*\[topics\]"):
        documents.with_tables(REFERENCE.replace("## `[topics]`", "## Topics"))
    stale = REFERENCE.replace(
        "| `snapshot_every` | whole number | `100`", "| `snapshot_every` | whole number | `7`"
    )
    assert stale != REFERENCE == documents.with_tables(stale)


def test_all_examples_together_are_a_project_and_its_scenarios_pass(folder: Path) -> None:
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "book.tsk").write_text("\n".join(pieces("tsk scenario")), encoding="utf-8")
    words = [sys.executable, "-m", "workbench", "test", str(folder), "--trust"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "2 passed" in done.stdout, done.stderr


def values(of: Any) -> Iterator[BaseModel]:
    """Yields every model in a value."""
    if isinstance(of, BaseModel):
        yield of
        of = dict(of)
    inner = of.values() if isinstance(of, dict) else of if isinstance(of, list | tuple) else ()
    for one in inner:
        yield from values(one)


def test_every_setting_has_an_example(documents: ModuleType, folder: Path, tmp_path: Path) -> None:
    used: dict[type[BaseModel], set[str]] = defaultdict(set)
    for number, text in enumerate(LANGUAGE):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "project.tsk").write_text(text, encoding="utf-8")
    for example in (folder, *(tmp_path / str(number) for number in range(len(LANGUAGE)))):
        file = read_settings(example, environ={})
        sections, problems = read_sections(file.document, file.declared)
        assert not problems
        declared = [getattr(sections, name) for name in sections.__slots__]
        for one in values([file.settings, *declared]):
            used[type(one)] |= one.model_fields_set
    for acting in Acting.__subclasses__():  # they have an action's settings, and its table tells them
        used[ActionSection] |= used[acting]
        used[acting] |= set(Acting.model_fields)
        for further in acting.__subclasses__():  # what it has of the other is told there
            used[further] |= used[acting]
    missing = {
        heading: sorted(left)
        for heading, model in documents.models().items()
        if (left := set(model.model_fields) - used[model])
    }
    assert not missing
