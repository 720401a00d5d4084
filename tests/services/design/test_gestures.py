"""What is done on the board is written as a person would write it, and can be undone to the byte."""

from __future__ import annotations

from functools import reduce
from pathlib import Path

import pytest

from workbench.errors import InvalidValue
from workbench.project.declared.compiler import compile_declared
from workbench.project.declared.section_kinds import KINDS
from workbench.project.project_file import read_document
from workbench.services.design import field_gestures, gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.relations import RELATIONS, declared_names
from workbench.services.design.section_lists import put
from workbench.tusk import parse

EMPTY = '[project]\nname: "shop"\n'
SENT, PARCELS = DesignNode("event", "parcel.sent"), DesignNode("projection", "parcels")
SEND, DELIVER = DesignNode("command", "send_parcel"), DesignNode("command", "deliver_parcel")


def of(text):
    return DesignText(project=parse(text))


def after(*changes, begin=EMPTY):
    return reduce(lambda text, change: change(text), changes, of(begin))


def make(kind, name, behind=None):
    return lambda text: gestures.made(text, kind, name, behind)


def field(node, line):
    return lambda text: gestures.with_field(text, node, line)


def problems(text):
    file = read_document(text.project, Path("project.tsk"), environ={})
    return compile_declared(text.project, file.declared)[1]


def test_an_end_withdraws_what_the_process_issued_for_later() -> None:
    watch, step = DesignNode("process", "watch"), ("process", "watch", "on", "parcel.sent", "after")
    text = after(
        make("command", "send_parcel"),
        make("event", "parcel.sent", SEND),
        make("event", "parcel.lost", SEND),
        make("process", "watch", SENT),
        make("command", "remind_parcel", watch),
        lambda text: text.with_project(put(text.project, step, "15m")),
    )
    ended = gestures.linked(text, DesignNode("event", "parcel.lost"), watch)
    assert '"parcel.lost": { withdraw: "remind_parcel", ends: true }' in ended.project.text
    assert gestures.unlinked(ended, DesignNode("event", "parcel.lost"), watch) == text


def test_a_column_that_a_later_event_brings_is_filled_by_the_earlier_ones_too() -> None:
    state = '[aggregate.room]\nstate { status: "string" }\n'
    text = of(
        f'{EMPTY}{state}[event.room.added]\nfields {{ seats: "integer" }}\nset {{ status: "\'free\'" }}\n'
        "[event.room.taken]\nset { status: \"'taken'\" }\n"
        '[projection.rooms]\ncolumns { id: "text", seats: "integer" }\n'
        'on { "room.added": { put { seats: "event.seats" } } }\n'
    )
    made = gestures.linked(text, DesignNode("event", "room.taken"), DesignNode("projection", "rooms"))
    assert 'columns { id: "text", seats: "integer", status: "text" }' in made.project.text
    assert 'put { seats: "event.seats", status: "\'free\'" }' in made.project.text
    assert '"room.taken": { set { status: "\'taken\'" } }' in made.project.text


def test_a_process_issues_a_command_in_the_step_that_is_free() -> None:
    watch, remind = DesignNode("process", "watch"), DesignNode("command", "remind_parcel")
    text = after(
        make("command", "send_parcel"),
        make("event", "parcel.sent", SEND),
        make("process", "watch", SENT),
        make("command", "remind_parcel", watch),
    )
    step = '"parcel.sent": { starts: true, issue: "remind_parcel", with { parcel_id: "id" } }'
    assert step in text.project.text
    assert gestures.unlinked(text, watch, remind).project.text.count("remind_parcel") == 1
    with pytest.raises(InvalidValue, match="process alone handles no event yet"):
        gestures.linked(make("process", "alone")(text), DesignNode("process", "alone"), remind)


FLOW = (
    make("command", "send_parcel"),
    field(SEND, "to: string min 1"),
    make("event", "parcel.sent", SEND),
    make("projection", "parcels", SENT),
    make("command", "deliver_parcel", DesignNode("aggregate", "parcel")),
    make("event", "parcel.delivered", DELIVER),
    lambda text: gestures.linked(text, DesignNode("event", "parcel.delivered"), PARCELS),
)
WRITTEN = """\
[project]
name: "shop"

[aggregate.parcel]

[event.parcel.sent]
fields { to: "string" }

[event.parcel.delivered]

[command.send_parcel]
creates: "parcel"
fields { parcel_id: "string", to { type: "string", min: 1 } }
emit: "parcel.sent"

[command.deliver_parcel]
changes: "parcel"
fields { parcel_id: "string" }
emit: "parcel.delivered"

[projection.parcels]
columns { id: "text", to: "text", status: "text" }
on {
    "parcel.sent": { put { to: "event.to" } }
    "parcel.delivered": { set { status: "'delivered'" } }
}
"""


