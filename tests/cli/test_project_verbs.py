"""Projects from the command line: a newcomer's walk, every problem with its place, the model on paper."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.cli.conftest import SETTINGS
from tests.conftest import ROOT
from tests.services.design.marks.mark_examples import EXAMPLES
from workbench.services.project.new_project import TEMPLATES
from workbench.tusk import read_file

CHECKED = """
import sys
from workbench.app import run

run(["check", sys.argv[1]])
print("sqlmodel" in sys.modules)
"""


def test_a_newcomers_walk(workbench, tmp_path):
    shop = tmp_path / "shop"
    begun = workbench("new", shop, "--template", "users")
    assert begun.code == 0
    assert f"workbench check {shop}" in begun.out
    checked = workbench("check", shop)
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.startswith("shop: no problems; 2 aggregates, 5 commands")
    words = ("--set", "user_id=ada", "--set", "username=Ada Lovelace", "--set", "email=ada@example.org")
    ran = workbench("run", shop, "--command", "create_user", *words)
    assert ran.code == 0
    assert "create_user user-ada: accepted, version 1" in ran.out
    shown = workbench("show", shop, "user-ada")
    assert shown.code == 0
    assert '+ username: "Ada Lovelace"' in shown.out
    written = workbench("docs", shop, "--output", tmp_path / "MODEL.md")
    assert written.code == 0
    text = (tmp_path / "MODEL.md").read_text()
    assert text.startswith("# shop\n")
    assert "#### Command `create_user`" in text


def test_a_project_begins_with_a_model_of_another_tool_and_hands_its_own_out(workbench, tmp_path):
    parcel = {"title": "Send Parcel", "aggregate": "Parcel", "fields": [{"name": "weight", "type": "Int"}]}
    sent = {"title": "Parcel Sent", "aggregate": "Parcel", "fields": [{"name": "at", "type": "DateTime"}]}
    (tmp_path / "config.json").write_text(json.dumps({"slices": [{"commands": [parcel], "events": [sent]}]}))
    made = workbench("new", tmp_path / "shop", "--event-model", tmp_path / "config.json")
    assert made.code == 0
    assert "event parcel.sent: not all that leads to it gives at, so it may be null" in made.err
    assert workbench("check", tmp_path / "shop").code == 0
    drawn = workbench("docs", tmp_path / "shop", "--format", "mermaid")
    assert "rf 001 cmd SendParcel" in drawn.out
    out = workbench("docs", tmp_path / "shop", "--format", "event-model")
    (part,) = json.loads(out.out)["slices"]
    assert [one["id"] for one in part["events"]] == ["event:parcel.sent"]


def test_a_file_that_is_no_model_begins_no_project(workbench, tmp_path):
    (tmp_path / "config.json").write_text('{"slices": 1}')
    made = workbench("new", tmp_path / "shop", "--event-model", tmp_path / "config.json")
    assert made.code == 1
    assert "is no event model: slices: Input should be a valid list" in made.err
    assert not (tmp_path / "shop").exists()


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_makes_a_project_that_checks_and_runs(workbench, tmp_path, template):
    folder = tmp_path / "mine"
    said = workbench("new", folder, "--template", template, "--json").json()
    assert (said["folder"], said["template"]) == (str(folder), template)
    assert str(folder / "project.tsk") in said["files"]
    assert (folder / ".gitignore").read_text() == "data/\n__pycache__/\n"
    checked = workbench("check", folder, "--json")
    assert checked.code == 0
    assert (checked.json()["project"], checked.json()["complete"]) == ("mine", True)
    if (folder / "scenarios").exists():
        assert workbench("test", folder).code == 0


def test_an_empty_project_runs_and_documents_itself(workbench, tmp_path):
    workbench("new", tmp_path / "mine")
    ran = workbench("run", tmp_path / "mine")
    assert ran.code == 0
    assert ran.out.startswith("mine: commands: none\nposition 0, 0 streams")
    assert workbench("docs", tmp_path / "mine").code == 0
    assert workbench("streams", tmp_path / "mine").out == "no streams\n"


def test_a_folder_that_is_not_empty_is_left_as_it_is(workbench, tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    said = workbench("new", tmp_path)
    assert (said.code, said.out) == (1, "")
    assert "exists already and is not empty" in said.err
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["note.txt"]


def test_an_unknown_template_names_the_nearest(workbench, tmp_path):
    said = workbench("new", tmp_path / "x", "--template", "user")
    assert said.code == 1
    assert "did you mean users?" in said.err
    assert not (tmp_path / "x").exists()


def test_every_problem_has_its_place(workbench, folder):
    path = folder / "project.tsk"
    text = path.read_text().replace("snapshot_every", "snapshot_evry").replace("in_flight", "in_fligt")
    path.write_text(text.replace("jitter: 0.1\n", 'jitter: "much"\n'))
    with (folder / "domain.py").open("a") as module:
        module.write("def broken(:\n")
    said = workbench("check", folder)
    assert said.code == 3
    assert said.err == "3 problems\n"
    lines = said.out.splitlines()
    assert lines[0] == (
        f"{path}:9:1: S-UNKNOWN snapshot_evry is not a setting here (did you mean snapshot_every?)"
    )
    assert lines[1].startswith(f"{path}:16:")
    assert lines[2].startswith(f"{folder / 'domain.py'}:")
    assert lines[2].endswith("M-IMPORT SyntaxError: invalid syntax")


def test_problems_as_json(workbench, folder):
    path = folder / "project.tsk"
    path.write_text(path.read_text().replace('topic: "audit"', 'topic: "audt"'))
    said = workbench("check", folder / "project.tsk", "--json")
    assert said.code == 3
    (problem,) = said.json()["problems"]
    assert (problem["file"], problem["code"]) == (str(path), "S-REF")
    assert problem["message"] == "the topic audt is not declared"
    assert problem["hint"].startswith("declared are:")
    assert (problem["line"], problem["column"]) == (56, 12)


def test_a_module_that_nobody_trusts_is_not_imported_but_its_syntax_is_checked(workbench, foreign, tmp_path):
    with (foreign / "domain.py").open("a") as module:
        module.write(f"open({str(tmp_path / 'canary')!r}, 'w').close()\n")
    said = workbench("check", foreign, "--json")
    assert said.code == 1
    assert (said.json()["complete"], said.json()["problems"]) == (False, [])
    assert "not trusted yet" in said.err
    assert "--trust" in said.err
    for words in (["run"], ["docs"], ["projections"], ["projections", "rebuild"], ["dead-letters", "replay"]):
        rest = [foreign, *(["users"] if "rebuild" in words else ["--all"] if "replay" in words else [])]
        refused = workbench(*words, *rest)
        assert refused.code == 1, words
        assert "--trust" in refused.err
    for words in (["subscriptions", foreign], ["show", foreign, "user-ada"]):
        told = workbench(*words)
        assert told.code == 0
        assert "--trust" in told.err
    assert not (tmp_path / "canary").exists()
    with (foreign / "domain.py").open("a") as module:
        module.write("def broken(:\n")
    assert workbench("check", foreign).code == 3
    assert not (tmp_path / "canary").exists()


def test_trust_is_remembered_until_the_module_changes(workbench, foreign):
    assert workbench("check", foreign, "--trust").code == 0
    assert workbench("check", foreign).code == 0
    with (foreign / "domain.py").open("a") as module:
        module.write("# again\n")
    assert workbench("check", foreign).code == 1


def test_a_wrong_file_is_told_by_every_verb(workbench, folder):
    path = folder / "project.tsk"
    path.write_text(path.read_text().replace("snapshot_every: 10", "snapshot_evry: ten"))
    said = workbench("streams", folder)
    assert said.code == 1
    assert "project.tsk:9:16: E-QUOTES ten needs quotes" in said.err


def test_a_folder_that_is_no_project_says_what_to_do(workbench, tmp_path):
    for verb in (["check"], ["streams"], ["docs"]):
        missing = workbench(*verb, tmp_path / "none")
        assert missing.code == 1
        assert "there is no" in missing.err
        bare = workbench(*verb, tmp_path)
        assert bare.code == 1
        assert "project.tsk" in bare.err


def test_docs_go_to_the_terminal_unless_a_file_is_named(workbench, folder, tmp_path):
    printed = workbench("docs", folder)
    assert workbench("docs", folder, "--output", tmp_path / "m.md").code == 0
    assert (tmp_path / "m.md").read_text() == printed.out
    refused = workbench("docs", folder, "--output", tmp_path)
    assert refused.code == 1
    assert "cannot be written" in refused.err


def test_the_store_is_not_opened_by_a_check(workbench, folder):
    assert workbench("check", folder).code == 0
    assert workbench("docs", folder).code == 0
    assert not (folder / "data").exists()
    said = json.loads(workbench("check", folder, "--json").out)
    assert said["model"]["commands"] == 5


def test_a_check_says_what_each_thing_does_and_after_which_rules(workbench, tmp_path):
    workbench("new", tmp_path / "sale", "--template", "auction")
    said = json.loads(workbench("check", tmp_path / "sale", "--json").out)["flows"]
    nothing = {"cause": "", "words": "", "given": ""}
    assert said["command:pay"][0] == {**nothing, "verb": "emits", "name": "auction.paid"}
    assert [one["name"] for one in said["command:pay"] if one["verb"] == "refuses"] == ["other"]
    assert said["event:auction.closed"] == [{**nothing, "verb": "sets", "name": "phase", "words": "'closed'"}]
    told = said["subscription:payment"][0]
    assert (told["verb"], told["words"]) == ("issues", "at event.pay_until")
    assert told["given"] == "with auction_id = id, its refusal is ignored"


NOTES = """\
[aggregate.note]
state { size: "integer" }
[event.note.made]
fields { size: "integer?", price: "money" }
set { size: "event.size == null ? 0 : 1" }
[command.make]
creates: "note"
by: "writer"
fields { id: "string", size: "integer?", price: "money" }
refuse { large { when: "command.size > 9", message: "too large" } }
emit: "note.made"
[projection.notes]
columns { id: "text", price: "number" }
on { "note.made": { put { price: "event.price" } } }
"""


def test_what_may_fail_for_some_data_is_told_and_hinders_nothing_but_strict(workbench, tmp_path):
    (tmp_path / "project.tsk").write_text(NOTES)
    found = workbench("check", tmp_path)
    assert found.code == 0
    who, size, price = [line.partition(" (")[0].rpartition("/")[2] for line in found.out.splitlines()[:3]]
    assert who == "project.tsk:8:5: warning A-GIVER there is no actor or outside system writer"
    assert size == "project.tsk:10:25: warning A-NULL command.size may be null, and > does not take null"
    assert price.startswith("project.tsk:14:34: warning A-MONEY price is a number, which rounds")
    assert "no problems, 3 marks (--advise says more); 1 aggregate" in found.out
    assert found.err == ""
    assert workbench("check", tmp_path, "--strict").code == 3
    said = json.loads(workbench("check", tmp_path, "--json").out)
    assert (len(said["problems"]), len(said["marks"])) == (0, 3)
    made = workbench(
        "run", tmp_path, "--command", "make", "--set", "id=a", "--set", "price=1", "--set", "size=3"
    )
    assert made.code == 0


def test_what_can_never_run_right_is_refused(workbench, tmp_path):
    (tmp_path / "project.tsk").write_text(NOTES.replace("command.size > 9", "1 / 0 == 1"))
    found = workbench("check", tmp_path)
    assert found.code == 3
    assert "nothing can be divided by 0" in found.out


HOSTILE = "\nimport pathlib\npathlib.Path({canary!r}).touch()\n"


@pytest.mark.parametrize(
    "words",
    [["check"], ["doctor"], ["docs"], ["test"], ["run"], ["projections"], ["subscriptions"], ["metrics"]],
    ids=lambda words: words[0],
)
def test_T2_no_verb_hashes_one_file_and_runs_another(workbench, foreign, monkeypatch, tmp_path, words):
    """The file is the trusted one when it is first read, and another whenever it is read again."""
    assert workbench("check", foreign, "--trust").code == 0
    canary, reads = tmp_path / "canary", []

    def read(path, largest):
        data = read_file(path, largest)
        reads.append(path)
        seen = reads.count(path) > 1 and path.name == "domain.py"
        return data + HOSTILE.format(canary=str(canary)).encode() if seen else data

    monkeypatch.setattr("workbench.project.python_sources.read_file", read)
    said = workbench(*words, foreign)
    assert said.code in {0, 3}, said  # the fixture's retries are others than one scenario expects
    assert not canary.exists()


def lines_of(said):
    return [line.partition("things/")[2] for line in said.out.splitlines() if "things/" in line]


def test_check_finds_what_the_parts_of_a_model_say_of_each_other(workbench, things):
    root = things(
        ("(On(Made, put),)", "(On(Made, put), On('thing.gone', put))"),
        ('    name="thing",', '    name="thing-a",'),
    )
    said = workbench("check", root)
    assert said.code == 3
    assert [line.partition(":")[2].partition(" (")[0] for line in lines_of(said)] == [
        "37:10: M-MODEL aggregate thing-a: its streams would be taken for those of 'thing'",
        "40:24: M-MODEL projection things: no aggregate has the event thing.gone",
    ]


def test_check_says_which_command_has_no_field_for_an_id(workbench, things):
    root = things(("class Touch(Command):", "class Touch(Command):\n    target = 'who'"))
    said = workbench("check", root)
    assert said.code == 3
    assert [line.partition(":")[2].partition(" (")[0] for line in lines_of(said)] == [
        "8:10: M-MODEL the target of command touch is who, which is none of its fields"
    ]


def test_check_reads_the_story_as_run_would(workbench, things):
    root = things()
    lines = [
        '{"command": "make", "id": "a"}',
        '{"command": "mak"}',
        "",
        '{"command": "make"}',
        "{",
        "[]",
        '{"n": 1}',
    ]
    (root / "story.ndjson").write_text("\n".join(lines))
    said = workbench("check", root)
    assert said.code == 3
    assert [line.partition(" ")[0] for line in lines_of(said)] == [
        f"story.ndjson:{n}:1:" for n in (2, 4, 5, 6, 7)
    ]
    assert workbench("run", root).code == 3


CHANGES = {
    "a field": (
        ("n: int = 0\n    api", "n: str\n    api"),
        "does not fit thing.made",
        "make it version 2, with an upcast from 1",
    ),
    "a name": (('"thing.made"', '"thing.done"'), "does not know the event type", "declare thing.made again"),
    "a rule": (
        ("return State(n=1)", "raise KeyError(event.api_key)"),
        "position 1 cannot be folded",
        "fix evolve of thing",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_check_finds_stored_events_that_a_change_of_the_model_breaks(workbench, things, change):
    root = things()
    for name in ("a", "b"):
        assert workbench("run", root, "--command", "make", "--set", f"id={name}").code == 0
    before = (root / "data" / "events.db").read_bytes()
    (old, new), message, way_out = CHANGES[change]
    said = workbench("check", things((old, new)), "--json")
    assert said.code == 3
    (found,) = said.json()["problems"]
    assert found["code"] == "E-STORED"
    assert found["message"].startswith("2 stored events of thing.made, version 1: ")
    assert message in found["message"]
    assert way_out in found["hint"]
    assert "hunter2" not in said.out
    assert (root / "data" / "events.db").read_bytes() == before


def test_check_takes_stored_events_of_others_as_they_are(workbench, things, log):
    root = things()
    assert workbench("import", root, log, "--stream", "repo.name", "--type", "type").code == 0
    assert workbench("check", root).code == 0


def test_T3_check_tells_a_store_outside_and_remembers_that_it_is_allowed(workbench, things, tmp_path):
    root = things(settings=f'[event_store]\npath: "../elsewhere.db"\n{SETTINGS}')
    (tmp_path / "config" / "stores.json").unlink()
    said = workbench("check", root)
    assert said.code == 3
    assert f"project.tsk:2:7: S-STORE the store {tmp_path / 'elsewhere.db'} lies outside" in said.out
    assert workbench("run", root, "--command", "make", "--set", "id=a").code == 1
    assert workbench("check", root, "--trust").code == 0
    assert workbench("run", root, "--command", "make", "--set", "id=a").code == 0


def test_check_says_which_topics_nobody_reads(workbench, things):
    root = things(settings='[topics]\nall {}\n[routing]\ndefault_topic: "all"\n[cqrs]\nmodules: ["domain"]\n')
    said = workbench("check", root)
    assert said.code == 0
    told = "topic all: events are routed to it, and no subscription reads it"
    way = "(add a subscription, route the events elsewhere, or remove the topic)"
    assert f"{told} {way}\n" in workbench("check", root, "--advise").out
    assert "no problems, 1 mark (--advise says more)" in said.out


def test_check_advises_with_places_and_ways_out(workbench, tmp_path):
    root = tmp_path / "parcels"
    root.mkdir()
    (root / "project.tsk").write_text(EXAMPLES["A-END"][1])
    line = EXAMPLES["A-END"][1].splitlines().index("[process.watch]") + 1
    way = "write ends: true at the event after which nothing more happens"
    plain, advised = workbench("check", root), workbench("check", root, "--advise")
    assert (plain.code, plain.err, advised.code, advised.err) == (0, "", 0, "")
    assert advised.out.splitlines() == [
        *plain.out.replace(" (--advise says more)", "").splitlines(),
        f"{root}/project.tsk:{line}:1: A-END no event ends watch ({way})",
        "  Each of its instances is kept for ever.",
        "  - End the process at parcel.sent (adds ends: true)",
    ]
    (mark,) = json.loads(workbench("check", root, "--json").out)["marks"]
    assert (mark["severity"], mark["part"], mark["code"], mark["line"]) == (
        "advice",
        "process watch",
        "A-END",
        line,
    )
    assert mark["fixes"] == [{"label": "End the process at parcel.sent", "effect": "adds ends: true"}]


def test_a_check_without_a_store_imports_no_library_of_one():
    sample = ROOT / "resources" / "samples" / "users-declared"
    done = subprocess.run([sys.executable, "-c", CHECKED, sample], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
