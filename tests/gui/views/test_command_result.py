"""What is said of a command's outcome."""

from __future__ import annotations

from uuid import UUID

import pytest

from workbench.gui.views.command_result import headline
from workbench.model.command import CommandOutcome, CommandResult
from workbench.services.commands import Appended

ONE = (Appended(stream="user-ada", events=2, version=7),)
SECOND = "2 events appended to deal-d1, now at version 1,003"
BOTH = (
    Appended(stream="account-b", events=1, version=2),
    Appended(stream="deal-d1", events=2, version=1_003),
)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (ONE, "2 events appended to user-ada, now at version 7"),
        (BOTH, f"1 event appended to account-b, now at version 2; {SECOND}"),
        ((), "Nothing had to change in user-ada"),
    ],
)
def test_K8_what_each_stream_got_is_said_with_its_version(parts, said):
    result = CommandResult(
        command_id=UUID(int=1),
        command_type="create_user",
        stream="user-ada",
        outcome=CommandOutcome.ACCEPTED,
        version=7,
        first_position=10,
        last_position=90,
    )
    assert headline(result, parts) == said
