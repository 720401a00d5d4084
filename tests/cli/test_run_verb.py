"""Running without a window: commands from flags, files and pipes, and what became of them."""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
from pathlib import Path

import pytest

from workbench.cli import run_verb
from workbench.engine import scheduler
from workbench.engine.subscription_runner import SubscriptionRunner
from workbench.services.monitor import Drain

FLOWS = Path(__file__).parents[1] / "flows"
ADA = {"command": "create_user", "user_id": "ada", "username": "Ada Lovelace", "email": "a@x.org"}


def flags(values):
    return ["--command", values["command"], *(
        word for name, value in values.items() if name != "command" for word in ("--set", f"{name}={value}")
    )]  # fmt: skip


def test_the_story_of_a_sample_is_played_and_the_queues_drained(workbench):
    said = workbench("run", "--sample", "users", "--json")
    summary = said.json()
    assert said.code == 0
    assert summary["commands"] == {"accepted": 17, "rejected": 2, "conflict": 1}
    assert summary["settled"] is True
    assert summary["projections"] == {"users": 9, "outages": 1}
    assert summary["subscriptions"]["welcome-mail"]["dead"] == 4
    assert {letter["reason"] for letter in summary["dead_letters"]} == {"max_attempts", "rejected"}
    assert (summary["results"], summary["problems"]) == ([], [])


def test_dead_letters_are_told_in_groups_with_the_newest_of_each(workbench, folder, monkeypatch):
    command = ("--command", "create_user", "--set", "user_id=u{n}", "--set", "username=User {n}")
    many = ("--set", "email={n}@bletchley.invalid", "--times", "30")
    said = workbench("run", folder, *command, *many, "--json").json()
    assert said["letter_groups"] == [
        {
            "count": 30,
            "newest": 30,
            "subscription": "welcome-mail",
            "error": "PermanentError: no mail server can exist for bletchley.invalid",
        }
    ]
    monkeypatch.setattr(run_verb, "GROUPS", 1)
    other = (
        "--command",
        "create_user",
        "--set",
        "user_id=ole",
        "--set",
        "username=Ole",
        "--set",
        "email=o@a.invalid",
    )
    text = workbench("run", folder, *other).out
    heads, group, more = text.splitlines()[-3:]
    assert heads.split() == ["DEAD", "LETTERS", "NEWEST", "SUBSCRIPTION", "ERROR"]
    assert group.split()[:3] == ["30", "30", "welcome-mail"]
    assert more == "… 1 more; workbench dead-letters --group-by message counts them"


def test_strict_takes_refusals_and_deaths_for_problems(workbench, folder, tmp_path):
    assert workbench("run", folder, "--strict").code == 3
    good = tmp_path / "good.ndjson"
    good.write_text(json.dumps(ADA | {"user_id": "bob"}))
    assert workbench("run", folder, "--commands", good).code == 0
    assert workbench("run", folder, "--commands", good).code == 0  # rejected now
    assert workbench("run", folder, "--commands", good, "--strict").code == 3


def test_the_commands_of_a_file_and_its_broken_lines(workbench, folder, tmp_path):
    commands = tmp_path / "commands.ndjson"
    commands.write_text(f'{json.dumps(ADA)}\nnonsense\n{{"command": "fly"}}\n')
    said = workbench("run", folder, "--commands", commands)
    assert said.code == 3
    assert "commands: 1 accepted" in said.out
    assert "line 2: not JSON" in said.err
    assert "line 3: no aggregate handles the command fly" in said.err


@pytest.mark.parametrize("expected", ["abc", 1.5, True])
def test_N6_an_expected_version_that_is_none_is_a_problem_of_its_line(workbench, folder, tmp_path, expected):
    file = tmp_path / "commands.ndjson"
    file.write_text("\n".join(json.dumps(one) for one in (ADA, ADA | {"expected": expected})))
    said = workbench("run", folder, "--commands", file, "--json")
    assert (said.code, said.json()["commands"]) == (3, {"accepted": 1})
    (problem,) = said.json()["problems"]
    assert "line 2" in problem
    assert "expected: a version is a whole number" in problem
    assert workbench("doctor", folder).code == 0


