"""The order in which the blueprint tells its slices, as a change of the texts."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.services.design.design_text import DesignText
from workbench.services.design.section_lists import names_at
from workbench.tusk import add_section, set_value

STEPS = ("flow", "main", "steps")


def steps_of(text: DesignText) -> list[str]:
    """Returns the names of the slices in the order that a person gave them."""
    return names_at(text.project, STEPS)


def with_steps(text: DesignText, names: Sequence[str]) -> DesignText:
    """Returns the texts in which the slices stand in this order."""
    if ".".join(STEPS[:2]) not in text.project.sections:
        return text.with_project(add_section(text.project, ".".join(STEPS[:2]), {"steps": list(names)}))
    return text.with_project(set_value(text.project, STEPS, list(names)))
