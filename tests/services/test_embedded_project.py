"""A project that a program opens for itself: what it can do, and that it leaves nothing behind."""

from __future__ import annotations

import asyncio
import importlib
import math
import uuid
from contextlib import closing

import pytest

import workbench
from workbench import (
    BackPressure,
    CallerError,
    CommandRejected,
    InvalidCommand,
    InvalidValue,
    ModelFailed,
    NoHandler,
    NotFound,
    NotTrusted,
    ProjectionFaulted,
    StoreNotAllowed,
    StoreReadOnly,
    TopicNotFound,
    WrongExpectedVersion,
)
from workbench.project.samples import copy_sample
from workbench.store.operations.projection_operations import MarkProjection

ADA = {"user_id": "ada", "username": "Ada", "email": "ada@example.org"}


@pytest.fixture
def users(tmp_path):
    folder = copy_sample("users", tmp_path / "users")
    project = folder / "project.tsk"
    project.write_text(project.read_text().replace('retry_delay: "500ms"', 'retry_delay: "5ms"'))
    return folder


@pytest.fixture
async def project(users):
    async with workbench.open(users) as opened:
        yield opened


@pytest.fixture(params=[False, True], ids=["file", "memory"])
async def either(users, request):
    """The project on its store, and on one in memory."""
    async with workbench.open(users, in_memory=request.param) as opened:
        yield opened
    assert (users / "data").exists() is not request.param, "its own store is left alone"


async def test_a_command_by_name_or_as_an_object_is_accepted_and_seen_by_queries(users, monkeypatch):
    monkeypatch.syspath_prepend(str(users.parent))
    domain = importlib.import_module("users.domain")  # the program has classes of its own
    async with workbench.open(users) as project:
        result = await project.issue("create_user", ADA)
        await project.wait_for("users", result)
        assert (await project.query("get_user", {"user_id": "ada"}))["username"] == "Ada"
        result = await project.issue(domain.ChangeStatus(user_id="ada", status="inactive"), expected=1)
        await project.wait_for("users", result.last_position)
        assert [row["id"] for row in await project.query(domain.ListUsers(status="inactive"))] == ["ada"]


async def test_J5_K3_a_command_that_is_issued_twice_takes_effect_once(either):
    identity = uuid.uuid4()
    first = await either.issue("create_user", ADA, command_id=identity)
    again = await either.issue("create_user", ADA, command_id=identity)
    assert (again.duplicate, again.version) == (True, first.version)


async def test_what_is_refused_is_raised(either):
    await either.issue("create_user", ADA)
    with pytest.raises(CommandRejected, match="exists already") as refusal:
        await either.issue("create_user", ADA)
    assert refusal.value.field == "user_id"
    with pytest.raises(WrongExpectedVersion) as conflict:
        await either.issue("update_user", {"user_id": "ada", "username": "Ada L."}, expected=7)
    assert (conflict.value.expected, conflict.value.actual) == (7, 1)
    with pytest.raises(InvalidCommand, match="email"):
        await either.issue("create_user", {**ADA, "email": "nowhere"})
    with pytest.raises(NoHandler, match="crate_user"):
        await either.issue("crate_user", ADA)
    with pytest.raises(NoHandler, match="get_usr"):
        await either.query("get_usr", {})
    with pytest.raises(NotFound, match="nobody"):
        await either.wait_for("nobody", 1)
    with pytest.raises(TopicNotFound, match="nowhere"):
        await either.publish("nowhere", {})


async def test_what_the_model_itself_does_wrong_is_told_apart(users):
    domain = users / "domain.py"
    text = domain.read_text()
    text = text.replace("return [OutageReported(domain=command.domain)]", "raise OSError('no line')")
    domain.write_text(
        text.replace("UserCreated(username=command.username,", "UserCreated(username=float('inf'),")
    )
    async with workbench.open(users, trusted=True) as project:
        with pytest.raises(ModelFailed, match="no line"):
            await project.issue("report_outage", {"domain": "slow.example"})
        with pytest.raises(CallerError, match="username"):
            await project.issue("create_user", ADA)


@pytest.mark.parametrize(
    ("does", "act"),
    [
        ('raise CommandRejected("nothing would change")', "update_user"),
        ('return models.get("users", query.user_id)', "get_user"),
    ],
    ids=["decide", "query"],
)
async def test_C11_an_exit_in_the_models_code_is_a_failure_of_the_model(users, does, act):
    domain = users / "domain.py"
    text = domain.read_text()
    assert text.count(does) == 1
    domain.write_text(text.replace(does, "raise SystemExit(3)"))
    async with workbench.open(users, trusted=True) as project:
        await project.issue("create_user", ADA)
        with pytest.raises(ModelFailed, match="SystemExit: 3"):
            await (project.query if act == "get_user" else project.issue)(act, {"user_id": "ada"})


