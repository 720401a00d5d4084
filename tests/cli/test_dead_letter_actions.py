"""Repairing from the command line: what became of each dead letter, and what stays as it was."""

from __future__ import annotations

import json

import pytest

from workbench.model.operator_acts import purge_prospect
from workbench.services.dead_letters import DeadLetters


@pytest.fixture
def resolved(workbench, played):
    """The played project after the outage was resolved."""
    words = ("--command", "resolve_outage", "--set", "domain=slowmail.example")
    assert workbench("run", played, *words).code == 0
    return played


def numbers(workbench, project, key):
    listed = workbench("dead-letters", project, "--json").json()
    return [one["number"] for one in listed if one["key"] == key]


def test_L4_a_replay_that_fails_again_names_the_letter_that_it_became(workbench, played):
    (number,) = numbers(workbench, played, "user-marie")
    said = workbench("dead-letters", "replay", played, number, "--json")
    assert said.code == 3
    (fate,) = said.json()
    assert (fate["outcome"], fate["became"]) == ("failed again", 5)
    assert fate["detail"].startswith("MailServerUnavailable")
    assert workbench("dead-letters", "show", played, 5, "--json").json()["parent"] == number
    assert "became 5" in workbench("dead-letters", "show", played, number).out


def test_L6_a_try_says_on_which_payload_it_ran(workbench, played):
    (number,) = numbers(workbench, played, "user-marie")
    change = ("--set", "email=m@slowmail.example", "--json")
    (fate,) = workbench("dead-letters", "edit", played, number, *change).json()
    value = workbench("dead-letters", "show", played, fate["became"], "--json").json()
    changed = f"as changed in #{number}"
    assert (value["changed_in"], {one["payload"] for one in value["tries"]}) == (number, {changed})
    said = workbench("dead-letters", "show", played, fate["became"]).out
    assert said.count(f"  payload {changed}: MailServerUnavailable: ") == len(value["tries"])
    before = workbench("dead-letters", "show", played, number, "--json").json()
    assert {one["payload"] for one in before["tries"]} == {None}
    first = workbench("dead-letters", "show", played, number).out
    assert first.count("  payload original: MailServerUnavailable: ") == len(before["tries"])
    story = workbench("story", played, value["position"]).out
    assert (
        f"dead after {len(value['tries'])} tries on the payload {changed}, letter {value['number']}" in story
    )
    assert f"dead after {len(before['tries'])} tries, letter {number}: " in story
    told = workbench("story", played, value["position"], "--json").json()["lines"]
    ran = {one["letter"]: {each["payload"] for each in one["tries"]} for one in told if one["tries"]}
    assert ran == {number: {None}, value["number"]: {changed}}


def test_L6_the_try_that_succeeded_is_told_with_its_payload(workbench, played):
    (number,) = numbers(workbench, played, "user-marie")
    change = ("--set", "email=m@fine.example", "--json")
    (fate,) = workbench("dead-letters", "edit", played, number, *change).json()
    assert fate["outcome"] == "resolved"
    *_, last = workbench("dead-letters", "show", played, number, "--json").json()["tries"]
    assert (last["error"], last["payload"]) == (None, f"as changed in #{number}")
    assert (
        f"  payload as changed in #{number}: succeeded"
        in workbench("dead-letters", "show", played, number).out
    )


def test_L3_a_replay_after_the_repair_resolves_and_runs_once(workbench, resolved):
    listed = workbench("dead-letters", resolved, "--json").json()
    impossible = {one["number"] for one in listed if ".invalid" in one["error"]}
    said = workbench("dead-letters", "replay", resolved, "--all", "--json")
    assert said.code == 3  # one address can never work
    fates = {fate["number"]: fate["outcome"] for fate in said.json()}
    assert fates == {number: "failed again" if number in impossible else "resolved" for number in range(1, 5)}
    again = workbench("dead-letters", "replay", resolved, min(set(fates) - impossible))
    assert again.code == 3
    assert "it was resolved; only open ones are replayed" in again.out


def test_letters_of_one_subscription_are_chosen(workbench, resolved):
    none = workbench("dead-letters", "replay", resolved, "--subscription", "notices")
    assert (none.code, none.out) == (0, "no dead letters to replay\n")
    mail = workbench("dead-letters", "replay", resolved, "--subscription", "welcome-mail", "--json").json()
    assert [fate["number"] for fate in mail] == [1, 2, 3, 4]


