"""Each kind of mark is found where it is, gone with each of its fixes, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.project.declared.random_models import RandomModel
from tests.services.design.marks.mark_examples import (
    EXAMPLES,
    LOST,
    NOTE,
    PARCEL,
    PING,
    WATCH,
    design_of,
    marks_in,
)
from workbench.assets import asset
from workbench.model.clock import ManualClock
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.project.project import load_project
from workbench.project.project_file import read_settings
from workbench.services.design.design import Design
from workbench.services.design.marks.certain_conditions import certainty
from workbench.services.design.marks.command_marks import UNGUARDED
from workbench.services.design.marks.find_marks import KINDS, marks_of
from workbench.services.design.marks.stored_marks import UNFIT, StoredTrial
from workbench.services.design.project_files import ProjectFiles
from workbench.services.project.draft_files import DraftFiles
from workbench.store.memory.store import MemoryStore
from workbench.store.operations import Append

CODES = [kind.code for kind in KINDS if kind is not UNFIT]


def named(marks):
    return [(one.kind.code, " ".join(one.part)) for one in marks]


def test_a_model_in_order_has_none():
    assert marks_in(design_of(PARCEL)) == []


def test_every_kind_has_an_example_and_says_all_that_is_to_be_said():
    assert sorted([*EXAMPLES, "A-STORED"]) == sorted(kind.code for kind in KINDS)
    assert all(kind.title and kind.why and kind.way for kind in KINDS)


@pytest.mark.parametrize("code", CODES)
def test_it_is_found_with_its_place_and_alone(code):
    part, text = EXAMPLES[code]
    (mark,) = marks_in(design_of(text))
    assert (mark.kind.code, " ".join(mark.part)) == (code, part)
    assert mark.place is not None
    line = text.splitlines()[mark.place.line - 1]
    assert line[mark.place.column - 1 : mark.place.end_column - 1].strip()


@pytest.mark.parametrize("code", CODES)
def test_each_of_its_fixes_takes_it_away_and_loads(code):
    design = design_of(EXAMPLES[code][1])
    (mark,) = marks_in(design)
    assert mark.fixes or code == "A-NAMES"
    for fix in mark.fixes:
        after = fix.change(design)
        assert after.project.text != design.project.text, fix.label
        assert code not in [one.kind.code for one in marks_in(after)], fix.label


@pytest.mark.parametrize("code", CODES)
def test_what_a_fix_did_is_undone_to_the_byte(code, tmp_path):
    text = EXAMPLES[code][1].replace("\n", "\r\n").encode()
    file = tmp_path / "project.tsk"
    file.write_bytes(text)
    world = SimpleNamespace(
        model=load_project(tmp_path, environ={}, trusted=True), store=MemoryStore(ManualClock())
    )
    drafts = DraftFiles(tmp_path, {"WORKBENCH_CONFIG": str(tmp_path / "config")}, ManualClock())
    design = Design(world, {}, drafts, ProjectFiles(world, {}))
    for mark in design.marks():
        for fix in mark.fixes:
            assert not design.apply(fix.label, fix.change).problems
            assert file.read_bytes() != text
            design.undo()
            assert file.read_bytes() == text
    drafts.close()


# -- what is no mark ---------------------------------------------------------------------------------------


KNOWN = {
    "orders": [("A-TOPIC", "topics orders")],
    "orders-declared": [("A-TOPIC", "topics orders")],
}
"""What the samples have: nothing reads their log of orders, which is there to be looked at."""
FOLDERS = [
    folder.parent
    for root in (asset("samples"), asset("templates"), Path("tests/flows"))
    for folder in sorted(root.glob("*/project.tsk"))
]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_samples_templates_and_flows_have_no_other(folder):
    file = read_settings(folder, environ={})
    project = load_project(folder, environ={}, trusted=True, file=file)
    found = marks_of(file, project.registry, project.warnings)
    assert named(found) == KNOWN.get(folder.name, [])


QUIET = {
    "an event that changes the state": NOTE.replace(
        'fields { words: "string" }', 'fields { words: "string" }\nset { status: "\'sent\'" }', 1
    )
    + 'refuse { packed { when: "state.status == \'packed\'", message: "it is packed" } }\n',
    "an event that a policy waits for": NOTE
    + '\n[policy.p]\non: "parcel.noted"\nissue: "send_parcel"\nwith { parcel_id: "id" }\n',
    "an event that a subscription gets": NOTE
    + '\n[topics]\nmail { }\n[routing]\nmail { pattern: "parcel.noted", topics: ["mail"] }\n'
    + '[subscriptions]\nmail { topic: "mail", handler: "h" }\n[handler.h]\nlet { a: "1" }\n',
    "a timeout that answers its refusal": WATCH.replace('after: "1d"', 'after: "1d", refused: "nothing"'),
    "a process that whichever event comes first begins": WATCH.replace(
        "starts: true,", "starts: true, refused: 'nothing',"
    ).replace("{ ends: true }", "{ starts: true }"),
    "a timeout that is withdrawn": WATCH.replace("{ ends: true }", '{ ends: true, withdraw: "remind" }'),
    "an event of older versions, which may be stored": LOST.replace(
        "lost]\n", "lost]\nversion: 2\nupcast { from_1 { remove: ['x'] } }\n"
    ),
    "events of an aggregate that has no commands: imports bring them": "[aggregate.van]\n[event.van.seen]\n"
    '[projection.vans]\ncolumns { id: "text", n: "integer" }\non { "van.seen": { count: "n" } }\n',
    "a loop with a condition": PING.replace('issue: "ping"', 'when: "version < 9"\nissue: "ping"')
    + '[projection.pings]\ncolumns { id: "text", n: "integer" }\non { "parcel.pinged": { count: "n" } }\n',
}


QUIET |= {
    "a policy that creates once": EXAMPLES["A-EXISTS"][1]
    .removeprefix(PARCEL)
    .replace('on: "parcel.sent"', 'on: "parcel.packed"')
}


@pytest.mark.parametrize("what", QUIET)
def test_it_is_no_mark(what):
    assert named(marks_in(design_of(PARCEL + QUIET[what]))) == []


@pytest.mark.parametrize(
    "step",
    ['issue: "remind", with { parcel_id: "id" }, when: "version > 2"', 'set { seen: "state.seen + 1" }'],
)
def test_an_event_that_may_come_again_is_offered_as_no_end(step):
    watch = WATCH.replace('key: "id"\n', 'key: "id"\nstate { seen { type: "integer", default: 0 } }\n', 1)
    design = design_of(PARCEL + watch.replace("ends: true", f"{step}"))
    found = [one for one in marks_in(design) if one.kind.code == "A-END"]
    assert [one.fixes for one in found] == [()]


# -- timeouts --------------------------------------------------------------------------------------------


def timeouts(design):
    return [one for one in marks_in(design) if one.kind.code == "A-TIMEOUT"]


ENDS = WATCH.replace(
    '"parcel.sent": { ends: true }', '"parcel.sent": { ends: true }\n    "parcel.reminded": { ends: true }'
)


def test_every_end_withdraws_what_waits():
    text = PARCEL + ENDS.replace('changes: "parcel"', 'changes: "parcel"\nby: "clerk"')
    [mark] = timeouts(design_of(f'[actor.clerk]\ndescription: "A clerk."\n{text}'))
    assert mark.message.endswith("does not withdraw it at parcel.sent and parcel.reminded, where it ends")
    for fewer in ('"parcel.sent": { ends: true', '"parcel.reminded": { ends: true'):
        half = text.replace(fewer, f'{fewer}, withdraw: "remind"')
        [left] = timeouts(design_of(f'[actor.clerk]\ndescription: "A clerk."\n{half}'))
        mended = left.fixes[0].change(design_of(f'[actor.clerk]\ndescription: "A clerk."\n{half}'))
        assert mended.project.text.count('withdraw: "remind"') == 2
        assert timeouts(mended) == []


def test_a_fix_withdraws_at_the_end_that_is_the_timeouts_own_too():
    [mark] = timeouts(design_of(PARCEL + ENDS))
    assert mark.fixes[0].change(design_of(PARCEL + ENDS)).project.text.count('withdraw: "remind"') == 2


GUARD = 'refuse { sent { when: "state.status == \'sent\'", message: "it is sent" } }'
IGNORED = WATCH.replace('after: "1d"', 'after: "1d", refused: "nothing"')


def test_a_timeout_that_nothing_refuses_at_the_end_is_told_though_its_refusal_is_ignored():
    text = PARCEL + IGNORED.replace("== 'sent'", "== 'lost'")
    [mark] = timeouts(design_of(text))
    assert mark.message.endswith("withdraw it at parcel.sent, where it ends: nothing refuses it there")
    assert [one.label for one in mark.fixes] == ["Withdraw remind at parcel.sent"]
    assert timeouts(mark.fixes[0].change(design_of(text))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("== 'sent'", "!= 'packed'"),
        ("state.status == 'sent'", "size(command.parcel_id) > 9"),
        ("state.status == 'sent'", "state.status == 'lost' || command.parcel_id == 'x'"),
        (GUARD, "when: \"state.status != 'sent'\""),
        (GUARD, 'when: "size(command.parcel_id) > 9"'),
    ],
)
def test_an_ignored_refusal_is_no_mark_where_the_command_may_come_to_nothing(old, new):
    assert timeouts(design_of(PARCEL + IGNORED.replace(old, new))) == []


def test_an_ignored_timeout_that_creates_is_refused_as_a_rule():
    text = PARCEL + IGNORED.replace(GUARD, "").replace('changes: "parcel"', 'creates: "parcel"')
    assert timeouts(design_of(text)) == []


def test_a_field_that_the_end_does_not_set_is_not_known_there():
    """The end sets no status, so a guard over it may hold."""
    text = PARCEL.replace("[event.parcel.sent]\nset { status: \"'sent'\" }", "[event.parcel.sent]")
    assert timeouts(design_of(text + IGNORED)) == []


def test_how_a_field_begins_does_not_matter_behind_an_end_that_sets_it():
    text = PARCEL.replace('"lost"] }', '"lost"], default: "lost" }') + IGNORED
    assert len(timeouts(design_of(text.replace("== 'sent'", "== 'lost'")))) == 1
    assert timeouts(design_of(text)) == []


def test_what_another_aggregates_end_sets_is_not_known_of_this_one():
    """The van has a status, too, and its end says nothing of the parcel's."""
    van = PARCEL[: PARCEL.index("[command.")].replace("parcel", "van")
    watch = IGNORED.replace('"parcel.sent": { ends', '"van.sent": { ends').replace("== 'sent'", "== 'lost'")
    assert timeouts(design_of(PARCEL + van.replace("[aggregate.van]", "\n[aggregate.van]") + watch)) == []


