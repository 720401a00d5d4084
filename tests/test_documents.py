"""The documents keep up with code and tests: every rule that is cited is there, and every rule has a test."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT
from workbench.gui.view_catalog import VIEWS
from workbench.model.retry import RetryPolicy
from workbench.project.durations import read_duration
from workbench.project.settings import EventStoreSection, QueueSection

DOCS = ROOT / "resources" / "docs"
SOURCES = sorted(file for part in ("workbench", "tests", "packaging") for file in (ROOT / part).rglob("*.py"))
RULE = re.compile(r"(?<![\w.])[A-Z]\d{1,2}(?!\w)")
CHAPTER = re.compile(r"§(\d+(?:\.\d+)?)")
NO_RULES = {"F8", "F10"}
"""Keys of the keyboard, which look like rules."""


@cache
def document(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@cache
def rules() -> tuple[str, ...]:
    """Returns the ids of the contract's rules in their order."""
    return tuple(re.findall(r"^\| ([A-Z]\d{1,2}) \|", document("contract.md"), re.MULTILINE))


def chapters() -> set[str]:
    """Returns the numbers of the contract's chapters, and of the facts in the first."""
    text = document("contract.md")
    return {
        *re.findall(r"^## (\d+)\.", text, re.MULTILINE),
        *re.findall(r"^\| (0\.\d+) \|", text, re.MULTILINE),
    }


def prose(text: str) -> Iterator[str]:
    """Yields comments and docstrings of a Python text, those of attributes included."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.value.value


@cache
def prose_of(file: Path) -> tuple[str, ...]:
    return tuple(prose(file.read_text(encoding="utf-8")))


def cited(texts: Iterable[str]) -> set[str]:
    return {found for text in texts for found in RULE.findall(text)} - NO_RULES


def named(text: str) -> set[str]:
    """Returns the rules that stand in names of tests."""
    names = re.findall(r"^\s*(?:async )?def test_(\w+)\(", text, re.MULTILINE)
    return {part for name in names for part in name.split("_") if re.fullmatch(r"[A-Z]\d{1,2}", part)}


def test_a_rule_stands_once_in_the_contract() -> None:
    assert sorted(rules()) == sorted(set(rules()))
    assert len(rules()) > 90


def test_what_looks_like_a_rule_is_found() -> None:
    said = 'def f():\n    """Keeps it (L5, X1–X3)."""\n    return "A9"  # contract D3, §8\n'
    assert cited(prose(said)) == {"L5", "X1", "X3", "D3"}
    assert named("    def test_A1_a_b_I12(x):\ndef test_T2(): ...\ndef testB3_x():") == {"A1", "I12", "T2"}


def test_every_rule_that_is_cited_is_in_the_contract() -> None:
    strange = {}
    for file in SOURCES:
        text = file.read_text(encoding="utf-8")
        if found := (cited(prose_of(file)) | named(text)) - set(rules()):
            strange[file.relative_to(ROOT).as_posix()] = found
    for file in sorted(DOCS.glob("*.md")):
        if found := cited([document(file.name)]) - set(rules()):
            strange[file.name] = found
    assert not strange


def test_every_chapter_that_is_cited_is_in_the_contract() -> None:
    found = {
        (file.name, chapter)
        for file in SOURCES
        if file != Path(__file__)
        for text in prose_of(file)
        for chapter in CHAPTER.findall(text.replace("RFC 9562 §5.7", ""))
    }
    assert {(name, chapter) for name, chapter in found if chapter not in chapters()} == set()


def test_every_rule_has_a_test_that_carries_its_id() -> None:
    tests = (file.read_text(encoding="utf-8") for file in SOURCES if file.is_relative_to(ROOT / "tests"))
    assert set(rules()) - {rule for text in tests for rule in named(text)} == set()


def test_every_rule_of_the_interface_that_is_cited_is_there() -> None:
    there = set(re.findall(r"^(\d+)\. \*\*", document("ux.md"), re.MULTILINE))
    texts = (text for file in SOURCES for text in prose_of(file))
    assert {number for text in texts for number in re.findall(r"ux rule (\d+)", text)} <= there


def test_every_view_is_described() -> None:
    said = re.findall(r"^\| ([A-Z][\w ]+) \|", document("ux.md"), re.MULTILINE)
    assert sorted(said) == sorted(view.title for view in VIEWS if view.area != "left")


def steps() -> list[tuple[str, str]]:
    """Returns the modules and functions that the walks name."""
    rows = re.findall(r"^\| `([\w/]+\.py)` \| (.+?) \|", document("architecture.md"), re.MULTILINE)
    return [(module, name) for module, names in rows for name in re.findall(r"`([\w.]+)`", names)]


def defined(module: str) -> set[str]:
    """Returns the functions, classes and methods of a module of the program."""
    tree = ast.parse((ROOT / "workbench" / module).read_text(encoding="utf-8"))
    named = [node for node in tree.body if isinstance(node, NAMED)]
    inner = {f"{node.name}.{one.name}" for node in named for one in node.body if isinstance(one, NAMED)}
    return {node.name for node in named} | inner


NAMED = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def test_every_function_that_a_walk_names_is_there() -> None:
    assert len(steps()) > 30
    assert [(module, name) for module, name in steps() if name not in defined(module)] == []


def test_every_file_that_the_architecture_names_is_there() -> None:
    named = re.findall(r"`((?:workbench|packaging)/[\w/]+(?:\.py)?)`", document("architecture.md"))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def defaults() -> list[tuple[str, str]]:
    """Returns settings and what the contract says of their defaults."""
    (_, told) = document("contract.md").split("## 11. Defaults")
    return re.findall(r"^\| `(\w+)` \| ([^;|]+?)(?:;[^|]*)? \|$", told, re.MULTILINE)


@pytest.mark.parametrize(("setting", "said"), defaults())
def test_E1_defaults_are_what_the_contract_says(setting: str, said: str) -> None:
    retry = QueueSection().policy(RetryPolicy())
    known = {**EventStoreSection().model_dump(), **QueueSection().model_dump(), **retry.model_dump()}
    found = known["delay" if setting == "retry_delay" else setting]
    wanted = found if str(found) == said else read_duration(said if said[-1].isalpha() else float(said))
    assert found == wanted