def test_commands_from_flags_say_how_each_of_them_ended(workbench, folder):
    said = workbench(
        "run", folder, *flags(ADA), *flags({"command": "update_user", "user_id": "ada", "email": "b@x.org"})
    )
    assert said.code == 0
    assert said.out.startswith(
        "create_user user-ada: accepted, version 1\nupdate_user user-ada: accepted, version 2\n"
    )
    again = workbench(
        "run", folder, *flags({"command": "change_status", "user_id": "ada", "status": "suspended"})
    )
    assert again.code == 3
    assert "change_status user-ada: rejected: reason: a suspension needs a reason" in again.out
    as_json = workbench("run", folder, *flags(ADA), "--json").json()
    (result,) = as_json["results"]
    assert (result["outcome"], result["stream"]) == ("rejected", "user-ada")


def test_a_command_that_cannot_be_handled_is_named_by_its_flag(workbench, folder):
    said = workbench("run", folder, "--command", "creat_user")
    assert said.code == 3
    assert "--command creat_user: no aggregate handles the command creat_user" in said.err
    assert "did you mean create_user?" in said.err
    missing = workbench("run", folder, "--command", "create_user", "--set", "user_id=ada")
    assert "--command create_user: username: is required" in missing.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "a=b"], "--set belongs behind a --command"),
        (["--command", "x", "--set", "a"], "write FIELD=TEXT"),
        (["--command", "x", "--set", "a:=["], "not JSON"),
        (["--command", "x", "--set", "a=1", "--set", "a.b=2"], "a is no object"),
    ],
)
def test_a_wrong_field_is_a_wrong_command_line(workbench, folder, words, said):
    answer = workbench("run", folder, *words)
    assert answer.code == 2
    assert said in answer.err


def test_fields_can_be_json_and_lie_in_each_other(workbench, tmp_path):
    workbench("new", tmp_path / "shop", "--template", "orders")
    order = "b499f418-a8b7-55eb-9c84-a1fbc58eb3e2"
    values = [
        "order_id=" + order,
        "customer=Ada Lovelace",
        "card=4242",
        "ship_to.name=Ada",
        "ship_to.street=1 Lane",
    ]
    values += ["ship_to.city=London", 'lines:=[{"product": "Brass cog", "quantity": 2, "price": "3.20"}]']
    words = [word for value in values for word in ("--set", value)]
    said = workbench("run", tmp_path / "shop", "--command", "place_order", *words, "--json")
    assert said.code == 0, said.err
    shown = workbench("show", tmp_path / "shop", f"order-{order}", "--json").json()
    assert shown["events"][0]["data"]["ship_to"]["city"] == "London"
    assert shown["state"]["status"] == "shipped"


def test_commands_come_through_a_pipe(workbench, folder, monkeypatch):
    reading, writing = os.pipe()
    os.write(writing, (json.dumps(ADA) + "\n\nnonsense\n" + json.dumps(ADA | {"user_id": "bob"})).encode())
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        monkeypatch.setattr("sys.stdin", pipe)
        said = workbench("run", folder, "--commands", "-", "--json")
    assert said.code == 3
    assert said.json()["commands"] == {"accepted": 2}
    assert said.json()["problems"] == ["line 3: not JSON: Expecting value at column 1"]


def test_what_takes_too_long_is_told(workbench, folder):
    file = folder / "project.tsk"
    file.write_text(
        file.read_text().replace('retry_delay: "10ms"', 'retry_delay: "1h"').replace('"5s"', '"1h"')
    )
    said = workbench("run", folder, "--wait", "0.1", "--json")
    assert said.code == 0
    assert said.json()["settled"] is False
    assert "the queues were not empty after 0.1 s" in said.err


def test_without_a_project_it_says_what_to_give(workbench):
    said = workbench("run")
    assert said.code == 2
    assert "--sample users" in said.err


def test_a_file_of_commands_that_is_not_there(workbench, folder, tmp_path):
    said = workbench("run", folder, "--commands", tmp_path / "none")
    assert said.code == 1
    assert "there is no file of commands" in said.err


def test_J2_a_read_model_that_cannot_follow_is_told(workbench, things):
    root = things(("    rows.put(", "    raise ValueError(f'no {event}')\n    rows.put("))
    said = workbench("run", root, "--command", "make", "--set", "id=a")
    assert said.code == 3
    assert said.err.startswith("workbench: projection things: it stopped at position 1: ValueError: no Made(")
    value = workbench("run", root, "--command", "make", "--set", "id=b", "--json").json()
    assert value["settled"] is False
    assert [(one["kind"], one["name"], one["broken"]) for one in value["stopped"]] == [
        ("projection", "things", True)
    ]