def test_what_a_step_withdraws_does_not_come_under_its_condition():
    step = '{ ends: true, issue: "remind", with { parcel_id: "id" }, when: "version > 3" }'
    design = design_of(PARCEL + WATCH.replace("{ ends: true }", step))
    [mark] = timeouts(design)
    after = mark.fixes[0].change(design)
    assert timeouts(after) == []
    assert 'remind_2 { withdraw: "remind" }' in after.project.text


# -- guards ------------------------------------------------------------------------------------------------


def test_a_value_that_may_have_been_meant_is_offered():
    text = PARCEL.replace(
        'status { type: "choice", choices: ["packed", "sent", "lost"] }', 'status: "string"'
    )
    design = design_of(text.replace("state.status == 'sent'", "state.status == 'send'"))
    (mark,) = marks_in(design)
    assert mark.message == "send_parcel is never refused for sent: state.status is never 'send'"
    assert [fix.label for fix in mark.fixes] == ["Compare with 'sent'", "Remove the guard"]
    assert mark.fixes[0].change(design).project.text == text


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("true", True),
        ("!true || 'a' == 'b'", False),
        ("state.x == 'c'", False),
        ("'c' != state.x", True),
        ("state.x == 'c' && state.y", False),
        ("state.y || state.x != 'c'", True),
        ("state.x == 'a'", None),
        ("state.y || state.x == 'c'", None),
        ("state.z == 'c'", None),
        ("1 == 1.0", None),
        ("no expression (", None),
    ],
)
def test_a_condition_is_certain_or_depends(condition, holds):
    values = {"state.x": frozenset({"a", "b"})}
    found = certainty(condition, values.get)
    assert (found.holds if found else None) is holds


