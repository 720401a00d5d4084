"""Steps of a design go over what others change in the files, and are taken back with it."""

from __future__ import annotations

import pytest

from workbench.errors import InvalidValue
from workbench.services.design import done_steps, gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.done_steps import STILL_READ, DesignStep, DoneSteps
from workbench.services.design.gestures import DesignNode
from workbench.services.design.removals import removed_whole
from workbench.services.design.text_merge import DesignConflict, StepHeld
from workbench.services.project.open_project import open_target
from workbench.tusk import parse, section_map
from workbench.tusk.splice import splice

TEXT = """\
[project]
name: "shop"

[aggregate.parcel]

[event.parcel.sent]

[command.send_parcel]
creates: "parcel"
fields { parcel_id: "string" }
emit: "parcel.sent"

[projection.parcels]
columns { id: "text", status: "text" }
on {
    "parcel.sent": { put { status: "'one'" } }
}

[aggregate.box]
description: "one"
"""
SENT = DesignNode("event", "parcel.sent")


@pytest.fixture
def project(tmp_path, stores, by_hand):
    root = tmp_path / "shop"
    root.mkdir()
    (root / "project.tsk").write_text(TEXT)
    workspace = open_target(root, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    yield workspace.design, root / "project.tsk"
    workspace.drafts.close()
    workspace.world.store.close()


def test_steps_keep_no_more_of_a_text_than_what_it_says(monkeypatch):
    worked_out = []
    moved = section_map._moved_scope
    monkeypatch.setattr(section_map, "_moved_scope", lambda *of: worked_out.append(of) or moved(*of))
    steps, text = DoneSteps(), DesignText().with_project(parse(TEXT))
    texts = [text]
    for number in range(3 * STILL_READ):
        document = splice(texts[-1].project, 10, 10, f"# {number}\n")
        texts.append(texts[-1].with_project(document))
        steps.remember(DesignStep(label="Write", before=texts[-2], after=texts[-1]))
        list(document.sections.values())  # as marks do, later
    worked_out.clear()
    list(texts[STILL_READ].project.sections.values())
    assert worked_out, "it was kept"
    worked_out.clear()
    list(texts[-1].project.sections.values())
    assert worked_out == [], "it is the present one"


def removed_in_draft(text):
    """Removes an event in a step that does not load."""
    return removed_whole(gestures.made(text, "policy", "tell", None), SENT)


def others(path, old, new):
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def settled(design, mine):
    """Ends a conflict if there is one; returns whether there was."""
    try:
        design.state()
    except DesignConflict:
        design.settle(mine=mine)
        return True
    return False


@pytest.mark.parametrize("answers", ["t", "m", "tm", "mt", "tt", "mm"])
def test_V5_what_was_removed_comes_back_though_others_went_on_after_an_answer(project, answers):
    design, path = project
    design.apply("Remove event", removed_in_draft)
    was = "'one'"
    for number, answer in enumerate(answers):
        others(path, was, was := f"'more {number}'")
        assert settled(design, answer == "m") is (number == 0 or "m" in answers[:number])
    others(path, was, "'last'")
    settled(design, mine=answers[-1] == "m")
    while design.state().undo:
        design.undo()
    assert design.state().text.project.text == path.read_text()
    assert path.read_text().rstrip("\n") == TEXT.replace("'one'", "'last'").rstrip("\n")


def test_an_answer_that_others_overtook_is_no_step_any_more(project):
    design, path = project
    design.apply("Remove event", removed_in_draft)
    others(path, "'one'", "'two'")
    others(path, 'description: "one"', 'description: "two"')
    assert settled(design, mine=False)
    assert design.state().undo == "Take the other"
    others(path, 'description: "two"', 'description: "three"')
    assert design.state().undo == "Take the other", "they changed something else"
    others(path, "'two'", "'three'")
    assert design.state().undo == "Remove event"


def test_V5_a_written_step_that_others_changed_is_held_after_an_answer_too(project):
    design, path = project
    design.apply("Add event", lambda text: gestures.made(text, "event", "parcel.lost", None))
    design.apply("Remove event", removed_in_draft)
    others(path, "[event.parcel.lost]\n", '[event.parcel.lost]\ndescription: "Theirs"\n')
    others(path, "'one'", "'two'")
    assert settled(design, mine=False)
    while design.state().undo != "Add event":
        design.undo()
    with pytest.raises(StepHeld, match="it was changed since"):
        design.undo()
    assert 'description: "Theirs"' in path.read_text()


@pytest.mark.parametrize("refused", ["redo", "apply"])
def test_V5_a_draft_is_written_once_the_file_is_repaired_though_a_gesture_was_refused(project, refused):
    design, path = project
    others(path, "[aggregate.box]\n", "[aggregate.box]\nbogus: 1\n")

    def add(text):
        return gestures.made(text, "event", "parcel.lost", None)

    assert design.apply("Add event", add).problems
    others(path, "bogus: 1\n", "")
    with pytest.raises(InvalidValue):
        design.redo() if refused == "redo" else design.apply("Add event", add)
    assert design.state().problems == ()
    assert "[event.parcel.lost]" in path.read_text()


def test_steps_go_over_what_others_changed_only_when_they_are_taken_back(monkeypatch):
    def text(said):
        return DesignText(project=parse(said, "project.tsk"))

    was, steps, seen = text(TEXT), DoneSteps(), []
    for number in range(30):
        now = text(f"{was.project.text}# {number}\n")
        steps.remember(DesignStep(label=str(number), before=was, after=now))
        was = now
    real = done_steps.joined
    monkeypatch.setattr(done_steps, "joined", lambda *args, **named: seen.append(1) or real(*args, **named))
    for number in range(5):
        now = text(was.project.text.replace("'one'", f"'{number}'"))
        steps.follow(was, now, now, lambda _: False)
        was = now
    assert not seen
    last = steps.done[-1].caught_up()
    assert len(seen) == 2
    assert last.after.project.text == was.project.text
    assert last.before.project.text == was.project.text.replace("# 29\n", "")
