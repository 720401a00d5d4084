"""What is said of a command's outcome."""

from __future__ import annotations

from uuid import UUID

import pytest

from workbench.gui.views.command_result import headline
from workbench.model.command import CommandOutcome, CommandResult


@pytest.mark.parametrize(
    ("events", "said"),
    [
        (1, "1 event appended to user-ada, now at version 7"),
        (2, "2 events appended to user-ada, now at version 7"),
        (0, "Its events were appended to user-ada, now at version 7"),
    ],
)
def test_I3_events_are_counted_and_not_their_positions(events, said):
    result = CommandResult(
        command_id=UUID(int=1),
        command_type="create_user",
        stream="user-ada",
        outcome=CommandOutcome.ACCEPTED,
        version=7,
        first_position=10,
        last_position=90,
        event_ids=tuple(UUID(int=number) for number in range(events)),
    )
    assert headline(result) == said