# -- any model ---------------------------------------------------------------------------------------------


@settings(
    max_examples=settings().max_examples // 3, phases=[Phase.generate]
)  # smaller ones are not found in time
@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_any_model_has_marks_whose_fixes_load_and_take_them_away(seed, size):
    design = design_of(RandomModel(seed, size).text)
    before = facts(marks_in(design))
    for mark in marks_in(design):
        for fix in mark.fixes:
            [told] = facts([mark])
            assert facts(marks_in(fix.change(design))).count(told) < before.count(told), fix.label


def facts(marks):
    """Returns what marks say, but where; the same may be marked at two places."""
    return [(one.kind.code, one.part, one.message) for one in marks]


@pytest.mark.parametrize(
    ("code", "text", "gone"),
    [
        (
            "A-COLUMN",
            EXAMPLES["A-COLUMN"][1] + '[query.by_weight]\nlist: "parcels"\nfields { weight: "integer?" }\n',
            "Remove the column",
        ),
        (
            "A-STATE",
            PARCEL.replace("state { status", 'state { weight { type: "string", default: "" }, status'),
            "Set it from parcel.packed",
        ),
        (
            "A-STATE",
            PARCEL.replace(
                "state { status", 'state { weight { type: "integer", default: 0 }, status'
            ).replace("state.status == 'sent'", "state.status == 'sent' && state.weight == 0"),
            "Remove the field",
        ),
        (
            "A-UNEMITTED",
            EXAMPLES["A-UNEMITTED"][1].replace(
                "[event.parcel.lost]", '[event.parcel.lost]\nfields { by: "string" }'
            ),
            "Emit it from lose_parcel",
        ),
        (
            "A-UNREAD",
            PARCEL + NOTE + '\n[handler.tell]\nevent: "parcel.noted"\nlet { a: "data.words" }\n',
            "Remove the event",
        ),
    ],
)
def test_what_would_not_load_is_not_offered(code, text, gone):
    found = [one for one in marks_in(design_of(text)) if one.kind.code == code]
    assert found
    assert gone not in [fix.label for one in found for fix in one.fixes]