async def test_K1_an_exit_in_evolve_fails_the_command_and_nothing_is_stored(users):
    domain = users / "domain.py"
    text = domain.read_text()
    domain.write_text(
        text.replace("return User(event.username, event.email, event.status)", "raise SystemExit(3)")
    )
    async with workbench.open(users, trusted=True) as project:
        with pytest.raises(CallerError, match=r"user-ada cannot fold user\.created: SystemExit: 3"):
            await project.issue("create_user", ADA)
        assert [event async for event in project.read("user-ada")] == []


async def test_a_stream_is_read_in_order_whatever_its_length(either, monkeypatch):
    monkeypatch.setattr("workbench.services.embedded_project.PAGE", 2)
    await either.issue("create_user", ADA)
    for number in range(4):
        await either.issue("update_user", {"user_id": "ada", "username": f"Ada {number}"})
    assert [event.version async for event in either.read("user-ada")] == [1, 2, 3, 4, 5]
    assert [event.json()["username"] async for event in either.read("user-ada", after=4)] == ["Ada 3"]
    assert [event async for event in either.read("user-bob")] == []


async def test_changes_that_come_faster_than_they_are_taken_are_merged(either):
    with closing(either.changes()) as feed:
        await either.issue("create_user", ADA)
        await either.issue("create_user", {**ADA, "user_id": "bob"})
        changes = await anext(feed)
        while not changes.touches("user-bob"):
            changes = changes.merged(await anext(feed))
        assert changes.touches("user-ada")
    assert [one async for one in feed][1:] == [], "what was left, and no more"
    await either.issue("create_user", {**ADA, "user_id": "cyd"})
    assert [one async for one in feed] == [], "it is told nothing any more"


async def test_who_waits_for_changes_is_let_go_when_the_project_is_closed(users):
    async with workbench.open(users) as project:
        await project.settle()
        feed = project.changes()

        async def take() -> int:
            return len([changes async for changes in feed])

        taking = asyncio.get_running_loop().create_task(take())
        await project.issue("create_user", ADA)
        await project.settle()
    assert await taking > 0


async def test_dead_letters_are_replayed_once_their_cause_is_mended(either):
    await either.issue("report_outage", {"domain": "slow.example"})
    await either.issue("create_user", {**ADA, "email": "ada@slow.example"})
    assert await either.settle()
    [letter] = await either.dead_letters()
    assert letter.error_type == "MailServerUnavailable"
    await either.issue("resolve_outage", {"domain": "slow.example"})
    await either.settle()
    assert (await either.replay(letter)).done == 1
    await either.settle()
    assert await either.dead_letters() == []
    assert (await either.replay(letter.number)).skipped == 1


async def test_B2_P2_messages_are_published_once_and_a_full_topic_says_so(users):
    project = users / "project.tsk"
    text = project.read_text().replace("[topics]\n", "[topics]\nside { max_backlog: 2 }\n")
    reader = '[subscriptions]\nreader { topic: "side", handler: "file_audit" }\n'
    project.write_text(text.replace("[subscriptions]\n", reader))
    async with workbench.open(users) as opened:
        identity = uuid.uuid4()
        first = await opened.publish("side", {"what": "seen"}, message_id=identity, delay=3600)
        assert await opened.publish("side", {"what": "seen"}, message_id=identity, delay=3600) == first
        await opened.publish("side", {"what": "heard"}, delay=3600)
        with pytest.raises(BackPressure, match="side is full"):
            await opened.publish("side", {"what": "seen"})


@pytest.mark.parametrize("field", ["delay", "ttl"])
@pytest.mark.parametrize("seconds", [math.nan, math.inf, -1.0, 1e300, 1e12])
async def test_N2_a_delay_or_a_life_that_no_calendar_has_is_refused(either, field, seconds):
    with pytest.raises(InvalidValue) as refused:
        await either.publish("mail", {}, **{field: seconds})
    assert refused.value.path == field


@pytest.mark.parametrize("act", ["issue", "publish", "settle"])
async def test_what_is_called_on_the_loop_of_another_thread_is_refused_at_once(either, act):
    async def elsewhere():
        match act:
            case "issue":
                await either.issue("create_user", ADA)
            case "publish":
                await either.publish("mail", {})
            case "settle":
                await either.settle()

    with pytest.raises(CallerError, match="another event loop"):
        await asyncio.to_thread(asyncio.run, elsewhere())
    assert (await either.issue("create_user", ADA)).accepted


async def test_T2_python_that_nobody_trusts_is_not_run(users):
    seen = users.parent / "seen"
    with (users / "domain.py").open("a") as file:
        file.write(f"\n\nimport pathlib\npathlib.Path({str(seen)!r}).touch()\n")
    with pytest.raises(NotTrusted, match=r"domain\.py") as refused:
        async with workbench.open(users):
            raise AssertionError
    assert "trusted=True" in refused.value.hint
    assert not seen.exists()
    async with workbench.open(users, trusted=True):
        assert seen.exists()
    with pytest.raises(NotTrusted):
        async with workbench.open(users):
            raise AssertionError("a program's word is not remembered as a person's")


