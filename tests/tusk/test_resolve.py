"""Variables, the environment and other files: found, or told with the place."""

from __future__ import annotations

import os

import pytest

from workbench.tusk import parse, resolve
from workbench.tusk.splice import splice


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


def test_env_is_read_as_what_its_default_is(read):
    text = 'n: @env("WORKBENCH_N", 5)\nf: @env("WORKBENCH_F", 0.5)\nb: @env("WORKBENCH_B", true)'
    environ = {"WORKBENCH_N": "12", "WORKBENCH_F": "2.5", "WORKBENCH_B": "False"}
    assert read(text, environ) == ({"n": 12, "f": 2.5, "b": False}, [])
    _, problems = read(text, {"WORKBENCH_N": "many", "WORKBENCH_B": "no"})
    assert problems == [
        "project.tsk:1:4: R-ENV WORKBENCH_N should be a number (set WORKBENCH_N again)",
        "project.tsk:3:4: R-ENV WORKBENCH_B should be true or false (set WORKBENCH_B again)",
    ]


def test_secrets_of_the_environment_are_masked_wherever_they_are_said(read):
    text = 'a: @env("WORKBENCH_API_KEY")\nb: @env("WORKBENCH_DB")'
    environ = {"WORKBENCH_API_KEY": "s3cret", "WORKBENCH_DB": "plain"}
    path = read.root / "project.tsk"
    found = resolve(parse(text), path, root=read.root, environ=environ)
    assert found.values == {"a": "s3cret", "b": "plain"}
    assert found.masked("s3cret is no name, plain is one") == "•••• is no name, plain is one"


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


def test_a_cycle_over_other_keys_is_one_too(read):
    _, problems = read('x: @a.tsk.get("one")', a='one: @b.tsk.get("two")', b='two: @a.tsk.get("one")')
    chain = "project.tsk → a.tsk → b.tsk → a.tsk"
    hint = "write one of the values itself"
    assert problems == [f"b.tsk:1:6: R-CYCLE these files refer to each other: {chain} ({hint})"]
    assert "R-CYCLE" in read('x: @project.tsk.get("y")\ny: 1')[1][0]
    assert "R-CYCLE" in read('x: @a.tsk.get("k")', a='$v: @a.tsk.get("k")\nk: $v')[1][0]


def test_two_files_may_read_other_keys_of_each_other(read):
    files = {"a": 'one: @b.tsk.get("two")\nthree: 3', "b": 'two: @a.tsk.get("three")'}
    assert read('x: @a.tsk.get("one")', **files) == ({"x": 3}, [])


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


def test_links_that_lead_nowhere_or_to_themselves_are_told(read):
    (read.root / "loop.tsk").symlink_to(read.root / "loop.tsk")
    (read.root / "gone.tsk").symlink_to(read.root / "nowhere.tsk")
    (read.root / "folder.tsk").mkdir()
    os.mkfifo(read.root / "pipe.tsk")
    for name in ("loop", "gone", "folder", "pipe", "a" * 3000):
        (problem,) = read(f'x: @{name}.tsk.get("k")')[1]
        assert problem.startswith(f"project.tsk:1:4: R-MISSING {name}.tsk cannot be read")


def test_a_link_inside_the_project_is_followed(read):
    (read.root / "parts").mkdir()
    (read.root / "parts" / "real.tsk").write_text('k: @other.tsk.get("k")')
    (read.root / "parts" / "other.tsk").write_text("k: 7")
    (read.root / "link.tsk").symlink_to(read.root / "parts" / "real.tsk")
    assert read('x: @link.tsk.get("k")\ny: @parts/real.tsk.get("k")') == ({"x": 7, "y": 7}, [])


def test_a_broken_file_is_told_once_however_often_it_is_named(read):
    text = "\n".join(f'x{n}: @broken.tsk.get("k")' for n in range(3))
    _, problems = read(text, broken="k: oops")
    assert [problem.split(" ")[1] for problem in problems] == ["E-QUOTES", "R-MISSING", "R-MISSING"]


def test_a_file_that_is_too_large_is_not_read_whole(read):
    (read.root / "large.tsk").write_bytes(b"#" * 5_000_000)
    assert "large.tsk:1:1: E-SIZE" in read('x: @large.tsk.get("k")')[1][0]


def test_a_few_lines_cannot_blow_up(read):
    doubled = "\n".join(f"$v{n + 1}: [$v{n}, $v{n}]" for n in range(40))
    _, problems = read(f'$v0: ["lol"]\n{doubled}\n[s]\nx: $v40')
    assert "R-LIMIT nested deeper than 8" in problems[0]
    assert len(problems) < 50
    wide = "[" + ", ".join("1" for _ in range(150)) + "]"
    many = "[" + ", ".join("$a" for _ in range(150)) + "]"
    _, problems = read(f"$a: {wide}\n$b: {many}\nx: $b")
    assert [problem.split(" ")[:2] for problem in problems] == [["project.tsk:2:5:", "R-LIMIT"]]
    uses = "\n".join(f"x{n}: $a" for n in range(2_000))
    _, problems = read(f"$a: {wide}\n{uses}")
    assert [problem.split(" ")[1] for problem in problems] == ["R-LIMIT"]


def test_a_long_chain_of_variables_is_followed(read):
    chain = "\n".join(f"$v{n + 1}: $v{n}" for n in range(9_000))
    assert read(f"$v0: 1\n{chain}\nx: $v9000") == ({"x": 1}, [])


def test_a_key_in_quotes_is_no_variable(read):
    assert read('$a: 1\nx: { "$b": $a, c: 2 }') == ({"x": {"$b": 1, "c": 2}}, [])


def test_what_needs_nothing_else_is_kept_and_the_rest_is_looked_up_again(tmp_path):
    document = parse('[a]\nx: [1, { y: 2 }]\n[b]\n$v: 2\ny: $v\nz: @env("WORKBENCH_K", 3)\nw: $none\n')
    path = tmp_path / "project.tsk"
    first = resolve(document, path, root=tmp_path, environ={})
    moved = splice(document, 0, 3, "[c]\nx: 0\n[a]")
    second = resolve(moved, path, root=tmp_path, environ={"WORKBENCH_K": "4"})
    assert second.values == {"c": {"x": 0}, "a": {"x": [1, {"y": 2}]}, "b": {"y": 2, "z": 4, "w": None}}
    assert (first.values["b"]["z"], [one.line for one in first.problems]) == (3, [7])
    assert [one.line for one in second.problems] == [9], "it is told where it stands now"
    second.values["a"]["more"] = True
    assert "more" not in resolve(moved, path, root=tmp_path, environ={}).values["a"]
