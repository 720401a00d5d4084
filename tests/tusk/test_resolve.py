"""Variables, the environment and other files: found, or told with the place."""

from __future__ import annotations

import pytest

from workbench.tusk import parse, resolve


@pytest.fixture
def read(tmp_path):
    root = tmp_path / "project"
    root.mkdir()

    def call(text, environ=None, **files):
        for name, content in files.items():
            (root / f"{name}.tsk").write_text(content)
        path = root / "project.tsk"
        path.write_text(text)
        found = resolve(parse(text), path, root=root, environ=environ or {})
        return found.values, [str(problem) for problem in found.problems]

    call.root = root
    return call


def test_variables_are_taken_from_above(read):
    assert read('$a: "5s"\n[s]\nx: $a\ny: [$a, { z: $a }]') == (
        {"s": {"x": "5s", "y": ["5s", {"z": "5s"}]}},
        [],
    )
    _, problems = read("[s]\nx: $later\n$later: 1\ny: $never")
    assert problems[0].startswith("project.tsk:2:4: R-MISSING $later is defined only in line 3")
    assert problems[1].startswith("project.tsk:4:4: R-MISSING nothing defines $never")


def test_variables_are_not_expanded_in_text(read):
    assert read('$a: "5s"\nx: "$a"')[0] == {"x": "$a"}


def test_env_reads_only_its_own_names(read):
    text = 'x: @env("WORKBENCH_X", "d")\ny: @env("PATH", "d")\nz: @env("WORKBENCH_Z")'
    values, problems = read(text, {"WORKBENCH_X": "seen", "PATH": "secret"})
    assert values == {"x": "seen", "y": None, "z": None}
    assert "project.tsk:2:4: R-MISSING @env reads only names that begin with WORKBENCH_" in problems[0]
    assert "the environment has no WORKBENCH_Z" in problems[1]
    assert read('x: @env("WORKBENCH_X", 5)')[0] == {"x": 5}


def test_references_go_to_files_of_the_project(read):
    shared = '$delay: "9s"\n[queue]\ndelay: $delay\nall: { a: 1 }'
    assert read('x: @shared.tsk.get("queue.delay")', shared=shared) == ({"x": "9s"}, [])
    assert read('x: @shared.tsk.get("queue.none")')[1] == [
        "project.tsk:1:4: R-MISSING shared.tsk has no queue.none (name the section and the key)"
    ]
    assert "nofile.tsk cannot be read" in read('x: @nofile.tsk.get("a")')[1][0]


def test_cycles_are_told_with_their_chain(read):
    _, problems = read('x: @a.tsk.get("k")', a='k: @b.tsk.get("k")', b='k: @a.tsk.get("k")')
    assert "R-CYCLE these files refer to each other: project.tsk → a.tsk → b.tsk → a.tsk" in problems[0]


def test_a_chain_of_files_ends(read):
    files = {f"f{n}": f'k: @f{n + 1}.tsk.get("k")' for n in range(6)}
    assert "R-MISSING references go through more than 4 files" in read('x: @f0.tsk.get("k")', **files)[1][0]


def test_problems_of_another_file_name_that_file(read):
    assert read('x: @broken.tsk.get("k")', broken="\nk: oops")[1] == [
        'broken.tsk:2:4: E-QUOTES oops needs quotes (write "oops")'
    ]


def test_nothing_outside_the_project_is_read(read):
    outside = read.root.parent / "outside.tsk"
    outside.write_text('k: "secret"')
    (read.root / "link.tsk").symlink_to(outside)
    values, problems = read('x: @link.tsk.get("k")')
    assert values == {"x": None}
    assert "R-OUTSIDE link.tsk lies outside the project" in problems[0]
