"""Many letters at once: found, grouped, patched, sent by a ladder that stops at a new failure (L5, L6)."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from tests.services.conftest import passing, settle
from workbench.errors import InvalidValue
from workbench.model.json_values import read_json, write_json
from workbench.services.dead_letters import dead_letter_jobs
from workbench.services.dead_letters.letter_facts import normalised
from workbench.services.dead_letters.letter_index import HOUR, LetterIndex, LetterQuery, _hours
from workbench.services.dead_letters.letter_ladder import parse_ladder, rungs
from workbench.services.dead_letters.letter_patch import FieldChange, LetterPatch
from workbench.services.search.search_query import SearchQuery
from workbench.store.letter_jobs import JobStatus
from workbench.store.operations import ForgetLetters, ImportLetter, NoteLetters

USERS = ("ann", "bob", "cyd", "dan", "eve", "fay", "gus", "hal")
GOOD = LetterPatch(
    changes=[FieldChange(way="expression", field="email", value="data.email.replace('invalid', 'example')")]
)


async def register(workspace, *names, domain="x.invalid"):
    for name in names:
        values = {"user_id": name, "username": name.title(), "email": f"{name}@{domain}"}
        assert (await workspace.commands.issue("create_user", values)).accepted
    await settle(workspace)


@pytest.fixture
async def many(workspace):
    """Eight mails that can never be sent."""
    await register(workspace, *USERS)
    return workspace


def numbers(workspace, *statuses):
    return sorted(one.number for one in workspace.dead_letters.page(statuses or ("open",)))


def find(workspace, **query):
    return workspace.dead_letters.repair.find(LetterQuery(**query))


def shape(found):
    return [
        (one.value, one.count, [(part.value, part.count) for part in one.parts]) for one in found.clusters
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no such key: attempt", "no such key: attempt"),
        ("payment-65b8ff5a is at version 4, not 3", "payment-… is at version N, not N"),
        ("user 0197b1a2-3c4d-7e5f-8a9b-0c1d2e3f4a5b is gone", "user … is gone"),
        ("550 ann.smith+x@slow.example unavailable", "N …@slow.example unavailable"),
        ("took 10.5 s\nof 10 s", "took N s of N s"),
        ("v2 is no version", "v2 is no version"),
    ],
)
def test_messages_that_are_alike_meet(text, said):
    assert normalised(text) == said


async def test_L6_an_expression_asks_the_original_as_data_and_the_copy_as_edited(many):
    first, second, *_ = numbers(many)
    await many.pause()
    text = write_json(read_json(many.dead_letters.get(first).data) | {"email": "new@x.invalid"})
    await many.dead_letters.edit_and_replay(first, text)
    statuses = ("open", "replaying")
    for where, found in (
        ("edited.email == 'new@x.invalid'", [first]),
        ("has(edited.email)", [first]),
        ("data.email == 'new@x.invalid'", []),
    ):
        assert [*find(many, where=where, statuses=statuses).numbers] == found
    assert [*find(many, words="new@x.invalid", statuses=statuses).numbers] == [first]
    assert [*find(many, words=f"#{second}", statuses=statuses).numbers] == [second]
    assert many.search.run(many.search.read(SearchQuery(where="edited.emial == ''"))).count == 0
    wrong = "no letter has a field edited.emial (did you mean email?)"
    assert find(many, where="edited.emial == ''", statuses=statuses).unknown == wrong
    for fine in ("edited.email == ''", "edited.username == 'nobody'", "data.email == ''"):
        assert find(many, where=fine, statuses=statuses).unknown == "", fine


async def test_L6_letters_are_grouped_by_fields_of_the_edited_copy_too(many):
    first, second, *_ = numbers(many)
    assert find(many, by="edited.email").unknown == "", "the originals have that field, and no copy yet"
    await many.pause()
    for number, email in ((first, "new@x.invalid"), (second, "later@x.invalid")):
        text = write_json(read_json(many.dead_letters.get(number).data) | {"email": email})
        await many.dead_letters.edit_and_replay(number, text)
        found = find(many, by="edited.email", statuses=("open", "replaying"))
        assert (email, 1, []) in shape(found), "a copy that is made later is seen as well"
    assert shape(find(many, by="edited.email", statuses=("open",))) == [("(none)", 6, [])]
    by_expression = find(many, by="edited.email.split('.')[1]", statuses=("open", "replaying"))
    assert shape(by_expression) == [("(none)", 6, []), ("invalid", 2, [])]
    chosen = find(many, chips=(("edited.email", "new@x.invalid"),), statuses=("replaying",))
    assert [*chosen.numbers] == [first]
    wrong = "no letter has a field edited.emial (did you mean email?)"
    assert find(many, by="edited.emial").unknown == wrong


async def test_letters_are_grouped_by_anything_and_then_by_something_else(many):
    await register(many, "ivy", "joe", domain="y.invalid")
    found = find(many, by="type", then="data.email.split('@')[1]")
    assert shape(found) == [("user.created", 10, [("x.invalid", 8), ("y.invalid", 2)])]
    assert sum(found.clusters[0].trend) == 10
    assert sum(found.hours) == 10
    assert shape(find(many, by="username"))[0][1] == 1
    assert shape(find(many, by="address.city")) == [("(none)", 10, [])]
    assert [one.count for one in find(many, by="message").clusters] == [8, 2]


async def test_a_field_that_no_letter_has_is_said_with_the_name_that_may_be_meant(many):
    said = find(many, by="usrname").unknown
    assert said == "no letter has a field usrname (did you mean username?)"
    assert find(many, by="data.usrname").unknown.endswith("(did you mean username?)")
    there = "there are: username, email, status"
    assert find(many, by="subscription", then="zzz").unknown == f"no letter has a field zzz ({there})"
    assert find(many, chips=(("zzz", "x"),)).unknown == f"no letter has a field zzz ({there})"
    assert find(many, by="data.usrname + 'x'").unknown == "no letter has a value of data.usrname + 'x'"
    for fine in ("username", "owner", "data.email.size()", "message"):
        assert find(many, by=fine).unknown == ""
    assert find(many, by="usrname", statuses=("purged",)).unknown == "", "there are none of which to tell"


async def test_V3_deaths_an_hour_count_what_died_whatever_became_of_it_and_is_listed(many):
    index, letters = LetterIndex(), numbers(many)
    await many.dead_letters.archive(letters[:3])
    for query in (LetterQuery(), LetterQuery(only=frozenset(letters[:1])), LetterQuery(statuses=("purged",))):
        found = index.ask(many.reader, query, None, lambda _at, _of: None)
        assert sum(found.hours) == len(letters), query


def test_deaths_an_hour_are_those_of_24_hours():
    last = 50 * HOUR
    hours, until = _hours([last, last - 23 * HOUR, last - 24 * HOUR, last - 24 * HOUR + 1])
    assert (hours[0], hours[-1], sum(hours), until) == (1, 1, 2, last + HOUR)


async def test_what_is_searched_are_words_expressions_and_groups(many):
    assert len(find(many, words="ANN mail").numbers) == 1
    assert len(find(many, words="ann nothing").numbers) == 0
    assert len(find(many, where="data.username.startsWith('A') || key == 'user-bob'").numbers) == 2
    assert len(find(many, where="data.absent > 3").numbers) == 0
    assert len(find(many, chips=(("username", "Eve"),)).numbers) == 1
    found = find(many, words="ann")
    assert (found.total, found.searched) == (8, 8)
    with pytest.raises(InvalidValue, match="nonsense"):
        find(many, where="nonsense == 1")


async def test_owners_and_notes_are_stored_recorded_and_found(many):
    first, second, *_ = numbers(many)
    repair = many.dead_letters.repair
    assert len(find(many, words="lena").numbers) == 0
    assert (await repair.write_note((first, second, 999), owner="Lena", text="asked them"))[0] == 2
    assert (await repair.write_note((second,), text=""))[0] == 1
    assert len(find(many, words="lena").numbers) == 2
    assert len(find(many, words="lena asked").numbers) == 1
    assert shape(find(many, by="owner"))[1][:2] == ("Lena", 2)
    assert (repair.facts(first).owner, repair.facts(first).note) == ("Lena", "asked them")
    assert many.monitor.actions()[0].action == "note"


async def test_V3_letters_are_grouped_by_the_owner_that_is_stored_however_it_came_there(many):
    first, *_ = numbers(many)
    assert (await many.dead_letters.repair.write_note((first,), owner="Lena"))[0] == 1
    assert [one.value for one in find(many, by="owner").clusters] == ["(none)", "Lena"]
    await many.operations.undo(many.monitor.actions()[0].number)
    assert [one.value for one in find(many, by="owner").clusters] == ["(none)"]
    await many.world.act(NoteLetters(numbers=(first,), owner="Max", note=None, act="another process"))
    assert [one.value for one in find(many, by="owner").clusters] == ["(none)", "Max"]


async def test_L6_a_patch_is_tried_on_each_letter_and_says_which_do_not_fit(many):
    repair, all_of_them = many.dead_letters.repair, numbers(many)
    report = await repair.check(GOOD, all_of_them)
    assert (report.fit, report.misfits, report.unchanged) == (tuple(sorted(all_of_them)), (), ())
    assert many.dead_letters.in_order(all_of_them) == report.fit, "the oldest messages first"
    wrong = LetterPatch(
        changes=[FieldChange(way="expression", field="email", value="data.username == 'Ann' ? 3 : 'a@b'")]
    )
    report = await repair.check(wrong, all_of_them)
    assert [found for _, found in report.misfits] == [(all_of_them[0],)]
    assert "email" in report.misfits[0][0]
    assert repair.preview(GOOD, all_of_them[0]).after["email"] == "ann@x.example"


async def test_L6_a_ladder_sends_patched_copies_step_by_step_and_keeps_the_originals(many):
    repair, jobs = many.dead_letters.repair, many.dead_letters.jobs
    job = await repair.begin(numbers(many), patch=GOOD, ladder=(1, 2), left_out=3)
    report = await passing(many, jobs.finished(job))
    assert report.job.status is JobStatus.DONE
    assert report.fates == {"resolved": 8}
    assert report.job.plan.left_out == 3
    for letter in many.dead_letters.numbered(report.job.numbers):
        assert read_json(letter.data)["email"].endswith("@x.invalid")
        assert read_json(letter.edited)["email"].endswith("@x.example")
    (begun,) = [one for one in many.monitor.actions() if one.action == "repair and replay"]
    assert (begun.count, begun.subject) == (8, "8 dead letters")
    assert begun.detail.endswith(f"; ladder 1, 2; patch {GOOD.text}; 3 left out")


async def test_L5_a_ladder_stops_at_the_first_new_failure_and_the_rest_waits(many):
    repair, jobs = many.dead_letters.repair, many.dead_letters.jobs
    only = LetterPatch(
        changes=[
            FieldChange(
                way="expression",
                field="email",
                value="data.username in ['Ann', 'Bob'] ? 'a@b.example' : data.email",
            )
        ]
    )
    job = await repair.begin(numbers(many), patch=only, ladder=(1, 2))
    report = await passing(many, jobs.finished(job))
    assert report.job.status is JobStatus.HELD
    assert (report.job.step, report.queued) == (3, 5)
    assert report.fates == {"resolved": 2, "failed_again": 1}
    assert len(numbers(many)) == 5 + 1  # what waits, and what the failure made
    jobs.take_up()
    assert jobs.get(job).status is JobStatus.HELD, "a restart does not let it go on"
    await jobs.resume(job)
    report = await passing(many, jobs.finished(job))
    assert (report.job.status, report.queued) == (JobStatus.DONE, 0), "nothing is left that could wait"
    assert report.fates == {"resolved": 2, "failed_again": 6}
    assert jobs.held() == []


async def test_L5_a_job_that_is_held_goes_on_where_it_was(many):
    jobs, timer = many.dead_letters.jobs, many.world.timer
    job = await jobs.start("archive", numbers(many), per_second=1)
    await many.running().settle()
    held = await jobs.hold(job)
    assert held.status is JobStatus.HELD
    await timer.advance(30, many.running().settle)
    assert jobs.get(job).step == held.step
    await jobs.resume(job)
    report = await passing(many, jobs.finished(job))
    assert (report.job.status, report.job.done) == (JobStatus.DONE, 8)
    said = [(one.action, one.subject, one.count) for one in many.monitor.actions()][:3]
    assert said == [("go on", "job 1", 1), ("hold", "job 1", 1), ("archive", "8 dead letters", 8)]


async def test_L6_what_does_not_fit_any_more_when_its_turn_comes_is_not_replayed(many):
    wrong = LetterPatch(changes=[FieldChange(way="set", field="email", value=3)])
    jobs = many.dead_letters.jobs
    job = await many.dead_letters.repair.begin(numbers(many), patch=wrong)
    report = await passing(many, jobs.finished(job))
    assert (report.job.failed, report.job.done) == (8, 0)
    assert "email" in report.job.trouble
    assert len(numbers(many)) == 8


async def test_L5_a_ladder_goes_on_after_a_reload_with_the_patch_it_was_given(many):
    jobs = many.dead_letters.jobs
    job = await many.dead_letters.repair.begin(numbers(many), patch=GOOD, ladder=(1, 2), per_second=1)
    async with asyncio.timeout(15):
        while jobs.get(job).step < 1:
            await asyncio.sleep(0)
    assert jobs.get(job).step < 8
    await many.adopt(many.project)
    report = await passing(many, jobs.finished(job))
    assert report.fates == {"resolved": 8}


def test_a_ladder_is_read_and_ends_with_the_rest():
    assert parse_ladder("1, 5,20") == parse_ladder("1 → 5 → 20 → all") == (1, 5, 20)
    assert parse_ladder("") == ()
    assert [rung.size for rung in rungs((1, 5, 20), 2598)] == [1, 5, 20, 2572]
    assert [rung.size for rung in rungs((1, 5, 20), 4)] == [1, 3]
    assert [rung.size for rung in rungs((), 7)] == [7]
    for wrong in ("0", "-1", "one", "1,,x", ",".join("1" * 9)):
        with pytest.raises(InvalidValue, match="no steps"):
            parse_ladder(wrong)


@pytest.mark.parametrize(
    "held", ["{not json", "", '{"email":NaN}', *("[" * depth + "]" * depth for depth in (101, 600, 5000))]
)
async def test_N1_what_a_letter_holds_that_cannot_be_read_is_shown_as_such_and_never_sent(many, held):
    first, *rest = numbers(many)
    letter = many.dead_letters.get(first)
    await many.dead_letters.purge((first,))
    many.clock.advance(1)
    await many.world.act(ForgetLetters(before=many.clock.now()))
    copy = replace(letter, data=held, generation=1, message_id=many.running().new_id())
    await many.world.act(ImportLetter(letter=copy))
    (bad,) = set(numbers(many)) - set(rest)
    group = next(one for one in find(many, by="data.email").clusters if bad in one.numbers)
    assert group.value in ("(cannot be read)", "(none)")
    report = await many.dead_letters.repair.check(GOOD, numbers(many))
    assert (len(report.fit), report.left_out) == (7, 1)
    preview = many.dead_letters.repair.preview(GOOD, bad)
    assert "what it holds cannot be read" in preview.trouble
    assert (await many.dead_letters.dry_run(bad)).failure is not None
    number = await many.dead_letters.repair.begin(numbers(many), patch=GOOD)
    ended = await passing(many, many.dead_letters.jobs.finished(number))
    assert (ended.job.done, ended.job.failed) == (7, 1)


@pytest.mark.parametrize(
    ("owner", "text", "said"),
    [
        ("x" * 256, None, "the owner must have 1 to 255 characters"),
        ("\u202eLena", None, "U+202E"),
        (None, "x" * 10_001, "the note may have 10,000 characters, and has 10,001"),
        (None, "a\x00", "U+0000"),
    ],
)
async def test_N3_an_owner_is_a_name_and_a_note_has_an_end(many, owner, text, said):
    with pytest.raises(InvalidValue) as refused:
        await many.dead_letters.repair.write_note(numbers(many), owner=owner, text=text)
    assert said in refused.value.message
    assert many.operations.list() == []


async def test_L9_an_act_that_changed_nothing_is_none(many):
    first = numbers(many)[0]
    await many.dead_letters.archive((first,))
    acts = [one.of.action for one in many.operations.list()]
    assert (await many.dead_letters.archive((first,))).skipped == 1
    assert (await many.dead_letters.purge((99_999,))).skipped == 1
    assert (await many.dead_letters.repair.write_note((99_999,), owner="Lena"))[0] == 0
    assert [one.of.action for one in many.operations.list()] == acts == ["archive"]


def first_alone(others: str) -> LetterPatch:
    """Returns a patch that repairs the oldest of `many`, and makes something else of the others."""
    said = f"data.username == 'Ann' ? 'ann@x.example' : {others}"
    return LetterPatch(changes=[FieldChange(way="expression", field="email", value=said)])


@pytest.mark.parametrize("pace", [0.0, 1000.0])
async def test_L5_behind_its_steps_a_ladder_is_held_before_more_fail_than_a_step_has(many, pace, monkeypatch):
    monkeypatch.setattr(dead_letter_jobs, "BEHIND_LADDER", 2)
    jobs, repair = many.dead_letters.jobs, many.dead_letters.repair
    patch = first_alone("data.email")
    job = await repair.begin(numbers(many), patch=patch, ladder=(1,), per_second=pace)
    report = await passing(many, jobs.finished(job))
    assert (report.job.status, report.job.step) == (JobStatus.HELD, 3)
    assert report.fates["resolved"] == 1


async def test_L5_a_ladder_is_held_at_the_first_copy_that_does_not_fit(many):
    jobs, repair = many.dead_letters.jobs, many.dead_letters.repair
    job = await repair.begin(numbers(many), patch=first_alone("3"), ladder=(1,))
    report = await passing(many, jobs.finished(job))
    assert (report.job.status, report.job.step, report.job.failed) == (JobStatus.HELD, 2, 1)
    await jobs.resume(job)
    report = await passing(many, jobs.finished(job))
    assert (report.job.status, report.job.step, report.job.failed) == (JobStatus.HELD, 3, 2)


@pytest.mark.parametrize("retry_delay", ["1h"])
async def test_L5_what_was_not_given_back_is_no_failure_that_is_waited_for(many):
    """A ladder is held at its next failure, though another letter of that step is tried again still."""
    jobs, repair = many.dead_letters.jobs, many.dead_letters.repair
    await many.commands.issue("report_outage", {"domain": "slow.example"})
    slow = "data.username == 'Bob' ? dyn('bob@slow.example') : dyn(data.email)"
    value = f"data.username == 'Ann' ? dyn(3) : {slow}"
    patch = LetterPatch(changes=[FieldChange(way="expression", field="email", value=value)])
    job = await repair.begin(numbers(many), patch=patch, ladder=(1, 2))
    report = await passing(many, jobs.finished(job))
    assert (report.job.step, report.job.failed) == (1, 1)
    await jobs.resume(job)
    async with asyncio.timeout(5):
        while jobs.get(job).status is JobStatus.RUNNING:
            await many.world.timer.advance(0.1, many.running().settle)
            await asyncio.sleep(0)
    report = await jobs.counted(job)
    assert (report.job.status, report.in_progress) == (JobStatus.HELD, 1)
    assert report.fates == {"failed_again": 1, "replaying": 1}
