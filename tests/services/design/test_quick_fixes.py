"""What would fix a problem does fix it, and leaves everything else as it was."""

from __future__ import annotations

import pytest

from tests.services.design.marks.mark_examples import EXAMPLES, design_of
from tests.services.design.text_examples import PROJECT, checked
from workbench.services.design.design_text import DesignText
from workbench.services.design.quick_fixes import quick_fixes
from workbench.tusk import parse


def fixes(old, new):
    text = PROJECT.replace(old, new, 1)
    assert text != PROJECT
    found = checked(text)
    return text, [fix for one in found.problems for fix in quick_fixes(found, one)]


@pytest.mark.parametrize(
    ("old", "new", "label"),
    [
        ('emit: "order.paid"', 'emt: "order.paid"', "Replace with emit"),
        ('"decimal?"', '"number?"', "Replace with decimal"),
        ('"uuid"', '"id"', "Replace with uuid"),
        ("state.color ==", "state.colr ==", "Replace with color"),
        ('of: "line"', 'of: "lin"', "Replace with line"),
        ('of: "line"', 'of: "row"', "New type row"),
        ('topics: ["mails"]', 'topics: ["letters"]', "New topic letters"),
        ('emit: "order.paid"', 'emit: "order.closed"', "New event order.closed"),
        ('changes: "order"', "changes: order", "Put order between quotes"),
        ('changes: "order"', 'changes: "order"\nby: "clerk"', "New actor clerk"),
        ('"order.paid" { count: "paid" }\n}', '"order.paid" { count: "paid" }', "Write }"),
    ],
)
def test_a_fix_leaves_nothing_wrong(old, new, label):
    text, found = fixes(old, new)
    fix = next(one for one in found if one.label == label)
    assert fix.effect
    after = checked(fix.applied(text))
    if label.startswith(("New event", "New type")):  # what it consists of is for the person to say
        assert not any("there is no" in one.message for one in after.problems)
    else:
        assert after.problems == ()


def test_a_field_that_is_needed_is_written_where_it_belongs():
    text, found = fixes('with {\n    total: "sum(command.lines.map(line, line.price))"\n}\n', "")
    (fix,) = found
    assert (fix.label, fix.effect) == ("Write total …", "adds total, to be typed")
    after = fix.applied(text)
    assert 'emit: "order.placed"\nwith { total: "" }\n' in after
    assert [one.message for one in checked(after).problems] == ["the expression is empty"]


def test_of_a_list_the_member_that_is_wrong_is_replaced_and_the_others_stay():
    text = LENDING + '\n[policy.tell]\non: ["loan.lent", "loan.lnt"]\nissue: "lend"\n'
    found = checked(text)
    (problem,) = (one for one in found.problems if one.message == "there is no event loan.lnt")
    fix = next(one for one in quick_fixes(found, problem) if one.label == "Replace with loan.lent")
    assert 'on: ["loan.lent", "loan.lent"]' in fix.applied(text)


def test_a_block_that_is_missing_is_written():
    text, found = fixes('fields { id: "uuid" }\nrefuse', "refuse")
    assert [one.label for one in found] == ["Write fields"]
    assert checked(found[0].applied(text)).problems == ()


def test_a_type_of_another_language_keeps_that_it_may_be_missing():
    text, found = fixes('"decimal?"', '"number?"')
    assert 'total: "decimal?"' in found[0].applied(text)


def test_where_nothing_is_known_nothing_is_offered():
    _, found = fixes("state.color == 'red'", "state.color == ")
    assert found == []


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_mark_is_told_and_fixed_in_the_text_as_on_the_board(code):
    text = EXAMPLES[code][1]
    found = checked(text)
    (mark,) = found.marks
    assert all(one.warning for one in found.problems)
    assert mark.kind.code == code
    for fix, offered in zip(mark.fixes, quick_fixes(found, mark.as_warning), strict=True):
        assert (offered.label, offered.effect) == (fix.label, fix.effect)
        assert offered.applied(text) == fix.change(design_of(text)).project.text


def test_what_is_wrong_is_told_before_what_is_marked():
    text = EXAMPLES["A-END"][1].replace('changes: "parcel"', 'changes: "parcl"')
    assert checked(text).problems != ()
    assert checked(text).marks == ()


@pytest.mark.parametrize(("said", "typed"), [("'red'", "string"), ("3", "integer"), ("true", "boolean")])
def test_a_field_that_the_state_has_not_is_added_with_its_type(said, typed):
    text = PROJECT.replace("\n[event.order.paid]\n", f'\n[event.order.paid]\nset {{ more: "{said}" }}\n', 1)
    assert text != PROJECT
    found = checked(text)
    fix = next(one for problem in found.problems for one in quick_fixes(found, problem))
    assert fix.label == f"Add more: {typed}? to the state of order"
    assert not any("more" in one.message for one in checked(fix.applied(text)).problems)


