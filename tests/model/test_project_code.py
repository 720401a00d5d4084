"""What a project's own code raises ends neither the program nor the engine (C11)."""

from __future__ import annotations

import asyncio

import pytest

from workbench.errors import CommandRejected, ModelFailed
from workbench.model.project_code import ProjectCode


class Panic(BaseException):
    """What a library of another language raises."""


@pytest.mark.parametrize(
    "error", [SystemExit(3), Panic("password=hunter2"), GeneratorExit(), asyncio.CancelledError()]
)
def test_C11_what_is_no_ordinary_exception_is_a_failure_of_the_model(error):
    with (
        pytest.raises(ModelFailed, match=f"it could not be done: {type(error).__name__}") as raised,
        ProjectCode("it could not be done", {"password": "hunter2"}),
    ):
        raise error
    assert raised.value.__cause__ is error
    assert "hunter2" not in raised.value.message


@pytest.mark.parametrize("error", [KeyboardInterrupt, CommandRejected("no"), ValueError])
def test_C11_an_interruption_and_an_ordinary_exception_come_through(error):
    with pytest.raises(error if isinstance(error, type) else type(error)), ProjectCode("it failed"):
        raise error
