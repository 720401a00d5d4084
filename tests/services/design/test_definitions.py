"""Where what a text names is declared."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tests.services.design.text_examples import PROJECT, checked, placed
from workbench.project.project import load_project
from workbench.services.design.definitions import definition_at
from workbench.services.design.text_check import check_scenario_text


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('emit: "order.paid"', 'emit: "order.‸paid"', "[event.order.paid]"),
        ('creates: "order"', 'creates: "‸order"', "[aggregate.order]"),
        ('issue: "pay"', 'issue: "p‸ay"', "[command.pay]"),
        ('of: "line"', 'of: "li‸ne"', "line"),
        ('publish: "mails"', 'publish: "ma‸ils"', "mails"),
        ('topic: "mails"', 'topic: "mai‸ls"', "mails"),
        ('handler: "send"', 'handler: "se‸nd"', "[handler.send]"),
        ('list: "orders"', 'list: "ord‸ers"', "[projection.orders]"),
        ('"order.paid" { count', '"order.p‸aid" { count', "[event.order.paid]"),
        ("state.color ==", "state.co‸lor ==", "color"),
        ("command.lines.map", "command.li‸nes.map", "lines"),
        ("event.total", "ev‸ent.total", "[event.order.placed]"),
        ("[command.pay]", "[command.p‸ay]", "[command.pay]"),
    ],
)
def test_a_name_leads_to_where_it_is_declared(old, new, wanted):
    text, offset = placed(old, new)
    found = definition_at(checked(), text, offset)
    assert found is not None
    assert PROJECT[found.start : found.end] == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("always: \"count('order.pa‸id', id) < 2\"", "[event.order.paid]"),
        ("always: \"count('order.paid', id) < 2 && state('bi‸ll', id) == null\"", "[aggregate.bill]"),
        ("always: \"rows('ord‸ers').size() < 2\"", "[projection.orders]"),
        ('of: "order"\nalways: "state.to‸tal != null"', "total"),
        ('rows: "orders"\nalways: "row.pa‸id != null"', "paid"),
        ('of: "ord‸er"\nalways: "true"', "[aggregate.order]"),
    ],
)
def test_what_an_invariant_looks_at_leads_to_where_it_is_declared(line, wanted):
    text = f"{PROJECT}[invariant.rule]\n{line}\n"
    whole = text.replace("‸", "")
    found = definition_at(checked(whole), whole, text.index("‸"))
    assert found is not None
    assert whole[found.start : found.end] == wanted or whole[found.start :].startswith(wanted)


@pytest.mark.parametrize("new", ["changes: ‸", '# "or‸der"', 'changes: "nob‸ody"'])
def test_what_names_nothing_leads_nowhere(new):
    text, offset = placed('changes: "order"', new)
    assert definition_at(checked(), text, offset) is None


def test_a_scenario_leads_into_the_project_file():
    root = ROOT / "resources" / "samples" / "users-declared"
    model = load_project(root, environ={}, trusted=False).registry
    project = checked((root / "project.tsk").read_text()).document
    text = '"A" { when: [{ command: "create_user" }], then: [] }'
    found = definition_at(
        check_scenario_text(text, "scenarios/a.tsk", project, model), text, text.index("_user")
    )
    assert found is not None
    assert found.file == "project.tsk"
    assert project.text[found.start : found.end] == "[command.create_user]"
