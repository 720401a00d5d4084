"""The sections of random models: their fields, and what they share."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.project.declared.random_expressions import FIELDS, NAMES, WRITTEN, RandomExpressions, block, quoted


@dataclass
class Part:
    """An event or a command with its fields."""

    name: str
    fields: dict[str, str]
    begins: bool = False


@dataclass
class Family:
    """An aggregate with what belongs to it; `created` and `create` begin it."""

    name: str
    state: dict[str, str]
    events: list[Part] = field(default_factory=list)
    commands: list[Part] = field(default_factory=list)


class RandomSections(RandomExpressions):
    """Writes the sections of a model.

    Attributes:
        questions: Queries that can be asked, with their data.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._sections: list[str] = []
        self.questions: list[tuple[str, dict[str, Any]]] = []

    # -- chance -------------------------------------------------------------------------------------------

    def _some(self, most: int, kinds: dict[str, Any] = FIELDS) -> dict[str, str]:
        names = self._random.sample(NAMES, self._random.randint(0, most))
        return {name: self._random.choice(list(kinds)) for name in names}

    def _data(self, part: Part) -> dict[str, Any]:
        found = {name: self._random.choice(FIELDS[kind][2]) for name, kind in part.fields.items()}
        ids = {name: self._random.choice(["1", "2"]) for name in found if name.endswith("_id")}
        return {WRITTEN.get(name, name): value for name, value in (found | ids).items()}

    # -- texts --------------------------------------------------------------------------------------------

    def _section(self, head: str, **entries: str) -> None:
        body = [
            f"{key} {text}" if text.startswith("{") else f"{key}: {text}" for key, text in entries.items()
        ]
        self._sections.append("\n".join([f"[{head}]", *body, ""]))

    def _fields(self, fields: dict[str, str], *, defaults: bool = False) -> str:
        return block({name: self._field(name, kind, defaults=defaults) for name, kind in fields.items()})

    def _field(self, name: str, kind: str, *, defaults: bool) -> str:
        written, more, values = FIELDS[kind]
        said = {"type": quoted(written)} | {key: json.dumps(value) for key, value in more.items()}
        said |= {"as": quoted(WRITTEN[name])} if name in WRITTEN else {}
        if defaults and kind != "place":
            said["default"] = json.dumps(values[0], ensure_ascii=False)
        elif self._maybe(0.2):
            said["description"] = quoted("What it is, and {more}.")
        return said["type"] if len(said) == 1 else block(said)
