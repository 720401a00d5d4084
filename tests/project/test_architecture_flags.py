"""The architecture sections of guides: true is a promise that a check holds, false forbids, with a place."""

from __future__ import annotations

import pytest

from workbench.errors import ProjectError
from workbench.project.architecture_flags import PROMISES, unmet
from workbench.project.project import load_project
from workbench.project.project_file import read_settings
from workbench.project.samples import copy_sample


@pytest.fixture
def root(tmp_path):
    return copy_sample("orders-declared", tmp_path / "orders")


@pytest.fixture
def flagged(root):
    """Opens the sample with some flags put behind it."""
    text = (root / "project.tsk").read_text()

    def load(flags):
        (root / "project.tsk").write_text(f"{text}\n{flags}")
        file = read_settings(root, environ={})
        return load_project(root, environ={}, trusted=False, file=file), file

    return load


def test_every_flag_is_a_setting_and_the_other_way_round(flagged):
    _, file = flagged("")
    for section, flags in PROMISES.items():
        assert set(type(getattr(file.settings, section)).model_fields) == set(flags), section


def test_a_whole_sample_keeps_every_promise_of_its_kind(flagged):
    said = "\n".join(
        f"[{section}]\n" + "\n".join(f"{flag}: true" for flag in flags) for section, flags in PROMISES.items()
    )
    project, file = flagged(said)
    missing = {problem.message.split()[0] for problem in unmet(file, project.registry)}
    queries, queues = bool(project.registry.queries), "point_to_point"
    assert missing <= {queues, *(() if queries else ("query_handlers",))}


@pytest.mark.parametrize(("section", "flag"), [(s, f) for s, flags in PROMISES.items() for f in flags])
def test_an_empty_project_keeps_no_promise_and_says_so_at_the_flag(tmp_path, section, flag):
    (tmp_path / "project.tsk").write_text(f"[{section}]\n{flag}: true\n")
    file = read_settings(tmp_path, environ={})
    project = load_project(tmp_path, environ={}, trusted=False, file=file)
    (problem,) = unmet(file, project.registry)
    assert (problem.code, problem.line) == ("S-PROMISE", 2)
    assert problem.message.startswith(f"{flag} is true, yet the project has no ")


@pytest.mark.parametrize(("section", "flag"), [(s, f) for s, flags in PROMISES.items() for f in flags])
def test_an_empty_project_breaks_no_prohibition(tmp_path, section, flag):
    (tmp_path / "project.tsk").write_text(f"[{section}]\n{flag}: false\n")
    file = read_settings(tmp_path, environ={})
    assert unmet(file, load_project(tmp_path, environ={}, trusted=False, file=file).registry) == []


@pytest.mark.parametrize(
    ("section", "flag", "said"),
    [
        ("event_driven_architecture", "event_sourcing", "order is an aggregate"),
        ("event_configuration", "enable_cqrs", "is a projection"),
        ("event_driven_architecture", "message_queues", "is a subscription"),
        ("event_configuration", "enable_streaming", "is a pro"),
        ("event_sourcing", "event_replay", "is made from all events"),
        ("cqrs_architecture", "command_handlers", "is a command"),
        ("cqrs_architecture", "read_models", "is a projection"),
        ("message_queues", "publish_subscribe", "is publish/subscribe"),
    ],
)
def test_false_forbids_and_names_the_place_of_what_is_there(root, flagged, section, flag, said):
    with pytest.raises(ProjectError) as told:
        flagged(f"[{section}]\n{flag}: false\n")
    found = [one for one in told.value.problems if said in one.message]
    assert found
    assert all(one.message.startswith(f"{flag} is false, yet ") for one in told.value.problems)
    lines = (root / "project.tsk").read_text().splitlines()
    name = next(
        word
        for word in found[0].message.split("yet ")[1].split()
        if word not in {"subscription", "projection"}
    )
    assert name in lines[found[0].line - 1]


def test_a_queue_where_none_may_be_is_named(tmp_path):
    (tmp_path / "project.tsk").write_text(
        '[topics]\nmail {}\n[subscriptions]\nx { topic: "mail", handler: "h", mode: "point_to_point" }\n'
        '[handler.h]\npublish: "mail"\n[message_queues]\npoint_to_point: false\n'
    )
    with pytest.raises(ProjectError, match="point_to_point is false, yet subscription x is a queue") as told:
        load_project(tmp_path, environ={}, trusted=False)
    assert told.value.problems[0].line == 4


def test_without_snapshots_none_are_taken_and_none_may_be_asked_for(tmp_path):
    flag = "[event_sourcing]\nsnapshot_pattern: false\n"
    (tmp_path / "project.tsk").write_text(flag)
    assert load_project(tmp_path, environ={}, trusted=False).snapshot_every == 0
    for more in ("[event_store]\nsnapshot_every: 10\n", "[aggregate.a]\nsnapshot_every: 10\n"):
        (tmp_path / "project.tsk").write_text(flag + more)
        with pytest.raises(ProjectError, match="snapshot_pattern is false") as told:
            load_project(tmp_path, environ={}, trusted=False)
        assert told.value.problems[0].line == 4


def test_flags_that_change_what_the_engine_does_reach_the_model(flagged):
    project, _ = flagged("[message_queues]\ndead_letter_queues: false\nmessage_persistence: false\n")
    assert not any(one.dead_letters for one in project.registry.subscriptions.values())
    assert not any(one.persistent for one in project.registry.topics.values())
    project, _ = flagged("")
    assert all(one.dead_letters for one in project.registry.subscriptions.values())
    assert all(one.persistent for one in project.registry.topics.values())


@pytest.mark.parametrize(
    "text", ["[message_queues]\npoint_to_pint: true", "[event_sourcing]\nevent_replay: 1"]
)
def test_what_a_flag_cannot_be_is_told(tmp_path, text):
    (tmp_path / "project.tsk").write_text(text)
    with pytest.raises(ProjectError):
        load_project(tmp_path, environ={}, trusted=False)
