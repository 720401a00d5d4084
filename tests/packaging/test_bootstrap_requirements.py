"""Checks the pins: exact, complete, and within the ranges that the project declares."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
FILES = ("requirements.txt", "requirements-dev.txt")


def lines(name: str) -> list[str]:
    text = (ROOT / "packaging" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins(name: str) -> dict[str, str]:
    found = dict(line.split("==") for line in lines(name) if not line.startswith("-r"))
    return found | (pins("requirements.txt") if "-r requirements.txt" in lines(name) else {})


@pytest.mark.parametrize("name", FILES)
def test_every_line_is_one_exact_version(name: str) -> None:
    for line in lines(name):
        assert line == "-r requirements.txt" or re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line), line


@pytest.mark.parametrize("name", FILES)
def test_what_a_pinned_package_needs_is_pinned_too(name: str) -> None:
    pinned = pins(name)
    for package in pinned:
        for needed in map(Requirement, importlib.metadata.requires(package) or ()):
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                version = pinned.get(canonicalize_name(needed.name))
                assert version is not None, f"{package} needs {needed}"
                assert needed.specifier.contains(version), f"{package} needs {needed}"


@pytest.mark.parametrize("name", FILES)
def test_what_is_installed_is_what_is_pinned(name: str) -> None:
    for package, version in pins(name).items():
        assert importlib.metadata.version(package) == version


def test_the_pins_lie_within_the_projects_ranges() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {"requirements.txt": project["dependencies"]}
    wanted["requirements-dev.txt"] = project["optional-dependencies"]["dev"]
    for name, ranges in wanted.items():
        pinned = pins(name)
        for needed in map(Requirement, ranges):
            assert needed.specifier.contains(pinned[canonicalize_name(needed.name)]), needed
