"""Looking at dead letters."""

from __future__ import annotations


def test_dead_letters_are_listed_the_newest_first(workbench, played):
    said = workbench("dead-letters", played)
    assert said.code == 0
    lines = said.out.splitlines()
    assert [line.split()[0] for line in lines[1:5]] == ["4", "3", "2", "1"]
    assert any("PermanentError: no mail server can exist for bletchley.invalid" in line for line in lines)
    assert lines[5] == "in all: 4 open"
    listed = workbench("dead-letters", "list", played, "--limit", "1", "--json").json()
    assert [(one["number"], one["status"]) for one in listed] == [(4, "open")]


def test_they_are_chosen_by_status(workbench, played):
    workbench("dead-letters", "purge", played, "1")
    assert len(workbench("dead-letters", played, "--json").json()) == 3
    purged = workbench("dead-letters", played, "--status", "purged", "--json").json()
    assert [one["number"] for one in purged] == [1]
    assert len(workbench("dead-letters", played, "--status", "all", "--json").json()) == 4
    assert workbench("dead-letters", played, "--status", "resolved").out.startswith(
        "no dead letters\nin all:"
    )


def test_L1_one_is_shown_with_its_tries_its_data_and_its_place(workbench, played):
    number = next(
        one["number"]
        for one in workbench("dead-letters", played, "--json").json()
        if one["key"] == "user-marie"
    )
    said = workbench("dead-letters", "show", played, number)
    assert said.code == 0
    assert "  reason        max attempts" in said.out
    assert "send_welcome" in said.out
    assert said.out.count("MailServerUnavailable: the mail server of slowmail.example") >= 4
    assert '"email": "marie@slowmail.example"' in said.out
    value = workbench("dead-letters", "show", played, number, "--json").json()
    assert (value["topic"], value["data"]["username"], len(value["tries"])) == ("mail", "Marie Curie", 3)
    assert "Traceback" in value["traceback"]


def test_one_that_is_not_there(workbench, played):
    said = workbench("dead-letters", "show", played, "99")
    assert (said.code, said.err) == (1, "workbench: there is no dead letter 99\n")


SECRET = "hunter2-'and'-more"
CHANGES = (
    ("    pass\n", "    raise ValueError(f'no {message.data} {message.json()!r}')\n"),
    ("    rows.put(", "    raise ValueError(f'no {event}')\n    rows.put("),
)


def test_no_verb_tells_a_secret_of_a_payload_that_an_error_quotes(workbench, things, tmp_path):
    root = things(*CHANGES)
    ran = workbench("run", root, "--command", "make", "--set", "id=a", "--set", f"api_key={SECRET}", "--json")
    lines = (
        "dead-letters list .", "dead-letters show . 1", "dead-letters show . 1 --json", "projections list .",
        "projections list . --json", "events . --data", "show . thing-a", "metrics .", "docs .", "doctor .",
        "check .",
        "subscriptions . --json", "export . out",
    )  # fmt: skip
    places = {".": root, "out": tmp_path / "out.ndjson"}
    said = [ran, *(workbench(*[places.get(word, word) for word in line.split()]) for line in lines)]
    assert "ValueError: no" in workbench("dead-letters", "show", root, "1").out
    assert "••••••" in workbench("projections", root).out
    told = "".join(one.out + one.err for one in said) + (tmp_path / "out.ndjson").read_text()
    assert "hunter2" not in told
    assert SECRET in workbench("events", root, "--json", "--reveal", "api_key").out.replace("\\", "")


def test_letters_of_one_subscription_are_listed_and_a_misspelt_one_is_said(workbench, played):
    every = workbench("dead-letters", played, "--json").json()
    mails = workbench("dead-letters", played, "--subscription", "welcome-mail", "--json").json()
    assert mails == every
    assert workbench("dead-letters", played, "--subscription", "notices", "--json").json() == []
    grouped = workbench(
        "dead-letters", played, "--subscription", "welcome-mail", "--group-by", "cause", "--json"
    )
    assert grouped.json()["found"] == len(mails)
    for words in (("dead-letters",), ("dead-letters", "replay")):
        said = workbench(*words, played, "--subscription", "welcome-mial")
        assert (said.code, said.out) == (1, "")
        assert "there is no subscription welcome-mial\n  did you mean welcome-mail?" in said.err


def test_a_group_by_a_field_that_no_letter_has_is_misspelt(workbench, played):
    said = workbench("dead-letters", played, "--is", "cuase=x")
    assert (said.code, said.out) == (1, "")
    assert "no letter has a field cuase (did you mean cause?)" in said.err
    none = workbench("dead-letters", played, "--is", "cause=x")
    assert (none.code, none.out.splitlines()[0]) == (0, "no dead letters")
