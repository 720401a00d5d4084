"""Small projects in which an order of things goes wrong, for tests of exploring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.model.scenario import Scenario
from workbench.project.project import Project, load_project
from workbench.project.samples import copy_sample
from workbench.project.scenarios import find_scenarios

ORDER = "65b8ff5a-edb4-5d3e-a634-bc8e08055ff0"
PLACED_AND_CANCELLED = f"""
$ship_to: {{ name: "Grace Hopper", street: "3 Analytical Lane", city: "London" }}
$lines: [{{ product: "Nanosecond wire", quantity: 30, price: "0.10" }}]

"An order is placed and cancelled" {{
    when: [
        {{
            command: "place_order"
            data: {{ order_id: "{ORDER}", customer: "Grace", lines: $lines, ship_to: $ship_to, card: "4242" }}
        }}
        {{ command: "cancel_order", data: {{ order_id: "{ORDER}", reason: "changed my mind" }} }}
    ]
    then: {{ event: "order.placed" }}
}}
"""
PLACED = """    not_placed { when: "its_order.status != 'placed'", \
message: "an order that is {its_order.status} is not charged" }
"""
CAREFUL = (
    ('creates_or_changes { its_payment { aggregate: "payment", id: "order_id" } }\n', ""),
    (
        """    charging {
        when: "its_payment != null && its_payment.status in ['requested', 'confirmed']"
        message: "an order whose payment is {its_payment.status} cannot be cancelled"
    }
""",
        "",
    ),
    ('changes { its_order { aggregate: "order", id: "order_id" } }\n', ""),
    (
        f"refuse {{\n{PLACED}}}\n",
        "",
    ),
    (
        'changes { payment: "order_id", its_order { aggregate: "order", id: "order_id" } }\n',
        'changes: "payment"\n',
    ),
    (
        PLACED,
        "",
    ),
    ("always: \"state.status != 'cancelled' ||", "eventually: \"state.status != 'cancelled' ||"),
)
"""What the sample does so that no order that was cancelled is charged, and how it would be without."""


def orders_that_race(folder: Path) -> Path:
    """Puts the sample of orders without its care: a cancelled order can be charged."""
    without_care(folder)
    for path in (folder / "scenarios").iterdir():
        path.unlink()
    (folder / "scenarios" / "race.tsk").write_text(PLACED_AND_CANCELLED)
    return folder


def without_care(folder: Path) -> Path:
    """Puts the sample of orders without its care, with its scenarios."""
    copy_sample("orders-declared", folder)
    file = folder / "project.tsk"
    text = file.read_text()
    for careful, careless in CAREFUL:
        assert careful in text, careful
        text = text.replace(careful, careless, 1)
    file.write_text(text)
    return folder


def only_placed(folder: Path) -> None:
    """Lets the scenario end behind its first step, so that there is one order of things only."""
    file = folder / "scenarios" / "race.tsk"
    text = file.read_text().replace("An order is placed and cancelled", "An order is placed")
    lines = [line for line in text.splitlines() if "cancel_order" not in line]
    file.write_text("\n".join(lines))


def opened(folder: Path) -> tuple[Project, list[Scenario]]:
    """Loads a project and its scenarios."""
    project = load_project(folder, environ={}, trusted=True)
    return project, [one for file in find_scenarios(folder, project.registry) for one in file.scenarios]


def made(folder: Path, model: str, scenario: str) -> tuple[Project, Scenario]:
    """Makes a project of sections and one scenario."""
    (folder / "scenarios").mkdir(parents=True)
    head = '[project]\nname: "race"\nformat: 1\n'
    (folder / "project.tsk").write_text(head + model)
    (folder / "scenarios" / "race.tsk").write_text(scenario)
    project, found = opened(folder)
    return project, found[0]


def types(world: Any) -> list[str]:
    """Returns the types of the events of a world, in their order."""
    return [one.type for one in world.reader.read_log(0, 1_000)]
