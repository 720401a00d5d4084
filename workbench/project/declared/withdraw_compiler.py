"""Compiles what a process takes back of what it issued for later (K7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.model.expressions.value_views import names_of
from workbench.model.policy import Withdraw
from workbench.project.declared.build_values import Build
from workbench.project.declared.sections import ActionSection
from workbench.project.declared.source_locations import Path
from workbench.project.declared.value_classes import as_json

if TYPE_CHECKING:
    from workbench.project.declared.consequences import ActionCompiler


def withdrawn(own: ActionCompiler, path: Path, one: ActionSection) -> Withdraw | None:
    """Compiles what an action of a process takes back before it does anything else: all of these commands."""
    place = (*path, "withdraw")
    if one.withdraw and own.withdrawn is None:
        said = "only a process withdraws what it issued"
        own.draft.tell(place, "S-TYPE", said, "make this a process", key=True)
    if not one.withdraw or own.withdrawn is None:
        return None
    own.withdrawn.extend((place, name) for name in one.withdraw)
    known = [own.draft.commands.get(name) for name in one.withdraw]
    return Withdraw(*(part.cls for part in known if part is not None))


def withdrawal(own: ActionCompiler, path: Path, one: ActionSection) -> tuple[Build, None]:
    """Compiles an action that takes back: of these commands those that have what ``with`` says."""
    every = withdrawn(own, path, one)
    parts = [own.draft.commands[name] for name in one.withdraw if name in own.draft.commands]
    if not one.given or every is None or not parts:
        return (lambda _env: every), None
    commands = every.commands
    sources = [own.given(path, one, part) for part in parts][-1]
    written = names_of(parts[-1].cls)
    items = tuple((written[name], source.get) for name, source in sources.items())
    return (lambda env: Withdraw(*commands, **{name: as_json(get(env)) for name, get in items})), None
