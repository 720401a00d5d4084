"""The scenarios of a project: found, chosen, run one after the other, saved."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from workbench.errors import NotFound, NotTrusted
from workbench.model.clock import SystemClock
from workbench.project.scenarios import read_scenarios
from workbench.services.scenarios import Scenarios
from workbench.services.scenarios.scenario_service import chosen


@pytest.fixture
def service(users):
    return Scenarios(users, SystemClock())


def test_a_project_that_is_not_trusted_has_no_model_to_run(users):
    with pytest.raises(NotTrusted, match=r"running scenarios needs the model.*domain.py"):
        Scenarios(replace(users, restricted=True), SystemClock()).files()


def test_scenarios_are_chosen_by_part_of_their_sentence_or_file(service):
    files = service.files()
    assert [one.name for one in chosen(files, ["needs a REASON"])] == ["A suspension needs a reason"]
    assert {one.place.file for one in chosen(files, ["mail.tsk"])} == {"scenarios/mail.tsk"}
    assert len(chosen(files, [])) > len(chosen(files, ["accounts", "needs a reason"])) > 10
    with pytest.raises(NotFound, match="no scenario is called A suspnsion needs a reason") as caught:
        chosen(files, ["A suspnsion needs a reason"])
    assert caught.value.hint == "did you mean A suspension needs a reason?"


def test_a_file_that_was_not_read_is_chosen_by_its_name(service):
    (file, *_) = service.files()
    broken = replace(file, scenarios=(), problems=("a mistake",))
    assert chosen([broken], [file.path.name]) == []


async def test_results_are_told_one_by_one_until_it_is_cancelled(service):
    scenarios = chosen(service.files(), ["accounts"])
    cancel, told = asyncio.Event(), []

    def tell(result):
        told.append(result)
        if len(told) == 2:
            cancel.set()

    results = await service.run(scenarios, told=tell, cancel=cancel)
    assert results == told
    assert [result.scenario for result in told] == scenarios[:2]
    assert all(result.took > 0 for result in told)


@pytest.fixture
def endless(users, monkeypatch):
    """A service, and a scenario of it whose handler waits for ever once the event is set."""
    waits = asyncio.Event()

    async def never(message, context):
        waits.set()
        await asyncio.Event().wait()

    monkeypatch.setattr("workbench.engine.ending.STOP_SECONDS", 0.05)
    registry = replace(users.registry, handlers={**users.registry.handlers, "write_audit": never})
    text = '"x" { when: { command: "report_outage", data: { domain: "a.org" } }, then: [] }'
    (scenario,) = read_scenarios(text, "s.tsk", registry)
    return Scenarios(replace(users, registry=registry), SystemClock()), scenario, waits


async def test_M2_a_handler_that_waits_for_ever_is_given_up_and_nothing_of_it_is_left(endless, monkeypatch):
    service, scenario, _ = endless
    monkeypatch.setattr("workbench.services.scenarios.scenario_service.LONGEST", 0.05)
    before = asyncio.all_tasks()
    result = await service.run_one(scenario)
    assert result.trouble == "it took longer than 0.05 s: do policies go round, or does a handler wait?"
    assert asyncio.all_tasks() == before


async def test_M2_a_run_that_is_cancelled_twice_leaves_nothing_behind(endless):
    service, scenario, waits = endless
    before = asyncio.all_tasks()
    run = asyncio.create_task(service.run_one(scenario))
    await waits.wait()
    for _ in range(2):
        run.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await run
    assert asyncio.all_tasks() == before