def test_nothing_is_meant_where_nothing_was_chosen(workbench, played):
    for action in ("replay", "purge", "restore"):
        said = workbench("dead-letters", action, played)
        assert said.code == 1
        assert "give numbers, --subscription NAME or --all" in said.err
        unknown = workbench("dead-letters", action, played, "--subscription", "nope")
        assert unknown.code == 1
        assert "there is no subscription nope" in unknown.err
        for both in ((1, "--all"), (1, "--subscription", "notices"), ("--all", "--subscription", "notices")):
            said = workbench("dead-letters", action, played, *both)
            assert said.code == 1
            assert "give one of them" in said.err
        missing = workbench("dead-letters", action, played, 1, 99)
        assert missing.code == 1
        assert "there is no dead letter 99" in missing.err
    assert len(workbench("dead-letters", played, "--json").json()) == 4


def test_L6_an_edited_copy_is_replayed_and_the_original_stays(workbench, played):
    (number,) = numbers(workbench, played, "user-alan")
    said = workbench("dead-letters", "edit", played, number, "--set", "email=alan@example.org", "--json")
    assert said.code == 0
    assert said.json() == [{"number": number, "outcome": "resolved", "became": 0, "detail": ""}]
    shown = workbench("dead-letters", "show", played, number, "--json").json()
    assert shown["data"]["email"] == "alan@bletchley.invalid"
    assert shown["edited"]["email"] == "alan@example.org"


def test_L6_a_copy_that_does_not_fit_changes_nothing(workbench, played, tmp_path):
    said = workbench("dead-letters", "edit", played, 1, "--set", "email:=5")
    assert said.code == 1
    assert "does not fit user.created" in said.err
    path = tmp_path / "payload.json"
    path.write_text('{"username": ')
    broken = workbench("dead-letters", "edit", played, 1, "--file", path)
    assert broken.code == 1
    assert "not JSON" in broken.err
    assert workbench("dead-letters", "edit", played, 1, "--file", tmp_path / "none").code == 1
    assert "give --set" in workbench("dead-letters", "edit", played, 1).err
    assert {one["status"] for one in workbench("dead-letters", played, "--json").json()} == {"open"}


def test_L6_a_copy_with_a_misspelt_field_or_without_a_change_is_not_replayed(workbench, played):
    (number,) = numbers(workbench, played, "user-alan")
    edit = ("dead-letters", "edit", played, number, "--json", "--set")
    said = workbench(*edit, "emial=alan@example.org")
    assert (said.code, said.json()[0]["outcome"]) == (3, "not replayed")
    assert "emial is no field of user.created (did you mean email?)" in said.json()[0]["detail"]
    same = workbench(*edit, "email=alan@bletchley.invalid")
    assert (same.code, same.json()[0]["outcome"]) == (3, "not replayed")
    assert "says what the letter says" in same.json()[0]["detail"]
    assert workbench("dead-letters", "show", played, number, "--json").json()["status"] == "open"
    wanted = workbench(*edit, "emial=alan@example.org", "--anyway")
    assert wanted.json()[0]["outcome"] == "failed again"


def test_a_whole_payload_comes_from_a_file(workbench, played, tmp_path):
    (number,) = numbers(workbench, played, "user-alan")
    path = tmp_path / "payload.json"
    path.write_text(json.dumps({"username": "Alan", "email": "alan@example.org", "status": "active"}))
    assert workbench("dead-letters", "edit", played, number, "--file", path).code == 0


def test_L7_a_purge_says_what_still_waits_behind_the_letters(workbench, played, monkeypatch):
    monkeypatch.setattr(DeadLetters, "blocked_behind", lambda _letters, numbers: len(numbers))
    purged = workbench("dead-letters", "purge", played, "1", "--keep-blocked")
    assert purged.out.startswith("1 of 1 purged; 1 message of its key still waits behind it (operation 1: ")
    said = workbench("dead-letters", "purge", played, "2", "--keep-blocked", "--json").json()
    assert (said["behind"], said["went_on"]) == (1, 0)
    restored = workbench("dead-letters", "restore", played, "1")
    assert restored.out == "1 of 1 restored\n", "behind an open letter that is nothing new"


