"""Damaged files, short and long: a document or problems with places and ways out, and never anything else."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.tusk.writing import ENVIRON, SHARED, documents
from workbench.tusk import TskError, parse, resolve
from workbench.tusk.parser import KEPT

SAMPLES = [path.read_text() for path in sorted((ROOT / "resources").rglob("*.tsk"))]
SPICE = [
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    ":",
    "=",
    ",",
    '"',
    "'",
    '"""',
    "\\",
    "$",
    "@",
    "#",
    "#!",
    "\n",
    "\r\n",
]
SPICE += [
    "@env(",
    '@env("WORKBENCH_SEEN")',
    '@a.tsk.get("b")',
    "1e999",
    "-",
    "8-17",
    "\ufeff",
    "\0",
    "é",
    "$first",
]
SPICE += ["[a.b]", "a { b > c: [1, ", "x: ", "null", "true", *string.ascii_letters[:3]]


def judge(data: bytes, folder) -> None:
    """Fails unless the bytes are read losslessly, or refused with places inside the file and ways out."""
    try:
        document = parse(data)
    except TskError as error:
        problems = error.found
        assert problems
        assert len(problems) <= KEPT
    else:
        assert document.dump() == data
        problems = tuple(resolve(document, folder / "p.tsk", root=folder, environ=ENVIRON).problems)
    lines = data.decode(errors="replace").split("\n")
    for problem in problems:
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.column < problem.end_column
        assert problem.message
        assert problem.hint


def damaged(text: str, rng: random.Random) -> bytes:
    """Returns a text in which some places were cut, doubled, moved or spiced."""
    for _ in range(rng.randint(1, 6)):
        at, length = rng.randint(0, len(text)), rng.choice([0, 1, 1, 2, 5, 40, 400])
        piece = text[at : at + length]
        match rng.randrange(4):
            case 0:
                text = text[:at] + text[at + length :]
            case 1:
                text = text[:at] + piece * rng.randint(2, 3) + text[at + length :]
            case 2:
                text = text[:at] + "".join(rng.choices(SPICE, k=rng.randint(1, 5))) + text[at:]
            case _:
                to = rng.randint(0, len(text))
                text = text[:to] + piece + text[to:]
    data = text.encode()
    if rng.random() < 0.1:
        at = rng.randint(0, len(data))
        data = data[:at] + bytes([rng.randrange(256)]) + data[at:]
    return data


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("project")
    (made / "shared.tsk").write_text(SHARED)
    (made / "a.tsk").write_text('b: @a.tsk.get("b")\n')
    return made


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_sample_is_read_or_refused(folder, seed):
    rng = random.Random(seed)
    for _ in range(25):
        judge(damaged(rng.choice(SAMPLES), rng), folder)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1100))
def test_many_damaged_samples_are_read_or_refused(folder, seed):
    rng = random.Random(seed)
    for _ in range(2_000):
        judge(damaged(rng.choice(SAMPLES), rng), folder)


@given(documents(), st.randoms(use_true_random=False))
def test_a_damaged_document_of_every_form_is_read_or_refused(folder, written, rng):
    judge(damaged(written.text, rng), folder)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(folder, data):
    judge(data, folder)
