"""W6: scenarios that name their deliveries are moved by their steps, and say where one is not possible."""

from __future__ import annotations

import pytest

from tests.services.worlds.race import ORDER, PLACED_AND_CANCELLED, opened, orders_that_race
from workbench.model.clock import SystemClock
from workbench.model.scenario import OneDelivery, ScenarioVerdict
from workbench.project.scenarios import read_scenarios, write_scenario
from workbench.services.scenarios import Scenarios, tell
from workbench.services.worlds.moves import Fault
from workbench.services.worlds.saved_schedule import as_scenario
from workbench.services.worlds.scenario_explorer import ScenarioExplorer
from workbench.services.worlds.scripted_world import run_stepped
from workbench.tusk import TskError

PLACE, CANCEL = (
    line.strip()
    for line in (
        f"""{{ command: "place_order", data: {{ order_id: "{ORDER}", customer: "Grace", lines: $lines,
            ship_to: $ship_to, card: "4242" }} }}""",
        f"""{{ command: "cancel_order", data: {{ order_id: "{ORDER}", reason: "changed my mind" }} }}""",
    )
)
NAMES = PLACED_AND_CANCELLED.partition('"An order')[0]


@pytest.fixture
def folder(tmp_path):
    return orders_that_race(tmp_path / "orders")


@pytest.fixture
def run(folder):
    async def run(*steps: str, then: str = "[]"):
        text = f'{NAMES}"A" {{ when: [{", ".join(steps)}], then: {then} }}'
        (folder / "scenarios" / "race.tsk").write_text(text)
        project, (scenario,) = opened(folder)
        return await Scenarios(project, SystemClock()).run_one(scenario)

    return run


async def test_W6_nothing_moves_by_itself_before_the_last_step(run):
    passed = await run(
        PLACE,
        '{ deliver: "fulfilment", of: "order.placed" }',
        CANCEL,
        '{ deliver: "request_payment" }',
        then='[{ event: "order.placed" }, { event: "order.cancelled" }, { event: "payment.requested" }]',
    )
    assert "payment.confirmed" in tell(passed)  # behind the last step all goes on
    assert passed.verdict is ScenarioVerdict.FAILED
    assert "no_charge_after_cancel does not hold" in tell(passed)


async def test_W6_a_delivery_that_is_not_there_is_told_with_what_is(run):
    broken = await run(PLACE, '{ deliver: "card-terminal" }')
    assert broken.verdict is ScenarioVerdict.BROKEN
    assert (
        "there is not anything to card-terminal to deliver; possible is: fulfilment gets order.placed"
        in broken.trouble
    )
    assert "scenarios/race.tsk:" in broken.trouble
    other = await run(PLACE, '{ deliver: "fulfilment", of: "order.paid" }')
    assert "there is not order.paid to fulfilment to deliver" in other.trouble


async def test_W6_a_crash_and_what_comes_again_change_nothing(run):
    then = """[{ event: "order.placed" }, { event: "payment.requested" }, { event: "payment.confirmed" },
        { event: "order.paid" }, { event: "order.shipped" }, "no other events"]"""
    for steps in (
        ('{ deliver: "fulfilment", crash: true }',),
        ('{ deliver: "fulfilment" }', '{ deliver: "fulfilment", again: true }'),
        ('{ deliver: "fulfilment" }', '{ deliver: "request_payment", crash: true }'),
    ):
        passed = await run(PLACE, *steps, then=then)
        assert passed.passed, tell(passed)


async def test_W6_time_passes_only_where_a_step_says_so(run):
    cancelled = await run(PLACE.replace("4242", "0341"), *['{ deliver: "fulfilment" }'], '{ after: "1h" }')
    assert (cancelled.seconds, cancelled.passed) == (3600.0, True)


def test_what_is_wrong_with_such_a_step_is_said_at_its_place(folder):
    project, _ = opened(folder)
    text = '"A" { when: { deliver: "fulfillment", crash: true, again: true }, then: [] }'
    with pytest.raises(TskError) as wrong:
        read_scenarios(text, "a.tsk", project.registry)
    said = str(wrong.value)
    assert "the model has no subscription, policy, process, command or read model fulfillment" in said
    assert "did you mean fulfilment?" in said
    assert "crash and again exclude each other" in said


@pytest.mark.parametrize(
    ("choices", "faults"),
    [
        ((0, 1), {}),
        ((0, 0, 0, 0, 0, 1), {}),
        ((0, 2), {Fault.CRASH: 1}),
        ((0, 0, 0, 3), {Fault.CRASH: 1, Fault.DUPLICATE: 1}),
        ((0, 0, 0, 2), {Fault.DUPLICATE: 1}),
    ],
)
async def test_a_schedule_that_is_saved_reads_back_and_does_the_same_again(folder, choices, faults):
    project, (scenario,) = opened(folder)
    world = (await ScenarioExplorer(project, scenario, faults=faults).replayed(choices)).world
    assert world.choices[: len(choices)] == list(choices)
    saved = as_scenario(world, "Saved")
    assert any(isinstance(step.act, OneDelivery) for step in saved.when)
    (again,) = read_scenarios(write_scenario(saved, project.registry), "a.tsk", project.registry)
    assert again.when == saved.when
    log = await run_stepped(project, again, lambda one: one.reader.read_log(0, 1_000))
    assert [(one.stream, one.type, one.data) for one in log] == [
        (one.stream, one.type, one.data) for one in world.reader.read_log(0, 1_000)
    ]


@pytest.mark.parametrize("kind", ["fail", "crash", "duplicate"])
async def test_W10_a_step_arms_a_fault_and_the_run_goes_through_it(run, kind):
    passed = await run(
        f'{{ fault: "fulfilment", kind: "{kind}" }}',
        PLACE,
        '{ deliver: "fulfilment", of: "order.placed" }',
        then='[{ event: "order.placed" }, { event: "payment.confirmed" }]',
    )
    assert passed.verdict is ScenarioVerdict.PASSED, tell(passed)


async def test_W10_without_named_deliveries_a_fault_strikes_as_well(folder):
    text = f"""{NAMES}"A" {{
        when: [{{ fault: "card-terminal", kind: "fail", chance: "100%" }}, {PLACE}],
        then: [{{ dead_letter: "card-terminal", error: "InjectedFault" }}]
    }}"""
    (folder / "scenarios" / "race.tsk").write_text(text)
    project, (scenario,) = opened(folder)
    passed = await Scenarios(project, SystemClock()).run_one(scenario)
    assert passed.verdict is ScenarioVerdict.PASSED, tell(passed)
    assert "exploring lets its own happen" in scenario.fixed
    written = write_scenario(scenario, project.registry)
    (back,) = read_scenarios(written, "race.tsk", project.registry)
    assert back.when == scenario.when


def test_W10_a_fault_that_there_cannot_be_is_a_mistake_at_its_place(folder):
    project, _ = opened(folder)
    for step, said in (
        ('{ fault: "fulfilmen", kind: "fail" }', "fail cannot strike fulfilmen"),
        ('{ fault: "fulfilment", kind: "flail" }', "flail is no fault"),
        ('{ fault: "fulfilment" }', "fault needs kind"),
        ('{ fault: "fulfilment", kind: "delay", time: "soon" }', "delay cannot strike"),
    ):
        with pytest.raises(TskError, match=said):
            read_scenarios(f'"A" {{ when: [{step}], then: [] }}', "a.tsk", project.registry)
