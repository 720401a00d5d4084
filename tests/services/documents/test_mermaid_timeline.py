"""A model is written as Mermaid's event-modeling diagram, line by line as its grammar asks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.services.documents.test_flow_steps import registry_of
from workbench.errors import InvalidValue
from workbench.model.registry import Registry
from workbench.project.project import load_project
from workbench.project.samples import SAMPLES
from workbench.services.documents import mermaid_timeline
from workbench.services.documents.mermaid_timeline import event_timeline, identifier

WORD = r"[_a-zA-Z]\w*"
FRAME = re.compile(
    rf"rf (?P<number>\d{{3}}) (ui|cmd|evt|rmo|pcr) {WORD}(\.{WORD})*"
    r"(?P<links>( ->> \d{3})*)( \{[^{}]+\})?",
    re.ASCII,
)


@pytest.mark.parametrize("sample", [*SAMPLES, "auction", "trip"])
def test_every_line_is_a_frame_that_names_earlier_ones(sample: str) -> None:
    first, blank, *lines = event_timeline(registry_of(sample)).splitlines()
    assert (first, blank) == ("eventmodeling", "")
    seen: set[str] = set()
    lines = [one for one in lines if not one.startswith("%% Not in this diagram: ")]
    for line in lines:
        found = FRAME.fullmatch(line)
        assert found is not None, line
        assert set(re.findall(r"\d{3}", found["links"])) <= seen
        seen.add(found["number"])
    assert len(seen) == len(lines)


def test_commands_events_and_who_reacts_have_their_signs_and_fields() -> None:
    lines = event_timeline(registry_of("trip")).splitlines()
    asked = next(line for line in lines if " evt Trip.Asked ->> " in line)
    assert re.match(r"rf \d{3} evt Trip\.Asked ->> \d{3} \{ ", asked)
    number = asked.split()[1]
    assert any(
        re.fullmatch(rf"rf \d{{3}} pcr Booking ->> {number} .*after 24h to fail_trip.*", line)
        for line in lines
    )
    assert any(re.match(rf"rf \d{{3}} rmo Trips ->> {number} ->> ", line) for line in lines)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("order.placed", "Order.Placed"),
        ("place_order", "PlaceOrder"),
        ("card-terminal", "CardTerminal"),
        ("data", "Data"),
        ("x.2nd", "X.X2nd"),
    ],
)
def test_names_are_no_words_of_the_grammar(name: str, said: str) -> None:
    assert identifier(name) == said


def test_a_model_with_more_steps_than_frames_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mermaid_timeline, "MOST", 5)
    with pytest.raises(InvalidValue, match=r"5 frames at most, and this model has 2\d steps"):
        event_timeline(registry_of("trip"))


def test_an_empty_model_is_an_empty_diagram() -> None:
    assert event_timeline(Registry()) == "eventmodeling\n\n"


def test_what_it_leaves_out_is_said_in_a_comment() -> None:
    said = event_timeline(registry_of("auction"))
    wires = "wires from auction.closed to closing, which issues nothing then"
    assert f"%% Not in this diagram: {wires}\n" in said


def test_topics_stand_at_what_reads_them_and_those_without_are_said_in_a_comment() -> None:
    said = event_timeline(registry_of("users"))
    assert re.search(r"rf \d{3} pcr WelcomeMail ->> \d{3} \{ topic: mail \}\n", said)
    missing = "topic audit, subscription audit-file; no event comes to a handler that way"
    assert said.endswith(f"%% Not in this diagram: {missing}\n")
    part = event_timeline(registry_of("users"), ["event:user.created", "topic:audit"])
    assert part.count("%%") == 1
    assert "topic audit; no event" in part


def test_a_query_is_a_screen_behind_its_read_model() -> None:
    lines = event_timeline(registry_of("orders-declared")).splitlines()
    read = next(line.split()[1] for line in lines if " rmo Orders " in line)
    assert f" ui ListOrders ->> {read} {{ status?: placed | paid | " in "\n".join(lines)


def test_what_may_miss_and_what_can_be_chosen_are_said() -> None:
    said = "status: active | inactive | suspended; reason?: string max 500"
    assert f" cmd ChangeStatus {{ user_id: string 2–40; {said} }}\n" in event_timeline(registry_of("users"))


def test_a_condition_is_no_markup(tmp_path: Path) -> None:
    text = (
        '[project]\nname: "x"\nformat: 1\n\n[aggregate.cart]\n\n[event.cart.filled]\n'
        'fields { count: "integer", most: "integer" }\n\n[event.cart.noted]\n\n[command.fill]\n'
        'creates: "cart"\nfields { cart_id: "string", count: "integer", most: "integer" }\n'
        'emit: "cart.filled"\n\n[command.note]\nchanges: "cart"\nfields { cart_id: "string" }\n'
        'emit: "cart.noted"\n\n[policy.watch]\non: "cart.filled"\nissue: "note"\n'
        'when: "event.count<event.most"\nwith { cart_id: "id" }\n'
    )
    (tmp_path / "project.tsk").write_text(text)
    registry = load_project(tmp_path, environ={}, trusted=True).registry
    assert " pcr Watch ->> 002 { when event.count< event.most }" in event_timeline(registry)
