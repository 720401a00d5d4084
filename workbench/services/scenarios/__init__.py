"""What a person does with scenarios: list them, run them, read what came of it, record new ones."""

from workbench.services.scenarios.scenario_recorder import Recorded, ScenarioRecorder
from workbench.services.scenarios.scenario_report import tell
from workbench.services.scenarios.scenario_service import Scenarios, chosen, open_scenarios

__all__ = ["Recorded", "ScenarioRecorder", "Scenarios", "chosen", "open_scenarios", "tell"]
