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

**given** is history: projections have seen it and processes remember it, but nothing reacts to it any more.
An event that is to be reacted to stands under ``when``. An item is an ``event`` with its ``stream`` and
``data``, perhaps with the ``version`` of an older schema, and with ``at``, when it happened.

**when** lists what is done: a ``command`` with its ``data`` and perhaps the ``expected`` version; an
``event`` that happens; ``replay``, which gives the dead letters of a subscription back to it.
``after: "30m"`` lets that time pass first, or stands alone. What is due meanwhile happens meanwhile. If the
last item is a time alone, the scenario ends then; else it ends when nothing is left to do, whatever time that
takes.

**then** lists what must follow:

- ``event`` with ``stream`` and ``data``, in order; what a command of ``when`` made itself must be listed
  completely. The text ``"no other events"`` says that nothing else may follow at all.
- ``rejected`` names the command, ``message`` and ``field`` say why; ``conflict`` names the command,
  ``version`` says where the stream stands. A command that is not accepted must be listed.
- ``row`` is the key in a ``projection``; ``rows`` counts those that have the ``data``.
- ``message`` is a type in a ``topic``; ``command`` is what a policy or process issued, ``by`` says which, and
  ``after`` with what delay.
- ``dead_letter`` names the subscription; ``error`` (its type), ``message``, ``reason`` and ``attempts`` say
  more. Each must be listed.
- ``no_event``, ``no_row``, ``no_message`` and ``no_command`` say what must not be there.

``data`` names what matters, at every depth; ``exactly`` in its place names everything. Either may be a text
that holds JSON. ``$name: value`` above says once what several scenarios use. ``now`` says when a scenario
begins.
"""

from workbench.project.scenarios.scenario_files import FOLDER, ScenarioFile, find_scenarios
from workbench.project.scenarios.scenario_reader import read_scenarios
from workbench.project.scenarios.scenario_writer import file_name, write_scenario

__all__ = ["FOLDER", "ScenarioFile", "file_name", "find_scenarios", "read_scenarios", "write_scenario"]