def test_an_event_of_another_aggregate_is_not_taken_for_a_mistyped_one():
    _, found = fixes('emit: "order.paid"', 'emit: "bill.sent"')
    assert [one.label for one in found] == ["Let it change bill, too"]


@pytest.mark.parametrize(
    ("old", "new", "label", "after"),
    [
        ("[aggregate.bill]", "[agregate.bill]", "Replace with aggregate", "[aggregate.bill]"),
        ("[topics]", "[topcs]", "Replace with topics", "[topics]"),
        ('emit: "order.paid"', "emit: order.paid", "Put order.paid between quotes", 'emit: "order.paid"'),
    ],
)
def test_a_fix_exchanges_the_whole_word_and_no_more(old, new, label, after):
    text, found = fixes(old, new)
    fix = next(one for one in found if one.label == label)
    assert fix.applied(text) == text.replace(new, after, 1) == PROJECT


def test_sections_with_one_wrong_word_get_the_right_one_together():
    text = PROJECT.replace("[event.", "[evnt.")
    found = checked(text)
    assert text.splitlines()[found.problems[0].line - 1] == "[evnt.order.placed]"
    (fix,) = quick_fixes(found, found.problems[0])
    assert fix.applied(text) == PROJECT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[aggregate.bill]", "[aggregate.bill]\n\n[agregate.order]"),
        ('emit: "order.paid"', 'emit: "order.paid"\nemt: "order.paid"'),
        ('"order.paid" { count: "paid" }', '"order.paid" { count: "paid" }\n"order.piad" { count: "paid" }'),
    ],
)
def test_no_fix_is_offered_that_leaves_a_text_that_cannot_be_read(old, new):
    _, found = fixes(old, new)
    assert not any(one.label.startswith("Replace with") for one in found)


@pytest.mark.parametrize("typed", ['"choice", choices: ["free", "taken"]', '"status"'])
def test_a_first_event_is_offered_to_set_what_it_has_of_the_state_and_first_choices(typed):
    types = '[types]\nstatus { type: "choice", choices: ["free", "taken"] }\n\n'
    text = (
        (types if typed == '"status"' else "")
        + f'[aggregate.room]\nstate {{ seats: "integer", status {{ type: {typed} }} }}\n\n'
        + '[event.room.added]\nfields { seats: "integer" }\n\n[command.add_room]\ncreates: "room"\n'
        + 'fields { room_id: "string", seats: "integer" }\nemit: "room.added"\n'
    )
    found = checked(text)
    [problem] = [one for one in found.problems if not one.warning]
    [fix] = quick_fixes(found, problem)
    assert fix.label == "Set seats: event.seats, status: 'free'"
    after = fix.applied(text)
    assert 'set { seats: "event.seats", status: "\'free\'" }' in after
    assert [one for one in checked(after).problems if not one.warning] == []


def test_the_same_mistake_is_mended_wherever_it_stands():
    text = PROJECT.replace('"decimal?"', '"number?"').replace('"uuid"', '"guid"')
    found = checked(text)
    problems = [one for one in found.problems if "guid" in one.message]
    assert len(problems) > 1
    here, everywhere, *_ = quick_fixes(found, problems[0])
    assert (here.label, here.applied(text).count('"guid"')) == ("Replace with uuid", len(problems) - 1)
    assert everywhere.label == f"Replace with uuid in all {len(problems)} places"
    after = checked(everywhere.applied(text))
    assert [one.message for one in after.problems] == ["there is no type number"]


LENDING = """\
[aggregate.loan]
state { instrument: "string", weeks: "integer" }

[aggregate.member]
state { name: "string" }

[event.loan.lent]
fields { instrument: "string", weeks: "integer" }
set { instrument: "event.instrument", weeks: "event.weeks" }

[event.member.charged]
fields { amount: "money", n: "integer", tags { type: "list", of: "string" } }

[command.lend]
creates: "loan"
fields { loan_id: "string", instrument: "string", weeks: "integer" }
emit: "loan.lent"

[command.join]
creates: "member"
fields {
    member_id: "string", name: "string", amount: "money", n: "integer"
    tags { type: "list", of: "string" }
}
emit: "member.charged"
"""


