"""What a program may hand to an embedded project: all else is refused by name, on every kind of store."""

from __future__ import annotations

import math
import uuid

import pytest

import workbench
from workbench import ANY, NO_STREAM, STREAM_EXISTS, InvalidValue, NotFound, Priority, WrongExpectedVersion
from workbench.project.samples import copy_sample

ADA = {"user_id": "ada", "username": "Ada", "email": "ada@example.org"}
SENT = {"what": "seen"}


class Create(workbench.Command):
    """A class of the program's own."""

    command_type = "create_user"
    user_id: str
    username: str
    email: str


class Get(workbench.Query):
    """A class of the program's own."""

    query_type = "get_user"
    user_id: str


@pytest.fixture(params=[False, True], ids=["file", "memory"])
async def project(tmp_path, request):
    folder = copy_sample("users", tmp_path / "users")
    async with workbench.open(folder, in_memory=request.param) as opened:
        yield opened


async def read(project, *given, **more):
    return [event async for event in project.read(*given, **more)]


REFUSED = [
    *(("command", lambda p, v=v: p.issue(v)) for v in (5, None, Create, Get(user_id="ada"))),
    *(("query", lambda p, v=v: p.query(v)) for v in (5, None, Get, Create(**ADA))),
    *(("values", lambda p, v=v: p.issue("create_user", v)) for v in ([1], "abc", {1: 2}, {"\ud800": 1}, 5)),
    ("values", lambda p: p.issue(Create(**ADA), {"user_id": "eve"})),
    ("values", lambda p: p.query(Get(user_id="ada"), {"user_id": "eve"})),
    *(
        ("expected", lambda p, v=v: p.issue("create_user", ADA, expected=v))
        for v in ("0", 0.0, -1.0, -7, 2**70, True)
    ),
    ("command_id", lambda p: p.issue("create_user", ADA, command_id=str(uuid.uuid4()))),
    *(("after", lambda p, v=v: p.wait_for("users", v)) for v in ("1", None, -1, 2**80, True)),
    *(("projection", lambda p, v=v: p.wait_for(v, 1)) for v in (5, None)),
    *(("topic", lambda p, v=v: p.publish(v, SENT)) for v in (None, 5, "\ud800")),
    *(("type", lambda p, v=v: p.publish("audit", SENT, type=v)) for v in (5, "\ud800")),
    *(("key", lambda p, v=v: p.publish("audit", SENT, key=v)) for v in (5, "\ud800")),
    ("message_id", lambda p: p.publish("audit", SENT, message_id="abc")),
    *(
        ("delay", lambda p, v=v: p.publish("audit", SENT, delay=v))
        for v in ("1", None, True, -1, math.nan, math.inf, 1e13, 1e300)
    ),
    *(
        ("ttl", lambda p, v=v: p.publish("audit", SENT, ttl=v))
        for v in ("1", True, -1, math.nan, math.inf, 1e14)
    ),
    *(("priority", lambda p, v=v: p.publish("audit", SENT, priority=v)) for v in (5, "high", 10**30)),
    *(("stream", lambda p, v=v: read(p, v)) for v in (None, 5, "\ud800")),
    *(("after", lambda p, v=v: read(p, "user-ada", after=v)) for v in ("x", None, -5, 2**70, 1.0)),
    *(("letters", lambda p, v=v: p.replay(v)) for v in ("x", 1.5, None, True, 0, -1, 2**70, [1, 2])),
    *(("seconds", lambda p, v=v: p.settle(v)) for v in ("x", None, -1, math.nan, math.inf, 1e300)),
]


@pytest.mark.parametrize(
    ("field", "ask"), REFUSED, ids=[f"{n}-{field}" for n, (field, _) in enumerate(REFUSED)]
)
async def test_an_argument_of_a_wrong_kind_is_refused_by_its_name(project, field, ask):
    with pytest.raises(InvalidValue, match=rf"^{field}: ") as refused:
        await ask(project)
    assert type(refused.value) is InvalidValue
    assert await read(project, "user-ada") == []


async def test_what_may_be_given_is_taken(project):
    assert (await project.issue(Create(**ADA), expected=NO_STREAM)).accepted
    assert await project.publish("audit", SENT, delay=1, ttl=5, priority=Priority.HIGH) > 0
    assert len(await read(project, "user-ada", after=0)) == 1
    assert await project.settle(30)


async def test_K2_any_version_and_an_existing_stream_are_versions_to_expect(project):
    change = {"user_id": "ada", "username": "Ada L."}
    with pytest.raises(WrongExpectedVersion, match="at version 0, expected was an existing stream"):
        await project.issue("update_user", change, expected=STREAM_EXISTS)
    assert (await project.issue("create_user", ADA, expected=ANY)).version == 1
    assert (await project.issue("update_user", change, expected=STREAM_EXISTS)).version == 2
    again = {**change, "username": "Ada Lovelace"}
    assert (await project.issue("update_user", again, expected=ANY)).version == 3


async def test_L3_an_unknown_letter_is_not_skipped_in_silence(project):
    with pytest.raises(NotFound, match="there is no dead letter 99"):
        await project.replay(99)
    assert (await project.replay()).asked == 0


@pytest.mark.parametrize("path", [None, 5, b"/tmp", str])
async def test_what_is_no_path_is_refused(path):
    with pytest.raises(InvalidValue, match=r"^path: takes a path"):
        async with workbench.open(path):
            raise AssertionError


@pytest.mark.parametrize("path", ["x" * 5000, "a\0b", "/nowhere"])
async def test_a_path_that_no_folder_can_have_names_none(path):
    with pytest.raises(NotFound, match="there is no folder"):
        async with workbench.open(path):
            raise AssertionError