def test_an_event_that_comes_to_a_handler_of_others_is_read_by_nobody():
    goes = '[topics]\nmail { }\n[routing]\nall { pattern: "*", topics: "mail" }\n'
    goes += '[subscriptions]\npost { topic: "mail", handler: "ring" }\n[handler.ring]\nevent: "EVENT"\n'
    for event, marks in (("parcel.noted", []), ("parcel.sent", ["nothing reads parcel.noted"])):
        found = marks_in(design_of(PARCEL + NOTE + goes.replace("EVENT", event)))
        assert [one.message for one in found if one.kind.code == "A-UNREAD"] == marks


# -- what is stored ----------------------------------------------------------------------------------------


def stored(*data):
    """Returns a store with events that a version of `NOTE` wrote, each with its data."""
    store = MemoryStore(ManualClock())
    events = tuple(
        NewEvent(id=derived_id(str(at)), type="parcel.noted", data=one) for at, one in enumerate(data)
    )
    store.write([Append(stream="parcel-1", events=events)])
    return store


def registry_of(tmp_path, text):
    (tmp_path / "project.tsk").write_text(text)
    return load_project(tmp_path, environ={}, trusted=True).registry


def test_stored_events_that_do_not_fit_are_counted_until_they_do(tmp_path):
    reader = stored('{"words":"a"}', '{"words":1}', "{}").reader()
    trial, text = StoredTrial(), PARCEL + NOTE
    assert trial.unfit(reader, registry_of(tmp_path, text)) == {"parcel.noted": 2}
    assert trial.unfit(reader, registry_of(tmp_path, text)) == {"parcel.noted": 2}
    assert trial.unfit(reader, registry_of(tmp_path, text.replace("words:", "said:"))) == {"parcel.noted": 3}
    wide = text.replace('{ words: "string" }', '{ words: "string?" }')
    assert trial.unfit(reader, registry_of(tmp_path, wide)) == {"parcel.noted": 1}


def test_what_did_not_change_is_not_read_again(tmp_path, monkeypatch):
    reader, trial = stored('{"words":1}').reader(), StoredTrial()
    trial.unfit(reader, registry_of(tmp_path, PARCEL + NOTE))
    monkeypatch.setattr(reader, "read_types", None)
    more = PARCEL + NOTE + "\n[actor.clerk]\n"
    assert trial.unfit(reader, registry_of(tmp_path, more)) == {"parcel.noted": 1}


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 stored event does not fit its"), (2, "2 stored events do not")]
)
def test_the_mark_says_how_many_and_opens_the_schema(tmp_path, count, said):
    registry = registry_of(tmp_path, PARCEL + NOTE)
    file = read_settings(tmp_path, environ={})
    mark = marks_of(file, registry, unfit={"parcel.noted": count})[0]
    assert (mark.kind, mark.node, mark.place.line) == (UNFIT, "event:parcel.noted", 30)
    assert mark.message.startswith(said)
    (fix,) = mark.fixes
    assert (fix.opens, fix.change(design_of(PARCEL))) == ("parcel.noted", design_of(PARCEL))


def test_no_step_before_a_status_is_guessed_from_the_order_of_its_choices() -> None:
    [mark] = marks_in(design_of(EXAMPLES["A-REFUSE"][1]))
    assert [one.label for one in mark.fixes] == ["Refuse it when state.status == 'sent'"]