def first_fix(text):
    found = checked(text)
    problem = next(one for one in found.problems if quick_fixes(found, one))
    return quick_fixes(found, problem)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("state.more + event.amount", "more: money = 0"),
        ("event.n + state.more", "more: integer = 0"),
        ("event.n * 2 > 4", "more: boolean?"),
        ("decimal(event.n) * 5.0", "more: decimal?"),
        ("event.n > 1 ? event.amount : event.amount * 2", "more: money?"),
        ("event.tags", "more: [string]?"),
        ("event.", "more: string?"),
    ],
)
def test_a_field_that_the_state_has_not_is_of_the_type_that_its_use_needs(said, line):
    text = LENDING.replace("\n[command.lend]", f'set {{ name: "\'x\'", more: "{said}" }}\n\n[command.lend]')
    fix = first_fix(text)[0]
    assert fix.label == f"Add {line} to the state of member"
    left = [one for one in checked(fix.applied(text)).problems if "more" in one.message]
    assert left == []


def test_a_field_is_given_from_the_state_that_has_one_of_its_name_and_type():
    again = '\n[command.relend]\nchanges: "loan"\nfields { loan_id: "string" }\nemit: "loan.lent"\n'
    text = LENDING + again
    needed = checked(text)
    fixes = (fix for one in needed.problems for fix in quick_fixes(needed, one))
    fix = next(one for one in fixes if one.label == "Write instrument")
    assert 'with { instrument: "state.instrument" }' in fix.applied(text)
    other = text.replace('state { instrument: "string"', 'state { instrument: "uuid"')
    fix = next(
        fix
        for found in [checked(other)]
        for one in found.problems
        for fix in quick_fixes(found, one)
        if fix.label == "Write instrument …"
    )
    assert 'with { instrument: "" }' in fix.applied(other)


def test_an_event_without_an_aggregate_becomes_one_of_each_wherever_it_is_named():
    text = LENDING + '\n[event.returned]\n\n[policy.tell]\non: "returned"\nissue: "lend"\n'
    found = checked(text)
    problem = next(one for one in found.problems if one.message == "there is no aggregate returned")
    fixes = [one for one in quick_fixes(found, problem) if one.label.startswith("Replace")]
    assert [one.label for one in fixes] == ["Replace with loan.returned", "Replace with member.returned"]
    after = fixes[0].applied(text)
    assert "[event.loan.returned]" in after
    assert 'on: "loan.returned"' in after


def test_an_event_of_a_mistyped_aggregate_keeps_its_last_word():
    text = LENDING.replace("loan.lent", "laon.lent") + policy('"laon.lent"', "lend")
    found = checked(text)
    problem = next(one for one in found.problems if one.message == "there is no aggregate laon")
    fix = next(iter(quick_fixes(found, problem)))
    assert (fix.label, fix.effect) == (
        "Replace with loan.lent",
        "[event.laon.lent] becomes [event.loan.lent]",
    )
    assert fix.applied(text) == text.replace("laon.lent", "loan.lent")


def test_a_fix_that_renames_does_so_in_scenarios_too_and_keeps_what_is_typed():
    given = parse('"Back" { given: [{ event: "returned", stream: "loan-1" }] }\n', "scenarios/a.tsk")
    text = LENDING + '\n[event.returned]\n\n[policy.tell]\non: "returned"\nissue: "lend"\n'
    whole = DesignText(project=parse(text, "project.tsk"), scenarios={given.file: given})
    typed = text.replace("[policy.tell]", "[policy.tell]  # typed")
    found = checked(typed)
    problem = next(one for one in found.problems if one.message == "there is no aggregate returned")
    fix = next(one for one in quick_fixes(found, problem) if one.label == "Replace with loan.returned")
    after = fix.changed(whole, was=text, typed=typed)
    assert after.scenarios[given.file].text == given.text.replace('"returned"', '"loan.returned"')
    assert after.project.text == fix.applied(typed)


def policy(on, command):
    return f'\n[policy.tell]\non: [{on}]\nissue: "{command}"\n'


FETCH = """
[event.loan.kept]

[command.fetch]
creates: "member"
fields { member_id: "string", loan: "string", loan_id: "string", weeks: "integer", whose: "string" }
emit: "member.charged"
with { amount: "1.00", n: "1", tags: "[]" }
"""


def test_what_a_policy_issues_gets_the_id_of_what_it_follows_and_nothing_is_made_up():
    text = LENDING + FETCH + policy('"loan.kept", "loan.lent"', "fetch")
    found = checked(text)
    told = {fix.label: fix for one in found.problems for fix in quick_fixes(found, one)}
    for field in ("loan", "loan_id"):
        assert f'with {{ {field}: "id" }}' in told[f"Write {field}"].applied(text)
    for field in ("whose", "member_id", "weeks"):
        fix = told[f"Write {field} …"]
        after = fix.applied(text)
        assert after[: fix.left_empty].endswith(f'with {{ {field}: "')
    two = checked(LENDING + FETCH + policy('"loan.kept", "member.charged"', "fetch"))
    offered = [fix.label for one in two.problems for fix in quick_fixes(two, one)]
    assert "Write loan …" in offered, "whose id it is, is not known"