def test_a_flow_is_made_from_nothing_and_runs_at_every_step():
    text = of(EMPTY)
    for change in FLOW:
        text = change(text)
        assert problems(text) == []
    assert text.project.text == WRITTEN


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            [make("policy", "p", SENT), make("command", "tell_owner", DesignNode("policy", "p"))],
            'on: "parcel.sent"\nissue: "tell_owner"\nwith { parcel_id: "id" }\n',
        ),
        (
            [
                lambda text: gestures.made(text, "command", "call_notice", owner="notice"),
                make("policy", "p", DesignNode("event", "parcel.delivered")),
                lambda text: gestures.linked(
                    text, DesignNode("policy", "p"), DesignNode("command", "call_notice")
                ),
            ],
            'issue: "call_notice"\nwith { notice_id: "id + \'-\' + string(version)" }\n',
        ),
        ([make("process", "p", SENT)], 'key: "id"\non { "parcel.sent": { starts: true } }\n'),
        (
            [make("topic", "mail", SENT)],
            '[topics]\nmail {}\n\n[routing]\nparcel_sent { pattern: "parcel.sent", topics: ["mail"] }\n',
        ),
        ([make("handler", "h", SENT)], '[handler.h]\nevent: "parcel.sent"\n'),
        ([make("query", "all", PARCELS)], '[query.all]\nlist: "parcels"\n'),
        ([make("actor", "clerk", SEND)], 'creates: "parcel"\nby: "clerk"\nfields'),
        ([make("external", "post", SEND), make("actor", "clerk", SEND)], 'by: ["post", "clerk"]\n'),
        (
            [make("event", "parcel.lost", SEND)],
            'do { sent { emit: "parcel.sent" }, lost { emit: "parcel.lost" } }\n',
        ),
        ([make("aggregate", "box")], "[aggregate.parcel]\n\n[aggregate.box]\n\n[event"),
        ([make("event", "box.opened", SEND)], '[event.box.opened]\naggregate: "parcel"\n'),
    ],
)
def test_what_follows_something_is_wired_to_it(changes, said):
    assert said in after(*FLOW, *changes).project.text


def test_one_action_moves_with_its_details_where_a_second_one_comes():
    text = after(
        *FLOW,
        lambda text: text.with_project(
            put(text.project, ("command", "send_parcel", "with"), {"to": "command.to"})
        ),
        make("event", "parcel.lost", SEND),
    )
    block = 'do { sent { emit: "parcel.sent", with { to: "command.to" } }, lost { emit: "parcel.lost" } }\n'
    assert block in text.project.text
    assert problems(text) == []
    alone = gestures.unlinked(text, SEND, SENT)
    assert 'do { lost { emit: "parcel.lost" } }\n' in alone.project.text
    none = gestures.unlinked(alone, SEND, DesignNode("event", "parcel.lost"))
    assert 'to { type: "string", min: 1 } }\n\n' in none.project.text


@pytest.mark.parametrize("one", RELATIONS, ids=lambda one: f"{one.source}-{one.target}")
def test_a_wire_is_written_known_and_taken_away(one):
    text = reduce(
        lambda text, kind: (
            text
            if gestures.exists(text, DesignNode(kind, f"a_{kind}"))
            else gestures.made(text, kind, f"a_{kind}")
        ),
        dict.fromkeys(["command", "aggregate", one.source, one.target]),
        of(EMPTY),
    )
    source, target = DesignNode(one.source, f"a_{one.source}"), DesignNode(one.target, f"a_{one.target}")
    if one.source == "process":
        event = DesignNode("event", "a_aggregate.done")
        text = gestures.linked(gestures.made(text, "event", event.name), event, source)
    wired = gestures.linked(text, source, target)
    assert one.linked(wired.project, source.name, target.name)
    assert gestures.linked(wired, source, target) == wired
    bare = gestures.unlinked(wired, source, target)
    assert not one.linked(bare.project, source.name, target.name)
    with pytest.raises(InvalidValue, match="does not lead from"):
        gestures.unlinked(bare, source, target)


