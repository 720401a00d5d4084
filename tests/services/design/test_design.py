"""Steps of a design: written if they load, else kept; undone to the byte, joined with others' changes."""

from __future__ import annotations

import json
import random
from functools import partial

import pytest

from tests.services.conftest import full_disk
from workbench.errors import InvalidValue, ProjectError, StoreReadOnly
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.services.design import gestures
from workbench.services.design.field_gestures import with_fields
from workbench.services.design.gestures import DesignNode
from workbench.services.design.text_merge import DesignConflict, KeptConflict, NoStep, StepHeld
from workbench.services.project.open_project import open_target
from workbench.services.project_editor.settings_preview import WouldBreak
from workbench.store.operations import Append
from workbench.tusk import ChangedOnDisk, TskError, add_section, parse, save

TEXT = """\
# Mine
[project]
name: "shop"

[aggregate.parcel]

[event.parcel.sent]

# Not now
[aggregate.box]
"""
SCENARIO = '"Sent" {\n    when: { event: "parcel.sent", stream: "parcel-1" }\n    then: []\n}\n'
SENT, LEFT = DesignNode("event", "parcel.sent"), DesignNode("event", "parcel.left")


@pytest.fixture
async def project(tmp_path, stores, by_hand):
    root = tmp_path / "shop"
    (root / "scenarios").mkdir(parents=True)
    (root / "project.tsk").write_text(TEXT)
    (root / "scenarios" / "a.tsk").write_text(SCENARIO)
    workspace = open_target(root, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await workspace.start()
    yield workspace
    await workspace.close()


def written(project, name="project.tsk"):
    return (project.project.root / name).read_text()


def make(kind, name, after=None):
    return lambda text: gestures.made(text, kind, name, after)


async def test_a_step_that_loads_is_written_and_undone_to_the_byte(project):
    design = project.design
    state = design.apply(
        "Add command send_parcel", make("command", "send_parcel", DesignNode("aggregate", "parcel"))
    )
    assert (state.undo, state.redo, state.problems) == ("Add command send_parcel", "", ())
    assert "[command.send_parcel]" in written(project)
    assert state.text.project.text == written(project)
    state = design.undo()
    assert (state.undo, state.redo) == ("", "Add command send_parcel")
    assert written(project) == TEXT
    design.redo()
    assert "[command.send_parcel]" in written(project)
    design.undo()
    design.apply("Add", make("aggregate", "other"))
    with pytest.raises(InvalidValue, match="there is nothing to redo"):
        design.redo()
    design.undo()
    with pytest.raises(InvalidValue, match="there is nothing to undo"):
        design.undo()
    assert written(project) == TEXT


async def test_a_step_that_is_only_kept_drops_the_sections_that_it_moved(project):
    state = project.design.apply("Add", make("event", "parcel.left", SENT))
    sections = state.text.project.sections
    moved = sections["aggregate.box"]
    assert sections["aggregate.box"] is moved
    project.design.apply("Add", make("aggregate", "other"))
    assert sections["aggregate.box"] is not moved
    assert sections["aggregate.box"] == moved


async def test_what_was_compiled_to_be_written_runs_without_being_compiled_again(project):
    project.design.apply("Add", make("aggregate", "crate"))
    assert (await project.model_reload.check()).said == "new: aggregate crate"
    assert project.project is project.design.compiled
    path = project.project.root / "project.tsk"
    path.write_text(written(project) + "\n[aggregate.cask]\n")
    assert (await project.model_reload.check()).said == "new: aggregate cask"
    assert project.project is not project.design.compiled


async def test_a_rename_is_one_step_over_all_files(project):
    design = project.design
    design.apply(
        "Rename", lambda text: gestures.renamed(text, SENT, "parcel.left", gestures.places_of(text, SENT))
    )
    assert "[event.parcel.left]" in written(project)
    assert written(project, "scenarios/a.tsk") == SCENARIO.replace("sent", "left")
    design.undo()
    assert (written(project), written(project, "scenarios/a.tsk")) == (TEXT, SCENARIO)


async def test_what_does_not_load_is_kept_unwritten_until_it_does(project):
    design = project.design
    state = design.apply("Add policy tell", make("policy", "tell", SENT))
    assert any("a policy needs issue" in str(one) for one in state.problems)
    assert written(project) == TEXT
    assert "[policy.tell]" in design.state().text.project.text
    state = design.apply(
        "Add command tell_parcel", make("command", "tell_parcel", DesignNode("policy", "tell"))
    )
    assert state.problems == ()
    assert 'on: "parcel.sent"\nissue: "tell_parcel"\nwith { parcel_id: "id" }\n' in written(project)
    design.undo()
    assert design.undo().problems == ()
    assert written(project) == TEXT


async def test_other_sections_that_change_meanwhile_stay(project):
    design, path = project.design, project.project.root / "project.tsk"
    design.apply("Add policy tell", make("policy", "tell", SENT))
    changed = TEXT.replace("# Mine", "# Ours").replace("# Not now\n", "# Later\n")
    path.write_text(changed)
    assert "# Ours" in design.state().text.project.text
    design.apply("Add command tell_parcel", make("command", "tell_parcel", DesignNode("policy", "tell")))
    assert "# Later" in written(project)
    assert "[policy.tell]" in written(project)
    path.write_text(written(project) + "\n[aggregate.crate]\n")
    design.undo()
    design.undo()
    assert written(project) == changed + "\n[aggregate.crate]\n"


async def test_the_same_section_is_asked_about_and_nothing_is_lost(project):
    design, path = project.design, project.project.root / "project.tsk"
    design.apply("Add policy tell", make("policy", "tell", SENT))
    path.write_text(TEXT + '\n[policy.tell]\non: "parcel.sent"\n# theirs\n')
    with pytest.raises(ProjectError, match=r"\[policy\.tell\] changed in the file, and here"):
        design.state()
    path.write_text(TEXT)
    assert "[policy.tell]" in design.state().text.project.text
    design.undo()
    design.apply("Add", lambda text: text.with_project(add_section(text.project, "actor.clerk", {})))
    path.write_text(written(project).replace("[actor.clerk]\n", '[actor.clerk]\ndescription: "x"\n'))
    with pytest.raises(InvalidValue, match=r"“Add” cannot be undone, it was changed since: .*actor"):
        design.undo()
    assert 'description: "x"' in written(project)
    assert design.state().undo == "Add", "none before it is undone without a word"


async def test_a_step_that_cannot_be_undone_holds_those_before_it_until_it_is_passed_over(project):
    design = project.design
    design.apply("Add aggregate bag", make("aggregate", "bag"))
    design.apply("Add aggregate jar", make("aggregate", "jar"))
    path = project.project.root / "project.tsk"
    path.write_text(written(project).replace("[aggregate.jar]\n", '[aggregate.jar]\ndescription: "x"\n'))
    for _ in range(3):
        with pytest.raises(StepHeld) as told:
            design.undo()
    assert told.value.hint == "pass over it for “Add aggregate bag”"
    assert "[aggregate.bag]" in written(project)
    assert design.pass_over("undo").undo == "Add aggregate bag"
    assert "[aggregate.bag]" not in design.undo().text.project.text
    assert 'description: "x"' in written(project)


async def test_a_renamed_event_gets_its_name_back_though_its_section_was_changed_outside(project):
    design, path = project.design, project.project.root / "project.tsk"
    before = written(project)
    design.apply("Rename", to_left)
    assert "[event.parcel.sent]" not in written(project)
    path.write_text(
        written(project).replace("[event.parcel.left]\n", '[event.parcel.left]\ndescription: "x"\n')
    )
    state = design.undo()
    assert written(project) == before.replace(
        "[event.parcel.sent]\n", '[event.parcel.sent]\ndescription: "x"\n'
    )
    assert (state.undo, state.redo) == ("", "Rename")
    design.redo()
    assert '[event.parcel.left]\ndescription: "x"\n' in written(project)


async def test_a_conflict_is_ended_by_either_side_and_keeps_what_else_changed(project):
    design, path = project.design, project.project.root / "project.tsk"
    design.apply("Add policy tell", make("policy", "tell", SENT))
    theirs = TEXT.replace("# Mine", "# Ours") + '\n[policy.tell]\non: "parcel.sent"\n# theirs\n'
    path.write_text(theirs)
    for mine in (True, False):
        with pytest.raises(DesignConflict):
            design.state()
        text = design.settle(mine=mine).text.project.text
        assert text.startswith("# Ours\n")
        assert ("theirs" in text) is not mine
        if mine:
            path.write_text(theirs.replace("# theirs", "# again theirs"))


async def test_no_file_of_a_draft_goes_without_a_word(project):
    design, root = project.design, project.project.root
    design.apply("Rename", lambda text: make("policy", "tell", LEFT)(to_left(text)))
    scenario = root / "scenarios" / "a.tsk"
    changed = design.state().text.scenarios["scenarios/a.tsk"]
    assert "parcel.left" in changed.text
    whole = scenario.read_text()
    for outside, said in ((lambda: scenario.write_text('"half {'), "cannot"), (scenario.unlink, "went mean")):
        outside()
        with pytest.raises(DesignConflict, match=rf"a\.tsk {said}"):
            design.state()
    scenario.write_text(whole)
    assert design.state().text.scenarios["scenarios/a.tsk"] == changed


HALF = '\n"A long day of work" {\n    when: { event: "parcel.left", stream: "parcel-2" }\n    then: [\n}\n'
"""A scenario that is half typed: a ] is missing."""


async def test_V5_what_cannot_be_read_is_shown_as_it_is_and_never_written_over(project):
    design, path = project.design, project.project.root / "scenarios" / "a.tsk"
    design.apply("Draft", lambda text: make("policy", "tell", LEFT)(to_left(text)))
    path.write_text(SCENARIO + HALF)
    for _ in range(2):
        with pytest.raises(DesignConflict) as asked:
            design.state()
        assert [(one.file, one.theirs) for one in asked.value.clashes] == [
            ("scenarios/a.tsk", SCENARIO + HALF)
        ]
        with pytest.raises(InvalidValue) as refused:
            design.settle(mine=True)
        assert refused.value.hint == "repair it, or remove it"
    assert "scenarios/a.tsk" not in design.settle(mine=False).text.scenarios
    design.apply("Remove", lambda text: gestures.removed(text, DesignNode("policy", "tell")))
    assert "parcel.left" in written(project)
    assert path.read_text() == SCENARIO + HALF
    assert design.undo().redo == "Remove"


async def test_V5_a_new_file_is_not_written_over_one_of_its_name_that_cannot_be_read(project):
    path = project.project.root / "scenarios" / "b.tsk"
    path.write_text(HALF)
    new = parse('"Mine" {\n    then: []\n}\n', "scenarios/b.tsk")
    make_box = make("aggregate", "crate")
    with pytest.raises(
        StoreReadOnly, match=r"b\.tsk cannot be read, and what stands in it is not written over"
    ):
        project.design.apply("Add", lambda text: make_box(text).with_file(new))
    assert (path.read_text(), written(project)) == (HALF, TEXT)
    path.unlink()
    assert project.design.write().problems == ()
    assert path.read_text() == new.text


async def test_a_step_stays_while_a_file_of_it_cannot_be_read(project):
    design, path = project.design, project.project.root / "scenarios" / "a.tsk"
    design.apply("Rename", to_left)
    for back, label in ((design.undo, "Rename"), (design.redo, "Rename")):
        whole = path.read_text()
        path.write_text(whole + HALF)
        with pytest.raises(
            InvalidValue, match=r"cannot be (un|re)done: scenarios/a\.tsk cannot be read"
        ) as told:
            back()
        assert told.value.hint == "repair it, or remove it"
        path.write_text(whole)
        state = back()
        assert label in (state.undo, state.redo)
        assert ("parcel.left" in path.read_text()) is (back == design.redo)


async def test_what_counts_is_a_step_that_can_be_undone(project):
    design, path = project.design, project.project.root / "project.tsk"
    design.apply("Add policy tell", make("policy", "tell", SENT))
    theirs = TEXT + '\n[policy.tell]\non: "parcel.sent"\n# theirs\n'
    path.write_text(theirs)
    with pytest.raises(DesignConflict):
        design.state()
    steps = design.settle(mine=True).undo, design.settle(mine=True).undo, design.undo().undo
    assert steps == ("Keep mine", "Keep mine", ""), (
        "where nothing differs it is no step, nor what it took back"
    )
    with pytest.raises(NoStep):
        design.undo()
    path.write_text(TEXT)
    design.state()
    design.apply("Add policy tell", make("policy", "tell", SENT))
    path.write_text(theirs)
    for mine, label in ((True, "Keep mine"), (False, "Take the other")):
        state = design.settle(mine=mine)
        assert state.undo == label
        assert ("# theirs" in state.text.project.text) is not mine
        assert ("# theirs" in design.undo().text.project.text) is mine
        assert ("# theirs" in design.redo().text.project.text) is not mine
        design.undo()
        if mine:
            assert design.state().text.project.text == theirs
            path.write_text(TEXT)
            design.state()
            design.apply("Add policy tell", make("policy", "tell", SENT))
            path.write_text(theirs)


async def test_a_file_that_others_took_away_stays_away_where_theirs_counts(project):
    design, path = project.design, project.project.root / "scenarios" / "a.tsk"
    design.apply("Draft", lambda text: make("policy", "tell", LEFT)(to_left(text)))
    path.unlink()
    assert "scenarios/a.tsk" not in design.settle(mine=False).text.scenarios
    assert "parcel.left" in design.undo().text.scenarios["scenarios/a.tsk"].text


async def test_steps_that_go_on_are_two_where_others_changed_the_file_between(project):
    design, path = project.design, project.project.root / "project.tsk"
    design.apply("Type", make("aggregate", "crate"), goes_on=True)
    design.apply("Type", make("aggregate", "cask"), goes_on=True)
    path.write_text(written(project) + "\n[aggregate.outside]\n")
    design.apply("Type", make("aggregate", "bag"), goes_on=True)
    text = design.undo().text.project.text
    assert ("[aggregate.bag]" in text, "[aggregate.outside]" in text, "[aggregate.cask]" in text) == (
        False,
        True,
        True,
    )
    text = design.undo().text.project.text
    assert ("[aggregate.outside]" in text, "[aggregate.crate]" in text) == (True, False)


async def test_V2_what_is_kept_is_the_newest_while_it_is_written(project, monkeypatch):
    design, kept = project.design, []
    design.apply("Add policy tell", make("policy", "tell", SENT))

    def looking(target, new, *, was):
        (file,) = project.drafts.folder.rglob("*.json")
        kept.append(json.loads(file.read_text())["content"]["files"]["project.tsk"][1])
        save(target, new, was=was)

    monkeypatch.setattr("workbench.services.design.project_files.save", looking)
    design.apply("Add", make("command", "tell_parcel", DesignNode("policy", "tell")))
    assert kept == [written(project)]


@pytest.mark.parametrize("full", [False, True])
async def test_V5_a_step_that_wrote_only_some_of_its_files_says_which(project, monkeypatch, full):
    design, path = project.design, project.project.root / "scenarios" / "a.tsk"

    def second(target, new, *, was):
        if target == path and full:
            raise StoreReadOnly(f"{path} cannot be written: the disk is full")
        if target == path:
            path.write_text(path.read_text() + "# theirs\n")
        save(target, new, was=was)

    with monkeypatch.context() as patch:
        patch.setattr("workbench.services.design.project_files.save", second)
        with pytest.raises(StoreReadOnly, match=r"^project\.tsk is written, scenarios/a\.tsk is not: "):
            design.apply("Rename", to_left)
    assert "[event.parcel.left]" in written(project)
    assert design.state().refused.startswith("project.tsk is written, scenarios/a.tsk is not: ")
    assert (design.write().refused, "parcel.left" in path.read_text()) == ("", True)


async def test_a_new_file_of_a_draft_is_not_lost_to_one_of_its_name(project):
    design, root = project.design, project.project.root
    new = parse('"Mine" {\n    then: []\n}\n', "scenarios/new.tsk")
    design.apply("Draft", lambda text: make("policy", "tell", SENT)(text).with_file(new))
    (root / "scenarios" / "new.tsk").write_text('"Theirs" {\n    then: []\n}\n')
    with pytest.raises(DesignConflict, match=r"new\.tsk was made meanwhile"):
        design.state()
    assert "Mine" in design.settle(mine=True).text.scenarios["scenarios/new.tsk"].text


async def test_scenarios_are_merged_one_by_one(project):
    design = project.design
    path = project.project.root / "scenarios" / "a.tsk"
    path.write_text(SCENARIO + '\n"Other" {\n    then: []\n}\n')
    design.apply("Rename", to_left)
    path.write_text("# remark\n\n" + path.read_text().replace('"Other"', '"Others"'))
    text = design.undo().text.scenarios["scenarios/a.tsk"].text
    assert '"Others"' in text
    assert '"parcel.sent"' in text
    assert text.startswith("# remark\n")


def stored(project, type_name):
    event = NewEvent(id=derived_id("1"), type=type_name, data="{}")
    project.store.write([Append(stream="parcel-1", events=(event,))])


def to_left(text):
    return gestures.renamed(text, SENT, "parcel.left", gestures.places_of(text, SENT))


async def test_an_event_that_is_stored_behind_the_preview_keeps_its_stored_name(project):
    assert project.design.rename_preview(SENT, "parcel.left").stored == 0
    stored(project, "parcel.sent")
    project.design.apply("Rename", to_left)
    assert '[event.parcel.left]\nstored_as: "parcel.sent"\n' in written(project)
    assert "stored_as" not in project.design.undo().text.project.text


async def test_undo_and_redo_keep_the_stored_name_too(project):
    design = project.design
    design.apply("Rename", to_left)
    await project.model_reload.check()
    stored(project, "parcel.left")
    design.undo()
    assert '[event.parcel.sent]\nstored_as: "parcel.left"\n' in written(project)
    await project.model_reload.check()
    design.redo()
    assert "stored_as" not in written(project)


async def test_two_windows_keep_a_draft_each(project, tmp_path):
    project.design.apply("Add policy tell", make("policy", "tell", SENT))
    other = open_target(project.project.root, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    other.design.apply("Add policy ask", make("policy", "ask", SENT))
    await other.close()
    again = await opened(project, tmp_path)
    assert len(again.design.unsaved()) == 2
    await again.close()


async def test_a_scenario_file_that_cannot_be_read_is_told_before_a_rename(project):
    (project.project.root / "scenarios" / "b.tsk").write_text('"half {')
    notes = project.design.rename_preview(SENT, "parcel.left").notes
    assert notes == ("scenarios/b.tsk cannot be read: the name stays there as it is.",)


async def test_what_cannot_be_written_is_kept_with_its_undo(project, monkeypatch):
    design = project.design
    fail = StoreReadOnly("the disk is full")

    def full(*_args, **_kwargs):
        raise fail

    monkeypatch.setattr("workbench.services.design.project_files.save", full)
    with pytest.raises(StoreReadOnly):
        design.apply("Add", make("aggregate", "crate"))
    assert written(project) == TEXT
    state = design.state()
    assert (state.undo, state.refused) == ("Add", "the disk is full")
    assert state.problems == ("it is not written yet",)
    monkeypatch.setattr("workbench.services.design.project_files.save", save)
    design.apply("Add", make("aggregate", "cask"))
    assert "[aggregate.crate]\n\n[aggregate.cask]" in written(project)


@pytest.mark.parametrize(
    ("theirs", "tries"),
    [(["# One\n"], 2), (["# One\n", "# Two\n"], 3), (["# One\n", "# Two\n", "# Three\n"], 3)],
)
async def test_what_others_write_at_the_same_moment_is_joined_and_tried_again(
    project, monkeypatch, theirs, tries
):
    path, left, saved = project.project.root / "project.tsk", list(theirs), []

    def late(target, new, *, was):
        saved.append(new)
        if left:
            path.write_text(left.pop(0) + TEXT)
        save(target, new, was=was)

    monkeypatch.setattr("workbench.services.design.project_files.save", late)
    add = make("aggregate", "crate")
    if len(theirs) == tries:
        with pytest.raises(ChangedOnDisk):
            project.design.apply("Add", add)
        assert written(project) == theirs[-1] + TEXT
        project.design.write()
    else:
        assert project.design.apply("Add", add).problems == ()
    assert len(saved) == tries + (len(theirs) == tries)
    assert written(project) == theirs[-1] + TEXT + "\n[aggregate.crate]\n"
    assert project.design.undo().redo == "Add"
    assert written(project).rstrip() + "\n" == theirs[-1] + TEXT


@pytest.mark.parametrize("theirs", ["[aggregate.crate]\n# theirs\n", "[aggregate.crate"])
async def test_what_cannot_be_joined_at_the_same_moment_is_kept(project, monkeypatch, theirs):
    path = project.project.root / "project.tsk"

    def late(target, new, *, was):
        path.write_text(TEXT + theirs)
        save(target, new, was=was)

    monkeypatch.setattr("workbench.services.design.project_files.save", late)
    with pytest.raises(ChangedOnDisk):
        project.design.apply("Add", make("aggregate", "crate"))
    assert written(project) == TEXT + theirs
    path.write_text(TEXT)
    assert "[aggregate.crate]" in project.design.state().text.project.text


async def test_what_a_gesture_cannot_do_changes_nothing(project):
    with pytest.raises(InvalidValue, match="cannot be a name"):
        project.design.apply("Add", make("event", "a b"))
    assert project.design.state().undo == ""
    assert parse(written(project)).text == TEXT


async def test_a_file_of_scenarios_is_made_undone_and_made_again(project):
    design, other = project.design, '"Other" {\n    then: []\n}\n'
    state = design.apply("Add scenario", lambda text: text.with_file(parse(other, "scenarios/b.tsk")))
    assert state.problems == ()
    assert written(project, "scenarios/b.tsk") == other
    design.undo()
    assert not (project.project.root / "scenarios" / "b.tsk").exists()
    design.redo()
    assert written(project, "scenarios/b.tsk") == other


async def test_undoing_a_new_file_leaves_what_changed_elsewhere_meanwhile(project):
    design = project.design
    design.apply("Add scenario", lambda text: text.with_file(parse('"x" { then: [] }\n', "scenarios/b.tsk")))
    save(project.project.root / "project.tsk", f"# New\n{TEXT}".encode(), was=TEXT.encode())
    design.undo()
    assert not (project.project.root / "scenarios" / "b.tsk").exists()
    assert written(project) == f"# New\n{TEXT}"
    design.redo()
    assert written(project, "scenarios/b.tsk") == '"x" { then: [] }\n'


async def test_T3_no_file_is_made_in_a_folder_that_leads_out(project, tmp_path):
    folder, outside = project.project.root / "scenarios", tmp_path / "outside"
    folder.rename(outside)
    folder.symlink_to(outside)
    with pytest.raises(StoreReadOnly, match="leads out of the project"):
        project.design.apply("Add", lambda text: text.with_file(parse("", "scenarios/b.tsk")))
    assert not (outside / "b.tsk").exists()


async def test_T3_no_file_is_made_through_a_link_that_leads_out(project, tmp_path):
    path, outside = project.project.root / "scenarios" / "b.tsk", tmp_path / "outside.tsk"
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(outside)
    with pytest.raises(StoreReadOnly, match=r"b\.tsk leads out of the project"):
        project.design.apply("Add", lambda text: text.with_file(parse("", "scenarios/b.tsk")))
    assert not outside.exists()


async def opened(project, tmp_path):
    """Opens the same folder as after the end of the program."""
    await project.close()
    workspace = open_target(project.project.root, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await workspace.start()
    return workspace


async def test_what_was_never_written_is_kept_over_the_end_and_taken_up_as_a_step(project, tmp_path):
    project.design.apply("Add policy tell", make("policy", "tell", SENT))
    assert project.design.unsaved() == []
    again = await opened(project, tmp_path)
    (kept,) = again.design.unsaved()
    assert (kept.what, kept.content["mistakes"]) == ("the unsaved design", 1)
    path = project.project.root / "project.tsk"
    path.write_text(TEXT.replace("# Mine", "# Ours"))
    again.design.apply("Add policy ask", make("policy", "ask", SENT))
    again.design.apply("Add policy more", make("policy", "more", SENT))
    assert again.design.undo().redo == "Add policy more"
    state = again.design.take_up(kept)
    assert state.redo == ""
    assert "[policy.tell]" in state.text.project.text
    assert "[policy.ask]" in state.text.project.text
    assert "# Ours" in state.text.project.text
    assert again.design.unsaved() == []
    again.design.undo()
    assert again.design.undo().text.project.text == written(project)
    last = await opened(again, tmp_path)
    assert last.design.unsaved() == []
    await last.close()


async def test_what_was_never_written_stays_kept_where_it_cannot_be_taken_up(project, tmp_path):
    design = project.design
    change = lambda text: gestures.renamed(text, SENT, "box.left", gestures.places_of(text, SENT))  # noqa: E731
    design.apply("Rename", lambda text: make("policy", "tell", DesignNode("event", "box.left"))(change(text)))
    again = await opened(project, tmp_path)
    (kept,) = again.design.unsaved()
    scenario = project.project.root / "scenarios" / "a.tsk"
    scenario.rename(scenario.with_name("b.txt"))
    with pytest.raises(KeptConflict, match=r"scenarios/a\.tsk went meanwhile"):
        again.design.take_up(kept)
    scenario.with_name("b.txt").rename(scenario)
    (project.project.root / "project.tsk").write_text(TEXT + '\n[policy.tell]\non: "parcel.sent"\n# theirs\n')
    with pytest.raises(ProjectError, match=r"\[policy\.tell\] changed in the file"):
        again.design.take_up(kept)
    assert again.design.unsaved() == [kept]
    again.design.discard(kept)
    assert again.design.unsaved() == []
    await again.close()


@pytest.mark.parametrize(("prefer", "said"), [("mine", "box.left"), ("theirs", "")])
async def test_what_was_never_written_is_taken_up_once_it_is_said_which_counts(
    project, tmp_path, prefer, said
):
    policy = make("policy", "tell", DesignNode("event", "box.left"))
    change = lambda text: gestures.renamed(text, SENT, "box.left", gestures.places_of(text, SENT))  # noqa: E731
    project.design.apply("Draft", lambda text: policy(change(text)))
    again = await opened(project, tmp_path)
    (kept,) = again.design.unsaved()
    root = project.project.root
    theirs = TEXT + '\n[policy.tell]\non: "parcel.sent"\nissue: "none"\n'
    (root / "project.tsk").write_text(theirs)
    (root / "scenarios" / "a.tsk").rename(root / "scenarios" / "b.tsk")
    with pytest.raises(KeptConflict) as asked:
        again.design.take_up(kept)
    assert [one.file for one in asked.value.clashes] == ["project.tsk", "scenarios/a.tsk"]
    assert ('issue: "none"' in asked.value.clashes[0].theirs, asked.value.clashes[1].theirs) == (True, "")
    assert again.design.unsaved() == [kept]
    text = again.design.take_up(kept, prefer=prefer).text
    assert "[event.box.left]" in text.project.text
    assert ('issue: "none"' in text.project.text) is (prefer == "theirs")
    assert said in (text.scenarios["scenarios/a.tsk"].text if "scenarios/a.tsk" in text.scenarios else "")
    assert ("scenarios/a.tsk" in text.scenarios) is (prefer == "mine")
    assert again.design.unsaved() == []
    assert again.design.undo().text.project.text == theirs
    await again.close()


async def test_what_is_taken_up_is_not_written_over_a_file_that_cannot_be_read(project, tmp_path):
    project.design.apply("Draft", lambda text: make("policy", "tell", LEFT)(to_left(text)))
    again = await opened(project, tmp_path)
    (kept,) = again.design.unsaved()
    path = project.project.root / "scenarios" / "a.tsk"
    path.write_text(SCENARIO + HALF)
    with pytest.raises(KeptConflict) as asked:
        again.design.take_up(kept)
    assert [one.theirs for one in asked.value.clashes] == [SCENARIO + HALF]
    with pytest.raises(InvalidValue, match=r"a\.tsk cannot be read, and what stands in it is not written"):
        again.design.take_up(kept, prefer="mine")
    assert again.design.unsaved() == [kept]
    assert path.read_text() == SCENARIO + HALF
    await again.close()


async def test_what_is_taken_up_stays_kept_until_it_is_on_the_disk_again(project, tmp_path, monkeypatch):
    project.design.apply("Add policy tell", make("policy", "tell", SENT))
    again = await opened(project, tmp_path)
    (kept,) = again.design.unsaved()
    with monkeypatch.context() as patch:
        patch.setattr("workbench.services.project.draft_files.replace_file", full_disk)
        assert again.design.take_up(kept).problems
    assert [json.loads(file.read_text())["key"] for file in again.drafts.folder.rglob("*.json")] == [kept.key]
    again.design.apply("Add policy ask", make("policy", "ask", SENT))
    assert again.design.unsaved() == []
    (left,) = (json.loads(file.read_text()) for file in again.drafts.folder.rglob("*.json"))
    assert left["key"] != kept.key
    assert "[policy.tell]" in left["content"]["files"]["project.tsk"][1]
    await again.close()


async def test_what_is_taken_up_and_written_is_kept_no_more(project, tmp_path):
    project.design.apply("Add policy tell", make("policy", "tell", SENT))
    again = await opened(project, tmp_path)
    (kept,) = again.design.unsaved()
    assert again.design.take_up(kept).problems
    again.design.apply("Add", make("command", "tell_parcel", DesignNode("policy", "tell")))
    assert "[policy.tell]" in written(again)
    assert list(again.drafts.folder.rglob("*.json")) == []
    await again.close()


async def test_what_stays_in_the_store_is_told_before_a_name_changes(project):
    parcel, design = DesignNode("aggregate", "parcel"), project.design
    assert [one.group for one in design.rename_preview(parcel, "crate").places] == [
        "Declaration",
        "Its events",
        "Its events",
        "Scenarios",
    ]
    assert design.removal_preview(SENT).notes == ()
    event = NewEvent(id=derived_id("1"), type="parcel.sent", data="{}")
    project.store.write([Append(stream="parcel-1", events=(event,))])
    (kept,) = design.rename_preview(SENT, "parcel.left").notes
    assert kept.startswith("1 stored event stays stored as parcel.sent")
    for one in (SENT, parcel):
        (lost,) = design.removal_preview(one).notes
        assert lost.startswith("1 stored event will have no type")
    with pytest.raises(InvalidValue, match="the store has 1 stream of parcel"):
        design.rename_preview(parcel, "crate")
    with pytest.raises(InvalidValue, match="there is an aggregate box already"):
        design.rename_preview(parcel, "box")


async def test_what_stays_of_readers_topics_and_rows_is_told(project):
    text = TEXT + '[topics]\nmail {}\n[subscriptions]\npost { topic: "mail", handler: "h" }\n[handler.h]\n'
    text += 'event: "parcel.sent"\n'
    text += '[projection.all]\ncolumns { id: "text" }\non { "parcel.sent": { remove: true } }\n'
    (project.project.root / "project.tsk").write_text(text)
    assert (await project.model_reload.check()).problems == ()
    preview = project.design.removal_preview
    assert preview(DesignNode("subscription", "post")).notes[0].startswith("Subscription post: its cursor")
    assert preview(DesignNode("topic", "mail")).notes == ()
    assert preview(DesignNode("projection", "all")).notes[0].startswith("The rows of all go")


BRANCHES = """
[command.confirm_parcel]
changes: "parcel"
fields { parcel_id: "string" }

[command.lose_parcel]
changes: "parcel"
fields { parcel_id: "string" }

[handler.carry]
event: "parcel.sent"
do {
    lose { when: "'x' == 'y'", issue: "lose_parcel", with { parcel_id: "'1'" } }
    confirm { otherwise: true, issue: "confirm_parcel", with { parcel_id: "'1'" } }
}
"""


async def test_a_removal_foretells_what_keeps_the_rest_from_being_saved(project):
    path, preview = project.project.root / "project.tsk", project.design.removal_preview
    path.write_text(TEXT + BRANCHES)
    (note,) = preview(DesignNode("command", "lose_parcel")).notes
    assert note.startswith("It would be a draft, and not saved: [handler.carry] no action before this one")
    assert preview(DesignNode("command", "confirm_parcel")).notes == ()
    assert written(project) == TEXT + BRANCHES
    project.design.apply("Draft", make("policy", "tell", SENT))
    assert preview(DesignNode("aggregate", "box")).notes == (), "it is a draft anyway"


async def test_a_folder_that_cannot_be_made_says_so(project):
    folder = project.project.root / "scenarios"
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_text("a file")
    with pytest.raises(StoreReadOnly, match="cannot be made"):
        project.design.apply("Add", lambda text: text.with_file(parse("", "scenarios/b.tsk")))


# -- saved from a text or a form -----------------------------------------------------------------------


def edited(project, old, new, name="project.tsk"):
    """Returns a file's content, and a document with another piece in it."""
    was = project.texts.read(name)
    return was, parse(was.replace(old, new), name)


def to_left_in_scenarios(text):
    scenario = text.scenarios["scenarios/a.tsk"]
    return text.with_file(parse(scenario.text.replace("parcel.sent", "parcel.left"), scenario.file))


async def test_V5_what_is_saved_elsewhere_is_a_step_and_keeps_what_is_not_written_yet(project):
    design = project.design
    was, now = edited(project, b'"shop"', b'"store"')
    design.apply("Add policy tell", make("policy", "tell", SENT))
    design.apply("Add policy ask", make("policy", "ask", SENT))
    assert design.undo().redo == "Add policy ask"
    assert design.save("Edit", now, was=was).redo == ""
    assert written(project) == TEXT.replace('"shop"', '"store"')
    state = design.state()
    assert "[policy.tell]" in state.text.project.text
    assert 'name: "store"' in state.text.project.text
    assert design.undo().redo == "Edit"
    assert 'name: "shop"' in design.state().text.project.text
    assert "[policy.tell]" not in design.undo().text.project.text
    assert written(project) == TEXT


@pytest.mark.parametrize("drafted", [False, True])
@pytest.mark.parametrize("full", [False, True])
async def test_V5_where_only_some_of_the_files_can_be_written_the_rest_is_a_draft(
    project, monkeypatch, full, drafted
):
    design, path = project.design, project.project.root / "scenarios" / "a.tsk"
    was, now = edited(project, b"parcel.sent", b"parcel.left")
    if drafted:
        design.apply("Add policy tell", make("policy", "tell", DesignNode("aggregate", "box")))

    def second(target, new, *, was):
        if target == path and full:
            raise StoreReadOnly(f"{path} cannot be written: the disk is full")
        if target == path:
            path.write_text("# Theirs\n" + SCENARIO)
        save(target, new, was=was)

    with monkeypatch.context() as patch:
        patch.setattr("workbench.services.design.project_files.save", second)
        state = design.save("Edit", now, was=was, along=to_left_in_scenarios)
    assert state.refused.startswith("project.tsk is written, scenarios/a.tsk is not: ")
    assert (state.undo, bool(state.problems)) == ("Edit", True)
    begin = "" if full else "# Theirs\n"
    assert (written(project), path.read_text()) == (now.text, begin + SCENARIO)
    assert "parcel.left" in design.state().text.scenarios["scenarios/a.tsk"].text
    (kept,) = (json.loads(file.read_text()) for file in project.drafts.folder.rglob("*.json"))
    assert "parcel.left" in kept["content"]["files"]["scenarios/a.tsk"][1]
    state = design.write()
    assert path.read_text() == begin + SCENARIO.replace("sent", "left"), "whatever is a draft beside it"
    assert ("[policy.tell]" in state.text.project.text, bool(state.problems)) == (drafted, drafted)
    design.undo()
    if drafted:
        design.undo()
    assert (written(project).rstrip() + "\n", path.read_text()) == (TEXT, begin + SCENARIO)


async def test_V5_nothing_of_a_change_is_kept_where_its_first_file_cannot_be_written(project, monkeypatch):
    was, now = edited(project, b"parcel.sent", b"parcel.left")
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full_disk)
        with pytest.raises(StoreReadOnly, match="the disk is full"):
            project.design.save("Edit", now, was=was, along=to_left_in_scenarios)
    state = project.design.state()
    assert (state.undo, state.problems, written(project)) == ("", (), TEXT)


async def test_a_file_that_is_made_here_is_known_as_written_here(project):
    files = project.texts
    files.make("scenarios/b.tsk", b"# b\n")
    assert files.who_wrote("scenarios/b.tsk") == "Another view of this window"
    files.path("scenarios/b.tsk").write_bytes(b"# c\n")
    assert files.who_wrote("scenarios/b.tsk") == "Another program"


async def test_what_cannot_be_opened_is_not_saved(project):
    was, now = edited(project, b"[aggregate.box]", b"[policy.none]")
    with pytest.raises(ProjectError, match="a policy needs"):
        project.design.save("Edit", now, was=was)
    was, now = edited(project, b"event.parcel.sent", b"event.parcel.gone")
    with pytest.raises(WouldBreak, match=r"the model has no event parcel\.sent"):
        project.design.save("Edit", now, was=was)
    assert (written(project), project.design.state().undo) == (TEXT, "")
    project.design.save("Edit", now, was=was, insist=True)
    assert written(project) == now.text


async def test_a_file_with_mistakes_is_mended_as_long_as_it_is_as_it_was_read(project):
    path, broken = project.project.root / "project.tsk", b"[half\n"
    path.write_bytes(broken)
    with pytest.raises(ChangedOnDisk):
        project.design.save("Edit", parse(TEXT + "# mine\n"), was=b"[other\n")
    project.design.save("Edit", parse(TEXT + "# mine\n"), was=broken)
    assert written(project) == TEXT + "# mine\n"
    assert project.design.state().undo == "", "what had mistakes is nothing to go back to"


@pytest.mark.parametrize("behind", [b"# caf\xe9\n", b"#\n" * 500_000])
async def test_V5_a_file_that_is_read_in_part_only_is_not_written(project, behind):
    path = project.project.root / "project.tsk"
    path.write_bytes(TEXT.encode() + behind)
    for was in (TEXT.encode(), project.texts.read("project.tsk")):
        with pytest.raises(TskError, match=r"E-UTF8|E-SIZE"):
            project.design.save("Edit", parse(TEXT + "# mine\n"), was=was)
    assert path.read_bytes() == TEXT.encode() + behind


async def test_V5_a_project_file_that_others_emptied_is_no_model_and_can_be_written_again(project):
    path = project.project.root / "project.tsk"
    project.design.state()
    path.write_text(" \n")
    for _ in range(2):
        with pytest.raises(TskError, match=r"project.tsk:1:1: E-EMPTY the file is empty"):
            project.design.state()
    with pytest.raises(TskError, match="E-EMPTY"):
        project.design.apply("Add", lambda text: text.with_said("project.tsk", TEXT + "# mine\n"))
    assert path.read_text() == " \n"
    project.design.save("Edit", parse(TEXT + "# mine\n", "project.tsk"), was=b" \n")
    assert written(project) == TEXT + "# mine\n"
    assert project.design.state().wrong == ()


async def test_a_project_file_that_is_emptied_here_is_so(project):
    project.design.save("Edit", parse("", "project.tsk"), was=TEXT.encode(), insist=True)
    assert written(project) == ""
    assert project.design.state().text.project.text == ""
    assert project.design.undo().text.project.text == TEXT


async def test_a_scenario_file_with_mistakes_is_mended_and_not_removed_by_undoing(project):
    (project.project.root / "scenarios" / "a.tsk").write_text('"half {')
    project.design.save("Edit", parse(SCENARIO, "scenarios/a.tsk"), was=b'"half {')
    assert written(project, "scenarios/a.tsk") == SCENARIO
    assert project.design.state().undo == ""


async def test_marks_of_order_and_ends_of_lines_stay_where_others_change_the_file(project):
    path = project.project.root / "project.tsk"
    text = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()
    path.write_bytes(text)
    was, now = edited(project, b'"shop"', b'"store"')
    path.write_bytes(text.replace(b"# Not now", b"# Later"))
    project.design.save("Edit", now, was=was)
    assert path.read_bytes() == text.replace(b"# Not now", b"# Later").replace(b'"shop"', b'"store"')


async def test_what_a_killed_process_was_writing_goes_when_the_project_is_opened(project, tmp_path):
    names = (".project.tsk.999999999.workbench.new", "scenarios/.a.tsk.999999999.workbench.new")
    left = [project.project.root / name for name in names]
    mine = project.project.root / "scenarios" / ".old.77777777.new"
    for path in (*left, mine):
        path.write_text("half")
    again = await opened(project, tmp_path)
    assert not any(path.exists() for path in left)
    assert mine.read_text() == "half"
    await again.close()


async def test_what_could_not_be_written_is_written_when_it_is_tried_again(project, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full_disk)
        with pytest.raises(StoreReadOnly, match="cannot be written: the disk is full"):
            project.design.apply("Add", make("aggregate", "crate"))
    assert project.design.state().refused.endswith("project.tsk cannot be written: the disk is full")
    state = project.design.write()
    assert (state.refused, state.problems, "[aggregate.crate]" in written(project)) == ("", (), True)


BAD = '"return.refunded": "delete"\n'
"""A line that can be read, and has no meaning where it stands."""


def broken(text, section):
    return text.replace(f"[{section}]\n", f"[{section}]\n{BAD}")


@pytest.mark.parametrize("seed", range(6))
async def test_V5_a_draft_over_a_broken_file_is_written_once_that_is_repaired(project, seed):
    rng, design, path = random.Random(seed), project.design, project.project.root / "project.tsk"
    typed = set()
    for number in range(12):
        match rng.choice(["break", "repair", "note", "field", "field", "event"]):
            case "break":
                said = path.read_text().replace(BAD, "")
                path.write_text(broken(said, rng.choice(["aggregate.parcel", "event.parcel.sent"])))
            case "repair":
                path.write_text(path.read_text().replace(BAD, ""))
            case "note":
                path.write_text(path.read_text() + f"# note {number}\n")
                typed.add(f"# note {number}\n")
            case "field":
                typed.add(f"field{number}")
                design.apply("Field", partial(with_fields, node=SENT, line=f"field{number}: text?"))
            case _:
                typed.add(f"parcel.made{number}")
                design.apply("Add", make("event", f"parcel.made{number}"))
        state = design.state()
        assert all(one in state.text.project.text for one in typed)
        assert state.text.project.text.count(BAD) == written(project).count(BAD), "as the file says now"
        assert bool(state.problems) == (state.text != state.written)
    path.write_text(path.read_text().replace(BAD, ""))
    state = design.state()
    assert (state.problems, state.text.project.text) == ((), written(project))
    assert all(one in written(project) for one in typed)


async def test_undo_that_stops_at_a_policy_leaves_what_is_older_and_comes_back(project):
    design, path = project.design, project.project.root / "project.tsk"
    said = SCENARIO.replace('"Sent"', '"Sent again"')
    design.apply("Write scenario", lambda text: text.with_said("scenarios/b.tsk", said))
    design.apply("Add policy tell", make("policy", "tell", SENT))
    design.apply("Add command tell_parcel", make("command", "tell_parcel", DesignNode("policy", "tell")))
    whole = written(project).replace("[policy.tell]\n", '[policy.tell]\ndescription: "x"\n')
    path.write_text(whole)
    design.undo()
    for _ in range(9):
        with pytest.raises(StepHeld, match="“Add policy tell” cannot be undone, it was changed since"):
            design.undo()
    assert written(project, "scenarios/b.tsk") == said
    assert design.redo().problems == ()
    assert written(project) == whole
    for _ in range(2):
        design.pass_over("undo")
    design.undo()
    assert not (project.project.root / "scenarios/b.tsk").exists()
    design.redo()
    assert written(project, "scenarios/b.tsk") == said


REACTION = """
[aggregate.note]

[event.note.made]

[command.make_note]
creates: "note"
fields { note_id: "string" }
emit: "note.made"

[process.watch]
key: "id"
on {
    "parcel.sent": { starts: true, issue: "make_note", with { note_id: "id" }, after: "48h" }
    "note.made": { ends: true }
}
"""


@pytest.mark.parametrize("mine", [True, False])
async def test_V5_no_undo_takes_back_what_others_wrote_where_it_was_asked_about(project, mine):
    design, path = project.design, project.project.root / "project.tsk"
    path.write_text(TEXT + REACTION)
    entry = '    "parcel.sent": { starts: true, issue: "make_note", with { note_id: "id" }, after: "48h" }\n'

    def without_start(text):
        return text.with_project(parse(text.project.text.replace(entry, ""), "project.tsk"))

    assert design.apply("Remove", without_start).problems
    theirs = TEXT + REACTION.replace("48h", "72h")
    path.write_text(theirs)
    with pytest.raises(DesignConflict):
        design.state()
    settled = design.settle(mine=mine)
    assert (settled.text.project.text == theirs) is not mine, "the whole entry of theirs, or none of it"
    while design.state().undo:
        design.undo()
    assert written(project) == theirs


async def test_files_that_others_wrote_and_that_do_not_load_say_why(project, monkeypatch):
    path = project.project.root / "project.tsk"
    text = '\n[command.send]\nchanges: "parcel"\nfields { parcel_id: "string" }\nemit: "parcel.snet"\n'
    path.write_text(TEXT + text)
    state = project.design.state()
    assert (state.problems, state.undo) == ((), "")
    assert [one.message for one in state.broken] == ["this aggregate has no event parcel.snet"]
    assert state.wrong == state.broken
    with monkeypatch.context() as patch:
        patch.setattr("workbench.services.design.file_faults.would_be", None)  # it is not compiled again
        assert project.design.state().broken == state.broken
    state = project.design.apply("Mend", lambda old: old.with_project(parse(TEXT, "project.tsk")))
    assert (state.wrong, written(project)) == ((), TEXT)
    monkeypatch.setattr("workbench.services.design.file_faults.would_be", None)  # nor what was written here
    assert project.design.state().wrong == ()


async def test_V5_undo_has_the_file_say_again_what_others_left_there_though_it_does_not_load(project):
    path, sends = project.project.root / "project.tsk", '\n[policy.p]\non: "parcel.snet"\n'
    path.write_text(theirs := TEXT + sends)
    project.design.state()
    mended = theirs.replace("snet", "sent").replace('"\n[', '"\nissue: "x"\n[')
    mended = TEXT + "\n[topics]\nmails {\n}\n"

    def mend(text):
        return text.with_project(parse(mended, "project.tsk"))

    assert project.design.apply("Mend", mend).wrong == ()
    state = project.design.undo()
    assert (written(project), state.problems, len(state.broken)) == (theirs, (), 2)
    assert project.design.redo().wrong == ()
    assert written(project) == mended
    path.write_text(mended.replace("# Mine", "# Theirs"))
    state = project.design.undo()
    assert (written(project), state.problems) == (theirs.replace("# Mine", "# Theirs"), ())
    project.design.redo()
    state = project.design.apply("Break", lambda text: text.with_project(parse(theirs, "project.tsk")))
    assert state.problems, "what is typed anew is a draft"


async def test_V5_a_mistake_of_others_holds_up_no_text_that_makes_nothing_worse(project):
    wrong = TEXT + '\n[policy.other]\non: "parcel.snet"\n'
    (project.project.root / "project.tsk").write_text(wrong)
    mine = "# mine\n" + wrong
    state = project.design.save("Edit", parse(mine, "project.tsk"), was=wrong.encode())
    assert written(project) == mine
    assert (len(state.broken), state.undo) == (2, "Edit")
    more = mine + '\n[policy.mine]\non: "parcel.snet"\n'
    with pytest.raises(ProjectError):
        project.design.save("Edit", parse(more, "project.tsk"), was=mine.encode())
    assert written(project) == mine
    assert project.design.save("Edit", parse(TEXT, "project.tsk"), was=mine.encode()).broken == ()
    assert written(project) == TEXT


async def test_a_draft_tells_its_own_mistakes_and_not_those_of_the_files_twice(project):
    wrong = TEXT + '\n[policy.p]\non: "parcel.snet"\n'
    state = project.design.apply("Add", lambda text: text.with_said("project.tsk", wrong))
    assert (len(state.problems), state.broken) == (2, ())
    (project.project.root / "project.tsk").write_text(TEXT + '\n[policy.other]\non: "parcel.snet"\n')
    state = project.design.state()
    assert (len(state.problems), state.broken) == (4, ())
