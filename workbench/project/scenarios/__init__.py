"""Scenario files: text to scenarios, every mistake with its place; and scenarios to text.

A project keeps them in ``scenarios/*.tsk``. A file holds scenarios one below the other, each under its name:

```tsk
$ada: { event: "user.created", stream: "user-ada", data: { username: "Ada", status: "active" } }

"A suspension needs a reason" {
    given: $ada
    when: { command: "change_status", data: { user_id: "ada", status: "suspended" } }
    then: { rejected: "change_status", message: "a suspension needs a reason", field: "reason" }
}
```

``resources/docs/project-file.md`` says what an item can be, and what each part means.
"""

from workbench.project.scenarios.scenario_files import FOLDER, ScenarioFile, find_scenarios
from workbench.project.scenarios.scenario_reader import read_scenarios
from workbench.project.scenarios.scenario_writer import file_name, write_event, write_item, write_scenario
from workbench.project.scenarios.unread_scenarios import UnreadScenario

__all__ = [
    "FOLDER",
    "ScenarioFile",
    "UnreadScenario",
    "file_name",
    "find_scenarios",
    "read_scenarios",
    "write_event",
    "write_item",
    "write_scenario",
]