@pytest.mark.parametrize("code", EXAMPLES)
def test_no_fix_of_a_mark_writes_an_empty_text(code):
    text = EXAMPLES[code][1]
    for mark in checked(text).marks:
        for fix in mark.fixes:
            assert fix.change(design_of(text)).project.text.count('""') <= text.count('""'), fix.label


def test_what_is_new_says_nothing_empty():
    text, found = fixes('emit: "order.paid"', 'emit: "order.closed"')
    fix = next(one for one in found if one.label == "New event order.closed")
    assert fix.applied(text).endswith("\n[event.order.closed]\nfields {\n}\n")
    assert fix.left_empty is None


SKY = """\
[aggregate.observation]
state { status { type: "choice", choices: ["asked", "planned"] }, target: "string" }

[event.observation.asked]
fields { target: "string", scope: "integer" }
set { target: "event.target", status: "'asked'" }

[event.observation.planned]
set { status: "'planned'" }

[command.ask]
creates: "observation"
fields { observation_id: "string", target: "string", scope: "integer" }
emit: "observation.asked"

[command.plan]
changes: "observation"
fields { observation_id: "string" }
refuse { done { when: "state.status == 'planned'", message: "it is planned" } }
emit: "observation.planned"

[projection.skies]
columns { id: "text", target: "text" }
on { "observation.asked": { put { target: "event.target" } } }
"""


@pytest.mark.parametrize(
    ("old", "new", "label"),
    [
        ("\"'planned'\" }", "\"'gone'\" }", "Add gone to the choices of status"),
        ("state.status == 'planned'", "state.status == 'gone'", "Add gone to the choices of status"),
        ('target: "string" }\n\n', 'target: "string", n: "integer" }\n\n', "Begin with n: integer = 0"),
        ("state.status == 'planned'", "state.scope == 3", "Add scope: integer? to the state of observation"),
        ("state.status == 'planned'", "state.word == 'x'", "Add word: string? to the state of observation"),
        ('set { target: "event.target"', 'set { target: ""', "Write event.target"),
        ('put { target: "event.target" }', 'put { target: "" }', "Write event.target"),
        (
            '"observation.asked"\n\n[command',
            '"observation.asked"\nwith { scope: "" }\n\n[command',
            "Write command.scope",
        ),
    ],
)
def test_what_a_state_lacks_is_offered_first_and_mends_the_draft(old, new, label):
    text = SKY.replace(old, new, 1)
    assert text != SKY
    assert checked(SKY).mistakes == []
    found = checked(text)
    (problem, *_) = found.mistakes
    fix, *others = quick_fixes(found, problem)
    assert fix.label == label
    assert not [one for one in others if one.label.startswith("Replace")], "nothing of another meaning"
    assert checked(fix.applied(text)).mistakes == []


DRAINS = """[aggregate.mission]
[aggregate.battery]
[event.mission.landed]
[event.battery.drained]
[command.charge_battery]
creates_or_changes: "battery"
fields { battery_id { type: "string", min: 1 } }
emit: "battery.drained"
[command.land_mission]
changes: "mission"
fields { mission_id: "string" }
do { landed { emit: "mission.landed" }, drained { emit: "battery.drained" } }
"""


@pytest.mark.parametrize(
    ("old", "new", "effect", "written"),
    [
        (
            "",
            "",
            "adds battery to changes, with the new field battery_id",
            'battery_id { type: "string", min: 1 }',
        ),
        (
            'fields { mission_id: "string" }',
            'target: "id"\nfields { battery_id: "string", id: "string" }',
            "adds battery to changes, with its field battery_id",
            'changes { mission: "id", battery: "battery_id" }',
        ),
        (
            'changes: "mission"',
            'creates: "mission"',
            "adds battery to changes, with the new field battery_id",
            'creates: "mission"\nchanges { battery: "battery_id" }',
        ),
        (
            "fields { battery_id {",
            "fields { mission_id {",
            "adds battery to changes, with the new field battery_id",
            'changes { mission: "mission_id", battery: "battery_id" }',
        ),
    ],
)
def test_a_command_changes_another_aggregate_too_where_it_emits_an_event_of_it(old, new, effect, written):
    text = DRAINS.replace(old, new) if old else DRAINS
    found = checked(text)
    (problem,) = found.problems
    (fix,) = quick_fixes(found, problem)
    assert (fix.label, fix.effect) == ("Let it change battery, too", effect)
    after = fix.applied(text)
    assert written in after
    assert checked(after).problems == ()
