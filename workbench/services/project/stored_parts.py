"""Finds instances of processes and waiting commands in a store that the model cannot go on with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from workbench.errors import InvalidCommand, NoHandler, WorkbenchError
from workbench.model.error_text import error_sentence
from workbench.model.json_values import read_json
from workbench.model.messaging import NOTHING
from workbench.model.policy import UNFIT, unfit
from workbench.model.project_code import ProjectCode
from workbench.model.registry import Registry
from workbench.model.secrets import without_secrets
from workbench.store.store_file import instances, waiting_commands

Trouble = tuple[str, str]
"""What is wrong, and the way out."""


def unusable_parts(registry: Registry, path: Path) -> Iterator[Trouble]:
    """Yields what cannot go on, those that fail alike together.

    Raises:
        WorldError: The file cannot be read.
    """
    states = Counter(one for process, state in instances(path) if (one := _unfit(registry, process, state)))
    for (process, said), count in states.items():
        what = "1 stored instance" if count == 1 else f"{count:,} stored instances"
        yield f"{what} of {process} {'does' if count == 1 else 'do'} not fit: {said}", UNFIT
    waiting = Counter(row for said in waiting_commands(path) if (row := _unusable(registry, *said)))
    for (name, said, hint), count in waiting.items():
        what = "1 command" if count == 1 else f"{count:,} commands"
        yield f"{what} {name} that {'waits' if count == 1 else 'wait'}: {said}", hint


def _unfit(registry: Registry, process: str, state: str) -> tuple[str, str] | None:
    kind = registry.reactors.get(process)
    if kind is None or kind.read_state is None:
        return None  # the model has it no more: it stays as it is
    try:
        kind.read_state(state)
    except msgspec.MsgspecError as error:
        return process, unfit(error)
    return None


def _unusable(registry: Registry, name: str, data: str, metadata: str | None) -> tuple[str, str, str] | None:
    try:
        with ProjectCode(f"{name} could not be read"):
            registry.command(name).parse(read_json(data))
    except NoHandler as error:
        return name, error.message, f"declare {name} again; it is a dead letter once it is due"
    except Exception as error:  # noqa: BLE001  # validators are the model's own code
        said = error.message if isinstance(error, WorkbenchError) else error_sentence(error)
        way_out = "give new fields a default" if isinstance(error, InvalidCommand) else ""
        return name, without_secrets(said, data), way_out
    said = read_json(metadata) if metadata else {}
    return _unanswered(registry, name, said)


def _unanswered(registry: Registry, name: str, said: Any) -> tuple[str, str, str] | None:
    answer, origin = said.get("answer", NOTHING), said.get("origin", "")
    if answer == NOTHING or answer in registry.answers(origin):
        return None
    lacking = f"{origin} has no answer {answer} now, should it be refused"
    return name, lacking, "name the action and its event as before"
