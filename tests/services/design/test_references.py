"""Every place where something is named is found, and takes another name."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.assets import asset
from workbench.project.declared.compiler import compile_declared
from workbench.project.declared.section_kinds import KINDS
from workbench.project.project import model_of
from workbench.project.project_file import read_document
from workbench.project.samples import SAMPLES
from workbench.project.scenarios import read_scenarios
from workbench.services.design.change_preview import rename_preview
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode, left_over, removed, renamed
from workbench.services.design.references import WORDS, references, with_name
from workbench.services.design.relations import declared_names
from workbench.tusk import parse

TEXT = """\
[topics]
mail { name: "mail" }
urgent {}

[subscriptions]
sender { name: "sender", topic: "mail", handler: "hotel"
    filter: "type == 'order.placed' && topic != 'mail'" }

[routing]
default_topic: "mail"
all { pattern: "order.*", topics: ["urgent", "mail"] }
one { pattern: "order.placed", topics: "mail" }

[types]
line { type: "object", fields { price: "money?" } }
lines { type: "list", of: "line" }

[aggregate.order]
state { lines: "lines?" }

[event.order.placed]
fields { lines: "lines", first: "line?" }

[command.place]
creates: "order"
by: ["customer", "hotel"]
fields { id: "string", lines: "lines" }
emit: "order.placed"

[command.move]
changes { order: "id", other { aggregate: "order", id: "to" } }
fields { id: "string", to: "string" }
do {
    a { when: "true", emit: "order.placed", for: "other" }
}

[policy.follow]
on: ["order.placed"]
issue: "place"
refused { issue: "move" }

[process.see]
on { "order.placed": { starts: true, withdraw: ["place"] } }

[actor.customer]
[external.hotel]
stand_in { event: "order.placed", publish: "mail" }

[projection.orders]
columns { id: "text" }
on { "order.placed" { put { id: "'order.placed'" } } }

[query.all]
list: "orders"
"""
SCENARIO = """\
$sent: { event: "order.placed", stream: "order-1", data: { event: "order.placed" } }

