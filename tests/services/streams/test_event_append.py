"""Events by hand: what does not fit is refused in words, what fits is stored with its record (B4)."""

from __future__ import annotations

import pytest

from tests.services.conftest import settle
from workbench.errors import InvalidEvent, InvalidValue, WrongExpectedVersion
from workbench.services.account_name import account_name
from workbench.services.story.causes import cause_words
from workbench.services.streams.event_append import HandMade

ADA = {"username": "Ada", "email": "ada@example.org", "status": "active"}


def made(type="user.created", data=None, stream="user-ada", why="Ticket 17", expected=None):
    return HandMade(stream=stream, type=type, data=ADA if data is None else data, why=why, expected=expected)


async def test_B4_L9_an_event_and_its_record_are_stored_and_followed(workspace):
    result = await workspace.event_append.append(made(expected=0))
    await settle(workspace)
    assert (result.last_version, workspace.streams.state_at("user-ada", 1).after["username"]) == (1, "Ada")
    act = workspace.reader.actions()[0]
    assert (act.action, act.subject, act.detail) == ("append", "stream user-ada", "user.created: Ticket 17")
    assert workspace.reader.row("users", "ada")["username"] == "Ada"
    event, who = workspace.streams.event_at(result.last_position), workspace.world.who
    causes = workspace.stories.causes([event.causation_id])
    assert act.who == who == account_name({}) != ""
    assert account_name({"LOGNAME": "ann"}) == "ann"
    assert cause_words(event, causes) == f"appended by hand by {who}: Ticket 17"
    line = workspace.stories.whole(event.correlation_id).lines[0]
    assert (line.actor, line.actor_kind, line.said) == (who, "person", "appended by hand: Ticket 17")
    with pytest.raises(WrongExpectedVersion):
        await workspace.event_append.append(made("user.updated", {}, expected=4))
    await workspace.event_append.append(made("user.updated", {"email": "a@b.org"}, expected=1))
    assert workspace.streams.event_at(workspace.streams.head()).json() == {
        "username": None,
        "email": "a@b.org",
    }
    await settle(workspace)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"data": {"username": "Ada"}}, "user.created cannot be appended: email must be given"),
        ({"data": {**ADA, "status": 5}}, "status does not fit: expected `str`, got `int`"),
        ({"data": {**ADA, "colour": "red"}}, "colour is no field of user.created"),
        ({"type": "user.crated"}, "there is no event user.crated in the model"),
        ({"type": "user.updated", "data": {}}, "user-ada cannot fold user.updated"),
    ],
)
async def test_B4_what_does_not_fit_is_refused_in_words(workspace, changed, said):
    before = workspace.streams.head(), len(workspace.reader.actions())
    with pytest.raises(InvalidEvent) as error:
        await workspace.event_append.append(made(**changed))
    assert said in error.value.message
    assert (workspace.streams.head(), len(workspace.reader.actions())) == before


@pytest.mark.parametrize(("why", "said"), [("w" * 2_001, "may have 2,000"), ("a\x00", "U+0000")])
async def test_L9_a_reason_that_cannot_be_kept_is_refused(workspace, why, said):
    head = workspace.streams.head()
    with pytest.raises(InvalidValue, match="the reason") as refused:
        await workspace.event_append.append(made(why=why))
    assert said in refused.value.message
    assert workspace.streams.head() == head


async def test_L9_the_reason_must_be_said(workspace):
    with pytest.raises(InvalidValue, match="say why"):
        await workspace.event_append.append(made(why=" "))
