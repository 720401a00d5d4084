"""Faults of a run from the command line (W10, W12, W13)."""

from __future__ import annotations

ADD = (
    "--command",
    "create_user",
    "--set",
    "user_id=ada",
    "--set",
    "username=Ada Love",
    "--set",
    "email=a@x.org",
)


def test_W12_the_projects_own_store_is_left_alone_unless_that_is_said(workbench, folder):
    said = workbench("run", folder, *ADD, "--fault", "fail:welcome-mail")
    assert said.code == 1
    assert "the project's own store" in said.err
    assert "workbench fork" in said.err or "fork the project" in said.err
    assert workbench("log", folder, "--json").out.strip() in ("", "[]") or "create" not in said.out
    assert workbench("run", folder, *ADD, "--fault", "fail:welcome-mail", "--on-project").code == 0


def test_W10_what_struck_and_what_came_of_it_is_told(workbench, folder):
    faults = ("--fault", "fail:welcome-mail", "--fault", "crash:users", "--on-project")
    said = workbench("run", folder, *ADD, *faults, "--json")
    told = said.json()
    assert [(one["fault"], one["struck"]) for one in told["faults_armed"]] == [
        ("fail:welcome-mail:1", 1),
        ("crash:users:1", 1),
    ]
    assert all(one["findings"] == [] for one in told["afterwards"])
    assert told["projections"]["users"] == 1
    assert said.code == 0


def test_W13_what_is_found_ends_with_3_and_is_said(workbench, folder):
    said = workbench(
        "run", folder, *ADD, "--fault", "fail:welcome-mail:100%", "--on-project", "--wait", "30s"
    )
    assert said.code == 3
    assert "fails 100 % of calls (seed 1)" in said.out
    assert "Everything came to its end: no" in said.out
    assert "died in welcome-mail: InjectedFault" in said.out


def test_W10_a_fault_that_there_cannot_be_is_refused_before_anything_is_done(workbench, folder):
    said = workbench("run", folder, *ADD, "--fault", "fail:welcom-mail", "--on-project")
    assert said.code != 0
    assert "did you mean welcome-mail?" in said.err
    assert workbench("run", folder, "--json").json()["faults_armed"] == []


def test_W12_in_a_fork_faults_strike_as_they_are_and_time_passes_for_what_waits(workbench, folder, tmp_path):
    assert workbench("run", folder, *ADD).code == 0
    fork = tmp_path / "fork"
    assert workbench("fork", folder, "1", fork).code == 0
    other = ("user_id=bea", "username=Bea Love", "email=b@x.org")
    add = ("--command", "create_user", *(word for field in other for word in ("--set", field)))
    faults = ("--fault", "fail:welcome-mail", "--fault", "timeout:audit-trail")
    said = workbench("run", fork, *add, *faults, "--wait", "5m", "--json")
    told = said.json()
    assert [one["struck"] for one in told["faults_armed"]] == [1, 1]
    assert told["settled"]
    assert said.code == 0, told["afterwards"]


def test_W13_what_a_fault_holds_beyond_the_wait_is_said_and_is_not_the_flows_fault(workbench, folder):
    for fault, told in (
        ("timeout:welcome-mail", "timeout:welcome-mail:1 holds welcome-mail, for "),
        ("delay:audit-trail:1:1h", "delay:audit-trail:1:1h holds audit-trail, for "),
    ):
        name = fault.partition(":")[0]
        add = [one.replace("ada", name).replace("a@", f"{name}@") for one in ADD]
        said = workbench("run", folder, *add, "--fault", fault, "--on-project", "--wait", "100ms")
        assert said.code == 0, said.out
        assert f"armed faults hold on: {told}" in said.err
        assert "queues were not empty" not in said.err
        assert "Everything came to its end: not yet" in said.out


def test_W13_a_fault_that_held_until_its_end_holds_nothing_more(workbench, folder):
    text = (folder / "project.tsk").read_text()
    (folder / "project.tsk").write_text(text.replace('handler_timeout: "10s"', 'handler_timeout: "100ms"'))
    said = workbench("run", folder, *ADD, "--fault", "timeout:audit-trail", "--on-project", "--json")
    told = said.json()
    assert (told["faults_armed"][0]["struck"], told["faults_armed"][0]["holds"]) == (1, "")
    assert not any(one["open"] or one["findings"] for one in told["afterwards"])