def test_what_cannot_be_is_told():
    text = after(*FLOW)
    for change, said in (
        (make("command", "send_parcel"), "there is a command send_parcel already"),
        (make("event", "a b"), "a b cannot be a name"),
        (
            lambda text: gestures.linked(text, PARCELS, SENT),
            "a projection answers a query, nothing leads from it to an event",
        ),
        (field(SENT, "to: money"), "sent has a field to already"),
        (
            lambda text: gestures.renamed(text, SENT, "parcel.delivered", []),
            "there is an event parcel.delivered already",
        ),
    ):
        with pytest.raises(InvalidValue, match=said):
            change(text)


def test_a_field_is_changed_renamed_and_removed():
    text = after(*FLOW)
    wide = gestures.with_field(text, SEND, "receiver?: string", instead="to")
    assert 'fields { parcel_id: "string", receiver: "string?" }' in wide.project.text
    assert 'fields { parcel_id: "string" }' in gestures.without_field(wide, SEND, "receiver").project.text
    assert "[event.parcel.sent]\n\n" in gestures.without_field(text, SENT, "to").project.text


def test_a_rename_is_everywhere():
    text = after(*FLOW)
    asked = gestures.renamed(text, SENT, "parcel.shipped", gestures.places_of(text, SENT))
    assert asked.project.text == WRITTEN.replace("parcel.sent", "parcel.shipped")


def test_what_is_removed_takes_along_what_is_about_it():
    text = after(
        *FLOW,
        make("policy", "p", SENT),
        make("command", "tell_parcel", DesignNode("policy", "p")),
        make("query", "q", PARCELS),
    )
    named = gestures.left_over(text, SENT)
    assert [one.role for one in named] == ["emit", "on", "on"]
    alone = gestures.removed(text, SENT, along=named)
    assert problems(alone) == []
    assert "sent" not in alone.project.text
    assert "policy" not in alone.project.text
    assert "emit" in gestures.removed(text, SENT).project.text
    parcel = DesignNode("aggregate", "parcel")
    gone = gestures.removed(text, parcel, along=gestures.left_over(text, parcel))
    assert problems(gone) == []
    columns = 'columns { id: "text", to: "text", status: "text" }'
    assert gone.project.text == f'{EMPTY}\n[projection.parcels]\n{columns}\n\n[query.q]\nlist: "parcels"\n'


def test_a_name_is_taken_where_another_kind_shares_the_names():
    text = after(make("actor", "clerk"), make("external", "bank"))
    for one, name in ((DesignNode("actor", "clerk"), "bank"), (DesignNode("external", "bank"), "clerk")):
        with pytest.raises(InvalidValue, match=rf"there is a.* {name} already"):
            gestures.renamed(text, one, name, gestures.places_of(text, one))


@pytest.mark.parametrize("kind", [*KINDS, "topic", "subscription"])
def test_what_is_not_there_any_more_is_neither_renamed_nor_removed(kind):
    text, node = of(BOOK), DesignNode(kind, "gone")
    with pytest.raises(InvalidValue, match=f"{kind} gone is not there any more"):
        gestures.renamed(text, node, "other", gestures.places_of(text, node))
    with pytest.raises(InvalidValue, match=f"{kind} gone is not there any more"):
        gestures.removed(text, node, along=gestures.left_over(text, node))


def test_an_event_that_is_declared_elsewhere_gets_no_fields_here():
    send = DesignNode("command", "send_parcel")
    text = after(make("command", "send_parcel"), begin=EMPTY)
    text = text.with_project(put(text.project, ("command", "send_parcel", "emit"), "parcel.gone"))
    assert (
        "parcel.gone"
        in (along := field_gestures.with_fields(text, send, "to: string", along=True)).project.text
    )
    assert along == gestures.with_field(text, send, "to: string")
    with pytest.raises(InvalidValue, match=r"event parcel\.gone is not there any more"):
        gestures.with_field(text, DesignNode("event", "parcel.gone"), "to: string")


def test_U3_a_renamed_event_that_is_stored_keeps_its_stored_name():
    text = after(*FLOW)
    left, gone = DesignNode("event", "parcel.left"), DesignNode("event", "parcel.gone")
    once = gestures.renamed(text, SENT, left.name, gestures.places_of(text, SENT), stored=True)
    assert '[event.parcel.left]\nstored_as: "parcel.sent"\n' in once.project.text
    twice = gestures.renamed(once, left, gone.name, gestures.places_of(once, left), stored=True)
    assert '[event.parcel.gone]\nstored_as: "parcel.sent"\n' in twice.project.text
    back = gestures.renamed(twice, gone, SENT.name, gestures.places_of(twice, gone), stored=True)
    assert back.project.text == text.project.text