"It works" {
    given: [$sent]
    when: [{ command: "place", data: {} }, { replay: "sender" }]
    then: [
        { no_event: "order.placed" }, { rejected: "move" }, { row: "1", projection: "orders" }
        { command: "move", by: "follow" }, { message: "m", topic: "mail" }, { dead_letter: "sender" }
    ]
}
"""


def design(text=TEXT, **scenarios):
    files = {f"scenarios/{name}.tsk": parse(one, f"scenarios/{name}.tsk") for name, one in scenarios.items()}
    return DesignText(project=parse(text), scenarios=files)


def roles(kind, name):
    found = [one for one in references(design(a=SCENARIO)) if (one.kind, one.name) == (kind, name)]
    return [one.role for one in found]


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        (
            "event",
            "order.placed",
            "expression pattern header emit emit on on event on expression" + 2 * " scenario",
        ),
        ("command", "place", "header issue withdraw scenario"),
        ("command", "move", "header issue scenario scenario"),
        ("aggregate", "order", "header creates changes aggregate scenario"),
        ("topic", "mail", "header topic expression default_topic topics topics publish scenario"),
        ("topic", "urgent", "header topics"),
        ("type", "line", "header of type"),
        ("type", "lines", "header state fields fields"),
        ("actor", "hotel", "by header"),
        ("handler", "hotel", "handler header"),
        ("consumer", "follow", "header scenario"),
        ("consumer", "sender", "header scenario scenario"),
        ("projection", "orders", "header list scenario"),
        ("query", "all", "header"),
    ],
)
def test_every_place_is_found(kind, name, said):
    found = roles(kind, name)
    if kind == "type":  # fields name their types by the field's own key
        assert len(found) == len(said.split())
        assert found[0] == "header"
    else:
        assert found == said.split()


@pytest.mark.parametrize("name", ["order.accepted", 'a "quoted" one\\', "it's"])
def test_a_new_name_stands_everywhere_and_nothing_else_changes(name):
    text = design(a=SCENARIO)
    renamed = with_name(text, "topic", "mail", name)
    assert {one.name for one in references(renamed) if one.kind == "topic"} >= {name, "urgent"}
    assert not [one for one in references(renamed) if (one.kind, one.name) == ("topic", "mail")]
    back = with_name(renamed, "topic", name, "mail")
    if name == "order.accepted":
        assert back.project.text == text.project.text
    assert back.scenarios["scenarios/a.tsk"].text == SCENARIO


def test_a_key_without_quotes_gets_them_where_its_new_name_needs_them():
    text = design('[aggregate.a]\n[command.c]\nchanges { a: "id" }\n[topics]\nt {}\n')
    assert 'changes { a-b: "id" }' in with_name(text, "aggregate", "a", "a-b").project.text
    assert '"t.u" {}' in with_name(text, "topic", "t", "t.u").project.text


@pytest.mark.parametrize("sample", [one for one in SAMPLES if one.endswith("declared")])
def test_a_sample_means_the_same_under_other_names(sample):
    root = Path("resources/samples") / sample
    files = {
        f"scenarios/{one.name}": parse(one.read_bytes(), f"scenarios/{one.name}")
        for one in (root / "scenarios").glob("*.tsk")
    }
    text = DesignText(project=parse((root / "project.tsk").read_bytes()), scenarios=files)
    before = text
    named = {(one.kind, one.name) for one in references(text) if one.role == "header"}
    for kind, name in sorted(named - {("topic", "orders")}):
        new = f"{name}x" if kind != "event" else f"{name}-x"
        text = with_name(text, kind, name, new)
        if kind != "type":
            file = read_document(text.project, root / "project.tsk", environ={})
            found, problems = compile_declared(text.project, file.declared, topics=["mail"])
            problems = [one for one in problems if "topic" not in one.message]
            if kind != "aggregate":  # events have its name in theirs
                assert problems == [], (kind, name)
            assert found.aggregates
        text = with_name(text, kind, new, name)
    assert text.project.text == before.project.text
    assert {name: one.text for name, one in text.scenarios.items()} == {
        name: one.text for name, one in before.scenarios.items()
    }


DECLARED_PROJECTS = (
    asset("samples", "users-declared"),
    asset("samples", "orders-declared"),
    asset("templates", "auction"),
    asset("templates", "trip"),
)


def project_text(root: Path) -> DesignText:
    files = {f"scenarios/{one.name}": one for one in sorted((root / "scenarios").glob("*.tsk"))}
    return DesignText(
        project=parse((root / "project.tsk").read_bytes(), "project.tsk"),
        scenarios={name: parse(path.read_bytes(), name) for name, path in files.items()},
    )


@pytest.mark.parametrize("root", DECLARED_PROJECTS, ids=lambda root: root.name)
def test_scenarios_follow_every_rename(root: Path) -> None:
    text = project_text(root)
    for kind in (*KINDS, "topic", "subscription", "type"):
        for name in declared_names(text.project, kind):
            node = DesignNode(kind, name)
            new = f"{name.rpartition('.')[0]}.other9".lstrip(".") if kind == "event" else "other9"
            places = [one.reference for one in rename_preview(text, node, 0).places]
            after = renamed(text, node, new, [one for one in places if one.role != WORDS])
            file = read_document(after.project, root / "project.tsk", environ={})
            topics = [one.name or key for key, one in file.settings.topics.items()]
            found, problems = compile_declared(after.project, file.declared, topics=topics)
            assert [one for one in problems if not one.warning] == []
            registry = model_of(file, [found])
            for one in after.scenarios.values():
                assert read_scenarios(one.dump(), one.file, registry)


RULES = """
[invariant.paid_once]
of: "order"
always: "count('order.placed', id) <= 1 && state('order', id) != null && row('orders', id) != null"
[invariant.all]
rows: "orders"
eventually: "rows('orders').size() == count('order.placed')"
[invariant.sent]
never_dead_letter: ["sender", "follow"]
"""


@pytest.mark.parametrize(
    ("kind", "name", "roles_of"),
    [
        ("event", "order.placed", ["looked", "looked"]),
        ("aggregate", "order", ["of", "looked"]),
        ("projection", "orders", ["looked", "rows", "looked"]),
        ("consumer", "sender", ["never_dead_letter"]),
        ("consumer", "follow", ["never_dead_letter"]),
    ],
)
def test_invariants_name_what_they_look_at_and_follow_its_name(kind, name, roles_of):
    text = design(TEXT + RULES)
    found = [one for one in references(text) if (one.kind, one.name) == (kind, name)]
    assert [one.role for one in found if one.owner.startswith("invariant.")] == roles_of
    new = with_name(text, kind, name, "brand_new").project.text
    rules = new[new.index("[invariant.paid_once]") :]
    assert f"'{name}'" not in rules
    assert f'"{name}"' not in rules
    assert rules.count("brand_new") == len(roles_of)


def test_what_is_removed_takes_along_the_invariants_that_look_at_it():
    text = design(TEXT + RULES)
    event = DesignNode("event", "order.placed")
    gone = removed(text, event, along=left_over(text, event)).project.text
    assert "[invariant.paid_once]" not in gone
    assert "[invariant.all]" not in gone
    assert "[invariant.sent]" in gone
    policy = DesignNode("policy", "follow")
    gone = removed(text, policy, along=left_over(text, policy)).project.text
    assert 'never_dead_letter: "sender"' in gone
    sender = DesignNode("subscription", "sender")
    gone = removed(text, policy, sender, along=left_over(text, policy, sender)).project.text
    assert "[invariant.sent]" not in gone
