"""Many dead letters from the command line: grouped, patched, sent by a ladder, noted."""

from __future__ import annotations

import json

import pytest

EMAIL = "email=data.email.replace('invalid', 'example')"


def test_letters_are_grouped_and_each_group_once_more(workbench, played):
    said = workbench("dead-letters", played, "--group-by", "subscription", "--then", "key", "--json").json()
    assert (said["found"], said["of"]) == (4, 4)
    (group,) = said["groups"]
    assert (group["value"], group["count"], group["share"]) == ("welcome-mail", 4, 1.0)
    assert [part["count"] for part in group["groups"]] == [1, 1, 1, 1]
    table = workbench("dead-letters", played, "--group-by", "data.email.contains('invalid')").out
    assert "4 of 4" in table
    assert "true" in table
    assert "no CEL" not in table
    wrong = workbench("dead-letters", played, "--group-by", "nonsense(")
    assert wrong.code == 1


def test_letters_are_searched(workbench, played):
    found = workbench("dead-letters", played, "--where", "data.email.contains('invalid')", "--json").json()
    assert [one["key"] for one in found] == ["user-alan"]
    found = workbench("dead-letters", played, "--words", "ALAN invalid", "--json").json()
    assert [one["key"] for one in found] == ["user-alan"]
    assert (
        workbench("dead-letters", played, "--is", "key=user-alan", "--is", "type=none", "--json").json() == []
    )
    assert workbench("dead-letters", played, "--is", "alone").code == 1


@pytest.mark.parametrize(
    "asked",
    [
        ("--where", "data.emial == 'x'"),
        ("--where", "data.emial == 'x'", "--group-by", "type"),
        ("--is", "emial=x"),
        ("--is", "emial=x", "--group-by", "type"),
        ("--group-by", "emial"),
        ("--group-by", "type", "--then", "emial", "--json"),
    ],
)
def test_a_field_that_no_letter_has_is_refused_with_the_name_that_may_be_meant(workbench, played, asked):
    said = workbench("dead-letters", played, *asked)
    assert (said.code, said.out) == (1, "")
    assert "emial (did you mean email?)" in said.err


def test_a_field_that_only_the_letters_found_do_not_have_is_no_mistake(workbench, played):
    workbench("dead-letters", "purge", played, "--all")
    said = workbench("dead-letters", played, "--group-by", "email")
    assert (said.code, said.out.splitlines()[0]) == (0, "no dead letters")


def test_how_many_letters_fit_is_told_where_not_all_of_them_are_listed(workbench, played):
    said = workbench("dead-letters", played, "--where", "data.email != ''", "--limit", "2").out.splitlines()
    assert said[-2:] == ["4 letters found, the newest 2 listed", "in all: 4 open"]
    said = workbench("dead-letters", played, "--words", "alan").out.splitlines()
    assert said[-2:] == ["1 letter found", "in all: 4 open"]


def test_L6_a_patch_is_previewed_and_nothing_is_done(workbench, played):
    chosen = ("dead-letters", "repair", played, "--words", "invalid", "--cel", EMAIL)
    said = workbench(*chosen, "--preview")
    assert said.code == 0
    assert "1 of 1 fit the schema of their type" in said.out
    assert '"alan@bletchley.invalid" -> "alan@bletchley.example"' in said.out
    assert len(workbench("dead-letters", played, "--json").json()) == 4
    wrong = workbench("dead-letters", "repair", played, "--all", "--set", "email:=3", "--preview", "--json")
    assert wrong.code == 3
    assert (wrong.json()["fit"], len(wrong.json()["left_out"][0]["numbers"])) == (0, 4)


def test_L6_a_field_that_no_letter_has_is_told(workbench, played):
    chosen = ("dead-letters", "repair", played, "--all", "--preview")
    assert "no letter has emial" in workbench(*chosen, "--replace", "emial", "x", "y").out
    assert "no letter has" not in workbench(*chosen, "--replace", "email", "x", "y").out


def test_L6_a_field_that_no_schema_has_is_written_only_where_that_is_insisted_on(workbench, played):
    chosen = ("dead-letters", "repair", played, "--words", "invalid", "--set", "emial=x", "--json")
    said = workbench(*chosen)
    assert (said.code, "fates" in said.json()) == (3, False)
    assert "emial is no field of user.created" in said.json()["unknown"][0]["why"]
    assert workbench("dead-letters", played, "--status", "open", "--json").json()[0]["number"]
    assert len(workbench("dead-letters", played, "--status", "open", "--json").json()) == 4
    assert "fates" in workbench(*chosen, "--anyway").json()


@pytest.mark.parametrize(
    "act", [("replay",), ("purge",), ("repair", "--set", "email=x"), ("note", "--owner", "ann")]
)
def test_L5_a_choice_by_what_no_letter_has_is_refused(workbench, played, act):
    verb, *rest = act
    found = workbench("dead-letters", verb, played, "--is", "emial=x", *rest)
    assert (found.code, "no letter has a field emial (did you mean email?)" in found.err) == (1, True)
    assert workbench("dead-letters", verb, played, "--is", "email=none", *rest).code in (0, 3)
    assert len(workbench("dead-letters", played, "--status", "open", "--json").json()) == 4


