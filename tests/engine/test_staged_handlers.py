"""Handlers that are on stage know it, and run in threads only where that is wanted."""

from __future__ import annotations

import pytest

from workbench.engine.staged_handlers import on_stage


class Context:
    """What a handler is given in the project's own world."""

    dry_run = False
    attempt = 3


@pytest.mark.parametrize("threads", [False, True])
def test_W4_a_plain_function_is_told_wherever_it_runs(threads):
    seen = []

    def act(_message, context):
        seen.append((context.dry_run, context.attempt))

    staged = on_stage({"act": act}, threads=threads)["act"]
    staged(None, Context())
    assert seen == [(True, 3)]
    assert getattr(staged, "inline", False) is not threads


@pytest.mark.parametrize("threads", [False, True])
def test_W4_what_runs_on_the_loop_goes_on_to(threads):
    def act(_message, _context):
        """Declared handlers are such."""

    act.inline = True
    assert on_stage({"act": act}, threads=threads)["act"].inline