def test_L7_L10_a_purge_says_what_goes_on_and_what_an_undo_brings_back_as_the_window_does(
    workbench, played, monkeypatch
):
    answers = iter((5, 2, 3, 0))
    monkeypatch.setattr(DeadLetters, "blocked_behind", lambda _letters, _numbers: next(answers))
    assert workbench("dead-letters", "purge", played, "1", "2").out == (
        "2 of 2 purged; 3 messages of their keys that waited behind them go on;"
        " 2 messages of their keys still wait behind them (operation 1: workbench undo)\n"
        f"{purge_prospect(3)}\n"
    )
    assert purge_prospect(3).endswith("Undo brings back the dead letters, not what went on behind them.")
    said = workbench("dead-letters", "purge", played, "3", "--json").json()
    assert (said["went_on"], said["behind"]) == (3, 0)


def test_L7_a_purge_is_undone(workbench, played):
    purged = workbench("dead-letters", "purge", played, "--all")
    said = (
        "4 of 4 purged (operation 1: workbench undo)\n"
        "It can be undone within seven days; then the dead letters are removed.\n"
    )
    assert (purged.code, purged.out) == (0, said)
    assert workbench("dead-letters", played, "--json").json() == []
    back = workbench("dead-letters", "restore", played, "--all", "--json")
    assert (back.code, back.json()["done"]) == (0, 4)
    assert len(workbench("dead-letters", played, "--json").json()) == 4
    workbench("dead-letters", "purge", played, 1, 2)
    listed = workbench("operations", played, "--json").json()
    said = [(one["what"], one["on"], one["count"], one["why_not"]) for one in listed]
    assert said == [
        ("purge", "2 dead letters", 2, ""),
        ("restore", "4 dead letters", 4, "archive or purge them again"),
        ("purge", "4 dead letters", 4, "what it changed has changed since"),
    ]
    undone = workbench("undo", played, 3)
    assert (undone.code, undone.out) == (0, "Undone: purge of 2 dead letters.\n")
    again = workbench("undo", played, 3)
    assert (again.code, again.out) == (0, "Undone already: purge of 2 dead letters.\n")
    assert len(workbench("dead-letters", played, "--json").json()) == 4
    assert "undone by operation 4" in workbench("operations", played).out
    refused = workbench("undo", played, 2)
    assert refused.code == 1
    assert "cannot be undone: archive or purge them again" in refused.err
    skipped = workbench("dead-letters", "restore", played, 1)
    assert skipped.code == 3
    assert "0 of 1 restored; 1 skipped, because their status does not allow it" in skipped.out


def test_L10_an_undo_that_names_no_operation_says_which_can_be_undone(workbench, played, monkeypatch):
    none = workbench("undo", played)
    assert (none.code, none.out) == (2, "")
    assert f"there is no operation that it can be; workbench operations {played} lists them" in none.err
    for number in (1, 2, 3):
        workbench("dead-letters", "purge", played, number)
    workbench("undo", played, 2)
    said = workbench("undo", played, "--json")
    assert (said.code, said.out) == (2, "")
    lines = said.err.splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == ["3", "1"]
    assert lines[1].endswith("purge of 1 dead letter")
    assert lines[-1].endswith(f"such as workbench undo {played} 3")
    monkeypatch.chdir(played)
    assert workbench("undo", 3).out == "Undone: purge of 1 dead letter.\n"


@pytest.mark.parametrize("action", ["show", "edit"])
def test_a_dead_letter_that_is_not_named_is_asked_for(workbench, played, action):
    said = workbench("dead-letters", action, played)
    assert (said.code, said.out) == (2, "")
    assert "which dead letter? The newest that it can be:" in said.err
    assert f"such as workbench dead-letters {action} {played} 4" in said.err


def test_P7_a_replay_into_a_subscription_that_is_gone_says_so_and_ends(workbench, played):
    file = played / "project.tsk"
    before, _, rest = file.read_text().partition("welcome_mail {")
    file.write_text(before + rest.partition("}")[2])
    said = workbench("dead-letters", "replay", played, 1, "--json")
    assert said.code == 3
    assert said.json()[0]["outcome"] == "not replayed"
    assert "welcome-mail is detached" in said.json()[0]["detail"]
    edited = workbench("dead-letters", "edit", played, 1, "--set", "email=alan@example.org")
    assert edited.code == 1
    assert "welcome-mail is detached" in edited.err
    for act in ("--preview", "--rehearse"):
        tried = workbench("dead-letters", "repair", played, "--all", "--set", "email=a@b.example", act)
        assert tried.code == 3
        assert "0 of 4 fit" in tried.out, "it is known before anything runs"
        assert "4 left out: subscription welcome-mail is detached" in tried.out
    assert workbench("dead-letters", "purge", played, 1).code == 0
