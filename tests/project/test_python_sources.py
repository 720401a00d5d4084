"""What a digest covers is what can run: nothing of the folder has another way in (contract §10)."""

from __future__ import annotations

import ast
import gc
import os
import py_compile
import sys

import pytest

from workbench.project.module_import import forget, import_modules
from workbench.project.python_sources import LARGEST, read_sources

END = """
from workbench import Definitions
DEFINITIONS = Definitions(handlers={"who": lambda message, context: WHO})
"""


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, text in files.items():
            path = tmp_path.joinpath(*name.split("__in__")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


@pytest.fixture
def run():
    packages = []

    def call(root, *names):
        imported = import_modules(read_sources(root, names))
        packages.append(imported.package)
        assert not imported.problems
        return [one.handlers["who"](None, None) for one in imported.definitions]

    yield call
    for package in packages:
        forget(package)


def problems(root, *names):
    return [str(problem) for problem in import_modules(read_sources(root, names)).problems]


def test_a_module_imports_what_lies_beside_it(folder, run):
    root = folder(
        domain="import helpers\nimport parts.one\nfrom parts import two\nfrom . import near\n"
        "from .parts.deep.three import NAME as three\n"
        "WHO = [helpers.NAME, parts.one.NAME, two.NAME, near.NAME, three]" + END,
        helpers="from near import NAME as THERE\nNAME = 'helper of ' + THERE",
        near="NAME = 'near'",
        parts__in____init__="from .one import NAME as INNER",
        parts__in__one="NAME = 'one'",
        parts__in__two="from . import one\nNAME = 'two after ' + one.NAME",
        parts__in__deep__in__three="from ...near import NAME as N\nfrom ..two import NAME as T\n"
        "NAME = f'{N}, {T}'",
    )
    before = [name for name in sys.modules if not name.startswith("workbench_project_")]
    assert run(root, "domain") == [["helper of near", "one", "two after one", "near", "near, two after one"]]
    assert [name for name in sys.modules if not name.startswith("workbench_project_")] == before
    assert str(root) not in sys.path


def test_modules_that_import_each_other_are_the_same(folder, run):
    root = folder(
        first="from workbench import Event\nWHO = 1\nclass Made(Event, frozen=True):\n    a: int" + END,
        second="import first\nWHO = first.Made.__module__, first" + END,
    )
    (_, (name, module)) = run(root, "first", "second")
    assert sys.modules[name] is module


def test_every_load_has_modules_of_its_own(folder, run):
    root = folder(domain="import helpers\nWHO = helpers" + END, helpers="TEXT = 'old'")
    (old,) = run(root, "domain")
    folder(helpers="TEXT = 'new'")
    (new,) = run(root, "domain")
    assert (old.TEXT, new.TEXT) == ("old", "new")


def test_the_digest_covers_all_that_can_run_and_nothing_else(folder):
    root = folder(
        domain="def late():\n    import helpers\n    from parts import one",
        helpers="import more",
        more="",
        parts__in____init__="",
        parts__in__one="",
        unused="",
        conftest="",
    )
    before = read_sources(root, ["domain"])
    assert sorted(before.found) == ["domain", "helpers", "more", "parts", "parts.one"]
    folder(unused="print()", conftest="print()", sitecustomize="print()")
    assert read_sources(root, ["domain"]).digest == before.digest
    for name in ("domain", "helpers", "more", "parts__in____init__", "parts__in__one"):
        old = read_sources(root, ["domain"]).digest
        folder(**{name: "# changed"} if name != "domain" else {name: "import helpers, parts.one  # changed"})
        assert read_sources(root, ["domain"]).digest != old, name
        if name == "helpers":
            folder(helpers="import more")
    assert read_sources(root, ["domain", "unused"]).digest != read_sources(root, ["domain"]).digest


def test_the_digest_covers_which_modules_are_named_though_they_read_the_same_files(folder):
    root = folder(domain="import helpers", helpers="")
    by_import, by_name = read_sources(root, ["domain"]), read_sources(root, ["helpers", "domain"])
    assert by_import.found == by_name.found
    assert by_import.digest != by_name.digest
    assert by_name.digest == read_sources(root, ["domain", "helpers"]).digest


def test_what_appears_where_nothing_was_changes_the_digest(folder):
    root = folder(
        domain="try:\n    import helpers\nexcept ImportError:\n    pass\nimport parts.one", parts__in__one=""
    )
    first = read_sources(root, ["domain"]).digest
    folder(helpers="print()")
    second = read_sources(root, ["domain"]).digest
    folder(parts__in____init__="print()")
    third = read_sources(root, ["domain"]).digest
    folder(helpers__in____init__="print()")  # a package is found before a module
    assert len({first, second, third, read_sources(root, ["domain"]).digest}) == 4


def test_what_is_imported_is_what_was_digested(folder, run):
    root = folder(domain="import helpers\nWHO = helpers.NAME" + END, helpers="NAME = 'read'")
    sources = read_sources(root, ["domain"])
    folder(helpers="NAME = 'swapped'", domain="WHO = 'swapped'" + END)
    imported = import_modules(sources)
    assert imported.definitions[0].handlers["who"](None, None) == "read"
    forget(imported.package)


def test_compiled_files_are_never_run(folder, run):
    root = folder(domain="import helpers\nWHO = helpers.NAME" + END, helpers="NAME = 'evil'")
    evil = py_compile.compile(str(root / "helpers.py"), doraise=True)
    stat = (root / "helpers.py").stat()
    folder(helpers="NAME = 'good'")
    os.utime(root / "helpers.py", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    py_compile.compile(str(root / "helpers.py"), cfile=str(root / "compiled.pyc"))
    assert evil
    assert run(root, "domain") == ["good"]
    folder(domain="import compiled\nWHO = 1" + END)
    assert "M-IMPORT ModuleNotFoundError" in problems(root, "domain")[0]


def test_names_are_found_only_by_import_statements(folder, monkeypatch):
    root = folder(
        domain="import importlib\nimportlib.import_module('hidden')",
        relative="import importlib\nimportlib.import_module('.hidden', __package__)",
        direct="__import__('hid' + 'den')",
        hidden="raise SystemExit('ran')",
    )
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path not in ("", str(root))])
    found = problems(root, "domain", "relative", "direct")
    assert [line.split(": ")[1] for line in found] == ["M-IMPORT ModuleNotFoundError"] * 3


