"""Renames a field of a thing everywhere: the compiler says where the old name is missed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from workbench.errors import InvalidValue, ProjectError
from workbench.project.scenarios.scenario_reader import sound_scenarios
from workbench.services.design.change_preview import ChangePreview
from workbench.services.design.design_text import DesignText
from workbench.services.design.field_lines import read_field_line, write_field_line
from workbench.services.design.field_preview import field_preview
from workbench.services.design.gestures import DesignNode, fields_of, fields_path, with_field
from workbench.services.design.quick_fixes import span_of
from workbench.services.design.schema_draft import with_upcast
from workbench.services.design.section_lists import names_at, put
from workbench.services.project_editor.settings_preview import would_be
from workbench.tusk import Document, Problem, write_key
from workbench.tusk.document import Path

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project

Mistakes = Callable[[DesignText], Sequence[Problem | str]]
"""Returns what is wrong with the texts of a project, those of its scenarios included."""
_NAME = re.compile(r"[A-Za-z_]\w*")


def field_renamed(text: DesignText, node: DesignNode, old: str, new: str, mistakes: Mistakes) -> DesignText:
    """Returns the texts with another name of a field, wherever they use it, scenarios included.

    What passes from one thing to another because the names are the same is written out in ``with`` first.

    Args:
        mistakes: Asked again as long as places are found that miss the old name.

    Raises:
        InvalidValue: The name cannot be one, is taken, or the project would not load with it; says why.
            Where it did not load before, that is the reason, too.
    """
    fields = fields_of(text, node)
    if not _NAME.fullmatch(new):
        raise InvalidValue(f"{new or 'nothing'} cannot be the name of a field", path="")
    if new in fields:
        raise InvalidValue(f"{node.name} has a field {new} already", path="")
    document = _written_out(text, node, old)
    entry = document.find((*fields_path(node), old))
    if entry is None:
        raise InvalidValue(f"{node.name} has no field {old}", path="")
    after = text.with_project(document).exchanged(document.file, [(entry.start, entry.end, write_key(new))])
    while found := mistakes(after):
        before = after
        for file in after.files():
            spans = {
                span_of(file, one) for one in found if isinstance(one, Problem) and one.file == file.file
            }
            pieces = [(start, end, new) for start, end in spans if file.text[start:end] == old]
            after = after.exchanged(file.file, pieces)
        if after == before:
            raise InvalidValue(f"{old} cannot be {new}: {found[0]}", path="", hint="change it in the text")
    return after


def _written_out(text: DesignText, node: DesignNode, old: str) -> Document:
    """Writes out in ``with`` where a field goes to one of the same name, to the thing or from it."""
    document = text.project
    for path, entry in list(document.entries()):
        kind = {"emit": "event", "issue": "command"}.get(path[-1])
        if kind is None or document.find((*path[:-1], "with", old)) is not None:
            continue
        target, sources = DesignNode(kind, str(entry.value.plain)), list(_sources(document, path))
        giving = [one for one in sources if old in fields_of(text, one)]
        if giving and old in fields_of(text, target) and node in {target, *sources}:
            document = put(document, (*path[:-1], "with", old), f"{giving[0].kind}.{old}")
    return document


def _sources(document: Document, path: Path) -> Iterator[DesignNode]:
    """Yields whose fields an action at a path takes by their names."""
    for length in range(2, len(path)):
        if ".".join(path[:length]) in document.sections:
            section, inner = path[:length], path[length:]
            if path[0] == "command":
                yield DesignNode("command", ".".join(section[1:]))
            elif path[0] == "process" and inner[0] == "on":
                yield DesignNode("event", inner[1])
            else:
                key = "event" if path[0] == "handler" else "on"
                yield from (DesignNode("event", one) for one in names_at(document, (*section, key)))
            return


class FieldChanges:
    """Changes fields of an open project; its methods are called beside the loop."""

    def __init__(self, world: World[Project], environ: Mapping[str, str]) -> None:
        self._world, self._environ = world, environ

    def changed(self, text: DesignText, *, node: DesignNode, line: str, was: str) -> DesignText:
        """Returns the texts with another line for a field; another name is followed wherever it is used.

        Where the store has events of the type, what makes their data of it is drafted (U1). Where the
        texts do not load as they are, nothing can be followed: the field alone has its new name.

        Args:
            was: The line that stood there when this one was typed.

        Raises:
            InvalidValue: The line cannot be understood, another one stands there by now, or the project
                would not load with the name.
        """
        instead = read_field_line(was, column=node.kind == "projection")[0]
        now = write_field_line(instead, fields_of(text, node).get(instead))
        if now != was:
            said = f"{node.name} has " + (f"“{now}” by now" if now else f"no field {instead} any more")
            raise InvalidValue(f"{said}, it was changed elsewhere", path="", hint="look at it again")
        name = read_field_line(line, column=node.kind == "projection")[0]
        if name == instead or self.mistakes(text):
            return with_field(text, node, line, instead=instead)
        after = field_renamed(text, node, instead, name, self.mistakes)
        after = with_field(after, node, line, instead=name)
        return with_upcast(text, after, node.name) if self.stored(*_events(node)) else after

    def preview(self, text: DesignText, *, node: DesignNode, line: str, was: str) -> ChangePreview:
        """Returns what another line for a field would change; arguments and errors as of `changed`."""
        after = self.changed(text, node=node, line=line, was=was)
        return field_preview(text, after, node, was, self.stored(*_events(node)))

    def stored(self, *events: str) -> int:
        """Returns how many events of types are in the store."""
        with closing(self._world.store.reader()) as reader:
            return reader.count_types(set(events).__contains__) if events else 0

    def mistakes(self, text: DesignText) -> Sequence[Problem | str]:
        """Returns what is wrong with the project file, or else with scenarios."""
        try:
            registry = would_be(self._world, text.project, self._environ).registry
        except ProjectError as error:
            return [one if isinstance(one, Problem) else str(one) for one in error.problems]
        files = text.scenarios.values()
        return [one for file in files for one in sound_scenarios(file.text, file.file, registry)[1]]


def _events(node: DesignNode) -> list[str]:
    return [node.name] if node.kind == "event" else []
