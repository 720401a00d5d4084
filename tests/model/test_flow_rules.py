"""What a card says of deadlines, conditions and guards, from a model that runs and from a text alone."""

from __future__ import annotations

from tests.conftest import ROOT
from workbench.model.flow_rules import rules_of, written_flows
from workbench.model.model_flow import ModelFlow
from workbench.project.project import load_project
from workbench.services.documents.mermaid_timeline import event_timeline


def texts(flows) -> list[str]:
    return [one.text for one in rules_of(flows)]


def test_deadlines_come_first_and_say_where_they_lead():
    late = ModelFlow(verb="issues", name="expire_return", cause="return.announced", words="after 14d")
    asked = ModelFlow(verb="issues", name="ask_again", words="when state.open")
    assert texts([asked, late, late]) == ["after 14d → expire_return", "→ ask_again when state.open"]
    assert texts([asked]) == ["when state.open"]
    (both,) = rules_of([ModelFlow(verb="issues", name="end", words="after 2 weeks, when state.a, state.b")])
    assert both.text == "after 2 weeks → end, when state.a, state.b"
    assert texts([ModelFlow(verb="issues", name="end")]) == []


def test_guards_are_one_line_and_of_many_lines_the_last_says_how_many_more():
    guards = [ModelFlow(verb="refuses", name=name, words=f"when {name}: no") for name in ("lent", "kept")]
    (rule,) = rules_of(guards)
    assert rule.text == "refuses: lent, kept"
    assert "when kept: no" in rule.whole
    many = [ModelFlow(verb="issues", name=f"c{number}", words="when true") for number in range(6)]
    assert [len(rules_of(many)), rules_of(many)[-1].text, len(rules_of(many, most=None))] == [4, "3 more", 6]


def test_a_text_that_does_not_run_says_the_same_and_durations_stay_as_they_are_written(tmp_path):
    text = (ROOT / "resources" / "templates" / "trip" / "project.tsk").read_text()
    assert 'after: "24h"' in text
    (tmp_path / "project.tsk").write_text(text.replace('after: "24h"', 'after: "14d"'))
    registry = load_project(tmp_path, environ={}, trusted=True).registry
    assert "after 14d → fail_trip" in texts(registry.flows_of("subscription:booking"))
    assert "after 14d to fail_trip" in event_timeline(registry)
    written = {"on": {"trip.asked": {"do": {"late": {"issue": "fail_trip", "after": "14d"}}}}}
    assert texts(written_flows(written)) == ["after 14d → fail_trip"]
    assert texts(written_flows({"refuse": {"full": {"when": "state.full", "message": "full"}}})) == [
        "refuses: full"
    ]