async def test_T3_a_store_elsewhere_is_not_opened_without_a_word(users):
    project = users / "project.tsk"
    project.write_text(project.read_text().replace('path: "data/events.db"', 'path: "../elsewhere.db"'))
    with pytest.raises(StoreNotAllowed, match="elsewhere"):
        async with workbench.open(users):
            raise AssertionError
    assert not (users.parent / "elsewhere.db").exists()


async def test_C8_a_store_has_one_writer(users, project):
    with pytest.raises(StoreReadOnly, match=r"this program \(since .*\) has it open"):
        async with workbench.open(users):
            raise AssertionError
    assert (await project.issue("create_user", ADA)).accepted, "the first one goes on"


async def test_it_names_what_is_not_there(tmp_path):
    with pytest.raises(NotFound, match="nowhere"):
        async with workbench.open(tmp_path / "nowhere"):
            raise AssertionError
    with pytest.raises(NotFound, match=r"project\.tsk"):
        async with workbench.open(tmp_path):
            raise AssertionError


@pytest.mark.parametrize("turns", range(12))
async def test_M2_a_program_that_is_cancelled_leaves_the_store_closed(users, turns):
    before = asyncio.all_tasks()

    async def work() -> None:
        async with workbench.open(users) as project:
            await project.issue("create_user", ADA)
            await asyncio.Event().wait()

    task = asyncio.get_running_loop().create_task(work())
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == before
    async with workbench.open(users) as project:
        assert [event.type async for event in project.read("user-ada")] in ([], ["user.created"])
        await project.issue("create_user", {**ADA, "user_id": "bob"})


ASKED_LATE = {
    "issue": lambda project: project.issue("create_user", {**ADA, "user_id": "bob"}),
    "query": lambda project: project.query("get_user", {"user_id": "ada"}),
    "publish": lambda project: project.publish("audit", {"what": "seen"}),
    "read": lambda project: anext(project.read("user-ada")),
    "dead letters": lambda project: project.dead_letters(),
    "replay": lambda project: project.replay(1),
    "replay of none": lambda project: project.replay(),
    "wait for": lambda project: project.wait_for("users", 1),
    "projections": lambda project: project.projections(),
    "settle": lambda project: project.settle(1),
}


@pytest.mark.parametrize("in_memory", [False, True])
async def test_C8_a_closed_project_says_so_to_whatever_is_asked(users, in_memory):
    async with workbench.open(users, in_memory=in_memory) as project:
        await project.issue("create_user", ADA)
        begun = project.read("user-ada")
        await anext(begun)
    for ask in (*ASKED_LATE.values(), lambda _project: anext(begun)):
        with pytest.raises(StoreReadOnly, match=r"^the project was closed$") as closed:
            await ask(project)
        assert closed.value.hint == "open it again"
    async with asyncio.timeout(15):
        assert [changes async for changes in project.changes()] == []


async def test_J5_nobody_waits_for_a_read_model_that_does_not_follow(users):
    async with workbench.open(users) as project:
        result = await project.issue("create_user", ADA)
        with pytest.raises(InvalidValue, match=r"position 999 is beyond the last one, \d+") as beyond:
            await project.wait_for("users", 999)
        assert "last position of a command" in beyond.value.hint
        await project.wait_for("users", result)
        mark = MarkProjection(name="users", generation=1, status="paused")
        await project._world.running().write(mark)
    async with workbench.open(users) as project:
        result = await project.issue("create_user", {**ADA, "user_id": "bob"})
        with pytest.raises(ProjectionFaulted, match="read model users is paused") as paused:
            await project.wait_for("users", result)
        assert "resume" in paused.value.hint
        [view] = [one for one in await project.projections() if one.name == "users"]
        assert (view.status, view.lag > 0) == ("paused", True)


async def test_J5_a_read_model_that_failed_repeatedly_is_not_waited_for(users, project, monkeypatch):
    result = await project.issue("create_user", ADA)
    await project.wait_for("users", result)
    engine = project._world.running()
    monkeypatch.setitem(engine.faults, "projection users", "ValueError: no")
    await project.wait_for("users", result)
    with pytest.raises(ProjectionFaulted, match="users stopped: ValueError: no"):
        await project.wait_for("users", 999)


async def test_J5_a_fault_is_told_with_its_cause(users):
    domain = users / "domain.py"
    text = domain.read_text()
    begun = text.index("rows.put(")
    domain.write_text(f"{text[:begun]}raise OSError('no line')\n    {text[begun:]}")
    async with workbench.open(users, trusted=True) as project:
        result = await project.issue("create_user", ADA)
        with pytest.raises(ProjectionFaulted, match=r"faulted at position \d+: OSError: no line") as told:
            await project.wait_for("users", result)
        assert "fix the cause" in told.value.hint
        [view] = [one for one in await project.projections() if one.name == "users"]
        assert (view.status, view.fault) == ("faulted", "OSError: no line")
