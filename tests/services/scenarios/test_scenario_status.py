"""Verdicts on the model that runs: found anew when it is another, old until then."""

from __future__ import annotations

import asyncio
import threading

import pytest

from workbench.project.samples import copy_sample
from workbench.services.project.open_project import open_target
from workbench.services.scenarios.scenario_status import Tally

GAPS = 2
"""What the scenarios of the sample do not try, as `workbench coverage` says."""
RULE = "state.status == 'suspended'"


@pytest.fixture
async def workspace(tmp_path):
    opened = open_target(copy_sample("users-declared", tmp_path / "mine"), "", environ={})
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
def verdicts(workspace):
    return workspace.scenarios


async def rest(verdicts):
    while verdicts.busy:
        await asyncio.sleep(0.005)


async def run_all(verdicts):
    await verdicts.look()
    verdicts.run([scenario.title for scenario in verdicts.all()])
    await rest(verdicts)


def change(workspace, old, new):
    path = workspace.project.root / "project.tsk"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


async def test_code_of_the_project_is_not_run_before_that_was_asked_for(tmp_path):
    workspace = open_target(copy_sample("users", tmp_path / "code"), "", environ={})
    await workspace.start()
    verdicts = workspace.scenarios
    await verdicts.look()
    tally = verdicts.tally()
    assert tally == Tally(unsure=tally.total)
    path = workspace.project.root / "project.tsk"
    path.write_text(path.read_text().replace('retry_delay: "500ms"', 'retry_delay: "400ms"'))
    await workspace.model_reload.check()
    await rest(verdicts)
    assert verdicts.tally() == tally
    await verdicts.look(run=True)
    await rest(verdicts)
    assert verdicts.tally() == Tally(passed=tally.total)
    await workspace.close()


async def test_without_code_all_run_by_themselves(workspace, verdicts):
    await verdicts.look()
    await rest(verdicts)
    assert verdicts.tally() == Tally(passed=len(verdicts.all()), gaps=GAPS)
    change(workspace, RULE, "state.status != 'suspended'")
    idle = '[command.idle]\nchanges: "user"\nfields { user_id: "string" }\n\n'
    change(workspace, "[aggregate.outage]", f"{idle}[aggregate.outage]")
    await workspace.model_reload.check()
    await rest(verdicts)
    assert verdicts.tally().failed
    assert verdicts.tally().gaps == GAPS + 2  # the new command, and the event that is refused now


async def test_V3_a_model_that_is_broken_turns_what_was_green_red_by_itself(workspace, verdicts):
    await run_all(verdicts)
    total = verdicts.tally().total
    assert verdicts.tally() == Tally(passed=total, gaps=GAPS)
    change(workspace, RULE, "state.status != 'suspended'")
    await workspace.model_reload.check()
    assert verdicts.tally() == Tally(unsure=total)
    await rest(verdicts)
    assert verdicts.tally().failed > 0
    assert verdicts.tally().unsure == 0
    change(workspace, "state.status != 'suspended'", RULE)
    await workspace.model_reload.check()
    await rest(verdicts)
    assert verdicts.tally() == Tally(passed=total, gaps=GAPS)


async def test_V3_a_run_that_meets_a_reload_begins_again_on_the_new_model(workspace, verdicts):
    await verdicts.look()
    titles = [scenario.title for scenario in verdicts.all()]
    verdicts.run(titles)
    await asyncio.sleep(0)
    change(workspace, RULE, "state.status != 'suspended'")
    await workspace.model_reload.check()
    await rest(verdicts)
    now = workspace.project
    assert {verdicts.of(scenario).project is now for scenario in verdicts.all()} == {True}


async def test_V3_a_new_or_changed_scenario_file_is_run_where_others_were(workspace, verdicts):
    await run_all(verdicts)
    first = verdicts.files[0]
    text = first.path.read_text()
    (first.path.parent / "zz.tsk").write_text(text)
    first.path.write_text("\n" + text)
    await verdicts.look()
    assert verdicts.tally().unsure == 2 * len(first.scenarios)
    await rest(verdicts)
    assert verdicts.tally() == Tally(passed=len(verdicts.all()), gaps=GAPS)


async def test_looking_at_files_that_are_as_they_were_runs_nothing(verdicts):
    await run_all(verdicts)
    told = []
    end = verdicts.listen(lambda: told.append(1))
    await verdicts.look()
    assert (told, verdicts.busy) == ([], False)
    end()
    end()


async def test_V4_a_handler_that_blocks_does_not_hold_the_loop(tmp_path):
    root = copy_sample("users", tmp_path / "users")
    workspace = open_target(root, "", environ={})
    await workspace.start()
    held, let_go = threading.Event(), threading.Event()

    def stand_still(message, context):
        held.set()
        assert let_go.wait(20)

    workspace.registry.handlers["send_welcome"] = stand_still
    verdicts = workspace.scenarios
    await verdicts.look()
    verdicts.run([scenario.title for scenario in verdicts.all()])
    while not held.is_set():
        await asyncio.sleep(0.005)
    let_go.set()
    await rest(verdicts)
    assert verdicts.tally().unsure == 0
    await workspace.close()


async def test_closing_ends_a_run(workspace, verdicts):
    await verdicts.look()
    verdicts.run([scenario.title for scenario in verdicts.all()])
    await asyncio.sleep(0.01)
    await verdicts.close()
    assert not verdicts.busy


async def test_stopping_forgets_what_was_not_begun(workspace, verdicts):
    await verdicts.look()
    verdicts.run([scenario.title for scenario in verdicts.all()])
    verdicts.stop()
    await rest(verdicts)
    assert verdicts.tally().unsure == verdicts.tally().total
    await workspace.adopt(workspace.project)
    await rest(verdicts)
    assert verdicts.tally().unsure == verdicts.tally().total
