"""The list of verbs: its help, what is meant where nothing is said, what is meant where it is misspelt."""

from __future__ import annotations

import subprocess
import sys

import pytest

from workbench.cli.verb_list import NAMES, OTHERS, parse, with_verb


def test_every_verb_stands_in_the_help_with_the_exit_codes(workbench):
    said = workbench("--help")
    assert said.code == 0
    assert all(f"  {name} " in said.out for name in NAMES)
    assert "exit codes: 0 done; 1 it failed" in said.out


@pytest.mark.parametrize("name", NAMES)
def test_every_verb_has_a_help_with_examples_of_its_own(workbench, name):
    said = workbench(name, "--help")
    assert said.code == 0
    assert said.out.startswith(f"usage: workbench {name}")
    examples = said.out.partition("examples:\n")[2].splitlines()
    assert any(f"workbench {name}" in line for line in examples)
    assert len(examples) >= 2
    assert max(map(len, said.out.splitlines())) <= 110


@pytest.mark.parametrize("name", NAMES)
def test_every_action_has_a_help_with_examples_of_its_own(workbench, name):
    for action in NAMES[name].command().actions:
        said = workbench(name, action, "--help")
        assert said.code == 0
        assert f"workbench {name}" in said.out.partition("examples:\n")[2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["shwo", "x"], "unknown command shwo (did you mean show?)"),
        (["fly"], "unknown command fly, and there is no folder of that name"),
        (["streams", "x", "--jsn"], "unknown option --jsn (did you mean --json?)"),
        (["streams", "x", "--zzz=1"], "unknown option --zzz=1"),
        (["streams"], "no project is named, and this folder has no project.tsk; give a project folder"),
        (["show"], "the following arguments are required: STREAM"),
        (["streams", "x", "--limit", "0"], "'0' should be a whole number from 1"),
        (["events", "x", "--after", "-1"], "--after"),
        (["run", "x", "--wait", "soon"], "'soon' should be a duration such as 30s or 2m"),
        (["dead-letters"], "workbench dead-letters list: no project is named"),
        (["dead-letters", "replya", "x"], "unknown action replya (did you mean replay?)"),
        (
            ["run", "--sample", "user"],
            "'user' should be one of users, orders, users-declared, orders-declared",
        ),
        (["run", "--sample", "user"], "(did you mean users?)"),
        (["find", "x", "--kind", "leter"], "command, row (did you mean letter?)"),
        (["dead-letters", "--status", "failed-again"], "(did you mean failed_again?)"),
        (
            ["dead-letters", "x", "--limt", "3"],
            "unknown option --limt (did you mean --limit?); nothing takes 3",
        ),
        (["jobs", "x"], "unknown command jobs (did you mean dead-letters jobs?)"),
        (["log", "x"], "unknown command log (did you mean operations or events or find?)"),
    ],
)
def test_a_wrong_command_line_ends_with_2_and_says_what_is_meant(workbench, words, said):
    answer = workbench(*words)
    assert answer.code == 2
    assert said in answer.err
    assert "--help" in answer.err
    assert answer.out == ""


def test_what_other_programs_call_a_verb_leads_to_verbs_and_actions_that_there_are():
    for word, meant in OTHERS.items():
        assert word not in NAMES
        assert set(meant) <= set(NAMES)


def test_options_of_open_need_no_verb():
    verb, command, options = parse(["--sample", "orders", "--theme", "dark"])
    assert (verb, command.work) == ("open", None)
    assert (options.sample, options.theme, options.project) == ("orders", "dark", None)


def test_a_folder_alone_is_opened(tmp_path):
    verb, _, options = parse([str(tmp_path)])
    assert (verb, options.project) == ("open", tmp_path)


def test_other_verbs_stay_what_they_are():
    assert with_verb(["tour", "pictures"]) == ["tour", "pictures"]
    assert with_verb(["--version"]) == ["--version"]
    assert with_verb([]) == ["open"]


def test_the_version_is_told(workbench):
    assert workbench("--version").out.startswith("Event Workbench 0.")


def test_no_qt_comes_along_and_a_help_imports_nothing_heavy(folder):
    script = (
        "import sys; from workbench.app import run\n"
        "try:\n    run(['streams', '--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = ('pydantic', 'sqlalchemy', 'asyncio', 'msgspec')\n"
        "assert not any(name in sys.modules for name in heavy), sorted(sys.modules)\n"
        f"assert run(['streams', {str(folder)!r}]) == 0\n"
        "qt = ('PySide6', 'qasync', 'pyqtgraph', 'numpy')\n"
        "assert not any(name.split('.')[0] in qt for name in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