def test_the_library_and_the_program_are_not_hidden_by_files_of_a_project(folder, run):
    root = folder(
        domain="import json\nimport workbench.errors\nfrom . import random\n"
        "WHO = json.dumps([1]), random.NAME" + END,
        json="raise SystemExit",
        workbench__in____init__="raise SystemExit",
        workbench__in__errors="raise SystemExit",
        random="NAME = 'mine'",
    )
    assert run(root, "domain") == [("[1]", "mine")]


def test_links_out_of_the_folder_are_not_followed(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "evil.py").write_text("raise SystemExit('ran')")
    (outside / "__init__.py").write_text("raise SystemExit('ran')")
    root = folder(domain="import helpers", other="import parts.evil")
    (root / "helpers.py").symlink_to(outside / "evil.py")
    (root / "parts").symlink_to(outside)
    said = "it is a link out of the project's folder"
    assert problems(root, "helpers", "parts.evil", "domain") == [
        f"helpers.py:1:1: M-IMPORT {said} (copy it into the folder)",
        f"parts/evil.py:1:1: M-IMPORT {said} (copy it into the folder)",
        f"domain.py:1:1: M-IMPORT ModuleNotFoundError: the project has no module helpers: {said}",
    ]


def test_what_is_no_module_is_told_with_a_way_out(folder):
    root = folder(large="#" * (LARGEST + 1), empty="", domain="x = (\n")
    os.mkfifo(root / "pipe.py")
    (root / "folder.py").mkdir()
    (root / "loop.py").symlink_to(root / "loop.py")
    (root / "zeros.py").write_bytes(b"x = 1\n\0\0")
    (root / "latin.py").write_bytes(b"x = '\xff'\n")
    found = problems(root, "none", "large", "pipe", "folder", "loop", "empty", "domain", "zeros", "latin")
    assert [line.split(" (")[0] for line in found] == [
        "none.py:1:1: M-IMPORT there is no such module",
        "large.py:1:1: M-IMPORT it has more than 2,000,000 bytes",
        "pipe.py:1:1: M-IMPORT it cannot be read: it is no file",
        "folder.py:1:1: M-IMPORT it cannot be read: Is a directory",
        found[4].split(" (")[0],
        "empty.py:1:1: M-IMPORT it needs DEFINITIONS = Definitions(…), which says what it brings",
        "domain.py:1:5: M-IMPORT SyntaxError: '(' was never closed",
        found[7].split(" (")[0],
        found[8].split(" (")[0],
    ]
    assert "write none.py, or take none out of [cqrs] modules" in found[0]
    assert found[4].startswith("loop.py:1:1: M-IMPORT it cannot be read")
    assert found[7].startswith("zeros.py:")
    assert found[8].startswith("latin.py:1:")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import sys\nsys.exit(3)", "domain.py:2:1: M-IMPORT SystemExit: 3"),
        ("x = 1\nclass Stop(BaseException): pass\nraise Stop", "domain.py:3:1: M-IMPORT Stop"),
        ("def f():\n    return f()\nf()", "domain.py:2:12: M-IMPORT RecursionError"),
        ("import helpers", "helpers.py:2:5: M-IMPORT ZeroDivisionError"),
        ("from . import nothing", "domain.py:1:1: M-IMPORT ImportError"),
        ("from .. import nothing", "domain.py:1:1: M-IMPORT ImportError"),
        ("import not_installed_anywhere", "domain.py:1:1: M-IMPORT ModuleNotFoundError"),
        ("import domain\ndomain.later", "domain.py:2:1: M-IMPORT AttributeError"),
    ],
)
def test_whatever_a_module_does_is_told_at_its_line_and_nothing_is_half_loaded(folder, text, said):
    root = folder(domain=text, helpers="x = 0\n1 + 1 / x", whole="WHO = 1" + END)
    before = set(sys.modules)
    found = problems(root, "whole", "domain")
    assert len(found) == 1
    assert found[0].startswith(said)
    assert {name for name in set(sys.modules) - before if name.startswith("workbench_project_")} == set()


def test_lines_of_what_runs_are_shown_whatever_the_file_holds_by_now(folder, run):
    import inspect

    root = folder(domain="def who():\n    return 'old'\nWHO = who" + END)
    (who,) = run(root, "domain")
    folder(domain="# another file by now\nraise SystemExit\n")
    assert "'old'" in inspect.getsource(who)
    assert problems(root, "domain")
    assert "'old'" in inspect.getsource(who)


@pytest.mark.parametrize("collects", [True, False])
def test_nothing_else_runs_while_a_module_is_read(folder, monkeypatch, collects):
    """Before 3.11.5 a collection that lets in others who read ends it with SystemError."""
    seen = []

    def parse(text):
        seen.append(gc.isenabled())
        return ast.Module(body=[], type_ignores=[])

    monkeypatch.setattr("workbench.project.python_sources.ast.parse", parse)
    root = folder(shop=f"WHO = 'read for the first time, {collects}'" + END)
    (gc.enable if collects else gc.disable)()
    try:
        read_sources(root, ("shop",))
        assert gc.isenabled() is collects
    finally:
        gc.enable()
    assert seen
    assert not any(seen)
