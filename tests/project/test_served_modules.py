"""Nothing of a project's folder runs but the bytes that were trusted, however they are asked for (T2)."""

from __future__ import annotations

import importlib
import importlib.machinery
import py_compile
import sys
import threading

import pytest

from workbench.project import served_modules
from workbench.project.module_import import forget, import_modules
from workbench.project.python_sources import read_sources

END = "\nfrom workbench import Definitions\nDEFINITIONS = Definitions()\n"
LATE = """
import importlib, os, sys
HERE = os.path.dirname(__file__)
def late():
    import helpers
    return helpers.TEXT
def by_name(name):
    return importlib.import_module(name).TEXT
def on_the_path(name):
    sys.path.insert(0, HERE)
    try:
        return by_name(name)
    finally:
        sys.path.remove(HERE)
"""


@pytest.fixture
def load(tmp_path):
    """Imports a project of which `domain` imports `helpers` only once it is asked; returns `domain`."""
    packages = []

    def call(domain=LATE, **files):
        for name, text in {"domain": domain + END, "helpers": "TEXT = 'trusted'\n", **files}.items():
            (tmp_path / f"{name}.py").write_text(text)
        imported = import_modules(read_sources(tmp_path, ["domain"]))
        assert not imported.problems, imported.problems
        packages.append(imported.package)
        return sys.modules[f"{imported.package}.domain"]

    yield call
    for package in packages:
        forget(package)
    sys.path_importer_cache.pop(str(tmp_path), None)


def test_T2_a_module_that_is_imported_late_is_the_one_that_was_trusted(load, tmp_path):
    domain = load()
    (tmp_path / "helpers.py").write_text("raise SystemExit('changed')")
    assert domain.late() == "trusted"


def test_T2_a_module_that_is_gone_by_then_still_is(load, tmp_path):
    domain = load()
    (tmp_path / "helpers.py").unlink()
    assert domain.late() == "trusted"


def test_T2_asked_for_by_its_whole_name_or_reloaded_it_is_the_same(load, tmp_path):
    domain = load()
    (tmp_path / "helpers.py").write_text("raise SystemExit('changed')")
    assert domain.by_name(f"{domain.__package__}.helpers") == "trusted"
    assert importlib.reload(sys.modules[f"{domain.__package__}.helpers"]).TEXT == "trusted"


def test_T2_a_cached_pyc_never_runs(load, tmp_path):
    (tmp_path / "helpers.py").write_text("TEXT = 'cached'\n")
    py_compile.compile(
        str(tmp_path / "helpers.py"), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )
    assert load().late() == "trusted"


def plain(folder):
    (folder / "sneaked.py").write_text("TEXT = 'sneaked'\n")


def sourceless(folder):
    (folder / "source").write_text("TEXT = 'sneaked'\n")
    py_compile.compile(str(folder / "source"), cfile=str(folder / "sneaked.pyc"))


def library(folder):
    (folder / f"sneaked{importlib.machinery.EXTENSION_SUFFIXES[0]}").write_bytes(b"\x7fELF")


def package(folder):
    (folder / "sneaked").mkdir()
    (folder / "sneaked" / "__init__.py").write_text("TEXT = 'sneaked'\n")


def space(folder):
    (folder / "sneaked").mkdir()


def linked(folder):
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "x.py").write_text("TEXT = 'sneaked'\n")
    (folder / "sneaked.py").symlink_to(folder / "elsewhere" / "x.py")


@pytest.mark.parametrize("kind", [plain, sourceless, library, package, space, linked])
def test_T2_what_no_statement_imports_has_no_way_in_not_even_by_the_path(load, tmp_path, kind):
    kind(tmp_path)
    domain = load()
    with pytest.raises(ModuleNotFoundError, match="sneaked"):
        domain.by_name("sneaked")
    with pytest.raises(ModuleNotFoundError, match="is not what was trusted: no statement imports it"):
        domain.on_the_path("sneaked")
    assert "sneaked" not in sys.modules


def test_T2_a_changed_helper_has_no_way_in_by_the_path(load, tmp_path):
    domain = load()
    (tmp_path / "helpers.py").write_text("TEXT = 'changed'")
    with pytest.raises(ModuleNotFoundError, match="is not what was trusted"):
        domain.on_the_path("helpers")


def test_installed_libraries_are_found_though_the_folder_is_on_the_path(load, tmp_path):
    domain = load(domain=LATE.replace(".TEXT\ndef on", ".__name__\ndef on"))
    assert domain.on_the_path("colorsys") == "colorsys"
    assert domain.on_the_path("time") == "time"


def test_two_threads_that_import_late_get_a_whole_module(load):
    """The second waits until the first has run it to its end."""
    entered, go_on = threading.Event(), threading.Event()
    sys.modules["gates_of_test"] = type(sys)("gates_of_test")
    sys.modules["gates_of_test"].entered, sys.modules["gates_of_test"].go_on = entered, go_on
    got = []
    try:
        domain = load(
            helpers="import gates_of_test as g\ng.entered.set()\ng.go_on.wait(30)\nTEXT = 'whole'\n"
        )
        first = threading.Thread(target=lambda: got.append(domain.late()))
        first.start()
        assert entered.wait(30)
        second = threading.Thread(target=lambda: got.append(domain.late()))
        second.start()
        go_on.set()
        first.join(30)
        second.join(30)
    finally:
        del sys.modules["gates_of_test"]
    assert got == ["whole", "whole"]


def test_nothing_is_left_behind_once_all_is_forgotten(load, monkeypatch):
    monkeypatch.setattr(served_modules, "_served", {})
    monkeypatch.setattr(sys, "meta_path", [one for one in sys.meta_path if one is not served_modules._finder])
    before = list(sys.meta_path)
    domain = load()
    assert sys.meta_path != before
    forget(domain.__package__)
    assert sys.meta_path == before