BLIND = EXAMPLES["A-REFUSE"][1] + LOST + NOTE
LOST_OR_SENT = """do {
    lost { emit: "parcel.lost", when: "state.status == 'lost'" }
    sent { emit: "parcel.sent", otherwise: true }
}"""
NOTED = 'noted { emit: "parcel.noted", with { words: "\'so\'" }'


@pytest.mark.parametrize(
    ("does", "marked"),
    [
        ('do { sent { emit: "parcel.sent" }, ' + NOTED + ", when: \"command.parcel_id != '1'\" } }", True),
        ('do { sent { emit: "parcel.sent", when: "command.parcel_id != \'1\'" }, ' + NOTED + " } }", True),
        ('let { id: "command.parcel_id" }\ndo { sent { emit: "parcel.sent", when: "id != \'1\'" } }', True),
        ('do { sent { emit: "parcel.sent", when: "state.status != \'sent\'" }, ' + NOTED + " } }", False),
        ('let { is: "state.status" }\ndo { sent { emit: "parcel.sent", when: "is != \'sent\'" } }', False),
        (LOST_OR_SENT, False),
    ],
)
def test_a_status_is_set_blindly_unless_the_action_that_sets_it_looks_at_the_state(does, marked) -> None:
    text = BLIND.replace('emit: "parcel.sent"', does)
    assert [one.message for one in marks_in(design_of(text)) if one.kind is UNGUARDED] == (
        ["send_parcel sets status to 'sent' whatever it was before"] if marked else []
    )


@pytest.mark.parametrize(
    ("said", "marked"),
    [
        ('"\\"sent\\""', True),
        ("\"state.status == 'lost' ? 'sent' : 'sent'\"", True),
        ("\"state.status == 'lost' ? 'sent' : 'lost'\"", False),
        ('"state.status"', False),
    ],
)
def test_a_status_is_one_constant_however_that_is_written(said, marked) -> None:
    text = EXAMPLES["A-REFUSE"][1].replace("""[event.parcel.sent]\nset { status: "'sent'" }""", "SENT")
    text = text.replace("SENT", f"[event.parcel.sent]\nset {{ status: {said} }}")
    assert said in text
    assert len([one for one in marks_in(design_of(text)) if one.kind is UNGUARDED]) == marked


def test_the_status_of_a_second_aggregate_is_looked_at_by_its_own_name() -> None:
    text = EXAMPLES["A-REFUSE"][1].replace(
        'changes: "parcel"\nfields { parcel_id: "string" }\nemit: "parcel.sent"',
        'changes: { van: "van_id", parcel: "parcel_id" }\nfields { van_id: "string", parcel_id: "string" }\n'
        'emit: "parcel.sent"',
    )
    text += "[aggregate.van]\n[event.van.bought]\n"
    [mark] = [one for one in marks_in(design_of(text)) if one.kind is UNGUARDED]
    assert [one.label for one in mark.fixes] == ["Refuse it when parcel.status == 'sent'"]
    after = mark.fixes[0].change(design_of(text))
    assert [one for one in marks_in(after) if one.kind is UNGUARDED] == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("parcle.*", "parcel.*"), ("parcel.snet", "parcel.sent"), ("parcle.sen?", "parcel.sen?")],
)
def test_a_route_whose_pattern_is_misspelt_is_corrected(typed: str, meant: str) -> None:
    text = EXAMPLES["A-ROUTE"][1].replace("letter.*", typed)
    [mark] = marks_in(design_of(text))
    assert [one.label for one in mark.fixes] == [f"Write {meant}", "Remove the route"]
    assert mark.fixes[0].effect.endswith("parcel.sent would go that way")
    after = mark.fixes[0].change(design_of(text))
    assert after.project.text == text.replace(typed, meant)
    assert marks_in(after) == []


def test_a_route_with_a_section_of_its_own_goes_whole_and_one_that_fits_is_not_marked() -> None:
    text = EXAMPLES["A-ROUTE"][1].replace(
        'letters { pattern: "letter.*", topics: "mail" }',
        '[routing.letters]\npattern: "letter.*"\ntopics: "mail"',
    )
    [mark] = marks_in(design_of(text))
    assert mark.message == "route letters: letter.* fits no event"
    after = mark.fixes[0].change(design_of(text))
    assert "letter" not in after.project.text
    assert marks_in(after) == []
    assert marks_in(design_of(text.replace("letter.*", "*.sent"))) == []
