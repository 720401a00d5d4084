"""What fixes renamed in the project file is renamed in scenarios with it, and back again."""

from __future__ import annotations

import pytest

from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.quick_fix import renamed_since
from workbench.tusk import parse

RENAMES = [(DesignNode("event", "parcel.snt"), "parcel.sent")]
FILE = "scenarios/a.tsk"


@pytest.mark.parametrize(
    ("declared", "said", "then"),
    [
        ("parcel.sent", "parcel.snt", "parcel.sent"),
        ("parcel.snt", "parcel.sent", "parcel.snt"),
        ("parcel.gone", "parcel.snt", "parcel.snt"),
    ],
)
def test_scenarios_name_what_the_project_file_declares(declared, said, then):
    scenario = parse(f'"A" {{ then: {{ event: "{said}" }} }}\n', FILE)
    project = parse(f"[aggregate.parcel]\n[event.{declared}]\n", "project.tsk")
    after = renamed_since(DesignText(project=project, scenarios={FILE: scenario}), RENAMES)
    assert after.scenarios[FILE].text == scenario.text.replace(said, then)
    assert after.project is project
