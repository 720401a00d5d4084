"""What is done with single fields on the board: moved, copied to something else, given to events, too."""

from __future__ import annotations

import re
from typing import Any

from workbench.errors import InvalidValue
from workbench.services.design.beginnings import event_field
from workbench.services.design.column_types import column_type
from workbench.services.design.design_text import DesignText
from workbench.services.design.field_lines import split_field_lines, write_field_line
from workbench.services.design.gestures import DesignNode, exists, fields_of, fields_path, with_field
from workbench.services.design.relations import check_declared, declared_names, section_path
from workbench.services.design.section_lists import actions, names_at, put
from workbench.tusk import Entry

FIELDED = ("command", "event", "projection", "aggregate", "process", "query")
"""Kinds of things that have fields, or columns, of their own."""
_OF_COLUMN = {"text": "string", "number": "decimal", "time": "date-time", "json": "object"}
"""What a field is for a column of a kind; any other kind is called as the type is."""
_REST = re.compile(r"[ \t]*,?[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")
_COMMENTS = re.compile(r"(?:^[ \t]*#[^\n]*\n)*\Z", re.MULTILINE)


def emitted_by(text: DesignText, node: DesignNode) -> list[str]:
    """Returns the events that a command emits, and that can have its fields."""
    if node.kind != "command":
        return []
    done = actions(text.project, section_path(node.kind, node.name))
    emitted = [name for does, name in dict.fromkeys(done) if does == "emit"]
    return [name for name in emitted if exists(text, DesignNode("event", name))]


def known_lines(text: DesignText, node: DesignNode, typed: str) -> dict[str, str]:
    """Returns lines for a field of a name that other things have one of, each with the name of such a thing.

    Args:
        typed: The line as far as it is typed; a whole name, or more.
    """
    name, found = typed.partition(":")[0].strip().removesuffix("?"), dict[str, str]()
    if not name or name in fields_of(text, node):
        return {}
    others = [DesignNode(kind, one) for kind in FIELDED for one in declared_names(text.project, kind)]
    for one in sorted(others, key=lambda one: one.kind != "event"):
        if name in names_at(text.project, fields_path(one)):
            line = write_field_line(name, _for_kind(text, one, name, node))
            if line is not None and line != typed.strip() and line.startswith(typed.strip()):
                found.setdefault(line, one.name)
    return found


def with_fields(text: DesignText, node: DesignNode, line: str, *, along: bool = False) -> DesignText:
    """Returns the texts with every field that a line says.

    Args:
        along: Each event that a command emits gets those that it has not.

    Raises:
        InvalidValue: As `with_field`.
    """
    add = _with_field_along if along else with_field
    for one in split_field_lines(line):
        text = add(text, node, one)
    return text


def _with_field_along(text: DesignText, node: DesignNode, line: str) -> DesignText:
    """Returns the texts with a field of a command, and of each event that it emits and that has none such.

    An event takes the value from the command's field of the same name; rules for what is typed stay there.

    Raises:
        InvalidValue: As `with_field`.
    """
    after, name = with_field(text, node, line), line.partition(":")[0].strip().removesuffix("?")
    for event in (DesignNode("event", one) for one in emitted_by(text, node)):
        if name not in fields_of(after, event):
            value = event_field(fields_of(after, node)[name])
            after = after.with_project(put(after.project, (*fields_path(event), name), value))
    return after


def copied(text: DesignText, node: DesignNode, name: str, target: DesignNode) -> DesignText:
    """Returns the texts in which something else has a field of the same name and type.

    Raises:
        InvalidValue: There is no such field, or the other has one of that name, has no fields, or is not
            declared.
    """
    if name not in fields_of(text, node):
        raise InvalidValue(f"{node.name} has no field {name}", path="")
    if target.kind not in FIELDED:
        raise InvalidValue(f"a {target.kind} has no fields", path="")
    check_declared(text.project, target.kind, target.name)
    if name in fields_of(text, target):
        raise InvalidValue(f"{target.name} has a field {name} already", path="")
    value = _for_kind(text, node, name, target)
    return text.with_project(put(text.project, (*fields_path(target), name), value))


def _for_kind(text: DesignText, node: DesignNode, name: str, target: DesignNode) -> Any:
    """Returns what is written of a field: columns have kinds of their own."""
    value = fields_of(text, node)[name]
    if (node.kind == "projection") is (target.kind == "projection"):
        return value
    if target.kind == "projection":
        return column_type(text.project, (*fields_path(node), name))
    kind = str(value.get("type", "text") if isinstance(value, dict) else value)
    return _OF_COLUMN.get(kind, kind)


def field_moved(text: DesignText, node: DesignNode, name: str, by: int) -> DesignText:
    """Returns the texts in which a field changed places with its neighbour; its comments go with it.

    Args:
        by: -1 for the one before it, 1 for the one behind; where there is none, nothing changes.

    Raises:
        InvalidValue: The project file does not declare the thing.
    """
    check_declared(text.project, node.kind, node.name)
    entry = text.project.find(fields_path(node))
    fields = list(entry.value.scope.entries.values()) if entry is not None and entry.value.scope else []
    here = next((at for at, one in enumerate(fields) if one.key == name), -1)
    there = here + by
    if here < 0 or not 0 <= there < len(fields):
        return text
    first, second = fields[min(here, there)], fields[max(here, there)]
    return text.exchanged(text.project.file, _swapped(text.project.text, first, second))


def _swapped(text: str, first: Entry, second: Entry) -> list[tuple[int, int, str]]:
    """Returns the pieces that change places: whole lines where both have lines of their own."""
    own = all(not text[one.line_start : one.start].strip() for one in (first, second))
    if own and first.line_end <= second.line_start and not _follows(text, second):
        found = _COMMENTS.search(text, 0, first.line_start)
        begin = found.start() if found is not None else first.line_start
        middle, end = first.line_end, second.line_end
        lines = text[middle:end]
        lines += "" if lines.endswith("\n") else "\n"
        return [(begin, end, lines + text[begin:middle])]
    spans = [(one.start, one.value.end) for one in (first, second)]
    return [(*spans[0], text[slice(*spans[1])]), (*spans[1], text[slice(*spans[0])])]


def _follows(text: str, entry: Entry) -> bool:
    """Whether more than a comma or comment stands on the line behind an entry, such as a brace."""
    return _REST.match(text, entry.value.end) is None
