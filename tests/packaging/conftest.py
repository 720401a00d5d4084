"""Makes the scripts of packaging/ importable for their tests."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).parents[2] / "packaging"
sys.path.append(str(PACKAGING))  # last, because one of the scripts is called test.py


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"packaging_{name}", PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def run_script() -> ModuleType:
    """packaging/run.py, loaded but not started."""
    return _load("run")


@pytest.fixture(scope="session")
def test_script() -> ModuleType:
    """packaging/test.py, loaded but not started."""
    return _load("test")


@pytest.fixture(scope="session")
def documents() -> ModuleType:
    """packaging/documents.py, loaded but not started."""
    return _load("documents")
