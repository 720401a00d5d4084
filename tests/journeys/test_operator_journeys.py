"""Whole jobs of those who understand and repair, by real keys and mouse, with the number of steps counted.

A step is what a person would count: a click, a key, a word that is typed and ended by a key.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.journeys.mail_project import OLD, PATCHED
from workbench.model.dead_letter import LetterStatus
from workbench.model.json_values import read_json
from workbench.services.project.open_project import open_target
from workbench.store.operator_actions import OperatorAction
from workbench.store.stored_values import DeadLetter

HANDS = pytest.mark.parametrize("hands", ["events", "xdotool"])


@pytest.fixture
def environ(hands: str, request: pytest.FixtureRequest) -> Mapping[str, str]:
    """What a window is told of its screen: none, or a real one where that can be had."""
    found: Mapping[str, str] = request.getfixturevalue("screen") if hands == "xdotool" else {}
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", **found}


def took(folder: Path, journey: str, hands: str, environ: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Lets a person take a journey; returns the steps, and what was seen."""
    words = [sys.executable, "-m", "tests.journeys.operator_person", str(folder), journey, hands]
    done = subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stdout.splitlines()
    return [one for one in lines if one[0].isdigit()], [
        one.removeprefix("sees ") for one in lines if one.startswith("sees ")
    ]


@HANDS
def test_from_a_wrong_cell_to_the_command_that_caused_it_in_three_steps(
    hands: str, environ: Mapping[str, str], tmp_path: Path
) -> None:
    steps, (cause, command) = took(tmp_path / "users", "cell", hands, environ)
    assert cause == "Why is status “inactive”? change_status, by a person"
    shown = r"change_status \| a person, [\d-]+ [\d:.]+ · user-eve · status inactive, reason by mistake"
    assert re.fullmatch(shown, command), "its name, who issued it, when, on what, and with what"
    assert len(steps) <= 3


async def _stored(folder: Path) -> tuple[list[DeadLetter], list[OperatorAction]]:
    workspace = open_target(folder, "", environ=dict(os.environ))
    letters = workspace.dead_letters.numbered(workspace.dead_letters.numbers_of(tuple(LetterStatus)))
    acts = [one.of for one in workspace.operations.list()]
    await workspace.close()
    return letters, acts


def are_repaired(folder: Path, journey: str, count: int, hands: str, environ: Mapping[str, str]) -> None:
    """Lets a person repair the letters of one server of three, and looks into the store then."""
    meant, rest = count * 5 // 8, count * 3 // 8
    steps, (outcome, asked, job, ladder, fates, archive) = took(folder, journey, hands, environ)
    assert outcome.startswith(f"{meant:,} ✓ mail.sent published to sent")
    assert asked.startswith(f"Repair and replay {meant:,}? It can be undone while it waits")
    assert job == f"Repair and replay {meant:,} dead letters: done"
    assert ladder == f"1: 1 resolved; 5: 5 resolved; 20: 20 resolved; {meant - 26:,}: {meant - 26:,} resolved"
    assert fates == f"Replayed {meant:,} dead letters: {meant:,} resolved."
    at = [one.split(" click ")[-1] for one in steps].index(f"Repair and replay {meant:,}")
    sent = at + 2  # with the answer
    assert sent <= 12, "nothing more is to be done, the ladder goes by itself"
    assert archive.startswith(f"Archive {rest:,} dead letters?")

    letters, acts = asyncio.run(_stored(folder))
    told = Counter((read_json(one.data)["server"] == OLD, one.status.value) for one in letters)
    assert told == {(True, "resolved"): meant, (False, "open"): rest}, (
        "just those; originals say what they said"
    )
    copies = Counter(read_json(one.edited)["server"] for one in letters if one.edited is not None)
    assert copies == {PATCHED: meant}
    undone, archived, repaired = acts
    assert (repaired.action, repaired.count, repaired.undone) == ("repair and replay", meant, 0)
    assert "ladder 1, 5, 20" in repaired.detail
    assert PATCHED in repaired.detail
    assert (archived.action, archived.count, archived.undone) == ("archive", rest, undone.number)


@HANDS
def test_the_letters_of_one_server_are_found_patched_rehearsed_and_sent_in_twelve_steps(
    hands: str, environ: Mapping[str, str], tmp_path: Path
) -> None:
    are_repaired(tmp_path / "mails", "letters", 416, hands, environ)


@pytest.mark.long
@HANDS
def test_2600_letters_of_one_server_out_of_4160_are_sent_in_twelve_steps(
    hands: str, environ: Mapping[str, str], tmp_path: Path
) -> None:
    are_repaired(tmp_path / "mails", "ten times as many letters", 4_160, hands, environ)


@HANDS
def test_the_story_of_a_command_is_followed_while_it_goes_on_and_exported_in_four_steps(
    hands: str, environ: Mapping[str, str], tmp_path: Path
) -> None:
    steps, (begun, ended) = took(tmp_path / "users", "story", hands, environ)
    assert begun.endswith("waits for welcome-mail")
    assert ended.endswith("all ended")
    assert len(steps) <= 4
    diagram = (tmp_path / "ida.mmd").read_text(encoding="utf-8").splitlines()
    assert diagram[:2] == ["sequenceDiagram", "    actor p0 as a person"]
    assert any("create_user" in line for line in diagram)
    assert any("mail.sent" in line for line in diagram), "what came while it was followed is in it"