def test_a_renamed_aggregate_takes_its_events_along_or_says_whose_they_are():
    text, parcel = after(*FLOW), DesignNode("aggregate", "parcel")
    places = gestures.places_of(text, parcel)
    whole = gestures.renamed(text, parcel, "box", places)
    assert whole.project.text == WRITTEN.replace("parcel.", "box.").replace('"parcel"', '"box"').replace(
        "aggregate.parcel", "aggregate.box"
    )
    assert problems(whole) == []
    alone = gestures.renamed(text, parcel, "box", [one for one in places if one.kind == "aggregate"])
    assert '[event.parcel.sent]\naggregate: "box"\n' in alone.project.text
    assert problems(alone) == []
    taken = gestures.made(
        gestures.made(text, "aggregate", "crate"), "event", "box.sent", DesignNode("aggregate", "crate")
    )
    with pytest.raises(InvalidValue, match=r"there is an event box\.sent already"):
        gestures.renamed(taken, parcel, "box", gestures.places_of(taken, parcel))


BOOK = """\
[project]
name: "library"

[aggregate.book]

[event.book.lent]
fields { to: "string" }

[command.lend_book]
creates: "book"
fields { book_id: "string", to: "string" }
emit: "book.lent"
"""
LOST = DesignNode("command", "report_lost")


@pytest.mark.parametrize(
    ("name", "behind", "owner"),
    [
        ("report_lost", None, "book"),
        ("extend_loan", DesignNode("event", "book.lent"), "book"),
        ("tell_reader", DesignNode("policy", "reminder"), "book"),
        ("add_shelf", DesignNode("aggregate", "shelf"), "shelf"),
        ("mend_shelf", DesignNode("aggregate", "book"), "book"),
        ("mend_shelf", DesignNode("event", "book.lent"), "book"),
        ("mend_shelf", DesignNode("policy", "reminder"), "shelf"),
    ],
)
def test_a_new_command_is_of_the_aggregate_that_is_there(name, behind, owner):
    begin = after(
        make("aggregate", "shelf"), make("policy", "reminder", DesignNode("event", "book.lent")), begin=BOOK
    )
    begin = begin if behind is not None and name != "report_lost" else of(BOOK)
    text = gestures.made(begin, "command", name, behind)
    assert gestures.owners_for(begin, name, behind)[0] == owner
    key = "creates" if owner == "shelf" else "changes"
    assert f'[command.{name}]\n{key}: "{owner}"\nfields {{ {owner}_id: "string" }}\n' in text.project.text
    assert declared_names(text.project, "aggregate") == declared_names(begin.project, "aggregate")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ('{ book_id: "uuid" }', '{ book_id: "uuid" }'),
        (
            '{ isbn { type: "string", pattern: "^[0-9]+$" } }',
            '{ isbn { type: "string", pattern: "^[0-9]+$" } }',
        ),
        ('{ to: "string", isbn: "integer" }\ntarget: "isbn"', '{ isbn: "integer" }'),
    ],
)
def test_a_new_command_names_its_aggregate_as_others_do(fields, said):
    text = of(BOOK.replace('{ book_id: "string", to: "string" }', fields))
    assert f'changes: "book"\nfields {said}\n' in gestures.made(text, "command", "report_lost").project.text


def test_a_new_aggregate_is_made_where_it_is_asked_for():
    assert gestures.owners_for(of(BOOK), "report_lost", None) == ["book", "lost"]
    assert gestures.owners_for(of(EMPTY), "send_parcel", None) == ["parcel"]
    text = gestures.made(of(BOOK), "command", "report_lost", owner="lost")
    assert '[command.report_lost]\ncreates: "lost"\nfields { lost_id: "string" }\n' in text.project.text
    assert "[aggregate.lost]" in text.project.text


def test_commands_of_new_aggregates_stand_as_they_were_made():
    text = gestures.made(of(BOOK), "command", "extend_loan", owner="loan")
    text = gestures.made(text, "command", "remind_reader", owner="reader")
    assert declared_names(text.project, "command")[-2:] == ["extend_loan", "remind_reader"]


def test_a_thing_is_the_same_under_another_name():
    book, other = of(BOOK), gestures.made(of(BOOK), "policy", "p", DesignNode("event", "book.lent"))
    node = DesignNode("policy", "p")
    named = gestures.renamed(other, node, "q", gestures.places_of(other, node))
    assert gestures.same_node(other, other, node) == node
    assert gestures.same_node(other, named, node) == DesignNode("policy", "q")
    assert gestures.same_node(other, book, node) is None