def test_L6_a_text_is_replaced_within_a_field(workbench, played):
    chosen = ("dead-letters", "repair", played, "--all", "--preview")
    said = workbench(*chosen, "--replace", "email", ".invalid", ".example")
    assert "4 of 4 fit the schema of their type, 3 of them as they are" in said.out
    assert '"alan@bletchley.invalid" -> "alan@bletchley.example"' in said.out
    assert "no text to look for" in workbench(*chosen, "--replace", "email", "", "x").err


def test_L6_many_are_patched_and_sent_by_a_ladder(workbench, played):
    chosen = ("dead-letters", "repair", played, "--words", "invalid", "--cel", EMAIL, "--ladder", "1,5")
    said = workbench(*chosen, "--json")
    assert said.code == 0
    answer = said.json()
    assert (answer["status"], answer["fates"], answer["steps"]) == (
        "done",
        {"resolved": 1, "waiting": 0},
        [1],
    )
    assert answer["patch"] == {
        "form": [{"op": "expression", "field": "email", "cel": "data.email.replace('invalid', 'example')"}]
    }


def test_L5_a_ladder_stops_at_the_first_new_failure(workbench, played):
    said = workbench("dead-letters", "repair", played, "--all", "--ladder", "1", "--json")
    assert said.code == 3
    answer = said.json()
    assert (answer["status"], answer["fates"]["failed_again"], answer["fates"]["waiting"]) == ("held", 1, 3)


def test_a_rehearsal_says_what_would_become_of_them_and_changes_nothing(workbench, played):
    chosen = ("dead-letters", "repair", played, "--all", "--cel", EMAIL, "--rehearse")
    before = workbench("dead-letters", played, "--status", "all", "--json").json()
    said = workbench(*chosen, "--json")
    assert said.code == 3
    outcomes = {one["outcome"]: len(one["numbers"]) for one in said.json()["rehearsal"]}
    assert outcomes == {
        "fails again: the mail server of slowmail.example does not answer": 3,
        "mail.sent published to audit": 1,
    }
    assert workbench("dead-letters", played, "--status", "all", "--json").json() == before


def test_L6_a_patch_that_changes_nothing_is_told_and_replays_nothing(workbench, played, tmp_path):
    before = workbench("dead-letters", played, "--status", "all", "--json").json()
    empty = tmp_path / "patch.json"
    empty.write_text("[]")
    for patch in (("--replace", "email", "no such text", "x"), ("--patch", empty)):
        said = workbench("dead-letters", "repair", played, "--all", *patch)
        assert said.code == 3
        assert "the patch changes none of these letters, so nothing was replayed" in said.out
        assert workbench("dead-letters", "repair", played, "--all", *patch, "--preview").code == 0
    assert workbench("dead-letters", played, "--status", "all", "--json").json() == before


def test_a_field_that_no_letter_has_is_told_by_whatever_is_done_with_them(workbench, played, tmp_path):
    wrong = (played, "--where", "data.emial == 'x'")
    for act in (
        ("replay", *wrong),
        ("purge", *wrong),
        ("repair", *wrong, "--set", "email=x"),
        ("note", *wrong, "--owner", "Lena"),
        ("export", *wrong, "--to", tmp_path / "letters.ndjson"),
    ):
        said = workbench("dead-letters", *act)
        assert "no letter has a field data.emial (did you mean email?)" in said.err, act
        assert said.code == 1, act
    assert workbench("dead-letters", "note", played, "--where", "has(data.email)", "--owner", "-").err == ""


def test_a_patch_is_read_from_a_file(workbench, played, tmp_path):
    file = tmp_path / "patch.json"
    file.write_text(json.dumps([{"op": "replace", "path": "/email", "value": "a@b.example"}]))
    said = workbench("dead-letters", "repair", played, "--all", "--patch", file, "--first", 1, "--json")
    assert said.json()["fates"] == {"resolved": 1, "waiting": 0}
    both = workbench("dead-letters", "repair", played, "--all", "--patch", file, "--set", "a=b")
    assert both.code == 1
    assert "not both" in both.err


def test_each_import_says_of_the_files_of_the_other_what_they_are(workbench, played, tmp_path):
    letters, events = tmp_path / "letters.ndjson", tmp_path / "events.ndjson"
    workbench("dead-letters", "export", played, "--all", "--to", letters)
    workbench("export", played, events)
    said = workbench("import", played, letters)
    assert (said.code, said.out) == (1, "")
    assert "letters.ndjson holds dead letters, not events" in said.err
    said = workbench("dead-letters", "import", played, events)
    assert (said.code, said.out) == (1, "")
    assert "events.ndjson holds events, not dead letters" in said.err