def test_what_the_projects_code_raises_is_one_sentence_with_its_place(workbench, things):
    root = things(("    return [Made(", "    raise KeyError(command.api_key)\n    return [Made("))
    said = workbench("run", root, "--command", "make", "--set", "id=a")
    assert said.code == 3
    assert "--command make: make could not be decided: KeyError: '••••••' (look at domain.py:" in said.err
    assert "Traceback" not in said.err


def test_so_is_what_folding_raises(workbench, things):
    root = things()
    workbench("run", root, "--command", "make", "--set", "id=a")
    things(("return State(n=1)", "raise KeyError(event.api_key)"))
    said = workbench("run", root, "--command", "touch", "--set", "id=a")
    assert said.code == 3
    assert "thing.made at position 1 cannot be folded: KeyError: '••••••' (look at domain.py:" in said.err


LATER = """\
[project]
name: "later"
[aggregate.thing]
state { n: "integer" }
[event.thing.made]
fields { n: "integer" }
set { n: "event.n" }
[command.make]
creates: "thing"
fields { id: "string" }
emit: "thing.made"
with { n: "1" }
[command.grow]
changes: "thing"
fields { id: "string" }
refuse { grown { when: "state.n > 5", message: "grown" } }
emit: "thing.made"
with { n: "state.n + 1" }
[policy.grower]
on: "thing.made"
do {
    go { when: "event.n == 1", issue: "grow", with { id: "id" }, after: "AFTER" }
}
"""


def later(tmp_path, after):
    root = tmp_path / "later"
    root.mkdir()
    (root / "project.tsk").write_text(LATER.replace("AFTER", after))
    return root


def test_what_is_put_off_for_long_is_told_and_not_waited_for(workbench, tmp_path):
    said = workbench("run", later(tmp_path, "1h"), "--command", "make", "--set", "id=a", "--json")
    assert said.code == 0, said
    assert (said.json()["settled"], said.json()["put_off"]) == (True, 1)
    assert said.err == "workbench: waiting for their time: 1 delivery; a later run sees to them\n"


def test_what_is_due_within_the_wait_happens(workbench, tmp_path):
    said = workbench("run", later(tmp_path, "10ms"), "--command", "make", "--set", "id=a", "--json")
    assert (said.json()["put_off"], said.json()["position"]) == (0, 3)


def test_settle_lets_all_follow_before_the_next_command(workbench, tmp_path):
    root = later(tmp_path, "0ms")
    lines = "\n".join(f'{{"command": "make", "id": "{name}"}}' for name in "abc")
    (tmp_path / "lines").write_text(lines)
    assert workbench("run", root, "--commands", tmp_path / "lines", "--settle").code == 0
    streams = [event["stream"] for event in workbench("events", root, "--json").json()]
    assert streams == ["thing-a", "thing-a", "thing-b", "thing-b", "thing-c", "thing-c"]


def test_C11_what_stands_still_is_told_and_ends_with_3(workbench, monkeypatch):
    async def fails(_self, _limit=None):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(scheduler, "ENDS", 1)
    monkeypatch.setattr(SubscriptionRunner, "work", fails)
    said = workbench("run", "--sample", "users-declared", "--json")
    assert said.code == 3
    assert "stopped until it is resumed: ZeroDivisionError: a bug" in said.err
    assert said.json()["settled"] is False
    assert set(said.json()["faults"].values()) == {"ZeroDivisionError: a bug"}


class Deleting:
    """A pipe through which nothing comes; its store is deleted meanwhile, and it ends when that was told."""

    def __init__(self, path, told):
        self.path, self.told = path, told

    async def __call__(self, _descriptor):
        self.path.unlink()
        async with asyncio.timeout(30):
            while "no longer there" not in self.told.getvalue():
                await asyncio.sleep(0.01)
        return
        yield ""


def test_C10_a_store_that_is_deleted_while_no_command_comes_is_told_at_once(workbench, folder, monkeypatch):
    told = io.StringIO()
    monkeypatch.setattr("sys.stderr", told)
    reading, writing = os.pipe()
    path = folder / "data" / "events.db"
    monkeypatch.setattr("workbench.services.maintenance.store_watch.EVERY", 0.01)
    monkeypatch.setattr("workbench.services.commands.command_story.arriving_lines", Deleting(path, told))
    with os.fdopen(reading, "rb") as pipe, os.fdopen(writing, "wb"):
        monkeypatch.setattr("sys.stdin", pipe)
        assert workbench("run", folder, "--commands", "-").code == 3
    assert told.getvalue().count("writing to events.db stopped") == 1