def test_an_event_of_another_aggregate_takes_its_command_there_as_long_as_that_has_none():
    begin = gestures.made(of(BOOK), "command", "report_lost", owner="lost")
    text = gestures.made(begin, "event", "book.lost", LOST)
    assert "[event.book.lost]\n\n" in text.project.text
    assert (
        '[command.report_lost]\nchanges: "book"\nfields { book_id: "string" }\nemit: "book.lost"\n'
        in text.project.text
    )
    assert declared_names(text.project, "aggregate") == ["book"]
    assert problems(text) == []
    text = gestures.made(begin, "event", "lost.reported", LOST)
    with pytest.raises(InvalidValue, match="report_lost is for lost and has the event"):
        gestures.made(text, "event", "book.lost", LOST)


OF_TWO = (
    EMPTY
    + """
[aggregate.scan]
[event.scan.begun]
[aggregate.scope]
[event.scope.held]
[command.begin]
changes: { scan: "scan_id", scope: "scope_id" }
fields { scan_id: "string", scope_id: "string" }
emit: "scan.begun"
"""
)


@pytest.mark.parametrize("place", ['scope: "scope_id"', 'tool { aggregate: "scope", id: "scope_id" }'])
def test_an_event_of_any_aggregate_of_a_command_is_made_behind_it_as_a_wire_to_it_is(place):
    begin, command = (
        of(OF_TWO.replace('scope: "scope_id" }', f"{place} }}", 1)),
        DesignNode("command", "begin"),
    )
    text = gestures.made(begin, "event", "scope.freed", command)
    assert 'do { begun { emit: "scan.begun" }, freed { emit: "scope.freed" } }' in text.project.text
    assert problems(text) == []
    wired = gestures.linked(begin, command, DesignNode("event", "scope.held"))
    assert 'do { begun { emit: "scan.begun" }, held { emit: "scope.held" } }' in wired.project.text
    with pytest.raises(InvalidValue, match="begin is for scan and scope, so it can have none of book"):
        gestures.made(with_book(begin), "event", "book.lost", command)


def with_book(text):
    return text.with_project(parse(text.project.text + "[aggregate.book]\n", text.project.file))


@pytest.mark.parametrize("stored", [True, False])
def test_U3_no_event_gets_the_name_under_which_another_is_stored(stored):
    text = DesignText(project=parse('[event.b]\nstored_as: "a"\n\n[event.c]\n', "project.tsk"))
    node = DesignNode("event", "c")
    with pytest.raises(InvalidValue, match="the events of b could not be stored: a is another event"):
        gestures.renamed(text, node, "a", gestures.places_of(text, node), stored=stored)
    back = DesignNode("event", "b")
    after = gestures.renamed(text, back, "a", gestures.places_of(text, back), stored=True)
    assert after.project.text == "[event.a]\n\n[event.c]\n"


def test_a_name_that_is_a_key_of_another_section_is_refused():
    text = DesignText(project=parse('[handler]\norder { event: "a" }\n'))
    with pytest.raises(InvalidValue, match="as an entry and as the section"):
        gestures.made(text, "handler", "order.lost")


@pytest.mark.parametrize(
    "gone", [DesignNode("command", "hold_a"), DesignNode("command", ""), DesignNode("topic", "a")]
)
def test_no_gesture_is_about_something_that_is_not_declared(gone: DesignNode) -> None:
    text = after(make("command", "send_parcel"), make("event", "parcel.sent", SEND))
    gestures_of = (
        lambda: gestures.made(text, "event", "parcel.left", gone),
        lambda: gestures.linked(text, gone, SENT),
        lambda: gestures.linked(text, SENT, gone),
        lambda: gestures.with_field(text, gone, "a: string"),
        lambda: gestures.without_field(text, gone, "a"),
        lambda: field_gestures.field_moved(text, gone, "a", 1),
        lambda: gestures.renamed(text, gone, "hold_b", gestures.places_of(text, gone)),
        lambda: gestures.removed(text, gone),
    )
    for one in gestures_of:
        with pytest.raises(InvalidValue, match=f"{gone.kind} .*is not there any more"):
            one()


def test_a_name_that_cannot_be_one_is_said_in_one_line():
    assert gestures.why_no_name("sent\nlost") == "sent\\u000alost cannot be a name"
    assert gestures.why_no_name("") == "nothing cannot be a name"