def test_owners_and_notes_are_written_and_found(workbench, played):
    said = workbench(
        "dead-letters", "note", played, "--words", "invalid", "--owner", "Lena", "--text", "asked"
    )
    assert said.out == "1 noted (operation 1: workbench undo undoes it for seven days)\n"
    found = workbench("dead-letters", played, "--where", "owner == 'Lena'", "--json").json()
    assert [one["key"] for one in found] == ["user-alan"]
    shown = workbench("dead-letters", "show", played, found[0]["number"], "--json").json()
    assert (shown["owner"], shown["note"]) == ("Lena", "asked")
    assert workbench("dead-letters", "note", played, "--all").code == 1
    workbench("dead-letters", "note", played, "--all", "--owner", "-")
    assert workbench("dead-letters", played, "--words", "lena", "--json").json() == []


def test_a_note_that_is_there_is_written_over_only_on_wish(workbench, played):
    note = ("dead-letters", "note", played)
    workbench(*note, 1, "--owner", "Lena", "--text", "asked")
    assert workbench(*note, 1, "--owner", "Lena", "--text", "asked").code == 0
    said = workbench(*note, 1, 2, "--text", "answered")
    assert (said.code, said.out) == (1, "")
    assert "write over what is noted of 1 dead letter: 1 asked\n  --replace" in said.err
    assert "Lena" not in said.err, "the owner stays"
    show = ("dead-letters", "show", played, 1, "--json")
    assert workbench(*show).json()["note"] == "asked"
    assert workbench("dead-letters", "show", played, 2, "--json").json()["note"] == ""
    written = workbench(*note, 1, 2, "--text", "answered", "--replace", "--json").json()
    assert written["noted"] == 2
    assert workbench(*show).json()["note"] == "answered"
    workbench("undo", played, written["operation"])
    assert workbench(*show).json()["note"] == "asked"


def test_B3_letters_go_to_a_new_file_or_over_one_on_wish_and_come_back(workbench, played, tmp_path):
    file = tmp_path / "letters.ndjson"
    export = ("dead-letters", "export", played, "--all", "--to", str(file))
    assert workbench(*export, "--json").json() == {"exported": 4, "file": str(file)}
    file.write_text(file.read_text().replace('"generation":0', '"generation":-5', 1))
    before = file.read_bytes()
    refused = workbench(*export)
    assert refused.code == 1
    assert "exists already\n  choose another name, or say --replace" in refused.err
    assert file.read_bytes() == before
    said = workbench("dead-letters", "import", played, str(file))
    assert said.code == 3
    assert "0 imported, 3 there already" in said.out
    assert "line 1: this is no dead letter: -5 is not between" in said.out
    assert workbench(*export, "--replace").code == 0
    assert workbench("dead-letters", "import", played, str(file)).out == "0 imported, 4 there already\n"


def test_L5_a_pace_that_never_moves_is_refused(workbench, played):
    for pace in ("inf", "nan", "0", "-1"):
        said = workbench("dead-letters", "repair", played, "--all", "--pace", pace)
        assert said.code == 2
        assert "should be a number from 0.001" in said.err


def test_L5_a_job_that_is_held_goes_on_or_is_cancelled(workbench, played):
    for number in (1, 2):
        held = workbench("dead-letters", "repair", played, "--all", "--ladder", "1", "--json").json()
        assert (held["job"], held["status"]) == (number, "held")
    listed = workbench("dead-letters", "jobs", played, "--json").json()
    assert [(one["job"], one["status"]) for one in listed] == [(2, "held"), (1, "held")]
    assert [(one["act"], one["letters"]) for one in listed] == [("replay", 4), ("replay", 4)]
    assert all(one["begun"].endswith("Z") for one in listed)
    unnamed = workbench("dead-letters", "go-on", played)
    assert (unnamed.code, "which job?" in unnamed.err, "2  held" in unnamed.err) == (2, True, True)
    gone = workbench("dead-letters", "go-on", played, "1", "--json")
    assert (gone.code, gone.json()["status"]) == (3, "done"), "the next one fails, too, and is the last"
    said = workbench("dead-letters", "cancel", played, "2")
    assert (said.code, "job 2 is cancelled" in said.out) == (0, True)
    again = workbench("dead-letters", "go-on", played, "2")
    assert (again.code, "job 2 is cancelled, not held" in again.err) == (1, True)
    assert workbench("dead-letters", "cancel", played, "9").code == 1
    workbench("dead-letters", "repair", played, "--all", "--ladder", "1")
    workbench("dead-letters", "cancel", played, "3")
    table = workbench("dead-letters", "jobs", played).out.splitlines()
    (line,) = (one.split() for one in table if one.split()[0] == "3")
    begun = workbench("dead-letters", "jobs", played, "--json").json()[0]["fates"]["not_begun"]
    assert (begun > 0, line[-3:-1]) == (True, [str(begun), "0"])
    assert "SKIPPED" in table[0]
    assert sum(map(int, line[4:-1])) == int(line[3]), "each letter is in one column"
