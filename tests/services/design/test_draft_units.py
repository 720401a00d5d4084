"""Of a draft that does not load as a whole what loads alone is written, whole steps at a time."""

from __future__ import annotations

from functools import partial

import pytest

from workbench.project.samples import PROJECT_FILE
from workbench.services.design import gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.draft_units import DraftUnits
from workbench.services.design.field_gestures import with_fields
from workbench.services.design.gestures import DesignNode
from workbench.services.design.section_merge import with_pieces
from workbench.services.project.open_project import open_target
from workbench.tusk import Document, parse, set_value

TEXT = """\
# Mine
[project]
name: "shop"

# What is sent
[aggregate.parcel]

[event.parcel.sent]

[command.send_parcel]
creates: "parcel"
fields { parcel_id: "string" }
emit: "parcel.sent"

[aggregate.box]
"""
SCENARIO = '"Sent" {\n    when: { event: "parcel.sent", stream: "parcel-1" }\n    then: []\n}\n'
SENT, SEND = DesignNode("event", "parcel.sent"), DesignNode("command", "send_parcel")
BROKEN = partial(gestures.made, kind="event", name="boo.boo", after=None)


def of(text: str) -> DesignText:
    return DesignText(project=parse(text, PROJECT_FILE))


@pytest.fixture
def project(tmp_path, stores, by_hand):
    root = tmp_path / "shop"
    (root / "scenarios").mkdir(parents=True)
    (root / PROJECT_FILE).write_text(TEXT)
    (root / "scenarios" / "a.tsk").write_text(SCENARIO)
    workspace = open_target(root, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    yield workspace.design, root / PROJECT_FILE
    workspace.drafts.close()
    workspace.world.store.close()


def test_V7_a_card_that_does_not_load_leaves_the_section_before_it_its_comments(project):
    design, path = project
    text = f"{TEXT}\n# free\n"
    design.apply("Say", lambda now: now.with_project(parse(text, PROJECT_FILE)))
    assert design.apply("Add policy", lambda now: gestures.made(now, "policy", "thank", None)).problems
    described = lambda now: now.with_project(set_value(now.project, ("aggregate", "box", "description"), "B"))  # noqa: E731
    state = design.apply("Say more", described)
    assert "[policy.thank]" in state.text.project.text
    assert path.read_text() == text.replace("[aggregate.box]\n", '[aggregate.box]\ndescription: "B"\n')


def test_V5_a_card_that_does_not_load_holds_up_nothing_that_is_designed_after_it(project):
    design, path = project
    assert design.apply("Add event boo", BROKEN).problems
    state = design.apply("Add zip", lambda text: with_fields(text, SEND, "zip: string"))
    state = design.apply("Add box", lambda text: gestures.made(text, "command", "pack_box", None))
    assert [str(one) for one in state.problems if "boo" not in str(one)] == []
    assert 'zip: "string"' in path.read_text()
    assert "[command.pack_box]" in path.read_text()
    assert "boo" not in path.read_text()
    assert "[event.boo.boo]" in state.text.project.text
    assert path.read_text() == state.written.project.text
    assert design.state() == state, "it is not tried again as long as nothing changes"
    for _ in range(2):
        design.undo()
    assert path.read_text() == TEXT
    design.redo()
    design.apply("Remove", lambda text: gestures.removed(text, DesignNode("event", "boo.boo")))
    assert design.state().problems == ()
    assert path.read_text() == design.state().text.project.text


def test_V5_of_one_step_all_is_written_or_nothing(project):
    design, path = project
    design.apply("Add", lambda text: gestures.made(text, "policy", "tell", SENT))  # without a command
    left = DesignNode("event", "parcel.left")

    def rename(text, node=SENT, to="parcel.left"):
        return gestures.renamed(text, node, to, gestures.places_of(text, node))

    state = design.apply("Rename", rename)  # also where the broken policy names it
    assert (path.read_text(), "parcel.left" in state.text.project.text) == (TEXT, True)
    assert (path.parent / "scenarios" / "a.tsk").read_text() == SCENARIO
    design.apply("Add box", lambda text: gestures.made(text, "command", "pack_box", None))
    assert "[command.pack_box]" in path.read_text(), "it has nothing to do with that"
    assert "parcel.left" not in path.read_text()
    design.apply("Remove", lambda text: gestures.removed(text, DesignNode("policy", "tell")))
    assert "[event.parcel.left]" in path.read_text()
    assert "parcel.left" in (path.parent / "scenarios" / "a.tsk").read_text()
    assert left.name in design.state().written.project.text


def test_V5_two_changes_that_need_each_other_are_written_beside_a_broken_one(project):
    design, path = project
    design.apply("Add event boo", BROKEN)
    need = 'fields { to: "string" }\n'
    to = lambda text, old, new: text.with_project(parse(text.project.text.replace(old, new), PROJECT_FILE))  # noqa: E731
    state = design.apply(
        "Event", lambda text: to(text, "[event.parcel.sent]\n", f"[event.parcel.sent]\n{need}")
    )
    assert need not in path.read_text(), "send_parcel has no such field"
    assert len(state.problems) == 2
    state = design.apply(
        "Command", lambda text: to(text, 'parcel_id: "string"', 'parcel_id: "string", to: "string"')
    )
    assert need in path.read_text()
    assert len(state.problems) == 1


def test_units_are_tried_together_first_then_alone_then_by_pairs():
    was = of("[a.one]\nx: 1\n\n[a.two]\nx: 1\n\n[a.three]\nx: 1\n")
    now = of(was.project.text.replace("x: 1", "x: 2"))
    units, asked = DraftUnits(), []

    def faults_of(document: Document) -> tuple[str, ...]:
        names = ("one", "two", "three")
        asked.append("".join("2" if f"[a.{one}]\nx: 2" in document.text else "1" for one in names))
        return () if asked[-1] == "221" else ("somewhere",)

    made, faults = units.loadable(was, now, faults_of)
    assert made.project.text == now.project.text.replace("[a.three]\nx: 2", "[a.three]\nx: 1")
    assert (asked[0], sorted(asked[1:4]), faults) == ("222", ["112", "121", "211"], ("somewhere",))
    units.note(was, was, now)
    asked.clear()
    assert units.loadable(was, now, faults_of)[0] == was, "it was one step"
    assert asked == ["222"]
    other = of(was.project.text.replace("a.one", "a.four"))
    units.note(other, other, was)
    assert units.loadable(was, now, faults_of)[0] == made, "that was written since"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_sections_are_taken_from_another_text_and_the_rest_stays_to_the_byte(end):
    was = "# a\n[a.one]\nx: 1\n\n\n# two\n[a.two]\ny: 1\n".replace("\n", end)
    now = "# a\n[a.one]\nx: 2\n\n# new\n[a.new]\nz: 1\n\n# two\n[a.two]\ny: 2\n".replace("\n", end)
    old, new = parse(was), parse(now)
    assert with_pieces(old, new, {"a.one"}) == was.replace("x: 1", "x: 2")
    assert with_pieces(old, new, {"a.two"}) == was.replace("y: 1", "y: 2")
    made = with_pieces(old, new, {"a.new"})
    assert list(parse(made).sections) == ["a.one", "a.new", "a.two"]
    assert with_pieces(parse(made), old, {"a.new"}).split() == was.split()
    assert with_pieces(old, new, ()) == was