def test_C10_a_store_that_was_deleted_by_the_last_command_is_told_at_the_end(workbench, folder, monkeypatch):
    path = folder / "data" / "events.db"
    real = Drain.settle

    async def settle(*args):
        done = await real(*args)
        path.unlink()
        return done

    monkeypatch.setattr(Drain, "settle", settle)
    said = workbench("run", folder, *flags(ADA), "--json")
    assert said.code == 3
    assert "no longer there" in said.json()["gone"]
    assert "writing to events.db stopped" in said.err


@pytest.mark.parametrize(
    ("verb", "options"),
    [("run", ("--metrics",)), ("docs", ("--output",)), ("test", ("--junit",)), ("export", ("--replace",))],
)
def test_no_answer_is_written_over_the_store(workbench, played, verb, options):
    store = next(played.rglob("*.db"))
    said = workbench(verb, played, *options, store)
    assert said.code != 0
    assert "belongs to a store" in said.err
    assert workbench("doctor", played).code == 0


COMMANDS = """\
[aggregate.task]
[event.task.set]
fields { command: "string" }
[event.task.kept]
fields { data { type: "map", of: "string" } }
[command.set]
creates: "task"
fields { task_id: "string", command: "string" }
emit: "task.set"
[command.keep]
creates: "task"
fields { data { type: "map", of: "string" }, task_id: "string" }
target: "task_id"
emit: "task.kept"
"""


def test_the_fields_of_a_command_may_stand_in_data(workbench, tmp_path):
    (tmp_path / "project.tsk").write_text(COMMANDS)
    lines = [
        {"command": "set", "data": {"task_id": "a", "command": "wash"}},
        {"command": "keep", "data": {"x": "y"}, "task_id": "b"},
        {"command": "set", "task_id": "c"},
    ]
    (tmp_path / "story.ndjson").write_text("\n".join(map(json.dumps, lines)))
    assert "story.ndjson:3:1: C-STORY set: " in workbench("check", tmp_path).out
    (tmp_path / "story.ndjson").write_text("\n".join(map(json.dumps, lines[:2])))
    assert workbench("check", tmp_path).code == 0
    assert workbench("run", tmp_path).code == 0
    assert '"wash"' in workbench("show", tmp_path, "task-a").out
    assert '"y"' in workbench("show", tmp_path, "task-b").out


def test_K8_a_command_over_several_streams_names_each_with_its_version(workbench, tmp_path):
    folder = tmp_path / "transfer"
    shutil.copytree(FLOWS / "transfer", folder)
    words = []
    for name, fields in (
        ("open_account", {"account_id": "a", "owner": "Ada"}),
        ("open_account", {"account_id": "b", "owner": "Bob"}),
        ("credit", {"account_id": "a", "amount": "5", "note": "cash"}),
        ("transfer", {"from_id": "a", "to_id": "b", "amount": "2"}),
    ):
        words += flags({"command": name, **fields})
    said = workbench("run", folder, *words, "--trust")
    assert (
        "transfer account-a: accepted, events: 1 to account-a (version 3), 1 to account-b (version 2)"
        in said.out
    )
    assert "credit account-a: accepted, version 2" in said.out


def test_fields_may_have_the_names_that_begin_a_line_of_a_file(workbench, tmp_path):
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "project.tsk").write_text(
        '[aggregate.mail]\nstate {}\n[event.mail.sent]\nfields { command: "string", expected: "string" }\n'
        '[command.send]\ncreates: "mail"\n'
        'fields { mail_id: "string", command: "string", expected: "string" }\n'
        'emit: "mail.sent"\n'
    )
    fields = ("mail_id=a", "command=x", "expected=y")
    words = [word for one in fields for word in ("--set", one)]
    said = workbench("run", folder, "--command", "send", *words)
    assert "send mail-a: accepted, version 1" in said.out, said.err


def test_a_command_is_issued_many_times(workbench, folder):
    typed = ("run", folder, "--command", "create_user", "--times", "20", "--json")
    fields = ("--set", "user_id=u{n}", "--set", "username=User {n}", "--set", "email={n}@example.org")
    assert workbench(*typed, *fields).json()["commands"] == {"accepted": 20}
    again = workbench(*typed, *fields)
    assert (again.code, again.json()["commands"]) == (3, {"rejected": 20})
    assert len(again.json()["problems"]) == 1
    assert "20 times: " in again.json()["problems"][0]
