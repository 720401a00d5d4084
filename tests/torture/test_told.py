"""Tests that were left out because nothing can be traced are told at the end, with what to install."""

from __future__ import annotations

from types import SimpleNamespace

from tests.torture.conftest import NOT_TORTURED, not_tortured


def skipped(reason):
    return SimpleNamespace(longrepr=("test.py", 1, f"Skipped: {reason}"))


def test_what_was_left_out_is_counted_with_its_reason_and_what_to_do():
    reason = f"{NOT_TORTURED}: strace does not run here: no such file"
    said = not_tortured([skipped(reason), skipped("no display"), skipped(reason)])
    assert said[0] == "2 tests of faulty disks and lost power did NOT run:"
    assert said[1] == f"  {reason}"
    assert "install strace" in said[2]


def test_nothing_is_said_where_nothing_was_left_out():
    assert not_tortured([]) == []
    assert not_tortured([skipped("no display")]) == []
