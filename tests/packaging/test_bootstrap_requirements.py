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
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def lines(name: str) -> list[str]:
    text = (ROOT / "packaging" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins(name: str, python: str | None = None) -> dict[str, str]:
    """Returns the versions that this Python gets, or the one that is given."""
    given = {"python_version": python} if python else {}
    found = [Requirement(line) for line in lines(name) if not line.startswith("-r")]
    here = [one for one in found if one.marker is None or one.marker.evaluate(given)]
    assert len({one.name for one in here}) == len(here)
    pinned = {one.name: str(one.specifier).removeprefix("==") for one in here}
    return pinned | (pins("requirements.txt", python) if "-r requirements.txt" in lines(name) else {})


@pytest.mark.parametrize("name", FILES)
def test_every_line_is_one_exact_version(name: str) -> None:
    pin = r'[a-z0-9-]+==[0-9][0-9a-z.]*(; python_version (<|>=) "3\.[0-9]+")?'
    for line in lines(name):
        assert line == "-r requirements.txt" or re.fullmatch(pin, line), line


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


@pytest.mark.parametrize("python", PYTHONS)
def test_the_pins_lie_within_the_projects_ranges(python: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {"requirements.txt": project["dependencies"]}
    wanted["requirements-dev.txt"] = project["optional-dependencies"]["dev"]
    for name, ranges in wanted.items():
        pinned = pins(name, python)
        for needed in map(Requirement, ranges):
            if needed.marker is None or needed.marker.evaluate({"python_version": python}):
                assert needed.specifier.contains(pinned[canonicalize_name(needed.name)]), needed


def test_every_python_gets_the_same_packages() -> None:
    first, *others = (pins("requirements-dev.txt", python).keys() for python in PYTHONS)
    assert all(other == first for other in others)
