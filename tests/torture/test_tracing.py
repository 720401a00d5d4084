"""Where strace is missing, what was not tried is said aloud, and a long run fails."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT


def without_strace(*words):
    """Returns the exit code and the words of a run of tests that finds no strace."""
    pytest_words = ["-p", "no:cacheprovider", "-x", *words, "tests/torture/test_dying.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *pytest_words],
        cwd=ROOT,
        env=os.environ | {"PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is traced where nothing can be forked")
def test_a_run_without_strace_says_what_was_not_tried():
    code, said = without_strace("-k", "test_F1_killed_at_a_write")
    assert code == 0
    assert "tests were not run !!" in said
    assert "killed at its writes was not tried: strace does not run here" in said
    assert "apt-get install strace" in said


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is traced where nothing can be forked")
def test_a_long_run_without_strace_fails():
    code, said = without_strace("-m", "long")
    assert code == 1
    assert "apt-get install strace" in said
