"""A crash below Python leaves the stacks of the process, and is told once at the next start."""

from __future__ import annotations

import faulthandler
import subprocess
import sys

import pytest

from workbench.gui.crash_log import KEPT, CrashLog

CRASH = """
import faulthandler, sys
from pathlib import Path
from workbench.gui.crash_log import CrashLog

def here():
    faulthandler._sigsegv()

print(CrashLog(Path(sys.argv[1])).begin(), flush=True)
here()
"""


@pytest.fixture(autouse=True)
def _tests_have_stacks_of_their_own():
    """What ends here ended for the tests as well."""
    yield
    faulthandler.enable(sys.__stderr__)


def crash(folder):
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode < 0, done.stderr
    return done.stdout.strip()


def test_V2_a_crash_is_told_once_with_where_it_was(tmp_path):
    assert crash(tmp_path) == "None"
    log = CrashLog(tmp_path)
    told = log.begin()
    assert told is not None
    assert "Segmentation fault" in told.read_text()
    assert "in here" in told.read_text()
    other = CrashLog(tmp_path)
    assert other.begin() is None, "a second window is no crash, and was told nothing"
    other.end()
    log.end()
    assert [path.name for path in tmp_path.iterdir()] == [told.name]
    assert log.begin() is None, "it was told"
    log.end()


def test_only_the_newest_are_kept_and_a_folder_that_cannot_be_made_is_no_trouble(tmp_path):
    for number in range(KEPT + 3):
        (tmp_path / f"crash-10{number:02}.txt").write_text("old")
    crash(tmp_path)
    log = CrashLog(tmp_path)
    assert log.begin() == max(tmp_path.glob("crash-*.txt"))
    log.end()
    assert len(list(tmp_path.glob("crash-*.txt"))) == KEPT
    file = tmp_path / "file"
    file.write_text("")
    none = CrashLog(file / "below")
    assert none.begin() is None
    none.end()
