"""Mutated texts of the declared samples load, or are refused with places; nothing else ever happens."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.assets import asset
from workbench.errors import ProjectError
from workbench.project.project import load_project
from workbench.tusk import Problem

SAMPLES = [
    asset("samples", name, "project.tsk").read_text() for name in ("users-declared", "orders-declared")
]
WORDS = sorted({word for text in SAMPLES for word in re.findall(r'"[^"\n]*"|[A-Za-z_.-]+|[{}\[\]:,]', text)})
ODD = [
    *("", "0", "-1", "1e9", "null", "true", "[]", "{}", '""', "'", '"', "\\", "\n", "{", "}", "[", "]", "$x"),
    *('"state.x"', '"{"', '"1 +"', "[event.x]", '"list"', '"object"', '"choice?"', "\u00e9", "\x00"),
    "99999999999999999999",
]


@st.composite
def mutation_of(draw, text):
    for _ in range(draw(st.integers(1, 4))):
        spans = [found.span() for found in re.finditer(r'"[^"\n]*"|[A-Za-z_.-]+|[{}\[\]:,]|\n', text)]
        if not spans:
            break
        start, end = draw(st.sampled_from(spans))
        match draw(st.integers(0, 4)):
            case 0:
                text = text[:start] + text[end:]
            case 1:
                text = text[:start] + draw(st.sampled_from(WORDS)) + text[end:]
            case 2:
                text = text[:start] + draw(st.sampled_from(ODD)) + text[end:]
            case 3:
                at = draw(st.integers(start, end))
                text = text[:at] + draw(st.sampled_from(ODD)) + text[at:]
            case _:
                other, behind = draw(st.sampled_from(spans))
                text = text[:start] + text[other:behind] + text[end:]
    return text


mutated = st.sampled_from(SAMPLES).flatmap(mutation_of)


def problems_of(folder, text, *, trusted=True):
    """Returns what is wrong with a project."""
    (folder / "project.tsk").write_text(text, encoding="utf-8")
    try:
        load_project(folder, environ={}, trusted=trusted)
    except ProjectError as error:
        return error.problems
    return ()


def check_places(text, problems):
    lines = text.split("\n")
    for problem in problems:
        if isinstance(problem, Problem) and problem.file == "project.tsk":
            assert 1 <= problem.line <= len(lines)
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1


fuzzed = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("trusted", [True, False])
@fuzzed
@given(text=mutated)
def test_a_mutated_sample_loads_or_says_what_is_wrong(tmp_path, trusted, text):
    check_places(text, problems_of(tmp_path, text, trusted=trusted))


@pytest.mark.long
@settings(fuzzed, max_examples=20_000)
@given(text=mutated)
def test_twenty_thousand_mutated_samples(tmp_path, text):
    check_places(text, problems_of(tmp_path, text))
