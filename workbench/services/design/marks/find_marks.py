"""Finds all marks of a design; the list of what is looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from workbench.model.registry import Registry
from workbench.project.project_file import ProjectFile
from workbench.services.design.marks import (
    command_marks,
    event_marks,
    guard_marks,
    id_marks,
    name_marks,
    reaction_marks,
    read_model_marks,
    state_marks,
    stored_marks,
    topic_marks,
    warning_marks,
)
from workbench.services.design.marks.mark import DesignMark, MarkedModel, MarkKind
from workbench.tusk import Problem

Finder = Callable[[MarkedModel], Iterator[DesignMark]]
FINDERS: tuple[Finder, ...] = (
    stored_marks.unfit_events,
    reaction_marks.loops,
    reaction_marks.late_timeouts,
    reaction_marks.endless_processes,
    reaction_marks.repeated_ids,
    id_marks.other_ids,
    id_marks.borrowed_ids,
    guard_marks.idle_conditions,
    command_marks.unguarded_commands,
    command_marks.unissued_commands,
    event_marks.empty_fields,
    event_marks.unread_events,
    event_marks.unemitted_events,
    state_marks.empty_states,
    read_model_marks.empty_columns,
    read_model_marks.unfilled_columns,
    read_model_marks.rowless_models,
    warning_marks.compile_warnings,
    topic_marks.idle_topics,
    topic_marks.idle_routes,
    name_marks.names_alike,
)
KINDS: tuple[MarkKind, ...] = (
    stored_marks.UNFIT,
    reaction_marks.LOOP,
    reaction_marks.LATE,
    reaction_marks.NO_END,
    reaction_marks.EXISTS,
    id_marks.OTHER_ID,
    id_marks.BORROWED,
    guard_marks.IDLE,
    command_marks.UNGUARDED,
    command_marks.UNISSUED,
    event_marks.EMPTY_FIELD,
    event_marks.UNREAD,
    event_marks.UNEMITTED,
    state_marks.EMPTY_STATE,
    read_model_marks.EMPTY_COLUMN,
    read_model_marks.UNFILLED,
    read_model_marks.NO_ROWS,
    warning_marks.MAY_FAIL,
    warning_marks.ROUNDED,
    warning_marks.UNKNOWN,
    topic_marks.UNREAD_TOPIC,
    topic_marks.UNUSED_TOPIC,
    topic_marks.UNFIT_ROUTE,
    name_marks.ALIKE,
)
"""What is looked for."""


def marks_of(
    file: ProjectFile,
    registry: Registry,
    warnings: Sequence[Problem] = (),
    unfit: Mapping[str, int] | None = None,
) -> list[DesignMark]:
    """Returns what is worth a second look in a model, in the order of the project file.

    Args:
        file: The project file of which the model was made; what Python modules bring is looked at as far as
            the model says.
        warnings: What compiling it warned of.
        unfit: How many stored events do not fit, by type.
    """
    model = MarkedModel.of(file, registry, warnings, unfit)
    found = [mark for finder in FINDERS for mark in finder(model)]
    return sorted(found, key=_order)


def _order(mark: DesignMark) -> tuple[bool, int, int, str]:
    place = mark.place
    return (place is None, place.line if place else 0, place.column if place else 0, mark.message)
