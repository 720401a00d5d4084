"""What a person does with scenarios: list them, run them, read what came of it, record new ones."""

from workbench.services.scenarios.listing import Scenarios, chosen, open_scenarios
from workbench.services.scenarios.recording import Recorded, record
from workbench.services.scenarios.telling import tell

__all__ = ["Recorded", "Scenarios", "chosen", "open_scenarios", "record", "tell"]
