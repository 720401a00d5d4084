"""The scenario files of a folder."""

from __future__ import annotations

import pytest

from workbench.project.scenarios import find_scenarios


def test_a_project_without_the_folder_has_none(tmp_path, users):
    assert find_scenarios(tmp_path, users) == []


def test_a_file_with_mistakes_harms_no_other(tmp_path, users):
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "b.tsk").write_text('"b" { then: "no other events" }')
    (folder / "a.tsk").write_bytes(b'"a" { then: \xff }')
    (folder / "notes.txt").write_text("not read")
    bad, good = find_scenarios(tmp_path, users)
    assert (bad.name, bad.scenarios) == ("scenarios/a.tsk", ())
    assert [str(problem) for problem in bad.problems] == [
        "scenarios/a.tsk:1:13: E-UTF8 not UTF-8 (save the file as UTF-8)"
    ]
    assert [scenario.title for scenario in good.scenarios] == ["scenarios/b.tsk: b"]


def test_what_cannot_be_read_is_a_problem_of_its_own(tmp_path, users):
    (tmp_path / "scenarios" / "folder.tsk").mkdir(parents=True)
    (file,) = find_scenarios(tmp_path, users)
    assert "E-READ it cannot be read" in str(file.problems[0])


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "$x: 1\n"])
def test_a_file_without_scenarios_is_fine(tmp_path, users, text):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "a.tsk").write_text(text)
    (file,) = find_scenarios(tmp_path, users)
    assert (file.scenarios, file.problems) == ((), ())


def test_one_mistake_leaves_the_other_scenarios_of_its_file(tmp_path, users):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "a.tsk").write_text(
        """\
$fly: { command: "fly" }
"a" { then: "no other events" }
"b" { when: $fly, then: "no other events" }
"c" { when: $fly, then: "no other events" }
"d" { when: { command: "fly" } }
"e" { then: "no other events" }
"""
    )
    (file,) = find_scenarios(tmp_path, users)
    assert [scenario.name for scenario in file.scenarios] == ["a", "e"]
    assert [str(problem)[:37] for problem in file.problems] == [
        "scenarios/a.tsk:1:18: S-REF the model",
        "scenarios/a.tsk:5:1: S-TYPE a scenari",
        "scenarios/a.tsk:5:24: S-REF the model",
    ]
